"""Every DOCX, XLSX and CSV of the program in LibreOffice: it reads what we wrote, and no more.

A word processor and a spreadsheet that are not ours open the documents of a year and the texts that
are meant to be read as something else, and save them again.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import docx
import openpyxl
import pikepdf
import pytest
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph as WordParagraph
from flask import Flask

from internkontroll.files.docx import docx_bytes
from internkontroll.files.literal import literal
from internkontroll.files.plain_document import (
    Block,
    Bullets,
    Heading,
    Paragraph,
    PlainDocument,
    Table,
    Terms,
    Typed,
)
from internkontroll.files.xlsx import Sheet, xlsx_bytes
from internkontroll.reporting import documents
from tests import every_document, oversight_figures, oversight_sheets, report_figures
from tests.conftest import MovableClock, closing, make_app
from tests.databases import Databases
from tests.hostile_texts import HOSTILE_TEXTS, hostile_report, marked, misread
from tests.office import Office
from tests.world import AT

Files = dict[str, bytes]

TAGGED = 'writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
AS_TEXT = "Text (encoded):UTF8,LF,,,"
AS_SHOWN = "Text - txt - csv (StarCalc):59,34,76,1,,0,true,false,false"
OPENED_IN_SWEDISH = (
    "Text - txt - csv (StarCalc):59,34,76,1,,1053,false,true,false,false,false,0,true"
)
"""As whoever opens a CSV may let it: ; and UTF-8, Swedish figures and days found, formulas run."""

WRITTEN = ("minutes.internal_word", "minutes.word", "oversight.word")
"""The Word files that no list of documents leads to."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def world(
    office: Office, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    with databases.fresh_world() as url:
        every_document.enter(url)
        made = make_app(url, tmp_path_factory.mktemp("documents"), MovableClock(AT))
        with closing(made) as app:
            yield app


@pytest.fixture(scope="module")
def listed(world: Flask) -> Files:
    """Every file that the lists of a year's documents lead to and that Typst does not set."""
    return every_document.listed_documents(world, (".docx", ".xlsx", ".csv", ".json"))


# Word


def _each_kind() -> PlainDocument:
    """A document with every kind of block, and the shapes that the world may lack."""
    return PlainDocument(
        title="Underlag till paragraf",
        board="Socialnämnden",
        day=date(2020, 3, 12),
        version="Utkast",
        blocks=(
            Terms((("Organ", "Individutskott 1"), ("Draget av", "Justerare\nKontrollansvarig"))),
            Heading("Kontroll 1"),
            Paragraph("Tre av tjugoen ärenden.\nRad två.", strong=True),
            Typed("# Skrivet\n\nEn **fet** [länk](https://exempel.se).\n\n1. ett\n2. två\n\n- tre"),
            Table("Utfall", ("Utfall", "Antal"), (("ett\ntvå", "1"),), numbers=frozenset({1})),
            Heading("Förslag", level=2),
            Bullets(("att godkänna", "att överlämna")),
        ),
    )


def _hostile_blocks() -> PlainDocument:
    """Each text as a heading, a paragraph, a term, an item and a cell."""
    texts = tuple(marked(number, text) for number, text in enumerate(HOSTILE_TEXTS, start=1))
    blocks: tuple[Block, ...] = (
        Terms(tuple((text, text) for text in texts)),
        *(Heading(text) for text in texts),
        *(Paragraph(text) for text in texts),
        Bullets(texts),
        Table(texts[0], texts[:2], tuple((text, text) for text in texts)),
    )
    return PlainDocument("Prov", "Socialnämnden", date(2020, 3, 12), "Utkast", blocks)


@pytest.fixture(scope="module")
def hostile() -> Files:
    shown = hostile_report()
    return {
        "uppfoljning.docx": documents.report_docx(shown),
        "avvikelser.docx": docx_bytes(documents.findings_document(shown)),
        "alla-block.docx": docx_bytes(_hostile_blocks()),
    }


@pytest.fixture(scope="module")
def written(world: Flask, listed: Files) -> Files:
    """Every Word file of the program."""
    made = {name: body for name, body in listed.items() if name.endswith(".docx")}
    by_route = every_document.of_routes(world, WRITTEN)
    made |= {f"{name}.docx": body for name, body in by_route.items()}
    return {**made, "alla-slag.docx": docx_bytes(_each_kind())}


