"""Where the plan stands in a file: the sheet, the header row, the title block, each row's kind.

Pure. Nothing is dropped in silence: what is no kontrollmoment comes out as a note or a refusal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import shown
from internkontroll.files.tables import Row, Sheet, Workbook, column_name
from internkontroll.plan.rules.headers import (
    FIELD_TERMS,
    Field,
    HeaderRow,
    Heading,
    Known,
    heading_key,
    read_header,
)
from internkontroll.plan.rules.remarks import Note, RawControl, Refusal
from internkontroll.plan.rules.row_sorting import RowSorter
from internkontroll.plan.rules.title_block import title_block

HEADER_ROWS = 30
"""The header is looked for in this many rows from the top."""

SHORTEST_TABLE = 3
"""Rows from which a table without a known header may be a plan: else it is refused at once."""


class HeaderMissing(InvalidInput):
    """No header row was found, but there is a table: a person can say which column is what."""


@dataclass(frozen=True)
class Arrangement:
    """Rubrikernas läsning: what a person has said of the headings, now or at earlier readings.

    ``known`` are the municipality's answers by heading. ``header_row`` is the row of this file that
    was pointed out as the header, 0 if the table has none, None if it is to be found; ``columns``
    (from 0) then says what each column holds, None for an addition.
    """

    known: Known = field(default_factory=dict)
    header_row: int | None = None
    columns: Mapping[int, Field | None] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanTable:
    """The plan as it lies in the file, before its words are interpreted."""

    sheet: str
    header_row: int
    headings: tuple[Heading, ...]
    columns: Mapping[Field, str]
    metadata: tuple[tuple[str, str], ...]
    controls: tuple[RawControl, ...]
    refused: tuple[Refusal, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Found:
    sheet: Sheet
    place: int
    header: HeaderRow
    last: int
    """The place of the header's last row: headings may take two. -1 before the first row."""


def find_table(
    workbook: Workbook, *, sheet: str | None = None, arrangement: Arrangement | None = None
) -> PlanTable:
    """The one plan in the workbook. ``sheet`` chooses where several have a header row.

    In a document all tables with a header are the plan, and a table without one that goes on where
    the table before it ended. Raises HeaderMissing if there is a table but no header; InvalidInput
    if there is neither, that names the sheets if several visible ones have one, or the hidden one
    if only that has.
    """
    told = arrangement or Arrangement()
    if told.header_row is not None:
        pointed = _pointed_out(workbook, told)
        alike = [] if workbook.kind != "docx" else workbook.sheets
        others = [_find_header(s, told.known) for s in alike if s is not pointed.sheet]
        return _read([pointed, *filter(None, others)], workbook, told.known)
    found = [hit for s in workbook.sheets if (hit := _find_header(s, told.known)) is not None]
    if sheet is not None:
        chosen = [hit for hit in found if hit.sheet.name == sheet]
        if not chosen:
            raise InvalidInput(
                f"Bladet ”{shown(sheet)}” finns inte eller har ingen rubrikrad med kontrollmoment."
            )
    else:
        chosen = [hit for hit in found if not hit.sheet.hidden]
    if len(chosen) > 1 and workbook.kind != "docx":
        names = " och ".join(f"”{hit.sheet.name}”" for hit in chosen)
        raise InvalidInput(
            f"Flera blad har en rubrikrad för kontrollmoment: {names}. Ta bort eller dölj det som "
            "inte ska läsas in, eller spara planen som en egen fil.",
            field="sheet",
        )
    if not chosen:
        if found:
            raise InvalidInput(
                f"Planen ligger i bladet ”{found[0].sheet.name}”, som är dolt. Visa bladet i "
                "Excel, spara filen och välj den igen.",
                field="sheet",
            )
        refusal = HeaderMissing if likely_sheet(workbook) else InvalidInput
        raise refusal(_no_header(workbook, told.known))
    return _read(chosen, workbook, told.known)


def likely_sheet(workbook: Workbook) -> Sheet | None:
    """The visible sheet with most text that may be a plan: two columns, three rows. Else None."""
    tables = [
        sheet
        for sheet in workbook.sheets
        if not sheet.hidden
        and len(sheet.rows) >= SHORTEST_TABLE
        and sum(len(row.texts) >= 2 for row in sheet.rows) >= SHORTEST_TABLE - 1
    ]
    return max(tables, key=lambda sheet: sum(len(row.texts) for row in sheet.rows), default=None)


