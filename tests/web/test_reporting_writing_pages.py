"""Comments, assessments and a report's decision: what is refused, and nothing typed is lost."""

import pytest
from flask import Flask

from internkontroll.core.access import Role
from tests.conftest import MovableClock
from tests.factories import Town
from tests.report_rows import Spring
from tests.web.april_report import APRIL, DECISION, ClientOf, decide, fill, write_overall


@pytest.fixture
def spring(app: Flask, town: Town, clock: MovableClock) -> Spring:
    """The board's spring; it is 29 May."""
    clock.move_to(2020, 5, 29)
    return fill(app, town)


def test_a_comment_is_written_and_shown(client_of: ClientOf, spring: Spring) -> None:
    client = client_of(Role.CONTROLLER)
    page = client.get(f"{APRIL}/kontroll/3")
    assert page.h1 == "Kontroll 3: kommentar och bedömning"
    page = client.submit(
        "/kontroll/3", comment="Rutinen skrivs om.", assessment="minor", reason="Små belopp."
    )
    assert "Texten om kontroll 3 är sparad." in page.text
    assert "Rutinen skrivs om." in page.text
    assert "Ändrad bedömning." in page.text
    again = client.get(f"{APRIL}/kontroll/3").form("/kontroll/3")
    assert dict(again.fields)["assessment"] == "minor"
    assert dict(again.fields)["revision"] == "1"


def test_an_assessment_by_hand_without_reason_keeps_what_was_typed(
    client_of: ClientOf, spring: Spring
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(f"{APRIL}/kontroll/3")
    page = client.submit("/kontroll/3", 422, comment="Min text.", assessment="minor")
    assert page.title.startswith("Fel: Kontroll 3")
    assert "Skriv varför du bedömer på ett annat sätt." in page.text
    fields = dict(page.form("/kontroll/3").fields)
    assert fields["comment"].strip() == "Min text."
    assert fields["assessment"] == "minor"


def test_the_loser_of_two_who_write_sees_both_texts(client_of: ClientOf, spring: Spring) -> None:
    first, second = client_of(Role.CONTROLLER), client_of(Role.DIRECTOR)
    first.get(f"{APRIL}/kontroll/3")
    second.get(f"{APRIL}/kontroll/3")
    first.submit("/kontroll/3", comment="Den enas text.")
    page = second.submit("/kontroll/3", 409, comment="Den andras text.")
    assert "Den enas text." in page.text
    assert dict(page.form("/kontroll/3").fields)["comment"].strip() == "Den andras text."
    assert "Sparat nu Den enas text. Ditt Den andras text." in page.text
    page = second.submit("/kontroll/3", comment="Bådas text.")
    assert "Bådas text." in page.text, "what is saved again meets the version that was shown"


def test_the_loser_of_two_overall_assessments_sees_both(
    client_of: ClientOf, spring: Spring
) -> None:
    first, second = client_of(Role.CONTROLLER), client_of(Role.DIRECTOR)
    for client in (first, second):
        client.get(f"{APRIL}/samlad-bedomning")
    first.submit("/samlad-bedomning", overall="partly", grounds="Den enas skäl.")
    page = second.submit("/samlad-bedomning", 409, overall="sufficient", grounds="Den andras.")
    assert "Den enas skäl." in page.text
    assert "Sparat nu Den enas skäl. Ditt Den andras." in page.text
    assert dict(page.form("/samlad-bedomning").fields)["grounds"].strip() == "Den andras."
    assert "Den andras." in second.submit("/samlad-bedomning").text


def test_a_personnummer_in_a_comment_is_stopped(client_of: ClientOf, spring: Spring) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(f"{APRIL}/kontroll/3")
    page = client.submit("/kontroll/3", 422, comment="Gäller 811228-9874.")
    assert "innehåller ett personnummer" in page.text


def test_the_overall_assessment_asks_for_both_its_answers(
    client_of: ClientOf, spring: Spring
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(f"{APRIL}/samlad-bedomning")
    page = client.submit("/samlad-bedomning", 422, grounds="")
    assert "Välj en bedömning." in page.text
    assert "Skriv vad bedömningen bygger på." in page.text


def test_without_an_overall_assessment_the_decision_cannot_be_recorded(
    client_of: ClientOf, spring: Spring
) -> None:
    page = client_of(Role.SECRETARY).get(f"{APRIL}/beslut")
    assert "Den samlade bedömningen saknas." in page.text
    assert not [form for form in page.reader.forms if form.action.endswith("/beslut")]


def test_a_decision_before_the_end_of_the_period_is_refused_at_its_field(
    client_of: ClientOf, spring: Spring
) -> None:
    write_overall(client_of(Role.CONTROLLER))
    client = client_of(Role.SECRETARY)
    client.get(f"{APRIL}/beslut")
    page = client.submit("/beslut", 422, **{**DECISION, "decided_on": "2020-04-20"})
    assert "Perioden slutar 30 april 2020." in page.text
    assert dict(page.form("/beslut").fields)["registry_number"] == "SCN-2020-0211"


def test_a_decision_sent_twice_has_one_effect(client_of: ClientOf, spring: Spring) -> None:
    write_overall(client_of(Role.CONTROLLER))
    client = client_of(Role.SECRETARY)
    form = client.get(f"{APRIL}/beslut").form("/beslut")
    data = {**dict(form.fields), **DECISION}
    for _ in range(2):
        assert client.post(form.action, data).h1.startswith("Uppföljning av internkontrollplanen")


def test_a_crafted_request_changes_nothing_of_a_decided_report(
    client_of: ClientOf, spring: Spring
) -> None:
    controller = client_of(Role.CONTROLLER)
    write_overall(controller)
    kept = controller.get(f"{APRIL}/kontroll/3").form("/kontroll/3")
    overall = controller.get(f"{APRIL}/samlad-bedomning").form("/samlad-bedomning")
    secretary = client_of(Role.SECRETARY)
    decide(secretary)
    before = secretary.raw(f"{APRIL}/json").data
    page = controller.post(kept.action, {**dict(kept.fields), "comment": "Efteråt"}, 409)
    assert "Uppföljningen är beslutad och kan inte ändras." in page.text
    controller.post(overall.action, {**dict(overall.fields), "grounds": "Efteråt"}, 409)
    assert secretary.raw(f"{APRIL}/json").data == before
    assert "redan beslutad" in secretary.get(f"{APRIL}/beslut").text


def test_a_request_without_csrf_token_is_refused(client_of: ClientOf, spring: Spring) -> None:
    client = client_of(Role.CONTROLLER)
    answer = client.http.post(f"{APRIL}/samlad-bedomning", data={"overall": "partly"})
    assert answer.status_code == 400


def test_typed_markup_is_shown_as_it_was_typed(client_of: ClientOf, spring: Spring) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(f"{APRIL}/kontroll/3")
    page = client.submit("/kontroll/3", comment="<b>Fet</b> & {{ 7 * 7 }}")
    assert "<b>Fet</b> & {{ 7 * 7 }}" in page.text
    assert "&lt;b&gt;Fet" in page.html