@pytest.fixture(scope="module")
def resaved(office: Office, written: Files) -> Files:
    return office.convert(written, "docx")


@pytest.fixture(scope="module")
def as_pdf(office: Office, written: Files) -> Files:
    return office.convert(written, "pdf", filtered=TAGGED)


def _paragraphs(body: bytes) -> list[tuple[str, str]]:
    """Style and words of each paragraph, those of the tables among them, as they are read."""
    opened = docx.Document(io.BytesIO(body))
    made = [WordParagraph(found, opened) for found in opened.element.body.iter(qn("w:p"))]
    names = {style.style_id: style.name for style in opened.styles}
    return [(names.get(one._p.style or "", "Normal"), one.text) for one in made]


def test_every_word_file_of_a_year_is_among_them(written: Files) -> None:
    names = sorted(name.rpartition("/")[2] for name in written if "reporting/" in name)
    assert names == sorted(3 * ["avvikelser.docx", "tjansteskrivelse.docx", "uppfoljning.docx"])
    assert len([name for name in written if name.startswith("oversight/")]) == 3
    by_route = {name for name in every_document.DOCUMENTS if name.endswith("word")}
    assert by_route == set(WRITTEN)
    assert all(any(name.startswith(route) for name in written) for route in WRITTEN)


def test_a_word_processor_reads_every_text_in_its_place_and_style(
    written: Files, resaved: Files
) -> None:
    for name, body in written.items():
        before, after = _paragraphs(body), _paragraphs(resaved[name])
        assert [text for _, text in after] == [text for _, text in before], name
        headed = [(style, text) for style, text in before if style.startswith("Heading")]
        assert [one for one in after if one[0].startswith("Heading")] == headed, name
        parts = [docx.Document(io.BytesIO(one)).sections[0] for one in (body, resaved[name])]
        heads = [[one.text for one in part.header.paragraphs if one.text] for part in parts]
        assert heads[0] == heads[1] != [], name


def test_every_figure_of_the_reports_is_there_when_a_word_processor_has_saved_them(
    listed: Files, resaved: Files
) -> None:
    figures = 0
    for point in every_document.POINTS:
        told = json.loads(listed[f"reporting/{point}/uppfoljning.json"])
        wanted = report_figures.expected(told, report_figures.WORDS)
        found = report_figures.from_docx(resaved[f"reporting/{point}/uppfoljning.docx"])
        assert report_figures.differences(found, wanted) == [], point
        whole = json.loads(listed[f"oversight/{point}/samlad-bild.json"])
        if not whole["total"]["sent"]:  # then its document has no tables of figures
            continue
        of_all = oversight_figures.expected(whole)
        read = oversight_figures.from_docx(resaved[f"oversight/{point}/samlad-bild.docx"])
        assert report_figures.differences(read, of_all) == [], point
        figures += len(wanted) + len(of_all)
    assert figures > 300


def _tags(node: Any) -> Iterator[Any]:
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _tags(kid)


def test_a_word_processor_knows_the_headings_the_header_rows_and_the_language(
    written: Files, as_pdf: Files
) -> None:
    for name, body in written.items():
        opened = docx.Document(io.BytesIO(body))
        with pikepdf.open(io.BytesIO(as_pdf[name])) as pdf:
            found = list(_tags(pdf.Root.StructTreeRoot))
            kinds = [str(one.S)[1:] for one in found]
            assert str(pdf.Root.Lang) == "sv-SE", name
        levels = [int(kind[1]) for kind in kinds if re.fullmatch(r"H\d", kind)]
        styles = [style for style, text in _paragraphs(body) if text]
        assert levels == [int(one[8:]) for one in styles if one.startswith("Heading ")], name
        assert all(after <= before + 1 for before, after in pairwise([0, *levels])), name
        tables = [one for one in found if str(one.S) == "/Table"]
        assert len(tables) == len(opened.tables), name
        for tagged, table in zip(tables, opened.tables, strict=True):
            cells = [str(one.S) for one in _tags(tagged) if str(one.S) in {"/TH", "/TD"}]
            headed, columns = cells.count("/TH"), len(table.columns)
            # A header row that a page repeats is told once more, and no other cell is a header.
            assert headed, name
            assert headed % columns == 0, name
            assert cells[:columns] == ["/TH"] * columns, name
            assert cells.count("/TD") == columns * (len(table.rows) - 1), name


