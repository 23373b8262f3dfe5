"""The pages of a report's documents: each file, the package, the memo, the look."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board
from tests.client import Page, PageClient
from tests.conftest import MovableClock
from tests.factories import Town
from tests.pdf_text import pdf_text
from tests.pictures import png
from tests.report_rows import make_spring

ClientOf = Callable[..., PageClient]
APRIL = "/namnd/scn/uppfoljning/2020/april"
MEMO = f"{APRIL}/tjansteskrivelse"
TEMPLATE = "/organisation/tjansteskrivelse/"
LOOK = "/organisation/utseende"


def typed(page: Page, action: str, name: str) -> str:
    """What stands in a field of a form."""
    return dict(page.form(action).fields)[name].strip()


@pytest.fixture(autouse=True)
def _spring(app: Flask, town: Town, clock: MovableClock) -> None:
    """The board's spring; it is 29 May."""
    clock.move_to(2020, 5, 29)
    with app.app_context(), intent_to_write():
        session = db.session()
        make_spring(session, session.get_one(Board, town.boards["SCN"]))
        session.commit()
        db.session.remove()


def test_every_document_on_the_page_is_there_in_the_form_it_says(client_of: ClientOf) -> None:
    client = client_of(Role.CONTROLLER)
    page = client.get(f"{APRIL}/dokument")
    found = [link for link in page.reader.links if f"{APRIL}/dokument/" in link]
    starts = {"pdf": b"%PDF", "docx": b"PK", "xlsx": b"PK", "html": b"<!doctype", "json": b"{"}

    assert page.h1 == "Dokument per april 2020"
    assert len(found) == len(set(found)) == 3 + 3 + 3 + 2 + 10
    for link in found:
        answer = client.raw(link)
        kind = link.rpartition(".")[2]
        assert answer.status_code == 200
        assert answer.data.startswith(starts.get(kind, b"\xef\xbb\xbf")), link
        assert "attachment" in answer.headers["Content-Disposition"]
        assert f"-scn-2020-april.{kind}" in answer.headers["Content-Disposition"]


def test_a_document_that_is_not_there_answers_404(client_of: ClientOf) -> None:
    client = client_of(Role.CONTROLLER)

    assert client.raw(f"{APRIL}/dokument/annat.pdf").status_code == 404
    assert client.raw(f"{APRIL}/dokument/..%2Fplan.pdf").status_code == 404
    assert client.raw("/namnd/scn/uppfoljning/2020/mars/dokument").status_code == 404


def test_the_package_has_every_document_as_it_is_fetched_alone(client_of: ClientOf) -> None:
    client = client_of(Role.CONTROLLER)
    answer = client.raw(f"{APRIL}/paket")

    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = set(archive.namelist())
        assert json.loads(archive.read("manifest.json"))["board"] == "SCN"
        for name in ("uppfoljning.xlsx", "avvikelser.docx", "uppfoljning.json"):
            assert archive.read(name) == client.raw(f"{APRIL}/dokument/{name}").data
    assert len(names) == 22


def test_a_draft_and_its_documents_do_not_exist_for_a_reader_and_another_board(
    client_of: ClientOf,
) -> None:
    for client in (client_of(Role.READER), client_of(Role.CONTROLLER, "AMN")):
        for path in ("dokument", "dokument/uppfoljning.xlsx", "paket"):
            assert client.raw(f"{APRIL}/{path}").status_code == 404


def test_what_is_written_in_the_memo_is_on_the_page_and_in_the_file(client_of: ClientOf) -> None:
    client = client_of(Role.CONTROLLER)
    page = client.get(MEMO)
    assert page.h1 == "Tjänsteskrivelse per april 2020"
    assert "Texten är inte skriven." in page.text
    page = client.submit(
        "/tjansteskrivelse",
        economy="Åtgärderna ryms i budgeten.",
        children="Ingen brist rör barn.",
        registry_number="SCN-2020-0211",
    )

    assert "Tjänsteskrivelsen är sparad." in page.text
    assert "Texten är inte skriven." not in page.text
    text = pdf_text(client.raw(f"{APRIL}/dokument/tjansteskrivelse.pdf").data)
    assert "Ekonomiska konsekvenser Åtgärderna ryms i budgeten." in text
    assert "SCN-2020-0211" in text
    assert "saknas text om jämställdhet och näringsliv" in client.get(f"{APRIL}/dokument").text


