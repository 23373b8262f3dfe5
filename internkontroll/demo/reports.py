"""Demonstrationens uppföljningar: written, approved, decided and handed over, point by point."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.demo.accounts import Organisation, suffix_of
from internkontroll.demo.days import hour_of, weekday
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.organisation.queries import points_of_year
from internkontroll.organisation.services import change_point, open_year
from internkontroll.plan.models import Control, Plan
from internkontroll.reporting.models import BoardAssignment, OverallAssessment
from internkontroll.reporting.services import (
    NewAssignment,
    approve_report,
    decide_report,
    receive_report,
    remark_control,
    report_back,
    send_report,
    set_overall,
)

DAYS_TO_EXECUTIVE = 50
"""Days after the period's end; a delårsbokslut is asked for as the year's end is."""

GROUNDS = {
    "SCN": "De flesta kontroller är gjorda. En är inte gjord, och rätten att besluta behöver bli "
    "tydligare.",
    "AMN": "Kontrollerna är gjorda. De brister som finns är små och rättas löpande.",
}
OVERALL = {"SCN": OverallAssessment.PARTLY, "AMN": OverallAssessment.SUFFICIENT}
FIRST_PARAGRAPH = {"SCN": 61, "AMN": 34}
COMMENTS = {
    5: "Två beslut på en månad är fattade utan rätt att besluta. Alla enheter får en genomgång, "
    "och rätten att besluta står nu i systemet.",
    7: "Följesedeln saknas oftast när varorna tas emot av en vikarie. Rutinen skrivs om under "
    "hösten.",
}
"""What socialnämnden's kontrollansvarig says of a control, by its number, in augusti."""

ASSIGNMENTS = {
    "april": "att se till att alla som beslutar känner till delegationsordningen",
    "augusti": "att utse en ansvarig för kontrollen av avslutade uppdrag i lönesystemet",
}
"""What socialnämnden asks of förvaltningen at each point."""

REPORTED = "Delegationsordningen är genomgången på alla enheter, och nya chefer får den vid start."


def open_board_year(
    session: Session, board: Board, year: int, *, actor: Actor, at: datetime
) -> None:
    """The year's points, each with a day to kommunstyrelsen."""
    for point in open_year(session, board, year, actor=actor, at=at):
        change_point(
            session,
            board,
            point,
            cut_off=point.cut_off,
            board_on=point.board_on,
            executive_on=point.executive_on or point.period_end + timedelta(days=DAYS_TO_EXECUTIVE),
            row_version=point.row_version,
            actor=actor,
            at=at,
        )


def decide_reports(session: Session, town: Organisation, code: str, year: int, today: date) -> None:
    """Every report of the year that the board has seen; the latest one waits for its receipt."""
    board, suffix = town.boards[code], suffix_of(code)
    seen = [
        point
        for point in points_of_year(session, board.id, year)
        if point.board_on is not None and point.board_on <= today - timedelta(days=14)
    ]
    for number, point in enumerate(seen):
        if number == 1 and not suffix:
            _report_back(session, town, board, point)
        _decide(session, town, board, point, number, suffix)
        if point is not seen[-1]:
            _receive(session, town, board, point)


def _decide(
    session: Session,
    town: Organisation,
    board: Board,
    point: ReportingPoint,
    number: int,
    suffix: str,
) -> None:
    if point.board_on is None:
        return
    decided_on = weekday(point.board_on)
    secretary = town.actors[f"namndsekreterare{suffix}"]
    set_overall(
        session,
        board,
        point,
        overall=OVERALL[board.code],
        grounds=GROUNDS[board.code],
        actor=town.actors[f"controller{suffix}"],
        at=hour_of(point.board_on - timedelta(days=6)),
    )
    if not suffix and point.name == "augusti":
        _comment(session, town, board, point)
    given = []
    if director := town.actors.get(f"direktor{suffix}"):
        approve_report(
            session, board, point, actor=director, at=hour_of(point.board_on - timedelta(days=5))
        )
        if text := ASSIGNMENTS.get(point.name):
            given = [NewAssignment(text, decided_on + timedelta(days=120))]
    decide_report(
        session,
        board,
        point,
        decided_on=decided_on,
        paragraph=str(FIRST_PARAGRAPH[board.code] + 40 * number),
        registry_number=f"{board.code}-{point.year}-0{110 + number}",
        assignments=given,
        actor=secretary,
        at=hour_of(decided_on + timedelta(days=3)),
    )
    send_report(session, board, point, actor=secretary, at=hour_of(decided_on + timedelta(days=4)))


def _comment(session: Session, town: Organisation, board: Board, point: ReportingPoint) -> None:
    if point.board_on is None:
        return
    controls = session.scalars(
        sa.select(Control)
        .join(Plan, Plan.id == Control.plan_id)
        .where(
            Plan.board_id == board.id,
            Plan.year == point.year,
            Plan.decision_id.is_not(None),
            Control.number.in_(COMMENTS),
        )
    )
    for control in controls:
        remark_control(
            session,
            board,
            point,
            control,
            comment=COMMENTS[control.number],
            actor=town.actors["kontrollansvarig"],
            at=hour_of(point.board_on - timedelta(days=7)),
        )


def _receive(session: Session, town: Organisation, board: Board, point: ReportingPoint) -> None:
    if point.board_on is None:
        return
    received_on = weekday(point.board_on) + timedelta(days=6)
    receive_report(
        session,
        board,
        point,
        received_on,
        actor=town.actors["ks-controller"],
        at=hour_of(received_on),
    )


def _report_back(
    session: Session, town: Organisation, board: Board, second: ReportingPoint
) -> None:
    """The first point's uppdrag was reported back before the second one's facts were closed."""
    first = session.scalars(
        sa.select(BoardAssignment).where(BoardAssignment.board_id == board.id).limit(1)
    ).one()
    told_on = weekday(second.period_end - timedelta(days=10))
    report_back(
        session,
        board,
        first,
        REPORTED,
        told_on,
        actor=town.actors["controller"],
        at=hour_of(told_on, 10),
    )
