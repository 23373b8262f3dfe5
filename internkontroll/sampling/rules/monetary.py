"""Beloppsviktat urval (monetary unit sampling): its factors, sizes and the Stringer bound.

Sources: AICPA Audit Guide: Audit Sampling (2017), appendix C; Stringer, Practical aspects of
statistical sampling in auditing (ASA 1963); Bickel, Annals of Statistics 20 (1992).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.attribute import upper_limit
from internkontroll.sampling.rules.figures import (
    Rate,
    between_0_and_1,
    ceiling,
    exact,
    grouped,
    whole,
)
from internkontroll.sampling.rules.probability import (
    poisson_tail,
    rounded_up,
    solve_decreasing,
    to_decimal,
    upper_gamma,
    working_context,
)

LARGEST_FACTOR = 5000
EXPANSION_FACTORS = {
    Fraction(1, 100): Fraction("1.9"),
    Fraction(5, 100): Fraction("1.6"),
    Fraction(10, 100): Fraction("1.5"),
    Fraction(15, 100): Fraction("1.4"),
    Fraction(20, 100): Fraction("1.3"),
    Fraction(25, 100): Fraction("1.25"),
    Fraction(30, 100): Fraction("1.2"),
    Fraction(37, 100): Fraction("1.15"),
    Fraction(50, 100): Fraction("1.0"),
}
"""The printed expansion factors by risk of incorrect acceptance; there are none in between."""
MODELS = ("binomial", "poisson")


def confidence_factor(risk: Rate, k: int) -> Fraction:
    """Return f with P(Poisson(f) <= k) = risk, rounded up at the 20th digit.

    `risk` is a share in (0, 1), k the number of errors, k >= 0. The printed tables round it up to
    two decimals. Raises InvalidInput for values out of range.
    """
    share = between_0_and_1(risk, "Risken")
    whole(k, "Antalet fel")
    with localcontext(working_context()):
        limit = to_decimal(share)
        if k == 0:
            return rounded_up(-limit.ln())
        return rounded_up(_root(lambda x: (poisson_tail(x, k) / limit).ln()))


def expected_error_factor(risk: Rate, expected_ratio: Rate = "0") -> Fraction:
    """Return CF with P(Gamma(1 + r * CF) > CF) = risk, rounded up at the 20th digit.

    r = `expected_ratio` = expected error / tolerable error, in [0, 1). With r = 0 it is the
    confidence factor of k = 0. Raises InvalidInput for values out of range and for r so near 1 that
    the factor passes 5 000.
    """
    share = between_0_and_1(risk, "Risken")
    ratio = exact(expected_ratio, "Väntat fel som del av högsta godtagbara fel")
    if not 0 <= ratio < 1:
        raise InvalidInput(
            "Det väntade felet måste vara minst 0 och mindre än det högsta godtagbara felet."
        )
    if ratio == 0:
        return confidence_factor(share, 0)
    return _expected_error_factor(share, ratio)


@lru_cache(maxsize=256)
def _expected_error_factor(risk: Fraction, ratio: Fraction) -> Fraction:
    with localcontext(working_context()):
        limit, slope = to_decimal(risk), to_decimal(ratio)
        return rounded_up(_root(lambda x: (upper_gamma(1 + slope * x, x) / limit).ln()))


def mus_sample_size(tolerable_share: Rate, risk: Rate, *, expected_ratio: Rate = "0") -> int:
    """Return the number of units, ceil(CF / tolerable_share), CF of `expected_error_factor`.

    `tolerable_share` is the tolerable error as a share of T, in (0, 1); `expected_ratio` the
    expected error as a share of the tolerable. Raises InvalidInput as `expected_error_factor`.
    """
    share = between_0_and_1(tolerable_share, "Högsta godtagbara fel som del av summan")
    return ceiling(expected_error_factor(risk, expected_ratio) / share)


@dataclass(frozen=True)
class FormulaSize:
    """Storlek enligt formeln: n units, the interval in the unit of the amounts, and its factors."""

    n: int
    interval: Fraction
    reliability: Fraction
    expansion: Fraction


def mus_formula_size(
    book: Rate, tolerable: Rate, risk: Rate, *, expected: Rate = "0"
) -> FormulaSize:
    """Return the size by the expansion factor: n = book * RF / (tolerable - expected * EF).

    All three amounts in one unit. RF is the confidence factor of no error, rounded up to two
    decimals as in the printed tables; EF is printed for nine risks only. An approximation: where
    errors are expected it may give fewer units than `mus_sample_size`. Raises InvalidInput for a
    risk without a printed factor, for amounts out of range, and where the expected error, expanded,
    leaves nothing of the tolerable.
    """
    total, limit = exact(book, "Summan"), exact(tolerable, "Högsta godtagbara fel")
    share, error = between_0_and_1(risk, "Risken"), exact(expected, "Väntat fel")
    if total <= 0:
        raise InvalidInput("Summan måste vara större än 0.")
    if not 0 < limit < total:
        raise InvalidInput("Högsta godtagbara fel måste vara större än 0 och mindre än summan.")
    if error < 0:
        raise InvalidInput("Väntat fel kan inte vara negativt.")
    if share not in EXPANSION_FACTORS:
        raise InvalidInput(
            "Formeln finns bara för riskerna 1, 5, 10, 15, 20, 25, 30, 37 och 50 procent. "
            "Välj en av dem, eller räkna exakt."
        )
    reliability = Fraction(ceiling(confidence_factor(share, 0) * 100), 100)
    expansion = EXPANSION_FACTORS[share]
    left = limit - error * expansion
    if left <= 0:
        raise InvalidInput(
            "Det väntade felet är för stort: uppräknat tar det hela det godtagbara felet. "
            "Granska alla rader eller höj det högsta godtagbara felet."
        )
    return FormulaSize(
        n=ceiling(total * reliability / left),
        interval=left / reliability,
        reliability=reliability,
        expansion=expansion,
    )


def stringer_bound(
    n: int, taints: Sequence[Rate], confidence: Rate, *, model: str = "binomial"
) -> Fraction:
    """Return the Stringer upper bound of the error as a share of T: p0 + sum (p_j - p_(j-1)) t_j.

    `taints` are error / book value of the units in error, an overstatement being positive; they are
    clipped to [0, 1] and sorted descending. p_j is the upper limit with j errors: Clopper-Pearson
    ("binomial") or confidence factor / n ("poisson", as in the AICPA tables). Multiply by T for
    öre. Raises InvalidInput for n < 1, more taints than n, an unknown model or a bad share.
    """
    whole(n, "Antalet granskade enheter", least=1)
    if model not in MODELS:
        raise InvalidInput(f"Modellen ”{model}” finns inte. Välj binomial eller poisson.")
    clipped = [min(max(exact(taint, "Felandelen"), Fraction(0)), Fraction(1)) for taint in taints]
    if len(clipped) > n:
        raise InvalidInput(
            f"Det finns fler fel ({grouped(len(clipped))}) än granskade enheter ({grouped(n)})."
        )
    level = between_0_and_1(confidence, "Säkerheten")
    previous = _error_rate(n, 0, level, model)
    bound = previous
    for j, taint in enumerate(sorted((t for t in clipped if t), reverse=True), start=1):
        rate = _error_rate(n, j, level, model)
        bound += (rate - previous) * taint
        previous = rate
    return bound


@lru_cache(maxsize=4096)
def _error_rate(n: int, errors: int, confidence: Fraction, model: str) -> Fraction:
    if model == "binomial":
        return upper_limit(n, errors, confidence)
    return confidence_factor(1 - confidence, errors) / n


def _root(function: Callable[[Decimal], Decimal]) -> Decimal:
    """Return the root above 0 of a decreasing function that is positive at 0."""
    low, high = Decimal("1e-30"), Decimal(8)
    while function(high) > 0:
        low, high = high, high * 2
        if high > LARGEST_FACTOR:
            raise InvalidInput(
                "Det väntade felet ligger för nära det högsta godtagbara felet för ett stickprov. "
                "Granska alla rader eller höj det högsta godtagbara felet."
            )
    return solve_decreasing(function, low, high)
