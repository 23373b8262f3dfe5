"""A plan's way in through the screen: pasted, its headings explained, read again, undone."""

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
from internkontroll.plan.models import Control, Criterion, Plan, PlanHeading, PlanReadingRow
from tests.client import Page, PageClient
from tests.factories import PLAN_ROWS, plan_csv
from tests.unit.files.documents import document, table
from tests.unit.files.workbooks import archive, sheet_xml
from tests.web.beside import ask

ClientOf = Callable[..., PageClient]

START = "/namnd/scn/planer/las-in"
OWN = (
    "Var\tVad vi gör\tSå här\r\nEkonomi\tAttest finns\tAlla fakturor\r\n"
    "Vård\tAkten är hel\tTio akter"
)
NEW = "Personal;Jäv;Att bisysslor är anmälda;Alla anmälningar;April"
CHANGED = tuple(row.replace("på fem fakturor", "på tio fakturor") for row in PLAN_ROWS)


def send(client: PageClient, status: int = 200, **fields: Any) -> Page:
    form = client.get(START).form("/las-in")
    sent = {**dict(form.fields), "year": "2020", **fields}
    boundary, body = encode_multipart(sent)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(form.action, body, status, content_type=kind)


def upload(client: PageClient, data: bytes, name: str = "plan.csv", status: int = 200) -> Page:
    return send(client, status, file=FileStorage(io.BytesIO(data), name))


def count(app: Flask, table_: type) -> int:
    return int(ask(app, sa.select(sa.func.count()).select_from(table_)))


@pytest.fixture
def client(client_of: ClientOf) -> PageClient:
    return client_of(Role.CONTROLLER)


def test_pasted_cells_become_a_plan(app: Flask, client: PageClient) -> None:
    cells = plan_csv().decode("utf-8-sig").replace(";", "\t")
    page = send(client, cells=cells)
    assert page.h1 == "Provläsning av plan 2020"
    assert "Inklistrade celler" in page.text
    assert client.submit("/inlasning/1").h1 == "Internkontrollplan 2020"
    assert count(app, Control) == 3


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Välj filen med planen, eller klistra in"),
        ({"cells": "bara text"}, "är ingen tabell"),
        ({"cells": "Kontrollmoment\tMetod\nAkt 19900101-0017\tAlla\nB\tC"}, "personnummer"),
    ],
)
def test_pasted_cells_that_are_no_plan_are_refused_and_kept(
    app: Flask, client: PageClient, fields: dict[str, str], sentence: str
) -> None:
    page = send(client, 422, **fields)
    assert sentence in page.text
    kept = dict(page.form("/las-in").fields)
    assert kept["cells"].strip() == fields.get("cells", "")
    assert kept["year"] == "2020"
    assert count(app, PlanReadingRow) == 0


def test_a_file_and_pasted_cells_at_once_are_refused(app: Flask, client: PageClient) -> None:
    page = send(client, 422, cells="a\tb", file=FileStorage(io.BytesIO(plan_csv()), "plan.csv"))
    assert "både valt en fil och klistrat in" in page.text
    assert count(app, PlanReadingRow) == 0


BOMB = archive(b"<worksheet>" + b" " * (101 * 2**20))
FAR = archive(
    sheet_xml('<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
)
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (BOMB, "plan.xlsx", "större än 100 MB"),
        (FAR, "plan.xlsx", "kolumn XFD"),
        (archive(DOCTYPE), "plan.xlsx", "DOCTYPE"),
        (document(whole=DOCTYPE), "plan.docx", "DOCTYPE"),
        (archive("<x/>", [("xl/inre.zip", archive("<x/>"))]), "plan.xlsx", "packad fil"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "plan.docx", "bild"),
        (";".join("x" * 201).encode(), "plan.csv", "201 kolumner"),
        ("Kontrollmoment;Metod\nFÃ¶rfall;B".encode(), "plan.csv", "förvanskade"),
        (document(table(("Datum", "Ort"))), "plan.docx", "rubrikrad"),
    ],
    ids=["bomb", "far", "doctype", "word", "nested", "image", "wide", "mangled", "no header"],
)
def test_a_file_that_cannot_be_used_gets_its_sentence_and_nothing_is_saved(
    app: Flask, client: PageClient, data: bytes, name: str, sentence: str
) -> None:
    page = upload(client, data, name, 422)
    assert sentence in page.text
    assert ("year", "2020") in page.form("/las-in").fields
    assert (count(app, PlanReadingRow), count(app, Plan)) == (0, 0)


def test_unknown_headings_are_asked_about_and_known_the_next_time(
    app: Flask, client_of: ClientOf, client: PageClient
) -> None:
    page = send(client, cells=OWN)
    assert page.h1 == "Rubriker i planens fil"
    assert "”Vad vi gör”" in page.text
    assert "Attest finns" in page.text
    page = client.submit("/rubriker", 422, column_0="area")
    assert "Välj vilken kolumn som är kontrollmomentet" in page.text
    assert ("column_0", "area") in page.form("/rubriker").fields
    page = client.submit("/rubriker", column_0="area", column_1="control", column_2="method")
    assert page.h1 == "Provläsning av plan 2020"
    assert "Rubrikerna är sparade" in page.text
    assert count(app, PlanHeading) == 3
    other = client_of(Role.CONTROLLER, "AMN")
    form = other.get("/namnd/amn/planer/las-in").form("/las-in")
    page = other.post(form.action, {**dict(form.fields), "year": "2020", "cells": OWN})
    assert page.h1 == "Provläsning av plan 2020"
    assert page.text.count("Så har kommunen sagt") == 3


