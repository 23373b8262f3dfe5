"""Intervall: what samples found and what they do not rule out, under each other on one axis.

Shares are exact; only the places in the picture are rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from internkontroll.files.charts.shapes import WIDTH, Chart, Dot, Line, Shape, Words, shortened

LEFT, RIGHT = 8, 392
TOP, ROW, GROUP = 4, 36, 22
AXIS = 22
LABEL, GROUP_LABEL = 58, 54
SCALES = tuple(Fraction(points, 100) for points in (5, 10, 20, 50, 100))
"""Where the axis may end: the first that holds everything is used."""


@dataclass(frozen=True)
class IntervalRow:
    """En rad: its words, the share found, and the highest share not ruled out if there is one.

    ``group`` opens a group of rows under a heading.
    """

    label: str
    found: Fraction
    highest: Fraction | None
    group: str | None = None


def interval_height(row: IntervalRow) -> int:
    """Units that a row takes."""
    return ROW + (GROUP if row.group is not None else 0)


def interval_chart(
    rows: Sequence[IntervalRow], among: Sequence[IntervalRow] | None = None
) -> Chart | None:
    """Lay out rows under each other on one axis of shares from 0; None without rows.

    ``among`` are all the rows where only some are drawn: the charts of them have one scale.
    """
    if not rows:
        return None
    largest = max(max(row.found, row.highest or row.found) for row in among or rows)
    end = next(scale for scale in SCALES if largest <= scale)

    def x(share: Fraction) -> int:
        # As round() of the exact place, without making a fraction of each: a chart has hundreds.
        part = 2 * (RIGHT - LEFT) * share.numerator * end.denominator
        whole = share.denominator * end.numerator
        halves, rest = divmod(part, whole)
        up = halves % 2 and (rest or halves % 4 == 3)
        return LEFT + halves // 2 + (1 if up else 0)

    axis_y = TOP + sum(interval_height(row) for row in rows)
    shapes: list[Shape] = []
    points = int(end * 100)
    parts = range(0, points + 1, max(1, points // 5))
    for part in parts:
        at = x(Fraction(part, 100))
        anchor = "start" if part == 0 else "end" if part == parts[-1] else "middle"
        shapes.append(Line(at, TOP, at, axis_y, "grid"))
        shapes.append(Words(at, axis_y + 15, f"{part} %", "tick", anchor))
    top = TOP
    for row in rows:
        if row.group is not None:
            shapes.append(Words(LEFT, top + 16, shortened(row.group, GROUP_LABEL), "head"))
            top += GROUP
        found, bar = x(row.found), top + 25
        shapes.append(Words(LEFT, top + 14, shortened(row.label, LABEL)))
        if row.highest is not None:
            highest = x(row.highest)
            shapes.append(Line(found, bar, highest, bar, "reach"))
            shapes.append(Line(highest, bar - 6, highest, bar + 6, "end"))
        shapes.append(Dot(found, bar))
        top += ROW
    shapes.append(Line(LEFT, axis_y, RIGHT, axis_y, "axis"))
    return Chart(WIDTH, axis_y + AXIS, tuple(shapes))
