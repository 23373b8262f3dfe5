"""The pages of a request for a decided report: judged part by part, decided, given out."""

import json
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from internkontroll.core.access import Role, system_actor
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.plan.models import Control
from internkontroll.reporting.models import OverallAssessment
from internkontroll.reporting.services import decide_report, remark_control, set_overall
from tests.client import Page, PageClient
from tests.conftest import MovableClock
from tests.factories import Town
from tests.pdf_text import pdf_text
from tests.report_rows import make_spring

ClientOf = Callable[..., PageClient]
APRIL = "/namnd/scn/uppfoljning/2020/april"
LIST = f"{APRIL}/offentlig"
CONTACT = "Fråga på 018-727 00 00."


@pytest.fixture(autouse=True)
def _decided(app: Flask, town: Town, clock: MovableClock) -> None:
    """April's report is decided; one comment tells a telephone number. It is 1 June."""
    clock.move_to(2020, 5, 29)
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        spring = make_spring(session, board)
        about = {"actor": system_actor("test"), "at": clock()}
        point = session.get_one(ReportingPoint, spring.april_id)
        control = session.get_one(Control, spring.controls[2])
        remark_control(session, board, point, control, comment=CONTACT, **about)
        set_overall(
            session,
            board,
            point,
            overall=OverallAssessment.PARTLY,
            grounds="Två kontroller är inte gjorda.",
            **about,
        )
        decide_report(
            session,
            board,
            point,
            decided_on=date(2020, 5, 29),
            paragraph="87",
            registry_number="SCN-2020-0211",
            **about,
        )
        session.commit()
        db.session.remove()
    clock.move_to(2020, 6, 1)


def ask(client: PageClient) -> Page:
    client.get(LIST)
    return client.submit("/offentlig", requested_on="30 maj 2020")


def field_of(page: Page, where: str) -> str:
    """The number of a part's fields, by its name on the page."""
    found = re.search(
        f'<legend>{re.escape(where)}</legend>.*?name="reason_([0-9]+)"', page.html, re.S
    )
    assert found is not None, where
    return found[1]


def address_of(page: Page) -> str:
    """The address of the request that the page is about."""
    actions = [form.action for form in page.reader.forms]
    return next(action for action in actions if re.search(r"/offentlig/[0-9]+$", action))


def test_a_request_is_proposed_judged_decided_and_given_out(client_of: ClientOf) -> None:
    secretary = client_of(Role.SECRETARY)
    assert "Pröva en begäran om handlingen" in secretary.get(f"{APRIL}/behandling").text
    page = ask(secretary)
    assert "Begäran är antecknad." in page.text
    assert "Liknar ett personnummer, en e-postadress eller ett telefonnummer" in page.text
    assert re.search(r"Kontroll \d: bedömning (Ej genomförd|Utan avvikelse|Mindre)", page.text)
    here = address_of(page)
    row = field_of(page, "Kontroll 3: kommentar")
    page = secretary.submit(here, **{f"choice_{row}": "maskera", "provision": "26:1"})
    assert "Prövningen är sparad." in page.text
    page = secretary.submit("/beslut", 422, ground="")
    assert "Skriv varför allt inte lämnas ut." in page.text
    page = secretary.submit("/beslut", ground="Det är ett direktnummer.")
    assert "Lämnad ut med maskeringar" in page.text
    assert "kammarrätten" in page.text
    text = pdf_text(secretary.raw(f"{here}/pdf").get_data())
    assert "018-727" not in text
    assert "Maskerat (26 kap. 1 § offentlighets- och sekretesslagen)" in text
    assert "offentlig version av version 1" in text
    assert "gjordes inte, med orsak, och" in " ".join(text.split())
    content = secretary.raw(f"{here}/json").get_data(as_text=True)
    assert "018-727" not in content
    assert json.loads(content)["masked"] == 1
    assert "Lämnad ut med maskeringar" in secretary.get(LIST).text


