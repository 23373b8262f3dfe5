import io
import random
import struct
import tracemalloc
import zipfile
from datetime import date, datetime

import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.files.tables import PLAN_LIMITS, Limits, column_name, read_table
from tests.unit.files.workbooks import (
    BOOK_RELATIONS,
    archive,
    sheet_xml,
    workbook,
)

A1 = '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
SMALL = sheet_xml(f"<sheetData>{A1}</sheetData>")


def _refusal(data, name="plan.xlsx", **options):
    with pytest.raises(InvalidInput) as caught:
        read_table(data, name, **options)
    return caught.value.sentence


def test_a_sheet_comes_out_as_text_with_the_row_numbers_of_the_file():
    book = read_table(workbook([["a", None, "b"], [], ["", "c"]]), "plan.xlsx")
    (sheet,) = book.sheets
    assert (book.kind, sheet.name, sheet.hidden) == ("xlsx", "Plan", False)
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (1, ("a", "", "b")),
        (3, ("", "c", "")),
    ]


def test_numbers_and_dates_are_text_as_a_reader_would_write_them():
    cells = [
        "0012",
        2020,
        2020.0,
        3.5,
        0.1,
        -7,
        1e15,
        date(2020, 4, 30),
        datetime(2020, 4, 30, 13, 5),  # noqa: DTZ001 - a cell has no time zone
        True,
    ]
    ((row,),) = [sheet.rows for sheet in read_table(workbook([cells]), "plan.xlsx").sheets]
    assert row.cells == (
        "0012",
        "2020",
        "2020",
        "3,5",
        "0,1",
        "-7",
        "1000000000000000",
        "2020-04-30",
        "2020-04-30 13:05",
        "Sant",
    )


def test_a_text_that_looks_like_a_formula_stays_text():
    ((row,),) = [s.rows for s in read_table(workbook([["'=1+1", "-abc"]]), "plan.xlsx").sheets]
    assert row.cells == ("'=1+1", "-abc")


def test_a_merged_cell_is_filled_down_and_noted_but_not_sideways():
    def arrange(_, sheet):
        sheet.merge_cells("A2:A4")
        sheet.merge_cells("B2:C2")

    data = workbook(
        [["h1", "h2", "h3"], ["area", "x", None], [None, "y"], [None, "z"]], arrange=arrange
    )
    (sheet,) = read_table(data, "plan.xlsx").sheets
    assert [row.cells for row in sheet.rows[1:]] == [
        ("area", "x", ""),
        ("area", "y", ""),
        ("area", "z", ""),
    ]
    assert [sorted(row.filled) for row in sheet.rows] == [[], [], [0], [0]]
    assert sheet.merged == ("A2:A4",)


def test_a_merged_range_over_the_whole_sheet_costs_nothing():
    content = f'<sheetData>{A1}<row r="2"><c r="B2"><v>1</v></c></row></sheetData>'
    merged = content + '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    (sheet,) = read_table(archive(sheet_xml(merged)), "plan.xlsx").sheets
    assert [row.cells for row in sheet.rows] == [("x", ""), ("x", "1")]


def test_a_hidden_sheet_says_so_and_an_empty_one_has_no_rows():
    def arrange(book, _):
        book.create_sheet("Gömd").append(["x"])
        book["Gömd"].sheet_state = "hidden"
        book.create_sheet("Djupt").sheet_state = "veryHidden"

    sheets = read_table(workbook([["a"]], arrange=arrange), "plan.xlsx").sheets
    assert [(s.name, s.hidden, len(s.rows)) for s in sheets] == [
        ("Plan", False, 1),
        ("Gömd", True, 1),
        ("Djupt", True, 0),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "är en bild (PNG)"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "är en bild (JPEG)"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(50), "är en bild (WebP)"),
        (b"<svg xmlns='x'></svg>", "är en bild (SVG)"),
        (b"%PDF-1.7\n" + bytes(50), "är en PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "gammalt Office-format"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(9000)
            + "EncryptedPackage".encode("utf-16-le"),
            "lösenord",
        ),
        (b"<html><table></table></html>", "webbsida"),
        (b"<?xml version='1.0'?><x/>", "XML-fil"),
        (b"{\\rtf1 x}", "RTF"),
        (b"\x1f\x8b\x08" + bytes(20), "packat arkiv"),
        (b"", "är tom"),
        (b"\x00\x01\x02\x03" * 50, "ingen textfil"),
        (b"PK\x03\x04skr\xc3\xa4p", "skadad"),
        (archive(SMALL)[:-200], "skadad"),
    ],
)
def test_another_kind_of_file_named_xlsx_gets_its_own_sentence(content, says):
    sentence = _refusal(content, "C:\\mina\\plan.xlsx")
    assert says in sentence
    assert "”plan.xlsx”" in sentence


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        (["word/document.xml"], "ingen tabell"),
        (["ppt/presentation.xml"], "presentation"),
        (["xl/workbook.bin"], ".xlsb"),
        (["mimetype", "content.xml"], "OpenDocument"),
        (["plan.csv"], "zip-arkiv"),
        (["xl/workbook.xml", "xl/vbaProject.bin"], "makron"),
    ],
)
def test_another_kind_of_archive_gets_its_own_sentence(entries, says):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as book:
        for name in entries:
            book.writestr(name, "<x/>")
    assert says in _refusal(data.getvalue())


