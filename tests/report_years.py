"""Two years of a board for the report's tests: last year decided, this year's spring under way.

The third control deviated both years; åtgärder from last year are followed up this year.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Role, system_actor
from internkontroll.findings.models import Action, CorrectionOutcome, Finding, Severity
from internkontroll.findings.services import (
    add_action,
    finish_action,
    move_action,
    record_correction,
)
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, Plan
from internkontroll.reporting.models import OverallAssessment
from internkontroll.reporting.queries import find_point
from internkontroll.reporting.services import decide_report, set_overall
from internkontroll.risk.models import Risk
from internkontroll.risk.rules import scale_of
from internkontroll.risk.services import record_assessment
from internkontroll.schedule.models import Occurrence
from tests.factories import (
    make_board,
    make_control,
    make_decision,
    make_drawn_sample,
    make_occurrence,
    make_plan,
    make_points,
    make_risk,
    make_user,
)
from tests.report_rows import Spring, make_spring, sign

SYSTEM = system_actor("drift")
LAST_SPRING = datetime(2019, 5, 4, 9, tzinfo=UTC)
LAST_DECISION = datetime(2019, 5, 29, 9, tzinfo=UTC)
LAST_AUTUMN = datetime(2019, 9, 4, 9, tzinfo=UTC)
SPRING = datetime(2020, 5, 13, 9, tzinfo=UTC)


@dataclass
class Years:
    """What was made: the spring, last year's plan, the people and the actions by what they are."""

    board: Board
    spring: Spring
    manager: User
    other: User
    gone: User
    actions: dict[str, Action]
    finding: Finding


def decide_april(session: Session, board: Board, year: int, at: datetime) -> None:
    """The board decides its April report of the year."""
    entry = find_point(session, board.id, year, "april")
    assert entry is not None
    set_overall(
        session,
        board,
        entry.point,
        overall=OverallAssessment.PARTLY,
        grounds="En kontroll har en avvikelse.",
        actor=SYSTEM,
        at=at,
    )
    decide_report(
        session,
        board,
        entry.point,
        decided_on=at.date(),
        paragraph="88",
        registry_number="SCN-2019-0211",
        actor=SYSTEM,
        at=at,
    )


def _last_year(session: Session, board: Board, spring: Spring) -> Finding:
    """Kontroll 2 and 3 a year ago: the second without deviation, the third with a finding."""
    points = make_points(session, board, 2019)
    plan = make_plan(session, board, 2019)
    people = (spring.tester_id, spring.signer_id)
    made: list[Occurrence] = []
    for place in (1, 2):
        control = make_control(session, plan, text=f"Kontroll {place + 1} av underlag")
        control.lineage = session.get_one(Control, spring.controls[place]).lineage
        made.append(make_occurrence(session, control, points[0], due_on=date(2019, 5, 7)))
        made[-1].recorded_at = LAST_SPRING.replace(month=1)
        sign(session, made[-1], LAST_SPRING, people, deviating=place - 1)
    decision = make_decision(session, board, date(2018, 12, 18))
    decision.recorded_at = LAST_SPRING.replace(month=1)
    session.execute(
        sa.update(Plan)
        .where(Plan.id == plan.id)
        .values(state="decided", decision_id=decision.id, content="{}", content_sha256="1" * 64)
    )
    session.expire(plan)
    finding = Finding(
        board_id=board.id,
        year=2019,
        number=1,
        occurrence_id=made[1].id,
        severity=Severity.MINOR,
        description="Ett underlag saknas.",
        recorded_at=LAST_SPRING,
    )
    session.add(finding)
    session.flush()
    return finding


def act(session: Session, finding: Finding, user: User, due: date, at: datetime) -> Action:
    """An åtgärd against the finding."""
    return add_action(
        session,
        finding,
        description="Skriv om rutinen.",
        responsible=user,
        due_on=due,
        actor=SYSTEM,
        at=at,
    )


def make_years(session: Session, board: Board | None = None) -> Years:
    """Last year with a decided April report, and this year's spring with what was done in it."""
    board = board or make_board(session)
    spring = make_spring(session, board, times=3)
    manager, other = (make_user(session, Role.UNIT_MANAGER, board) for _ in range(2))
    gone = make_user(session, Role.UNIT_MANAGER, board, valid_to=date(2020, 2, 1))
    earlier = _last_year(session, board, spring)
    decide_april(session, board, 2019, LAST_DECISION)
    actions = {
        name: act(session, earlier, user, date(2020, month, 1), LAST_AUTUMN)
        for name, user, month in (
            ("done", manager, 3),
            ("late", manager, 3),
            ("moved", manager, 2),
            ("unmanned", gone, 12),
        )
    }
    finish_action(
        session,
        actions["done"],
        outcome="Rutinen är ny.",
        done_on=date(2020, 2, 20),
        actor=SYSTEM,
        at=datetime(2020, 2, 20, 9, tzinfo=UTC),
    )
    for month in (1, 3):
        move_action(
            session,
            actions["moved"],
            date(2020, month + 5, 1),
            "Tiden räckte inte.",
            actor=SYSTEM,
            at=datetime(2020, month, 20, 9, tzinfo=UTC),
        )
    finding = session.scalars(sa.select(Finding).where(Finding.year == 2020).limit(1)).one()
    item = make_drawn_sample(session, session.get_one(Occurrence, finding.occurrence_id)).items[0]
    finding.item_id = item.id
    session.flush()
    record_correction(
        session,
        finding,
        outcome=CorrectionOutcome.CORRECTED,
        text="Underlaget är inhämtat.",
        done_on=date(2020, 5, 13),
        done_by="Enheten",
        actor=SYSTEM,
        at=SPRING,
    )
    actions["new"] = act(session, finding, manager, date(2020, 8, 1), SPRING)
    risk_of = session.get_one(Control, spring.controls[2]).risks[0]
    bare = make_risk(session, board, "Mutor tas emot")
    for risk, impact in ((risk_of, 2), (bare, 4)):
        assess(session, risk, impact, SPRING)
    for place in (3, 4, 5):
        control = session.get_one(Control, spring.controls[place])
        control.risks.append(risk_of)
        session.flush()
    return Years(board, spring, manager, other, gone, actions, finding)


def assess(session: Session, risk: Risk, impact: int, at: datetime) -> None:
    """The risk's likelihood is three."""
    record_assessment(
        session,
        risk,
        likelihood=3,
        impact=impact,
        score=3 * impact,
        scale=scale_of(4),
        on=at.date(),
        at=at,
    )
    session.flush()
