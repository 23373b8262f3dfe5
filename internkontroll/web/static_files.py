"""Addresses of the files in ``static/``: a file that changes gets another address.

A browser may then keep what it has fetched for good, and shows the new stylesheet at once when the
program has been upgraded.
"""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.security import safe_join

PARAMETER = "v"
"""What the fingerprint is called in the address."""
FONTS = "fonts/"
"""Files that the stylesheet asks for itself, without a fingerprint: the page must say the same."""
_DIGITS = 12


class Fingerprints:
    """The fingerprint of each file of a folder, taken when first asked for and then kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str | None:
        """Twelve digits of the file's SHA-256; None for a font and for what is not there."""
        if name not in self._known:
            taken = self._take(name)
            if taken is None:
                # Names that come with requests have no end; those of files do.
                return None
            self._known[name] = taken
        return self._known[name]

    def _take(self, name: str) -> str | None:
        path = safe_join(str(self._folder), name)
        if name.startswith(FONTS) or path is None or not Path(path).is_file():
            return None
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:_DIGITS]


def register(app: Flask) -> None:
    """Put the fingerprint in every address that ``url_for("static", ...)`` makes."""
    fingerprints = Fingerprints(Path(app.static_folder or ""))
    app.extensions["fingerprints"] = fingerprints

    @app.url_defaults
    def add(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and (taken := fingerprints.of(values.get("filename", ""))):
            values.setdefault(PARAMETER, taken)
