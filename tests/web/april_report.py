"""The April report of a board, filled, written and decided on the pages."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board
from tests.client import PageClient
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


def fill(app: Flask, town: Town, code: str = "SCN", times: int = 1) -> Spring:
    """A spring of the board with that code."""
    with app.app_context(), intent_to_write():
        session = db.session()
        made = make_spring(session, session.get_one(Board, town.boards[code]), times=times)
        session.commit()
        db.session.remove()
    return made


def write_overall(client: PageClient) -> None:
    client.get(f"{APRIL}/samlad-bedomning")
    client.submit("/samlad-bedomning", overall="partly", grounds="Två kontroller är inte gjorda.")


def decide(client: PageClient) -> Any:
    client.get(f"{APRIL}/beslut")
    return client.submit("/beslut", **DECISION)
