"""The list parted by amount: bands, limits as typed, how many of each, and rows as written."""

import itertools
from fractions import Fraction

import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules import (
    Allocation,
    Item,
    allocated,
    as_ranges,
    bands,
    extended,
    from_ranges,
    read_limits,
)
from internkontroll.sampling.rules.ceremony import asks_for_ceremony
from internkontroll.sampling.rules.comparison import list_difference, record_difference

AMOUNTS = (-500, 0, 1, 99_999, 100_000, 100_001, 250_000, 300_000, 300_001, 9_000_000)
ITEMS: list[Item] = [(f"V-{row}", amount) for row, amount in enumerate(AMOUNTS, start=1)]
LIMITS = (100_000, 300_000)


def test_a_limit_belongs_to_the_band_below_it() -> None:
    found = {band.name: band.rows for band in bands(ITEMS, LIMITS, positive_only=False)}
    assert found == {
        "negativa belopp": (1,),
        "nollbelopp": (2,),
        "till 1000 kr": (3, 4, 5),
        "över 1000 till 3000 kr": (6, 7, 8),
        "över 3000 kr": (9, 10),
    }


def test_negatives_and_zeros_stand_outside_where_amounts_are_weighed() -> None:
    found = bands(ITEMS, LIMITS, positive_only=True)
    assert [row for band in found for row in band.rows] == list(range(3, 11))
    assert sum(band.total for band in found) == sum(a for a in AMOUNTS if a > 0)


def test_a_band_without_rows_is_left_out() -> None:
    names = [band.name for band in bands(ITEMS[5:8], LIMITS, positive_only=False)]
    assert names == ["över 1000 till 3000 kr"]
    with pytest.raises(InvalidInput, match="inga positiva belopp"):
        bands(ITEMS[:2], LIMITS, positive_only=True)


def test_every_row_is_in_one_band_whatever_the_limits() -> None:
    for limits in ((1,), (99_999, 100_000), (50, 100_001, 10**9)):
        rows = [row for band in bands(ITEMS, limits, positive_only=False) for row in band.rows]
        assert sorted(rows) == list(range(1, 11))


def test_the_spread_is_the_standard_deviation_rounded_down() -> None:
    [band] = bands([("a", 100), ("b", 300), ("c", 800)], (1_000,), positive_only=False)
    mean = Fraction(1200, 3)
    variance = sum((amount - mean) ** 2 for amount in (100, 300, 800)) / 3
    assert band.spread**2 <= variance < (band.spread + 1) ** 2


def test_a_row_without_amount_is_told() -> None:
    with pytest.raises(InvalidInput, match="Rad 2 saknar belopp"):
        bands([("a", 1), ("b", None)], LIMITS, positive_only=False)


@pytest.mark.parametrize(
    ("typed", "limits"),
    [
        ("10 000; 100 000", (1_000_000, 10_000_000)),
        ("1\u00a0000,50 ;2000;", (100_050, 200_000)),
        ("0,01", (1,)),
    ],
)
def test_limits_are_kronor_as_people_type_them(typed: str, limits: tuple[int, ...]) -> None:
    assert read_limits(typed) == limits


@pytest.mark.parametrize(
    "typed", ["", ";", "1e5", "tusen", "-5; 5", "5; 5", "6; 5", "1;2;3;4;5;6;7;8;9;10"]
)
def test_limits_that_cannot_be_are_refused_at_their_field(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_limits(typed)
    assert refused.value.field == "limits"


@pytest.mark.parametrize("allocation", list(Allocation))
@pytest.mark.parametrize("n", range(5, 11))
def test_an_allocation_sums_to_n_and_gives_each_stratum_one(n: int, allocation: Allocation) -> None:
    found = bands(ITEMS, LIMITS, positive_only=False)
    shares = allocated(found, n, allocation)
    assert sum(shares) == n
    assert all(1 <= share <= len(band.rows) for share, band in zip(shares, found, strict=True))


def test_fewer_than_one_for_each_stratum_is_refused() -> None:
    with pytest.raises(InvalidInput, match="minst 5"):
        allocated(bands(ITEMS, LIMITS, positive_only=False), 4, Allocation.PROPORTIONAL)


def test_an_allocation_by_amount_may_hit_a_row_many_times() -> None:
    found = bands(ITEMS, LIMITS, positive_only=True)
    shares = allocated(found, 60, Allocation.PROPORTIONAL, by_amount=True)
    assert sum(shares) == 60
    assert shares[-1] > len(found[-1].rows)


def test_an_extension_follows_the_shares_of_the_first_round() -> None:
    assert extended([5, 1], [10, 100], [5, 99], 4) == [3, 1]
    assert extended([5, 1], [5, 100], [0, 99], 4) == [0, 4]
    assert extended([5, 0], [5, 100], [0, 100], 4) == [0, 4], "what was drawn from is exhausted"


@pytest.mark.parametrize("rows", [[1], [1, 2], [1, 3, 4, 5, 9], list(range(1, 50))])
def test_rows_are_written_as_ranges_and_read_again(rows: list[int]) -> None:
    written = as_ranges(rows)
    assert from_ranges(written) == rows
    assert all(isinstance(part, int) or part[0] < part[1] for part in written)


@pytest.mark.parametrize(
    ("method", "in_committee", "asked"),
    [
        ("Stickprov på fem fakturor.", False, False),
        ("Stickprov på fem fakturor.", True, True),
        ("Numret slås med tärning.", False, True),
        ("Justeraren drar ett ärende.", False, True),
        ("Fem fakturor lottas.", False, True),
        ("Slott och plotter granskas.", False, False),
    ],
)
def test_the_ceremony_is_asked_for_in_committees_and_where_the_plan_says_so(
    method: str, in_committee: bool, asked: bool
) -> None:
    assert asks_for_ceremony(method, in_committee=in_committee) is asked


def test_the_first_row_that_differs_is_told_without_its_reference() -> None:
    assert list_difference(ITEMS, list(ITEMS)) is None
    for row in range(1, 11):
        changed = list(ITEMS)
        changed[row - 1] = ("ny", ITEMS[row - 1][1])
        told = list_difference(ITEMS, changed)
        assert told is not None
        assert told.startswith(f"Rad {row} är ändrad: beteckningen")
        assert "V-" not in told
    for a, b in itertools.pairwise(range(10)):
        moved = list(ITEMS)
        moved[a], moved[b] = moved[b], moved[a]
        told = list_difference(ITEMS, moved)
        assert told is not None
        assert f"är rad {a + 1}." in told
    assert "avhuggen efter rad 7" in str(list_difference(ITEMS, ITEMS[:7]))
    assert "kommit till eller är ändrad är rad 11" in str(
        list_difference(ITEMS, [*ITEMS, ("ny", 5)])
    )


def test_the_part_of_a_record_that_differs_is_told() -> None:
    record = {"N": 5, "seed": "1", "rows": [1, 2], "program": "x"}
    assert record_difference(record, dict(record)) is None
    assert "siffrorna" in str(record_difference(record, {**record, "seed": "2"}))
    assert "programmets version" in str(record_difference(record, {**record, "program": "y"}))
    assert "dragna raderna" in str(record_difference(record, {**record, "rows": [2, 1]}))
    assert "”extra”" in str(record_difference(record, {**record, "extra": None}))
    assert record_difference(record, {"N": 5, "seed": "1", "rows": [1, 2]}) is not None
