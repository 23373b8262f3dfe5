"""Tables of a .docx document, walked element by element after the container has been judged.

The text that a reader of the finished document sees is read: insertions are, deletions are not, and
what is not part of a table's cells is told in the workbook's notes. Nothing is laid out in memory
but the tables' own texts.
"""

from xml.parsers import expat

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_line, clean_text, shown
from internkontroll.files.tables.container import part_names, part_pieces
from internkontroll.files.tables.decoding import refuse_mangled
from internkontroll.files.tables.document_table import OpenCell, OpenParagraph, OpenTable
from internkontroll.files.tables.kinds import file_label
from internkontroll.files.tables.limits import Limits
from internkontroll.files.tables.model import Paragraph, Sheet, Workbook

BODY = "word/document.xml"
_QUOTED = 400
_BULLETS = ("-", "–", "•", "*", "·")
_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
_SKIPPED = frozenset({"instrText", "delInstrText", "moveFrom", "rt"})
_SIGNS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
_PICTURES = frozenset({"pic", "imagedata"})
_EMBEDDED = frozenset({"OLEObject", "chart", "relIds", "altChunk"})


def read_document(data: bytes, filename: str, limits: Limits) -> Workbook:
    """The document's tables as sheets ("Tabell 1" ...), their rows numbered through the document.

    A cell merged over several rows is filled down; one merged over columns stands in its first.
    Raises InvalidInput for a document without a table with text, or with a table too large.
    """
    label = file_label(filename)
    walker = _Walker(label, limits)
    try:
        for piece in part_pieces(data, BODY):
            walker.feed(piece)
        walker.finish()
    except expat.ExpatError as error:
        raise InvalidInput(
            f"Filen ”{label}” är skadad och går inte att läsa. Öppna den i Word, spara den på nytt "
            "och välj den nya filen."
        ) from error
    sheets = tuple(sheet for sheet in walker.sheets if sheet.rows)
    if not sheets:
        raise InvalidInput(
            f"Dokumentet ”{label}” har ingen tabell med text. Välj dokumentet där planens tabell "
            "står, eller klistra in tabellens celler."
        )
    notes = [*_numbering(sheets), *walker.notes(), *_other_parts(data, walker)]
    return Workbook(filename, "docx", sheets, notes=tuple(notes))


def _numbering(sheets: tuple[Sheet, ...]) -> list[str]:
    if len(sheets) == 1:
        return []
    places = ", ".join(
        f"{sheet.name.lower()} är rad {sheet.start}–{sheet.rows[-1].number}"
        for sheet in sheets[:20]
    )
    return [f"Dokumentet har {len(sheets)} tabeller. Raderna räknas genom alla: {places}."]


def _other_parts(data: bytes, walker: "_Walker") -> list[str]:
    names = part_names(data)
    notes = []
    if walker.pictures or any(name.startswith("word/media/") for name in names):
        notes.append(
            "Bilder i dokumentet läses inte. Står något av planen i en bild, skriv in det."
        )
    if walker.embedded or any(name.startswith("word/embeddings/") for name in names):
        notes.append(
            "Inbäddade objekt i dokumentet läses inte. Står något av planen i ett sådant, klistra "
            "in det som en tabell."
        )
    if walker.commented or "word/comments.xml" in names:
        notes.append("Kommentarer i dokumentets marginal läses inte.")
    if walker.footnoted:
        notes.append("Fotnoter i dokumentet läses inte.")
    return notes


