"""När en session lever och när inloggning är spärrad."""

import hashlib
from datetime import datetime, timedelta

from internkontroll.core.errors import InvalidInput

PASSWORD_MIN = 12
"""Shortest password in characters; no other rule (ASVS 5.0, 6.2)."""


def session_digest(token: str) -> str:
    """What the database knows of a session's secret name: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


def name_digest(username: str) -> str:
    """What a failed login leaves behind of the typed name: SHA-256 of it, folded."""
    return hashlib.sha256(fold_username(username).encode()).hexdigest()


def fold_username(username: str) -> str:
    """User names are compared without case and outer spaces."""
    return username.strip().lower()


def is_alive(
    *,
    created_at: datetime,
    last_seen_at: datetime,
    ended_at: datetime | None,
    at: datetime,
    idle_limit: timedelta,
    absolute_limit: timedelta,
) -> bool:
    """Whether a session may still be used: not ended, not idle too long, not too old."""
    if ended_at is not None:
        return False
    return at - last_seen_at <= idle_limit and at - created_at <= absolute_limit


def check_password(password: str) -> None:
    """Refuse a password that is too short (InvalidInput). Length is the only rule."""
    if len(password) < PASSWORD_MIN:
        raise InvalidInput(
            f"Lösenordet är för kort. Använd minst {PASSWORD_MIN} tecken, gärna flera ord.",
            field="password",
        )
