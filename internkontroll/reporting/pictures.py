"""Uppföljningens bilder: charts of figures of the report object, each with its table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from internkontroll.core.dates import MONTHS, long_date
from internkontroll.files.charts import (
    Chart,
    Fill,
    IntervalRow,
    Picture,
    Series,
    StackedRow,
    interval_chart,
    interval_height,
    parted,
    stacked_chart,
    stacked_height,
    stands_beside,
)
from internkontroll.files.plain_document import Table
from internkontroll.findings.models import Severity
from internkontroll.findings.words import STATES as FINDING_STATES
from internkontroll.reporting.rules import ClosingCount, Report
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

_SEVERITY_WORDS = tuple(FINDING_STATES[one].word for one in SEVERITIES)
_COUNTED = ("Skulle göras", "I tid", "Sent", "Inte gjort")

Row = TypeVar("Row", IntervalRow, StackedRow)


def of(part: int, whole: int) -> str:
    """ "5 av 320"."""
    return f"{grouped(part)} av {grouped(whole)}"


def report_pictures(report: Report) -> tuple[Picture, ...]:
    """What was done month by month, what was found over the years, what the samples show.

    One that would not have room on a page of paper is several, each with its part of the table.
    """
    return (*_done_by_month(report), *_found_by_year(report), *_bounds(report))


@dataclass(frozen=True)
class _Told:
    """Vad en bild heter och säger, and the head of its table."""

    ident: str
    title: str
    description: str
    header: tuple[str, ...]
    numbers: frozenset[int]

    def part(
        self, chart: Chart, rows: Sequence[tuple[str, ...]], number: int, of_parts: int
    ) -> Picture:
        """One of the pictures that it takes."""
        several = of_parts > 1
        title = f"{self.title}, del {number} av {of_parts}" if several else self.title
        return Picture(
            ident=self.ident if number == 1 else f"{self.ident}-{number}",
            title=title,
            description=self.description,
            chart=chart,
            table=Table(title, self.header, tuple(rows), self.numbers),
        )


def _parts(
    told: _Told,
    rows: Sequence[Row],
    table: Sequence[tuple[str, ...]],
    height: Callable[[Row], int],
    draw: Callable[[Sequence[Row]], Chart | None],
) -> tuple[Picture, ...]:
    """The pictures of rows, each beside the rows of the table that say the same."""
    made, first = [], 0
    parts = parted(rows, height)
    for number, part in enumerate(parts, start=1):
        chart = draw(part)
        if chart is not None:
            made.append(told.part(chart, table[first : first + len(part)], number, len(parts)))
        first += len(part)
    return tuple(made)


def _stacked(
    told: _Told,
    series: Sequence[Series],
    rows: Sequence[StackedRow],
    table: Sequence[tuple[str, ...]],
) -> tuple[Picture, ...]:
    beside = stands_beside(rows)
    return _parts(
        told,
        rows,
        table,
        lambda row: stacked_height(row, beside=beside),
        lambda part: stacked_chart(series, part, rows),
    )


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


def _count_rows(names: Sequence[str], counts: Sequence[ClosingCount]) -> list[tuple[str, ...]]:
    return [
        (name, *map(grouped, (one.due, one.in_time, one.late, one.undone)))
        for name, one in zip(names, counts, strict=True)
    ]


def _count_bars(names: Sequence[str], counts: Sequence[ClosingCount]) -> list[StackedRow]:
    return [
        StackedRow(name, (one.in_time, one.late, one.undone), of(one.performed, one.due))
        for name, one in zip(names, counts, strict=True)
    ]


def _month(first: date, year: int) -> str:
    """ "Maj"; "Jan 2021" in another year than the report's."""
    name = MONTHS[first.month - 1].capitalize()
    return name if first.year == year else f"{name[:3]} {first.year}"


def _done_by_month(report: Report) -> tuple[Picture, ...]:
    names = [_month(one.month, report.year) for one in report.months]
    years = [
        f"{MONTHS[one.month.month - 1].capitalize()} {one.month.year}" for one in report.months
    ]
    counts = [one.count for one in report.months]
    told = _Told(
        "gjort-per-manad",
        "Kontrolltillfällen som är gjorda, per månad",
        "En stapel för varje månad då något skulle vara klart: kontrolltillfällen gjorda i tid, "
        "gjorda sent och inte gjorda. Vid stapelns slut står hur många som är gjorda av dem som "
        "skulle göras.",
        ("Skulle vara klart", *_COUNTED),
        frozenset({1, 2, 3, 4}),
    )
    return _stacked(told, PERFORMED, _count_bars(names, counts), _count_rows(years, counts))


