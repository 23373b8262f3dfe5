"""Hash and verify passwords: argon2id, always one verification."""

import secrets
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from internkontroll.accounts.rules import folded_password

_HASHER = PasswordHasher()


def _hash_of_nobody() -> str:
    """A hash in form, of the program's own cost, that no known password gives.

    It is made of random bytes and not by hashing, which would hold up every start.
    """
    salt, digest = (
        b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (_HASHER.salt_len, _HASHER.hash_len)
    )
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${digest}"


_NOBODY = _hash_of_nobody()
"""Verified when the name is unknown, so that unknown and wrong take the same time."""

_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Signs that are not mistaken for each other on paper."""


def hashed(password: str) -> str:
    """The argon2id hash of a password, salt and cost in it."""
    return _HASHER.hash(folded_password(password))


def verifies(password_hash: str | None, password: str) -> bool:
    """Whether the password is the hash's. Without a hash just as long is spent on a No."""
    try:
        return _HASHER.verify(password_hash or _NOBODY, folded_password(password))
    except (VerificationError, InvalidHashError):
        return False


def _groups(count: int, signs: int) -> str:
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(signs)) for _ in range(count))


def start_password() -> str:
    """A password to hand over: four groups of five signs, 99 bits."""
    return _groups(4, 5)


def recovery_code() -> str:
    """A reserve code: four groups of four signs, 79 bits."""
    return _groups(4, 4)


def no_password() -> str:
    """A hash that no password gives, for an account that another login vouches for."""
    return _hash_of_nobody()
