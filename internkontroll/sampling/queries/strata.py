"""Strata of a draw: as they would be, as they are, and what is left of them."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from internkontroll.sampling.models import Draw, DrawStratum, Population, SelectionMethod
from internkontroll.sampling.queries.contents import rows_of
from internkontroll.sampling.rules import (
    MUS_METHODS,
    Band,
    Stratification,
    Stratum,
    allocated,
    bands,
    from_ranges,
)


@dataclass(frozen=True)
class PlannedStratum:
    """Ett stratum innan beslutet: the band and how many would be drawn from it."""

    band: Band
    n: int


def planned_strata(
    session: Session,
    population: Population,
    *,
    method: SelectionMethod,
    n: int,
    parted: Stratification,
) -> list[PlannedStratum]:
    """The strata that a commitment would have. Raises InvalidInput as the rules do."""
    by_amount = method.value in MUS_METHODS
    found = bands(rows_of(session, population.id), parted.limits, positive_only=by_amount)
    sizes = allocated(found, n, parted.allocation, by_amount=by_amount)
    return [PlannedStratum(band, size) for band, size in zip(found, sizes, strict=True)]


def strata_of(session: Session, draw: Draw) -> list[Stratum]:
    """The strata that the draw was committed to, with their row numbers; none of an unparted one.

    ``n`` of each is that of the first round.
    """
    if not draw.strata:
        return []
    found = session.scalars(
        sa.select(DrawStratum)
        .where(DrawStratum.draw_id == draw.id)
        .options(undefer(DrawStratum.rows))
        .order_by(DrawStratum.position)
    )
    return [Stratum(each.name, from_ranges(each.rows), each.n) for each in found]
