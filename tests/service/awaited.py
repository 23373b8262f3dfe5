"""A board with a year's plan, and what its rows say that somebody is waited for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.monitoring.queries import facts_for
from internkontroll.monitoring.rules import Fact, Kind, Person, Source, tasks
from internkontroll.organisation.models import Board, ReportingPoint, Subcommittee
from internkontroll.plan.models import Plan
from internkontroll.reporting.models import FollowUpReport, ReportState
from tests.factories import make_board, make_decision, make_plan, make_points, make_subcommittee

ON = date(2020, 4, 12)
AT = datetime(2020, 4, 12, 8, tzinfo=UTC)


@dataclass
class Scene:
    """A board with a decided plan, a committee of its own, and the year's points."""

    board: Board
    plan: Plan
    committee: Subcommittee
    point: ReportingPoint


def scene(session: Session, code: str = "SCN") -> Scene:
    board = make_board(session, code, f"Nämnden {code}")
    plan = make_plan(session, board, decided=True)
    [april, *_] = make_points(session, board)
    return Scene(board, plan, make_subcommittee(session, board), april)


def of(facts: list[Fact], source: Source) -> list[Fact]:
    return [fact for fact in facts if fact.source is source]


def kinds_of(session: Session, actor: Actor, *boards: Board) -> list[Kind]:
    facts = facts_for(session, actor, [board.id for board in boards], ON)
    return [task.kind for task in tasks(facts, Person(actor, ON))]


def decide_report(session: Session, here: Scene, name: str = "april") -> None:
    point = next(row for row in make_points(session, here.board, 2019) if row.name == name)
    decision = make_decision(session, here.board, date(2020, 2, 20))
    session.add(
        FollowUpReport(
            board_id=here.board.id,
            reporting_point_id=point.id,
            state=ReportState.DECIDED,
            decision_id=decision.id,
            cut_off_at=AT,
            snapshot="{}",
            snapshot_sha256="0" * 64,
            created_at=AT,
        )
    )
    session.flush()
