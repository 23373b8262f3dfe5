"""Uppföljningens bilder: charts of figures of the report object, each with its table."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from internkontroll.core.dates import MONTHS, long_date
from internkontroll.files.charts import (
    Fill,
    IntervalRow,
    Picture,
    Series,
    StackedRow,
    interval_chart,
    stacked_chart,
)
from internkontroll.files.plain_document import Table
from internkontroll.findings.models import Severity
from internkontroll.findings.words import STATES as FINDING_STATES
from internkontroll.reporting.rules import Report
from internkontroll.reporting.rules.lines import BoundLine
from internkontroll.reporting.rules.oversight import OversightReport
from internkontroll.sampling.rules.figures import grouped

PERFORMED = (
    Series("I tid", Fill.STRONG),
    Series("Sent", Fill.HATCHED),
    Series("Inte gjort", Fill.OPEN),
)
BY_SEVERITY = (
    Series("Allvarlig", Fill.STRONG),
    Series("Väsentlig", Fill.HATCHED),
    Series("Mindre", Fill.DOTTED),
)
SEVERITIES = (Severity.SERIOUS, Severity.MATERIAL, Severity.MINOR)
"""In the order of the parts of a bar."""


def of(part: int, whole: int) -> str:
    """ "5 av 320"."""
    return f"{grouped(part)} av {grouped(whole)}"


def report_pictures(report: Report) -> tuple[Picture, ...]:
    """What was done month by month, what was found over the years, what the samples show."""
    made = (_done_by_month(report), _found_by_year(report), _bounds(report))
    return tuple(picture for picture in made if picture)


def pictures_data(pictures: Sequence[Picture]) -> list[dict[str, Any]]:
    """The pictures as a document's template reads them."""
    return [
        {
            "title": one.title,
            "description": one.description,
            "svg": str(one.svg),
            "header": one.table.header,
            "rows": one.table.rows,
            "numbers": sorted(one.table.numbers),
        }
        for one in pictures
    ]


def _done_by_month(report: Report) -> Picture | None:
    months = [(f"{MONTHS[one.month.month - 1]} {one.month.year}", one) for one in report.months]
    chart = stacked_chart(
        PERFORMED,
        [
            StackedRow(
                MONTHS[one.month.month - 1].capitalize(),
                (one.count.in_time, one.count.late, one.count.undone),
                of(one.count.performed, one.count.due),
            )
            for _, one in months
        ],
    )
    if chart is None:
        return None
    return Picture(
        ident="gjort-per-manad",
        title="Kontrolltillfällen som är gjorda, per månad",
        description=(
            "En stapel för varje månad då något skulle vara klart: kontrolltillfällen gjorda i "
            "tid, gjorda sent och inte gjorda. Vid stapelns slut står hur många som är gjorda av "
            "dem som skulle göras."
        ),
        chart=chart,
        table=Table(
            "Kontrolltillfällen som är gjorda, per månad",
            ("Skulle vara klart", "Skulle göras", "I tid", "Sent", "Inte gjort"),
            tuple(
                (
                    name.capitalize(),
                    *map(
                        grouped,
                        (one.count.due, one.count.in_time, one.count.late, one.count.undone),
                    ),
                )
                for name, one in months
            ),
            frozenset({1, 2, 3, 4}),
        ),
    )


def _found_by_year(report: Report) -> Picture | None:
    known = {(one.area, one.year): one for one in report.by_year}
    areas = dict.fromkeys(one.area for one in report.by_year if one.findings)
    years = sorted({one.year for one in report.by_year})
    lines = [
        (area, year, known[area, year]) for area in areas for year in years if (area, year) in known
    ]
    before: str | None = None
    rows = []
    for area, year, one in lines:
        parts = (one.serious, one.material, one.minor)
        group = None if area == before else area
        rows.append(StackedRow(str(year), parts, grouped(one.findings), group))
        before = area
    chart = stacked_chart(BY_SEVERITY, rows)
    if chart is None:
        return None
    words = tuple(FINDING_STATES[one].word for one in SEVERITIES)
    return Picture(
        ident="avvikelser-per-omrade",
        title="Avvikelser per kontrollområde och år",
        description=(
            f"En stapel för varje kontrollområde och år, vid samma tidpunkt ({report.point}): "
            "allvarliga, väsentliga och mindre avvikelser. Vid stapelns slut står hur många de är. "
            "Kontrollområden utan avvikelser är inte med."
        ),
        chart=chart,
        table=Table(
            "Avvikelser per kontrollområde och år",
            ("Kontrollområde", "År", *words, "Totalt"),
            tuple(
                (
                    area,
                    str(year),
                    *map(grouped, (one.serious, one.material, one.minor, one.findings)),
                )
                for area, year, one in lines
            ),
            frozenset({2, 3, 4, 5}),
        ),
    )


