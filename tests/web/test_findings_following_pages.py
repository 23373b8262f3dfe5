"""Following a finding on the screen: what is asked, what is kept, who may, and the file."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.findings.models import Action, Finding, Severity
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.schedule.models import OccurrenceState
from tests.client import PageClient
from tests.conftest import MovableClock
from tests.factories import (
    AT,
    Town,
    make_control,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_plan,
)
from tests.web.beside import change

ClientOf = Callable[..., PageClient]
LIST, ACTIONS = "/namnd/scn/avvikelser", "/namnd/scn/atgarder"


@pytest.fixture
def found(app: Flask, town: Town) -> dict[str, int]:
    """A finding about a case in each individutskott, and a later occurrence in IU1."""

    def make(session: Any) -> dict[str, int]:
        board = session.get_one(Board, town.boards["SCN"])
        control = make_control(session, make_plan(session, board, decided=True))
        made = {}
        for number, code in enumerate(("IU1", "IU2"), start=1):
            committee = session.get_one(Subcommittee, town.subcommittees[code])
            meeting = make_meeting(session, board, committee, date(2020, 3, 12))
            occurrence = make_occurrence(
                session, control, meeting=meeting, state=OccurrenceState.STARTED
            )
            draw = make_drawn_sample(session, occurrence)
            finding = Finding(
                board_id=board.id,
                year=2020,
                number=number,
                occurrence_id=occurrence.id,
                item_id=draw.items[0].id,
                severity=Severity.MINOR,
                description="=Underlaget saknas; för två.",
                recorded_at=AT,
            )
            session.add(finding)
            session.flush()
            made[code] = finding.id
        committee = session.get_one(Subcommittee, town.subcommittees["IU1"])
        later = make_meeting(session, board, committee, date(2020, 6, 12))
        made["later"] = make_occurrence(session, control, meeting=later).id
        return made

    return change(app, make)


def add_action(app: Flask, town: Town, finding_id: int, due_on: date = date(2020, 2, 1)) -> int:
    def make(session: Any) -> int:
        action = Action(
            finding_id=finding_id,
            number=1,
            description="Ändra mallen.",
            responsible_id=town.user_id(Role.UNIT_MANAGER),
            due_on=due_on,
            recorded_at=AT,
        )
        session.add(action)
        session.flush()
        return action.id

    return change(app, make)


def test_the_page_leads_from_step_to_step_until_another_person_ends_it(
    client_of: ClientOf, found: dict[str, int], town: Town
) -> None:
    page_of = f"{LIST}/{found['IU1']}"
    manager = client_of(Role.UNIT_MANAGER)
    page = manager.get(page_of)
    assert "Posten är inte rättad än." in page.text
    manager.get(f"{page_of}/rattelse")
    page = manager.submit("/rattelse", 422, outcome="corrected", text="Skälen är tillagda.")
    assert "Skriv vilken dag det rättades." in page.text
    assert dict(page.form("/rattelse").fields)["text"].strip() == "Skälen är tillagda."
    page = manager.submit(
        "/rattelse", outcome="corrected", done_on="15/1", done_by="Vuxna", amount="1 000,50"
    )
    assert "Ingen åtgärd är bestämd mot orsaken." in page.text
    assert "1 000,50 kr" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    manager.get(f"{page_of}/atgard")
    page = manager.submit(
        "/atgard",
        description="Ändra mallen.",
        responsible=str(town.user_id(Role.UNIT_MANAGER)),
        due_on="30 april",
    )
    assert "30 april 2020" in page.text
    manager.get(f"{ACTIONS}/1")
    page = manager.submit("/paborja")
    assert "Pågår" in page.text
    manager.get(f"{ACTIONS}/1/genomford")
    manager.submit("/genomford", outcome="Mallen är ändrad.", done_on="idag")
    page = manager.get(page_of)
    assert "Nu ska ett omtest visa om den hjälpte." in page.text
    manager.get(f"{page_of}/omtest")
    page = manager.submit("/omtest", occurrence=str(found["later"]))
    assert "kan avslutas när omtestets slutsats är underskriven" in page.text
    manager.get(f"{page_of}/avsluta", 403)
    reviewer = client_of(Role.REVIEWER)
    reviewer.get(f"{page_of}/avsluta")
    page = reviewer.submit("/avsluta", 409, outcome="retested")
    assert "Omtestet är inte underskrivet än." in page.text
    page = reviewer.submit(
        "/avsluta", outcome="risk_accepted", reason="Liten.", accepted_by="Nämnden"
    )
    assert "Risken accepteras" in page.text
    page = reviewer.get(f"{page_of}/oppna-igen")
    page = reviewer.submit("/oppna-igen", reason="Fler fall.")
    assert "Öppnad igen" in page.text
    assert "Fler fall." in page.text


def test_a_retest_of_its_own_is_ordered_on_the_page(
    client_of: ClientOf, found: dict[str, int]
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(f"{LIST}/{found['IU1']}/omtest")
    page = client.submit("/omtest", 422, occurrence="eget")
    assert "Skriv när omtestet ska vara gjort." in page.text
    page = client.submit("/omtest", occurrence="eget", due_on="1 juni 2020")
    assert "Planerad" in page.text


def test_a_moved_day_is_counted_and_explained(
    app: Flask, client_of: ClientOf, found: dict[str, int], town: Town, clock: MovableClock
) -> None:
    action = add_action(app, town, found["IU1"])
    client = client_of(Role.CONTROLLER)
    for day in ("2 april", "3 april", "4 april"):
        client.get(f"{ACTIONS}/{action}/flytta")
        page = client.submit("/flytta", due_on=day, reason=f"Väntar på {day}.")
    assert "flyttad 3 gånger" in page.text
    assert "Väntar på 3 april." in page.text
    assert "flyttad 3 gånger" in client.get(ACTIONS).text


def test_who_moves_a_day_at_the_same_time_as_another_sees_both(
    app: Flask, client_of: ClientOf, found: dict[str, int], town: Town
) -> None:
    action = add_action(app, town, found["IU1"])
    first, second = client_of(Role.CONTROLLER), client_of(Role.UNIT_MANAGER)
    first.get(f"{ACTIONS}/{action}/flytta")
    second.get(f"{ACTIONS}/{action}/flytta")
    first.submit("/flytta", due_on="2 april", reason="Semester.")
    page = second.submit("/flytta", 409, due_on="3 maj", reason="Systemet byts.")
    assert "Någon annan har ändrat åtgärden under tiden." in page.text
    assert "2020-04-02" in page.text
    assert dict(page.form("/flytta").fields)["reason"].strip() == "Systemet byts."
    page = second.submit("/flytta")
    assert "3 maj 2020" in page.text


def test_who_changes_a_finding_at_the_same_time_as_another_loses_no_text(
    client_of: ClientOf, found: dict[str, int]
) -> None:
    first, second = client_of(Role.CONTROLLER), client_of(Role.REVIEWER)
    address = f"{LIST}/{found['IU1']}/andra"
    first.get(address)
    second.get(address)
    first.submit("/andra", severity="serious", description="Den första.", reason="Ny uppgift.")
    page = second.submit("/andra", 409, description="Den andra.", reason="Min uppgift.")
    assert "Den första." in page.text
    fields = dict(page.form("/andra").fields)
    assert fields["description"].strip() == "Den andra."
    assert fields["reason"].strip() == "Min uppgift."
    page = second.submit("/andra")
    assert "Den andra." in page.text
    assert "Då stod det: Allvarlig. Den första." in page.text


def test_the_same_form_sent_twice_has_one_effect(
    client_of: ClientOf, found: dict[str, int], town: Town
) -> None:
    client = client_of(Role.CONTROLLER)
    page = client.get(f"{LIST}/{found['IU1']}/atgard")
    form = page.form("/atgard")
    data = {
        **dict(form.fields),
        "description": "Ändra mallen.",
        "responsible": str(town.user_id(Role.UNIT_MANAGER)),
        "due_on": "30 april",
    }
    for _ in range(3):
        page = client.post(form.action, data)
    assert page.text.count("Ändra mallen.") == 1


def test_a_foreign_person_occurrence_and_field_change_nothing(
    client_of: ClientOf, found: dict[str, int], town: Town
) -> None:
    client = client_of(Role.CONTROLLER)
    page = client.get(f"{LIST}/{found['IU1']}/atgard")
    form = page.form("/atgard")
    data = {
        **dict(form.fields),
        "description": "Ändra mallen.",
        "due_on": "30 april",
        "state": "done",
        "number": "77",
    }
    stranger = str(town.user_id(Role.UNIT_MANAGER, "AMN"))
    client.post(form.action, {**data, "responsible": stranger}, 422)
    own = str(town.user_id(Role.UNIT_MANAGER))
    page = client.post(form.action, {**data, "responsible": own})
    assert "Åtgärd 1: Ändra mallen." in page.text
    assert "Planerad" in page.text
    client.get(f"{LIST}/{found['IU1']}/omtest")
    client.submit("/omtest", 422, occurrence="999")


def test_the_other_committees_finding_and_action_do_not_exist(
    app: Flask, client_of: ClientOf, found: dict[str, int], town: Town
) -> None:
    action = add_action(app, town, found["IU2"])
    chair = client_of(Role.CHAIR, "IU1")
    for address in (
        f"{LIST}/{found['IU2']}",
        f"{LIST}/{found['IU2']}/avsluta",
        f"{LIST}/{found['IU2']}/andra",
        f"{ACTIONS}/{action}",
    ):
        chair.get(address, 404)
    assert "Ändra mallen." not in chair.get(ACTIONS).text
    assert "2020:2" not in chair.raw(f"{LIST}.csv").get_data(as_text=True)
    stranger = client_of(Role.CONTROLLER, "AMN")
    stranger.get(f"/namnd/amn/atgarder/{action}", 404)
    stranger.get(f"/namnd/amn/avvikelser/{found['IU2']}/rattelse", 404)


def test_the_file_holds_exactly_what_the_filters_show(
    app: Flask, client_of: ClientOf, found: dict[str, int], town: Town
) -> None:
    add_action(app, town, found["IU2"], date(2020, 1, 3))
    client = client_of(Role.CONTROLLER)
    answer = client.raw(f"{LIST}.csv")
    assert answer.mimetype == "text/csv"
    assert "avvikelser-scn-2020.csv" in answer.headers["Content-Disposition"]
    body = answer.get_data()
    assert body.startswith(b"\xef\xbb\xbf")
    text = body.decode("utf-8-sig")
    assert text.count("\r\n") == 3
    assert '"\'=Underlaget saknas; för två."' in text
    assert "SCN 2020-" not in text
    late = client.get(f"{LIST}?sena=1&ansvarig={town.user_id(Role.UNIT_MANAGER)}")
    assert "Visar 1–1 av 1 avvikelser" in late.text
    assert "12 dagar sen" in late.text
    link = next(url for url in late.reader.links if "avvikelser.csv" in url)
    rows = client.raw(link).get_data().decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert "Avvikelse 2020:2 (SCN)" in rows[1]
    client.raw(f"{LIST}.csv?board_code=amn&sortera=omrade")


def test_the_register_sorts_filters_and_asks_the_same_questions(
    app: Flask, client_of: ClientOf, found: dict[str, int], town: Town, count_queries: Any
) -> None:
    client = client_of(Role.CONTROLLER)
    for sort in ("nummer", "allvar", "omrade", "skriven", "senast"):
        page = client.get(f"{LIST}?sortera={sort}&ordning=fallande")
        assert "Visar 1–2 av 2 avvikelser" in page.text
    assert "Visar 1–1 av 1" in client.get(f"{LIST}?utskott={town.subcommittees['IU2']}").text
    assert "Inga avvikelser stämmer" in client.get(f"{LIST}?lage=avslutade").text
    assert "Visar 1–2 av 2" in client.get(f"{LIST}?lage=orattade").text
    with count_queries() as few:
        client.get(LIST)
    add_action(app, town, found["IU1"])
    add_action(app, town, found["IU2"])
    with count_queries() as many:
        client.get(LIST)
    with count_queries() as actions:
        client.get(ACTIONS)
    assert int(few) == int(many) <= 12
    assert int(actions) <= 12


def test_an_empty_list_of_actions_says_what_why_and_who(client_of: ClientOf, town: Town) -> None:
    page = client_of(Role.READER).get(ACTIONS)
    assert "Inga öppna åtgärder" in page.text
    assert "bestämmer åtgärden på avvikelsens sida" in page.text
