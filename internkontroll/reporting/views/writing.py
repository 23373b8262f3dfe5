"""The pages where a control's comment and assessment and the overall assessment are written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.reporting.forms import BY_RULE, OverallForm, RemarkForm
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.queries import (
    PointEntry,
    control_select,
)
from internkontroll.reporting.queries.treating import WrittenAbout, written_about
from internkontroll.reporting.rules import ControlRow, Report
from internkontroll.reporting.rules.proposed import (
    figure_words,
    figures_of,
    known_words,
    proposed_comment,
    standing_of,
)
from internkontroll.reporting.services import remark_control, set_overall
from internkontroll.reporting.views.blueprint import address, bp, entry_or_404, written_or_404
from internkontroll.reporting.words import NOT_YET, STATES
from internkontroll.web.access import current_actor, may, now, requires, session
from internkontroll.web.drafts import drop_typed, keep_typed, unsaved_page
from internkontroll.web.forms import choices
from internkontroll.web.submission import page, submit


@bp.get("/<int:year>/<path:point>/kontroll/<int:number>")
@requires(Permission.REPORT_COMMENT)
def remark(board: Board, year: int, point: str, number: int) -> ResponseReturnValue:
    """The page where a control's comment and assessment are written."""
    here = _about(board, entry_or_404(board, year, point), number)
    again = unsaved_page(_address_of_save(board, here)) if here.writes else None
    if again:
        return again
    return _remark_page(board, here, _remark_form(here))


@bp.post("/<int:year>/<path:point>/kontroll/<int:number>")
@requires(Permission.REPORT_COMMENT)
def save_remark(board: Board, year: int, point: str, number: int) -> ResponseReturnValue:
    """Save a control's comment and assessment, or put the proposed sentences in the form."""
    here = _about(board, entry_or_404(board, year, point), number)
    form = _remark_form(here)
    if "foresla" in request.form:
        _propose(form, here.row)
        return _remark_page(board, here, form)
    if form.validate() and (answer := _save_remark(board, here, form)):
        return answer
    if form.refused_with == 409:
        here = _about(board, entry_or_404(board, year, point), number)
        form.set_beside(_remark_form(here, formdata=None))
    return _remark_page(board, here, form)


@bp.post("/<int:year>/<path:point>/kontroll/<int:number>/utkast")
@requires(Permission.REPORT_COMMENT)
def keep_remark(board: Board, year: int, point: str, number: int) -> ResponseReturnValue:
    """Keep what has been typed so far, for the same person, without saving it."""
    here = _about(board, entry_or_404(board, year, point), number)
    if not (here.writes and here.entry.texts_open):
        return {"errors": ["Texten kan inte ändras nu."]}, 422
    return keep_typed(_address_of_save(board, here))


@dataclass(frozen=True)
class _Here:
    """A kontrollmoment of a report that is being written, and what is written about it."""

    entry: PointEntry
    report: Report
    row: ControlRow
    written: WrittenAbout
    writes_all: bool
    writes: bool
    """Whether the person writes of this kontrollmoment: it is their own, or they write all."""


def _about(board: Board, entry: PointEntry, number: int) -> _Here:
    report = written_or_404(board, entry).report
    in_force = (row for row in report.rows if not row.removed)
    row = next((row for row in in_force if row.number == number), None)
    if row is None:
        abort(404)
    asked = control_select(board.id, entry.point.year, report.plan.version, number)
    written = written_about(session(), entry.report, asked)
    if written is None:
        abort(404)
    writes_all = may(Permission.REPORT_WRITE)
    own = written.control.responsible_id == current_actor().user_id
    return _Here(entry, report, row, written, writes_all, writes_all or own)


def _address_of_save(board: Board, here: _Here) -> str:
    where = address(board, here.entry)
    return url_for("reporting.save_remark", number=here.row.number, **where)


def _remark_form(here: _Here, **more: Any) -> RemarkForm:
    standing = here.written.standing
    remark = standing.remark
    by_hand = remark is not None and remark.assessment is not None
    form = RemarkForm(
        comment=remark.comment if remark else "",
        assessment=remark.assessment if remark and by_hand else BY_RULE,
        reason=remark.assessment_reason if remark else None,
        figures=remark.figures if remark else None,
        revision=standing.revision,
        **more,
    )
    form.assessment.choices = choices(
        [
            (BY_RULE, "Som regeln föreslår"),
            *((kind.value, STATES[kind].word) for kind in Assessment),
        ]
    )
    if not here.writes_all:
        form.only_comment()
    return form


