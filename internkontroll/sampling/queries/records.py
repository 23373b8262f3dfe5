"""Build the record of a draw from what is stored, and check the draw against it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.errors import InvalidTransition
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, Plan
from internkontroll.sampling.models import (
    Draw,
    DrawOccurrence,
    DrawRound,
    DrawState,
    Population,
    SampleItem,
    SamplingEvent,
    SelectionMethod,
)
from internkontroll.sampling.queries.contents import rows_of
from internkontroll.sampling.queries.samples import items_select
from internkontroll.sampling.queries.strata import strata_of
from internkontroll.sampling.rules import (
    Choice,
    PopulationFacts,
    Record,
    Replacement,
    Round,
    Step,
    Stratum,
    as_ranges,
    draw_record,
    record_digest,
    sealed_record,
    sealed_targeted_record,
    targeted_record,
    verify,
)
from internkontroll.schedule.models import Occurrence
from internkontroll.trail.models import TrailPayload, TrailRow


def steps_of(
    session: Session, draw: Draw, *, known_titles: Mapping[int | None, str] | None = None
) -> list[Step]:
    """The steps taken so far, with when and by whom: a user's title, or "system (os user)".

    ``known_titles`` are those of the first round's users by id, if they are read already.
    """
    population = draw.population
    if draw.method is SelectionMethod.TARGETED:
        return _steps_of_choice(session, draw, known_titles)
    later = draw.extensions
    people = {population.frozen_by_id, draw.committed_by_id, draw.drawn_by_id}
    people |= {user_id for each in later for user_id in (each.committed_by_id, each.drawn_by_id)}
    titles = _titles(session, people, known_titles)
    frozen = ("population", population.id, SamplingEvent.POPULATION_FROZEN)
    committed = ("draw", draw.id, SamplingEvent.DRAW_COMMITTED)
    drawn = ("draw", draw.id, SamplingEvent.DRAW_SEEDED)
    taken: list[_Taken] = [
        ("frozen", population.frozen_at, population.frozen_by_id, frozen, 1),
        ("committed", draw.committed_at, draw.committed_by_id, committed, 1),
        *(
            (name, draw.drawn_at, draw.drawn_by_id, drawn, 1)
            for name in ("seeded", "drawn", "recorded")
        ),
    ]
    committed = ("draw", draw.id, SamplingEvent.EXTENSION_COMMITTED)
    drawn = ("draw", draw.id, SamplingEvent.EXTENSION_SEEDED)
    for each in later:
        taken.append(("committed", each.committed_at, each.committed_by_id, committed, each.number))
        taken.extend(
            (name, each.drawn_at, each.drawn_by_id, drawn, each.number)
            for name in ("seeded", "drawn", "recorded")
        )
    return [
        Step(
            name,
            at,
            titles[user_id] if user_id else _system_name(session, draw.board_id, *where),
            number,
        )
        for name, at, user_id, where, number in taken
        if at is not None
    ]


_Taken = tuple[str, datetime | None, int | None, tuple[str, int, SamplingEvent], int]
"""A step's name, when, by which user, where the trail tells of it, and its round."""


def _titles(
    session: Session,
    people: Collection[int | None],
    known: Mapping[int | None, str] | None,
) -> Mapping[int | None, str]:
    """What the users are called; nothing is read of those whose titles are known."""
    titles = dict(known or {})
    if unknown := [each for each in people if each is not None and each not in titles]:
        rows = session.execute(sa.select(User.id, User.title).where(User.id.in_(unknown)))
        titles |= {row.id: row.title for row in rows}
    return titles


def _steps_of_choice(
    session: Session, draw: Draw, known_titles: Mapping[int | None, str] | None
) -> list[Step]:
    """A riktat urval has no seed: the list was frozen, if there is one, and the items chosen."""
    population = draw.population
    titles = _titles(session, (population.frozen_by_id, draw.drawn_by_id), known_titles)
    frozen = ("population", population.id, SamplingEvent.POPULATION_FROZEN)
    chosen = ("draw", draw.id, SamplingEvent.ITEMS_CHOSEN)
    taken = [("chosen", draw.drawn_at, draw.drawn_by_id, chosen)]
    if population.is_frame:
        taken.insert(0, ("frozen", population.frozen_at, population.frozen_by_id, frozen))
    return [
        Step(name, at, titles[user_id] if user_id else _system_name(session, draw.board_id, *where))
        for name, at, user_id, where in taken
        if at is not None
    ]


