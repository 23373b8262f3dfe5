"""Känd webbläsare: one that the account has logged in from keeps tries of its own.

Without it a stranger who knows a user name could keep its owner out for ever, by failing ten times
a quarter. The cookie opens nothing: it only says whose failures are counted together (OWASP,
"Slow down online guessing attacks with device cookies").
"""

import secrets

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from internkontroll.accounts.rules import name_digest

LASTS = 365 * 24 * 3600
"""Seconds that a browser keeps it."""


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known-browser")


def _name() -> str:
    return "__Host-browser" if current_app.config["SESSION_COOKIE_SECURE"] else "browser"


def known_browser(username: str) -> str | None:
    """What tells this browser from others that know the typed name; None for an unknown one."""
    try:
        digest, mark = _signer().loads(request.cookies.get(_name(), ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return str(mark) if digest == name_digest(username) else None


def remember_browser(answer: Response, username: str) -> None:
    """Let the browser be known the next time somebody logs in with the name."""
    mark = known_browser(username) or secrets.token_hex(16)
    answer.set_cookie(
        _name(),
        _signer().dumps([name_digest(username), mark]),
        max_age=LASTS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Strict",
        path="/",
    )
