"""Rader i uppföljningen: what a report tells of a finding, an action, a draw or a year."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from internkontroll.findings.models import CorrectionOutcome, Severity
from internkontroll.reporting.models import Assessment
from internkontroll.reporting.rules.count import ClosingCount, CountDoesNotClose, Outcome


class ActionStanding(StrEnum):
    """Åtgärdens läge vid en tidpunkt. Planned and begun are one: nobody keeps when it began."""

    OPEN = "ongoing"
    LATE = "late"
    DONE = "done"
    CANCELLED = "cancelled"


class Change(StrEnum):
    """Jämförelse med en tidigare uppföljning."""

    NEW = "new"
    WORSE = "worse"
    SAME = "same"
    BETTER = "better"


class StatementKind(StrEnum):
    """Vad en uträknad mening handlar om."""

    KNOWN_RISKS = "known_risks"
    EARLIER_ACTIONS = "earlier_actions"
    RECURRING = "recurring"
    CONCENTRATION = "concentration"
    WITHOUT_DEVIATION = "without_deviation"


class AdviceKind(StrEnum):
    """Förslag inför nästa års plan."""

    MORE_OFTEN = "more_often"
    LESS_OFTEN = "less_often"
    NEW_CONTROL = "new_control"


@dataclass(frozen=True)
class CorrectionLine:
    """Rättelse av den enskilda posten, as it stood at the cut-off; ``amount`` in öre."""

    outcome: CorrectionOutcome
    text: str
    done_on: date | None
    amount: int | None = None


@dataclass(frozen=True)
class ActionLine:
    """Åtgärd mot orsaken, as it stood at the cut-off.

    ``due_on`` is the day that held then, ``moves`` how many times it had been moved, ``manned``
    whether the one who answers for it had a role in the board that day.
    """

    label: str
    number: int
    description: str
    standing: ActionStanding
    due_on: date
    moves: int = 0
    manned: bool = True
    ended_on: date | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class FindingLine:
    """Avvikelse as the report tells it, with its rättelse and åtgärder.

    ``about_item``: it concerns a single item, which is to be put right apart from the cause.
    """

    label: str
    severity: Severity
    description: str
    recorded_on: date
    about_item: bool = False
    correction: CorrectionLine | None = None
    actions: tuple[ActionLine, ...] = ()


@dataclass(frozen=True)
class AbsenceLine:
    """Ett kontrolltillfälle som inte gjordes, and why."""

    scheduled_on: date
    where: str | None
    reason: str


@dataclass(frozen=True)
class MoveLine:
    """Ett kontrolltillfälle som har flyttats, from which day to which, and why."""

    where: str | None
    old_due_on: date
    new_due_on: date
    reason: str


@dataclass(frozen=True)
class ExtraLine:
    """Extra kontroll: a kontrolltillfälle that was called for, why, and what became of it."""

    scheduled_on: date
    reason: str
    outcome: Outcome


@dataclass(frozen=True)
class BoundLine:
    """Vad ett stickprov visar: one for each draw, never of several together.

    ``is_bound``: the sentence tells a limit or a whole list; else it tells why there is none.
    """

    scheduled_on: date
    where: str | None
    reviewed: int
    population: int
    deviating: int
    text: str
    is_bound: bool
    at_most: int | None = None
    """The limit in items, where the sentence tells a number."""


@dataclass(frozen=True)
class MonthCount:
    """Räkningen för det som skulle vara klart under en månad; ``month`` is its first day."""

    month: date
    count: ClosingCount


@dataclass(frozen=True)
class AreaYear:
    """Avvikelser i ett kontrollområde ett år, at the same reporting point each year."""

    year: int
    area: str
    serious: int
    material: int
    minor: int

    @property
    def findings(self) -> int:
        """How many they are."""
        return self.serious + self.material + self.minor


@dataclass(frozen=True)
class Comparison:
    """Samma kontrollmoment i en tidigare beslutad uppföljning, and how it has gone since."""

    change: Change
    assessment: Assessment | None
    due: int
    performed: int
    deviating: int


@dataclass(frozen=True)
class YearOutcome:
    """Ett års utfall för ett kontrollmoment, over versions and years."""

    year: int
    performed: int
    deviating: int
    findings: int
    actions_done: int

    @property
    def has_fault(self) -> bool:
        """Whether anything was found wrong that year."""
        return bool(self.deviating or self.findings)

    @property
    def is_clean(self) -> bool:
        """Whether it was done and nothing was found wrong."""
        return self.performed > 0 and not self.has_fault


@dataclass(frozen=True)
class EarlierPoint:
    """En tidigare beslutad uppföljning that this one is compared with."""

    point: str
    year: int
    decided_on: date


@dataclass(frozen=True)
class ActionCount:
    """Åtgärder efter läge; total = done + cancelled + open, ``late`` of the open ones.

    ``moved`` of them have been moved, ``unmanned`` of the open ones nobody answers for.
    Raises CountDoesNotClose if it does not close.
    """

    total: int = 0
    done: int = 0
    cancelled: int = 0
    open: int = 0
    late: int = 0
    moved: int = 0
    unmanned: int = 0

    def __post_init__(self) -> None:
        if self.total != self.done + self.cancelled + self.open:
            raise CountDoesNotClose(f"actions do not add up: {self!r}")
        if max(self.late, self.unmanned) > self.open or self.moved > self.total:
            raise CountDoesNotClose(f"impossible figures: {self!r}")


@dataclass(frozen=True)
class CorrectionCount:
    """Rättelser; items to correct = corrected + impossible + waiting.

    Raises CountDoesNotClose if it does not close.
    """

    items_to_correct: int = 0
    corrected: int = 0
    impossible: int = 0
    waiting: int = 0

    def __post_init__(self) -> None:
        if self.items_to_correct != self.corrected + self.impossible + self.waiting:
            raise CountDoesNotClose(f"corrections do not add up: {self!r}")


@dataclass(frozen=True)
class RiskCount:
    """Planens risker; total = known + undone + not yet due + not applicable.

    Known is a risk against which at least one control was done by the cut-off. Raises
    CountDoesNotClose if it does not close.
    """

    total: int = 0
    known: int = 0
    undone: int = 0
    not_yet: int = 0
    not_here: int = 0

    def __post_init__(self) -> None:
        if self.total != self.known + self.undone + self.not_yet + self.not_here:
            raise CountDoesNotClose(f"risks do not add up: {self!r}")


@dataclass(frozen=True)
class Figure:
    """En siffra i en mening, by the name of what it counts."""

    name: str
    value: int


@dataclass(frozen=True)
class Statement:
    """En uträknad mening, with the figures it carries and the numbers of the rows they are of."""

    kind: StatementKind
    text: str
    figures: tuple[Figure, ...]
    controls: tuple[int, ...] = ()


@dataclass(frozen=True)
class Advice:
    """Förslag inför nästa år, computed; ``controls`` are the rows that it rests on."""

    kind: AdviceKind
    text: str
    controls: tuple[int, ...] = ()
