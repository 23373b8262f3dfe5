"""Rapporteringstidpunkterna i en nämnds år: their days, one more, one less."""

from collections.abc import Sequence

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.forms import ChangeForm, NewPointForm, PointForm
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.organisation.queries import point_select
from internkontroll.organisation.services import add_point, remove_point
from internkontroll.organisation.views.blueprint import YEAR, bp
from internkontroll.plan.models import Control, Plan
from internkontroll.plan.queries import controls_of, decided_plan
from internkontroll.schedule.services import Followed, change_point
from internkontroll.schedule.words import followed_sentences
from internkontroll.web.access import current_actor, demand, load_or_404, now, requires, session
from internkontroll.web.submission import page, submit


def _address(board: Board, year: int) -> str:
    return url_for("organisation.year", board_code=board.code.lower(), year=year)


def _point_form(point: ReportingPoint, **more: object) -> PointForm:
    return PointForm(
        cut_off=point.cut_off,
        board_on=point.board_on,
        executive_on=point.executive_on,
        row_version=str(point.row_version),
        **more,
    )


def _point_page(board: Board, point: ReportingPoint, form: PointForm) -> ResponseReturnValue:
    return page("organisation/point.html", form=form, board=board, point=point)


@bp.get("/rapporteringstidpunkt/<int:point_id>")
@requires(Permission.YEAR_OPEN)
def point(board: Board, point_id: int) -> ResponseReturnValue:
    """The days of a reporting point, to be changed."""
    demand(Permission.YEAR_OPEN)
    found = load_or_404(point_select(board.id, point_id))
    return _point_page(board, found, _point_form(found))


@bp.post("/rapporteringstidpunkt/<int:point_id>")
@requires(Permission.YEAR_OPEN)
def save_point(board: Board, point_id: int) -> ResponseReturnValue:
    """Change the days of a reporting point."""
    demand(Permission.YEAR_OPEN)
    found = load_or_404(point_select(board.id, point_id))
    form = PointForm()
    results: list[Followed] = []

    def act(open_session: Session) -> str:
        results.append(
            change_point(
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
        )
        return _address(board, found.year)

    if form.validate() and (
        answer := submit(form, act, done=f"Dagarna för {found.name} är sparade.")
    ):
        for result in results:
            if result.moved:
                flash(followed_sentences(result.moved, result.expired, [])[0])
        return answer
    if form.refused_with == 409:
        form.set_beside(_point_form(found, formdata=None))
    return _point_page(board, found, form)


NOTHING_REPORTED = (
    "Inget kontrollmoment i planen rapporteras vid den här tidpunkten. "
    "Revidera planen om något ska göra det."
)


def _decided_controls(board: Board, year: int) -> tuple[Plan | None, Sequence[Control]]:
    plan = decided_plan(session(), board.id, year)
    return plan, controls_of(session(), plan.id) if plan else ()


def _reported_at(name: str, controls: Sequence[Control]) -> list[Control]:
    return [control for control in controls if name in control.points]


def _new_page(board: Board, year: int, form: NewPointForm) -> ResponseReturnValue:
    return page("organisation/new_point.html", form=form, board=board, year=year)


@bp.get(f"/ar/{YEAR}/rapporteringstidpunkt/ny")
@requires(Permission.YEAR_OPEN)
def new_point(board: Board, year: int) -> ResponseReturnValue:
    """The form of one more reporting point in the year."""
    demand(Permission.YEAR_OPEN)
    return _new_page(board, year, NewPointForm())


@bp.post(f"/ar/{YEAR}/rapporteringstidpunkt/ny")
@requires(Permission.YEAR_OPEN)
def create_point(board: Board, year: int) -> ResponseReturnValue:
    """Give the board one more reporting point in the year."""
    demand(Permission.YEAR_OPEN)
    form = NewPointForm()
    added: list[str] = []

    def act(open_session: Session) -> str:
        made = add_point(
            open_session,
            board,
            year,
            name=form.name.data or "",
            period_end=form.period_end.data,
            cut_off=form.cut_off.data,
            board_on=form.board_on.data,
            executive_on=form.executive_on.data,
            actor=current_actor(),
            at=now(),
        )
        added.append(made.name)
        return _address(board, year)

    if form.validate() and (answer := submit(form, act, done="Tidpunkten är tillagd.")):
        plan, controls = _decided_controls(board, year)
        if plan and not all(_reported_at(name, controls) for name in added):
            flash(NOTHING_REPORTED, "warn")
        return answer
    return _new_page(board, year, form)


def _remove_page(board: Board, found: ReportingPoint, form: ChangeForm) -> ResponseReturnValue:
    _, controls = _decided_controls(board, found.year)
    return page(
        "organisation/remove_point.html",
        form=form,
        board=board,
        point=found,
        used_by=_reported_at(found.name, controls),
    )


@bp.get("/rapporteringstidpunkt/<int:point_id>/ta-bort")
@requires(Permission.YEAR_OPEN)
def removing_point(board: Board, point_id: int) -> ResponseReturnValue:
    """What it means to remove a reporting point of the year."""
    demand(Permission.YEAR_OPEN)
    found = load_or_404(point_select(board.id, point_id))
    return _remove_page(board, found, ChangeForm(row_version=str(found.row_version)))


@bp.post("/rapporteringstidpunkt/<int:point_id>/ta-bort")
@requires(Permission.YEAR_OPEN)
def remove_point_now(board: Board, point_id: int) -> ResponseReturnValue:
    """Remove a reporting point that nothing stands on."""
    demand(Permission.YEAR_OPEN)
    found = load_or_404(point_select(board.id, point_id))
    form, year, name = ChangeForm(), found.year, found.name

    def act(open_session: Session) -> str:
        remove_point(
            open_session,
            board,
            found,
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return _address(board, year)

    if form.validate() and (answer := submit(form, act, done=f"Tidpunkten {name} är borttagen.")):
        return answer
    if form.refused_with == 409:
        form.row_version.data = str(found.row_version)
    return _remove_page(board, found, form)