def test_a_file_over_20_mb_is_refused_with_its_size():
    assert "är 25 MB. Högst 20 MB" in _refusal(bytes(25 * 1024 * 1024))


def _bomb(sheet):
    """Refuse a file; the peak of memory that Python took for it, in bytes."""
    data = archive(sheet) if isinstance(sheet, str) else sheet
    tracemalloc.start()
    try:
        sentence = _refusal(data)
        return sentence, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1048576'><c  t='n'  r='XFD1048576' ><!-- --><v>1</v></c></row>",
        (
            '<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
            'r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'
        ),
        '<row r="1048575"/><row><c/><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="200000"><c r="A200000" t="inlineStr"><is><t>y</t></is></c></row>',
        '<row r="100000"><c r="T100000"><v>1</v></c></row>',
        '<row r="40000"><c r="T40000"><v>1</v></c></row>',
        '<row r="2"><c r="GS2"><f>1</f></c></row>',
        '<row r="99999"/><row><c><v>1</v></c></row><row><c><v>1</v></c></row>',
        '<row r="2"><c r="A99999999999999999999"><v>1</v></c></row>',
    ],
)
def test_one_cell_far_out_is_refused_before_the_sheet_is_laid_out(cells):
    sentence, memory = _bomb(sheet_xml(f"<sheetData>{A1}{cells}</sheetData>"))
    assert "”plan.xlsx”" in sentence
    assert "utanför tabellen" in sentence or "inte hör till tabellen" in sentence
    assert memory < 8 * 1024 * 1024


def test_a_reference_cut_between_two_pieces_is_still_seen():
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    start = f"<sheetData>{A1}"
    before = len(sheet_xml(start)) - len("</worksheet>")
    for cut in range(1, len(far), 3):
        filling = " " * (256 * 1024 - cut - before)
        part = sheet_xml(f"{start}{filling}{far}{A1 * 3}</sheetData>")
        assert part[256 * 1024 - cut :].startswith(far)
        assert "kolumn XFD" in _refusal(archive(part))


def test_a_cell_that_only_carries_a_format_does_not_count():
    cells = f'{A1}<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    data = archive(sheet_xml(f'<dimension ref="A1:XFD1048576"/><sheetData>{cells}</sheetData>'))
    (sheet,) = read_table(data, "plan.xlsx").sheets
    assert [row.cells for row in sheet.rows] == [("x",)]


def test_a_sheet_without_references_is_read_and_its_extent_is_counted():
    rows = '<row><c t="inlineStr"><is><t>a</t></is></c><c><v>1</v></c></row>'
    (sheet,) = read_table(archive(sheet_xml(f"<sheetData>{rows * 3}</sheetData>")), "p.xlsx").sheets
    assert [row.cells for row in sheet.rows] == [("a", "1")] * 3
    wide = sheet_xml(f"<sheetData><row>{'<c><v>1</v></c>' * 300}</row></sheetData>")
    assert "kolumn GS" in _refusal(archive(wide))