def test_another_row_can_be_pointed_out_as_the_header(client: PageClient) -> None:
    form = send(client, cells="Planen\tför\tåret\n" + OWN).form("/rubriker")
    page = client.post(form.action, {**dict(form.fields), "header_row": "2", "act": "look"})
    assert "Kolumn B: ”Vad vi gör”" in page.text
    page = client.submit("/rubriker", column_0="area", column_1="control", column_2="method")
    assert "Attest finns" in page.text
    assert "Vad vi gör" in page.text


def test_how_headings_were_read_is_shown_and_can_be_changed(app: Flask, client: PageClient) -> None:
    page = send(client, cells="Kontrollmoment\tMetod\tBilaga\nA\tAlla\tC\nD\tAlla\tF")
    assert "1 rubrik kändes inte igen" in page.text
    assert "/namnd/scn/planer/inlasning/1/rubriker" in page.reader.links
    page = client.get("/namnd/scn/planer/inlasning/1/rubriker")
    assert ("column_0", "control") in page.form("/rubriker").fields
    page = client.submit("/rubriker", column_2="area")
    assert "kändes inte igen" not in page.text
    assert ask(app, sa.select(PlanHeading.heading)) == "Bilaga"


def test_a_second_file_shows_what_it_changes_before_it_does(app: Flask, client: PageClient) -> None:
    upload(client, plan_csv())
    client.submit("/inlasning/1")
    page = upload(client, plan_csv())
    assert "Filen säger detsamma som" in page.text
    assert "Läs in planen</button>" not in page.html
    page = upload(client, plan_csv(*CHANGED, NEW))
    assert "Nya 1 Ändrade 1 Orörda 2" in page.text
    assert "Stickprov på fem fakturor" in page.text
    assert "Stickprov på tio fakturor" in page.text
    page = client.submit("/inlasning/3")
    assert "Utkastet är ändrat efter filen." in page.text
    assert (count(app, Plan), count(app, Control)) == (1, 4)


def test_a_draft_changed_meanwhile_is_shown_again_with_the_answers_kept(
    app: Flask, client: PageClient
) -> None:
    upload(client, plan_csv())
    client.submit("/inlasning/1")
    page = upload(client, plan_csv(*PLAN_ROWS, NEW))
    form = page.form("/inlasning/2")
    with app.app_context(), intent_to_write():
        db.session.execute(sa.update(Plan).values(row_version=Plan.row_version + 1))
        db.session.commit()
    page = client.post(form.action, {**dict(form.fields), "interim": "augusti"}, 409)
    assert "Utkastet har ändrats sedan sidan visades" in page.text
    assert ("interim", "augusti") in page.form("/inlasning/2").fields
    assert count(app, Control) == 3
    client.submit("/inlasning/2", interim="augusti")
    assert count(app, Control) == 4


def test_an_import_is_undone_from_its_page_and_the_file_can_be_read_in_again(
    app: Flask, client: PageClient
) -> None:
    upload(client, plan_csv())
    page = client.submit("/inlasning/1")
    assert "/namnd/scn/planer/inlasning/1" in page.reader.links
    page = client.get("/namnd/scn/planer/inlasning/1")
    assert page.h1 == "Inläsning av plan 2020"
    assert "Utkastet tas bort med 3 kontrollmoment" in page.text
    page = client.submit("/angra")
    assert "Inläsningen är ångrad." in page.text
    assert (count(app, Plan), count(app, Control), count(app, Criterion)) == (0, 0, 0)
    assert client.get("/namnd/scn/planer/inlasning/1").h1 == "Provläsning av plan 2020"
    client.submit("/inlasning/1")
    assert count(app, Control) == 3


def test_an_import_that_was_worked_on_says_why_it_stays(app: Flask, client: PageClient) -> None:
    upload(client, plan_csv())
    client.submit("/inlasning/1")
    with app.app_context(), intent_to_write():
        db.session.execute(sa.update(Control).where(Control.number == 2).values(text="Annat"))
        db.session.commit()
    client.get("/namnd/scn/planer/inlasning/1")
    page = client.submit("/angra", 409)
    assert "kontrollmoment 2 har ändrats sedan dess" in page.text
    assert count(app, Control) == 3


def test_criteria_and_limits_are_answered_at_the_dry_run(app: Flask, client: PageClient) -> None:
    row = "Ekonomi;Fel;Att beslut anmäls inom skälig tid. Att rätt person beslutat;Alla;April"
    page = upload(client, plan_csv(row))
    assert "1) Att beslut anmäls inom skälig tid 2) Att rätt person beslutat" in page.text
    page = client.submit("/inlasning/1", 422, **{"limit:1:control": "snart"})
    assert "går inte att mäta mot" in page.text
    assert 'value="snart"' in page.html
    answers = {"limit:1:control": "högst 14 dagar", "criteria:1": "split"}
    client.submit("/inlasning/1", 200, None, **answers)
    assert count(app, Criterion) == 2
    page = client.get("/namnd/scn/kontrollmoment/1")
    assert "Inom skälig tid: högst 14 dagar" in page.text


@pytest.mark.parametrize("path", ["", "/rubriker"])
def test_another_board_s_reading_does_not_exist(client_of: ClientOf, path: str) -> None:
    client = client_of(Role.CONTROLLER)
    upload(client, plan_csv())
    client_of(Role.CONTROLLER, "AMN").get(f"/namnd/amn/planer/inlasning/1{path}", 404)


def test_a_posted_foreign_column_changes_nothing(app: Flask, client: PageClient) -> None:
    page = send(client, cells=OWN)
    form = page.form("/rubriker")
    crafted = {**dict(form.fields), "column_1": "control", "column_0": "text", "layout": "{}"}
    client.post(form.action, crafted, 422)
    assert count(app, PlanHeading) == 0
