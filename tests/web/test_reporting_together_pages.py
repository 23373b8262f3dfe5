"""Several write one report: whose words, which sentences were proposed, what was not saved."""

import json
import re

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.accounts.models import FormDraft
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.plan.models import Control
from internkontroll.reporting.models import ReportRemark
from tests.client import Page, PageClient
from tests.conftest import MovableClock
from tests.factories import Town
from tests.report_rows import Spring
from tests.web.beside import ask
from tests.web.report_before_board import APRIL, ClientOf, make_sent_on, write_overall


@pytest.fixture
def spring(app: Flask, town: Town, clock: MovableClock) -> Spring:
    return make_sent_on(app, town, clock)


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
    assert ask(app, sa.select(sa.func.count()).select_from(ReportRemark)) == 0, "only proposed"
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
    assert ask(app, sa.select(sa.func.count()).select_from(ReportRemark)) == 0
    page = client_of(Role.CONTROLLER).get(f"{APRIL}/kontroll/3")
    assert "Din text är kvar" in page.text
    assert comment_of(page) == "Halvskriven text"
    assert "Din text är kvar" not in client_of(Role.DIRECTOR).get(f"{APRIL}/kontroll/3").text
    client.get(f"{APRIL}/kontroll/3")
    client.submit("/kontroll/3")
    assert ask(app, sa.select(sa.func.count()).select_from(FormDraft)) == 0
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
    kept = ask(app, sa.select(FormDraft.fields))
    assert kept is None or "811228" not in json.dumps(kept)
