"""What each row under the header is: kontrollmoment, heading, total, repeated header, or refused.

Pure. Nothing is dropped in silence: what is no kontrollmoment becomes a note or a refusal.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from internkontroll.core.text import clean_line, shown, text_key
from internkontroll.files.tables import Paragraph, Row, column_name
from internkontroll.plan.rules.headers import Field, HeaderRow, Known, heading_key, read_header
from internkontroll.plan.rules.remarks import Note, RawControl, Refusal

_TOTAL = re.compile(
    r"(?:summa|totalt|total|delsumma|s:a|antal (?:kontroll|risk|rader|moment)\w*)\b", re.IGNORECASE
)
_NUMERIC = re.compile(r"[-+−]?[\d\s.,%]+(?:kr|st)?$")


@dataclass
class RowSorter:
    """Reads the rows under the header one by one, and what was said above them."""

    header: HeaderRow
    known: Known = field(default_factory=dict)
    controls: list[RawControl] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    _area: str = ""
    _area_row: int = 0
    _under_heading: bool = False
    """Whether the area stands in a heading of its own: the rows under it need not repeat it."""
    _risk: str = ""
    _risk_row: int = 0
    _heading: Note | None = None

    def turn_to(self, header: HeaderRow) -> None:
        """Go on under another table's headings: what stood above says nothing of its rows."""
        if header is not self.header:
            self._close_heading()
            self.header = header
            self._area, self._area_row, self._under_heading = "", 0, False
            self._risk, self._risk_row = "", 0

    def stand_under(self, above: Sequence[Paragraph]) -> None:
        """A heading above a table without a column for kontrollområde is its kontrollområde."""
        if Field.AREA in self.header.columns or not above or not above[-1].heading:
            return
        self._area, self._area_row, self._under_heading = above[-1].text, 0, True

    def take(self, row: Row) -> None:
        """Sort one row: repeated header, total, heading of an area, kontrollmoment, or refused."""
        texts = self._texts(row)
        if self._repeats_header(row):
            self._note("repeated_header", row, f"Rad {row.number} upprepar rubrikerna.")
            self._follow_header(row)
        elif self._is_total(row):
            line = shown(" ".join(row.texts))
            self._note(
                "total_row", row, f"Rad {row.number} är en summarad (”{line}”) och läses inte."
            )
        elif texts.get(Field.CONTROL):
            self._take_control(row, texts)
        elif (heading := self._area_heading(row)) is not None:
            self._take_heading(row, heading)
        else:
            self._refuse(row)
            self._follow(row, texts)

    def finish(self) -> None:
        """Point out a last heading that no kontrollmoment followed."""
        self._close_heading()

    def _texts(self, row: Row) -> dict[Field, str]:
        cells = row.cells
        return {
            name: cells[column] if column < len(cells) else ""
            for name, column in self.header.columns.items()
        }

    def _note(self, code: str, row: Row, text: str) -> None:
        self.notes.append(Note(code, text, "", None, row.number))

    def _own(self, row: Row) -> dict[int, str]:
        """The cells that have text of their own, not filled from a merged cell above."""
        return {
            column: cell
            for column, cell in enumerate(row.cells)
            if cell and column not in row.filled
        }

    def _repeats_header(self, row: Row) -> bool:
        cells = self._own(row)
        headings = {h.column: heading_key(h.text) for h in self.header.headings}
        same = [heading_key(cell) == headings.get(column) for column, cell in cells.items()]
        if len(same) >= 2 and all(same):
            return True
        again = read_header(row.cells, self.known)
        return again.is_header and len(again.fields) >= max(2, len(self.header.fields) - 1)

    def _follow_header(self, row: Row) -> None:
        """Headings that come again in another order hold for the rows below them."""
        again = read_header(row.cells, self.known)
        if again.is_header and again.columns != self.header.columns:
            self._note(
                "moved_columns",
                row,
                f"Från rad {row.number} står kolumnerna i en annan ordning, och läses så.",
            )
            self.header = again

    def _is_total(self, row: Row) -> bool:
        cells = list(self._own(row).values())
        if not cells or not _TOTAL.match(cells[0]):
            return False
        return sum(1 for cell in cells[1:] if not _NUMERIC.match(cell)) == 0 and len(cells[0]) < 60

    def _area_heading(self, row: Row) -> str | None:
        """The text of a row that has nothing but a heading in its area or first column."""
        cells = self._own(row)
        if len(cells) != 1:
            return None
        ((column, text),) = cells.items()
        columns = self.header.columns
        places = {columns.get(Field.AREA), columns.get(Field.PROCESS), columns.get(Field.NUMBER), 0}
        is_risk = column == columns.get(Field.RISK) and Field.AREA in columns
        return None if column not in places or is_risk or _NUMERIC.match(text) else text

    def _take_heading(self, row: Row, text: str) -> None:
        self._close_heading()
        self._heading = Note(
            "empty_heading",
            f"Rad {row.number} ”{shown(text)}” lästes som ett kontrollområde utan kontrollmoment.",
            Field.AREA,
            None,
            row.number,
        )
        self._set_area(text, row.number)
        self._under_heading = True

    def _close_heading(self) -> None:
        if self._heading is not None:
            self.notes.append(self._heading)
            self._heading = None

    def _set_area(self, text: str, number: int) -> None:
        if text_key(text) != text_key(self._area):
            self._risk, self._risk_row = "", 0
        self._area, self._area_row, self._under_heading = clean_line(text), number, False

    def _refuse(self, row: Row) -> None:
        column = self.header.columns[Field.CONTROL]
        name = self.header.headings[column].text
        quoted = shown(" | ".join(row.texts), 80)
        self.refused.append(
            Refusal(
                row.number,
                Field.CONTROL,
                "control_missing",
                f"Rad {row.number}, kolumn {column_name(column + 1)} (”{shown(name)}”) är tom, så "
                f"raden har inget kontrollmoment: ”{quoted}”. Fyll i rutan eller ta bort raden.",
                row.cells,
            )
        )

    def _follow(self, row: Row, texts: dict[Field, str]) -> None:
        """A refused row still says which area and risk the rows below it belong to."""
        if texts.get(Field.AREA):
            self._set_area(texts[Field.AREA], row.number)
        if texts.get(Field.RISK):
            self._risk, self._risk_row = texts[Field.RISK], row.number

    def _take_control(self, row: Row, texts: dict[Field, str]) -> None:
        notes: list[Note] = []
        area = texts.get(Field.AREA, "")
        merged = {name for name, column in self.header.columns.items() if column in row.filled}
        if area:
            self._set_area(area, self._area_row if Field.AREA in merged else row.number)
        elif self._area and self._under_heading:
            texts[Field.AREA] = self._area
        if texts.get(Field.AREA) and self._area_row not in (0, row.number):
            notes.append(self._filled("Kontrollområdet", Field.AREA, self._area_row, row))
        risk = texts.get(Field.RISK, "")
        if risk:
            self._risk = risk
            self._risk_row = self._risk_row if Field.RISK in merged else row.number
        elif self._risk:
            texts[Field.RISK] = self._risk
        if self._risk and self._risk_row != row.number:
            notes.append(self._filled("Risken", Field.RISK, self._risk_row, row))
        if self._heading is not None:
            self._heading = None
        texts[Field.AREA] = clean_line(texts.get(Field.AREA, ""))
        extra = {
            heading: row.cells[column]
            for column, heading in self.header.extra.items()
            if column < len(row.cells) and row.cells[column]
        }
        loose = self._unheaded(row)
        if loose:
            extra[""] = loose
            notes.append(
                Note(
                    "text_without_heading",
                    f"Rad {row.number} har text i en kolumn utan rubrik: ”{shown(loose)}”. "
                    "Den följer med som tillägg.",
                    "",
                    None,
                    row.number,
                )
            )
        self.controls.append(
            RawControl(row.number, texts, extra, tuple(notes), area_above=self._area)
        )

    def _unheaded(self, row: Row) -> str:
        headed = {h.column for h in self.header.headings if h.text}
        return "\n".join(text for column, text in self._own(row).items() if column not in headed)

    @staticmethod
    def _filled(what: str, name: Field, source: int, row: Row) -> Note:
        text = f"{what} är hämtat från rad {source}, eftersom rutan på rad {row.number} är tom."
        if name is Field.RISK:
            text = text.replace("hämtat", "hämtad")
        return Note("filled_down", text, name, None, row.number)
