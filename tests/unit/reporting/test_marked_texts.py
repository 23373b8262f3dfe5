"""Light markup, uppdrag and versions: the same in every document, each in its own way."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import docx
import pikepdf
import pytest
from docx.oxml.ns import qn

from internkontroll.files.docx import docx_bytes
from internkontroll.files.html import plain_html
from internkontroll.files.pdf import plain_pdf
from internkontroll.files.plain_document import Heading, PlainDocument, Typed
from internkontroll.reporting.documents import (
    memo_document,
    report_docx,
    report_html,
    report_pdf,
    report_sheets,
)
from internkontroll.reporting.models import MemoPart
from internkontroll.reporting.rules import ShownReport
from internkontroll.reporting.rules.memo import Memo, MemoTexts
from internkontroll.reporting.rules.report import AssignmentLine
from tests.pdf_text import pdf_text
from tests.report_facts import sample_facts
from tests.report_made import decided

TEXT = (
    "## Så gjorde vi\n"
    "Se **särskilt** [riktlinjen](https://exempel.se/riktlinje?a=1&b=2).\n"
    "- ett\n- två\n\n"
    "3. tre\n4. fyra\n\n"
    "1. nytt ett"
)
LATE = AssignmentLine(
    "Uppdrag 2020:1", "se över arvodena", "Ekonomi", date(2019, 5, 2), date(2020, 3, 1), 2,
    late=True,
)  # fmt: skip
DONE = AssignmentLine(
    "Uppdrag 2019:4", "skriva rutinen", None, date(2019, 5, 2), date(2020, 3, 31), 0,
    date(2020, 4, 2), "Rutinen gäller sedan i mars.",
)  # fmt: skip
OPEN = AssignmentLine("Uppdrag 2020:2", "följa läget", None, date(2020, 2, 1), date(2020, 9, 1), 1)


@pytest.fixture(scope="module")
def shown() -> ShownReport:
    """A corrected report with marked texts and what the board has asked for."""
    made = decided(sample_facts())
    report = made.report
    rows = tuple(replace(row, comment=TEXT) if row.number == 4 else row for row in report.rows)
    return replace(
        made,
        report=replace(
            report,
            rows=rows,
            grounds=TEXT,
            version=2,
            corrected_because="Två poster var räknade dubbelt.",
            assignments=(LATE, OPEN, DONE),
        ),
    )


def levels_of(made: Any) -> list[tuple[int, str]]:
    return [
        (int(str(one.style.name)[-1]), one.text)
        for one in made.paragraphs
        if re.fullmatch(r"Heading \d", str(one.style.name))
    ]


def elements(node: Any) -> Iterator[Any]:
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def test_html_has_the_headings_lists_bold_and_links_that_were_typed(shown: ShownReport) -> None:
    page = report_html(shown).decode()

    assert "<h3>Så gjorde vi</h3>" in page  # below the h2 of the assessment
    assert "<h4>Så gjorde vi</h4>" in page  # below the h3 of the kontrollmoment
    assert page.count("<b>särskilt</b>") == 2
    assert page.count('<a href="https://exempel.se/riktlinje?a=1&amp;b=2"') == 2
    assert page.count('<ol start="3"><li>tre</li><li>fyra</li></ol>') == 2
    assert "**" not in page
    assert "##" not in page


def test_word_has_real_headings_lists_bold_and_links(shown: ShownReport) -> None:
    made = docx.Document(io.BytesIO(report_docx(shown)))
    told = levels_of(made)
    place = next(at for at, (_, text) in enumerate(told) if text == "Så gjorde vi")

    assert told[place] == (2, "Så gjorde vi")
    assert [level for level, text in told if text == "Så gjorde vi"] == [2, 3]
    assert [run.text for one in made.paragraphs for run in one.runs if run.bold].count(
        "särskilt"
    ) == 2
    links = [link for one in made.paragraphs for link in one.hyperlinks]
    assert [(one.text, one.address) for one in links] == [
        ("riktlinjen", "https://exempel.se/riktlinje?a=1&b=2")
    ] * 2
    listed = {one.text: one.style.name for one in made.paragraphs if one.style}
    assert (listed["två"], listed["fyra"]) == ("List Bullet", "List Number")


def test_each_numbered_list_of_word_counts_from_its_own_first_number(shown: ShownReport) -> None:
    made = docx.Document(io.BytesIO(report_docx(shown)))
    kept = {
        one.text: int(one._p.xpath("./w:pPr/w:numPr/w:numId/@w:val")[0])
        for one in made.paragraphs
        if one.style and one.style.name == "List Number"
    }
    numbering = made.part.numbering_part.element
    starts = {
        number.numId: number.xpath("./w:lvlOverride/w:startOverride/@w:val")
        for number in numbering.num_lst
    }

    assert kept["tre"] == kept["fyra"] != kept["nytt ett"]
    assert starts[kept["tre"]] == ["3"]
    assert starts[kept["nytt ett"]] == ["1"]


def test_the_pdf_has_tagged_headings_lists_and_links(shown: ShownReport) -> None:
    made = report_pdf(shown)
    with pikepdf.open(io.BytesIO(made)) as opened:
        found = list(elements(opened.Root.StructTreeRoot))
        kinds = [str(one.S)[1:] for one in found]
        addresses = [
            str(note.A.URI)
            for page in opened.pages
            for note in page.get("/Annots", [])
            if note.get("/Subtype") == "/Link" and "/URI" in note.A
        ]
    levels = [int(kind[1]) for kind in kinds if re.fullmatch(r"H\d", kind)]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert 3 in levels  # a comment's own heading, below that of its kontrollmoment
    assert set(addresses) == {"https://exempel.se/riktlinje?a=1&b=2"}
    assert kinds.count("Link") >= 2
    told = "".join(pdf_text(made).split())
    assert told.count("Sesärskiltriktlinjen.") == 2
    assert told.count("3.tre4.fyra1.nyttett") == 2


@pytest.mark.parametrize("write", [report_html, report_docx, report_pdf])
def test_a_corrected_report_tells_its_version_and_why(shown: ShownReport, write: Any) -> None:
    told = _words(write(shown))

    assert "Det här är version 2." in told
    assert "Två poster var räknade dubbelt." in told
    assert "Det här är version" not in _words(write(decided(sample_facts())))


@pytest.mark.parametrize("write", [report_html, report_docx, report_pdf])
def test_each_uppdrag_tells_how_it_stands(shown: ShownReport, write: Any) -> None:
    told = " ".join(_words(write(shown)).replace("\u00a0", " ").split())

    for words in (
        "Uppdrag 2020:1", "se över arvodena", "Ekonomi", "1 mars 2020", "Flyttat 2 gånger",
        "Försenat", "Pågår", "Flyttat en gång", "Återrapporterat 2 april 2020",
        "Svar: Rutinen gäller sedan i mars.",
    ):  # fmt: skip
        assert words in told, words
    assert "Uppdrag från nämnden" not in _words(write(decided(sample_facts())))


def test_the_workbook_has_a_row_for_each_uppdrag(shown: ShownReport) -> None:
    (sheet,) = (one for one in report_sheets(shown) if one.name == "Uppdrag från nämnden")

    assert [row[0] for row in sheet.rows] == ["Uppdrag 2020:1", "Uppdrag 2020:2", "Uppdrag 2019:4"]
    assert [row[5] for row in sheet.rows] == [2, 1, 0]


def _words(content: bytes) -> str:
    if content.startswith(b"%PDF"):
        return pdf_text(content)
    if content.startswith(b"PK"):
        made = docx.Document(io.BytesIO(content))
        cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
        return "\n".join([one.text for one in made.paragraphs] + cells)
    return re.sub("<[^>]+>", " ", content.decode())


def test_what_is_written_in_the_memo_is_marked_in_each_form() -> None:
    memo = Memo(written=MemoTexts({MemoPart.CHILDREN: TEXT}))
    document = memo_document(decided(sample_facts()), memo)

    assert "<h3>Så gjorde vi</h3>" in plain_html(document)
    assert (2, "Så gjorde vi") in levels_of(docx.Document(io.BytesIO(docx_bytes(document))))
    assert "3. tre" in pdf_text(plain_pdf(document))


def test_a_typed_heading_that_would_skip_a_level_is_refused_as_any_other() -> None:
    def document(level: int) -> PlainDocument:
        blocks = (Heading("Ett"), Typed("# Två\n## Tre", level))
        return PlainDocument("T", "N", date(2020, 1, 1), "V", blocks)

    assert document(2).blocks
    with pytest.raises(ValueError, match="level 3 follows one of level 1"):
        document(3)


def test_header_cells_of_the_uppdrag_are_marked_in_word(shown: ShownReport) -> None:
    made = docx.Document(io.BytesIO(report_docx(shown)))
    (table,) = (one for one in made.tables if one.rows[0].cells[0].text == "Uppdrag")

    assert table.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
