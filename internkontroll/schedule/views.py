"""Kontrolltillfällen: årets lista, ett tillfälle med sitt nästa steg, ej genomförd."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidTransition
from internkontroll.findings.queries import findings_of_occurrence, label
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import subcommittees_of
from internkontroll.organisation.rules import FIRST_YEAR, LAST_YEAR
from internkontroll.plan.queries import decided_plan
from internkontroll.review.queries import review_items, standing_conclusion
from internkontroll.review.services import may_sign
from internkontroll.sampling.models import PopulationState
from internkontroll.sampling.queries import SamplingProgress, sampling_progress
from internkontroll.schedule.forms import ButtonForm, NotPerformedForm
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import (
    Committees,
    Filters,
    areas_of_year,
    occurrence_select,
    occurrences_select,
    standing_non_performance,
    years_with_plan,
)
from internkontroll.schedule.rules import (
    SKIPPABLE_STATES,
    STEPS_DONE,
    Stage,
    StageFacts,
    days_late,
    short_text,
    stage_of,
)
from internkontroll.schedule.services import (
    REASON_MAX,
    Generated,
    generate_occurrences,
    record_not_performed,
    withdraw_not_performed,
)
from internkontroll.schedule.words import (
    FILTER_LABELS,
    STAGES,
    STATE_FILTERS,
    STEP_NAMES,
    generated_sentence,
    late_word,
    origin_words,
)
from internkontroll.web.access import (
    current_actor,
    demand,
    load_or_404,
    may,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.filters import has_endpoint
from internkontroll.web.pagination import Sort, paginate, requested_page, requested_sort
from internkontroll.web.submission import page, submit

bp = Blueprint("schedule", __name__, url_prefix="/namnd/<board_code>")

LATE = "forsenade"
BY_DUE = Sort("senast")


@dataclass(frozen=True)
class StepShown:
    """One step of the stepper."""

    name: str
    status: str
    url: str | None = None


@dataclass(frozen=True)
class NextStep:
    """Nästa steg: the sentence, and the button if the reader may press it; else who may."""

    sentence: str
    button: str
    url: str | None
    who: str | None


def _reach(board: Board) -> Committees:
    return committees_within_reach(current_actor(), board.id, today())


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


def _list_page(board: Board, year: int, form: ButtonForm) -> ResponseReturnValue:
    filters = _asked_filters()
    sort = requested_sort(request.args, ("senast", "nr"), BY_DUE)
    reach = _reach(board)
    select = occurrences_select(
        board.id,
        year,
        filters,
        committees=reach,
        by_control=sort.key == "nr",
        descending=sort.descending,
    )
    shown = paginate(session(), select, requested_page(request.args))
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
    form = ButtonForm()
    plan = decided_plan(session(), board.id, year)
    results: list[Generated] = []

    def act(open_session: Session) -> str:
        if plan is None:
            raise InvalidTransition(
                f"Nämnden har ingen beslutad plan för {year}. Registrera beslutet först."
            )
        results.append(generate_occurrences(open_session, plan, actor=current_actor(), at=now()))
        return url_for("schedule.index", board_code=board.code.lower(), ar=year)

    if form.validate() and (answer := submit(form, act)):
        for result in results:
            flash(generated_sentence(result.new, result.known))
            for remark in result.remarks:
                flash(remark, "warn")
        return answer
    return _list_page(board, year, form)


def _load(board: Board, occurrence_id: int) -> Occurrence:
    """The occurrence; another committee's does not exist for a reader without its grant."""
    return load_or_404(occurrence_select(board.id, occurrence_id, committees=_reach(board)))


def _review(occurrence: Occurrence, sampling: SamplingProgress) -> tuple[int, int, int]:
    """How many items are to be judged, how many are, and the first that is not (its position)."""
    if not sampling.is_drawn or sampling.draw is None:
        return 0, 0, 1
    items = [
        item for item in review_items(session(), occurrence.id, sampling.draw.id) if item.stands
    ]
    waiting = [item.position for item in items if not item.judged]
    return len(items), len(items) - len(waiting), waiting[0] if waiting else 1


def _stage_facts(sampling: SamplingProgress, items: int, judged: int) -> StageFacts:
    population = sampling.population
    return StageFacts(
        has_list=population is not None and population.state is not PopulationState.REFUSED,
        is_frozen=sampling.is_frozen,
        has_draw=sampling.draw is not None,
        is_drawn=sampling.is_drawn,
        items=items,
        judged=judged,
    )


def _urls(
    board: Board, occurrence: Occurrence, sampling: SamplingProgress, position: int
) -> dict[str, str | None]:
    """Where each page of the work is, as far as it exists yet."""
    code = board.code.lower()

    def url(endpoint: str, **values: Any) -> str | None:
        if not has_endpoint(endpoint):
            return None
        return url_for(endpoint, board_code=code, **values)

    population, draw = sampling.population, sampling.draw
    here = {"occurrence_id": occurrence.id}
    return {
        "population_new": url("sampling.population_new", **here),
        "population": url("sampling.population", population_id=population.id)
        if population
        else None,
        "draw_new": url("sampling.draw_new", **here),
        "draw": url("sampling.draw", draw_id=draw.id) if draw else None,
        "item": url("review.item", position=position, **here) if sampling.is_drawn else None,
        "conclusion": url("review.conclusion", **here) if sampling.is_drawn else None,
    }


