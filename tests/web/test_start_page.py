"""The first page: each role's tasks in the demonstration, late first, in words."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from internkontroll.accounts.models import RoleGrant
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board
from tests.client import Page
from tests.world import ROLE_ACCOUNTS, log_in_directly

As = Callable[[Role], FlaskClient]

EXPECTED: dict[Role, tuple[str, ...]] = {
    Role.ADMINISTRATOR: ("Ta ställning till en föreslagen roll", "Drift"),
    Role.CONTROLLER: (
        "Utse kontrollansvarig för 3 kontrollmoment",
        "Bestäm en åtgärd mot avvikelse 2020:3",
        "Gör klart internkontrollplanen 2021",
        "Någon annan är ansvarig och är försenad",
    ),
    Role.RESPONSIBLE: ("199 dagar sen", "Läs in listan", "Rätta posten i avvikelse 2020:4"),
    Role.REVIEWER: ("Avsluta avvikelse 2020:1",),
    Role.UNIT_MANAGER: ("Åtgärd mot avvikelse 2020:2", "111 dagar sen"),
    Role.MEMBER: ("om 16 dagar", "Individutskott 1"),
    Role.CHAIR: ("om 16 dagar", "Avsluta avvikelse 2020:1"),
    Role.SECRETARY: ("Anteckna när beslutet om uppföljningen per april 2020 justerades",),
    Role.DIRECTOR: ("Den samlade bedömningen per årsbokslut 2020", "Nyligen beslutat"),
    Role.OVERSIGHT_CONTROLLER: (
        "Kvittera uppföljningen per augusti 2020",
        "Kommunstyrelsens bedömning i samlade bilden per april 2020",
        "Nämndernas beslut",
    ),
    Role.AUDITOR: ("Du granskar utan att ändra.", "Uppföljning per augusti 2020"),
    Role.DATA_PROTECTION_OFFICER: ("Öppnade sekretessbelagda poster",),
    Role.READER: ("Du läser utan att ändra.", "Uppföljning per augusti 2020"),
}


def enter(app: Flask, prepare: Callable[[Any], object] = lambda _session: None) -> None:
    with app.app_context(), intent_to_write():
        prepare(db.session())
        for username in ROLE_ACCOUNTS.values():
            log_in_directly(db.session(), username)
        db.session.commit()
        db.session.remove()


def client_as(app: Flask, role: Role) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"provning-{ROLE_ACCOUNTS[role]}"
    return client


def test_every_role_finds_its_own_on_the_first_page(world_app: Flask, count_queries: Any) -> None:
    enter(world_app)
    for role in Role:
        client = client_as(world_app, role)
        with count_queries() as counted:
            answer = client.get("/")
        page = Page(answer)
        page.inspect()
        assert page.h1 == "Mina uppgifter"
        for words in EXPECTED[role]:
            assert words in page.text, f"{role}: {words!r} is not in {page.text[200:1200]}"
        assert int(counted) <= 12, f"{role} asks {int(counted)} questions"


def test_every_task_leads_to_a_page_that_opens(world_app: Flask) -> None:
    enter(world_app)
    for role in (
        Role.CONTROLLER,
        Role.RESPONSIBLE,
        Role.UNIT_MANAGER,
        Role.CHAIR,
        Role.SECRETARY,
        Role.OVERSIGHT_CONTROLLER,
    ):
        client = client_as(world_app, role)
        page = Page(client.get("/"))
        links = [
            url for url in page.reader.links if url.startswith(("/namnd/", "/kommunstyrelsen/"))
        ]
        assert links
        for url in links:
            assert client.get(url).status_code == 200, f"{role}: {url}"


def test_the_page_asks_as_few_questions_with_several_boards(
    world_app: Flask, count_queries: Any
) -> None:
    def give(session: Any) -> None:
        user = session.scalar(sa.text("SELECT id FROM user_account WHERE username = 'controller'"))
        for code in ("AMN", "OSN"):
            board = session.scalars(sa.select(Board.id).where(Board.code == code)).one()
            session.add(
                RoleGrant(
                    user_id=user,
                    role=Role.CONTROLLER,
                    board_id=board,
                    valid_from=date(2015, 1, 1),
                )
            )

    enter(world_app, give)
    client = client_as(world_app, Role.CONTROLLER)
    with count_queries() as counted:
        page = Page(client.get("/"))
    assert int(counted) <= 12
    assert "Arbetsmarknadsnämnden. Svara på det som är öppet" in page.text
    assert "Mina nämnder" in page.text


@pytest.mark.parametrize("role", [Role.READER, Role.AUDITOR])
def test_those_who_only_read_see_no_task(world_app: Flask, role: Role) -> None:
    enter(world_app)
    page = Page(client_as(world_app, role).get("/"))
    assert "Inget väntar på dig just nu." in page.text
    assert "Att göra" not in page.text