def _propose(form: RemarkForm, row: ControlRow) -> None:
    """Put the sentences that the figures carry after what is typed; nothing is saved."""
    typed = form.comment.data or ""
    proposed = proposed_comment(row)
    if proposed not in typed:
        form.comment.data = f"{typed}\n\n{proposed}".strip()
    form.figures.data = figures_of(row)


def _figures_told(form: RemarkForm, here: _Here) -> tuple[str | None, bool]:
    """The figures that the comment is to carry, and whether a person has confirmed them."""
    current, sent = figures_of(here.row), form.figures.data or None
    remark = here.written.standing.remark
    if not form.comment.data or sent is None:
        return None, False
    if form.confirm.data:
        return current, True
    before = remark.figures if remark else None
    if sent not in (current, before):
        raise InvalidInput(
            "Siffrorna har ändrats sedan meningarna föreslogs. Läs dem igen och bekräfta dem, "
            "eller ta bort meningarna.",
            field="confirm",
        )
    unchanged = remark is not None and remark.comment == form.comment.data and sent == before
    return sent, bool(unchanged and remark and remark.figures_confirmed)


def _save_remark(board: Board, here: _Here, form: RemarkForm) -> ResponseReturnValue | None:
    entry, number = here.entry, here.row.number

    def act(open_session: Session) -> str:
        figures, confirmed = _figures_told(form, here)
        remark_control(
            open_session,
            board,
            entry.point,
            here.written.control,
            comment=form.comment.data or "",
            assessment=form.chosen(),
            reason=form.why(),
            revision=form.revision.number,
            figures=figures,
            figures_confirmed=confirmed,
            actor=current_actor(),
            at=now(),
        )
        drop_typed(open_session, _address_of_save(board, here))
        correcting = entry.report is not None and entry.report.correction_reason is not None
        if correcting:
            return url_for("reporting.correction", **address(board, entry))
        return url_for("reporting.show", **address(board, entry), _anchor=f"kontroll-{number}")

    return submit(form, act, done=f"Texten om kontroll {number} är sparad.")


def _remark_page(board: Board, here: _Here, form: RemarkForm) -> ResponseReturnValue:
    remark, row = here.written.standing.remark, here.row
    figures = form.figures.data or ""
    stands = standing_of(
        form.comment.data or "",
        figures or None,
        row,
        confirmed=remark is not None
        and remark.figures_confirmed
        and remark.comment == (form.comment.data or ""),
    )
    return page(
        "reporting/remark.html",
        form=form,
        board=board,
        entry=here.entry,
        report=here.report,
        row=row,
        proposed=STATES[row.proposed] if row.proposed else NOT_YET,
        where=address(board, here.entry),
        wordings=here.written.wordings,
        stands=stands,
        made_from=known_words(figures),
        now_are=figure_words(figures_of(row)),
        writes_all=here.writes_all,
        may_write=here.writes,
        locked=not here.entry.texts_open,
    )


@bp.get("/<int:year>/<path:point>/samlad-bedomning")
@requires(Permission.REPORT_WRITE)
def overall(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The page where the overall assessment is written."""
    entry = entry_or_404(board, year, point)
    if again := unsaved_page(url_for("reporting.save_overall", **address(board, entry))):
        return again
    return _overall_page(board, entry)


@bp.post("/<int:year>/<path:point>/samlad-bedomning")
@requires(Permission.REPORT_WRITE)
def save_overall(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Save the overall assessment."""
    return _overall_page(board, entry_or_404(board, year, point), sent=True)


@bp.post("/<int:year>/<path:point>/samlad-bedomning/utkast")
@requires(Permission.REPORT_WRITE)
def keep_overall(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Keep what has been typed so far, for the same person, without saving it."""
    entry = entry_or_404(board, year, point)
    return keep_typed(url_for("reporting.save_overall", **address(board, entry)))


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
    report = written_or_404(board, entry).report
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
        report=report,
        where=address(board, entry),
        locked=not entry.texts_open,
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
        drop_typed(open_session, url_for("reporting.save_overall", **address(board, entry)))
        if entry.report is not None and entry.report.correction_reason is not None:
            return url_for("reporting.correction", **address(board, entry))
        return url_for("reporting.show", **address(board, entry), _anchor="samlad-bedomning")

    return act
