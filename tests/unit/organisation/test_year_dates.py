"""What dates a year can have, and what a decision must carry."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from internkontroll.core.errors import InvalidInput
from internkontroll.organisation.rules import (
    FIRST_YEAR,
    LAST_YEAR,
    check_board_code,
    check_decision,
    check_meeting_dates,
    check_point_dates,
    points_of_year,
)
from internkontroll.organisation.words import meetings_sentence
from tests.passing import passes

YEARS = st.integers(FIRST_YEAR, LAST_YEAR)


def test_the_default_points_of_2020_are_those_of_the_municipality() -> None:
    assert [(point.name, point.period_end, point.cut_off) for point in points_of_year(2020)] == [
        ("april", date(2020, 4, 30), date(2020, 5, 21)),
        ("augusti", date(2020, 8, 31), date(2020, 9, 21)),
        ("årsbokslut", date(2020, 12, 31), date(2021, 1, 21)),
    ]
    assert [point.executive_on for point in points_of_year(2020)] == [
        None,
        None,
        date(2021, 3, 16),
    ]


@settings(deadline=None)
@given(YEARS)
def test_default_points_are_dates_that_a_board_could_have_chosen(year: int) -> None:
    for point in points_of_year(year):
        check_point_dates(
            period_end=point.period_end,
            cut_off=point.cut_off,
            board_on=point.board_on,
            executive_on=point.executive_on,
        )
        assert point.period_end.year == year


@pytest.mark.parametrize("year", [FIRST_YEAR - 1, LAST_YEAR + 1, 20])
def test_a_year_that_cannot_be_meant_is_refused(year: int) -> None:
    with pytest.raises(InvalidInput, match="fyra siffror"):
        points_of_year(year)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"cut_off": date(2020, 4, 29)}, "cut_off"),
        ({"board_on": date(2020, 5, 20)}, "board_on"),
        ({"executive_on": date(2020, 5, 27)}, "executive_on"),
    ],
)
def test_days_in_an_order_that_cannot_be_name_their_field(
    changed: dict[str, date], field: str
) -> None:
    dates = {
        "period_end": date(2020, 4, 30),
        "cut_off": date(2020, 5, 21),
        "board_on": date(2020, 5, 28),
        "executive_on": date(2020, 6, 10),
    }
    with pytest.raises(InvalidInput) as caught:
        check_point_dates(**{**dates, **changed})
    assert caught.value.field == field


def test_days_outside_the_year_are_named_and_the_rest_are_counted() -> None:
    outside = [date(2021, 1, 1) + timedelta(days=n) for n in range(7)]
    with pytest.raises(InvalidInput) as caught:
        check_meeting_dates([date(2020, 2, 1), *outside], year=2020)
    assert "1 januari 2021" in caught.value.sentence
    assert "och 2 till ligger inte i 2020" in caught.value.sentence
    assert "1 februari" not in caught.value.sentence


def test_days_of_the_year_pass_and_no_year_asks_nothing() -> None:
    assert passes(check_meeting_dates, [date(2020, 1, 1), date(2020, 12, 31)], year=2020)
    for outside in (date(2019, 12, 31), date(2021, 1, 1)):
        assert not passes(check_meeting_dates, [date(2020, 1, 1), outside], year=2020)
        assert passes(check_meeting_dates, [date(2020, 1, 1), outside], year=None)


def test_an_empty_list_of_days_is_refused() -> None:
    with pytest.raises(InvalidInput, match="tom"):
        check_meeting_dates([], year=2020)


@pytest.mark.parametrize(("typed", "code"), [(" scn ", "SCN"), ("osn2", "OSN2")])
def test_a_board_code_is_kept_in_capitals(typed: str, code: str) -> None:
    assert check_board_code(typed) == code


@pytest.mark.parametrize("typed", ["", "A", "A B", "A/B", "ABCDEFGHIJKLM"])
def test_a_code_that_cannot_stand_in_an_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        check_board_code(typed)


DECISION = {
    "body": "Socialnämnden",
    "decided_on": date(2019, 12, 18),
    "paragraph": "§ 187",
    "registry_number": "SCN-2019-0598",
    "verified_on": date(2019, 12, 20),
    "today": date(2020, 1, 15),
}


def test_a_whole_decision_passes_whatever_the_registry_number_looks_like() -> None:
    for number in ("SCN-2019-0598", "KS 17/03 b", "9" * 60):
        assert passes(check_decision, **{**DECISION, "registry_number": number})


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"body": ""}, "body"),
        ({"paragraph": ""}, "paragraph"),
        ({"paragraph": "9" * 21}, "paragraph"),
        ({"registry_number": ""}, "registry_number"),
        ({"registry_number": "SCN 19121212-1212"}, "registry_number"),
        ({"paragraph": "191212121212"}, "paragraph"),
        ({"body": "Utskottet om 19121212-1212"}, "body"),
        ({"registry_number": "9" * 61}, "registry_number"),
        ({"decided_on": date(2020, 1, 16), "verified_on": None}, "decided_on"),
        ({"verified_on": date(2019, 12, 17)}, "verified_on"),
        ({"verified_on": date(2020, 1, 16)}, "verified_on"),
    ],
)
def test_a_decision_that_cannot_be_names_its_field(changed: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_decision(**{**DECISION, **changed})  # type: ignore[arg-type]
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("added", "known", "sentence"),
    [
        (10, [], "10 sammanträden är inlagda."),
        (1, [], "1 sammanträde är inlagt."),
        (0, ["12 feb 2020"], "Inga nya sammanträden. Fanns redan: 12 feb 2020."),
        (1, ["a", "b"], "1 sammanträde är inlagt. Fanns redan: a, b."),
    ],
)
def test_the_outcome_of_a_pasted_list_is_told(added: int, known: list[str], sentence: str) -> None:
    assert meetings_sentence(added, known) == sentence
