"""Read what waits for a person, and how the jobs went."""

from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.core.access import Actor
from internkontroll.monitoring.models import JobRun
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.plan.models import Plan, PlanState
from internkontroll.reporting.models import FollowUpReport, ReportState


def boards_of(session: Session, actor: Actor) -> Sequence[Board]:
    """The boards in which the actor holds a role of its own, by name."""
    ids = {grant.board_id for grant in actor.grants if grant.board_id is not None}
    return session.scalars(sa.select(Board).where(Board.id.in_(ids)).order_by(Board.name)).all()


def all_boards(session: Session) -> Sequence[Board]:
    """Every board of the municipality, by name: names are no secret."""
    return session.scalars(sa.select(Board).order_by(Board.name)).all()


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
