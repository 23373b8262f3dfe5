import pytest
from hypothesis import given
from hypothesis import strategies as st

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import (
    clean_line,
    clean_text,
    parse_decimal,
    parse_int,
    parse_number_word,
    parse_ore,
    shown,
    text_key,
)


def test_a_decomposed_letter_is_stored_as_one():
    assert clean_text("a\u030arsbokslut") == "årsbokslut"


@pytest.mark.parametrize(
    "hidden", ["\x00", "\x07", "\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\ud800", "\x9f"]
)
def test_an_invisible_character_is_taken_away(hidden):
    assert clean_text(f"kon{hidden}troll") == "kontroll"


def test_non_breaking_and_thin_spaces_and_tabs_become_spaces():
    assert clean_text("1\u00a0000\u202f000\u2009kr\tnu") == "1 000 000 kr nu"


def test_every_kind_of_line_end_becomes_one_and_the_lines_are_kept():
    assert clean_text("  a \r\nb\rc\u2028d\n\ne ") == "a\nb\nc\nd\n\ne"


def test_a_line_is_one_line():
    assert clean_line("a\n\n b   c ") == "a b c"


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    assert clean_text(clean_text(text)) == clean_text(text)


def test_case_spacing_and_a_last_stop_do_not_make_another_text():
    assert text_key("Finansiell  Kontroll.") == text_key(" finansiell\nkontroll")


def test_a_quoted_text_is_short_and_says_that_it_was_cut():
    assert shown("a" * 100, 10) == "aaaaaaaaa…"


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("tre", 3),
        ("Fem", 5),
        ("tio", 10),
        ("tjugofem", 25),
        ("tjugo fem", 25),
        ("nittionio", 99),
        ("hundra", 100),
        ("etthundratjugo", 120),
        ("niohundranittionio", 999),
    ],
)
def test_a_swedish_number_word_is_a_number(word, number):
    assert parse_number_word(word) == number


@pytest.mark.parametrize("word", ["", "flera", "tjugoelva", "femma", "5"])
def test_another_word_is_no_number(word):
    assert parse_number_word(word) is None


@pytest.mark.parametrize(
    ("typed", "ore"),
    [
        ("1 000,5", 100050),
        ("1\u00a0000,50", 100050),
        ("−5", -500),
        ("-0,01", -1),
        ("8 055,67", 805567),
        ("8055.67", 805567),
        ("1.234,50", 123450),
        ("1,234.50", 123450),
        ("(20)", -2000),
        ("5-", -500),
        ("100 kr", 10000),
        ("100:-", 10000),
        ("1.000.000", 100000000),
        ("0", 0),
        ("12,3\t", 1230),
    ],
)
def test_an_amount_as_typed_is_whole_ore(typed, ore):
    assert parse_ore(typed) == ore


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "12 34", "1e5", "٣", "0,125", "1,2,3", "--5", "10 000 000 000 000 000", "5%"],
)
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(InvalidInput):
        parse_ore(typed)


@pytest.mark.parametrize("typed", ["1,234", "1.234"])
def test_a_number_that_can_be_read_in_two_ways_is_asked_about(typed):
    with pytest.raises(InvalidInput, match="två sätt"):
        parse_decimal(typed)


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_an_amount_written_in_swedish_is_read_back(ore):
    kronor, rest = divmod(abs(ore), 100)
    written = f"{kronor:,}".replace(",", " ") + f",{rest:02d}"
    assert parse_ore(("−" if ore < 0 else "") + written) == ore


def test_a_whole_number_may_be_written_with_empty_decimals():
    assert parse_int(" 10,0 ") == 10


@pytest.mark.parametrize(("typed", "says"), [("0", "minst 1"), ("11", "högst 10"), ("2,5", "helt")])
def test_a_number_outside_its_limits_is_refused_with_the_limit(typed, says):
    with pytest.raises(InvalidInput, match=says) as caught:
        parse_int(typed, minimum=1, maximum=10, field="n")
    assert caught.value.field == "n"


@pytest.mark.parametrize(("typed", "number"), [("tre", 3), ("Tio", 10), ("tjugofem", 25)])
def test_a_count_may_be_written_as_a_word(typed: str, number: int) -> None:
    assert parse_int(typed) == number
