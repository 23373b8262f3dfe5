"""Draw with the seed, and replace what does not apply."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.sampling import rules
from internkontroll.sampling.models import (
    Draw,
    DrawState,
    PopulationRow,
    SampleItem,
    SamplingEvent,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.queries import (
    items_select,
    occurrences_of_draw,
    rows_of,
)
from internkontroll.sampling.rules.selection import SEED_DIGITS
from internkontroll.sampling.services.commitment import bound_by, trail_draw
from internkontroll.sampling.services.guards import (
    ask,
    checked_reason,
    lock,
    refuse_closed,
)

PROGRAM = f"internkontroll {version('internkontroll')}"
SYSTEM_DIGITS = 40
SEED_REFERENCE_MAX = 200


def system_digits() -> str:
    """Programmets egna siffror: 40 decimal digits from the operating system's generator."""
    return f"{secrets.randbelow(10**SYSTEM_DIGITS):0{SYSTEM_DIGITS}d}"


def seed_draw(
    session: Session,
    draw: Draw,
    *,
    source: SeedSource,
    digits: str | None = None,
    reference: str | None = None,
    actor: Actor,
    at: datetime,
) -> Draw:
    """Dra stickprovet: the seed is recorded and the rows it selects are stored, once.

    ``digits`` are at least 20 (not for the system's own, which the program makes); ``reference`` is
    the role of the witness of the dice, or what and when the public source was. Raises NotAllowed,
    InvalidInput for such a seed, InvalidTransition for a draw that has been drawn or redrawn,
    Conflict if the stored list is no longer the frozen one.
    """
    occurrences = occurrences_of_draw(session, draw.id)
    ask(actor, Permission.SAMPLE_DRAW, occurrences, at)
    for occurrence in occurrences:
        lock(session, occurrence)
        refuse_closed(occurrence)
    seed, reference = _checked_seed(session, draw, source, digits, reference)
    session.refresh(draw)
    _refuse_redrawn(session, draw)
    if draw.state is not DrawState.COMMITTED:
        raise InvalidTransition(_DRAWN)
    population = draw.population
    items = rows_of(session, population.id)
    if not items or rules.population_hash(items) != population.sha256:
        raise Conflict(
            "Listan är inte densamma som när den frystes, så stickprovet drogs inte. "
            "Läs in listan igen och gör om urvalet."
        )
    rows = rules.draw(items, draw.method.value, draw.n, seed)
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
        },
    )
    session.add_all(
        SampleItem(
            draw_id=draw.id,
            position=position,
            row_number=row,
            reference=items[row - 1][0],
            amount=items[row - 1][1],
        )
        for position, row in enumerate(rows, start=1)
    )
    session.flush()
    trail_draw(
        session,
        draw,
        SamplingEvent.DRAW_SEEDED,
        {
            "state": {"old": DrawState.COMMITTED.value, "new": DrawState.DRAWN.value},
            "source": source.value,
            "rows": rows,
            **bound_by(population, draw, "seed", seed),
        },
        actor=actor,
        at=at,
    )
    return draw


_DRAWN = (
    "Stickprovet är redan draget. Vill du dra ett nytt gör du om dragningen och skriver varför."
)


def _checked_seed(
    session: Session, draw: Draw, source: SeedSource, digits: str | None, reference: str | None
) -> tuple[str, str | None]:
    if source is SeedSource.SYSTEM:
        if (digits or "").strip():
            raise InvalidInput(
                "Du har skrivit siffror men valt programmets egna. Ta bort siffrorna, eller välj "
                "tärning eller offentlig källa.",
                field="source",
            )
        return system_digits(), None
    try:
        seed = rules.check_seed_digits(digits or "")
    except InvalidInput as error:
        raise InvalidInput(_digits_sentence((digits or "").strip()), field="digits") from error
    missing = (
        "Skriv vem som såg tärningarna slås, till exempel ”ordförande”."
        if source is SeedSource.DICE
        else "Skriv vilken källan är och när den lästes."
    )
    said = checked_reason(session, draw.board_id, reference, missing, "reference")
    if len(said) > SEED_REFERENCE_MAX:
        raise InvalidInput(f"Skriv högst {SEED_REFERENCE_MAX} tecken.", field="reference")
    return seed, said


def _digits_sentence(typed: str) -> str:
    if typed.isascii() and (typed.isdigit() or not typed):
        return f"Du har skrivit {len(typed)} siffror. Det behövs minst {SEED_DIGITS}."
    return f"Skriv bara siffrorna 0–9, minst {SEED_DIGITS} i följd."


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


def _refuse_redrawn(session: Session, draw: Draw) -> None:
    if session.scalar(sa.select(Draw.id).where(Draw.redraw_of_id == draw.id)) is not None:
        raise InvalidTransition("Dragningen är omgjord. Läs om sidan och se vilken som gäller.")


def replace_item(
    session: Session, draw: Draw, item: SampleItem, *, reason: str, actor: Actor, at: datetime
) -> SampleItem:
    """Ersätt en post som är helt ej tillämplig with the next row of the same order.

    That the item is wholly not applicable is the review's to know: its verb asks before it calls
    this one. Raises NotAllowed, InvalidTransition for an item that is replaced already, for a draw
    that is redrawn and when no row is left, InvalidInput without a reason.
    """
    occurrences = occurrences_of_draw(session, draw.id)
    ask(actor, Permission.SAMPLE_DRAW, occurrences, at)
    for occurrence in occurrences:
        lock(session, occurrence)
        refuse_closed(occurrence)
    _refuse_redrawn(session, draw)
    if draw.method is SelectionMethod.TARGETED:
        raise InvalidTransition(
            "Urvalet är riktat och har ingen ordning att ersätta ur. Låt posten stå kvar och skriv "
            "varför, eller gör om urvalet."
        )
    if draw.seed is None or item.draw_id != draw.id:
        raise InvalidTransition("Stickprovet är inte draget, så ingen post kan ersättas.")
    items = session.scalars(items_select(draw.id)).all()
    if any(each.replaces_id == item.id for each in items):
        raise InvalidTransition("Posten är redan ersatt. Läs om sidan.")
    why = checked_reason(session, draw.board_id, reason, "Skriv varför posten ersätts.")
    following = rules.order(
        rows_of(session, draw.population_id),
        draw.method.value,
        draw.seed,
        taken=[each.row_number for each in items],
    )
    row = next(following, None)
    if row is None:
        raise InvalidTransition(
            "Alla rader i listan är redan dragna, så det finns ingen att ersätta med. "
            "Låt posten stå kvar som ej tillämplig."
        )
    found = session.get_one(PopulationRow, (draw.population_id, row))
    replacement = SampleItem(
        draw_id=draw.id,
        position=1 + max(each.position for each in items),
        row_number=row,
        reference=found.reference,
        amount=found.amount,
        replaces_id=item.id,
        replacement_reason=why,
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
