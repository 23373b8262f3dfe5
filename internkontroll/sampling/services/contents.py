"""Store what a list holds, in one packed block, or take it away."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.sampling.models import Population, PopulationContent
from internkontroll.sampling.rules import Item, canonical_population
from internkontroll.sampling.rules.content import folded_lines, packed, packed_names


def store_rows(session: Session, population: Population, items: Sequence[Item]) -> None:
    """Store the rows of a list that has none. Raises InvalidInput as ``canonical_population``."""
    session.add(
        PopulationContent(
            population_id=population.id,
            body=packed(canonical_population(items)),
            names=packed_names(folded_lines(item[0] for item in items))
            if population.is_secret
            else None,
        )
    )
    session.flush()


def remove_rows(session: Session, population_id: int) -> None:
    """Take the rows of a list away."""
    session.execute(
        sa.delete(PopulationContent).where(PopulationContent.population_id == population_id)
    )
