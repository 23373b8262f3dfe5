"""Dragning (draw): which rows a seed selects from a frozen population, so that anyone can redraw.

Source: IKS-1.1. Its counter is R. L. Rivest, sampler.py (2011); monetary unit selection is the
fixed interval and cell methods in whole öre (AICPA Audit Guide: Audit Sampling, chapter 6). Whole
numbers and SHA-256 only; no random generator of any library.
"""

import hashlib
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import accumulate, islice

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.figures import grouped, whole
from internkontroll.sampling.rules.population import (
    Item,
    in_nfc,
    population_hash,
    refuse_duplicates,
    refuse_empty,
)

SRS_METHODS = ("srs_counter", "srs_ticket")
MUS_METHODS = ("mus_interval", "mus_cell")
METHODS = (*SRS_METHODS, "systematic", *MUS_METHODS)
SEED_DIGITS = 20


@dataclass(frozen=True)
class Stratum:
    """Stratum: a named part of the population, its row numbers and how many to draw from it.

    `rows` are row numbers from 1 in file order; `n` may be 0.
    """

    name: str
    rows: Sequence[int]
    n: int


def check_seed_digits(seed: str) -> str:
    """Return the trimmed seed if it is at least 20 ASCII digits; leading zeros are kept.

    Raises InvalidInput otherwise. Asked by the verb that records a seed (IKS-1.1), not by `draw`.
    """
    trimmed = seed.strip()
    if re.fullmatch(f"[0-9]{{{SEED_DIGITS},}}", trimmed):
        return trimmed
    if re.fullmatch("[0-9]*", trimmed):
        raise InvalidInput(
            f"Fröet har {len(trimmed)} siffror men behöver minst {SEED_DIGITS}. "
            "Slå fler tärningar och skriv siffrorna i följd."
        )
    raise InvalidInput(
        f"Fröet får bara innehålla siffrorna 0–9, minst {SEED_DIGITS} i följd utan mellanslag."
    )


def effective_seed(seed: str, population_hash: str, round: int = 1) -> str:  # noqa: A002
    """Return E: seed|P in round 1, seed|P|r in round r (an extension with its own seed).

    Raises InvalidInput for an empty seed or a round below 1.
    """
    _refuse_empty_seed(seed)
    whole(round, "Omgången", least=1)
    return f"{seed}|{population_hash}" + (f"|{round}" if round > 1 else "")


def counter_picks(
    effective_seed: str, low: int, high: int, n: int, *, replace: bool = False
) -> list[int]:
    """Return n numbers low..high by Rivest's counter: low + H(E + "," + i) mod (high - low + 1).

    Without replacement a number already picked is skipped and counting goes on. Raises InvalidInput
    for an empty seed, an empty range, n = 0 or more numbers than the range holds.
    """
    _refuse_empty_seed(effective_seed)
    whole(n, "Antalet", least=1)
    size = high - low + 1
    if size < 1:
        raise InvalidInput("Det finns inga nummer att dra mellan: det högsta är under det lägsta.")
    if replace:
        return [low + _hash(f"{effective_seed},{i}") % size for i in range(1, n + 1)]
    _refuse_too_many(n, size)
    return [low + offset for offset in islice(_counter_order(effective_seed, size, set()), n)]


def ticket_order(effective_seed: str, ids: Sequence[str]) -> list[str]:
    """Return the ids by ascending ticket, hex(SHA-256(E + "," + NFC(id))).

    The order does not depend on the order of `ids`. Raises InvalidInput for an empty seed and for
    an id that occurs twice.
    """
    _refuse_empty_seed(effective_seed)
    refuse_duplicates([(identity, None) for identity in ids])
    return sorted(ids, key=lambda identity: _ticket(effective_seed, identity))