def test_every_hostile_text_is_read_literally_in_a_word_processor(
    office: Office, hostile: Files
) -> None:
    shown = office.convert(hostile, "txt", filtered=AS_TEXT)
    told = {name: body.decode("utf-8-sig") for name, body in shown.items()}

    assert misread(told["uppfoljning.docx"]) == []
    whole = told["alla-block.docx"]
    assert misread(whole) == []
    # Twice as a term, then heading, paragraph, item and two cells; two are headers, and one of
    # them the caption too.
    more = {1: 2, 2: 1}
    for number, text in enumerate(HOSTILE_TEXTS, start=1):
        assert whole.count(f"a{number:03d}:") == 7 + more.get(number, 0), text
    lines = {"".join(line.split()) for line in told["avvikelser.docx"].splitlines()}
    for text in HOSTILE_TEXTS:
        for line in literal(text).splitlines():
            assert "".join(line.split()) in lines, text


# Excel


HOSTILE = "fientliga.xlsx"


def _every_type() -> Sheet:
    """Cells of every type, and texts and figures at the edge of what a type can be."""
    rows = (
        (1, "=1+1", date(2020, 3, 12), Decimal("12.50")),
        (12_345, "007", None, Decimal(-3)),
        (None, "två\nrader", date(2024, 2, 29), None),
        (123_456_789_012_345, "2020-03-12", date(1900, 3, 1), Decimal("0.001")),
        (1_234_567_890_123_456, "SANT", date(1899, 12, 31), Decimal("1e3")),
    )
    return Sheet("Utfall", ("Nr", "Vad", "Dag", "Kronor"), rows)


@pytest.fixture(scope="module")
def workbooks(listed: Files) -> Files:
    """Every workbook of the program, and two of texts and types that they may lack."""
    return {name: body for name, body in listed.items() if name.endswith(".xlsx")} | {
        "alla-slag.xlsx": xlsx_bytes("Utfall", [_every_type()]),
        HOSTILE: documents.report_xlsx(hostile_report()),
    }


@pytest.fixture(scope="module")
def saved_again(office: Office, workbooks: Files) -> Files:
    return office.convert(workbooks, "xlsx")


def _book(body: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(body))


def _cells(body: bytes) -> dict[tuple[str, str], tuple[str, Any, str]]:
    """Type, value and format of each cell that has a value, by its sheet and place."""
    return {
        (sheet.title, cell.coordinate): (cell.data_type, cell.value, cell.number_format)
        for sheet in _book(body)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def test_a_spreadsheet_changes_no_value_and_no_kind_of_any_cell(
    workbooks: Files, saved_again: Files
) -> None:
    assert len(workbooks) == 3 + 3 + 2
    count = 0
    for name, body in workbooks.items():
        if name == HOSTILE:
            continue
        before, after = _cells(body), _cells(saved_again[name])
        changed = {
            place: (before.get(place), after.get(place))
            for place in before.keys() | after.keys()
            if before.get(place) != after.get(place)
        }
        assert changed == {}, name
        kinds = {kind for kind, _, _ in before.values()}
        assert kinds <= {"n", "s", "d"}, name
        count += len(before)
    assert count > 3_000


def test_a_spreadsheet_knows_the_header_the_filters_and_what_each_page_repeats(
    workbooks: Files, saved_again: Files
) -> None:
    for name, body in workbooks.items():
        before, after = _book(body), _book(saved_again[name])
        assert after.sheetnames == before.sheetnames, name
        for old, new in zip(before, after, strict=True):
            # What is frozen belongs to a window, and without one LibreOffice forgets it.
            assert new.auto_filter.ref == old.auto_filter.ref is not None, name
            assert new.print_title_rows == old.print_title_rows == "$1:$1", name
            assert all(cell.font.b for cell in new[1]), name


def test_every_figure_is_there_when_a_spreadsheet_has_saved_the_workbooks(
    listed: Files, saved_again: Files
) -> None:
    for point in every_document.POINTS:
        told = json.loads(listed[f"reporting/{point}/uppfoljning.json"])
        body = saved_again[f"reporting/{point}/uppfoljning.xlsx"]
        names = {documents.safe_name(name): name for name in _book(body).sheetnames}
        found = report_figures.from_xlsx(body, names)
        wanted = report_figures.expected(told, report_figures.WORDS)
        assert report_figures.differences(found, wanted) == [], point
        whole = json.loads(listed[f"oversight/{point}/samlad-bild.json"])
        read = oversight_sheets.from_xlsx(saved_again[f"oversight/{point}/samlad-bild.xlsx"])
        of_all = oversight_sheets.expected(whole)
        assert report_figures.differences(read, of_all) == [], point


def test_every_hostile_text_is_shown_literally_in_a_spreadsheet(office: Office) -> None:
    rows = tuple((text, marked(number, text)) for number, text in enumerate(HOSTILE_TEXTS))
    made = {
        "prov.xlsx": xlsx_bytes("Prov", [Sheet("Prov", ("Text", HOSTILE_TEXTS[0]), rows)]),
    }
    shown = office.convert(made, "csv", filtered=AS_SHOWN)["prov.xlsx"].decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(shown, newline=""), delimiter=";"))

    told = [
        [literal(text, tab="\t") for text in row] for row in (("Text", HOSTILE_TEXTS[0]), *rows)
    ]
    assert read == told


