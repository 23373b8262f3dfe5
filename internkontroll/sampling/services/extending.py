"""Utöka ett stickprov: a later round, with a reason, a commitment and a seed of its own."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.sampling import rules
from internkontroll.sampling.models import (
    Draw,
    DrawRound,
    DrawState,
    SampleItem,
    SamplingEvent,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.queries import items_select, occurrences_of_draw, strata_of
from internkontroll.sampling.rules import Stratum
from internkontroll.sampling.rules.figures import grouped
from internkontroll.sampling.services.commitment import bound_by, trail_draw
from internkontroll.sampling.services.drawing import (
    add_items,
    frozen_rows,
    refuse_redrawn,
    rows_drawn,
)
from internkontroll.sampling.services.guards import ask_to_draw, checked_reason, lock, refuse_closed
from internkontroll.sampling.services.seeds import checked_declaration, checked_seed
from internkontroll.schedule.models import OccurrenceState

_CLOSED = {
    OccurrenceState.PERFORMED: (
        "Slutsatsen väntar på underskrift, så stickprovet kan inte utökas. Be den som ska skriva "
        "under att lämna tillbaka den."
    ),
    OccurrenceState.APPROVED: "Slutsatsen är underskriven, så stickprovet kan inte utökas.",
}


def commit_extension(
    session: Session, draw: Draw, *, n: int, reason: str, actor: Actor, at: datetime
) -> DrawRound:
    """Besluta om en utökning: ``n`` more rows of those that no round or replacement has taken.

    Its reason and numbers stand in the trail before its seed exists. A stratified draw is extended
    in the shares of its first round. Raises NotAllowed (needs sample:draw in every committee),
    InvalidTransition for a draw that is not drawn, is redrawn, is not slumpmässig or has an
    extension waiting, and where a conclusion stands; InvalidInput for n and for a missing reason.
    """
    _open(session, draw, actor, at)
    if draw.method is SelectionMethod.TARGETED or draw.method.value not in rules.SRS_METHODS:
        raise InvalidTransition(
            "Bara ett slumpmässigt urval kan utökas. Gör om dragningen med ett skäl i stället."
        )
    if draw.state is not DrawState.DRAWN:
        raise InvalidTransition("Stickprovet är inte draget än. Dra det innan det utökas.")
    rounds = session.scalars(sa.select(DrawRound).where(DrawRound.draw_id == draw.id)).all()
    if any(not each.is_drawn for each in rounds):
        raise InvalidTransition(_WAITING)
    taken = _taken(session, draw)
    strata = strata_of(session, draw)
    left = _left(draw, strata, taken)
    if not left:
        raise InvalidTransition("Alla rader är redan dragna, så det finns inget att utöka med.")
    if not 1 <= n <= left:
        raise InvalidInput(
            f"{grouped(left)} rader är kvar att dra ur. Skriv 1 till {grouped(left)}.", field="n"
        )
    why = checked_reason(session, draw.board_id, reason, "Skriv varför stickprovet utökas.")
    extension = DrawRound(
        draw_id=draw.id,
        number=2 + len(rounds),
        n=n,
        n_by_stratum=_shares(strata, taken, n),
        reason=why,
        committed_at=at,
        committed_by_id=actor.user_id,
    )
    session.add(extension)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(_WAITING) from error
    session.expire(draw, ["extensions"])
    trail_draw(
        session,
        draw,
        SamplingEvent.EXTENSION_COMMITTED,
        {
            "round": extension.number,
            "n": n,
            **({"n_by_stratum": extension.n_by_stratum} if strata else {}),
        },
        actor=actor,
        at=at,
        reason=why,
    )
    return extension


_WAITING = "En utökning är redan beslutad och väntar på sina siffror. Dra den först."


def seed_extension(
    session: Session,
    draw: Draw,
    *,
    source: SeedSource,
    digits: str | None = None,
    reference: str | None = None,
    handled_rows: Sequence[int] | None = None,
    actor: Actor,
    at: datetime,
) -> DrawRound:
    """Dra utökningen that waits: its own seed is recorded and its rows follow those before, once.

    Raises as ``seed_draw`` does, and InvalidTransition where none waits or a conclusion stands.
    """
    _open(session, draw, actor, at)
    extension = session.scalar(
        sa.select(DrawRound).where(DrawRound.draw_id == draw.id, DrawRound.drawn_at.is_(None))
    )
    if extension is None:
        raise InvalidTransition("Ingen utökning väntar på siffror. Läs om sidan.")
    seed, reference = checked_seed(session, draw.board_id, source, digits, reference)
    declared = checked_declaration(
        occurrences_of_draw(session, draw.id), handled_rows, draw.population.size or 0, actor
    )
    earlier = {draw.seed, *(each.seed for each in draw.extensions)}
    if seed in earlier:
        raise InvalidInput(
            "Siffrorna är desamma som i en tidigare omgång. En utökning behöver nya siffror.",
            field="digits",
        )
    items = frozen_rows(session, draw.population)
    strata = [
        Stratum(each.name, each.rows, extension.n_by_stratum[each.name])
        for each in strata_of(session, draw)
    ]
    taken = _taken(session, draw)
    drawn = rows_drawn(items, draw, strata, extension.n, seed, taken=taken, number=extension.number)
    changed = session.scalar(
        sa.update(DrawRound)
        .where(DrawRound.id == extension.id, DrawRound.drawn_at.is_(None))
        .values(
            seed=seed,
            seed_source=source,
            seed_reference=reference,
            drawn_at=at,
            drawn_by_id=actor.user_id,
            handled_rows=declared,
        )
        .returning(DrawRound.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise InvalidTransition("Utökningen är redan dragen. Läs om sidan.")
    session.refresh(extension)
    last = session.scalar(
        sa.select(sa.func.max(SampleItem.position)).where(SampleItem.draw_id == draw.id)
    )
    add_items(session, draw, items, drawn, after=last or 0, number=extension.number)
    trail_draw(
        session,
        draw,
        SamplingEvent.EXTENSION_SEEDED,
        {
            "round": extension.number,
            "source": source.value,
            "rows": [row for _, rows in drawn for row in rows],
            **({} if declared is None else {"handled_rows": declared}),
            **bound_by(draw.population, draw, "seed", seed),
        },
        actor=actor,
        at=at,
    )
    return extension


def _open(session: Session, draw: Draw, actor: Actor, at: datetime) -> None:
    """Ask what both verbs ask first, and let those who work on the draw take turns."""
    occurrences = occurrences_of_draw(session, draw.id)
    ask_to_draw(session, occurrences, actor, at)
    for occurrence in occurrences:
        lock(session, occurrence)
        if sentence := _CLOSED.get(occurrence.state):
            raise InvalidTransition(sentence)
        refuse_closed(occurrence)
    session.refresh(draw)
    refuse_redrawn(session, draw)


def _taken(session: Session, draw: Draw) -> list[int]:
    return [item.row_number for item in session.scalars(items_select(draw.id))]


def _left(draw: Draw, strata: Sequence[Stratum], taken: Sequence[int]) -> int:
    whole = sum(len(each.rows) for each in strata) if strata else draw.population.size or 0
    return whole - len(taken)


def _shares(strata: Sequence[Stratum], taken: Sequence[int], n: int) -> dict[str, int]:
    if not strata:
        return {}
    gone = set(taken)
    sizes = [len(each.rows) for each in strata]
    left = [len(set(each.rows) - gone) for each in strata]
    shares = rules.extended([each.n for each in strata], sizes, left, n)
    return {each.name: share for each, share in zip(strata, shares, strict=True)}
