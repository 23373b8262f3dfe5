"""Strata efter belopp: the list parted into bands that are drawn from one by one.

Source: IKS-1.1, "Stratified"; AICPA Audit Guide: Audit Sampling, chapter 4 (stratify by amount,
negative and zero amounts as strata of their own). Amounts are whole öre.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import isqrt
from typing import Any

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import parse_ore
from internkontroll.sampling.rules.allocation import allocate
from internkontroll.sampling.rules.figures import grouped
from internkontroll.sampling.rules.population import Item

MOST_LIMITS = 9
NEGATIVE, ZERO = "negativa belopp", "nollbelopp"


class Allocation(StrEnum):
    """Fördelning: by how many rows each stratum has, or by rows times spread (Neyman)."""

    PROPORTIONAL = "proportional"
    NEYMAN = "neyman"


@dataclass(frozen=True)
class Stratification:
    """Hur listan delas: upper limits of the bands in öre, ascending, and how n is allocated."""

    limits: tuple[int, ...]
    allocation: Allocation = Allocation.PROPORTIONAL


@dataclass(frozen=True)
class Band:
    """Ett beloppsstratum: its name, its row numbers from 1, sum and spread of amounts in öre.

    ``spread`` is the standard deviation of the band's own amounts, rounded down.
    """

    name: str
    rows: tuple[int, ...]
    total: int
    spread: int


def read_limits(text: str) -> tuple[int, ...]:
    """Return the limits typed in kronor, parted by semicolons, as öre.

    Raises InvalidInput (field "limits") for none, for one that is no amount above 0, for limits
    that do not grow and for more than nine.
    """
    parts = [part.strip() for part in text.split(";") if part.strip()]
    limits = tuple(parse_ore(part, field="limits") for part in parts)
    if not limits:
        raise InvalidInput(
            "Skriv minst en gräns i kronor. Flera skiljs åt med semikolon: 10 000; 100 000.",
            field="limits",
        )
    if len(limits) > MOST_LIMITS:
        raise InvalidInput(f"Skriv högst {MOST_LIMITS} gränser.", field="limits")
    if limits[0] <= 0:
        raise InvalidInput(
            "Gränserna ska vara större än 0. Negativa belopp och nollbelopp är egna strata ändå.",
            field="limits",
        )
    if any(before >= after for before, after in pairwise(limits)):
        raise InvalidInput("Skriv gränserna i stigande ordning, var och en gång.", field="limits")
    return limits


def bands(items: Sequence[Item], limits: Sequence[int], *, positive_only: bool) -> list[Band]:
    """Return the strata that have rows, in the order negative, zero, then by amount.

    A band holds the amounts above the limit before and up to its own. With ``positive_only``
    (beloppsviktat urval) negative and zero amounts stand outside. Raises InvalidInput where a row
    has no amount and where no row is left.
    """
    by_amount = _names(limits)
    outside = () if positive_only else (NEGATIVE, ZERO)
    rows: dict[str, list[int]] = {name: [] for name in (*outside, *by_amount)}
    for number, (_, amount) in enumerate(items, start=1):
        if amount is None:
            raise InvalidInput(
                f"Rad {grouped(number)} saknar belopp, så listan kan inte delas efter belopp.",
                field="limits",
            )
        if amount <= 0:
            if not positive_only:
                rows[NEGATIVE if amount < 0 else ZERO].append(number)
            continue
        rows[by_amount[bisect_left(limits, amount)]].append(number)
    found = [_band(name, numbers, items) for name, numbers in rows.items() if numbers]
    if not found:
        raise InvalidInput(
            "Listan har inga positiva belopp att dela. Välj ett annat urvalssätt.", field="limits"
        )
    return found


def allocated(
    strata: Sequence[Band], n: int, allocation: Allocation, *, by_amount: bool = False
) -> list[int]:
    """Return how many of n each stratum gives, at least one of each.

    ``by_amount`` (beloppsviktat urval) allocates by the sums. Raises InvalidInput as ``allocate``.
    """
    if by_amount:
        return allocate([band.total for band in strata], n, minimum=1)
    sizes = [len(band.rows) for band in strata]
    spreads = [band.spread for band in strata] if allocation is Allocation.NEYMAN else None
    return allocate(sizes, n, deviations=spreads, minimum=1)


def extended(first: Sequence[int], sizes: Sequence[int], left: Sequence[int], n: int) -> list[int]:
    """Return how many of n more each stratum gives, in the shares of the first round.

    ``first`` is what the round took of each stratum's ``sizes`` rows, ``left`` what nothing has
    taken. A stratum without rows left gives none. Raises InvalidInput as ``allocate``.
    """
    shares = [Fraction(took, size) for took, size in zip(first, sizes, strict=True)]
    usable = any(share and rows for share, rows in zip(shares, left, strict=True))
    return allocate(left, n, deviations=shares if usable else None)


def as_ranges(rows: Sequence[int]) -> list[Any]:
    """Return ascending row numbers as the record writes them: 5, or [7, 9] for 7, 8 and 9."""
    written: list[Any] = []
    start = last = rows[0]
    for row in [*rows[1:], 0]:
        if row == last + 1:
            last = row
            continue
        written.append(start if start == last else [start, last])
        start = last = row
    return written


def from_ranges(written: Sequence[Any]) -> list[int]:
    """Return the row numbers that :func:`as_ranges` wrote."""
    return [
        row
        for part in written
        for row in (range(part[0], part[1] + 1) if isinstance(part, list | tuple) else (part,))
    ]


def _names(limits: Sequence[int]) -> list[str]:
    between = [f"över {_kronor(low)} till {_kronor(high)} kr" for low, high in pairwise(limits)]
    return [f"till {_kronor(limits[0])} kr", *between, f"över {_kronor(limits[-1])} kr"]


def _kronor(ore: int) -> str:
    """Kronor without grouping: the name is hashed, and any program must write it the same."""
    whole, rest = divmod(ore, 100)
    return f"{whole},{rest:02d}" if rest else str(whole)


def _band(name: str, rows: Sequence[int], items: Sequence[Item]) -> Band:
    amounts = [items[row - 1][1] or 0 for row in rows]
    total, squares = sum(amounts), sum(amount * amount for amount in amounts)
    count = len(amounts)
    spread = isqrt(count * squares - total * total) // count
    return Band(name, tuple(rows), total, spread)
