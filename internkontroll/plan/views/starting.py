"""Begin a plan: empty, or as a copy of another year's or another board's.

What another board has decided is public: here, and only here, its plan is reached from a board's
own pages.
"""

from flask import flash
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.organisation.models import Board
from internkontroll.plan.forms.content import EMPTY, NewPlanForm
from internkontroll.plan.models import Plan
from internkontroll.plan.queries import copy_sources
from internkontroll.plan.rules.content import plan_title
from internkontroll.plan.services.starting import Started, copy_plan, start_plan
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
from internkontroll.plan.words import started_sentence
from internkontroll.web.access import current_actor, now, requires, session, today
from internkontroll.web.filters import state_word
from internkontroll.web.forms import choices
from internkontroll.web.submission import page, submit


@bp.get("/planer/ny")
@requires(Permission.PLAN_EDIT)
@within(EVERY_BOARD)
def new_plan(board: Board) -> ResponseReturnValue:
    """Choose the year, and what the plan begins with."""
    return _page(board)


@bp.post("/planer/ny")
@requires(Permission.PLAN_EDIT)
@within(EVERY_BOARD)
def create_plan(board: Board) -> ResponseReturnValue:
    """Begin the plan."""
    return _page(board, sent=True)


def _label(board: Board, plan: Plan) -> str:
    version = f", version {plan.version}" if plan.version > 1 else ""
    whose = "" if plan.board_id == board.id else f"{plan.board.name}: "
    return f"{whose}{plan_title(plan.year)}{version} ({state_word(plan.state).word.lower()})"


def _page(board: Board, *, sent: bool = False) -> ResponseReturnValue:
    sources = {plan.id: plan for plan in copy_sources(session(), board.id)}
    own = [plan for plan in sources.values() if plan.board_id == board.id]
    form = NewPlanForm(year=max((p.year for p in own), default=today().year) + 1 if own else None)
    form.source.choices = choices(
        [
            (EMPTY, "Ingenting: en tom plan"),
            *((str(id_), f"En kopia av {_label(board, plan)}") for id_, plan in sources.items()),
        ]
    )
    started: list[Started] = []

    def act(open_session: Session) -> str:
        actor, at, year = current_actor(), now(), form.year.data
        source = sources.get(form.source_id() or 0)
        if form.source_id() is not None and source is None:
            raise InvalidInput("Välj en plan i listan.", field="source")
        if source is None:
            made = start_plan(open_session, board, year, actor=actor, at=at)
        else:
            made = copy_plan(open_session, board, year, source, actor=actor, at=at)
        started.append(made)
        return address("plan.show", board, plan_id=made.plan.id)

    if sent and form.validate() and (answer := submit(form, act)):
        for made in started:
            source = sources.get(form.source_id() or 0)
            other = source.board.name if source and source.board_id != board.id else None
            flash(started_sentence(made, copied=source is not None, other_board=other))
        return answer
    return page("plan/new_plan.html", form=form, board=board, **WORDS_OF_A_PLAN)
