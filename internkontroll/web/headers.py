"""Headers of every answer: what a browser may load, keep and be told."""

import secrets
from collections.abc import Callable, MutableMapping

from flask import Flask, Response, g, request


def _nonce() -> str:
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _policy(scripts: str) -> str:
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        )
    )


def _fixed(*, https: bool) -> dict[str, str]:
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


def headers_of_files(*, https: bool) -> Callable[[MutableMapping[str, str], str, str], None]:
    """What whitenoise sets on a file that it hands out before the app is asked.

    A file runs no script of its own: an image opened alone may be a document with scripts in it.
    """
    fixed = {"Content-Security-Policy": _policy("'none'"), **_fixed(https=https)}

    def add(headers: MutableMapping[str, str], _path: str, _url: str) -> None:
        for name, value in fixed.items():
            headers[name] = value

    return add


def register(app: Flask) -> None:
    """Set the headers on every answer, errors and files too."""
    app.jinja_env.globals["csp_nonce"] = _nonce
    fixed = _fixed(https=app.config["SESSION_COOKIE_SECURE"])

    @app.after_request
    def protect(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", _policy(f"'nonce-{_nonce()}'"))
        answer.headers.update(fixed)
        if request.endpoint != "static":
            answer.headers["Cache-Control"] = "no-store"
        return answer
