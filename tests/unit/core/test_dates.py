import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internkontroll.core.dates import AmbiguousDate, long_date, parse_date, parse_date_list
from internkontroll.core.errors import InvalidInput

TODAY = date(2020, 3, 11)  # a Wednesday


@pytest.mark.parametrize(
    "typed",
    [
        "2020-03-12",
        "20200312",
        "2020/03/12",
        "2020.03.12",
        "2020‑03‑12",
        " 2020-03-12\t",
        "12/3",
        "12/3 ",
        "12 mars",
        "12 mars 2020",
        "12 Mars 2020",
        "12 mar",
        "den 12 mars 2020",
        "12:e mars",
        "torsdag 12 mars",
        "tors 12 mars".replace("tors", "tor"),
        "torsdagen den 12 mars 2020",
        "tors 12 mars",
        "to 12/3",
        "12 mars, torsdag",
        "12/3 (tors)",
        "2020-03-12 torsdag",
        "den 12/3",
        "12/3-20",
        "12/3 -20",
        "12/3 2020",
        "den 12/3 2020",
        "12 mar -20",
        "12 mars-20",
        "imorgon",
        "i morgon",
        "på torsdag",
    ],
)
def test_a_date_is_read_as_people_type_it(typed):
    assert parse_date(typed, today=TODAY) == date(2020, 3, 12)


@pytest.mark.parametrize(
    ("typed", "days"),
    [("idag", 0), ("i dag", 0), ("Igår", -1), ("i går", -1), ("i förrgår", -2), ("i måndags", -2)],
)
def test_a_day_may_be_told_from_today(typed, days):
    assert parse_date(typed, today=TODAY) == TODAY + timedelta(days=days)


def test_last_weekday_is_a_week_ago_on_that_very_day():
    assert parse_date("i onsdags", today=TODAY) == TODAY - timedelta(days=7)
    assert parse_date("på onsdag", today=TODAY) == TODAY + timedelta(days=7)


def test_a_date_without_a_year_takes_the_year_asked_for():
    assert parse_date("12 mars", today=TODAY, year=2021) == date(2021, 3, 12)
    assert parse_date("12/3", today=TODAY, year=2021) == date(2021, 3, 12)


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("03/04", {date(2020, 4, 3), date(2020, 3, 4)}),
        ("3/4/2020", {date(2020, 4, 3), date(2020, 3, 4)}),
        ("måndag", {date(2020, 3, 9), date(2020, 3, 16)}),
        ("nästa måndag", {date(2020, 3, 16), date(2020, 3, 23)}),
        ("3/4/20", set()),
    ],
)
def test_a_date_that_can_be_read_in_two_ways_is_asked_about(typed, choices):
    with pytest.raises(AmbiguousDate) as caught:
        parse_date(typed, today=TODAY, field="day")
    assert set(caught.value.choices) == choices
    assert caught.value.field == "day"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("18/12-26", date(2026, 12, 18)),
        ("20 nov -26", date(2026, 11, 20)),
        ("den 12/11", date(2020, 11, 12)),
        ("12/11 2026", date(2026, 11, 12)),
        ("fre 13 mars", date(2020, 3, 13)),
    ],
)
def test_swedish_ways_to_write_the_year_and_the_weekday_are_read(typed, day):
    assert parse_date(typed, today=TODAY) == day


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("03/04-26", "3 april 2026 eller 4 mars 2026"),
        ("03/04 2026", "3 april 2026 eller 4 mars 2026"),
        ("12/11-61", "1961 eller 2061"),
        ("18-12-26", "flera sätt"),
        ("18/12/26", "flera sätt"),
    ],
)
def test_a_short_year_or_padded_days_that_can_be_two_things_are_asked_about(typed, words):
    with pytest.raises(AmbiguousDate, match=words):
        parse_date(typed, today=TODAY)


@pytest.mark.parametrize("typed", ["fre 12 mars", "12 mars (fredag)", "12/3-20 fre"])
def test_a_weekday_on_either_side_is_held_against_its_date(typed):
    with pytest.raises(InvalidInput, match="12 mars 2020 är en torsdag, inte en fredag"):
        parse_date(typed, today=TODAY)


@pytest.mark.parametrize("typed", ["13/4", "04/04", "13/04", "13/4/2020", "3/4"])
def test_an_order_that_can_only_be_one_is_read(typed):
    assert parse_date(typed, today=TODAY).month == 4


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "31/2", "3/13", "2020-02-30", "0000-00-00", "1/1/3000", "12 mars 1066", "12"],
)
def test_what_is_no_date_is_refused(typed):
    with pytest.raises(InvalidInput):
        parse_date(typed, today=TODAY)


def test_a_weekday_that_does_not_fit_its_date_is_refused_with_the_right_one():
    with pytest.raises(InvalidInput, match="12 mars 2020 är en torsdag, inte en fredag"):
        parse_date("fredag 12 mars", today=TODAY)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_date_written_out_is_read_back(day):
    assert parse_date(long_date(day), today=TODAY) == day
    assert parse_date(day.isoformat(), today=TODAY) == day


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_is_refused_as_invalid_input(text):
    with contextlib.suppress(InvalidInput):
        assert isinstance(parse_date(text, today=TODAY), date)


def test_a_pasted_list_is_read_in_its_order():
    text = (
        "2020-02-12\n15 januari, 2020; 11/3\r\n\n"
        "- torsdag, 16 april kl. 13.00–15.00\n2020-05-13 13:00\t10/6"
    )
    assert parse_date_list(text, today=TODAY) == (
        date(2020, 2, 12),
        date(2020, 1, 15),
        date(2020, 3, 11),
        date(2020, 4, 16),
        date(2020, 5, 13),
        date(2020, 6, 10),
    )


def test_a_list_with_weekday_words_is_read():
    text = (
        "tors 15/1 2026\n12 februari 2026, torsdag kl. 13\nTorsdag, 12 mars 2026\n"
        "den 16/4 -26 (tors), 21 maj 2026 torsdag; tis 16/6-26"
    )
    assert parse_date_list(text, today=TODAY) == (
        date(2026, 1, 15),
        date(2026, 2, 12),
        date(2026, 3, 12),
        date(2026, 4, 16),
        date(2026, 5, 21),
        date(2026, 6, 16),
    )


def test_a_list_names_every_line_that_cannot_be_used():
    with pytest.raises(InvalidInput) as caught:
        parse_date_list("\n12/3\nfoo\n03/04\n12 mars", today=TODAY, field="dates")
    sentence = caught.value.sentence
    assert "Rad 3: ”foo”" in sentence
    assert "Rad 4: ”03/04”" in sentence
    assert "Rad 5: 12 mars 2020 står redan på rad 2" in sentence
    assert "Rad 2:" not in sentence
    assert caught.value.field == "dates"


def test_a_list_with_many_faults_quotes_five_and_counts_the_rest():
    with pytest.raises(InvalidInput, match="Ytterligare 2 fel"):
        parse_date_list("\n".join("abcdefg"), today=TODAY)


@pytest.mark.parametrize("text", ["", " \n\t\n", ";,"])
def test_an_empty_list_is_refused(text):
    with pytest.raises(InvalidInput, match="tom"):
        parse_date_list(text, today=TODAY)
