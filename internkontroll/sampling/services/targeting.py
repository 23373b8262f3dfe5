"""Riktat urval: items chosen one by one, each with its reason. Never random, never a bound."""

import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.core.free_text import checked_text
from internkontroll.core.personal_id import find_personal_ids
from internkontroll.core.text import clean_line, folded_reference
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.sampling.models import (
    Draw,
    DrawOccurrence,
    DrawState,
    Population,
    PopulationState,
    SampleItem,
    SamplingEvent,
    SelectionMethod,
)
from internkontroll.sampling.queries import (
    frozen_population,
    latest_population,
    numbers_of,
    rows_of,
)
from internkontroll.sampling.rules import population_facts
from internkontroll.sampling.services.changing import bound
from internkontroll.sampling.services.commitment import bound_by, check_redraw, trail_draw
from internkontroll.sampling.services.contents import store_rows
from internkontroll.sampling.services.drawing import PROGRAM
from internkontroll.sampling.services.faults import MOST_CHARACTERS
from internkontroll.sampling.services.guards import (
    ask_to_draw,
    chain_of,
    lock,
    refuse_beside_attachments,
    refuse_closed,
    refuse_named_items,
)
from internkontroll.sampling.services.size import size_limits
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.services import mark_started
from internkontroll.trail.services import record

MOST_CHOSEN = 200
"""Most items of a riktat urval."""

_LIST_OPEN = (
    "Det finns en lista som inte är fryst. Frys den om posterna ska väljas ur den, eller ta bort "
    "den."
)


@dataclass(frozen=True)
class ChosenItem:
    """Vald post: its reference, or its row number in the frozen list, and why it was chosen.

    ``line`` is where it was typed, from 0, so that a refusal can point at it.
    """

    reference: str
    reason: str
    line: int = 0


@dataclass(frozen=True)
class NamedItems:
    """Uppgifter om poster som nämns utan lista: what they are, where from, whether secret."""

    description: str
    source: str
    is_secret: bool = True
    attachments_confirmed: bool = False


def choose_items(
    session: Session,
    occurrence: Occurrence,
    chosen: Sequence[ChosenItem],
    *,
    named: NamedItems | None = None,
    redraw_of: Draw | None = None,
    reason: str | None = None,
    actor: Actor,
    at: datetime,
) -> Draw:
    """Välj ut poster riktat, each with its reason, and hand them to the review.

    Where the occurrence has a frozen list they must stand in it; otherwise ``named`` says what
    they are. Raises NotAllowed (needs sample:draw in the committee), InvalidTransition for a
    closed occurrence, one with a draw already or a list that is not frozen, and InvalidInput for
    an item without reason, one that is not in the list or is named twice, and for a number that
    the plan does not allow.
    """
    ask_to_draw(session, [occurrence], actor, at)
    lock(session, occurrence)
    refuse_closed(occurrence)
    population = frozen_population(session, occurrence.id)
    why = check_redraw(session, occurrence.board_id, [occurrence], redraw_of, reason)
    items = _checked(chosen)
    _check_number(occurrence, len(items), population)
    if population is None:
        if named is None:
            raise InvalidInput("Skriv vad posterna är.", field="description")
        population = _named_population(session, occurrence, items, named, actor=actor, at=at)
        rows = list(range(1, len(items) + 1))
    else:
        known = numbers_of(session, population.id, [item.reference for item in items])
        rows = [_row_of(population, item, known) for item in items]
        _refuse_doubles(items, rows)
    for item in items:
        refuse_named_items(session, occurrence.board_id, item.reason, f"items-{item.line}-reason")
    draw = Draw(
        board_id=occurrence.board_id,
        population_id=population.id,
        state=DrawState.DRAWN,
        method=SelectionMethod.TARGETED,
        n=len(items),
        parameters={},
        committed_at=at,
        committed_by_id=actor.user_id,
        drawn_at=at,
        drawn_by_id=actor.user_id,
        program=PROGRAM,
        redraw_of_id=redraw_of.id if redraw_of else None,
        redraw_reason=why,
        seal_key=secrets.token_hex(32),
    )
    session.add(draw)
    session.flush()
    session.add(DrawOccurrence(draw_id=draw.id, occurrence_id=occurrence.id))
    stored = rows_of(session, population.id)
    session.add_all(
        SampleItem(
            draw_id=draw.id,
            position=position,
            row_number=row,
            reference=stored[row - 1][0],
            amount=stored[row - 1][1],
            chosen_reason=item.reason,
        )
        for position, (row, item) in enumerate(zip(rows, items, strict=True), start=1)
    )
    mark_started(session, occurrence, actor=actor, at=at)
    session.flush()
    trail_draw(
        session,
        draw,
        SamplingEvent.ITEMS_CHOSEN,
        {
            "state": {"old": None, "new": DrawState.DRAWN.value},
            "population": population.id,
            "from_list": population.is_frame,
            "occurrences": [occurrence.id],
            "method": SelectionMethod.TARGETED.value,
            "n": len(items),
            "rows": rows,
            "redraw_of": draw.redraw_of_id,
            **bound_by(population, draw, "P", population.sha256 or ""),
        },
        actor=actor,
        at=at,
        reason=why,
    )
    return draw


