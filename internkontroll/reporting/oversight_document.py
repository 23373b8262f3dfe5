"""Samlade bildens dokument: one content of blocks as PDF and DOCX, and the object as JSON."""

from decimal import Decimal

from internkontroll.core.canonical import canonical_json
from internkontroll.core.dates import long_date
from internkontroll.files.docx import docx_bytes
from internkontroll.files.house import House
from internkontroll.files.pdf import plain_pdf
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
from internkontroll.findings.models import Severity
from internkontroll.reporting.documents.telling import safe_name
from internkontroll.reporting.pictures import of, oversight_pictures
from internkontroll.reporting.rules.lines import ActionCount
from internkontroll.reporting.rules.oversight import (
    BoardLine,
    ObligatoryStanding,
    OversightReport,
    OversightTotal,
    RowChoice,
    SentReport,
    chosen_rows,
    late_words,
    oversight_to_plain,
    per_ten,
)
from internkontroll.reporting.rules.report import section_words
from internkontroll.reporting.words import NOT_YET, STATES
from internkontroll.sampling.rules.figures import grouped

DASH = "–"


def file_name(report: OversightReport, kind: str) -> str:
    """Name of the file: samlad-bild-2020-arsbokslut.pdf, in letters every system takes."""
    return f"samlad-bild-{report.year}-{safe_name(report.point)}.{kind}"


def decimal_words(number: Decimal | None) -> str:
    """ "1,3", or a dash where there is nothing to count on."""
    return DASH if number is None else str(number).replace(".", ",")


def done_actions(line: BoardLine) -> str:
    """ "3 av 5" åtgärder genomförda; a dash where the report does not tell of any."""
    if line.report is None or line.report.actions is None:
        return DASH
    return _done_of(line.report.actions)


def total_actions(total: OversightTotal) -> str:
    """The same for the sum of the nämnder."""
    return _done_of(total.actions) if total.told_actions else DASH


def _done_of(actions: ActionCount) -> str:
    told = of(actions.done, actions.total - actions.cancelled)
    if not actions.late:
        return told
    return f"{told}, {grouped(actions.late)} {'sen' if actions.late == 1 else 'sena'}"


def standing_words(line: BoardLine) -> str:
    """How it stands with the nämnd's report: "Saknas, 12 dagar sen"."""
    word = STATES[line.standing].word
    if not line.days_late:
        return word
    return f"{word}, {grouped(line.days_late)} {'dag' if line.days_late == 1 else 'dagar'}"


def state_words(report: OversightReport, sha256: str | None = None) -> str:
    """ "Beslutad 17 juni 2020, § 102", with the beginning of its hash; else that it is a draft."""
    if report.decision is None:
        return "Samlad bild"
    told = f"Beslutad {long_date(report.decision.decided_on)}, "
    told += section_words(report.decision.paragraph)
    if report.version > 1:
        told += f", version {report.version}"
    return f"{told}. SHA-256 {sha256[:16]}…" if sha256 else told


def _decision_terms(report: OversightReport) -> list[tuple[str, str]]:
    if report.decision is None:
        return []
    terms = [
        ("Beslut", f"{report.decision.body}, {state_words(report).removeprefix('Beslutad ')}"),
        ("Diarienummer", report.decision.registry_number),
    ]
    if report.corrected_because:
        terms.append(("Varför bilden rättades", report.corrected_because))
    return terms


