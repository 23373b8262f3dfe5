from decimal import Decimal, localcontext
from fractions import Fraction
from math import factorial, lgamma

import pytest
from sampling_vectors import is_close, vector_rows

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules import (
    confidence_factor,
    expected_error_factor,
    mus_sample_size,
    stringer_bound,
)
from internkontroll.sampling.rules.probability import ln_gamma, working_context


def test_confidence_factors_are_the_exact_ones() -> None:
    for row in vector_rows("mus_confidence_factors"):
        factor = confidence_factor(row["ria"], int(row["k"]))
        assert is_close(factor, row["factor_exact"]), row["row_id"]


def test_sample_sizes_of_table_c1_are_met() -> None:
    for row in vector_rows("mus_plan_table_c1"):
        ratio = row["ratio_expected_tolerable"]
        n = mus_sample_size(row["tolerable_pct_of_population"], row["ria"], expected_ratio=ratio)
        assert n == int(row["n_exact"]), row["row_id"]
        assert is_close(expected_error_factor(row["ria"], ratio), row["cf_exact"]), row["row_id"]


def test_sample_sizes_from_amounts_are_met() -> None:
    for row in vector_rows("mus_plan_expansion_factor"):
        tolerable = Fraction(row["tolerable"])
        n = mus_sample_size(
            tolerable / Fraction(row["book_value"]),
            row["ria"],
            expected_ratio=Fraction(row["expected"]) / tolerable,
        )
        assert n == int(row["n_exact_method"]), row["row_id"]


def test_the_poisson_planning_grid_is_met() -> None:
    for row in vector_rows("plan_grid_all_models", model="poisson"):
        tolerable = Fraction(row["tolerable_rate"])
        ratio = Fraction(row["expected_rate"]) / tolerable
        assert mus_sample_size(tolerable, row["risk"], expected_ratio=ratio) == int(row["n_exact"])


def test_the_poisson_evaluation_grid_is_met() -> None:
    for row in vector_rows("eval_grid_all_models", model="poisson"):
        factor = confidence_factor(1 - Fraction(row["conf"]), int(row["k"]))
        assert is_close(factor / int(row["n"]) * 100, row["ub_exact_pct"]), row["row_id"]


def test_stringer_bounds_are_met() -> None:
    for row in vector_rows("mus_eval_stringer"):
        taints = [taint for taint in row["taints"].split(";") if taint]
        bound = stringer_bound(int(row["n"]), taints, row["conf"], model=row["model"])
        assert is_close(bound, row["ub_rate_exact"]), row["row_id"]


def test_understatements_do_not_lower_the_bound_and_taints_above_one_count_as_one() -> None:
    alone = stringer_bound(100, ["0.4"], "0.95")
    assert stringer_bound(100, ["-0.5", "0.4"], "0.95") == alone
    assert stringer_bound(100, ["3"], "0.95") == stringer_bound(100, ["1"], "0.95")


def test_the_order_of_taints_does_not_matter() -> None:
    assert stringer_bound(50, ["0.1", "1", "0.5"], "0.9") == stringer_bound(
        50, ["1", "0.5", "0.1"], "0.9"
    )


def test_only_full_errors_give_the_limit_of_as_many_deviations() -> None:
    assert stringer_bound(3, ["1", "1", "1"], "0.95") == 1


@pytest.mark.parametrize("z", ["0.5", "1", "1.37", "7", "60", "123.456"])
def test_ln_gamma_agrees_with_the_library_of_floats(z: str) -> None:
    with localcontext(working_context()):
        assert float(ln_gamma(Decimal(z))) == pytest.approx(lgamma(float(z)), rel=1e-12, abs=1e-15)


def test_ln_gamma_of_whole_numbers_is_the_logarithm_of_the_factorial() -> None:
    with localcontext(working_context()):
        for number in (0, 1, 25, 100, 1000):
            difference = ln_gamma(Decimal(number + 1)) - Decimal(factorial(number)).ln()
            assert abs(difference) < Decimal("1e-52")


def test_a_risk_outside_0_to_1_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Risken måste vara större än 0"):
        confidence_factor("0", 0)


def test_an_expected_error_as_large_as_the_tolerable_is_refused() -> None:
    with pytest.raises(InvalidInput, match="mindre än det högsta godtagbara felet"):
        mus_sample_size("0.05", "0.05", expected_ratio="1")


def test_an_expected_error_too_near_the_tolerable_is_refused() -> None:
    with pytest.raises(InvalidInput, match="för nära det högsta godtagbara"):
        mus_sample_size("0.05", "0.05", expected_ratio="0.99")


def test_more_errors_than_units_is_refused() -> None:
    with pytest.raises(InvalidInput, match="fler fel"):
        stringer_bound(1, ["1", "1"], "0.95")


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Modellen ”meikle” finns inte"):
        stringer_bound(10, [], "0.95", model="meikle")