def asked_sheet(workbook: Workbook, header_row: int | None) -> Sheet:
    """The sheet whose columns a person is asked about: where the header row is, or the likely one.

    Raises InvalidInput if the file has no table.
    """
    if not workbook.sheets:
        raise InvalidInput("Filen har ingen tabell. Välj filen med planen.")
    pointed = [s for s in workbook.sheets if any(row.number == header_row for row in s.rows)]
    likely = likely_sheet(workbook)
    if likely is not None and (likely in pointed or not pointed):
        return likely
    return max(pointed or workbook.sheets, key=lambda sheet: len(sheet.rows))


def _pointed_out(workbook: Workbook, told: Arrangement) -> _Found:
    sheet = asked_sheet(workbook, told.header_row)
    place = next((i for i, row in enumerate(sheet.rows) if row.number == told.header_row), -1)
    texts = sheet.rows[place].cells if place >= 0 else ()
    width = max((len(row.cells) for row in sheet.rows), default=0)
    headings = []
    for column in range(width):
        text = " ".join(texts[column].split()) if column < len(texts) else ""
        wanted = told.columns.get(column)
        if place < 0:
            text = FIELD_TERMS[wanted] if wanted else f"Kolumn {column_name(column + 1)}"
        headings.append(Heading(column, text, wanted, told=True))
    header = HeaderRow(tuple(headings))
    if Field.CONTROL not in header.columns:
        raise InvalidInput("Välj vilken kolumn som är kontrollmomentet: det som ska kontrolleras.")
    return _Found(sheet, place, header, place)


def _no_header(workbook: Workbook, known: Known) -> str:
    best: set[Field] = set()
    for sheet in workbook.sheets:
        for row in sheet.rows[:HEADER_ROWS]:
            fields = read_header(row.cells, known).fields
            best = fields if len(fields) > len(best) else best
    looked = "kontrollmoment (eller kontroll, granskning, kontrollaktivitet)"
    if len(best) >= 2 and Field.CONTROL not in best:
        names = ", ".join(FIELD_TERMS[name] for name in Field if name in best)
        return (
            f"Rubrikraden har {names} men ingen kolumn för {looked}. "
            "Skriv rubriken Kontrollmoment över den kolumn som säger vad som ska kontrolleras."
        )
    return (
        f"Ingen rubrikrad hittades på de första {HEADER_ROWS} raderna. Det som söktes är en rad "
        f"med rubriken {looked} och minst en till av: kontrollområde, riskbeskrivning, "
        "kontrollmetod, frekvens, kontrollansvarig, tidpunkt för rapportering. "
        "Lägg till en rubrikrad och välj filen igen."
    )


def _find_header(sheet: Sheet, known: Known) -> _Found | None:
    for place, row in enumerate(sheet.rows):
        if row.number - sheet.start >= HEADER_ROWS:
            return None
        header = read_header(row.cells, known)
        following = sheet.rows[place + 1] if place + 1 < len(sheet.rows) else None
        if header.is_header:
            joined = _second_row(header, row, following, known)
            return _Found(sheet, place, joined or header, place + (1 if joined else 0))
        # Headings in two rows may have the kontrollmoment in the lower one only.
        if following is not None and len(header.fields) >= 2:
            joined = _second_row(header, row, following, known)
            if joined is not None and joined.is_header:
                return _Found(sheet, place, joined, place + 1)
    return None


def _second_row(
    header: HeaderRow, row: Row, following: Row | None, known: Known
) -> HeaderRow | None:
    """The headings of two rows in one, if the second only completes the first (S and K)."""
    if following is None or following.number != row.number + 1:
        return None
    lower = read_header(following.cells, known)
    completed = {
        h.column: h for h in lower.headings if h.field is not None and h.field not in header.fields
    }
    if not completed:
        return None
    for column, text in enumerate(following.cells):
        repeats = column < len(row.cells) and heading_key(text) == heading_key(row.cells[column])
        if text and column not in completed and not repeats:
            return None
    return HeaderRow(tuple(completed.get(h.column, h) for h in header.headings))


