from decimal import Decimal
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling_vectors import is_close, vector_rows

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules import Rate, SampleSize, sample_size, upper_count, upper_limit

steady = settings(max_examples=40, deadline=None, derandomize=True, database=None)
shares = st.integers(1, 99).map(lambda points: Fraction(points, 100))


def _binomial(n: int, k: int, rate: Fraction) -> Fraction:
    hit, size = rate.numerator, rate.denominator
    ways = sum(comb(n, i) * hit**i * (size - hit) ** (n - i) for i in range(k + 1))
    return Fraction(ways, size**n)


def _hypergeometric(population: int, marked: int, n: int, k: int) -> Fraction:
    ways = sum(comb(marked, i) * comb(population - marked, n - i) for i in range(k + 1))
    return Fraction(ways, comb(population, n))


def test_printed_sample_sizes_are_met_exactly() -> None:
    for row in vector_rows("attr_plan_binomial"):
        size = sample_size(row["tolerable_rate"], row["risk"], expected=row["expected_rate"])
        assert size == SampleSize(int(row["n_exact"]), int(row["k_expected"])), row["row_id"]


@pytest.mark.parametrize("model", ["binomial", "hyper"])
def test_the_planning_grid_is_met_exactly(model: str) -> None:
    for row in vector_rows("plan_grid_all_models", model=model):
        size = sample_size(
            row["tolerable_rate"],
            row["risk"],
            expected=row["expected_rate"],
            population=int(row["N"]) if row["N"] else None,
        )
        assert size == SampleSize(int(row["n_exact"]), int(row["k_expected"])), row["row_id"]


def test_finite_population_sizes_are_met_exactly() -> None:
    for row in vector_rows("hyper_plan"):
        kind, _, value = row["k_or_expected"].partition("=")
        size = (
            sample_size(row["tolerable_rate"], row["risk"], k=int(value), population=int(row["N"]))
            if kind == "k"
            else sample_size(
                row["tolerable_rate"], row["risk"], expected=value, population=int(row["N"])
            )
        )
        assert size == SampleSize(int(row["n_exact"]), int(row["k_used"])), row["row_id"]


