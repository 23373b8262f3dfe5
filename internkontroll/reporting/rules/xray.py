"""Röntgen: what a report lacks before the board decides it. Pure; it reminds and never stops."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from internkontroll.core.dates import long_date
from internkontroll.core.text import shown
from internkontroll.reporting.rules.report import ControlRow, Report

QUOTED = 80
"""How much of a text is told around what is pointed at, in characters."""

# A year on its own or first in a date; not the year of a diarienummer (SCN-2019-0598, 29206/2014).
_YEAR = re.compile(r"(?<![\w/.:-])((?:19|20)[0-9]{2})(?=-[01][0-9]-[0-3][0-9](?![0-9])|(?![\w/-]))")


class XrayKind(StrEnum):
    """Vad röntgen pekar på."""

    NOT_APPROVED = "not_approved"
    NO_OVERALL = "no_overall"
    NO_RESPONSIBLE = "no_responsible"
    NO_EVIDENCE = "no_evidence"
    NO_ACTION = "no_action"
    NO_COMMENT = "no_comment"
    OTHER_BOARD = "other_board"
    WRONG_YEAR = "wrong_year"
    FIGURES = "figures"


@dataclass(frozen=True)
class XrayLine:
    """En påminnelse: the sentence, and what it is about.

    ``number`` is the kontrollmoment (None: the report as a whole), ``subject_id`` the occurrence,
    the finding or, where nobody is appointed, the plan; None where there is none. ``removed``: a
    revision has taken the kontrollmoment out of the plan, and another may have its number now.
    """

    kind: XrayKind
    sentence: str
    number: int | None = None
    subject_id: int | None = None
    removed: bool = False


@dataclass(frozen=True)
class UnprovenFact:
    """Ett utfört kontrolltillfälle utan underlag."""

    occurrence_id: int
    number: int
    scheduled_on: date


@dataclass(frozen=True)
class OpenFinding:
    """En öppen avvikelse utan åtgärd."""

    finding_id: int
    number: int
    label: str


@dataclass(frozen=True)
class XrayFacts:
    """What the X-ray sees besides the report.

    ``others`` are other boards' codes and names; ``plan_id`` the plan where kontrollansvariga are
    appointed.
    """

    unappointed: Sequence[int]
    unproven: Sequence[UnprovenFact]
    unanswered: Sequence[OpenFinding]
    others: Sequence[tuple[str, str]]
    unconfirmed: Sequence[int]
    is_approved: bool
    plan_id: int | None = None


def xray_report(report: Report, facts: XrayFacts) -> tuple[XrayLine, ...]:
    """Everything that is worth a look before the decision, the whole first, then by number."""
    lines = [*_of_the_whole(report, facts), *_of_the_facts(facts), *_of_rows(report)]
    lines += _of_texts(report, facts.others)
    order = list(XrayKind)
    return tuple(sorted(lines, key=lambda line: (line.number or 0, order.index(line.kind))))


def _of_the_whole(report: Report, facts: XrayFacts) -> Iterable[XrayLine]:
    if not facts.is_approved:
        sentence = "Förvaltningsdirektören har inte godkänt uppföljningen."
        yield XrayLine(XrayKind.NOT_APPROVED, sentence)
    if report.overall is None:
        sentence = "Den samlade bedömningen är inte skriven."
        yield XrayLine(XrayKind.NO_OVERALL, sentence)


def _of_the_facts(facts: XrayFacts) -> Iterable[XrayLine]:
    for number in facts.unappointed:
        sentence = f"Kontrollmoment {number} har ingen kontrollansvarig, fast året har börjat."
        yield XrayLine(XrayKind.NO_RESPONSIBLE, sentence, number, facts.plan_id)
    for unproven in facts.unproven:
        sentence = (
            f"Kontrollmoment {unproven.number} är gjort {long_date(unproven.scheduled_on)} utan "
            "något underlag."
        )
        yield XrayLine(XrayKind.NO_EVIDENCE, sentence, unproven.number, unproven.occurrence_id)
    for finding in facts.unanswered:
        sentence = f"{finding.label} har ingen åtgärd."
        yield XrayLine(XrayKind.NO_ACTION, sentence, finding.number, finding.finding_id)
    for number in facts.unconfirmed:
        sentence = (
            f"Kommentaren till kontrollmoment {number} är gjord ur siffror som ingen har bekräftat."
        )
        yield XrayLine(XrayKind.FIGURES, sentence, number)


def _of_rows(report: Report) -> Iterable[XrayLine]:
    for row in report.rows:
        if (row.deviating or row.findings) and not row.comment:
            sentence = f"Kontrollmoment {_named(row)} har avvikelser men ingen kommentar."
            yield XrayLine(XrayKind.NO_COMMENT, sentence, row.number, removed=row.removed)


def _named(row: ControlRow) -> str:
    return f"{row.number}, borttaget ur planen," if row.removed else f"{row.number}"


def _of_texts(report: Report, others: Sequence[tuple[str, str]]) -> Iterable[XrayLine]:
    for row, where, text in _texts(report):
        number, removed = (row.number, row.removed) if row else (None, False)
        own = re.sub(re.escape(report.board_name), " ", text, flags=re.IGNORECASE)
        for code, name in others:
            found = re.search(rf"(?<!\w)(?:{re.escape(code)}(?!\w)|(?i:{re.escape(name)}))", own)
            if found:
                sentence = f"{where} nämner en annan nämnd: ”{_around(own, found)}”."
                yield XrayLine(XrayKind.OTHER_BOARD, sentence, number, removed=removed)
        for year in _YEAR.finditer(text):
            if int(year[1]) not in (report.year, report.year + 1):
                sentence = (
                    f"{where} nämner året {year[1]}. Uppföljningen gäller {report.year}: "
                    f"”{_around(text, year)}”."
                )
                yield XrayLine(XrayKind.WRONG_YEAR, sentence, number, removed=removed)


def _texts(report: Report) -> Iterable[tuple[ControlRow | None, str, str]]:
    if report.grounds:
        yield None, "Den samlade bedömningen", report.grounds
    for row in report.rows:
        where = f"kontrollmoment {_named(row)}"
        if row.comment:
            yield row, f"Kommentaren till {where}", row.comment
        if row.assessment_reason:
            yield row, f"Skälet till bedömningen av {where}", row.assessment_reason


def _around(text: str, found: re.Match[str]) -> str:
    begins = max(0, found.start() - QUOTED // 2)
    return shown(text[begins : found.end() + QUOTED // 2].strip(), QUOTED + len(found[0]))