def oversight_document(report: OversightReport, sha256: str | None = None) -> PlainDocument:
    """The content of the documents, from the one object; ``sha256`` is that of a decided one."""
    blocks: list[Block] = [
        Terms(
            (
                *_decision_terms(report),
                ("Läget den", long_date(report.known_on)),
                ("Lämnat", f"{of(report.total.sent, report.total.asked)} nämnder"),
                ("Saknas", grouped(report.total.overdue)),
            )
        ),
        Heading("Det här behöver kommunstyrelsen ta ställning till"),
        *_matters(report),
        Heading("Samlad bedömning"),
        *_assessment(report),
        Heading("Förslag till beslut"),
        Paragraph("Kommunstyrelsen föreslås besluta"),
        Bullets(report.proposals),
        Heading("Vilka nämnder har lämnat"),
        _standing_table(report),
    ]
    if report.sent:
        blocks += [
            Heading("Så har kontrollerna gått"),
            _figures_table(report),
            Paragraph(f"{report.sum_rule} {report.size_rule}"),
        ]
    pictures = oversight_pictures(report)
    if pictures:
        blocks.append(Heading("I bilder"))
        for picture in pictures:
            blocks += [Heading(picture.title, 2), picture.image, picture.table]
    blocks += [*_obligatory(report), *_common(report), *_deviating(report)]
    blocks += _sources(report, sha256)
    return PlainDocument(
        title=report.title,
        board="Kommunstyrelsen",
        day=report.known_on,
        version=state_words(report, sha256),
        blocks=tuple(blocks),
    )


def _matters(report: OversightReport) -> list[Block]:
    if not report.matters:
        return [Paragraph("Ingen nämnd är sen och inga allvarliga avvikelser är rapporterade.")]
    return [Bullets(tuple(f"{one.heading} {one.text}" for one in report.matters))]


def _assessment(report: OversightReport) -> list[Block]:
    if report.overall is None:
        return [Paragraph("Kommunstyrelsens bedömning är inte skriven.")]
    return [Paragraph(STATES[report.overall].word, strong=True), Typed(report.grounds or "")]


def _standing_table(report: OversightReport) -> Table:
    rows = []
    for line in report.boards:
        sent = line.report
        decided = DASH
        if sent is not None:
            section = section_words(sent.decision.paragraph)
            decided = f"{long_date(sent.decision.decided_on)}, {section}"
            if (sent.version or 1) > 1:
                decided += f", version {sent.version}"
        rows.append(
            (
                line.name,
                standing_words(line),
                long_date(line.due_on) if line.due_on else DASH,
                decided,
                STATES[sent.overall].word if sent and sent.overall else DASH,
            )
        )
    return Table(
        "Uppföljningarnas läge, nämnd för nämnd",
        ("Nämnd", "Läge", "Skulle lämnas", "Nämndens beslut", "Egen bedömning"),
        tuple(rows),
    )


def _figures_table(report: OversightReport) -> Table:
    header = (
        "Nämnd",
        "Kontrollmoment",
        "Gjort",
        "Allvarliga",
        "Väsentliga",
        "Mindre",
        "Per tio",
        "Åtgärder klara",
    )
    rows = [
        (
            line.name,
            of(line.controls, line.plan_size),
            of(line.count.performed, line.count.due),
            *(grouped(line.of_severity(one)) for one in reversed(Severity)),
            decimal_words(per_ten(line.findings, line.controls)),
            done_actions(line),
        )
        for line in report.boards
        if line.report is not None
    ]
    total = report.total
    found = dict(total.severities)
    rows.append(
        (
            "Totalt",
            of(total.controls, total.plan_size),
            of(total.count.performed, total.count.due),
            *(grouped(found[one]) for one in reversed(Severity)),
            decimal_words(per_ten(total.findings, total.controls)),
            total_actions(total),
        )
    )
    return Table(
        "Rapporterade kontrollmoment av planens, gjorda kontrolltillfällen och avvikelser",
        header,
        tuple(rows),
        frozenset(range(1, len(header))),
    )


