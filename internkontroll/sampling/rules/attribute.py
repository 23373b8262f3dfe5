"""Attributstickprov (attribute sampling): how many to examine, and what the result proves.

An item deviates or it does not. Without a population the sample is binomial (large frame); with a
population of N rows it is hypergeometric (drawn without replacement from N).

Sources: AICPA Audit Guide: Audit Sampling (2017), appendix A; Clopper and Pearson, Biometrika 26
(1934); for finite populations Touw and Hoogduin, Statistiek voor audit en controlling (2011).
"""

from dataclasses import dataclass
from decimal import localcontext
from fractions import Fraction
from functools import partial

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.figures import (
    Rate,
    between_0_and_1,
    ceiling,
    exact,
    grouped,
    whole,
)
from internkontroll.sampling.rules.probability import (
    at_most,
    binomial_tail,
    exact_binomial_tail,
    exact_hypergeometric_tail,
    hypergeometric_tail,
    rounded_up,
    solve_decreasing,
    to_decimal,
    working_context,
)

LARGEST_SAMPLE = 100_000
QUICK_IN_WHOLE_NUMBERS = 1000


@dataclass(frozen=True)
class SampleSize:
    """Stickprovsstorlek: examine n rows; the tolerable rate is refuted with at most k deviating.

    The two belong together: the same n with another k, or some rows more, may prove nothing.
    """

    n: int
    k: int


def sample_size(
    tolerable: Rate,
    risk: Rate,
    *,
    expected: Rate = "0",
    k: int | None = None,
    population: int | None = None,
) -> SampleSize:
    """Return the smallest n with P(at most k deviating | tolerable rate) <= risk, and its k.

    `tolerable`, `risk` are shares in (0, 1); `expected` a share in [0, tolerable). k is
    ceil(n * expected), exactly; or fixed by `k`. With `population` = N the number of deviating
    rows is ceil(N * tolerable) and the tail is hypergeometric. Raises InvalidInput for shares out
    of range, for k and expected together, and where no sample up to 100 000 rows (or N) is enough.
    """
    rate = between_0_and_1(tolerable, "Högsta godtagbara andel")
    limit = between_0_and_1(risk, "Risken")
    share = exact(expected, "Väntad andel")
    if k is not None:
        whole(k, "Antalet tillåtna avvikelser")
        if share:
            raise InvalidInput("Ange väntad andel eller antal tillåtna avvikelser, inte båda.")
    if not 0 <= share < rate:
        raise InvalidInput(
            "Väntad andel måste vara minst 0 och lägre än den högsta godtagbara andelen."
        )
    if population is not None:
        whole(population, "Populationens storlek", least=1)
    with localcontext(working_context()):
        if share:
            return _smallest(rate, limit, share, population)
        return _smallest_of_one_k(rate, limit, k or 0, population)


def _smallest_of_one_k(
    rate: Fraction, risk: Fraction, k: int, population: int | None
) -> SampleSize:
    """Halve the range of n: with k given, P(X <= k) falls as n grows. A census refutes anything."""
    marked = ceiling(rate * population) if population is not None else 0
    if population is not None and k >= marked:
        raise _too_small(marked, population)

    def refuted(n: int) -> bool:
        if population is None:
            tail = binomial_tail(n, k, to_decimal(rate))
        elif n - k > population - marked:
            return True
        else:
            tail = hypergeometric_tail(population, marked, n, k)
        return at_most(tail, risk, partial(_exact_tail, n, k, rate, marked, population))

    low, high = k, population or LARGEST_SAMPLE
    if high <= k or not refuted(high):
        raise _not_enough(high)
    while high - low > 1:
        middle = (low + high) // 2
        if refuted(middle):
            high = middle
        else:
            low = middle
    return SampleSize(n=high, k=k)


def _too_small(marked: int, population: int) -> InvalidInput:
    return InvalidInput(
        f"Populationen är för liten: {grouped(marked)} avvikelser av "
        f"{grouped(population)} är redan fler än vad som får godtas. "
        "Sänk antalet tillåtna avvikelser eller granska alla."
    )


def _not_enough(most: int) -> InvalidInput:
    return InvalidInput(
        f"Inte ens {grouped(most)} granskade räcker. Höj den högsta godtagbara andelen "
        "eller risken, eller sänk den väntade andelen."
    )


