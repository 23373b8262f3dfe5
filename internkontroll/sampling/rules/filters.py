"""Avgränsning (filters): which rows of a file are of the population, told before it is frozen.

A filter is part of the frame: it stands in the record in words, with how many rows were read and
how many were kept. Amounts are whole öre and days are ISO dates; both ends are included.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from internkontroll.core.dates import long_date, parse_date
from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_line, parse_ore, shown
from internkontroll.sampling.rules.figures import kronor_exact

MOST_FILTERS = 5
MOST_CHARACTERS = 200
_ISO = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:[ T][0-9:.]*)?")


class FilterKind(StrEnum):
    """Avgränsningens slag: what of a cell is compared."""

    EQUALS = "equals"
    DIFFERS = "differs"
    CONTAINS = "contains"
    AMOUNT = "amount"
    DAY = "day"


@dataclass(frozen=True)
class Filter:
    """Avgränsning: a column of the file, and what its cell must be for the row to be kept.

    ``low`` is the text that is looked for, or the lower end; ``high`` is the upper end. An end that
    is None is open. Amounts stand as öre in digits, days as ISO dates. Made by ``make_filter``.
    """

    column: str
    kind: FilterKind
    low: str | None
    high: str | None = None

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> "Filter":
        """The filter that ``stored`` gave."""
        return cls(stored["column"], FilterKind(stored["kind"]), stored["low"], stored["high"])

    def stored(self) -> dict[str, Any]:
        """The filter as JSON has it."""
        return {
            "column": self.column,
            "kind": self.kind.value,
            "low": self.low,
            "high": self.high,
        }

    @property
    def typed(self) -> tuple[str, str]:
        """Both ends as a person types them."""
        return self._typed(self.low), self._typed(self.high)

    def _typed(self, end: str | None) -> str:
        if end is None or self.kind is not FilterKind.AMOUNT:
            return end or ""
        whole, rest = divmod(abs(int(end)), 100)
        return f"{'-' if int(end) < 0 else ''}{whole},{rest:02d}"

    @property
    def sentence(self) -> str:
        """The filter in words: ”Belopp” från 100,00 kr till 500,00 kr."""
        name = f"”{self.column}”"
        if self.kind is FilterKind.EQUALS:
            return f"{name} är ”{self.low}”"
        if self.kind is FilterKind.DIFFERS:
            return f"{name} är inte ”{self.low}”"
        if self.kind is FilterKind.CONTAINS:
            return f"{name} innehåller ”{self.low}”"
        parts = [name]
        if self.low is not None:
            parts.append(f"från {self._end(self.low)}")
        if self.high is not None:
            parts.append(f"till {self._end(self.high)}")
        return " ".join(parts)

    def _end(self, value: str) -> str:
        if self.kind is FilterKind.AMOUNT:
            return kronor_exact(int(value))
        return long_date(date.fromisoformat(value))

    def passes(self, cells: Sequence[str], rows: Sequence[int]) -> list[bool]:
        """For each cell whether its row is kept. ``rows`` are their numbers in the file.

        Raises InvalidInput that names the first row whose cell is no amount or no day.
        """
        known: dict[str, bool] = {}
        kept = []
        for cell, row in zip(cells, rows, strict=True):
            if cell not in known:
                known[cell] = self._keeps(cell, row)
            kept.append(known[cell])
        return kept

    def _keeps(self, cell: str, row: int) -> bool:
        if self.kind is FilterKind.AMOUNT:
            amount = self._amount(cell, row)
            return (self.low is None or int(self.low) <= amount) and (
                self.high is None or amount <= int(self.high)
            )
        if self.kind is FilterKind.DAY:
            day = self._day(cell, row)
            return (self.low is None or self.low <= day) and (self.high is None or day <= self.high)
        text, wanted = clean_line(cell).casefold(), (self.low or "").casefold()
        if self.kind is FilterKind.CONTAINS:
            return wanted in text
        return (text == wanted) is (self.kind is FilterKind.EQUALS)

    def _amount(self, cell: str, row: int) -> int:
        try:
            return parse_ore(cell)
        except InvalidInput as error:
            where = f"Rad {row}, kolumnen ”{shown(self.column)}”"
            raise InvalidInput(f"{where}: {error.sentence}") from error

    def _day(self, cell: str, row: int) -> str:
        found = _ISO.fullmatch(cell)
        try:
            return date(*map(int, found.groups())).isoformat() if found else self._no_day(cell, row)
        except ValueError:
            return self._no_day(cell, row)

    def _no_day(self, cell: str, row: int) -> str:
        raise InvalidInput(
            f"Rad {row}, kolumnen ”{shown(self.column)}”: ”{shown(cell)}” är inget datum som "
            "2020-03-12. Avgränsa på en annan kolumn, eller rätta filen."
        )


def make_filter(
    column: str, kind: FilterKind, low: str, high: str, *, today: date, field: str = ""
) -> Filter:
    """A filter from what was typed; ``field`` is the prefix of the form's fields.

    Raises InvalidInput for a missing text, for ends that are no amount or day, and for a lower end
    above the upper one.
    """
    low, high = clean_line(low), clean_line(high)
    if len(low) > MOST_CHARACTERS or len(high) > MOST_CHARACTERS:
        raise InvalidInput(f"Skriv högst {MOST_CHARACTERS} tecken.", field=f"{field}low")
    if kind in (FilterKind.EQUALS, FilterKind.DIFFERS, FilterKind.CONTAINS):
        if not low:
            raise InvalidInput("Skriv vad som ska stå i kolumnen.", field=f"{field}low")
        if high:
            raise InvalidInput(
                "Till och med används bara för belopp och datum. Ta bort det.", field=f"{field}high"
            )
        return Filter(column, kind, low)
    if not low and not high:
        raise InvalidInput("Skriv från, till eller båda.", field=f"{field}low")
    if kind is FilterKind.AMOUNT:
        least = parse_ore(low, field=f"{field}low") if low else None
        most = parse_ore(high, field=f"{field}high") if high else None
        if least is not None and most is not None and least > most:
            raise _turned(field)
        return Filter(column, kind, _text(least), _text(most))
    first = parse_date(low, today=today, field=f"{field}low") if low else None
    last = parse_date(high, today=today, field=f"{field}high") if high else None
    if first is not None and last is not None and first > last:
        raise _turned(field)
    return Filter(column, kind, _text(first), _text(last))


def _text(end: date | int | None) -> str | None:
    return None if end is None else str(end)


def _turned(field: str) -> InvalidInput:
    return InvalidInput(
        "Det undre värdet är större än det övre. Byt plats på dem.", field=f"{field}low"
    )
