"""Den offentliga versionen som dokument: from what is given out, and from nothing else."""

from collections.abc import Iterator

from internkontroll.core.dates import long_date
from internkontroll.files.plain_document import (
    Block,
    Heading,
    Paragraph,
    PlainDocument,
    Table,
    Terms,
    Typed,
)
from internkontroll.reporting.documents.telling import told_decision
from internkontroll.reporting.models import PublicOutcome, PublicVersion
from internkontroll.reporting.rules import Report
from internkontroll.reporting.rules.public import APPEAL, PublicReport
from internkontroll.reporting.words import NOT_YET, STATES
from internkontroll.sampling.rules.figures import grouped

MASKED = "Maskerat"


def masked_words(provision: str | None) -> str:
    """What stands where something is left out."""
    return f"{MASKED} ({provision} offentlighets- och sekretesslagen)" if provision else MASKED


def public_document(made: PublicReport, sha256: str) -> PlainDocument:
    """What is given out of a report, with the decision on it; ``sha256`` is that of its JSON."""
    return PlainDocument(
        title=f"Offentlig version. {made.title}",
        board=made.board_name,
        day=made.decided_on,
        version=f"version {made.version}",
        blocks=tuple(_blocks(made, sha256)),
    )


def _blocks(made: PublicReport, sha256: str) -> Iterator[Block]:
    parts = "del är maskerad" if made.masked == 1 else "delar är maskerade"
    left_out = f"{grouped(made.masked)} {parts}." if made.masked else "Ingenting är maskerat."
    yield Paragraph(
        f"Det här är en offentlig version av version {made.version} av uppföljningen. {left_out}",
        strong=True,
    )
    terms = [
        ("Avser", made.period),
        ("Uppgifter till och med", long_date(made.known_on)),
        ("Begärd", long_date(made.requested_on)),
        ("Prövad", long_date(made.decided_on)),
    ]
    if made.decision is not None:
        terms.append(("Nämndens beslut", told_decision(made.decision)))
    terms += [
        ("Uppföljningens SHA-256", made.report_sha256),
        ("Den offentliga versionens SHA-256", sha256),
    ]
    yield Terms(tuple(terms))
    if made.outcome is PublicOutcome.PART:
        yield from _decision(made.ground)
    count = made.total
    yield Heading("Räkningen")
    yield Paragraph(
        f"{grouped(count.due)} kontrolltillfällen skulle vara gjorda: {grouped(count.in_time)} "
        f"gjordes i tid och {grouped(count.late)} sent. {grouped(count.not_performed)} gjordes "
        f"inte, med orsak, och {grouped(count.missed)} gjordes inte, utan orsak."
    )
    yield Table(
        "Kontrollmomenten",
        ("Nr", "Kontrollmoment", "Skulle göras", "Gjort", "Bedömning"),
        tuple(
            (
                str(row.number),
                row.text,
                grouped(row.count.due),
                grouped(row.count.performed),
                MASKED
                if row.masked
                else (STATES[row.assessment] if row.assessment else NOT_YET).word,
            )
            for row in made.rows
        ),
        frozenset({0, 2, 3}),
    )
    if made.overall is not None:
        yield Heading("Samlad bedömning")
        yield Paragraph(STATES[made.overall].word, strong=True)
    yield Heading("Texter och siffror")
    before = None
    for piece in made.pieces:
        if piece.where != before:
            yield Heading(piece.where, 2)
        before = piece.where
        if piece.text is None:
            yield Paragraph(masked_words(piece.provision))
        else:
            yield Typed(piece.text, 3)
    yield Heading("Så är maskeringarna föreslagna")
    yield Paragraph(made.rule)


def _decision(ground: str) -> Iterator[Block]:
    yield Heading("Varför allt inte lämnas ut")
    yield Typed(ground)
    yield Heading("Så överklagar man")
    yield Paragraph(APPEAL)


def refusal_document(report: Report, public: PublicVersion) -> PlainDocument:
    """The written decision when nothing is given out. Raises ValueError before it is decided."""
    if public.decided_on is None:
        raise ValueError("the request is not answered")
    return PlainDocument(
        title=f"Beslut om begärd handling. {report.title}",
        board=report.board_name,
        day=public.decided_on,
        version="Beslut",
        blocks=(
            Paragraph(
                f"{report.board_name} lämnar inte ut version {public.version} av uppföljningen, "
                f"som begärdes {long_date(public.requested_on)}.",
                strong=True,
            ),
            Terms(
                (
                    ("Bestämmelse", f"{public.provision} offentlighets- och sekretesslagen"),
                    ("Beslutat", long_date(public.decided_on)),
                )
            ),
            *_decision(public.ground),
        ),
    )
