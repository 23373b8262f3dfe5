"""The page where the board's decision is recorded."""

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.reporting.forms import DecideForm
from internkontroll.reporting.queries import PointEntry
from internkontroll.reporting.services import decide_report
from internkontroll.reporting.views.blueprint import address, bp, entry_or_404, shown_or_404
from internkontroll.web.access import current_actor, now, requires
from internkontroll.web.submission import page, submit


@bp.get("/<int:year>/<path:point>/beslut")
@requires(Permission.REPORT_DECIDE)
def decide(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The page where the board's decision is recorded."""
    return _decide_page(board, entry_or_404(board, year, point))


@bp.post("/<int:year>/<path:point>/beslut")
@requires(Permission.REPORT_DECIDE)
def save_decision(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Record the board's decision and freeze the report."""
    return _decide_page(board, entry_or_404(board, year, point), sent=True)


def _decide_page(board: Board, entry: PointEntry, *, sent: bool = False) -> ResponseReturnValue:
    shown = shown_or_404(board, entry)
    form = DecideForm(body=board.name)
    if sent and form.validate():

        def act(open_session: Any) -> str:
            decide_report(
                open_session,
                board,
                entry.point,
                body=form.body.data,
                decided_on=form.decided_on.data,
                paragraph=form.paragraph.data or "",
                registry_number=form.registry_number.data or "",
                verified_on=form.verified_on.data,
                actor=current_actor(),
                at=now(),
            )
            return url_for("reporting.show", **address(board, entry))

        if answer := submit(form, act, done="Uppföljningen är beslutad."):
            return answer
    return page(
        "reporting/decide.html",
        form=form,
        board=board,
        entry=entry,
        report=shown.report,
        where=address(board, entry),
    )
