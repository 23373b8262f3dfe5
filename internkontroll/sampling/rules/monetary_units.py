"""Beloppsviktat urval (MUS): the rows that units of money fall on, by fixed interval or by cell.

Source: IKS-1.1; AICPA Audit Guide: Audit Sampling, chapter 6. Amounts are whole öre.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.figures import grouped, whole
from internkontroll.sampling.rules.seeded import number_of


def mus_hits(amounts: Sequence[int | None], n: int, r: int) -> list[int]:
    """Return the row hit by each of n units at a fixed interval; r is the start in öre, 0 <= r < T.

    Position j is (r + j * T) // n; it hits the first row whose cumulative positive amount is
    greater. A row is repeated once for each hit. Amounts are öre; negative and zero amounts are
    never hit. Raises InvalidInput for n = 0, T <= 0, n > T, a missing amount or r outside 0..T-1.
    """
    cumulative = _cumulative(amounts)
    total = _checked_total(cumulative, n)
    refuse_start(r, total)
    return [_row_at(cumulative, (r + j * total) // n) for j in range(n)]


def mus_interval(amounts: Sequence[int | None], n: int, effective: str) -> list[int]:
    """Return the row hit by each unit at a fixed interval from the seed's start (mus_interval)."""
    total = _checked_total(_cumulative(amounts), n)
    return mus_hits(amounts, n, number_of(f"{effective},1") % total)


def mus_cell(amounts: Sequence[int | None], n: int, effective: str) -> list[int]:
    """Return the row hit in each of n cells as equal as whole öre allow (mus_cell)."""
    cumulative = _cumulative(amounts)
    total = _checked_total(cumulative, n)
    hits = []
    for j in range(n):
        low, high = j * total // n, (j + 1) * total // n
        hits.append(_row_at(cumulative, low + number_of(f"{effective},{j + 1}") % (high - low)))
    return hits


def _cumulative(amounts: Sequence[int | None]) -> list[int]:
    if None in amounts:
        raise InvalidInput(
            f"Rad {grouped(amounts.index(None) + 1)} saknar belopp. Beloppsviktat urval kräver ett "
            "belopp på varje rad: komplettera filen eller välj ett annat urvalssätt."
        )
    return list(accumulate(amount if amount and amount > 0 else 0 for amount in amounts))


def _checked_total(cumulative: Sequence[int], n: int) -> int:
    whole(n, "Antalet", least=1)
    total = cumulative[-1] if cumulative else 0
    if total <= 0:
        raise InvalidInput(
            "Populationen har inga positiva belopp, så ett beloppsviktat urval kan inte dras. "
            "Välj ett annat urvalssätt."
        )
    if n > total:
        raise InvalidInput(
            f"Antalet {grouped(n)} är större än summan av beloppen, {grouped(total)} öre. "
            "Granska alla rader i stället."
        )
    return total


def _row_at(cumulative: Sequence[int], position: int) -> int:
    return bisect_right(cumulative, position) + 1


def refuse_start(start: int, size: int) -> None:
    """Raise InvalidInput for a start that is not a whole number from 0 to size - 1."""
    if isinstance(start, bool) or not isinstance(start, int) or not 0 <= start < size:
        raise InvalidInput(f"Starten måste vara ett heltal från 0 till {grouped(size - 1)}.")
