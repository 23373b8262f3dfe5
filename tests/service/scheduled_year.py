"""A year of a committee's meetings and of kontroller that follow them."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import system_actor
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, Plan
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.schedule.models import Occurrence, OccurrenceMove
from internkontroll.schedule.services import generate_occurrences
from tests.factories import make_control, make_plan

AT = datetime(2020, 1, 15, 11, tzinfo=UTC)
SYSTEM = system_actor("drift")
SICK = "För få ledamöter kunde komma."


def make_scheduled_plan(session: Session, board: Board) -> Plan:
    """Kontroll 1 before each meeting, 2 at each point, 3 in months with a meeting, 4 vid behov."""
    made = make_plan(session, board, decided=True)
    make_control(session, made, frequency=Frequency.PER_MEETING)
    make_control(session, made)
    make_control(session, made, frequency=Frequency.MEETING_MONTH)
    make_control(session, made, frequency=Frequency.ON_DEMAND)
    generate_occurrences(session, made, actor=SYSTEM, at=AT)
    return made


def of(session: Session, number: int, origin: str = "%") -> list[Occurrence]:
    return list(
        session.scalars(
            sa.select(Occurrence)
            .join(Occurrence.control)
            .where(Control.number == number, Occurrence.origin.like(origin))
            .order_by(Occurrence.scheduled_on, Occurrence.id)
        )
    )


def moves(session: Session) -> list[OccurrenceMove]:
    return list(session.scalars(sa.select(OccurrenceMove).order_by(OccurrenceMove.id)))
