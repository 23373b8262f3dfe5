"""The filters say dates, numbers and states as a Swedish reader expects them."""

import enum
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from internkontroll.web import filters
from internkontroll.web.filters import StateWord


class Light(enum.StrEnum):
    RED = "red"
    GREEN = "green"


class Wine(enum.StrEnum):
    RED = "red"


@pytest.fixture(autouse=True)
def _empty_registers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "_STATES", {})
    monkeypatch.setattr(filters, "_WORDS", {})


def test_a_date_is_written_out() -> None:
    assert filters.swedish_date(date(2020, 3, 12)) == "12 mars 2020"


@pytest.mark.parametrize(
    ("day", "shown"),
    [(date(2020, 3, 2), "2 mar 2020"), (date(2019, 9, 30), "30 sep 2019")],
)
def test_a_short_date_has_three_letters_and_no_stop(day: date, shown: str) -> None:
    assert filters.short_date(day) == shown


def test_a_moment_late_in_the_evening_utc_is_the_next_day_in_sweden() -> None:
    late = datetime(2020, 6, 30, 22, 5, tzinfo=UTC)
    assert filters.moment(late) == "1 juli 2020 kl. 00.05"
    assert filters.swedish_date(late) == "1 juli 2020"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        filters.swedish_date(datetime(2020, 3, 12, 13, 0))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1234, "1\u00a0234"),
        (Decimal("1234.5"), "1\u00a0234,5"),
        (-5, "\u22125"),
        (0, "0"),
        (1_000_000, "1\u00a0000\u00a0000"),
    ],
)
def test_numbers_have_no_break_spaces_and_a_decimal_comma(value: Decimal | int, shown: str) -> None:
    assert filters.number(value) == shown


def test_the_number_of_decimals_can_be_fixed() -> None:
    assert filters.number(Decimal("2"), 2) == "2,00"
    assert filters.number(Decimal("2.4"), 0) == "2"


@pytest.mark.parametrize("wrong", [True, "5", None])
def test_what_is_not_a_number_is_not_shown_as_one(wrong: object) -> None:
    with pytest.raises(TypeError):
        filters.number(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ore", "shown"),
    [
        (123450, "1\u00a0234,50\u00a0kr"),
        (-5, "\u22120,05\u00a0kr"),
        (10**15 + 1, "10\u00a0000\u00a0000\u00a0000\u00a0000,01\u00a0kr"),
    ],
)
def test_ore_become_kronor_exactly(ore: int, shown: str) -> None:
    assert filters.kronor(ore) == shown


def test_kronor_refuses_a_float() -> None:
    with pytest.raises(TypeError):
        filters.kronor(12.5)  # type: ignore[arg-type]


def test_a_count_always_has_its_whole() -> None:
    assert filters.count_of(5, 1320) == "5 av 1\u00a0320"


def test_a_list_ends_with_och() -> None:
    assert filters.listed(["april"]) == "april"
    assert filters.listed(["april", "augusti"]) == "april och augusti"
    assert filters.listed(["april", "augusti", "årsbokslut"]) == "april, augusti och årsbokslut"


def test_equal_values_of_two_enums_keep_their_own_words() -> None:
    filters.register_states({Light.RED: StateWord("Stopp", "bad")})
    filters.register_words({Wine.RED: "rött"})
    assert filters.state_word(Light.RED) == StateWord("Stopp", "bad")
    assert filters.swedish_word(Wine.RED) == "rött"
    with pytest.raises(LookupError, match="Wine"):
        filters.state_word(Wine.RED)


def test_an_unknown_state_raises_instead_of_showing_its_code() -> None:
    with pytest.raises(LookupError, match="GREEN"):
        filters.state_word(Light.GREEN)
    with pytest.raises(LookupError, match="GREEN"):
        filters.swedish_word(Light.GREEN)


def test_a_state_cannot_have_two_words() -> None:
    filters.register_states({Light.RED: StateWord("Stopp", "bad")})
    filters.register_states({Light.RED: StateWord("Stopp", "bad")})
    with pytest.raises(ValueError, match="already"):
        filters.register_states({Light.RED: StateWord("Halt", "bad")})


def test_things_are_sorted_by_a_name_in_swedish_order() -> None:
    @dataclass
    class Thing:
        name: str

    things = [Thing("Ö"), Thing("Z"), Thing("å")]
    assert [thing.name for thing in filters.in_swedish_order(things, "name")] == ["Z", "å", "Ö"]
    assert filters.in_swedish_order(["ö", "b"]) == ["b", "ö"]
