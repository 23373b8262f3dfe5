"""Stickprovet: decide it, draw it, look at it."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.review.queries import latest_result
from internkontroll.review.services import sample_is_needed
from internkontroll.sampling.forms import WHOLE, DrawForm, SeedForm
from internkontroll.sampling.models import (
    Draw,
    DrawRound,
    DrawState,
    Population,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.queries import (
    PlannedStratum,
    current_draw,
    draws_of,
    frozen_population,
    full_record,
    is_unreconciled,
    items_select,
    occurrences_of_draw,
    planned_strata,
    sharable_occurrences,
    steps_of,
)
from internkontroll.sampling.rules import (
    SRS_METHODS,
    Allocation,
    Stratification,
    read_limits,
    record_digest,
)
from internkontroll.sampling.rules.ceremony import asks_for_ceremony
from internkontroll.sampling.services import (
    METHODS,
    commit_draw,
    seed_draw,
    size_limits,
)
from internkontroll.sampling.views.walls import (
    address,
    bp,
    load_draw,
    load_occurrence,
    may_see_hash,
)
from internkontroll.sampling.words import WORDS, seed_words, step_words
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import reviews_cases
from internkontroll.schedule.rules import short_text
from internkontroll.web.access import (
    current_actor,
    demand,
    may,
    now,
    requires,
    session,
)
from internkontroll.web.forms import choices
from internkontroll.web.submission import page, submit


def _sharable(occurrence: Occurrence, before: Draw | None) -> list[Occurrence]:
    """Kontrolltillfällen that may be judged on the same items, if the reader may draw for them."""
    if before is not None:
        return []
    return [
        each
        for each in sharable_occurrences(session(), occurrence)
        if sample_is_needed(each.control)
        and may(Permission.SAMPLE_DRAW, each.subcommittee_id)
        and latest_result(session(), each.id) is None
    ]


def _number_asked(name: str) -> int | None:
    """A number in the address, as the page of sizes sends it; nothing else is taken from there."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 7 else None


def _draw_form(redraws: bool, low: int, sharable: Sequence[Occurrence] = ()) -> DrawForm:
    form = DrawForm(
        n=_number_asked("n") or low,
        k=_number_asked("k") or 0,
        method=SelectionMethod.SRS_TICKET.value,
    )
    form.also.choices = choices(
        (str(each.id), f"{each.control.number}. {short_text(each.control.text)}")
        for each in sharable
    )
    if not sharable:
        del form.also
    form.method.choices = choices([(each.value, WORDS[each].capitalize()) for each in METHODS])
    form.allocation.choices = choices(
        [(each.value, WORDS[each].capitalize()) for each in Allocation]
    )
    if not redraws:
        del form.reason
    return form


def _list_of(occurrence: Occurrence, before: Draw | None) -> Population | None:
    """The frozen list to draw from; of a redraw the one that was drawn from, if no newer is."""
    found = frozen_population(session(), occurrence.id)
    if found is None and before is not None and before.population.is_frame:
        found = before.population
    return found


def _draw_new_page(
    board: Board,
    occurrence: Occurrence,
    form: DrawForm | None = None,
    strata: Sequence[PlannedStratum] = (),
) -> ResponseReturnValue:
    before = current_draw(session(), occurrence.id)
    found = _list_of(occurrence, before)
    if found is None or found.size is None:
        return page(
            "sampling/draw_new.html",
            None,
            board=board,
            occurrence=occurrence,
            found=None,
            may_load=may(Permission.POPULATION_LOAD, occurrence.subcommittee_id),
        )
    control = occurrence.control
    limits = size_limits([(control.sample_kind, control.sample_n)], found.size)
    sharable = _sharable(occurrence, before)
    if form is None:
        form = _draw_form(before is not None, limits.low, sharable)
        if limits.low == found.size:
            form.scope.data = WHOLE
    return page(
        "sampling/draw_new.html",
        form=form,
        rules={str(each.id): _rule_words(each, found.size) for each in sharable},
        board=board,
        occurrence=occurrence,
        found=found,
        limits=limits,
        before=before,
        strata=strata,
        advanced=_is_advanced(form),
    )