def _bounds(report: Report) -> Picture | None:
    drawn = [
        (row.number, row.text, line)
        for row in report.rows
        for line in row.bounds
        if line.is_bound and line.at_most is not None and line.reviewed and line.population
    ]
    chart = interval_chart(
        [
            IntervalRow(
                f"{number}. {_occasion(line)}: {text}",
                Fraction(line.deviating, line.reviewed),
                Fraction(max(line.at_most or 0, line.deviating), line.population),
            )
            for number, text, line in drawn
        ]
    )
    if chart is None:
        return None
    return Picture(
        ident="granser",
        title="Vad stickproven visar, per kontrollmoment",
        description=(
            "En rad för varje slumpmässigt stickprov. Punkten är andelen avvikande bland de "
            "granskade. Strecket slutar vid den högsta andel av listan som stickprovet inte "
            "utesluter, med 95 procents säkerhet. Stickprov läggs aldrig ihop."
        ),
        chart=chart,
        table=Table(
            "Vad stickproven visar, per kontrollmoment",
            ("Kontrollmoment", "Tillfälle", "Granskade", "Avvikande", "Högst i listan"),
            tuple(
                (
                    f"{number}. {text}",
                    _occasion(line),
                    of(line.reviewed, line.population),
                    grouped(line.deviating),
                    grouped(line.at_most or 0),
                )
                for number, text, line in drawn
            ),
            frozenset({2, 3, 4}),
        ),
    )


def _occasion(line: BoundLine) -> str:
    return long_date(line.scheduled_on) + (f", {line.where}" if line.where else "")


def oversight_pictures(report: OversightReport) -> tuple[Picture, ...]:
    """What has been done and what was found, nämnd by nämnd; none before any has sent."""
    return tuple(picture for make in (_done_by_board, _found_by_board) if (picture := make(report)))


def _done_by_board(report: OversightReport) -> Picture | None:
    counts = [(line.name, line.count) for line in report.sent]
    chart = stacked_chart(
        PERFORMED,
        [
            StackedRow(name, (one.in_time, one.late, one.undone), of(one.performed, one.due))
            for name, one in counts
        ],
    )
    if chart is None:
        return None
    return Picture(
        ident="gjort-per-namnd",
        title="Kontrolltillfällen som är gjorda, per nämnd",
        description=(
            "En stapel för varje nämnd som har lämnat sin uppföljning: kontrolltillfällen som är "
            "gjorda i tid, gjorda sent och inte gjorda. Vid stapelns slut står hur många som är "
            "gjorda av dem som skulle göras."
        ),
        chart=chart,
        table=Table(
            "Kontrolltillfällen som är gjorda, per nämnd",
            ("Nämnd", "Skulle göras", "I tid", "Sent", "Inte gjort"),
            tuple(
                (name, *map(grouped, (one.due, one.in_time, one.late, one.undone)))
                for name, one in counts
            ),
            frozenset({1, 2, 3, 4}),
        ),
    )


def _found_by_board(report: OversightReport) -> Picture | None:
    lines = [
        (line.name, [line.of_severity(one) for one in SEVERITIES], line.findings)
        for line in report.sent
    ]
    if not any(total for _, _, total in lines):
        return None
    chart = stacked_chart(
        BY_SEVERITY,
        [StackedRow(name, tuple(parts), grouped(total)) for name, parts, total in lines],
    )
    if chart is None:
        return None
    words = tuple(FINDING_STATES[one].word for one in SEVERITIES)
    return Picture(
        ident="avvikelser-per-namnd",
        title="Avvikelser efter allvar, per nämnd",
        description=(
            "En stapel för varje nämnd som har lämnat sin uppföljning: allvarliga, väsentliga och "
            "mindre avvikelser. Vid stapelns slut står hur många de är."
        ),
        chart=chart,
        table=Table(
            "Avvikelser efter allvar, per nämnd",
            ("Nämnd", *words, "Totalt"),
            tuple((name, *map(grouped, parts), grouped(total)) for name, parts, total in lines),
            frozenset({1, 2, 3, 4}),
        ),
    )
