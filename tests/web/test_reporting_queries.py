"""Each page about a written report asks the database at most twelve times."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, ReportingPoint
from tests.client import PageClient
from tests.conftest import MovableClock
from tests.factories import Town
from tests.report_rows import make_spring

ClientOf = Callable[..., PageClient]
APRIL = "/namnd/scn/uppfoljning/2020/april"


@pytest.fixture(autouse=True)
def written(app: Flask, town: Town, clock: MovableClock, client_of: ClientOf) -> None:
    """A report of the spring with texts in every part of it; it is 29 May."""
    clock.move_to(2020, 5, 29)
    with app.app_context(), intent_to_write():
        session = db.session()
        made = make_spring(session, session.get_one(Board, town.boards["SCN"]))
        session.get_one(ReportingPoint, made.april_id).executive_on = date(2020, 6, 15)
        session.commit()
        db.session.remove()
    client = client_of(Role.CONTROLLER)
    client.get(f"{APRIL}/samlad-bedomning")
    client.submit("/samlad-bedomning", overall="partly", grounds="Två kontroller är inte gjorda.")
    client.get(f"{APRIL}/kontroll/3")
    client.submit("/kontroll/3", comment="Rutinen ses över.")
    client.get(f"{APRIL}/tjansteskrivelse")
    client.submit("/tjansteskrivelse", memo_author="Kanslichefen")


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.CONTROLLER, ""),
        (Role.CONTROLLER, "/kontroll/3"),
        (Role.CONTROLLER, "/samlad-bedomning"),
        (Role.CONTROLLER, "/tjansteskrivelse"),
        (Role.DIRECTOR, "/rontgen"),
        (Role.SECRETARY, "/beslut"),
        (Role.SECRETARY, "/dokument"),
    ],
)
def test_a_page_of_a_written_report_asks_at_most_twelve_times(
    role: Role, page: str, client_of: ClientOf, count_queries: Any
) -> None:
    client = client_of(role)
    client.get(f"{APRIL}{page}")
    with count_queries() as counted:
        client.get(f"{APRIL}{page}")
    assert int(counted) <= 12, "\n".join(counted.statements)
