"""Uppföljningen som block: what its DOCX is written of, section by section as its other forms."""

from collections.abc import Iterator

from internkontroll.core.dates import long_date
from internkontroll.files.docx import docx_bytes, unset_docx
from internkontroll.files.house import House
from internkontroll.files.pdf import Unset
from internkontroll.files.plain_document import (
    Block,
    Bullets,
    Heading,
    Paragraph,
    PlainDocument,
    Table,
    Terms,
    Typed,
)
from internkontroll.reporting.documents.following import (
    advice,
    assignments,
    comparison,
    following,
    statements,
)
from internkontroll.reporting.documents.sources import appendix, sources
from internkontroll.reporting.documents.telling import (
    NOTHING,
    assessment_word,
    control_heading,
    count_of,
    pending,
    severity_word,
    short,
    state_line,
    told_decision,
)
from internkontroll.reporting.pictures import report_pictures
from internkontroll.reporting.rules import (
    ClosingCount,
    CommitteeLine,
    ControlRow,
    Report,
    ShownReport,
)
from internkontroll.reporting.words import STATES, WORDS
from internkontroll.sampling.rules.figures import grouped

_COUNTED = (
    "Skulle göras",
    "Gjort i tid",
    "Gjort sent",
    "Inte gjort, med orsak",
    "Inte gjort, utan orsak",
    "Ännu inte aktuellt",
    "Utgått",
)


def report_document(shown: ShownReport) -> PlainDocument:
    """The report as a document of plain blocks."""
    report = shown.report
    day = report.decision.decided_on if report.decision else report.known_on
    return PlainDocument(
        title=report.title,
        board=report.board_name,
        day=day,
        version=state_line(report),
        blocks=(
            *_opening(report),
            *assignments(report),
            *_counts(report),
            *_outcomes(report),
            *following(report),
            *comparison(report),
            *advice(report),
            *_pictures(report),
            *_committees(report),
            *_texts(report),
            *_rest(report),
            *sources(shown),
            *appendix(report),
        ),
    )


def unset_report_docx(shown: ShownReport, house: House | None = None) -> Unset[bytes]:
    """The report as DOCX, when its pictures are drawn."""
    return unset_docx(report_document(shown), house)


def report_docx(shown: ShownReport, house: House | None = None) -> bytes:
    """The report as DOCX."""
    return docx_bytes(report_document(shown), house)


def _pictures(report: Report) -> Iterator[Block]:
    made = report_pictures(report)
    if made:
        yield Heading("I bilder")
    for picture in made:
        yield from (Heading(picture.title, 2), picture.image, picture.table)


def _opening(report: Report) -> Iterator[Block]:
    terms = [("Avser", report.period), ("Uppgifter till och med", long_date(report.known_on))]
    if report.decision is not None:
        terms += [
            ("Beslut", told_decision(report.decision)),
            ("Diarienummer", report.decision.registry_number),
        ]
    else:
        if report.board_on is not None:
            terms.append(("Till nämnden", long_date(report.board_on)))
        terms.append(("Läge", state_line(report)))
    yield Terms(tuple(terms))
    yield Heading("Det här behöver nämnden ta ställning till")
    yield from matters(report)
    if report.highlight:
        yield Paragraph(report.highlight, strong=True)
    yield from statements(report)
    yield Heading("Samlad bedömning")
    if report.overall is None:
        yield Paragraph("Den samlade bedömningen är inte skriven.")
    else:
        yield Paragraph(STATES[report.overall].word, strong=True)
        yield Typed(report.grounds or "")
    yield Heading("Förslag till beslut")
    yield Paragraph(f"{report.board_name} föreslås besluta")
    yield Bullets(report.proposals)


def matters(report: Report, rest: str = "i tabellen nedan") -> Iterator[Block]:
    """What the board needs to take a stand on; ``rest`` is where those left out are told."""
    if not report.matters:
        yield Paragraph(report.without_matters)
        return
    yield Bullets(tuple(f"{one.heading} {one.text}" for one in report.matters))
    if report.matters_left:
        yield Paragraph(
            f"Ytterligare {grouped(report.matters_left)} kontrollmoment av samma slag finns {rest}."
        )


def _figures(count: ClosingCount) -> tuple[str, ...]:
    return tuple(
        grouped(figure)
        for figure in (
            count.due,
            count.in_time,
            count.late,
            count.not_performed,
            count.missed,
            pending(count),
            count.expired,
        )
    )


def _counts(report: Report) -> Iterator[Block]:
    yield Heading("Hur kontrollerna har gått")
    yield Table(
        "Kontrolltillfällen per kontrollområde",
        ("Kontrollområde", *_COUNTED),
        (
            *((one.name, *_figures(one.count)) for one in report.areas),
            ("Totalt", *_figures(report.total)),
        ),
        frozenset(range(1, len(_COUNTED) + 1)),
    )
    yield Paragraph(report.count_rule)
    yield Paragraph(report.reviewed_words)


def _performed(row: ControlRow | CommitteeLine) -> str:
    lines = [grouped(row.count.performed)]
    if row.count.late:
        lines.append(f"{grouped(row.count.late)} sent")
    if row.count.early:
        lines.append(f"{grouped(row.count.early)} i förtid")
    return "\n".join(lines)


def _undone(row: ControlRow | CommitteeLine) -> str:
    lines = [grouped(row.count.undone)]
    if row.count.not_performed:
        lines.append(f"{grouped(row.count.not_performed)} med orsak")
    return "\n".join(lines)


