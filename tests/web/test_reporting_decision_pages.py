"""The pages of a report's way through the board, of assignments, and of corrections."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.reporting.models import FollowUpReport
from internkontroll.reporting.rules.xray import XrayKind, XrayLine
from internkontroll.reporting.views import decision
from tests.client import Page
from tests.conftest import MovableClock
from tests.factories import Town
from tests.pdf_text import pdf_text
from tests.report_rows import Spring
from tests.web.beside import ask
from tests.web.report_before_board import (
    APRIL,
    DECISION,
    LIST,
    ClientOf,
    decide,
    make_sent_on,
    write_overall,
)

CLAUSE, BACK_ON = "assignments-0-clause", "assignments-0-back_on"


@pytest.fixture
def spring(app: Flask, town: Town, clock: MovableClock) -> Spring:
    return make_sent_on(app, town, clock)


def test_the_director_approves_what_the_controller_wrote(
    client_of: ClientOf, spring: Spring
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    director = client_of(Role.DIRECTOR)
    page = director.get(f"{APRIL}/rontgen")
    assert "Förvaltningsdirektören har inte godkänt" in page.text
    page = director.submit("/godkann")
    assert "Godkänd av förvaltningen" in page.text
    assert "inte godkänt" not in page.text
    assert "kan inte ändras nu" in client_of(Role.CONTROLLER).get(f"{APRIL}/kontroll/3").text


def test_the_xray_says_what_must_be_there_before_the_board_decides(
    client_of: ClientOf, spring: Spring
) -> None:
    must = "Den samlade bedömningen behöver vara skriven innan nämnden kan besluta."
    controller, secretary = client_of(Role.CONTROLLER), client_of(Role.SECRETARY)
    assert must in controller.get(f"{APRIL}/rontgen").text
    page = secretary.get(f"{APRIL}/beslut")
    assert "Controllern eller förvaltningsdirektören skriver den." in page.text
    assert f"{APRIL}/samlad-bedomning" not in page.reader.links
    write_overall(controller)
    page = controller.get(f"{APRIL}/rontgen")
    assert must not in page.text
    assert "Inget av det hindrar nämnden" in page.text


def test_a_reminder_of_a_row_that_a_revision_took_away_leads_to_no_other_row(
    client_of: ClientOf, spring: Spring, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = client_of(Role.CONTROLLER)
    for removed in (False, True):
        line = XrayLine(XrayKind.NO_COMMENT, "Kommentar saknas här.", 3, removed=removed)
        monkeypatch.setattr(decision, "xray_of", lambda *_, told=line, **_at: (told,))
        page = controller.get(f"{APRIL}/rontgen")
        assert "Kommentar saknas här." in page.text
        assert (f"{APRIL}/kontroll/3" in page.reader.links) is not removed


def test_the_page_of_the_boards_handling_leads_to_the_decision_until_it_is_made(
    client_of: ClientOf, spring: Spring
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    secretary = client_of(Role.SECRETARY)
    assert f"{APRIL}/beslut" in secretary.get(f"{APRIL}/behandling").reader.links
    page = secretary.get(f"{APRIL}/beslut")
    assert "Uppgifter tas med till och med den dagen" in page.text
    director = client_of(Role.DIRECTOR)
    director.get(f"{APRIL}/rontgen")
    assert "nämndsekreteraren registrerar efter mötet" in director.submit("/godkann").text
    page = decide(secretary, 422, paragraph="")
    assert "Uppgifter tas med till och med den dagen" not in page.text
    secretary.submit("/beslut", paragraph="§ 87")
    assert f"{APRIL}/beslut" not in secretary.get(f"{APRIL}/behandling").reader.links


def test_who_wrote_it_all_sees_why_it_cannot_be_approved(
    client_of: ClientOf, spring: Spring
) -> None:
    director = client_of(Role.DIRECTOR)
    write_overall(director)
    director.get(f"{APRIL}/rontgen")
    page = director.submit("/godkann", 422)
    assert "Du har själv skrivit allt" in page.text


def test_each_line_of_the_xray_leads_to_where_it_is_mended(
    client_of: ClientOf, spring: Spring
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(f"{APRIL}/kontroll/3")
    client.submit("/kontroll/3", comment="Som 2018 är två fel.")
    page = client.get(f"{APRIL}/rontgen")
    assert "nämner året 2018" in page.text
    links = set(page.reader.links)
    assert {f"{APRIL}/kontroll/3", f"{APRIL}/samlad-bedomning"} <= links
    assert any(re.fullmatch(r"/namnd/scn/planer/\d+/ansvariga", link) for link in links)
    assert any(re.fullmatch(r"/namnd/scn/avvikelser/\d+", link) for link in links)
    for link in links:
        if link.startswith("/namnd"):
            assert client.get(link).status == 200


def test_a_reader_of_the_board_sees_the_xray_without_ways_to_what_they_may_not_do(
    client_of: ClientOf, spring: Spring
) -> None:
    page = client_of(Role.MEMBER, "IU1").get(f"{APRIL}/rontgen")
    assert not [link for link in page.reader.links if "/kontroll/" in link or "ansvariga" in link]


def test_aterremiss_needs_its_reason_and_nothing_typed_is_lost(
    client_of: ClientOf, spring: Spring
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    secretary = client_of(Role.SECRETARY)
    page = decide(secretary, 422, outcome="referred_back")
    assert "Skriv varför nämnden återremitterade" in page.text
    assert dict(page.form("/beslut").fields)["registry_number"] == "SCN-2020-0211"
    page = secretary.submit("/beslut", outcome="referred_back", reason="Orsakerna saknas.")
    assert "Återremissen är registrerad" in page.text
    page = secretary.get(f"{APRIL}/behandling")
    assert "Återremiss" in page.text
    assert "Orsakerna saknas." in page.text
    assert "Orsakerna saknas." in secretary.get(f"{APRIL}/rontgen").text


def test_what_the_board_changed_is_shown_against_the_proposal(
    client_of: ClientOf, spring: Spring
) -> None:
    controller, director = client_of(Role.CONTROLLER), client_of(Role.DIRECTOR)
    write_overall(controller)
    director.get(f"{APRIL}/rontgen")
    director.submit("/godkann")
    secretary = client_of(Role.SECRETARY)
    secretary.get(f"{APRIL}/rontgen")
    assert "Inget skiljer än" in secretary.submit("/andra-vid-beslut").text
    controller.get(f"{APRIL}/kontroll/3")
    controller.submit("/kontroll/3", comment="Nämnden vill ha en ny rutin.")
    page = secretary.get(f"{APRIL}/rontgen")
    assert "Kontroll 3 Kommentar – Nämnden vill ha en ny rutin." in page.text
    page = secretary.get(f"{APRIL}/beslut")
    assert "Bifall med ändring" in page.text
    # An outcome chosen before the change was begun asks for nothing, and gives assignments.
    asked = {"outcome": "tabled", CLAUSE: "att utbilda", BACK_ON: "2020-09-30"}
    page = secretary.post(f"{APRIL}/beslut", {**sent_by(page), **DECISION, **asked})
    assert "Uppföljningen är beslutad" in page.text
    assert "utbilda 30 september 2020" in secretary.get(f"{LIST}/uppdrag").text


def test_one_more_assignment_is_given_a_line_and_nothing_typed_is_lost(
    client_of: ClientOf, spring: Spring
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    secretary = client_of(Role.SECRETARY)
    page = secretary.get(f"{APRIL}/beslut")
    assert "Uppdrag 2" not in page.text
    assert f'formaction="{APRIL}/beslut#assignments-1-clause"' in page.html
    first = {CLAUSE: "att se över rutinen", BACK_ON: "26 augusti", "paragraph": "§ 87"}
    page = secretary.post(f"{APRIL}/beslut", {**sent_by(page), **first, "after": "more"})
    assert "Uppdrag 2" in page.text
    assert "Det finns ett problem" not in page.text
    kept = sent_by(page)
    assert {name: kept[name].strip() for name in first} == first
    assert f'formaction="{APRIL}/beslut#assignments-2-clause"' in page.html
    second = {"assignments-1-clause": "att utbilda", "assignments-1-back_on": "2020-09-30"}
    page = secretary.post(f"{APRIL}/beslut", {**kept, **DECISION, **second, BACK_ON: ""}, 422)
    assert 'href="#assignments-0-back_on"' in page.html
    page = secretary.submit("/beslut", **{BACK_ON: "26 augusti 2020"})
    assert "Uppföljningen är beslutad." in page.text
    told = secretary.get(f"{LIST}/uppdrag").text
    assert "se över rutinen 26 augusti 2020" in told
    assert "utbilda 30 september 2020" in told


def test_a_decision_takes_fifty_assignments_and_drops_none_of_more(
    client_of: ClientOf, spring: Spring
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    secretary = client_of(Role.SECRETARY)
    page = secretary.get(f"{APRIL}/beslut")
    lines = {f"assignments-{line}-clause": f"att göra sak {line}" for line in range(51)}
    days = {f"assignments-{line}-back_on": "2020-09-30" for line in range(51)}
    data = {**sent_by(page), **DECISION, **lines, **days}
    page = secretary.post(f"{APRIL}/beslut", data, 422)
    assert "Skriv högst 50 uppdrag här." in page.text
    assert "att göra sak 50" in page.text
    assert "Lägg till ett uppdrag" not in page.text


@pytest.mark.parametrize(("after", "drawn"), [("", 4), ("more", 5)])
def test_every_assignment_is_back_after_the_session_ended_and_is_recorded(
    client_of: ClientOf, spring: Spring, town: Town, clock: MovableClock, after: str, drawn: int
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    secretary = client_of(Role.SECRETARY)
    page = secretary.get(f"{APRIL}/beslut")
    typed = {f"assignments-{line}-clause": f"att göra sak {line}" for line in range(4)}
    typed |= {f"assignments-{line}-back_on": "2020-09-30" for line in range(4)}
    clock.forward(hours=1)
    data = {**sent_by(page), **DECISION, **typed, "after": after}
    secretary.post(f"{APRIL}/beslut", data)
    username, password = town.account(Role.SECRETARY)
    page = secretary.submit("/logga-in", username=username, password=password)
    assert "Din text är kvar. Kontrollera och spara." in page.text
    kept = sent_by(page)
    assert {name: kept[name].strip() for name in typed} == typed
    assert page.text.count("Vad ska förvaltningen göra?") == drawn
    assert "Uppföljningen är beslutad." in secretary.submit("/beslut").text
    told = secretary.get(f"{LIST}/uppdrag").text
    assert all(f"göra sak {line} 30 september 2020" in told for line in range(4))


def test_what_was_kept_of_another_form_draws_no_lines_here(
    app: Flask, client_of: ClientOf, spring: Spring, town: Town, clock: MovableClock
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    secretary = client_of(Role.SECRETARY)
    page = secretary.get(f"{APRIL}/beslut")
    clock.forward(hours=1)
    typed = {f"assignments-{line}-clause": f"att göra sak {line}" for line in range(4)}
    secretary.post(f"{APRIL}/beslut", {**sent_by(page), **typed})
    with app.app_context(), intent_to_write():
        db.session.execute(sa.text("UPDATE form_draft SET path = '/finns/inte/mer'"))
        db.session.commit()
        db.session.remove()
    username, password = town.account(Role.SECRETARY)
    page = secretary.submit("/logga-in", username=username, password=password)
    assert "formuläret finns inte längre på sidan" in page.text
    assert page.text.count("Vad ska förvaltningen göra?") == 1
    assert not sent_by(page)[CLAUSE].strip()


@pytest.mark.parametrize("outcome", ["referred_back", "tabled"])
@pytest.mark.parametrize("typed", [{CLAUSE: "att utbilda"}, {BACK_ON: "2020-09-30"}])
def test_assignments_are_refused_where_the_board_has_not_approved(
    client_of: ClientOf, spring: Spring, outcome: str, typed: dict[str, str]
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    secretary = client_of(Role.SECRETARY)
    said = "Uppdrag registreras när nämnden bifaller. Ta bort uppdraget eller ändra utfallet."
    page = decide(secretary, 422, outcome=outcome, reason="Orsakerna saknas.", **typed)
    assert f'href="#{CLAUSE}"' in page.html
    assert said in page.text
    assert "Skriv dagen då uppdraget" not in page.text
    kept = sent_by(page)
    assert {name: kept[name].strip() for name in typed} == typed
    assert (kept["outcome"], kept["reason"].strip()) == (outcome, "Orsakerna saknas.")
    assert "Orsakerna saknas." not in secretary.get(f"{APRIL}/behandling").text
    secretary.get(f"{APRIL}/beslut")
    page = decide(secretary, outcome=outcome, reason="Orsakerna saknas.")
    assert "registrerad" in page.text


def test_an_outcome_that_does_not_exist_is_refused(client_of: ClientOf, spring: Spring) -> None:
    write_overall(client_of(Role.CONTROLLER))
    page = decide(client_of(Role.SECRETARY), 422, outcome="påhittat")
    assert "Det finns ett problem" in page.text


def sent_by(page: Page) -> dict[str, str]:
    return dict(page.form("/beslut").fields)


def test_assignments_of_the_decision_are_listed_and_reported_back(
    client_of: ClientOf, spring: Spring, clock: MovableClock
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    secretary = client_of(Role.SECRETARY)
    page = decide(secretary, 422, **{CLAUSE: "att se över rutinen"})
    assert "Skriv dagen då uppdraget ska återrapporteras." in page.text
    page = secretary.submit("/beslut", 422, **{CLAUSE: "", BACK_ON: "26 augusti 2020"})
    assert "Skriv vad nämnden uppdrog" in page.text
    page = secretary.submit("/beslut", **{CLAUSE: "att se över rutinen.", BACK_ON: "2020-08-26"})
    assert "Uppföljningen är beslutad." in page.text
    clock.move_to(2020, 9, 2)
    controller = client_of(Role.CONTROLLER)
    start = controller.get("/")
    assert "Återrapportera: se över rutinen" in start.text
    page = controller.get(f"{LIST}/uppdrag")
    assert "se över rutinen 26 augusti 2020" in page.text
    address = next(link for link in page.reader.links if re.search(r"/uppdrag/\d+$", link))
    controller.get(address)
    page = controller.submit("/flytta", 422, new_on="1 oktober 2020", reason="")
    assert "Skriv varför dagen flyttas." in page.text
    page = controller.submit("/flytta", new_on="1 oktober 2020", reason="Upphandlingen drog ut.")
    assert "Från 26 augusti 2020 till 1 oktober 2020: Upphandlingen drog ut." in page.text
    page = controller.submit("/aterrapport", report_back="Rutinen är ny.", reported_on="idag")
    assert "Rutinen är ny." in page.text
    assert not [form for form in page.reader.forms if form.action.endswith("/flytta")]
    assert "se över rutinen" in controller.get(f"{LIST}/2020/augusti").text


def test_a_decided_report_is_handed_over_and_received_by_kommunstyrelsen(
    client_of: ClientOf, spring: Spring
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    secretary, oversight = client_of(Role.SECRETARY), client_of(Role.OVERSIGHT_CONTROLLER)
    decide(secretary)
    assert "Överlämna uppföljningen per april 2020" in secretary.get("/").text
    page = oversight.get(f"{APRIL}/behandling")
    assert not [form for form in page.reader.forms if form.action.endswith("/kvittera")]
    secretary.get(f"{APRIL}/behandling")
    assert "Kommunstyrelsen har inte kvitterat" in secretary.submit("/overlamna").text
    way = f"{APRIL}/behandling#kommunstyrelsen"
    assert way in oversight.get(APRIL).reader.links
    assert way not in secretary.get(APRIL).reader.links
    oversight.get(f"{APRIL}/behandling")
    page = oversight.submit("/kvittera", 422, received_on="1 maj 2020")
    assert "överlämnades 29 maj 2020" in page.text
    page = oversight.submit("/kvittera", received_on="idag")
    assert "tog emot den 29 maj 2020" in page.text
    assert way not in oversight.get(APRIL).reader.links
    secretary.get(f"{APRIL}/behandling")
    page = secretary.submit("/justering", verified_on="idag")
    assert "Justerat 29 maj 2020" in page.text


def test_kommunstyrelsen_sees_the_decision_and_not_what_was_sent_back(
    client_of: ClientOf, spring: Spring
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    secretary = client_of(Role.SECRETARY)
    decide(secretary, outcome="referred_back", reason="Orsakerna saknas.")
    decide(secretary)
    page = client_of(Role.OVERSIGHT_CONTROLLER).get(f"{APRIL}/behandling")
    assert "Bifall" in page.text
    assert "Orsakerna saknas." not in page.text


def test_a_correction_keeps_the_old_version_readable(
    client_of: ClientOf, spring: Spring, clock: MovableClock
) -> None:
    controller = client_of(Role.CONTROLLER)
    write_overall(controller)
    controller.get(f"{APRIL}/tjansteskrivelse")
    controller.submit("/tjansteskrivelse", economy="Ryms i budgeten.")
    secretary = client_of(Role.SECRETARY)
    decide(secretary)
    old = secretary.raw(f"{APRIL}/json").get_data()
    clock.move_to(2020, 9, 10)
    secretary, controller = client_of(Role.SECRETARY), client_of(Role.CONTROLLER)
    secretary.get(f"{APRIL}/rattelse")
    page = secretary.submit("/rattelse", 422, reason="")
    assert "Skriv varför uppföljningen rättas." in page.text
    page = secretary.submit("/rattelse", reason="En kontroll räknades inte.")
    assert "Gjort sent" in page.text
    controller.get(f"{APRIL}/kontroll/4")
    page = controller.submit("/kontroll/4", comment="Den gjordes i maj.")
    assert "Den gjordes i maj." not in controller.get(APRIL).text, "the decided version stands"
    page = controller.get(f"{APRIL}/tjansteskrivelse")
    assert "Texterna är hämtade från version 1 och gäller när du har sparat." in page.text
    assert "Ryms i budgeten." in page.text
    controller.submit("/tjansteskrivelse", economy="Rättelsen kostar inget.")
    secretary.get(f"{APRIL}/rattelse")
    page = secretary.submit(
        "/rattelse/beslut",
        decided_on="9 september 2020",
        paragraph="130",
        registry_number="SCN-2020-0300",
    )
    assert "En kontroll räknades inte." in page.text
    assert "Den gjordes i maj." in controller.get(APRIL).text
    page = secretary.get(f"{APRIL}/version/1")
    assert "Version 1 per april 2020" in page.h1
    assert "Den gjordes i maj." in page.text
    assert secretary.raw(f"{APRIL}/version/1/json").get_data() == old
    assert secretary.raw(f"{APRIL}/version/7").status_code == 404
    memo = pdf_text(secretary.raw(f"{APRIL}/version/1/tjansteskrivelse").get_data())
    assert "Ryms i budgeten." in memo
    memo = pdf_text(secretary.raw(f"{APRIL}/dokument/tjansteskrivelse.pdf").get_data())
    assert "Rättelsen kostar inget." in memo
    assert "Ryms i budgeten." not in memo


def test_a_begun_correction_is_dropped_with_a_reason(client_of: ClientOf, spring: Spring) -> None:
    write_overall(client_of(Role.CONTROLLER))
    secretary = client_of(Role.SECRETARY)
    decide(secretary)
    assert "inget att ta bort" in secretary.get(f"{APRIL}/rattelse/ta-bort").text
    secretary.get(f"{APRIL}/rattelse")
    page = secretary.submit("/rattelse", reason="En kontroll räknades inte.")
    assert "Ta bort den påbörjade rättelsen" in page.text
    secretary.get(f"{APRIL}/rattelse/ta-bort")
    page = secretary.submit("/rattelse/ta-bort", 422, reason="")
    assert "Skriv varför rättelsen tas bort." in page.text
    page = secretary.submit("/rattelse/ta-bort", reason="Kontrollen var räknad.")
    assert "Rättelsen är borttagen." in page.text
    assert "Rätta uppföljningen" in page.text
    assert "Skälet till rättelsen" not in secretary.get(f"{APRIL}/rattelse").text


def test_a_decision_on_a_correction_that_nobody_began_is_refused(
    client_of: ClientOf, spring: Spring
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    secretary = client_of(Role.SECRETARY)
    decide(secretary)
    page = secretary.get(f"{APRIL}/rattelse")
    token = dict(page.form("/rattelse").fields)
    page = secretary.post(f"{APRIL}/rattelse/beslut", {**token, **DECISION, "body": "X"}, 409)
    assert "Ingen rättelse är påbörjad" in page.text


def test_nobody_approves_or_sends_by_a_crafted_request(
    app: Flask, client_of: ClientOf, spring: Spring
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    client = client_of(Role.CONTROLLER)
    page = client.get(f"{APRIL}/samlad-bedomning")
    token = dict(page.form("/samlad-bedomning").fields)
    for where in ("/godkann", "/kvittera"):
        assert client.http.post(f"{APRIL}{where}", data=token).status_code == 403
    state = ask(app, sa.select(FollowUpReport.state))
    assert state == "live"
