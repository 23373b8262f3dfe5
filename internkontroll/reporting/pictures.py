"""Uppföljningens bilder: charts of figures of the report object, each with its table."""

from internkontroll.files.charts import Fill, Picture, Series, StackedRow, stacked_chart
from internkontroll.files.plain_document import Table
from internkontroll.findings.models import Severity
from internkontroll.findings.words import STATES as FINDING_STATES
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
