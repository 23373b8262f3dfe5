"""The pages of kommunstyrelsens samlade bild: two clicks to the rows, and one set of figures."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.accounts.models import RoleGrant
from internkontroll.core.access import Role
from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board
from internkontroll.reporting import services
from internkontroll.reporting.models import OversightDecision
from tests.client import PageClient
from tests.conftest import MovableClock
from tests.factories import Town
from tests.oversight_rows import PROGRAM, april_of, make_april
from tests.package_check import check
from tests.pdf_text import pdf_text

ClientOf = Callable[..., PageClient]
LIST = "/kommunstyrelsen/samlad-bild"
APRIL = f"{LIST}/2020/april"


@pytest.fixture
def sent(app: Flask, town: Town, clock: MovableClock) -> Town:
    """SCN and AMN have sent April, OSN is ten days late; it is 15 June."""
    clock.move_to(2020, 6, 15)
    with app.app_context(), intent_to_write():
        session = db.session()
        for code, decided in (("SCN", True), ("AMN", True), ("OSN", False)):
            make_april(session, session.get_one(Board, town.boards[code]), decided=decided)
        session.commit()
        db.session.remove()
    return town


@pytest.fixture
def ks(client_of: ClientOf, sent: Town) -> PageClient:
    return client_of(Role.OVERSIGHT_CONTROLLER)


def test_it_is_two_clicks_from_a_figure_to_the_boards_own_row(ks: PageClient) -> None:
    page = ks.get(APRIL)
    assert page.h1 == "Samlad bild per april 2020"
    found = re.search(r'href="([^"]*visa=vasentliga[^"]*namnd=scn[^"]*)"', page.html)
    assert found is not None
    rows = ks.get(found.group(1).replace("&amp;", "&"))
    assert rows.h1 == "Kontrollmoment med väsentliga avvikelser, Socialnämnden"
    assert re.search(r"Väsentlig: \d", rows.text)
    link = re.search(r'href="(/namnd/scn/uppfoljning/2020/april)#(kontroll-3)"', rows.html)
    assert link is not None
    assert f'id="{link.group(2)}"' in ks.get(link.group(1)).html


def test_a_board_that_has_not_sent_shows_nothing_but_that_it_is_late(ks: PageClient) -> None:
    page = ks.get(APRIL)
    assert "Omsorgsnämnden har inte lämnat sin uppföljning." in page.text
    assert "10 dagar" in page.text
    assert "/namnd/osn/" not in page.html
    assert ks.get(f"{APRIL}/rader?namnd=osn").text.count("Inga sådana kontrollmoment") == 1
    assert ks.raw("/namnd/osn/uppfoljning/2020/april").status_code in {403, 404}


def test_a_report_without_receipt_is_told_until_it_is_acknowledged(ks: PageClient) -> None:
    way = "/namnd/scn/uppfoljning/2020/april/behandling"
    page = ks.get(APRIL)
    assert "Inte kvitterad , Socialnämnden" in page.text
    assert "Inte kvitterad , Omsorgsnämnden" not in page.text
    assert f"{way}#kommunstyrelsen" in page.reader.links
    assert f"{way}#kommunstyrelsen" in ks.get("/").reader.links
    ks.get(way)
    ks.submit("/kvittera", received_on="2020-06-12")
    page = ks.get(APRIL)
    assert "Inte kvitterad , Socialnämnden" not in page.text
    assert "Inte kvitterad , Arbetsmarknadsnämnden" in page.text


def test_page_pdf_word_and_json_tell_the_same_figures(ks: PageClient) -> None:
    page = ks.get(APRIL)
    data = json.loads(ks.raw(f"{APRIL}/json").data)
    text = pdf_text(ks.raw(f"{APRIL}/pdf").data)
    total = data["total"]
    done = total["count"]["in_time"] + total["count"]["late"]
    told = f"{done} av {total['count']['due']}"
    assert (total["sent"], total["asked"], told) == (2, 3, "6 av 12")
    assert total["severities"]["material"] == 2
    for where in (page.text, text.replace("\xa0", " ")):
        assert told in where
        assert "2 av 3" in where
        assert data["boards"][0]["report"]["decision"]["paragraph"] in where
    assert ks.raw(f"{APRIL}/word").data[:2] == b"PK"


def test_each_document_on_the_list_can_be_fetched(ks: PageClient) -> None:
    page = ks.get(f"{APRIL}/dokument")
    links = re.findall(r'href="([^"]*/dokument/[^"]+)"', page.html)

    assert page.h1 == "Den samlade bildens dokument per april 2020"
    assert f'href="{APRIL}/dokument"' in ks.get(APRIL).html
    assert len(links) == 3 + 2 + 5
    for link in links:
        answer = ks.raw(link)
        assert answer.status_code == 200, link
        assert "2020-april" in answer.headers["Content-Disposition"]
    assert ks.raw(f"{APRIL}/dokument/annat.pdf").status_code == 404


def test_the_assessment_and_the_proposals_are_kommunstyrelsens_own(ks: PageClient) -> None:
    ks.get(f"{APRIL}/bedomning")
    page = ks.submit(
        "/bedomning",
        overall="partly",
        grounds="En nämnd är sen.",
        proposals="att se över attesten",
    )
    assert page.h1 == "Samlad bild per april 2020"
    assert "Delvis tillräcklig" in page.text
    assert "att uppmana Omsorgsnämnden att lämna uppföljningen" in page.text
    assert "att se över attesten" in page.text


def test_a_proposal_that_is_none_is_refused_and_nothing_typed_is_lost(ks: PageClient) -> None:
    ks.get(f"{APRIL}/bedomning")
    page = ks.submit(
        "/bedomning", 422, overall="partly", grounds="En sen.", proposals="Se över mer"
    )
    assert page.status == 422
    assert "Börja varje förslag med ”att”" in page.text
    assert "Se över mer" in page.html
    assert "En sen." in page.html


def test_the_loser_of_a_concurrent_edit_sees_both_texts(ks: PageClient, client_of: Any) -> None:
    other = client_of(Role.OVERSIGHT_CONTROLLER)
    for one in (ks, other):
        one.get(f"{APRIL}/bedomning")
    ks.submit("/bedomning", overall="partly", grounds="Den enas text.", proposals="")
    page = other.submit(
        "/bedomning", 409, overall="sufficient", grounds="Den andras.", proposals=""
    )
    assert page.status == 409
    assert "Den enas text." in page.text
    assert "Den andras." in page.html


def test_a_picture_is_an_image_with_a_name_and_a_table_of_the_same_figures(
    ks: PageClient,
) -> None:
    page = ks.get(APRIL)
    assert page.html.count('role="img"') == 2
    for ident in ("gjort-per-namnd", "avvikelser-per-namnd"):
        assert f'aria-labelledby="{ident}-namn {ident}-text"' in page.html
        assert f'id="{ident}-tabell"' in page.html
    assert re.search(r'<text class="figure"[^>]*>3 av 6</text>', page.html)


def test_what_is_no_choice_and_no_board_does_not_exist(ks: PageClient) -> None:
    for address in ("visa=alltihop", "namnd=xyz"):
        assert ks.raw(f"{APRIL}/rader?{address}").status_code == 404
    assert ks.raw(f"{LIST}/2020/maj").status_code == 404
    assert ks.raw(f"{LIST}/2020/maj/pdf").status_code == 404


def test_the_page_takes_few_queries_however_many_boards(ks: PageClient, count_queries: Any) -> None:
    with count_queries() as queries:
        ks.get(APRIL)
    assert int(queries) <= 20


def test_the_decision_is_recorded_and_the_page_shows_what_was_decided(ks: PageClient) -> None:
    assert "Kommunstyrelsens bedömning saknas." in ks.get(f"{APRIL}/beslut").text
    ks.get(f"{APRIL}/bedomning")
    ks.submit("/bedomning", overall="partly", grounds="Det mesta är gjort.")
    ks.get(f"{APRIL}/beslut")
    page = ks.submit("/beslut", 422, decided_on="15 juni 2020", registry_number="KSN-2020-0123")
    assert "Skriv beslutets paragraf" in page.text
    page = ks.submit("/beslut", paragraph="102")
    assert "Den visas så som den beslutades." in page.text
    assert "Om uppgifterna Den beslutade bilden ändras inte." in page.text
    found = re.search(r"SHA-256 ([0-9a-f]{64})", page.text)
    assert found is not None
    body = ks.raw(f"{APRIL}/json").data
    assert hashlib.sha256(body).hexdigest() == found[1]
    assert f"SHA-256 {found[1][:16]}" in pdf_text(ks.raw(f"{APRIL}/pdf").data)
    page = ks.get(f"{APRIL}?laget=nu")
    assert "Det här är läget i dag." in page.text
    ks.get(f"{APRIL}/beslut")
    page = ks.submit(
        "/beslut", 422, decided_on="15 juni 2020", paragraph="103", registry_number="KSN-2020-0124"
    )
    assert "Skriv varför den beslutade bilden rättas." in page.text
    page = ks.submit("/beslut", reason="En nämnd saknades.")
    assert "Version 2: En nämnd saknades." in page.text


def test_the_page_of_a_decided_picture_reads_its_snapshot_once(
    ks: PageClient, count_queries: Callable[[], Any]
) -> None:
    ks.get(f"{APRIL}/bedomning")
    ks.submit("/bedomning", overall="partly", grounds="Det mesta är gjort.")
    ks.get(f"{APRIL}/beslut")
    ks.submit("/beslut", decided_on="15 juni 2020", registry_number="KSN-2020-0123", paragraph="1")
    for address, times in ((APRIL, 1), (f"{APRIL}?laget=nu", 0)):
        with count_queries() as counted:
            assert "besluta" in ks.get(address).text
        asked = [one for one in counted.statements if "oversight_decision" in one]
        whole = [one for one in asked if re.search(r"oversight_decision\.snapshot\b", one)]
        assert (len(asked), len(whole)) == (1, times)


def test_what_an_older_program_decided_is_handed_out_as_the_very_bytes_of_its_hash(
    ks: PageClient, app: Flask
) -> None:
    ks.get(f"{APRIL}/bedomning")
    ks.submit("/bedomning", overall="partly", grounds="Det mesta är gjort.")
    ks.get(f"{APRIL}/beslut")
    ks.submit("/beslut", decided_on="15 juni 2020", registry_number="KSN-2020-0123", paragraph="1")
    with app.app_context(), intent_to_write():
        decided = db.session().scalars(sa.select(OversightDecision)).one()
        told = json.loads(decided.snapshot)
        del told["corrected_because"]
        decided.snapshot, decided.snapshot_sha256 = canonical_json(told), sha256_of(told)
        hashed = decided.snapshot_sha256
        db.session().commit()
        db.session.remove()

    for address in ("json", "dokument/samlad-bild.json"):
        body = ks.raw(f"{APRIL}/{address}").data
        assert hashlib.sha256(body).hexdigest() == hashed, address


@pytest.mark.parametrize("goes_on", [True, False])
def test_what_kommunstyrelsen_built_on_is_read_only_where_the_report_goes_to_it(
    ks: PageClient,
    app: Flask,
    sent: Town,
    count_queries: Callable[[], Any],
    goes_on: bool,
) -> None:
    with app.app_context(), intent_to_write():
        session = db.session()
        point = april_of(session, session.get_one(Board, sent.boards["SCN"]))
        point.executive_on = point.executive_on if goes_on else None
        session.commit()
        db.session.remove()
    with count_queries() as counted:
        ks.get("/namnd/scn/uppfoljning/2020/april/behandling")
    read = [one for one in counted.statements if "FROM oversight_decision" in one]
    assert bool(read) is goes_on


def test_the_workbook_tells_what_kommunstyrelsen_decided(ks: PageClient) -> None:
    ks.get(f"{APRIL}/bedomning")
    ks.submit("/bedomning", overall="partly", grounds="Det mesta är gjort.")
    ks.get(f"{APRIL}/beslut")
    ks.submit("/beslut", decided_on="15 juni 2020", registry_number="KSN-2020-0123", paragraph="7")

    table = ks.raw(f"{APRIL}/dokument/tabell-sammanfattning.csv").data.decode("utf-8-sig")
    assert "Diarienummer;KSN-2020-0123" in table
    assert "Paragraf;§ 7" in table.replace("\xa0", " ")
    assert "Version;1" in table


@pytest.mark.parametrize("role", [Role.MEMBER, Role.CHAIR, Role.SECRETARY, Role.AUDITOR])
def test_who_has_a_role_in_kommunstyrelsen_reads_the_picture(
    app: Flask, client_of: ClientOf, sent: Town, role: Role
) -> None:
    reader = client_of(role, "AMN")
    assert reader.raw(APRIL).status_code == 403, "a role in another nämnd opens nothing"
    with app.app_context(), intent_to_write():
        db.session().get_one(Board, sent.boards["AMN"]).oversight = True
        db.session().commit()
        db.session.remove()
    page = reader.get(APRIL)
    assert "Socialnämnden" in page.text
    assert "/namnd/scn/" not in page.html, "the nämnd's own page is not theirs to open"
    assert "Skriv bedömningen" not in page.text
    assert "Nämndernas paket" not in page.text
    assert reader.raw(f"{APRIL}/paket").status_code == 403
    assert reader.get(f"{APRIL}/rader?visa=vasentliga").status == 200
    assert reader.raw(f"{APRIL}/bedomning").status_code == 403
    assert reader.raw(f"{APRIL}/beslut").status_code == 403
    assert reader.raw("/namnd/scn/uppfoljning/2020/april").status_code == 404
    assert "Samlad bild" in reader.get(LIST).text


@pytest.mark.parametrize("undecided", [True, False])
def test_a_revisor_reads_the_undecided_assessment_only_by_terms_that_say_so(
    app: Flask, client_of: ClientOf, ks: PageClient, sent: Town, undecided: bool
) -> None:
    ks.get(f"{APRIL}/bedomning")
    ks.submit("/bedomning", overall="partly", grounds="Ett utkast.", proposals="att avvakta")
    reader = client_of(Role.AUDITOR, "AMN")
    with app.app_context(), intent_to_write():
        db.session().get_one(Board, sent.boards["AMN"]).oversight = True
        db.session().execute(
            sa.update(RoleGrant)
            .where(RoleGrant.role == Role.AUDITOR)
            .values(reads_undecided=undecided)
        )
        db.session().commit()
        db.session.remove()
    for page in (reader.get(APRIL), reader.get(f"{APRIL}?laget=nu")):
        assert "Socialnämnden" in page.text
        assert ("Ett utkast." in page.text) is undecided
        assert ("att avvakta" in page.text) is undecided
    told = reader.raw(f"{APRIL}/json").get_data(as_text=True)
    assert ("Ett utkast." in told) is undecided
    ks.get(f"{APRIL}/beslut")
    ks.submit("/beslut", decided_on="15 juni 2020", paragraph="103", registry_number="KS-2020-0100")
    assert "Ett utkast." in reader.get(APRIL).text


def test_the_whole_is_fetched_in_one_package_that_verifies(ks: PageClient, tmp_path: Path) -> None:
    assert f'href="{APRIL}/dokument.zip"' in ks.get(f"{APRIL}/dokument").html
    code, said = check(tmp_path, ks.raw(f"{APRIL}/dokument.zip").data)
    assert (code, "utkast" in said) == (0, True)
    ks.get(f"{APRIL}/bedomning")
    ks.submit("/bedomning", overall="partly", grounds="Det mesta är gjort.")
    ks.get(f"{APRIL}/beslut")
    ks.submit("/beslut", decided_on="15 juni 2020", registry_number="KSN-2020-0123", paragraph="1")
    page = ks.get(f"{APRIL}/dokument")
    found = re.search(r'class="mono">([0-9a-f]{64})<', page.html)
    assert found is not None
    answer = ks.raw(f"{APRIL}/dokument.zip")
    assert "paket-samlad-bild-2020-april.zip" in answer.headers["Content-Disposition"]
    assert check(tmp_path, answer.data, found[1])[0] == 0
    assert check(tmp_path, ks.raw(f"{APRIL}/dokument.zip?laget=nu").data, found[1])[0] == 1
    assert ks.raw(f"{LIST}/2020/maj/dokument.zip").status_code == 404


def test_todays_documents_of_a_decided_picture_say_that_they_are_of_today(ks: PageClient) -> None:
    undecided = "Bilden är inte beslutad."
    assert undecided in ks.get(f"{APRIL}/dokument").text
    ks.get(f"{APRIL}/bedomning")
    ks.submit("/bedomning", overall="partly", grounds="Det mesta är gjort.")
    ks.get(f"{APRIL}/beslut")
    ks.submit("/beslut", decided_on="15 juni 2020", registry_number="KSN-2020-0123", paragraph="1")
    decided, today = (ks.get(f"{APRIL}/dokument{asked}") for asked in ("", "?laget=nu"))
    assert undecided not in decided.text
    assert "Det här är läget i dag." not in decided.text
    assert undecided not in today.text
    assert "Det här är läget i dag. Visa dokumenten av det som är beslutat" in today.text
    assert f"{APRIL}/dokument" in today.reader.links
    for name, file in (
        ("dokument.zip", "paket-samlad-bild-2020-april{}.zip"),
        ("dokument/samlad-bild.xlsx", "samlad-bild-2020-april{}.xlsx"),
        ("json", "samlad-bild-2020-april{}.json"),
    ):
        for asked, day in (("", ""), ("?laget=nu", "-laget-2020-06-15")):
            told = ks.raw(f"{APRIL}/{name}{asked}").headers["Content-Disposition"]
            assert told.endswith(f"filename={file.format(day)}"), told


def test_a_decided_picture_says_which_version_it_built_on_when_a_board_has_corrected(
    ks: PageClient, app: Flask, sent: Town, client_of: ClientOf, clock: MovableClock
) -> None:
    ks.get(f"{APRIL}/bedomning")
    ks.submit("/bedomning", overall="partly", grounds="Det mesta är gjort.")
    ks.get(f"{APRIL}/beslut")
    ks.submit("/beslut", decided_on="15 juni 2020", registry_number="KSN-2020-0123", paragraph="1")
    scn = "/namnd/scn/uppfoljning/2020/april"
    assert "version 1" not in ks.get(APRIL).text
    assert "Beslutet bygger på version 1." in ks.get(f"{scn}/behandling").text
    secretary = client_of(Role.SECRETARY, "SCN")
    warned = "Beslutet bygger på version 1 och ändras inte av en rättelse."
    assert warned in secretary.get(f"{scn}/rattelse").text
    clock.move_to(2020, 6, 22)
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, sent.boards["SCN"])
        about: dict[str, Any] = {"actor": PROGRAM, "at": datetime(2020, 6, 22, 9, tzinfo=UTC)}
        point = april_of(session, board)
        services.open_correction(session, board, point, "En siffra var fel.", **about)
        minutes = services.Minutes(date(2020, 6, 21), "99", "SCN-2020-0211")
        services.decide_correction(session, board, point, minutes, **about)
        session.commit()
        db.session.remove()

    ks = client_of(Role.OVERSIGHT_CONTROLLER)
    page = ks.get(APRIL)
    assert "rättad sedan dess" not in page.text, "it is not handed over"
    assert f"{scn}/version/1" in page.reader.links
    assert scn not in page.reader.links, "the figures are those of the version decided on"
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, sent.boards["SCN"])
        services.send_report(session, board, april_of(session, board), **about)
        session.commit()
        db.session.remove()

    page = ks.get(APRIL)
    told = "Socialnämnden: beslutet bygger på version 1. Den 21 juni 2020, § 99, beslutade nämnden"
    assert f"{told} version 2." in page.text.replace("\xa0", " ")
    assert "Version 1, rättad sedan dess" in page.text
    assert f"{scn}/version/1" in page.reader.links
    assert scn not in page.reader.links
    rows = ks.get(f"{APRIL}/rader?visa=vasentliga&namnd=scn")
    found = re.search(rf'href="({scn}/version/1)#(kontroll-3)"', rows.html)
    assert found is not None
    assert f'id="{found[2]}"' in ks.get(found[1]).html
    today = ks.get(f"{APRIL}?laget=nu")
    assert "Version 2" in today.text
    assert "bygger på version" not in today.text
    ended = "Beslutet bygger på version 1 och ändras inte av rättelsen."
    assert ended in ks.get(f"{scn}/behandling").text
