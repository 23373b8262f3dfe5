"""Underlag till paragraf: what a committee's minutes take in, public or internal, as one document.

The public part has counts and the kind of case only: with three cases reviewed an outcome by case
would point somebody out. The internal part tells the outcome by running number. Neither has a
reference. Source: OSL (2009:400) 26 kap. 1 §, and the house's design, section 5.
"""

from collections.abc import Iterator
from enum import StrEnum

from internkontroll.core.clock import STOCKHOLM
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
)
from internkontroll.review.rules import (
    Drawn,
    ItemOutcome,
    ItemState,
    MinutesFacts,
    Outcomes,
    ReviewFacts,
    StepAside,
    masked,
)
from internkontroll.review.words import STATES, WORDS, item_words
from internkontroll.sampling.rules.figures import grouped
from internkontroll.sampling.words import WORDS as SAMPLING_WORDS
from internkontroll.sampling.words import seed_words
from internkontroll.schedule.models import OccurrenceState
from internkontroll.schedule.words import frame_sentence

TITLE = "Underlag till paragraf: stickprov i utskottet"
NOT_TOLD = "visas inte"
_MASKED = (
    "Antal som beskriver färre än fem ärenden visas inte i den offentliga delen, och inte heller "
    "antal som de kunde räknas ut ur."
)


class Part(StrEnum):
    """Del av underlaget."""

    PUBLIC = "offentlig"
    INTERNAL = "intern"


def minutes_document(facts: MinutesFacts, part: Part) -> PlainDocument:
    """The document of a meeting, for the screen, the PDF and the DOCX alike."""
    told = "Offentlig del" if part is Part.PUBLIC else "Intern del, sekretess"
    return PlainDocument(
        title=TITLE,
        board=f"{facts.board_name}, {facts.committee_name}",
        day=facts.held_on,
        version=told if facts.is_signed else f"{told} · Utkast",
        blocks=tuple(_blocks(facts, part)),
    )


def minutes_pdf(facts: MinutesFacts, part: Part, house: House | None = None) -> bytes:
    """The document as PDF/A-2a and PDF/UA-1. Raises DocumentNotMade."""
    return plain_pdf(minutes_document(facts, part), house)


def minutes_docx(facts: MinutesFacts, part: Part, house: House | None = None) -> bytes:
    """The document as DOCX."""
    return docx_bytes(minutes_document(facts, part), house)


def minutes_file_name(facts: MinutesFacts, part: Part, kind: str) -> str:
    """Name of the file: underlag-scn-iu1-2020-03-12-offentlig.pdf."""
    place = f"{facts.board_code}-{facts.committee_code}".lower()
    safe = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in place)
    return f"underlag-{safe}-{facts.held_on.isoformat()}-{part.value}.{kind}"


def _blocks(facts: MinutesFacts, part: Part) -> Iterator[Block]:
    kind = "ordinarie" if facts.ordinary else "extra"
    yield Terms(
        (
            ("Organ", f"{facts.committee_name}, {facts.board_name}"),
            ("Sammanträde", f"{long_date(facts.held_on)}, {kind}"),
            *((("Justerare", facts.verifier),) if facts.verifier else ()),
        )
    )
    if part is Part.INTERNAL:
        yield Paragraph(
            "Kan omfattas av sekretess enligt 26 kap. 1 § offentlighets- och sekretesslagen. "
            "Ärendena pekas ut med löpnummer i stickprovet."
        )
    if facts.cancelled:
        yield Paragraph(
            "Sammanträdet är inställt. Det som redan är granskat tas upp vid nästa sammanträde. "
            "Övriga ärenden ingår i dess ram."
        )
    elif not facts.reviews:
        yield Paragraph("Ingen kontroll skulle göras inför sammanträdet.")
    for row in facts.reviews:
        yield Heading(f"Kontroll {row.review.number}. {row.review.kind}")
        yield from _review_blocks(row, part)
    if not facts.reviews:
        return
    yield Heading("Förslag till beslut")
    yield Paragraph(f"{facts.committee_name} beslutar")
    yield Bullets(_clauses(facts))


def _clauses(facts: MinutesFacts) -> tuple[str, ...]:
    clauses = ["att lägga redovisningen av stickprovet till handlingarna"]
    signed = [row.review.outcomes for row in facts.reviews if row.review.outcomes is not None]
    if any(outcomes.deviating for outcomes in signed):
        clauses.append("att förvaltningen ska redovisa vad som görs åt bristerna")
    return tuple(clauses)


