"""Half-written forms survive a session that ended: for the same person, and nothing is executed."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.accounts.services.drafts import DRAFT_SIZE, MOST_DRAFTS
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.monitoring.jobs import run_jobs
from internkontroll.organisation.models import Board
from tests.client import Page, PageClient
from tests.conftest import MovableClock
from tests.factories import Town, make_control, make_occurrence, make_plan, make_points

TEXT = 'Listan gick inte att ta ut i mars.\n\nVi försöker igen "i april" <snart>.'
NOTICE = "Din text är kvar. Kontrollera och spara."


@pytest.fixture
def address(app: Flask, town: Town) -> str:
    """A page with a form for a reason."""

    def make(session: Session) -> int:
        scn = session.get_one(Board, town.boards["SCN"])
        control = make_control(session, make_plan(session, scn, decided=True))
        return make_occurrence(session, control, make_points(session, scn)[0]).id

    with app.app_context(), intent_to_write():
        occurrence = make(db.session())
        db.session.commit()
        db.session.remove()
    return f"/namnd/scn/kontroller/{occurrence}/ej-genomford"


def rows(app: Flask, table: str) -> list[Any]:
    with app.app_context():
        found = db.session.execute(sa.text(f"SELECT * FROM {table}")).all()  # noqa: S608
        db.session.remove()
    return list(found)


def left_open(
    client: PageClient, clock: MovableClock, address: str, *, text: str = TEXT, **more: Any
) -> Page:
    """Open the form, go away for an hour, send it; gives the login page."""
    form = client.get(address).form("/ej-genomford")
    clock.forward(hours=1)
    data = {**dict(form.fields), "reason": text, **more}
    return client.post(address, data, headers={"Referer": f"http://localhost{address}"})


def test_the_text_is_back_after_login_and_can_be_saved(
    app: Flask, client_of: Callable[..., PageClient], town: Town, clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    page = left_open(client, clock, address)
    assert page.h1 == "Logga in"
    assert "Din text är kvar" in page.text
    assert rows(app, "non_performance") == []

    username, password = town.account(Role.CONTROLLER)
    page = client.submit("/logga-in", username=username, password=password)

    assert page.h1 == "Anmäl som ej genomförd"
    assert NOTICE in page.text
    fields = dict(page.form("/ej-genomford").fields)
    assert fields["reason"].removeprefix("\n") == TEXT
    client.submit("/ej-genomford", reason=TEXT)
    assert len(rows(app, "non_performance")) == 1
    assert rows(app, "form_draft") == []


def test_it_is_kept_through_a_login_that_fails(
    client_of: Callable[..., PageClient], town: Town, clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    left_open(client, clock, address)
    username, password = town.account(Role.CONTROLLER)
    client.submit("/logga-in", 422, username=username, password="fel lösenord")

    page = client.submit("/logga-in", username=username, password=password)

    assert NOTICE in page.text


def test_somebody_else_who_logs_in_never_sees_it(
    app: Flask, client_of: Callable[..., PageClient], town: Town, clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    left_open(client, clock, address)
    username, password = town.account(Role.RESPONSIBLE)

    page = client.submit("/logga-in", username=username, password=password)
    number = rows(app, "form_draft")[0].id

    assert page.h1 == "Anmäl som ej genomförd"
    assert NOTICE not in page.text
    assert "Listan gick" not in page.html
    client.get(f"{address}?utkast={number}")
    assert "Listan gick" not in client.page.html  # type: ignore[union-attr]
    throw = client.page.form("/logga-ut").fields  # type: ignore[union-attr]
    client.post(f"/utkast/{number}/kasta", dict(throw))
    assert len(rows(app, "form_draft")) == 1


def test_whoever_has_logged_out_leaves_nothing(
    app: Flask, client_of: Callable[..., PageClient], clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    form = client.get(address).form("/ej-genomford")
    cookie = client.http.get_cookie("session")
    assert cookie is not None
    client.submit("/logga-ut")
    client.http.set_cookie("session", cookie.value)

    client.post(address, {**dict(form.fields), "reason": TEXT})

    assert rows(app, "form_draft") == []


def test_a_form_without_its_token_leaves_nothing(
    app: Flask, client_of: Callable[..., PageClient], clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get(address)
    clock.forward(hours=1)

    client.post(address, {"reason": TEXT, "csrf_token": "fel"}, 400)

    assert rows(app, "form_draft") == []


def test_passwords_tokens_and_personnummer_are_not_kept(
    app: Flask, client_of: Callable[..., PageClient], clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    left_open(
        client, clock, address, new_password="hemligt ord", api_token="t", other="640823-3234"
    )

    (draft,) = rows(app, "form_draft")
    assert "hemligt" not in draft.fields
    assert "csrf" not in draft.fields
    assert "api_token" not in draft.fields
    assert "640823" not in draft.fields
    assert '"left_out": 1' in draft.fields


def test_a_text_that_is_too_large_is_not_kept_and_the_person_is_told(
    app: Flask, client_of: Callable[..., PageClient], clock: MovableClock, address: str
) -> None:
    page = left_open(client_of(Role.CONTROLLER), clock, address, text="å" * (DRAFT_SIZE // 2))

    assert "gick inte att behålla" in page.text
    assert rows(app, "form_draft") == []


def test_it_is_gone_after_a_day(
    app: Flask, client_of: Callable[..., PageClient], town: Town, clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    left_open(client, clock, address)
    clock.forward(hours=25)

    page = client.submit(
        "/logga-in",
        **dict(zip(("username", "password"), town.account(Role.CONTROLLER), strict=True)),
    )

    assert NOTICE not in page.text
    run_jobs(app, clock)
    assert rows(app, "form_draft") == []


def test_the_job_leaves_what_is_younger_than_a_day(
    app: Flask, client_of: Callable[..., PageClient], clock: MovableClock, address: str
) -> None:
    left_open(client_of(Role.CONTROLLER), clock, address)
    clock.forward(hours=23)

    run_jobs(app, clock)

    assert len(rows(app, "form_draft")) == 1


def test_one_person_keeps_a_limited_number(
    app: Flask, client_of: Callable[..., PageClient], clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    form = client.get(address).form("/ej-genomford")
    clock.forward(hours=1)
    for number in range(MOST_DRAFTS + 5):
        client.post(
            f"/namnd/scn/kontroller/{number + 1}/ej-genomford",
            {**dict(form.fields), "reason": f"text {number}"},
        )

    kept = rows(app, "form_draft")
    assert len(kept) == MOST_DRAFTS
    assert "text 0" not in str(kept)
    assert f"text {MOST_DRAFTS + 4}" in str(kept)


def test_sending_again_replaces_what_was_kept(
    app: Flask, client_of: Callable[..., PageClient], clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    form = client.get(address).form("/ej-genomford")
    clock.forward(hours=1)
    other_form = "/namnd/scn/kontroller/99/ej-genomford"
    for path, text in ((address, "första"), (other_form, "x"), (address, "andra")):
        client.post(path, {**dict(form.fields), "reason": text})

    drafts = {draft.path: draft for draft in rows(app, "form_draft")}
    assert len(drafts) == 2
    assert "andra" in drafts[address].fields
    assert drafts[address].id < drafts[other_form].id, (
        "a page that is being opened asks for it by its number"
    )


def test_it_can_be_thrown_away(
    app: Flask, client_of: Callable[..., PageClient], town: Town, clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    left_open(client, clock, address)
    username, password = town.account(Role.CONTROLLER)
    client.submit("/logga-in", username=username, password=password)

    page = client.submit("/kasta")

    assert page.h1 == "Anmäl som ej genomförd"
    assert NOTICE not in page.text
    assert rows(app, "form_draft") == []


def test_a_form_that_is_no_longer_there_shows_the_text_to_copy(
    app: Flask, client_of: Callable[..., PageClient], town: Town, clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    left_open(client, clock, address)
    with app.app_context(), intent_to_write():
        db.session.execute(sa.text("UPDATE form_draft SET path = '/finns/inte/mer'"))
        db.session.commit()
    username, password = town.account(Role.CONTROLLER)

    page = client.submit("/logga-in", username=username, password=password)

    assert "formuläret finns inte längre" in page.text
    assert "Vi försöker igen" in page.text
    assert "<snart>" not in page.html


def test_words_without_a_field_on_the_page_are_shown_to_copy_beside_the_filled_form(
    client_of: Callable[..., PageClient], town: Town, clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    more = {"rad-7-text": "Ord utan <fält>.", "reason-bekraftad": "kryssad-ruta"}
    left_open(client, clock, address, **more)
    username, password = town.account(Role.CONTROLLER)

    page = client.submit("/logga-in", username=username, password=password)

    assert "det som står här har inget fält på sidan" in page.text
    assert "<blockquote>Ord utan &lt;fält&gt;.</blockquote>" in page.html
    assert page.html.count("<blockquote>") == 1
    assert "kryssad-ruta" not in page.html
    assert dict(page.form("/ej-genomford").fields)["reason"].removeprefix("\n") == TEXT


def test_a_sender_from_another_site_does_not_choose_the_page(
    app: Flask, client_of: Callable[..., PageClient], clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    form = client.get(address).form("/ej-genomford")
    clock.forward(hours=1)

    client.post(
        address,
        {**dict(form.fields), "reason": TEXT},
        headers={"Referer": "https://evil.example/fälla"},
    )

    assert rows(app, "form_draft")[0].page == address


def test_autosave_on_a_dead_session_is_told_so(
    app: Flask, client_of: Callable[..., PageClient], clock: MovableClock, address: str
) -> None:
    client = client_of(Role.CONTROLLER)
    form = client.get(address).form("/ej-genomford")
    clock.forward(hours=1)

    answer = client.http.post(
        address,
        data={**dict(form.fields), "reason": TEXT},
        headers={"X-Requested-With": "autosave"},
    )

    assert answer.status_code == 401
    assert "utloggad" in answer.json["errors"][0]  # type: ignore[index]
    assert rows(app, "form_draft") == []


@pytest.mark.parametrize("number", ["x", "-1", "99999999999999", "\u0661", ""])
def test_a_made_up_number_shows_the_page_as_it_is(
    client_of: Callable[..., PageClient], address: str, number: str
) -> None:
    assert NOTICE not in client_of(Role.CONTROLLER).get(f"{address}?utkast={number}").text
