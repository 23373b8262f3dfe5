"""The library of checklists on the screen: written by its keepers, read by all, told on drafts."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Checklist, ChecklistVersion, Control
from tests.client import Page, PageClient
from tests.factories import Town, make_control, make_plan

ClientOf = Callable[..., PageClient]
HOME = "/kommunen/checklistor"


@pytest.fixture
def control_id(app: Flask, town: Town) -> int:
    with app.app_context(), intent_to_write():
        session = db.session()
        plan = make_plan(session, session.get_one(Board, town.boards["SCN"]))
        made = make_control(session, plan, text="Beslut i tid").id
        session.commit()
        db.session.remove()
    return made


def count(app: Flask, model: type) -> int:
    with app.app_context():
        found = db.session().scalar(sa.select(sa.func.count()).select_from(model))
        db.session.remove()
    return int(found or 0)


def write_one(client: PageClient, status: int = 200, **more: str) -> Page:
    client.get(f"{HOME}/ny")
    fields = {"name": "Beslut", "text_0": "Skälen finns.", "help_text_0": "I akten."}
    return client.submit("/ny", status, **{**fields, **more})


def publish(client: PageClient) -> Page:
    return client.submit("/publicera")


def test_a_checklist_is_written_published_and_changed_by_a_new_version(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of(Role.ADMINISTRATOR)
    page = write_one(client, text_1="Dnr finns.", place_0="2", place_1="1")
    assert page.h1 == "Beslut"
    assert page.text.index("Dnr finns.") < page.text.index("Skälen finns.")
    page = publish(client)
    assert "Den version som gäller" in page.text

    client.submit("/ny-version")
    page = client.submit("/utkast", text_0="", note="Dnr tas bort.")
    assert "Kriterier som tas bort" in page.text
    page = publish(client)
    assert "Dnr tas bort." in page.text
    old = client.get(f"{HOME}/1/versioner/1")
    assert "Dnr finns." in old.text
    assert "En äldre version. Version 2 gäller." in old.text


def test_a_draft_may_be_left_and_removed_after_a_question(app: Flask, client_of: ClientOf) -> None:
    client = client_of(Role.OVERSIGHT_CONTROLLER)
    write_one(client)
    page = client.get(f"{HOME}/1/ta-bort-utkast")
    assert "försvinner helt" in page.text
    page = client.submit("/ta-bort-utkast")
    assert "Det finns inga checklistor än" in page.text
    assert count(app, Checklist) == 0


@pytest.mark.parametrize(
    ("fields", "sentence", "field"),
    [
        ({"name": " "}, "Skriv vad checklistan ska heta.", "name"),
        ({"text_0": ""}, "Skriv kriteriet, eller ta bort hjälptexten.", "text_0"),
        ({"text_0": "", "help_text_0": ""}, "Skriv minst ett kriterium.", "text_0"),
        ({"text_3": "skälen finns"}, "Samma kriterium står två gånger.", "text_3"),
        ({"text_4": "Rör 19121212-1212."}, "personnummer", "text_4"),
        ({"place_0": "många"}, "”många” är inte ett tal", "place_0"),
    ],
)
def test_a_wrong_row_is_told_at_its_place_and_nothing_typed_is_lost(
    app: Flask, client_of: ClientOf, fields: dict[str, str], sentence: str, field: str
) -> None:
    client = client_of(Role.ADMINISTRATOR)
    page = write_one(
        client, 422, **{"text_1": "Dnr finns." * bool(fields.get("text_0", True)), **fields}
    )
    assert sentence in page.text
    assert f'href="#{field}"' in page.html
    assert fields.get("text_0") == "" or "Dnr finns." in page.html
    assert count(app, Checklist) == 0


def test_the_loser_of_two_edits_sees_both_texts(client_of: ClientOf) -> None:
    one, other = client_of(Role.ADMINISTRATOR), client_of(Role.OVERSIGHT_CONTROLLER)
    write_one(one)
    one.get(f"{HOME}/1/utkast")
    other.get(f"{HOME}/1/utkast")
    one.submit("/utkast", text_0="Skälen är skrivna.")
    page = other.submit("/utkast", 409, text_0="Skälen syns.")
    assert "Sparat under tiden, och ditt" in page.text
    assert "Skälen är skrivna." in page.text
    assert "Skälen syns." in page.text
    page = other.submit("/utkast", text_0="Skälen syns.")
    assert "Skälen syns." in page.text


def test_sending_a_new_one_twice_makes_one(app: Flask, client_of: ClientOf) -> None:
    client = client_of(Role.ADMINISTRATOR)
    client.get(f"{HOME}/ny")
    form = client.page.form("/ny")
    fields = {**dict(form.fields), "name": "Beslut", "text_0": "Skälen finns.", "counts_0": "y"}
    for _ in range(2):
        client.post(f"{HOME}/ny", fields)
    assert count(app, Checklist) == 1


def test_a_board_s_controller_reads_the_library_and_writes_nothing_in_it(
    client_of: ClientOf,
) -> None:
    write_one(client_of(Role.ADMINISTRATOR))
    for role in (Role.CONTROLLER, Role.READER, Role.MEMBER):
        client = client_of(role)
        assert "Skriv en checklista" not in client.get(HOME).text
        assert "Publicera version" not in client.get(f"{HOME}/1").text


def test_a_control_takes_a_version_over_and_is_told_of_a_newer_one(
    app: Flask, client_of: ClientOf, control_id: int
) -> None:
    keeper, controller = client_of(Role.ADMINISTRATOR), client_of(Role.CONTROLLER)
    address = f"/namnd/scn/kontrollmoment/{control_id}"
    assert "ingen publicerad checklista" in controller.get(f"{address}/checklista").text
    write_one(keeper)
    publish(keeper)

    controller.get(f"{address}/checklista")
    page = controller.submit("/checklista", version="1")
    assert "Beslut, version 1" in page.text
    assert "Skälen finns." in page.text

    keeper.submit("/ny-version")
    keeper.submit("/utkast", text_1="Dnr finns.", counts_1="y", note="Dnr är nytt.")
    publish(keeper)
    page = controller.get(address)
    assert "har en nyare version, 2" in page.text
    page = controller.get(f"{address}/checklista")
    assert "Nya kriterier" in page.text
    assert "Dnr är nytt." in page.text
    page = controller.submit("/checklista", version="2")
    assert "Beslut, version 2" in page.text
    assert "nyare version" not in page.text
    assert "1 kontrollmoment till finns i andra nämnders utkast" in keeper.get(f"{HOME}/1").text
    assert "Beslut i tid" in controller.get(f"{HOME}/1").text


def test_a_choice_that_is_not_offered_changes_nothing(
    app: Flask, client_of: ClientOf, control_id: int
) -> None:
    keeper, controller = client_of(Role.ADMINISTRATOR), client_of(Role.CONTROLLER)
    write_one(keeper)
    publish(keeper)
    controller.get(f"/namnd/scn/kontrollmoment/{control_id}/checklista")
    for version in ("", "99"):
        controller.submit("/checklista", 422, version=version)
    with app.app_context():
        assert db.session().get_one(Control, control_id).checklist_version_id is None
        db.session.remove()


def test_criteria_are_proposed_from_a_control(
    app: Flask, client_of: ClientOf, control_id: int
) -> None:
    controller = client_of(Role.CONTROLLER)
    controller.get(f"/namnd/scn/kontrollmoment/{control_id}/spara-som-checklista")
    page = controller.submit("/spara-som-checklista", name="Underlag")
    assert "Ett förslag från Socialnämnden" in page.text
    assert count(app, ChecklistVersion) == 1
    page = client_of(Role.ADMINISTRATOR).get(HOME)
    assert "Från Socialnämnden" in page.text
