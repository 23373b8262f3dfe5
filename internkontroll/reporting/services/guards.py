"""Uppföljningens rad: made by the verbs, changed only as it was read, never once decided."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidTransition
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.reporting.models import FollowUpReport, ReportState
from internkontroll.reporting.policy import PERMISSIONS

DECIDED_ALREADY = (
    "Uppföljningen är beslutad och kan inte ändras. Det som tillkommer redovisas nästa gång."
)
CHANGED_MEANWHILE = (
    "Någon annan har ändrat texten sedan du öppnade sidan. Jämför med det som står nu och spara "
    "igen."
)


def ensure_may(
    permission: Permission, board: Board, point: ReportingPoint, actor: Actor, at: datetime
) -> None:
    """Refuse (NotAllowed) who may not; another board's point is a mistake in the program."""
    ensure(actor, permission, Scope(board.id), swedish_day(at), PERMISSIONS)
    if point.board_id != board.id:
        raise ValueError("the reporting point belongs to another board")


def ensure_report(
    session: Session, board: Board, point: ReportingPoint, *, at: datetime
) -> FollowUpReport:
    """Uppföljningens rad for a point, made if it is not there. Its row is locked on PostgreSQL."""
    # Two who write first at the same time take turns on the point, which is always there.
    session.execute(
        sa.select(ReportingPoint.id)
        .where(ReportingPoint.id == point.id)
        .with_for_update(key_share=True)
    )
    report = session.scalar(
        sa.select(FollowUpReport)
        .where(FollowUpReport.reporting_point_id == point.id, FollowUpReport.board_id == board.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if report is None:
        report = FollowUpReport(board_id=board.id, reporting_point_id=point.id, created_at=at)
        session.add(report)
        session.flush()
    return report


def refuse_if_decided(report: FollowUpReport) -> None:
    """Refuse (InvalidTransition) to change a report that is decided."""
    if report.state is ReportState.DECIDED:
        raise InvalidTransition(DECIDED_ALREADY)


def change(session: Session, report: FollowUpReport, **values: object) -> None:
    """Change a live report that nobody has changed since it was read, or raise Conflict."""
    changed = session.execute(
        sa.update(FollowUpReport)
        .where(
            FollowUpReport.id == report.id,
            FollowUpReport.state == ReportState.LIVE,
            FollowUpReport.row_version == report.row_version,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(CHANGED_MEANWHILE)
    session.refresh(report)
