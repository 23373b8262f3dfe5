"""Apps that trust a provider on loopback, and what a login through it leaves."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import sqlalchemy as sa
from flask import Flask

from internkontroll.accounts.models import ExternalIdentity, LoginSession, RoleGrant
from internkontroll.core.access import Role
from internkontroll.core.database import db
from tests.client import Page, PageClient
from tests.conftest import MovableClock, closing, make_app
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider

GROUPS = [
    {"group": "ik-scn-lasare", "role": "läsare", "board": "SCN"},
    {"group": "ik-scn-iu1", "role": "ledamot", "board": "SCN", "subcommittee": "IU1"},
    {"group": "ik-amn", "role": "controller", "board": "AMN"},
    {"group": "ik-admin", "role": "administratör"},
    {"group": "ik-bortglomd", "role": "läsare", "board": "ZZZ"},
]
NOT_BELIEVED = "gick inte att lita på"
MakeApp = Callable[..., Flask]


@contextmanager
def apps_that_trust(
    provider: OidcProvider, url: str, folder: Path, clock: MovableClock
) -> Iterator[MakeApp]:
    """Makes apps that trust the provider, with settings of the test's own."""
    with ExitStack() as opened:

        def made(**settings: Any) -> Flask:
            mapping = folder / "grupper.json"
            mapping.write_text(json.dumps(GROUPS), encoding="utf-8")
            given = {
                "OIDC_ISSUER": provider.address,
                "OIDC_CLIENT_ID": CLIENT_ID,
                "OIDC_CLIENT_SECRET": CLIENT_SECRET,
                "OIDC_ACR": ("loa3", "loa4"),
                "OIDC_ROLES_FILE": mapping,
                "OIDC_CREATE_ACCOUNTS": True,
                "REQUIRE_CODE": True,
            }
            return opened.enter_context(
                closing(make_app(url, folder, clock, **{**given, **settings}))
            )

        yield made


def answer_of(client: PageClient, start: str = "/logga-in/kommunen") -> str:
    """Go to the provider as the browser does, and come back with its answer's address."""
    sent = client.http.get(start)
    assert sent.status_code == 303
    back = requests.get(sent.location, allow_redirects=False, timeout=5)
    parts = urlsplit(back.headers["Location"])
    assert parts.path == "/logga-in/kommunen/svar"
    return f"{parts.path}?{parts.query}"


def log_in(app: Flask, status: int = 200, start: str = "/logga-in/kommunen") -> PageClient:
    client = PageClient(app)
    client.get(answer_of(client, start), status)
    return client


def said(client: PageClient) -> Page:
    assert client.page is not None
    return client.page


def nobody_is_logged_in(app: Flask, client: PageClient) -> bool:
    with client.http.session_transaction() as cookie:
        free = "_user_id" not in cookie
    with app.app_context():
        return free and not db.session.scalar(sa.select(sa.func.count(LoginSession.id)))


def roles(app: Flask) -> set[tuple[Role, str | None]]:
    with app.app_context():
        rows = db.session.scalars(
            sa.select(RoleGrant)
            .join(ExternalIdentity, ExternalIdentity.user_id == RoleGrant.user_id)
            .where(RoleGrant.valid_to >= app.extensions["clock"]().date())
        )
        return {(row.role, row.board.code if row.board else None) for row in rows}
