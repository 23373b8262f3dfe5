"""Demonstrationens andra nämnder: one that has reported in time, and one that has sent nothing."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.demo.accounts import Organisation, suffix_of
from internkontroll.demo.days import hour_of, weekday
from internkontroll.demo.reading import import_at_once
from internkontroll.demo.reports import decide_reports, open_board_year
from internkontroll.demo.work import Work
from internkontroll.plan.models import Control, Plan
from internkontroll.plan.services import appoint, decide_plan, prepare_plan
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.services import generate_occurrences

CODE = "AMN"


def fill_neighbours(session: Session, town: Organisation, year: int, today: date) -> None:
    """Arbetsmarknadsnämnden has done what it planned; omsorgsnämnden has not got under way."""
    plan = _decided(session, town, year)
    opened = hour_of(date(year, 1, 9))
    controller = town.actors[f"controller{suffix_of(CODE)}"]
    open_board_year(session, plan.board, year, actor=controller, at=opened)
    generate_occurrences(session, plan, actor=controller, at=opened)
    _perform(session, town, plan, today)
    decide_reports(session, town, CODE, year, today)
    waiting = town.actors["controller-osn"]
    open_board_year(session, town.boards["OSN"], year, actor=waiting, at=opened)


def _decided(session: Session, town: Organisation, year: int) -> Plan:
    board, controller = town.boards[CODE], town.actors[f"controller{suffix_of(CODE)}"]
    plan = import_at_once(
        session,
        board,
        year,
        "plan_amn.csv",
        answered=True,
        actor=controller,
        at=hour_of(date(year - 1, 11, 26)),
    )
    prepare_plan(session, plan, actor=controller, at=hour_of(date(year - 1, 12, 3)))
    decided_on = weekday(date(year - 1, 12, 17))
    decide_plan(
        session,
        plan,
        decided_on=decided_on,
        paragraph="96",
        registry_number=f"AMN-{year - 1}-0187",
        body=board.name,
        verified_on=decided_on + timedelta(days=4),
        actor=town.actors[f"namndsekreterare{suffix_of(CODE)}"],
        at=hour_of(decided_on + timedelta(days=5)),
    )
    session.refresh(plan)
    for control in plan.controls:
        appoint(
            session,
            control,
            town.people[f"kontrollansvarig{suffix_of(CODE)}"],
            actor=controller,
            at=hour_of(date(year, 1, 8)),
        )
    return plan


def _perform(session: Session, town: Organisation, plan: Plan, today: date) -> None:
    work, found = Work(session, town, CODE), False
    due = session.scalars(
        sa.select(Occurrence)
        .join(Control, Control.id == Occurrence.control_id)
        .where(Control.plan_id == plan.id, Occurrence.due_on < today)
        .order_by(Occurrence.due_on, Occurrence.id)
    ).all()
    for occurrence in due:
        deviating = 1 if occurrence.control.number == 3 and not found else 0
        found = found or bool(deviating)
        done_on = occurrence.due_on - timedelta(days=4)
        work.perform(occurrence, at=hour_of(done_on), deviating=deviating)