def _obligatory(report: OversightReport) -> list[Block]:
    if not report.obligatory:
        return []
    rows = []
    for line in report.obligatory:
        lacking = [
            answer.name
            for answer in line.answers
            if answer.standing is ObligatoryStanding.NOT_IN_PLAN
        ]
        rows.append(
            (
                f"{line.number}. {line.text}",
                of(line.count.performed, line.count.due),
                grouped(line.findings),
                grouped(line.standing(ObligatoryStanding.NOT_APPLICABLE)),
                ", ".join(lacking) or DASH,
            )
        )
    return [
        Heading("Obligatoriska kontrollmoment"),
        Table(
            "Obligatoriska kontrollmoment i alla nämnder som har lämnat",
            ("Kontrollmoment", "Gjort", "Avvikelser", "Ej tillämpligt", "Saknas i planen hos"),
            tuple(rows),
            frozenset({1, 2, 3}),
        ),
    ]


def _common(report: OversightReport) -> list[Block]:
    if not report.common:
        return []
    rows = tuple(
        (
            one.area,
            ", ".join(board.name for board in one.boards),
            grouped(one.controls),
            grouped(one.findings),
        )
        for one in report.common
    )
    return [
        Heading("Gemensamma mönster"),
        Paragraph("Kontrollområden med avvikelser i två nämnder eller fler."),
        Table(
            "Kontrollområden med avvikelser i flera nämnder",
            ("Kontrollområde", "Nämnder", "Kontrollmoment", "Avvikelser"),
            rows,
            frozenset({2, 3}),
        ),
    ]


def _deviating(report: OversightReport) -> list[Block]:
    rows = tuple(
        (
            line.name,
            str(row.number),
            row.text,
            grouped(row.findings),
            (STATES[row.assessment] if row.assessment else NOT_YET).word,
        )
        for line, row in chosen_rows(report.boards, RowChoice.DEVIATING)
    )
    if not rows:
        return []
    return [
        Heading("Bilaga: kontrollmoment med avvikelse"),
        Table(
            "Kontrollmoment med avvikelse, nämnd för nämnd",
            ("Nämnd", "Nr", "Kontrollmoment", "Avvikelser", "Bedömning"),
            rows,
            frozenset({1, 3}),
        ),
    ]


def _version_of(name: str, report: SentReport) -> str:
    """The nämnd, and the version of its report where the picture tells it."""
    return f"{name}, version {report.version}" if report.version else name


def _sources(report: OversightReport, sha256: str | None) -> list[Block]:
    sums = tuple(
        (_version_of(line.name, line.report), line.report.sha256)
        for line in report.boards
        if line.report is not None
    )
    late = tuple(f"{line.name}: {late_words(line)}." for line in report.missing)
    blocks: list[Block] = [Heading("Om uppgifterna")]
    if late:
        blocks += [Paragraph("De här nämnderna är sena:"), Bullets(late)]
    if sums:
        blocks += [
            Paragraph("Bilden bygger på de här uppföljningarna, med innehållets SHA-256:"),
            Terms(sums),
        ]
    if sha256 is not None:
        blocks += [
            Paragraph("Det kommunstyrelsen beslutade har den här kontrollsumman:"),
            Terms((("SHA-256", sha256),)),
        ]
    blocks.append(Paragraph(f"Gjord med internkontroll {report.program_version}."))
    return blocks


def oversight_pdf(
    report: OversightReport, house: House | None = None, sha256: str | None = None
) -> bytes:
    """The picture as PDF/A-2a and PDF/UA-1. Raises DocumentNotMade."""
    return plain_pdf(oversight_document(report, sha256), house)


def oversight_docx(
    report: OversightReport, house: House | None = None, sha256: str | None = None
) -> bytes:
    """The picture as DOCX. Raises DocumentNotMade where a chart cannot be drawn."""
    return docx_bytes(oversight_document(report, sha256), house)


def oversight_json(report: OversightReport, snapshot: str | None = None) -> bytes:
    """The picture as canonical JSON; of a decided one the very bytes that its hash is of.

    ``snapshot`` is what was decided: another version of the program may tell more of a picture.
    """
    text = snapshot if snapshot is not None else canonical_json(oversight_to_plain(report))
    return text.encode("utf-8")
