"""Uppföljningens dokument: the page that lists them, and each as a file."""

from flask import abort
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import document_house
from internkontroll.reporting.documents import (
    DocumentEntry,
    catalogue,
    find_form,
    name_of,
    package_of,
)
from internkontroll.reporting.queries import memo_of
from internkontroll.reporting.rules import Report
from internkontroll.reporting.views.blueprint import (
    address,
    as_file,
    bp,
    entry_or_404,
    shown_or_404,
)
from internkontroll.web.access import may, requires, session
from internkontroll.web.submission import page


def _catalogue(board: Board, year: int, point: str) -> tuple[Report, tuple[DocumentEntry, ...]]:
    entry = entry_or_404(board, year, point)
    shown = shown_or_404(board, entry)
    return shown.report, catalogue(
        shown, memo_of(session(), entry.report), document_house(session())
    )


@bp.get("/<int:year>/<path:point>/dokument")
@requires(Permission.REPORT_READ_DECIDED)
def documents(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The documents of a report and the forms in which each can be fetched."""
    entry = entry_or_404(board, year, point)
    shown = shown_or_404(board, entry)
    memo = memo_of(session(), entry.report)
    return page(
        "reporting/documents.html",
        board=board,
        report=shown.report,
        sha256=shown.sha256,
        documents=catalogue(shown, memo, document_house(session())),
        unwritten=memo.unwritten,
        may_write=not entry.is_decided and may(Permission.REPORT_WRITE),
        where=address(board, entry),
    )


@bp.get("/<int:year>/<path:point>/dokument/<name>")
@requires(Permission.REPORT_READ_DECIDED)
def document(board: Board, year: int, point: str, name: str) -> ResponseReturnValue:
    """One of the documents in one of its forms."""
    report, entries = _catalogue(board, year, point)
    form = find_form(entries, name)
    if form is None:
        abort(404)
    stem, _, kind = name.rpartition(".")
    return as_file(form.make(), form.media_type, name_of(report, stem, kind))


@bp.get("/<int:year>/<path:point>/paket")
@requires(Permission.REPORT_READ_DECIDED)
def package(board: Board, year: int, point: str) -> ResponseReturnValue:
    """All documents of a report in one ZIP, with a manifest of their checksums."""
    entry = entry_or_404(board, year, point)
    shown = shown_or_404(board, entry)
    body = package_of(shown, memo_of(session(), entry.report), document_house(session()))
    return as_file(body, "application/zip", name_of(shown.report, "paket", "zip"))
