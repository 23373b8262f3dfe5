"""Alla dokument av en uppföljning: one list that the page, the addresses and the package share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from internkontroll.files import docx, xlsx
from internkontroll.files.docx import unset_docx
from internkontroll.files.house import House
from internkontroll.files.html import plain_html
from internkontroll.files.pdf import Unset, set_all, unset_plain_pdf
from internkontroll.files.plain_document import PlainDocument
from internkontroll.reporting.documents.blocks import unset_report_docx
from internkontroll.reporting.documents.files import report_html, report_json, unset_report_pdf
from internkontroll.reporting.documents.findings_list import findings_document
from internkontroll.reporting.documents.memo import memo_document
from internkontroll.reporting.documents.sheets import report_csv, report_xlsx, table_names
from internkontroll.reporting.rules import ShownReport
from internkontroll.reporting.rules.memo import Memo

_HTML = "text/html; charset=utf-8"
_PDF = "application/pdf"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True)
class FileForm:
    """Ett dokument i en form: its name in addresses and in the package, and what it holds."""

    name: str
    form: str
    media_type: str
    content: Callable[[], bytes | Unset[bytes]]

    def make(self) -> bytes:
        """The file. Raises DocumentNotMade."""
        return files_of([self])[self.name]


def files_of(forms: Iterable[FileForm]) -> dict[str, bytes]:
    """The files by name; all that is to be typeset is so at once. Raises DocumentNotMade."""
    contents = {form.name: form.content() for form in forms}
    unset = {name: one for name, one in contents.items() if isinstance(one, Unset)}
    made = dict(zip(unset, set_all(list(unset.values())), strict=True))
    return {name: made[name] if isinstance(one, Unset) else one for name, one in contents.items()}


@dataclass(frozen=True)
class DocumentEntry:
    """Ett dokument och de former det finns i."""

    title: str
    what: str
    forms: tuple[FileForm, ...]


def plain_forms(name: str, document: PlainDocument, house: House) -> tuple[FileForm, ...]:
    """The forms that a document of plain blocks is made in."""
    return (
        FileForm(f"{name}.pdf", "PDF", _PDF, lambda: unset_plain_pdf(document, house)),
        FileForm(f"{name}.docx", "Word", docx.CONTENT_TYPE, lambda: unset_docx(document, house)),
        FileForm(
            f"{name}.html", "Webbsida", _HTML, lambda: plain_html(document, house).encode("utf-8")
        ),
    )


def table_form(name: str, title: str, tables: Callable[[], Mapping[str, bytes]]) -> FileForm:
    """One of the tables as CSV. ``tables`` gives all of them by name."""
    return FileForm(f"tabell-{name}.csv", title, CSV, lambda: tables()[name])


def catalogue(shown: ShownReport, memo: Memo, house: House) -> tuple[DocumentEntry, ...]:
    """The documents of a report in the order a reader wants them. Nothing is made until asked."""
    tables = cache(lambda: report_csv(shown))
    return (
        DocumentEntry(
            "Tjänsteskrivelsen",
            "Förslag till beslut, beredning och föredragning.",
            plain_forms("tjansteskrivelse", memo_document(shown, memo), house),
        ),
        DocumentEntry(
            "Uppföljningen",
            "Det nämnden tar ställning till. Bilaga till tjänsteskrivelsen.",
            (
                FileForm("uppfoljning.pdf", "PDF", _PDF, lambda: unset_report_pdf(shown, house)),
                FileForm(
                    "uppfoljning.docx",
                    "Word",
                    docx.CONTENT_TYPE,
                    lambda: unset_report_docx(shown, house),
                ),
                FileForm("uppfoljning.html", "Webbsida", _HTML, lambda: report_html(shown, house)),
            ),
        ),
        DocumentEntry(
            "Avvikelser och åtgärder",
            "Alla avvikelser som uppföljningen berättar om, var och en för sig.",
            plain_forms("avvikelser", findings_document(shown), house),
        ),
        DocumentEntry(
            "Siffrorna",
            "Alla tabeller, med varje siffra i en egen ruta.",
            (
                FileForm(
                    "uppfoljning.xlsx", "Excel", xlsx.CONTENT_TYPE, lambda: report_xlsx(shown)
                ),
                FileForm("uppfoljning.json", "JSON", JSON, lambda: report_json(shown)),
            ),
        ),
        DocumentEntry(
            "Tabellerna var för sig",
            "Som CSV, för den som läser in dem i ett annat program.",
            tuple(table_form(name, title, tables) for name, title in table_names(shown).items()),
        ),
    )


def find_form(entries: tuple[DocumentEntry, ...], name: str) -> FileForm | None:
    """The file of that name, None if there is none."""
    return next((form for entry in entries for form in entry.forms if form.name == name), None)