def _unescaped(value: Any) -> Any:
    """Without the format's own escape, which LibreOffice reads but leaves out when it writes."""
    while isinstance(value, str) and "_x005F_" in value:
        value = value.replace("_x005F_", "_")
    return value


def test_no_hostile_text_is_anything_but_text_when_a_spreadsheet_has_saved_it(
    workbooks: Files, saved_again: Files
) -> None:
    before, after = _cells(workbooks[HOSTILE]), _cells(saved_again[HOSTILE])

    assert before.keys() == after.keys()
    for place, (kind, value, _) in before.items():
        assert after[place][0] == kind != "f", place
        assert _unescaped(after[place][1]) == _unescaped(value), place
    texts = {_unescaped(value) for kind, value, _ in after.values() if kind == "s"}
    assert {_unescaped(literal(text, tab="\t")) for text in HOSTILE_TEXTS} <= texts


# CSV


@pytest.fixture(scope="module")
def tables(listed: Files) -> Files:
    """Every CSV of the lists, and a report's of hostile texts."""
    made = documents.report_csv(hostile_report())
    return {name: body for name, body in listed.items() if name.endswith(".csv")} | {
        f"fientlig/tabell-{name}.csv": body for name, body in made.items()
    }


@pytest.fixture(scope="module")
def opened(office: Office, tables: Files) -> Files:
    return office.convert(tables, "xlsx", read_as=OPENED_IN_SWEDISH)


def _told(value: Any, wanted: Any) -> Any:
    """What a cell says, without the apostrophe before a text that could have been run.

    A text of digits alone is a figure in a CSV: that form has no kinds.
    """
    if isinstance(value, int) and isinstance(wanted, str):
        return str(value)
    return value.removeprefix("'") if isinstance(value, str) else value


def test_a_csv_opened_in_a_spreadsheet_says_what_the_workbook_says(
    listed: Files, opened: Files
) -> None:
    of_year = {name: body for name, body in opened.items() if not name.startswith("fientlig")}
    assert len(of_year) == 3 * 10 + 3 * 5
    for name, body in of_year.items():
        folder, _, table = name.rpartition("/")
        (workbook,) = (one for one in listed if one.startswith(folder) and one.endswith("xlsx"))
        (sheet,) = (
            one
            for one in _book(listed[workbook])
            if f"tabell-{documents.safe_name(one.title)}.csv" == table
        )
        (read,) = _book(body)
        assert read.dimensions == sheet.dimensions, name
        for cells, found in zip(sheet.iter_rows(), read.iter_rows(), strict=True):
            wanted = [cell.value for cell in cells]
            told = [_told(cell.value, one) for cell, one in zip(found, wanted, strict=True)]
            assert told == wanted, name


def test_no_hostile_text_is_run_when_a_csv_is_opened(tables: Files, opened: Files) -> None:
    kinds = {kind for body in opened.values() for kind, _, _ in _cells(body).values()}
    assert "f" not in kinds
    sheet = _book(opened["fientlig/tabell-avvikelser-och-atgarder.csv"]).active
    place = [cell.value for cell in sheet[1]].index("Beskrivning")
    shown = [row[place].value for row in sheet.iter_rows(min_row=2)]
    assert len(shown) == len(HOSTILE_TEXTS)
    for text, value in zip(HOSTILE_TEXTS, shown, strict=True):
        if text.startswith(("=", "+", "-", "@")):
            assert value == f"'{text}"
