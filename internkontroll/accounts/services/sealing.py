"""Seal what must be read again: a stolen database alone gives no codes."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

_PURPOSE = b"internkontroll: second factor, 1"


class Sealer:
    """Försegling: texts sealed for one account with a key derived from the installation's own.

    ``key`` is SECRET_KEY. AES-128-CBC with HMAC-SHA256 (Fernet); the account's number lies inside,
    so that a sealed text moved to another account opens nothing.
    """

    def __init__(self, key: str) -> None:
        from cryptography.fernet import Fernet

        derived = hmac.digest(key.encode(), _PURPOSE, hashlib.sha256)
        self._fernet = Fernet(urlsafe_b64encode(derived))

    def seal(self, user_id: int, text: str) -> str:
        """The sealed text, to be stored."""
        return self._fernet.encrypt(f"{user_id}:{text}".encode()).decode()

    def open(self, user_id: int, sealed: str) -> str | None:
        """The text; None if it was sealed with another key or for another account."""
        from cryptography.fernet import InvalidToken

        try:
            owner, _, text = self._fernet.decrypt(sealed.encode()).decode().partition(":")
        except InvalidToken:
            return None
        return text if owner == str(user_id) else None
