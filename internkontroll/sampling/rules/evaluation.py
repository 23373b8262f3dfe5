"""Utvärdering (evaluation): what a judged sample gives, in counts and in öre, and what is missing.

Nothing here is read from a database and nothing is a float. Draws of different meetings or kinds
are never put together: one call is one draw.

Sources: Clopper and Pearson (1934); Stringer (1963); AICPA Audit Guide: Audit Sampling (2017),
chapters 3 and 7; Bonferroni's inequality for the sum over strata; Cochran, Sampling Techniques,
3rd ed., 2.4 (a total expanded by N/n).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.attribute import sample_size, upper_count, upper_limit
from internkontroll.sampling.rules.figures import Rate, between_0_and_1, ceiling, whole
from internkontroll.sampling.rules.monetary import stringer_bound

CONFIDENCE = "0.95"
"""Säkerheten: the confidence at which the program tells what a sample proves."""


@dataclass(frozen=True)
class StratumResult:
    """Utfall i ett stratum: n examined of ``size`` rows, k of them deviating."""

    size: int
    n: int
    k: int


def stratified_upper_count(strata: Sequence[StratumResult], confidence: Rate = CONFIDENCE) -> int:
    """Return a number of deviating rows in all strata that the sample does not refute.

    The risk is split evenly over the strata that were sampled in part, each gets its own
    `upper_count`, and the counts are summed: all of them hold at once with at least the confidence
    (Bonferroni), so the sum is never too low; it is often too high. A stratum examined whole counts
    what was found, one without any examined row counts whole. Raises InvalidInput as `upper_count`
    and for no strata.
    """
    if not strata:
        raise InvalidInput("Det finns inga strata att utvärdera.")
    risk = 1 - between_0_and_1(confidence, "Säkerheten")
    sampled = [one for one in strata if 0 < one.n < one.size]
    level = 1 - risk / max(1, len(sampled))
    total = 0
    for one in strata:
        whole(one.size, "Antalet rader i ett stratum")
        total += upper_count(one.n, one.k, level, one.size) if one.n else one.size
    return total


@dataclass(frozen=True)
class Proved:
    """Vad k avvikelser bland n visar: at most ``highest`` of N (None: N unknown), or ``share``."""

    k: int
    highest: int | None
    share: Fraction


def proofs_of_size(
    n: int, confidence: Rate = CONFIDENCE, *, population: int | None = None, most: int = 5
) -> list[Proved]:
    """Return what 0, 1, 2 ... up to ``most`` deviations among n examined would prove.

    Stops at k = n. Raises InvalidInput as `upper_limit` does.
    """
    whole(n, "Antalet granskade", least=1)
    rows = []
    for k in range(min(n, most) + 1):
        if population is None:
            rows.append(Proved(k, None, upper_limit(n, k, confidence)))
        else:
            highest = upper_count(n, k, confidence, population)
            rows.append(Proved(k, highest, Fraction(highest, population)))
    return rows


@dataclass(frozen=True)
class Achieved:
    """Nått mot planerat: the limits in rows of N, and ``needed`` examined in all to reach it.

    ``needed`` is None where the plan is reached; N where only examining all is enough, or where
    more deviations are found than the plan leaves room for and nothing is.
    """

    planned: int
    reached: int
    needed: int | None

    @property
    def is_reached(self) -> bool:
        """Whether the result proves at least as much as was planned."""
        return self.needed is None


def achieved(
    planned_n: int,
    planned_k: int,
    n: int,
    k: int,
    population: int,
    confidence: Rate = CONFIDENCE,
) -> Achieved:
    """Compare what was found with what (n, k) was planned to prove.

    The planned limit is that of planned_k deviations among planned_n. Where it is not reached,
    ``needed`` is the smallest number of examined rows with which the k deviations found would reach
    it, if no more are found. Who extends after having looked takes a somewhat higher risk than the
    confidence says. Raises InvalidInput as `upper_count` does.
    """
    planned = upper_count(planned_n, planned_k, confidence, population)
    reached = upper_count(n, k, confidence, population)
    if reached <= planned:
        return Achieved(planned, reached, None)
    if k > planned:
        return Achieved(planned, reached, population)
    risk = 1 - between_0_and_1(confidence, "Säkerheten")
    try:
        needed = sample_size(Fraction(planned + 1, population), risk, k=k, population=population).n
    except InvalidInput:
        # No sample is large enough, or none of those that the rules look among.
        needed = population
    return Achieved(planned, reached, max(needed, n + 1))


@dataclass(frozen=True)
class Audited:
    """Granskad post i pengar: book amount and right amount in öre, and its hits in the draw."""

    book: int
    right: int
    hits: int = 1

    @property
    def error(self) -> int:
        """How much too high it is booked; negative where it is too low."""
        return self.book - self.right


@dataclass(frozen=True)
class AmountResult:
    """Fel i öre. ``total`` is T; ``top`` items were certain to be drawn and count at face value.

    ``likely`` is the most likely overstatement of all T, ``highest`` its upper limit by the
    binomial Stringer bound and ``highest_poisson`` by the Poisson one (AICPA's tables). What is
    booked too low is told apart, as found: ``low_items``, ``low_found`` (öre, positive).
    """

    total: int
    top_items: int
    top_sum: int
    top_error: int
    units: int
    high_items: int
    low_items: int
    low_found: int
    likely: Fraction
    highest: int
    highest_poisson: int


def evaluate_mus(
    total: int,
    n: int,
    items: Sequence[Audited],
    confidence: Rate = CONFIDENCE,
    *,
    certain_from: int = 1,
    silent: int = 0,
) -> AmountResult:
    """Evaluate a monetary unit sample of n units from T = ``total`` öre.

    An item of at least ``certain_from`` intervals T/n (1 with fixed interval, 2 with cells, where a
    smaller one may be missed) is a top item: its error is taken as it is. The rest of T is
    represented by the other hits, each with its taint error / book; the Stringer bound of those
    taints is applied to that rest. ``silent`` units fell in items that could not be judged: they
    prove nothing, and the limit widens. Raises InvalidInput for T or n below 1, a book amount that
    is not positive, a right amount below 0, and hits and silent units that do not sum to n.
    """
    whole(total, "Summan", least=1)
    whole(n, "Antalet dragna kronor", least=1)
    for item in items:
        if item.book <= 0 or item.right < 0:
            raise InvalidInput(
                "Bokfört belopp måste vara större än 0 och rätt belopp minst 0 i ett "
                "beloppsviktat urval."
            )
    if sum(item.hits for item in items) + silent != n:
        raise InvalidInput("Alla dragna poster måste vara granskade innan beloppet räknas upp.")
    top = [item for item in items if item.book * n >= certain_from * total]
    rest = [item for item in items if item.book * n < certain_from * total]
    top_sum = sum(item.book for item in top)
    top_error = sum(max(item.error, 0) for item in top)
    units = sum(item.hits for item in rest)
    rest_sum = total - top_sum
    taints = [
        Fraction(item.error, item.book) for item in rest if item.error > 0 for _ in range(item.hits)
    ]
    projected = rest_sum * sum(taints, Fraction(0)) / units if units else Fraction(0)

    def limit(model: str) -> int:
        # Nothing is known of a rest that no unit fell in: then it counts whole.
        share = stringer_bound(units, taints, confidence, model=model) if units else Fraction(1)
        return top_error + ceiling(rest_sum * min(share, Fraction(1)))

    low = [item for item in items if item.error < 0]
    return AmountResult(
        total=total,
        top_items=len(top),
        top_sum=top_sum,
        top_error=top_error,
        units=units,
        high_items=sum(item.error > 0 for item in items),
        low_items=len(low),
        low_found=-sum(item.error for item in low),
        likely=top_error + projected,
        highest=limit("binomial"),
        highest_poisson=limit("poisson"),
    )


@dataclass(frozen=True)
class MusStratum:
    """Ett beloppsviktat stratum: its own T, n, examined items and silent units."""

    total: int
    n: int
    items: Sequence[Audited]
    silent: int = 0


def evaluate_mus_strata(
    strata: Sequence[MusStratum], confidence: Rate = CONFIDENCE, *, certain_from: int = 1
) -> AmountResult:
    """Evaluate monetary unit samples of several strata together, conservatively.

    Each stratum gets `evaluate_mus` at a risk that is an equal part of the whole, and everything is
    summed (Bonferroni). Raises InvalidInput as `evaluate_mus` and for no strata.
    """
    if not strata:
        raise InvalidInput("Det finns inga strata att utvärdera.")
    level = 1 - (1 - between_0_and_1(confidence, "Säkerheten")) / len(strata)
    results = [
        evaluate_mus(
            one.total, one.n, one.items, level, certain_from=certain_from, silent=one.silent
        )
        for one in strata
    ]
    return AmountResult(
        total=sum(one.total for one in results),
        top_items=sum(one.top_items for one in results),
        top_sum=sum(one.top_sum for one in results),
        top_error=sum(one.top_error for one in results),
        units=sum(one.units for one in results),
        high_items=sum(one.high_items for one in results),
        low_items=sum(one.low_items for one in results),
        low_found=sum(one.low_found for one in results),
        likely=sum((one.likely for one in results), Fraction(0)),
        highest=sum(one.highest for one in results),
        highest_poisson=sum(one.highest_poisson for one in results),
    )


@dataclass(frozen=True)
class ExpandedTotal:
    """Troligt fel vid slumpmässigt urval: öre too high and too low, expanded by N/n; no limit.

    With few errors no limit in kronor can be trusted, so none is computed.
    """

    high_items: int
    low_items: int
    too_high: Fraction
    too_low: Fraction


def expand_errors(items: Sequence[Audited], population: int) -> ExpandedTotal:
    """Expand the errors found in a simple random sample to all N rows (N/n times their sum).

    Raises InvalidInput for no items, and for more items than rows.
    """
    n = whole(len(items), "Antalet granskade", least=1)
    if n > population:
        raise InvalidInput("Fler är granskade än listan har rader.")
    factor = Fraction(population, n)
    return ExpandedTotal(
        high_items=sum(item.error > 0 for item in items),
        low_items=sum(item.error < 0 for item in items),
        too_high=factor * sum(max(item.error, 0) for item in items),
        too_low=factor * sum(max(-item.error, 0) for item in items),
    )
