"""Ett dokument som ren data: headings, paragraphs, terms, lists and tables, and nothing of a form.

The same document is written as PDF and as DOCX, so that both say the same.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from internkontroll.core.dates import MONTHS, long_date
from internkontroll.files import markup
from internkontroll.files.literal import literal

_ROOM, _LINE_MAX, _WORD_MAX, _GAP = 88, 70, 24, 2
"""In signs: a line across the page, and what of a cell counts; between two columns."""
_SHORT, _LEFT = 22, 26
"""In signs: a text that stands on one line if at least so much is left for the longest text."""
_A_DAY = rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})\b"
_UNBROKEN = re.compile(rf"{_A_DAY}|\d{{4}}:\d+ \([A-ZÅÄÖ]+\)|\S+")
"""A day, the number of an avvikelse with its nämnd, and a word."""


@dataclass(frozen=True)
class Heading:
    """Rubrik. ``level`` 1 stands below the document's title; no level is skipped."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Stycke; its own line ends are kept. A ``strong`` one carries the main thing."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Typed:
    """Skriven text with light markup. ``level`` is that of its ``# ``: one below the heading that
    it stands under.
    """

    text: str
    level: int = 2

    @property
    def blocks(self) -> tuple[markup.Block, ...]:
        """The text's own headings, paragraphs and lists."""
        return markup.parse(literal(self.text))

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels of its headings in the document."""
        found = (block for block in self.blocks if isinstance(block, markup.Heading))
        return tuple(self.level + block.level - 1 for block in found)


@dataclass(frozen=True)
class Terms:
    """Uppgifter: pairs of term and value."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Bullets:
    """Punktlista."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Tabell with one header row. ``numbers`` are the columns, from 0, that hold figures.

    Raises ValueError for a row of another width than the header.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.header):
                raise ValueError(f"a row has {len(row)} cells, the header {len(self.header)}")

    @property
    def widths(self) -> tuple[int, ...]:
        """The columns' widths, in signs: what must not be broken, and of the rest
        more to those that have more to say.
        """
        least, most = [], []
        for place, texts in enumerate(zip(self.header, *self.rows, strict=True)):
            lines = [line for text in texts for line in text.split("\n")]
            longest = min(max(map(len, lines)), _LINE_MAX)
            words = [len(found[0]) for line in lines for found in _UNBROKEN.finditer(line)]
            # The header is bold and takes more room.
            words += [len(word) + 1 for word in self.header[place].split()]
            unbroken = min(max(words, default=0), _WORD_MAX)
            if place in self.numbers:
                told = [len(line) for text in texts[1:] for line in text.split("\n")]
                unbroken = max(unbroken, min(max(told, default=0), _LINE_MAX))
            least.append(unbroken + _GAP)
            most.append(max(longest, unbroken) + _GAP)
        widest = most.index(max(most))
        for place in sorted(range(len(most)), key=lambda one: most[one] - least[one]):
            left_over = _ROOM - sum(least) + least[place] + least[widest] - most[place]
            if place != widest and most[place] <= _SHORT + _GAP and left_over >= _LEFT:
                least[place] = most[place]
        left, asked = _ROOM - sum(least), sum(most) - sum(least)
        if asked <= 0 or left <= 0:
            return tuple(least)
        share = min(1.0, left / asked)
        return tuple(
            round(low + (high - low) * share) for low, high in zip(least, most, strict=True)
        )

    @property
    def is_crowded(self) -> bool:
        """Whether the columns ask for more than there is across the page."""
        return sum(self.widths) > _ROOM + len(self.header)


@dataclass(frozen=True)
class Image:
    """Bild: a drawing as SVG with its name and what it shows in words. A table of the same figures
    follows it.
    """

    title: str
    description: str
    svg: str


Block = Heading | Paragraph | Typed | Terms | Bullets | Table | Image


@dataclass(frozen=True)
class PlainDocument:
    """Dokument. ``board`` and ``version`` stand in the header of each page, ``day`` is its date.

    Raises ValueError where a heading skips a level: then a screen reader loses its way.
    """

    title: str
    board: str
    day: date
    version: str
    blocks: tuple[Block, ...]

    @property
    def standing(self) -> str:
        """What each page's header says of it: the day, once, and the version."""
        day = long_date(self.day)
        told = re.search(rf"\b{day}\b", self.version)
        return self.version if told else f"{day} · {self.version}"

    def __post_init__(self) -> None:
        levels = [0, *(level for block in self.blocks for level in _levels(block))]
        for before, after in pairwise(levels):
            if not 1 <= after <= before + 1:
                raise ValueError(f"a heading of level {after} follows one of level {before}")


def _levels(block: Block) -> tuple[int, ...]:
    if isinstance(block, Typed):
        return block.levels
    return (block.level,) if isinstance(block, Heading) else ()


def with_whole_days(text: str) -> str:
    """The text with its days on one line each: "12 mars 2020" is not broken."""
    return re.sub(_A_DAY, "\\1\u00a0\\2\u00a0\\3", text)


def leading(blocks: Sequence[Block]) -> list[bool]:
    """Which blocks are to stand on the same page as what follows: those that lead to a list, a
    table or a picture.
    """
    following = [*blocks[1:], None]
    return [
        isinstance(block, Paragraph) and isinstance(after, Bullets | Table | Image)
        for block, after in zip(blocks, following, strict=True)
    ]


def named(blocks: Sequence[Block]) -> list[bool]:
    """Which tables have their name in the heading over them, or over the picture before them: it is
    not said twice.
    """
    return [
        isinstance(block, Table)
        and any(
            isinstance(before, Heading) and before.text == block.caption
            for before in blocks[max(place - 2, 0) : place]
        )
        for place, block in enumerate(blocks)
    ]


def typed_data(typed: Typed) -> dict[str, Any]:
    """A typed text as a template reads it."""
    return {"level": typed.level, "blocks": markup.to_data(typed.blocks)}


def document_data(document: PlainDocument) -> dict[str, Any]:
    """The document as a template reads it: each block with its ``kind``."""
    return {
        "title": document.title,
        "board": document.board,
        "day": document.day,
        "standing": document.standing,
        "blocks": [
            {**_block_data(block), "leads": leads, "named": has_name}
            for block, leads, has_name in zip(
                document.blocks, leading(document.blocks), named(document.blocks), strict=True
            )
        ],
    }


def _block_data(block: Block) -> dict[str, Any]:
    made = {"kind": type(block).__name__.lower(), **asdict(block)}
    if isinstance(block, Table):
        made |= {"numbers": sorted(block.numbers), "widths": block.widths}
    if isinstance(block, Typed):
        made |= typed_data(block)
    return made
