"""The plan's areas, and what is common to areas, kontrollmoment and criteria: move, remove."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.plan.forms.content import AreaForm
from internkontroll.plan.forms.controls import MoveForm, RemovalForm
from internkontroll.plan.models import Control, ControlArea, Criterion, Plan
from internkontroll.plan.queries import (
    area_select,
    control_select,
    controls_of,
    controls_per_area,
    criterion_select,
    plan_areas,
    plan_select,
)
from internkontroll.plan.rules.states import EDITABLE
from internkontroll.plan.services.areas import add_area, move_area, remove_area, rename_area
from internkontroll.plan.services.controls import move_control, neighbour, remove_control
from internkontroll.plan.services.criteria import move_criterion, remove_criterion
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
from internkontroll.plan.words import short_title
from internkontroll.web.access import current_actor, load_or_404, now, requires, session
from internkontroll.web.submission import page, submit

PREFIXES = {"kontrollomrade": "o", "kontrollmoment": "k", "kriterium": "r"}
"""Beginnings of the names of the fields that move a part: a page has one form for each part."""
PARTS = f"any({','.join(PREFIXES)})"


@bp.get("/planer/<int:plan_id>/omraden")
@requires(Permission.PLAN_EDIT)
def areas(board: Board, plan_id: int) -> ResponseReturnValue:
    """The plan's areas in order, and a form for one more."""
    return _areas_page(board, load_or_404(plan_select(board.id, plan_id)))


@bp.post("/planer/<int:plan_id>/omraden")
@requires(Permission.PLAN_EDIT)
def save_new_area(board: Board, plan_id: int) -> ResponseReturnValue:
    """Add an area."""
    return _areas_page(board, load_or_404(plan_select(board.id, plan_id)), sent=True)


def _areas_page(board: Board, plan: Plan, *, sent: bool = False) -> ResponseReturnValue:
    form, plan_id = AreaForm(), plan.id

    def act(open_session: Session) -> str:
        add_area(open_session, plan, form.name.data or "", actor=current_actor(), at=now())
        return address("plan.areas", board, plan_id=plan_id)

    done = "Kontrollområdet är tillagt."
    if sent and form.validate() and (answer := submit(form, act, done=done)):
        return answer
    rows = plan_areas(session(), plan_id)
    return page(
        "plan/areas.html",
        form=form,
        board=board,
        plan=plan,
        areas=rows,
        counts=controls_per_area(session(), plan_id),
        move_forms={
            row.id: MoveForm(formdata=None, prefix=f"o{row.id}", to=row.position) for row in rows
        },
        editable=plan.state in EDITABLE,
        **WORDS_OF_A_PLAN,
    )


@bp.get("/planer/<int:plan_id>/ordning")
@requires(Permission.PLAN_EDIT)
def order(board: Board, plan_id: int) -> ResponseReturnValue:
    """The plan's kontrollmoment by number, each with the way to move or remove it."""
    plan = load_or_404(plan_select(board.id, plan_id))
    rows = controls_of(session(), plan_id)
    return page(
        "plan/order.html",
        board=board,
        plan=plan,
        controls=rows,
        move_forms={
            row.id: MoveForm(formdata=None, prefix=f"k{row.id}", to=row.number) for row in rows
        },
        editable=plan.state in EDITABLE,
        **WORDS_OF_A_PLAN,
    )


@bp.get("/kontrollomraden/<int:area_id>")
@requires(Permission.PLAN_EDIT)
def area(board: Board, area_id: int) -> ResponseReturnValue:
    """Rename an area."""
    return _area_page(board, load_or_404(area_select(board.id, area_id)))


@bp.post("/kontrollomraden/<int:area_id>")
@requires(Permission.PLAN_EDIT)
def save_area(board: Board, area_id: int) -> ResponseReturnValue:
    """Save an area's name."""
    return _area_page(board, load_or_404(area_select(board.id, area_id)), sent=True)


def _area_page(board: Board, area: ControlArea, *, sent: bool = False) -> ResponseReturnValue:
    form = AreaForm(name=area.name, seen=area.name)
    area_id, plan = area.id, area.plan

    def act(open_session: Session) -> str:
        rename_area(
            open_session,
            area,
            form.name.data or "",
            seen=form.seen.data or "",
            actor=current_actor(),
            at=now(),
        )
        return address("plan.areas", board, plan_id=area.plan_id)

    if sent and form.validate() and (answer := submit(form, act, done="Namnet är sparat.")):
        return answer
    if form.refused_with == 409:
        area = load_or_404(area_select(board.id, area_id))
        form.set_beside(AreaForm(formdata=None, name=area.name, seen=area.name))
    return page("plan/area.html", form=form, board=board, plan=plan, area=area, **WORDS_OF_A_PLAN)


