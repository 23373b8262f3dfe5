"""A text of a correction and its being dropped at the same moment: one of them waits."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.errors import InvalidTransition
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.plan.models import Control
from internkontroll.reporting import services
from internkontroll.reporting.models import ReportRemark
from tests.service.at_once import Act, at_once
from tests.service.report_way import LATER, Way

BEFORE, AFTER = "Rutinen ses över.", "Skriven i rättelsen."


@pytest.fixture
def way(session: Session) -> Way:
    """A decided report with a comment, and a begun correction of it."""
    made = Way(session)
    made.comment(3, comment=BEFORE)
    made.overall()
    made.decide()
    made.act("open_correction", "En kontroll räknades inte.", at=LATER)
    session.commit()
    return made


def acts(way: Way) -> tuple[Act, Act]:
    """What writes a text of the correction, and what drops it, in any session."""
    board_id, point_id, control_id = way.board.id, way.point.id, way.spring.controls[2]

    def about(own: Session) -> tuple[Session, Board, ReportingPoint]:
        return own, own.get_one(Board, board_id), own.get_one(ReportingPoint, point_id)

    def write(own: Session) -> object:
        control = own.get_one(Control, control_id)
        return services.remark_control(
            *about(own), control, comment=AFTER, actor=way.controller, at=LATER
        )

    def drop(own: Session) -> object:
        why = "Kontrollen var räknad."
        return services.drop_correction(*about(own), why, actor=way.secretary, at=LATER)

    return write, drop


def comments(way: Way) -> list[str]:
    rows = way.session.scalars(sa.select(ReportRemark).order_by(ReportRemark.revision))
    return [row.comment for row in rows]


def test_a_text_that_was_being_saved_goes_with_the_correction(way: Way, database_url: str) -> None:
    write, drop = acts(way)
    assert at_once(way.session, database_url, write, drop) is None
    assert comments(way) == [BEFORE, AFTER, BEFORE]


def test_a_text_that_comes_when_the_correction_is_dropped_is_refused(
    way: Way, database_url: str
) -> None:
    write, drop = acts(way)
    refused = at_once(way.session, database_url, drop, write)
    assert isinstance(refused, InvalidTransition)
    assert comments(way) == [BEFORE]


def test_a_text_from_a_clock_that_is_behind_goes_with_the_correction_too(way: Way) -> None:
    way.comment(3, comment=AFTER, at=LATER - timedelta(seconds=2))
    _, drop = acts(way)
    drop(way.session)
    assert comments(way) == [BEFORE, AFTER, BEFORE]
