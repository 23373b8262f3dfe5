"""Flytta kontrolltillfällen: one by hand, or those of a meeting or a reporting point that changed.

Only untouched ones (planerade) follow a changed calendar. Those that somebody has begun keep their
day and are told, with what to do about them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.core.access import Actor, Permission
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.free_text import checked_text
from internkontroll.organisation.models import Board, Meeting, ReportingPoint
from internkontroll.organisation.services import cancel_meeting as cancel_in_calendar
from internkontroll.organisation.services import change_point as change_point_in_calendar
from internkontroll.organisation.services import move_meeting as move_in_calendar
from internkontroll.schedule.models import (
    Occurrence,
    OccurrenceEvent,
    OccurrenceMove,
    OccurrenceState,
)
from internkontroll.schedule.queries import (
    month_occurrences,
    moved_by_hand,
    occurrences_of_meeting,
)
from internkontroll.schedule.rules import (
    DONE_STATES,
    SKIPPABLE_STATES,
    month_origin,
)
from internkontroll.schedule.services.generating import held_meetings
from internkontroll.schedule.services.transitions import (
    chain_of,
    ensure_may,
    expire,
)
from internkontroll.schedule.words import STATES
from internkontroll.trail.services import record


@dataclass(frozen=True)
class Touched:
    """Ett kontrolltillfälle som någon har börjat med, and so did not follow the calendar."""

    occurrence_id: int
    number: int
    state: OccurrenceState


@dataclass(frozen=True)
class Followed:
    """How many untouched occurrences moved or expired, and which were left as they are.

    ``month_without``: a day in the month that a meeting moved to, when what is done each month
    with a meeting has no occurrence there yet.
    """

    moved: int = 0
    expired: int = 0
    touched: tuple[Touched, ...] = ()
    month_without: date | None = None


def move_occurrence(
    session: Session,
    occurrence: Occurrence,
    *,
    due_on: date,
    reason: str,
    actor: Actor,
    at: datetime,
    row_version: int | None = None,
) -> OccurrenceMove:
    """Flytta ett kontrolltillfälle to another day, with a reason; the old day is kept.

    A day that has passed cannot be moved: what is done after it is late. Raises NotAllowed (needs
    occurrence:plan in its committee), InvalidTransition for one that is done, closed or late,
    InvalidInput for a day that has been or the same day, and Conflict if somebody else changed it
    after ``row_version``.
    """
    ensure_may(actor, Permission.OCCURRENCE_PLAN, occurrence, at)
    today = swedish_day(at)
    if occurrence.state not in SKIPPABLE_STATES:
        raise InvalidTransition(
            f"Kontrolltillfällets läge är ”{STATES[occurrence.state].word}”. Bara det som är "
            "planerat eller påbörjat kan flyttas."
        )
    reason = checked_text(reason, "Skriv varför kontrollen flyttas.")
    if occurrence.due_on < today:
        raise InvalidTransition(
            f"Kontrollen skulle vara klar {long_date(occurrence.due_on)} och kan inte flyttas "
            "längre. Gör den, så räknas den som sen, eller anmäl den som ej genomförd."
        )
    if due_on < today:
        raise InvalidInput("Dagen har redan varit. Välj en dag från och med i dag.", field="due_on")
    if due_on == occurrence.due_on:
        raise InvalidInput("Det är samma dag som förut. Välj en annan dag.", field="due_on")
    if due_on > date(occurrence.due_on.year + 1, 12, 31):
        raise InvalidInput("Dagen ligger för långt fram. Kontrollera året.", field="due_on")
    return _move(
        session,
        occurrence,
        due_on=due_on,
        reason=reason,
        by_hand=True,
        actor=actor,
        at=at,
        row_version=row_version,
    )


def _move(
    session: Session,
    occurrence: Occurrence,
    *,
    due_on: date,
    reason: str,
    actor: Actor,
    at: datetime,
    scheduled_on: date | None = None,
    row_version: int | None = None,
    by_hand: bool = False,
) -> OccurrenceMove:
    """One move: only of what was read, in the state that was read; the old days stay as a row."""
    old_due, old_scheduled = occurrence.due_on, occurrence.scheduled_on
    new_scheduled = scheduled_on or old_scheduled
    session.flush()
    seen = occurrence.row_version if row_version is None else row_version
    moved = session.execute(
        sa.update(Occurrence)
        .where(
            Occurrence.id == occurrence.id,
            Occurrence.state == occurrence.state,
            Occurrence.row_version == seen,
        )
        .values(due_on=due_on, scheduled_on=new_scheduled, row_version=Occurrence.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    session.refresh(occurrence, ["state", "due_on", "scheduled_on", "row_version"])
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(
            f"Någon annan hann ändra kontrolltillfället. Nu gäller {long_date(occurrence.due_on)}, "
            f"du skrev {long_date(due_on)}. Spara igen om din dag ska gälla."
        )
    row = OccurrenceMove(
        occurrence_id=occurrence.id,
        old_scheduled_on=old_scheduled,
        new_scheduled_on=new_scheduled,
        old_due_on=old_due,
        new_due_on=due_on,
        reason=reason,
        by_hand=by_hand,
        moved_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    record(
        session,
        chain=chain_of(session, occurrence.board_id),
        actor=actor,
        at=at,
        event=OccurrenceEvent.MOVED,
        subject=("occurrence", occurrence.id),
        data={
            "due_on": {"old": old_due, "new": due_on},
            "scheduled_on": {"old": old_scheduled, "new": new_scheduled},
        },
        reason=reason,
    )
    return row


def _touched(occurrences: Sequence[Occurrence]) -> tuple[Touched, ...]:
    return tuple(
        Touched(row.id, row.control.number, row.state)
        for row in occurrences
        if row.state not in (OccurrenceState.PLANNED, OccurrenceState.EXPIRED)
    )


def move_meeting(
    session: Session,
    board: Board,
    meeting: Meeting,
    *,
    held_on: date,
    reason: str,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Followed:
    """Flytta ett sammanträde; its untouched occurrences follow to the new day.

    Raises what ``organisation.services.move_meeting`` does.
    """
    old = meeting.held_on
    move_in_calendar(
        session,
        board,
        meeting,
        held_on=held_on,
        reason=reason,
        row_version=row_version,
        actor=actor,
        at=at,
    )
    if old == held_on:
        return Followed()
    occurrences = occurrences_of_meeting(session, board.id, meeting.id)
    why = f"Sammanträdet flyttades: {meeting.change_reason}"
    moved = 0
    own_day = moved_by_hand(session, [row.id for row in occurrences])
    for occurrence in occurrences:
        if occurrence.state is not OccurrenceState.PLANNED:
            continue
        # One that somebody has given a day of its own keeps it.
        due_on = occurrence.due_on if occurrence.id in own_day else held_on
        _move(
            session,
            occurrence,
            due_on=due_on,
            scheduled_on=held_on,
            reason=why,
            actor=actor,
            at=at,
        )
        moved += 1
    expired, more = _months_without_meeting(session, board, old, why, actor=actor, at=at)
    without = held_on if _month_is_without(session, board, old, held_on) else None
    return Followed(moved, expired, _touched(occurrences) + more, without)


def _month_is_without(session: Session, board: Board, old: date, new: date) -> bool:
    """Whether the old day's month has occurrences of its own and the new day's has none alive."""
    there = month_occurrences(session, board.id, month_origin(new))
    alive = [row for row in there if row.state is not OccurrenceState.EXPIRED]
    return not alive and bool(month_occurrences(session, board.id, month_origin(old)))


def cancel_meeting(
    session: Session,
    board: Board,
    meeting: Meeting,
    *,
    reason: str,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Followed:
    """Ställ in ett sammanträde; its untouched occurrences expire.

    What it would have taken up belongs to the frame of the next meeting (``frame_of``). Raises what
    ``organisation.services.cancel_meeting`` does, and InvalidTransition when its day has passed
    and what it took up is done: then it was held.
    """
    cancel_in_calendar(
        session, board, meeting, reason=reason, row_version=row_version, actor=actor, at=at
    )
    occurrences = occurrences_of_meeting(session, board.id, meeting.id)
    done = [row.control.number for row in occurrences if row.state in DONE_STATES]
    if done and meeting.held_on < swedish_day(at):
        raise InvalidTransition(
            f"Kontroll {done[0]} är utförd för sammanträdet {long_date(meeting.held_on)}, så det "
            "har hållits. Ska fler ärenden granskas lägger du in ett nytt sammanträde."
        )
    why = f"Sammanträdet ställdes in: {meeting.change_reason}"
    expired = 0
    for occurrence in occurrences:
        if occurrence.state is OccurrenceState.PLANNED:
            expire(session, occurrence, why, actor=actor, at=at)
            expired += 1
    months, more = _months_without_meeting(session, board, meeting.held_on, why, actor=actor, at=at)
    return Followed(0, expired + months, _touched(occurrences) + more)


def _months_without_meeting(
    session: Session, board: Board, day: date, why: str, *, actor: Actor, at: datetime
) -> tuple[int, tuple[Touched, ...]]:
    """Let untouched occurrences of the day's month expire if no meeting is left in it."""
    left = {
        (meeting.held_on.year, meeting.held_on.month)
        for meeting in held_meetings(session, board.id, day.year)
    }
    if (day.year, day.month) in left:
        return 0, ()
    occurrences = month_occurrences(session, board.id, month_origin(day))
    expired = 0
    for occurrence in occurrences:
        if occurrence.state is OccurrenceState.PLANNED:
            expire(session, occurrence, why, actor=actor, at=at)
            expired += 1
    return expired, _touched(occurrences)


