"""Flytta och ställ in sammanträden. What follows of it is schedule's."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.free_text import checked_text
from internkontroll.organisation.models import Board, Meeting, MeetingState, OrganisationEvent
from internkontroll.organisation.policy import PERMISSIONS
from internkontroll.organisation.services.turns import take_turn
from internkontroll.trail.services import record

REASON_MAX = 500
"""Most characters of why a meeting is moved or called off."""
_REASON_MISSING = "Skriv varför sammanträdet ändras."


def _ensure_may(actor: Actor, board: Board, meeting: Meeting, at: datetime) -> None:
    scope = Scope(board.id, meeting.subcommittee_id)
    ensure(actor, Permission.YEAR_OPEN, scope, swedish_day(at), PERMISSIONS)
    if meeting.state is MeetingState.CANCELLED:
        raise InvalidTransition(
            "Sammanträdet är redan inställt. Lägg in ett nytt om det ska hållas."
        )


def _change(session: Session, board: Board, meeting: Meeting, seen: int, **values: Any) -> None:
    changed = session.execute(
        sa.update(Meeting)
        .where(
            Meeting.id == meeting.id,
            Meeting.board_id == board.id,
            Meeting.state == MeetingState.PLANNED,
            Meeting.row_version == seen,
        )
        .values(row_version=Meeting.row_version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(meeting)
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(
            "Någon annan har ändrat sammanträdet sedan du öppnade sidan. Jämför med det som gäller "
            "nu och spara igen."
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
) -> Meeting:
    """Flytta ett sammanträde inom året, with a reason. The same day again changes nothing.

    Raises NotAllowed (needs year:open), InvalidTransition for one that is called off or whose day
    has passed, InvalidInput without a reason, for a day that has been, lies in another year or is
    taken, and Conflict.
    """
    _ensure_may(actor, board, meeting, at)
    take_turn(session, board.id)
    old, today = meeting.held_on, swedish_day(at)
    if held_on == old:
        return meeting
    if old < today:
        raise InvalidTransition(
            f"Sammanträdets dag, {long_date(old)}, har varit och kan inte flyttas. Blev det inte "
            "av ställer du in det och lägger in ett nytt den dag det hålls."
        )
    reason = checked_text(reason, _REASON_MISSING, most=REASON_MAX)
    if held_on < today:
        raise InvalidInput(
            f"{long_date(held_on)} har redan varit. Hölls sammanträdet då ställer du in det här "
            "och lägger in ett nytt den dagen.",
            field="held_on",
        )
    if held_on.year != old.year:
        raise InvalidInput(
            f"{long_date(held_on)} ligger inte i {old.year}. Ställ in sammanträdet och lägg in ett "
            "nytt under rätt år.",
            field="held_on",
        )
    taken = session.scalar(
        sa.select(Meeting.id).where(
            Meeting.board_id == board.id,
            Meeting.subcommittee_id.is_(None)
            if meeting.subcommittee_id is None
            else Meeting.subcommittee_id == meeting.subcommittee_id,
            Meeting.held_on == held_on,
            Meeting.kind == meeting.kind,
            Meeting.state == MeetingState.PLANNED,
        )
    )
    if taken is not None:
        raise InvalidInput(
            f"Det finns redan ett sammanträde {long_date(held_on)}. Välj en annan dag.",
            field="held_on",
        )
    _change(
        session,
        board,
        meeting,
        row_version,
        held_on=held_on,
        first_on=meeting.first_on or old,
        change_reason=reason,
    )
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=OrganisationEvent.MEETING_MOVED,
        subject=("meeting", meeting.id),
        data={"held_on": {"old": old, "new": held_on}},
        reason=reason,
    )
    return meeting


def cancel_meeting(
    session: Session,
    board: Board,
    meeting: Meeting,
    *,
    reason: str,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Meeting:
    """Ställ in ett sammanträde, with a reason. It stays in the list, called off.

    Raises NotAllowed (needs year:open), InvalidTransition for one that is called off already,
    InvalidInput without a reason, and Conflict.
    """
    _ensure_may(actor, board, meeting, at)
    take_turn(session, board.id)
    reason = checked_text(reason, _REASON_MISSING, most=REASON_MAX)
    _change(
        session,
        board,
        meeting,
        row_version,
        state=MeetingState.CANCELLED,
        change_reason=reason,
    )
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=OrganisationEvent.MEETING_CANCELLED,
        subject=("meeting", meeting.id),
        data={"state": {"old": MeetingState.PLANNED, "new": meeting.state}},
        reason=reason,
    )
    return meeting
