"""Diagram (charts): where everything of a small interval chart lies, in whole units of its box.

Pure geometry; templates/components/chart.html draws it. Shares are exact; only the places in the
picture are rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

WIDTH = 400
"""Units of the picture's width; a phone shows one unit as about one pixel."""

LEFT, RIGHT = 8, 392
TOP, ROW = 4, 40
AXIS = 22
SCALES = tuple(Fraction(points, 100) for points in (5, 10, 20, 50, 100))
"""Where the axis may end: the first that holds everything is used."""


@dataclass(frozen=True)
class IntervalRow:
    """En rad: its words, the share found, and the highest share not ruled out if there is one."""

    label: str
    found: Fraction
    highest: Fraction | None


@dataclass(frozen=True)
class Bar:
    """Radens läge: baseline of the words, middle of the bar, where it begins and ends."""

    label: str
    words_y: int
    bar_y: int
    found_x: int
    highest_x: int | None


@dataclass(frozen=True)
class Tick:
    """Ett streck på axeln, in percent."""

    x: int
    percent: int


@dataclass(frozen=True)
class IntervalChart:
    """Diagrammet: its box, bars and axis."""

    width: int
    height: int
    axis_y: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


def interval_chart(rows: Sequence[IntervalRow]) -> IntervalChart | None:
    """Lay out rows under each other on one axis of shares from 0; None without rows."""
    if not rows:
        return None
    largest = max(max(row.found, row.highest or row.found) for row in rows)
    end = next(scale for scale in SCALES if largest <= scale)

    def x(share: Fraction) -> int:
        return LEFT + round((RIGHT - LEFT) * share / end)

    axis_y = TOP + ROW * len(rows)
    bars = tuple(
        Bar(
            label=row.label,
            words_y=TOP + ROW * number + 14,
            bar_y=TOP + ROW * number + 27,
            found_x=x(row.found),
            highest_x=None if row.highest is None else x(row.highest),
        )
        for number, row in enumerate(rows)
    )
    points = int(end * 100)
    ticks = tuple(
        Tick(x(Fraction(part, 100)), part) for part in range(0, points + 1, max(1, points // 5))
    )
    return IntervalChart(WIDTH, axis_y + AXIS, axis_y, bars, ticks)
