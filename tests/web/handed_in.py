"""A list handed in, frozen and drawn from on the pages."""

import io
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import sessionmaker

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.sampling.services import load_waiting
from tests.client import Page, PageClient
from tests.conftest import MovableClock
from tests.factories import (
    Town,
    make_control,
    make_meeting,
    make_occurrence,
    make_plan,
    make_points,
    make_seats,
)
from tests.service.sampling_desk import CASES

SEED = "01234567890123456789"
FRAME = {
    "description": "Beslut i ärenden januari–februari",
    "source": "Verksamhetssystemet",
    "taken_out_by": "systemförvaltaren",
    "taken_out_on": "2020-01-14",
    "reconciliation": "Jämfört med statistiken.",
}
ClientOf = Callable[..., PageClient]


def make_board_occurrence(app: Flask, town: Town) -> int:
    """A kontrolltillfälle of the board for April, five items."""
    with app.app_context(), intent_to_write():
        board = db.session.get_one(Board, town.boards["SCN"])
        control = make_control(db.session(), make_plan(db.session(), board, decided=True))
        made = make_occurrence(db.session(), control, make_points(db.session(), board)[0]).id
        db.session.commit()
        db.session.remove()
    return made


def make_committee_occurrence(app: Flask, town: Town) -> int:
    """A kontrolltillfälle of individutskott 1."""
    with app.app_context(), intent_to_write():
        board = db.session.get_one(Board, town.boards["SCN"])
        committee = db.session.get_one(Subcommittee, town.subcommittees["IU1"])
        control = make_control(db.session(), make_plan(db.session(), board, decided=True))
        meeting = make_meeting(db.session(), board, committee)
        make_seats(db.session(), meeting, town.user_id(Role.CHAIR, "IU1"))
        made = make_occurrence(db.session(), control, meeting=meeting).id
        db.session.commit()
        db.session.remove()
    return made


@contextmanager
def waking_worker(app: Flask, clock: MovableClock) -> Iterator[Callable[[], int]]:
    """The worker; woken by every upload."""

    def run() -> int:
        with app.app_context():
            folder = app.config["INSTANCE_DIR"] / "uploads"
            return load_waiting(sessionmaker(db.engine), clock, folder)

    app.extensions["kick_worker"] = run
    yield run
    del app.extensions["kick_worker"]


def hand_in(
    client: PageClient, occurrence_id: int, text: str | bytes, status: int = 200, **given: Any
) -> Page:
    data = text if isinstance(text, bytes) else text.encode()
    client.get(f"/namnd/scn/kontroller/{occurrence_id}/lista")
    return client.submit(
        "/lista",
        status,
        files={"file": (io.BytesIO(data), given.pop("name", "lista.csv"))},
        **{**FRAME, **given},
    )


def freeze(client: PageClient, occurrence_id: int, text: str = CASES, **given: Any) -> Page:
    hand_in(client, occurrence_id, text, **given)
    return client.submit("/frys")


def decide(client: PageClient, occurrence_id: int, n: str = "5", status: int = 200) -> Page:
    client.get(f"/namnd/scn/kontroller/{occurrence_id}/urval")
    return client.submit("/urval", status, n=n)


def draw(client: PageClient, occurrence_id: int, text: str = CASES, **given: Any) -> Page:
    freeze(client, occurrence_id, text, **given)
    decide(client, occurrence_id)
    declared = {"handled": "none"} if "handled" in client.page.form("/fro").names else {}
    return client.submit("/fro", source="dice", digits=SEED, reference="ordförande", **declared)


def count(app: Flask, what: Any) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(what)) or 0


def path_of(page: Page) -> str:
    action = next(link for link in page.reader.links if link.endswith("/kontroll"))
    return action.removesuffix("/kontroll")


def token_of(page: Page) -> dict[str, str]:
    fields = dict(page.reader.forms[-1].fields)
    return {"csrf_token": fields["csrf_token"], "key": secrets.token_urlsafe(24)}
