"""Avvikelser och åtgärder: the list of them as a document of its own."""

from collections.abc import Iterator

from internkontroll.core.dates import long_date
from internkontroll.files.plain_document import Block, Heading, Paragraph, PlainDocument, Table
from internkontroll.reporting.documents.following import followed_table
from internkontroll.reporting.documents.telling import (
    control_heading,
    severity_word,
    state_line,
)
from internkontroll.reporting.rules import ChangedControl, ControlRow, Report, ShownReport


def findings_title(report: Report) -> str:
    """The document's title."""
    return f"Avvikelser och åtgärder per {report.point} {report.year}"


def findings_document(shown: ShownReport) -> PlainDocument:
    """Every finding that the report tells, by kontrollmoment, and what is done about it."""
    report = shown.report
    return PlainDocument(
        title=findings_title(report),
        board=report.board_name,
        day=report.decision.decided_on if report.decision else report.known_on,
        version=state_line(report),
        blocks=tuple(_blocks(report)),
    )


def _blocks(report: Report) -> Iterator[Block]:
    told: tuple[ControlRow | ChangedControl, ...] = (*report.rows, *report.others)
    found = [row for row in told if row.findings]
    if not found:
        yield Paragraph(
            f"Ingen avvikelse är beskriven i uppgifterna till och med {long_date(report.known_on)}."
        )
        return
    count = sum(len(row.findings) for row in found)
    yield Paragraph(
        f"{count} {'avvikelse' if count == 1 else 'avvikelser'} i {len(found)} kontrollmoment, "
        f"enligt uppgifterna till och med {long_date(report.known_on)}."
    )
    if report.follow_up:
        yield Paragraph(report.follow_up)
    for row in found:
        yield Heading(control_heading(row.number, row.text))
        yield Table(
            f"Avvikelser i kontroll {row.number}",
            ("Avvikelse", "Allvarlighet", "Registrerad", "Vad som är fel"),
            tuple(
                (
                    one.label,
                    severity_word(one.severity),
                    long_date(one.recorded_on),
                    one.description,
                )
                for one in row.findings
            ),
        )
        if isinstance(row, ControlRow) and report.tells_follow_up:
            yield followed_table((row,), of_one=True)
