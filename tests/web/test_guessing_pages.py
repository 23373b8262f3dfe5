"""Guessing through the page: what an address has, what a known browser keeps, what is left."""

import json
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.accounts.models import Bucket, LoginFailure
from internkontroll.accounts.queries import user_by_name
from internkontroll.accounts.rules.guessing import ADDRESS_TRIES, CALM, FEWEST, address_digest
from internkontroll.accounts.services import login, reset_password
from internkontroll.core.access import Role, system_actor
from internkontroll.core.database import db, intent_to_write
from internkontroll.monitoring.services import tidy_accounts
from tests.client import PageClient
from tests.conftest import MovableClock, closing, make_app
from tests.factories import PASSWORD, Town, make_town

HOUSE, ELSEWHERE = "203.0.113.7", "198.51.100.9"


def guess(
    client: PageClient, username: str, password: str, address: str = HOUSE, **headers: str
) -> int:
    where = {"REMOTE_ADDR": address}
    if client.page is None:
        client.get("/logga-in")
    assert client.page is not None
    data = {**dict(client.page.form("/logga-in").fields), "username": username}
    answer = client.http.post(
        "/logga-in",
        data={**data, "password": password},
        headers=headers,
        environ_base=where,
    )
    client.page = None
    return answer.status_code


def failures(app: Flask, bucket: Bucket) -> int:
    counted = sa.select(sa.func.count()).select_from(LoginFailure)
    with app.app_context():
        return db.session.scalar(counted.where(LoginFailure.bucket == bucket)) or 0


