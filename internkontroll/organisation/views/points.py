"""Rapporteringstidpunkternas dagar."""

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.forms import PointForm
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.organisation.queries import point_select
from internkontroll.organisation.services import change_point
from internkontroll.organisation.views.blueprint import bp
from internkontroll.web.access import current_actor, load_or_404, now, requires
from internkontroll.web.submission import page, submit


def _point_page(
    board: Board, reporting_point: ReportingPoint, form: PointForm
) -> ResponseReturnValue:
    return page("organisation/point.html", form=form, board=board, point=reporting_point)


@bp.get("/rapporteringstidpunkt/<int:point_id>")
@requires(Permission.YEAR_OPEN)
def point(board: Board, point_id: int) -> ResponseReturnValue:
    """The days of a reporting point, to be changed."""
    found = load_or_404(point_select(board.id, point_id))
    form = PointForm(
        cut_off=found.cut_off,
        board_on=found.board_on,
        executive_on=found.executive_on,
        row_version=str(found.row_version),
    )
    return _point_page(board, found, form)


@bp.post("/rapporteringstidpunkt/<int:point_id>")
@requires(Permission.YEAR_OPEN)
def save_point(board: Board, point_id: int) -> ResponseReturnValue:
    """Change the days of a reporting point."""
    found = load_or_404(point_select(board.id, point_id))
    form = PointForm()

    def act(open_session: Session) -> str:
        changed = change_point(
            open_session,
            board,
            found,
            cut_off=form.cut_off.data,
            board_on=form.board_on.data,
            executive_on=form.executive_on.data,
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return url_for("organisation.year", board_code=board.code.lower(), year=changed.year)

    if form.validate() and (
        answer := submit(form, act, done=f"Dagarna för {found.name} är sparade.")
    ):
        return answer
    if form.refused_with == 409:
        # The next try is made against what the page now shows beside the typed days.
        form.row_version.data = str(found.row_version)
    return _point_page(board, found, form)
