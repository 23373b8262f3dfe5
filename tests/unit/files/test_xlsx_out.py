"""Workbooks: typed cells, a frozen header with filters, and no text that is run."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import cast
from xml.etree import ElementTree

import openpyxl
import pytest

from internkontroll.files.csv_out import Cell
from internkontroll.files.xlsx import CELL_MAX, Sheet, xlsx_bytes

SHEET = Sheet(
    "Utfall",
    ("Nr", "Vad", "Dag", "Kronor"),
    (
        (1, "=1+1", date(2020, 3, 12), Decimal("12.50")),
        (12_345, "007", None, Decimal("-3")),
        (None, "två\nrader", date(2024, 2, 29), None),
    ),
)


def opened(*sheets: Sheet) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx_bytes("Utfall", sheets or (SHEET,))))


def test_figures_days_and_texts_are_read_back_as_what_they_are() -> None:
    sheet = opened()["Utfall"]

    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        [1, "=1+1", datetime(2020, 3, 12), 12.5],  # noqa: DTZ001
        [12_345, "007", None, -3],
        [None, "två\nrader", datetime(2024, 2, 29), None],  # noqa: DTZ001
    ]
    assert [cell.data_type for cell in sheet[2]] == ["n", "s", "d", "n"]


def test_the_header_is_frozen_bold_and_has_filters_over_every_row() -> None:
    sheet = opened()["Utfall"]

    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:D4"
    assert [cell.font.b for cell in sheet[1]] == [True] * 4
    assert sheet.print_title_rows == "$1:$1"


def test_a_column_is_as_wide_as_what_it_holds_within_reason() -> None:
    sheet = opened(Sheet("A", ("Kort", "Långt"), (("x", "y" * 500),)))["A"]

    assert 9 <= sheet.column_dimensions["A"].width < 12
    assert sheet.column_dimensions["B"].width == 60


def test_no_cell_is_a_formula_whatever_it_begins_with() -> None:
    texts = ("=1", "+1", "-1", "@a", "\t=1", "'=1")
    made = xlsx_bytes("A", [Sheet("A", ("a",), tuple((text,) for text in texts))])

    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert [row[0].value for row in opened(Sheet("A", ("a",), (("=1",),)))["A"].iter_rows()] == [
        "a",
        "=1",
    ]


def test_a_figure_with_more_digits_than_excel_keeps_is_written_as_text() -> None:
    sheet = opened(Sheet("A", ("a",), ((1234567890123456,), (123456789012345,))))["A"]

    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [
        "1234567890123456",
        123456789012345,
    ]


def test_a_text_longer_than_a_cell_says_that_it_is_cut() -> None:
    value = opened(Sheet("A", ("a",), (("x" * (CELL_MAX + 1),),)))["A"]["A2"].value

    assert len(str(value)) == CELL_MAX
    assert str(value).endswith("(hela texten finns i JSON-filen)")


def test_a_moment_is_refused_where_a_day_is_meant() -> None:
    with pytest.raises(TypeError, match="a moment is no day"):
        xlsx_bytes("A", [Sheet("A", ("a",), ((datetime(2020, 1, 1, tzinfo=UTC),),))])


@pytest.mark.parametrize("name", ["", "a" * 32, "a/b", "a:b", "[a]", "'a"])
def test_a_sheet_gets_no_name_that_excel_refuses(name: str) -> None:
    with pytest.raises(ValueError, match="no sheet may be called"):
        Sheet(name, ("a",), ())


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells, the header 2"):
        Sheet("A", ("a", "b"), cast(tuple[tuple[Cell, ...], ...], (("x",),)))


def test_a_workbook_without_sheets_or_with_two_of_one_name_is_refused() -> None:
    for sheets in ([], [Sheet("A", ("a",), ()), Sheet("a", ("a",), ())]):
        with pytest.raises(ValueError, match="a name of its own"):
            xlsx_bytes("A", sheets)


def test_a_table_without_rows_still_has_its_header() -> None:
    sheet = opened(Sheet("A", ("a", "b"), ()))["A"]

    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["a", "b"]]
    assert sheet.auto_filter.ref == "A1:B1"


def test_the_same_tables_give_the_same_file_and_every_part_is_xml() -> None:
    made = xlsx_bytes("Utfall", [SHEET])

    assert made == xlsx_bytes("Utfall", [SHEET])
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))  # noqa: S314
        assert b"<dc:language>sv-SE" in archive.read("docProps/core.xml")
