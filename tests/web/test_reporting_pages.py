"""The pages and files of the follow-up: who sees what, and one set of figures."""

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import document_house
from internkontroll.reporting.documents import write_report_files
from internkontroll.reporting.queries import find_point, shown_report
from tests.client import Page
from tests.conftest import MovableClock
from tests.factories import Town, make_control, make_plan, make_points
from tests.pdf_text import pdf_text
from tests.report_rows import Spring
from tests.web.april_report import APRIL, LIST, ClientOf, decide, fill, write_overall


@pytest.fixture
def spring(app: Flask, town: Town, clock: MovableClock) -> Spring:
    """The board's spring; it is 29 May."""
    clock.move_to(2020, 5, 29)
    return fill(app, town)


def test_the_list_shows_every_point_with_its_state(client_of: ClientOf, spring: Spring) -> None:
    page = client_of(Role.CONTROLLER).get(LIST)
    assert page.h1 == "Uppföljning"
    assert re.findall(r"Per (\w+) 2020", page.text) == ["april", "augusti", "årsbokslut"]
    assert re.findall(r"Att skriva|Perioden pågår|Utkast|Beslutad", page.text) == [
        "Att skriva",
        "Perioden pågår",
        "Perioden pågår",
    ]
    write_overall(client_of(Role.CONTROLLER))
    assert "Utkast" in client_of(Role.CONTROLLER).get(LIST).text


def test_a_board_without_points_is_told_what_to_do(client_of: ClientOf) -> None:
    page = client_of(Role.CONTROLLER).get(LIST)
    assert "Det finns inga rapporteringstidpunkter" in page.text
    assert "nämndsekreteraren kan öppna året" in page.text


def test_without_a_decided_plan_the_page_says_so(
    app: Flask, town: Town, client_of: ClientOf
) -> None:
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        make_points(session, board)
        make_control(session, make_plan(session, board))
        session.commit()
        db.session.remove()
    client = client_of(Role.CONTROLLER)
    assert "Det finns ingen beslutad plan för 2020" in client.get(APRIL).text
    for part in ("pdf", "json", "beslut", "samlad-bedomning", "kontroll/1"):
        assert client.raw(f"{APRIL}/{part}").status_code == 404


def test_the_report_tells_what_the_board_has_to_consider_first(
    client_of: ClientOf, spring: Spring
) -> None:
    page = client_of(Role.MEMBER).get(APRIL)
    assert page.h1 == "Uppföljning av internkontrollplanen per april 2020"
    order = [
        "Det här behöver nämnden ta ställning till",
        "Samlad bedömning",
        "Förslag till beslut",
        "Hur kontrollerna har gått",
        "Utfall per kontrollmoment",
        "Om uppgifterna",
    ]
    places = [page.text.index(heading) for heading in order]
    assert places == sorted(places)
    assert "Kontroll 4 är inte gjord." in page.text
    assert "Ytterligare 1 kontrollmoment av samma slag" in page.text
    assert "Tillkommet efter" in page.text


