"""Årets lista över kontrolltillfällen, och att skapa dem."""

from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidTransition
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import subcommittees_of
from internkontroll.organisation.rules import FIRST_YEAR, LAST_YEAR
from internkontroll.plan.queries import decided_plan
from internkontroll.schedule.forms import GenerateForm
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import (
    Filters,
    areas_of_year,
    occurrences_select,
    years_with_plan,
)
from internkontroll.schedule.rules import (
    days_late,
    short_text,
)
from internkontroll.schedule.services import (
    Generated,
    generate_occurrences,
)
from internkontroll.schedule.views.blueprint import bp, reach_of
from internkontroll.schedule.words import (
    FILTER_LABELS,
    STATE_FILTERS,
    generated_sentence,
    late_word,
    origin_words,
)
from internkontroll.web.access import (
    current_actor,
    demand,
    may,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.forms import BaseForm, ButtonForm
from internkontroll.web.pagination import Page, Sort, paginate, requested_page, requested_sort
from internkontroll.web.submission import page, submit

LATE = "forsenade"
BY_DUE = Sort("senast")


def _asked_number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _asked_year() -> int:
    year = _asked_number("ar")
    return year if year is not None and FIRST_YEAR <= year <= LAST_YEAR else today().year


def _asked_filters() -> Filters:
    chosen = request.args.get("lage", "")
    return Filters(
        states=STATE_FILTERS.get(chosen, ()),
        area=request.args.get("omrade") or None,
        subcommittee_id=_asked_number("utskott"),
        control_id=_asked_number("kontroll"),
        late_on=today() if chosen == LATE else None,
    )


def _list_page(board: Board, year: int, form: BaseForm) -> ResponseReturnValue:
    filters = _asked_filters()
    sort = requested_sort(request.args, ("senast", "nr"), BY_DUE)
    reach = reach_of(board)
    select: Any = occurrences_select(
        board.id,
        year,
        filters,
        committees=reach,
        by_control=sort.key == "nr",
        descending=sort.descending,
    )
    shown: Page[Occurrence] = paginate(session(), select, requested_page(request.args))
    on = today()
    filtered = filters != Filters()
    plan = decided_plan(session(), board.id, year) if not shown.total and not filtered else None
    committees = [
        row for row in subcommittees_of(session(), board.id) if reach is None or row.id in reach
    ]
    return page(
        "schedule/index.html",
        form=form,
        board=board,
        year=year,
        year_options=[
            (known, known) for known in sorted({*years_with_plan(session(), board.id), year})
        ],
        shown=shown,
        sort=sort,
        late={row.id: late_word(days_late(row.due_on, row.state, on)) for row in shown.items},
        filters=filters,
        filtered=filtered,
        chosen=request.args.get("lage", ""),
        labels=FILTER_LABELS,
        area_options=[(name, name) for name in areas_of_year(session(), board.id, year)],
        committee_options=[(row.id, row.name) for row in committees],
        short_text=short_text,
        origin_words=origin_words,
        plan=plan,
        may_open=may(Permission.YEAR_OPEN),
    )


@bp.get("/kontroller")
@requires(Permission.OCCURRENCE_READ)
def index(board: Board) -> ResponseReturnValue:
    """The year's occurrences, those due first first."""
    return _list_page(board, _asked_year(), ButtonForm())


@bp.post(f"/kontroller/skapa/<int(min={FIRST_YEAR},max={LAST_YEAR}):year>")
@requires(Permission.YEAR_OPEN)
def generate(board: Board, year: int) -> ResponseReturnValue:
    """Make the occurrences that the year's decided plan calls for and that are missing."""
    demand(Permission.YEAR_OPEN)
    form = GenerateForm()
    plan = decided_plan(session(), board.id, year)
    results: list[Generated] = []

    def act(open_session: Session) -> str:
        if plan is None:
            raise InvalidTransition(
                f"Nämnden har ingen beslutad plan för {year}. Registrera beslutet först."
            )
        results.append(
            generate_occurrences(
                open_session,
                plan,
                ended_periods=form.ended_periods.data or None,
                actor=current_actor(),
                at=now(),
            )
        )
        return url_for("schedule.index", board_code=board.code.lower(), ar=year)

    if form.validate() and (answer := submit(form, act)):
        for result in results:
            flash(generated_sentence(result.new, result.known))
            for remark in result.remarks:
                flash(remark, "warn")
        return answer
    return _list_page(board, year, form)
