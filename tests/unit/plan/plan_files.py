"""Invented plans for the tests of reading: our own words in the layouts of municipalities."""

import csv
import io
from collections.abc import Sequence

from internkontroll.files.tables import read_table
from internkontroll.plan.rules.reading import PlanReading, read_plan
from tests.unit.files.workbooks import workbook

HEADER = (
    "Kontrollområde",
    "Riskbeskrivning",
    "Kontrollmoment",
    "Kontrollmetod",
    "Tidpunkt för rapportering",
)


def from_xlsx(rows: Sequence[Sequence[object]], **options: object) -> PlanReading:
    """Read the rows as the first sheet of a workbook."""
    year = options.pop("year", None)
    sheet = options.pop("sheet", None)
    data = workbook(rows, **options)  # type: ignore[arg-type]
    return read_plan(read_table(data, "plan.xlsx"), year=year, sheet=sheet)  # type: ignore[arg-type]


def from_csv(
    rows: Sequence[Sequence[object]], *, encoding: str = "utf-8-sig", delimiter: str = ";"
) -> PlanReading:
    """Read the rows as a CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return read_plan(read_table(text.getvalue().encode(encoding), "plan.csv"))


def one_row(
    *,
    control: str = "Att attest görs av rätt person",
    method: str = "Stickprov på fem fakturor",
    reporting: str = "Årsbokslut",
    **more: str,
) -> PlanReading:
    """A plan of one kontrollmoment; ``more`` are further columns by heading."""
    header = [*HEADER, *more]
    row = ["Ekonomi", "Fel betalning", control, method, reporting, *more.values()]
    return from_csv([header, row])
