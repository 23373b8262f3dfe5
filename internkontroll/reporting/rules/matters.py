"""Det nämnden behöver ta ställning till: what presses most, first."""

from collections.abc import Sequence

from internkontroll.core.text import shown
from internkontroll.reporting.models import Assessment
from internkontroll.reporting.rules.report import ControlRow, Matter

_PRESSING = (Assessment.SERIOUS, Assessment.NOT_PERFORMED, Assessment.MATERIAL)


def _matter(row: ControlRow) -> Matter:
    if row.assessment is Assessment.NOT_PERFORMED:
        why = row.absences[0].reason if row.absences else "Ingen orsak är angiven."
        heading = f"Kontroll {row.number} är inte gjord."
    else:
        word = "allvarlig" if row.assessment is Assessment.SERIOUS else "väsentlig"
        heading = f"Kontroll {row.number} har en {word} avvikelse."
        worst = [line for line in row.findings if line.severity.value == row.assessment]
        why = worst[0].description if worst else (row.assessment_reason or "")
    what = shown(row.text, 110)
    what = what if what.endswith((".", "…")) else f"{what}."
    return Matter(row.number, heading, f"{what} {shown(why, 220)}".strip(), row.proof)


def matters_of(rows: Sequence[ControlRow]) -> list[Matter]:
    """The rows with a serious or material deviation or not performed, the most pressing first."""
    pressing = [row for row in rows if row.assessment in _PRESSING]
    pressing.sort(key=lambda row: (_PRESSING.index(row.assessment or Assessment.MINOR), row.number))
    return [_matter(row) for row in pressing]