def _deviating(row: ControlRow | CommitteeLine) -> str:
    return grouped(row.deviating) if row.population or row.reviewed else NOTHING


def _what(row: ControlRow) -> str:
    notes = [row.undone, f"Utförs av {row.performed_by}" if row.performed_by else None]
    notes.append("Ej tillämpligt hos oss" if row.not_applicable else None)
    notes.append("Togs ur planen under året" if row.removed else None)
    return "\n".join([short(row.text), *(note for note in notes if note)])


def _outcomes(report: Report) -> Iterator[Block]:
    yield Heading("Utfall per kontrollmoment")
    header = (
        "Nr", "Kontrollmoment", "Skulle göras", "Gjort", "Inte gjort", "Granskade",
        "Med avvikelse", "Bedömning",
    )  # fmt: skip
    for area in report.areas:
        rows = report.rows_of(area.name)
        if not rows:
            continue
        yield Table(
            area.name,
            header,
            tuple(
                (
                    str(row.number),
                    _what(row),
                    grouped(row.count.due),
                    _performed(row),
                    _undone(row),
                    count_of(row.reviewed, row.population),
                    _deviating(row),
                    assessment_word(row.assessment, row).word,
                )
                for row in rows
            ),
            frozenset({0, 2, 3, 4, 5, 6}),
        )
    yield Paragraph(report.assessment_rule)


def _committees(report: Report) -> Iterator[Block]:
    if not report.committees:
        return
    yield Heading("Utskottens granskningar")
    yield Table(
        f"Utskottens granskningar till och med {long_date(report.period_end)}",
        (
            "Utskott", "Skulle göras", "Gjort", "Inte gjort", "Utgått", "Granskade",
            "Med avvikelse",
        ),
        tuple(
            (
                row.name,
                grouped(row.count.due),
                _performed(row),
                grouped(row.count.undone),
                grouped(row.count.expired),
                count_of(row.reviewed, row.population),
                _deviating(row),
            )
            for row in report.committees
        ),
        frozenset(range(1, 7)),
    )  # fmt: skip
    yield Paragraph(report.committee_rule)


def _told_of(row: ControlRow) -> Iterator[Block]:
    if row.not_applicable:
        yield Paragraph(f"Ej tillämpligt hos oss. {row.not_applicable}")
    if row.comment:
        yield Typed(row.comment, 3)
    if row.assessment_reason:
        by_rule = assessment_word(row.proposed, row).word
        yield Paragraph(f"Ändrad bedömning. Regeln gav ”{by_rule}”. {row.assessment_reason}")
    for finding in row.findings:
        severity = severity_word(finding.severity).lower()
        yield Paragraph(f"{finding.label}, {severity}. {finding.description}")
    for move in row.moves:
        where = f", {move.where}" if move.where else ""
        yield Paragraph(
            f"Flyttat från {long_date(move.old_due_on)} till {long_date(move.new_due_on)}{where}. "
            f"{move.reason}"
        )
    for extra in row.extras:
        yield Paragraph(
            f"Extra kontroll {long_date(extra.scheduled_on)}, "
            f"{WORDS[extra.outcome].lower()}. {extra.reason}"
        )
    for absence in row.absences:
        where = f", {absence.where}" if absence.where else ""
        yield Paragraph(f"Ej genomfört {long_date(absence.scheduled_on)}{where}. {absence.reason}")


def _texts(report: Report) -> Iterator[Block]:
    told = [(row, tuple(_told_of(row))) for row in report.rows]
    if any(blocks for _, blocks in told):
        yield Heading("Kommentarer, avvikelser och orsaker")
    for row, blocks in told:
        if blocks:
            yield Heading(control_heading(row.number, row.text), level=2)
            yield Paragraph(assessment_word(row.assessment, row).word, strong=True)
            yield from blocks


def _rest(report: Report) -> Iterator[Block]:
    if report.others:
        yield Heading("Ändrat i övriga kontrollmoment")
        yield Paragraph("De här rapporteras inte nu, men något har hänt sedan förra tidpunkten.")
        yield Table(
            "Ändrat i övriga kontrollmoment",
            ("Nr", "Kontrollmoment", "Gjort", "Inte gjort", "Avvikelser"),
            tuple(
                (
                    str(row.number),
                    short(row.text),
                    count_of(row.count.performed, row.count.due),
                    grouped(row.count.undone),
                    grouped(len(row.findings)),
                )
                for row in report.others
            ),
            frozenset({0, 2, 3, 4}),
        )
    if report.unreported:
        yield Heading("Rapporteras inte vid den här tidpunkten")
        yield Table(
            "Rapporteras inte vid den här tidpunkten",
            ("Nr", "Kontrollmoment", "Rapporteras"),
            tuple(
                (str(row.number), short(row.text), ", ".join(row.points) or NOTHING)
                for row in report.unreported
            ),
            frozenset({0}),
        )
    if report.later:
        yield Heading("Tillkommet efter")
        yield Paragraph(
            "Det här blev känt först efter att uppgifterna stängdes och ingår inte i siffrorna."
        )
        yield Table(
            "Tillkommet efter att uppgifterna stängdes",
            ("Registrerat", "Kontroll", "Vad"),
            tuple((long_date(one.recorded_on), str(one.number), one.text) for one in report.later),
            frozenset({1}),
        )
