"""The page of a list: filters, control sums and gallring, as a person meets them."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db
from internkontroll.sampling.models import Population
from internkontroll.sampling.queries import rows_of
from tests.client import Page, PageClient
from tests.conftest import MovableClock
from tests.factories import Town
from tests.service.sampling_desk import CASES
from tests.service.told_lists import MIXED
from tests.web.handed_in import hand_in, make_board_occurrence, waking_worker

ClientOf = Callable[[Role], PageClient]


@pytest.fixture
def occurrence_id(app: Flask, town: Town) -> int:
    return make_board_occurrence(app, town)


@pytest.fixture
def worker(app: Flask, clock: MovableClock) -> Iterator[Callable[[], int]]:
    with waking_worker(app, clock) as run:
        yield run


def _columns(page: Page, **more: str) -> dict[str, str]:
    return {**dict(page.form("/kolumner").fields), **more}


def test_a_list_is_limited_on_its_page_and_says_so(
    app: Flask,
    client_of: ClientOf,
    occurrence_id: int,
    worker: Callable[[], int],
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = hand_in(client, occurrence_id, MIXED)
    form = page.form("/kolumner")
    fields = _columns(
        page,
        **{"filters-0-column": "1", "filters-0-kind": "equals", "filters-0-low": "Barn"},
    )
    client.post(form.action, fields)
    worker()
    page = client.get(form.action.removesuffix("/kolumner"))

    assert "Avgränsning ”Enhet” är ”Barn”: 3 av 4 rader i filen" in page.text
    outside = client_of(Role.READER).get(form.action.removesuffix("/kolumner"))
    assert "”Barn”" not in outside.text
    with app.app_context():
        population = db.session.scalars(sa.select(Population)).one()
        assert [row[0] for row in rows_of(db.session(), population.id)] == ["A-1", "A-3", "A-4"]


def test_a_filter_that_means_nothing_is_told_at_its_field_and_nothing_typed_is_lost(
    client_of: ClientOf,
    occurrence_id: int,
    worker: Callable[[], int],
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = hand_in(client, occurrence_id, MIXED)
    fields = _columns(
        page,
        **{
            "filters-0-column": "3",
            "filters-0-kind": "amount",
            "filters-0-low": "500",
            "filters-0-high": "100",
        },
    )
    refused = client.post(page.form("/kolumner").action, fields, 422)

    assert "Byt plats på dem" in refused.text
    kept = dict(refused.form("/kolumner").fields)
    assert (kept["filters-0-low"], kept["filters-0-high"]) == ("500", "100")
    assert kept["filters-0-column"] == "3"


def test_control_sums_are_compared_and_a_difference_must_be_answered(
    client_of: ClientOf,
    occurrence_id: int,
    worker: Callable[[], int],
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = hand_in(client, occurrence_id, MIXED, expected_rows="5", expected_sum="87,50")
    assert "Filen har 4 rader, 1 färre än de 5 som källan anger." in page.text

    client.submit("/frys", 422)
    form = page.form("/kontrollsummor")
    refused = client.post(form.action, dict(form.fields), 422)
    assert "skriv varför det skiljer" in refused.text
    form = refused.form("/kontrollsummor")
    page = client.post(form.action, {**dict(form.fields), "expected_rows": "4"})

    assert "Filen har samma antal rader och summa som källan anger." in page.text
    assert "Fryst" in client.submit("/frys").text


def test_remembered_columns_are_told_on_the_page(
    client_of: ClientOf,
    occurrence_id: int,
    worker: Callable[[], int],
) -> None:
    client = client_of(Role.RESPONSIBLE)
    hand_in(client, occurrence_id, CASES)
    page = hand_in(client, occurrence_id, CASES)
    assert "som användes förra gången för samma kontrollmoment" in page.text
    assert "beteckning ur ”Ärendenummer”" in page.text


def test_a_list_made_by_the_one_who_is_controlled_stands_as_not_reconciled(
    client_of: ClientOf,
    occurrence_id: int,
    worker: Callable[[], int],
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = hand_in(client, occurrence_id, CASES, made_by_controlled="y")
    assert "Ej avstämd: den som kontrolleras har själv tagit fram listan" in page.text
