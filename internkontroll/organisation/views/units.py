"""Enheter: a tree with dates, in which nothing is forgotten."""

from datetime import date

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.accounts.queries import grants_in_unit_after
from internkontroll.core.access import Permission
from internkontroll.organisation.forms import ChangeForm, CloseUnitForm, UnitForm
from internkontroll.organisation.models import Board, Unit
from internkontroll.organisation.queries import (
    board_select,
    unit_names,
    unit_select,
    unit_tree_on,
)
from internkontroll.organisation.services import (
    change_unit,
    close_unit,
    create_unit,
    reopen_unit,
)
from internkontroll.organisation.views.blueprint import set_up
from internkontroll.web.access import current_actor, load_or_404, now, requires, session, today
from internkontroll.web.forms import choices
from internkontroll.web.submission import page, submit


def _with_parents(form: UnitForm, board: Board, but: int | None = None) -> UnitForm:
    """The form with the board's units to lie under; a unit is not offered itself."""
    form.parent_id.choices = choices(
        [
            ("", board.name),
            *(
                (str(node.unit.id), node.path)
                for node in unit_tree_on(session(), board.id, today())
                if node.unit.id != but
            ),
        ]
    )
    return form


def _parent(session_: Session, form: UnitForm) -> Unit | None:
    chosen = form.chosen_parent
    return session_.get(Unit, chosen) if chosen is not None else None


def _board_address(board_id: int) -> str:
    return url_for("set_up.show_board", board_id=board_id)


@set_up.get("/namnder/<int:board_id>/enheter/ny")
@requires(Permission.ORGANISATION_EDIT)
def new_unit(board_id: int) -> ResponseReturnValue:
    """The form of a new unit."""
    board = load_or_404(board_select(board_id))
    form = _with_parents(UnitForm(parent_id="", from_day=date(today().year, 1, 1)), board)
    return page("organisation/unit_form.html", form=form, board=board)


@set_up.post("/namnder/<int:board_id>/enheter/ny")
@requires(Permission.ORGANISATION_EDIT)
def create_new_unit(board_id: int) -> ResponseReturnValue:
    """Create a unit."""
    board = load_or_404(board_select(board_id))
    form = _with_parents(UnitForm(), board)

    def act(open_session: Session) -> str:
        create_unit(
            open_session,
            board,
            name=form.name.data or "",
            parent=_parent(open_session, form),
            valid_from=form.from_day.data,
            actor=current_actor(),
            at=now(),
        )
        return _board_address(board.id)

    if form.validate() and (answer := submit(form, act, done="Enheten är upplagd.")):
        return answer
    return page("organisation/unit_form.html", form=form, board=board)


def _unit_form(unit: Unit, **more: object) -> UnitForm:
    form = UnitForm(
        name=unit.name,
        parent_id=str(unit.parent_id or ""),
        from_day=today(),
        row_version=str(unit.row_version),
        **more,
    )
    return _with_parents(form, unit.board, but=unit.id)


def _unit_page(unit: Unit, form: UnitForm) -> ResponseReturnValue:
    return page(
        "organisation/unit.html",
        form=form,
        unit=unit,
        names=unit_names(session(), unit.board_id),
        version=ChangeForm(row_version=str(unit.row_version), formdata=None),
    )


@set_up.get("/enheter/<int:unit_id>")
@requires(Permission.ORGANISATION_EDIT)
def unit(unit_id: int) -> ResponseReturnValue:
    """A unit: what it was called and where it lay, and the form that changes it."""
    found = load_or_404(unit_select(unit_id))
    return _unit_page(found, _unit_form(found))


@set_up.post("/enheter/<int:unit_id>")
@requires(Permission.ORGANISATION_EDIT)
def save_unit(unit_id: int) -> ResponseReturnValue:
    """Rename or move a unit from a day on."""
    found = load_or_404(unit_select(unit_id))
    form = _with_parents(UnitForm(), found.board, but=found.id)

    def act(open_session: Session) -> str:
        change_unit(
            open_session,
            found,
            name=form.name.data or "",
            parent=_parent(open_session, form),
            from_day=form.from_day.data,
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return _board_address(found.board_id)

    if form.validate() and (answer := submit(form, act, done="Enhetens uppgifter är sparade.")):
        return answer
    if form.refused_with == 409:
        form.set_beside(_unit_form(found, formdata=None))
    return _unit_page(found, form)


def _close_page(unit: Unit, form: CloseUnitForm) -> ResponseReturnValue:
    return page(
        "organisation/close_unit.html",
        form=form,
        unit=unit,
        planned=[p for p in unit.periods if p.valid_from > max(today(), unit.valid_from)],
        names=unit_names(session(), unit.board_id),
        grants=grants_in_unit_after(session(), unit.id, form.last_day.data or today()),
    )


@set_up.get("/enheter/<int:unit_id>/stang")
@requires(Permission.ORGANISATION_EDIT)
def closing_unit(unit_id: int) -> ResponseReturnValue:
    """When a unit is to end."""
    found = load_or_404(unit_select(unit_id))
    return _close_page(found, CloseUnitForm(last_day=today(), row_version=str(found.row_version)))


@set_up.post("/enheter/<int:unit_id>/stang")
@requires(Permission.ORGANISATION_EDIT)
def close_unit_now(unit_id: int) -> ResponseReturnValue:
    """Close a unit after its last day."""
    found, form = load_or_404(unit_select(unit_id)), CloseUnitForm()

    def act(open_session: Session) -> str:
        close_unit(
            open_session,
            found,
            form.last_day.data,
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return _board_address(found.board_id)

    if form.validate() and (answer := submit(form, act, done="Enheten är stängd.")):
        return answer
    if form.refused_with == 409:
        form.row_version.data = str(found.row_version)
    return _close_page(found, form)


@set_up.post("/enheter/<int:unit_id>/oppna")
@requires(Permission.ORGANISATION_EDIT)
def reopen_unit_now(unit_id: int) -> ResponseReturnValue:
    """Open a closed unit again."""
    found, form = load_or_404(unit_select(unit_id)), ChangeForm()

    def act(open_session: Session) -> str:
        reopen_unit(
            open_session,
            found,
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return url_for("set_up.unit", unit_id=found.id)

    if form.validate() and (answer := submit(form, act, done="Enheten är öppen igen.")):
        return answer
    refused = _unit_form(found, formdata=None)
    refused.form_errors, refused.refused_with = form.form_errors, form.refused_with
    return _unit_page(found, refused)