def fill(app: Flask, address: str, clock: MovableClock, count: int) -> None:
    """So many failures from an address, each at a name of its own."""
    digest = address_digest(address, app.config["SECRET_KEY"])
    with app.app_context(), intent_to_write():
        db.session.add_all(
            LoginFailure(bucket=Bucket.ADDRESS, digest=digest, at=clock()) for _ in range(count)
        )
        db.session.commit()


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Every verification of a password."""
    calls: list[tuple[object, ...]] = []
    real = login.verifies
    monkeypatch.setattr(login, "verifies", lambda *a: calls.append(a) or real(*a))
    return calls


def test_fifty_failures_from_an_address_stop_it_whatever_names_were_tried(
    app: Flask, town: Town, clock: MovableClock, verified: list[tuple[object, ...]]
) -> None:
    username, password = town.account(Role.CONTROLLER)
    stranger = PageClient(app)
    fill(app, HOUSE, clock, ADDRESS_TRIES - 1)
    assert guess(stranger, "finns.inte", "fel") == 422
    assert len(verified) == 1

    assert guess(stranger, username, password) == 422

    assert len(verified) == 1, "nothing is verified for an address that has had its tries"
    assert failures(app, Bucket.ADDRESS) == ADDRESS_TRIES
    assert guess(PageClient(app), username, password, ELSEWHERE) == 303
    clock.forward(minutes=16)
    assert guess(PageClient(app), username, password) == 303


def test_a_known_browser_in_the_same_house_is_not_stopped(
    app: Flask, town: Town, clock: MovableClock
) -> None:
    username, password = town.account(Role.CONTROLLER)
    known = PageClient(app)
    assert guess(known, username, password) == 303
    fill(app, HOUSE, clock, ADDRESS_TRIES)

    known.http.delete_cookie("session")
    assert guess(known, username, "fel") == 422
    assert guess(known, username, password) == 303
    assert guess(PageClient(app), username, password) == 422


def test_a_known_browser_that_has_had_its_tries_verifies_no_more(
    app: Flask, town: Town, verified: list[tuple[object, ...]]
) -> None:
    username, password = town.account(Role.CONTROLLER)
    known = PageClient(app)
    assert guess(known, username, password) == 303
    known.http.delete_cookie("session")
    for _ in range(10):
        guess(known, username, "fel")
    before = len(verified)
    assert guess(known, username, password) == 422
    assert len(verified) == before
    assert guess(PageClient(app), username, password, ELSEWHERE) == 303


def test_the_victim_logs_in_from_another_address_in_a_browser_of_their_own(
    app: Flask, town: Town
) -> None:
    username, password = town.account(Role.CONTROLLER)
    victim = PageClient(app)
    assert guess(victim, username, password) == 303
    victim.http.delete_cookie("session")
    for number in range(12):
        assert guess(PageClient(app), username, "fel", f"203.0.113.{number}") == 422
    assert guess(PageClient(app), username, password, ELSEWHERE) == 422

    assert guess(victim, username, password, "192.0.2.44") == 303


def test_a_flood_from_many_addresses_leaves_each_address_a_few_tries(
    app: Flask, town: Town, clock: MovableClock
) -> None:
    username, password = town.account(Role.CONTROLLER)
    for number in range(40):
        fill(app, f"192.0.2.{number}", clock, CALM // 5)
    stranger = PageClient(app)
    for _ in range(FEWEST - 1):
        assert guess(stranger, "finns.inte", "fel") == 422
    assert guess(stranger, username, password) == 303
    stranger.http.delete_cookie("session")
    stranger.http.delete_cookie("browser")

    assert guess(stranger, "finns.inte", "fel") == 422
    assert guess(stranger, username, password) == 422


def test_a_locked_account_does_not_have_the_program_verify_without_end(
    app: Flask, town: Town, verified: list[tuple[object, ...]]
) -> None:
    username, _ = town.account(Role.CONTROLLER)
    stranger = PageClient(app)
    for _ in range(ADDRESS_TRIES + 10):
        assert guess(stranger, username, "fel") == 422

    assert len(verified) == ADDRESS_TRIES
    assert failures(app, Bucket.ACCOUNT) == 10


@pytest.mark.parametrize(
    ("hops", "forwarded", "stopped"),
    [
        (0, "198.51.100.1", True),
        (1, HOUSE, True),
        (1, f"198.51.100.1, {HOUSE}", True),
        (1, f"{HOUSE}, 198.51.100.1", False),
    ],
)
def test_only_a_proxy_of_ones_own_says_where_somebody_asks_from(
    sqlite_url: str,
    tmp_path: Path,
    clock: MovableClock,
    hops: int,
    forwarded: str,
    *,
    stopped: bool,
) -> None:
    with closing(make_app(sqlite_url, tmp_path, clock, PROXY_HOPS=hops)) as app:
        with app.app_context(), intent_to_write():
            username, password = make_town(db.session(), clock()).account(Role.CONTROLLER)
            db.session.commit()
            db.session.remove()
        fill(app, HOUSE, clock, ADDRESS_TRIES)
        proxy = HOUSE if hops == 0 else "127.0.0.1"

        status = guess(PageClient(app), username, password, proxy, **{"X-Forwarded-For": forwarded})

    assert status == (422 if stopped else 303)


def cookie_of(client: PageClient) -> str:
    found = client.http.get_cookie("browser")
    assert found is not None
    return found.value


def test_the_mark_of_a_browser_is_new_after_each_login_and_out_of_reach_of_scripts(
    app: Flask, town: Town
) -> None:
    client = PageClient(app)
    marks = []
    for _ in range(2):
        client.log_in(*town.account(Role.CONTROLLER))
        marks.append(cookie_of(client))
        client.submit("/logga-ut")
    told = SimpleCookie()
    client.get("/logga-in")
    username, password = town.account(Role.CONTROLLER)
    assert client.page is not None
    data = {**dict(client.page.form("/logga-in").fields), "username": username}
    answer = client.http.post("/logga-in", data={**data, "password": password})
    for line in answer.headers.getlist("Set-Cookie"):
        told.load(line)

    assert marks[0] != marks[1]
    assert told["browser"]["httponly"]
    assert told["browser"]["samesite"] == "Strict"


def test_over_https_the_mark_is_the_hosts_own_and_goes_no_other_way(
    sqlite_url: str, tmp_path: Path, clock: MovableClock
) -> None:
    settings = {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_NAME": "__Host-session"}
    with closing(make_app(sqlite_url, tmp_path, clock, **settings)) as app:
        with app.app_context(), intent_to_write():
            username, password = make_town(db.session(), clock()).account(Role.CONTROLLER)
            db.session.commit()
            db.session.remove()
        client = app.test_client()
        page = PageClient(app)
        page.http = client
        answer = client.get("/logga-in", base_url="https://localhost")
        token = answer.get_data(as_text=True).split('name="csrf_token"')[1].split('value="')[1]
        data = {"csrf_token": token.split('"')[0], "username": username, "password": password}
        headers = {"Referer": "https://localhost/logga-in"}
        answer = client.post("/logga-in", data=data, base_url="https://localhost", headers=headers)
    told = [line for line in answer.headers.getlist("Set-Cookie") if "__Host-browser" in line]

    assert len(told) == 1
    for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Strict"):
        assert word in told[0]
    assert "Domain" not in told[0]


def test_a_browser_that_people_share_is_known_to_each_of_them(app: Flask, town: Town) -> None:
    shared = PageClient(app)
    first = town.account(Role.CONTROLLER)
    for account in (first, town.account(Role.MEMBER, "IU1")):
        shared.log_in(*account)
        shared.submit("/logga-ut")
    for _ in range(10):
        assert guess(PageClient(app), first[0], "fel") == 422

    assert guess(shared, *first) == 303


def test_a_changed_password_makes_a_stranger_of_every_browser_but_the_owners(
    app: Flask, town: Town
) -> None:
    username, password = town.account(Role.CONTROLLER)
    elsewhere, own = PageClient(app), PageClient(app)
    assert guess(elsewhere, username, password) == 303
    own.log_in(username, password)
    new = "fyra nya ord i rad"
    own.get("/byt-losenord")
    own.submit("/byt-losenord", current=PASSWORD, password=new, again=new)
    own.submit("/logga-ut")
    for _ in range(10):
        assert guess(PageClient(app), username, "fel") == 422
    elsewhere.http.delete_cookie("session")

    assert guess(elsewhere, username, new) == 422
    assert guess(own, username, new) == 303


def test_a_reset_password_makes_a_stranger_of_every_browser(
    app: Flask, town: Town, clock: MovableClock
) -> None:
    username, password = town.account(Role.CONTROLLER)
    client = PageClient(app)
    assert guess(client, username, password) == 303
    with app.app_context(), intent_to_write():
        user = user_by_name(db.session(), username)
        assert user is not None
        new = reset_password(db.session(), user, actor=system_actor("test"), at=clock())
        db.session.commit()
        db.session.remove()
    client.http.delete_cookie("session")
    for _ in range(10):
        assert guess(PageClient(app), username, "fel") == 422

    assert guess(client, username, new.start_password) == 422
    clock.forward(minutes=16)
    assert guess(client, username, new.start_password) == 303


def test_a_browser_is_forgotten_a_year_after_the_last_login(
    app: Flask, town: Town, clock: MovableClock
) -> None:
    username, password = town.account(Role.CONTROLLER)
    client = PageClient(app)
    client.log_in(username, password)
    kept = cookie_of(client)
    clock.forward(days=366)
    late = PageClient(app)
    late.http.set_cookie("browser", kept)
    for _ in range(10):
        assert guess(PageClient(app), username, "fel") == 422

    assert guess(late, username, password) == 422


def test_strangers_who_guess_do_not_keep_anybody_from_changing_their_password(
    app: Flask, town: Town
) -> None:
    username, password = town.account(Role.CONTROLLER)
    client = PageClient(app)
    client.log_in(username, password)
    for _ in range(10):
        assert guess(PageClient(app), username, "fel") == 422

    client.get("/byt-losenord")
    new = "fyra nya ord i rad"
    page = client.submit("/byt-losenord", current=PASSWORD, password=new, again=new)

    assert page.h1 == "Min profil"


def test_an_open_session_has_ten_tries_at_its_password(app: Flask, town: Town) -> None:
    client = PageClient(app)
    client.log_in(*town.account(Role.CONTROLLER))
    client.get("/byt-losenord")
    new = "fyra nya ord i rad"
    for _ in range(10):
        client.submit("/byt-losenord", 422, current="fel", password=new, again=new)

    client.submit("/byt-losenord", 422, current=PASSWORD, password=new, again=new)


def test_what_is_left_of_a_guess_names_nobody_and_nowhere_and_is_gone_after_a_day(
    app: Flask, town: Town, clock: MovableClock
) -> None:
    username, _ = town.account(Role.CONTROLLER)
    assert guess(PageClient(app), username, "fel") == 422
    with app.app_context():
        rows = db.session.execute(sa.select(LoginFailure.bucket, LoginFailure.digest)).all()
        trail = db.session.execute(sa.text("SELECT * FROM trail_payload")).all()
    told = json.dumps([[str(part) for part in row] for row in (*rows, *trail)])

    assert {row.bucket for row in rows} == {Bucket.ACCOUNT, Bucket.ADDRESS}
    assert HOUSE not in told
    assert not [row for row in rows if username in row.digest]
    with app.app_context(), intent_to_write():
        clock.forward(hours=25)
        tidy_accounts(db.session(), at=clock())
        db.session.commit()
    assert failures(app, Bucket.ACCOUNT) == failures(app, Bucket.ADDRESS) == 0