def _review_blocks(row: ReviewFacts, part: Part) -> Iterator[Block]:
    review = row.review
    if review.outcomes is None and review.drawn is None:
        absent = review.state is OccurrenceState.NOT_PERFORMED
        yield Paragraph(
            "Kontrollen är anmäld som ej genomförd." if absent else "Inget stickprov är draget än."
        )
    else:
        yield Paragraph(_main_sentence(row), strong=True)
    if pairs := tuple(_pairs(row)):
        yield Terms(pairs)
    if review.outcomes is not None:
        yield from _outcome_blocks(review.outcomes, part)
    if row.stepped_aside:
        yield Paragraph(_aside_sentence(row.stepped_aside))
    if part is Part.INTERNAL:
        yield from _internal_blocks(row)


def _main_sentence(row: ReviewFacts) -> str:
    """How many were reviewed or drawn, and how many of them deviate."""
    words = item_words(is_secret=row.is_secret)
    outcomes, drawn = row.review.outcomes, row.review.drawn
    if outcomes is not None:
        told = f"{_n_of(outcomes.reviewed, outcomes.size, words.many)} är granskade."
        deviating, n = grouped(outcomes.deviating), grouped(outcomes.reviewed)
        return f"{told} {deviating} av {n} avviker."
    if drawn is None:
        raise ValueError("there is nothing to tell of")
    told = _n_of(drawn.n, drawn.size, words.many)
    return f"{told} är dragna. Granskningen är inte underskriven än."


def _n_of(n: int, size: int, things: str) -> str:
    if not size:
        return f"{grouped(n)} {things}"
    if n == size:
        return f"Alla {grouped(n)} {things} i listan"
    return f"{grouped(n)} av {grouped(size)} {things}"


def _pairs(row: ReviewFacts) -> Iterator[tuple[str, str]]:
    if row.frame is not None:
        yield "Ram", frame_sentence(row.frame)
    if (drawn := row.review.drawn) is None:
        return
    if row.unreconciled:
        yield "Avstämning", "Listan är ej avstämd mot en oberoende räkning."
    method = SAMPLING_WORDS[drawn.method]
    yield "Urval", f"{method[0].upper()}{method[1:]}"
    yield "Draget av", f"{drawn.by}, {_moment(drawn)}"
    if row.seed_source is not None:
        # The reference of a source is left out: from it the rows of a secret list could be found.
        yield "Siffrornas källa", seed_words(row.seed_source, None)
    yield (
        "Förseglat dragningsprotokoll, SHA-256",
        row.digest or "Listan är gallrad. Summan står i det underlag som hämtades före gallringen.",
    )


def _moment(drawn: Drawn) -> str:
    at = drawn.at.astimezone(STOCKHOLM)
    return f"{long_date(at.date())} kl. {at:%H.%M}"


def _outcome_blocks(outcomes: Outcomes, part: Part) -> Iterator[Block]:
    """Counts by outcome; n of N and deviations of n are never masked, the rest is in public."""
    rest: tuple[int | None, ...] = (outcomes.clean, outcomes.not_applicable)
    if part is Part.PUBLIC:
        rest = masked((outcomes.clean, outcomes.not_applicable))
    n = grouped(outcomes.reviewed)
    reviewed = f"{n} av {grouped(outcomes.size)}" if outcomes.size else n
    yield Table(
        "Antal per utfall",
        ("Utfall", "Antal"),
        (
            ("Granskade", reviewed),
            (STATES[ItemState.DEVIATING].word, f"{grouped(outcomes.deviating)} av {n}"),
            *(
                (STATES[state].word, NOT_TOLD if count is None else grouped(count))
                for state, count in zip(
                    (ItemState.CLEAN, ItemState.NOT_APPLICABLE), rest, strict=True
                )
            ),
        ),
        numbers=frozenset({1}),
    )
    if None in rest:
        yield Paragraph(_MASKED)


def _aside_sentence(rows: tuple[StepAside, ...]) -> str:
    members = len({row.who for row in rows})
    told = "En ledamot" if members == 1 else f"{grouped(members)} ledamöter"
    return f"{told} deltog inte i granskningen på grund av jäv."


def _internal_blocks(row: ReviewFacts) -> Iterator[Block]:
    if row.items:
        yield Table(
            "Utfall per löpnummer",
            ("Nr", "Utfall", "Avviker på"),
            tuple(_item_row(item) for item in row.items),
            numbers=frozenset({0}),
        )
    said = (("Iakttagelse", row.observation), ("Utskottets ord", row.review.statement))
    if pairs := tuple((term, text) for term, text in said if text):
        yield Terms(pairs)
    if row.stepped_aside:
        yield Table(
            "Jäv",
            ("Vem", "Löpnummer"),
            tuple(
                (aside.who, "Alla" if aside.position is None else grouped(aside.position))
                for aside in row.stepped_aside
            ),
        )


def _item_row(item: ItemOutcome) -> tuple[str, str, str]:
    faults = "\n".join(f"{question} {WORDS[answer]}" for question, answer in item.faults)
    return grouped(item.position), STATES[item.state].word, faults or "–"
