"""Boards whose April has come to kommunstyrelsen, for the tests of the samlade bild."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import system_actor
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.reporting.models import OverallAssessment
from internkontroll.reporting.services import decide_report, send_report, set_overall
from tests.report_rows import make_spring

DECIDED_ON = date(2020, 5, 28)
DECIDED_AT = datetime(2020, 5, 29, 9, tzinfo=UTC)
DUE_ON = date(2020, 6, 5)
PROGRAM = system_actor("provning")


def april_of(session: Session, board: Board) -> ReportingPoint:
    """The board's April."""
    return session.scalars(
        sa.select(ReportingPoint).where(
            ReportingPoint.board_id == board.id, ReportingPoint.name == "april"
        )
    ).one()


def make_april(
    session: Session,
    board: Board,
    *,
    decided: bool = True,
    due_on: date | None = DUE_ON,
    overall: OverallAssessment = OverallAssessment.PARTLY,
    times: int = 1,
) -> ReportingPoint:
    """A board's spring, decided or only written, with or without a day to kommunstyrelsen."""
    make_spring(session, board, times=times)
    april = april_of(session, board)
    april.executive_on = due_on
    set_overall(
        session,
        board,
        april,
        overall=overall,
        grounds="Två kontroller är inte gjorda.",
        actor=PROGRAM,
        at=datetime(2020, 5, 20, 9, tzinfo=UTC),
    )
    if decided:
        decide_report(
            session,
            board,
            april,
            decided_on=DECIDED_ON,
            paragraph="87",
            registry_number=f"{board.code}-2020-0211",
            actor=PROGRAM,
            at=DECIDED_AT,
        )
    if decided and due_on is not None:
        send_report(session, board, april, actor=PROGRAM, at=DECIDED_AT)
    session.flush()
    return april
