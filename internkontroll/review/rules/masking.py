"""Maskering av små tal: a breakdown of persons told outside those who review.

Source: the house's design, section 5: counts under five are masked, with complementary suppression
so that none of them can be reckoned from what is left. n of N and deviations of n are no breakdown
and are never masked.
"""

from collections.abc import Sequence

SMALLEST_SHOWN = 5
"""The smallest count of persons that is told."""


def masked(counts: Sequence[int]) -> tuple[int | None, ...]:
    """The counts of a breakdown whose sum is known; None for those that are not told.

    One count under five, none at all included, takes the whole breakdown with it. To leave out only
    the next smallest is not enough: of 5, 4 and 4 the rule itself gives away what "5, ?, ?" out of
    13 stands for. Where there is nobody at all, nothing is left out. Raises ValueError for a
    negative count.
    """
    if min(counts, default=0) < 0:
        raise ValueError("a count is never negative")
    if sum(counts) and min(counts) < SMALLEST_SHOWN:
        return (None,) * len(counts)
    return tuple(counts)
