"""Samlade bildens paket: all its documents in one ZIP, with a manifest as a report's has.

The same picture gives the same bytes.
"""

from typing import Any

from internkontroll.files.house import House
from internkontroll.reporting.documents.catalogue import files_of
from internkontroll.reporting.documents.oversight_catalogue import STEM, oversight_catalogue
from internkontroll.reporting.documents.package import sealed, zip_of
from internkontroll.reporting.rules.oversight import ShownOversight

SCHEMA = 2
"""The manifest says which of the files is the one that was decided."""


def oversight_manifest(shown: ShownOversight, files: dict[str, bytes]) -> dict[str, Any]:
    """What the package of a samlad bild holds, and what it is about."""
    report = shown.report
    told = {
        "schema": SCHEMA,
        "board": report.decision.body if report.decision else "Kommunstyrelsen",
        "title": report.title,
        "year": report.year,
        "point": report.point,
        "state": "decided" if report.decision else "live",
        "report": f"{STEM}.json",
        "report_sha256": shown.sha256,
        "program_version": report.program_version,
    }
    return sealed(told, files)


def oversight_package(shown: ShownOversight, house: House) -> bytes:
    """The package of a samlad bild. Raises DocumentNotMade."""
    entries = oversight_catalogue(shown.report, house, shown.sha256, shown.snapshot)
    files = files_of(form for entry in entries for form in entry.forms)
    return zip_of(files, oversight_manifest(shown, files))
