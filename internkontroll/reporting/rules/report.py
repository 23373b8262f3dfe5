"""Uppföljningen som ett objekt: every figure and sentence of a report, and nothing else.

Pages, files and the decided snapshot are all made from it. ``to_plain`` gives what canonical JSON
takes, ``from_plain`` reads a snapshot back.
"""

import dataclasses
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from internkontroll.core.canonical import plain
from internkontroll.core.dates import long_date
from internkontroll.reporting.models import Assessment, OverallAssessment, ReportState
from internkontroll.reporting.rules.count import ClosingCount
from internkontroll.reporting.rules.lines import (
    AbsenceLine,
    ActionCount,
    ActionLine,
    Advice,
    AreaYear,
    BoundLine,
    Comparison,
    CorrectionCount,
    EarlierPoint,
    ExtraLine,
    FindingLine,
    MonthCount,
    MoveLine,
    RiskCount,
    Statement,
    YearOutcome,
)
from internkontroll.reporting.rules.reading_back import dataclass_from
from internkontroll.sampling.rules.figures import grouped

SCHEMA = 1
"""Raised when a field changes its meaning; a new field gets a default: old snapshots stay read."""


class LaterKind(StrEnum):
    """Vad som tillkom efter att uppgifterna stängdes."""

    SIGNED = "signed"
    CORRECTED = "corrected"
    NOT_PERFORMED = "not_performed"
    RESUMED = "resumed"
    FINDING = "finding"
    OCCURRENCE = "occurrence"
    MOVED = "moved"
    EXPIRED = "expired"
    ITEM_CORRECTED = "item_corrected"
    ACTION = "action"
    ACTION_MOVED = "action_moved"
    ACTION_ENDED = "action_ended"


@dataclass(frozen=True)
class DecisionFacts:
    """Beslut: who decided, when, and under which § and diarienummer."""

    body: str
    decided_on: date
    paragraph: str
    registry_number: str
    verified_on: date | None = None


@dataclass(frozen=True)
class PlanFacts:
    """Planen som följs upp, with the hash of its decided content."""

    version: int
    sha256: str
    decision: DecisionFacts


@dataclass(frozen=True)
class ControlRow:
    """Utfall för ett kontrollmoment: ``assessment`` stands, ``proposed`` is what the rule gave.

    ``reviewed`` of ``population`` items, ``deviating`` of the reviewed; sums over the occurrences.
    ``removed``: a revision has taken it out of the plan; what was done before still counts.
    ``not_applicable``: why nothing is done of it here, though it is obligatory for all nämnder.
    """

    number: int
    area: str
    text: str
    risks: tuple[str, ...]
    method: str
    performed_by: str | None
    count: ClosingCount
    reviewed: int
    population: int
    deviating: int
    proof: str | None
    undone: str | None
    proposed: Assessment | None
    assessment: Assessment | None
    assessment_reason: str | None
    comment: str
    absences: tuple[AbsenceLine, ...]
    findings: tuple[FindingLine, ...]
    moves: tuple[MoveLine, ...] = ()
    removed: bool = False
    not_applicable: str | None = None
    proof_note: str | None = None
    """Why no bound is told of the sample, where there is a sample and no ``proof``."""
    lineage: str = ""
    bounds: tuple[BoundLine, ...] = ()
    """What each draw shows, one line for each; never of several together."""
    extras: tuple[ExtraLine, ...] = ()
    previous: Comparison | None = None
    last_year: Comparison | None = None
    history: tuple[YearOutcome, ...] = ()
    """This year to the cut-off first, then the years before it; only those with anything done."""

    @property
    def actions(self) -> tuple[ActionLine, ...]:
        """The actions against its findings."""
        return tuple(action for finding in self.findings for action in finding.actions)


@dataclass(frozen=True)
class AreaCount:
    """Räkningen för ett kontrollområde."""

    name: str
    controls: int
    count: ClosingCount


@dataclass(frozen=True)
class CommitteeLine:
    """Ett utskotts granskningar: ``reviewed`` of ``population`` items over its meetings.

    The draws of the meetings are never one random sample: no bound is told of the sum.
    """

    name: str
    count: ClosingCount
    reviewed: int
    population: int
    deviating: int


@dataclass(frozen=True)
class AssessmentCount:
    """Hur många kontrollmoment som har en bedömning."""

    assessment: Assessment
    controls: int


@dataclass(frozen=True)
class Matter:
    """Det nämnden behöver ta ställning till."""

    number: int
    heading: str
    text: str
    proof: str | None = None


@dataclass(frozen=True)
class ChangedControl:
    """Ett kontrollmoment som inte rapporteras nu men där något har hänt sedan förra gången."""

    number: int
    area: str
    text: str
    count: ClosingCount
    findings: tuple[FindingLine, ...]


@dataclass(frozen=True)
class UnreportedControl:
    """Ett kontrollmoment som inte rapporteras nu; ``points`` är tidpunkterna då det rapporteras."""

    number: int
    area: str
    text: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class LaterFact:
    """Tillkommet efter: known only after the facts were closed, and not in the figures."""

    kind: LaterKind
    number: int
    recorded_on: date
    text: str


@dataclass(frozen=True)
class AssignmentLine:
    """Uppdrag från nämnden: what was asked for, by when, and what came of it.

    ``moved`` is how many times the day has been moved; ``late`` at the moment facts were closed.
    """

    label: str
    text: str
    unit: str | None
    given_on: date
    due_on: date
    moved: int = 0
    reported_on: date | None = None
    report_back: str | None = None
    late: bool = False


