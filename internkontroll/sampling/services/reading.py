"""Read the rows of a list once: every fault told with its row, nothing let through in silence."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

from internkontroll.core.errors import InvalidInput
from internkontroll.files.tables import (
    POPULATION_LIMITS,
    PopulationFile,
    column_amounts_ore,
    read_population,
)
from internkontroll.files.tables.population import Batch
from internkontroll.sampling.models import Population
from internkontroll.sampling.rules import Item
from internkontroll.sampling.rules.content import Packer, folded_lines, items_of, packed_names
from internkontroll.sampling.rules.figures import grouped
from internkontroll.sampling.rules.filters import Filter
from internkontroll.sampling.rules.population import in_nfc
from internkontroll.sampling.services.faults import FaultFinder

MOST_ROWS = 1_000_000
HEADING_ROWS = 100
"""Room above the rows for headings and titles, so that the rows themselves may be a million."""
LARGEST_SUM = 2**63 - 1
"""Largest sum in öre that the database can hold."""

READING_LIMITS = replace(POPULATION_LIMITS, rows=MOST_ROWS + HEADING_ROWS)

_PIECE = 1 << 20
_LONGEST_CELL = 2_000
"""Characters of a cell that are read as a reference: to put n marks in order takes n * n steps."""


@dataclass(frozen=True)
class Reading:
    """Hur filen ska läsas: where it lies, what it is called, by which columns, and which rows.

    ``id_column`` None: running numbers from 1 stand for the references. ``names`` says whether
    the references are to be searched for in free texts.
    """

    path: Path
    file_name: str
    id_column: str | None
    amount_column: str | None
    filters: tuple[Filter, ...] = ()
    names: bool = False


def reading_of(population: Population, path: Path, file_name: str) -> Reading:
    """How a file is read by the columns and the filters of a list."""
    return Reading(
        path=path,
        file_name=file_name,
        id_column=population.id_column,
        amount_column=population.amount_column,
        filters=tuple(Filter.from_stored(each) for each in population.filters),
        names=population.is_secret,
    )


@dataclass(frozen=True)
class ListRead:
    """Inläst lista: its rows packed and its figures, or the sentences that forbid it.

    Amounts are whole öre. ``total`` is of the positive ones, None without amounts; ``rows`` and the
    sums are of the rows that the filters kept, ``rows_in_file`` and ``sum_in_file`` of all.
    """

    rows: int
    rows_in_file: int
    sum_in_file: int | None
    total: int | None
    negative_count: int
    negative_sum: int
    zero_count: int
    body: bytes
    names: bytes | None
    refusal: str | None
    notice: str | None
    kinds: tuple[str, ...]


def read_list(reading: Reading, tick: Callable[[int, int], None]) -> ListRead:
    """Read the whole file. ``tick`` is told the rows gone through, of about how many.

    Raises InvalidInput for a file that cannot be read on, for an amount or a filtered cell that is
    no number, for a column that is missing, for too many rows, and where no row is left.
    """
    finder = FaultFinder()
    found = _read(reading, tick, finder)
    if finder.has_doubles:
        # It is seldom so, and only then worth the memory to know which rows they are.
        return _read(reading, tick, FaultFinder(careful=True))
    return found


def _read(reading: Reading, tick: Callable[[int, int], None], finder: FaultFinder) -> ListRead:
    with read_population(reading.path, reading.file_name, limits=READING_LIMITS) as opened:
        rows = _Rows(reading, opened, finder)
        about = _rows_about(reading.path, opened)
        tick(0, about)
        for count in rows:
            tick(count, max(count, about))
        return rows.read()


def rows_in(reading: Reading) -> list[Item]:
    """The rows of a file as they would be stored, for comparing with those that are.

    Raises InvalidInput as ``read_list`` does, and with every fault of the references.
    """
    found = read_list(reading, lambda count, about: None)
    if found.refusal is not None:
        raise InvalidInput(found.refusal)
    return items_of(found.body)


def _rows_about(path: Path, opened: PopulationFile) -> int:
    """How many rows the file has below its headings, if it has one row to a line."""
    if opened.rows_total is not None:
        return opened.rows_total
    lines = 0
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            lines += piece.count(b"\n")
    return max(lines - opened.header_row, 1)


class _Rows:
    """The rows of one file, gone through batch by batch; iterating gives how many so far."""

    def __init__(self, reading: Reading, opened: PopulationFile, finder: FaultFinder) -> None:
        self._reading, self._opened = reading, opened
        self._id_place = _place(opened, reading.id_column)
        self._amount_place = _place(opened, reading.amount_column)
        self._filter_places = [_place(opened, each.column) for each in reading.filters]
        self._finder, self._packer = finder, Packer()
        self._names: list[str] = []
        self._in_file = self._kept = self._sum_in_file = 0
        self._sum = self._negative_count = self._negative_sum = self._zero_count = 0

    def __iter__(self) -> Iterator[int]:
        wanted = [self._id_place, self._amount_place, *self._filter_places]
        # Some column must be read for the rows to be counted.
        places = sorted({place for place in wanted if place is not None} or {0})
        for batch in self._opened.columns(places):
            if batch.numbers:
                self._take(batch, dict(zip(places, batch.columns, strict=True)))
                yield self._in_file

    def _take(self, batch: Batch, columns: dict[int, list[str]]) -> None:
        rows = batch.numbers
        self._in_file += len(rows)
        if self._in_file > MOST_ROWS:
            raise InvalidInput(
                f"Listan har fler än {grouped(MOST_ROWS)} rader. Dela upp den, eller ta bort "
                "rader som inte hör till det som ska granskas."
            )
        amounts: list[int] | None = None
        if self._amount_place is not None:
            column = self._reading.amount_column or ""
            amounts = column_amounts_ore(columns[self._amount_place], rows=rows, column=column)
            self._sum_in_file += sum(amounts)
        kept = self._passing(rows, columns)
        if kept is not None:
            rows = list(compress(rows, kept))
            amounts = None if amounts is None else list(compress(amounts, kept))
        if not rows:
            return
        first, self._kept = self._kept + 1, self._kept + len(rows)
        if self._id_place is None:
            references = [str(number) for number in range(first, self._kept + 1)]
        else:
            cells = columns[self._id_place]
            references = _references(cells if kept is None else list(compress(cells, kept)))
            self._finder.look(rows, references)
        self._keep(references, amounts)

    def _passing(self, rows: Sequence[int], columns: dict[int, list[str]]) -> list[bool] | None:
        """Which rows all filters keep; None where there is no filter."""
        answers = [
            each.passes(columns[place], rows)
            for each, place in zip(self._reading.filters, self._filter_places, strict=True)
            if place is not None
        ]
        return [all(row) for row in zip(*answers, strict=True)] if answers else None

    def _keep(self, references: list[str], amounts: list[int] | None) -> None:
        if amounts is None:
            lines = "\t\n".join(references) + "\t\n"
        else:
            parts = ["", "\t", "", "\n"] * len(references)
            parts[0::4] = references
            parts[2::4] = list(map(str, amounts))
            lines = "".join(parts)
            negative = [amount for amount in amounts if amount < 0]
            self._sum += sum(amounts)
            self._negative_count += len(negative)
            self._negative_sum += sum(negative)
            self._zero_count += amounts.count(0)
        if self._finder.kinds:
            return  # refused already; the rest is read for its faults alone
        self._packer.add(lines.encode("utf-8"))
        if self._reading.names:
            self._names.extend(folded_lines(references))

    def read(self) -> ListRead:
        """What was read, once all of it is gone through."""
        if self._in_file == 0:
            raise InvalidInput(
                "Listan har inga rader under rubrikraden. Välj filen med hela listan."
            )
        if self._kept == 0:
            raise InvalidInput(
                "Avgränsningen lämnar inga rader kvar. Ändra den och läs in listan igen."
            )
        has_amounts = self._amount_place is not None
        positive = self._sum - self._negative_sum
        if max(positive, -self._negative_sum, abs(self._sum_in_file)) > LARGEST_SUM:
            raise InvalidInput(
                "Beloppen är tillsammans för stora för att räknas. Dela upp listan, eller "
                "kontrollera att rätt kolumn är vald för belopp."
            )
        return ListRead(
            rows=self._kept,
            rows_in_file=self._in_file,
            sum_in_file=self._sum_in_file if has_amounts else None,
            total=positive if has_amounts else None,
            negative_count=self._negative_count,
            negative_sum=self._negative_sum,
            zero_count=self._zero_count,
            body=self._packer.finish(),
            names=packed_names(self._names) if self._reading.names else None,
            refusal=self._finder.refusal,
            notice=self._finder.notice,
            kinds=self._finder.kinds,
        )


def _references(cells: list[str]) -> list[str]:
    """The cells in NFC. Of a text far too long the beginning is enough to refuse it by."""
    if max(map(len, cells)) > _LONGEST_CELL:
        cells = [cell[:_LONGEST_CELL] for cell in cells]
    return in_nfc(cells)


def _place(opened: PopulationFile, column: str | None) -> int | None:
    if column is None:
        return None
    if column not in opened.header:
        raise InvalidInput(f"Kolumnen ”{column}” finns inte i filen ”{opened.label}”.")
    return opened.header.index(column)
