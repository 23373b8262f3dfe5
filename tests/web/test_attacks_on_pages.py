"""Forms from elsewhere, scripts in texts, signs that break things, and headers on every answer."""

import hashlib
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from internkontroll.core.access import Role
from internkontroll.core.base import Base
from internkontroll.core.database import intent_to_write
from tests.client import PageReader
from tests.conftest import MovableClock, closing, make_app
from tests.databases import Databases
from tests.poisoned import poison
from tests.web.test_forged_forms import forms_of, fresh_site, pages_of, with_first_choices
from tests.web.test_route_matrix import EXPECTED, PUBLIC, address_in, client_of, methods_of
from tests.world import AT, ROLE_ACCOUNTS, log_in_directly

EVIL = "https://evil.example"


@pytest.fixture(scope="module")
def guarded_app(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration with its forms' tokens as they are for real."""
    with databases.fresh_world() as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with intent_to_write(), Session(engine) as session:
            for username in ROLE_ACCOUNTS.values():
                log_in_directly(session, username)
            session.commit()
        engine.dispose()
        folder = tmp_path_factory.mktemp("guarded")
        with closing(make_app(url, folder, MovableClock(AT))) as app:
            yield app


def whose(endpoint: str) -> Role | None:
    """Somebody who may use the route; nobody where it is public."""
    row = EXPECTED[endpoint]
    if row["rule"] == PUBLIC:
        return None
    return next(role for role in Role if row[role.value] == "ja")


def writing(app: Flask) -> list[tuple[str, Role | None]]:
    """Each route that takes a form, with somebody who may send it."""
    return [
        (endpoint, whose(endpoint)) for endpoint in EXPECTED if "POST" in methods_of(app, endpoint)
    ]


def rows(app: Flask) -> dict[str, str]:
    """A digest of every table, but for when somebody was last seen and what was opened."""
    engine = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
    quiet = {"login_session", "trail_row", "trail_payload", "reading"}
    with engine.connect() as connection:
        found = {
            name: hashlib.sha256(
                repr(sorted(map(repr, connection.execute(sa.select(table))))).encode()
            ).hexdigest()
            for name, table in Base.metadata.tables.items()
            if name not in quiet
        }
    engine.dispose()
    return found


def token_for(client: FlaskClient) -> str:
    """A token of that browser's own, as any page's form carries it."""
    with client.get("/min-profil" if "_user_id" in cookie_of(client) else "/logga-in") as answer:
        reader = PageReader()
        reader.feed(answer.get_data(as_text=True))
    return next(one["value"] for one in reader.controls if one.get("name") == "csrf_token")


def cookie_of(client: FlaskClient) -> dict[str, Any]:
    with client.session_transaction() as cookie:
        return dict(cookie)


def test_no_form_is_taken_without_its_own_token_or_from_another_site(guarded_app: Flask) -> None:
    app, before, taken, tried = guarded_app, rows(guarded_app), [], 0
    clients = {role: client_of(app, role) for role in (None, *Role)}
    tokens = {role: token_for(client) for role, client in clients.items()}
    strangers = token_for(app.test_client())
    key = "0123456789abcdef0123"
    for endpoint, role in writing(app):
        to = address_in(app, endpoint, None)
        own = {"csrf_token": tokens[role], "key": key}
        for sent, headers in (
            ({"key": key}, {}),
            ({"csrf_token": strangers, "key": key}, {}),
            (own, {"Origin": EVIL}),
            (own, {"Origin": "null"}),
            (own, {"Sec-Fetch-Site": "cross-site"}),
            (own, {"Sec-Fetch-Site": "same-site"}),
        ):
            with clients[role].post(to, data=sent, headers=headers) as answer:
                tried += 1
                if answer.status_code != (403 if headers else 400):
                    taken.append(f"{endpoint} {headers or sent}: {answer.status_code}")

    assert not taken, "\n".join(taken)
    assert tried > 6 * 100
    assert rows(app) == before


FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
POLICY = (
    "default-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
)


def missing_headers(answer: TestResponse, *, is_file: bool) -> list[str]:
    policy = answer.headers.get("Content-Security-Policy", "")
    found = [name for name, value in FIXED.items() if answer.headers.get(name) != value]
    found += [part for part in POLICY if part not in policy]
    found += ["unsafe"] if "unsafe" in policy or "*" in policy else []
    if not is_file and answer.headers.get("Cache-Control") != "no-store":
        found.append("Cache-Control")
    if {"Server", "X-Powered-By"} & set(answer.headers.keys()):
        found.append("says what it runs on")
    return found


def test_every_answer_of_every_route_carries_the_headers_errors_too(guarded_app: Flask) -> None:
    app, wrong, statuses = guarded_app, [], set()
    methods = {None: ("GET", "POST"), Role.ADMINISTRATOR: ("GET", "PUT"), Role.CHAIR: ("GET",)}
    for role, asked in methods.items():
        client = client_of(app, role)
        tries = [
            (address_in(app, endpoint, None), method, endpoint)
            for endpoint in EXPECTED
            for method in asked
        ]
        tries += [("/finns-inte", "GET", ""), ("/static/finns-inte.js", "GET", "static")]
        for to, method, endpoint in tries:
            with client.open(to, method=method) as answer:
                statuses.add(answer.status_code)
                if lacks := missing_headers(answer, is_file=endpoint == "static"):
                    wrong.append(f"{method} {endpoint} {answer.status_code}: {lacks}")

    assert not wrong, "\n".join(wrong[:20])
    assert {200, 303, 400, 403, 404, 405} <= statuses


def test_a_head_changes_nothing_either(guarded_app: Flask) -> None:
    before = rows(guarded_app)
    client = client_of(guarded_app, Role.CONTROLLER)
    for endpoint in EXPECTED:
        if endpoint != "accounts.provider_login":
            with client.head(address_in(guarded_app, endpoint, None)) as answer:
                assert answer.get_data() == b"", endpoint

    assert rows(guarded_app) == before


MARK = "xss"
"""What each payload would make an element, an attribute or a scheme of, if it were let to."""
_TEMPLATES = (
    "<xss{n}>",
    "</textarea><xss{n}>",
    "</title><xss{n}>",
    '"><xss{n}>',
    "'><xss{n}>",
    '" onxss{n}="1',
    "' onxss{n}='1",
    " onxss{n}=1 ",
    "--><xss{n}>",
    "]]><xss{n}>",
    "<svg/onxss{n}=1>",
    "<img src=x onxss{n}=1>",
    "javascript:xss{n}",
    "&lt;xss{n}&gt;<xss{n}>",
    "{{{{ '<xss{n}>'|safe }}}}",
    "{{% raw %}}<xss{n}>",
    "</script><xss{n}>",
    "<!--<xss{n}>",
    "<style onxss{n}=1>",
    "\N{FULLWIDTH LESS-THAN SIGN}xss{n}><xss{n}>",
)
PAYLOADS = [template.format(n=n) for n in range(10) for template in _TEMPLATES]


class Executed(HTMLParser):
    """Finds what a payload became, if it became anything but text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.shown = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag."""
        leads = {"href", "src", "action", "formaction"}
        for name, value in attrs:
            runs = name in leads and (value or "").strip().lower().startswith("javascript:")
            if name.startswith(f"on{MARK}") or runs:
                self.found.append(f"<{tag} {name}={value}>")
        if tag.startswith(MARK) or any(name.startswith(MARK) for name, _ in attrs):
            self.found.append(f"<{tag}>")

    def handle_data(self, data: str) -> None:
        """Count what is shown as the text that it is."""
        self.shown += MARK in data


def test_two_hundred_scripts_in_every_text_are_text_on_every_page(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert len(set(PAYLOADS)) == 200
    opened, shown, wrong = 0, 0, []
    with fresh_site(databases, tmp_path_factory.mktemp("poisoned")) as app:
        # A text that a program wrote may no longer be read: then there is an error page to look at.
        app.config["TESTING"] = False
        engine = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
        with intent_to_write(), Session(engine) as session:
            columns = poison(session, PAYLOADS)
            session.commit()
        engine.dispose()
        for role in (Role.CONTROLLER, Role.ADMINISTRATOR, Role.CHAIR):
            client = client_of(app, role)
            for endpoint, row in EXPECTED.items():
                if row["rule"] == PUBLIC or row[role.value] == "nej":
                    continue
                if "GET" not in methods_of(app, endpoint) or endpoint == "accounts.logout":
                    continue
                committee = "IU1" if role is Role.CHAIR else None
                with client.get(address_in(app, endpoint, committee)) as answer:
                    if answer.mimetype != "text/html":
                        continue
                    reader = Executed()
                    reader.feed(answer.get_data(as_text=True))
                    opened += answer.status_code == 200
                    shown += reader.shown
                    wrong += [f"{endpoint}: {one}" for one in reader.found]

    assert not wrong, "\n".join(wrong[:20])
    assert columns >= 20
    assert opened > 100
    assert shown > 500


BREAKING = (
    "a\x00b\x0b\x1f\x7f",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe\N{ZERO WIDTH JOINER}\ufffe\uffff\N{PARAGRAPH SEPARATOR}",
    "a\N{COMBINING RING ABOVE}" + "\N{COMBINING ACUTE ACCENT}" * 200 + "\U0001f9d1\u200d\U0001f680",
    "9" * 400,
)


def test_no_form_breaks_on_any_sign(databases: Databases, tmp_path_factory: Any) -> None:
    broken, tried = [], 0
    with fresh_site(databases, tmp_path_factory.mktemp("signs")) as app:
        client, seen = client_of(app, Role.CONTROLLER), set()
        for page in list(pages_of(app, client)):
            forms = forms_of(page)
            with_first_choices(page, forms)
            for form in forms:
                if form.action in seen:
                    continue
                seen.add(form.action)
                for text in BREAKING:
                    tried += 1
                    with client.post(form.action, data=dict(form.typed(text))) as answer:
                        if answer.status_code >= 500:
                            broken.append(f"{form.action} {text[:9]!r}: {answer.status_code}")

    assert not broken, "\n".join(broken)
    assert tried > 100
