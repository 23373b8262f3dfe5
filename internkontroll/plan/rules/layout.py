"""Where the plan stands in a file: the sheet, the header row, the title block, each row's kind.

Pure. Nothing is dropped in silence: what is no kontrollmoment comes out as a note or a refusal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_line, shown
from internkontroll.files.tables import Row, Sheet, Workbook
from internkontroll.plan.rules.headers import (
    FIELD_TERMS,
    Field,
    HeaderRow,
    heading_key,
    read_header,
)
from internkontroll.plan.rules.remarks import Note, RawControl, Refusal
from internkontroll.plan.rules.row_sorting import RowSorter

HEADER_ROWS = 30
"""The header is looked for in this many rows from the top."""


@dataclass(frozen=True)
class PlanTable:
    """The plan as it lies in the file, before its words are interpreted."""

    sheet: str
    header_row: int
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
    """The place of the header's last row: headings may take two."""


def find_table(workbook: Workbook, *, sheet: str | None = None) -> PlanTable:
    """The one plan in the workbook. ``sheet`` chooses where several have a header row.

    Raises InvalidInput that lists what was looked for if there is no header, that names the sheets
    if several visible ones have one, or the hidden one if only that has.
    """
    found = [hit for hit in map(_find_header, workbook.sheets) if hit is not None]
    if sheet is not None:
        chosen = [hit for hit in found if hit.sheet.name == sheet]
        if not chosen:
            raise InvalidInput(
                f"Bladet ”{shown(sheet)}” finns inte eller har ingen rubrikrad med kontrollmoment."
            )
    else:
        chosen = [hit for hit in found if not hit.sheet.hidden]
    if len(chosen) > 1:
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
        raise InvalidInput(_no_header(workbook))
    return _read(chosen[0], workbook)


def _no_header(workbook: Workbook) -> str:
    best: set[Field] = set()
    for sheet in workbook.sheets:
        for row in sheet.rows[:HEADER_ROWS]:
            fields = read_header(row.cells).fields
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


def _find_header(sheet: Sheet) -> _Found | None:
    for place, row in enumerate(sheet.rows):
        if row.number > HEADER_ROWS:
            return None
        header = read_header(row.cells)
        following = sheet.rows[place + 1] if place + 1 < len(sheet.rows) else None
        if header.is_header:
            joined = _second_row(header, row, following)
            return _Found(sheet, place, joined or header, place + (1 if joined else 0))
        # Headings in two rows may have the kontrollmoment in the lower one only.
        if following is not None and len(header.fields) >= 2:
            joined = _second_row(header, row, following)
            if joined is not None and joined.is_header:
                return _Found(sheet, place, joined, place + 1)
    return None


def _second_row(header: HeaderRow, row: Row, following: Row | None) -> HeaderRow | None:
    """The headings of two rows in one, if the second only completes the first (S and K)."""
    if following is None or following.number != row.number + 1:
        return None
    lower = read_header(following.cells)
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


def _read(found: _Found, workbook: Workbook) -> PlanTable:
    sheet, header = found.sheet, found.header
    metadata = _title_block(sheet.rows[: found.place])
    reader = RowSorter(header, sheet.rows[found.place])
    for row in sheet.rows[found.last + 1 :]:
        reader.take(row)
    reader.finish()
    notes = [*_sheet_notes(found, workbook), *_header_notes(header), *reader.notes]
    columns = {name: header.headings[column].text for name, column in header.columns.items()}
    return PlanTable(
        sheet=sheet.name,
        header_row=sheet.rows[found.place].number,
        columns=columns,
        metadata=metadata,
        controls=tuple(reader.controls),
        refused=tuple(reader.refused),
        notes=tuple(notes),
    )


def _sheet_notes(found: _Found, workbook: Workbook) -> list[Note]:
    notes = []
    for sheet in workbook.sheets:
        if sheet is found.sheet or not sheet.rows:
            continue
        if sheet.hidden:
            text = f"Bladet ”{sheet.name}” är dolt och har inte lästs."
            notes.append(Note("hidden_sheet", text, "sheet"))
        else:
            text = (
                f"Bladet ”{sheet.name}” har ingen rubrikrad för kontrollmoment och har inte lästs."
            )
            notes.append(Note("other_sheet", text, "sheet"))
    if found.sheet.merged:
        cells = ", ".join(found.sheet.merged[:5]) + (" …" if len(found.sheet.merged) > 5 else "")
        text = f"Sammanfogade rutor har fått samma text på alla sina rader: {cells}."
        notes.append(Note("merged_cells", text, "sheet"))
    return notes


def _header_notes(header: HeaderRow) -> list[Note]:
    notes = []
    used = header.columns
    for heading in header.headings:
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


_NAMED_VALUE = re.compile(r"(?P<name>[A-ZÅÄÖ][\wåäöÅÄÖ /-]{1,40}?)\s*:\s*")


def _title_block(rows: tuple[Row, ...]) -> tuple[tuple[str, str], ...]:
    """What stands above the header, as (name, value); a text without a name has the name ""."""
    metadata: list[tuple[str, str]] = []
    for row in rows:
        waiting: str | None = None
        for column, cell in enumerate(row.cells):
            if not cell or column in row.filled:
                continue
            if waiting is not None and not _NAMED_VALUE.search(cell):
                metadata.append((waiting, clean_line(cell)))
                waiting = None
                continue
            if waiting is not None:
                metadata.append((waiting, ""))
            waiting = _named_values(cell, metadata)
        if waiting is not None:
            metadata.append((waiting, ""))
    return tuple(metadata)


def _named_values(cell: str, metadata: list[tuple[str, str]]) -> str | None:
    """Add the cell's values to ``metadata``; returns a last name whose value is yet to come."""
    line = clean_line(cell)
    names = list(_NAMED_VALUE.finditer(line))
    start = names[0].start() if names else len(line)
    if line[:start].strip():
        metadata.append(("", line[:start].strip()))
    for index, name in enumerate(names):
        end = names[index + 1].start() if index + 1 < len(names) else len(line)
        value = line[name.end() : end].strip()
        if not value and index + 1 == len(names):
            return name["name"].strip()
        metadata.append((name["name"].strip(), value))
    return None
