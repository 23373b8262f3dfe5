"""Codes are replaced, reset by an administrator, and end what was open before."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.accounts.models import LoginSession, RecoveryCode, User
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from tests.client import Page, PageClient
from tests.conftest import MovableClock, closing, make_app
from tests.factories import Town
from tests.web.telephone import begin, first_step, set_up


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path, clock: MovableClock) -> Iterator[Flask]:
    """The app as in production: roles that see cases log in with a code."""
    with closing(make_app(sqlite_url, tmp_path, clock, REQUIRE_CODE=True)) as made:
        yield made


@pytest.fixture
def member(app: Flask, town: Town) -> PageClient:
    """A member who has given the password and has no code yet."""
    client = PageClient(app)
    client.log_in(*town.account(Role.MEMBER, "IU1"))
    return client


def test_setting_up_ends_the_other_sessions(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    other = PageClient(app)
    other.log_in(*town.account(Role.MEMBER, "IU1"))
    set_up(member, clock)

    assert other.get("/").h1 == "Logga in"


def test_a_new_telephone_replaces_the_old_one_when_it_is_confirmed(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    old, _ = set_up(member, clock)
    new = begin(member, clock)
    assert first_step(app, town).submit("/logga-in/kod", code=old.code()).h1 == "Mina uppgifter"
    member.get("/min-profil/kod")
    clock.forward(minutes=1)
    member.submit("/min-profil/kod/bekrafta", code=new.code())
    clock.forward(minutes=1)

    first_step(app, town).submit("/logga-in/kod", 422, code=old.code())
    assert first_step(app, town).submit("/logga-in/kod", code=new.code()).h1 == "Mina uppgifter"


def administrator(app: Flask, town: Town, clock: MovableClock) -> PageClient:
    client = PageClient(app)
    client.log_in(*town.account(Role.ADMINISTRATOR))
    set_up(client, clock)
    return client


def reset(client: PageClient, user_id: int, reason: str, status: int = 200) -> Page:
    client.get(f"/konton/{user_id}/kod")
    return client.submit(f"/konton/{user_id}/kod", status, reason=reason)


def test_a_reset_takes_a_reason_ends_the_sessions_and_stands_in_the_trail(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    _, codes = set_up(member, clock)
    admin, user_id = administrator(app, town, clock), town.user_id(Role.MEMBER, "IU1")
    page = reset(admin, user_id, " ", 422)
    assert "Skriv varför" in page.text
    assert member.get("/").h1 == "Mina uppgifter"

    reset(admin, user_id, "Telefonen är borta")

    assert member.get("/").h1 == "Logga in"
    client = PageClient(app)
    assert client.log_in(*town.account(Role.MEMBER, "IU1")).h1 == "Logga in med kod"
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(RecoveryCode.id))) == 10, "the admin's own"
        bodies = db.session.scalars(
            sa.text(
                "SELECT p.body FROM trail_payload p JOIN trail_row r ON r.id = p.row_id "
                "WHERE r.event = 'user:code-reset'"
            )
        ).all()
    assert len(bodies) == 1
    assert "Telefonen" in str(bodies[0])
    assert codes


def test_one_administrator_alone_never_gets_into_an_account_with_a_code(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    set_up(member, clock)
    admin, user_id = administrator(app, town, clock), town.user_id(Role.MEMBER, "IU1")
    admin.get(f"/konton/{user_id}/startlosenord")
    admin.submit(f"/konton/{user_id}/startlosenord")
    assert "en annan administratör" in reset(admin, user_id, "Telefonen är borta", 422).text

    with app.app_context(), intent_to_write():
        db.session.execute(
            sa.update(User).where(User.id == user_id).values(start_password_until=None)
        )
        db.session.commit()
    reset(admin, user_id, "Telefonen är borta")

    admin.get(f"/konton/{user_id}/startlosenord")
    page = admin.submit(f"/konton/{user_id}/startlosenord", 422)
    assert "en annan administratör" in page.text
    with app.app_context(), intent_to_write():
        db.session.execute(sa.update(User).where(User.id == user_id).values(is_active=False))
        db.session.commit()
    admin.get(f"/konton/{user_id}")
    assert "en annan administratör" in admin.submit(f"/konton/{user_id}/oppna", 422).text


def test_nobody_resets_their_own_code_and_nothing_is_reset_twice(
    app: Flask, town: Town, clock: MovableClock
) -> None:
    admin = administrator(app, town, clock)

    admin.get(f"/konton/{town.user_id(Role.ADMINISTRATOR)}/kod")
    admin.submit(
        f"/konton/{town.user_id(Role.ADMINISTRATOR)}/kod", 422, reason="Telefonen är borta"
    )
    page = reset(admin, town.user_id(Role.READER), "Telefonen är borta", 409)
    assert "inget att nollställa" in page.text


def test_a_role_given_while_somebody_is_logged_in_closes_the_session_until_there_is_a_code(
    app: Flask, town: Town
) -> None:
    client = PageClient(app)
    client.log_in(*town.account(Role.READER))
    with app.app_context(), intent_to_write():
        db.session.execute(
            sa.text("UPDATE role_grant SET role = 'auditor' WHERE user_id = :id"),
            {"id": town.user_id(Role.READER)},
        )
        db.session.commit()

    assert client.get("/namnd/scn/").h1 == "Logga in med kod"


def test_a_login_over_a_living_session_ends_the_old_one(app: Flask, town: Town) -> None:
    client = PageClient(app)
    client.log_in(*town.account(Role.READER))
    old = client.http.get_cookie("session")
    assert old is not None
    stolen = PageClient(app)
    stolen.http.set_cookie("session", old.value)
    fields = dict(PageClient(app).get("/logga-in").form("/logga-in").fields)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/min-profil").html)
    assert token
    username, password = town.account(Role.SECRETARY)
    data = {**fields, "csrf_token": token[1], "username": username, "password": password}

    assert client.http.post("/logga-in", data=data).status_code == 303

    assert stolen.get("/").h1 == "Logga in"
    with app.app_context():
        living = db.session.scalar(
            sa.select(sa.func.count(LoginSession.id)).where(LoginSession.ended_at.is_(None))
        )
    assert living == 1
