"""A document's table while it is read: its cells, what is merged, its rows as they are done."""

from dataclasses import dataclass, field

from internkontroll.core.text import clean_text
from internkontroll.files.tables.decoding import refuse_mangled
from internkontroll.files.tables.model import Paragraph, Row, Sheet


@dataclass
class OpenCell:
    """A cell: its paragraphs so far, how many columns it spans, and its part in a merge."""

    lines: list[str] = field(default_factory=list)
    span: int = 1
    merge: str | None = None
    """``restart`` or ``continue`` of a cell merged over rows."""


@dataclass
class OpenTable:
    """A table: its finished rows, and the cells merged over rows that go on."""

    name: str
    start: int
    above: tuple[Paragraph, ...]
    rows: list[Row] = field(default_factory=list)
    merged: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Column -> text and first row of a cell merged over rows that is still open."""
    ranges: list[str] = field(default_factory=list)

    def add_row(self, number: int, cells: list[OpenCell], before: int, width: int) -> None:
        """Finish a row. ``before`` columns are skipped at its start; ``width`` is all of it.

        Raises InvalidInput for mangled letters. A row without text of its own is left out.
        """
        texts = [""] * width
        filled: set[int] = set()
        column = before
        for cell in cells:
            text = clean_text("\n".join(cell.lines))
            refuse_mangled(text, f"{self.name.lower()}, rad {number}")
            texts[column] = text
            if cell.merge == "restart":
                self.merged[column] = (text, number)
            elif cell.merge is None:
                self.merged.pop(column, None)
            elif column in self.merged and not text:
                above, first = self.merged[column]
                texts[column] = above
                if above:
                    filled.add(column)
                    self.ranges.append(f"rad {first}–{number}")
            column += cell.span
        if any(text for place, text in enumerate(texts) if place not in filled):
            self.rows.append(Row(number, tuple(texts), frozenset(filled)))

    def as_sheet(self) -> Sheet:
        """The table as a sheet."""
        return Sheet(
            self.name,
            tuple(self.rows),
            merged=tuple(self.ranges),
            start=self.start,
            above=self.above,
        )


@dataclass
class OpenParagraph:
    """A paragraph being read, and what is known of it."""

    text: list[str] = field(default_factory=list)
    listed: bool = False
    heading: bool = False