def _checked(chosen: Sequence[ChosenItem]) -> list[ChosenItem]:
    """The items with cleaned texts, empty lines left out. Raises InvalidInput at the line."""
    items = []
    for item in chosen:
        reference, reason = clean_line(item.reference), clean_line(item.reason)
        if not reference and not reason:
            continue
        where = f"items-{item.line}-reference"
        if not reference:
            raise InvalidInput("Skriv vilken post det är.", field=where)
        if len(reference) > MOST_CHARACTERS:
            raise InvalidInput(f"Skriv högst {MOST_CHARACTERS} tecken.", field=where)
        if find_personal_ids(reference):
            raise InvalidInput(
                "Det ser ut som ett personnummer. Skriv ärendets eller postens beteckning.",
                field=where,
            )
        checked_text(reason, "Skriv varför posten valdes.", f"items-{item.line}-reason")
        items.append(ChosenItem(reference, reason, item.line))
    if not items:
        raise InvalidInput("Skriv minst en post och varför den valdes.", field="items-0-reference")
    if len(items) > MOST_CHOSEN:
        raise InvalidInput(f"Ett riktat urval har högst {MOST_CHOSEN} poster.")
    return items


def _check_number(occurrence: Occurrence, n: int, population: Population | None) -> None:
    control = occurrence.control
    if population is None and control.sample_kind is SampleKind.CENSUS:
        raise InvalidInput(
            "Planen säger att alla ska granskas. Läs in listan, så kan alla rader tas med."
        )
    size = population.size if population is not None and population.size else MOST_CHOSEN
    try:
        size_limits([(control.sample_kind, control.sample_n)], size).check(n, size)
    except InvalidInput as error:
        raise InvalidInput(error.sentence) from error


def _named_population(
    session: Session,
    occurrence: Occurrence,
    items: Sequence[ChosenItem],
    named: NamedItems,
    *,
    actor: Actor,
    at: datetime,
) -> Population:
    """The named items as rows of their own: no list to draw from, but just as hashed and secret."""
    latest = latest_population(session, occurrence.id)
    if latest is not None and latest.state in {PopulationState.LOADING, PopulationState.LOADED}:
        raise InvalidTransition(_LIST_OPEN)
    if named.is_secret:
        refuse_beside_attachments(occurrence, confirmed=named.attachments_confirmed)
    seen: dict[str, int] = {}
    for item in items:
        folded = unicodedata.normalize("NFC", item.reference)
        if folded in seen:
            raise InvalidInput(
                "Posten står två gånger. Ta bort den ena.", field=f"items-{item.line}-reference"
            )
        seen[folded] = item.line
    rows = [(item.reference, None) for item in items]
    facts = population_facts(rows)
    population = Population(
        board_id=occurrence.board_id,
        occurrence_id=occurrence.id,
        state=PopulationState.FROZEN,
        description=checked_text(named.description, "Skriv vad posterna är.", "description"),
        source=checked_text(named.source, "Skriv varifrån posterna kommer.", "source"),
        taken_out_by="den som gjorde urvalet",
        is_secret=named.is_secret,
        is_frame=False,
        file_name="",
        file_wanted=False,
        rows_read=len(rows),
        rows_total=len(rows),
        size=facts.count,
        negative_count=0,
        negative_sum=0,
        zero_count=0,
        sha256=facts.digest,
        sorted_sha256=facts.sorted_digest,
        seal_key=secrets.token_hex(32),
        received_by_id=actor.user_id,
        received_at=at,
        frozen_by_id=actor.user_id,
        frozen_at=at,
    )
    session.add(population)
    session.flush()
    store_rows(session, population, rows)
    for field, text in (("description", population.description), ("source", population.source)):
        refuse_named_items(session, occurrence.board_id, text, field)
    record(
        session,
        chain=chain_of(session, occurrence.board_id),
        actor=actor,
        at=at,
        event=SamplingEvent.POPULATION_FROZEN,
        subject=("population", population.id),
        data={
            "state": {"old": None, "new": PopulationState.FROZEN.value},
            "occurrence": occurrence.id,
            "named": True,
            "secret": population.is_secret,
            "N": facts.count,
            **bound("P", facts.digest, key=population.seal_key, secret=population.is_secret),
        },
    )
    return population


def _row_of(population: Population, item: ChosenItem, known: Mapping[str, list[int]]) -> int:
    """The row that a reference or a row number means. A reference goes before a number."""
    found = known[folded_reference(item.reference)]
    if len(found) == 1:
        return found[0]
    field = f"items-{item.line}-reference"
    if len(found) > 1:
        raise InvalidInput(
            "Beteckningen står på flera rader i listan. Skriv radens nummer.", field=field
        )
    digits = item.reference.lower().removeprefix("rad").strip()
    size = population.size or 0
    if digits.isascii() and digits.isdigit() and len(digits) < 10 and 1 <= int(digits) <= size:
        return int(digits)
    raise InvalidInput(
        f"Posten finns inte i listan. Skriv beteckningen som den står där, eller radens nummer "
        f"1 till {size}.",
        field=field,
    )


def _refuse_doubles(items: Sequence[ChosenItem], rows: Sequence[int]) -> None:
    seen: set[int] = set()
    for item, row in zip(items, rows, strict=True):
        if row in seen:
            raise InvalidInput(
                "Posten står två gånger. Ta bort den ena.", field=f"items-{item.line}-reference"
            )
        seen.add(row)
