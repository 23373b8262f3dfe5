"""Sheets of an .xlsx workbook through calamine, after the container has been judged."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_text
from internkontroll.files.tables.container import check_workbook
from internkontroll.files.tables.decoding import refuse_mangled
from internkontroll.files.tables.kinds import file_label
from internkontroll.files.tables.limits import Limits
from internkontroll.files.tables.model import Row, Sheet, Workbook
from internkontroll.files.tables.parts import column_name

CellValue = str | int | float | bool | date | datetime | time | timedelta
_MergedRange = tuple[tuple[int, int], tuple[int, int]]


def read_spreadsheet(
    data: bytes, filename: str, limits: Limits, *, clean: bool = True, checked: bool = False
) -> Workbook:
    """The workbook's sheets in their order; charts are no sheets.

    A number is text as it is written (2020, ``0012`` where the cell is text), with decimal comma; a
    date is ISO. Text in a cell merged over several rows is filled down. ``clean`` applies
    ``clean_text`` to the cells; an import of references leaves it out. ``checked`` says
    that the container has been judged already.
    """
    if not checked:
        check_workbook(data, filename, limits)
    # Slow to load, and most processes never read a workbook.
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    label = file_label(filename)
    sheets = []
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            worksheets = [m for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
            if len(worksheets) > limits.sheets:
                raise InvalidInput(
                    f"Filen ”{label}” har {len(worksheets)} blad. Högst {limits.sheets} läses. "
                    "Kopiera tabellen till en ny arbetsbok."
                )
            for metadata in worksheets:
                sheet = book.get_sheet_by_name(metadata.name)
                grid = sheet.to_python(skip_empty_area=False)
                rows, merged = _rows(
                    grid, list(sheet.merged_cell_ranges or ()), metadata.name, limits, clean=clean
                )
                hidden = metadata.visible != SheetVisibleEnum.Visible
                sheets.append(Sheet(metadata.name, rows, hidden, merged))
    except CalamineError as error:
        raise InvalidInput(_damaged(label)) from error
    except BaseException as error:
        # A panic in the reader's own code arrives as a class that no module exports.
        if type(error).__name__ != "PanicException":
            raise
        raise InvalidInput(_damaged(label)) from error
    if not any(sheet.rows for sheet in sheets):
        raise InvalidInput(f"Filen ”{label}” har inga rader med text. Välj filen med tabellen.")
    return Workbook(filename, "xlsx", tuple(sheets))


def _damaged(label: str) -> str:
    return (
        f"Filen ”{label}” är skadad och går inte att läsa. Öppna den i Excel, spara den på nytt "
        "och välj den nya filen."
    )


def _rows(
    grid: list[list[CellValue]],
    ranges: list[_MergedRange],
    sheet: str,
    limits: Limits,
    *,
    clean: bool,
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    texts = [[cell_text(cell, clean=clean) for cell in row] for row in grid]
    filled: dict[int, set[int]] = {}
    notes = []
    budget = limits.area
    for (top, left), (bottom, right) in ranges:
        last = min(bottom, len(texts) - 1)
        if last <= top or left >= len(texts[top]) or not texts[top][left]:
            continue
        budget -= last - top
        if budget < 0:
            raise InvalidInput(
                f"Bladet ”{sheet}” har för många sammanfogade rutor. "
                "Kopiera tabellen till en ny arbetsbok."
            )
        for row in range(top + 1, last + 1):
            if left < len(texts[row]) and not texts[row][left]:
                texts[row][left] = texts[top][left]
                filled.setdefault(row, set()).add(left)
        notes.append(f"{column_name(left + 1)}{top + 1}:{column_name(right + 1)}{bottom + 1}")
    rows = []
    for index, cells in enumerate(texts):
        own = [cell for column, cell in enumerate(cells) if column not in filled.get(index, ())]
        if not any(own):
            continue
        for cell in own:
            refuse_mangled(cell, f"bladet ”{sheet}”, rad {index + 1}")
        rows.append(Row(index + 1, tuple(cells), frozenset(filled.get(index, ()))))
    return tuple(rows), tuple(notes)


def cell_text(cell: CellValue, *, clean: bool = True) -> str:
    """A typed cell as the text that a reader of the sheet would write."""
    if isinstance(cell, str):
        return clean_text(cell) if clean else cell
    if isinstance(cell, bool):
        return "Sant" if cell else "Falskt"
    if isinstance(cell, float):
        if cell == int(cell):
            return str(int(cell))
        return format(Decimal(repr(cell)), "f").replace(".", ",")
    if isinstance(cell, datetime):
        if cell.time() == time():
            return cell.date().isoformat()
        return cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, time):
        return cell.isoformat(timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)
