"""Stickprovet: decide it, draw it, check it, hand out its record."""

from collections.abc import Sequence

from flask import Response, abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import DomainError
from internkontroll.organisation.models import Board
from internkontroll.review.queries import latest_result
from internkontroll.review.services import sample_is_needed
from internkontroll.sampling.forms import (
    DrawForm,
    SeedForm,
)
from internkontroll.sampling.models import (
    Draw,
    DrawState,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.queries import (
    check_draw,
    current_draw,
    draws_of,
    frozen_population,
    full_record,
    is_unreconciled,
    items_select,
    occurrences_of_draw,
    record_for_outside,
    sharable_occurrences,
    steps_of,
)
from internkontroll.sampling.rules import record_bytes, record_digest
from internkontroll.sampling.services import (
    METHODS,
    commit_draw,
    export_population,
    export_record,
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
from internkontroll.sampling.words import STEPS, WORDS
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.rules import short_text
from internkontroll.web.access import (
    current_actor,
    demand,
    may,
    now,
    recorded_reading,
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


def _draw_form(redraws: bool, low: int, sharable: Sequence[Occurrence] = ()) -> DrawForm:
    form = DrawForm(n=low, method=SelectionMethod.SRS_TICKET.value)
    form.also.choices = choices(
        (str(each.id), f"{each.control.number}. {short_text(each.control.text)}")
        for each in sharable
    )
    if not sharable:
        del form.also
    form.method.choices = choices([(each.value, WORDS[each].capitalize()) for each in METHODS])
    if not redraws:
        del form.reason
    return form


def _draw_new_page(
    board: Board, occurrence: Occurrence, form: DrawForm | None = None
) -> ResponseReturnValue:
    found = frozen_population(session(), occurrence.id)
    before = current_draw(session(), occurrence.id)
    if found is None and before is not None and before.population.is_frame:
        found = before.population
    if found is None or found.size is None:
        return page(
            "sampling/draw_new.html",
            None,
            board=board,
            occurrence=occurrence,
            found=None,
            may_load=may(Permission.POPULATION_LOAD, occurrence.subcommittee_id),
        )
    limits = size_limits(
        [(occurrence.control.sample_kind, occurrence.control.sample_n)], found.size
    )
    sharable = _sharable(occurrence, before)
    return page(
        "sampling/draw_new.html",
        form=form or _draw_form(before is not None, limits.low, sharable),
        rules={str(each.id): _rule_words(each, found.size) for each in sharable},
        board=board,
        occurrence=occurrence,
        found=found,
        limits=limits,
        before=before,
    )


def _rule_words(occurrence: Occurrence, size: int) -> str:
    control = occurrence.control
    return size_limits([(control.sample_kind, control.sample_n)], size).words


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
    """Decide the sample, before there is a seed."""
    occurrence = load_occurrence(board, occurrence_id)
    demand(Permission.SAMPLE_DRAW, occurrence.subcommittee_id)
    before = current_draw(session(), occurrence.id)
    found = frozen_population(session(), occurrence.id)
    if found is None and before is not None and before.population.is_frame:
        found = before.population
    if found is None:
        return _draw_new_page(board, occurrence)
    sharable = _sharable(occurrence, before)
    form = _draw_form(before is not None, 1, sharable)

    def act(open_session: Session) -> str:
        also = set(form.also.data or ()) if form.also else set()
        served = [occurrence, *(each for each in sharable if str(each.id) in also)]
        made = commit_draw(
            open_session,
            found,
            occurrences_of_draw(open_session, before.id) if before else served,
            method=SelectionMethod(form.method.data),
            n=form.n.data,
            redraw_of=before,
            reason=form.reason.data if before else None,
            actor=current_actor(),
            at=now(),
        )
        return address("sampling.draw", board, draw_id=made.id)

    if form.validate() and (answer := submit(form, act)):
        return answer
    return _draw_new_page(board, occurrence, form)


def _seed_form(committee_id: int | None) -> SeedForm:
    first = SeedSource.DICE if committee_id else SeedSource.SYSTEM
    form = SeedForm(source=first.value)
    form.source.choices = choices([(each.value, WORDS[each].capitalize()) for each in SeedSource])
    return form


def _draw_page(board: Board, found: Draw, form: SeedForm | None = None) -> ResponseReturnValue:
    occurrence = found.population.occurrence
    committee = occurrence.subcommittee_id
    drawn = found.state is DrawState.DRAWN
    all_draws = draws_of(session(), occurrence.id)
    is_current = not any(each.redraw_of_id == found.id for each in all_draws)
    open_frame = may_see_hash(found.population)
    return page(
        "sampling/draw.html",
        form=form or _seed_form(committee),
        board=board,
        draw=found,
        population=found.population,
        occurrence=occurrence,
        is_current=is_current,
        drawn=drawn,
        steps=steps_of(session(), found),
        step_words=STEPS,
        items=session().scalars(items_select(found.id)).all() if drawn else (),
        others=[each for each in all_draws if each.id != found.id],
        served=sorted(
            occurrences_of_draw(session(), found.id), key=lambda each: each.control.number
        ),
        targeted=found.method is SelectionMethod.TARGETED,
        unreconciled=is_unreconciled(found.population),
        may_draw=may(Permission.SAMPLE_DRAW, committee),
        may_read=may(Permission.SAMPLE_READ, committee),
        may_see_hash=open_frame,
        digest=record_digest(full_record(session(), found)) if drawn and open_frame else None,
    )


@bp.get("/dragning/<int:draw_id>")
@requires(Permission.OCCURRENCE_READ)
def draw(board: Board, draw_id: int) -> ResponseReturnValue:
    """The draw: what was decided, by whom and when, and the rows by their numbers."""
    return _draw_page(board, load_draw(board, draw_id))


@bp.post("/dragning/<int:draw_id>/fro")
@requires(Permission.SAMPLE_DRAW)
def seed(board: Board, draw_id: int) -> ResponseReturnValue:
    """Record the seed and draw."""
    found = load_draw(board, draw_id)
    committee = found.population.occurrence.subcommittee_id
    demand(Permission.SAMPLE_DRAW, committee)
    form = _seed_form(committee)

    def act(open_session: Session) -> str:
        seed_draw(
            open_session,
            found,
            source=SeedSource(form.source.data),
            digits=form.digits.data,
            reference=form.reference.data,
            actor=current_actor(),
            at=now(),
        )
        return address("sampling.draw", board, draw_id=draw_id)

    if form.validate() and (answer := submit(form, act, done="Stickprovet är draget.")):
        return answer
    return _draw_page(board, load_draw(board, draw_id), form)


@bp.get("/dragning/<int:draw_id>/kontroll")
@requires(Permission.OCCURRENCE_READ)
def check(board: Board, draw_id: int) -> ResponseReturnValue:
    """Redraw from what is stored and say whether it comes out the same."""
    found = load_draw(board, draw_id)
    if found.state is not DrawState.DRAWN or found.method is SelectionMethod.TARGETED:
        abort(404)
    try:
        difference = check_draw(session(), found)
    except DomainError as error:
        difference = error.sentence
    return page(
        "sampling/check.html",
        board=board,
        draw=found,
        population=found.population,
        occurrence=found.population.occurrence,
        difference=difference,
        may_read=may(Permission.SAMPLE_READ, found.population.occurrence.subcommittee_id),
    )


def _file(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.get("/dragning/<int:draw_id>/protokoll.json")
@requires(Permission.SAMPLE_READ)
def record_full(board: Board, draw_id: int) -> ResponseReturnValue:
    """The full record as a file; a reading in the trail."""
    with recorded_reading() as open_session:
        found = load_draw(board, draw_id)
        content = export_record(open_session, found, actor=current_actor(), at=now())
        name = f"dragning-{board.code.lower()}-{draw_id}.json"
    return _file(content, "application/json", name)


@bp.get("/dragning/<int:draw_id>/protokoll-forseglat.json")
@requires(Permission.OCCURRENCE_READ)
def record_sealed(board: Board, draw_id: int) -> ResponseReturnValue:
    """The sealed record as a file: it may leave the wall."""
    found = load_draw(board, draw_id)
    content = record_bytes(record_for_outside(session(), found))
    return _file(
        content, "application/json", f"dragning-{board.code.lower()}-{draw_id}-forseglad.json"
    )


@bp.get("/dragning/<int:draw_id>/lista.txt")
@requires(Permission.SAMPLE_READ)
def canonical(board: Board, draw_id: int) -> ResponseReturnValue:
    """The frozen list as its canonical file; a reading in the trail."""
    with recorded_reading() as open_session:
        found = load_draw(board, draw_id)
        content = export_population(open_session, found, actor=current_actor(), at=now())
        name = f"lista-{board.code.lower()}-{draw_id}.txt"
    return _file(content, "text/plain; charset=utf-8", name)
