"""The XML parts of a workbook, read through in pieces before a reader lays the cells out.

A reader makes a full grid between a sheet's first and last cell with content, so one cell far out
costs gigabytes. Where that cell stands is told from the references in the raw text; a sheet whose
cells carry no references is walked element by element, and may then not be large.
"""

import re
from collections.abc import Callable, Iterator
from xml.parsers import expat

from internkontroll.files.tables.limits import MEGABYTE, Limits

_CARRIED = MEGABYTE
_WORKBOOK_SIZE = 2 * MEGABYTE
_WALKED_CELLS = 200_000
_SPARSE_FROM = 100_000
_SPARSE_RATIO = 50

_PREFIX = rb"(?:[\w.-]+:)?"
# A reference and the tag after its own: a cell, a row or an end tag means that it has no content.
_CONTENT = re.compile(
    rb"\br\s*=\s*[\"']([A-Za-z]{1,3})([0-9]+)[\"'][^<]*<(?!/|" + _PREFIX + rb"(?:c|row)[\s/>])"
)
_WITHOUT_REFERENCE = re.compile(
    rb"<" + _PREFIX + rb"c(?=[\s/>])(?![^<>]*?\sr\s*=\s*[\"'][A-Za-z]{1,3}[0-9]+[\"'])"
)
_STRING = re.compile(rb"<" + _PREFIX + rb"si[\s/>]")
_MERGE = re.compile(rb"<" + _PREFIX + rb"mergeCell[\s/>]")
_DOCTYPE = re.compile(rb"<!doctype", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]+)$")
_STRANGE = (
    "har en del som inte går att läsa. Öppna den i Excel eller Word, spara den på nytt "
    "och välj den nya filen."
)


