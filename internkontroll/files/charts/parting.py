"""Ett diagram för ett papper: rows that would take more than a page become several charts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from internkontroll.files.charts.interval import IntervalRow
from internkontroll.files.charts.stacked import StackedRow

ROOM = 540
"""Units of height that a page has room for below a heading, in PDF and in Word."""

Row = TypeVar("Row", IntervalRow, StackedRow)


def parted(
    rows: Sequence[Row], height: Callable[[Row], int], room: int = ROOM
) -> tuple[tuple[Row, ...], ...]:
    """The rows in parts that each have room on a page, about as many in each.

    ``height`` is that of a row in units. A part that begins within a group has its heading again.
    """
    whole = sum(height(row) for row in rows)
    share = whole / max(1, -(-whole // room))
    parts: list[list[Row]] = []
    taken, group = room, None
    for row in rows:
        group = row.group or group
        if taken + height(row) > room or taken >= share:
            row = replace(row, group=group)
            parts.append([])
            taken = 0
        parts[-1].append(row)
        taken += height(row)
    return tuple(tuple(part) for part in parts)
