"""Ett kontrolltillfälle: how far it has come and its next step; ej genomförd."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.free_text import REASON_MAX
from internkontroll.findings.queries import findings_of_occurrence, label
from internkontroll.organisation.models import Board
from internkontroll.plan.rules.vocabulary import TECHNIQUE_TERMS
from internkontroll.review.queries import (
    attachments_of,
    latest_result,
    review_items,
    standing_conclusion,
)
from internkontroll.review.rules import may_record
from internkontroll.review.services import may_sign, permission_to_sign, sample_is_needed
from internkontroll.sampling.models import PopulationState
from internkontroll.sampling.queries import (
    SamplingProgress,
    sampling_progress,
    secret_list_stands,
)
from internkontroll.sampling.services import refuse_named_items
from internkontroll.schedule.forms import NotPerformedForm
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.queries import (
    frame_of_occurrence,
    moves_of,
    occurrence_select,
    reviews_cases,
    standing_non_performance,
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
    record_not_performed,
    withdraw_not_performed,
)
from internkontroll.schedule.views.blueprint import bp, reach_of
from internkontroll.schedule.words import (
    STAGES,
    STEP_NAMES,
    UNSAMPLED_STEPS,
    frame_sentence,
    late_word,
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
from internkontroll.web.forms import ButtonForm
from internkontroll.web.submission import page, submit


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


def _load(board: Board, occurrence_id: int) -> Occurrence:
    """The occurrence; another committee's does not exist for a reader without its grant."""
    return load_or_404(occurrence_select(board.id, occurrence_id, committees=reach_of(board)))


def _review(occurrence: Occurrence, sampling: SamplingProgress) -> tuple[int, int, int]:
    """How many items are to be judged, how many are, and the first that is not (its position)."""
    if not sampling.is_drawn or sampling.draw is None:
        return 0, 0, 1
    items = [
        item for item in review_items(session(), occurrence.id, sampling.draw.id) if item.stands
    ]
    waiting = [item.position for item in items if not item.judged]
    return len(items), len(items) - len(waiting), waiting[0] if waiting else 1


def _stage_facts(
    occurrence: Occurrence,
    sampling: SamplingProgress,
    items: int,
    judged: int,
    *,
    has_result: bool,
) -> StageFacts:
    population = sampling.population
    return StageFacts(
        needs_sample=sample_is_needed(occurrence.control),
        has_list=population is not None and population.state is not PopulationState.REFUSED,
        is_frozen=sampling.is_frozen,
        has_draw=sampling.draw is not None,
        is_drawn=sampling.is_drawn and not sampling.extension_waits,
        items=items,
        judged=judged,
        has_result=has_result,
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
        "conclusion": url("review.conclusion", **here),
        "result": url("review.result", **here),
        "evidence": url("review.evidence", **here),
        "shared": url("review.shared", **here),
        "targeted": url("sampling.targeted_new", **here),
        "meeting": url("committee.meeting", meeting_id=occurrence.meeting_id)
        if reviews_cases(occurrence)
        else None,
    }


_WHERE: dict[Stage, tuple[str, Permission]] = {
    Stage.LIST_MISSING: ("population_new", Permission.POPULATION_LOAD),
    Stage.LIST_OPEN: ("population", Permission.POPULATION_LOAD),
    Stage.READY_TO_DRAW: ("draw_new", Permission.SAMPLE_DRAW),
    Stage.SEED_MISSING: ("draw", Permission.SAMPLE_DRAW),
    Stage.REVIEW: ("item", Permission.OCCURRENCE_PERFORM),
    Stage.CONCLUDE: ("conclusion", Permission.OCCURRENCE_PERFORM),
    Stage.RESULT_MISSING: ("result", Permission.OCCURRENCE_PERFORM),
    Stage.CONCLUDE_UNSAMPLED: ("conclusion", Permission.OCCURRENCE_PERFORM),
    Stage.SIGN: ("conclusion", Permission.CONCLUSION_SIGN),
    Stage.DONE: ("conclusion", Permission.OCCURRENCE_READ),
}
"""The page and the permission of what comes next."""


