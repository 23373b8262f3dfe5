"""Förvaltningsdirektörens godkännande: the report is frozen as the proposal to the board."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.reporting.models import FollowUpReport, ReportEvent, ReportState
from internkontroll.reporting.queries.treating import writers_of
from internkontroll.reporting.rules import live_cut_off, to_plain
from internkontroll.reporting.rules.states import require_transition
from internkontroll.reporting.services.guards import (
    change,
    ensure_may,
    ensure_report,
    made_report,
    trace,
)
from internkontroll.sampling.services.guards import checked_reason

NO_PROPOSAL: dict[str, Any] = {
    "proposal": None,
    "proposal_sha256": None,
    "approved_at": None,
    "approved_by_id": None,
    "cut_off_at": None,
}
"""What a draft has: nothing lies before the board."""


def approve_report(
    session: Session,
    board: Board,
    point: ReportingPoint,
    *,
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Godkänn uppföljningen: its facts are closed, its texts locked, the proposal frozen.

    Two have read what the board is given: who has written all of it cannot approve it. Raises
    NotAllowed, InvalidTransition before the period's end or without overall assessment, Conflict.
    """
    ensure_may(Permission.REPORT_APPROVE, board, point, actor, at)
    report = ensure_report(session, board, point, at=at)
    old = report.state
    require_transition(old, ReportState.APPROVED)
    if report.overall is None:
        raise InvalidTransition(
            "Den samlade bedömningen saknas. Skriv den innan uppföljningen godkänns."
        )
    cut_off_at = live_cut_off(point.cut_off, at)
    made = made_report(session, board, point, report, cut_off_at=cut_off_at, at=at)
    if made.known_on <= point.period_end:
        raise InvalidTransition(
            f"Perioden slutar {long_date(point.period_end)}. Uppföljningen kan godkännas dagen "
            "efter."
        )
    if actor.user_id is not None and writers_of(session, report) == {actor.user_id}:
        raise NotAllowed(
            "Du har själv skrivit allt i uppföljningen. Två personer ska ha läst den innan den går "
            "till nämnden: be controllern läsa igenom och spara bedömningen."
        )
    content = to_plain(replace(made, state=ReportState.APPROVED, approved_on=swedish_day(at)))
    sha256 = sha256_of(content)
    change(
        session,
        report,
        row_version=row_version,
        state=ReportState.APPROVED,
        approved_at=at,
        approved_by_id=actor.user_id,
        proposal=canonical_json(content),
        proposal_sha256=sha256,
        cut_off_at=cut_off_at,
    )
    trace(
        session,
        board,
        report,
        ReportEvent.APPROVED,
        actor=actor,
        at=at,
        old=old,
        cut_off_at=cut_off_at,
        proposal_sha256=sha256,
    )
    return report


def take_back_report(
    session: Session,
    board: Board,
    point: ReportingPoint,
    reason: str,
    *,
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Ta tillbaka en godkänd uppföljning till utkast, before the board has decided it.

    Its hash stays in the trail. Raises NotAllowed, InvalidTransition, InvalidInput without a
    reason, and Conflict.
    """
    ensure_may(Permission.REPORT_WRITE, board, point, actor, at)
    report = ensure_report(session, board, point, at=at)
    old, sha256 = report.state, report.proposal_sha256
    require_transition(old, ReportState.LIVE)
    reason = checked_reason(session, board.id, reason, "Skriv varför uppföljningen tas tillbaka.")
    change(session, report, row_version=row_version, state=ReportState.LIVE, **NO_PROPOSAL)
    trace(
        session,
        board,
        report,
        ReportEvent.TAKEN_BACK,
        actor=actor,
        at=at,
        old=old,
        reason=reason,
        proposal_sha256=sha256,
    )
    return report


def begin_report_amendment(
    session: Session,
    board: Board,
    point: ReportingPoint,
    *,
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Öppna en godkänd uppföljning för det som nämnden ändrade vid sammanträdet.

    The proposal stays frozen; what is written now is told against it. Raises NotAllowed,
    InvalidTransition and Conflict.
    """
    ensure_may(Permission.REPORT_DECIDE, board, point, actor, at)
    report = ensure_report(session, board, point, at=at)
    old = report.state
    require_transition(old, ReportState.AMENDING)
    change(session, report, row_version=row_version, state=ReportState.AMENDING)
    trace(
        session,
        board,
        report,
        ReportEvent.AMENDING,
        actor=actor,
        at=at,
        old=old,
        proposal_sha256=report.proposal_sha256,
    )
    return report