def test_printed_upper_limits_are_the_exact_ones_rounded_up() -> None:
    for row in vector_rows("attr_eval_binomial"):
        limit = upper_limit(int(row["n"]), int(row["k"]), row["conf"])
        assert is_close(limit, row["ub_exact"]), row["row_id"]
        tenths = -(-limit.numerator * 1000 // limit.denominator)
        assert Fraction(tenths, 10) == Fraction(row["ub_pct_published"]), row["row_id"]


@pytest.mark.parametrize("model", ["binomial", "hyper"])
def test_the_evaluation_grid_is_met(model: str) -> None:
    for row in vector_rows("eval_grid_all_models", model=model):
        population = int(row["N"]) if row["N"] else None
        limit = upper_limit(int(row["n"]), int(row["k"]), row["conf"], population=population)
        assert is_close(limit * 100, row["ub_exact_pct"]), row["row_id"]


def test_finite_population_upper_counts_are_met_exactly() -> None:
    for row in vector_rows("hyper_eval_upper"):
        count = upper_count(int(row["n"]), int(row["k"]), row["conf"], int(row["N"]))
        assert count == int(row["K_upper"]), row["row_id"]


def test_clopper_pearson_limits_are_met_on_both_sides() -> None:
    for row in vector_rows("clopper_pearson"):
        n, k, level = int(row["n"]), int(row["k"]), Fraction(row["conf"])
        for confidence, side in ((level, "one"), ((1 + level) / 2, "two")):
            assert is_close(upper_limit(n, k, confidence), row[f"upper_{side}_sided"])
            # The lower limit of k deviating is what the n - k others leave.
            lower = 1 - upper_limit(n, n - k, confidence)
            assert is_close(lower, row[f"lower_{side}_sided"]), row["row_id"]


def test_a_tie_with_the_risk_is_accepted() -> None:
    # P(X <= 49 | N = 500, K = 50, n = 499) is exactly 0.1.
    assert _hypergeometric(500, 50, 499, 49) == Fraction(1, 10)
    assert sample_size("0.1", "0.1", k=49, population=500) == SampleSize(499, 49)


def test_a_binomial_tie_with_the_risk_is_accepted() -> None:
    assert sample_size("0.5", "0.25") == SampleSize(2, 0)


def test_a_tie_refutes_the_number_of_deviations() -> None:
    # P(X <= 0 | N = 20, K = 1, n = 19) is exactly 0.05: one deviation is refuted at 95 %.
    assert upper_count(19, 0, "0.95", 20) == 0
    assert upper_count(499, 49, "0.9", 500) == 49


def test_shares_are_not_rounded_up_by_floats() -> None:
    assert sample_size("0.09", "0.05", expected="0.02", population=3653) == SampleSize(68, 2)
    # ceil(0.035 * 400) is 15 in floats.
    assert sample_size("0.05", "0.1", expected="0.035") == SampleSize(400, 14)


@steady
@given(
    tolerable=st.integers(2, 19).map(lambda s: Fraction(s, 20)), risk=shares, part=st.integers(0, 6)
)
def test_the_sample_size_is_the_smallest_that_holds(
    tolerable: Fraction, risk: Fraction, part: int
) -> None:
    expected = tolerable * part / 10
    size = sample_size(tolerable, risk, expected=expected)
    assert _binomial(size.n, size.k, tolerable) <= risk
    for n in range(1, size.n):
        k = -(-n * expected.numerator // expected.denominator)
        assert _binomial(n, k, tolerable) > risk


@steady
@given(population=st.integers(1, 60), data=st.data(), confidence=shares)
def test_the_upper_count_is_the_largest_not_refuted(
    population: int, data: st.DataObject, confidence: Fraction
) -> None:
    n = data.draw(st.integers(1, population))
    k = data.draw(st.integers(0, n))
    possible = [
        marked
        for marked in range(k, population - n + k + 1)
        if _hypergeometric(population, marked, n, k) > 1 - confidence
    ]
    assert upper_count(n, k, confidence, population) == max(possible)


@pytest.mark.parametrize(("n", "k", "population"), [(400, 12, 5000), (90, 40, 1000), (700, 3, 900)])
def test_the_quick_way_to_an_upper_count_agrees_with_whole_numbers(
    n: int, k: int, population: int
) -> None:
    count = upper_count(n, k, "0.95", population)
    risk = Fraction(1, 20)
    assert _hypergeometric(population, count, n, k) > risk
    assert _hypergeometric(population, count + 1, n, k) <= risk


@steady
@given(n=st.integers(1, 60), data=st.data(), confidence=shares)
def test_the_upper_limit_solves_its_equation(
    n: int, data: st.DataObject, confidence: Fraction
) -> None:
    k = data.draw(st.integers(0, n - 1))
    limit = upper_limit(n, k, confidence)
    assert _binomial(n, k, limit) <= 1 - confidence
    assert _binomial(n, k, limit * (1 - Fraction(1, 10**12))) > 1 - confidence


def test_all_deviating_gives_the_limit_one_and_a_census_its_own_count() -> None:
    assert upper_limit(7, 7, "0.95") == 1
    assert upper_count(12, 3, "0.95", 12) == 3
    assert upper_limit(12, 3, "0.95", population=12) == Fraction(1, 4)


def test_a_million_rows_are_no_obstacle() -> None:
    count = upper_count(60, 0, "0.95", 10**6)
    assert _hypergeometric(10**6, count, 60, 0) > Fraction(1, 20)
    assert _hypergeometric(10**6, count + 1, 60, 0) <= Fraction(1, 20)
    assert sample_size("0.05", "0.05", population=10**6) == SampleSize(59, 0)


def test_shares_are_read_from_text_decimal_and_fraction_alike() -> None:
    sizes = [sample_size(tolerable, "0,05") for tolerable in ("0,07", Decimal("0.07"), "7/100")]
    assert sizes == [sample_size(Fraction(7, 100), Fraction(1, 20))] * 3


@pytest.mark.parametrize("share", ["0", "1", "-0.1", "5", 1, 0])
def test_a_tolerable_share_outside_0_to_1_is_refused(share: Rate) -> None:
    with pytest.raises(InvalidInput, match="större än 0 och mindre än 1"):
        sample_size(share, "0.05")


@pytest.mark.parametrize(
    "share", ["", "fem", "5 %", "1e-9", "1/0", "nan", "Infinity", "٠.٥", "0." + "1" * 99, "1/2/3"]
)
def test_a_share_that_is_no_plain_number_is_refused(share: str) -> None:
    with pytest.raises(InvalidInput, match="Skriv till exempel 0,05"):
        sample_size("0.05", share)


@pytest.mark.parametrize("share", [0.05, True, Decimal("NaN")])
def test_a_float_or_a_truth_value_is_no_share(share: Rate) -> None:
    with pytest.raises(InvalidInput):
        sample_size(share, "0.05")


def test_an_expected_share_as_high_as_the_tolerable_is_refused() -> None:
    with pytest.raises(InvalidInput, match="lägre än den högsta godtagbara"):
        sample_size("0.05", "0.05", expected="0.05")


def test_an_expected_share_and_a_number_of_deviations_exclude_each_other() -> None:
    with pytest.raises(InvalidInput, match="inte båda"):
        sample_size("0.05", "0.05", expected="0.01", k=1)


def test_a_population_too_small_for_the_deviations_allowed_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Populationen är för liten"):
        sample_size("0.1", "0.05", k=2, population=20)


def test_a_sample_that_never_suffices_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Inte ens 100\u00a0000 granskade räcker"):
        sample_size("0.00001", "0.05")


@pytest.mark.parametrize(
    ("n", "k", "population", "words"),
    [
        (0, 0, 10, "Antalet granskade måste vara minst 1"),
        (5, 6, 10, "är större än antalet granskade"),
        (5, -1, 10, "Antalet avvikelser måste vara minst 0"),
        (11, 0, 10, "Fler är granskade"),
        (1, 0, 0, "Populationens storlek måste vara minst 1"),
    ],
)
def test_a_result_that_cannot_be_is_refused(n: int, k: int, population: int, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        upper_limit(n, k, "0.95", population=population)
