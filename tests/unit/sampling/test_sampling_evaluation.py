import csv
import os
from collections import Counter
from fractions import Fraction
from itertools import product
from math import comb
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling_vectors import vector_rows

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules import (
    Audited,
    StratumResult,
    achieved,
    confidence_factor,
    draw,
    evaluate_mus,
    expand_errors,
    mus_formula_size,
    population_facts,
    proofs_of_size,
    sample_size,
    stratified_upper_count,
    stringer_bound,
    typed_share,
    upper_count,
    upper_limit,
)
from internkontroll.sampling.rules.monetary_units import mus_hits

steady = settings(max_examples=40, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        ("5 %", "0.05"),
        ("5%", "0.05"),
        ("5\u00a0%", "0.05"),
        ("5", "0.05"),
        ("0,05", "0.05"),
        ("0.05", "0.05"),
        ("7", "0.07"),
        ("2,5 procent", "0.025"),
        ("0,5 %", "0.005"),
        ("0,2", "0.2"),
        ("0", "0"),
        ("100 %", "1"),
    ],
)
def test_a_share_is_read_as_people_type_it_and_exactly(typed: str, share: str) -> None:
    assert typed_share(typed, "Andelen") == Fraction(share)


@pytest.mark.parametrize("typed", ["", "fem", "5e-2", "\uff15 %", "5 % %", "1/0", "--5"])
def test_what_is_no_share_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(InvalidInput, match="är inte ett tal") as refused:
        typed_share(typed, "Andelen", field="tolerable")
    assert refused.value.field == "tolerable"


def test_a_share_that_may_be_meant_two_ways_is_asked_about() -> None:
    with pytest.raises(InvalidInput, match="kan betyda 0,5 % eller 50 %"):
        typed_share("0,5", "Andelen")


def test_the_expansion_formula_gives_the_published_sizes_and_intervals() -> None:
    for row in vector_rows("mus_plan_expansion_factor"):
        size = mus_formula_size(
            row["book_value"], row["tolerable"], row["ria"], expected=row["expected"]
        )
        assert size.n == int(row["n_table_formula"]), row["row_id"]
        printed = Fraction(row["interval_table"])
        assert abs(size.interval - printed) <= printed * Fraction("1e-9"), row["row_id"]
        assert size.reliability == Fraction(row["rf_table"]), row["row_id"]
        assert size.expansion == Fraction(row["ef_table"]), row["row_id"]


