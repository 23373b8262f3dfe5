"""Whatever somebody typed stands in every document as it was typed, and does nothing there."""

import csv
import html.parser
import io
import re
from collections.abc import Callable

import docx
import openpyxl
import pytest

from internkontroll.files.literal import literal
from internkontroll.reporting import documents
from internkontroll.reporting.rules import ShownReport
from tests.hostile_texts import HOSTILE_TEXTS, hostile_report, marked, misread
from tests.pdf_text import pdf_text

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def shown() -> ShownReport:
    return hostile_report()


def test_the_texts_are_at_least_a_hundred_and_fifty_and_no_two_alike() -> None:
    assert len(set(HOSTILE_TEXTS)) == len(HOSTILE_TEXTS) >= 150


class _Words(html.parser.HTMLParser):
    """What a reader of an HTML file sees, and the elements that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags, self._silent = "", set[str](), False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._silent = tag == "style"
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += "" if self._silent else data


def _html_words(content: bytes) -> str:
    parser = _Words()
    parser.feed(content.decode("utf-8"))
    parser.close()
    assert not parser.tags & {"script", "img", "b:", "iframe", "object", "link"}
    return parser.text


def _docx_words(content: bytes) -> str:
    return "\n".join(one.text for one in docx.Document(io.BytesIO(content)).paragraphs)


@pytest.mark.parametrize(
    ("write", "read"),
    [
        (documents.report_html, _html_words),
        (documents.report_pdf, pdf_text),
        (documents.report_docx, _docx_words),
    ],
    ids=["html", "pdf", "docx"],
)
def test_every_text_is_read_as_it_was_typed(
    shown: ShownReport, write: Callable[[ShownReport], bytes], read: Callable[[bytes], str]
) -> None:
    assert misread(read(write(shown))) == []


def test_every_text_is_a_text_in_its_own_cell_of_the_workbook(shown: ShownReport) -> None:
    book = openpyxl.load_workbook(io.BytesIO(documents.report_xlsx(shown)))
    comments = _column(book["Kontrollmoment"], "Kommentar")
    findings = _column(book["Avvikelser och åtgärder"], "Beskrivning")

    for place, text in enumerate(HOSTILE_TEXTS):
        kept = literal(text, tab="\t")
        assert comments[place] == (marked(place + 1, kept), "s")
        assert findings[place] == (kept, "s"), text


def _column(sheet: openpyxl.worksheet.worksheet.Worksheet, name: str) -> list[tuple[str, str]]:
    """The text of each cell below a header as Excel takes it, and the cell's type."""
    header = [cell.value for cell in sheet[1]]
    cells = [row[header.index(name)] for row in sheet.iter_rows(min_row=2)]
    return [
        (re.sub("_x005F_", "_", str(cell.value)), "s" if cell.data_type in "s" else cell.data_type)
        for cell in cells
    ]


def test_every_text_is_in_the_csv_with_a_mark_where_it_could_be_run(shown: ShownReport) -> None:
    body = documents.report_csv(shown)["avvikelser-och-atgarder"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body, newline=""), delimiter=";"))

    for text, row in zip(HOSTILE_TEXTS, rows, strict=True):
        wanted = f"'{text}" if text.startswith(FORMULA) else text
        assert row["Beskrivning"] == wanted


def test_every_text_is_in_the_json_as_it_is(shown: ShownReport) -> None:
    again = documents.report_json(shown).decode("utf-8")

    assert [row.findings[0].description for row in shown.report.rows] == list(HOSTILE_TEXTS)
    assert again.count('"description"') >= len(HOSTILE_TEXTS)
