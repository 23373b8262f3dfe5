"""Write and decide a follow-up report. Looking at one writes nothing: verbs make its row."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.text import clean_text
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.organisation.services import close_point, record_decision
from internkontroll.plan.models import Control
from internkontroll.reporting.models import (
    Assessment,
    FollowUpReport,
    OverallAssessment,
    ReportEvent,
    ReportRemark,
    ReportState,
)
from internkontroll.reporting.policy import PERMISSIONS
from internkontroll.reporting.queries import (
    decision_facts,
    find_point,
    report_facts,
    standing_remark,
)
from internkontroll.reporting.rules import build_report, decided_cut_off, to_plain
from internkontroll.sampling.services import refuse_named_items
from internkontroll.trail.services import record

DECIDED_ALREADY = (
    "Uppföljningen är beslutad och kan inte ändras. Det som tillkommer redovisas nästa gång."
)
CHANGED_MEANWHILE = (
    "Någon annan har ändrat texten sedan du öppnade sidan. Jämför med det som står nu och spara "
    "igen."
)


def _ensure_may(
    permission: Permission, board: Board, point: ReportingPoint, actor: Actor, at: datetime
) -> None:
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


def _refuse_if_decided(report: FollowUpReport) -> None:
    if report.state is ReportState.DECIDED:
        raise InvalidTransition(DECIDED_ALREADY)


def _checked_reason(assessment: Assessment | None, reason: str | None) -> str | None:
    cleaned = clean_text(reason or "")
    if assessment is None:
        return None
    if not cleaned:
        raise InvalidInput("Skriv varför du bedömer på ett annat sätt.", field="reason")
    return cleaned


def remark_control(
    session: Session,
    board: Board,
    point: ReportingPoint,
    control: Control,
    *,
    comment: str,
    assessment: Assessment | None = None,
    reason: str | None = None,
    revision: int | None = None,
    actor: Actor,
    at: datetime,
) -> ReportRemark:
    """Kommentera och bedöm ett kontrollmoment. Every change is a new row; the latest one counts.

    The trail names the row, not its words: a comment may hold what has to be taken away later.

    ``assessment`` None lets the rule's proposal stand; else a reason is asked for (InvalidInput).
    ``revision`` is the one the form was filled in against: Conflict if somebody was faster.
    Saying the same again changes nothing. Raises NotAllowed, InvalidTransition when decided.
    """
    _ensure_may(Permission.REPORT_WRITE, board, point, actor, at)
    if point.name not in control.points:
        raise InvalidInput("Kontrollmomentet rapporteras inte vid den här tidpunkten.")
    report = ensure_report(session, board, point, at=at)
    _refuse_if_decided(report)
    standing = standing_remark(session, report, control.id)
    if revision is not None and revision != standing.revision:
        raise Conflict(CHANGED_MEANWHILE)
    comment, kept = clean_text(comment), _checked_reason(assessment, reason)
    refuse_named_items(session, board.id, comment, "comment")
    refuse_named_items(session, board.id, kept or "", "reason")
    before = standing.remark
    old = (
        (before.comment, before.assessment, before.assessment_reason)
        if before
        else ("", None, None)
    )
    if before is not None and old == (comment, assessment, kept):
        return before
    remark = ReportRemark(
        report_id=report.id,
        control_id=control.id,
        revision=standing.revision + 1,
        comment=comment,
        assessment=assessment,
        assessment_reason=kept,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(remark)
    changed_assessment = old[1:] != (assessment, kept)
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=ReportEvent.ASSESSED if changed_assessment else ReportEvent.COMMENTED,
        subject=("report", report.id),
        data={
            "control": control.number,
            "revision": {"old": standing.revision, "new": remark.revision},
            "assessment": {"old": old[1], "new": assessment},
        },
        reason=kept,
    )
    return remark


def set_overall(
    session: Session,
    board: Board,
    point: ReportingPoint,
    *,
    overall: OverallAssessment,
    grounds: str,
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Skriv den samlade bedömningen and what it rests on.

    ``row_version`` is the one the form was filled in against, 0 where there was no report yet:
    Conflict if somebody was faster. Raises NotAllowed, InvalidInput without grounds,
    InvalidTransition when decided.
    """
    _ensure_may(Permission.REPORT_WRITE, board, point, actor, at)
    grounds = clean_text(grounds)
    if not grounds:
        raise InvalidInput("Skriv vad den samlade bedömningen bygger på.", field="grounds")
    refuse_named_items(session, board.id, grounds, "grounds")
    report = ensure_report(session, board, point, at=at)
    _refuse_if_decided(report)
    old = (report.overall, report.overall_grounds)
    if row_version is not None and row_version != (report.row_version if report.overall else 0):
        raise Conflict(CHANGED_MEANWHILE)
    if old == (overall, grounds):
        return report
    _change(
        session,
        report,
        overall=overall,
        overall_grounds=grounds,
        overall_at=at,
        row_version=report.row_version + 1,
    )
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=ReportEvent.CONCLUDED,
        subject=("report", report.id),
        data={
            "overall": {"old": old[0], "new": overall},
            "grounds_changed": old[1] != grounds,
        },
    )
    return report


