"""Räkningen som måste gå ihop: what was due, and what became of it, as it was known at a moment.

Source: the house's design, section 4. Everything here is plain data and whole numbers.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum

from internkontroll.core.clock import swedish_day


class CountDoesNotClose(RuntimeError):
    """A count does not add up. Never the user's mistake: the program has lost an occurrence."""


class Outcome(StrEnum):
    """Vad det blev av ett kontrolltillfälle, as known at the cut-off."""

    IN_TIME = "in_time"
    LATE = "late"
    NOT_PERFORMED = "not_performed"
    MISSED = "missed"
    EARLY = "early"
    NOT_YET_DUE = "not_yet_due"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Absence:
    """Ej genomförd: the reason, and the moments between which it stood."""

    reason: str
    recorded_at: datetime
    withdrawn_at: datetime | None

    def stands_at(self, moment: datetime) -> bool:
        """Whether it was recorded by then and not yet withdrawn."""
        return self.recorded_at <= moment and (
            self.withdrawn_at is None or moment < self.withdrawn_at
        )


@dataclass(frozen=True)
class Verdict:
    """Undertecknad slutsats: the figures at signing. n is ``reviewed``, N ``population``."""

    signed_at: datetime
    reviewed: int
    population: int
    deviating: int
    is_random: bool


@dataclass(frozen=True)
class OccurrenceFact:
    """Kontrolltillfälle as the report sees it. ``where`` names the meeting it was done for."""

    occurrence_id: int
    lineage: str
    scheduled_on: date
    due_on: date
    expired: bool
    recorded_at: datetime
    where: str | None = None
    verdict: Verdict | None = None
    absences: tuple[Absence, ...] = ()

    def verdict_at(self, moment: datetime) -> Verdict | None:
        """The conclusion if it was signed by then."""
        known = self.verdict is not None and self.verdict.signed_at <= moment
        return self.verdict if known else None

    def absence_at(self, moment: datetime) -> Absence | None:
        """The reason for not doing it that stood then."""
        return next((absence for absence in self.absences if absence.stands_at(moment)), None)


def outcome_of(fact: OccurrenceFact, cut_off_at: datetime) -> Outcome:
    """What became of one occurrence, as known at the cut-off.

    Due is what should be ready on the cut-off's Swedish day at the latest. Performed means that
    the conclusion was signed by then; begun, or done but unsigned, is missed.
    """
    verdict = fact.verdict_at(cut_off_at)
    due = fact.due_on <= swedish_day(cut_off_at)
    if verdict is not None:
        if not due:
            return Outcome.EARLY
        in_time = swedish_day(verdict.signed_at) <= fact.due_on
        return Outcome.IN_TIME if in_time else Outcome.LATE
    if fact.expired:
        return Outcome.EXPIRED
    if not due:
        return Outcome.NOT_YET_DUE
    return Outcome.NOT_PERFORMED if fact.absence_at(cut_off_at) else Outcome.MISSED


@dataclass(frozen=True)
class ClosingCount:
    """Räkningen: due = in time + late + not performed with reason + missed.

    Occurrences that are not yet due (``early`` of them done already) and expired ones stand apart.
    Raises CountDoesNotClose if it does not close.
    """

    due: int = 0
    in_time: int = 0
    late: int = 0
    not_performed: int = 0
    missed: int = 0
    not_yet_due: int = 0
    early: int = 0
    expired: int = 0

    def __post_init__(self) -> None:
        settled = self.in_time + self.late + self.not_performed + self.missed
        if self.due != settled:
            raise CountDoesNotClose(f"{self.due} were due, but {settled} are accounted for")
        if self.early > self.not_yet_due or min(self._figures()) < 0:
            raise CountDoesNotClose(f"impossible figures: {self!r}")

    def _figures(self) -> list[int]:
        return [getattr(self, field.name) for field in fields(self)]

    @property
    def performed(self) -> int:
        """Of those due: done in time or late."""
        return self.in_time + self.late

    @property
    def undone(self) -> int:
        """Of those due: not done, with or without a reason."""
        return self.not_performed + self.missed

    @property
    def done_at_all(self) -> int:
        """Done by the cut-off, also before it was due."""
        return self.performed + self.early

    def __add__(self, other: "ClosingCount") -> "ClosingCount":
        pairs = zip(self._figures(), other._figures(), strict=True)
        return ClosingCount(*(left + right for left, right in pairs))


def closing_count(facts: Iterable[OccurrenceFact], cut_off_at: datetime) -> ClosingCount:
    """Count occurrences as known at the cut-off.

    Every one of them is counted once; due is counted from the days alone and compared with what
    became of them. Raises CountDoesNotClose when the two differ.
    """
    through = swedish_day(cut_off_at)
    counted: Counter[Outcome] = Counter()
    due = 0
    for fact in facts:
        outcome = outcome_of(fact, cut_off_at)
        counted[outcome] += 1
        due += fact.due_on <= through and outcome is not Outcome.EXPIRED
    return ClosingCount(
        due=due,
        in_time=counted[Outcome.IN_TIME],
        late=counted[Outcome.LATE],
        not_performed=counted[Outcome.NOT_PERFORMED],
        missed=counted[Outcome.MISSED],
        not_yet_due=counted[Outcome.NOT_YET_DUE] + counted[Outcome.EARLY],
        early=counted[Outcome.EARLY],
        expired=counted[Outcome.EXPIRED],
    )


def total(counts: Iterable[ClosingCount]) -> ClosingCount:
    """The sum of counts, which closes because each of them does."""
    return sum(counts, ClosingCount())


COUNT_RULE = (
    "Skulle göras är alla kontrolltillfällen under perioden som skulle vara klara senast den dag "
    "då uppgifterna stängdes. Gjort betyder att en annan person än granskaren har undertecknat "
    "slutsatsen. Påbörjat men inte undertecknat är inte gjort. Det som inte har hunnit bli "
    "aktuellt och det som har utgått räknas för sig."
)
