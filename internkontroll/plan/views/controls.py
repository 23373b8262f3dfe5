"""One kontrollmoment: its words, how they are read, its questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.dates import long_date
from internkontroll.files.charts import IntervalRow, interval_chart
from internkontroll.organisation.models import Board
from internkontroll.plan.forms import SettleForm, row_version, settle_form
from internkontroll.plan.forms.controls import (
    MoveForm,
    control_form,
    new_control_form,
    written_in,
)
from internkontroll.plan.models import (
    Control,
    ControlMark,
    MarkKind,
    Plan,
    PlanState,
)
from internkontroll.plan.queries import (
    alike_marks,
    board_risks,
    control_select,
    mark_select,
    plan_areas,
    plan_select,
    point_names,
)
from internkontroll.plan.queries.checklists import newer_version, source_of
from internkontroll.plan.rules.checklists import checklist_changes
from internkontroll.plan.rules.states import EDITABLE, STANDING
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.plan.services import settle_mark
from internkontroll.plan.services.controls import add_control
from internkontroll.plan.services.controls import edit_control as edit_control_now
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
from internkontroll.review.queries import PastResult, past_results
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


def _bar(one: PastResult) -> IntervalRow:
    where = f", {one.where}" if one.where else ""
    words = f"{long_date(one.on)}{where}: {one.deviating} av {one.n}"
    return IntervalRow(words, one.found, one.limit)


def _control_page(
    board: Board, control: Control, refused: SettleForm | None = None, mark_id: int = 0
) -> ResponseReturnValue:
    plan = control.plan
    standing = may(Permission.PLAN_EDIT) and plan.state in STANDING
    waiting = [mark for mark in control.marks if mark.settled_at is None]
    occurrences, before = [], []
    if may(Permission.OCCURRENCE_READ):
        reach = committees_within_reach(current_actor(), board.id, today())
        chosen = Filters(control_id=control.id)
        select = occurrences_select(board.id, plan.year, chosen, committees=reach)
        occurrences = list(session().scalars(select))
        before = past_results(session(), board.id, control.lineage, committees=reach)
    source = source_of(session(), control)
    return page(
        "plan/control.html",
        form=refused,
        source=source,
        by_hand=source is not None and bool(checklist_changes(source.criteria, control.criteria)),
        newer=newer_version(session(), source)
        if source is not None and plan.state in EDITABLE
        else None,
        board=board,
        control=control,
        plan=plan,
        waiting=[
            OpenMark(
                mark,
                refused if refused is not None and mark.id == mark_id else settle_form(mark, plan),
                alike_marks(session(), mark, plan.id) if standing else (),
            )
            for mark in waiting
        ],
        settled=[mark for mark in control.marks if mark.settled_at is not None],
        occurrences=occurrences,
        before=before,
        chart=interval_chart([_bar(one) for one in before]),
        may_settle=standing,
        may_edit=may(Permission.PLAN_EDIT) and plan.state in EDITABLE,
        may_order=may(Permission.OCCURRENCE_ORDER)
        and control.frequency is Frequency.ON_DEMAND
        and plan.state is PlanState.DECIDED,
        criterion_forms={
            row.id: MoveForm(formdata=None, prefix=f"r{row.id}", to=row.position)
            for row in control.criteria
        },
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
    form = settle_form(mark, found.plan)

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


def _choices(plan: Plan) -> dict[str, Any]:
    return {
        "points": point_names(session(), plan.board_id, plan.year),
        "areas": plan_areas(session(), plan.id),
        "risks": board_risks(session(), plan.board_id),
    }


@bp.get("/planer/<int:plan_id>/kontrollmoment/nytt")
@requires(Permission.PLAN_EDIT)
def new_control(board: Board, plan_id: int) -> ResponseReturnValue:
    """Write a new kontrollmoment."""
    return _new_page(board, load_or_404(plan_select(board.id, plan_id)))


@bp.post("/planer/<int:plan_id>/kontrollmoment/nytt")
@requires(Permission.PLAN_EDIT)
def create_control(board: Board, plan_id: int) -> ResponseReturnValue:
    """Save a new kontrollmoment."""
    return _new_page(board, load_or_404(plan_select(board.id, plan_id)), sent=True)


def _new_page(board: Board, plan: Plan, *, sent: bool = False) -> ResponseReturnValue:
    offered = _choices(plan)
    chosen = request.args.get("omrade", type=int)
    known = [area.id for area in offered["areas"]]
    form = new_control_form(
        **offered, area_id=chosen if chosen in known else known[0] if known else None
    )

    def act(open_session: Session) -> str:
        made = add_control(open_session, plan, written_in(form), actor=current_actor(), at=now())
        return address("plan.control", board, control_id=made.id)

    done = "Kontrollmomentet är sparat."
    if sent and form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return page(
        "plan/new_control.html",
        form=form,
        board=board,
        plan=plan,
        areas=offered["areas"],
        editable=plan.state in EDITABLE,
        **WORDS_OF_A_PLAN,
    )


@bp.get("/kontrollmoment/<int:control_id>/andra")
@requires(Permission.PLAN_EDIT)
def edit_control(board: Board, control_id: int) -> ResponseReturnValue:
    """Change a kontrollmoment."""
    return _edit_page(board, load_or_404(control_select(board.id, control_id)))


@bp.post("/kontrollmoment/<int:control_id>/andra")
@requires(Permission.PLAN_EDIT)
def change_control(board: Board, control_id: int) -> ResponseReturnValue:
    """Save a changed kontrollmoment."""
    return _edit_page(board, load_or_404(control_select(board.id, control_id)), sent=True)


def _edit_page(board: Board, control: Control, *, sent: bool = False) -> ResponseReturnValue:
    offered = _choices(control.plan)
    form = control_form(control, **offered)
    control_id = control.id

    def act(open_session: Session) -> str:
        edit_control_now(
            open_session,
            control,
            written_in(form, control),
            row_version=row_version(form),
            actor=current_actor(),
            at=now(),
        )
        return address("plan.control", board, control_id=control_id)

    if sent and form.validate() and (answer := submit(form, act, done="Ändringen är sparad.")):
        return answer
    if form.refused_with == 409:
        control = load_or_404(control_select(board.id, control_id))
        form.set_beside(control_form(control, **_choices(control.plan), formdata=None))
    return page(
        "plan/edit_control.html",
        form=form,
        board=board,
        control=control,
        plan=control.plan,
        **WORDS_OF_A_PLAN,
    )
