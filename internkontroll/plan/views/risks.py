"""The risks behind a draft."""

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.plan.forms import row_version
from internkontroll.plan.forms.content import RiskForm, risk_form
from internkontroll.plan.forms.controls import RemovalForm
from internkontroll.plan.models import Plan
from internkontroll.plan.queries import board_risks, numbers_of_risks, plan_select, risk_select
from internkontroll.plan.rules.states import EDITABLE
from internkontroll.plan.services.risks import (
    RiskContent,
    add_risk,
    edit_risk,
    remove_plan_risk,
    steps_of,
)
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
from internkontroll.risk.models import Risk
from internkontroll.risk.rules import scale_of
from internkontroll.web.access import current_actor, load_or_404, now, requires, session
from internkontroll.web.submission import page, submit


@bp.get("/planer/<int:plan_id>/risker")
@requires(Permission.PLAN_EDIT)
def risks(board: Board, plan_id: int) -> ResponseReturnValue:
    """The board's register, with the kontrollmoment of this plan against each risk."""
    plan = load_or_404(plan_select(board.id, plan_id))
    return page(
        "plan/risks.html",
        board=board,
        plan=plan,
        risks=board_risks(session(), board.id),
        numbers_of=numbers_of_risks(session(), plan_id),
        editable=plan.state in EDITABLE,
        **WORDS_OF_A_PLAN,
    )


def _content(form: RiskForm) -> RiskContent:
    return RiskContent(
        description=form.description.data or "",
        cause=form.cause.data,
        consequence=form.consequence.data,
        category=form.category.data,
        owner=form.owner.data,
        concerns_irregularities=bool(form.concerns_irregularities.data),
        assessment_kind=form.assessment_kind.data,
        likelihood=int(form.likelihood.data) if form.likelihood.data else None,
        impact=int(form.impact.data) if form.impact.data else None,
    )


@bp.get("/planer/<int:plan_id>/risker/ny")
@requires(Permission.PLAN_EDIT)
def new_risk(board: Board, plan_id: int) -> ResponseReturnValue:
    """Write a new risk."""
    return _new_page(board, load_or_404(plan_select(board.id, plan_id)))


@bp.post("/planer/<int:plan_id>/risker/ny")
@requires(Permission.PLAN_EDIT)
def create_risk(board: Board, plan_id: int) -> ResponseReturnValue:
    """Save a new risk."""
    return _new_page(board, load_or_404(plan_select(board.id, plan_id)), sent=True)


def _new_page(board: Board, plan: Plan, *, sent: bool = False) -> ResponseReturnValue:
    form, plan_id = risk_form(None, scale_of(4)), plan.id

    def act(open_session: Session) -> str:
        add_risk(open_session, plan, _content(form), actor=current_actor(), at=now())
        return address("plan.risks", board, plan_id=plan_id)

    done = "Risken är sparad. Koppla den till ett kontrollmoment."
    if sent and form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return page("plan/risk.html", form=form, board=board, plan=plan, risk=None, **WORDS_OF_A_PLAN)


@bp.get("/planer/<int:plan_id>/risker/<int:risk_id>")
@requires(Permission.PLAN_EDIT)
def risk(board: Board, plan_id: int, risk_id: int) -> ResponseReturnValue:
    """Change a risk."""
    return _edit_page(board, plan_id, risk_id)


@bp.post("/planer/<int:plan_id>/risker/<int:risk_id>")
@requires(Permission.PLAN_EDIT)
def save_risk(board: Board, plan_id: int, risk_id: int) -> ResponseReturnValue:
    """Save a changed risk."""
    return _edit_page(board, plan_id, risk_id, sent=True)


def _form_of(risk: Risk, **more: None) -> RiskForm:
    return risk_form(risk, scale_of(steps_of(risk)), **more)


def _edit_page(
    board: Board, plan_id: int, risk_id: int, *, sent: bool = False
) -> ResponseReturnValue:
    plan = load_or_404(plan_select(board.id, plan_id))
    found = load_or_404(risk_select(board.id, risk_id))
    form = _form_of(found)

    def act(open_session: Session) -> str:
        edit_risk(
            open_session,
            plan,
            found,
            _content(form),
            row_version=row_version(form),
            actor=current_actor(),
            at=now(),
        )
        return address("plan.risks", board, plan_id=plan_id)

    if sent and form.validate() and (answer := submit(form, act, done="Risken är sparad.")):
        return answer
    if form.refused_with == 409:
        found = load_or_404(risk_select(board.id, risk_id))
        form.set_beside(_form_of(found, formdata=None))
    return page("plan/risk.html", form=form, board=board, plan=plan, risk=found, **WORDS_OF_A_PLAN)


@bp.get("/planer/<int:plan_id>/risker/<int:risk_id>/ta-bort")
@requires(Permission.PLAN_EDIT)
def confirm_risk_removal(board: Board, plan_id: int, risk_id: int) -> ResponseReturnValue:
    """Ask before a risk is taken out of a draft."""
    return _removal_page(board, plan_id, risk_id)


@bp.post("/planer/<int:plan_id>/risker/<int:risk_id>/ta-bort")
@requires(Permission.PLAN_EDIT)
def remove_risk(board: Board, plan_id: int, risk_id: int) -> ResponseReturnValue:
    """Take a risk out of a draft."""
    return _removal_page(board, plan_id, risk_id, sent=True)


def _removal_page(
    board: Board, plan_id: int, risk_id: int, *, sent: bool = False
) -> ResponseReturnValue:
    plan = load_or_404(plan_select(board.id, plan_id))
    found = load_or_404(risk_select(board.id, risk_id))
    form, back = RemovalForm(), address("plan.risks", board, plan_id=plan_id)

    def act(open_session: Session) -> str:
        remove_plan_risk(open_session, plan, found, actor=current_actor(), at=now())
        return back

    done = "Risken är borttagen ur utkastet."
    if sent and form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return page(
        "plan/remove.html",
        form=form,
        board=board,
        plan=plan,
        name=f"risk {found.number} ur utkastet",
        consequence=(
            "Risken tas bort från utkastets kontrollmoment. Finns den inte i någon annan plan tas "
            "den också bort ur nämndens riskregister, med sina värderingar."
        ),
        button_text="Ta bort risken ur utkastet",
        back=back,
        action=address("plan.remove_risk", board, plan_id=plan_id, risk_id=risk_id),
        **WORDS_OF_A_PLAN,
    )
