"""Intervall: what samples found and what they do not rule out, under each other on one axis.

Shares are exact; only the places in the picture are rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from internkontroll.files.charts.shapes import WIDTH, Chart, Dot, Line, Shape, Words, shortened

LEFT, RIGHT = 8, 392
TOP, ROW = 4, 40
AXIS = 22
LABEL = 58
SCALES = tuple(Fraction(points, 100) for points in (5, 10, 20, 50, 100))
"""Where the axis may end: the first that holds everything is used."""


@dataclass(frozen=True)
class IntervalRow:
    """En rad: its words, the share found, and the highest share not ruled out if there is one."""

    label: str
    found: Fraction
    highest: Fraction | None


def interval_chart(rows: Sequence[IntervalRow]) -> Chart | None:
    """Lay out rows under each other on one axis of shares from 0; None without rows."""
    if not rows:
        return None
    largest = max(max(row.found, row.highest or row.found) for row in rows)
    end = next(scale for scale in SCALES if largest <= scale)

    def x(share: Fraction) -> int:
        return LEFT + round((RIGHT - LEFT) * share / end)

    axis_y = TOP + ROW * len(rows)
    shapes: list[Shape] = []
    points = int(end * 100)
    parts = range(0, points + 1, max(1, points // 5))
    for part in parts:
        at = x(Fraction(part, 100))
        anchor = "start" if part == 0 else "end" if part == parts[-1] else "middle"
        shapes.append(Line(at, TOP, at, axis_y, "grid"))
        shapes.append(Words(at, axis_y + 15, f"{part} %", "tick", anchor))
    for number, row in enumerate(rows):
        top = TOP + ROW * number
        found, bar = x(row.found), top + 27
        shapes.append(Words(LEFT, top + 14, shortened(row.label, LABEL)))
        if row.highest is not None:
            highest = x(row.highest)
            shapes.append(Line(found, bar, highest, bar, "reach"))
            shapes.append(Line(highest, bar - 6, highest, bar + 6, "end"))
        shapes.append(Dot(found, bar))
    shapes.append(Line(LEFT, axis_y, RIGHT, axis_y, "axis"))
    return Chart(WIDTH, axis_y + AXIS, tuple(shapes))
