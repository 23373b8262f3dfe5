"""CSV as municipalities' systems write it: separator found by trying, quotes across lines."""

import csv
import itertools
import re
from collections.abc import Iterable, Iterator
from io import BytesIO

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_text
from internkontroll.files.tables.decoding import detect_encoding, read_lines
from internkontroll.files.tables.kinds import file_label
from internkontroll.files.tables.limits import Limits
from internkontroll.files.tables.model import Row, Sheet, Workbook

SEPARATORS = (";", "\t", ",")
LONGEST_LINE = 1_000_000  # characters
_TRIED_LINES = 400
_TRIED_RECORDS = 50
_DECLARED = re.compile(r"sep=(.)\r?\n?$", re.IGNORECASE)


def read_delimited(data: bytes, filename: str, limits: Limits) -> Workbook:
    """The whole CSV as a workbook of one sheet, its texts cleaned as ``clean_text`` does."""
    label = file_label(filename)
    stream = BytesIO(data)
    encoding = detect_encoding(stream, label)
    lines = list(read_lines(stream, encoding, label, LONGEST_LINE))
    separator, skipped = find_separator(lines[:_TRIED_LINES])
    rows = []
    for number, cells in read_records(lines[skipped:], separator, label, limits, skipped=skipped):
        cleaned = tuple(clean_text(cell) for cell in cells)
        if any(cleaned):
            rows.append(Row(number, cleaned))
    if not rows:
        raise InvalidInput(f"Filen ”{label}” har inga rader med text. Välj filen med tabellen.")
    sheet = Sheet(name=label, rows=tuple(rows))
    return Workbook(filename, "csv", (sheet,), encoding=encoding, separator=separator)


def find_separator(lines: list[str]) -> tuple[str, int]:
    """The separator of the first lines, and how many of them only declare it (``sep=;``).

    The one that divides most records into the same number of cells wins; ``;`` where all tie,
    as in a file of one column.
    """
    if lines and (declared := _DECLARED.match(lines[0])):
        return declared[1], 1
    best, best_score = SEPARATORS[0], 0.0
    for separator in SEPARATORS:
        score = _score(lines, separator)
        if score > best_score:
            best, best_score = separator, score
    return best, 0


def _score(lines: list[str], separator: str) -> float:
    widths: list[int] = []
    try:
        for record in itertools.islice(_reader(lines, separator), _TRIED_RECORDS):
            if any(record):
                widths.append(len(record))
    except csv.Error:
        pass  # the right separator may meet a fault too; it is told of when the file is read
    counted = [(widths.count(width) * (width - 1), width) for width in set(widths) if width > 1]
    return max(counted)[0] / len(widths) if counted else 0.0


def _reader(lines: Iterable[str], separator: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=separator, strict=True)


def read_records(
    lines: Iterable[str], separator: str, label: str, limits: Limits, *, skipped: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Each record with its number from 1, as a spreadsheet program numbers the rows.

    Cells are as written. Raises InvalidInput that names the line where a quote is opened and never
    closed, and the record that has too many cells or comes after the last permitted one.
    """
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = skipped
    while True:
        opened = reader.line_num + skipped + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidInput(_fault(error, opened, label)) from error
        number += 1
        if number > limits.rows:
            raise InvalidInput(
                f"Filen ”{label}” har fler än {limits.rows} rader. Dela upp den eller ta bort "
                "rader som inte hör till tabellen."
            )
        if len(cells) > limits.columns and any(cells[limits.columns :]):
            raise InvalidInput(
                f"Rad {number} i filen ”{label}” har {len(cells)} kolumner. Högst "
                f"{limits.columns} läses. Ta bort kolumner som inte hör till tabellen."
            )
        yield number, cells[: limits.columns]


def _fault(error: csv.Error, opened: int, label: str) -> str:
    if "field larger" in str(error):
        return (
            f"En ruta på rad {opened} i filen ”{label}” är längre än "
            f"{csv.field_size_limit()} tecken. Troligen saknas ett avslutande citattecken."
        )
    return (
        f"Ett citattecken på rad {opened} i filen ”{label}” avslutas inte, eller följs av text "
        "utan avgränsare. Rätta raden, eller spara tabellen som .xlsx."
    )