@pytest.mark.parametrize(
    ("tolerable", "risk", "expected", "words"),
    [
        ("100", "0.05", "70", "tar det hela"),
        ("100", "0.07", "0", "bara för riskerna"),
        ("0", "0.05", "0", "större än 0 och mindre än summan"),
        ("1000", "0.05", "0", "större än 0 och mindre än summan"),
        ("100", "0.05", "-1", "negativt"),
    ],
)
def test_a_formula_that_cannot_be_used_says_why(
    tolerable: str, risk: str, expected: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        mus_formula_size("1000", tolerable, risk, expected=expected)


def test_the_reverse_table_is_the_limits_one_by_one_and_stops_at_n() -> None:
    rows = proofs_of_size(3, population=20)
    assert [row.k for row in rows] == [0, 1, 2, 3]
    assert [row.highest for row in rows] == [upper_count(3, k, "0.95", 20) for k in range(4)]
    assert [row.share for row in proofs_of_size(60, most=2)] == [
        upper_limit(60, k, "0.95") for k in range(3)
    ]


def _holds(strata: list[StratumResult], marked: tuple[int, ...]) -> Fraction:
    """The chance of seeing a sample whose summed bound covers the truth, over all samples."""
    chance = Fraction(0)
    for seen in product(*(range(one.n + 1) for one in strata)):
        ways = Fraction(1)
        for one, there, k in zip(strata, marked, seen, strict=True):
            ways *= Fraction(
                comb(there, k) * comb(one.size - there, one.n - k), comb(one.size, one.n)
            )
        bound = stratified_upper_count(
            [StratumResult(one.size, one.n, k) for one, k in zip(strata, seen, strict=True)], "0.9"
        )
        chance += ways if bound >= sum(marked) else 0
    return chance


@pytest.mark.parametrize("marked", [(0, 0), (1, 3), (4, 2), (6, 8), (2, 5)])
def test_the_sum_over_strata_covers_the_truth_as_often_as_promised(
    marked: tuple[int, ...],
) -> None:
    assert _holds([StratumResult(6, 3, 0), StratumResult(8, 2, 0)], marked) >= Fraction("0.9")


def test_a_stratum_examined_whole_costs_no_risk_and_an_empty_handed_one_counts_whole() -> None:
    one = StratumResult(50, 10, 1)
    alone = upper_count(10, 1, "0.95", 50)
    assert stratified_upper_count([one, StratumResult(4, 4, 2)]) == alone + 2
    assert stratified_upper_count([one, StratumResult(7, 0, 0)]) == alone + 7
    assert stratified_upper_count([one, one]) == 2 * upper_count(10, 1, "0.975", 50) > 2 * alone


def test_no_strata_is_refused() -> None:
    with pytest.raises(InvalidInput, match="inga strata"):
        stratified_upper_count([])


@given(st.integers(2, 60), st.data())
@steady
def test_the_extension_is_the_least_that_reaches_the_plan(
    population: int, data: st.DataObject
) -> None:
    planned_n = data.draw(st.integers(1, population))
    planned_k = data.draw(st.integers(0, planned_n))
    n = data.draw(st.integers(1, population))
    k = data.draw(st.integers(0, n))
    found = achieved(planned_n, planned_k, n, k, population)
    reach = [
        more
        for more in range(n, population + 1)
        if upper_count(more, k, "0.95", population) <= found.planned
    ]
    if found.reached <= found.planned:
        assert found.needed is None
    else:
        assert found.needed == (reach[0] if reach else population)


def test_without_errors_the_limit_is_that_of_no_deviation() -> None:
    result = evaluate_mus(6_000_000, 60, [Audited(10_000, 10_000)] * 60)
    assert (result.likely, result.high_items, result.low_items) == (0, 0, 0)
    assert result.highest == _up(6_000_000 * upper_limit(60, 0, "0.95"))
    assert result.highest_poisson == _up(100_000 * confidence_factor("0.05", 0))


def _up(value: Fraction) -> int:
    return -((-value).__floor__()) if value.denominator == 1 else value.__floor__() + 1


def test_a_taint_counts_by_its_share_and_a_unit_hit_twice_counts_twice() -> None:
    items = [Audited(10_000, 6_000, hits=2), *[Audited(10_000, 10_000)] * 58]
    result = evaluate_mus(6_000_000, 60, items)
    taints = [Fraction(2, 5)] * 2
    assert result.likely == Fraction(6_000_000 * 4, 5 * 60)
    assert result.highest == _up(6_000_000 * stringer_bound(60, taints, "0.95"))
    assert result.highest_poisson == _up(
        6_000_000 * stringer_bound(60, taints, "0.95", model="poisson")
    )


def test_a_top_item_counts_at_face_value_and_not_by_its_taint() -> None:
    top = Audited(500_000, 400_000, hits=5)
    rest = [Audited(10_000, 10_000)] * 55
    result = evaluate_mus(6_000_000, 60, [top, *rest])
    assert (result.top_items, result.top_error, result.units) == (1, 100_000, 55)
    assert result.likely == 100_000
    assert result.highest == 100_000 + _up(5_500_000 * upper_limit(55, 0, "0.95"))


def test_with_cells_an_item_is_certain_first_at_two_intervals() -> None:
    items = [Audited(150_000, 0), *[Audited(10_000, 10_000)] * 59]
    assert evaluate_mus(6_000_000, 60, items).top_items == 1
    assert evaluate_mus(6_000_000, 60, items, certain_from=2).top_items == 0


def test_what_is_booked_too_low_is_told_apart_and_never_set_off() -> None:
    items = [Audited(10_000, 15_000), Audited(10_000, 5_000), *[Audited(10_000, 10_000)] * 58]
    result = evaluate_mus(6_000_000, 60, items)
    assert (result.low_items, result.low_found, result.high_items) == (1, 5_000, 1)
    assert result.likely == Fraction(6_000_000, 60) / 2


def test_nothing_is_promised_of_a_rest_that_no_unit_fell_in() -> None:
    result = evaluate_mus(1_000, 2, [Audited(600, 600, hits=2)])
    assert (result.units, result.highest) == (0, 400)


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([Audited(100, 100)], "Alla dragna poster måste vara granskade"),
        ([Audited(0, 0), Audited(1, 1)], "större än 0"),
        ([Audited(5, -1), Audited(1, 1)], "större än 0"),
    ],
)
def test_a_monetary_sample_that_cannot_be_evaluated_is_refused(
    items: list[Audited], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        evaluate_mus(1_000, 2, items)


def test_errors_of_a_simple_random_sample_are_expanded_each_way() -> None:
    total = expand_errors([Audited(100, 40), Audited(50, 70), Audited(10, 10), Audited(-5, -5)], 40)
    assert (total.too_high, total.too_low) == (600, 200)
    assert (total.high_items, total.low_items) == (1, 1)
    with pytest.raises(InvalidInput, match="Fler är granskade"):
        expand_errors([Audited(1, 1)] * 3, 2)


def _invoices() -> list[tuple[str, int]]:
    folder = Path(os.environ.get("REAL_INPUT_DIR", "../shared/data"))
    path = folder / "population_fakturor_2020.csv"
    if not path.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{path} is missing")
        pytest.skip(f"{path} is missing: the real list is not evaluated")
    with path.open(encoding="cp1252", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    key, amount = next(iter(rows[0])), next(name for name in rows[0] if "elopp" in name)
    cleaned = [
        row[amount].replace("\u00a0", "").replace(" ", "").replace("\u2212", "-") for row in rows
    ]
    return [
        (row[key], int(Fraction(text.replace(",", ".")) * 100))
        for row, text in zip(rows, cleaned, strict=True)
    ]


def test_sixty_kronor_of_the_real_invoices_are_drawn_and_evaluated() -> None:
    rows = _invoices()
    facts = population_facts(rows)
    assert (facts.count, facts.total) == (6_000, 2_489_704_196)
    assert (facts.negative_count, facts.negative_sum, facts.zero_count) == (163, -31_453_016, 67)
    taken = draw(rows, "mus_interval", 60, "20201122000000000007")
    hits = Counter(taken)
    assert sum(hits.values()) == 60
    items = [Audited(rows[row - 1][1], rows[row - 1][1], hits[row]) for row in hits]
    clean = evaluate_mus(facts.total, 60, items)
    assert clean.likely == 0
    interval = Fraction(facts.total, 60)
    assert clean.top_items == sum(amount >= interval for _, amount in rows)
    assert clean.top_sum == sum(amount for _, amount in rows if amount >= interval)
    first = next(item for item in items if item.book < interval)
    wrong = [Audited(item.book, 0, item.hits) if item is first else item for item in items]
    found = evaluate_mus(facts.total, 60, wrong)
    assert found.likely == Fraction(facts.total - found.top_sum) * first.hits / found.units
    assert clean.highest < found.highest <= facts.total


def test_the_hits_of_a_large_amount_are_kept() -> None:
    assert mus_hits([500, 100, 400], 10, 0) == [1, 1, 1, 1, 1, 2, 3, 3, 3, 3]


@given(st.integers(2, 300), st.data(), st.sampled_from(["0.8", "0.9", "0.95", "0.99"]))
@steady
def test_the_limit_rises_with_the_deviations_and_falls_with_the_examined(
    population: int, data: st.DataObject, confidence: str
) -> None:
    n = data.draw(st.integers(1, population - 1))
    k = data.draw(st.integers(0, n - 1))
    for size in (None, population):
        here = upper_limit(n, k, confidence, population=size)
        assert here <= upper_limit(n, k + 1, confidence, population=size)
        assert here >= upper_limit(n + 1, k, confidence, population=size)
        assert here >= Fraction(k, n) or (size and here >= Fraction(k, size))
    assert upper_limit(n, k, confidence) < upper_limit(n, k + 1, confidence)


@given(st.integers(1, 500), st.data())
@steady
def test_examining_all_gives_what_was_found(population: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, population))
    assert upper_limit(population, k, "0.95", population=population) == Fraction(k, population)
    assert stratified_upper_count([StratumResult(population, population, k)]) == k


def test_a_rare_deviation_in_a_million_rows_is_planned_for_at_once() -> None:
    size = sample_size("0.00001", "0.05", population=1_000_000)
    assert upper_count(size.n, 0, "0.95", 1_000_000) == 9
    assert upper_count(size.n - 1, 0, "0.95", 1_000_000) == 10
