"""DOCX files: what makes them readable for everybody, and what no text can do to them."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from internkontroll.files.docx import docx_bytes
from internkontroll.files.pdf import render_pdf
from internkontroll.files.plain_document import (
    Bullets,
    Heading,
    Image,
    Paragraph,
    PlainDocument,
    Table,
    Terms,
    document_data,
)
from tests.pdf_text import pdf_text

DOCUMENT = PlainDocument(
    title="Underlag till paragraf",
    board="Socialnämnden",
    day=date(2020, 3, 12),
    version="Utkast",
    blocks=(
        Terms((("Organ", "Individutskott 1"), ("Draget av", "Justerare"))),
        Heading("Kontroll 1"),
        Paragraph("Tre av tjugoen ärenden.\nRad två.", strong=True),
        Table(
            "Utfall",
            ("Utfall", "Antal"),
            (("Avviker", "1"), ("Utan avvikelse", "2")),
            numbers=frozenset({1}),
        ),
        Heading("Förslag", level=2),
        Bullets(("att godkänna", "att överlämna")),
    ),
)


def opened(document: PlainDocument = DOCUMENT) -> Any:
    return docx.Document(io.BytesIO(docx_bytes(document)))


def with_text(text: str) -> PlainDocument:
    return replace(DOCUMENT, blocks=(Paragraph(text),))


def test_headings_are_headings_and_the_title_stands_first() -> None:
    styled = [(row.style.name, row.text) for row in opened().paragraphs if row.text]
    assert styled[0] == ("Title", "Underlag till paragraf")
    assert ("Heading 1", "Kontroll 1") in styled
    assert ("Heading 2", "Förslag") in styled
    assert [text for name, text in styled if name == "List Bullet"] == [
        "att godkänna",
        "att överlämna",
    ]
    assert ("Caption", "Utfall") in styled


def test_a_heading_that_skips_a_level_is_refused() -> None:
    with pytest.raises(ValueError, match="level 3 follows one of level 1"):
        replace(DOCUMENT, blocks=(Heading("Ett"), Heading("Tre", level=3)))
    with pytest.raises(ValueError, match="level 2 follows one of level 0"):
        replace(DOCUMENT, blocks=(Heading("Två", level=2),))


def test_the_header_row_of_a_table_is_marked_and_no_other() -> None:
    (table,) = opened().tables
    marks = [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") for row in table.rows]
    assert marks[0] is not None
    assert marks[1:] == [None, None]
    bold = [
        {one.bold for cell in row.cells for one in cell.paragraphs[0].runs} for row in table.rows
    ]
    assert bold == [{True}, {None}, {None}]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Utfall", "Antal"],
        ["Avviker", "1"],
        ["Utan avvikelse", "2"],
    ]
    assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "Utfall"


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells, the header 2"):
        Table("Utfall", ("Utfall", "Antal"), (("Avviker",),))


def test_the_language_is_swedish_in_styles_and_properties() -> None:
    document = opened()
    languages = {
        language.get(qn("w:val")) for language in document.styles.element.iter(qn("w:lang"))
    }
    assert languages == {"sv-SE"}
    assert document.core_properties.language == "sv-SE"
    assert document.core_properties.title == "Underlag till paragraf"
    assert document.core_properties.author == "Socialnämnden"


def test_each_page_tells_board_day_version_and_its_number() -> None:
    section = opened().sections[0]
    assert section.header.paragraphs[0].text == (
        "Socialnämnden · Underlag till paragraf\n12 mars 2020 · Utkast"
    )
    assert section.footer.paragraphs[0].text == "Sida 1 av 1"
    fields = [found.text for found in section.footer._element.iter(qn("w:instrText"))]
    assert fields == [" PAGE ", " NUMPAGES "]


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("Beslutad 12 mars 2020, § 61", "Beslutad 12 mars 2020, § 61"),
        ("Beslutad 2 mars 2020, § 61", "12 mars 2020 · Beslutad 2 mars 2020, § 61"),
        ("Beslutad 12 mars 2021, § 61", "12 mars 2020 · Beslutad 12 mars 2021, § 61"),
    ],
)
def test_a_header_says_the_same_day_once(version: str, told: str) -> None:
    document = replace(DOCUMENT, version=version)
    assert document.standing == told
    assert opened(document).sections[0].header.paragraphs[0].text.endswith(f"\n{told}")
    second = replace(DOCUMENT, day=date(2020, 3, 2), version="Beslutad 12 mars 2020")
    assert second.standing == "2 mars 2020 · Beslutad 12 mars 2020"


def _kept(row: Any) -> bool:
    return row._p.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None


def test_what_leads_to_a_list_or_a_table_stands_on_its_page() -> None:
    table = DOCUMENT.blocks[3]
    blocks = (Paragraph("Före"), Paragraph("Nämnden föreslås"), Bullets(("att",)), table)
    written = opened(replace(DOCUMENT, blocks=(*blocks, Paragraph("Till"), table)))
    kept = {row.text for row in written.paragraphs if _kept(row)}
    assert kept == {"Nämnden föreslås", "Till", "Utfall"}


def test_a_short_table_is_not_broken_and_no_header_stands_without_a_row() -> None:
    def kept(rows: int) -> list[set[bool]]:
        made = Table("Utfall", ("Utfall", "Antal"), (("Avviker", "1"),) * rows)
        (table,) = opened(replace(DOCUMENT, blocks=(made,))).tables
        return [{_kept(cell.paragraphs[0]) for cell in row.cells} for row in table.rows]

    assert kept(3) == [{True}, {True}, {True}, {False}]
    assert kept(8) == [{True}] * 8 + [{False}]
    assert kept(9) == [{True}] + [{False}] * 9
    assert kept(0) == [{False}]


def test_a_table_with_more_columns_than_there_is_room_for_has_smaller_text() -> None:
    def style(columns: int) -> tuple[str, float]:
        block = Table("Utfall", ("Kontrollmoment",) * columns, (("Avvikelse",) * columns,))
        (table,) = opened(replace(DOCUMENT, blocks=(block,))).tables
        (found,) = {cell.paragraphs[0].style.name for cell in table.rows[1].cells}
        (points,) = {cell.paragraphs[0].style.font.size.pt for cell in table.rows[1].cells}
        return found, points

    assert style(4) == ("Tabelltext", 9)
    assert style(8) == ("Tabelltext liten", 8)


def test_a_table_under_a_heading_of_its_name_says_the_name_once() -> None:
    table = DOCUMENT.blocks[3]
    shown = (Heading("Utfall"), Paragraph("Så gick det."), table, Heading("Annat"), table)
    written = opened(replace(DOCUMENT, blocks=shown))
    assert [row.text for row in written.paragraphs if row.style.name == "Caption"] == ["Utfall"]
    captions = [one._tbl.tblPr.find(qn("w:tblCaption")) for one in written.tables]
    assert [one.get(qn("w:val")) for one in captions] == ["Utfall", "Utfall"]
    text = pdf_text(render_pdf("plain.typ", document_data(replace(DOCUMENT, blocks=shown))))
    assert text.count("Utfall Så gick det. Utfall Antal") == 1
    assert text.count("Annat Utfall Utfall Antal") == 1


def test_a_checksum_stands_below_its_term_and_a_word_beside_it() -> None:
    terms = Terms((("Planens innehåll", "a" * 64), ("Organ", "Individutskott 1")))
    told = [row.text for row in opened(replace(DOCUMENT, blocks=(terms,))).paragraphs]
    assert told[1:] == [f"Planens innehåll\n{'a' * 64}", "Organ\tIndividutskott 1"]


def test_a_long_title_takes_one_line_of_the_header_of_each_page() -> None:
    title = "Beslut om begärd handling. " + "Uppföljning av internkontrollplanen " * 4
    text = pdf_text(render_pdf("plain.typ", document_data(replace(DOCUMENT, title=title))))
    assert text.startswith("Socialnämnden · Beslut om begärd handling. Uppföljning av")
    head, _, rest = text.partition("…")
    assert len(head) < 120
    assert rest.lstrip().startswith("12 mars 2020 · Utkast")
    assert title.strip() in text


HOSTILE = [
    "<w:p>&amp;</w:p>",
    "{ INCLUDETEXT c:\\\\hemligt }",
    '=HYPERLINK("http://exempel")',
    "]]> <!-- -->",
    "åäö ”svenska” – 1\u00a0000",
    "\U0001f600 Пример",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_typed_text_is_printed_and_never_read_as_markup(text: str) -> None:
    assert opened(with_text(text)).paragraphs[1].text == text


def test_signs_of_no_xml_are_told_by_their_number_and_lines_are_kept() -> None:
    text = opened(with_text("a\x01b\x0bc\ufffe\ud800d\te\r\nf")).paragraphs[1].text
    assert text == "a[U+0001]b[U+000B]c[U+FFFE][U+D800]d e\nf"


def test_hostile_signs_in_every_place_still_make_a_file() -> None:
    odd = "\x00<&>\x1f"
    document = opened(
        PlainDocument(
            odd,
            odd,
            date(2020, 1, 1),
            odd,
            (
                Heading(odd),
                Terms(((odd, odd),)),
                Table(odd, (odd,), ((odd,),)),
                Bullets((odd,)),
            ),
        )
    )
    assert document.core_properties.title == "[U+0000]<&>[U+001F]"


def test_line_ends_in_a_cell_and_in_a_term_are_kept() -> None:
    block = Table("Utfall", ("Vad",), (("ett\ntvå\n\ntre",),))
    document = opened(replace(DOCUMENT, blocks=(block, Terms((("Organ", "fyra\nfem"),)))))

    assert document.tables[0].rows[1].cells[0].text == "ett\ntvå\n\ntre"
    assert "Organ\tfyra\nfem" in [row.text for row in document.paragraphs]


def test_spaces_around_the_words_are_said_to_be_kept() -> None:
    (text,) = opened(with_text("  två ord "))._body._element.xpath(".//w:t[starts-with(., ' ')]")

    assert text.get(qn("xml:space")) == "preserve"


def test_each_picture_has_its_own_drawing_words_and_number() -> None:
    def drawing(width: int) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 10">'
            f'<rect width="{width}" height="10" fill="#123456"/></svg>'
        )

    shown = (
        Image("Ett", "Kvadrat", drawing(10)),
        Paragraph("Mellan"),
        Image("Två", "<&>", drawing(20)),
    )
    document = opened(replace(DOCUMENT, blocks=shown))

    told = [shape._inline.docPr for shape in document.inline_shapes]
    assert [one.get("descr") for one in told] == ["Ett. Kvadrat", "Två. <&>"]
    assert len({one.id for one in told}) == 2
    assert [round(one.width / one.height) for one in document.inline_shapes] == [1, 2]
    drawn = [row.text or "bild" for row in document.paragraphs]
    assert drawn[-3:] == ["bild", "Mellan", "bild"]


def test_the_same_document_gives_the_same_file_byte_for_byte() -> None:
    made = docx_bytes(DOCUMENT)
    assert made == docx_bytes(DOCUMENT)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        names = archive.namelist()
        assert names[0] == "[Content_Types].xml"
        assert names[1:] == sorted(names[1:])
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2020-03-12T00:00:00Z" in archive.read("docProps/core.xml")


def test_the_pdf_of_the_same_document_says_the_same() -> None:
    text = pdf_text(render_pdf("plain.typ", document_data(DOCUMENT)))
    whole = opened()
    told = [row.text for row in whole.paragraphs] + [
        cell.text for table in whole.tables for row in table.rows for cell in row.cells
    ]
    for part in (piece for one in told for piece in one.replace("\t", "\n").split("\n") if piece):
        assert part in text, part
