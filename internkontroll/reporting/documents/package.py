"""Paketet: all documents of a report in one ZIP, with a manifest of their SHA-256 and sizes.

The same report gives the same bytes. ``docs/verify_package.py`` checks a package by itself.
"""

import hashlib
import io
import zipfile
from typing import Any

from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.files.house import House
from internkontroll.reporting.documents.catalogue import catalogue, files_of
from internkontroll.reporting.rules import ShownReport
from internkontroll.reporting.rules.memo import Memo

MANIFEST = "manifest.json"
SCHEMA = 1
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


def package_files(shown: ShownReport, memo: Memo, house: House) -> dict[str, bytes]:
    """Every document of the report in every form, by its name in the package."""
    return files_of(form for entry in catalogue(shown, memo, house) for form in entry.forms)


def manifest_of(shown: ShownReport, files: dict[str, bytes]) -> dict[str, Any]:
    """What the package of a report holds, and what it is about."""
    report = shown.report
    told = {
        "schema": SCHEMA,
        "board": report.board_code,
        "title": report.title,
        "year": report.year,
        "point": report.point,
        "state": report.state.value,
        "report_sha256": shown.sha256,
        "program_version": report.program_version,
    }
    return sealed(told, files)


def sealed(told: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
    """The manifest: name, size and SHA-256 of each file.

    ``seal`` is the SHA-256 of the rest of the manifest in canonical JSON.
    """
    made: dict[str, Any] = {
        **told,
        "files": [
            {"name": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            for name, body in sorted(files.items())
        ],
    }
    return {**made, "seal": sha256_of(made)}


def zip_of(files: dict[str, bytes], manifest: dict[str, Any]) -> bytes:
    """A ZIP of the files and their manifest: in one order, without the hour it was made."""
    contents = {**files, MANIFEST: canonical_json(manifest).encode("utf-8")}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP)
            packs_itself = name.endswith((".docx", ".xlsx"))
            entry.compress_type = zipfile.ZIP_STORED if packs_itself else zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE
            packed.writestr(entry, contents[name])
    return out.getvalue()


def package_of(shown: ShownReport, memo: Memo, house: House) -> bytes:
    """The report's package."""
    files = package_files(shown, memo, house)
    return zip_of(files, manifest_of(shown, files))
