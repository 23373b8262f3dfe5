"""Fakta som en uppföljning byggs av: plain data, each with the moment at which it became known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from internkontroll.core.clock import swedish_day
from internkontroll.findings.models import ActionState, CorrectionOutcome, Severity
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.rules.comparison import EarlierReport
from internkontroll.reporting.rules.count import OccurrenceFact
from internkontroll.reporting.rules.lines import ActionStanding, YearOutcome
from internkontroll.reporting.rules.report import PlanFacts


@dataclass(frozen=True)
class ControlFact:
    """Kontrollmoment as the plan has it; not ``in_force`` when a revision has taken it away.

    ``not_applicable`` is why an obligatory one is *ej tillämpligt hos oss*: nothing is planned.
    """

    lineage: str
    number: int
    area: str
    area_position: int
    text: str
    method: str
    performed_by: str | None
    points: tuple[str, ...]
    risks: tuple[str, ...]
    in_force: bool = True
    not_applicable: str | None = None


@dataclass(frozen=True)
class CorrectionFact:
    """Rättelse; the latest one known counts. ``amount`` in öre."""

    outcome: CorrectionOutcome
    text: str
    done_on: date | None
    recorded_at: datetime
    amount: int | None = None


@dataclass(frozen=True)
class FindingFact:
    """Avvikelse with the moment it was recorded; ``occurrence_id`` None where that is unknown."""

    lineage: str
    label: str
    severity: Severity
    description: str
    recorded_at: datetime
    occurrence_id: int | None = None
    about_item: bool = False
    corrections: tuple[CorrectionFact, ...] = ()

    def correction_at(self, moment: datetime) -> CorrectionFact | None:
        """The correction that counted then."""
        known = [row for row in self.corrections if row.recorded_at <= moment]
        return known[-1] if known else None


@dataclass(frozen=True)
class ActionMoved:
    """Flyttat slutdatum: the day that held until then."""

    old_due_on: date
    recorded_at: datetime


@dataclass(frozen=True)
class ActionFact:
    """Åtgärd as it stands now, with what tells how it stood before.

    ``label`` names its finding, ``moves`` are in the order in which they were recorded. ``manned``
    is whether somebody with a role in the board answered for it at the moment asked about.
    """

    lineage: str
    label: str
    number: int
    description: str
    state: ActionState
    due_on: date
    recorded_at: datetime
    ended_on: date | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    moves: tuple[ActionMoved, ...] = ()
    manned: bool = True

    def ended_by(self, moment: datetime) -> bool:
        """Whether it was done or cancelled, and that was known then."""
        return self.ended_at is not None and self.ended_at <= moment

    def due_at(self, moment: datetime) -> date:
        """The day that held then."""
        later = (move.old_due_on for move in self.moves if move.recorded_at > moment)
        return next(later, self.due_on)

    def moves_by(self, moment: datetime) -> int:
        """How many times it had been moved."""
        return sum(move.recorded_at <= moment for move in self.moves)

    def standing_at(self, moment: datetime) -> ActionStanding:
        """How it stood then; late is open on a day after the one that held."""
        if self.ended_by(moment):
            return ActionStanding(self.state.value)
        late = self.due_at(moment) < swedish_day(moment)
        return ActionStanding.LATE if late else ActionStanding.OPEN


@dataclass(frozen=True)
class RiskFact:
    """Risk i nämndens register; ``score`` None where nobody has assessed it by then."""

    description: str
    score: int | None


@dataclass(frozen=True)
class RemarkFact:
    """Kommentar och ändrad bedömning; the latest one counts."""

    comment: str
    assessment: Assessment | None
    reason: str | None


@dataclass(frozen=True)
class PointFacts:
    """Rapporteringstidpunkten and its board.

    ``previous_cut_off`` is that of the year's point before it; ``before`` names the point before it
    also where that is last year's, with ``before_cut_off``.
    """

    board_code: str
    board_name: str
    is_executive: bool
    year: int
    name: str
    period_end: date
    cut_off: date
    board_on: date | None
    executive_on: date | None
    previous_cut_off: date | None
    before: str | None = None
    before_cut_off: date | None = None


@dataclass(frozen=True)
class ReportFacts:
    """Everything a report is made of, as it was read from the database.

    ``history`` has the years before this one by lineage, the newest first.
    """

    point: PointFacts
    plan: PlanFacts
    controls: Sequence[ControlFact]
    occurrences: Sequence[OccurrenceFact]
    findings: Sequence[FindingFact]
    remarks: Mapping[str, RemarkFact]
    overall: OverallAssessment | None
    grounds: str | None
    program_version: str
    trail_head: str
    actions: Sequence[ActionFact] = ()
    risks: Sequence[RiskFact] = ()
    history: Mapping[str, Sequence[YearOutcome]] | None = None
    previous: EarlierReport | None = None
    last_year: EarlierReport | None = None
