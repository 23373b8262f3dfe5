"""Om uppgifterna och bilagan: the end of the report's documents."""

from collections.abc import Iterator

from internkontroll.core.dates import long_date
from internkontroll.files.plain_document import Block, Heading, Paragraph, Terms
from internkontroll.reporting.documents.telling import told_decision, version_sentence
from internkontroll.reporting.rules import Report, ShownReport, section_words
from internkontroll.reporting.rules.lines import BoundLine


def plan_sentence(report: Report) -> str:
    """Which plan is followed up, and by what decision."""
    plan = report.plan
    return (
        f"Planen är version {plan.version}, beslutad av {plan.decision.body} "
        f"{told_decision(plan.decision)}, {plan.decision.registry_number}."
    )


def sources(shown: ShownReport) -> Iterator[Block]:
    """What the report rests on, which version it is and by which sums it is known."""
    report = shown.report
    yield Heading("Om uppgifterna")
    yield Paragraph(plan_sentence(report))
    if report.version > 1:
        yield Paragraph(version_sentence(report))
    if report.decision is None:
        yield Paragraph("Det här är ett utkast. Siffrorna ändras tills nämnden har beslutat.")
    else:
        yield Paragraph(
            f"Uppföljningen är beslutad av {report.decision.body} "
            f"{long_date(report.decision.decided_on)}, {section_words(report.decision.paragraph)}. "
            "Den ändras inte."
        )
    sums = [("Planens innehåll, SHA-256", report.plan.sha256)]
    if shown.sha256:
        sums.append(("Uppföljningens innehåll, SHA-256", shown.sha256))
    sums += [
        ("Nämndens spår slutade med", report.trail_head),
        ("Framställd med", f"internkontroll {report.program_version}"),
    ]
    yield Terms(tuple(sums))


def _bound(one: BoundLine) -> str:
    return f"{one.where}: {one.text}" if one.where else one.text


def appendix(report: Report) -> Iterator[Block]:
    """The kontrollmoment as they are decided, and what each sample of them shows."""
    if report.rows:
        yield Heading("Bilaga: kontrollmomenten så som de är beslutade")
    for row in report.rows:
        yield Heading(f"Kontroll {row.number}", level=2)
        pairs = [("Vad", row.text), *(("Risk", risk) for risk in row.risks), ("Hur", row.method)]
        if row.performed_by:
            pairs.append(("Utförs av", row.performed_by))
        if row.proof or row.proof_note:
            pairs.append(("Visar", row.proof or row.proof_note or ""))
        if len(row.bounds) > 1:
            pairs += [(f"Visar {long_date(one.scheduled_on)}", _bound(one)) for one in row.bounds]
        yield Terms(tuple(pairs))
