"""Swedish order: å ä ö after z. The lists were sorted by PostgreSQL with "sv-SE-x-icu"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internkontroll.core.sorting import swedish_compare, swedish_key


@pytest.mark.parametrize(
    "in_order",
    [
        ["Arvika", "Vik", "Wik", "Zorn", "Ånge", "Ängelholm", "Örebro"],
        ["ab", "aB", "Ab", "AB"],
        ["Ide", "idé", "Idé", "Idén"],
        ["Ub", "yb", "üb", "Z", "å", "ä", "æ", "ö", "ø"],
        ["A lag", "A-lag", "A, b", "A. b", "Alag"],
        ["”x”", "(x)", "§ 187", "1", "10", "2", "a"],
        ["SCN 2019", "SCN-2019-0598", "SCN2019"],
    ],
)
def test_texts_come_in_the_order_of_the_swedish_collation(in_order: list[str]) -> None:
    assert sorted(set(in_order), key=swedish_key) == in_order


def test_a_letter_written_with_a_loose_ring_sorts_as_the_whole_letter() -> None:
    assert sorted(["A\u030angen", "Zorn", "Ask"], key=swedish_key) == ["Ask", "Zorn", "A\u030angen"]


def test_a_no_break_space_sorts_as_a_space() -> None:
    assert swedish_key("a\u00a0b")[0] == swedish_key("a b")[0]


LETTERS = st.text("aAåÅäÄöÖzéüæ -1", max_size=5)


@given(LETTERS, LETTERS)
def test_only_texts_of_the_same_letters_compare_equal(first: str, second: str) -> None:
    assert swedish_compare(first, second) == -swedish_compare(second, first)
    if first == second:
        assert swedish_compare(first, second) == 0
