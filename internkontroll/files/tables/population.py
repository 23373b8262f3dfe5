"""Large lists to draw from, row by row: a population may have a million rows of 200 MB."""

import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Self

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_line, shown, text_key
from internkontroll.files.tables.decoding import detect_encoding, read_lines
from internkontroll.files.tables.delimited import (
    LONGEST_LINE,
    Records,
    find_separator,
    read_batches,
)
from internkontroll.files.tables.kinds import file_label, table_kind
from internkontroll.files.tables.limits import MEGABYTE, POPULATION_LIMITS, Limits
from internkontroll.files.tables.model import Row
from internkontroll.files.tables.parts import column_name
from internkontroll.files.tables.spreadsheet import read_spreadsheet

_BATCH = 10_000
_TITLE_ROWS = 30
WORKBOOK_ROWS = 100_000
"""Most rows of a workbook; a longer list is handed in as CSV."""
_AREA = 2_000_000
_BLANKS = " \u00a0\u202f\ufeff"
"""Blanks at a cell's ends go; everything else stays, so that a bad reference can be refused."""

_ID_NAMES = (
    "ärendenummer",
    "ärendenr",
    "ärende",
    "ärende-id",
    "ärendeid",
    "verifikation",
    "verifikationsnummer",
    "verifikationsnr",
    "vernr",
    "ver.nr",
    "verifikat",
    "verifikatnr",
    "fakturanummer",
    "fakturanr",
    "faktura",
    "faktura-id",
    "diarienummer",
    "diarienr",
    "dnr",
    "dokumentnummer",
    "beslutsnummer",
    "beslutsnr",
    "beslut-id",
    "avtalsnummer",
    "avtalsnr",
    "avtal-id",
    "aktnummer",
    "aktnr",
    "referens",
    "ref",
    "refnr",
    "referensnummer",
    "händelse-id",
    "logg-id",
    "id",
    "id-nr",
    "löpnummer",
    "löpnr",
    "nummer",
    "nr",
    "rad",
    "radnr",
)
_AMOUNT_NAMES = (
    "belopp",
    "belopp kr",
    "belopp (kr)",
    "belopp sek",
    "belopp (sek)",
    "belopp exkl moms",
    "belopp inkl moms",
    "nettobelopp",
    "bruttobelopp",
    "fakturabelopp",
    "utbetalt belopp",
    "utbetalt",
    "summa",
    "kronor",
    "kr",
    "sek",
)
_PERSON_NAMES = ("personnummer", "personnr", "pnr", "person-id", "personid", "namn", "efternamn")


@dataclass(frozen=True)
class PopulationColumns:
    """Which columns (from 0) look like the reference and the amount, best first.

    ``personal`` are columns that by their heading hold persons: they are not to be stored.
    """

    id_candidates: tuple[int, ...]
    amount_candidates: tuple[int, ...]
    personal: tuple[int, ...] = ()

    @property
    def id_column(self) -> int | None:
        """The proposed column of references, None where the person must choose."""
        return self.id_candidates[0] if self.id_candidates else None

    @property
    def amount_column(self) -> int | None:
        """The proposed column of amounts, None where there is none."""
        return self.amount_candidates[0] if self.amount_candidates else None


@dataclass(frozen=True)
class Batch:
    """Some rows after one another: their numbers in the file, and each wanted column's cells."""

    numbers: Sequence[int]
    columns: tuple[list[str], ...]


Numbered = tuple[Sequence[int], Records]
"""Row numbers in the file, and the rows with their cells as written."""


