"""Gallringens räkning: when a frist has run out, and what a dry run says."""

import calendar
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from internkontroll.archive.models import CountedFrom, RecordKind

CONFIRM_DAYS = 14
"""Days within which another person confirms what one has ordered."""

LONGEST_MONTHS = 1200


@dataclass(frozen=True)
class Frist:
    """Gallringsfrist: whole months, counted from the year's end or from the board's decision."""

    months: int
    counted_from: CountedFrom


PROPOSALS: Mapping[RecordKind, Frist] = {
    RecordKind.ITEM_REFERENCES: Frist(24, CountedFrom.YEAR_DECIDED),
    RecordKind.ATTACHMENTS: Frist(24, CountedFrom.YEAR_DECIDED),
    RecordKind.NOTES: Frist(24, CountedFrom.YEAR_DECIDED),
    RecordKind.REPORT_DRAFTS: Frist(12, CountedFrom.YEAR_DECIDED),
    RecordKind.READING_TRAIL: Frist(60, CountedFrom.YEAR_END),
    RecordKind.TRAIL: Frist(120, CountedFrom.YEAR_END),
    RecordKind.ACCOUNTS: Frist(24, CountedFrom.YEAR_END),
    RecordKind.MUNICIPALITY_TRAIL: Frist(120, CountedFrom.YEAR_END),
    RecordKind.AUDIT_TRAIL: Frist(60, CountedFrom.YEAR_END),
}
"""What the program proposes. The board decides; nothing is destroyed by a proposal."""

OF_THE_MUNICIPALITY = frozenset(
    {RecordKind.ACCOUNTS, RecordKind.MUNICIPALITY_TRAIL, RecordKind.AUDIT_TRAIL}
)
"""Kinds that no single board owns: the board with uppsikt decides on them."""


@dataclass(frozen=True)
class Candidate:
    """Something that a kind holds of a year. ``obstacle``: why it cannot go yet, a sentence."""

    key: str
    at: datetime
    obstacle: str | None = None


@dataclass(frozen=True)
class DryRun:
    """Provkörning: what would be destroyed of a kind and year, and what stands in the way.

    ``refusals`` are sentences on why nothing of the year can go; ``obstacles`` why single records
    cannot, each with how many. ``due_on`` is the first day on which the frist has run out.
    """

    kind: RecordKind
    year: int
    total: int
    free: tuple[Candidate, ...]
    obstacles: tuple[tuple[str, int], ...]
    refusals: tuple[str, ...]
    due_on: date | None

    @property
    def count(self) -> int:
        """How many would be destroyed: n of N is count of total."""
        return len(self.free)

    @property
    def oldest(self) -> datetime | None:
        """The oldest that would be destroyed."""
        return min((each.at for each in self.free), default=None)

    @property
    def newest(self) -> datetime | None:
        """The newest that would be destroyed."""
        return max((each.at for each in self.free), default=None)

    @property
    def selection(self) -> str:
        """SHA-256 of what would be destroyed: the same for the same records only."""
        return selection_digest(each.key for each in self.free)

    @property
    def may_be_ordered(self) -> bool:
        """Whether there is something that can go now."""
        return bool(self.free) and not self.refusals


def selection_digest(keys: Iterable[str]) -> str:
    """SHA-256 of the keys in order, one a line."""
    return hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last day where it has no such day."""
    month = day.year * 12 + day.month - 1 + months
    year, index = divmod(month, 12)
    last = calendar.monthrange(year, index + 1)[1]
    return date(year, index + 1, min(day.day, last))


def due_on(year: int, frist: Frist, decided_on: date | None) -> date | None:
    """The first day after the frist; None while the day it is counted from is not known."""
    start = date(year, 12, 31) if frist.counted_from is CountedFrom.YEAR_END else decided_on
    return None if start is None else months_after(start, frist.months) + timedelta(days=1)


def last_day_to_confirm(ordered_on: date) -> date:
    """The last day on which an order can be confirmed."""
    return ordered_on + timedelta(days=CONFIRM_DAYS)


def dry_run(
    kind: RecordKind,
    year: int,
    candidates: Sequence[Candidate],
    *,
    refusals: Sequence[str],
    due: date | None,
) -> DryRun:
    """What would go of the candidates, and why the others would not, the commonest first."""
    stopped = Counter(each.obstacle for each in candidates if each.obstacle is not None)
    return DryRun(
        kind=kind,
        year=year,
        total=len(candidates),
        free=tuple(each for each in candidates if each.obstacle is None),
        obstacles=tuple(stopped.most_common()),
        refusals=tuple(refusals),
        due_on=due,
    )
