"""What kommunstyrelsen makes obligatory, and how a board takes it in, on the screen."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.core.access import Role, system_actor
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, Plan
from internkontroll.plan.services.obligatory import write_obligatory
from internkontroll.plan.services.starting import start_plan
from tests.factories import AT, Town, make_control, make_points
from tests.service.test_plan_copying import BISYSSLA
from tests.web.beside import ask, change
from tests.web.drafted_plan import SCN, ClientOf, drafted, texts_of

SYSTEM = system_actor("provning")


def obliged(app: Flask, town: Town) -> None:
    """An obligatory kontrollmoment, and plan 1 of SCN that has it."""

    def act(session: Session) -> None:
        content = replace(BISYSSLA, risk_text=None)  # the factories number risks on their own
        write_obligatory(session, 2021, content, actor=SYSTEM, at=AT)
        board = session.get_one(Board, town.boards["SCN"])
        make_points(session, board, 2021)
        start_plan(session, board, 2021, actor=SYSTEM, at=AT)

    change(app, act)


def test_kommunstyrelsen_writes_and_a_board_answers_with_a_reason_that_is_seen(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    oversight = client_of(Role.OVERSIGHT_CONTROLLER)
    page = oversight.get("/kommunen/obligatoriska-kontroller/2021")
    assert "Inget är obligatoriskt för 2021 än" in page.text
    oversight.get("/kommunen/obligatoriska-kontroller/2021/nytt")
    page = oversight.submit(
        "/2021/nytt",
        area_name="Förtroende",
        text="Bisysslor är bedömda.",
        sample_n="10",
        criteria="Anmälan finns.\nBedömning finns.",
    )
    assert "Ingen plan än" in page.text
    controller = client_of(Role.CONTROLLER)
    controller.get(f"{SCN}/planer/ny")
    page = controller.submit("/planer/ny", year="2021")
    assert "1 obligatoriskt kontrollmoment från kommunstyrelsen är inlagda." in page.text
    assert "Obligatoriskt för alla nämnder" in page.text
    page = controller.get(f"{SCN}/kontrollmoment/1/andra")
    assert "text" not in page.form("/kontrollmoment/1/andra").names
    controller.get(f"{SCN}/kontrollmoment/1/tillamplighet")
    controller.submit("/tillamplighet", 422, applicable="nej", reason="")
    page = controller.submit("/tillamplighet", applicable="nej", reason="Vi har inga anställda.")
    assert "ej tillämpligt hos oss: Vi har inga anställda." in page.text
    page = oversight.get("/kommunen/obligatoriska-kontroller/2021")
    assert "Socialnämnden Ej tillämpligt Vi har inga anställda." in page.text


def test_a_crafted_request_does_not_change_the_core_of_an_obligatory_control(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    obliged(app, town)
    client = client_of(Role.CONTROLLER)
    form = client.get(f"{SCN}/kontrollmoment/1/andra").form("/kontrollmoment/1/andra")
    sent = {**dict(form.fields), "text": "Annat", "sample_n": "1", "frame_text": "Alla"}
    client.post(form.action, sent)
    row = ask(app, sa.select(Control))
    assert (row.text, row.sample_n, row.frame_text) == (BISYSSLA.text, 10, "Alla")
    client.get(f"{SCN}/planer/ta-bort/kontrollmoment/1")
    assert "kan inte tas bort" in client.submit("/ta-bort/kontrollmoment/1", 422).text


def test_a_draft_begun_before_is_offered_what_became_obligatory(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    drafted(app, town, 1)
    change(app, lambda s: write_obligatory(s, 2021, BISYSSLA, actor=SYSTEM, at=AT))
    client = client_of(Role.CONTROLLER)
    page = client.get(f"{SCN}/planer/1")
    assert "1 kontrollmoment som kommunstyrelsen har gjort obligatoriskt saknas" in page.text
    page = client.submit("/planer/1/obligatoriska")
    assert BISYSSLA.text in page.text
    assert "Hämta från kommunstyrelsen" not in page.text
    assert len(texts_of(app)) == 2


def test_the_loser_of_two_who_edit_what_is_obligatory_sees_both(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    obliged(app, town)
    one, other = client_of(Role.OVERSIGHT_CONTROLLER), client_of(Role.OVERSIGHT_CONTROLLER)
    for client in (one, other):
        client.get("/kommunen/obligatoriska-kontroller/2021/1")
    one.submit("/2021/1", text="Den enas")
    page = other.submit("/2021/1", 409, text="Den andras")
    assert "Sparat nu Den enas Ditt Den andras" in page.text


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_only_kommunstyrelsens_controller_sees_that_page(client_of: ClientOf, role: Role) -> None:
    client_of(role).get("/kommunen/obligatoriska-kontroller/2021", 403)


@pytest.mark.parametrize(
    "path",
    ["planer/1", "planer/1/omraden", "planer/1/ordning", "planer/1/risker", "planer/1/dokument"],
)
def test_a_page_asks_the_database_as_often_for_ten_times_the_rows(
    app: Flask, town: Town, client_of: ClientOf, count_queries: Callable[[], Any], path: str
) -> None:
    obliged(app, town)
    client, asked = client_of(Role.CONTROLLER), []
    for rows in (4, 40):

        def add(session: Session, rows: int = rows) -> None:
            plan = session.get_one(Plan, 1)
            for number in range(rows):
                make_control(session, plan, area=f"Område {rows} {number}")

        change(app, add)
        client.get(f"{SCN}/{path}")
        with count_queries() as counted:
            client.get(f"{SCN}/{path}")
        asked.append(int(counted))
    assert asked[0] == asked[1]
    assert asked[1] <= 12


def test_the_page_of_kommunstyrelsen_asks_seldom(
    app: Flask, town: Town, client_of: ClientOf, count_queries: Callable[[], Any]
) -> None:
    obliged(app, town)

    def more(session: Session) -> None:
        for number in range(8):
            content = replace(BISYSSLA, text=f"Obligatoriskt {number}")
            write_obligatory(session, 2021, content, actor=SYSTEM, at=AT)

    change(app, more)
    client = client_of(Role.OVERSIGHT_CONTROLLER)
    with count_queries() as counted:
        client.get("/kommunen/obligatoriska-kontroller/2021")
    assert int(counted) <= 12
