"""The blueprint of the follow-up's pages, and what all of them need."""

from typing import Any

from flask import Blueprint, abort, make_response
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.reporting.queries import PointEntry, find_point, shown_report, working_report
from internkontroll.reporting.rules import ShownReport, section_words
from internkontroll.web.access import may, now, session

bp = Blueprint("reporting", __name__, url_prefix="/namnd/<board_code>/uppfoljning")


@bp.context_processor
def _for_every_page() -> dict[str, Any]:
    return {
        "section": section_words,
        "sees_board": may(Permission.BOARD_READ),
        "sees_plans": may(Permission.PLAN_READ),
    }


def entry_or_404(board: Board, year: int, point: str) -> PointEntry:
    """The point's entry; one that is not decided does not exist for those who may not see it."""
    entry = find_point(session(), board.id, year, point)
    if entry is None or not (entry.is_decided or may(Permission.REPORT_READ)):
        abort(404)
    return entry


def shown_or_404(board: Board, entry: PointEntry) -> ShownReport:
    """The point's report, live or as it was decided; without a decided plan there is none."""
    shown = shown_report(session(), board, entry, at=now())
    if shown is None:
        abort(404)
    return shown


def written_or_404(board: Board, entry: PointEntry) -> ShownReport:
    """The report as it is being written, also while a decided one is corrected."""
    if entry.report is None or entry.report.correction_reason is None:
        return shown_or_404(board, entry)
    working = working_report(session(), board, entry, at=now())
    if working is None:
        abort(404)
    return working


def address(board: Board, entry: PointEntry) -> dict[str, Any]:
    """What the addresses of a point's pages are made of."""
    return {
        "board_code": board.code.lower(),
        "year": entry.point.year,
        "point": entry.point.name,
    }


def as_file(body: bytes, kind: str, name: str) -> ResponseReturnValue:
    """A file to take home."""
    answer = make_response(body)
    answer.headers["Content-Type"] = kind
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