def _found_by_year(report: Report) -> tuple[Picture, ...]:
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
    told = _Told(
        "avvikelser-per-omrade",
        "Avvikelser per kontrollområde och år",
        f"En stapel för varje kontrollområde och år, vid samma tidpunkt ({report.point}): "
        "allvarliga, väsentliga och mindre avvikelser. Vid stapelns slut står hur många de är. "
        "Kontrollområden utan avvikelser är inte med.",
        ("Kontrollområde", "År", *_SEVERITY_WORDS, "Totalt"),
        frozenset({1, 2, 3, 4, 5}),
    )
    table = [
        (area, str(year), *map(grouped, (one.serious, one.material, one.minor, one.findings)))
        for area, year, one in lines
    ]
    return _stacked(told, BY_SEVERITY, rows, table)


def _found(line: BoundLine) -> Fraction:
    return Fraction(line.deviating, line.reviewed)


def _not_ruled_out(line: BoundLine) -> Fraction:
    return Fraction(max(line.at_most or 0, line.deviating), line.population)


def _bounds(report: Report) -> tuple[Picture, ...]:
    """One row for each kontrollmoment: the worst of its samples, which are never added up."""
    rows, table = [], []
    for control in report.rows:
        drawn = [
            line
            for line in control.bounds
            if line.is_bound and line.at_most is not None and line.reviewed and line.population
        ]
        if not drawn:
            continue
        name = f"{control.number}. {control.text}"
        most, farthest = max(drawn, key=_found), max(drawn, key=_not_ruled_out)
        rows.append(IntervalRow(name, _found(most), _not_ruled_out(farthest)))
        table.append(
            (
                name,
                grouped(len(drawn)),
                f"{of(most.deviating, most.reviewed)}, {_occasion(most)}",
                f"{of(farthest.at_most or 0, farthest.population)}, {_occasion(farthest)}",
            )
        )
    told = _Told(
        "granser",
        "Vad stickproven visar, per kontrollmoment",
        "En rad för varje kontrollmoment med slumpmässiga stickprov. Punkten är den högsta andelen "
        "avvikande bland de granskade i något av stickproven. Strecket slutar vid den högsta andel "
        "av en lista som något av dem inte utesluter, med 95 procents säkerhet. Stickprov läggs "
        "aldrig ihop: vart och ett står för sig i bilagan.",
        ("Kontrollmoment", "Stickprov", "Avvikande som mest", "Inte uteslutet som mest"),
        frozenset({1}),
    )
    # The one that reaches farthest gives all the parts their scale, and is looked for once.
    widest = sorted(rows, key=lambda row: max(row.found, row.highest or row.found))[-1:]
    return _parts(told, rows, table, interval_height, lambda part: interval_chart(part, widest))


def _occasion(line: BoundLine) -> str:
    return long_date(line.scheduled_on) + (f", {line.where}" if line.where else "")


def oversight_pictures(report: OversightReport) -> tuple[Picture, ...]:
    """What has been done and what was found, nämnd by nämnd; none before any has sent."""
    return (*_done_by_board(report), *_found_by_board(report))


def _done_by_board(report: OversightReport) -> tuple[Picture, ...]:
    names, counts = [line.name for line in report.sent], [line.count for line in report.sent]
    told = _Told(
        "gjort-per-namnd",
        "Kontrolltillfällen som är gjorda, per nämnd",
        "En stapel för varje nämnd som har lämnat sin uppföljning: kontrolltillfällen som är "
        "gjorda i tid, gjorda sent och inte gjorda. Vid stapelns slut står hur många som är gjorda "
        "av dem som skulle göras.",
        ("Nämnd", *_COUNTED),
        frozenset({1, 2, 3, 4}),
    )
    return _stacked(told, PERFORMED, _count_bars(names, counts), _count_rows(names, counts))


def _found_by_board(report: OversightReport) -> tuple[Picture, ...]:
    lines = [
        (line.name, tuple(line.of_severity(one) for one in SEVERITIES), line.findings)
        for line in report.sent
    ]
    if not any(total for _, _, total in lines):
        return ()
    told = _Told(
        "avvikelser-per-namnd",
        "Avvikelser efter allvar, per nämnd",
        "En stapel för varje nämnd som har lämnat sin uppföljning: allvarliga, väsentliga och "
        "mindre avvikelser. Vid stapelns slut står hur många de är.",
        ("Nämnd", *_SEVERITY_WORDS, "Totalt"),
        frozenset({1, 2, 3, 4}),
    )
    rows = [StackedRow(name, parts, grouped(total)) for name, parts, total in lines]
    table = [(name, *map(grouped, parts), grouped(total)) for name, parts, total in lines]
    return _stacked(told, BY_SEVERITY, rows, table)