class RefusedFile(Exception):
    """What is wrong with a file, as the end of the sentence that begins with its name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def scan_part(pieces: Callable[[], Iterator[bytes]], limits: Limits) -> None:
    """Read one XML part through: no document type; if it is a sheet, no cell too far out.

    ``pieces`` gives the part's bytes from the start each time it is called. Raises RefusedFile, and
    ExpatError if the part does not begin as XML does.
    """
    prolog = _Prolog()
    extent = _Extent(limits)
    strings = merges = size = 0
    for text in _overlapping(pieces(), prolog):
        size += len(text)
        if _DOCTYPE.search(text):
            _refuse_doctype()
        if prolog.root == "worksheet":
            if _WITHOUT_REFERENCE.search(text):
                _walk(pieces(), _Extent(limits))
                return
            extent.take(_CONTENT.findall(text))
            merges += len(_MERGE.findall(text))
        elif prolog.root == "sst":
            strings += len(_STRING.findall(text))
        elif prolog.root == "workbook" and size > _WORKBOOK_SIZE:
            raise RefusedFile("har för många blad. Kopiera tabellen till en ny arbetsbok.")
        if strings > limits.area or merges > limits.rows:
            raise RefusedFile(
                "har för många texter eller sammanfogade rutor. "
                "Kopiera tabellen till en ny arbetsbok."
            )
    extent.refuse_sparse()


def _overlapping(pieces: Iterator[bytes], prolog: "_Prolog") -> Iterator[bytes]:
    """The part in texts that each end before a tag and begin with the last tag of the one before.

    So a tag and the beginning of the next always stand together in one of them.
    """
    carried = b""
    for piece in pieces:
        prolog.feed(piece)
        text = carried + piece
        last = text.rfind(b"<")
        before = text.rfind(b"<", 0, max(last, 0))
        if before < 0:
            carried = text
        else:
            # The tag at ``last`` may be cut off; the one at ``before`` is whole, but what comes
            # after it is not yet known.
            yield text[:last]
            carried = text[before:]
        if len(carried) > _CARRIED:
            raise RefusedFile(_STRANGE)
    yield carried


def _refuse_doctype(*_: object) -> None:
    raise RefusedFile(
        "innehåller en dokumenttypsdeklaration (<!DOCTYPE). Filer från Excel och Word har ingen "
        "sådan, därför öppnas den inte. Kopiera tabellen till en ny fil."
    )


class _Prolog:
    """Reads a part until its first element: its name, its encoding, and no document type."""

    def __init__(self) -> None:
        self.root: str | None = None
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.XmlDeclHandler = self._declaration

    def feed(self, piece: bytes) -> None:
        if self.root is None:
            if b"\x00" in piece:
                raise RefusedFile(_STRANGE)
            self._parser.Parse(piece, False)

    def _start(self, name: str, _: dict[str, str]) -> None:
        if self.root is None:
            self.root = name.rpartition(" ")[2]

    def _declaration(self, _: str, encoding: str | None, __: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "utf8", "us-ascii"):
            raise RefusedFile(_STRANGE)


class _Extent:
    """How far a sheet's content stretches, refused as soon as that is too far."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rows = 0
        self._columns = 0
        self._filled = 0

    def take(self, references: list[tuple[bytes, bytes]]) -> None:
        """Count the cells with content at these references (letters, digits)."""
        if references:
            columns = {letters for letters, _ in references}
            column = max(column_number(letters.decode()) for letters in columns)
            row = max(int(digits) if len(digits) < 8 else 10**8 for _, digits in references)
            self.count(row, column, len(references))

    def count(self, row: int, column: int, cells: int = 1) -> None:
        """Count ``cells`` of which none is further out than ``row`` and ``column``."""
        limits = self._limits
        self._rows, self._columns = max(self._rows, row), max(self._columns, column)
        self._filled += cells
        if column > limits.columns:
            raise RefusedFile(
                f"har text i kolumn {column_name(column)}. Högst {limits.columns} kolumner läses. "
                "Ta bort kolumner som inte hör till tabellen."
            )
        if row > limits.rows:
            raise RefusedFile(
                f"har text på rad {row}. Högst {limits.rows} rader läses. "
                "Ta bort rader som inte hör till tabellen."
            )
        if self._rows * self._columns > limits.area:
            self._refuse_area("för stort för en arbetsbok (stora listor läses som CSV)")

    def refuse_sparse(self) -> None:
        """Refuse a large sheet that is nearly empty: a stray cell far from the table."""
        area = self._rows * self._columns
        if area > _SPARSE_FROM and self._filled * _SPARSE_RATIO < area:
            self._refuse_area("men nästan alla rutor är tomma")

    def _refuse_area(self, why: str) -> None:
        raise RefusedFile(
            f"sträcker sig till rad {self._rows} och kolumn {column_name(self._columns)}, {why}. "
            "Ta bort det som står långt utanför tabellen."
        )


def _walk(pieces: Iterator[bytes], extent: _Extent) -> None:
    """A sheet whose cells lack references: their places are counted as a reader counts them."""
    walker = _Walker(extent)
    for piece in pieces:
        walker.feed(piece)
    walker.finish()
    extent.refuse_sparse()


class _Walker:
    """Follows rows and cells element by element."""

    def __init__(self, extent: _Extent) -> None:
        self._extent = extent
        self._row = self._column = self._cells = 0
        self._in_cell = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.StartElementHandler = self._start

    def feed(self, piece: bytes) -> None:
        self._parser.Parse(piece, False)

    def finish(self) -> None:
        self._parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            self._cells += 1
            if self._cells > _WALKED_CELLS:
                raise RefusedFile(_STRANGE)
            self._place(attributes.get("r"))
            self._in_cell = True
        elif tag == "row":
            written = attributes.get("r", "")
            known = written.isascii() and written.isdecimal() and len(written) < 8
            self._row = int(written) if known else self._row + 1
            self._column = 0
            self._in_cell = False
        elif self._in_cell:
            self._extent.count(self._row, self._column)
            self._in_cell = False

    def _place(self, reference: str | None) -> None:
        match = _REFERENCE.match(reference) if reference else None
        if match is None:
            self._column += 1
        else:
            self._column = column_number(match[1])
            self._row = int(match[2]) if len(match[2]) < 8 else 10**8


def column_number(letters: str) -> int:
    """The number of a column by its letters: ``A`` is 1, ``XFD`` is 16 384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_name(number: int) -> str:
    """The letters of a column by its number from 1: 1 is ``A``, 16 384 is ``XFD``."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