def _change(session: Session, report: FollowUpReport, **values: object) -> None:
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


def _refuse_later_texts(session: Session, report: FollowUpReport, decided_on: date) -> None:
    # What the board decided on was written by then: a text of a later day shows a wrong date.
    written = session.scalar(
        sa.select(sa.func.max(ReportRemark.recorded_at)).where(ReportRemark.report_id == report.id)
    )
    latest = max((at for at in (written, report.overall_at) if at is not None), default=None)
    if latest is not None and swedish_day(latest) > decided_on:
        raise InvalidInput(
            f"Uppföljningens texter ändrades {long_date(swedish_day(latest))}, efter den dag du "
            "skrev. Kontrollera beslutets dag.",
            field="decided_on",
        )


def decide_report(
    session: Session,
    board: Board,
    point: ReportingPoint,
    *,
    decided_on: date,
    paragraph: str,
    registry_number: str,
    body: str | None = None,
    verified_on: date | None = None,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Besluta uppföljningen: freeze it as canonical JSON with SHA-256, with its decision.

    Facts are taken in until the point's cut-off, or until the decision where that came first.
    ``body`` is the board's name unless something else is said. Raises NotAllowed,
    InvalidTransition when decided already or without overall assessment or decided plan,
    InvalidInput on a decision that cannot be.
    """
    _ensure_may(Permission.REPORT_DECIDE, board, point, actor, at)
    report = ensure_report(session, board, point, at=at)
    _refuse_if_decided(report)
    if report.overall is None:
        raise InvalidTransition(
            "Den samlade bedömningen saknas. Skriv den innan uppföljningen beslutas."
        )
    if decided_on <= point.period_end:
        raise InvalidInput(
            f"Perioden slutar {long_date(point.period_end)}. Uppföljningen kan inte vara beslutad "
            "förrän dagen efter.",
            field="decided_on",
        )
    cut_off_at = decided_cut_off(point.cut_off, decided_on, at)
    entry = find_point(session, board.id, point.year, point.name)
    facts = entry and report_facts(session, board, entry, known_at=cut_off_at)
    if not facts:
        raise InvalidTransition(
            f"Det finns ingen beslutad plan för {point.year} att följa upp. Besluta planen först."
        )
    decision = record_decision(
        session,
        board,
        body=board.name if body is None else body,
        decided_on=decided_on,
        paragraph=paragraph,
        registry_number=registry_number,
        verified_on=verified_on,
        at=at,
    )
    _refuse_later_texts(session, report, decided_on)
    close_point(session, point, at=at)
    made = build_report(facts, cut_off_at=cut_off_at, until=at, decision=decision_facts(decision))
    content = to_plain(made)
    sha256 = sha256_of(content)
    _change(
        session,
        report,
        state=ReportState.DECIDED,
        decision_id=decision.id,
        cut_off_at=cut_off_at,
        snapshot=canonical_json(content),
        snapshot_sha256=sha256,
        row_version=report.row_version + 1,
    )
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=ReportEvent.DECIDED,
        subject=("report", report.id),
        data={
            "state": {"old": ReportState.LIVE, "new": ReportState.DECIDED},
            "point": f"{point.name} {point.year}",
            "cut_off_at": cut_off_at,
            "sha256": sha256,
            "decided_on": decided_on,
            "paragraph": decision.paragraph,
            "registry_number": decision.registry_number,
        },
    )
    return report
