"""Fördelning (allocation): how a sample is divided over strata.

Sources: Neyman, Journal of the Royal Statistical Society 97 (1934); rules for caps and minimum as
in SAS SURVEYSELECT (the sum is n, no stratum gets more than it has). Rounding by largest remainder
in exact rationals, ties to the first stratum.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.figures import Rate, exact, grouped, whole


def allocate(
    sizes: Sequence[int],
    n: int,
    *,
    deviations: Sequence[Rate] | None = None,
    minimum: int = 0,
) -> list[int]:
    """Return how many of n to draw from each stratum, in the order of `sizes`.

    Proportional to size; or, with `deviations` (standard deviation per stratum, any unit), to
    size times deviation (Neyman). No stratum gets more than its size, nor less than `minimum` (or
    its size, if smaller); what that frees or takes is spread over the others. n above the total is
    a census. Raises InvalidInput for no strata, n = 0, negative values, a minimum that n cannot
    cover, and deviations that are all 0: then allocate by size and say so.
    """
    whole(n, "Antalet", least=1)
    whole(minimum, "Minsta antal per stratum")
    if not sizes:
        raise InvalidInput("Det finns inga strata att fördela stickprovet på.")
    for size in sizes:
        whole(size, "Antalet rader i ett stratum")
    if sum(sizes) == 0:
        raise InvalidInput("Alla strata är tomma. Läs in en population med minst en rad.")
    floors = [min(minimum, size) for size in sizes]
    total = min(n, sum(sizes))
    if sum(floors) > total:
        raise InvalidInput(
            f"Antalet {grouped(n)} räcker inte till minst {grouped(minimum)} per stratum. "
            f"Begär minst {grouped(sum(floors))}."
        )
    return _rounded(_shares(sizes, _weights(sizes, deviations), floors, total), total)


def _weights(sizes: Sequence[int], deviations: Sequence[Rate] | None) -> list[Fraction]:
    if deviations is None:
        return [Fraction(size) for size in sizes]
    if len(deviations) != len(sizes):
        raise InvalidInput("Ange en spridning för varje stratum.")
    spreads = [exact(deviation, "Spridningen") for deviation in deviations]
    if any(spread < 0 for spread in spreads):
        raise InvalidInput("Spridningen kan inte vara negativ.")
    weights = [size * spread for size, spread in zip(sizes, spreads, strict=True)]
    if not any(weights):
        raise InvalidInput(
            "Spridningen är 0 i alla strata. Fördela i stället efter strata storlek, och skriv det."
        )
    return weights


def _shares(
    sizes: Sequence[int], weights: Sequence[Fraction], floors: Sequence[int], total: int
) -> list[Fraction]:
    """Return exact shares within floor and size: fix those outside, spread the rest, repeat.

    The side that is further out is fixed first (sizes, if fixing would free more than the minimums
    take; otherwise minimums), so that the total is kept; both when they are equally far out.
    """
    fixed: dict[int, int] = {}
    while True:
        free = [index for index in range(len(sizes)) if index not in fixed]
        left = total - sum(fixed.values())
        raw = _proportional(free, weights, sizes, left)
        above = {i: sizes[i] for i in free if raw[i] > sizes[i]}
        below = {i: floors[i] for i in free if raw[i] < floors[i]}
        if not above and not below:
            return [raw[i] if i in raw else Fraction(fixed[i]) for i in range(len(sizes))]
        freed = _sum(raw[i] - sizes[i] for i in above)
        needed = _sum(floors[i] - raw[i] for i in below)
        fixed |= (above if freed >= needed else {}) | (below if needed >= freed else {})


def _proportional(
    free: Sequence[int], weights: Sequence[Fraction], sizes: Sequence[int], left: int
) -> dict[int, Fraction]:
    """Return `left` spread over the free strata by weight, by size if they have no weight."""
    weight = _sum(weights[i] for i in free)
    if weight:
        return {i: left * weights[i] / weight for i in free}
    rows = sum(sizes[i] for i in free)
    return {i: Fraction(left * sizes[i], rows) if rows else Fraction(0) for i in free}


def _rounded(shares: Sequence[Fraction], total: int) -> list[int]:
    rounded = [share.numerator // share.denominator for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (rounded[i] - shares[i], i))
    for index in by_remainder[: total - sum(rounded)]:
        rounded[index] += 1
    return rounded


def _sum(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))
