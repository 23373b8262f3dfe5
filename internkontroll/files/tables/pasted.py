"""Cells pasted from Word, Excel or a web page: tabs between cells, or ``;`` as in a CSV."""

import csv

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_text
from internkontroll.files.tables.decoding import refuse_mangled
from internkontroll.files.tables.delimited import read_delimited
from internkontroll.files.tables.limits import MEGABYTE, Limits
from internkontroll.files.tables.model import Row, Sheet, Workbook

PASTED = "Inklistrade celler"
"""What pasted cells are called where a file has its name."""


def read_pasted(text: str, limits: Limits) -> Workbook:
    """The pasted cells as a workbook of one sheet.

    Word breaks a cell with several paragraphs over lines without quoting it: lines are then put
    together until the row has as many cells as the first one. Raises InvalidInput for a text that
    is too large, is no table, or has a row too wide.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.size:
        raise InvalidInput(
            f"Det du klistrade in är {size / MEGABYTE:.0f} MB. Högst {limits.size // MEGABYTE} MB "
            "läses. Välj filen i stället."
        )
    if not text.strip():
        raise InvalidInput("Klistra in tabellens celler, eller välj en fil.")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")
    if "\t" not in text:
        book = read_delimited("\n".join(lines).encode("utf-8", "replace"), PASTED, limits)
        if all(len(row.texts) < 2 for row in book.sheets[0].rows):
            raise InvalidInput(
                "Det du klistrade in är ingen tabell. Markera hela tabellen i Word eller Excel, "
                "kopiera och klistra in den här."
            )
        return Workbook(PASTED, "pasted", book.sheets, separator=book.separator)
    records, joined = _records(lines)
    rows = []
    for number, cells in enumerate(records, start=1):
        cleaned = tuple(clean_text(cell) for cell in cells)
        if len(cleaned) > limits.columns and any(cleaned[limits.columns :]):
            raise InvalidInput(
                f"Rad {number} har {len(cleaned)} kolumner. Högst {limits.columns} läses. "
                "Ta bort kolumner som inte hör till tabellen."
            )
        for cell in cleaned:
            refuse_mangled(cell, f"rad {number}")
        if any(cleaned):
            rows.append(Row(number, cleaned[: limits.columns]))
    if len(records) > limits.rows:
        raise InvalidInput(f"Det du klistrade in har fler än {limits.rows} rader. Dela upp det.")
    notes = []
    if joined:
        shown = ", ".join(str(number) for number in joined[:20])
        notes.append(
            "Rutor med flera stycken har satts ihop till en rad. Kontrollera rad "
            f"{shown}{' …' if len(joined) > 20 else ''}."
        )
    return Workbook(
        PASTED, "pasted", (Sheet(PASTED, tuple(rows)),), separator="\t", notes=tuple(notes)
    )


def _records(lines: list[str]) -> tuple[list[list[str]], list[int]]:
    """Rows of cells, and the numbers of those that were put together from several lines."""
    if any('"' in line for line in lines):
        try:
            # Excel quotes a cell that has lines of its own.
            return list(
                csv.reader((f"{line}\n" for line in lines), delimiter="\t", strict=True)
            ), []
        except csv.Error:
            pass  # a quotation mark in the text itself: the cells are not quoted
    width = next(line.count("\t") for line in lines if "\t" in line)
    records: list[list[str]] = []
    joined = []
    place = 0
    while place < len(lines):
        taken = _lines_of_row(lines, place, width)
        records.append("\n".join(lines[place : place + taken]).split("\t"))
        if taken > 1:
            joined.append(len(records))
        place += taken
    return records, joined


def _lines_of_row(lines: list[str], place: int, tabs: int) -> int:
    """How many lines from ``place`` make one row with exactly ``tabs`` tabs; 1 if none do.

    A line that is whole by itself never continues another.
    """
    seen = lines[place].count("\t")
    if seen >= tabs:
        return 1
    for more, line in enumerate(lines[place + 1 :], start=2):
        count = line.count("\t")
        if count >= tabs or seen + count > tabs:
            return 1
        seen += count
        if seen == tabs:
            return more
    return 1
