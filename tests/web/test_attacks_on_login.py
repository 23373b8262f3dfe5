"""Guessing, telling accounts apart, stealing and planting sessions, and leading people astray."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.accounts.models import Bucket, LoginFailure, User
from internkontroll.accounts.services import CheckedLogin, log_in, login
from internkontroll.accounts.views import own_path
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.web.log import write_log
from tests.client import PageClient
from tests.conftest import MovableClock, closing, make_app
from tests.factories import PASSWORD, Town, make_board, make_user

AT = datetime(2020, 3, 11, 9, tzinfo=UTC)
TRIES, WINDOW = 10, timedelta(minutes=15)
GUESSES = 10_000


def test_of_ten_thousand_guesses_in_a_quarter_ten_count_and_the_right_one_opens_nothing(
    sqlite_url: str,
) -> None:
    engine = sa.create_engine(sqlite_url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        user = make_user(session, Role.READER, make_board(session))
        opened = []
        for number in range(GUESSES):
            # The guess is right from the eleventh on: only the count stands in its way.
            guess = CheckedLogin(user.username, user.id, user.password_hash, right=number >= TRIES)
            at = AT + WINDOW * number / (GUESSES + 1)
            if log_in(session, guess, at=at, tries=TRIES, window=WINDOW).token:
                opened.append(number)
        in_account = LoginFailure.bucket == Bucket.ACCOUNT
        counted = session.scalar(sa.select(sa.func.count(LoginFailure.id)).where(in_account))
    engine.dispose()

    assert opened == []
    assert counted == TRIES


def guess(client: PageClient, username: str, password: str, **headers: str) -> tuple[int, bytes]:
    client.get("/logga-in")
    assert client.page is not None
    data = {**dict(client.page.form("/logga-in").fields), "username": username}
    answer = client.http.post("/logga-in", data={**data, "password": password}, headers=headers)
    return answer.status_code, answer.get_data()


def test_an_address_that_somebody_makes_up_gives_no_new_tries(app: Flask, town: Town) -> None:
    username, password = town.account(Role.CONTROLLER)
    for number in range(TRIES):
        client = PageClient(app)
        made_up = f"203.0.113.{number}"
        guess(client, username, "fel", **{"X-Forwarded-For": made_up, "X-Real-IP": made_up})

    status, _ = guess(PageClient(app), username, password, **{"X-Forwarded-For": "203.0.113.99"})

    assert status == 422


CHANCE = re.compile(rb'nonce="[^"]*"|name="(?:csrf_token|key)"[^>]*>|value="[^"]*"')


ASKED = 500


def test_an_unknown_name_costs_and_looks_like_a_known_one(
    app: Flask,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    count_queries: Callable[[], Any],
) -> None:
    """Told by counting: verifications, statements and bytes. No clock is asked."""
    verified: list[bool] = []
    monkeypatch.setattr(login, "verifies", lambda *_given: verified.append(True) and False)
    known, _ = town.account(Role.CONTROLLER)
    seen: dict[str, list[tuple[int, int, int, bytes]]] = {"known": [], "unknown": []}
    client = PageClient(app)
    client.get("/logga-in")
    assert client.page is not None
    fields = dict(client.page.form("/logga-in").fields)
    for number in range(ASKED):
        # From an address of its own each, or the address would be what is refused.
        for place, (kind, name) in enumerate((("known", known), ("unknown", "controller.xyz"))):
            before, where = len(verified), f"10.{place}.{number // 250}.{number % 250}"
            data = {**fields, "username": name, "password": f"gissning {number}"}
            with count_queries() as counted:
                answer = client.http.post(
                    "/logga-in", data=data, environ_base={"REMOTE_ADDR": where}
                )
            told = CHANCE.sub(b"", answer.get_data())
            seen[kind].append((len(verified) - before, answer.status_code, int(counted), told))

    assert seen["known"] == seen["unknown"]
    assert len(seen["known"]) == ASKED
    assert [row[0] for row in seen["known"]] == [1] * ASKED


def logged_in(app: Flask, town: Town) -> tuple[PageClient, str]:
    client = PageClient(app)
    client.log_in(*town.account(Role.CONTROLLER))
    cookie = client.http.get_cookie("session")
    assert cookie is not None
    return client, cookie.value


def close_the_account(town: Town) -> None:
    user_id = town.user_id(Role.CONTROLLER)
    db.session.execute(sa.update(User).where(User.id == user_id).values(is_active=False))


def take_the_role(town: Town) -> None:
    gone = sa.text("UPDATE role_grant SET valid_to = '2020-01-14' WHERE user_id = :id")
    db.session.execute(gone, {"id": town.user_id(Role.CONTROLLER)})


def test_a_stolen_session_is_dead_at_once_when_the_account_is_closed(
    app: Flask, town: Town
) -> None:
    _, stolen = logged_in(app, town)
    thief = PageClient(app)
    thief.http.set_cookie("session", stolen)
    assert thief.get("/").h1 == "Mina uppgifter"

    with app.app_context(), intent_to_write():
        close_the_account(town)
        db.session.commit()

    assert thief.get("/").h1 == "Logga in"


def test_a_stolen_session_reaches_nothing_when_the_role_is_taken(app: Flask, town: Town) -> None:
    _, stolen = logged_in(app, town)
    thief = PageClient(app)
    thief.http.set_cookie("session", stolen)
    assert thief.get("/namnd/scn/").status == 200

    with app.app_context(), intent_to_write():
        take_the_role(town)
        db.session.commit()

    assert thief.get("/namnd/scn/", 404)


def test_a_stolen_session_is_dead_when_the_password_is_changed(app: Flask, town: Town) -> None:
    client, stolen = logged_in(app, town)
    client.get("/byt-losenord")
    client.submit(
        "/byt-losenord", current=PASSWORD, password="fyra nya ord i rad", again="fyra nya ord i rad"
    )
    thief = PageClient(app)
    thief.http.set_cookie("session", stolen)

    assert client.get("/").h1 == "Mina uppgifter"
    assert thief.get("/").h1 == "Logga in"


def test_a_session_planted_before_the_login_is_not_the_one_that_is_opened(
    app: Flask, town: Town
) -> None:
    attacker = PageClient(app)
    attacker.get("/logga-in")
    planted = attacker.http.get_cookie("session")
    assert planted is not None
    victim = PageClient(app)
    victim.http.set_cookie("session", planted.value)

    victim.log_in(*town.account(Role.CONTROLLER))

    assert victim.get("/").h1 == "Mina uppgifter"
    assert attacker.get("/").h1 == "Logga in"


@pytest.mark.parametrize("made_up", ["provning", "1", "None", "' OR 1=1 --", "å" * 300])
def test_a_made_up_name_of_a_session_opens_nothing(app: Flask, town: Town, made_up: str) -> None:
    client = PageClient(app)
    with client.http.session_transaction() as cookie:
        cookie["_user_id"] = made_up

    assert client.get("/").h1 == "Logga in"


OURS, THEIRS = "internkontroll.kommunen.example", "evil.example"
HOSTS: list[dict[str, str]] = [
    {"Host": THEIRS},
    {"Host": f"{OURS}.{THEIRS}"},
    {"Host": f"{THEIRS}:443"},
    {"Host": f"{OURS}@{THEIRS}"},
    {"Host": f"{OURS},{THEIRS}"},
    {"Host": f"{OURS} {THEIRS}"},
    {"Host": f"{THEIRS}/{OURS}"},
    {"Host": OURS, "X-Forwarded-Host": THEIRS},
    {"Host": OURS, "X-Host": THEIRS},
    {"Host": OURS, "Forwarded": f"host={THEIRS}"},
    {"Host": OURS, "X-Forwarded-Server": THEIRS},
    {"Host": OURS, "X-Original-URL": f"https://{THEIRS}/"},
]


@pytest.fixture
def named(sqlite_url: str, tmp_path: Path, clock: MovableClock) -> Iterator[Flask]:
    settings = {"TRUSTED_HOSTS": [OURS]}
    with closing(make_app(sqlite_url, tmp_path, clock, **settings)) as app:
        yield app


@pytest.mark.parametrize("headers", HOSTS, ids=str)
def test_a_foreign_host_is_refused_and_never_stands_in_an_answer(
    named: Flask, headers: dict[str, str]
) -> None:
    client = named.test_client()
    for url in ("/", "/logga-in", "/logga-in/kommunen", "/finns-inte", "/namnd/scn/"):
        answer = client.get(url, headers=headers)

        assert THEIRS not in str(answer.headers)
        assert THEIRS not in answer.get_data(as_text=True)
        assert (answer.status_code == 400) is (headers["Host"] != OURS), url
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


ELSEWHERE = [
    f"{before}{mark}{after}"
    for before in ("", "/", " ", "\t", "\\")
    for mark in ("//", "/\\", "\\/", "https://", "javascript:", "data:text/html,")
    for after in (THEIRS, f"{THEIRS}/namnd")
    if f"{before}{mark}" not in {"/https://", "/javascript:", "/data:text/html,"}
] + [
    f"//{THEIRS}%2f..",
    f"///{THEIRS}",
    f"/\t/{THEIRS}",
    f"/\n/{THEIRS}",
    f"/\r/{THEIRS}",
    f"/\N{ZERO WIDTH SPACE}/{THEIRS}".replace("\N{ZERO WIDTH SPACE}", "\t"),
    f"//user@{THEIRS}",
    f"https:{THEIRS}",
    f"http:/{THEIRS}",
]


def browser_goes_to(location: str) -> str:
    """The host that a browser would go to: it drops tabs and lines, and turns each \\ to /."""
    seen = re.sub(r"[\t\r\n]", "", location).strip().replace("\\", "/")
    found = re.match(r"(?:[a-z]+:)?//+([^/?#]*)", seen, re.IGNORECASE)
    if found:
        return found[1]
    return "a script" if re.match(r"(?:javascript|data|https?):", seen, re.IGNORECASE) else ""


def test_sixty_ways_elsewhere_lead_nowhere(app: Flask) -> None:
    assert len(set(ELSEWHERE)) >= 60
    with app.test_request_context():
        led = {target: browser_goes_to(own_path(target)) for target in ELSEWHERE}

    assert {target: host for target, host in led.items() if host} == {}


@pytest.mark.parametrize("target", [f"//{THEIRS}", f"/\n/{THEIRS}", f"\\/{THEIRS}"])
def test_nor_does_the_login_that_was_given_them(app: Flask, town: Town, target: str) -> None:
    client = PageClient(app)
    client.get("/logga-in")
    assert client.page is not None
    username, password = town.account(Role.CONTROLLER)
    data = {**dict(client.page.form("/logga-in").fields), "next": target}
    answer = client.http.post(
        "/logga-in", data={**data, "username": username, "password": password}
    )

    assert answer.status_code == 303
    assert browser_goes_to(answer.location) == ""


LINES = [
    f"{text}{mark}{more}"
    for text in ("scn", "640823-3234", '{"event":', "a" * 300, "%0d%0a")
    for mark in (
        "\r\n",
        "\n",
        "\r",
        "\x1b[2J\x1b[1;31m",
        "\u2028",
        "\x85",
        "\x00",
        "\x0b",
        "\x9b31m",
    )
    for more in ('{"event": "request", "user_id": 1}', "")
][:50]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    write_log(stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def test_fifty_texts_that_pretend_to_be_lines_of_the_log_are_one_line_each(
    app: Flask, log: io.StringIO
) -> None:
    assert len(LINES) == 50
    client = app.test_client()
    for text in LINES:
        logging.getLogger("provning").warning("ett värde: %s", text)
        answer = client.get("/finns-inte", query_string={"x": text}, headers={"X-Sokord": "y"})
        assert answer.status_code == 404

    # Another reader may end a line where Python's does.
    written = log.getvalue().splitlines()
    events = [json.loads(line)["event"] for line in log.getvalue().split("\n") if line]
    assert len(written) == len(events) == 2 * len(LINES)
    assert "\x1b" not in log.getvalue()
    assert events.count("request") == len(LINES)