def _show_page(board: Board, occurrence: Occurrence, form: ButtonForm) -> ResponseReturnValue:
    sampling = sampling_progress(session(), occurrence.id)
    items, judged, position = _review(occurrence, sampling)
    result = latest_result(session(), occurrence.id) if sampling.draw is None else None
    facts = _stage_facts(occurrence, sampling, items, judged, has_result=result is not None)
    stage = stage_of(occurrence.state, facts)
    urls = _urls(board, occurrence, sampling, position)
    conclusion = standing_conclusion(session(), occurrence.id)
    committee_id = occurrence.subcommittee_id
    next_step = None
    if stage in _WHERE:
        name, permission = _WHERE[stage]
        if stage is Stage.SIGN:
            permission = permission_to_sign(occurrence)
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
    frame = frame_of_occurrence(session(), occurrence)
    may_skip = may(Permission.OCCURRENCE_SKIP, committee_id)
    return page(
        "schedule/show.html",
        form=form,
        board=board,
        occurrence=occurrence,
        control=occurrence.control,
        title=short_text(occurrence.control.text),
        late=late_word(days_late(occurrence.due_on, occurrence.state, on)),
        steps=_steps(stage, urls, sampled=facts.is_sampled),
        may_load=may(Permission.POPULATION_LOAD, committee_id),
        population_new=urls["population_new"],
        unsampled=stage is Stage.RESULT_MISSING,
        urls=urls,
        result=result,
        technique_terms=TECHNIQUE_TERMS,
        may_record_result=stage is Stage.LIST_MISSING
        and may(Permission.OCCURRENCE_PERFORM, committee_id),
        records_freely=may_record(
            occurrence.control.technique,
            occurrence.control.sample_kind,
            occurrence.control.performed_by,
        ),
        may_choose=stage in {Stage.LIST_MISSING, Stage.READY_TO_DRAW}
        and may(Permission.SAMPLE_DRAW, committee_id),
        shares=sampling.serves,
        secret=sampling.has_secret_list
        if sampling.draw
        else secret_list_stands(session(), occurrence.id),
        attachments=[
            row
            for row in (attachments_of(session(), occurrence.id) if occurrence.attachments else ())
            if row.removed_at is None
        ],
        may_attach=occurrence.state in SKIPPABLE_STATES
        and may(Permission.OCCURRENCE_PERFORM, committee_id),
        next_step=next_step,
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
        may_move=may(Permission.OCCURRENCE_PLAN, committee_id)
        and occurrence.state in SKIPPABLE_STATES
        and occurrence.due_on >= on,
        moves=moves_of(session(), occurrence.id),
        frame=frame_sentence(frame) if frame else None,
        may_withdraw=may_skip and occurrence.state is OccurrenceState.NOT_PERFORMED,
        may_record=may(Permission.FINDING_RECORD, committee_id)
        and occurrence.state is not OccurrenceState.NOT_PERFORMED,
        may_see_history=may(Permission.TRAIL_READ, committee_id),
        may_see_plan=may(Permission.PLAN_READ),
    )


def _steps(stage: Stage, urls: dict[str, str | None], *, sampled: bool) -> list[StepShown]:
    if stage not in STEPS_DONE:
        return []
    done = STEPS_DONE[stage]
    third = urls["item"] if sampled else urls["result"]
    pages = (urls["population"], urls["draw"], third, urls["conclusion"], None)
    names = dict(enumerate(STEP_NAMES)) if sampled else UNSAMPLED_STEPS
    return [
        StepShown(
            name,
            "done" if number < done else "now" if number == done else "later",
            pages[number] if number < done else None,
        )
        for number, name in names.items()
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
        refuse_named_items(open_session, board.id, form.reason.data or "", "reason")
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
