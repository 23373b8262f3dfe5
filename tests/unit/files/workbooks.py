"""Workbooks and raw .xlsx archives made in memory for the tests of reading."""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

CONTENT_TYPES = (
    f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
ROOT_RELATIONS = (
    f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Blad" sheetId="1" r:id="r1"/></sheets></workbook>'
)
BOOK_RELATIONS = (
    f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)


def sheet_xml(content: str) -> str:
    """A sheet part around ``content`` (sheetData and what follows it)."""
    return f'<?xml version="1.0"?><worksheet xmlns="{_SPREADSHEET}">{content}</worksheet>'


def archive(
    sheet: str | bytes, extra: Iterable[tuple[str, bytes | str]] = (), **replaced: str
) -> bytes:
    """A whole .xlsx archive with the sheet part as given, and more entries after it."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", CONTENT_TYPES)
        book.writestr("_rels/.rels", ROOT_RELATIONS)
        book.writestr("xl/workbook.xml", replaced.get("book", BOOK))
        book.writestr("xl/_rels/workbook.xml.rels", replaced.get("relations", BOOK_RELATIONS))
        book.writestr(replaced.get("path", "xl/worksheets/sheet1.xml"), sheet)
        for name, content in extra:
            book.writestr(name, content)
    return data.getvalue()


def workbook(
    rows: Sequence[Sequence[Any]],
    *,
    title: str = "Plan",
    arrange: Callable[[openpyxl.Workbook, Worksheet], None] | None = None,
) -> bytes:
    """An .xlsx file with the rows in its first sheet; ``arrange`` merges, hides and adds."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    if arrange is not None:
        arrange(book, sheet)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