def _is_advanced(form: DrawForm) -> bool:
    """Whether what lies under Avancerat is in use, so that it stands unfolded."""
    fields = (form.method, form.limits, form.allocation, form.k)
    return bool(
        any(field.errors for field in fields)
        or form.method.data != SelectionMethod.SRS_TICKET.value
        or form.limits.data
        or form.k.data
    )


def _rule_words(occurrence: Occurrence, size: int) -> str:
    control = occurrence.control
    return size_limits([(control.sample_kind, control.sample_n)], size).words


def _parted(form: DrawForm) -> Stratification | None:
    """How the list is to be parted, if limits are typed. Raises InvalidInput at the field."""
    if not form.limits.data:
        return None
    return Stratification(read_limits(form.limits.data), Allocation(form.allocation.data))


def _n_of(form: DrawForm, found: Population) -> int:
    return (found.size or 0) if form.scope.data == WHOLE else (form.n.data or 0)


def _unseen_strata(form: DrawForm, found: Population) -> list[PlannedStratum]:
    """The allocation that has to be looked at before it is committed to; none where it was."""
    try:
        parted = _parted(form)
        if parted is None:
            return []
        planned = planned_strata(
            session(),
            found,
            method=SelectionMethod(form.method.data),
            n=_n_of(form, found),
            parted=parted,
        )
    except InvalidInput as error:
        form.refuse(error)
        return []
    told = ";".join([form.method.data, *(f"{each.band.name}={each.n}" for each in planned)])
    if form.seen.data == told:
        return []
    form.seen.data = told
    return planned


