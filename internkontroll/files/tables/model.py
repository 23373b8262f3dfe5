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
class Paragraph:
    """A paragraph above a document's table; ``heading`` if it is styled as one."""

    text: str
    heading: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet: its rows with text in them, in order. Rows wholly empty are left out.

    ``start`` is the number of its first row; in a document, where the rows are numbered through all
    tables, it is seldom 1. ``above`` are the paragraphs between the table before and this one.
    """

    name: str
    rows: tuple[Row, ...]
    hidden: bool = False
    merged: tuple[str, ...] = ()
    start: int = 1
    above: tuple[Paragraph, ...] = ()


@dataclass(frozen=True)
class Workbook:
    """A file that was read. ``kind`` is ``xlsx``, ``docx``, ``csv`` or ``pasted``.

    ``encoding`` and ``separator`` are of a text; ``notes`` tell what of the file is in no cell.
    """

    filename: str
    kind: str
    sheets: tuple[Sheet, ...]
    encoding: str | None = None
    separator: str | None = None
    notes: tuple[str, ...] = field(default=())
