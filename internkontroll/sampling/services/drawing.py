"""Draw with the seed, and replace what does not apply."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.errors import Conflict, InvalidTransition
from internkontroll.sampling import rules
from internkontroll.sampling.models import (
    Draw,
    DrawRound,
    DrawState,
    Population,
    SampleItem,
    SamplingEvent,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.queries import (
    items_select,
    occurrences_of_draw,
    row_at,
    rows_of,
    strata_of,
)
from internkontroll.sampling.rules import Item, Stratum
from internkontroll.sampling.services.commitment import bound_by, trail_draw
from internkontroll.sampling.services.guards import (
    ask,
    ask_to_draw,
    checked_reason,
    lock,
    refuse_closed,
)
from internkontroll.sampling.services.seeds import checked_declaration, checked_seed

PROGRAM = f"internkontroll {version('internkontroll')}"


def seed_draw(
    session: Session,
    draw: Draw,
    *,
    source: SeedSource,
    digits: str | None = None,
    reference: str | None = None,
    handled_rows: Sequence[int] | None = None,
    actor: Actor,
    at: datetime,
) -> Draw:
    """Dra stickprovet: the seed is recorded and the rows it selects are stored, once.

    ``digits`` are at least 20 (not for the system's own, which the program makes); ``reference`` is
    the role of the witness of the dice, or what and when the public source was. ``handled_rows``:
    the rows whose cases the drawer has handled, asked for in an individutskott. Raises NotAllowed,
    InvalidInput for such a seed, InvalidTransition for a draw that has been drawn or redrawn,
    Conflict if the stored list is no longer the frozen one.
    """
    occurrences = occurrences_of_draw(session, draw.id)
    ask_to_draw(session, occurrences, actor, at)
    for occurrence in occurrences:
        lock(session, occurrence)
        refuse_closed(occurrence)
    seed, reference = checked_seed(session, draw.board_id, source, digits, reference)
    declared = checked_declaration(occurrences, handled_rows, draw.population.size or 0, actor)
    session.refresh(draw)
    refuse_redrawn(session, draw)
    if draw.state is not DrawState.COMMITTED:
        raise InvalidTransition(_DRAWN)
    items = frozen_rows(session, draw.population)
    drawn = rows_drawn(items, draw, strata_of(session, draw), draw.n, seed)
    _note_seed(
        session,
        draw,
        {
            "state": DrawState.DRAWN,
            "seed": seed,
            "seed_source": source,
            "seed_reference": reference,
            "program": PROGRAM,
            "drawn_at": at,
            "drawn_by_id": actor.user_id,
            "handled_rows": declared,
        },
    )
    add_items(session, draw, items, drawn, after=0, number=1)
    trail_draw(
        session,
        draw,
        SamplingEvent.DRAW_SEEDED,
        {
            "state": {"old": DrawState.COMMITTED.value, "new": DrawState.DRAWN.value},
            "source": source.value,
            "rows": [row for _, rows in drawn for row in rows],
            **({} if declared is None else {"handled_rows": declared}),
            **bound_by(draw.population, draw, "seed", seed),
        },
        actor=actor,
        at=at,
    )
    return draw


Drawn = list[tuple[str | None, list[int]]]
"""Row numbers in the order drawn, by stratum; under None where the list is not parted."""


def frozen_rows(session: Session, population: Population) -> list[Item]:
    """The rows of the list as they were frozen. Raises Conflict if they no longer are."""
    items = rows_of(session, population.id)
    if not items or rules.population_hash(items) != population.sha256:
        raise Conflict(
            "Listan är inte densamma som när den frystes, så stickprovet drogs inte. "
            "Läs in listan igen och gör om urvalet."
        )
    return items


def rows_drawn(
    items: Sequence[Item],
    draw: Draw,
    strata: Sequence[Stratum],
    n: int,
    seed: str,
    *,
    taken: Collection[int] = (),
    number: int = 1,
) -> Drawn:
    """What the seed selects in one round, whole or stratum by stratum."""
    method = draw.method.value
    if not strata:
        return [(None, rules.draw(items, method, n, seed, taken=taken, round=number))]
    drawn = rules.draw_stratified(items, strata, method, seed, taken=taken, round=number)
    return list(drawn.items())


def add_items(
    session: Session, draw: Draw, items: Sequence[Item], drawn: Drawn, *, after: int, number: int
) -> None:
    """Store what a round drew, from position ``after`` + 1; a row hit several times stands once."""
    position = after
    for stratum, rows in drawn:
        for row, hits in Counter(rows).items():
            position += 1
            session.add(
                SampleItem(
                    draw_id=draw.id,
                    position=position,
                    row_number=row,
                    reference=items[row - 1][0],
                    amount=items[row - 1][1],
                    round=number,
                    hits=hits,
                    stratum=stratum,
                )
            )
    session.flush()


_DRAWN = (
    "Stickprovet är redan draget. Vill du dra ett nytt gör du om dragningen och skriver varför."
)


def _note_seed(session: Session, draw: Draw, values: Mapping[str, Any]) -> None:
    """One seed per commitment: whoever comes second finds no row to change."""
    session.flush()
    changed = session.scalar(
        sa.update(Draw)
        .where(Draw.id == draw.id, Draw.state == DrawState.COMMITTED)
        .values(**values)
        .returning(Draw.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise InvalidTransition(_DRAWN)
    session.refresh(draw)


def refuse_redrawn(session: Session, draw: Draw) -> None:
    """Raise InvalidTransition for a draw that another one has taken the place of."""
    if session.scalar(sa.select(Draw.id).where(Draw.redraw_of_id == draw.id)) is not None:
        raise InvalidTransition("Dragningen är omgjord. Läs om sidan och se vilken som gäller.")


def _refuse_waiting(session: Session, draw: Draw) -> None:
    """The rows that a committed extension counts on are not taken from it before it is drawn."""
    waiting = sa.select(DrawRound.id).where(
        DrawRound.draw_id == draw.id, DrawRound.drawn_at.is_(None)
    )
    if session.scalar(waiting) is not None:
        raise InvalidTransition(
            "En utökning är beslutad och väntar på sina siffror. Dra den först, ersätt sedan."
        )


def _seed_of_round(draw: Draw, number: int) -> str:
    """The seed of the round that an item comes from."""
    later = {each.number: each.seed for each in draw.extensions}
    return (draw.seed if number == 1 else later[number]) or ""


def replace_item(
    session: Session, draw: Draw, item: SampleItem, *, reason: str, actor: Actor, at: datetime
) -> SampleItem:
    """Ersätt en post som är helt ej tillämplig with the next row of the same order.

    That the item is wholly not applicable is the review's to know: its verb asks before it calls
    this one. Raises NotAllowed, InvalidTransition for an item that is replaced already, for a draw
    that is redrawn, while an extension waits and when no row is left, and InvalidInput without a
    reason.
    """
    occurrences = occurrences_of_draw(session, draw.id)
    ask(actor, Permission.SAMPLE_DRAW, occurrences, at)
    for occurrence in occurrences:
        lock(session, occurrence)
        refuse_closed(occurrence)
    refuse_redrawn(session, draw)
    if draw.method is SelectionMethod.TARGETED:
        raise InvalidTransition(
            "Urvalet är riktat och har ingen ordning att ersätta ur. Låt posten stå kvar och skriv "
            "varför, eller gör om urvalet."
        )
    if draw.method.value not in rules.SRS_METHODS:
        raise InvalidTransition(
            "I ett systematiskt eller beloppsviktat urval finns ingen nästa post att ersätta med. "
            "Låt posten stå kvar och skriv varför, eller gör om dragningen."
        )
    if draw.seed is None or item.draw_id != draw.id:
        raise InvalidTransition("Stickprovet är inte draget, så ingen post kan ersättas.")
    _refuse_waiting(session, draw)
    items = session.scalars(items_select(draw.id)).all()
    if any(each.replaces_id == item.id for each in items):
        raise InvalidTransition("Posten är redan ersatt. Läs om sidan.")
    why = checked_reason(session, draw.board_id, reason, "Skriv varför posten ersätts.")
    following = rules.order(
        rows_of(session, draw.population_id),
        draw.method.value,
        _seed_of_round(draw, item.round),
        taken=[each.row_number for each in items],
        round=item.round,
        stratum=next(
            (each for each in strata_of(session, draw) if each.name == item.stratum), None
        ),
    )
    row = next(following, None)
    if row is None:
        raise InvalidTransition(
            "Alla rader i listan är redan dragna, så det finns ingen att ersätta med. "
            "Låt posten stå kvar som ej tillämplig."
        )
    reference, amount = row_at(session, draw.population_id, row)
    replacement = SampleItem(
        draw_id=draw.id,
        position=1 + max(each.position for each in items),
        row_number=row,
        reference=reference,
        amount=amount,
        replaces_id=item.id,
        replacement_reason=why,
        round=item.round,
        stratum=item.stratum,
    )
    session.add(replacement)
    session.flush()
    trail_draw(
        session,
        draw,
        SamplingEvent.ITEM_REPLACED,
        {
            "position": item.position,
            "row": {"old": item.row_number, "new": row},
            "new_position": replacement.position,
        },
        actor=actor,
        at=at,
        reason=why,
    )
    return replacement
