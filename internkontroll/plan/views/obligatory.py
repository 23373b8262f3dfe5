"""What kommunstyrelsen makes obligatory: its own pages, and the button in a board's draft."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.plan.forms import row_version
from internkontroll.plan.forms.content import ObligatoryForm, obligatory_form
from internkontroll.plan.forms.controls import RemovalForm, core_of
from internkontroll.plan.models import ObligatoryControl
from internkontroll.plan.queries import (
    board_answers,
    controls_of,
    municipal_point_names,
    obligatory_of_year,
    obligatory_select,
    plan_select,
)
from internkontroll.plan.services.obligatory import (
    ObligatoryContent,
    change_obligatory,
    take_over_obligatory,
    withdraw_obligatory,
    write_obligatory,
)
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
from internkontroll.plan.views.plans import show_page
from internkontroll.plan.words import answer_word
from internkontroll.web.access import current_actor, load_or_404, now, requires, session
from internkontroll.web.forms import ButtonForm
from internkontroll.web.submission import page, submit

municipal = Blueprint(
    "obligatory", __name__, url_prefix="/kommunen/obligatoriska-kontroller/<int:year>"
)


@municipal.get("")
@requires(Permission.PLAN_OBLIGE)
def index(year: int) -> ResponseReturnValue:
    """The year's obligatory kontrollmoment, and what each board says of them."""
    rows = obligatory_of_year(session(), year)
    return page(
        "plan/obligatory_index.html",
        year=year,
        rows=rows,
        answers=board_answers(session(), year, rows),
        answer_word=answer_word,
        **WORDS_OF_A_PLAN,
    )


def _content(form: ObligatoryForm) -> ObligatoryContent:
    return ObligatoryContent(
        area_name=form.area_name.data or "",
        risk_text=form.risk_text.data,
        criteria=form.criteria_lines(),
        **core_of(form),
    )


@municipal.get("/nytt")
@requires(Permission.PLAN_OBLIGE)
def new(year: int) -> ResponseReturnValue:
    """Write an obligatory kontrollmoment."""
    return _new_page(year)


@municipal.post("/nytt")
@requires(Permission.PLAN_OBLIGE)
def create(year: int) -> ResponseReturnValue:
    """Save an obligatory kontrollmoment."""
    return _new_page(year, sent=True)


def _new_page(year: int, *, sent: bool = False) -> ResponseReturnValue:
    form = obligatory_form(None, municipal_point_names(session(), year))

    def act(open_session: Session) -> str:
        write_obligatory(open_session, year, _content(form), actor=current_actor(), at=now())
        return url_for("obligatory.index", year=year)

    done = (
        "Kontrollmomentet är obligatoriskt. Det kommer med i planer som påbörjas från och med nu."
    )
    if sent and form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return page("plan/obligatory.html", form=form, year=year, row=None, **WORDS_OF_A_PLAN)


@municipal.get("/<int:obligatory_id>")
@requires(Permission.PLAN_OBLIGE)
def edit(year: int, obligatory_id: int) -> ResponseReturnValue:
    """Change an obligatory kontrollmoment."""
    return _edit_page(year, obligatory_id)


@municipal.post("/<int:obligatory_id>")
@requires(Permission.PLAN_OBLIGE)
def save(year: int, obligatory_id: int) -> ResponseReturnValue:
    """Save a changed obligatory kontrollmoment."""
    return _edit_page(year, obligatory_id, sent=True)


def _form_of(row: ObligatoryControl, **more: None) -> ObligatoryForm:
    names = [*municipal_point_names(session(), row.year), *row.points]
    return obligatory_form(row, dict.fromkeys(names), **more)


def _edit_page(year: int, obligatory_id: int, *, sent: bool = False) -> ResponseReturnValue:
    row = load_or_404(obligatory_select(year, obligatory_id))
    form = _form_of(row)

    def act(open_session: Session) -> str:
        change_obligatory(
            open_session,
            row,
            _content(form),
            row_version=row_version(form),
            actor=current_actor(),
            at=now(),
        )
        return url_for("obligatory.index", year=year)

    if sent and form.validate() and (answer := submit(form, act, done="Ändringen är sparad.")):
        return answer
    if form.refused_with == 409:
        row = load_or_404(obligatory_select(year, obligatory_id))
        form.set_beside(_form_of(row, formdata=None))
    return page("plan/obligatory.html", form=form, year=year, row=row, **WORDS_OF_A_PLAN)


@municipal.get("/<int:obligatory_id>/ta-tillbaka")
@requires(Permission.PLAN_OBLIGE)
def confirm_withdrawal(year: int, obligatory_id: int) -> ResponseReturnValue:
    """Ask before a kontrollmoment stops being obligatory."""
    return _withdrawal_page(year, obligatory_id)


@municipal.post("/<int:obligatory_id>/ta-tillbaka")
@requires(Permission.PLAN_OBLIGE)
def withdraw(year: int, obligatory_id: int) -> ResponseReturnValue:
    """Make a kontrollmoment voluntary again."""
    return _withdrawal_page(year, obligatory_id, sent=True)


def _withdrawal_page(year: int, obligatory_id: int, *, sent: bool = False) -> ResponseReturnValue:
    row, form = load_or_404(obligatory_select(year, obligatory_id)), RemovalForm()

    def act(open_session: Session) -> str:
        withdraw_obligatory(
            open_session, row, row_version=row.row_version, actor=current_actor(), at=now()
        )
        return url_for("obligatory.index", year=year)

    done = "Kontrollmomentet är inte längre obligatoriskt."
    if sent and form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return page("plan/obligatory_withdraw.html", form=form, year=year, row=row, **WORDS_OF_A_PLAN)


@bp.post("/planer/<int:plan_id>/obligatoriska")
@requires(Permission.PLAN_EDIT)
def take_over(board: Board, plan_id: int) -> ResponseReturnValue:
    """Bring kommunstyrelsen's obligatory kontrollmoment into a draft."""
    plan = load_or_404(plan_select(board.id, plan_id))
    form, back = ButtonForm(), address("plan.show", board, plan_id=plan_id)

    def act(open_session: Session) -> str:
        take_over_obligatory(
            open_session,
            plan,
            controls_of(open_session, plan_id),
            actor=current_actor(),
            at=now(),
        )
        return back

    done = "De obligatoriska kontrollmomenten är inlagda."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return show_page(board, plan, form)
