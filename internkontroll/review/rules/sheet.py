"""Inklistrade svar: rows of running number and answers, as they come from Excel.

Nothing is dropped in silence: what cannot be read is a fault with its row and column.
"""

import csv
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_line, shown, text_key
from internkontroll.review.models.reviews import Answer

MOST_PASTED = 100_000
"""Most characters that are read at once."""

_WORDS: Mapping[Answer, tuple[str, ...]] = {
    Answer.YES: ("ja", "j"),
    Answer.NO: ("nej", "n"),
    Answer.EVIDENCE_MISSING: ("underlag saknas", "underlaget saknas", "saknas", "u", "us"),
    Answer.NOT_APPLICABLE: (
        "gäller inte här",
        "gäller inte",
        "gäller ej",
        "ej tillämpligt",
        "ej tillämplig",
        "inte tillämpligt",
        "e",
        "et",
        "g",
    ),
}
_BY_WORD = {word: answer for answer, words in _WORDS.items() for word in words}
_NUMBER = re.compile(r"(?:(?:post|ärende|nummer|nr)\.? ?)?([0-9]{1,7})\.?", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:(?:fråga|kriterium|kontroll) ?)?([0-9]{1,3})\.?", re.IGNORECASE)
_COMMENT = re.compile(r"(?:kommentar|anmärkning|anteckning)(?:er)?\b", re.IGNORECASE)


@dataclass(frozen=True)
class CellFault:
    """Fel i en cell: ``line`` and ``column`` count from 1 as pasted; 0 is the whole of it."""

    line: int
    column: int
    sentence: str

    @property
    def place(self) -> str:
        """Where it is, in words."""
        if not self.line:
            return ""
        return f"Rad {self.line}, kolumn {self.column}" if self.column else f"Rad {self.line}"


@dataclass(frozen=True)
class SheetRow:
    """En inklistrad rad: answers and comments by the criterion's place, 0 is the first one."""

    line: int
    position: int
    answers: Mapping[int, Answer]
    comments: Mapping[int, str]


@dataclass(frozen=True)
class Sheet:
    """Det inklistrade as it was read. ``header`` says whether the first row was headings."""

    rows: tuple[SheetRow, ...]
    faults: tuple[CellFault, ...]
    header: bool


def answer_of(text: str) -> Answer | None:
    """The answer that a word or a letter stands for, None for anything else."""
    return _BY_WORD.get(text_key(text))


def read_sheet(text: str, criteria: Sequence[str], positions: Collection[int]) -> Sheet:
    """Read pasted rows: running number, then an answer for each criterion in order.

    ``criteria`` are the questions' texts; ``positions`` the numbers that may be answered. With a
    first row of headings the columns may stand in any order, and a column "Kommentar" belongs to
    the question before it. An empty cell leaves what is there. Raises InvalidInput when there is
    nothing or far too much, and for a quote that is opened and never closed.
    """
    if len(text) > MOST_PASTED:
        raise InvalidInput(
            "Det är för mycket på en gång. Klistra in färre rader i taget.", field="text"
        )
    lines = _cells(text)
    if not lines:
        raise InvalidInput(
            "Klistra in raderna från Excel: löpnumret först, sedan ett svar för varje fråga.",
            field="text",
        )
    reader = _Reader(criteria, frozenset(positions))
    header = _is_heading(lines[0][1])
    reader.choose_columns(lines[0] if header else None, max(len(cells) for _, cells in lines))
    if not reader.faults:
        for line, cells in lines[1:] if header else lines:
            reader.read(line, cells)
        if not reader.rows and not reader.faults:
            reader.fault(0, 0, "Det finns inga rader under rubrikerna.")
    return Sheet(tuple(reader.rows), tuple(reader.faults), header)


def _is_heading(cells: Sequence[str]) -> bool:
    """Whether a first row is headings: a mistyped number before answers is a fault, no heading."""
    return _NUMBER.fullmatch(cells[0]) is None and not any(answer_of(cell) for cell in cells[1:])


