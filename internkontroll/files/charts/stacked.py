"""Staplar: rows of whole numbers as bars whose parts lie after each other, on one axis from 0."""

from collections.abc import Sequence
from dataclasses import dataclass

from internkontroll.files.charts.shapes import (
    WIDTH,
    Chart,
    Fill,
    Line,
    Rect,
    Shape,
    Words,
    shortened,
    widest,
)

LEFT, RIGHT = 8, 392
LEGEND, GROUP, SHORT_ROW, LONG_ROW, BAR = 22, 22, 22, 38, 14
SHORT = 12
"""Labels of at most so many signs stand before their bar, longer ones above it."""
LABEL, GROUP_LABEL = 50, 54
NUMBER = 8
"""Units that a digit takes."""

_BELOW_LEGEND = 6
"""Units between the legend and a label above its bar."""


@dataclass(frozen=True)
class Series:
    """En del av varje stapel: what it is called and how it is filled."""

    name: str
    fill: Fill


@dataclass(frozen=True)
class StackedRow:
    """En stapel: its words, a number for each part, and what stands at its end ("5 av 6").

    ``group`` opens a group of bars under a heading.
    """

    label: str
    parts: tuple[int, ...]
    end: str
    group: str | None = None


def stands_beside(rows: Sequence[StackedRow]) -> bool:
    """Whether the labels stand before their bars, and not above them."""
    return max((len(row.label) for row in rows), default=0) <= SHORT


def stacked_height(row: StackedRow, *, beside: bool) -> int:
    """Units that a bar takes."""
    return (SHORT_ROW if beside else LONG_ROW) + (GROUP if row.group is not None else 0)


def stacked_chart(
    series: Sequence[Series],
    rows: Sequence[StackedRow],
    among: Sequence[StackedRow] | None = None,
) -> Chart | None:
    """Lay out the bars under each other below a legend; None without rows.

    ``among`` are all the rows where only some are drawn: the charts of them have one scale. Raises
    ValueError where a row has another number of parts than there are series, or a negative one.
    """
    if not rows:
        return None
    for row in rows:
        if len(row.parts) != len(series) or min(row.parts) < 0:
            raise ValueError(f"{row.label} has not a number for each part")
    every = among or rows
    beside = stands_beside(every)
    start = LEFT + (widest([row.label for row in every]) + 8 if beside else 0)
    room = RIGHT - start - widest([row.end for row in every]) - 10
    largest = max((sum(row.parts) for row in every), default=0) or 1
    shapes: list[Shape] = list(_legend(series))
    y = LEGEND * _lines_of(series) + (0 if beside else _BELOW_LEGEND)
    for row in rows:
        if row.group is not None:
            shapes.append(Words(LEFT, y + 16, shortened(row.group, GROUP_LABEL), "head"))
            y += GROUP
        bar_y = y + 4 if beside else y + 18
        label_y = bar_y + 11 if beside else y + 13
        shapes.append(Words(LEFT, label_y, shortened(row.label, LABEL)))
        end = _bar(shapes, series, row, (start, bar_y, room, largest))
        shapes.append(Line(start, bar_y - 2, start, bar_y + BAR + 2, "axis"))
        shapes.append(Words(end + 6, bar_y + 11, row.end, "figure"))
        y += SHORT_ROW if beside else LONG_ROW
    return Chart(WIDTH, y + 6, tuple(shapes))


def _bar(
    shapes: list[Shape],
    series: Sequence[Series],
    row: StackedRow,
    place: tuple[int, int, int, int],
) -> int:
    """Draw the parts of one bar; where it ends."""
    start, y, room, largest = place
    done, x = 0, start
    for one, number in zip(series, row.parts, strict=True):
        if not number:
            continue
        done += number
        end = start + max(room * done // largest, 2)
        shapes.append(Rect(x, y, end - x, BAR, one.fill))
        wide, middle = NUMBER * len(str(number)) + 4, (x + end) // 2
        if end - x >= wide + 2:
            kind = "within" if one.fill is Fill.STRONG else "over"
            if kind == "over" and one.fill is not Fill.OPEN:
                shapes.append(Rect(middle - wide // 2, y + 1, wide, BAR - 2, Fill.PLATE))
            shapes.append(Words(middle, y + 11, str(number), kind, "middle"))
        x = end
    return x


def _legend(series: Sequence[Series]) -> list[Shape]:
    shapes: list[Shape] = []
    x, y = LEFT, 4
    for one in series:
        width = 20 + widest([one.name]) + 12
        if x > LEFT and x + width > RIGHT:
            x, y = LEFT, y + LEGEND
        shapes.append(Rect(x, y, BAR, BAR, one.fill))
        shapes.append(Words(x + 20, y + 11, one.name, "tick"))
        x += width
    return shapes


def _lines_of(series: Sequence[Series]) -> int:
    """How many lines the legend takes."""
    return len({shape.y for shape in _legend(series) if isinstance(shape, Rect)})