class PopulationFile(AbstractContextManager["PopulationFile"]):
    """An opened population: its header, and its rows in batches or one at a time.

    ``columns`` gives the cells of some columns, iterating gives ``(row number in the file,
    cells)``; cells as written but for blanks at their ends. It reads on as it is iterated and can
    be iterated once. ``rows_total`` is known of a workbook alone.
    """

    def __init__(
        self,
        *,
        header: tuple[str, ...],
        header_row: int,
        records: Iterator[Numbered],
        label: str,
        stream: BinaryIO | None = None,
        owned: bool = False,
        encoding: str | None = None,
        separator: str | None = None,
        lines: Iterator[list[str]] | None = None,
        rows_total: int | None = None,
    ) -> None:
        self.header = header
        self.header_row = header_row
        self.label = label
        self.encoding = encoding
        self.separator = separator
        self.rows_total = rows_total
        self._records = records
        self._lines = lines
        self._stream = stream
        self._owned = owned

    def __iter__(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        for batch in self.columns(range(len(self.header))):
            yield from zip(batch.numbers, zip(*batch.columns, strict=True), strict=True)

    def columns(self, places: Sequence[int]) -> Iterator[Batch]:
        """The cells of the columns at these places (from 0), batch by batch.

        Rows without any text are passed over. Raises InvalidInput for a row with text beyond the
        last heading, and for what the file itself is refused for.
        """
        for numbers, records in self._records:
            if self._is_even(records):
                columns = tuple(_without_blanks(records.column(place)) for place in places)
                if any("" not in column for column in columns):
                    yield Batch(numbers, columns)
                    continue
            yield self._one_by_one(numbers, records.rows, places)

    def _is_even(self, records: Records) -> bool:
        """Whether every row has all its cells, and nothing but blanks beyond the last heading."""
        width = len(self.header)
        if records.width is None:
            return set(map(len, records.rows)) == {width}
        beyond = range(width, records.width)
        return records.width >= width and not any(
            "".join(records.column(place)).strip(_BLANKS) for place in beyond
        )

    def _one_by_one(
        self, numbers: Sequence[int], records: Sequence[Sequence[str]], places: Sequence[int]
    ) -> Batch:
        width = len(self.header)
        kept: list[int] = []
        rows: list[tuple[str, ...]] = []
        for number, cells in zip(numbers, records, strict=True):
            texts = tuple(cell.strip(_BLANKS) for cell in cells)
            if not any(texts):
                continue
            if any(texts[width:]):
                raise InvalidInput(
                    f"Rad {number} i filen ”{self.label}” har text i {len(texts)} kolumner men "
                    f"rubrikraden har {width}. Rätta raden: ofta är det en avgränsare i en text."
                )
            kept.append(number)
            rows.append((texts + ("",) * width)[:width])
        return Batch(kept, tuple([row[place] for row in rows] for place in places))

    def close(self) -> None:
        """Close the file if it was opened here; a stream that was handed in stays open."""
        for reader in (self._records, self._lines):
            closing = getattr(reader, "close", None)
            if closing is not None:
                closing()
        if self._owned and self._stream is not None:
            self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _without_blanks(cells: list[str]) -> list[str]:
    """The cells without blanks at their ends, which seldom are there."""
    joined = "\n".join(["", *cells, ""])
    if any(f"\n{blank}" in joined or f"{blank}\n" in joined for blank in _BLANKS):
        return [cell.strip(_BLANKS) for cell in cells]
    return cells


def read_population(
    source: BinaryIO | Path,
    filename: str | None = None,
    *,
    limits: Limits = POPULATION_LIMITS,
) -> PopulationFile:
    """Open a CSV (streamed) or .xlsx population and read its header row.

    ``source`` is a path, or a binary stream that can be wound back. The header is the first of the
    first 30 rows that fills the width of the table. Raises InvalidInput for a file that is too
    large, is no table, or has a column without or with the same heading as another.
    """
    if isinstance(source, Path):
        stream: BinaryIO = source.open("rb")
        try:
            return _open(stream, filename or source.name, limits, owned=True)
        except BaseException:
            stream.close()
            raise
    return _open(source, filename or "filen", limits, owned=False)


def _open(stream: BinaryIO, filename: str, limits: Limits, *, owned: bool) -> PopulationFile:
    label = file_label(filename)
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size > limits.size:
        raise InvalidInput(
            f"Filen ”{label}” är {size / MEGABYTE:.0f} MB. Högst {limits.size // MEGABYTE} MB "
            "läses. Ta bort kolumner som inte behövs eller dela upp den."
        )
    kind = table_kind(stream.read(8192), filename)
    stream.seek(0)
    if kind == "zip":
        data = stream.read()
        if owned:
            stream.close()
        return _open_workbook(data, filename, limits)
    encoding = detect_encoding(stream, label)
    lines = read_lines(stream, encoding, label, LONGEST_LINE)
    separator, skipped, chunks = find_separator(lines)
    batches = read_batches(chunks, separator, label, limits, skipped=skipped, first=_TITLE_ROWS)
    header, number, rest = _header(
        ((range(start, start + len(records)), records) for start, records in batches), label
    )
    return PopulationFile(
        header=header,
        header_row=number,
        records=rest,
        label=label,
        stream=stream,
        owned=owned,
        encoding=encoding,
        separator=separator,
        lines=lines,
    )


def _open_workbook(data: bytes, filename: str, limits: Limits) -> PopulationFile:
    label = file_label(filename)
    limits = replace(
        limits, rows=min(limits.rows, WORKBOOK_ROWS + _TITLE_ROWS), area=max(limits.area, _AREA)
    )
    workbook = read_spreadsheet(data, filename, limits, clean=False)
    sheets = [sheet for sheet in workbook.sheets if sheet.rows and not sheet.hidden]
    if len(sheets) != 1:
        names = ", ".join(f"”{sheet.name}”" for sheet in sheets) or "inget synligt blad"
        raise InvalidInput(
            f"Filen ”{label}” ska ha ett blad med listan. Den har {names}. "
            "Spara listan som en egen fil."
        )
    header, number, rest = _header(_batches(sheets[0].rows), label)
    return PopulationFile(
        header=header,
        header_row=number,
        records=rest,
        label=label,
        rows_total=sum(1 for row in sheets[0].rows if row.number > number),
    )


def _batches(rows: Sequence[Row]) -> Iterator[Numbered]:
    for start in (0, *range(_TITLE_ROWS, len(rows), _BATCH)):
        some = rows[start : start + (_BATCH if start else _TITLE_ROWS)]
        yield [row.number for row in some], Records([row.cells for row in some])


def _header(
    batches: Iterator[Numbered], label: str
) -> tuple[tuple[str, ...], int, Iterator[Numbered]]:
    """The headings, their row, and what follows; the first batch has the title rows."""
    numbers, records = next(batches, ((), Records()))
    first = records.rows
    widths = [sum(1 for cell in cells if clean_line(cell)) for cells in first]
    widest = max(widths, default=0)
    if not widest:
        raise InvalidInput(f"Filen ”{label}” har inga rader med text. Välj filen med listan.")
    place = _header_place(first, widths)
    number = numbers[place]
    header = tuple(clean_line(cell) for cell in first[place])
    while header and not header[-1]:
        header = header[:-1]
    for column, name in enumerate(header):
        if not name:
            raise InvalidInput(
                f"Kolumn {column_name(column + 1)} på rubrikraden (rad {number}) i filen "
                f"”{label}” saknar rubrik. Skriv en rubrik eller ta bort kolumnen."
            )
        if name in header[:column]:
            raise InvalidInput(
                f"Rubriken ”{shown(name)}” står två gånger på rad {number} i filen ”{label}”. "
                "Ge kolumnerna olika namn."
            )
    below = (numbers[place + 1 :], Records(first[place + 1 :]))
    return header, number, itertools.chain([below] if below[0] else [], batches)


def _header_place(first: Sequence[Sequence[str]], widths: list[int]) -> int:
    """The row that names a reference and is not much narrower than the table, else the widest."""
    widest = max(widths)
    for index, cells in enumerate(first):
        named = any(text_key(cell) in _ID_NAMES for cell in cells)
        if named and widths[index] * 2 >= widest:
            return index
    return widths.index(widest)


def population_columns(header: Sequence[str]) -> PopulationColumns:
    """Propose the columns of reference and amount by their headings; nothing is decided here."""
    keys = [text_key(name) for name in header]
    return PopulationColumns(
        id_candidates=_named(keys, _ID_NAMES),
        amount_candidates=_named(keys, _AMOUNT_NAMES),
        personal=tuple(i for i, key in enumerate(keys) if key in _PERSON_NAMES),
    )


def _named(keys: Sequence[str], names: Sequence[str]) -> tuple[int, ...]:
    places = [(names.index(key), index) for index, key in enumerate(keys) if key in names]
    return tuple(index for _, index in sorted(places))
