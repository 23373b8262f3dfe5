"""Känd webbläsare: one that the account has logged in from keeps tries of its own.

Without it a stranger who knows a user name could keep its owner out for ever, by failing ten times
a quarter. The cookie opens nothing: it only says whose failures are counted together (OWASP,
"Slow down online guessing attacks with device cookies").
"""

import secrets
from datetime import timedelta
from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from internkontroll.accounts.rules import name_digest
from internkontroll.accounts.rules.guessing import address_digest
from internkontroll.accounts.services.buckets import Asker
from internkontroll.web.access import now

LASTS = timedelta(days=365)
"""How long a browser is known after a login; the program itself asks when that was."""
ACCOUNTS = 5
"""How many accounts a browser that people share is known to: those that logged in last."""


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known-browser-2")


def _name() -> str:
    return "__Host-browser" if current_app.config["SESSION_COOKIE_SECURE"] else "browser"


def _known() -> list[list[Any]]:
    """What the browser brings: name digest, mark and second of each login, the latest first."""
    try:
        entries = _signer().loads(request.cookies.get(_name(), ""))
    except BadSignature:
        return []
    since = now().timestamp() - LASTS.total_seconds()
    return [entry for entry in entries if entry[2] >= since]


def asker(username: str) -> Asker:
    """Who tries to log in with the name: a browser that knows it, or a stranger's address.

    The address is the one that the settings let a proxy of one's own vouch for (PROXY_HOPS).
    """
    digest = name_digest(username)
    mark = next((entry[1] for entry in _known() if entry[0] == digest), None)
    if mark is not None:
        return Asker(browser=mark)
    address = address_digest(request.remote_addr or "", current_app.config["SECRET_KEY"])
    return Asker(address=address)


def remember_browser(answer: Response, username: str) -> None:
    """Let the browser be known the next time somebody logs in with the name, by a new mark."""
    digest = name_digest(username)
    mine = [digest, secrets.token_hex(16), int(now().timestamp())]
    others = [entry for entry in _known() if entry[0] != digest]
    answer.set_cookie(
        _name(),
        _signer().dumps([mine, *others[: ACCOUNTS - 1]]),
        max_age=LASTS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Strict",
        path="/",
    )
