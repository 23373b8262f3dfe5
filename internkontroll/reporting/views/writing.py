"""The pages where a control's comment and assessment and the overall assessment are written."""

from collections.abc import Callable
from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.reporting.forms import BY_RULE, OverallForm, RemarkForm
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.queries import (
    PointEntry,
    StandingRemark,
    control_select,
    standing_remark,
)
from internkontroll.reporting.services import remark_control, set_overall
from internkontroll.reporting.views.blueprint import address, bp, entry_or_404, shown_or_404
from internkontroll.reporting.words import NOT_YET, STATES
from internkontroll.web.access import current_actor, load_or_404, now, requires, session
from internkontroll.web.forms import choices
from internkontroll.web.submission import page, submit


@bp.get("/<int:year>/<path:point>/kontroll/<int:number>")
@requires(Permission.REPORT_WRITE)
def remark(board: Board, year: int, point: str, number: int) -> ResponseReturnValue:
    """The page where a control's comment and assessment are written."""
    return _remark_page(board, entry_or_404(board, year, point), number)


@bp.post("/<int:year>/<path:point>/kontroll/<int:number>")
@requires(Permission.REPORT_WRITE)
def save_remark(board: Board, year: int, point: str, number: int) -> ResponseReturnValue:
    """Save a control's comment and assessment."""
    return _remark_page(board, entry_or_404(board, year, point), number, sent=True)


def _remark_form(standing: StandingRemark, **more: Any) -> RemarkForm:
    remark = standing.remark
    by_hand = remark is not None and remark.assessment is not None
    form = RemarkForm(
        comment=remark.comment if remark else "",
        assessment=remark.assessment if remark and by_hand else BY_RULE,
        reason=remark.assessment_reason if remark else None,
        revision=standing.revision,
        **more,
    )
    form.assessment.choices = choices(
        [
            (BY_RULE, "Som regeln föreslår"),
            *((kind.value, STATES[kind].word) for kind in Assessment),
        ]
    )
    return form


def _remark_page(
    board: Board, entry: PointEntry, number: int, *, sent: bool = False
) -> ResponseReturnValue:
    shown = shown_or_404(board, entry)
    row = next((row for row in shown.report.rows if row.number == number), None)
    if row is None:
        abort(404)
    plan_version = shown.report.plan.version
    control = load_or_404(control_select(board.id, entry.point.year, plan_version, number))
    standing = standing_remark(session(), entry.report, control.id)
    form = _remark_form(standing)
    back = url_for("reporting.show", **address(board, entry), _anchor=f"kontroll-{number}")
    if sent and form.validate():

        def act(open_session: Any) -> str:
            remark_control(
                open_session,
                board,
                entry.point,
                control,
                comment=form.comment.data or "",
                assessment=form.chosen(),
                reason=form.reason.data,
                revision=form.revision.number,
                actor=current_actor(),
                at=now(),
            )
            return back

        if answer := submit(form, act, done=f"Texten om kontroll {number} är sparad."):
            return answer
        if form.refused_with == 409:
            entry = entry_or_404(board, entry.point.year, entry.point.name)
            standing = standing_remark(session(), entry.report, control.id)
            form.set_beside(_remark_form(standing, formdata=None))
    return page(
        "reporting/remark.html",
        form=form,
        board=board,
        entry=entry,
        report=shown.report,
        row=row,
        proposed=STATES[row.proposed] if row.proposed else NOT_YET,
        where=address(board, entry),
    )


@bp.get("/<int:year>/<path:point>/samlad-bedomning")
@requires(Permission.REPORT_WRITE)
def overall(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The page where the overall assessment is written."""
    return _overall_page(board, entry_or_404(board, year, point))


@bp.post("/<int:year>/<path:point>/samlad-bedomning")
@requires(Permission.REPORT_WRITE)
def save_overall(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Save the overall assessment."""
    return _overall_page(board, entry_or_404(board, year, point), sent=True)


def _overall_form(entry: PointEntry, **more: Any) -> OverallForm:
    report = entry.report
    form = OverallForm(
        overall=report.overall if report else None,
        grounds=report.overall_grounds if report else None,
        row_version=entry.overall_version,
        **more,
    )
    form.overall.choices = choices((kind.value, STATES[kind].word) for kind in OverallAssessment)
    return form


def _overall_page(board: Board, entry: PointEntry, *, sent: bool = False) -> ResponseReturnValue:
    shown = shown_or_404(board, entry)
    form = _overall_form(entry)
    if sent and form.validate():
        answer = submit(
            form,
            _saving_overall(board, entry, form),
            done="Den samlade bedömningen är sparad.",
        )
        if answer:
            return answer
        if form.refused_with == 409:
            entry = entry_or_404(board, entry.point.year, entry.point.name)
            form.set_beside(_overall_form(entry, formdata=None))
    return page(
        "reporting/overall.html",
        form=form,
        board=board,
        entry=entry,
        report=shown.report,
        where=address(board, entry),
    )


def _saving_overall(board: Board, entry: PointEntry, form: OverallForm) -> Callable[[Any], str]:
    def act(open_session: Any) -> str:
        set_overall(
            open_session,
            board,
            entry.point,
            overall=form.chosen(),
            grounds=form.grounds.data or "",
            row_version=form.row_version.number,
            actor=current_actor(),
            at=now(),
        )
        return url_for("reporting.show", **address(board, entry), _anchor="samlad-bedomning")

    return act
