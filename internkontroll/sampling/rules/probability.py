"""Sannolikhet (probability): binomial, hypergeometric, Poisson and gamma tails.

Computed in 60-digit decimals, never floats. Where a decision compares a tail with a risk and the
two are closer than `MARGIN`, the decision is taken again in whole numbers, so that an exact tie
counts as "at most" (P = risk is accepted).

Sources: Johnson, Kemp and Kotz, Univariate Discrete Distributions, 3rd ed., chapters 3, 4 and 6;
NIST Digital Library of Mathematical Functions 5.11.1 (ln Gamma) and 8.11.4 (incomplete gamma).
"""

from collections.abc import Callable
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_CEILING,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from fractions import Fraction
from functools import lru_cache
from math import comb

PRECISION = 60
MARGIN = Decimal("1e-35")
NEGLIGIBLE = Decimal("1e-45")
RELATIVE_WIDTH = Decimal("1e-22")
DIGITS_OUT = 20
HALF_LN_TWO_PI = Decimal("0.918938533204672741780329736405617639861397473637783412817151540483")
WRITTEN_OUT = 1000
STIRLING_FROM = 60
STIRLING_TERMS = 24


def working_context() -> Context:
    """Return the decimal context of this module: 60 digits, and division by zero raises."""
    return Context(
        prec=PRECISION,
        Emin=MIN_EMIN,
        Emax=MAX_EMAX,
        traps=[InvalidOperation, DivisionByZero, Overflow],
    )


def to_decimal(value: Fraction) -> Decimal:
    """Return the rational as a decimal of the current context."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def rounded_up(value: Decimal) -> Fraction:
    """Return a positive decimal rounded up to 20 significant digits, as a rational."""
    return Fraction(Context(prec=DIGITS_OUT, rounding=ROUND_CEILING).plus(value))


def at_most(tail: Decimal, risk: Fraction, exact_tail: Callable[[], Fraction]) -> bool:
    """Return whether the tail is at most the risk, asking `exact_tail` when too close to tell."""
    distance = tail - to_decimal(risk)
    if abs(distance) > MARGIN:
        return distance < 0
    return exact_tail() <= risk


def exact_binomial_tail(n: int, k: int, rate: Fraction) -> Fraction:
    """Return P(X <= k) for X ~ Bin(n, rate) as a rational."""
    hit, size = rate.numerator, rate.denominator
    ways = sum(comb(n, i) * hit**i * (size - hit) ** (n - i) for i in range(min(k, n) + 1))
    return Fraction(ways, size**n)


def exact_hypergeometric_tail(population: int, marked: int, n: int, k: int) -> Fraction:
    """Return P(X <= k), X the marked among n drawn from `population` of which `marked`."""
    ways = sum(comb(marked, i) * comb(population - marked, n - i) for i in range(min(k, n) + 1))
    return Fraction(ways, comb(population, n))


def binomial_tail(n: int, k: int, rate: Decimal) -> Decimal:
    """Return P(X <= k) for X ~ Bin(n, rate), 0 <= k < n, 0 < rate < 1."""
    other = 1 - rate
    odds = other / rate
    # A binomial coefficient of tens of thousands of digits costs more than its logarithm.
    if k < WRITTEN_OUT:
        term = comb(n, k) * rate**k * other ** (n - k)
    else:
        term = (_ln_choose(n, k) + k * rate.ln() + (n - k) * other.ln()).exp()
    total = term
    for i in range(k, 0, -1):
        step = odds * i / (n - i + 1)
        term *= step
        total += term
        if step < 1 and term * i < NEGLIGIBLE * total:
            break
    return total


def hypergeometric_tail(population: int, marked: int, n: int, k: int) -> Decimal:
    """Return P(X <= k), X the marked among n drawn; k <= marked and n - k <= the unmarked."""
    unmarked = population - marked
    log_term = _ln_choose(marked, k) + _ln_choose(unmarked, n - k) - _ln_choose(population, n)
    term = log_term.exp()
    total = term
    for i in range(k, 0, -1):
        over, under = i * (unmarked - n + i), (marked - i + 1) * (n - i + 1)
        term = term * over / under
        total += term
        if over < under and term * i < NEGLIGIBLE * total:
            break
    return total


def poisson_tail(mean: Decimal, k: int) -> Decimal:
    """Return P(X <= k) for X ~ Poisson(mean), mean > 0."""
    term = (-mean).exp()
    total = term
    for i in range(1, k + 1):
        term = term * mean / i
        total += term
    return total


def upper_gamma(shape: Decimal, x: Decimal) -> Decimal:
    """Return P(G > x) for G ~ Gamma(shape, 1); shape > 0, x > 0 (series of DLMF 8.11.4)."""
    term = (shape * x.ln() - x - ln_gamma(shape + 1)).exp()
    total = term
    denominator = shape
    while True:
        denominator += 1
        term = term * x / denominator
        total += term
        # Past 2x the terms at least halve, so what is left is below the last one.
        if denominator > 2 * x and term < NEGLIGIBLE * total:
            return 1 - total


def ln_gamma(z: Decimal) -> Decimal:
    """Return ln Gamma(z) for z > 0 by Stirling's series, shifted to z >= 60 (DLMF 5.11.1)."""
    shift = Decimal(1)
    while z < STIRLING_FROM:
        shift *= z
        z += 1
    total = (z - Decimal("0.5")) * z.ln() - z + HALF_LN_TWO_PI
    power = z
    for coefficient in _stirling_coefficients():
        total += to_decimal(coefficient) / power
        power *= z * z
    return total - shift.ln()


def solve_decreasing(
    function: Callable[[Decimal], Decimal], low: Decimal, high: Decimal
) -> Decimal:
    """Return x with function(x) = 0 to 22 digits; function(low) > 0 > function(high).

    Regula falsi with the Illinois weight (Dowell and Jarratt, BIT 11, 1971): an end kept twice has
    its value halved. Quick where the function is nearly straight, as the logarithm of a tail is.
    The upper end is returned: the function is at most 0 there.
    """
    at_low, at_high = function(low), function(high)
    last = 0
    while (width := high - low) > RELATIVE_WIDTH * high:
        # A step onto an end would leave the bracket as it is.
        edge = RELATIVE_WIDTH * high / 4
        point = low + min(max(width * at_low / (at_low - at_high), edge), width - edge)
        value = function(point)
        if value > 0:
            low, at_low = point, value
            at_high = at_high / 2 if last > 0 else at_high
            last = 1
        else:
            high, at_high = point, value
            at_low = at_low / 2 if last < 0 else at_low
            last = -1
    return high


def _ln_choose(n: int, k: int) -> Decimal:
    return _ln_factorial(n) - _ln_factorial(k) - _ln_factorial(n - k)


@lru_cache(maxsize=4096)
def _ln_factorial(n: int) -> Decimal:
    return ln_gamma(Decimal(n + 1))


@lru_cache(maxsize=1)
def _stirling_coefficients() -> tuple[Fraction, ...]:
    """Return B_2j / (2j (2j - 1)) for j = 1..24; the Bernoulli numbers by their recursion."""
    bernoulli = [Fraction(1)]
    for m in range(1, 2 * STIRLING_TERMS + 1):
        known = sum(comb(m + 1, i) * number for i, number in enumerate(bernoulli))
        bernoulli.append(-known / Fraction(m + 1))
    return tuple(bernoulli[2 * j] / (2 * j * (2 * j - 1)) for j in range(1, STIRLING_TERMS + 1))
