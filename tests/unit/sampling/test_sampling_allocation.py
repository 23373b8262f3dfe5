import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling_vectors import numbers, vector_rows

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules import allocate

steady = settings(max_examples=300, deadline=None, derandomize=True, database=None)


def test_published_allocations_are_met() -> None:
    for row in vector_rows("select_stratified_allocation"):
        sizes, deviations = numbers(row["N_h"]), row["S_h"].split(";")
        n, least = int(row["n"]), int(row["min_per_stratum"])
        assert allocate(sizes, n, minimum=least) == numbers(row["proportional"]), row["row_id"]
        if row["neyman"].startswith("ERROR"):
            with pytest.raises(InvalidInput, match="Fördela i stället efter strata storlek"):
                allocate(sizes, n, deviations=deviations, minimum=least)
        else:
            given_out = allocate(sizes, n, deviations=deviations, minimum=least)
            assert given_out == numbers(row["neyman"]), row["row_id"]


@steady
@given(
    strata=st.lists(
        st.tuples(st.integers(0, 50), st.sampled_from([0, 1, 2, 9, 1000])), min_size=1, max_size=8
    ),
    n=st.integers(1, 300),
    least=st.integers(0, 12),
)
def test_the_whole_sample_is_given_out_and_no_stratum_more_than_it_has(
    strata: list[tuple[int, int]], n: int, least: int
) -> None:
    sizes, deviations = [size for size, _ in strata], [str(spread) for _, spread in strata]
    floors = [min(least, size) for size in sizes]
    total = min(n, sum(sizes))
    ways = [None] if not any(s * int(d) for s, d in strata) else [None, deviations]
    if not sum(sizes) or sum(floors) > total:
        with pytest.raises(InvalidInput):
            allocate(sizes, n, minimum=least)
        return
    for spread in ways:
        given_out = allocate(sizes, n, deviations=spread, minimum=least)
        assert sum(given_out) == total
        for count, size, floor in zip(given_out, sizes, floors, strict=True):
            assert floor <= count <= size


def test_equal_remainders_go_to_the_first_stratum() -> None:
    assert allocate([100, 100, 100], 10) == [4, 3, 3]


def test_what_a_full_stratum_cannot_take_goes_to_one_without_spread() -> None:
    assert allocate([10, 5], 10, deviations=["0", "1"]) == [5, 5]


def test_a_minimum_is_taken_from_a_stratum_that_would_else_be_full() -> None:
    assert allocate([10, 100], 12, deviations=["1000", "1"], minimum=5) == [7, 5]


@pytest.mark.parametrize(
    ("sizes", "n", "deviations", "minimum", "words"),
    [
        ([], 5, None, 0, "inga strata"),
        ([0, 0], 5, None, 0, "Alla strata är tomma"),
        ([5, 5], 0, None, 0, "minst 1"),
        ([5, -5], 1, None, 0, "minst 0"),
        ([5, 5], 3, None, 2, "räcker inte till minst 2 per stratum. Begär minst 4"),
        ([5, 5], 3, ["1"], 0, "en spridning för varje stratum"),
        ([5, 5], 3, ["1", "-1"], 0, "kan inte vara negativ"),
    ],
)
def test_allocations_that_make_no_sense_are_refused(
    sizes: list[int], n: int, deviations: list[str] | None, minimum: int, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        allocate(sizes, n, deviations=deviations, minimum=minimum)