def _read(chosen: Sequence[_Found], workbook: Workbook, known: Known) -> PlanTable:
    first = chosen[0]
    by_sheet = {id(hit.sheet): hit for hit in chosen}
    reader = RowSorter(first.header, known)
    metadata: list[tuple[str, str]] = []
    continued: list[Sheet] = []
    before: Sheet | None = None
    for sheet in workbook.sheets:
        hit = by_sheet.get(id(sheet))
        if hit is None and not _goes_on(sheet, before, workbook):
            before = None
            continue
        if hit is not None:
            reader.turn_to(hit.header)
            reader.stand_under(sheet.above)
            metadata.extend(("", paragraph.text) for paragraph in sheet.above)
            metadata.extend(title_block(sheet.rows[: max(hit.place, 0)]))
        else:
            continued.append(sheet)
        for row in sheet.rows[hit.last + 1 if hit is not None else 0 :]:
            reader.take(row)
        before = sheet
    reader.finish()
    header = first.header
    taken = [*(hit.sheet for hit in chosen), *continued]
    notes = [
        *(Note("file", text, "file") for text in workbook.notes),
        *_sheet_notes(taken, continued, workbook),
        *_header_notes(header),
        *reader.notes,
    ]
    return PlanTable(
        sheet=first.sheet.name,
        header_row=first.sheet.rows[first.place].number if first.place >= 0 else 0,
        headings=tuple(h for h in header.headings if h.text),
        columns={name: header.headings[column].text for name, column in header.columns.items()},
        metadata=tuple(metadata),
        controls=tuple(reader.controls),
        refused=tuple(reader.refused),
        notes=tuple(notes),
    )


def _goes_on(sheet: Sheet, before: Sheet | None, workbook: Workbook) -> bool:
    """Whether a document's table without headings is the one before it, broken off by a page."""
    if workbook.kind != "docx" or before is None or not sheet.rows:
        return False
    width = {max(len(row.cells) for row in table.rows) for table in (sheet, before)}
    return len(width) == 1 and len(sheet.above) == 0 and width.pop() >= 3


def _sheet_notes(
    taken: Sequence[Sheet], continued: Sequence[Sheet], workbook: Workbook
) -> list[Note]:
    notes = []
    document = workbook.kind == "docx"
    for sheet in workbook.sheets:
        if not sheet.rows or any(sheet is one for one in taken):
            continue
        if sheet.hidden:
            text = f"Bladet ”{sheet.name}” är dolt och har inte lästs."
            notes.append(Note("hidden_sheet", text, "sheet"))
        elif document:
            said = shown(" | ".join(sheet.rows[0].texts), 80)
            text = (
                f"{sheet.name} (”{said}”) har ingen rubrikrad för kontrollmoment och har inte "
                "lästs."
            )
            notes.append(Note("other_sheet", text, "sheet"))
        else:
            text = (
                f"Bladet ”{sheet.name}” har ingen rubrikrad för kontrollmoment och har inte lästs."
            )
            notes.append(Note("other_sheet", text, "sheet"))
    for sheet in continued:
        text = f"{sheet.name} har inga egna rubriker och lästes som fortsättning på tabellen före."
        notes.append(Note("continued_table", text, "sheet"))
    merged = list(dict.fromkeys(place for sheet in taken for place in sheet.merged))
    if merged:
        cells = ", ".join(merged[:5]) + (" …" if len(merged) > 5 else "")
        text = f"Sammanfogade rutor har fått samma text på alla sina rader: {cells}."
        notes.append(Note("merged_cells", text, "sheet"))
    return notes


def _header_notes(header: HeaderRow) -> list[Note]:
    notes = []
    used = header.columns
    for heading in header.headings:
        if heading.told:
            continue
        if heading.field is None and heading.text:
            text = f"Kolumnen ”{shown(heading.text)}” är okänd. Dess text följer med som tillägg."
            notes.append(Note("unknown_column", text, heading.text))
        elif heading.field is not None and heading.column not in used.values():
            text = (
                f"Kolumnen ”{shown(heading.text)}” kan också vara {FIELD_TERMS[heading.field]}. "
                "En annan kolumn lästes så; den här följer med som tillägg."
            )
            notes.append(Note("double_column", text, heading.text))
        elif heading.guessed and heading.field is not None:
            text = f"Rubriken ”{shown(heading.text)}” lästes som {FIELD_TERMS[heading.field]}."
            notes.append(Note("guessed_heading", text, heading.text))
    return notes
