"""Boards of a person, what kommunstyrelsen oversees, what was decided lately, the jobs' runs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.collation import swedish_order
from internkontroll.monitoring.models import JobRun
from internkontroll.organisation.models import Board, Decision, ReportingPoint
from internkontroll.plan.models import Plan, PlanKind
from internkontroll.reporting.models import FollowUpReport, ReportState
from internkontroll.sampling.models import SamplingEvent
from internkontroll.trail.models import AUDIT_CHAIN, TrailRow


def boards_of(session: Session, actor: Actor, on: date) -> Sequence[Board]:
    """The boards in which the actor holds a role of its own on the day, in Swedish order."""
    ids = {
        grant.board_id
        for grant in actor.grants
        if grant.board_id is not None and grant.reaches(grant.board_id, on)
    }
    select = sa.select(Board).where(Board.id.in_(ids))
    return session.scalars(select.order_by(swedish_order(Board.name), Board.id)).all()


@dataclass(frozen=True)
class OverseenBoard:
    """A board as kommunstyrelsen sees it: its latest decided follow-up, its plan, what is late.

    ``late_point`` is the first follow-up that the board should have decided and has not, and
    ``late_since`` the day on which it should have.
    """

    board: Board
    year: int | None
    point: str | None
    decided_on: date | None
    plan_decided: bool
    late_point: str | None
    late_since: date | None
    on: date

    @property
    def days_late(self) -> int:
        """How many days late the follow-up is; 0 when none is."""
        return (self.on - self.late_since).days if self.late_since else 0


def overseen_boards(session: Session, on: date) -> list[OverseenBoard]:
    """Every board by name, with what it has decided and what is late on the day. Three queries."""
    latest: dict[int, tuple[int, str, date]] = {}
    late: dict[int, tuple[str, date]] = {}
    rows = session.execute(
        sa.select(ReportingPoint, FollowUpReport.state, Decision.decided_on)
        .outerjoin(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .outerjoin(Decision, Decision.id == FollowUpReport.decision_id)
        .order_by(ReportingPoint.period_end)
    )
    for point, state, day in rows:
        expected = point.board_on or point.cut_off
        if state is ReportState.DECIDED:
            latest[point.board_id] = (point.year, point.name, day)
        elif expected < on:
            late.setdefault(point.board_id, (f"{point.name} {point.year}", expected))
    planned = set(
        session.scalars(
            sa.select(Plan.board_id).where(
                Plan.year == on.year,
                Plan.kind == PlanKind.INTERNAL_CONTROL,
                Plan.decision_id.is_not(None),
            )
        )
    )
    overseen = []
    for board in session.scalars(sa.select(Board).where(~Board.oversight).order_by(Board.name)):
        year, name, decided_on = latest.get(board.id, (None, None, None))
        late_point, late_since = late.get(board.id, (None, None))
        overseen.append(
            OverseenBoard(
                board, year, name, decided_on, board.id in planned, late_point, late_since, on
            )
        )
    return overseen


@dataclass(frozen=True)
class Decided:
    """Nyligen beslutat: a plan (``point`` empty) or a follow-up of a board."""

    board_code: str
    board_name: str
    year: int
    point: str | None
    plan_id: int | None
    decided_on: date
    paragraph: str


def decided_lately(
    session: Session, board_ids: Collection[int], since: date, limit: int = 10
) -> list[Decided]:
    """Plans and follow-ups that the boards have decided since a day, latest first. One query."""
    plans = sa.select(
        Board.code,
        Board.name,
        Plan.year,
        sa.cast(sa.null(), sa.String(40)).label("point"),
        Plan.id.label("plan_id"),
        Decision.decided_on,
        Decision.paragraph,
    ).join_from(Plan, Decision, Decision.id == Plan.decision_id)
    reports = (
        sa.select(
            Board.code,
            Board.name,
            ReportingPoint.year,
            ReportingPoint.name,
            sa.cast(sa.null(), sa.Integer),
            Decision.decided_on,
            Decision.paragraph,
        )
        .join_from(FollowUpReport, Decision, Decision.id == FollowUpReport.decision_id)
        .join(ReportingPoint, ReportingPoint.id == FollowUpReport.reporting_point_id)
    )
    both = sa.union_all(
        *(
            part.join(Board, Board.id == Decision.board_id).where(
                Decision.board_id.in_(board_ids), Decision.decided_on >= since
            )
            for part in (plans, reports)
        )
    ).subquery()
    rows = session.execute(
        sa.select(both).order_by(both.c.decided_on.desc(), both.c.code).limit(limit)
    )
    return [Decided(*row) for row in rows]


@dataclass(frozen=True)
class ReadingCount:
    """How many times secret items were opened in a board since a day, and when last."""

    chain: str
    times: int
    latest: datetime


def secret_readings(session: Session, since: datetime) -> list[ReadingCount]:
    """Openings of secret items per board since a moment, as the trail tells. One query."""
    rows = session.execute(
        sa.select(TrailRow.chain, sa.func.count(), sa.func.max(TrailRow.at))
        .where(
            TrailRow.event == SamplingEvent.REFERENCES_READ.value,
            TrailRow.at >= since,
            TrailRow.chain != AUDIT_CHAIN,
        )
        .group_by(TrailRow.chain)
        .order_by(TrailRow.chain)
    )
    return [ReadingCount(*row) for row in rows]


def latest_runs(session: Session, limit: int = 50) -> Sequence[JobRun]:
    """The latest runs of the jobs, newest first."""
    return session.scalars(sa.select(JobRun).order_by(JobRun.started_at.desc()).limit(limit)).all()
