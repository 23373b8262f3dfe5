"""Personnummer i en plan: where the file's texts hold one. A plan needs none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from internkontroll.core.errors import InvalidInput
from internkontroll.core.personal_id import find_personal_ids, names_a_person
from internkontroll.files.tables import Workbook, column_name
from internkontroll.plan.rules.headers import FIELD_TERMS, Field
from internkontroll.plan.rules.reading import PlanReading, PlanRow

_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")


@dataclass(frozen=True)
class PersonalIdPlace:
    """A cell that holds a personnummer (``certain``) or digits that look like one."""

    file_row: int
    heading: str
    certain: bool


def _texts(row: PlanRow) -> Iterator[tuple[str, str]]:
    yield FIELD_TERMS[Field.AREA], row.area
    yield FIELD_TERMS[Field.PROCESS], row.process
    yield FIELD_TERMS[Field.RISK], row.risk
    yield FIELD_TERMS[Field.CONTROL], row.control
    yield FIELD_TERMS[Field.PURPOSE], row.purpose
    yield FIELD_TERMS[Field.METHOD], row.method
    yield FIELD_TERMS[Field.SAMPLE], row.sample_text
    yield FIELD_TERMS[Field.REPORTING], row.reporting_text
    yield FIELD_TERMS[Field.REPORT_TO], row.report_to
    yield FIELD_TERMS[Field.RESPONSIBLE], row.responsible
    yield FIELD_TERMS[Field.RISK_OWNER], row.risk_owner
    yield FIELD_TERMS[Field.UNIT], row.unit
    yield from row.extra.items()


def personal_id_places(reading: PlanReading) -> tuple[PersonalIdPlace, ...]:
    """Every cell of the reading with something that is or looks like a personnummer."""
    return tuple(
        PersonalIdPlace(row.file_row, heading, any(certain for _, _, certain in found))
        for row in reading.rows
        for heading, text in _texts(row)
        if (found := find_personal_ids(text))
    )


def refuse_personal_ids_anywhere(workbook: Workbook) -> None:
    """Refuse (InvalidInput) a file with a personnummer in any cell or text above its tables."""
    places: list[str] = []
    for sheet in workbook.sheets:
        places.extend(
            f"texten ovanför {sheet.name.lower()}"
            for paragraph in sheet.above
            if _certain(paragraph.text)
        )
        places.extend(
            f"bladet ”{sheet.name}”, rad {row.number}, kolumn {column_name(column + 1)}"
            for row in sheet.rows
            for column, cell in enumerate(row.cells)
            if column not in row.filled and _certain(cell)
        )
    places.extend("texten utanför tabellen" for note in workbook.notes if _certain(note))
    if places:
        more = f" och {len(places) - 5} ställen till" if len(places) > 5 else ""
        raise InvalidInput(
            f"Filen innehåller personnummer: {', '.join(places[:5])}{more}. Ta bort dem ur filen "
            "och välj den igen. Inget har sparats."
        )


def _certain(text: str) -> bool:
    # Nine of ten cells have no digits at all: a plan may have many thousand cells.
    return len(text) >= 10 and _DIGITS.search(text) is not None and names_a_person(text)


def refuse_personal_ids(reading: PlanReading) -> None:
    """Refuse (InvalidInput) a plan with a personnummer in it; the sentence says where."""
    certain = [place for place in personal_id_places(reading) if place.certain]
    if certain:
        where = ", ".join(f"rad {place.file_row} ({place.heading})" for place in certain[:5])
        more = f" och {len(certain) - 5} ställen till" if len(certain) > 5 else ""
        raise InvalidInput(
            f"Planen innehåller personnummer: {where}{more}. Ta bort dem ur filen och välj den "
            "igen. Inget har sparats."
        )
