"""Rätta en beslutad uppföljning: a new version with a reason; the old one is kept as it was."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.core.clock import end_of_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.organisation.models import Board, DecisionOutcome, ReportingPoint
from internkontroll.plan.models import Control
from internkontroll.reporting.models import (
    CoverMemo,
    FollowUpReport,
    ReportEvent,
    ReportRemark,
    ReportState,
    ReportVersion,
)
from internkontroll.reporting.queries import decision_facts, standing_memo
from internkontroll.reporting.queries.treating import read_report
from internkontroll.reporting.rules import to_plain
from internkontroll.reporting.rules.memo import MemoTexts
from internkontroll.reporting.rules.versions import differences
from internkontroll.reporting.services.deciding import Minutes, treat
from internkontroll.reporting.services.guards import (
    change,
    decision_data,
    ensure_may,
    ensure_report,
    made_report,
    trace,
)
from internkontroll.sampling.services.guards import checked_reason


def open_correction(
    session: Session,
    board: Board,
    point: ReportingPoint,
    reason: str,
    *,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Påbörja en rättelse: texts may be changed; the decided version stands until the next.

    Raises NotAllowed, InvalidTransition unless decided or where one is begun, InvalidInput without
    a reason.
    """
    ensure_may(Permission.REPORT_DECIDE, board, point, actor, at)
    report = ensure_report(session, board, point, at=at)
    if report.state is not ReportState.DECIDED:
        raise InvalidTransition("Uppföljningen är inte beslutad. Ändra texterna direkt.")
    if report.correction_reason is not None:
        raise InvalidTransition("En rättelse är redan påbörjad. Gör klart den.")
    reason = checked_reason(session, board.id, reason, "Skriv varför uppföljningen rättas.")
    change(
        session,
        report,
        FollowUpReport.correction_reason.is_(None),
        correction_reason=reason,
        correction_at=at,
    )
    trace(
        session,
        board,
        report,
        ReportEvent.CORRECTION_OPENED,
        actor=actor,
        at=at,
        reason=reason,
        version=report.version,
    )
    return report


