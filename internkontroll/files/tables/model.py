"""What comes out of a file: sheets of text cells with the row numbers that the person sees."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One row of a sheet.

    ``number`` is the row's number in the file, from 1, as a spreadsheet program shows it.
    ``filled`` are the columns (from 0) whose text comes from a merged cell that began above.
    """

    number: int
    cells: tuple[str, ...]
    filled: frozenset[int] = frozenset()

    @property
    def texts(self) -> tuple[str, ...]:
        """The cells that have text, in order."""
        return tuple(cell for cell in self.cells if cell)


@dataclass(frozen=True)
class Sheet:
    """A sheet: its rows with text in them, in order. Rows wholly empty are left out."""

    name: str
    rows: tuple[Row, ...]
    hidden: bool = False
    merged: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workbook:
    """A file that was read. ``kind`` is ``xlsx`` or ``csv``; the two last are of a CSV."""

    filename: str
    kind: str
    sheets: tuple[Sheet, ...]
    encoding: str | None = None
    separator: str | None = None
    notes: tuple[str, ...] = field(default=())
