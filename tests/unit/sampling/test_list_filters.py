"""Filters and control sums: which rows are kept, and what is told where the figures differ."""

from datetime import date

import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.control_sums import differences
from internkontroll.sampling.rules.filters import Filter, FilterKind, make_filter

TODAY = date(2020, 4, 1)


def _filter(kind: FilterKind, low: str = "", high: str = "", column: str = "K") -> Filter:
    return make_filter(column, kind, low, high, today=TODAY, field="filters-0-")


@pytest.mark.parametrize(
    ("kind", "low", "high", "cells", "kept"),
    [
        (FilterKind.EQUALS, "barn", "", ["Barn", "Barn och unga", ""], [True, False, False]),
        (FilterKind.DIFFERS, "Barn", "", ["barn", "Vuxen", ""], [False, True, True]),
        (FilterKind.CONTAINS, "unga", "", ["Barn", "Barn och Unga"], [False, True]),
        (FilterKind.AMOUNT, "100", "200", ["99,99", "100", "200,00", "200,01"], [0, 1, 1, 0]),
        (FilterKind.AMOUNT, "", "0", ["−5", "0", "0,01"], [1, 1, 0]),
        (FilterKind.DAY, "2020-03-01", "", ["2020-02-29", "20200301", "2020-03-02 12:00"], [0, 1, 1]),  # noqa: E501
        (FilterKind.DAY, "", "31 mars", ["2020-03-31", "2020-04-01"], [1, 0]),
    ],
)  # fmt: skip
def test_a_filter_keeps_what_it_says_both_ends_included(kind, low, high, cells, kept):
    rows = range(2, 2 + len(cells))
    assert _filter(kind, low, high).passes(cells, rows) == [bool(each) for each in kept]


@pytest.mark.parametrize(
    ("kind", "cell", "says"),
    [
        (FilterKind.AMOUNT, "fem", "Rad 3, kolumnen ”K”"),
        (FilterKind.DAY, "12/3", "Rad 3, kolumnen ”K”"),
        (FilterKind.DAY, "2020-02-30", "Rad 3, kolumnen ”K”"),
    ],
)
def test_a_cell_that_cannot_be_compared_is_told_with_its_row(kind, cell, says):
    made = _filter(kind, "1" if kind is FilterKind.AMOUNT else "2020-01-01")
    good = "5" if kind is FilterKind.AMOUNT else "2020-01-02"
    with pytest.raises(InvalidInput, match=says):
        made.passes([good, cell], [2, 3])


@pytest.mark.parametrize(
    ("kind", "low", "high", "field", "says"),
    [
        (FilterKind.EQUALS, "", "", "filters-0-low", "Skriv vad"),
        (FilterKind.CONTAINS, "a", "b", "filters-0-high", "Till och med"),
        (FilterKind.AMOUNT, "", "", "filters-0-low", "Skriv från"),
        (FilterKind.AMOUNT, "200", "100", "filters-0-low", "Byt plats"),
        (FilterKind.AMOUNT, "fem", "", "filters-0-low", "inte ett tal"),
        (FilterKind.DAY, "2020-04-01", "2020-03-01", "filters-0-low", "Byt plats"),
        (FilterKind.EQUALS, "x" * 201, "", "filters-0-low", "högst 200"),
    ],
)
def test_a_filter_that_means_nothing_is_refused_at_its_field(kind, low, high, field, says):
    with pytest.raises(InvalidInput, match=says) as refused:
        _filter(kind, low, high)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (_filter(FilterKind.EQUALS, "Barn"), "”K” är ”Barn”"),
        (_filter(FilterKind.AMOUNT, "100", "1 234,5"), "”K” från 100,00 kr till 1 234,50 kr"),
        (_filter(FilterKind.DAY, "", "2020-03-31"), "”K” till 31 mars 2020"),
    ],
)
def test_a_filter_is_told_in_words_and_comes_back_from_the_database(made, sentence):
    assert made.sentence.replace("\N{NO-BREAK SPACE}", " ") == sentence
    assert Filter.from_stored(made.stored()) == made
    low, high = made.typed
    assert make_filter(made.column, made.kind, low, high, today=TODAY) == made


@pytest.mark.parametrize(
    ("rows", "total", "expected_rows", "expected_total", "told"),
    [
        (12, None, None, None, []),
        (12, 500, 12, 500, []),
        (12, None, 14, None, ["12 rader, 2 färre än de 14"]),
        (14, None, 12, None, ["14 rader, 2 fler än de 12"]),
        (12, None, None, 500, ["ingen kolumn med belopp"]),
        (12, 450, 12, 500, ["4,50 kr, 0,50 kr mindre än de 5,00 kr"]),
        (12, 550, 13, 500, ["1 färre", "0,50 kr mer"]),
        (12, -50, None, 0, ["−0,50 kr, 0,50 kr mindre"]),
    ],
)
def test_each_figure_that_differs_is_told_with_both_numbers(
    rows, total, expected_rows, expected_total, told
):
    found = differences(
        rows=rows, total=total, expected_rows=expected_rows, expected_total=expected_total
    )
    assert len(found) == len(told)
    for sentence, part in zip(found, told, strict=True):
        assert part in sentence.replace("\N{NO-BREAK SPACE}", " ")
