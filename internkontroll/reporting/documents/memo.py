"""Tjänsteskrivelsen: the document by which the board is asked to decide on the report."""

from collections.abc import Callable, Iterator

from internkontroll.core.dates import long_date
from internkontroll.files.plain_document import (
    Block,
    Bullets,
    Heading,
    Paragraph,
    PlainDocument,
    Terms,
    Typed,
)
from internkontroll.reporting.documents.blocks import (
    matters,
)
from internkontroll.reporting.documents.findings_list import findings_title
from internkontroll.reporting.documents.sources import plan_sentence
from internkontroll.reporting.models import MemoPart
from internkontroll.reporting.rules import Report, ShownReport
from internkontroll.reporting.rules.memo import Memo, PartTemplate
from internkontroll.reporting.words import STATES
from internkontroll.sampling.rules.figures import grouped

NOT_WRITTEN = "Texten är inte skriven."
"""Under a heading that nobody has written anything under: a gap is shown, not hidden."""


def memo_document(shown: ShownReport, memo: Memo) -> PlainDocument:
    """The tjänsteskrivelse: the municipality's headings, the report's figures, the typed texts."""
    report = shown.report
    return PlainDocument(
        title=report.title,
        board=report.board_name,
        day=report.known_on,
        version="Tjänsteskrivelse",
        blocks=tuple(_blocks(report, memo)),
    )


def _blocks(report: Report, memo: Memo) -> Iterator[Block]:
    number = memo.written.registry_number
    if not number and report.decision is not None:
        number = report.decision.registry_number
    pairs = [
        ("Till", report.board_name),
        ("Datum", long_date(report.known_on)),
        ("Diarienummer", number),
        ("Handläggare", memo.written.memo_author),
        ("Nämndbehandlas", long_date(report.board_on) if report.board_on else ""),
    ]
    yield Terms(tuple((term, value) for term, value in pairs if value))
    for part in memo.template:
        if part.included:
            yield from _part(report, memo, part)


def _part(report: Report, memo: Memo, part: PartTemplate) -> Iterator[Block]:
    computed = COMPUTED.get(part.part)
    text = memo.text_of(part)
    blocks = (*(computed(report) if computed else ()), *((Typed(text),) if text.strip() else ()))
    if part.heading:
        yield Heading(part.heading)
        yield from blocks or (Paragraph(NOT_WRITTEN),)
    else:
        yield from blocks


def _proposal(report: Report) -> Iterator[Block]:
    yield Paragraph(f"{report.board_name} föreslås besluta")
    yield Bullets(report.proposals)


def _done(count: int) -> str:
    """ "gjort" of one kontrolltillfälle, "gjorda" of several and of none."""
    return "gjort" if count == 1 else "gjorda"


def _presentation(report: Report) -> Iterator[Block]:
    """What the report says, in the order in which a board asks for it."""
    count = report.total
    asked = "1 kontrolltillfälle" if count.due == 1 else f"{grouped(count.due)} kontrolltillfällen"
    yield Paragraph(
        f"Uppföljningen gäller {report.period} och bygger på det som var känt "
        f"{long_date(report.known_on)}. Den omfattar {grouped(len(report.rows))} kontrollmoment. "
        f"{asked} skulle vara {_done(count.due)}. Av dem är "
        f"{grouped(count.in_time)} {_done(count.in_time)} i tid, "
        f"{grouped(count.late)} {_done(count.late)} sent, "
        f"{grouped(count.not_performed)} inte {_done(count.not_performed)} med orsak och "
        f"{grouped(count.missed)} inte {_done(count.missed)} utan orsak."
    )
    yield Paragraph(report.reviewed_words)
    if report.assessments:
        told = ", ".join(
            f"{STATES[one.assessment].word.lower()} {grouped(one.controls)}"
            for one in report.assessments
        )
        yield Paragraph(f"Så många kontrollmoment har varje bedömning: {told}.")
    yield from (Paragraph(one.text) for one in report.statements)
    if report.follow_up:
        yield Paragraph(report.follow_up)
    yield Paragraph("Det här behöver nämnden ta ställning till:")
    yield from matters(report, "i bilaga 1")
    if report.overall is not None:
        word = STATES[report.overall].word.lower()
        yield Paragraph(f"Den samlade bedömningen är att den interna kontrollen är {word}.")
        yield Typed(report.grounds or "")


def _basis(report: Report) -> Iterator[Block]:
    yield Bullets(
        (
            f"Bilaga 1. {report.title}",
            f"Bilaga 2. {findings_title(report)}",
            f"Internkontrollplan {report.year}. {plan_sentence(report)}",
        )
    )


COMPUTED: dict[MemoPart, Callable[[Report], Iterator[Block]]] = {
    MemoPart.PROPOSAL: _proposal,
    MemoPart.PRESENTATION: _presentation,
    MemoPart.BASIS: _basis,
}
"""The parts that the report itself tells; what is written by hand comes after."""
