"""Kommunstyrelsens samlade bild som ett objekt: every figure of its page and of its documents.

The sums are kept beside the parts that they are sums of, and refused where they do not agree.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from internkontroll.findings.models import Severity
from internkontroll.organisation.models import BoardKind
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.rules.count import ClosingCount, CountDoesNotClose, total
from internkontroll.reporting.rules.lines import ActionCount
from internkontroll.reporting.rules.oversight.sent import (
    SentReport,
    SentRow,
    Severities,
    WithSeverities,
    added,
)
from internkontroll.reporting.rules.report import DecisionFacts

SCHEMA = 1


class BoardStanding(StrEnum):
    """Hur det står till med en nämnds uppföljning, as kommunstyrelsen may know it."""

    SENT = "sent"
    SENT_LATE = "sent_late"
    OVERDUE = "overdue"
    AWAITED = "awaited"
    NOT_ASKED = "not_asked"
    NO_POINT = "no_point"


class ObligatoryStanding(StrEnum):
    """Vad en nämnd visar om ett obligatoriskt kontrollmoment."""

    REPORTED = "followed_up"
    NOT_APPLICABLE = "not_applicable"
    NOT_REPORTED = "not_reported"
    NOT_IN_PLAN = "not_in_plan"
    NOT_SENT = "not_sent"


@dataclass(frozen=True)
class BoardLine(WithSeverities):
    """En nämnd i den samlade bilden. ``days_late`` is 0 where nothing is late.

    Where nothing has been sent, ``report`` is None and every figure is 0.
    """

    code: str
    name: str
    kind: BoardKind
    standing: BoardStanding
    due_on: date | None
    sent_on: date | None
    days_late: int
    report: SentReport | None
    plan_size: int
    count: ClosingCount
    controls: int
    reviewed: int
    deviating: int
    severities: Severities
    assessments: tuple[tuple[Assessment, int], ...]

    @property
    def rows(self) -> tuple[SentRow, ...]:
        """The kontrollmoment that were reported."""
        return self.report.rows if self.report else ()

    @property
    def is_sent(self) -> bool:
        """Whether it has been decided and sent."""
        return self.report is not None

    def assessed(self, assessment: Assessment) -> int:
        """How many kontrollmoment have the assessment."""
        return dict(self.assessments)[assessment]

    def of_severity(self, severity: Severity) -> int:
        """How many avvikelser of the severity."""
        return dict(self.severities)[severity]


@dataclass(frozen=True)
class OversightTotal(WithSeverities):
    """Summan över de nämnder som har lämnat. ``told_actions`` of ``sent`` tell of åtgärder."""

    boards: int
    sent: int
    asked: int
    overdue: int
    plan_size: int
    controls: int
    count: ClosingCount
    reviewed: int
    deviating: int
    severities: Severities
    assessments: tuple[tuple[Assessment, int], ...]
    overall: tuple[tuple[OverallAssessment, int], ...]
    actions: ActionCount
    told_actions: int


@dataclass(frozen=True)
class ObligatoryAnswer:
    """En nämnds svar på ett obligatoriskt kontrollmoment; ``row`` where it was reported."""

    code: str
    name: str
    standing: ObligatoryStanding
    row: SentRow | None = None


@dataclass(frozen=True)
class ObligatoryLine(WithSeverities):
    """Ett obligatoriskt kontrollmoment tvärs över nämnderna."""

    number: int
    area: str
    text: str
    answers: tuple[ObligatoryAnswer, ...]
    count: ClosingCount
    severities: Severities

    def standing(self, standing: ObligatoryStanding) -> int:
        """How many nämnder stand so."""
        return sum(answer.standing is standing for answer in self.answers)


@dataclass(frozen=True)
class AreaBoard:
    """En nämnd med avvikelser i ett kontrollområde, and the numbers of the kontrollmoment."""

    code: str
    name: str
    numbers: tuple[int, ...]
    severities: Severities


@dataclass(frozen=True)
class CommonArea(WithSeverities):
    """Gemensamt mönster: a kontrollområde with avvikelser in two nämnder or more."""

    area: str
    boards: tuple[AreaBoard, ...]
    controls: int
    severities: Severities


@dataclass(frozen=True)
class OversightMatter:
    """Det kommunstyrelsen behöver ta ställning till; ``code`` is the nämnd it is about, if one."""

    heading: str
    text: str
    code: str | None = None
    area: str | None = None


@dataclass(frozen=True)
class OversightReport:
    """Kommunstyrelsens samlade bild of one year and rapporteringstidpunkt, as of ``known_on``.

    Only reports that are decided and sent are in it. ``overall``, ``grounds`` and the last of the
    ``proposals`` are kommunstyrelsen's own. Raises CountDoesNotClose where a sum is not that of
    its parts.
    """

    title: str
    municipality: str
    year: int
    point: str
    known_on: date
    boards: tuple[BoardLine, ...]
    total: OversightTotal
    obligatory: tuple[ObligatoryLine, ...]
    common: tuple[CommonArea, ...]
    matters: tuple[OversightMatter, ...]
    overall: OverallAssessment | None
    grounds: str | None
    proposals: tuple[str, ...]
    sum_rule: str
    size_rule: str
    program_version: str
    schema: int = SCHEMA
    decision: DecisionFacts | None = None
    """Kommunstyrelsens own decision; the picture is frozen as it was decided."""
    version: int = 1
    corrected_because: str | None = None
    """Why this version took the place of the one before it."""

    def __post_init__(self) -> None:
        if total_of(self.boards) != self.total:
            raise CountDoesNotClose(f"the sum of {self.title} is not that of its boards")
        for line in self.boards:
            report = line.report
            rows = (report.count, len(report.rows)) if report else (ClosingCount(), 0)
            if rows != (line.count, line.controls):
                raise CountDoesNotClose(f"the figures of {line.code} are not those of its rows")

    def board(self, code: str) -> BoardLine | None:
        """The line of one nämnd."""
        return next((line for line in self.boards if line.code == code), None)

    @property
    def sent(self) -> tuple[BoardLine, ...]:
        """The nämnder that have decided and sent."""
        return tuple(line for line in self.boards if line.is_sent)

    @property
    def missing(self) -> tuple[BoardLine, ...]:
        """The nämnder that are late and have sent nothing, the latest first."""
        late = (line for line in self.boards if line.standing is BoardStanding.OVERDUE)
        return tuple(sorted(late, key=lambda line: -line.days_late))


def total_of(boards: Iterable[BoardLine]) -> OversightTotal:
    """The sum over the nämnder."""
    lines = tuple(boards)
    reports = [line.report for line in lines if line.report is not None]
    assessments = Counter[Assessment]()
    for line in lines:
        assessments.update(dict(line.assessments))
    actions = [report.actions for report in reports if report.actions is not None]
    overall = Counter(report.overall for report in reports)
    asked = {BoardStanding.NOT_ASKED, BoardStanding.NO_POINT}
    return OversightTotal(
        boards=len(lines),
        sent=len(reports),
        asked=sum(line.is_sent or line.standing not in asked for line in lines),
        overdue=sum(line.standing is BoardStanding.OVERDUE for line in lines),
        plan_size=sum(line.plan_size for line in lines),
        controls=sum(line.controls for line in lines),
        count=total(line.count for line in lines),
        reviewed=sum(line.reviewed for line in lines),
        deviating=sum(line.deviating for line in lines),
        severities=added([line.severities for line in lines]),
        assessments=tuple((kind, assessments[kind]) for kind in Assessment),
        overall=tuple((kind, overall[kind]) for kind in OverallAssessment),
        actions=ActionCount(
            *(sum(getattr(one, entry.name) for one in actions) for entry in fields(ActionCount))
        ),
        told_actions=len(actions),
    )


def per_ten(found: int, controls: int) -> Decimal | None:
    """How many per ten kontrollmoment, to one decimal; None where there are none.

    A nämnd with forty kontrollmoment has more avvikelser than one with ten, all else equal.
    """
    if not controls:
        return None
    exact = Fraction(10 * found, controls)
    whole = Decimal(exact.numerator) / Decimal(exact.denominator)
    return whole.quantize(Decimal("0.1"), ROUND_HALF_UP)


class RowChoice(StrEnum):
    """Vilka rader som visas: those behind a figure of the picture."""

    ALL = "all"
    UNDONE = "undone"
    DEVIATING = "deviating"
    MINOR = "minor"
    MATERIAL = "material"
    SERIOUS = "serious"
    NOT_PERFORMED = "not_done"


_BY_CHOICE = {
    RowChoice.MINOR: Severity.MINOR,
    RowChoice.MATERIAL: Severity.MATERIAL,
    RowChoice.SERIOUS: Severity.SERIOUS,
}


def is_chosen(row: SentRow, choice: RowChoice) -> bool:
    """Whether a row is one of those behind the figure."""
    if choice in _BY_CHOICE:
        return bool(dict(row.severities)[_BY_CHOICE[choice]])
    match choice:
        case RowChoice.UNDONE:
            return bool(row.count.undone)
        case RowChoice.DEVIATING:
            return row.deviates
        case RowChoice.NOT_PERFORMED:
            return row.assessment is Assessment.NOT_PERFORMED
    return True


def chosen_rows(
    boards: Iterable[BoardLine], choice: RowChoice
) -> tuple[tuple[BoardLine, SentRow], ...]:
    """The rows behind a figure, nämnd by nämnd in the order of their numbers."""
    return tuple((line, row) for line in boards for row in line.rows if is_chosen(row, choice))
