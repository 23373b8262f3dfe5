"""What forbids a list: many references looked through at a time, each fault told with its row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from internkontroll.core.personal_id import find_personal_ids, plain_signs
from internkontroll.sampling.rules.figures import grouped
from internkontroll.sampling.rules.population import FORBIDDEN

MOST_CHARACTERS = 200
ROWS_NAMED = 10

_HALF = re.compile("[\ud800-\udfff]")
_TEN_DIGITS = re.compile(r"\d(?:\D*\d){9}")
_LIKE_PERSONAL = re.compile(r"\d\d([-/. ]?)[01]\d\1[0-36-9]\d[-+/._: ]{0,3}\d{4}", re.ASCII)
"""What every personnummer has, and much else: a quick look before the careful one."""
_SHAPE = str.maketrans(
    {**dict.fromkeys("123456789", "0"), **dict.fromkeys("\t\x0b\x0c\x1c\x1d\x1e\x1f", " ")}
)


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


class FaultFinder:
    """Felsökare: takes a list's references in file order, and tells in the end what is wrong.

    Memory is that of the references themselves: they are kept to find those that stand twice. In
    passing it is only seen that some do (``has_doubles``); a ``careful`` finder knows which rows.
    """

    def __init__(self, *, careful: bool = False) -> None:
        self.has_doubles = False
        self._careful = careful
        self._faults = {kind: Faults() for kind in _SENTENCES}
        self._resembling = Faults()
        self._seen: set[str] = set()
        self._first: dict[str, int] = {}

    def look(self, rows: Sequence[int], references: Sequence[str]) -> None:
        """Look through some more rows. ``rows`` are their numbers in the file."""
        before = len(self._seen)
        self._seen.update(references)
        self.has_doubles = self.has_doubles or len(self._seen) < before + len(references)
        joined = "\n".join(references)
        if self._careful or _is_odd(joined, references) or _may_be_personal(joined):
            for row, reference in zip(rows, references, strict=True):
                self._look_closely(row, reference)

    def _look_closely(self, row: int, reference: str) -> None:
        kind = _fault(reference)
        if kind is not None:
            self._faults[kind].add(str(row))
        certain = _personal(reference)
        if certain:
            self._faults["personal"].add(str(row))
        elif certain is not None:
            self._resembling.add(str(row))
        earlier = self._first.setdefault(reference, row) if self._careful else row
        if earlier != row and kind is None:
            self._faults["duplicate"].add(f"{earlier} och {row}")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of fault that were found."""
        return tuple(kind for kind, faults in self._faults.items() if faults.count)

    @property
    def refusal(self) -> str | None:
        """What forbids the list, a sentence for each kind of fault; None if nothing does."""
        told = [_SENTENCES[kind].format(self._faults[kind]) for kind in self.kinds]
        return "\n".join(told) or None

    @property
    def notice(self) -> str | None:
        """What should be looked at before the list is frozen."""
        return _NOTICE.format(self._resembling) if self._resembling.count else None


def _is_odd(joined: str, references: Sequence[str]) -> bool:
    """Whether any reference is empty, too long or has a forbidden sign."""
    return (
        "" in references
        or max(map(len, references)) > MOST_CHARACTERS
        or joined.count("\n") != len(references) - 1
        or any(sign in joined for sign in FORBIDDEN if sign != "\n")
        or (not joined.isascii() and _HALF.search(joined) is not None)
    )


def _may_be_personal(joined: str) -> bool:
    """Whether any of the references may be a personnummer, by the shapes that they have."""
    plain = joined if joined.isascii() else plain_signs(joined)
    shapes = set(plain.translate(_SHAPE).split("\n"))
    return any(_LIKE_PERSONAL.search(shape) for shape in shapes) and bool(
        _LIKE_PERSONAL.search(plain_signs(joined))
    )


def _fault(reference: str) -> str | None:
    if not reference:
        return "empty"
    if len(reference) > MOST_CHARACTERS:
        return "long"
    # A half character (lone surrogate) has no bytes in UTF-8.
    if any(sign in reference for sign in FORBIDDEN) or _HALF.search(reference):
        return "forbidden"
    return None


def _personal(reference: str) -> bool | None:
    """True: a personnummer. False: resembles one. None: neither."""
    if not _TEN_DIGITS.search(reference):
        return None
    found = find_personal_ids(reference)
    return any(certain for _, _, certain in found) if found else None
