"""Read what waits for a person, and how the jobs went."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.accounts.models import User
from internkontroll.core.access import Actor
from internkontroll.core.collation import swedish_order
from internkontroll.findings.models import Action, Finding
from internkontroll.findings.queries import open_actions_of
from internkontroll.findings.rules import OPEN_ACTIONS
from internkontroll.monitoring.models import JobRun
from internkontroll.organisation.models import Board, Decision, ReportingPoint
from internkontroll.plan.models import Control, Plan, PlanState
from internkontroll.plan.rules.states import STANDING
from internkontroll.reporting.models import FollowUpReport, ReportState


def boards_of(session: Session, actor: Actor) -> Sequence[Board]:
    """The boards in which the actor holds a role of its own, by name."""
    ids = {grant.board_id for grant in actor.grants if grant.board_id is not None}
    return session.scalars(sa.select(Board).where(Board.id.in_(ids)).order_by(Board.name)).all()


@dataclass(frozen=True)
class OverseenBoard:
    """A board as kommunstyrelsen sees it: its name, and its latest decided follow-up if any."""

    board: Board
    year: int | None
    point: str | None
    decided_on: date | None


def overseen_boards(session: Session) -> list[OverseenBoard]:
    """Every board by name, with the latest follow-up that it has decided. Two queries."""
    rows = session.execute(
        sa.select(ReportingPoint.board_id, ReportingPoint.year, ReportingPoint.name, Decision)
        .join(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .join(Decision, Decision.id == FollowUpReport.decision_id)
        .where(FollowUpReport.state == ReportState.DECIDED)
        .order_by(ReportingPoint.period_end)
    )
    latest = {
        board_id: (year, name, decision.decided_on) for board_id, year, name, decision in rows
    }
    boards = session.scalars(sa.select(Board).where(~Board.oversight).order_by(Board.name))
    return [OverseenBoard(board, *latest.get(board.id, (None, None, None))) for board in boards]


def latest_runs(session: Session, limit: int = 50) -> Sequence[JobRun]:
    """The latest runs of the jobs, newest first."""
    return session.scalars(sa.select(JobRun).order_by(JobRun.started_at.desc()).limit(limit)).all()


def drafts_of(session: Session, board_ids: Collection[int]) -> Sequence[Plan]:
    """Plans of the boards that wait for a decision, the oldest year first."""
    return (
        session.scalars(
            sa.select(Plan)
            .options(joinedload(Plan.board))
            .where(
                Plan.board_id.in_(board_ids),
                Plan.state.in_((PlanState.DRAFT, PlanState.PREPARED)),
            )
            .order_by(Plan.year, Plan.board_id)
        )
        .unique()
        .all()
    )


def reports_ahead(
    session: Session, board_ids: Collection[int], until: date
) -> list[tuple[Board, ReportingPoint]]:
    """Reporting points whose period ends before ``until`` and whose report is not decided."""
    decided = sa.exists().where(
        FollowUpReport.reporting_point_id == ReportingPoint.id,
        FollowUpReport.state == ReportState.DECIDED,
    )
    with_plan = sa.exists().where(
        Plan.board_id == ReportingPoint.board_id,
        Plan.year == ReportingPoint.year,
        Plan.state == PlanState.DECIDED,
    )
    rows = session.execute(
        sa.select(Board, ReportingPoint)
        .join(ReportingPoint, ReportingPoint.board_id == Board.id)
        .where(Board.id.in_(board_ids), ReportingPoint.period_end <= until, with_plan, ~decided)
        .order_by(ReportingPoint.period_end, Board.name)
    )
    return [(board, point) for board, point in rows]


@dataclass(frozen=True)
class Duties:
    """What one person answers for in one board: kontrollmoment and open actions."""

    board: Board
    controls: Sequence[Control]
    actions: Sequence[Action]

    @property
    def total(self) -> int:
        """How many tasks there are."""
        return len(self.controls) + len(self.actions)


def duties_of(session: Session, user_id: int, board_id: int | None = None) -> list[Duties]:
    """What the person answers for, board by board; in one board where it is given. Three queries.

    Kontrollmoment of plans that somebody still works with, and actions that are not done.
    """
    select = (
        sa.select(Control)
        .join(Plan, Plan.id == Control.plan_id)
        .options(joinedload(Control.plan).joinedload(Plan.board), joinedload(Control.area))
        .where(Control.responsible_id == user_id, Plan.state.in_(STANDING))
        .order_by(Plan.year, Plan.version, Control.number)
    )
    controls = session.scalars(select).unique().all()
    actions = open_actions_of(session, user_id)
    ids = {row.plan.board_id for row in controls} | {row.finding.board_id for row in actions}
    boards = session.scalars(
        sa.select(Board).where(Board.id.in_(ids)).order_by(swedish_order(Board.name))
    )
    return [
        Duties(
            board,
            [row for row in controls if row.plan.board_id == board.id],
            [row for row in actions if row.finding.board_id == board.id],
        )
        for board in boards
        if board_id is None or board.id == board_id
    ]


def people_with_duties(session: Session, board_id: int) -> Sequence[User]:
    """Everybody who answers for something in the board, closed accounts too, in Swedish order."""
    controls = (
        sa.select(Control.responsible_id)
        .join(Plan, Plan.id == Control.plan_id)
        .where(Plan.board_id == board_id, Plan.state.in_(STANDING))
    )
    actions = (
        sa.select(Action.responsible_id)
        .join(Finding, Finding.id == Action.finding_id)
        .where(Finding.board_id == board_id, Action.state.in_(OPEN_ACTIONS))
    )
    return session.scalars(
        sa.select(User)
        .where(sa.or_(User.id.in_(controls), User.id.in_(actions)))
        .order_by(swedish_order(User.title), User.id)
    ).all()