class Tables(HTMLParser):
    """The cells of every table of a page, row by row."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.rows[-1][-1] += data

    def row(self, first: str) -> list[str]:
        """The cells of the row that begins so, white space made one blank."""
        cells = [[" ".join(cell.split()) for cell in row] for row in self.rows]
        return next(row for row in cells if row and row[0] == first)


FIGURES = ("due", "in_time", "late", "not_performed", "missed", "not_yet_due", "expired")


def test_page_file_pdf_and_json_tell_the_same_figures(
    app: Flask, town: Town, clock: MovableClock, client_of: ClientOf, tmp_path: Path
) -> None:
    clock.move_to(2020, 5, 29)
    fill(app, town, times=9)
    client = client_of(Role.CONTROLLER)
    page = Tables(client.get(APRIL).html)
    told = json.loads(client.raw(f"{APRIL}/json").data)
    pdf = pdf_text(client.raw(f"{APRIL}/pdf").data)
    with app.app_context():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        entry = find_point(session, board.id, 2020, "april")
        assert entry is not None
        shown = shown_report(session, board, entry, at=clock())
        assert shown is not None
        written = write_report_files(shown, tmp_path / "ut" / "april", document_house(session))
    assert [path.name for path in written] == ["report.html", "report.pdf", "report.json"]
    assert json.loads(written[2].read_bytes()) == told
    assert pdf_text(written[1].read_bytes()) == pdf
    file = Tables(written[0].read_text("utf-8"))
    counts = [("Totalt", told["total"])]
    counts += [(area["name"], area["count"]) for area in told["areas"]]
    assert told["total"]["due"] == 14
    for name, count in counts:
        figures = [str(count[figure]) for figure in FIGURES]
        assert page.row(name) == [name, *figures]
        assert file.row(name) == [name, *figures]
        assert " ".join([name, *figures]) in pdf
    for row in told["rows"]:
        number, count = str(row["number"]), row["count"]
        done = count["in_time"] + count["late"]
        n_of_n = f"{row['reviewed']} av {row['population']:,}".replace(",", " ")
        seen = n_of_n if row["population"] else "–"
        deviating = str(row["deviating"]) if row["population"] else "–"
        for table in (page, file):
            cells = table.row(number)
            assert cells[2] == str(count["due"])
            assert cells[3].split()[0] == str(done)
            assert cells[4].split()[0] == str(count["not_performed"] + count["missed"])
            assert cells[5:7] == [seen, deviating]
        first, *_ = row["text"].split("\n")
        told_in_pdf = rf"{done} av {count['due']} {seen} {deviating} "
        assert re.search(rf"{number} {re.escape(first)}.{{0,40}}? {told_in_pdf}", pdf)


def test_a_file_to_keep_needs_nothing_else(
    app: Flask, town: Town, clock: MovableClock, spring: Spring, tmp_path: Path
) -> None:
    with app.app_context():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        entry = find_point(session, board.id, 2020, "april")
        assert entry is not None
        shown = shown_report(session, board, entry, at=clock())
        assert shown is not None
        html = write_report_files(shown, tmp_path)[0].read_text("utf-8")
    assert '<html lang="sv">' in html
    assert not re.search(r"<script|<link|src=|href=|url\((?!#)", html)


def _of_the_report(page: Page) -> str:
    """The page without when the session of the one who reads it ends."""
    return re.sub(r"Du loggas ut klockan \d\d\.\d\d", "", page.text)


def test_a_decision_freezes_the_report(
    client_of: ClientOf, spring: Spring, clock: MovableClock
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    client = client_of(Role.SECRETARY)
    page = decide(client)
    assert "Uppföljningen är beslutad." in page.text
    body = client.raw(f"{APRIL}/json").data
    sha256 = hashlib.sha256(body).hexdigest()
    assert sha256 in page.text
    pdf = client.raw(f"{APRIL}/pdf")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert "uppfoljning-scn-2020-april.pdf" in pdf.headers["Content-Disposition"]
    assert sha256 in pdf_text(pdf.data)
    before = _of_the_report(client.get(APRIL))
    clock.move_to(2020, 12, 1)
    assert _of_the_report(client_of(Role.SECRETARY).get(APRIL)) == before
    assert client_of(Role.SECRETARY).raw(f"{APRIL}/json").data == body


def test_kommunstyrelsens_controller_and_a_reader_see_decided_reports_only(
    client_of: ClientOf, spring: Spring
) -> None:
    for role in (Role.OVERSIGHT_CONTROLLER, Role.READER):
        client = client_of(role)
        assert "Ingen uppföljning är beslutad" in client.get(LIST).text
        for path in ("", "/pdf", "/json"):
            assert client.raw(APRIL + path).status_code == 404
    write_overall(client_of(Role.CONTROLLER))
    decide(client_of(Role.SECRETARY))
    for role in (Role.OVERSIGHT_CONTROLLER, Role.READER):
        client = client_of(role)
        assert "Per april 2020" in client.get(LIST).text
        assert "Per augusti" not in client.get(LIST).text
        assert "Innehållets SHA-256" in client.get(APRIL).text
        for path in ("/pdf", "/json"):
            assert client.raw(APRIL + path).status_code == 200


def test_another_boards_report_does_not_exist(
    app: Flask, town: Town, client_of: ClientOf, spring: Spring
) -> None:
    fill(app, town, "AMN")
    client = client_of(Role.CONTROLLER)
    amn = "/namnd/amn/uppfoljning"
    for path in (amn, f"{amn}/2020/april", f"{amn}/2020/april/pdf", f"{amn}/2020/april/beslut"):
        assert client.raw(path).status_code == 404
    assert client.raw(f"{LIST}/2019/april").status_code == 404
    assert client.raw(f"{LIST}/2020/mars").status_code == 404
    assert client.raw(f"{APRIL}/kontroll/7").status_code == 404, "April does not report it"


def test_those_who_only_read_get_no_buttons_and_no_way_in(
    client_of: ClientOf, spring: Spring
) -> None:
    client = client_of(Role.AUDITOR)
    page = client.get(APRIL)
    assert "Skriv den samlade bedömningen" not in page.text
    assert "Registrera nämndens beslut" not in page.text
    for path in ("samlad-bedomning", "beslut", "kontroll/3"):
        assert client.raw(f"{APRIL}/{path}").status_code == 403


def test_a_point_with_a_stroke_in_its_name_has_its_pages(
    app: Flask, town: Town, client_of: ClientOf, spring: Spring
) -> None:
    with app.app_context(), intent_to_write():
        session = db.session()
        entry = find_point(session, town.boards["SCN"], 2020, "april")
        assert entry is not None
        entry.point.name = "mars/april"
        session.commit()
        db.session.remove()
    client = client_of(Role.CONTROLLER)
    page = client.get(f"{LIST}/2020/mars/april")
    assert page.h1 == "Uppföljning av internkontrollplanen per mars/april 2020"
    answer = client.raw(f"{LIST}/2020/mars/april/pdf")
    assert "uppfoljning-scn-2020-mars-april.pdf" in answer.headers["Content-Disposition"]
    client.get(f"{LIST}/2020/mars/april/samlad-bedomning")


def test_the_report_page_asks_the_database_as_often_for_ten_times_the_rows(
    app: Flask, town: Town, clock: MovableClock, client_of: ClientOf, count_queries: Any
) -> None:
    clock.move_to(2020, 5, 29)
    counts = []
    for code, times in (("SCN", 3), ("AMN", 90)):
        fill(app, town, code, times)
        client = client_of(Role.CONTROLLER, code)
        address = f"/namnd/{code.lower()}/uppfoljning/2020/april"
        with count_queries() as counted:
            client.get(address)
        counts.append(int(counted))
    assert counts[0] == counts[1] <= 12, counts


def test_a_decided_page_and_the_list_ask_seldom(
    client_of: ClientOf, spring: Spring, count_queries: Any
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    client = client_of(Role.SECRETARY)
    decide(client)
    for address in (APRIL, LIST):
        with count_queries() as counted:
            client.get(address)
        assert int(counted) <= 6