def systematic_rows(count: int, n: int, start: int) -> list[int]:
    """Return rows 1 + (start + j * count) // n for j = 0..n-1; 0 <= start < count.

    Raises InvalidInput for n = 0, n > count or a start outside the range.
    """
    whole(n, "Antalet", least=1)
    _refuse_too_many(n, count)
    _refuse_start(start, count)
    return [1 + (start + j * count) // n for j in range(n)]


def mus_hits(amounts: Sequence[int | None], n: int, r: int) -> list[int]:
    """Return the row hit by each of n units at a fixed interval; r is the start in öre, 0 <= r < T.

    Position j is (r + j * T) // n; it hits the first row whose cumulative positive amount is
    greater. A row is repeated once for each hit. Amounts are öre; negative and zero amounts are
    never hit. Raises InvalidInput for n = 0, T <= 0, n > T, a missing amount or r outside 0..T-1.
    """
    cumulative = _cumulative(amounts)
    total = _checked_total(cumulative, n)
    _refuse_start(r, total)
    return [_row_at(cumulative, (r + j * total) // n) for j in range(n)]


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
    effective = effective_seed(seed, population_hash(items), round)
    if method == "srs_ticket":
        refuse_duplicates(items)
    rows = range(1, len(items) + 1)
    return _select(items, rows, method, n, effective, _checked_taken(taken, len(items)))


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
    effective = effective_seed(seed, population_hash(items), round)
    if method == "srs_ticket":
        refuse_duplicates(items)
    skipped = _checked_taken(taken, len(items))
    if stratum is None:
        return _srs_order(items, range(1, len(items) + 1), method, effective, skipped)
    rows = sorted(stratum.rows)
    return _srs_order(items, rows, method, f"{effective}|{stratum.name}", skipped)


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
    effective = effective_seed(seed, population_hash(items), round)
    if method == "srs_ticket":
        refuse_duplicates(items)
    skipped = _checked_taken(taken, len(items))
    drawn: dict[str, list[int]] = {}
    for stratum in strata:
        own = f"{effective}|{stratum.name}"
        try:
            drawn[stratum.name] = (
                _select(items, sorted(stratum.rows), method, stratum.n, own, skipped)
                if stratum.n
                else []
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


def _select(
    items: Sequence[Item],
    rows: Sequence[int],
    method: str,
    n: int,
    effective: str,
    taken: set[int],
) -> list[int]:
    if method in SRS_METHODS:
        _refuse_too_many(n, len(rows) - len(taken.intersection(rows)))
        if method == "srs_ticket":
            return [row for _, row in nsmallest(n, _tickets(items, rows, effective, taken))]
        return list(islice(_srs_order(items, rows, method, effective, taken), n))
    if method == "systematic":
        _refuse_too_many(n, len(rows))
        start = _hash(f"{effective},1") % len(rows)
        return [rows[index - 1] for index in systematic_rows(len(rows), n, start)]
    amounts = [items[row - 1][1] for row in rows]
    hits = _mus_interval if method == "mus_interval" else _mus_cell
    return [rows[index - 1] for index in hits(amounts, n, effective)]


def _srs_order(
    items: Sequence[Item], rows: Sequence[int], method: str, effective: str, taken: set[int]
) -> Iterator[int]:
    if method == "srs_ticket":
        return (row for _, row in sorted(_tickets(items, rows, effective, taken)))
    skipped = {index for index, row in enumerate(rows) if row in taken}
    return (rows[index] for index in _counter_order(effective, len(rows), skipped))


def _counter_order(effective: str, size: int, skipped: set[int]) -> Iterator[int]:
    """Yield offsets 0..size-1 by the counter, each once, until none is left."""
    seen = set(skipped)
    counter = 0
    while len(seen) < size:
        counter += 1
        offset = _hash(f"{effective},{counter}") % size
        if offset not in seen:
            seen.add(offset)
            yield offset


def _tickets(
    items: Sequence[Item], rows: Sequence[int], effective: str, taken: set[int]
) -> Iterator[tuple[bytes, int]]:
    """Each row's ticket, as bytes: they sort as their hex does. The seed is hashed once for all."""
    left = [row for row in rows if row not in taken] if taken else rows
    identities = map(str.encode, in_nfc([items[row - 1][0] for row in left]))
    start, tickets = hashlib.sha256(_bytes_of(f"{effective},")), []
    for identity in identities:
        (ticket := start.copy()).update(identity)
        tickets.append(ticket.digest())
    return zip(tickets, left, strict=True)


def _mus_interval(amounts: Sequence[int | None], n: int, effective: str) -> list[int]:
    total = _checked_total(_cumulative(amounts), n)
    return mus_hits(amounts, n, _hash(f"{effective},1") % total)


def _mus_cell(amounts: Sequence[int | None], n: int, effective: str) -> list[int]:
    cumulative = _cumulative(amounts)
    total = _checked_total(cumulative, n)
    hits = []
    for j in range(n):
        low, high = j * total // n, (j + 1) * total // n
        hits.append(_row_at(cumulative, low + _hash(f"{effective},{j + 1}") % (high - low)))
    return hits


def _cumulative(amounts: Sequence[int | None]) -> list[int]:
    for row, amount in enumerate(amounts, start=1):
        if amount is None:
            raise InvalidInput(
                f"Rad {grouped(row)} saknar belopp. Beloppsviktat urval kräver ett belopp på "
                "varje rad: komplettera filen eller välj ett annat urvalssätt."
            )
    return list(accumulate(max(amount or 0, 0) for amount in amounts))


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


def _checked_taken(rows: Collection[int], count: int) -> set[int]:
    for row in rows:
        if isinstance(row, bool) or not isinstance(row, int) or not 1 <= row <= count:
            raise InvalidInput(
                f"Rad {row} finns inte: populationen har raderna 1–{grouped(count)}."
            )
    return set(rows)


def _refuse_too_many(n: int, available: int) -> None:
    if n > available:
        raise InvalidInput(
            f"Det finns {grouped(available)} rader att dra ur, men {grouped(n)} begärdes. "
            f"Begär högst {grouped(available)}."
        )


def _refuse_start(start: int, size: int) -> None:
    if isinstance(start, bool) or not isinstance(start, int) or not 0 <= start < size:
        raise InvalidInput(f"Starten måste vara ett heltal från 0 till {grouped(size - 1)}.")


def _refuse_empty_seed(seed: str) -> None:
    if not seed.strip():
        raise InvalidInput("Fröet saknas. Skriv in det innan dragningen görs.")


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(_bytes_of(text)).digest(), "big")


def _ticket(effective: str, identity: str) -> str:
    text = f"{effective},{unicodedata.normalize('NFC', identity)}"
    return hashlib.sha256(_bytes_of(text)).hexdigest()


def _bytes_of(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInput("Fröet innehåller ett trasigt tecken. Skriv in det på nytt.") from error
