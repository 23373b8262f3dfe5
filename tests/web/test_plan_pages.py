"""Planens sidor: from a file to a decided plan, and what the pages refuse."""

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, ControlMark, MarkKind, Plan, PlanReadingRow
from tests.client import Page, PageClient
from tests.factories import AT, Town, make_control, make_plan, make_points, plan_csv
from tests.web.beside import ask

ClientOf = Callable[..., PageClient]


def read_in(client: PageClient, data: bytes, name: str = "plan.csv", status: int = 200) -> Page:
    form = client.get("/namnd/scn/planer/las-in").form("/planer/las-in")
    sent = {**dict(form.fields), "year": "2020", "file": FileStorage(io.BytesIO(data), name)}
    # Encoded here: the test client would leave a large file's temporary copy open.
    boundary, body = encode_multipart(sent)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(form.action, body, status, content_type=kind)


def with_plan(client: PageClient) -> Page:
    read_in(client, plan_csv())
    return client.submit("/inlasning/1")


def count(app: Flask, table: type) -> int:
    return int(ask(app, sa.select(sa.func.count()).select_from(table)))


def decide(client: PageClient, status: int = 200, **other: str) -> Page:
    client.get("/namnd/scn/planer/1/rontgen")
    facts = {"decided_on": "18 dec 2019", "paragraph": "§ 187", "registry_number": "SCN-2019-0598"}
    return client.submit("/planer/1/beslut", status, **{**facts, **other})


def test_a_file_becomes_a_decided_plan_through_the_screen(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    client = client_of(Role.CONTROLLER)
    assert "Nämnden har ingen plan än" in client.get("/namnd/scn/planer").text
    page = read_in(client, plan_csv())
    assert page.h1 == "Provläsning av plan 2020"
    assert "2 frågor om planen" in page.text
    assert "Stickprov, minst 3" in page.text
    assert count(app, Plan) == 0
    page = client.submit("/inlasning/1", **{"interim": "april,augusti", "sample:3": "minst 5"})
    assert page.h1 == "Internkontrollplan 2020"
    assert "3 kontrollmoment, 2 risker" in page.text
    assert "Utkast" in page.text
    page = decide(client)
    assert "Socialnämnden 18 december 2019, § 187" in page.text
    assert "Beslutad" in page.text
    assert "3 kontrollmoment saknar kontrollansvarig" in page.text
    body = client.raw("/namnd/scn/planer/1/fryst-innehall.json").get_data()
    assert hashlib.sha256(body).hexdigest() in page.text
    client.get("/namnd/scn/planer/1/ansvariga")
    person = str(town.user_id(Role.RESPONSIBLE))
    page = client.submit("/planer/1/ansvariga", person_1=person, person_3=person)
    assert page.text.count("responsible.scn") == 2
    assert ask(app, sa.select(Control.responsible_id).where(Control.number == 3)) == int(person)


def test_answers_can_be_tried_before_anything_is_saved(app: Flask, client_of: ClientOf) -> None:
    client = client_of(Role.CONTROLLER)
    read_in(client, plan_csv())
    page = client.submit("/inlasning/1", **{"sample:3": "samtliga", "interim": ""})
    assert page.h1 == "Internkontrollplan 2020"
    client = client_of(Role.CONTROLLER, "AMN")
    client.get("/namnd/amn/planer/las-in")
    client.submit("/las-in", year="2020", files={"file": (io.BytesIO(plan_csv()), "plan.csv")})
    form = client.page.form("/inlasning/2")  # type: ignore[union-attr]
    data = {**dict(form.fields), "sample:3": "samtliga", "act": "look"}
    page = client.post(form.action, data)
    assert page.h1 == "Provläsning av plan 2020"
    assert "Totalkontroll" in page.text
    assert count(app, Plan) == 1


def test_a_wrong_answer_keeps_what_was_typed(app: Flask, client_of: ClientOf) -> None:
    client = client_of(Role.CONTROLLER)
    read_in(client, plan_csv())
    page = client.submit("/inlasning/1", 422, **{"sample:3": "massor", "interim": "augusti"})
    assert "”massor” är inget antal" in page.text
    assert 'value="massor"' in page.html
    assert ("interim", "augusti") in page.form("/inlasning/1").fields
    assert page.title.startswith("Fel: ")
    assert count(app, Plan) == 0


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"x" * (25 * 1024 * 1024), "plan.xlsx", "Filen är 25 MB. En plan får vara högst 20 MB."),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "plan.xlsx", "är en bild"),
        (b"", "plan.csv", "Filen är tom"),
        (b"Namn;Ort\r\nA;B\r\n", "plan.csv", "rubrikrad"),
        (plan_csv("A;B;Akt 19900101-0017;Alla;April"), "plan.csv", "personnummer"),
    ],
)
def test_a_file_that_cannot_be_used_gets_its_sentence_and_the_year_stays(
    app: Flask, client_of: ClientOf, data: bytes, name: str, sentence: str
) -> None:
    client = client_of(Role.CONTROLLER)
    page = read_in(client, data, name, 422)
    assert sentence in page.text
    assert ("year", "2020") in page.form("/las-in").fields
    assert count(app, PlanReadingRow) == 0


