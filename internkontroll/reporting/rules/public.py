"""Förslag till offentlig version: which parts of a decided report may be secret, and why.

The rule only proposes. A person looks at each part at each request and decides
(offentlighets- och sekretesslagen 26:1 and 8:1 are what a socialnämnd mostly rests on). What leaves
is built from a list of what may: a part that is not named here is not in the public version.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from internkontroll.core.canonical import plain
from internkontroll.core.dates import long_date
from internkontroll.core.personal_id import find_personal_ids
from internkontroll.reporting.models import Assessment, MaskGround, OverallAssessment, PublicOutcome
from internkontroll.reporting.rules.count import ClosingCount
from internkontroll.reporting.rules.lines import FindingLine, StatementKind
from internkontroll.reporting.rules.reading_back import dataclass_from
from internkontroll.reporting.rules.report import (
    AreaCount,
    ChangedControl,
    ControlRow,
    DecisionFacts,
    PlanFacts,
    Report,
)

SCHEMA = 1
SMALLEST_FRAME = 5
"""A frame of fewer cases than this may point somebody out by its figures alone."""

PUBLIC_RULE = (
    "Programmet föreslår att maskera siffror ur en sekretessbelagd lista med färre än fem ärenden, "
    "bedömningen av dem och de summor de ingår i, också utskottens, alla fria texter om "
    "kontrollmoment som granskar sekretessbelagda ärenden, och text som liknar ett personnummer, "
    "en e-postadress eller ett telefonnummer. En person prövar varje förslag."
)

APPEAL = (
    "Beslutet kan överklagas hos kammarrätten av den som har begärt handlingen. Skriv vilket "
    "beslut som överklagas och vilken ändring som begärs. Skrivelsen ställs till kammarrätten men "
    "lämnas till nämnden, som ska ha den inom tre veckor från den dag då den som överklagar fick "
    "del av beslutet. (6 kap. 7 § offentlighets- och sekretesslagen, 43 och 44 §§ "
    "förvaltningslagen.)"
)
"""How a refusal, whole or in part, is appealed against."""

_CONTACT = re.compile(
    r"[^\s@]@[^\s@]{1,250}\.\w{2}"
    r"|(?<![-\d])(?:0|(?:\+|00)46[-– ]?(?:\(0\))?)[1-9]\d{0,2}[-– /]{0,3}\d(?:[-– ]?\d){4,8}(?!\d)"
)
_NAMED = re.compile(r"kontroll\w{0,10}\s+(\d+(?:\s*(?:,|och|samt)\s*\d+)*)", re.IGNORECASE)
_NO_FINDING = frozenset({"figures", "outcome", "comment", "reason", "absences", "moves", "extras"})
_ON_OUTCOME = frozenset({StatementKind.RECURRING, StatementKind.WITHOUT_DEVIATION})


@dataclass(frozen=True)
class Piece:
    """Del av uppföljningen som kan maskeras. ``place`` is its name, ``where`` tells a person.

    ``controls`` are the numbers of the kontrollmoment that it tells of. The text of an assessment
    is the Assessment itself, for a page to put in words.
    """

    place: str
    where: str
    text: str
    controls: tuple[int, ...] = ()


@dataclass(frozen=True)
class PublicPiece:
    """Del av den offentliga versionen; masked it has no text, but the provision it rests on."""

    place: str
    where: str
    text: str | None
    provision: str | None = None


@dataclass(frozen=True)
class PublicRow:
    """Ett kontrollmoment så som planen har det, what was done of it, and its assessment.

    ``masked``: the assessment is left out, and nothing tells whether there is one.
    """

    number: int
    area: str
    text: str
    count: ClosingCount
    assessment: Assessment | None
    masked: bool = False


@dataclass(frozen=True)
class PublicReport:
    """Offentlig version av en beslutad uppföljning: what is given out, and nothing else.

    ``report_sha256`` is the hash of the decided version that it is made from.
    """

    title: str
    board_code: str
    board_name: str
    year: int
    point: str
    period: str
    known_on: date
    plan: PlanFacts
    decision: DecisionFacts | None
    version: int
    report_sha256: str
    requested_on: date
    decided_on: date
    outcome: PublicOutcome
    ground: str
    overall: OverallAssessment | None
    total: ClosingCount
    areas: tuple[AreaCount, ...]
    rows: tuple[PublicRow, ...]
    pieces: tuple[PublicPiece, ...]
    masked: int
    rule: str = PUBLIC_RULE
    schema: int = field(default=SCHEMA)


def pieces_of(report: Report) -> tuple[Piece, ...]:
    """Every part that can be masked and has anything in it, in the order of the report."""
    return tuple(piece for piece in _pieces(report) if piece.text.strip())


def _pieces(report: Report) -> Iterator[Piece]:
    yield Piece("overall", "Vad den samlade bedömningen bygger på", report.grounds or "")
    for place, matter in enumerate(report.matters):
        told = " ".join(part for part in (matter.heading, matter.text, matter.proof) if part)
        yield Piece(f"matter.{place}", "Att ta ställning till", told, (matter.number,))
    for place, statement in enumerate(report.statements):
        where = "Vad vi vet och hur det har gått"
        yield Piece(f"statement.{place}", where, statement.text, tuple(statement.controls))
    yield Piece("totals", "Granskade i hela uppföljningen", _reviewed(report))
    for row, name in zip(report.rows, _names("row", report.rows), strict=True):
        yield from _of_row(row, name)
    for other, name in zip(report.others, _names("other", report.others), strict=True):
        yield from _findings(name, other.number, other.findings)
    for place, line in enumerate(report.committees):
        yield Piece(f"committee.{place}", f"Utskottet {line.name}", _reviewed(line))
    for one in report.assignments:
        told = _joined(one.text, one.report_back)
        yield Piece(f"assignment.{one.label}", f"Uppdrag {one.label}", told)
    numbers = tuple(sorted({fact.number for fact in report.later}))
    told = "\n".join(f"Kontroll {fact.number}: {fact.text}" for fact in report.later)
    yield Piece("later", "Tillkommet efter att uppgifterna stängdes", told, numbers)


def _names(kind: str, rows: Sequence[ControlRow | ChangedControl]) -> list[str]:
    """A name for each row: one that a revision has taken away may have another one's number."""
    names: list[str] = []
    for row in rows:
        same = sum(row.number == earlier.number for earlier in rows[: len(names)])
        names.append(f"{kind}.{row.number}" if not same else f"{kind}.{row.number}-{same + 1}")
    return names


