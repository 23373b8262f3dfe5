"""Lämna ut den interna delen av underlaget till paragraf: each time a reading in the trail."""

from datetime import datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.organisation.models import Board
from internkontroll.review.models import ReviewEvent
from internkontroll.review.policy import PERMISSIONS
from internkontroll.review.queries import Sitting, minutes_facts
from internkontroll.review.rules import MinutesFacts
from internkontroll.trail.services import chain_of_reader, record_each


def read_internal_minutes(
    session: Session,
    board: Board,
    sitting: Sitting,
    *,
    form: str,
    actor: Actor,
    at: datetime,
) -> MinutesFacts:
    """Läs den interna delen: the outcome of each item by its running number, never a reference.

    ``form`` is what is handed out: ``page``, ``pdf`` or ``docx``. One row in the trail for each
    kontrolltillfälle that it tells of. Raises NotAllowed, and ValueError for a meeting that is not
    a committee's.
    """
    ensure(
        actor,
        Permission.MINUTES_READ_INTERNAL,
        Scope(board.id, sitting.meeting.subcommittee_id),
        swedish_day(at),
        PERMISSIONS,
    )
    facts = minutes_facts(session, board, sitting)
    record_each(
        session,
        [("occurrence", row.review.occurrence_id) for row in facts.reviews],
        chain=chain_of_reader(actor, at, board.code),
        actor=actor,
        at=at,
        event=ReviewEvent.MINUTES_READ,
        data={"board": board.code, "meeting": sitting.meeting.id, "form": form},
    )
    return facts
