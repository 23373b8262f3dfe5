"""Flytta ett kontrolltillfälle, and add one that is done vid behov."""

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.free_text import REASON_MAX
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control
from internkontroll.plan.queries import control_select
from internkontroll.sampling.services import refuse_named_items
from internkontroll.schedule.forms import MoveForm, OrderForm
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import moves_of, occurrence_select
from internkontroll.schedule.rules import short_text
from internkontroll.schedule.services import move_occurrence, order_occurrence
from internkontroll.schedule.views.blueprint import bp, reach_of
from internkontroll.web.access import (
    current_actor,
    demand,
    load_or_404,
    now,
    requires,
    session,
)
from internkontroll.web.submission import page, submit


def _load(board: Board, occurrence_id: int) -> Occurrence:
    found = load_or_404(occurrence_select(board.id, occurrence_id, committees=reach_of(board)))
    demand(Permission.OCCURRENCE_PLAN, found.subcommittee_id)
    return found


def _address(board: Board, occurrence_id: int) -> str:
    return url_for("schedule.show", board_code=board.code.lower(), occurrence_id=occurrence_id)


def _move_page(board: Board, occurrence: Occurrence, form: MoveForm) -> ResponseReturnValue:
    return page(
        "schedule/move.html",
        form=form,
        board=board,
        occurrence=occurrence,
        control=occurrence.control,
        name=short_text(occurrence.control.text),
        moves=moves_of(session(), occurrence.id),
        reason_max=REASON_MAX,
    )


def _move_form(occurrence: Occurrence) -> MoveForm:
    """The form as it is filled in from the occurrence now."""
    return MoveForm(
        formdata=None, due_on=occurrence.due_on, row_version=str(occurrence.row_version)
    )


@bp.get("/kontroller/<int:occurrence_id>/flytta")
@requires(Permission.OCCURRENCE_PLAN)
def move(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Ask to which day, and why."""
    occurrence = _load(board, occurrence_id)
    return _move_page(board, occurrence, _move_form(occurrence))


@bp.post("/kontroller/<int:occurrence_id>/flytta")
@requires(Permission.OCCURRENCE_PLAN)
def move_now(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Move the occurrence; the old day is kept."""
    occurrence = _load(board, occurrence_id)
    form = MoveForm()

    def act(open_session: Session) -> str:
        refuse_named_items(open_session, board.id, form.reason.data or "", "reason")
        move_occurrence(
            open_session,
            occurrence,
            due_on=form.due_on.data,
            reason=form.reason.data or "",
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return _address(board, occurrence.id)

    if form.validate() and (answer := submit(form, act, done="Kontrollen är flyttad.")):
        return answer
    if form.refused_with == 409 and form.seen_version != occurrence.row_version:
        form.set_beside(_move_form(occurrence))
    return _move_page(board, occurrence, form)


def _order_page(board: Board, control: Control, form: OrderForm) -> ResponseReturnValue:
    return page(
        "schedule/order.html",
        form=form,
        board=board,
        control=control,
        name=short_text(control.text),
        reason_max=REASON_MAX,
    )


@bp.get("/kontrollmoment/<int:control_id>/vid-behov")
@requires(Permission.OCCURRENCE_ORDER)
def order(board: Board, control_id: int) -> ResponseReturnValue:
    """Ask when a control that is done vid behov is to be done now, and why."""
    control = load_or_404(control_select(board.id, control_id))
    demand(Permission.OCCURRENCE_ORDER)
    return _order_page(board, control, OrderForm())


@bp.post("/kontrollmoment/<int:control_id>/vid-behov")
@requires(Permission.OCCURRENCE_ORDER)
def order_now(board: Board, control_id: int) -> ResponseReturnValue:
    """Add the occurrence."""
    control = load_or_404(control_select(board.id, control_id))
    demand(Permission.OCCURRENCE_ORDER)
    form = OrderForm()

    def act(open_session: Session) -> str:
        refuse_named_items(open_session, board.id, form.reason.data or "", "reason")
        made = order_occurrence(
            open_session,
            control,
            due_on=form.due_on.data,
            reason=form.reason.data or "",
            actor=current_actor(),
            at=now(),
        )
        return _address(board, made.id)

    if form.validate() and (answer := submit(form, act, done="Kontrollen är tillagd.")):
        return answer
    return _order_page(board, control, form)