def test_sending_the_import_twice_has_one_effect(app: Flask, client_of: ClientOf) -> None:
    client = client_of(Role.CONTROLLER)
    read_in(client, plan_csv())
    form = client.page.form("/inlasning/1")  # type: ignore[union-attr]
    first = client.post(form.action, dict(form.fields))
    second = client.post(form.action, dict(form.fields))
    assert first.h1 == second.h1 == "Internkontrollplan 2020"
    assert (count(app, Plan), count(app, Control)) == (1, 3)


def test_a_decided_plan_edited_by_a_crafted_request_is_refused_with_a_sentence(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of(Role.CONTROLLER)
    with_plan(client)
    client.get("/namnd/scn/kontrollmoment/1/andra")
    correction = client.page.form("/kontrollmoment/1/andra")  # type: ignore[union-attr]
    decision = client.get("/namnd/scn/planer/1/rontgen").form("/planer/1/beslut")
    decide(client)
    assert not client.get("/namnd/scn/planer/1/rontgen").reader.text.count("Diarienummer")
    sent = {**dict(correction.fields), "sample_kind": "exact", "sample_n": "99", "points": "april"}
    page = client.post(correction.action, sent, 409)
    assert "Planen är beslutad och kan inte ändras" in page.text
    facts = {"decided_on": "2019-12-19", "paragraph": "1", "registry_number": "X"}
    page = client.post(decision.action, {**dict(decision.fields), **facts}, 409)
    assert "Planen är redan beslutad." in page.text
    assert ask(app, sa.select(Control.sample_n).where(Control.id == 1)) == 3


def test_the_decision_form_keeps_what_was_typed(client_of: ClientOf) -> None:
    client = client_of(Role.SECRETARY)
    with_plan(client_of(Role.CONTROLLER))
    page = decide(client, 422, decided_on="32 december", verified_on="")
    assert 'value="32 december"' in page.html
    assert 'value="SCN-2019-0598"' in page.html


def test_a_plan_changed_in_between_is_shown_again_before_it_is_decided(
    client_of: ClientOf,
) -> None:
    controller, secretary = client_of(Role.CONTROLLER), client_of(Role.SECRETARY)
    with_plan(controller)
    secretary.get("/namnd/scn/planer/1/rontgen")
    controller.get("/namnd/scn/kontrollmoment/1/andra")
    controller.submit("/kontrollmoment/1/andra", sample_n="4")
    facts = {"decided_on": "18 dec 2019", "paragraph": "187", "registry_number": "X"}
    page = secretary.submit("/planer/1/beslut", 409, **facts)
    assert "Planen har ändrats sedan du öppnade sidan" in page.text
    assert "Beslutad" in secretary.submit("/planer/1/beslut").text


def test_a_question_is_answered_on_the_control_s_page(app: Flask, client_of: ClientOf) -> None:
    client = client_of(Role.CONTROLLER)
    with_plan(client)
    mark_id = ask(
        app,
        sa.select(ControlMark.id).where(ControlMark.kind == MarkKind.QUESTION).order_by("field"),
    )
    page = client.get("/namnd/scn/kontrollmoment/3")
    assert "Ett stickprov av fakturor" in page.text
    page = client.submit(f"/markning/{mark_id}", 422)
    assert "Skriv svaret på frågan." in page.text
    page = client.submit(f"/markning/{mark_id}", **{f"m{mark_id}-answer": "augusti"})
    assert "Svaret är sparat." in page.text
    assert "Bara augusti" in page.text
    assert "Augusti, årsbokslut" in page.text


def test_the_loser_of_two_appointments_is_told_and_untouched_rows_are_left_alone(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    controller, director = client_of(Role.CONTROLLER), client_of(Role.DIRECTOR)
    with_plan(controller)
    one, other = town.user_id(Role.RESPONSIBLE), town.user_id(Role.UNIT_MANAGER)
    for client in (controller, director):
        client.get("/namnd/scn/planer/1/ansvariga")
    controller.submit("/planer/1/ansvariga", person_1=str(one))
    director.submit("/planer/1/ansvariga", person_2=str(other))
    assert ask(app, sa.select(Control.responsible_id).where(Control.id == 1)) == one
    controller.get("/namnd/scn/planer/1/ansvariga")
    director.get("/namnd/scn/planer/1/ansvariga")
    controller.submit("/planer/1/ansvariga", person_2=str(one))
    page = director.submit("/planer/1/ansvariga", 409, person_2="")
    assert "utsett responsible.scn för kontrollmoment 2. Du valde ingen." in page.text
    director.submit("/planer/1/ansvariga")
    assert ask(app, sa.select(Control.responsible_id).where(Control.id == 2)) is None


@pytest.mark.parametrize(
    "path", ["planer/1", "planer/1/rontgen", "planer/1/ansvariga", "kontrollmoment/1"]
)
def test_another_board_s_plan_does_not_exist(client_of: ClientOf, path: str) -> None:
    with_plan(client_of(Role.CONTROLLER))
    other = client_of(Role.CONTROLLER, "AMN")
    other.get(f"/namnd/amn/{path}", 404)
    other.get(f"/namnd/scn/{path}", 404)


def test_a_reader_reads_and_changes_nothing(client_of: ClientOf) -> None:
    with_plan(client_of(Role.CONTROLLER))
    reader = client_of(Role.READER)
    page = reader.get("/namnd/scn/planer/1")
    assert page.h1 == "Internkontrollplan 2020"
    assert "Granska och registrera beslut" not in page.text
    for path in ("planer/las-in", "planer/1/ansvariga", "kontrollmoment/1/andra"):
        reader.get(f"/namnd/scn/{path}", 403)
    # A form of the page gives a valid token: it is the role that is refused.
    token = dict(page.form("/logga-ut").fields)["csrf_token"]
    for path in ("planer/1/beslut", "planer/1/ansvariga", "kontrollmoment/1/andra"):
        reader.post(f"/namnd/scn/{path}", {"csrf_token": token}, 403)


def test_a_post_without_token_changes_nothing(app: Flask, client_of: ClientOf) -> None:
    client = client_of(Role.CONTROLLER)
    read_in(client, plan_csv())
    client.post("/namnd/scn/planer/inlasning/1", {}, 400)
    assert count(app, Plan) == 0


@pytest.mark.parametrize(
    ("path", "most"),
    [("planer", 12), ("planer/1", 10), ("planer/1/rontgen", 12), ("planer/1/ansvariga", 7)],
)
def test_a_page_asks_the_database_as_often_for_ten_times_the_rows(
    app: Flask,
    town: Town,
    client_of: ClientOf,
    count_queries: Callable[[], Any],
    path: str,
    most: int,
) -> None:
    def add(controls: int) -> None:
        with app.app_context(), intent_to_write():
            board = db.session.get_one(Board, town.boards["SCN"])
            plan = db.session.get(Plan, 1) or make_plan(db.session(), board, decided=True)
            for _ in range(controls):
                control = make_control(db.session(), plan)
                control.marks.append(
                    ControlMark(
                        kind=MarkKind.NOTE, code="x", field="method", text="Text", recorded_at=AT
                    )
                )
            if controls < 10:
                make_points(db.session(), board)
            db.session.commit()

    client = client_of(Role.CONTROLLER)
    asked = []
    for rows in (5, 45):
        add(rows)
        client.get(f"/namnd/scn/{path}")
        with count_queries() as counted:
            client.get(f"/namnd/scn/{path}")
        asked.append(int(counted))
    assert asked[0] == asked[1]
    assert asked[1] <= most
