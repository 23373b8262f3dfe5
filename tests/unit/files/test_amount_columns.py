"""A column of amounts is read as each of its amounts alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import parse_ore
from internkontroll.files.tables import column_amounts_ore

TYPED = st.one_of(
    st.from_regex(r"-?[0-9]{1,14}(?:[,.][0-9]{1,3})?", fullmatch=True),
    st.from_regex(r"[-−]?[0-9]{1,3}(?:[ \u00a0\u202f,.][0-9]{3}){1,4}(?:,[0-9]{2})?", fullmatch=True),  # noqa: E501
    st.text("0123456789 ,.-−()kre\u00a0E", max_size=12),
)  # fmt: skip


def _alone(text: str) -> int | None:
    try:
        return parse_ore(text)
    except InvalidInput:
        return None


@given(st.lists(TYPED, min_size=1, max_size=6))
def test_many_amounts_are_those_of_each_alone_or_all_refused_at_the_first(texts):
    alone = [_alone(text) for text in texts]
    rows = range(2, 2 + len(texts))

    if None in alone:
        with pytest.raises(InvalidInput, match=f"Rad {2 + alone.index(None)}, kolumnen ”Belopp”"):
            column_amounts_ore(texts, rows=rows, column="Belopp")
    else:
        assert column_amounts_ore(texts, rows=rows, column="Belopp") == alone


@pytest.mark.parametrize(
    ("text", "ore"),
    [
        ("8 055,67", 805567),
        ("−5", -500),
        ("1\u00a0234,50", 123450),
        ("90071992547409,93", 9007199254740993),
    ],
)
def test_amounts_as_systems_write_them_are_exact(text, ore):
    if ore > 10**15:
        with pytest.raises(InvalidInput, match="orimligt stort"):
            column_amounts_ore([text], rows=[2], column="Belopp")
    else:
        assert column_amounts_ore([text], rows=[2], column="Belopp") == [ore]


@pytest.mark.parametrize("text", ["1,5e3", "1E3", "", "fem", "５,00", "0x10", "1_000", "∞"])
def test_what_is_no_amount_is_refused_with_row_and_column(text):
    with pytest.raises(InvalidInput, match="Rad 7, kolumnen ”Belopp”"):
        column_amounts_ore(["1,00", text], rows=[6, 7], column="Belopp")


def test_a_line_break_in_a_cell_does_not_make_two_amounts():
    with pytest.raises(InvalidInput, match="Rad 2"):
        column_amounts_ore(["5,00\n6,00"], rows=[2], column="Belopp")
