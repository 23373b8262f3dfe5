"""Uppföljningens sidor och filer."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, make_response, url_for
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.core.words import StateWord
from internkontroll.organisation.models import Board
from internkontroll.reporting.documents import file_name, report_json, report_pdf
from internkontroll.reporting.forms import BY_RULE, DecideForm, OverallForm, RemarkForm
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.queries import (
    PointEntry,
    StandingRemark,
    control_select,
    find_point,
    point_entries,
    shown_report,
    standing_remark,
)
from internkontroll.reporting.rules import ControlRow, ShownReport, section_words
from internkontroll.reporting.services import decide_report, remark_control, set_overall
from internkontroll.reporting.words import NOT_HERE, NOT_YET, PERIOD_RUNS, STATES, TO_BE_WRITTEN
from internkontroll.web.access import current_actor, load_or_404, may, now, requires, session, today
from internkontroll.web.forms import choices
from internkontroll.web.submission import page, submit

bp = Blueprint("reporting", __name__, url_prefix="/namnd/<board_code>/uppfoljning")


@bp.context_processor
def _for_every_page() -> dict[str, Any]:
    return {
        "section": section_words,
        "sees_board": may(Permission.BOARD_READ),
        "sees_plans": may(Permission.PLAN_READ),
    }


def _entry_or_404(board: Board, year: int, point: str) -> PointEntry:
    """The point's entry; one that is not decided does not exist for those who may not see it."""
    entry = find_point(session(), board.id, year, point)
    if entry is None or not (entry.is_decided or may(Permission.REPORT_READ)):
        abort(404)
    return entry


def _shown_or_404(board: Board, entry: PointEntry) -> ShownReport:
    shown = shown_report(session(), board, entry, at=now())
    if shown is None:
        abort(404)
    return shown


def _address(board: Board, entry: PointEntry) -> dict[str, Any]:
    return {
        "board_code": board.code.lower(),
        "year": entry.point.year,
        "point": entry.point.name,
    }


def _assessment_word(row: ControlRow) -> StateWord:
    if row.assessment:
        return STATES[row.assessment]
    return NOT_HERE if row.not_applicable else NOT_YET


def _state_word(entry: PointEntry) -> StateWord:
    if entry.report is not None:
        return STATES[entry.state]
    return PERIOD_RUNS if entry.point.period_end >= today() else TO_BE_WRITTEN


@bp.get("")
@requires(Permission.REPORT_READ_DECIDED)
def index(board: Board) -> ResponseReturnValue:
    """The reports of the board's reporting points, newest year first."""
    entries = point_entries(session(), board.id)
    if not may(Permission.REPORT_READ):
        entries = [entry for entry in entries if entry.is_decided]
    return page(
        "reporting/index.html",
        board=board,
        entries=entries,
        state_word=_state_word,
        may_open_year=may(Permission.YEAR_OPEN),
        sees_live=may(Permission.REPORT_READ),
    )


@bp.get("/<int:year>/<path:point>")
@requires(Permission.REPORT_READ_DECIDED)
def show(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The report of a reporting point, live or as it was decided."""
    entry = _entry_or_404(board, year, point)
    shown = shown_report(session(), board, entry, at=now())
    where = _address(board, entry)
    if shown is None:
        return page("reporting/no_plan.html", board=board, entry=entry, where=where)
    live = not entry.is_decided
    return page(
        "reporting/show.html",
        board=board,
        entry=entry,
        report=shown.report,
        sha256=shown.sha256,
        where=where,
        assessment_word=_assessment_word,
        remarks_url=url_for("reporting.remark", number=0, **where).removesuffix("0"),
        may_write=live and may(Permission.REPORT_WRITE),
        may_decide=live and may(Permission.REPORT_DECIDE),
        may_read_trail=entry.report is not None and may(Permission.TRAIL_READ),
    )


@bp.get("/<int:year>/<path:point>/kontroll/<int:number>")
@requires(Permission.REPORT_WRITE)
def remark(board: Board, year: int, point: str, number: int) -> ResponseReturnValue:
    """The page where a control's comment and assessment are written."""
    return _remark_page(board, _entry_or_404(board, year, point), number)


@bp.post("/<int:year>/<path:point>/kontroll/<int:number>")
@requires(Permission.REPORT_WRITE)
def save_remark(board: Board, year: int, point: str, number: int) -> ResponseReturnValue:
    """Save a control's comment and assessment."""
    return _remark_page(board, _entry_or_404(board, year, point), number, sent=True)


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
    shown = _shown_or_404(board, entry)
    row = next((row for row in shown.report.rows if row.number == number), None)
    if row is None:
        abort(404)
    plan_version = shown.report.plan.version
    control = load_or_404(control_select(board.id, entry.point.year, plan_version, number))
    standing = standing_remark(session(), entry.report, control.id)
    form = _remark_form(standing)
    back = url_for("reporting.show", **_address(board, entry), _anchor=f"kontroll-{number}")
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
            entry = _entry_or_404(board, entry.point.year, entry.point.name)
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
        where=_address(board, entry),
    )


