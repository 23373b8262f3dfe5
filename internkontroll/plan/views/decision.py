"""What a plan lacks, what the board does with it, and who is responsible."""

from collections.abc import Sequence
from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.accounts.queries import people_with_role
from internkontroll.core.access import Permission
from internkontroll.core.free_text import REASON_MAX
from internkontroll.organisation.models import Board, DecisionOutcome
from internkontroll.plan.forms import (
    AppointForm,
    DecideForm,
    TakeBackForm,
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
    controls_to_appoint,
    live_content,
    plan_select,
    proposal_of,
    treatments_of,
    xray_of,
)
from internkontroll.plan.rules.diff import ContentDiff, diff_contents
from internkontroll.plan.rules.states import OPEN, STANDING
from internkontroll.plan.rules.xray import blocks
from internkontroll.plan.services import (
    Minutes,
    begin_amendment,
    decide_plan,
    prepare_plan,
    refer_back,
    return_to_draft,
    table_plan,
)
from internkontroll.plan.services import (
    appoint as appoint_responsible,
)
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
from internkontroll.schedule.services import decide_revision
from internkontroll.schedule.words import revised_sentence
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    may,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.forms import ButtonForm
from internkontroll.web.submission import page, submit

DONE = {
    DecisionOutcome.APPROVED: "Beslutet är registrerat och planens innehåll är fryst.",
    DecisionOutcome.AMENDED: "Beslutet är registrerat. Ändringarna står vid förslaget.",
    DecisionOutcome.REFERRED_BACK: "Återremissen är registrerad. Planen är ett utkast igen.",
    DecisionOutcome.TABLED: "Bordläggningen är registrerad. Planen är kvar som beredd.",
}


@bp.get("/planer/<int:plan_id>/rontgen")
@requires(Permission.PLAN_READ)
def xray(board: Board, plan_id: int) -> ResponseReturnValue:
    """What is missing, and the form of the board's decision."""
    plan = load_or_404(plan_select(board.id, plan_id))
    return _xray_page(board, plan, _decide_form(board, plan))


@bp.post("/planer/<int:plan_id>/beslut")
@requires(Permission.PLAN_DECIDE)
def decide(board: Board, plan_id: int) -> ResponseReturnValue:
    """Register the board's decision; the content is frozen."""
    plan = load_or_404(plan_select(board.id, plan_id))
    form = DecideForm()

    outcome = form.chosen if plan.state is not PlanState.AMENDING else DecisionOutcome.AMENDED

    def act(open_session: Session) -> str:
        _record(open_session, plan, form, outcome)
        return address("plan.show", board, plan_id=plan_id)

    if form.validate() and (answer := submit(form, act, done=DONE[outcome])):
        return answer
    if form.refused_with == 409:
        form.row_version.data = str(plan.row_version)
    return _xray_page(board, plan, form)


def _record(open_session: Session, plan: Plan, form: DecideForm, outcome: DecisionOutcome) -> None:
    """What the board did, by the verb of its outcome."""
    actor, at, seen = current_actor(), now(), row_version(form)
    facts: dict[str, Any] = {
        "body": form.body.data or "",
        "decided_on": form.decided_on.data,
        "paragraph": form.paragraph.data or "",
        "registry_number": form.registry_number.data or "",
        "verified_on": form.verified_on.data,
    }
    more: dict[str, Any] = {"row_version": seen, "actor": actor, "at": at}
    reason = form.reason.data or ""
    if outcome is DecisionOutcome.REFERRED_BACK:
        refer_back(open_session, plan, Minutes(**facts), reason, **more)
        return
    if outcome is DecisionOutcome.TABLED:
        next_on = form.next_on.data
        table_plan(open_session, plan, Minutes(**facts), reason, next_on=next_on, **more)
        return
    if plan.state is PlanState.DRAFT:
        prepare_plan(open_session, plan, **more)
        more["row_version"] = plan.row_version
    facts.update(
        outcome=outcome,
        attachment_of=form.attachment_of.data or "",
        attachment=form.attachment.data or "",
        ended_periods=bool(form.ended_periods.data),
    )
    if plan.replaces_id is None:
        decide_plan(open_session, plan, **facts, **more)
    else:
        revised = decide_revision(open_session, plan, **facts, **more)
        flash(revised_sentence(revised.expired, revised.carried, revised.new))


@bp.post("/planer/<int:plan_id>/bered")
@requires(Permission.PLAN_DECIDE)
def prepare(board: Board, plan_id: int) -> ResponseReturnValue:
    """Send the plan to the board: the proposal is frozen."""
    plan = load_or_404(plan_select(board.id, plan_id))
    form = ButtonForm()

    def act(open_session: Session) -> str:
        prepare_plan(open_session, plan, actor=current_actor(), at=now())
        return address("plan.xray", board, plan_id=plan_id)

    if form.validate() and (answer := submit(form, act, done="Planen är beredd och låst.")):
        return answer
    return _xray_page(board, plan, _decide_form(board, plan), pressed=form)