def test_what_was_given_out_before_with_other_parts_masked_is_told_with_a_link(
    client_of: ClientOf,
) -> None:
    warning = "Uppföljningen är utlämnad förut med andra maskeringar."
    secretary = client_of(Role.SECRETARY)
    page = ask(secretary)
    assert warning not in page.text
    first = address_of(page)
    row = field_of(page, "Kontroll 3: kommentar")
    secretary.submit(first, **{f"choice_{row}": "maskera", "provision": "26:1"})
    secretary.submit("/beslut", ground="Det är ett direktnummer.")
    page = ask(secretary)
    assert warning not in page.text
    told = {f"choice_{row}": "lamna-ut", f"reason_{row}": "Numret är växelns."}
    page = secretary.submit(address_of(page), **told)
    assert warning in page.text
    assert first in page.reader.links


def test_what_can_be_read_out_is_warned_of_and_confirmed_before_it_leaves(
    client_of: ClientOf,
) -> None:
    warning = "Det som är maskerat går ändå att läsa ut."
    secretary = client_of(Role.SECRETARY)
    page = ask(secretary)
    here = address_of(page)
    comment, figures = (
        field_of(page, f"Kontroll {what}") for what in ("3: kommentar", "1: siffror")
    )
    page = secretary.submit(here, **{f"choice_{comment}": "maskera", "provision": "26:1"})
    assert warning not in page.text
    masked = {f"choice_{figures}": "maskera", f"reason_{figures}": "Bara två ärenden."}
    page = secretary.submit(here, **masked)
    assert warning in page.text
    assert "”Kontroll 1: bedömning” lämnas ut och säger om något avvek" in page.text
    assert f"#choice_{field_of(page, 'Granskade i hela uppföljningen')}" in page.reader.links
    page = secretary.submit("/beslut", 422, ground="Det är ett direktnummer.")
    assert "Det är ett direktnummer." in page.text
    assert 'href="#aware"' in page.html
    page = secretary.submit("/beslut", aware="y")
    assert "Lämnad ut med maskeringar" in page.text


def test_a_request_is_among_the_tasks_until_it_is_answered(client_of: ClientOf) -> None:
    task = "Pröva en begäran om uppföljningen per april 2020"
    secretary = client_of(Role.SECRETARY)
    assert task not in secretary.get("/").text
    page = ask(secretary)
    here = address_of(page)
    for role in (Role.SECRETARY, Role.CONTROLLER):
        start = client_of(role).get("/")
        assert task in start.text
        assert here in start.reader.links
    assert task not in client_of(Role.DIRECTOR).get("/").text
    secretary.get(here)
    secretary.submit(here, provision="26 kap. 1 §")
    secretary.submit("/beslut", outcome="neka", ground="Allt rör enskilda.")
    assert task not in secretary.get("/").text


def test_what_is_lacking_is_told_at_its_part_and_nothing_typed_is_lost(client_of: ClientOf) -> None:
    secretary = client_of(Role.SECRETARY)
    page = ask(secretary)
    row = field_of(page, "Kontroll 3: kommentar")
    page = secretary.submit(
        address_of(page), 422, **{f"choice_{row}": "lamna-ut", "provision": "26 kap. 1 §"}
    )
    assert "Kontroll 3: kommentar: skriv varför det kan lämnas ut." in page.text
    assert dict(page.form(address_of(page)).fields)["provision"] == "26 kap. 1 §"
    page = secretary.submit("/beslut", 409, ground="Nej.")
    assert "1 av programmets förslag är inte prövade." in page.text


def test_a_refusal_is_a_document_with_how_to_appeal(client_of: ClientOf) -> None:
    secretary = client_of(Role.SECRETARY)
    page = ask(secretary)
    here = address_of(page)
    secretary.submit(here, provision="26 kap. 1 §")
    page = secretary.submit("/beslut", outcome="neka", ground="Allt rör enskilda.")
    assert "Inte lämnad ut" in page.text
    text = pdf_text(secretary.raw(f"{here}/pdf").get_data())
    assert "lämnar inte ut version 1 av uppföljningen" in text
    assert "kammarrätten" in text
    assert secretary.raw(f"{here}/json").status_code == 404


def test_nobody_else_sees_a_request_and_no_file_is_there_before_the_decision(
    client_of: ClientOf,
) -> None:
    secretary = client_of(Role.SECRETARY)
    here = address_of(ask(secretary))
    assert secretary.raw(f"{here}/pdf").status_code == 404
    assert client_of(Role.MEMBER).raw(LIST).status_code == 403
    assert client_of(Role.SECRETARY, "AMN").raw(here).status_code == 404
    assert secretary.raw(f"{LIST}/999").status_code == 404
