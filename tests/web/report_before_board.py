"""An April report that goes on to kommunstyrelsen, written and decided on the pages."""

from collections.abc import Callable
from datetime import date

from flask import Flask

from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, ReportingPoint
from tests.client import Page, PageClient
from tests.conftest import MovableClock
from tests.factories import Town
from tests.report_rows import Spring, make_spring

ClientOf = Callable[..., PageClient]
LIST = "/namnd/scn/uppfoljning"
APRIL = f"{LIST}/2020/april"
DECISION = {
    "decided_on": "29 maj 2020",
    "paragraph": "§ 87",
    "registry_number": "SCN-2020-0211",
    "verified_on": "",
}


def make_sent_on(app: Flask, town: Town, clock: MovableClock) -> Spring:
    """The board's spring; it is 29 May, and the report goes on to kommunstyrelsen."""
    clock.move_to(2020, 5, 29)
    with app.app_context(), intent_to_write():
        session = db.session()
        made = make_spring(session, session.get_one(Board, town.boards["SCN"]))
        session.get_one(ReportingPoint, made.april_id).executive_on = date(2020, 6, 15)
        session.commit()
        db.session.remove()
    return made


def write_overall(client: PageClient) -> None:
    client.get(f"{APRIL}/samlad-bedomning")
    client.submit("/samlad-bedomning", overall="partly", grounds="Två kontroller är inte gjorda.")


def decide(client: PageClient, status: int = 200, **more: str) -> Page:
    client.get(f"{APRIL}/beslut")
    return client.submit("/beslut", status, **{**DECISION, **more})