def change_point(
    session: Session,
    board: Board,
    point: ReportingPoint,
    *,
    cut_off: date,
    board_on: date | None,
    executive_on: date | None,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Followed:
    """Ändra en rapporteringstidpunkts dagar; untouched occurrences follow its cut-off.

    One that somebody has given a day of its own, or whose day has passed, keeps its day. Raises
    what ``organisation.services.change_point`` does.
    """
    old = point.cut_off
    change_point_in_calendar(
        session,
        board,
        point,
        cut_off=cut_off,
        board_on=board_on,
        executive_on=executive_on,
        row_version=row_version,
        actor=actor,
        at=at,
    )
    if cut_off == old:
        return Followed()
    occurrences = session.scalars(
        sa.select(Occurrence)
        .options(joinedload(Occurrence.control))
        .where(Occurrence.board_id == board.id, Occurrence.reporting_point_id == point.id)
        .order_by(Occurrence.id)
    ).all()
    reason = (
        f"Sista dag för uppgifter per {point.name} ändrades från {long_date(old)} till "
        f"{long_date(cut_off)}."
    )
    today, own_day = swedish_day(at), moved_by_hand(session, [row.id for row in occurrences])
    moved = 0
    for occurrence in occurrences:
        untouched = occurrence.state is OccurrenceState.PLANNED and occurrence.id not in own_day
        if untouched and occurrence.due_on >= today:
            due_on = occurrence.due_on + (cut_off - old)
            _move(session, occurrence, due_on=due_on, reason=reason, actor=actor, at=at)
            moved += 1
    return Followed(moved, 0, _touched(occurrences))