def _system_name(
    session: Session, board_id: int, kind: str, subject_id: int, event: SamplingEvent
) -> str:
    """The program itself, with the operating system's user as the trail has it."""
    body = session.scalar(
        sa.select(TrailPayload.body)
        .join(TrailRow, TrailRow.id == TrailPayload.row_id)
        .join(Board, Board.code == TrailRow.chain)
        .where(
            Board.id == board_id,
            TrailRow.subject_kind == kind,
            TrailRow.subject_id == subject_id,
            TrailRow.event == event.value,
        )
        .limit(1)
    )
    return f"system ({body['os_user']})" if body and body.get("os_user") else "system"


def population_facts_of(population: Population) -> PopulationFacts:
    """What was frozen, as stored: it stands also after the references are disposed of.

    Raises InvalidTransition for a list that is not frozen.
    """
    if population.sha256 is None or population.sorted_sha256 is None:
        raise InvalidTransition("Listan är inte fryst än. Frys den först.")
    return PopulationFacts(
        count=population.size or 0,
        total=population.positive_sum,
        negative_count=population.negative_count or 0,
        negative_sum=population.negative_sum or 0,
        zero_count=population.zero_count or 0,
        digest=population.sha256,
        sorted_digest=population.sorted_sha256,
    )


def is_unreconciled(population: Population) -> bool:
    """Ej avstämd: nobody counted N independently, or the controlled one made the list."""
    return population.made_by_controlled or not population.reconciliation


def _tells(value: Any) -> bool:
    # A sum of 0 tells something, and 0 is equal to False.
    return value is not None and value is not False and value != []


def _frame(population: Population) -> dict[str, Any]:
    # What came later is told only where there is something to tell: the digest of a record that is
    # printed on a document stays the same.
    later = {
        "filters": population.filters,
        "rows_in_file": population.rows_in_file if population.filters else None,
        "control_rows": population.expected_rows,
        "control_sum": population.expected_sum,
        "difference_reason": population.difference_reason,
        "known_departures": population.known_departures,
    }
    return {
        "description": population.description,
        "source": population.source,
        "query": population.query,
        "taken_out_by": population.taken_out_by,
        "taken_out_on": population.taken_out_on.isoformat() if population.taken_out_on else None,
        "reconciliation": population.reconciliation,
        "reconciled": not is_unreconciled(population),
        "made_by_controlled": population.made_by_controlled,
        "renumbered": population.renumbered,
        "secret": population.is_secret,
        **{name: value for name, value in later.items() if _tells(value)},
    }


ToldControl = tuple[int, str, int, int, str | None]
"""A kontrollmoment's number and text, and its plan's year, version and SHA-256."""

TOLD_OF_CONTROL = (Control.number, Control.text, Plan.year, Plan.version, Plan.content_sha256)
"""What :data:`ToldControl` is read from."""


def _controls(session: Session, draw: Draw) -> Sequence[ToldControl]:
    rows = session.execute(
        sa.select(*TOLD_OF_CONTROL)
        .join(Plan, Plan.id == Control.plan_id)
        .join(Occurrence, Occurrence.control_id == Control.id)
        .join(DrawOccurrence, DrawOccurrence.occurrence_id == Occurrence.id)
        .where(DrawOccurrence.draw_id == draw.id)
        .order_by(Control.number)
    )
    return list(rows)


def _told_control(
    number: int, text: str, year: int, version: int, sha256: str | None
) -> dict[str, Any]:
    return {
        "number": number,
        "text": text,
        "plan_version": f"{year}:{version}",
        "plan_sha256": sha256,
    }


def full_record(
    session: Session,
    draw: Draw,
    *,
    known_items: Sequence[SampleItem] | None = None,
    known_steps: Sequence[Step] | None = None,
    known_controls: Sequence[ToldControl] | None = None,
) -> Record:
    """Dragningsprotokoll: the full record of a draw, for use inside the wall.

    ``known_items``, ``known_steps`` and ``known_controls`` are the draw's own, all of them, if they
    are read already.
    Replacements stand in it as they are now. The latest drawn one before it that it redraws is
    named by the digest of its record. Raises InvalidTransition for one that is not drawn yet.
    """
    if draw.method is not SelectionMethod.TARGETED and (
        draw.seed is None or draw.seed_source is None or draw.program is None
    ):
        raise InvalidTransition("Stickprovet är inte draget än, så det finns inget protokoll.")
    items = session.scalars(items_select(draw.id)).all() if known_items is None else known_items
    steps = steps_of(session, draw) if known_steps is None else known_steps
    controls = _controls(session, draw) if known_controls is None else known_controls
    told = [_told_control(*each) for each in controls]
    if draw.method is SelectionMethod.TARGETED:
        return _record_of_choice(session, draw, items, steps, told)
    strata = strata_of(session, draw)
    return draw_record(
        program=draw.program or "",
        board=session.get_one(Board, draw.board_id).code,
        controls=told,
        frame=_frame(draw.population),
        population=population_facts_of(draw.population),
        method=draw.method.value,
        n=draw.n,
        k=draw.k,
        parameters=draw.parameters | _written(strata),
        steps=[step for step in steps if _is_done(draw, step.round)],
        rounds=_rounds(draw, items, strata),
        replacements=_replacements(items),
        redraw_of=_digest_before(session, draw),
        redraw_reason=draw.redraw_reason,
    )


