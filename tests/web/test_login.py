"""Logging in and out, sessions on the server, and what a request must carry."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from config import Config
from internkontroll.accounts.services import login
from internkontroll.accounts.views import own_path
from internkontroll.app import create_app
from internkontroll.core.access import Role
from internkontroll.core.database import db
from internkontroll.web.access import refuse_unguarded_routes
from tests.client import PageClient
from tests.conftest import MovableClock
from tests.factories import PASSWORD, Town

REFUSAL = "Användarnamnet eller lösenordet stämmer inte"


def try_login(client: PageClient, username: str, password: str) -> int:
    client.get("/logga-in")
    assert client.page is not None
    form = client.page.form("/logga-in")
    data = {**dict(form.fields), "username": username, "password": password}
    return client.http.post("/logga-in", data=data).status_code


def test_the_right_password_opens_the_start_page(client: PageClient, town: Town) -> None:
    page = client.log_in(*town.account(Role.CONTROLLER))

    assert page.h1 == "Mina uppgifter"


@pytest.mark.parametrize(
    ("username", "password"),
    [("controller.scn", "fel lösenord helt"), ("finns.inte", PASSWORD), ("controller.scn", "x")],
)
def test_every_failure_is_answered_with_the_same_words(
    client: PageClient, town: Town, username: str, password: str
) -> None:
    client.get("/logga-in")
    page = client.submit("/logga-in", 422, username=username, password=password)

    assert REFUSAL in page.text
    assert page.title.startswith("Fel:")
    assert dict(page.form("/logga-in").fields)["username"] == username


@pytest.mark.parametrize(
    ("username", "password"),
    [("controller.scn", PASSWORD), ("controller.scn", "fel"), ("finns.inte", "fel")],
)
def test_exactly_one_password_is_verified_whoever_asks(
    client: PageClient, town: Town, monkeypatch: pytest.MonkeyPatch, username: str, password: str
) -> None:
    calls = []
    real = login.verifies
    monkeypatch.setattr(login, "verifies", lambda *a: calls.append(a) or real(*a))

    try_login(client, username, password)

    assert len(calls) == 1


def test_ten_failures_lock_the_name_for_a_quarter_of_an_hour(
    client: PageClient, town: Town, clock: MovableClock
) -> None:
    username, password = town.account(Role.CONTROLLER)
    for _ in range(10):
        assert try_login(client, username, "fel") == 422

    assert try_login(client, username.upper(), password) == 422
    clock.forward(minutes=16)
    assert try_login(client, username, password) == 303


def test_strangers_who_guess_do_not_keep_out_the_one_who_has_logged_in_here_before(
    app: Flask, client: PageClient, town: Town
) -> None:
    username, password = town.account(Role.CONTROLLER)
    client.log_in(username, password)
    client.submit("/logga-ut")
    stranger = PageClient(app)
    for _ in range(10):
        assert try_login(stranger, username, "fel") == 422

    assert try_login(stranger, username, password) == 422, "the stranger is kept out"
    assert try_login(client, username, password) == 303


def test_a_known_browser_has_no_more_than_ten_tries_itself(client: PageClient, town: Town) -> None:
    username, password = town.account(Role.CONTROLLER)
    client.log_in(username, password)
    client.submit("/logga-ut")
    for _ in range(10):
        assert try_login(client, username, "fel") == 422

    assert try_login(client, username, password) == 422


@pytest.mark.parametrize("told", ["påhittat", "WyJ4IiwieSJd.AAAA", ""])
def test_a_made_up_browser_is_an_unknown_one(
    app: Flask, client: PageClient, town: Town, told: str
) -> None:
    username, password = town.account(Role.CONTROLLER)
    for _ in range(10):
        assert try_login(PageClient(app), username, "fel") == 422
    client.http.set_cookie("browser", told)

    assert try_login(client, username, password) == 422


def test_a_browser_known_to_one_account_is_unknown_to_another(
    app: Flask, client: PageClient, town: Town
) -> None:
    client.log_in(*town.account(Role.CONTROLLER))
    client.submit("/logga-ut")
    username, password = town.account(Role.MEMBER, "IU1")
    for _ in range(10):
        assert try_login(PageClient(app), username, "fel") == 422

    assert try_login(client, username, password) == 422


def test_a_copied_cookie_is_dead_after_logout(app: Flask, client: PageClient, town: Town) -> None:
    client.log_in(*town.account(Role.CONTROLLER))
    stolen = client.http.get_cookie("session")
    assert stolen is not None
    page = client.submit("/logga-ut")
    thief = PageClient(app)
    thief.http.set_cookie("session", stolen.value)

    assert page.h1 == "Logga in"
    assert thief.get("/").h1 == "Logga in"


def test_logging_in_gives_a_new_session(client: PageClient, town: Town) -> None:
    names = []
    for _ in range(2):
        client.log_in(*town.account(Role.CONTROLLER))
        with client.http.session_transaction() as cookie:
            names.append(cookie["_user_id"])
        client.submit("/logga-ut")

    assert names[0] != names[1]


@pytest.mark.parametrize(("minutes", "heading"), [(29, "Mina uppgifter"), (31, "Logga in")])
def test_a_session_ends_when_nobody_uses_it(
    client: PageClient, town: Town, clock: MovableClock, minutes: int, heading: str
) -> None:
    client.log_in(*town.account(Role.CONTROLLER))
    clock.forward(minutes=minutes)

    assert client.get("/").h1 == heading


def test_a_session_ends_after_ten_hours_however_much_it_is_used(
    client: PageClient, town: Town, clock: MovableClock
) -> None:
    client.log_in(*town.account(Role.CONTROLLER))
    for _ in range(30):
        clock.forward(minutes=20)
        assert client.get("/").h1 == "Mina uppgifter"
    clock.forward(minutes=20)

    assert client.get("/").h1 == "Logga in"


def test_the_person_returns_to_where_they_were_going(client: PageClient, town: Town) -> None:
    page = client.get("/namnd/scn/")
    assert page.h1 == "Logga in"
    username, password = town.account(Role.CONTROLLER)

    page = client.submit("/logga-in", username=username, password=password)

    assert page.h1.startswith("Socialnämnden")


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
    ],
)
def test_nobody_is_led_elsewhere_after_login(app: Flask, target: str) -> None:
    with app.test_request_context():
        assert own_path(target) == "/"


def test_a_form_without_its_token_changes_nothing(
    app: Flask, client_of: Callable[..., PageClient]
) -> None:
    client = client_of(Role.CONTROLLER)

    page = client.post("/namnd/scn/ar/2021/oppna", {"key": "x"}, 400)

    assert "Inget sparades" in page.text
    with app.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM reporting_point")) == 0


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_sent_from_another_site_is_refused(
    client: PageClient, town: Town, headers: dict[str, str]
) -> None:
    client.get("/logga-in")
    assert client.page is not None
    username, password = town.account(Role.CONTROLLER)
    data = {
        **dict(client.page.form("/logga-in").fields),
        "username": username,
        "password": password,
    }

    client.post("/logga-in", data, 403, headers=headers)


def test_every_answer_says_what_a_browser_may_do(client: PageClient) -> None:
    for url in ("/logga-in", "/finns-inte", "/static/css/internkontroll.css"):
        with client.raw(url) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "object-src 'none'" in policy
            assert "base-uri 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_that_does_not_exist_says_so_in_swedish(client: PageClient) -> None:
    assert client.get("/finns-inte", 404).h1 == "Sidan finns inte"


def test_the_app_refuses_to_start_with_an_unguarded_route(
    monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    app.view_functions["health"] = lambda: "open"

    with pytest.raises(RuntimeError, match="health"):
        refuse_unguarded_routes(app)


def test_a_server_refuses_to_start_without_a_key(tmp_path: Any) -> None:
    with pytest.raises(RuntimeError, match="SECRET_KEY"):
        create_app(Config({"INSTANCE_DIR": str(tmp_path), "DATABASE_URL": "postgresql:///x"}))


def test_an_embedded_installation_keeps_a_key_of_its_own(tmp_path: Any) -> None:
    config = Config({"INSTANCE_DIR": str(tmp_path)})

    keys = {create_app(config).config["SECRET_KEY"] for _ in range(2)}

    assert len(keys) == 1
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
