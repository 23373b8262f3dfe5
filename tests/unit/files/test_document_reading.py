import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from internkontroll.core.errors import InvalidInput
from internkontroll.files.tables import Limits, read_table
from tests.unit.files.documents import body, cell, document, paragraph, row, run, table
from tests.unit.files.workbooks import workbook

HEADER = ("Område", "Risk", "Kontrollmoment")


def read(*parts, **more):
    return read_table(document(*parts, **more), "plan.docx")


def grid(book):
    return [[line.cells for line in sheet.rows] for sheet in book.sheets]


def refusal(data, name="plan.docx", **more):
    with pytest.raises(InvalidInput) as caught:
        read_table(data, name, **more)
    return caught.value.sentence


def test_each_table_is_a_sheet_and_the_rows_are_numbered_through_the_document():
    book = read(table(HEADER, ("A", "B", "C")), paragraph("Mellan"), table(HEADER, ("D", "E", "F")))
    assert book.kind == "docx"
    assert [sheet.name for sheet in book.sheets] == ["Tabell 1", "Tabell 2"]
    assert [[line.number for line in sheet.rows] for sheet in book.sheets] == [[1, 2], [3, 4]]
    assert book.sheets[1].above[0].text == "Mellan"
    assert "tabell 2 är rad 3–4" in book.notes[0]


def test_paragraphs_and_breaks_in_a_cell_are_lines_and_a_list_has_bullets():
    inner = paragraph("Att rutinen följs:") + paragraph("ett", listed=True) + paragraph("två\ntre")
    ((_, (first, *_)),) = grid(read(table(HEADER, (cell(inner=inner), "B", "C"))))
    assert first == "Att rutinen följs:\n- ett\ntvå\ntre"


def test_a_cell_merged_over_rows_is_filled_down_and_one_over_columns_stands_in_its_first():
    book = read(
        table(
            HEADER,
            row(cell("Ekonomi", merge="restart"), "R1", "K1"),
            row(cell(merge="continue"), "R2", "K2"),
            row(cell("Rubrik", span=3)),
            row("K3", before=2),
        )
    )
    ((_, first, second, third, fourth),) = grid(book)
    assert (first, second) == (("Ekonomi", "R1", "K1"), ("Ekonomi", "R2", "K2"))
    assert book.sheets[0].rows[2].filled == {0}
    assert (third, fourth) == (("Rubrik", "", ""), ("", "", "K3"))
    assert book.sheets[0].merged == ("rad 2–3",)


def test_a_merge_ends_where_a_cell_of_its_own_stands():
    book = read(
        table(
            row(cell("A", merge="restart"), "1"),
            row(cell("B"), "2"),
            row(cell(merge="continue"), "3"),
        )
    )
    assert grid(book) == [[("A", "1"), ("B", "2"), ("", "3")]]


def test_inserted_text_is_read_and_deleted_text_is_told_and_not_read():
    changed = (
        f'<w:ins w:id="1">{run("nytt ")}</w:ins>'
        '<w:del w:id="2"><w:r><w:delText>gammalt</w:delText></w:r></w:del>'
        f"<w:moveFrom>{run('flyttat')}</w:moveFrom><w:moveTo>{run('flyttat')}</w:moveTo>"
    )
    book = read(table(HEADER, ("A", "B", cell(inner=paragraph(inner=changed)))))
    assert grid(book)[0][1][2] == "nytt flyttat"
    (note,) = book.notes
    assert "spårade ändringar" in note
    assert "gammalt" in note
    assert "flyttat" not in note


