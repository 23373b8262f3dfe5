"""Verifiera en dragning mot filer som någon lämnar in."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.sampling.models import Draw, DrawState, SamplingEvent, SelectionMethod
from internkontroll.sampling.queries import (
    full_record,
    has_content,
    occurrences_of_draw,
    rows_of,
)
from internkontroll.sampling.rules import Item, record_bytes, verify
from internkontroll.sampling.rules.comparison import list_difference, record_difference
from internkontroll.sampling.rules.content import read_canonical
from internkontroll.sampling.services.commitment import trail_draw
from internkontroll.sampling.services.guards import ask
from internkontroll.sampling.services.reading import reading_of, rows_in

RECORD_MOST = 50_000_000
"""Most bytes of a handed-in record; the strata of a million rows take some megabytes."""
RECORD_ROOM = 1_000_000
"""Bytes that a handed-in record may always have, whatever the draw's own has."""


def verify_handed_in(
    session: Session,
    draw: Draw,
    *,
    record: Path | None,
    population: Path | None,
    population_name: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Verifiera mot inlämnade filer: the record, the list (canonical or original), or both.

    That it came out the same is one row of the trail. Raises NotAllowed (needs sample:read in
    every committee: on a secret list the answer would confirm a guess), InvalidTransition for a
    draw that cannot be verified, and InvalidInput with the first difference, or why a file cannot
    be read.
    """
    ask(actor, Permission.SAMPLE_READ, occurrences_of_draw(session, draw.id), at)
    if draw.state is not DrawState.DRAWN or draw.method is SelectionMethod.TARGETED:
        raise InvalidTransition("Här finns ingen dragning att verifiera.")
    if record is None and population is None:
        raise InvalidInput("Välj protokollet, populationsfilen eller båda.", field="record")
    own = full_record(session, draw)
    given = own if record is None else _read_record(record, own)
    there = has_content(session, draw.population_id)
    if record is not None and (difference := record_difference(own, given)):
        raise InvalidInput(difference, field="record")
    if population is not None:
        items = _read_list(draw, population, population_name)
        if there and (difference := list_difference(rows_of(session, draw.population_id), items)):
            raise InvalidInput(difference, field="population")
    elif there:
        items = rows_of(session, draw.population_id)
    else:
        raise InvalidInput(
            "Listans beteckningar är gallrade, så dragningen kan bara prövas mot populationsfilen. "
            "Välj den.",
            field="population",
        )
    field = "record" if population is None else "population"
    if difference := verify(given, items):
        raise InvalidInput(difference, field=field)
    trail_draw(
        session,
        draw,
        SamplingEvent.DRAW_VERIFIED,
        {"record": record is not None, "population": population is not None},
        actor=actor,
        at=at,
    )


def _read_record(path: Path, own: Mapping[str, Any]) -> Mapping[str, Any]:
    unreadable = InvalidInput(
        "Filen är inte ett dragningsprotokoll. Välj den JSON-fil som programmet lämnade ut.",
        field="record",
    )
    # Nested JSON takes many times its size in memory, so no more is read than the draw can need.
    if path.stat().st_size > min(RECORD_MOST, RECORD_ROOM + 4 * len(record_bytes(own))):
        raise unreadable
    try:
        text = path.read_bytes().decode("utf-8-sig")
        given = json.loads(text, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise unreadable from error
    if not isinstance(given, dict):
        raise unreadable
    if given.get("kind") == "sealed":
        raise InvalidInput(
            "Protokollet är förseglat: det saknar det som behövs för att dra om. Välj det "
            "fullständiga protokollet.",
            field="record",
        )
    if given.get("kind") != "full":
        raise unreadable
    return given


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The pairs as a mapping. A key given twice reads differently in different programs."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _read_list(draw: Draw, path: Path, name: str) -> list[Item]:
    """The rows of the canonical file, or of the original one read by the columns of the list."""
    content = path.read_bytes()
    population = draw.population
    original = (population.header, population.id_column or population.renumbered)
    is_canonical = hashlib.sha256(content).hexdigest() == population.sha256
    try:
        if is_canonical or not all(original) or _looks_canonical(content):
            return read_canonical(content)
        return rows_in(reading_of(population, path, name))
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field="population") from error


def _looks_canonical(content: bytes) -> bool:
    first = content.split(b"\n", 1)[0]
    _, tab, amount = first.partition(b"\t")
    return bool(tab) and (not amount or amount.lstrip(b"-").isdigit())
