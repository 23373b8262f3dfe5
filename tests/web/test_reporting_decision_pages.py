"""The pages of a report's way through the board, of writing together, and of assignments."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.accounts.models import FormDraft
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.plan.models import Control
from internkontroll.reporting.models import FollowUpReport, ReportRemark
from tests.client import Page, PageClient
from tests.conftest import MovableClock
from tests.factories import Town
from tests.pdf_text import pdf_text
from tests.report_rows import Spring, make_spring

ClientOf = Callable[..., PageClient]
LIST = "/namnd/scn/uppfoljning"
APRIL = f"{LIST}/2020/april"
DECISION = {
    "decided_on": "29 maj 2020",
    "paragraph": "§ 87",
    "registry_number": "SCN-2020-0211",
    "verified_on": "",
}


@pytest.fixture
def spring(app: Flask, town: Town, clock: MovableClock) -> Spring:
    """The board's spring; it is 29 May, and the report goes on to kommunstyrelsen."""
    clock.move_to(2020, 5, 29)
    with app.app_context(), intent_to_write():
        session = db.session()
        made = make_spring(session, session.get_one(Board, town.boards["SCN"]))
        session.get_one(ReportingPoint, made.april_id).executive_on = date(2020, 6, 15)
        session.commit()
        db.session.remove()
    return made


def write_overall(client: PageClient) -> None:
    client.get(f"{APRIL}/samlad-bedomning")
    client.submit("/samlad-bedomning", overall="partly", grounds="Två kontroller är inte gjorda.")


def decide(client: PageClient, status: int = 200, **more: str) -> Page:
    client.get(f"{APRIL}/beslut")
    return client.submit("/beslut", status, **{**DECISION, **more})


def read(app: Flask, statement: Any) -> Any:
    with app.app_context():
        found = db.session().scalar(statement)
        db.session.remove()
    return found


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
    assert "Uppföljningen är beslutad" in secretary.submit("/beslut", **DECISION).text