@bp.get("/<int:year>/<path:point>/samlad-bedomning")
@requires(Permission.REPORT_WRITE)
def overall(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The page where the overall assessment is written."""
    return _overall_page(board, _entry_or_404(board, year, point))


@bp.post("/<int:year>/<path:point>/samlad-bedomning")
@requires(Permission.REPORT_WRITE)
def save_overall(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Save the overall assessment."""
    return _overall_page(board, _entry_or_404(board, year, point), sent=True)


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
    shown = _shown_or_404(board, entry)
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
            entry = _entry_or_404(board, entry.point.year, entry.point.name)
            form.set_beside(_overall_form(entry, formdata=None))
    return page(
        "reporting/overall.html",
        form=form,
        board=board,
        entry=entry,
        report=shown.report,
        where=_address(board, entry),
    )


def _saving_overall(board: Board, entry: PointEntry, form: OverallForm) -> Callable[[Any], str]:
    def act(open_session: Any) -> str:
        set_overall(
            open_session,
            board,
            entry.point,
            overall=form.chosen(),
            grounds=form.grounds.data,
            row_version=form.row_version.number,
            actor=current_actor(),
            at=now(),
        )
        return url_for("reporting.show", **_address(board, entry), _anchor="samlad-bedomning")

    return act


@bp.get("/<int:year>/<path:point>/beslut")
@requires(Permission.REPORT_DECIDE)
def decide(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The page where the board's decision is recorded."""
    return _decide_page(board, _entry_or_404(board, year, point))


@bp.post("/<int:year>/<path:point>/beslut")
@requires(Permission.REPORT_DECIDE)
def save_decision(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Record the board's decision and freeze the report."""
    return _decide_page(board, _entry_or_404(board, year, point), sent=True)


def _decide_page(board: Board, entry: PointEntry, *, sent: bool = False) -> ResponseReturnValue:
    shown = _shown_or_404(board, entry)
    form = DecideForm(body=board.name)
    if sent and form.validate():

        def act(open_session: Any) -> str:
            decide_report(
                open_session,
                board,
                entry.point,
                body=form.body.data,
                decided_on=form.decided_on.data,
                paragraph=form.paragraph.data,
                registry_number=form.registry_number.data,
                verified_on=form.verified_on.data,
                actor=current_actor(),
                at=now(),
            )
            return url_for("reporting.show", **_address(board, entry))

        if answer := submit(form, act, done="Uppföljningen är beslutad."):
            return answer
    return page(
        "reporting/decide.html",
        form=form,
        board=board,
        entry=entry,
        report=shown.report,
        where=_address(board, entry),
    )


@bp.get("/<int:year>/<path:point>/pdf")
@requires(Permission.REPORT_READ_DECIDED)
def pdf(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The report as PDF."""
    shown = _shown_or_404(board, _entry_or_404(board, year, point))
    return _file(report_pdf(shown), "application/pdf", file_name(shown.report, "pdf"))


@bp.get("/<int:year>/<path:point>/json")
@requires(Permission.REPORT_READ_DECIDED)
def json_file(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The report as JSON; a decided one is the very bytes that its hash is of."""
    shown = _shown_or_404(board, _entry_or_404(board, year, point))
    return _file(report_json(shown), "application/json", file_name(shown.report, "json"))


def _file(body: bytes, kind: str, name: str) -> ResponseReturnValue:
    answer = make_response(body)
    answer.headers["Content-Type"] = kind
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
