"""The list of reports, a report, and its files."""

from flask import url_for
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.core.words import StateWord
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import document_house
from internkontroll.reporting.documents import file_name, report_json, report_pdf
from internkontroll.reporting.queries import PointEntry, point_entries, shown_report
from internkontroll.reporting.queries.assignments import assignments_given
from internkontroll.reporting.views.blueprint import (
    address,
    as_file,
    bp,
    entry_or_404,
    shown_or_404,
)
from internkontroll.reporting.views.parts import report_parts
from internkontroll.reporting.words import CORRECTION_RUNS, PERIOD_RUNS, STATES, TO_BE_WRITTEN
from internkontroll.web.access import may, now, requires, session, today
from internkontroll.web.submission import page


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
        correction_runs=CORRECTION_RUNS,
        may_open_year=may(Permission.YEAR_OPEN),
        sees_live=may(Permission.REPORT_READ),
    )


@bp.get("/<int:year>/<path:point>")
@requires(Permission.REPORT_READ_DECIDED)
def show(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The report of a reporting point, live or as it was decided."""
    entry = entry_or_404(board, year, point)
    shown = shown_report(session(), board, entry, at=now())
    where = address(board, entry)
    if shown is None:
        return page("reporting/no_plan.html", board=board, entry=entry, where=where)
    live = not entry.is_decided
    inside = may(Permission.REPORT_READ)
    given = assignments_given(session(), board.id, entry.report) if inside else ()
    may_write = live and may(Permission.REPORT_WRITE)
    remarks_url = url_for("reporting.remark", number=0, **where).removesuffix("0")
    return page(
        "reporting/show.html",
        board=board,
        entry=entry,
        report=shown.report,
        parts=report_parts(shown.report, remarks_url if may_write else None),
        sha256=shown.sha256,
        where=where,
        # What the board has begun or asked for on its own way is not kommunstyrelsens to see.
        corrected=entry.is_corrected and inside,
        may_correct=may(Permission.REPORT_DECIDE),
        given=len(given),
        may_write=may_write,
        may_decide=live and may(Permission.REPORT_DECIDE),
        may_xray=live and inside,
        treated=entry.report is not None and (entry.is_decided or inside),
        may_receive=entry.report is not None
        and entry.report.sent_at is not None
        and entry.report.received_at is None
        and may(Permission.REPORT_RECEIVE),
        may_read_trail=entry.report is not None and may(Permission.TRAIL_READ),
    )


@bp.get("/<int:year>/<path:point>/pdf")
@requires(Permission.REPORT_READ_DECIDED)
def pdf(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The report as PDF."""
    shown = shown_or_404(board, entry_or_404(board, year, point))
    return as_file(
        report_pdf(shown, document_house(session())),
        "application/pdf",
        file_name(shown.report, "pdf"),
    )


@bp.get("/<int:year>/<path:point>/json")
@requires(Permission.REPORT_READ_DECIDED)
def json_file(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The report as JSON; a decided one is the very bytes that its hash is of."""
    shown = shown_or_404(board, entry_or_404(board, year, point))
    return as_file(report_json(shown), "application/json", file_name(shown.report, "json"))
