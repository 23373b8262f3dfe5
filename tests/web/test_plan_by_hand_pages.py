"""A plan written by hand on the screen, from nothing to its document."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, ControlArea, Criterion, Plan, PlanText
from internkontroll.risk.models import Risk
from tests.factories import Town, make_control, make_plan
from tests.pdf_text import pdf_text
from tests.web.beside import ask, change
from tests.web.drafted_plan import SCN, ClientOf, drafted, texts_of


def test_a_plan_is_written_by_hand_from_nothing_to_its_document(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(f"{SCN}/planer/ny")
    page = client.submit("/planer/ny", year="2021", source="tom")
    assert page.h1 == "Internkontrollplan 2021"
    assert "Planen är påbörjad. Den har inga kontrollmoment än." in page.text
    page = client.get(f"{SCN}/planer/1/kontrollmoment/nytt")
    assert "Planen har inget kontrollområde än" in page.text
    client.get(f"{SCN}/planer/1/omraden")
    client.submit("/omraden", name="Ekonomi")
    client.get(f"{SCN}/planer/1/risker/ny")
    page = client.submit("/risker/ny", description="Fel betalas", likelihood="3", impact="4")
    assert "12 3 × 4" in page.text
    client.get(f"{SCN}/planer/1/kontrollmoment/nytt")
    page = client.submit(
        "/kontrollmoment/nytt",
        text="Fakturor är attesterade.",
        kind="detective",
        method_text="Tio fakturor jämförs med attestlistan.",
        sample_kind="exact",
        sample_n="10",
        frequency="quarter",
        points=["april", "årsbokslut"],
        risk_ids="1",
        frame_text="Alla fakturor under kvartalet",
        responsible_text="Ekonomichef",
    )
    assert page.h1 == "Kontrollmoment 1"
    assert "Upptäckande och korrigerande" in page.text
    client.get(f"{SCN}/kontrollmoment/1/kriterier/nytt")
    client.submit("/kriterier/nytt", text="Attestanten hade rätt.", help_text="Se listan.")
    client.get(f"{SCN}/planer/1/texter/utveckling")
    page = client.submit("/texter/utveckling", text="Nytt i år.\n\nEtt stycke till.")
    assert "Nytt i år." in page.text
    page = client.get(f"{SCN}/planer/1/dokument")
    for words in ("UTKAST", "Nytt i år.", "Attestanten hade rätt.", "Varje kvartal", "12 (3 × 4)"):
        assert words in page.text, words
    text = pdf_text(client.raw(f"{SCN}/planer/1/pdf").get_data())
    assert "UTKAST" in text
    assert "Tio fakturor jämförs med attestlistan." in text
    assert "Ekonomichef" in text


def test_a_copy_says_what_came_along_and_another_boards_draft_is_not_offered(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    def decided(session: Session) -> None:
        own = make_plan(session, session.get_one(Board, town.boards["SCN"]), 2020, decided=True)
        make_control(session, own)
        draft = make_plan(session, session.get_one(Board, town.boards["AMN"]), 2021)
        make_control(session, draft)

    change(app, decided)
    client = client_of(Role.CONTROLLER)
    page = client.get(f"{SCN}/planer/ny")
    assert "En kopia av Internkontrollplan 2020 (beslutad)" in page.text
    assert "Arbetsmarknadsnämnden" not in page.text
    page = client.submit("/planer/ny", year="2021", source="1")
    assert (
        "Kopierat: 1 kontrollområde, 1 risk, 1 kontrollmoment, 1 kriterium och 0 textavsnitt."
        in page.text
    )
    form = client.get(f"{SCN}/planer/ny").form("/planer/ny")
    page = client.post(form.action, {**dict(form.fields), "year": "2022", "source": "2"}, 422)
    assert "Välj ett av alternativen." in page.text
    assert ask(app, sa.select(sa.func.count()).select_from(Plan)) == 3


def test_a_year_with_a_plan_is_refused_and_the_choice_stays(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    drafted(app, town)
    client = client_of(Role.CONTROLLER)
    client.get(f"{SCN}/planer/ny")
    page = client.submit("/planer/ny", 422, year="2021", source="1")
    assert "Det finns redan ett utkast till plan för 2021" in page.text
    fields = client.page.form("/planer/ny").fields  # type: ignore[union-attr]
    assert ("year", "2021") in fields
    assert ("source", "1") in fields


def test_the_loser_of_two_who_edit_a_control_sees_both_texts_and_can_save_again(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    drafted(app, town, 1)
    one, other = client_of(Role.CONTROLLER), client_of(Role.CONTROLLER)
    for client in (one, other):
        client.get(f"{SCN}/kontrollmoment/1/andra")
    one.submit("/kontrollmoment/1/andra", text="Den enas text", sample_n="7")
    long = "Den andras text. " * 200
    page = other.submit("/kontrollmoment/1/andra", 409, text=long, frame_text="Allt")
    assert "Sparat under tiden, och ditt" in page.text
    assert "Sparat nu Den enas text Ditt Den andras text." in page.text
    assert "Antal Sparat nu 7 Ditt 5" in page.text
    fields = dict(page.form("/kontrollmoment/1/andra").fields)
    assert fields["text"].strip() == long.strip()
    assert fields["frame_text"].strip() == "Allt"
    assert "Den andras text." in other.submit("/kontrollmoment/1/andra").text
    assert ask(app, sa.select(Control.text)) == long.strip()


@pytest.mark.parametrize(
    ("path", "action", "field"),
    [
        ("planer/1/omraden", "/omraden", "name"),
        ("kontrollomraden/1", "/kontrollomraden/1", "name"),
        ("planer/1/risker/ny", "/risker/ny", "description"),
        ("planer/1/risker/ny", "/risker/ny", "cause"),
        ("planer/1/risker/ny", "/risker/ny", "owner"),
        ("planer/1/risker/1", "/risker/1", "consequence"),
        ("planer/1/texter/begrepp", "/texter/begrepp", "text"),
        ("planer/1/kontrollmoment/nytt", "/kontrollmoment/nytt", "text"),
        ("planer/1/kontrollmoment/nytt", "/kontrollmoment/nytt", "method_text"),
        ("kontrollmoment/1/andra", "/kontrollmoment/1/andra", "frame_text"),
        ("kontrollmoment/1/andra", "/kontrollmoment/1/andra", "responsible_text"),
        ("kontrollmoment/1/andra", "/kontrollmoment/1/andra", "performed_by"),
        ("kontrollmoment/1/kriterier/nytt", "/kriterier/nytt", "text"),
        ("kriterier/1", "/kriterier/1", "help_text"),
    ],
)
def test_a_personnummer_is_stopped_in_every_free_text_and_what_was_typed_stays(
    app: Flask, client_of: ClientOf, town: Town, path: str, action: str, field: str
) -> None:
    drafted(app, town)
    client = client_of(Role.CONTROLLER)
    client.get(f"{SCN}/{path}")
    page = client.submit(action, 422, **{field: "Gäller 811228-9874"})
    assert "innehåller ett personnummer" in page.text
    assert page.title.startswith("Fel: ")
    assert dict(page.form(action).fields)[field].strip() == "Gäller 811228-9874"


def test_controls_are_moved_by_button_and_by_number_without_scripts(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    drafted(app, town)
    client = client_of(Role.CONTROLLER)

    def press(control_id: int, act: str, number: str = "", status: int = 200) -> Any:
        form = client.get(f"{SCN}/planer/1/ordning").form(f"/flytta/kontrollmoment/{control_id}")
        sent = {**dict(form.fields), "act": act, f"k{control_id}-to": number}
        return client.post(form.action, sent, status)

    press(1, "ned")
    assert texts_of(app) == ["Kontrollmoment 2", "Kontrollmoment 1", "Kontrollmoment 3"]
    press(1, "upp")
    assert texts_of(app) == ["Kontrollmoment 1", "Kontrollmoment 2", "Kontrollmoment 3"]
    press(3, "nummer", "1")
    assert texts_of(app) == ["Kontrollmoment 3", "Kontrollmoment 1", "Kontrollmoment 2"]
    assert "Skriv vilket nummer" in press(3, "nummer", "", 422).text
    assert 'value="sist"' in press(3, "nummer", "sist", 422).html


def test_areas_and_criteria_are_moved_too(app: Flask, client_of: ClientOf, town: Town) -> None:
    drafted(app, town, 1)
    client = client_of(Role.CONTROLLER)
    client.get(f"{SCN}/planer/1/omraden")
    page = client.submit("/omraden", name="Verksamhet")
    form = page.form("/flytta/kontrollomrade/2")
    client.post(form.action, {**dict(form.fields), "act": "upp"})
    first = sa.select(ControlArea.name).where(ControlArea.position == 1)
    assert ask(app, first) == "Verksamhet"
    client.get(f"{SCN}/kontrollmoment/1/kriterier/nytt")
    page = client.submit("/kriterier/nytt", text="Tillagt")
    form = page.form("/flytta/kriterium/2")
    client.post(form.action, {**dict(form.fields), "act": "upp"})
    assert ask(app, sa.select(Criterion.text).where(Criterion.position == 1)) == "Tillagt"


def test_what_is_removed_is_asked_about_first(app: Flask, client_of: ClientOf, town: Town) -> None:
    drafted(app, town)
    client = client_of(Role.CONTROLLER)
    page = client.get(f"{SCN}/planer/ta-bort/kontrollmoment/2")
    assert "Ta bort kontrollmomentet" in page.text
    assert len(texts_of(app)) == 3
    client.submit("/ta-bort/kontrollmoment/2")
    assert texts_of(app) == ["Kontrollmoment 1", "Kontrollmoment 3"]
    client.get(f"{SCN}/planer/ta-bort/kontrollomrade/1")
    page = client.submit("/ta-bort/kontrollomrade/1", 422)
    assert "Kontrollområdet har 2 kontrollmoment" in page.text
    client.get(f"{SCN}/planer/ta-bort/kriterium/1")
    assert "minst ett kriterium" in client.submit("/ta-bort/kriterium/1", 422).text
    client.get(f"{SCN}/planer/1/risker/1/ta-bort")
    client.submit("/risker/1/ta-bort")
    assert ask(app, sa.select(sa.func.count()).select_from(Risk)) == 2


def test_pressing_remove_twice_removes_one(app: Flask, client_of: ClientOf, town: Town) -> None:
    drafted(app, town)
    client = client_of(Role.CONTROLLER)
    form = client.get(f"{SCN}/planer/ta-bort/kontrollmoment/2").form("/kontrollmoment/2")
    client.post(form.action, dict(form.fields))
    client.post(form.action, dict(form.fields), 404)
    assert len(texts_of(app)) == 2


def test_the_loser_of_two_who_write_a_text_sees_both_and_versions_are_kept(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    drafted(app, town, 1)
    one, other = client_of(Role.CONTROLLER), client_of(Role.CONTROLLER)
    for client in (one, other):
        client.get(f"{SCN}/planer/1/texter/begrepp")
    one.submit("/texter/begrepp", text="Den enas")
    page = other.submit("/texter/begrepp", 409, text="Den andras")
    assert "Sparat nu Den enas Ditt Den andras" in page.text
    other.submit("/texter/begrepp", text="Bådas")
    assert ask(app, sa.select(sa.func.count()).select_from(PlanText)) == 2
    page = other.get(f"{SCN}/planer/1/texter/begrepp")
    assert "Version 1" in page.text
    assert "Programmets förslag" in page.text


def test_a_posted_foreign_column_changes_nothing(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    drafted(app, town, 1)
    client = client_of(Role.CONTROLLER)
    form = client.get(f"{SCN}/kontrollmoment/1/andra").form("/kontrollmoment/1/andra")
    fields = [(name, value) for name, value in form.fields if name != "text"]
    sent: dict[str, Any] = {}
    for name, value in fields:
        sent.setdefault(name, []).append(value)
    extra = {
        "text": "Ny",
        "number": "9",
        "responsible_id": "1",
        "obligatory_id": "1",
        "plan_id": "2",
    }
    client.post(form.action, {**sent, **extra})
    row = ask(app, sa.select(Control))
    assert (row.text, row.number, row.responsible_id, row.obligatory_id) == ("Ny", 1, None, None)


def test_another_boards_parts_do_not_exist(app: Flask, client_of: ClientOf, town: Town) -> None:
    drafted(app, town, 1)
    other = client_of(Role.CONTROLLER, "AMN")
    for path in (
        "planer/1/omraden",
        "planer/1/ordning",
        "planer/1/risker",
        "planer/1/texter",
        "planer/1/dokument",
        "planer/1/pdf",
        "kontrollomraden/1",
        "kriterier/1",
        "kontrollmoment/1/andra",
        "planer/ta-bort/kontrollmoment/1",
        "planer/ta-bort/kriterium/1",
    ):
        other.get(f"/namnd/amn/{path}", 404)
        other.get(f"{SCN}/{path}", 404)
    drafted(app, town, 1, "AMN")
    other.get("/namnd/amn/planer/2/risker/1", 404)


def test_a_reader_reads_texts_and_document_and_gets_no_way_to_change(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    drafted(app, town, 1)
    reader = client_of(Role.READER)
    page = reader.get(f"{SCN}/planer/1/texter")
    assert "Ändra" not in page.text
    reader.get(f"{SCN}/planer/1/dokument")
    assert "Nytt kontrollmoment" not in reader.get(f"{SCN}/planer/1").text
    for path in ("planer/ny", "planer/1/omraden", "planer/1/ordning", "kriterier/1"):
        reader.get(f"{SCN}/{path}", 403)