@bp.post("/planer/<int:plan_id>/andra-vid-beslut")
@requires(Permission.PLAN_DECIDE)
def amend(board: Board, plan_id: int) -> ResponseReturnValue:
    """Open the plan for what the board changed."""
    plan = load_or_404(plan_select(board.id, plan_id))
    form = ButtonForm()

    def act(open_session: Session) -> str:
        begin_amendment(open_session, plan, actor=current_actor(), at=now())
        return address("plan.show", board, plan_id=plan_id)

    done = "Skriv nu in det som nämnden ändrade. Förslaget är sparat som det var."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _xray_page(board, plan, _decide_form(board, plan), pressed=form)


@bp.get("/planer/<int:plan_id>/ta-tillbaka")
@requires(Permission.PLAN_DECIDE)
def take_back(board: Board, plan_id: int) -> ResponseReturnValue:
    """Ask why a prepared plan is taken back."""
    plan = load_or_404(plan_select(board.id, plan_id))
    return _take_back_page(board, plan, TakeBackForm(row_version=str(plan.row_version)))


@bp.post("/planer/<int:plan_id>/ta-tillbaka")
@requires(Permission.PLAN_DECIDE)
def take_back_now(board: Board, plan_id: int) -> ResponseReturnValue:
    """Make a prepared plan a draft again."""
    plan = load_or_404(plan_select(board.id, plan_id))
    form = TakeBackForm()

    def act(open_session: Session) -> str:
        return_to_draft(
            open_session,
            plan,
            form.reason.data or "",
            row_version=row_version(form),
            actor=current_actor(),
            at=now(),
        )
        return address("plan.show", board, plan_id=plan_id)

    if form.validate() and (answer := submit(form, act, done="Planen är ett utkast igen.")):
        return answer
    if form.refused_with == 409:
        form.row_version.data = str(plan.row_version)
    return _take_back_page(board, plan, form)


def _take_back_page(board: Board, plan: Plan, form: TakeBackForm) -> ResponseReturnValue:
    return page(
        "plan/take_back.html",
        form=form,
        board=board,
        plan=plan,
        reason_max=REASON_MAX,
        **WORDS_OF_A_PLAN,
    )


def _decide_form(board: Board, plan: Plan) -> DecideForm:
    """The empty form, for a page whose other button was pressed."""
    return DecideForm(formdata=None, body=board.name, row_version=str(plan.row_version))


def _changed_by_the_board(plan: Plan) -> ContentDiff | None:
    """What differs from the proposal so far, while the board's changes are written in."""
    if plan.state is not PlanState.AMENDING:
        return None
    proposal = proposal_of(session(), plan)
    return diff_contents(proposal, live_content(session(), plan)) if proposal else None


def _xray_page(
    board: Board, plan: Plan, form: DecideForm, pressed: ButtonForm | None = None
) -> ResponseReturnValue:
    controls = controls_of(session(), plan.id)
    findings = xray_of(session(), plan, controls)
    context: dict[str, Any] = {
        "board": board,
        "plan": plan,
        "decide_form": form,
        "findings": findings,
        "stopped": blocks(findings),
        "ids": {control.number: control.id for control in controls},
        "open": plan.state in OPEN,
        "may_decide": may(Permission.PLAN_DECIDE) and plan.state in OPEN,
        "changed": _changed_by_the_board(plan),
        "tabled": next(iter(treatments_of(session(), plan.id)), None)
        if plan.state is PlanState.PREPARED
        else None,
        "key": (pressed or form).key.data,
        **WORDS_OF_A_PLAN,
    }
    return page("plan/xray.html", form=pressed or form, **context)


@bp.get("/planer/<int:plan_id>/ansvariga")
@requires(Permission.PLAN_APPOINT)
def appoint(board: Board, plan_id: int) -> ResponseReturnValue:
    """One select per kontrollmoment."""
    plan = load_or_404(plan_select(board.id, plan_id))
    people = _people(board)
    return _appoint_page(board, plan, _appoint_form(plan, people), people)


@bp.post("/planer/<int:plan_id>/ansvariga")
@requires(Permission.PLAN_APPOINT)
def appoint_now(board: Board, plan_id: int) -> ResponseReturnValue:
    """Save every appointment at once."""
    plan = load_or_404(plan_select(board.id, plan_id))
    able = _people(board)
    form = _appoint_form(plan, able)
    people = {person.id: person for person in able}

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
    return _appoint_page(board, plan, form, able)


def _people(board: Board) -> Sequence[Any]:
    return people_with_role(session(), board.id, RESPONSIBLE_ROLES, today())


def _appoint_form(plan: Plan, people: Sequence[Any]) -> AppointForm:
    return appoint_form(controls_to_appoint(session(), plan.id), people)


def _appoint_page(
    board: Board, plan: Plan, form: AppointForm, people: Sequence[Any]
) -> ResponseReturnValue:
    return page(
        "plan/appoint.html",
        form=form,
        board=board,
        plan=plan,
        standing=plan.state in STANDING,
        nobody=not people,
        **WORDS_OF_A_PLAN,
    )
