"""Columns of a document's table: no word and no day is broken, and much text gets much room."""

import io
from datetime import date

import docx
import pytest

from internkontroll.files.docx import docx_bytes
from internkontroll.files.pdf import plain_pdf
from internkontroll.files.plain_document import PlainDocument, Table, with_whole_days
from tests.pdf_text import pdf_text

LONG = "Gå igenom delegationsordningen med alla som fattar beslut om ersättning och bistånd."
TABLE = Table(
    "Åtgärder",
    ("Nämnd", "Åtgärd", "Klar senast", "Antal"),
    (("Arbetsmarknadsnämnden", LONG, "12 september 2020", "5"),),
    frozenset({3}),
)


def document(*blocks: Table) -> PlainDocument:
    return PlainDocument("Titel", "Nämnden", date(2020, 1, 1), "Utkast", blocks)


def test_each_column_has_room_for_its_longest_word_and_its_days() -> None:
    board, action, day, number = TABLE.widths

    assert board >= len("Arbetsmarknadsnämnden")
    assert day >= len("12 september 2020")
    assert number >= len("Antal")
    assert action > board > day > number
    assert sum(TABLE.widths) <= 88 + 4


@pytest.mark.parametrize(
    "table",
    [
        Table("Tom", ("A", "B"), ()),
        Table("Blank", ("", "B"), (("", ""),)),
        Table("Trång", tuple("abcdefgh"), (("Överförmyndarnämnden",) * 8,)),
        Table("Utan slut", ("A", "B"), (("x" * 900, "y"),)),
    ],
)
def test_odd_tables_still_have_widths_and_are_made(table: Table) -> None:
    assert len(table.widths) == len(table.header)
    assert all(width > 0 for width in table.widths)
    assert pdf_text(plain_pdf(document(table)))
    assert docx_bytes(document(table))


def test_the_columns_of_word_have_the_same_shares() -> None:
    made = docx.Document(io.BytesIO(docx_bytes(document(TABLE)))).tables[0]
    told = [int(column.width or 0) for column in made.columns]
    cells = [int(cell.width or 0) for cell in made.rows[1].cells]

    assert told == cells
    for width, asked in zip(told, TABLE.widths, strict=True):
        assert abs(width / sum(told) - asked / sum(TABLE.widths)) < 0.01


def test_a_day_is_kept_whole_and_nothing_else_is_changed() -> None:
    assert with_whole_days("Senast 12 mars 2020, 3 av 4 mars") == (
        "Senast 12\u00a0mars\u00a02020, 3 av 4 mars"
    )


def test_a_short_text_stands_on_one_line_where_the_long_one_still_has_room() -> None:
    row = ("Socialnämnden", "5", LONG, "Väsentlig avvikelse")
    header = ("Nämnd", "Nr", "Kontrollmoment", "Bedömning")
    roomy = Table("Bild", header, (row,), frozenset({1})).widths
    assert roomy[3] >= len("Väsentlig avvikelse")
    assert roomy[2] >= 26

    narrow = Table("Bild", (*header, "Av", "Till"), ((*row, LONG, "Arbetsmarknadsnämnden"),))
    assert narrow.widths[3] < len("Väsentlig avvikelse")


def test_the_header_of_figures_may_take_two_lines_but_none_of_its_words() -> None:
    table = Table(
        "Bild",
        ("Vad", "Hur", "Granskade med avvikelse"),
        ((LONG, LONG, "36 av 203"),),
        frozenset({2}),
    )
    width = table.widths[2]
    assert len("36 av 203") <= width
    assert len("Granskade") < width < len("Granskade med avvikelse")


def test_the_number_of_an_avvikelse_is_kept_with_its_board() -> None:
    days = ("12 september 2020",) * 3
    rows = ((f"Avvikelse 2020:18 (SCN)\n{LONG}", LONG, *days),)
    assert Table("Bild", ("Avvikelse", "Vad", "A", "B", "C"), rows).widths[0] >= len(
        "2020:18 (SCN)"
    )