def _cells(text: str) -> list[tuple[int, list[str]]]:
    """The rows that are not empty with their numbers, without the empty cells at their ends."""
    separator = "\t" if "\t" in text else ";"
    found = []
    lines = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    number = 0
    try:
        for number, raw in enumerate(lines, start=1):
            cells = [clean_line(cell) for cell in raw]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                found.append((number, cells))
    except csv.Error as error:
        raise InvalidInput(
            f"Rad {number + 1}: ett citattecken avslutas inte, eller följs av mer text. Ta bort "
            "citattecknen och provläs igen.",
            field="text",
        ) from error
    return found


@dataclass
class _Reader:
    criteria: Sequence[str]
    positions: frozenset[int]
    rows: list[SheetRow] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    answers_in: dict[int, int] = field(default_factory=dict)
    comments_in: dict[int, int] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)

    def fault(self, line: int, column: int, sentence: str) -> None:
        self.faults.append(CellFault(line, column, sentence))

    def choose_columns(self, header: tuple[int, list[str]] | None, width: int) -> None:
        """Decide which column answers which question."""
        known = self._by_heading(header) if header else False
        if known:
            return
        self.faults.clear()
        if width - 1 > len(self.criteria):
            asked = "1 fråga" if len(self.criteria) == 1 else f"{len(self.criteria)} frågor"
            self.fault(
                0,
                0,
                f"Du klistrade in {width} kolumner, men det ska vara löpnumret och {asked}. "
                "Ta bort de andra kolumnerna, eller skriv frågornas text i en första rad.",
            )
            return
        self.answers_in = {column: column - 1 for column in range(1, width)}
        self.comments_in = {}

    def _by_heading(self, header: tuple[int, list[str]]) -> bool:
        """Read the headings; False where none of them names a question: then the order counts."""
        line, names = header
        keys = [text_key(text) for text in self.criteria]
        last: int | None = None
        for column, name in enumerate(names[1:], start=1):
            numbered = _NUMBERED.fullmatch(name)
            if text_key(name) in keys:
                last = self._free(keys, text_key(name))
            elif numbered and 1 <= int(numbered[1]) <= len(keys):
                last = int(numbered[1]) - 1
            elif _COMMENT.match(name) and last is not None:
                self.comments_in[column] = last
                continue
            else:
                self.fault(
                    line,
                    column + 1,
                    f"Rubriken ”{shown(name, 40)}” är ingen av frågorna. Ta bort kolumnen, eller "
                    "ge den frågans text.",
                )
                continue
            if last in self.answers_in.values():
                self.fault(line, column + 1, "Samma fråga står i två kolumner.")
            self.answers_in[column] = last
        return bool(self.answers_in)

    def _free(self, keys: Sequence[str], key: str) -> int:
        """The first question with that text that no column has yet."""
        places = [place for place, own in enumerate(keys) if own == key]
        taken = set(self.answers_in.values())
        return next((place for place in places if place not in taken), places[0])

    def read(self, line: int, cells: list[str]) -> None:
        """Read one row."""
        number = _NUMBER.fullmatch(cells[0])
        if number is None:
            return self.fault(
                line, 1, f"”{shown(cells[0], 40)}” är inget löpnummer. Skriv det med siffror."
            )
        position = int(number[1])
        if position not in self.positions:
            return self.fault(line, 1, f"Nummer {position} finns inte bland dem som ska bedömas.")
        if position in self.seen:
            return self.fault(
                line, 1, f"Nummer {position} står redan på rad {self.seen[position]}."
            )
        self.seen[position] = line
        answers: dict[int, Answer] = {}
        comments: dict[int, str] = {}
        for column, cell in enumerate(cells[1:], start=1):
            if not cell:
                continue
            if column in self.comments_in:
                comments[self.comments_in[column]] = cell
            elif column not in self.answers_in:
                self.fault(line, column + 1, "Kolumnen har ingen rubrik och läses inte.")
            elif (answer := answer_of(cell)) is None:
                self.fault(
                    line,
                    column + 1,
                    f"”{shown(cell, 40)}” är inget svar. Skriv ja, nej, underlag saknas eller "
                    "gäller inte här.",
                )
            else:
                answers[self.answers_in[column]] = answer
        self.rows.append(SheetRow(line, position, answers, comments))
        return None
