import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.files.tables import read_pasted, read_table
from internkontroll.files.tables.limits import PLAN_LIMITS
from internkontroll.plan.rules.headers import Field, heading_key
from internkontroll.plan.rules.layout import Arrangement, HeaderMissing
from internkontroll.plan.rules.reading import read_plan
from tests.unit.files.documents import cell, document, paragraph, row, table
from tests.unit.plan.plan_files import HEADER

OWN = "Var\tVad vi gör\tSå här\nEkonomi\tAttest\tStickprov på fem fakturor\nVård\tAkter\tAlla akter"
ROW = ("Ekonomi", "Fel betalning", "Rätt attest", "Stickprov på fem fakturor", "Årsbokslut")


def pasted(text=OWN, **told):
    return read_plan(read_pasted(text, PLAN_LIMITS), arrangement=Arrangement(**told))


def in_word(*parts, **told):
    return read_plan(
        read_table(document(*parts), "plan.docx"), year=2020, arrangement=Arrangement(**told)
    )


def test_headings_that_nobody_knows_are_asked_about_and_not_refused():
    with pytest.raises(HeaderMissing, match="Ingen rubrikrad"):
        pasted()


def test_a_table_of_one_row_or_column_is_refused_at_once():
    for text in ("Namn;Ort\nA;B", "Namn\tOrt\nA\tB"):
        with pytest.raises(InvalidInput) as caught:
            pasted(text)
        assert not isinstance(caught.value, HeaderMissing)


def test_what_was_said_of_the_headings_is_used_the_next_time():
    known = {
        heading_key("Var"): Field.AREA,
        heading_key("VAD  vi gör:"): Field.CONTROL,
        heading_key("Så här"): None,
    }
    reading = pasted(known=known)
    assert [(line.area, line.control) for line in reading.rows] == [
        ("Ekonomi", "Attest"),
        ("Vård", "Akter"),
    ]
    assert reading.rows[0].extra == {"Så här": "Stickprov på fem fakturor"}
    assert [note.code for note in reading.notes] == []
    assert [heading.told for heading in reading.headings] == [True] * 3


def test_a_remembered_answer_goes_before_the_synonyms():
    text = "Kontrollmoment\tMoment\nA\tB\nC\tD"
    known = {"kontrollmoment": Field.AREA, "moment": Field.CONTROL}
    assert [line.control for line in pasted(text, known=known).rows] == ["B", "D"]


def test_a_header_row_that_is_pointed_out_is_the_header_whatever_it_says():
    columns = {0: Field.AREA, 1: Field.CONTROL, 2: Field.METHOD}
    reading = pasted(header_row=1, columns=columns)
    assert reading.rows[0].n == 5
    assert reading.columns[Field.METHOD] == "Så här"


def test_a_table_without_any_header_row_is_read_by_its_columns():
    text = "Ekonomi\tAttest\tAlla\nVård\tAkter\tAlla"
    reading = pasted(text, header_row=0, columns={0: Field.AREA, 1: Field.CONTROL, 2: None})
    assert [line.control for line in reading.rows] == ["Attest", "Akter"]
    assert reading.rows[0].extra == {"Kolumn C": "Alla"}
    assert reading.header_row == 0


def test_without_the_kontrollmoment_there_is_no_plan():
    with pytest.raises(InvalidInput, match="kontrollmomentet"):
        pasted(header_row=1, columns={0: Field.AREA})


def test_headings_that_nobody_has_explained_are_told_apart():
    reading = pasted("Kontrollmoment\tMetod\tBilaga\nA\tB\tC\nD\tE\tF")
    assert [h.text for h in reading.headings if h.field is None and not h.told] == ["Bilaga"]


def test_several_tables_with_repeated_headers_are_one_plan():
    reading = in_word(
        paragraph("Internkontrollplan 2019"),
        table(HEADER, ROW),
        table(HEADER, ROW, HEADER, ROW),
    )
    assert [line.file_row for line in reading.rows] == [2, 4, 6]
    assert {note.code for note in reading.notes} == {"file", "repeated_header", "title_year"}
    assert reading.metadata == (("", "Internkontrollplan 2019"),)


def test_a_table_broken_off_by_a_page_goes_on_and_is_told_of():
    reading = in_word(table(HEADER, ROW), table(ROW, ROW))
    assert len(reading.rows) == 3
    assert [note.code for note in reading.notes if note.code != "file"] == ["continued_table"]


def test_another_table_of_the_document_is_told_of_and_not_read():
    reading = in_word(
        table(("Version", "Datum"), ("1", "2020-01-01")), table(HEADER, ROW), paragraph("Skala"),
        table(("Värde", "Ord", "", "", ""), ("1", "Osannolik", "", "", "")),
    )  # fmt: skip
    assert len(reading.rows) == 1
    told = [note.text for note in reading.notes if note.code == "other_sheet"]
    assert ["Version" in told[0], "Värde" in told[1]] == [True, True]


def test_tables_with_their_columns_in_another_order_are_read_by_their_own_headings():
    turned = tuple(reversed(HEADER)), tuple(reversed(ROW))
    reading = in_word(table(HEADER, ROW), table(*turned), table(HEADER, *turned, ROW[::-1]))
    assert [line.control for line in reading.rows] == ["Rätt attest"] * 4
    assert "moved_columns" in {note.code for note in reading.notes}


def test_a_heading_above_a_table_is_its_area_where_it_has_no_such_column():
    reading = in_word(
        paragraph("Ekonomi", style="Heading2"),
        table(HEADER[1:], ROW[1:]),
        paragraph("Vård", style="Heading2"),
        table(HEADER[1:], ROW[1:]),
    )
    assert [line.area for line in reading.rows] == ["Ekonomi", "Vård"]
    assert reading.questions == ()


def test_an_area_in_merged_cells_holds_for_all_their_rows():
    reading = in_word(
        table(
            HEADER,
            row(cell("Ekonomi", merge="restart"), *ROW[1:]),
            row(cell(merge="continue"), *ROW[1:]),
            row("", *ROW[1:]),
        )
    )
    assert [line.area for line in reading.rows] == ["Ekonomi", "Ekonomi", ""]
    assert [(q.code, q.rows) for q in reading.questions] == [("area_above", (3,))]
