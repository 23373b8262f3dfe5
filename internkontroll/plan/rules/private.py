"""Personnummer i en plan: where the file's texts hold one. A plan needs none."""

from collections.abc import Iterator
from dataclasses import dataclass

from internkontroll.core.errors import InvalidInput
from internkontroll.core.personal_id import find_personal_ids
from internkontroll.plan.rules.headers import FIELD_TERMS, Field
from internkontroll.plan.rules.reading import PlanReading, PlanRow


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
