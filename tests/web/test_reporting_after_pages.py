"""What the pages tell after the decision: a begun correction, and what the board asked for."""

import pytest
from flask import Flask

from internkontroll.core.access import Role
from tests.conftest import MovableClock
from tests.factories import Town
from tests.report_rows import Spring
from tests.web.report_before_board import (
    APRIL,
    LIST,
    ClientOf,
    decide,
    make_sent_on,
    write_overall,
)

RUNS = "Rättelse pågår"
TASK = "Gör klart rättelsen av uppföljningen per april 2020"
TO_READ = "Läs rättelsen av uppföljningen per april 2020"
ASSIGNMENT = {
    "assignments-0-clause": "att se över rutinen.",
    "assignments-0-back_on": "2020-08-26",
}


@pytest.fixture
def spring(app: Flask, town: Town, clock: MovableClock) -> Spring:
    return make_sent_on(app, town, clock)


def test_a_begun_correction_shows_where_the_report_is_and_as_a_task(
    client_of: ClientOf, spring: Spring
) -> None:
    controller, secretary = client_of(Role.CONTROLLER), client_of(Role.SECRETARY)
    write_overall(controller)
    decide(secretary)
    for page in (controller.get(APRIL), controller.get(LIST), controller.get("/")):
        assert RUNS not in page.text
    secretary.get(f"{APRIL}/rattelse")
    secretary.submit("/rattelse", reason="En kontroll räknades inte.")
    assert RUNS in controller.get(LIST).text
    page = controller.get(APRIL)
    assert "Det här är den beslutade versionen" in page.text
    assert f"{APRIL}/rattelse" in page.reader.links
    for client in (controller, secretary):
        page = client.get("/")
        assert TASK in page.text
        assert f"{APRIL}/rattelse" in page.reader.links
    director = client_of(Role.DIRECTOR)
    page = director.get("/")
    assert TASK not in page.text
    assert TO_READ in page.text
    assert f"{APRIL}/rattelse" in page.reader.links
    assert TO_READ not in controller.get("/").text
    page = director.get(APRIL)
    assert RUNS in page.text
    assert f"{APRIL}/rattelse" in page.reader.links
    director.get(f"{APRIL}/samlad-bedomning")
    page = director.submit("/samlad-bedomning", grounds="En kontroll till är inte gjord.")
    assert "En kontroll till är inte gjord." in page.text
    assert "Registrera nämndens beslut om rättelsen" not in page.text
    reader = client_of(Role.REVIEWER).get(f"{APRIL}/rattelse")
    assert "En kontroll till är inte gjord." in reader.text
    assert "Ändra texterna" not in reader.text
    secretary.get(f"{APRIL}/rattelse/ta-bort")
    secretary.submit("/rattelse/ta-bort", reason="Kontrollen var räknad.")
    for page in (controller.get(APRIL), controller.get(LIST), controller.get("/")):
        assert RUNS not in page.text
    assert TO_READ not in director.get("/").text
    page = director.get(f"{APRIL}/rattelse")
    assert "Ingen rättelse är påbörjad." in page.text
    assert "Påbörja" not in page.text


def test_who_reads_only_what_is_decided_sees_no_begun_correction_and_no_assignment(
    client_of: ClientOf, spring: Spring
) -> None:
    secretary = client_of(Role.SECRETARY)
    write_overall(client_of(Role.CONTROLLER))
    decide(secretary, **ASSIGNMENT)
    secretary.get(f"{APRIL}/rattelse")
    secretary.submit("/rattelse", reason="En kontroll räknades inte.")
    reader = client_of(Role.READER)
    for address in (LIST, APRIL, f"{APRIL}/behandling"):
        page = reader.get(address)
        assert RUNS not in page.text
        assert "/uppdrag/" not in page.html


def test_the_assignments_of_a_decision_are_listed_with_it_and_led_to_from_the_report(
    client_of: ClientOf, spring: Spring, clock: MovableClock
) -> None:
    controller, secretary = client_of(Role.CONTROLLER), client_of(Role.SECRETARY)
    write_overall(controller)
    assert "uppdrag gavs" not in controller.get(APRIL).text
    decide(secretary, **ASSIGNMENT)
    page = controller.get(APRIL)
    assert "Ett uppdrag gavs med beslutet" in page.text
    assert f"{APRIL}/behandling#uppdragen" in page.reader.links
    clock.move_to(2020, 9, 2)
    page = client_of(Role.CONTROLLER).get(f"{APRIL}/behandling")
    assert 'id="uppdragen"' in page.html
    assert "se över rutinen 26 augusti 2020 7 dagar sen" in page.text
    [way] = [link for link in page.reader.links if "/uppdrag/" in link]
    assert client_of(Role.CONTROLLER).get(way).status == 200
    page = client_of(Role.CONTROLLER).get(f"{LIST}/2020/augusti/behandling")
    assert "se över rutinen" not in page.text
