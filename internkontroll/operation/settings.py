"""Inställningarnas granskning: which settings a real installation may not have. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

SHORTEST_SECRET = 32
FEWEST_SIGNS = 8
"""A key of fewer different characters is typed, not drawn."""

HOW_TO_MAKE = "python3 -c 'import secrets; print(secrets.token_hex(32))'"


class Weight(StrEnum):
    """Hur allvarligt: whether the program refuses to start because of it."""

    REFUSES = "refuses"
    WARNS = "warns"


@dataclass(frozen=True)
class Remark:
    """Anmärkning: what is wrong and what to do about it, in Swedish."""

    sentence: str
    weight: Weight = Weight.REFUSES


def _weak(secret: str) -> bool:
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_SIGNS


def _remarks_on_secrets(settings: Mapping[str, Any]) -> Iterator[Remark]:
    key, token = settings.get("SECRET_KEY") or "", settings.get("METRICS_TOKEN") or ""
    if not key:
        yield Remark(f"SECRET_KEY saknas. Skapa en med {HOW_TO_MAKE} och sätt den i miljön.")
    elif _weak(key):
        yield Remark(
            f"SECRET_KEY är för lätt att gissa. Den ska ha minst {SHORTEST_SECRET} slumpade "
            f"tecken: {HOW_TO_MAKE}"
        )
    if token and _weak(token):
        yield Remark(
            f"METRICS_TOKEN är för lätt att gissa. Den ska ha minst {SHORTEST_SECRET} slumpade "
            f"tecken: {HOW_TO_MAKE}"
        )


def _remarks_on_the_web(settings: Mapping[str, Any]) -> Iterator[Remark]:
    if settings.get("DEBUG") or settings.get("TESTING"):
        yield Remark("Felsökningsläget är på. Ta bort DEBUG och TESTING ur inställningarna.")
    cookie = settings.get("SESSION_COOKIE_SECURE")
    if not cookie or not settings.get("SESSION_COOKIE_HTTPONLY"):
        yield Remark(
            "Sessionens kaka skickas utan skydd. Ta bort HTTPS=0 och låt en proxy med https stå "
            "framför programmet."
        )
    hosts = settings.get("TRUSTED_HOSTS") or []
    if not hosts:
        yield Remark(
            "TRUSTED_HOSTS saknas. Ange det namn som programmet nås på, till exempel "
            "TRUSTED_HOSTS=internkontroll.kommunen.se."
        )
    elif any("*" in host or host.startswith(".") for host in hosts):
        yield Remark("TRUSTED_HOSTS släpper in vilket namn som helst. Skriv ut varje namn helt.")


def _unsafe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme != "https" or not parts.hostname


def _remarks_on_login(settings: Mapping[str, Any]) -> Iterator[Remark]:
    issuer, levels = settings.get("OIDC_ISSUER"), settings.get("OIDC_ACR")
    if not settings.get("REQUIRE_CODE"):
        if issuer and levels:
            yield Remark(
                "Den som har lösenord hos oss loggar in utan kod. Ta bort REQUIRE_CODE=0, och låt "
                "dem som ser ärenden använda kommunens inloggning.",
                Weight.WARNS,
            )
        else:
            yield Remark(
                "Den som ser ärenden kan logga in med bara lösenord. Ta bort REQUIRE_CODE=0, eller "
                "anslut kommunens inloggning med OIDC_ISSUER och OIDC_ACR."
            )
    if not issuer:
        return
    if _unsafe(issuer):
        yield Remark("Kommunens inloggning nås utan skydd. OIDC_ISSUER ska börja med https://.")
    if not settings.get("OIDC_CLIENT_ID"):
        yield Remark(
            "OIDC_CLIENT_ID saknas. Ange det namn som kommunens inloggning gav programmet."
        )
    if not settings.get("OIDC_CLIENT_SECRET"):
        yield Remark("OIDC_CLIENT_SECRET saknas. Ange hemligheten som hör till OIDC_CLIENT_ID.")
    if not levels:
        yield Remark(
            "Ingen som ser ärenden kan använda kommunens inloggning. Ange i OIDC_ACR vilka nivåer "
            "där som motsvarar en kod.",
            Weight.WARNS,
        )


def remarks_on_settings(settings: Mapping[str, Any]) -> list[Remark]:
    """Every setting that a real installation may not have.

    ``settings`` are upper-case names as in :class:`config.Config`. An empty list means fit.
    """
    remarks = [
        *_remarks_on_secrets(settings),
        *_remarks_on_the_web(settings),
        *_remarks_on_login(settings),
    ]
    sqlite = str(settings.get("SQLALCHEMY_DATABASE_URI", "")).startswith("sqlite")
    if sqlite and int(settings.get("WORKERS", 1)) > 1:
        remarks.append(
            Remark(
                "SQLite delas av flera processer. Sätt WEB_CONCURRENCY=1, eller byt till "
                "PostgreSQL med DATABASE_URL."
            )
        )
    return remarks