def test_a_sheet_under_another_name_is_judged_all_the_same():
    far = sheet_xml('<sheetData><row r="9"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    relations = BOOK_RELATIONS.replace("worksheets/sheet1.xml", "anything.dat")
    data = archive(far, path="xl/anything.dat", relations=relations)
    assert "kolumn XFD" in _refusal(data)


def test_a_file_of_301_mb_unzipped_is_refused_and_never_held_in_memory():
    data = archive(
        sheet_xml("<sheetData/>"), [("xl/big.xml", b"<x>" + bytes(10) + b" " * 110_000_000)]
    )
    sentence, memory = _bomb(data)
    assert "större än 100 MB" in sentence
    assert memory < 8 * 1024 * 1024


def test_a_size_that_the_directory_lies_about_is_counted_anyway():
    data = archive(SMALL, [("xl/big.xml", b"<x>" + b" " * 110_000_000 + b"</x>")])
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        size = book.getinfo("xl/big.xml").file_size
    lying = data.replace(struct.pack("<I", size), struct.pack("<I", 1000))
    assert lying != data
    sentence, memory = _bomb(lying)
    assert "större än 100 MB" in sentence
    assert memory < 8 * 1024 * 1024


def test_a_small_lie_about_a_size_or_a_changed_byte_is_a_damaged_file():
    data = archive(SMALL, [("xl/more.xml", "<x>" + "a" * 5000 + "</x>")])
    lying = data.replace(struct.pack("<I", 5007), struct.pack("<I", 100))
    assert lying != data
    assert "skadad" in _refusal(lying)


def test_too_many_entries_are_refused():
    data = archive(SMALL, [(f"xl/{n}.xml", "<x/>") for n in range(2000)])
    assert "2005 delar. Högst 2000" in _refusal(data)


def test_an_archive_in_the_archive_is_refused():
    assert "annan packad fil" in _refusal(archive(SMALL, [("xl/media/a.bin", archive(SMALL))]))


@pytest.mark.parametrize("where", ["sheet", "other", "utf16", "lower"])
def test_a_document_type_in_any_part_is_refused(where):
    bomb = '<!DOCTYPE x [<!ENTITY a "b">]>'
    if where == "sheet":
        data = archive(SMALL.replace("?>", f"?>{bomb}"))
    elif where == "other":
        data = archive(SMALL, [("docProps/custom.xml", f'<?xml version="1.0"?>{bomb}<x>&a;</x>')])
    elif where == "lower":
        data = archive(SMALL, [("customXml/item1.xml", f"<x>{' ' * 300_000}{bomb.lower()}</x>")])
    else:
        data = archive(SMALL, [("xl/a.xml", f"<?xml version='1.0'?>{bomb}<x/>".encode("utf-16"))])
    sentence = _refusal(data)
    assert "<!DOCTYPE" in sentence or where == "utf16"


def test_many_style_only_cells_without_references_are_refused_soon():
    content = "<sheetData>" + ("<row>" + "<c/>" * 200 + "</row>") * 2000 + "</sheetData>"
    assert "en del som inte går att läsa" in _refusal(archive(sheet_xml(content)))


def test_200_columns_are_read_and_201_are_not():
    assert len(read_table(workbook([["x"] * 200]), "p.xlsx").sheets[0].rows[0].cells) == 200
    assert "Högst 200 kolumner" in _refusal(workbook([["x"] * 201]))


def test_rows_up_to_the_limit_are_read_and_one_more_is_not():
    limits = Limits(size=PLAN_LIMITS.size, rows=3)
    assert len(read_table(workbook([["x"]] * 3), "p.xlsx", limits=limits).sheets[0].rows) == 3
    assert "rad 4. Högst 3" in _refusal(workbook([["x"]] * 4), limits=limits)


def test_mangled_letters_in_a_workbook_are_refused_with_their_row():
    assert "”HjÃ¤lp” (bladet ”Plan”, rad 2)" in _refusal(workbook([["Rubrik"], ["HjÃ¤lp"]]))


def test_a_workbook_without_any_text_is_refused():
    assert "inga rader med text" in _refusal(workbook([[None]]))


def test_no_damage_to_a_workbook_gives_anything_but_a_sentence_or_a_table():
    rng = random.Random(7)  # noqa: S311 - test data
    whole = workbook([["Kontrollmoment", "Metod"], ["a", "b"]])
    for _ in range(150):
        broken = bytearray(whole)
        for _ in range(rng.randrange(1, 6)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        try:
            read_table(bytes(broken[: rng.randrange(100, len(broken) + 1)]), "p.xlsx")
        except InvalidInput as error:
            assert error.sentence.startswith(("Filen ”p.xlsx”", "Bokstäver"))  # noqa: PT017


def test_columns_are_named_as_in_the_spreadsheet_program():
    assert [column_name(n) for n in (1, 26, 27, 200, 16384)] == ["A", "Z", "AA", "GR", "XFD"]
