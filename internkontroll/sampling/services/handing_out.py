"""What leaves with references or their hash in it: each time a reading in the trail, or nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.sampling.models import Draw, Population, SamplingEvent
from internkontroll.sampling.queries import (
    Row,
    canonical_of,
    full_record,
    items_select,
    occurrences_of_draw,
    population_facts_of,
    preview_rows,
)
from internkontroll.sampling.rules import record_bytes, record_digest
from internkontroll.sampling.services.guards import ask, chain_of
from internkontroll.trail.services import (
    ReadRows,
    chain_of_reader,
    record,
    record_reading,
)


def export_record(session: Session, draw: Draw, *, actor: Actor, at: datetime) -> bytes:
    """Hämta det fullständiga dragningsprotokollet; recorded as a reading.

    Raises NotAllowed (needs sample:read in every committee), InvalidTransition before the draw.
    """
    ask(actor, Permission.SAMPLE_READ, occurrences_of_draw(session, draw.id), at)
    full = full_record(session, draw)
    _reading(
        session,
        draw.population,
        [item.row_number for item in session.scalars(items_select(draw.id))],
        SamplingEvent.RECORD_EXPORTED,
        ("draw", draw.id),
        # The digest binds what was handed out; of a secret frame it would be something to try on.
        {} if draw.population.is_secret else {"sha256": record_digest(full)},
        actor=actor,
        at=at,
    )
    return record_bytes(full)


def export_population(session: Session, draw: Draw, *, actor: Actor, at: datetime) -> bytes:
    """Hämta den frysta listan som kanonisk fil; recorded as a reading.

    Raises NotAllowed (needs sample:read in every committee).
    """
    ask(actor, Permission.SAMPLE_READ, occurrences_of_draw(session, draw.id), at)
    population_facts_of(draw.population)
    _reading(
        session,
        draw.population,
        None,
        SamplingEvent.POPULATION_EXPORTED,
        ("population", draw.population_id),
        {"draw": draw.id, "rows": draw.population.size},
        actor=actor,
        at=at,
    )
    return canonical_of(session, draw.population_id)


def look_at_rows(
    session: Session, population: Population, *, actor: Actor, at: datetime
) -> Sequence[Row]:
    """Se de första raderna innan listan fryses; of a secret list recorded as a reading.

    For those who load lists. Raises NotAllowed.
    """
    ask(actor, Permission.POPULATION_LOAD, [population.occurrence], at)
    rows = preview_rows(session, population.id)
    if population.is_secret:
        _reading(
            session,
            population,
            [row.number for row in rows],
            SamplingEvent.REFERENCES_READ,
            ("population", population.id),
            {},
            actor=actor,
            at=at,
        )
    return rows


def _reading(
    session: Session,
    population: Population,
    rows: Sequence[int] | None,
    event: SamplingEvent,
    subject: tuple[str, int],
    data: Mapping[str, Any],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    chain = chain_of(session, population.board_id)
    if population.is_secret:
        record_reading(
            session,
            ReadRows(population.id, rows),
            chain=chain,
            actor=actor,
            at=at,
            event=event,
            subject=subject,
            data=data,
        )
        return
    record(
        session,
        chain=chain_of_reader(actor, at, chain),
        actor=actor,
        at=at,
        event=event,
        subject=subject,
        data=data,
    )