def _smallest(
    rate: Fraction, risk: Fraction, expected: Fraction, population: int | None
) -> SampleSize:
    """Walk n = 1, 2, ... keeping P(X <= found) and P(X = found) where found = k of that n.

    One more row deviates with the chance `over / under`, given that `found` of n did.
    """
    marked = ceiling(rate * population) if population is not None else 0
    ceiling_n = LARGEST_SAMPLE if population is None else min(population, LARGEST_SAMPLE)
    one = to_decimal(Fraction(1))
    below, here, found = one, one, 0
    for n in range(ceiling_n):
        if population is None:
            over, under = rate.numerator, rate.denominator
        elif found < marked:
            over, under = marked - found, population - n
        else:
            raise _too_small(marked, population)
        below -= here * over / under
        wanted = ceiling((n + 1) * expected)
        if wanted > found:
            here = here * ((n + 1) * over) / ((found + 1) * under)
            found = wanted
            below += here
        else:
            here = here * ((n + 1) * (under - over)) / ((n + 1 - found) * under)
        if at_most(below, risk, partial(_exact_tail, n + 1, found, rate, marked, population)):
            return SampleSize(n=n + 1, k=found)
    raise _not_enough(ceiling_n)


def _exact_tail(n: int, k: int, rate: Fraction, marked: int, population: int | None) -> Fraction:
    if population is None:
        return exact_binomial_tail(n, k, rate)
    return exact_hypergeometric_tail(population, marked, n, k)


def upper_limit(n: int, k: int, confidence: Rate, *, population: int | None = None) -> Fraction:
    """Return the one-sided upper limit of the share that deviates, as a rational.

    Without `population`: Clopper-Pearson, the p with P(Bin(n, p) <= k) = 1 - confidence, rounded up
    at the 20th digit; 1 if k = n. With `population` = N: K/N with K of `upper_count`. Raises
    InvalidInput for n < 1, k outside 0..n, a confidence outside (0, 1) and n > N.
    """
    if population is not None:
        return Fraction(upper_count(n, k, confidence, population), population)
    _check_result(n, k)
    risk = 1 - between_0_and_1(confidence, "Säkerheten")
    if k == n:
        return Fraction(1)
    with localcontext(working_context()):
        limit = to_decimal(risk)
        one = to_decimal(Fraction(1))
        if k == 0:
            return rounded_up(1 - (limit.ln() / n).exp())
        lowest = to_decimal(Fraction(k, n * 10**6))
        highest = one - to_decimal(risk) / n / 10**6
        return rounded_up(
            solve_decreasing(lambda p: (binomial_tail(n, k, p) / limit).ln(), lowest, highest)
        )


def upper_count(n: int, k: int, confidence: Rate, population: int) -> int:
    """Return the largest number K of deviating rows among N that the sample does not refute.

    K is the largest with P(at most k among n | N, K) > 1 - confidence, decided exactly. A census
    (n = N) gives k. Raises InvalidInput for n < 1, k outside 0..n, n > N and a confidence outside
    (0, 1).
    """
    _check_result(n, k)
    whole(population, "Populationens storlek", least=1)
    if n > population:
        raise InvalidInput(
            f"Fler är granskade ({grouped(n)}) än populationen har rader ({grouped(population)})."
        )
    risk = 1 - between_0_and_1(confidence, "Säkerheten")
    possible, refuted = k, population - (n - k) + 1
    with localcontext(working_context()):
        while refuted - possible > 1:
            marked = (possible + refuted) // 2
            if _refuted(population, marked, n, k, risk):
                refuted = marked
            else:
                possible = marked
    return possible


def _refuted(population: int, marked: int, n: int, k: int, risk: Fraction) -> bool:
    exact_tail = partial(exact_hypergeometric_tail, population, marked, n, k)
    if (k + 1) * n <= QUICK_IN_WHOLE_NUMBERS:
        return exact_tail() <= risk
    return at_most(hypergeometric_tail(population, marked, n, k), risk, exact_tail)


def _check_result(n: int, k: int) -> None:
    whole(n, "Antalet granskade", least=1)
    whole(k, "Antalet avvikelser")
    if k > n:
        raise InvalidInput(
            f"Antalet avvikelser ({grouped(k)}) är större än antalet granskade ({grouped(n)})."
        )
