"""Ett kontrollmoments checklista: take a version over, see what is newer, save one's own."""

from collections.abc import Mapping

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.plan.forms import row_version
from internkontroll.plan.forms.checklists import NameForm, TakeOverForm
from internkontroll.plan.models import ChecklistVersion, Control
from internkontroll.plan.queries import control_select
from internkontroll.plan.queries.checklists import holding_versions, source_of
from internkontroll.plan.rules.checklists import checklist_changes
from internkontroll.plan.rules.states import EDITABLE
from internkontroll.plan.services.checklists import NAME_MAX
from internkontroll.plan.services.control_checklist import (
    save_as_checklist,
    take_over_checklist,
)
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
from internkontroll.web.access import current_actor, load_or_404, now, requires, session
from internkontroll.web.forms import choices
from internkontroll.web.submission import page, submit


@bp.get("/kontrollmoment/<int:control_id>/checklista")
@requires(Permission.PLAN_EDIT)
def choose_checklist(board: Board, control_id: int) -> ResponseReturnValue:
    """Choose the checklist that a kontrollmoment is judged by, and see what it changes."""
    return _choose_page(board, load_or_404(control_select(board.id, control_id)))


@bp.post("/kontrollmoment/<int:control_id>/checklista")
@requires(Permission.PLAN_EDIT)
def take_over_checklist_now(board: Board, control_id: int) -> ResponseReturnValue:
    """Let the kontrollmoment be judged by the chosen version."""
    return _choose_page(board, load_or_404(control_select(board.id, control_id)), sent=True)


def _form(
    control: Control, offered: Mapping[str, ChecklistVersion], chosen: str | None, **more: None
) -> TakeOverForm:
    form = TakeOverForm(version=chosen, row_version=str(control.row_version), **more)
    form.version.choices = choices(
        (key, f"{row.checklist.name}, version {row.number}") for key, row in offered.items()
    )
    return form


def _choose_page(board: Board, control: Control, *, sent: bool = False) -> ResponseReturnValue:
    offered = {str(row.id): row for row in holding_versions(session())}
    source, control_id = source_of(session(), control), control.id
    newest = next(
        (key for key, row in offered.items() if source and row.checklist_id == source.checklist_id),
        None,
    )
    form = _form(control, offered, newest)

    def act(open_session: Session) -> str:
        version = offered.get(form.version.data or "")
        if version is None:
            raise InvalidInput("Välj en checklista.", field="version")
        take_over_checklist(
            open_session,
            control,
            version,
            row_version=row_version(form),
            actor=current_actor(),
            at=now(),
        )
        return address("plan.control", board, control_id=control_id)

    done = "Kontrollmomentet bedöms nu mot checklistan."
    if sent and form.validate() and (answer := submit(form, act, done=done)):
        return answer
    if form.refused_with == 409:
        control = load_or_404(
            control_select(board.id, control_id).execution_options(populate_existing=True)
        )
        form.set_beside(_form(control, offered, newest, formdata=None))
    return page(
        "plan/choose_checklist.html",
        form=form,
        board=board,
        plan=control.plan,
        control=control,
        source=source,
        offered=offered,
        newest=offered.get(newest or ""),
        changes={
            key: checklist_changes(control.criteria, row.criteria) for key, row in offered.items()
        },
        editable=control.plan.state in EDITABLE and control.obligatory_id is None,
        **WORDS_OF_A_PLAN,
    )


@bp.get("/kontrollmoment/<int:control_id>/spara-som-checklista")
@requires(Permission.PLAN_EDIT)
def new_from_control(board: Board, control_id: int) -> ResponseReturnValue:
    """Name the checklist that a kontrollmoment's criteria are saved as."""
    return _save_page(board, load_or_404(control_select(board.id, control_id)))


@bp.post("/kontrollmoment/<int:control_id>/spara-som-checklista")
@requires(Permission.PLAN_EDIT)
def save_from_control(board: Board, control_id: int) -> ResponseReturnValue:
    """Propose a kontrollmoment's criteria as a checklist for all boards."""
    return _save_page(board, load_or_404(control_select(board.id, control_id)), sent=True)


def _save_page(board: Board, control: Control, *, sent: bool = False) -> ResponseReturnValue:
    form = NameForm()

    def act(open_session: Session) -> str:
        made = save_as_checklist(
            open_session, control, form.name.data or "", actor=current_actor(), at=now()
        )
        return url_for("checklists.show", checklist_id=made.id)

    done = "Checklistan är föreslagen. Den kan användas när kommunen har publicerat den."
    if sent and form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return page(
        "plan/save_as_checklist.html",
        form=form,
        board=board,
        plan=control.plan,
        control=control,
        name_max=NAME_MAX,
        **WORDS_OF_A_PLAN,
    )
