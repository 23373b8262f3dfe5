"""Åtgärderna: nämndens lista, en åtgärd, och vad som görs med den."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Permission
from internkontroll.findings.forms import (
    ActionFilterForm,
    AssignForm,
    FinishForm,
    MoveForm,
    ReasonForm,
)
from internkontroll.findings.models import Action, ActionState
from internkontroll.findings.queries import (
    ActionFilters,
    action_select,
    actions_select,
    label,
    register_options,
)
from internkontroll.findings.rules import OPEN_ACTIONS
from internkontroll.findings.services import (
    assign_action,
    cancel_action,
    finish_action,
    move_action,
    start_action,
)
from internkontroll.findings.views.blueprint import (
    Asked,
    answer,
    ask,
    bp,
    committees_of,
    crumbs_of,
    people_choices,
)
from internkontroll.findings.words import moved_words
from internkontroll.organisation.models import Board
from internkontroll.schedule.words import late_word, left_words
from internkontroll.web.access import (
    current_actor,
    demand,
    load_or_404,
    may,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.forms import BaseForm, ButtonForm, choices
from internkontroll.web.pagination import Page, paginate, requested_page
from internkontroll.web.submission import page, submit

HANDLE = Permission.FINDING_HANDLE
STANDINGS: dict[str, tuple[str, tuple[ActionState, ...]]] = {
    "oppna": ("Öppna", OPEN_ACTIONS),
    "sena": ("Försenade", OPEN_ACTIONS),
    "genomforda": ("Genomförda", (ActionState.DONE,)),
    "avbrutna": ("Avbrutna", (ActionState.CANCELLED,)),
    "alla": ("Alla", ()),
}
"""What a reader chooses among in the list of actions."""


def _load(board: Board, action_id: int, *, handled: bool = False) -> Action:
    action = load_or_404(action_select(board.id, action_id, committees=committees_of(board)))
    if handled:
        demand(HANDLE, action.finding.occurrence.subcommittee_id)
    return action


def _address(board: Board, action: Action) -> str:
    return url_for("findings.action", board_code=board.code.lower(), action_id=action.id)


@bp.get("/atgarder")
@requires(Permission.FINDING_READ)
def action_list(board: Board) -> ResponseReturnValue:
    """The board's actions, the most delayed first."""
    committees, on = committees_of(board), today()
    options = register_options(session(), board.id, committees=committees)
    people = {str(user_id): title for user_id, title in options.responsibles}
    form = ActionFilterForm(formdata=request.args)
    form.lage.choices = choices((key, words) for key, (words, _) in STANDINGS.items())
    form.ansvarig.choices = choices([("", "Alla"), *people.items()])
    form.lage.data = form.lage.data if form.lage.data in STANDINGS else "oppna"
    form.ansvarig.data = form.ansvarig.data if form.ansvarig.data in people else ""
    filters = ActionFilters(
        states=STANDINGS[form.lage.data][1],
        responsible_id=int(form.ansvarig.data) if form.ansvarig.data else None,
        late_on=on if form.lage.data == "sena" else None,
    )
    select: Any = actions_select(board.id, filters, committees=committees)
    found: Page[Action] = paginate(session(), select, requested_page(request.args))
    return page(
        "findings/actions.html",
        board=board,
        filters=form,
        found=found,
        filtered=filters != ActionFilters(),
        late={row.id: late_word((on - row.due_on).days) for row in found.items if not row.outcome},
        moved={row.id: moved_words(len(row.moves)) for row in found.items},
        label=label,
    )


def _show_page(board: Board, action: Action, form: BaseForm) -> ResponseReturnValue:
    finding, days = action.finding, (action.due_on - today()).days
    is_open = action.state in OPEN_ACTIONS
    return page(
        "findings/action.html",
        form,
        board=board,
        action=action,
        finding=finding,
        name=label(finding, board),
        crumbs=crumbs_of(board, finding),
        late=late_word(-days) if is_open else None,
        left=left_words(days) if is_open else None,
        moved=moved_words(len(action.moves)),
        may_handle=is_open and may(HANDLE, finding.occurrence.subcommittee_id),
    )


@bp.get("/atgarder/<int:action_id>")
@requires(Permission.FINDING_READ)
def action(board: Board, action_id: int) -> ResponseReturnValue:
    """One action: what, who, by when, and how its day was moved."""
    return _show_page(board, _load(board, action_id), ButtonForm())


@bp.post("/atgarder/<int:action_id>/paborja")
@requires(HANDLE)
def begin_action(board: Board, action_id: int) -> ResponseReturnValue:
    """Note that the action is under way."""
    found, form = _load(board, action_id, handled=True), ButtonForm()

    def act(open_session: Session) -> str:
        start_action(open_session, found, actor=current_actor(), at=now())
        return _address(board, found)

    if form.validate() and (result := submit(form, act, done="Åtgärden pågår.")):
        return result
    return _show_page(board, found, form)


def _asked(board: Board, action: Action, endpoint: str, title: str, button: str) -> Asked:
    return Asked(
        title=title,
        button=button,
        action=url_for(endpoint, board_code=board.code.lower(), action_id=action.id),
        back=_address(board, action),
        crumbs=[
            *crumbs_of(board, action.finding),
            (f"Åtgärd {action.number}", _address(board, action)),
        ],
        hints={
            "due_on": "Skriv till exempel 30 april eller 2020-04-30.",
            "done_on": "Skriv till exempel 12 mars eller 2020-03-12.",
            "reason": "Skälet visas för alla som ser åtgärden.",
        },
        shown=[("Åtgärden", action.description)],
    )