@bp.get("/kontroller/<int:occurrence_id>/urval")
@requires(Permission.SAMPLE_DRAW)
def draw_new(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """The form in which the sample is decided, for the first time or anew."""
    occurrence = load_occurrence(board, occurrence_id)
    demand(Permission.SAMPLE_DRAW, occurrence.subcommittee_id)
    return _draw_new_page(board, occurrence)


@bp.post("/kontroller/<int:occurrence_id>/urval")
@requires(Permission.SAMPLE_DRAW)
def commit(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Decide the sample, before there is a seed; an allocation over strata is shown first."""
    occurrence = load_occurrence(board, occurrence_id)
    demand(Permission.SAMPLE_DRAW, occurrence.subcommittee_id)
    before = current_draw(session(), occurrence.id)
    found = _list_of(occurrence, before)
    if found is None:
        return _draw_new_page(board, occurrence)
    sharable = _sharable(occurrence, before)
    form = _draw_form(before is not None, 1, sharable)
    if not form.validate():
        return _draw_new_page(board, occurrence, form)
    if (unseen := _unseen_strata(form, found)) or form.errors:
        return _draw_new_page(board, occurrence, form, unseen)

    def act(open_session: Session) -> str:
        also = set(form.also.data or ()) if form.also else set()
        served = [occurrence, *(each for each in sharable if str(each.id) in also)]
        made = commit_draw(
            open_session,
            found,
            occurrences_of_draw(open_session, before.id) if before else served,
            method=SelectionMethod(form.method.data),
            n=_n_of(form, found),
            k=form.k.data or 0,
            parted=_parted(form),
            redraw_of=before,
            reason=form.reason.data if before else None,
            actor=current_actor(),
            at=now(),
        )
        return address("sampling.draw", board, draw_id=made.id)

    if answer := submit(form, act):
        return answer
    return _draw_new_page(board, occurrence, form)


def seed_form(found: Draw) -> SeedForm:
    """The form of a seed: dice first where the ceremony is asked for."""
    source = SeedSource.DICE if is_ceremony(found) else SeedSource.SYSTEM
    form = SeedForm(source=source.value)
    form.source.choices = choices([(each.value, WORDS[each].capitalize()) for each in SeedSource])
    if not reviews_cases(found.population.occurrence):
        del form.handled, form.handled_rows
    return form


def is_ceremony(found: Draw) -> bool:
    """Whether the plan or the committee asks for dice before witnesses."""
    occurrence = found.population.occurrence
    return asks_for_ceremony(
        occurrence.control.method_text, in_committee=occurrence.subcommittee_id is not None
    )


def draw_page(board: Board, found: Draw, form: SeedForm | None = None) -> ResponseReturnValue:
    """The page of a draw; with a form whose seed was refused what was typed stands in it."""
    occurrence = found.population.occurrence
    committee = occurrence.subcommittee_id
    drawn = found.state is DrawState.DRAWN
    all_draws = draws_of(session(), occurrence.id)
    is_current = not any(each.redraw_of_id == found.id for each in all_draws)
    open_frame = may_see_hash(found.population)
    items = session().scalars(items_select(found.id)).all() if drawn else ()
    waiting = next((each for each in found.extensions if not each.is_drawn), None)
    may_draw = may(Permission.SAMPLE_DRAW, committee)
    steps = steps_of(session(), found)
    return page(
        "sampling/draw.html",
        form=form or seed_form(found),
        board=board,
        draw=found,
        population=found.population,
        occurrence=occurrence,
        is_current=is_current,
        drawn=drawn,
        waiting=waiting,
        ceremony=is_ceremony(found),
        seeds=_seeds(found, open_frame),
        steps=[(step_words(each.name, each.round), each) for each in steps],
        items=items,
        examined=sum(1 for item in items if item.replaces_id is None),
        others=[each for each in all_draws if each.id != found.id],
        served=sorted(
            occurrences_of_draw(session(), found.id), key=lambda each: each.control.number
        ),
        targeted=found.method is SelectionMethod.TARGETED,
        unreconciled=is_unreconciled(found.population),
        may_draw=may_draw,
        may_extend=drawn
        and is_current
        and may_draw
        and waiting is None
        and found.method.value in SRS_METHODS
        and len(items) < (found.population.size or 0),
        may_read=may(Permission.SAMPLE_READ, committee),
        may_see_hash=open_frame,
        digest=record_digest(full_record(session(), found, known_items=items, known_steps=steps))
        if drawn and open_frame
        else None,
    )


def _seeds(found: Draw, open_frame: bool) -> list[dict[str, Any]]:
    """Each round's seed and where it came from; the reference of a source only inside the wall."""
    seeded: list[tuple[int, Draw | DrawRound]] = [(1, found)]
    seeded += [(each.number, each) for each in found.extensions]
    return [
        {
            "round": number,
            "words": seed_words(each.seed_source, each.seed_reference if open_frame else None),
            "seed": each.seed if open_frame else None,
        }
        for number, each in seeded
        if each.seed_source is not None
    ]


@bp.get("/dragning/<int:draw_id>")
@requires(Permission.OCCURRENCE_READ)
def draw(board: Board, draw_id: int) -> ResponseReturnValue:
    """The draw: what was decided, by whom and when, and the rows by their numbers."""
    return draw_page(board, load_draw(board, draw_id))


@bp.post("/dragning/<int:draw_id>/fro")
@requires(Permission.SAMPLE_DRAW)
def seed(board: Board, draw_id: int) -> ResponseReturnValue:
    """Record the seed and draw."""
    return answer_seed(board, draw_id, seed_draw, "Stickprovet är draget.")


def answer_seed(
    board: Board, draw_id: int, verb: Callable[..., object], done: str
) -> ResponseReturnValue:
    """Draw by the verb with the seed that was sent: the draw itself, or an extension of it."""
    found = load_draw(board, draw_id)
    demand(Permission.SAMPLE_DRAW, found.population.occurrence.subcommittee_id)
    form = seed_form(found)

    def act(open_session: Session) -> str:
        verb(
            open_session,
            found,
            source=SeedSource(form.source.data),
            digits=form.digits.data,
            reference=form.reference.data,
            handled_rows=form.declared(),
            actor=current_actor(),
            at=now(),
        )
        return address("sampling.draw", board, draw_id=draw_id)

    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return draw_page(board, load_draw(board, draw_id), form)
