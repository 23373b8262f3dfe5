"""Skriv XLSX: tables as a workbook that Excel and LibreOffice open without asking.

Every cell has its type: text is text and is never run as a formula, figures and days can be summed
and sorted. The header is frozen and has filters. The same tables give the same bytes.

Written by hand on purpose: what is needed is a fraction of the format, and a package of files is
only reproducible where nothing of the clock and of the machine is in it.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from internkontroll.files.csv_out import Cell
from internkontroll.files.literal import literal

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

CELL_MAX = 32_767
"""Most characters that Excel keeps in a cell."""

_CUT = " … (hela texten finns i JSON-filen)"
_NAME_MAX = 31
_DIGITS_MAX = 15
_DAY_ZERO = date(1899, 12, 30)
_FIRST_DAY = date(1900, 3, 1)
_WIDEST, _NARROWEST = 60, 9
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
_ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEADER_STYLE, _TEXT_STYLE, _INTEGER_STYLE, _DECIMAL_STYLE, _DAY_STYLE = 1, 2, 3, 4, 5
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    + "".join(
        f'<xf numFmtId="{form}" fontId="{font}" fillId="0" borderId="0" xfId="0" '
        f'applyNumberFormat="1" applyFont="1" applyAlignment="1"{more}>'
        f'<alignment vertical="top"{wrap}/></xf>'
        for form, font, wrap, more in (
            (49, 1, ' wrapText="1"', ' quotePrefix="1"'),
            (49, 0, ' wrapText="1"', ' quotePrefix="1"'),
            (3, 0, "", ""),
            (4, 0, "", ""),
            (164, 0, "", ""),
        )
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    "</cellStyles></styleSheet>"
)


@dataclass(frozen=True)
class Sheet:
    """Blad: a table with one header row.

    Raises ValueError for a name that Excel refuses and for a row of another width than the header.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if (
            not self.name
            or len(self.name) > _NAME_MAX
            or re.search(r"[\[\]:*?/\\]|^'|'$", self.name)
        ):
            raise ValueError(f"no sheet may be called {self.name!r}")
        for row in self.rows:
            if len(row) != len(self.header):
                raise ValueError(f"a row has {len(row)} cells, the header {len(self.header)}")


def _column(number: int) -> str:
    """Letters of a column from 0: 0 is A, 26 is AA."""
    letters, number = "", number + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _text(value: str) -> str:
    """Text as the format holds it: what looks like its own escape is escaped."""
    told = literal(value, tab="\t")
    if len(told) > CELL_MAX:
        told = told[: CELL_MAX - len(_CUT)] + _CUT
    return escape(_ESCAPE_LOOKALIKE.sub("_x005F_", told))


