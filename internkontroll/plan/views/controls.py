"""One kontrollmoment: its words, how they are read, its questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.plan.forms import (
    SettleForm,
    control_form,
    row_version,
)
from internkontroll.plan.models import (
    Control,
    ControlMark,
    MarkKind,
)
from internkontroll.plan.queries import (
    alike_marks,
    control_select,
    mark_select,
    point_names,
)
from internkontroll.plan.rules.states import EDITABLE, STANDING
from internkontroll.plan.services import (
    change_control as change_reading_of,
)
from internkontroll.plan.services import (
    settle_mark,
)
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import Filters, occurrences_select
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    may,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.submission import page, submit


@dataclass(frozen=True)
class OpenMark:
    """An open mark with its form and the kontrollmoment that have the same one."""

    mark: ControlMark
    form: SettleForm
    alike: Sequence[int]


def _settle_form(mark: ControlMark) -> SettleForm:
    form = SettleForm(prefix=f"m{mark.id}")
    if mark.kind is MarkKind.NOTE:
        form.answer.label.text = "Kommentar"
    return form


def _control_page(
    board: Board, control: Control, refused: SettleForm | None = None, mark_id: int = 0
) -> ResponseReturnValue:
    plan = control.plan
    standing = may(Permission.PLAN_EDIT) and plan.state in STANDING
    waiting = [mark for mark in control.marks if mark.settled_at is None]
    occurrences = []
    if may(Permission.OCCURRENCE_READ):
        reach = committees_within_reach(current_actor(), board.id, today())
        chosen = Filters(control_id=control.id)
        select = occurrences_select(board.id, plan.year, chosen, committees=reach)
        occurrences = list(session().scalars(select))
    return page(
        "plan/control.html",
        form=refused,
        board=board,
        control=control,
        plan=plan,
        waiting=[
            OpenMark(
                mark,
                refused if refused is not None and mark.id == mark_id else _settle_form(mark),
                alike_marks(session(), mark, plan.id) if standing else (),
            )
            for mark in waiting
        ],
        settled=[mark for mark in control.marks if mark.settled_at is not None],
        occurrences=occurrences,
        may_settle=standing,
        may_edit=may(Permission.PLAN_EDIT) and plan.state in EDITABLE,
        **WORDS_OF_A_PLAN,
    )


@bp.get("/kontrollmoment/<int:control_id>")
@requires(Permission.PLAN_READ)
def control(board: Board, control_id: int) -> ResponseReturnValue:
    """One kontrollmoment: the plan's words beside how they were read."""
    return _control_page(board, load_or_404(control_select(board.id, control_id)))


@bp.post("/kontrollmoment/<int:control_id>/markning/<int:mark_id>")
@requires(Permission.PLAN_EDIT)
def settle(board: Board, control_id: int, mark_id: int) -> ResponseReturnValue:
    """Answer a question, or be done with a note."""
    found = load_or_404(control_select(board.id, control_id))
    mark = load_or_404(mark_select(board.id, mark_id).where(ControlMark.control_id == control_id))
    form = _settle_form(mark)

    def act(open_session: Session) -> str:
        settle_mark(
            open_session,
            mark,
            answer=form.answer.data or "",
            alike=form.alike.data,
            actor=current_actor(),
            at=now(),
        )
        return address("plan.control", board, control_id=control_id)

    done = "Svaret är sparat." if mark.kind is MarkKind.QUESTION else "Påpekandet är avslutat."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _control_page(board, found, form, mark_id)


@bp.get("/kontrollmoment/<int:control_id>/ratta")
@requires(Permission.PLAN_EDIT)
def edit_control(board: Board, control_id: int) -> ResponseReturnValue:
    """Correct how a kontrollmoment was read."""
    found = load_or_404(control_select(board.id, control_id))
    form = control_form(found, point_names(session(), board.id, found.plan.year))
    return _edit_page(board, found, form)


@bp.post("/kontrollmoment/<int:control_id>/ratta")
@requires(Permission.PLAN_EDIT)
def change_control(board: Board, control_id: int) -> ResponseReturnValue:
    """Save how a kontrollmoment is to be read."""
    found = load_or_404(control_select(board.id, control_id))
    form = control_form(found, point_names(session(), board.id, found.plan.year))

    def act(open_session: Session) -> str:
        change_reading_of(
            open_session,
            found,
            technique=form.technique.data,
            sample_kind=form.sample_kind.data,
            sample_n=form.sample_n.data,
            frequency=form.frequency.data,
            points=form.points.data or [],
            performed_by=form.performed_by.data,
            row_version=row_version(form),
            actor=current_actor(),
            at=now(),
        )
        return address("plan.control", board, control_id=control_id)

    if form.validate() and (answer := submit(form, act, done="Ändringen är sparad.")):
        return answer
    if form.refused_with == 409:
        form.row_version.data = str(found.row_version)
    return _edit_page(board, found, form)


def _edit_page(board: Board, control: Control, form: Any) -> ResponseReturnValue:
    return page(
        "plan/edit_control.html",
        form=form,
        board=board,
        control=control,
        plan=control.plan,
        **WORDS_OF_A_PLAN,
    )