def _digest_before(session: Session, draw: Draw) -> str | None:
    """The digest of the record it redraws. A commitment in between that was never drawn has none:
    then it is that of the one before, so that no drawn sample can be left out of the chain.
    """
    before = session.get(Draw, draw.redraw_of_id) if draw.redraw_of_id else None
    while before is not None and before.state is not DrawState.DRAWN:
        before = session.get(Draw, before.redraw_of_id) if before.redraw_of_id else None
    return record_digest(full_record(session, before)) if before is not None else None


def _is_done(draw: Draw, number: int) -> bool:
    """Whether the round is drawn: one that waits for its seed is not of the record yet."""
    return all(each.is_drawn for each in draw.extensions if each.number == number)


def _written(strata: Sequence[Stratum]) -> dict[str, Any]:
    if not strata:
        return {}
    return {
        "strata": [
            {"name": each.name, "rows": as_ranges(each.rows), "n": each.n} for each in strata
        ]
    }


def _rounds(draw: Draw, items: Sequence[SampleItem], strata: Sequence[Stratum]) -> list[Round]:
    first = {each.name: each.n for each in strata} or None
    made = [_round(draw, 1, draw.n, first, None, items)]
    made.extend(
        _round(each, each.number, each.n, each.n_by_stratum or None, each.reason, items)
        for each in draw.extensions
        if each.is_drawn
    )
    return made


def _round(
    seeded: Draw | DrawRound,
    number: int,
    n: int,
    n_by_stratum: Mapping[str, int] | None,
    reason: str | None,
    items: Sequence[SampleItem],
) -> Round:
    """One round; a row that several monetary units hit stands once for each of them."""
    source = seeded.seed_source
    own = [item for item in items if item.round == number and item.replaces_id is None]
    return Round(
        seeded.seed or "",
        {"kind": source.value if source else None, "reference": seeded.seed_reference},
        n,
        [row for item in own for row in [item.row_number] * item.hits],
        n_by_stratum,
        reason,
    )


def _replacements(items: Sequence[SampleItem]) -> list[Replacement]:
    """The replacements in the order made, each with how many rounds had been drawn before it."""
    rows = {item.id: item.row_number for item in items}
    made, rounds = [], 0
    for item in items:
        if item.replaces_id is None:
            rounds = item.round
            continue
        reason = item.replacement_reason or ""
        made.append(Replacement(rows[item.replaces_id], item.row_number, reason, rounds))
    return made


def _record_of_choice(
    session: Session,
    draw: Draw,
    items: Sequence[SampleItem],
    steps: Sequence[Step],
    controls: list[dict[str, Any]],
) -> Record:
    return targeted_record(
        program=draw.program or "",
        board=session.get_one(Board, draw.board_id).code,
        controls=controls,
        frame=_frame(draw.population),
        population=population_facts_of(draw.population),
        from_list=draw.population.is_frame,
        choices=[Choice(item.row_number, item.chosen_reason or "") for item in items],
        steps=steps,
        redraw_of=_digest_before(session, draw),
        redraw_reason=draw.redraw_reason,
    )


def record_for_outside(session: Session, draw: Draw, *, full: Record | None = None) -> Record:
    """The sealed record: nothing in it from which a case number could be tried out.

    ``full`` is its full record, if that is made already. Raises InvalidTransition once the
    references are purged: its key is destroyed with them.
    """
    if draw.population.purged_at is not None:
        raise InvalidTransition(
            "Listan är gallrad och nyckeln till det förseglade protokollet är förstörd. "
            "Använd det protokoll som hämtades före gallringen."
        )
    record = full_record(session, draw) if full is None else full
    if draw.method is SelectionMethod.TARGETED:
        return sealed_targeted_record(record, key=bytes.fromhex(draw.seal_key))
    return sealed_record(record, key=bytes.fromhex(draw.seal_key))


def check_draw(session: Session, draw: Draw) -> str | None:
    """Verifiera dragningen: redraw from the stored rows; the first difference, or None."""
    return verify(full_record(session, draw), rows_of(session, draw.population_id))