def test_a_memo_with_a_personnummer_is_refused_and_keeps_all_that_was_typed(
    client_of: ClientOf,
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(MEMO)
    page = client.submit(
        "/tjansteskrivelse", 422, economy="Gäller 640823-3234.", business="Inget företag."
    )

    assert "personnummer" in page.text
    assert typed(page, "/tjansteskrivelse", "business") == "Inget företag."
    assert "Inget företag." not in client.get(MEMO).text


def test_the_loser_of_two_who_write_sees_both_texts(client_of: ClientOf) -> None:
    first, second = client_of(Role.CONTROLLER), client_of(Role.DIRECTOR)
    first.get(MEMO)
    second.get(MEMO)
    first.submit("/tjansteskrivelse", economy="Först.")
    page = second.submit("/tjansteskrivelse", 409, economy="Sedan.")

    assert "Först." in page.text
    assert typed(page, "/tjansteskrivelse", "economy") == "Sedan."
    assert "sparad" in second.submit("/tjansteskrivelse", economy="Tillsammans.").text


def test_the_administrator_changes_headings_and_order_on_the_screen(client_of: ClientOf) -> None:
    administrator = client_of(Role.ADMINISTRATOR)
    administrator.get(TEMPLATE)
    page = administrator.submit(
        TEMPLATE, heading_economy="Ekonomi", place_economy="2", text_economy="Ingen påverkan."
    )
    assert "Mallen är sparad." in page.text
    text = pdf_text(client_of(Role.CONTROLLER).raw(f"{APRIL}/dokument/tjansteskrivelse.pdf").data)
    assert text.index("Ekonomi Ingen påverkan.") < text.index("Beredning")
    assert "Ekonomiska konsekvenser" not in text


def test_a_template_that_makes_no_memo_is_refused_with_all_that_was_typed(
    client_of: ClientOf,
) -> None:
    client = client_of(Role.ADMINISTRATOR)
    client.get(TEMPLATE)
    page = client.submit(TEMPLATE, 422, heading_proposal="", heading_basis="Underlag")

    assert "Förslaget till beslut ska alltid vara med" in page.text
    assert typed(page, TEMPLATE, "heading_basis") == "Underlag"
    assert "Underlag" not in typed(client.get(TEMPLATE), TEMPLATE, "heading_basis")


def test_a_logotype_is_taken_in_and_stands_in_the_documents(client_of: ClientOf) -> None:
    client = client_of(Role.ADMINISTRATOR)
    client.get(LOOK)
    page = client.submit(LOOK, files={"file": (io.BytesIO(png()), "vapen.png")}, colour="#7a1f2b")
    assert "Utseendet är sparat." in page.text
    assert "En logotyp finns." in page.text
    html = client_of(Role.CONTROLLER).raw(f"{APRIL}/dokument/uppfoljning.html").data.decode()
    assert 'alt="Exempelkommunen"' in html
    assert "--brand: #7a1f2b" in html
    assert client.raw(f"{LOOK}/prov").data.startswith(b"%PDF")


def test_a_file_that_is_no_picture_is_refused_and_the_colour_is_kept_in_the_form(
    client_of: ClientOf,
) -> None:
    client = client_of(Role.ADMINISTRATOR)
    client.get(LOOK)
    page = client.submit(
        LOOK, 422, files={"file": (io.BytesIO(b"<svg/>"), "vapen.png")}, colour="#7a1f2b"
    )

    assert "något annat" in page.text
    assert typed(page, LOOK, "colour") == "#7a1f2b"
    assert typed(client.get(LOOK), LOOK, "colour") == "#0b5d66"