@dataclass(frozen=True)
class Part:
    """A part of a plan that has a place in an order and can be taken away."""

    plan: Plan
    place: int
    name: str
    consequence: str
    button: str
    done: str
    back: str
    move: Callable[..., Any]
    remove: Callable[..., Any]
    row: Any
    step: Callable[[Session, bool], int]


def _part(board: Board, kind: str, part_id: int) -> Part:
    if kind == "kontrollomrade":
        return _area_part(board, load_or_404(area_select(board.id, part_id)))
    if kind == "kontrollmoment":
        return _control_part(board, load_or_404(control_select(board.id, part_id)))
    return _criterion_part(board, load_or_404(criterion_select(board.id, part_id)))


def _area_part(board: Board, row: ControlArea) -> Part:
    return Part(
        plan=row.plan,
        place=row.position,
        name=f"kontrollområdet {row.name}",
        consequence="Området försvinner ur planen. Det går bara om det inte har kontrollmoment.",
        button="Ta bort kontrollområdet",
        done="Kontrollområdet är borttaget.",
        back=address("plan.areas", board, plan_id=row.plan_id),
        move=move_area,
        remove=remove_area,
        row=row,
        step=lambda _session, up: row.position + (-1 if up else 1),
    )


def _control_part(board: Board, row: Control) -> Part:
    return Part(
        plan=row.plan,
        place=row.number,
        name=f"kontrollmoment {row.number}: {short_title(row.text)}",
        consequence=(
            "Kontrollmomentet försvinner ur utkastet med sina kriterier, frågor och påpekanden. "
            "De som står efter får ett lägre nummer. Det går inte att ångra."
        ),
        button="Ta bort kontrollmomentet",
        done="Kontrollmomentet är borttaget ur utkastet.",
        back=address("plan.order", board, plan_id=row.plan_id),
        move=move_control,
        remove=remove_control,
        row=row,
        step=lambda open_session, up: neighbour(open_session, row, up=up),
    )


def _criterion_part(board: Board, row: Criterion) -> Part:
    return Part(
        plan=row.control.plan,
        place=row.position,
        name=f"kriteriet {short_title(row.text)}",
        consequence="Kriteriet försvinner ur kontrollmomentet. Det går inte att ångra.",
        button="Ta bort kriteriet",
        done="Kriteriet är borttaget.",
        back=address("plan.control", board, control_id=row.control_id),
        move=move_criterion,
        remove=remove_criterion,
        row=row,
        step=lambda _session, up: row.position + (-1 if up else 1),
    )


@bp.post(f"/planer/flytta/<{PARTS}:kind>/<int:part_id>")
@requires(Permission.PLAN_EDIT)
def move(board: Board, kind: str, part_id: int) -> ResponseReturnValue:
    """Move an area, a kontrollmoment or a criterion: one step, or to a number."""
    part = _part(board, kind, part_id)
    form = MoveForm(prefix=f"{PREFIXES[kind]}{part_id}")
    step = request.form.get("act")
    back, place = part.back, part.place

    def act(open_session: Session) -> str:
        to = form.to.data if step not in ("upp", "ned") else part.step(open_session, step == "upp")
        if to is None:
            raise InvalidInput("Skriv vilket nummer den ska få.", field="to")
        part.move(open_session, part.row, to, actor=current_actor(), at=now())
        return back

    if form.validate() and (answer := submit(form, act, done="Flyttat.")):
        return answer
    return page(
        "plan/move.html",
        form=form,
        board=board,
        plan=part.plan,
        part=part,
        place=place,
        kind=kind,
        part_id=part_id,
        **WORDS_OF_A_PLAN,
    )


@bp.get(f"/planer/ta-bort/<{PARTS}:kind>/<int:part_id>")
@requires(Permission.PLAN_EDIT)
def confirm_removal(board: Board, kind: str, part_id: int) -> ResponseReturnValue:
    """Ask before something is taken out of a draft."""
    return _removal_page(board, kind, part_id)


@bp.post(f"/planer/ta-bort/<{PARTS}:kind>/<int:part_id>")
@requires(Permission.PLAN_EDIT)
def remove(board: Board, kind: str, part_id: int) -> ResponseReturnValue:
    """Take something out of a draft."""
    return _removal_page(board, kind, part_id, sent=True)


def _removal_page(
    board: Board, kind: str, part_id: int, *, sent: bool = False
) -> ResponseReturnValue:
    part, form = _part(board, kind, part_id), RemovalForm()

    def act(open_session: Session) -> str:
        part.remove(open_session, part.row, actor=current_actor(), at=now())
        return part.back

    if sent and form.validate() and (answer := submit(form, act, done=part.done)):
        return answer
    return page(
        "plan/remove.html",
        form=form,
        board=board,
        plan=part.plan,
        name=part.name,
        consequence=part.consequence,
        button_text=part.button,
        back=part.back,
        action=address("plan.remove", board, kind=kind, part_id=part_id),
        **WORDS_OF_A_PLAN,
    )
