from fractions import Fraction

import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules import (
    DEFAULT_PRACTICE,
    TIMES_A_YEAR,
    Practice,
    Recurrence,
    check_practice,
    practice_rows,
    upper_limit,
)


def test_the_table_begins_with_what_is_commonly_done() -> None:
    rows = {row.recurrence: (row.size, row.least, row.most) for row in practice_rows({})}
    assert rows == {
        Recurrence.YEAR: (1, 1, 1),
        Recurrence.QUARTER: (4, 2, 2),
        Recurrence.MONTH: (12, 2, 5),
        Recurrence.WEEK: (52, 5, 15),
        Recurrence.DAY: (250, 20, 40),
    }
    assert set(DEFAULT_PRACTICE) == set(TIMES_A_YEAR) == set(Recurrence)


@pytest.mark.parametrize(
    ("size", "n", "share"),
    [(1, 1, "0"), (4, 2, "0.5"), (12, 2, "7/12"), (12, 5, "0.25"), (52, 5, "18/52")],
)
def test_the_proof_at_90_percent_is_the_published_one(size: int, n: int, share: str) -> None:
    assert upper_limit(n, 0, "0.9", population=size) == Fraction(share)


def test_beside_each_number_stands_what_it_proves_at_95_percent() -> None:
    row = next(row for row in practice_rows({}) if row.recurrence is Recurrence.WEEK)
    assert Fraction(row.left_by_least, 52) == upper_limit(5, 0, "0.95", population=52)
    assert Fraction(row.left_by_most, 52) == upper_limit(15, 0, "0.95", population=52)


def test_the_municipalitys_own_numbers_take_the_place_of_the_programs() -> None:
    rows = practice_rows({Recurrence.MONTH: Practice(3, 6)})
    assert [(row.least, row.most) for row in rows if row.recurrence is Recurrence.MONTH] == [(3, 6)]


@pytest.mark.parametrize(
    ("least", "most", "field"),
    [(0, 2, "month_least"), (1, 13, "month_most"), (5, 2, "month_least")],
)
def test_numbers_that_cannot_be_are_refused_at_their_field(
    least: int, most: int, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_practice(Recurrence.MONTH, least, most)
    assert refused.value.field == field
