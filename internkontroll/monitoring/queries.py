"""Read what waits for a person, and how the jobs went."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.core.access import Actor
from internkontroll.monitoring.models import JobRun
from internkontroll.organisation.models import Board, Decision, ReportingPoint
from internkontroll.plan.models import Plan, PlanState
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