def _reviewed(counted: Any) -> str:
    if not counted.reviewed and not getattr(counted, "population", 0):
        return ""
    whole = getattr(counted, "population", 0)
    of = f"{counted.reviewed} av {whole}" if whole else f"{counted.reviewed}"
    return f"{of} granskade, {counted.deviating} med avvikelse."


def _joined(*parts: str | None) -> str:
    return "\n".join(part for part in parts if part)


def _of_row(row: ControlRow, name: str) -> Iterator[Piece]:
    here = f"Kontroll {row.number}{', borttagen ur planen' if row.removed else ''}"
    texts = (
        ("figures", "siffror", _joined(_reviewed(row), *(one.text for one in row.bounds))),
        ("outcome", "bedömning", row.assessment or ""),
        ("comment", "kommentar", row.comment),
        ("reason", "skäl till bedömningen", row.assessment_reason or ""),
        (
            "absences",
            "varför den inte är gjord",
            "\n".join(f"{long_date(one.scheduled_on)}: {one.reason}" for one in row.absences),
        ),
        (
            "moves",
            "flyttade tillfällen",
            "\n".join(
                f"Från {long_date(one.old_due_on)} till {long_date(one.new_due_on)}: {one.reason}"
                for one in row.moves
            ),
        ),
        (
            "extras",
            "extra kontroller",
            "\n".join(f"{long_date(one.scheduled_on)}: {one.reason}" for one in row.extras),
        ),
    )
    for part, what, text in texts:
        yield Piece(f"{name}.{part}", f"{here}: {what}", text, (row.number,))
    yield from _findings(name, row.number, row.findings)


def _findings(place: str, number: int, findings: Iterable[FindingLine]) -> Iterator[Piece]:
    for one in findings:
        told = _joined(
            one.description,
            f"Rättelse: {one.correction.text}" if one.correction else None,
            *(
                _joined(f"Åtgärd {action.number}: {action.description}", action.outcome)
                for action in one.actions
            ),
        )
        yield Piece(f"{place}.{one.label}", f"Kontroll {number}: {one.label}", told, (number,))


def proposed_maskings(report: Report, secret: frozenset[int]) -> Mapping[str, MaskGround]:
    """What the rule proposes to mask, by place; ``secret`` are those that review secret cases.

    Where the figures of one row are masked, the sums that they are part of go with them, a
    committee's too, and its assessment and the sentences on its outcome: else what is left out
    could be reckoned from what is told. Where no row's are, a committee's sum tells nothing new.
    """
    small = {row.number for row in report.rows if row.number in secret and _has_small_frame(row)}
    tells = sentences_on_outcome(report)
    found: dict[str, MaskGround] = {}
    for piece in pieces_of(report):
        ground = _ground_of(piece, secret, small)
        if piece.place in tells and small.intersection(piece.controls):
            ground = MaskGround.TOTAL
        if ground is not None:
            found[piece.place] = ground
    return found


def sentences_on_outcome(report: Report) -> frozenset[str]:
    """The places of the sentences that tell whether something deviated."""
    return frozenset(
        f"statement.{place}"
        for place, one in enumerate(report.statements)
        if one.kind in _ON_OUTCOME
    )


