"""The blueprint of the follow-up's pages, and what all of them need."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, make_response, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.reporting.queries import PointEntry, find_point, shown_report, working_report
from internkontroll.reporting.rules import ShownReport, section_words
from internkontroll.web.access import may, now, session
from internkontroll.web.forms import BaseForm, VersionedForm
from internkontroll.web.submission import submit

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


def version_of(entry: PointEntry) -> str:
    """The version that a form about the report is filled in against; empty where there is none."""
    return str(entry.report.row_version) if entry.report else ""


def carry_out(
    board: Board,
    entry: PointEntry,
    form: BaseForm,
    verb: Callable[[Session], object],
    *,
    to: str,
    done: str,
) -> ResponseReturnValue | None:
    """Do with the report what the form asks, and go to the page ``to`` of the same point.

    None where it is refused: the form is to be shown again. Where somebody was faster it goes on
    from the version that is there now.
    """

    def act(open_session: Session) -> str:
        verb(open_session)
        return url_for(to, **address(board, entry))

    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    if form.refused_with == 409 and isinstance(form, VersionedForm):
        there = entry_or_404(board, entry.point.year, entry.point.name)
        form.row_version.data = version_of(there)
    return None


def as_file(body: bytes, kind: str, name: str) -> ResponseReturnValue:
    """A file to take home."""
    answer = make_response(body)
    answer.headers["Content-Type"] = kind
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