def test_a_text_box_is_told_once_with_its_words_and_is_not_mixed_into_the_cell():
    box = (
        "<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>"
        f"{paragraph('Gäller från mars')}</w:txbxContent></mc:Choice><mc:Fallback><v:textbox>"
        f"<w:txbxContent>{paragraph('Äldre ritning')}</w:txbxContent></v:textbox></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    inner = paragraph(inner=run("Före") + box + run(" efter"))
    book = read(table(HEADER, ("A", cell(inner=inner), "C")))
    assert grid(book)[0][1] == ("A", "Före efter", "C")
    assert [note for note in book.notes if "Gäller från mars" in note] == list(book.notes)
    assert len(book.notes) == 1


def test_a_table_in_a_text_box_and_one_in_a_cell_make_no_rows_of_their_own():
    inside = table(("x", "y"), ("z", "w"))
    box = f"<w:r><w:txbxContent>{inside}</w:txbxContent></w:r>"
    book = read(
        paragraph(inner=box), table(HEADER, ("A", cell(inner=f"{inside}{paragraph()}"), "C"))
    )
    assert grid(book) == [[HEADER, ("A", "x\ny\nz\nw", "C")]]
    assert any("x y z w" in note for note in book.notes)
    assert any("rad 2" in note and "inuti" in note for note in book.notes)


def test_images_embedded_objects_comments_and_footnotes_are_told_of_and_passed():
    inner = paragraph(
        inner=run("B") + "<w:r><w:commentReference/><w:footnoteReference/><w:object>"
        '<o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office"/></w:object></w:r>'
    )
    book = read(
        table(HEADER, ("A", cell(inner=inner), "C")),
        extra=[
            ("word/media/image1.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
            ("word/embeddings/Microsoft_Excel.xlsx", workbook([["hemligt"]])),
        ],
    )
    assert grid(book)[0][1] == ("A", "B", "C")
    said = " ".join(book.notes)
    for word in ("Bilder", "Inbäddade objekt", "Kommentarer", "Fotnoter"):
        assert word in said
    assert "hemligt" not in said


def test_field_codes_and_placeholders_are_no_text_and_links_and_fields_are():
    inner = paragraph(
        inner="<w:r><w:instrText>HYPERLINK x</w:instrText></w:r>"
        f"<w:hyperlink>{run('länk')}</w:hyperlink>"
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
        f"{run('Klicka här')}</w:sdtContent></w:sdt>"
        f"<w:sdt><w:sdtPr/><w:sdtContent>{run(' vald')}</w:sdtContent></w:sdt>"
        '<w:r><w:noBreakHyphen/><w:sym w:font="Wingdings" w:char="F0B7"/></w:r>'
    )
    assert grid(read(table(HEADER, ("A", cell(inner=inner), "C"))))[0][1][1] == "länk vald-•"


def test_a_heading_above_a_table_is_known_by_its_style():
    book = read(paragraph("Ekonomi", style="Rubrik2"), paragraph("text"), table(HEADER))
    assert [(one.text, one.heading) for one in book.sheets[0].above] == [
        ("Ekonomi", True),
        ("text", False),
    ]


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.csv", "plan"])
def test_a_document_is_read_by_its_content_whatever_it_is_called(name):
    assert read_table(document(table(HEADER)), name).kind == "docx"


@pytest.mark.parametrize("name", ["plan.docx", "plan.doc", "plan.csv"])
def test_a_workbook_is_read_by_its_content_whatever_it_is_called(name):
    assert read_table(workbook([HEADER]), name).kind == "xlsx"


def test_a_document_without_a_table_is_refused_with_what_to_do():
    assert "ingen tabell" in refusal(document(paragraph("Bara text")))


def test_a_document_type_is_refused_before_it_is_parsed():
    whole = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "b">]>' + body(table(HEADER))[21:]
    assert "<!DOCTYPE" in refusal(document(whole=whole))


def test_a_document_type_in_any_part_is_refused():
    data = document(table(HEADER), extra=[("word/styles.xml", "<!DOCTYPE x><x/>")])
    assert "<!DOCTYPE" in refusal(data)


def test_macros_are_refused():
    assert "makron" in refusal(document(table(HEADER), extra=[("word/vbaProject.bin", b"x")]))


def test_an_archive_in_the_archive_is_refused_outside_what_word_embeds():
    inner = document(table(HEADER))
    assert "packad fil" in refusal(document(table(HEADER), extra=[("word/plan.docx", inner)]))


def test_a_damaged_document_is_refused():
    assert "skadad" in refusal(document(whole=body(table(HEADER))[:-40]))


def test_200_columns_are_read_and_201_refused():
    wide = [str(number) for number in range(200)]
    assert len(read(table(wide)).sheets[0].rows[0].cells) == 200
    assert "201 kolumner" in refusal(document(table([*wide, "x"])))
    assert "kolumner" in refusal(document(table(row(cell("x", span=99_999)))))


def test_too_many_rows_and_cells_are_refused():
    rows = [("a", "b", "c")] * 40
    assert "fler än 30 rader" in refusal(document(table(*rows)), limits=Limits(2**20, rows=30))
    assert "för stora" in refusal(document(table(*rows)), limits=Limits(2**20, area=100))


def test_a_document_that_unpacks_too_large_is_refused_without_being_held_in_memory():
    data = io.BytesIO()
    with (
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(301):
            part.write(b" " * 2**20)
    tracemalloc.start()
    try:
        sentence = refusal(data.getvalue())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "större än 100 MB" in sentence
    assert peak < 10 * 2**20


def test_mangled_letters_are_refused_with_their_row():
    assert "rad 2" in refusal(document(table(HEADER, ("A", "FÃ¶rfall", "C"))))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.binary(max_size=6))
def test_any_damage_is_a_table_or_a_sentence(place, junk):
    whole = document(table(HEADER, ("A", "B", "C")))
    data = whole[: place % len(whole)] + junk + whole[place % len(whole) + len(junk) :]
    try:
        said = read_table(data, "plan.docx").sheets[0].name
    except InvalidInput as error:
        said = error.sentence
    assert said.endswith((".", "1"))
