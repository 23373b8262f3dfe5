"""Ramen inför ett sammanträde: since when decisions are in the list that a sample is drawn from.

A case is in the frame of exactly one ordinary meeting. The frame begins after the last ordinary
meeting that was held: what was decided at an extra meeting, or waited for one that was called off,
belongs to the next ordinary one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class FrameMeeting:
    """A meeting of the committee. ``held``: not called off."""

    held_on: date
    ordinary: bool
    held: bool


@dataclass(frozen=True)
class Frame:
    """Ramen: after ``since`` (None: no earlier meeting is known) until ``until``.

    ``cancelled`` and ``extra`` are the days in between whose cases it takes in.
    """

    since: date | None
    until: date
    cancelled: tuple[date, ...] = ()
    extra: tuple[date, ...] = ()


def frame_of(until: date, meetings: Iterable[FrameMeeting]) -> Frame:
    """The frame of an ordinary meeting on ``until``, from the committee's other meetings."""
    before = sorted(
        (meeting for meeting in meetings if meeting.held_on < until),
        key=lambda meeting: meeting.held_on,
    )
    held = [meeting.held_on for meeting in before if meeting.held and meeting.ordinary]
    since = held[-1] if held else None
    between = [meeting for meeting in before if since is not None and meeting.held_on > since]
    return Frame(
        since=since,
        until=until,
        cancelled=tuple(row.held_on for row in between if not row.held),
        extra=tuple(row.held_on for row in between if row.held and not row.ordinary),
    )
