"""Pages of long lists: what is shown, what is linked, what a strange address gives."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.web.pagination import (
    Page,
    Sort,
    paginate,
    requested_page,
    requested_sort,
    url_with,
)


def page_of(rows: int, number: int, size: int = 50) -> Page[int]:
    """A page of the numbers below ``rows``."""
    first = sa.select(sa.literal(0).label("row")).cte(recursive=True)
    listed = first.union_all(sa.select(first.c.row + 1).where(first.c.row < rows))
    asked = sa.select(listed.c.row).where(listed.c.row < rows).order_by(listed.c.row)
    engine = sa.create_engine("sqlite://")
    with Session(engine) as session:
        page = paginate(session, asked, number, size)
    engine.dispose()
    return page


def test_a_page_knows_which_rows_it_shows() -> None:
    page = page_of(120, number=3)
    assert (page.first, page.last, page.total, list(page.items)) == (
        101,
        120,
        120,
        [*range(100, 120)],
    )
    assert (page.previous, page.next) == (2, None)


def test_a_page_past_the_end_is_the_last_one() -> None:
    assert page_of(120, number=99).number == 3


def test_an_empty_list_has_one_page_and_no_rows() -> None:
    page = page_of(0, number=1)
    assert (page.pages, page.first, page.last, page.previous, page.next) == (1, 0, 0, None, None)


@pytest.mark.parametrize(
    ("number", "window"),
    [
        (1, [1, 2, None, 20]),
        (4, [1, 2, 3, 4, 5, None, 20]),
        (10, [1, None, 9, 10, 11, None, 20]),
        (20, [1, None, 19, 20]),
    ],
)
def test_far_pages_are_left_out_of_the_links(number: int, window: list[int | None]) -> None:
    assert Page([], number, 10, 200).window == window


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("2", 2),
        (" 3 ", 3),
        ("0", 1),
        ("-1", 1),
        ("två", 1),
        ("²", 1),
        ("", 1),
        ("9" * 30, 1_000_000),
    ],
)
def test_a_strange_page_number_is_never_an_error(typed: str, page: int) -> None:
    assert requested_page({"sida": typed}) == page


def test_only_columns_that_the_list_offers_can_be_sorted_by() -> None:
    default = Sort("nr")
    asked = {"sortera": "namn", "ordning": "fallande"}
    assert requested_sort(asked, ["nr", "namn"], default) == Sort("namn", descending=True)
    assert requested_sort({"sortera": "losenord"}, ["nr", "namn"], default) == default


def test_a_link_to_another_page_keeps_the_filter() -> None:
    app = Flask(__name__)
    app.add_url_rule("/namnd/<code>/risker", "risks", lambda code: code)
    with app.test_request_context("/namnd/scn/risker?sok=jäv&sida=2&omr=a&omr=b"):
        assert url_with(sida=3) == "/namnd/scn/risker?sok=j%C3%A4v&sida=3&omr=a&omr=b"
        assert url_with(sida=None, sok=None) == "/namnd/scn/risker?omr=a&omr=b"
