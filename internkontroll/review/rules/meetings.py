"""Utskottets granskningar i tal: one row for each meeting, and their sums over months and points.

Only what is signed is summed. The draws of several meetings are never one random sample: no bound
is told of a sum.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from internkontroll.core.dates import MONTHS
from internkontroll.review.models import Answer
from internkontroll.review.rules.items import ItemState
from internkontroll.sampling.models import SeedSource, SelectionMethod
from internkontroll.schedule.models import OccurrenceState
from internkontroll.schedule.rules import Frame


def known_size(parts: Iterable[tuple[int, int]]) -> int:
    """N over several occasions, from (n, N) of each; 0 as soon as one n is of an unknown N."""
    sizes = [(reviewed, size) for reviewed, size in parts if reviewed or size]
    if any(reviewed and not size for reviewed, size in sizes):
        return 0
    return sum(size for _, size in sizes)


@dataclass(frozen=True)
class Outcomes:
    """Utfall in items: n ``reviewed`` of N ``size`` (0: not known), as they stand signed."""

    reviewed: int
    size: int
    deviating: int
    not_applicable: int = 0

    @property
    def clean(self) -> int:
        """Items without a departure."""
        return self.reviewed - self.deviating - self.not_applicable


@dataclass(frozen=True)
class Drawn:
    """Dragning in figures: n of N, when, and by whom (as the program calls them)."""

    draw_id: int
    n: int
    size: int
    method: SelectionMethod
    at: datetime
    by: str


@dataclass(frozen=True)
class MeetingReview:
    """Granskningen inför ett sammanträde: one kontrolltillfälle of a committee, without its items.

    ``kind`` is the kind of case, ``counted_on`` the day by which it is summed, as reports count it.
    ``cancelled``: it fell away with its meeting; one that was begun stays. ``outcomes`` is None
    until the conclusion is signed.
    """

    occurrence_id: int
    meeting_id: int
    held_on: date
    counted_on: date
    ordinary: bool
    cancelled: bool
    state: OccurrenceState
    number: int
    kind: str
    drawn: Drawn | None = None
    outcomes: Outcomes | None = None
    statement: str | None = None
    """The committee's own words on the whole."""
    kind_is_open: bool = False
    """Whether the committee has kinds to choose among and has not chosen; ``kind`` tells them."""


@dataclass(frozen=True)
class PeriodSum:
    """Summan för en period. ``held`` are the reviews that did not fall away with their meeting.

    ``signed`` of them are in the figures; ``outcomes.size`` is 0 where an N is not known.
    """

    label: str
    held: int
    signed: int
    outcomes: Outcomes


@dataclass(frozen=True)
class Month:
    """En månads granskningar with their sum; ``first`` is its first day."""

    first: date
    reviews: tuple[MeetingReview, ...]
    total: PeriodSum


def sum_of(label: str, reviews: Iterable[MeetingReview]) -> PeriodSum:
    """Add up what is signed."""
    rows = list(reviews)
    signed = [row.outcomes for row in rows if row.outcomes is not None]
    return PeriodSum(
        label=label,
        held=sum(not row.cancelled for row in rows),
        signed=len(signed),
        outcomes=Outcomes(
            reviewed=sum(row.reviewed for row in signed),
            size=known_size((row.reviewed, row.size) for row in signed),
            deviating=sum(row.deviating for row in signed),
            not_applicable=sum(row.not_applicable for row in signed),
        ),
    )


def months_of(reviews: Sequence[MeetingReview]) -> tuple[Month, ...]:
    """The months that have a meeting, in order."""
    ordered = sorted(reviews, key=lambda row: (row.counted_on, row.number, row.occurrence_id))
    made = []
    for first, rows in groupby(ordered, key=lambda row: row.counted_on.replace(day=1)):
        own = tuple(rows)
        made.append(Month(first, own, sum_of(MONTHS[first.month - 1].capitalize(), own)))
    return tuple(made)


def sums_until(
    reviews: Sequence[MeetingReview], ends: Iterable[tuple[str, date]]
) -> tuple[PeriodSum, ...]:
    """The sums from the year's first day to each end, as reports cumulate."""
    return tuple(
        sum_of(label, (row for row in reviews if row.counted_on <= end)) for label, end in ends
    )


@dataclass(frozen=True)
class StepAside:
    """Jäv: a member who stepped aside, from one case by its running number or (None) from all."""

    occurrence_id: int
    who: str
    position: int | None = None


@dataclass(frozen=True)
class ItemOutcome:
    """Utfall för en post by its running number; ``faults`` are questions with their bad answers.

    What was remarked beside the answers is not here: no written account of a case leaves.
    """

    position: int
    state: ItemState
    faults: tuple[tuple[str, Answer], ...] = ()


@dataclass(frozen=True)
class ReviewFacts:
    """Det ett underlag till paragraf säger om en granskning.

    ``digest`` is SHA-256 of the sealed record's file: nothing can be tried out on it. It is None
    where nothing is drawn, and once the references are destroyed.
    """

    review: MeetingReview
    frame: Frame | None = None
    is_secret: bool = True
    unreconciled: bool = False
    seed_source: SeedSource | None = None
    digest: str | None = None
    items: tuple[ItemOutcome, ...] = ()
    observation: str | None = None
    stepped_aside: tuple[StepAside, ...] = ()


@dataclass(frozen=True)
class MinutesFacts:
    """Underlag till paragraf: a committee's meeting and what was reviewed before it."""

    board_code: str
    board_name: str
    committee_code: str
    committee_name: str
    held_on: date
    ordinary: bool
    cancelled: bool = False
    verifier: str | None = None
    """The justerare, as the program calls them."""
    reviews: tuple[ReviewFacts, ...] = ()

    @property
    def is_signed(self) -> bool:
        """Whether every review that has a sample is signed."""
        begun = [row.review for row in self.reviews if row.review.drawn or row.review.outcomes]
        return bool(begun) and all(row.outcomes is not None for row in begun)
