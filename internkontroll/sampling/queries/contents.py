"""Read what a list holds: its rows, its first ones, and whether a text names one of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.errors import InvalidTransition, NotFound
from internkontroll.core.text import folded_reference
from internkontroll.sampling.models import Population, PopulationContent
from internkontroll.sampling.rules import Item
from internkontroll.sampling.rules.content import (
    Named,
    folded_lines,
    item_of,
    items_of,
    lines_of,
    unpacked,
)

PREVIEW_ROWS = 5
_PREVIEW_BYTES = 8_192
_AT_A_TIME = 5
PURGED = (
    "Beteckningarna i listan är gallrade. Dragningen går bara att pröva mot populationsfilen, "
    "om någon har den kvar."
)


@dataclass(frozen=True)
class Row:
    """Populationens rad: its number in file order, the reference, and an amount in öre if any."""

    number: int
    reference: str
    amount: int | None


def has_content(session: Session, population_id: int) -> bool:
    """Whether the rows of the list are stored: not before it is read, nor once it is purged."""
    return bool(
        session.scalar(
            sa.select(sa.exists().where(PopulationContent.population_id == population_id))
        )
    )


def block_of(session: Session, population_id: int) -> bytes | None:
    """The packed rows of a list; None if it has none."""
    return session.scalar(
        sa.select(PopulationContent.body).where(PopulationContent.population_id == population_id)
    )


def canonical_of(session: Session, population_id: int) -> bytes:
    """The canonical bytes of a list (IKS-1.1); none of a list that is not read in.

    Raises InvalidTransition for a list whose rows are purged.
    """
    block = block_of(session, population_id)
    if block is None:
        _refuse_purged(session, population_id)
        return b""
    return unpacked(block)


def rows_of(session: Session, population_id: int) -> list[Item]:
    """The rows of a list in file order, as (reference, amount in öre or None).

    None of a list that is not read in. Raises InvalidTransition for one whose rows are purged.
    """
    block = block_of(session, population_id)
    if block is None:
        _refuse_purged(session, population_id)
        return []
    return items_of(block)


def _refuse_purged(session: Session, population_id: int) -> None:
    if session.scalar(sa.select(Population.purged_at).where(Population.id == population_id)):
        raise InvalidTransition(PURGED)


def row_at(session: Session, population_id: int, number: int) -> Item:
    """One row by its number from 1.

    Raises NotFound for a number that the list does not have, InvalidTransition for a purged list.
    """
    block = block_of(session, population_id)
    if block is None:
        _refuse_purged(session, population_id)
    line = next(islice(lines_of(block or b""), max(number, 1) - 1, None), None)
    if line is None or number < 1:
        raise NotFound("Raden finns inte i listan.")
    return item_of(line)


def numbers_of(
    session: Session, population_id: int, references: Iterable[str]
) -> dict[str, list[int]]:
    """The row numbers at which each reference stands, by its folded spelling."""
    found: dict[str, list[int]] = {folded_reference(reference): [] for reference in references}
    items = rows_of(session, population_id)
    for number, folded in enumerate(folded_lines(item[0] for item in items), start=1):
        if folded in found:
            found[folded].append(number)
    return found


def preview_rows(session: Session, population_id: int) -> list[Row]:
    """The first rows of a list, for a look before it is frozen: only its beginning is read."""
    start = session.scalar(
        sa.select(sa.func.substr(PopulationContent.body, 1, _PREVIEW_BYTES)).where(
            PopulationContent.population_id == population_id
        )
    )
    lines: Iterator[bytes] = lines_of(start or b"")
    return [
        Row(number, *item_of(line))
        for number, line in enumerate(islice(lines, PREVIEW_ROWS), start=1)
    ]


def reference_in_text(session: Session, board_id: int, text: str) -> bool:
    """Whether the text names an item of any of the board's secret lists, however it is spelled.

    How references are compared is told by ``Named``.
    """
    named = Named(text)
    blocks = session.scalars(
        sa.select(PopulationContent.names)
        .join(Population, Population.id == PopulationContent.population_id)
        .where(
            Population.board_id == board_id,
            Population.is_secret,
            PopulationContent.names.is_not(None),
        )
        .execution_options(yield_per=_AT_A_TIME)
    )
    return any(named.names_one_of(names) for names in blocks if names)