def _cell(place: str, value: Cell, style: int | None = None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        kept = f'<is><t xml:space="preserve">{_text(value)}</t></is>'
        return f'<c r="{place}" s="{style or _TEXT_STYLE}" t="inlineStr">{kept}</c>'
    if isinstance(value, datetime):
        raise TypeError("a moment is no day: tell which day it is in Sweden")
    if isinstance(value, date):
        if value < _FIRST_DAY:
            return _cell(place, value.isoformat())
        return f'<c r="{place}" s="{_DAY_STYLE}"><v>{(value - _DAY_ZERO).days}</v></c>'
    told = f"{value:f}" if isinstance(value, Decimal) else str(value)
    if len(told.strip("-").replace(".", "")) > _DIGITS_MAX:
        # Excel keeps fifteen digits of a figure and would say another one.
        return _cell(place, told)
    kind = _DECIMAL_STYLE if isinstance(value, Decimal) else _INTEGER_STYLE
    return f'<c r="{place}" s="{kind}"><v>{told}</v></c>'


def _row(number: int, cells: Sequence[Cell], style: int | None = None) -> str:
    told = "".join(
        _cell(f"{_column(place)}{number}", value, style) for place, value in enumerate(cells)
    )
    return f'<row r="{number}">{told}</row>'


def _width(sheet: Sheet, place: int) -> int:
    """Signs that the column has room for: its longest line, within what can be read."""
    texts = [
        sheet.header[place],
        *(str(row[place]) for row in sheet.rows if row[place] is not None),
    ]
    longest = max(len(line) for text in texts for line in (text.splitlines() or [""]))
    return min(max(longest + 3, _NARROWEST), _WIDEST)


def _sheet_xml(sheet: Sheet, *, first: bool) -> str:
    last = f"{_column(len(sheet.header) - 1)}{len(sheet.rows) + 1}"
    columns = "".join(
        f'<col min="{place + 1}" max="{place + 1}" width="{_width(sheet, place)}" customWidth="1"/>'
        for place in range(len(sheet.header))
    )
    rows = _row(1, sheet.header, _HEADER_STYLE) + "".join(
        _row(number, row) for number, row in enumerate(sheet.rows, start=2)
    )
    chosen = ' tabSelected="1"' if first else ""
    return (
        f'<worksheet xmlns="{_MAIN}"><dimension ref="A1:{last}"/>'
        f'<sheetViews><sheetView{chosen} workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '<selection pane="bottomLeft"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols>'
        f'<sheetData>{rows}</sheetData><autoFilter ref="A1:{last}"/>'
        '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )


def _workbook_xml(sheets: Sequence[Sheet]) -> str:
    listed = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, start=1)
    )
    named = "".join(
        '<definedName name="{}" localSheetId="{}"{}>{}!{}</definedName>'.format(
            name, place, hidden, escape("'" + sheet.name.replace("'", "''") + "'"), area
        )
        for name, hidden, area_of in (
            ("_xlnm._FilterDatabase", ' hidden="1"', _filtered),
            ("_xlnm.Print_Titles", "", lambda _sheet: "$1:$1"),
        )
        for place, sheet in enumerate(sheets)
        for area in (area_of(sheet),)
    )
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{listed}</sheets><definedNames>{named}</definedNames></workbook>"
    )


def _filtered(sheet: Sheet) -> str:
    return f"$A$1:${_column(len(sheet.header) - 1)}${len(sheet.rows) + 1}"


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _content_types(count: int) -> str:
    spread = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = [
        ("/xl/workbook.xml", f"{spread}.sheet.main+xml"),
        *((f"/xl/worksheets/sheet{n}.xml", f"{spread}.worksheet+xml") for n in range(1, count + 1)),
        ("/xl/styles.xml", f"{spread}.styles+xml"),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    ]
    listed = "".join(f'<Override PartName="{p}" ContentType="{kind}"/>' for p, kind in parts)
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


def _core_xml(title: str) -> str:
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{_text(title)}</dc:title><dc:language>sv-SE</dc:language></cp:coreProperties>"
    )


def xlsx_bytes(title: str, sheets: Sequence[Sheet]) -> bytes:
    """The tables as a workbook, one sheet each in the order given.

    Raises ValueError without a sheet and where two have the same name.
    """
    names = {sheet.name.casefold() for sheet in sheets}
    if not sheets or len(names) != len(sheets):
        raise ValueError("a workbook has at least one sheet, and each a name of its own")
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations(
            [
                (f"{_OFFICE}/officeDocument", "xl/workbook.xml"),
                (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ]
        ),
        "docProps/core.xml": _core_xml(title),
        "xl/workbook.xml": _workbook_xml(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                *((f"{_OFFICE}/worksheet", f"worksheets/sheet{number}.xml") for number in numbers),
                (f"{_OFFICE}/styles", "styles.xml"),
            ]
        ),
        "xl/styles.xml": _STYLES,
        **{
            f"xl/worksheets/sheet{number}.xml": _sheet_xml(sheet, first=number == 1)
            for number, sheet in zip(numbers, sheets, strict=True)
        },
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, (_HEAD + content).encode("utf-8"))
    return out.getvalue()