def _has_small_frame(row: ControlRow) -> bool:
    """A row sums its occurrences: each frame is looked at by itself too.

    Where nobody knows a frame it is at least what was reviewed of it.
    """
    frames = (
        row.population or row.reviewed,
        *(one.population or one.reviewed for one in row.bounds),
    )
    return any(0 < frame < SMALLEST_FRAME for frame in frames)


def _ground_of(piece: Piece, secret: frozenset[int], small: set[int]) -> MaskGround | None:
    if piece.place.endswith((".figures", ".outcome")):
        return MaskGround.SMALL_FRAME if small.intersection(piece.controls) else None
    if piece.place.startswith("committee."):
        return MaskGround.COMMITTEE if small else None
    if piece.place == "totals":
        return MaskGround.TOTAL if small else None
    told_of = piece.controls or _controls_named(piece.text)
    if not piece.place.startswith("statement.") and secret.intersection(told_of):
        return MaskGround.FREE_TEXT
    if _CONTACT.search(piece.text) or find_personal_ids(piece.text):
        return MaskGround.RESEMBLES_PERSON
    return None


def _controls_named(text: str) -> set[int]:
    """The kontrollmoment that a text of no kontrollmoment speaks of by number."""
    return {int(digits) for found in _NAMED.findall(text) for digits in re.findall(r"\d+", found)}


def public_report(
    report: Report,
    masked: Mapping[str, str],
    *,
    report_sha256: str,
    requested_on: date,
    decided_on: date,
    ground: str,
) -> PublicReport:
    """What is given out of a report; ``masked`` has the provision of each place that is not.

    Raises ValueError for a place that the report has not: then something would be told that was
    to be masked.
    """
    pieces = pieces_of(report)
    if unknown := masked.keys() - {piece.place for piece in pieces}:
        raise ValueError(f"the report has no such place: {sorted(unknown)}")
    given = tuple(_given_out(pieces, masked))
    return PublicReport(
        title=report.title,
        board_code=report.board_code,
        board_name=report.board_name,
        year=report.year,
        point=report.point,
        period=report.period,
        known_on=report.known_on,
        plan=report.plan,
        decision=report.decision,
        version=report.version,
        report_sha256=report_sha256,
        requested_on=requested_on,
        decided_on=decided_on,
        outcome=PublicOutcome.PART if masked else PublicOutcome.WHOLE,
        ground=ground,
        overall=report.overall,
        total=report.total,
        areas=report.areas,
        rows=tuple(
            PublicRow(
                row.number,
                row.area,
                row.text,
                row.count,
                row.assessment if f"{name}.outcome" not in masked else None,
                masked=f"{name}.outcome" in masked,
            )
            for row, name in zip(report.rows, _names("row", report.rows), strict=True)
        ),
        pieces=given,
        masked=sum(piece.text is None for piece in given),
    )


def _given_out(pieces: Iterable[Piece], masked: Mapping[str, str]) -> Iterator[PublicPiece]:
    """Each part as it leaves; an assessment that is told stands with its row.

    Where a row's figures are masked, how many its avvikelser are is one of them: those that are
    masked become one part, which stands there also where there are none.
    """
    pieces = tuple(pieces)
    small = {row_of(place) for place in masked if place.endswith(".figures")}
    findings = [piece for piece in pieces if is_finding(piece)]
    told = {row_of(one.place) for one in findings if one.place not in masked}
    hidden = {row_of(one.place): masked[one.place] for one in findings if one.place in masked}
    for piece in pieces:
        if piece.place not in masked:
            if not piece.place.endswith(".outcome"):
                yield PublicPiece(piece.place, piece.where, piece.text)
            continue
        row = row_of(piece.place)
        if not (row in small and is_finding(piece)):
            yield PublicPiece(piece.place, piece.where, None, masked[piece.place])
        if piece.place.endswith(".figures") and (row in hidden or row not in told):
            where = f"{piece.where.rpartition(':')[0]}: eventuella avvikelser"
            rests_on = hidden.get(row, masked[piece.place])
            yield PublicPiece(f"{row}.findings", where, None, rests_on)


def row_of(place: str) -> str:
    """The name of the row that a part is of."""
    return ".".join(place.split(".")[:2])


def is_finding(piece: Piece) -> bool:
    """Whether a part is an avvikelse of a kontrollmoment that the point reports."""
    kind, _, rest = piece.place.partition(".")
    return kind == "row" and rest.partition(".")[2] not in _NO_FINDING


def public_to_plain(made: PublicReport) -> dict[str, Any]:
    """The public version as plain data, as canonical JSON takes it."""
    told: dict[str, Any] = plain(asdict(made))
    return told


def public_from_plain(data: dict[str, Any]) -> PublicReport:
    """Read what was given out back. Raises ValueError where something is missing."""
    return dataclass_from(PublicReport, data)