@dataclass(frozen=True)
class Report:
    """Uppföljning av internkontrollplanen for one board and reporting point.

    ``cut_off_at`` is the moment up to which facts were taken in, ``known_on`` its Swedish day,
    ``cut_off`` the last day on which the point takes facts in.
    """

    title: str
    board_code: str
    board_name: str
    year: int
    point: str
    period_start: date
    period_end: date
    cut_off: date
    cut_off_at: datetime
    known_on: date
    board_on: date | None
    executive_on: date | None
    state: ReportState
    plan: PlanFacts
    decision: DecisionFacts | None
    total: ClosingCount
    areas: tuple[AreaCount, ...]
    rows: tuple[ControlRow, ...]
    assessments: tuple[AssessmentCount, ...]
    reviewed: int
    deviating: int
    findings: int
    matters: tuple[Matter, ...]
    matters_left: int
    others: tuple[ChangedControl, ...]
    overall: OverallAssessment | None
    grounds: str | None
    proposals: tuple[str, ...]
    later: tuple[LaterFact, ...]
    count_rule: str
    assessment_rule: str
    program_version: str
    trail_head: str
    schema: int = field(default=SCHEMA)
    unreported: tuple[UnreportedControl, ...] = ()
    committees: tuple[CommitteeLine, ...] = ()
    committee_rule: str = ""
    statements: tuple[Statement, ...] = ()
    """Computed sentences, in the order in which they are told."""
    advice: tuple[Advice, ...] = ()
    """What the outcome speaks for in next year's plan."""
    risks: RiskCount = RiskCount()  # noqa: RUF009 -- frozen
    actions: ActionCount = ActionCount()  # noqa: RUF009
    corrections: CorrectionCount = CorrectionCount()  # noqa: RUF009
    follow_up: str = ""
    """How far they have come, in a sentence or two."""
    earlier_actions: ActionCount = ActionCount()  # noqa: RUF009
    """The actions that were open, and known, when the point before it closed."""
    previous: EarlierPoint | None = None
    last_year: EarlierPoint | None = None
    comparison_rule: str = ""
    assignments: tuple[AssignmentLine, ...] = ()
    version: int = 1
    corrected_because: str | None = None
    """Why this version took the place of the one before it."""
    approved_on: date | None = None
    """The day on which the director approved it."""
    xray: tuple[str, ...] = ()
    """What the X-ray reminded of when the board decided."""
    months: tuple[MonthCount, ...] = ()
    """What was due, month by month; their sum is what was due in all."""
    by_year: tuple[AreaYear, ...] = ()
    """Avvikelser by area, this year and at the same point of the years before, the newest first."""

    @property
    def period(self) -> str:
        """ "1 januari–30 april 2020": the year is said once where it is the same."""
        first = long_date(self.period_start)
        if self.period_start.year == self.period_end.year:
            first = first.removesuffix(f" {self.period_start.year}")
        return f"{first}–{long_date(self.period_end)}"

    @property
    def is_decided(self) -> bool:
        """Whether the board has decided it."""
        return self.state is ReportState.DECIDED

    @property
    def tells_follow_up(self) -> bool:
        """Whether it knows of åtgärder and rättelser; one decided before that does not."""
        return any(row.lineage for row in self.rows)

    @property
    def without_matters(self) -> str:
        """What is said where nothing needs a stand; nothing reported does not mean all is well."""
        if not self.rows:
            return "Planen har inget kontrollmoment som rapporteras vid den här tidpunkten."
        return (
            "Inget kontrollmoment är ogjort och inga väsentliga eller allvarliga avvikelser finns."
        )

    @property
    def reviewed_words(self) -> str:
        """How many items were reviewed and how many deviated, over all kontrollmoment."""
        if self.reviewed == 1:
            reviewed = (
                f"1 post är granskad. Den har {'en' if self.deviating else 'ingen'} avvikelse."
            )
        else:
            reviewed = (
                f"{grouped(self.reviewed)} poster är granskade, {grouped(self.deviating)} av dem "
                "har en avvikelse."
            )
        described = "avvikelse är beskriven" if self.findings == 1 else "avvikelser är beskrivna"
        return f"{reviewed} {grouped(self.findings)} {described}."

    @property
    def highlight(self) -> str | None:
        """The one sentence on what a sample proves that the summary tells."""
        return next((matter.proof for matter in self.matters if matter.proof), None)

    def rows_of(self, area: str) -> tuple[ControlRow, ...]:
        """The rows of a kontrollområde."""
        return tuple(row for row in self.rows if row.area == area)


@dataclass(frozen=True)
class ShownReport:
    """Uppföljningen som den visas: decided ones carry the hash of their snapshot."""

    report: Report
    sha256: str | None = None
    snapshot: str | None = None
    """The canonical JSON that was decided, byte for byte."""


def section_words(paragraph: str) -> str:
    """A decision's paragraf with its sign, whether or not it was typed: "§ 87"."""
    return paragraph if paragraph.startswith("§") else f"§\u00a0{paragraph}"


def to_plain(report: Report) -> dict[str, Any]:
    """The report as plain data: dates ISO 8601, moments UTC, enum members their values."""
    made: dict[str, Any] = plain(dataclasses.asdict(report))
    return made


def report_from_plain(data: dict[str, Any]) -> Report:
    """Read a report back. Raises ValueError where something that must be there is missing."""
    return dataclass_from(Report, data)