def test_assignments_of_the_decision_are_listed_and_reported_back(
    client_of: ClientOf, spring: Spring, clock: MovableClock
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    secretary = client_of(Role.SECRETARY)
    page = decide(secretary, 422, clause_1="att se över rutinen")
    assert "Skriv dagen då uppdraget ska återrapporteras." in page.text
    page = secretary.submit("/beslut", 422, clause_1="", back_on_1="26 augusti 2020")
    assert "Skriv vad nämnden uppdrog" in page.text
    page = secretary.submit("/beslut", clause_1="att se över rutinen.", back_on_1="2020-08-26")
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
    oversight.get(f"{APRIL}/behandling")
    page = oversight.submit("/kvittera", 422, received_on="1 maj 2020")
    assert "överlämnades 29 maj 2020" in page.text
    page = oversight.submit("/kvittera", received_on="idag")
    assert "tog emot den 29 maj 2020" in page.text
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


def make_responsible(app: Flask, town: Town, spring: Spring, number: int) -> None:
    with app.app_context(), intent_to_write():
        session = db.session()
        control = session.get_one(Control, spring.controls[number - 1])
        control.responsible_id = town.users[(Role.RESPONSIBLE, "SCN")][0]
        session.commit()
        db.session.remove()


def test_who_is_responsible_writes_of_their_own_and_reads_the_rest(
    app: Flask, town: Town, client_of: ClientOf, spring: Spring
) -> None:
    make_responsible(app, town, spring, 3)
    client = client_of(Role.RESPONSIBLE)
    page = client.get(f"{APRIL}/kontroll/3")
    assert "Regeln ger" not in page.text, "the assessment is for those who write all of it"
    page = client.submit("/kontroll/3", comment="Rutinen ses över.")
    assert "Rutinen ses över." in page.text
    page = client.get(f"{APRIL}/kontroll/4")
    assert "Du är inte ansvarig" in page.text
    assert not [form for form in page.reader.forms if "/kontroll/" in form.action]


def test_every_wording_is_shown_with_who_wrote_it(
    app: Flask, town: Town, client_of: ClientOf, spring: Spring
) -> None:
    make_responsible(app, town, spring, 3)
    for role, text in ((Role.RESPONSIBLE, "Först."), (Role.CONTROLLER, "Sedan.")):
        client = client_of(role)
        client.get(f"{APRIL}/kontroll/3")
        client.submit("/kontroll/3", comment=text)
    page = client.get(f"{APRIL}/kontroll/3")
    told = page.text.split("Tidigare lydelser")[1]
    assert re.findall(r"Först\.|Sedan\.", told) == ["Sedan.", "Först."]
    for role in (Role.RESPONSIBLE, Role.CONTROLLER):
        assert town.users[(role, "SCN")][1] in told


def test_light_markup_is_shown_and_what_is_hostile_stays_text(
    client_of: ClientOf, spring: Spring
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(f"{APRIL}/kontroll/3")
    client.submit(
        "/kontroll/3",
        comment="# Orsak\n- **Ny** rutin\n- [läs](https://exempel.se)\n\n<script>x</script>",
    )
    html = client.get(APRIL).html
    assert "<h4>Orsak</h4>" in html
    assert "<li><b>Ny</b> rutin</li>" in html
    assert '<a href="https://exempel.se" rel="noreferrer">läs</a>' in html
    assert "&lt;script&gt;x&lt;/script&gt;" in html


def comment_of(page: Page) -> str:
    return dict(page.form("/kontroll/3").fields)["comment"].strip()


def test_proposed_sentences_are_marked_until_somebody_confirms_them(
    app: Flask, client_of: ClientOf, spring: Spring
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(f"{APRIL}/kontroll/3")
    assert client.page is not None
    fields = dict(client.page.form("/kontroll/3").fields)
    page = client.post(f"{APRIL}/kontroll/3", {**fields, "comment": "Egna ord.", "foresla": "1"})
    proposed = "2 av 5 hade en avvikelse."
    assert comment_of(page).startswith("Egna ord.\n\n")
    assert proposed in comment_of(page)
    assert read(app, sa.select(sa.func.count()).select_from(ReportRemark)) == 0, "only proposed"
    client.submit("/kontroll/3")
    page = client.get(f"{APRIL}/kontroll/3")
    assert "Föreslagen ur siffrorna och ändrad" in page.text
    assert "inte gjort" not in page.text.split("Gjord ur: ")[1].split(".")[0]
    assert "siffror som ingen har bekräftat" in client.get(f"{APRIL}/rontgen").text
    client.get(f"{APRIL}/kontroll/3")
    client.submit("/kontroll/3", confirm="y")
    page = client.get(f"{APRIL}/kontroll/3")
    assert "Siffrorna är bekräftade" in page.text
    client.submit("/kontroll/3", comment=f"{comment_of(page)} Ändrat.")
    page = client.get(f"{APRIL}/kontroll/3")
    assert "Föreslagen ur siffrorna och ändrad" in page.text
    assert "siffror som ingen har bekräftat" in client.get(f"{APRIL}/rontgen").text


def test_figures_made_up_by_a_crafted_request_are_refused(
    client_of: ClientOf, spring: Spring
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(f"{APRIL}/kontroll/3")
    page = client.submit("/kontroll/3", 422, comment="Text.", figures='{"due":99}')
    assert "Siffrorna har ändrats sedan" in page.text
    assert comment_of(page) == "Text."


def keep(client: PageClient, where: str, **fields: str) -> int:
    assert client.page is not None
    form = dict(client.page.form(where).fields) | fields
    return client.http.post(
        f"{APRIL}{where}/utkast", data=form, headers={"X-Requested-With": "autosave"}
    ).status_code


def test_what_was_typed_and_never_saved_is_there_again(
    app: Flask, client_of: ClientOf, spring: Spring
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(f"{APRIL}/kontroll/3")
    assert keep(client, "/kontroll/3", comment="Halvskriven text") == 204
    assert read(app, sa.select(sa.func.count()).select_from(ReportRemark)) == 0
    page = client_of(Role.CONTROLLER).get(f"{APRIL}/kontroll/3")
    assert "Din text är kvar" in page.text
    assert comment_of(page) == "Halvskriven text"
    assert "Din text är kvar" not in client_of(Role.DIRECTOR).get(f"{APRIL}/kontroll/3").text
    client.get(f"{APRIL}/kontroll/3")
    client.submit("/kontroll/3")
    assert read(app, sa.select(sa.func.count()).select_from(FormDraft)) == 0
    assert "Din text är kvar" not in client.get(f"{APRIL}/kontroll/3").text


def test_a_draft_meets_what_somebody_else_saved_meanwhile(
    client_of: ClientOf, spring: Spring
) -> None:
    client, other = client_of(Role.CONTROLLER), client_of(Role.DIRECTOR)
    client.get(f"{APRIL}/samlad-bedomning")
    assert keep(client, "/samlad-bedomning", overall="partly", grounds="Mina ord") == 204
    write_overall(other)
    client.get(f"{APRIL}/samlad-bedomning")
    page = client.submit("/samlad-bedomning", 409)
    assert "Två kontroller är inte gjorda." in page.text
    assert dict(page.form("/samlad-bedomning").fields)["grounds"].strip() == "Mina ord"


def test_a_draft_with_a_personnummer_is_not_kept(
    app: Flask, client_of: ClientOf, spring: Spring
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(f"{APRIL}/kontroll/3")
    keep(client, "/kontroll/3", comment="Gäller 811228-9874.")
    kept = read(app, sa.select(FormDraft.fields))
    assert kept is None or "811228" not in json.dumps(kept)


def test_nobody_approves_or_sends_by_a_crafted_request(
    app: Flask, client_of: ClientOf, spring: Spring
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    client = client_of(Role.CONTROLLER)
    page = client.get(f"{APRIL}/samlad-bedomning")
    token = dict(page.form("/samlad-bedomning").fields)
    for where in ("/godkann", "/kvittera"):
        assert client.http.post(f"{APRIL}{where}", data=token).status_code == 403
    state = read(app, sa.select(FollowUpReport.state))
    assert state == "live"
