"""Read the rows of a list: every fault told with its row, nothing let through in silence."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from internkontroll.core.errors import InvalidInput
from internkontroll.core.personal_id import find_personal_ids
from internkontroll.files.tables import (
    POPULATION_LIMITS,
    PopulationFile,
    read_population,
    row_amount_ore,
)
from internkontroll.sampling.rules import Item
from internkontroll.sampling.rules.figures import grouped
from internkontroll.sampling.rules.population import FORBIDDEN

MOST_ROWS = 1_000_000
MOST_CHARACTERS = 200
HEADING_ROWS = 100
"""Room above the rows for headings and titles, so that the rows themselves may be a million."""

READING_LIMITS = replace(POPULATION_LIMITS, rows=MOST_ROWS + HEADING_ROWS)

ROWS_NAMED = 10
_TEN_DIGITS = re.compile(r"(?:\D*\d){10}")


@dataclass(frozen=True)
class Reading:
    """Hur filen ska läsas: where it lies, what it is called, and by which columns.

    ``id_column`` None: running numbers from 1 stand for the references.
    """

    path: Path
    file_name: str
    id_column: str | None
    amount_column: str | None


@dataclass
class Faults:
    """Fel av ett slag: how many rows have it, and the first ones by their number in the file."""

    count: int = 0
    rows: list[str] = field(default_factory=list)

    def add(self, row: str) -> None:
        """One more."""
        self.count += 1
        if len(self.rows) < ROWS_NAMED:
            self.rows.append(row)

    def __str__(self) -> str:
        named = ", ".join(self.rows)
        more = self.count - len(self.rows)
        return f"{named} samt {grouped(more)} till" if more else named


@dataclass(frozen=True)
class Survey:
    """Genomgång av hela filen: the number of rows, what forbids the list, and what to look at."""

    rows: int
    refusal: str | None
    notice: str | None
    kinds: tuple[str, ...] = ()


def rows_in(reading: Reading) -> Iterator[tuple[int, Item]]:
    """Each row's number in the file with its reference and its amount, as they are stored.

    References are in NFC. Raises InvalidInput for a file that cannot be read on, for an amount that
    is no number, and for a column that is missing.
    """
    with read_population(reading.path, reading.file_name, limits=READING_LIMITS) as opened:
        id_place = _place(opened, reading.id_column)
        amount_place = _place(opened, reading.amount_column)
        for number, (row, cells) in enumerate(opened, start=1):
            reference = (
                str(number) if id_place is None else unicodedata.normalize("NFC", cells[id_place])
            )
            amount = (
                None
                if amount_place is None
                else row_amount_ore(
                    cells[amount_place], row=row, column=reading.amount_column or ""
                )
            )
            yield row, (reference, amount)


def _place(opened: PopulationFile, column: str | None) -> int | None:
    if column is None:
        return None
    if column not in opened.header:
        raise InvalidInput(f"Kolumnen ”{column}” finns inte i filen ”{opened.label}”.")
    return opened.header.index(column)


def survey(reading: Reading, tick: Callable[[int], None]) -> Survey:
    """Go through the whole file before a row is stored. ``tick`` is told the rows gone through.

    Raises InvalidInput as ``rows_in`` does.
    """
    first: dict[str, int] = {}
    faults = {kind: Faults() for kind in _SENTENCES}
    resembling = Faults()
    count = 0
    for row, (reference, _) in rows_in(reading):
        count += 1
        if count > MOST_ROWS:
            raise InvalidInput(
                f"Listan har fler än {grouped(MOST_ROWS)} rader. Dela upp den, eller ta bort "
                "rader som inte hör till det som ska granskas."
            )
        tick(count)
        kind = _fault(reference)
        if kind is not None:
            faults[kind].add(str(row))
        certain = _personal(reference)
        if certain:
            faults["personal"].add(str(row))
        elif certain is not None:
            resembling.add(str(row))
        earlier = first.setdefault(reference, row)
        if earlier != row and kind is None:
            faults["duplicate"].add(f"{earlier} och {row}")
    if count == 0:
        raise InvalidInput("Listan har inga rader under rubrikraden. Välj filen med hela listan.")
    found = {kind: fault for kind, fault in faults.items() if fault.count}
    return Survey(
        rows=count,
        refusal="\n".join(_SENTENCES[kind].format(fault) for kind, fault in found.items()) or None,
        notice=_NOTICE.format(resembling) if resembling.count else None,
        kinds=tuple(found),
    )


_SENTENCES = {
    "personal": (
        "Personnummer står i kolumnen för beteckning (rad {}). Personnummer får inte läsas in: "
        "byt ut beteckningarna mot löpnummer, eller välj en annan kolumn."
    ),
    "duplicate": (
        "Samma beteckning står på flera rader (rad {}). Varje beteckning får finnas en gång: ta "
        "bort dubbletterna i filen, eller välj en kolumn som skiljer raderna åt."
    ),
    "empty": "Beteckningen saknas (rad {}). Fyll i den i filen och läs in den igen.",
    "forbidden": (
        "Beteckningen innehåller en radbrytning, en tabb eller ett trasigt tecken (rad {}). Ta "
        "bort tecknet i filen och läs in den igen."
    ),
    "long": (
        f"Beteckningen är längre än {MOST_CHARACTERS} tecken (rad {{}}). Välj den kolumn som "
        "har ett nummer eller en kod."
    ),
}
_NOTICE = (
    "Några beteckningar liknar personnummer men är det troligen inte (rad {}). Kontrollera dem "
    "innan du fryser listan."
)


def _fault(reference: str) -> str | None:
    if not reference:
        return "empty"
    if len(reference) > MOST_CHARACTERS:
        return "long"
    if any(character in reference for character in FORBIDDEN) or not _encodable(reference):
        return "forbidden"
    return None


def _encodable(reference: str) -> bool:
    # A half character (lone surrogate) has no bytes in UTF-8.
    return not any("\ud800" <= character <= "\udfff" for character in reference)


def _personal(reference: str) -> bool | None:
    """True: a personnummer. False: resembles one. None: neither."""
    if not _TEN_DIGITS.search(reference):
        return None
    found = find_personal_ids(reference)
    return any(certain for _, _, certain in found) if found else None
