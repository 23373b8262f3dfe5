"""Överlämna en beslutad uppföljning till kommunstyrelsen, och kvittera den där."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.organisation.models import Board, BoardKind, ReportingPoint
from internkontroll.organisation.services import verify_decision
from internkontroll.reporting.models import FollowUpReport, ReportEvent, ReportState
from internkontroll.reporting.services.guards import change, ensure_may, ensure_report, trace


def _decided(session: Session, board: Board, point: ReportingPoint, at: datetime) -> FollowUpReport:
    report = ensure_report(session, board, point, at=at)
    if report.state is not ReportState.DECIDED:
        raise InvalidTransition("Uppföljningen är inte beslutad. Registrera nämndens beslut först.")
    return report


def send_report(
    session: Session, board: Board, point: ReportingPoint, *, actor: Actor, at: datetime
) -> FollowUpReport:
    """Överlämna den beslutade uppföljningen till kommunstyrelsen.

    Raises NotAllowed, InvalidTransition where it is not decided, sent already, or goes to nobody:
    a point without a date to kommunstyrelsen, or kommunstyrelsen's own.
    """
    ensure_may(Permission.REPORT_DECIDE, board, point, actor, at)
    if point.executive_on is None or board.kind is BoardKind.EXECUTIVE:
        raise InvalidTransition("Den här uppföljningen lämnas inte till kommunstyrelsen.")
    report = _decided(session, board, point, at)
    if report.sent_at is not None:
        raise InvalidTransition(
            f"Uppföljningen överlämnades {long_date(swedish_day(report.sent_at))}."
        )
    change(
        session,
        report,
        FollowUpReport.sent_at.is_(None),
        sent_at=at,
        sent_by_id=actor.user_id,
    )
    trace(
        session,
        board,
        report,
        ReportEvent.SENT,
        actor=actor,
        at=at,
        version=report.version,
        sha256=report.snapshot_sha256,
    )
    return report


def receive_report(
    session: Session,
    board: Board,
    point: ReportingPoint,
    received_on: date,
    *,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Kvittera att kommunstyrelsen har tagit emot uppföljningen.

    Raises NotAllowed, InvalidTransition where it is not sent or is received already, InvalidInput
    for a day before it was sent or after today.
    """
    ensure_may(Permission.REPORT_RECEIVE, board, point, actor, at)
    report = _decided(session, board, point, at)
    if report.sent_at is None:
        raise InvalidTransition("Nämnden har inte överlämnat uppföljningen än.")
    if report.received_on is not None:
        raise InvalidTransition(
            f"Uppföljningen är redan kvitterad {long_date(report.received_on)}."
        )
    if not swedish_day(report.sent_at) <= received_on <= swedish_day(at):
        raise InvalidInput(
            f"Uppföljningen överlämnades {long_date(swedish_day(report.sent_at))}. Skriv en dag "
            "från och med den till och med i dag.",
            field="received_on",
        )
    change(
        session,
        report,
        FollowUpReport.received_at.is_(None),
        received_on=received_on,
        received_at=at,
        received_by_id=actor.user_id,
    )
    trace(
        session,
        board,
        report,
        ReportEvent.RECEIVED,
        actor=actor,
        at=at,
        version=report.version,
        received_on=received_on,
    )
    return report


def verify_report(
    session: Session,
    board: Board,
    point: ReportingPoint,
    verified_on: date,
    *,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Registrera när protokollet justerades, if that was not known at the decision.

    The snapshot stays what was decided. Raises NotAllowed, InvalidTransition without a decision,
    InvalidInput for a day that cannot be, Conflict if a day is there already.
    """
    ensure_may(Permission.REPORT_DECIDE, board, point, actor, at)
    report = _decided(session, board, point, at)
    if report.decision is None:
        raise ValueError("a decided report has a decision")
    verify_decision(session, report.decision, verified_on, at=at)
    trace(
        session,
        board,
        report,
        ReportEvent.VERIFIED,
        actor=actor,
        at=at,
        verified_on=verified_on,
    )
    return report