def _finish(board: Board, action: Action) -> tuple[FinishForm, Asked]:
    form = FinishForm(done_on=today())
    return form, _asked(
        board, action, "findings.save_finish", "Åtgärden är genomförd", "Spara som genomförd"
    )


@bp.get("/atgarder/<int:action_id>/genomford")
@requires(HANDLE)
def finish(board: Board, action_id: int) -> ResponseReturnValue:
    """Ask what was done."""
    return ask(*_finish(board, _load(board, action_id, handled=True)))


@bp.post("/atgarder/<int:action_id>/genomford")
@requires(HANDLE)
def save_finish(board: Board, action_id: int) -> ResponseReturnValue:
    """Note that the action is done."""
    found = _load(board, action_id, handled=True)
    form, asked = _finish(board, found)

    def act(open_session: Session) -> str:
        finish_action(
            open_session,
            found,
            outcome=form.outcome.data or "",
            done_on=form.done_on.data,
            actor=current_actor(),
            at=now(),
        )
        return asked.back

    return answer(form, asked, act, done="Åtgärden är genomförd.")


def _cancel(board: Board, action: Action) -> tuple[ReasonForm, Asked]:
    return ReasonForm(), _asked(
        board, action, "findings.save_cancel", "Avbryt åtgärden", "Avbryt åtgärden"
    )


@bp.get("/atgarder/<int:action_id>/avbryt")
@requires(HANDLE)
def cancel(board: Board, action_id: int) -> ResponseReturnValue:
    """Ask why the action is not to be done."""
    return ask(*_cancel(board, _load(board, action_id, handled=True)))


@bp.post("/atgarder/<int:action_id>/avbryt")
@requires(HANDLE)
def save_cancel(board: Board, action_id: int) -> ResponseReturnValue:
    """Cancel the action."""
    found = _load(board, action_id, handled=True)
    form, asked = _cancel(board, found)

    def act(open_session: Session) -> str:
        cancel_action(open_session, found, form.reason.data or "", actor=current_actor(), at=now())
        return asked.back

    return answer(form, asked, act, done="Åtgärden är avbruten.")


def _move_form(action: Action, **more: Any) -> MoveForm:
    return MoveForm(due_on=action.due_on, row_version=action.row_version, **more)


def _move(board: Board, action: Action) -> Asked:
    return _asked(board, action, "findings.save_move", "Flytta slutdatumet", "Spara datumet")


@bp.get("/atgarder/<int:action_id>/flytta")
@requires(HANDLE)
def move(board: Board, action_id: int) -> ResponseReturnValue:
    """Ask for another day, and why."""
    found = _load(board, action_id, handled=True)
    return ask(_move_form(found), _move(board, found))


@bp.post("/atgarder/<int:action_id>/flytta")
@requires(HANDLE)
def save_move(board: Board, action_id: int) -> ResponseReturnValue:
    """Move the day."""
    found = _load(board, action_id, handled=True)
    form, asked = _move_form(found), _move(board, found)

    def act(open_session: Session) -> str:
        move_action(
            open_session,
            found,
            form.due_on.data,
            form.reason.data or "",
            row_version=form.version,
            actor=current_actor(),
            at=now(),
        )
        return asked.back

    if form.validate():
        if result := submit(form, act, done="Slutdatumet är flyttat."):
            return result
        if form.refused_with == 409:
            found = _load(board, action_id)
            form.set_beside(_move_form(found, formdata=None, reason=form.reason.data))
    return ask(form, asked)


def _assign_form(action: Action, **more: Any) -> AssignForm:
    form = AssignForm(
        responsible=str(action.responsible_id or ""), row_version=action.row_version, **more
    )
    form.responsible.choices = people_choices(action.finding)
    return form


def _assign(board: Board, action: Action) -> Asked:
    return _asked(board, action, "findings.save_assignment", "Byt ansvarig", "Byt ansvarig")


@bp.get("/atgarder/<int:action_id>/ansvarig")
@requires(HANDLE)
def assign(board: Board, action_id: int) -> ResponseReturnValue:
    """Ask who is to answer for the action."""
    found = _load(board, action_id, handled=True)
    return ask(_assign_form(found), _assign(board, found))


@bp.post("/atgarder/<int:action_id>/ansvarig")
@requires(HANDLE)
def save_assignment(board: Board, action_id: int) -> ResponseReturnValue:
    """Give the action another responsible."""
    found = _load(board, action_id, handled=True)
    form, asked = _assign_form(found), _assign(board, found)

    def act(open_session: Session) -> str:
        assign_action(
            open_session,
            found,
            open_session.get_one(User, int(form.responsible.data)),
            reason=form.reason.data or "",
            row_version=form.version,
            actor=current_actor(),
            at=now(),
        )
        return asked.back

    if form.validate():
        if result := submit(form, act, done="Åtgärden har fått en ny ansvarig."):
            return result
        if form.refused_with == 409:
            found = _load(board, action_id)
            form.set_beside(_assign_form(found, formdata=None, reason=form.reason.data))
    return ask(form, asked)
