"""Uppföljningens rad: made by the verbs, changed only as it was read, never once decided."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, can, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidTransition
from internkontroll.organisation.models import Board, Decision, ReportingPoint
from internkontroll.reporting.models import FollowUpReport, ReportEvent, ReportState
from internkontroll.reporting.policy import PERMISSIONS
from internkontroll.reporting.queries import find_point, report_facts
from internkontroll.reporting.queries.surroundings import surrounded
from internkontroll.reporting.queries.treating import read_report
from internkontroll.reporting.rules import DecisionFacts, Report, build_report, live_cut_off
from internkontroll.reporting.rules.states import require_writable
from internkontroll.trail.services import record

CHANGED_MEANWHILE = (
    "Någon annan har ändrat texten sedan du öppnade sidan. Jämför med det som står nu och spara "
    "igen."
)
CHANGED_STATE = (
    "Uppföljningen har ändrats sedan du öppnade sidan. Läs igenom den igen innan du går vidare."
)


def ensure_may(
    permission: Permission, board: Board, point: ReportingPoint, actor: Actor, at: datetime
) -> None:
    """Refuse (NotAllowed) who may not; another board's point is a mistake in the program."""
    ensure(actor, permission, Scope(board.id), swedish_day(at), PERMISSIONS)
    if point.board_id != board.id:
        raise ValueError("the reporting point belongs to another board")


def holds(permission: Permission, board: Board, actor: Actor, at: datetime) -> bool:
    """Whether the actor has the permission in the board."""
    return can(actor, permission, Scope(board.id), swedish_day(at), PERMISSIONS)


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


def refuse_locked(report: FollowUpReport) -> None:
    """Refuse (InvalidTransition) to change the texts of what is approved or decided."""
    require_writable(report.state, correcting=report.correction_reason is not None)


def change(
    session: Session,
    report: FollowUpReport,
    *conditions: sa.ColumnElement[bool],
    row_version: int | None = None,
    refusal: str = CHANGED_STATE,
    **values: Any,
) -> None:
    """Change a report that nobody has changed since it was read, or raise Conflict.

    ``row_version`` is the version that the person saw; without it the one just read.
    """
    seen = report.row_version if row_version is None else row_version
    changed = session.execute(
        sa.update(FollowUpReport)
        .where(
            FollowUpReport.id == report.id,
            FollowUpReport.state == report.state,
            FollowUpReport.row_version == seen,
            *conditions,
        )
        .values(row_version=FollowUpReport.row_version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(refusal)
    session.refresh(report)


def trace(
    session: Session,
    board: Board,
    report: FollowUpReport,
    event: ReportEvent,
    *,
    actor: Actor,
    at: datetime,
    old: ReportState | None = None,
    reason: str | None = None,
    **data: Any,
) -> None:
    """A row of the trail about the report: its old and present state, and ``data``."""
    state = {"state": {"old": old, "new": report.state}} if old is not None else {}
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=event,
        subject=("report", report.id),
        data={**state, **data},
        reason=reason,
    )


def decision_data(decision: Decision) -> dict[str, Any]:
    """What the trail tells of a decision."""
    return {
        "outcome": decision.outcome,
        "decided_on": decision.decided_on,
        "paragraph": decision.paragraph,
        "registry_number": decision.registry_number,
    }


def made_report(
    session: Session,
    board: Board,
    point: ReportingPoint,
    report: FollowUpReport,
    *,
    cut_off_at: datetime,
    at: datetime,
    decision: DecisionFacts | None = None,
) -> Report:
    """The report of what was known at the moment, with what stands in it now.

    Raises InvalidTransition where no plan of the year is decided.
    """
    entry = find_point(session, board.id, point.year, point.name)
    facts = entry and report_facts(session, board, entry, known_at=cut_off_at)
    if not facts:
        raise InvalidTransition(
            f"Det finns ingen beslutad plan för {point.year} att följa upp. Besluta planen först."
        )
    made = build_report(facts, cut_off_at=cut_off_at, until=at, decision=decision)
    return surrounded(session, board.id, report, made)


def before_the_board(
    session: Session, board: Board, point: ReportingPoint, report: FollowUpReport, *, at: datetime
) -> Report:
    """What lies before the board: what was approved, or what stands now where nothing was."""
    if report.proposal is not None:
        return read_report(report.proposal)
    cut_off_at = live_cut_off(point.cut_off, at)
    return made_report(session, board, point, report, cut_off_at=cut_off_at, at=at)
