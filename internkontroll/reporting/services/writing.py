"""Skriv i uppföljningen: a control's comment and assessment, and the overall assessment."""

from datetime import datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, can_somewhere, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, NotAllowed
from internkontroll.core.text import clean_text
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.plan.models import Control
from internkontroll.reporting.models import (
    Assessment,
    FollowUpReport,
    OverallAssessment,
    ReportEvent,
    ReportRemark,
)
from internkontroll.reporting.policy import PERMISSIONS
from internkontroll.reporting.queries import standing_remark
from internkontroll.reporting.services.guards import (
    CHANGED_MEANWHILE,
    change,
    ensure_may,
    ensure_report,
    holds,
    refuse_locked,
)
from internkontroll.sampling.services import refuse_named_items
from internkontroll.trail.services import record


def _checked_reason(assessment: Assessment | None, reason: str | None) -> str | None:
    cleaned = clean_text(reason or "")
    if assessment is None:
        return None
    if not cleaned:
        raise InvalidInput("Skriv varför du bedömer på ett annat sätt.", field="reason")
    return cleaned


def _ensure_own(board: Board, control: Control, actor: Actor, at: datetime) -> None:
    on = swedish_day(at)
    if not can_somewhere(actor, Permission.REPORT_COMMENT, board.id, on, PERMISSIONS):
        ensure(actor, Permission.REPORT_COMMENT, Scope(board.id), on, PERMISSIONS)
    if actor.user_id is None or control.responsible_id != actor.user_id:
        raise NotAllowed(
            "Du är inte ansvarig för kontrollmomentet. Den ansvariga eller controllern skriver "
            "kommentaren."
        )


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
    figures: str | None = None,
    figures_confirmed: bool = False,
    actor: Actor,
    at: datetime,
) -> ReportRemark:
    """Kommentera och bedöm ett kontrollmoment. Every change is a new row; the latest one counts.

    The trail names the row, not its words: a comment may hold what has to be taken away later.

    ``assessment`` None lets the rule's proposal stand; else a reason is asked for (InvalidInput).
    ``revision`` is the one the form was filled in against: Conflict if somebody was faster.
    ``figures`` are those that the comment was proposed from, or that a person has confirmed it
    against (``figures_confirmed``). Saying the same again changes nothing.

    Who is responsible for the kontrollmoment writes its comment; its assessment is for those who
    write the whole report. Raises NotAllowed, InvalidTransition when approved or decided.
    """
    whole = holds(Permission.REPORT_WRITE, board, actor, at)
    if not whole:
        _ensure_own(board, control, actor, at)
    if point.name not in control.points:
        raise InvalidInput("Kontrollmomentet rapporteras inte vid den här tidpunkten.")
    report = ensure_report(session, board, point, at=at)
    refuse_locked(report)
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
    if not whole:
        assessment, kept = old[1:]
    of_figures = (before.figures, before.figures_confirmed) if before else (None, False)
    now_of = (figures, figures_confirmed) if figures else (None, False)
    if before is not None and (*old, *of_figures) == (comment, assessment, kept, *now_of):
        return before
    remark = ReportRemark(
        report_id=report.id,
        control_id=control.id,
        revision=standing.revision + 1,
        comment=comment,
        assessment=assessment,
        assessment_reason=kept,
        figures=now_of[0],
        figures_confirmed=now_of[1],
        recorded_by_id=actor.user_id,
        # Dropping the correction takes away what is written since it began, by whatever clock.
        recorded_at=max(at, report.correction_at or at),
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
            "figures": figures and ("confirmed" if figures_confirmed else "proposed"),
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
    ensure_may(Permission.REPORT_WRITE, board, point, actor, at)
    grounds = clean_text(grounds)
    if not grounds:
        raise InvalidInput("Skriv vad den samlade bedömningen bygger på.", field="grounds")
    refuse_named_items(session, board.id, grounds, "grounds")
    report = ensure_report(session, board, point, at=at)
    refuse_locked(report)
    old = (report.overall, report.overall_grounds)
    if row_version is not None and row_version != (report.row_version if report.overall else 0):
        raise Conflict(CHANGED_MEANWHILE)
    if old == (overall, grounds):
        return report
    change(
        session,
        report,
        overall=overall,
        overall_grounds=grounds,
        overall_at=at,
        overall_by_id=actor.user_id,
        refusal=CHANGED_MEANWHILE,
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
