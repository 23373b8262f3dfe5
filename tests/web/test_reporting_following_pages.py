"""The report's page tells the computed sentences, and each leads to the rows it is about."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board
from tests.client import PageClient
from tests.conftest import MovableClock
from tests.factories import Town
from tests.report_years import make_years

ClientOf = Callable[..., PageClient]
APRIL = "/namnd/scn/uppfoljning/2020/april"


@pytest.fixture(autouse=True)
def years(app: Flask, town: Town, clock: MovableClock) -> None:
    """Last year decided, this year's spring under way; it is 29 May."""
    clock.move_to(2020, 5, 29)
    with app.app_context(), intent_to_write():
        session = db.session()
        make_years(session, session.get_one(Board, town.boards["SCN"]))
        session.commit()
        db.session.remove()


def test_the_page_tells_what_was_computed_and_links_to_the_rows(client_of: ClientOf) -> None:
    page = client_of(Role.CONTROLLER).get(APRIL)
    for told in (
        "Av de fyra åtgärder som var öppna vid förra uppföljningen (per årsbokslut 2019)",
        "Kontroll 3 visar brister för andra året i rad.",
        "Rättelser och åtgärder",
        "Den enskilda posten är rättad. Den enda åtgärden pågår.",
        "Mot april 2019",
        "Inför nästa års plan",
        "Tätare. Gör kontroll 3 oftare",
    ):
        assert told in page.text, told
    html = page.html
    links = set(re.findall(r'href="#([^"]+)"', html))
    ids = re.findall(r' id="([^"]+)"', html)
    assert {link for link in links if link.startswith("kontroll-")} >= {"kontroll-3"}
    assert links <= set(ids) | {"innehall"}
    assert len(ids) == len(set(ids))


def test_the_whole_page_asks_the_database_at_most_twelve_times(
    client_of: ClientOf, count_queries: Any
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(APRIL)
    with count_queries() as counted:
        client.get(APRIL)
    assert int(counted) <= 12
