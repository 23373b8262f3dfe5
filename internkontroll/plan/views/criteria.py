"""A kontrollmoment's criteria, and whether an obligatory one is applicable."""

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.plan.forms import row_version
from internkontroll.plan.forms.controls import ApplicabilityForm, CriterionForm
from internkontroll.plan.models import Control, Criterion
from internkontroll.plan.queries import control_select, criterion_select
from internkontroll.plan.rules.checklists import CriterionContent
from internkontroll.plan.services.criteria import (
    add_criterion,
    change_criterion,
)
from internkontroll.plan.services.obligatory import set_applicability
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
from internkontroll.web.access import current_actor, load_or_404, now, requires
from internkontroll.web.forms import choices
from internkontroll.web.submission import page, submit


@bp.get("/kontrollmoment/<int:control_id>/kriterier/nytt")
@requires(Permission.PLAN_EDIT)
def new_criterion(board: Board, control_id: int) -> ResponseReturnValue:
    """Write one more criterion."""
    return _new_page(board, load_or_404(control_select(board.id, control_id)))


@bp.post("/kontrollmoment/<int:control_id>/kriterier/nytt")
@requires(Permission.PLAN_EDIT)
def create_criterion(board: Board, control_id: int) -> ResponseReturnValue:
    """Save one more criterion."""
    return _new_page(board, load_or_404(control_select(board.id, control_id)), sent=True)


def _written(form: CriterionForm) -> CriterionContent:
    return CriterionContent(form.text.data or "", bool(form.counts.data), form.help_text.data)


def _new_page(board: Board, control: Control, *, sent: bool = False) -> ResponseReturnValue:
    # A new one takes nothing away: it is added whatever somebody else has changed.
    form, control_id = CriterionForm(row_version=str(control.row_version)), control.id

    def act(open_session: Session) -> str:
        add_criterion(open_session, control, _written(form), actor=current_actor(), at=now())
        return address("plan.control", board, control_id=control_id)

    done = "Kriteriet är tillagt."
    if sent and form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return page(
        "plan/criterion.html",
        form=form,
        board=board,
        plan=control.plan,
        control=control,
        criterion=None,
        **WORDS_OF_A_PLAN,
    )


@bp.get("/kriterier/<int:criterion_id>")
@requires(Permission.PLAN_EDIT)
def edit_criterion(board: Board, criterion_id: int) -> ResponseReturnValue:
    """Change a criterion."""
    return _edit_page(board, load_or_404(criterion_select(board.id, criterion_id)))


@bp.post("/kriterier/<int:criterion_id>")
@requires(Permission.PLAN_EDIT)
def save_criterion(board: Board, criterion_id: int) -> ResponseReturnValue:
    """Save a changed criterion."""
    return _edit_page(board, load_or_404(criterion_select(board.id, criterion_id)), sent=True)


def _criterion_form(criterion: Criterion, **more: None) -> CriterionForm:
    return CriterionForm(
        text=criterion.text,
        help_text=criterion.help_text,
        counts=criterion.counts,
        row_version=str(criterion.control.row_version),
        **more,
    )


def _edit_page(board: Board, criterion: Criterion, *, sent: bool = False) -> ResponseReturnValue:
    form, criterion_id = _criterion_form(criterion), criterion.id

    def act(open_session: Session) -> str:
        control_id = criterion.control_id
        change_criterion(
            open_session,
            criterion,
            _written(form),
            row_version=row_version(form),
            actor=current_actor(),
            at=now(),
        )
        return address("plan.control", board, control_id=control_id)

    if sent and form.validate() and (answer := submit(form, act, done="Kriteriet är sparat.")):
        return answer
    if form.refused_with == 409:
        criterion = load_or_404(criterion_select(board.id, criterion_id))
        form.set_beside(_criterion_form(criterion, formdata=None))
    return page(
        "plan/criterion.html",
        form=form,
        board=board,
        plan=criterion.control.plan,
        control=criterion.control,
        criterion=criterion,
        **WORDS_OF_A_PLAN,
    )


@bp.get("/kontrollmoment/<int:control_id>/tillamplighet")
@requires(Permission.PLAN_EDIT)
def applicability(board: Board, control_id: int) -> ResponseReturnValue:
    """Say whether an obligatory kontrollmoment is applicable here."""
    return _applicability_page(board, control_id)


@bp.post("/kontrollmoment/<int:control_id>/tillamplighet")
@requires(Permission.PLAN_EDIT)
def save_applicability(board: Board, control_id: int) -> ResponseReturnValue:
    """Save whether an obligatory kontrollmoment is applicable here."""
    return _applicability_page(board, control_id, sent=True)


def _applicability_form(control: Control, **more: None) -> ApplicabilityForm:
    form = ApplicabilityForm(
        applicable="ja" if control.not_applicable_reason is None else "nej",
        reason=control.not_applicable_reason,
        row_version=str(control.row_version),
        **more,
    )
    form.applicable.choices = choices(
        [("ja", "Ja, vi gör den"), ("nej", "Nej, den är ej tillämplig")]
    )
    return form


def _applicability_page(
    board: Board, control_id: int, *, sent: bool = False
) -> ResponseReturnValue:
    obligatory = control_select(board.id, control_id).where(Control.obligatory_id.is_not(None))
    control = load_or_404(obligatory)
    form = _applicability_form(control)

    def act(open_session: Session) -> str:
        set_applicability(
            open_session,
            control,
            reason=(form.reason.data or "") if form.applicable.data == "nej" else None,
            row_version=row_version(form),
            actor=current_actor(),
            at=now(),
        )
        return address("plan.control", board, control_id=control_id)

    if sent and form.validate() and (answer := submit(form, act, done="Svaret är sparat.")):
        return answer
    if form.refused_with == 409:
        control = load_or_404(obligatory)
        form.set_beside(_applicability_form(control, formdata=None))
    return page(
        "plan/applicability.html",
        form=form,
        board=board,
        plan=control.plan,
        control=control,
        **WORDS_OF_A_PLAN,
    )