class _Walker:
    """Follows body, tables, rows, cells, paragraphs and runs."""

    def __init__(self, label: str, limits: Limits) -> None:
        self.sheets: list[Sheet] = []
        self.pictures = self.embedded = self.commented = self.footnoted = False
        self._label = label
        self._limits = limits
        self._open: list[str] = []
        self._skip = 0
        self._deleted = 0
        self._inserted = False
        self._lost: list[str] = []
        self._boxes: list[str] = []
        self._nested: set[str] = set()
        self._blocks: list[OpenParagraph] = []
        self._sinks: list[list[str]] = []
        self._box_marks: list[int] = []
        self._above: list[Paragraph] = []
        self._table: OpenTable | None = None
        self._depth = 0
        self._cells: list[OpenCell] = []
        self._cell: OpenCell | None = None
        self._before = 0
        self._number = 0
        self._area = 0
        self._placeholders: list[bool] = []
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        self._parser = parser

    def feed(self, piece: bytes) -> None:
        self._parser.Parse(piece, False)

    def finish(self) -> None:
        self._parser.Parse(b"", True)

    def notes(self) -> list[str]:
        """What of the document's text is not in the tables, each with its words."""
        notes = []
        if self._inserted or self._lost:
            text = "Dokumentet har spårade ändringar. Det infogade läses, det borttagna inte"
            lost = clean_line(" … ".join(self._lost))
            notes.append(f"{text}: ”{shown(lost, _QUOTED)}”." if lost else f"{text}.")
        notes.extend(
            f"En textruta läses inte som del av tabellen: ”{shown(box, _QUOTED)}”."
            for box in dict.fromkeys(self._boxes)
        )
        if self._nested:
            places = ", ".join(sorted(self._nested))
            notes.append(
                f"En tabell inuti en ruta läses som rader i rutan: {places}. Kontrollera rutan."
            )
        return notes

    # -- elements ---------------------------------------------------------------------------

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self._open.append(local)
        if self._skip or name == _FALLBACK or local in _SKIPPED:
            self._skip += 1
            return
        self._see(local)
        if name.startswith(_WORD):
            value = next((v for k, v in attributes.items() if k.endswith(" val")), None)
            act = getattr(self, f"_start_{local}", None)
            if act is not None:
                act(value)
            elif local in _SIGNS and self._parent() == "r":
                self._write(_SIGNS[local])
            elif local == "sym":
                self._symbol(attributes)

    def _end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        self._open.pop()
        if self._skip:
            self._skip -= 1
            return
        if name.startswith(_WORD):
            act = getattr(self, f"_end_{local}", None)
            if act is not None:
                act()

    def _data(self, text: str) -> None:
        if self._skip or not self._open:
            return
        if self._open[-1] == "delText" or (self._deleted and self._open[-1] == "t"):
            self._lost.append(text)
        elif self._open[-1] == "t":
            self._write(text)

    def _parent(self) -> str:
        return self._open[-2] if len(self._open) > 1 else ""

    def _see(self, local: str) -> None:
        self.pictures = self.pictures or local in _PICTURES
        self.embedded = self.embedded or local in _EMBEDDED
        self.commented = self.commented or local == "commentReference"
        self.footnoted = self.footnoted or local in ("footnoteReference", "endnoteReference")

    def _write(self, text: str) -> None:
        if self._blocks:
            self._blocks[-1].text.append(text)

    def _symbol(self, attributes: dict[str, str]) -> None:
        code = next((v for k, v in attributes.items() if k.endswith(" char")), "")
        try:
            sign = chr(int(code, 16))
        except (ValueError, OverflowError):
            sign = "•"
        # A sign of a symbol font has no letter of its own; in a plan it is a bullet.
        self._write("•" if "\ue000" <= sign <= "\uf8ff" else sign)

    # -- tracked changes and content controls -------------------------------------------------

    def _start_ins(self, _: str | None) -> None:
        self._inserted = True

    def _start_moveTo(self, _: str | None) -> None:  # noqa: N802 - the element's name
        self._inserted = True

    def _start_del(self, _: str | None) -> None:
        self._deleted += 1

    def _end_del(self) -> None:
        self._deleted -= 1

    def _start_sdt(self, _: str | None) -> None:
        self._placeholders.append(False)

    def _end_sdt(self) -> None:
        if self._placeholders:
            self._placeholders.pop()

    def _start_showingPlcHdr(self, value: str | None) -> None:  # noqa: N802 - the element's name
        if self._placeholders:
            self._placeholders[-1] = value not in ("0", "false", "off")

    def _start_sdtContent(self, _: str | None) -> None:  # noqa: N802 - the element's name
        if self._placeholders and self._placeholders[-1]:
            self._skip += 1

    # -- paragraphs and text boxes ------------------------------------------------------------

    def _start_p(self, _: str | None) -> None:
        self._blocks.append(OpenParagraph())

    def _start_numId(self, value: str | None) -> None:  # noqa: N802 - the element's name
        if self._blocks and value != "0":
            self._blocks[-1].listed = True

    def _start_pStyle(self, value: str | None) -> None:  # noqa: N802 - the element's name
        style = (value or "").casefold()
        if self._blocks and style.startswith(("heading", "rubrik", "underrubrik")):
            self._blocks[-1].heading = True

    def _start_outlineLvl(self, value: str | None) -> None:  # noqa: N802 - the element's name
        if self._blocks and value != "9":
            self._blocks[-1].heading = True

    def _end_p(self) -> None:
        block = self._blocks.pop()
        text = clean_text("".join(block.text))
        if text and block.listed and not text.startswith(_BULLETS) and self._sinks:
            text = f"- {text}"
        if self._sinks:
            self._sinks[-1].append(text)
        elif text:
            refuse_mangled(text, "ovanför eller mellan tabellerna")
            self._above.append(Paragraph(clean_line(text), block.heading))

    def _start_txbxContent(self, _: str | None) -> None:  # noqa: N802 - the element's name
        self._sinks.append([])
        self._box_marks.append(self._depth)
        self._depth += 1  # a table in a text box is text of the box

    def _end_txbxContent(self) -> None:  # noqa: N802 - the element's name
        text = clean_line(" ".join(self._sinks.pop()))
        self._depth = self._box_marks.pop()
        if text:
            self._boxes.append(text)

    # -- tables -------------------------------------------------------------------------------

    def _start_tbl(self, _: str | None) -> None:
        self._depth += 1
        if self._depth == 1:
            name = f"Tabell {len(self.sheets) + 1}"
            self._table = OpenTable(name, self._number + 1, tuple(self._above))
            self._above = []
        elif self._table is not None and not self._box_marks:
            self._nested.add(f"rad {self._number}")

    def _end_tbl(self) -> None:
        self._depth -= 1
        table = self._table
        if self._depth == 0 and table is not None:
            self.sheets.append(table.as_sheet())
            self._table = None

    def _start_tr(self, _: str | None) -> None:
        if self._depth == 1:
            self._number += 1
            self._cells = []
            self._before = 0
            if self._number > self._limits.rows:
                raise InvalidInput(
                    f"Tabellerna i ”{self._label}” har fler än {self._limits.rows} rader. "
                    "Ta bort det som inte hör till planen."
                )

    def _start_gridBefore(self, value: str | None) -> None:  # noqa: N802 - the element's name
        if self._depth == 1:
            self._before = _whole(value, 0)

    def _start_tc(self, _: str | None) -> None:
        if self._depth == 1:
            self._cell = OpenCell()
            self._cells.append(self._cell)
            self._sinks.append(self._cell.lines)

    def _end_tc(self) -> None:
        if self._depth == 1 and self._sinks:
            self._sinks.pop()
            self._cell = None

    def _start_gridSpan(self, value: str | None) -> None:  # noqa: N802 - the element's name
        if self._depth == 1 and self._cell is not None:
            self._cell.span = max(1, _whole(value, 1))

    def _start_vMerge(self, value: str | None) -> None:  # noqa: N802 - the element's name
        if self._depth == 1 and self._cell is not None:
            self._cell.merge = value or "continue"

    def _end_tr(self) -> None:
        table = self._table
        if self._depth != 1 or table is None:
            return
        width = self._before + sum(cell.span for cell in self._cells)
        if width > self._limits.columns:
            raise InvalidInput(
                f"{table.name} i ”{self._label}” har {width} kolumner på rad {self._number}. Högst "
                f"{self._limits.columns} läses. Ta bort kolumner som inte hör till planen."
            )
        self._area += width
        if self._area > self._limits.area:
            raise InvalidInput(
                f"Tabellerna i ”{self._label}” är för stora. Ta bort det som inte hör till planen."
            )
        table.add_row(self._number, self._cells, self._before, width)


def _whole(value: str | None, default: int) -> int:
    return (
        int(value) if value and value.isascii() and value.isdigit() and len(value) < 6 else default
    )
