"""Planens beslut och versioner: what the board did with it, a revision, the year's end."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.free_text import REASON_MAX
from internkontroll.organisation.models import Board, DecisionOutcome
from internkontroll.organisation.queries import points_of_year
from internkontroll.plan.forms import ReviseForm, VerifyForm
from internkontroll.plan.models import Plan, PlanState, PlanTreatment
from internkontroll.plan.queries import (
    content_of,
    plan_select,
    proposal_of,
    treatments_of,
    versions_of,
)
from internkontroll.plan.rules.diff import ContentDiff, diff_contents
from internkontroll.plan.services import close_plan, drop_revision, start_revision, verify_minutes
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
from internkontroll.web.access import current_actor, load_or_404, may, now, requires, session
from internkontroll.web.forms import BaseForm, ButtonForm
from internkontroll.web.submission import page, submit


@dataclass(frozen=True)
class Changes:
    """What the page tells of a plan against what was before it."""

    amended: ContentDiff | None
    """What the board changed in the proposal."""
    revised: ContentDiff | None
    """What differs from the version that this one revises."""
    before: Plan | None


def _changes(plan: Plan, versions: Sequence[Plan]) -> Changes:
    content = content_of(session(), plan)
    before = next((row for row in versions if row.id == plan.replaces_id), None)
    amended = None
    if plan.decision is not None and plan.decision.outcome is DecisionOutcome.AMENDED:
        proposal = proposal_of(session(), plan)
        amended = diff_contents(proposal, content) if proposal else None
    revised = diff_contents(content_of(session(), before), content) if before else None
    return Changes(amended, revised, before)


def _year_is_over(board: Board, plan: Plan) -> bool:
    points = points_of_year(session(), board.id, plan.year)
    return bool(points) and points[-1].closed_at is not None


def _versions_page(
    board: Board, plan: Plan, form: BaseForm, verify_form: VerifyForm
) -> ResponseReturnValue:
    versions = versions_of(session(), plan)
    treatments: Sequence[PlanTreatment] = treatments_of(session(), plan.id)
    decides = may(Permission.PLAN_DECIDE)
    return page(
        "plan/versions.html",
        form=form,
        verify_form=verify_form,
        board=board,
        plan=plan,
        versions=versions,
        treatments=treatments,
        changes=_changes(plan, versions),
        may_verify=decides and plan.decision is not None and plan.decision.verified_on is None,
        may_revise=may(Permission.PLAN_EDIT) and plan.state is PlanState.DECIDED,
        may_close=decides and plan.state is PlanState.DECIDED and _year_is_over(board, plan),
        may_drop=may(Permission.PLAN_EDIT)
        and plan.replaces_id is not None
        and plan.state is PlanState.DRAFT
        and not treatments,
        **WORDS_OF_A_PLAN,
    )


@bp.get("/planer/<int:plan_id>/versioner")
@requires(Permission.PLAN_READ)
def versions(board: Board, plan_id: int) -> ResponseReturnValue:
    """Every version and decision, and what was changed, for ever."""
    plan = load_or_404(plan_select(board.id, plan_id))
    return _versions_page(board, plan, ButtonForm(), VerifyForm())


@bp.post("/planer/<int:plan_id>/justering")
@requires(Permission.PLAN_DECIDE)
def verify(board: Board, plan_id: int) -> ResponseReturnValue:
    """Record when the minutes were verified."""
    plan = load_or_404(plan_select(board.id, plan_id))
    form = VerifyForm()

    def act(open_session: Session) -> str:
        verify_minutes(open_session, plan, form.verified_on.data, actor=current_actor(), at=now())
        return address("plan.versions", board, plan_id=plan_id)

    if form.validate() and (answer := submit(form, act, done="Justeringen är registrerad.")):
        return answer
    return _versions_page(board, plan, form, form)


@bp.post("/planer/<int:plan_id>/avsluta")
@requires(Permission.PLAN_DECIDE)
def close(board: Board, plan_id: int) -> ResponseReturnValue:
    """Close the plan after its year."""
    plan = load_or_404(plan_select(board.id, plan_id))
    form = ButtonForm()

    def act(open_session: Session) -> str:
        close_plan(open_session, plan, actor=current_actor(), at=now())
        return address("plan.show", board, plan_id=plan_id)

    if form.validate() and (answer := submit(form, act, done="Planen är avslutad.")):
        return answer
    return _versions_page(board, plan, form, VerifyForm(formdata=None))


@bp.post("/planer/<int:plan_id>/ta-bort-revision")
@requires(Permission.PLAN_EDIT)
def drop(board: Board, plan_id: int) -> ResponseReturnValue:
    """Take away the draft of a revision that will not be."""
    plan = load_or_404(plan_select(board.id, plan_id))
    form = ButtonForm()
    before = plan.replaces_id

    def act(open_session: Session) -> str:
        drop_revision(open_session, plan, actor=current_actor(), at=now())
        return address("plan.versions", board, plan_id=before)

    if form.validate() and (answer := submit(form, act, done="Revisionens utkast är borttaget.")):
        return answer
    return _versions_page(board, plan, form, VerifyForm(formdata=None))


def _revise_page(board: Board, plan: Plan, form: ReviseForm) -> ResponseReturnValue:
    return page(
        "plan/revise.html",
        form=form,
        board=board,
        plan=plan,
        reason_max=REASON_MAX,
        **WORDS_OF_A_PLAN,
    )


@bp.get("/planer/<int:plan_id>/revidera")
@requires(Permission.PLAN_EDIT)
def revise(board: Board, plan_id: int) -> ResponseReturnValue:
    """Ask why the plan is revised."""
    return _revise_page(board, load_or_404(plan_select(board.id, plan_id)), ReviseForm())


@bp.post("/planer/<int:plan_id>/revidera")
@requires(Permission.PLAN_EDIT)
def revise_now(board: Board, plan_id: int) -> ResponseReturnValue:
    """Begin a revision."""
    plan = load_or_404(plan_select(board.id, plan_id))
    form = ReviseForm()

    def act(open_session: Session) -> str:
        made = start_revision(
            open_session, plan, form.reason.data or "", actor=current_actor(), at=now()
        )
        return address("plan.show", board, plan_id=made.id)

    done = "Revisionen är påbörjad. Ändra det som ska ändras och bered den sedan för nämnden."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _revise_page(board, plan, form)
