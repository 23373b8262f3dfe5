"""Canonical JSON: one text for one content, so that a hash means something.

Keys sorted, no white space, UTF-8, dates as ISO 8601. Numbers are integers or text: a float has
no canonical form here and is refused.
"""

import hashlib
import json
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any


def plain(value: Any) -> Any:
    """Turn dates, moments and enum members into what JSON knows; refuse everything unclear.

    Raises TypeError on a float, a set or an unknown type, ValueError on a moment without zone.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical_json(content: Any) -> str:
    """The one JSON text of the content."""
    return json.dumps(plain(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sha256_of(content: Any) -> str:
    """SHA-256 (lower-case hex) of the canonical JSON of the content."""
    return hashlib.sha256(canonical_json(content).encode("utf-8")).hexdigest()
