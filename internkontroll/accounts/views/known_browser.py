"""Känd webbläsare: one that the account has logged in from keeps tries of its own.

Without it a stranger who knows a user name could keep its owner out for ever, by failing ten times
a quarter. The cookie opens nothing: it only says whose failures are counted together (OWASP,
"Slow down online guessing attacks with device cookies"). It is sealed with the password that was
given: when that is changed or reset every browser is a stranger again, a thief's too.
"""

import hmac
import secrets
from datetime import timedelta
from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from internkontroll.accounts.queries import user_by_name
from internkontroll.accounts.rules import name_digest
from internkontroll.accounts.rules.guessing import address_digest, password_seal
from internkontroll.accounts.services.buckets import Asker
from internkontroll.web.access import now, session

LASTS = timedelta(days=365)
"""How long a browser is known after a login; the program itself asks when that was."""
ACCOUNTS = 5
"""How many accounts a browser that people share is known to: those that logged in last."""


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known-browser-3")


def _name() -> str:
    return "__Host-browser" if current_app.config["SESSION_COOKIE_SECURE"] else "browser"


def _known() -> list[list[Any]]:
    """What the browser brings, the latest login first: name digest, mark, second and seal."""
    try:
        entries = _signer().loads(request.cookies.get(_name(), ""))
    except BadSignature:
        return []
    since = now().timestamp() - LASTS.total_seconds()
    return [entry for entry in entries if entry[2] >= since]


def _seal(username: str) -> str | None:
    user = user_by_name(session(), username)
    key = current_app.config["SECRET_KEY"]
    return password_seal(user.id, user.password_hash, key) if user else None


def asker(username: str) -> Asker:
    """Who tries to log in with the name: a browser that knows it, or a stranger's address.

    The address is the one that the settings let a proxy of one's own vouch for (PROXY_HOPS).
    """
    digest = name_digest(username)
    known = next((entry for entry in _known() if entry[0] == digest), None)
    if known is not None and hmac.compare_digest(known[3], _seal(username) or ""):
        return Asker(browser=known[1])
    address = address_digest(request.remote_addr or "", current_app.config["SECRET_KEY"])
    return Asker(address=address)


def remember_browser(answer: Response, username: str) -> None:
    """Let the browser be known the next time somebody logs in with the name, by a new mark.

    It is sealed with the password that holds now, so it is called after a change, not before.
    """
    seal = _seal(username)
    if seal is None:
        return
    digest = name_digest(username)
    mine = [digest, secrets.token_hex(16), int(now().timestamp()), seal]
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
