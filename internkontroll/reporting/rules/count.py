"""Räkningen som måste gå ihop: what was due, and what became of it, as it was known at a moment.

Source: the house's design, section 4. Everything here is plain data and whole numbers.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from internkontroll.core.clock import end_of_day, swedish_day


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
    """Undertecknad slutsats: the figures at signing. n is ``reviewed``, N ``population``.

    N is 0 where nobody knows it, and where nothing was counted. ``recorded``: the result was
    recorded as a whole and not judged item by item, so that it proves nothing of the rest.
    """

    signed_at: datetime
    reviewed: int
    population: int
    deviating: int
    is_random: bool
    recorded: bool = False
    not_applicable: int = 0
    proof: str | None = None
    """The sentence on what the sample proves, as it was written with the conclusion."""
    at_most: int | None = None
    """The limit in items that was kept with the sentence; None where it tells no number."""


@dataclass(frozen=True)
class Move:
    """Flytt: the days it had before and got, why, and the moment at which that became known."""

    old_scheduled_on: date
    old_due_on: date
    new_due_on: date
    reason: str
    recorded_at: datetime

    @property
    def changes_day(self) -> bool:
        """Whether it was to be done another day. One with a day of its own keeps that day when
        its meeting moves.
        """
        return self.old_due_on != self.new_due_on


@dataclass(frozen=True)
class OccurrenceFact:
    """Kontrolltillfälle as the report sees it. ``where`` names the meeting it was done for.

    ``scheduled_on`` and ``due_on`` are the days that stand now, ``moves`` how they came to, in
    the order in which they were recorded. ``expired_at``: when it fell away (inställt sammanträde,
    reviderad plan), which is known from then on.
    """

    occurrence_id: int
    lineage: str
    scheduled_on: date
    due_on: date
    recorded_at: datetime
    where: str | None = None
    verdict: Verdict | None = None
    absences: tuple[Absence, ...] = ()
    moves: tuple[Move, ...] = ()
    expired_at: datetime | None = None
    expired_reason: str | None = None
    corrections: tuple[Verdict, ...] = ()
    """Signed conclusions that corrected the first one, in the order of their signatures."""
    wanted_because: str | None = None
    """Why it was called for beside what the frequency makes."""

    def _next_move(self, moment: datetime) -> Move | None:
        return next((move for move in self.moves if move.recorded_at > moment), None)

    def scheduled_at(self, moment: datetime) -> date:
        """The day it was planned for, as known then."""
        later = self._next_move(moment) if self.moves else None
        return later.old_scheduled_on if later else self.scheduled_on

    def due_at(self, moment: datetime) -> date:
        """The day by which it was to be done, as known then."""
        later = self._next_move(moment) if self.moves else None
        return later.old_due_on if later else self.due_on

    def expired_by(self, moment: datetime) -> bool:
        """Whether it had fallen away by then."""
        return self.expired_at is not None and self.expired_at <= moment

    def verdict_at(self, moment: datetime) -> Verdict | None:
        """The conclusion if it was signed by then, with the figures that stood then.

        A correction changes the figures from its own signature on, never when it was done.
        """
        if self.verdict is None or self.verdict.signed_at > moment:
            return None
        if not self.corrections:
            return self.verdict
        known = [row for row in self.corrections if row.signed_at <= moment]
        return replace(known[-1], signed_at=self.verdict.signed_at) if known else self.verdict

    def touched_after(self, moment: datetime) -> bool:
        """Whether anything at all happened to it after that; most often nothing did."""
        return (
            (self.verdict is not None and self.verdict.signed_at > moment)
            or any(row.signed_at > moment for row in self.corrections)
            or any(
                max(row.recorded_at, row.withdrawn_at or moment) > moment for row in self.absences
            )
            or any(move.recorded_at > moment for move in self.moves)
            or (self.expired_at is not None and self.expired_at > moment)
        )

    def absence_at(self, moment: datetime) -> Absence | None:
        """The reason for not doing it that stood then."""
        return next((absence for absence in self.absences if absence.stands_at(moment)), None)


def outcome_of(fact: OccurrenceFact, cut_off_at: datetime) -> Outcome:
    """What became of one occurrence, as known at the cut-off.

    Due is what should be ready on the cut-off's Swedish day at the latest. Performed means that
    the conclusion was signed by then; begun, or done but unsigned, is missed. The days are those
    that stood at the time: a move recorded later changes nothing.
    """
    is_due = fact.due_at(cut_off_at) <= swedish_day(cut_off_at)
    return _outcome(fact, cut_off_at, is_due=is_due)


def _outcome(fact: OccurrenceFact, cut_off_at: datetime, *, is_due: bool) -> Outcome:
    verdict = fact.verdict_at(cut_off_at)
    if verdict is not None:
        if not is_due:
            return Outcome.EARLY
        in_time = verdict.signed_at <= end_of_day(fact.due_at(verdict.signed_at))
        return Outcome.IN_TIME if in_time else Outcome.LATE
    if fact.expired_by(cut_off_at):
        return Outcome.EXPIRED
    if not is_due:
        return Outcome.NOT_YET_DUE
    return Outcome.NOT_PERFORMED if fact.absence_at(cut_off_at) else Outcome.MISSED


class Settled(NamedTuple):
    """Ett kontrolltillfälle vid stängningen: what became of it, its day, and whether it was due."""

    outcome: Outcome
    due_on: date
    is_due: bool


def settled(facts: Iterable[OccurrenceFact], cut_off_at: datetime) -> list[Settled]:
    """What became of each of them, as known at the cut-off."""
    through = swedish_day(cut_off_at)
    made = []
    for fact in facts:
        due_on = fact.due_at(cut_off_at)
        is_due = due_on <= through
        made.append(Settled(_outcome(fact, cut_off_at, is_due=is_due), due_on, is_due))
    return made


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

    def _figures(self) -> tuple[int, ...]:
        # Written out: a report makes hundreds of counts, and fields() is slow.
        return (
            self.due,
            self.in_time,
            self.late,
            self.not_performed,
            self.missed,
            self.not_yet_due,
            self.early,
            self.expired,
        )

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
    """Count occurrences as known at the cut-off. Raises CountDoesNotClose as count_settled."""
    return count_settled(settled(facts, cut_off_at))


def count_settled(each: Sequence[Settled]) -> ClosingCount:
    """Count what became of occurrences.

    Every one of them is counted once; due is counted from the days alone and compared with what
    became of them. Raises CountDoesNotClose when the two differ.
    """
    counted = Counter(one.outcome for one in each)
    due = sum(one.is_due and one.outcome is not Outcome.EXPIRED for one in each)
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
    "slutsatsen. Påbörjat men inte undertecknat är inte gjort. Har ett tillfälle flyttats gäller "
    "den dag som stod när uppgifterna stängdes. Det som inte har hunnit bli aktuellt och det som "
    "har utgått räknas för sig."
)
