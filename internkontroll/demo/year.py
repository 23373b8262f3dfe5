"""Demonstrationens år: a decided plan, controls done and not done, findings, a follow-up begun."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Actor
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import InvalidInput
from internkontroll.core.transaction import transaction
from internkontroll.demo.accounts import Organisation, make_organisation
from internkontroll.demo.days import hour_of, weekday
from internkontroll.demo.follow_up import follow_up
from internkontroll.demo.neighbours import fill_neighbours
from internkontroll.demo.next_year import begin_next_plan, make_obligatory
from internkontroll.demo.reading import (
    import_at_once,
    leave_a_file_waiting,
    make_draft_from_file,
)
from internkontroll.demo.reports import decide_reports, open_board_year
from internkontroll.demo.techniques import begin_other_ways
from internkontroll.demo.work import Work
from internkontroll.organisation.models import Municipality
from internkontroll.organisation.services import add_meetings
from internkontroll.plan.models import Control, Plan
from internkontroll.plan.services import appoint, decide_plan, prepare_plan
from internkontroll.risk.models import AssessmentKind
from internkontroll.risk.rules import scale_of
from internkontroll.risk.services import assess_risk
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.services import generate_occurrences, record_not_performed

NOT_DONE = {
    (6, "point:årsbokslut"): "Ingen var utsedd att göra kontrollen. Den görs nästa år.",
    (8, "point:april"): "Ekonomisystemet byttes under april. Kontrollen görs i augusti.",
}
"""Why a control was not done, by its number and the occasion."""


def is_filled(session: Session) -> bool:
    """Whether the demonstration is there. Refuses a database that serves a real municipality."""
    if session.get(Municipality, 1) is None:
        return False
    if session.scalar(sa.select(User.id).where(User.is_demo).limit(1)) is None:
        raise InvalidInput(
            "Databasen används av en riktig kommun. Ange en annan i DATABASE_URL, eller en annan "
            "mapp i INSTANCE_DIR, för demonstrationen."
        )
    return True


def _meeting_days(year: int, offset: int) -> list[date]:
    """Ten meetings a year: none in July and January, on the same weekday each month."""
    return [
        weekday(date(year, month, 8) + timedelta(days=offset))
        for month in (2, 3, 4, 5, 6, 8, 9, 10, 11, 12)
    ]


def fill_demo(session: Session, *, actor: Actor, at: datetime) -> None:
    """Make the demonstration in one transaction: all of it, or nothing."""
    with transaction(session):
        _fill(session, actor=actor, at=at)


def _fill(session: Session, *, actor: Actor, at: datetime) -> None:
    today = swedish_day(at)
    year = today.year
    begun = date(year - 1, 11, 18)
    since = date(year - 1, 1, 1)
    town = make_organisation(session, actor=actor, at=hour_of(begun), since=since, today=today)
    plan = _decided_plan(session, town, year)
    _year_of(session, town, plan, today)
    fill_neighbours(session, town, year, today)
    make_obligatory(session, town, year + 1, at=at)
    begin_next_plan(session, town, plan, at=at)
    leave_a_file_waiting(session, town, year + 1, at=at)
    make_draft_from_file(session, town, "AMN", year + 1, "plan_amn.csv", at=at)


_ASSESSED = ((3, 4), (2, 4), (2, 3), (2, 2), (3, 3), (1, 2), (3, 3), (2, 3), (3, 2), (2, 4))
"""Likelihood and impact of the plan's risks, in the order of its rows."""


def _assess_risks(session: Session, plan: Plan, *, actor: Actor, at: datetime) -> None:
    controls = sorted(plan.controls, key=lambda control: control.number)
    risks = dict.fromkeys(risk for control in controls for risk in control.risks)
    for risk, (likelihood, impact) in zip(risks, _ASSESSED, strict=True):
        assess_risk(
            session,
            plan.board,
            risk,
            kind=AssessmentKind.CURRENT,
            likelihood=likelihood,
            impact=impact,
            scale=scale_of(4),
            on=swedish_day(at),
            actor=actor,
            at=at,
        )


def _decided_plan(session: Session, town: Organisation, year: int) -> Plan:
    board, controller = town.boards["SCN"], town.actors["controller"]
    plan = import_at_once(
        session,
        board,
        year,
        "plan_scn.csv",
        answered=True,
        actor=controller,
        at=hour_of(date(year - 1, 11, 25)),
    )
    _assess_risks(session, plan, actor=controller, at=hour_of(date(year - 1, 11, 27)))
    prepare_plan(session, plan, actor=controller, at=hour_of(date(year - 1, 12, 2)))
    decided_on = weekday(date(year - 1, 12, 16))
    decide_plan(
        session,
        plan,
        decided_on=decided_on,
        paragraph="142",
        registry_number=f"SCN-{year - 1}-0421",
        body=board.name,
        verified_on=decided_on + timedelta(days=5),
        actor=town.actors["namndsekreterare"],
        at=hour_of(decided_on + timedelta(days=6)),
    )
    session.refresh(plan)
    director = town.actors["direktor"]
    for control in plan.controls:
        if control.number in {1, 6, 12}:
            continue
        appoint(
            session,
            control,
            town.people["kontrollansvarig"],
            actor=director,
            at=hour_of(date(year, 1, 8)),
        )
    return plan


def _year_of(session: Session, town: Organisation, plan: Plan, today: date) -> None:
    board, controller, year = town.boards["SCN"], town.actors["controller"], plan.year
    opened = hour_of(date(year, 1, 9))
    open_board_year(session, board, year, actor=controller, at=opened)
    for offset, code in ((0, "IU1"), (1, "IU2")):
        add_meetings(
            session,
            board,
            town.subcommittees[code],
            _meeting_days(year, offset),
            actor=controller,
            at=opened,
        )
    generate_occurrences(session, plan, actor=controller, at=opened)
    _do_what_is_due(session, town, plan, today)
    begin_other_ways(Work(session, town), plan, today)


def _do_what_is_due(session: Session, town: Organisation, plan: Plan, today: date) -> None:
    work = Work(session, town)
    due = session.scalars(
        sa.select(Occurrence)
        .join(Control, Control.id == Occurrence.control_id)
        .where(Control.plan_id == plan.id, Occurrence.due_on < today)
        .order_by(Occurrence.due_on, Occurrence.id)
    ).all()
    for occurrence in due:
        _play(work, occurrence, today)
    follow_up(session, town, today)
    decide_reports(session, town, "SCN", plan.year, today)


def _play(work: Work, occurrence: Occurrence, today: date) -> None:
    """What became of one occurrence: most are done, some late, some not, the latest still open."""
    control, done_on = occurrence.control, occurrence.due_on - timedelta(days=3)
    if reason := NOT_DONE.get((control.number, occurrence.origin)):
        record_not_performed(
            work.session,
            occurrence,
            reason,
            actor=work.town.actors["controller"],
            at=hour_of(occurrence.due_on),
        )
        return
    if occurrence.due_on > today - timedelta(days=12) or control.number == 11:
        work.begin(occurrence, at=hour_of(done_on))
        return
    deviating = {5: 1, 7: 2}.get(control.number, 0)
    if control.number == 1 and occurrence.scheduled_on.month == 4 and work.is_first(occurrence):
        deviating = 1
    late = timedelta(days=8 if control.number == 7 else 0)
    work.perform(occurrence, at=hour_of(done_on + late), deviating=deviating)
