"""What a plan lacks, the board's decision, and who is responsible."""

from collections.abc import Sequence
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.accounts.queries import people_with_role
from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import points_of_year
from internkontroll.plan.forms import (
    AppointForm,
    DecideForm,
    appoint_form,
    row_version,
)
from internkontroll.plan.models import (
    Plan,
    PlanState,
)
from internkontroll.plan.policy import RESPONSIBLE_ROLES
from internkontroll.plan.queries import (
    controls_of,
    plan_select,
    xray_of,
)
from internkontroll.plan.rules.states import EDITABLE, STANDING
from internkontroll.plan.rules.xray import blocks
from internkontroll.plan.services import (
    appoint as appoint_responsible,
)
from internkontroll.plan.services import (
    decide_plan,
    prepare_plan,
)
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
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


@bp.get("/planer/<int:plan_id>/rontgen")
@requires(Permission.PLAN_READ)
def xray(board: Board, plan_id: int) -> ResponseReturnValue:
    """What is missing, and the form of the board's decision."""
    plan = load_or_404(plan_select(board.id, plan_id))
    return _xray_page(board, plan, DecideForm(body=board.name, row_version=str(plan.row_version)))


@bp.post("/planer/<int:plan_id>/beslut")
@requires(Permission.PLAN_DECIDE)
def decide(board: Board, plan_id: int) -> ResponseReturnValue:
    """Register the board's decision; the content is frozen."""
    plan = load_or_404(plan_select(board.id, plan_id))
    form = DecideForm()

    def act(open_session: Session) -> str:
        actor, at, seen = current_actor(), now(), row_version(form)
        if plan.state is PlanState.DRAFT:
            prepare_plan(open_session, plan, row_version=seen, actor=actor, at=at)
            seen = plan.row_version
        decide_plan(
            open_session,
            plan,
            decided_on=form.decided_on.data,
            paragraph=form.paragraph.data or "",
            registry_number=form.registry_number.data or "",
            body=form.body.data or "",
            verified_on=form.verified_on.data,
            row_version=seen,
            actor=actor,
            at=at,
        )
        return address("plan.show", board, plan_id=plan_id)

    done = "Beslutet är registrerat och planens innehåll är fryst."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    if form.refused_with == 409:
        form.row_version.data = str(plan.row_version)
    return _xray_page(board, plan, form)


def _xray_page(board: Board, plan: Plan, form: DecideForm) -> ResponseReturnValue:
    controls = controls_of(session(), plan.id)
    findings = xray_of(session(), plan, controls)
    return page(
        "plan/xray.html",
        form=form,
        board=board,
        plan=plan,
        findings=findings,
        stopped=blocks(findings),
        ids={control.number: control.id for control in controls},
        editable=plan.state in EDITABLE,
        may_decide=may(Permission.PLAN_DECIDE) and plan.state in EDITABLE,
        year_is_open=bool(points_of_year(session(), board.id, plan.year)),
        **WORDS_OF_A_PLAN,
    )


@bp.get("/planer/<int:plan_id>/ansvariga")
@requires(Permission.PLAN_APPOINT)
def appoint(board: Board, plan_id: int) -> ResponseReturnValue:
    """One select per kontrollmoment."""
    plan = load_or_404(plan_select(board.id, plan_id))
    return _appoint_page(board, plan, _appoint_form(board, plan))


@bp.post("/planer/<int:plan_id>/ansvariga")
@requires(Permission.PLAN_APPOINT)
def appoint_now(board: Board, plan_id: int) -> ResponseReturnValue:
    """Save every appointment at once."""
    plan = load_or_404(plan_select(board.id, plan_id))
    form = _appoint_form(board, plan)
    people = {person.id: person for person in _people(board)}

    def act(open_session: Session) -> str:
        for control, user_id, seen in form.changed():
            appoint_responsible(
                open_session,
                control,
                people[user_id] if user_id is not None else None,
                row_version=seen,
                actor=current_actor(),
                at=now(),
            )
        return address("plan.show", board, plan_id=plan_id)

    if form.validate() and (answer := submit(form, act, done="De ansvariga är sparade.")):
        return answer
    if form.refused_with == 409:
        form.show_versions()
    return _appoint_page(board, plan, form)


def _people(board: Board) -> Sequence[Any]:
    return people_with_role(session(), board.id, RESPONSIBLE_ROLES, today())


def _appoint_form(board: Board, plan: Plan) -> AppointForm:
    return appoint_form(controls_of(session(), plan.id), _people(board))


def _appoint_page(board: Board, plan: Plan, form: AppointForm) -> ResponseReturnValue:
    return page(
        "plan/appoint.html",
        form=form,
        board=board,
        plan=plan,
        standing=plan.state in STANDING,
        nobody=not _people(board),
        **WORDS_OF_A_PLAN,
    )
