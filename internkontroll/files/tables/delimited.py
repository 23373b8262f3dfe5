"""CSV as municipalities' systems write it: separator found by trying, quotes across lines."""

import csv
import itertools
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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
    chunks = read_lines(stream, encoding, label, LONGEST_LINE)
    separator, skipped, lines = find_separator(chunks)
    rows = []
    for number, cells in read_records(lines, separator, label, limits, skipped=skipped):
        cleaned = tuple(clean_text(cell) for cell in cells)
        if any(cleaned):
            rows.append(Row(number, cleaned))
    if not rows:
        raise InvalidInput(f"Filen ”{label}” har inga rader med text. Välj filen med tabellen.")
    sheet = Sheet(name=label, rows=tuple(rows))
    return Workbook(filename, "csv", (sheet,), encoding=encoding, separator=separator)


def find_separator(chunks: Iterator[list[str]]) -> tuple[str, int, Iterator[list[str]]]:
    """The separator of a file, how many first lines only declare it (``sep=;``), and the rest.

    The one that divides most records of the first lines into the same number of cells wins; ``;``
    where all tie, as in a file of one column.
    """
    first = next(chunks, [])
    if first and (declared := _DECLARED.match(first[0])):
        return declared[1], 1, itertools.chain([first[1:]] if first[1:] else [], chunks)
    best, best_score = SEPARATORS[0], 0.0
    for separator in SEPARATORS:
        score = _score(first[:_TRIED_LINES], separator)
        if score > best_score:
            best, best_score = separator, score
    return best, 0, itertools.chain([first] if first else [], chunks)


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
    lines: Iterable[list[str]], separator: str, label: str, limits: Limits, *, skipped: int = 0
) -> Iterator[tuple[int, Sequence[str]]]:
    """Each record with its number from 1, as a spreadsheet program numbers the rows.

    ``lines`` come in lists. Cells are as written. Raises InvalidInput that names the line where a
    quote is opened and never closed, and the record that has too many cells or comes after the last
    permitted one.
    """
    for first, records in read_batches(lines, separator, label, limits, skipped=skipped):
        yield from enumerate(records.rows, start=first)


def read_batches(
    lines: Iterable[list[str]],
    separator: str,
    label: str,
    limits: Limits,
    *,
    skipped: int = 0,
    first: int = 0,
) -> Iterator[tuple[int, "Records"]]:
    """Records in batches, each with the number of its first one; as ``read_records``.

    ``first`` is how many records at most the first batch has. Raises as ``read_records`` does, when
    the records before the fault have been given.
    """
    number = skipped
    for records in _Splitter(lines, separator, label, skipped).batches(first):
        number += len(records)
        if number > limits.rows:
            raise InvalidInput(
                f"Filen ”{label}” har fler än {limits.rows} rader. Dela upp den eller ta bort "
                "rader som inte hör till tabellen."
            )
        start = number - len(records) + 1
        yield start, _within(records, start, label, limits)


@dataclass(frozen=True)
class Records:
    """Poster: some records after one another.

    ``width`` is how many cells each has, where all have as many; then ``cells`` are all cells in
    reading order. Otherwise ``rows`` are given.
    """

    given: Sequence[Sequence[str]] = ()
    cells: Sequence[str] = ()
    width: int | None = None

    def __len__(self) -> int:
        return len(self.cells) // self.width if self.width else len(self.given)

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """The cells of each record."""
        if not self.width:
            return self.given
        places = range(0, len(self.cells), self.width)
        return [self.cells[place : place + self.width] for place in places]

    def column(self, place: int) -> list[str]:
        """The cell at a place (from 0) of each record. Only where all have as many cells."""
        if not self.width:
            return [row[place] for row in self.given]
        return list(self.cells[place :: self.width])


def _within(records: Records, first: int, label: str, limits: Limits) -> Records:
    """Cut cells without text beyond the last permitted column; refuse those with text."""
    if records.width is not None and records.width <= limits.columns:
        return records
    rows = []
    for number, cells in enumerate(records.rows, start=first):
        if len(cells) > limits.columns and any(cells[limits.columns :]):
            raise InvalidInput(
                f"Rad {number} i filen ”{label}” har {len(cells)} kolumner. Högst "
                f"{limits.columns} läses. Ta bort kolumner som inte hör till tabellen."
            )
        rows.append(cells[: limits.columns])
    return Records(rows)


class _Splitter:
    """Lines to records. Lines without quotes are split all at once, others by the csv module."""

    def __init__(
        self, lines: Iterable[list[str]], separator: str, label: str, skipped: int
    ) -> None:
        self._chunks = iter(lines)
        self._separator = separator
        self._label = label
        self._line = skipped
        """Lines that have been taken."""
        self._waiting: deque[str] = deque()

    def batches(self, first: int) -> Iterator[Records]:
        """Batches of records, one for each list of lines or about so."""
        for chunk in self._chunks:
            if not first and (even := self._even(chunk)) is not None:
                self._line += len(chunk)
                yield even
                continue
            self._waiting.extend(chunk)
            while self._waiting:
                rows: list[list[str]] = []
                fault = self._careful(rows, first or len(chunk))
                first = 0
                if rows:
                    yield Records(rows)
                if fault is not None:
                    raise fault

    def _even(self, lines: list[str]) -> Records | None:
        """The records of lines without quotes that have as many cells each, else None."""
        text = "".join(lines)
        if '"' in text or max(map(len, lines)) > csv.field_size_limit():
            return None
        widths = set(map(str.count, lines, itertools.repeat(self._separator)))
        text = text.replace("\r\n", "\n")
        if len(widths) != 1 or "\r" in text:
            return None
        cells = text.removesuffix("\n").replace("\n", self._separator).split(self._separator)
        return Records(cells=cells, width=widths.pop() + 1)

    def _careful(self, rows: list[list[str]], most: int) -> InvalidInput | None:
        """Add at most so many of the waiting records to the rows; a fault if one is met."""
        reader = csv.reader(self._feed(), delimiter=self._separator, strict=True)
        while self._waiting and len(rows) < most:
            opened = self._line + 1
            try:
                rows.append(next(reader))
            except csv.Error as error:
                fault = InvalidInput(_fault(error, opened, self._label))
                fault.__cause__ = error
                return fault
        return None

    def _feed(self) -> Iterator[str]:
        """Waiting lines, and in the middle of a quote those that follow."""
        while True:
            while self._waiting:
                self._line += 1
                yield self._waiting.popleft()
            self._waiting.extend(next(self._chunks, ()))
            if not self._waiting:
                return


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
