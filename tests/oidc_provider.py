"""A real provider of OpenID Connect on loopback, that can be told to misbehave.

It follows the authorization code flow with PKCE: discovery, authorize, token, jwks, RS256.
"""

import base64
import hashlib
import json
import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from werkzeug import Request, Response
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "internkontroll", "en hemlighet som bara provningen har"
OTHER = "https://nagon-annan.example"


@cache
def key(name: str) -> RSAKey:
    """A key pair of the provider's; the name tells the true one from the false."""
    return RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})


@dataclass
class OidcProvider:
    """What the provider says of whoever logs in next, and how it goes wrong."""

    clock: Callable[[], datetime]
    address: str = ""
    subject: str = "4f0c-subject"
    acr: str | None = "loa3"
    groups: Any = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    fault: str = ""
    asked_for: dict[str, str] = field(default_factory=dict)
    """What the latest browser was sent with."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __call__(self, environ: Any, start: Any) -> Any:
        """Answer one request (WSGI)."""
        request = Request(environ)
        view = {
            "/.well-known/openid-configuration": self.discovery,
            "/authorize": self.authorize,
            "/token": self.token,
            "/jwks": self.jwks,
        }.get(request.path)
        answer = view(request) if view else Response("not found", 404)
        return answer(environ, start)

    def discovery(self, _request: Request) -> Response:
        issuer = OTHER if self.fault == "another issuer's metadata" else self.address
        return as_json(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/jwks",
                "end_session_endpoint": f"{self.address}/logout",
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def authorize(self, request: Request) -> Response:
        """The person logs in here at once; the browser takes the code back."""
        asked = request.args.to_dict()
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        self.asked_for = asked
        back = {"state": asked["state"], "iss": self.address}
        if self.fault == "declined":
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_urlsafe(16)
            self.codes[back["code"]] = asked
        if self.fault == "another issuer's answer":
            back["iss"] = OTHER
        return Response(
            status=302, headers={"Location": f"{asked['redirect_uri']}?{urlencode(back)}"}
        )

    def token(self, request: Request) -> Response:
        """Give the token for a code, once, to the one who can prove to have asked for it."""
        given = request.form
        login = request.authorization
        if login is None or (login.username, login.password) != (CLIENT_ID, CLIENT_SECRET):
            return as_json({"error": "invalid_client"}, 401)
        asked = self.codes.pop(given.get("code", ""), None)
        if asked is None or given.get("redirect_uri") != asked["redirect_uri"]:
            return as_json({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if challenge != asked["code_challenge"]:
            return as_json({"error": "invalid_grant"}, 400)
        answer = {
            "access_token": secrets.token_urlsafe(16),
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.id_token(asked["nonce"]),
        }
        if self.fault == "no identity":
            del answer["id_token"]
        return as_json(answer)

    def id_token(self, nonce: str) -> str:
        """Who logged in, signed; or what the fault makes of it."""
        at = int(self.clock().timestamp())
        claims: dict[str, Any] = {
            "iss": self.address,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "exp": at + 300,
            "iat": at,
            "nonce": nonce,
            "groups": self.groups,
            **({"acr": self.acr} if self.acr else {}),
            **self.more,
        }
        claims |= {
            "wrong nonce": {"nonce": "en annan"},
            "wrong issuer": {"iss": OTHER},
            "wrong audience": {"aud": "ett annat program"},
            "another's party": {"aud": [CLIENT_ID, "ett annat"], "azp": "ett annat"},
            "expired": {"exp": at - 3600, "iat": at - 7200},
            "from the future": {"iat": at + 3600},
            "empty subject": {"sub": ""},
            "wrong access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        }.get(self.fault, {})
        if self.fault == "no nonce":
            del claims["nonce"]
        if self.fault == "unsigned":
            return f"{part({'alg': 'none'})}.{part(claims)}."
        if self.fault == "signed by our secret":
            header = {"alg": "HS256", "kid": "k1"}
            return jwt.encode(header, claims, OctKey.import_key(CLIENT_SECRET.encode().ljust(32)))
        name = "false" if self.fault == "bad signature" else "true"
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key(name))

    def jwks(self, _request: Request) -> Response:
        return as_json({"keys": [key("true").as_dict(private=False)]})


def part(value: dict[str, Any]) -> str:
    """A part of a token that nobody has signed."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def as_json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status, mimetype="application/json")


@contextmanager
def oidc_provider(clock: Callable[[], datetime]) -> Iterator[OidcProvider]:
    """The provider, running on a free port of loopback."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    made = OidcProvider(clock)
    server = make_server("127.0.0.1", 0, made, threaded=True)
    made.address = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