_WHERE: dict[Stage, tuple[str, Permission]] = {
    Stage.LIST_MISSING: ("population_new", Permission.POPULATION_LOAD),
    Stage.LIST_OPEN: ("population", Permission.POPULATION_LOAD),
    Stage.READY_TO_DRAW: ("draw_new", Permission.SAMPLE_DRAW),
    Stage.SEED_MISSING: ("draw", Permission.SAMPLE_DRAW),
    Stage.REVIEW: ("item", Permission.OCCURRENCE_PERFORM),
    Stage.CONCLUDE: ("conclusion", Permission.OCCURRENCE_PERFORM),
    Stage.SIGN: ("conclusion", Permission.CONCLUSION_SIGN),
    Stage.DONE: ("conclusion", Permission.OCCURRENCE_READ),
}
"""The page and the permission of what comes next."""


def _show_page(board: Board, occurrence: Occurrence, form: ButtonForm) -> ResponseReturnValue:
    sampling = sampling_progress(session(), occurrence.id)
    items, judged, position = _review(occurrence, sampling)
    stage = stage_of(occurrence.state, _stage_facts(sampling, items, judged))
    urls = _urls(board, occurrence, sampling, position)
    conclusion = standing_conclusion(session(), occurrence.id)
    committee_id = occurrence.subcommittee_id
    next_step = None
    if stage in _WHERE:
        name, permission = _WHERE[stage]
        allowed = may(permission, committee_id)
        if allowed and stage is Stage.SIGN and conclusion is not None:
            allowed = may_sign(session(), conclusion, current_actor())
        word = STAGES[stage]
        next_step = NextStep(
            word.sentence,
            word.button,
            urls[name] if allowed else None,
            None if allowed else word.who,
        )
    on = today()
    may_skip = may(Permission.OCCURRENCE_SKIP, committee_id)
    return page(
        "schedule/show.html",
        form=form,
        board=board,
        occurrence=occurrence,
        control=occurrence.control,
        title=short_text(occurrence.control.text),
        late=late_word(days_late(occurrence.due_on, occurrence.state, on)),
        steps=_steps(stage, urls),
        next_step=next_step,
        sampling=sampling,
        items=items,
        judged=judged,
        conclusion=conclusion,
        not_performed=standing_non_performance(session(), occurrence.id)
        if occurrence.state is OccurrenceState.NOT_PERFORMED
        else None,
        findings=[
            (label(finding, board), finding)
            for finding in findings_of_occurrence(session(), occurrence.id)
        ],
        may_skip=may_skip and occurrence.state in SKIPPABLE_STATES,
        may_withdraw=may_skip and occurrence.state is OccurrenceState.NOT_PERFORMED,
        may_record=may(Permission.FINDING_RECORD, committee_id)
        and occurrence.state is not OccurrenceState.NOT_PERFORMED,
        may_see_history=may(Permission.TRAIL_READ, committee_id),
        may_see_plan=may(Permission.PLAN_READ),
    )


def _steps(stage: Stage, urls: dict[str, str | None]) -> list[StepShown]:
    if stage not in STEPS_DONE:
        return []
    done = STEPS_DONE[stage]
    pages = (urls["population"], urls["draw"], urls["item"], urls["conclusion"], None)
    return [
        StepShown(
            name,
            "done" if number < done else "now" if number == done else "later",
            pages[number] if number < done else None,
        )
        for number, name in enumerate(STEP_NAMES)
    ]


@bp.get("/kontroller/<int:occurrence_id>")
@requires(Permission.OCCURRENCE_READ)
def show(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """The occurrence's page: how far it has come, what comes next, how it is to be done."""
    return _show_page(board, _load(board, occurrence_id), ButtonForm())


def _not_performed_page(
    board: Board, occurrence: Occurrence, form: NotPerformedForm
) -> ResponseReturnValue:
    return page(
        "schedule/not_performed.html",
        form=form,
        board=board,
        occurrence=occurrence,
        control=occurrence.control,
        name=short_text(occurrence.control.text),
        reason_max=REASON_MAX,
    )


@bp.get("/kontroller/<int:occurrence_id>/ej-genomford")
@requires(Permission.OCCURRENCE_SKIP)
def not_performed(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Ask why the occurrence is not done."""
    occurrence = _load(board, occurrence_id)
    demand(Permission.OCCURRENCE_SKIP, occurrence.subcommittee_id)
    return _not_performed_page(board, occurrence, NotPerformedForm())


def _address(board: Board, occurrence: Occurrence) -> str:
    return url_for("schedule.show", board_code=board.code.lower(), occurrence_id=occurrence.id)


@bp.post("/kontroller/<int:occurrence_id>/ej-genomford")
@requires(Permission.OCCURRENCE_SKIP)
def save_not_performed(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Record that the occurrence is not done, with the reason."""
    occurrence = _load(board, occurrence_id)
    demand(Permission.OCCURRENCE_SKIP, occurrence.subcommittee_id)
    form = NotPerformedForm()

    def act(open_session: Session) -> str:
        record_not_performed(
            open_session, occurrence, form.reason.data or "", actor=current_actor(), at=now()
        )
        return _address(board, occurrence)

    if form.validate() and (
        answer := submit(form, act, done="Kontrollen är anmäld som ej genomförd.")
    ):
        return answer
    return _not_performed_page(board, occurrence, form)


@bp.post("/kontroller/<int:occurrence_id>/ateruppta")
@requires(Permission.OCCURRENCE_SKIP)
def resume(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Take "ej genomförd" back."""
    occurrence = _load(board, occurrence_id)
    demand(Permission.OCCURRENCE_SKIP, occurrence.subcommittee_id)
    form = ButtonForm()

    def act(open_session: Session) -> str:
        withdraw_not_performed(open_session, occurrence, actor=current_actor(), at=now())
        return _address(board, occurrence)

    if form.validate() and (answer := submit(form, act, done="Kontrollen kan göras igen.")):
        return answer
    return _show_page(board, occurrence, form)