def drop_correction(
    session: Session,
    board: Board,
    point: ReportingPoint,
    reason: str,
    *,
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Ta bort den påbörjade rättelsen: the decided version stands, and its texts with it.

    What was written in the correction stays among the earlier wordings of each kontrollmoment. Its
    tjänsteskrivelse goes with it.
    Raises NotAllowed, InvalidTransition where none is begun, InvalidInput without a reason, and
    Conflict.
    """
    ensure_may(Permission.REPORT_DECIDE, board, point, actor, at)
    report = ensure_report(session, board, point, at=at)
    begun_at, snapshot = report.correction_at, report.snapshot
    if report.correction_reason is None or begun_at is None or snapshot is None:
        raise InvalidTransition("Ingen rättelse är påbörjad. Det finns inget att ta bort.")
    reason = checked_reason(session, board.id, reason, "Skriv varför rättelsen tas bort.")
    decided = read_report(snapshot)
    overall: dict[str, Any] = {}
    if (report.overall, report.overall_grounds) != (decided.overall, decided.grounds):
        overall = {
            "overall": decided.overall,
            "overall_grounds": decided.grounds,
            "overall_at": at,
            "overall_by_id": actor.user_id,
        }
    change(
        session,
        report,
        FollowUpReport.correction_reason.is_not(None),
        row_version=row_version,
        correction_reason=None,
        correction_at=None,
        **overall,
    )
    remarks = _put_remarks_back(session, report, begun_at, actor=actor, at=at)
    _empty_memo(session, report, actor=actor, at=at)
    trace(
        session,
        board,
        report,
        ReportEvent.CORRECTION_DROPPED,
        actor=actor,
        at=at,
        reason=reason,
        version=report.version,
        texts_put_back=remarks + bool(overall),
    )
    return report


def _put_remarks_back(
    session: Session, report: FollowUpReport, begun_at: datetime, *, actor: Actor, at: datetime
) -> int:
    """Let each remark written since the correction began be followed by the one before it."""
    before: dict[str, ReportRemark] = {}
    latest: dict[str, ReportRemark] = {}
    for remark, lineage in session.execute(
        sa.select(ReportRemark, Control.lineage)
        .join(Control, Control.id == ReportRemark.control_id)
        .where(ReportRemark.report_id == report.id)
        .order_by(ReportRemark.revision)
    ):
        latest[lineage] = remark
        if remark.recorded_at < begun_at:
            before[lineage] = remark
    changed = [(lineage, last) for lineage, last in latest.items() if last.recorded_at >= begun_at]
    for lineage, last in changed:
        stood = before.get(lineage)
        session.add(
            ReportRemark(
                report_id=report.id,
                control_id=last.control_id,
                revision=last.revision + 1,
                comment=stood.comment if stood else "",
                assessment=stood.assessment if stood else None,
                assessment_reason=stood.assessment_reason if stood else None,
                figures=stood.figures if stood else None,
                figures_confirmed=stood.figures_confirmed if stood else False,
                recorded_by_id=actor.user_id,
                recorded_at=at,
            )
        )
    session.flush()
    return len(changed)


def _empty_memo(session: Session, report: FollowUpReport, *, actor: Actor, at: datetime) -> None:
    """Let nothing stand in the tjänsteskrivelse of the version that was not to be."""
    version = report.version + 1
    standing = standing_memo(session, report, version)
    if standing.written == MemoTexts():
        return
    session.add(
        CoverMemo(
            report_id=report.id,
            version=version,
            revision=standing.revision + 1,
            texts={},
            memo_author="",
            registry_number="",
            recorded_by_id=actor.user_id,
            recorded_at=at,
        )
    )
    session.flush()


def decide_correction(
    session: Session,
    board: Board,
    point: ReportingPoint,
    minutes: Minutes,
    *,
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Besluta rättelsen: the next version is frozen, the one before is kept with its hash.

    A correction takes in what has become known until the day it is decided. What was handed over is
    to be handed over anew. Raises NotAllowed, InvalidTransition where none is begun, InvalidInput
    where nothing differs or the decision cannot be, and Conflict.
    """
    ensure_may(Permission.REPORT_DECIDE, board, point, actor, at)
    report = ensure_report(session, board, point, at=at)
    reason, snapshot, sha256 = report.correction_reason, report.snapshot, report.snapshot_sha256
    before = report.decision
    if reason is None or snapshot is None or sha256 is None or before is None:
        raise InvalidTransition("Ingen rättelse är påbörjad. Påbörja en, med skälet till den.")
    if minutes.decided_on < before.decided_on:
        raise InvalidInput(
            f"Den version som rättas beslutades {long_date(before.decided_on)}. Rättelsen kan inte "
            "vara beslutad före den.",
            field="decided_on",
        )
    cut_off_at = min(end_of_day(minutes.decided_on), at)
    old = read_report(snapshot)
    made = replace(
        made_report(session, board, point, report, cut_off_at=cut_off_at, at=at),
        version=report.version + 1,
        corrected_because=reason,
    )
    if not differences(old, made):
        raise InvalidInput(
            "Inget skiljer rättelsen från det som är beslutat. Skriv först in vad som ska stå."
        )
    decision, xray = treat(
        session,
        board,
        report,
        minutes,
        DecisionOutcome.APPROVED,
        proposal=made,
        reason=reason,
        actor=actor,
        at=at,
    )
    session.add(
        ReportVersion(
            report_id=report.id,
            version=report.version,
            decision_id=before.id,
            snapshot=snapshot,
            snapshot_sha256=sha256,
            reason=reason,
            sent_at=report.sent_at,
            received_on=report.received_on,
            replaced_at=at,
        )
    )
    content = to_plain(
        replace(made, state=ReportState.DECIDED, decision=decision_facts(decision), xray=xray)
    )
    change(
        session,
        report,
        FollowUpReport.version == report.version,
        row_version=row_version,
        version=report.version + 1,
        decision_id=decision.id,
        cut_off_at=cut_off_at,
        snapshot=canonical_json(content),
        snapshot_sha256=sha256_of(content),
        corrected_because=reason,
        correction_reason=None,
        correction_at=None,
        sent_at=None,
        sent_by_id=None,
        received_on=None,
        received_at=None,
        received_by_id=None,
    )
    session.refresh(report, ["decision"])
    trace(
        session,
        board,
        report,
        ReportEvent.CORRECTED,
        actor=actor,
        at=at,
        reason=reason,
        version={"old": report.version - 1, "new": report.version},
        sha256={"old": sha256, "new": report.snapshot_sha256},
        **decision_data(decision),
    )
    return report
