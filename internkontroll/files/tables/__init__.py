"""Tables that people hand in (XLSX, DOCX, CSV, pasted cells), judged before they are parsed.

Text cells come out. Knows no feature. Wrong files raise InvalidInput with the sentence that fits.
"""

from internkontroll.core.errors import InvalidInput
from internkontroll.files.tables.amounts import column_amounts_ore, row_amount_ore
from internkontroll.files.tables.container import DOCUMENT, check_container
from internkontroll.files.tables.delimited import read_delimited
from internkontroll.files.tables.document import read_document
from internkontroll.files.tables.kinds import file_label, table_kind
from internkontroll.files.tables.limits import MEGABYTE, PLAN_LIMITS, POPULATION_LIMITS, Limits
from internkontroll.files.tables.model import Paragraph, Row, Sheet, Workbook
from internkontroll.files.tables.parts import column_name
from internkontroll.files.tables.pasted import PASTED, read_pasted
from internkontroll.files.tables.population import (
    PopulationColumns,
    PopulationFile,
    population_columns,
    read_population,
)
from internkontroll.files.tables.spreadsheet import read_spreadsheet

__all__ = [
    "PASTED",
    "PLAN_LIMITS",
    "POPULATION_LIMITS",
    "Limits",
    "Paragraph",
    "PopulationColumns",
    "PopulationFile",
    "Row",
    "Sheet",
    "Workbook",
    "column_amounts_ore",
    "column_name",
    "population_columns",
    "read_pasted",
    "read_population",
    "read_table",
    "row_amount_ore",
]


def read_table(data: bytes, filename: str, *, limits: Limits = PLAN_LIMITS) -> Workbook:
    """The sheets of an .xlsx workbook, the tables of a .docx, or a CSV, whatever it is called.

    Raises InvalidInput for a file that is too large, is something else, is damaged or locked, or
    whose text cannot be read.
    """
    if len(data) > limits.size:
        raise InvalidInput(
            f"Filen ”{file_label(filename)}” är {len(data) / MEGABYTE:.0f} MB. "
            f"Högst {limits.size // MEGABYTE} MB läses. Ta bort bilder och blad som inte behövs."
        )
    if table_kind(data[:8192], filename, whole=data) == "zip":
        if check_container(data, filename, limits) == DOCUMENT:
            return read_document(data, filename, limits)
        return read_spreadsheet(data, filename, limits, checked=True)
    return read_delimited(data, filename, limits)
