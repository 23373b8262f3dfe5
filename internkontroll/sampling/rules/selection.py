"""Dragning (draw): which rows a seed selects from a frozen population, so that anyone can redraw.

Source: IKS-1.1. Monetary unit selection is that of `monetary_units`, the numbers and the tickets of
a seed are those of `seeded`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.figures import grouped, whole
from internkontroll.sampling.rules.monetary_units import mus_cell, mus_interval, refuse_start
from internkontroll.sampling.rules.population import (
    Item,
    hash_and_references,
    refuse_duplicates,
    refuse_empty,
)
from internkontroll.sampling.rules.seeded import (
    counter_order,
    effective_seed,
    number_of,
    refuse_too_many,
    tickets,
)

SRS_METHODS = ("srs_counter", "srs_ticket")
MUS_METHODS = ("mus_interval", "mus_cell")
METHODS = (*SRS_METHODS, "systematic", *MUS_METHODS)


@dataclass(frozen=True)
class Stratum:
    """Stratum: a named part of the population, its row numbers and how many to draw from it.

    `rows` are row numbers from 1 in file order; `n` may be 0.
    """

    name: str
    rows: Sequence[int]
    n: int


def systematic_rows(count: int, n: int, start: int) -> list[int]:
    """Return rows 1 + (start + j * count) // n for j = 0..n-1; 0 <= start < count.

    Raises InvalidInput for n = 0, n > count or a start outside the range.
    """
    whole(n, "Antalet", least=1)
    refuse_too_many(n, count)
    refuse_start(start, count)
    return [1 + (start + j * count) // n for j in range(n)]


def draw(
    items: Sequence[Item],
    method: str,
    n: int,
    seed: str,
    *,
    taken: Collection[int] = (),
    round: int = 1,  # noqa: A002
) -> list[int]:
    """Return the row numbers (from 1) that the seed selects, in the order of the method.

    `method` is one of METHODS. Monetary methods give one row number per unit: a repeated number is
    several hits. `taken` are rows of earlier rounds, skipped by srs_counter and srs_ticket; the
    other methods refuse them and refuse `round` > 1. n = N is a census. For srs_* a smaller draw is
    the beginning of a larger one. Raises InvalidInput for the refusals of IKS-1.1: n = 0, n > N,
    N = 0, T <= 0, n > T, duplicate ids (srs_ticket), an empty seed, forbidden characters.
    """
    _check_method(method, taken, round)
    refuse_empty(items)
    whole(n, "Antalet", least=1)
    of, effective = _drawable(items, method, seed, taken, round)
    return _select(of, range(1, len(items) + 1), method, n, effective)


def order(
    items: Sequence[Item],
    method: str,
    seed: str,
    *,
    taken: Collection[int] = (),
    round: int = 1,  # noqa: A002
    stratum: Stratum | None = None,
) -> Iterator[int]:
    """Return all rows not taken, in the order of the draw: the first is the next replacement.

    For srs_counter and srs_ticket only; the other methods have no next row and are refused. With
    `stratum`, the order within that stratum. Ends when no row is left. Raises InvalidInput as
    `draw` does.
    """
    if method not in SRS_METHODS:
        _refuse_method(method)
        raise InvalidInput(_NO_NEXT)
    refuse_empty(items)
    of, effective = _drawable(items, method, seed, taken, round)
    if stratum is None:
        return _srs_order(of, range(1, len(items) + 1), method, effective)
    return _srs_order(of, sorted(stratum.rows), method, f"{effective}|{stratum.name}")


def draw_stratified(
    items: Sequence[Item],
    strata: Sequence[Stratum],
    method: str,
    seed: str,
    *,
    taken: Collection[int] = (),
    round: int = 1,  # noqa: A002
) -> dict[str, list[int]]:
    """Return the rows drawn from each stratum by name, strata in the order committed.

    Within a stratum the method runs over its rows in file order with E_h = E + "|" + name; P is
    that of the whole population. Row numbers are those of the whole population. Raises InvalidInput
    as `draw` does, naming the stratum, and for strata that overlap, share a name or are empty.
    """
    _check_method(method, taken, round)
    refuse_empty(items)
    check_strata(strata, len(items))
    if sum(stratum.n for stratum in strata) == 0:
        raise InvalidInput("Antalet måste vara minst 1.")
    of, effective = _drawable(items, method, seed, taken, round)
    drawn: dict[str, list[int]] = {}
    for stratum in strata:
        own = f"{effective}|{stratum.name}"
        try:
            drawn[stratum.name] = (
                _select(of, sorted(stratum.rows), method, stratum.n, own) if stratum.n else []
            )
        except InvalidInput as error:
            raise InvalidInput(f"Stratum ”{stratum.name}”: {error.sentence}") from error
    return drawn


def check_strata(strata: Sequence[Stratum], count: int) -> None:
    """Raise InvalidInput for strata that overlap, share a name, are empty or leave 1..count."""
    names: set[str] = set()
    seen: set[int] = set()
    for stratum in strata:
        whole(stratum.n, f"Antalet i stratum ”{stratum.name}”")
        if stratum.name in names:
            raise InvalidInput(f"Två strata heter ”{stratum.name}”. Ge dem olika namn.")
        names.add(stratum.name)
        rows = _checked_taken(stratum.rows, count)
        if not rows:
            raise InvalidInput(f"Stratum ”{stratum.name}” har inga rader. Ta bort det.")
        if len(rows) != len(stratum.rows) or rows & seen:
            raise InvalidInput(
                f"Stratum ”{stratum.name}” har en rad som redan räknats. "
                "Varje rad får höra till högst ett stratum."
            )
        seen |= rows


_NO_NEXT = (
    "Utökning och ersättning finns bara för slumpmässigt urval. "
    "Gör en ny dragning med motivering i stället."
)


def _check_method(method: str, taken: Collection[int], round_number: int) -> None:
    _refuse_method(method)
    whole(round_number, "Omgången", least=1)
    if method not in SRS_METHODS and (taken or round_number > 1):
        raise InvalidInput(_NO_NEXT)


def _refuse_method(method: str) -> None:
    if method not in METHODS:
        raise InvalidInput(f"Urvalssättet ”{method}” finns inte. Välj ett av dem som erbjuds.")


@dataclass(frozen=True)
class _Drawable:
    """A population as the methods draw from it, with the rows that earlier rounds have taken."""

    items: Sequence[Item]
    references: list[str]
    taken: set[int]


def _drawable(
    items: Sequence[Item], method: str, seed: str, taken: Collection[int], round_number: int
) -> tuple[_Drawable, str]:
    """What is drawn from, and the effective seed."""
    digest, references = hash_and_references(items)
    effective = effective_seed(seed, digest, round_number)
    if method == "srs_ticket":
        refuse_duplicates(references)
    return _Drawable(items, references, _checked_taken(taken, len(items))), effective


def _select(of: _Drawable, rows: Sequence[int], method: str, n: int, effective: str) -> list[int]:
    if method in SRS_METHODS:
        already = len(of.taken.intersection(rows)) if of.taken else 0
        refuse_too_many(n, len(rows) - already)
        if method == "srs_ticket":
            return [row for _, row in nsmallest(n, _ticketed(of, rows, effective))]
        return list(islice(_srs_order(of, rows, method, effective), n))
    if method == "systematic":
        refuse_too_many(n, len(rows))
        start = number_of(f"{effective},1") % len(rows)
        return [rows[index - 1] for index in systematic_rows(len(rows), n, start)]
    amounts = [of.items[row - 1][1] for row in rows]
    hits = mus_interval if method == "mus_interval" else mus_cell
    return [rows[index - 1] for index in hits(amounts, n, effective)]


def _srs_order(of: _Drawable, rows: Sequence[int], method: str, effective: str) -> Iterator[int]:
    if method == "srs_ticket":
        return (row for _, row in sorted(_ticketed(of, rows, effective)))
    skipped = {index for index, row in enumerate(rows) if row in of.taken}
    return (rows[index] for index in counter_order(effective, len(rows), skipped))


def _ticketed(of: _Drawable, rows: Sequence[int], effective: str) -> Iterator[tuple[bytes, int]]:
    """Each row not taken, with its ticket before it."""
    left = [row for row in rows if row not in of.taken] if of.taken else rows
    references = of.references
    if len(left) < len(references):
        references = [references[row - 1] for row in left]
    return zip(tickets(references, effective), left, strict=True)


def _checked_taken(rows: Collection[int], count: int) -> set[int]:
    for row in rows:
        if isinstance(row, bool) or not isinstance(row, int) or not 1 <= row <= count:
            raise InvalidInput(
                f"Rad {row} finns inte: populationen har raderna 1–{grouped(count)}."
            )
    return set(rows)
