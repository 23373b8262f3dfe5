"""Fördelning: the same figures over the months, and over the areas and the years."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from internkontroll.findings.models import Severity
from internkontroll.reporting.rules.count import (
    ClosingCount,
    CountDoesNotClose,
    Settled,
    count_settled,
    total,
)
from internkontroll.reporting.rules.lines import AreaYear, MonthCount

YEARS_SHOWN = 5


def month_counts(each: Iterable[Settled], whole: ClosingCount) -> tuple[MonthCount, ...]:
    """What was due, by the month of the day by which it was to be done, in order.

    What is not yet due and what has expired is left out. Raises CountDoesNotClose unless the
    months add up to ``whole``.
    """
    by_month: dict[date, list[Settled]] = defaultdict(list)
    for one in each:
        by_month[one.due_on.replace(day=1)].append(one)
    counted = (MonthCount(month, count_settled(own)) for month, own in sorted(by_month.items()))
    months = tuple(one for one in counted if one.count.due)
    added = total(one.count for one in months)
    if (added.due, added.in_time, added.late) != (whole.due, whole.in_time, whole.late):
        raise CountDoesNotClose(f"the months add up to {added!r}, not to {whole!r}")
    return months


def area_years(
    year: int,
    areas: Iterable[str],
    found: Iterable[tuple[str, Severity]],
    earlier: Sequence[AreaYear],
) -> tuple[AreaYear, ...]:
    """This year's avvikelser in each area, then those of the years before: five years at most.

    An area where nothing was found is told as 0.
    """
    counted = Counter(found)
    own = [
        AreaYear(
            year=year,
            area=area,
            serious=counted[area, Severity.SERIOUS],
            material=counted[area, Severity.MATERIAL],
            minor=counted[area, Severity.MINOR],
        )
        for area in areas
    ]
    kept = (one for one in earlier if year - YEARS_SHOWN < one.year < year)
    return (*own, *kept)


def area_years_of(data: Mapping[str, Any]) -> tuple[AreaYear, ...]:
    """The same out of the snapshot of a decided report, also one from before it was kept there."""
    if data.get("by_year"):
        return tuple(AreaYear(**one) for one in data["by_year"])
    found = (
        (row["area"], Severity(finding["severity"]))
        for row in data["rows"]
        for finding in row["findings"]
    )
    areas = dict.fromkeys(row["area"] for row in data["rows"])
    return area_years(data["year"], areas, found, ())
