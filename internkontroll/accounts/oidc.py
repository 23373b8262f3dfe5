"""Samtalet med kommunens inloggning: OpenID Connect, authorization code with PKCE.

Nothing that the browser brings is believed: only what the provider says when it is asked directly,
signed by its published keys, for us, now, and for the login that this browser began (OpenID Connect
Core 1.0, 3.1.3.7; RFC 7636; RFC 9207; RFC 9700).

The libraries are two hundred modules and are read when somebody logs in this way, not at start.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from internkontroll.accounts.rules.provider import Vouched
from internkontroll.core.errors import DomainError

log = logging.getLogger(__name__)

SECONDS_TO_ANSWER = 5
LEEWAY = 60
"""Seconds that the provider's clock may differ from ours."""
ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures that are taken. Never "none", and none by a shared secret."""
LONGEST_SUBJECT = 255
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

NO_ANSWER = (
    "Kommunens inloggning svarar inte. Försök igen om en stund, eller logga in med lösenord."
)
NOT_BELIEVED = (
    "Svaret från kommunens inloggning gick inte att lita på, så du är inte inloggad. Försök igen. "
    "Händer det flera gånger: säg till kommunens it-stöd."
)


class ProviderRefused(DomainError):
    """Nobody is logged in: the sentence says what to do."""


@dataclass(frozen=True)
class Provider:
    """Kommunens inloggning, as the settings name it.

    ``levels`` are the values of ``acr`` that count as a code; they are asked for in that order.
    """

    issuer: str
    client_id: str
    client_secret: str
    levels: tuple[str, ...] = ()
    groups_claim: str = "groups"


@dataclass(frozen=True)
class Begun:
    """A login that this browser has begun: where it goes, and what the answer must match."""

    url: str
    state: str
    nonce: str
    verifier: str


def is_private(url: object) -> bool:
    """Whether nobody on the way can read what is sent there: https, or this machine itself."""
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _fetch(url: object) -> dict[str, Any]:
    if not isinstance(url, str) or not is_private(url):
        raise ProviderRefused(NOT_BELIEVED)
    import requests

    try:
        answer = requests.get(url, timeout=SECONDS_TO_ANSWER, allow_redirects=False)
        found = answer.json() if answer.status_code == 200 else None
    except (requests.RequestException, ValueError) as error:
        log.warning("the provider did not answer", exc_info=error)
        raise ProviderRefused(NO_ANSWER) from error
    if not isinstance(found, dict):
        raise ProviderRefused(NO_ANSWER)
    return found


def _metadata(provider: Provider) -> dict[str, Any]:
    """What the provider says of itself; it must be the one that the settings name."""
    found = _fetch(f"{provider.issuer}/.well-known/openid-configuration")
    told = found.get("issuer")
    if not isinstance(told, str) or told.rstrip("/") != provider.issuer:
        raise ProviderRefused(NOT_BELIEVED)
    if not all(is_private(found.get(f"{name}_endpoint")) for name in ("authorization", "token")):
        raise ProviderRefused(NOT_BELIEVED)
    return found


def _client(provider: Provider, redirect_uri: str) -> Any:
    from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]

    return OAuth2Session(
        provider.client_id,
        provider.client_secret,
        scope="openid profile",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )


def begin(provider: Provider, redirect_uri: str) -> Begun:
    """Påbörja en inloggning: where the browser is sent. Raises ProviderRefused."""
    from authlib.common.security import generate_token  # type: ignore[import-untyped]

    metadata = _metadata(provider)
    verifier, nonce = generate_token(64), generate_token(32)
    more = {"acr_values": " ".join(provider.levels)} if provider.levels else {}
    with _client(provider, redirect_uri) as client:
        url, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **more
        )
    return Begun(url, state, nonce, verifier)


def finish(
    provider: Provider,
    begun: Begun,
    *,
    code: str,
    issuer: str | None,
    redirect_uri: str,
    at: datetime,
) -> Vouched:
    """Byt koden mot ett intyg, and verify it. Raises ProviderRefused for whatever is amiss.

    ``issuer`` is who the answer says it is from, where it says so (RFC 9207).
    """
    import requests
    from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
    from joserfc.errors import JoseError

    metadata = _metadata(provider)
    if issuer is not None and issuer != metadata["issuer"]:
        raise ProviderRefused(NOT_BELIEVED)
    try:
        with _client(provider, redirect_uri) as client:
            token = client.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=begun.verifier,
                timeout=SECONDS_TO_ANSWER,
                allow_redirects=False,
            )
        claims = _claims(provider, metadata, token, begun.nonce, at)
    except requests.RequestException as error:
        log.warning("the provider did not answer", exc_info=error)
        raise ProviderRefused(NO_ANSWER) from error
    except (AuthlibBaseError, JoseError, ValueError, TypeError, KeyError) as error:
        log.warning("the provider's word was not taken", exc_info=error)
        raise ProviderRefused(NOT_BELIEVED) from error
    return _vouched(provider, metadata, claims)


def _claims(
    provider: Provider, metadata: dict[str, Any], token: dict[str, Any], nonce: str, at: datetime
) -> dict[str, Any]:
    from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
    from joserfc import jwt
    from joserfc.jwk import KeySet

    keys = KeySet.import_key_set(_fetch(metadata.get("jwks_uri")))  # type: ignore[arg-type]
    decoded = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS)
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={
            "iss": {"essential": True, "value": metadata["issuer"]},
            "aud": {"essential": True, "value": provider.client_id},
            "nonce": {"essential": True, "value": nonce},
            "sub": {"essential": True},
        },
        params={
            "nonce": nonce,
            "client_id": provider.client_id,
            "access_token": token.get("access_token"),
        },
    )
    claims.validate(now=int(at.timestamp()), leeway=LEEWAY)
    return dict(claims)


def _vouched(provider: Provider, metadata: dict[str, Any], claims: dict[str, Any]) -> Vouched:
    groups = claims.get(provider.groups_claim, [])
    subject = claims["sub"]
    fits = isinstance(groups, list) and all(isinstance(group, str) for group in groups)
    if not fits or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise ProviderRefused(NOT_BELIEVED)
    return Vouched(
        issuer=provider.issuer,
        subject=subject,
        groups=frozenset(groups),
        level=_text(claims.get("acr")),
        username=_text(claims.get("preferred_username")),
        name=_text(claims.get("name")),
        log_out_url=_log_out_url(provider, metadata),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _log_out_url(provider: Provider, metadata: dict[str, Any]) -> str | None:
    url = metadata.get("end_session_endpoint")
    if not isinstance(url, str) or not is_private(url):
        return None
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'client_id': provider.client_id})}"
