"""Alla dokument av den samlade bilden: one list that its page and the addresses share."""

from functools import cache

from internkontroll.files import xlsx
from internkontroll.files.house import House
from internkontroll.reporting.documents.catalogue import (
    JSON,
    DocumentEntry,
    FileForm,
    plain_forms,
    table_form,
)
from internkontroll.reporting.documents.oversight_sheets import (
    oversight_csv,
    oversight_sheets,
    oversight_xlsx,
)
from internkontroll.reporting.documents.telling import safe_name
from internkontroll.reporting.oversight_document import oversight_document, oversight_json
from internkontroll.reporting.rules.oversight import OversightReport

STEM = "samlad-bild"


def oversight_catalogue(
    report: OversightReport,
    house: House,
    sha256: str | None = None,
    snapshot: str | None = None,
) -> tuple[DocumentEntry, ...]:
    """Every document of the picture, in the order in which they are needed.

    ``snapshot`` is what kommunstyrelsen decided, and ``sha256`` is that of it.
    """
    tables = cache(lambda: oversight_csv(report))
    return (
        DocumentEntry(
            "Samlad bild",
            "Bilden med bedömning, förslag till beslut, tabeller och diagram.",
            plain_forms(STEM, oversight_document(report, sha256), house),
        ),
        DocumentEntry(
            "Siffrorna",
            "Alla tabeller, med varje siffra i en egen ruta.",
            (
                FileForm(
                    f"{STEM}.xlsx", "Excel", xlsx.CONTENT_TYPE, lambda: oversight_xlsx(report)
                ),
                FileForm(f"{STEM}.json", "JSON", JSON, lambda: oversight_json(report, snapshot)),
            ),
        ),
        DocumentEntry(
            "Tabellerna var för sig",
            "Som CSV, för den som läser in dem i ett annat program.",
            tuple(
                table_form(safe_name(sheet.name), sheet.name, tables)
                for sheet in oversight_sheets(report)
            ),
        ),
    )
