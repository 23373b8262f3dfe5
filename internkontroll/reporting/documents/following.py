"""Det som följer av avvikelserna, och jämförelsen med tidigare uppföljningar."""

from collections.abc import Iterator

from internkontroll.core.dates import long_date
from internkontroll.files.plain_document import Block, Bullets, Heading, Paragraph, Table
from internkontroll.findings.words import STATES as FINDING_STATES
from internkontroll.reporting.documents.telling import (
    NOTHING,
    assessment_word,
    assignment_word,
    moved_words,
    severity_word,
    short,
)
from internkontroll.reporting.rules import ControlRow, Report
from internkontroll.reporting.rules.lines import (
    ActionLine,
    ActionStanding,
    Comparison,
    FindingLine,
)
from internkontroll.reporting.words import STATES, WORDS
from internkontroll.sampling.rules.figures import grouped

FOLLOWED_HEADER = ("Kontroll", "Avvikelse", "Rättelse", "Åtgärd", "Klar senast", "Läge")
_UNENDED = frozenset({ActionStanding.OPEN, ActionStanding.LATE})
_SHORT_TEXT = 110


def statements(report: Report) -> Iterator[Block]:
    """The computed sentences, under a heading of their own."""
    if report.statements:
        yield Heading("Vad vi vet och hur det har gått")
        yield Bullets(tuple(one.text for one in report.statements))


def assignments(report: Report) -> Iterator[Block]:
    """What the board has asked for, and what came of it by the cut-off."""
    if not report.assignments:
        return
    yield Heading("Uppdrag från nämnden")
    yield Table(
        "Uppdrag från nämnden",
        ("Uppdrag", "Vad", "Ska återrapporteras", "Läge"),
        tuple(
            (
                one.label,
                _lines(one.text, one.unit, f"Svar: {one.report_back}" if one.report_back else ""),
                _lines(long_date(one.due_on), moved_words(one.moved)),
                assignment_word(one).word,
            )
            for one in report.assignments
        ),
    )


def _lines(*told: str | None) -> str:
    return "\n".join(line for line in told if line)


def told_correction(finding: FindingLine) -> str:
    """What has become of the single item."""
    if not finding.about_item:
        return "Gäller ingen enskild post"
    if finding.correction is None:
        return "Inte rättad"
    word = FINDING_STATES[finding.correction.outcome].word
    done_on = finding.correction.done_on
    return f"{word}\n{long_date(done_on)}" if done_on else word


def _told_action(action: ActionLine | None) -> str:
    if action is None:
        return "Ingen åtgärd"
    lines = [action.description]
    if action.moves:
        lines.append(f"Flyttad {'en gång' if action.moves == 1 else f'{action.moves} gånger'}")
    if not action.manned and action.standing in _UNENDED:
        lines.append("Utan ansvarig")
    return "\n".join(lines)


def _told_standing(action: ActionLine | None) -> str:
    if action is None:
        return NOTHING
    word = STATES[action.standing].word
    return f"{word}\n{long_date(action.ended_on)}" if action.ended_on else word


def followed_table(rows: tuple[ControlRow, ...], *, of_one: bool = False) -> Table:
    """Each finding with its correction, and a row for each of its actions.

    ``of_one``: it stands under the heading of one kontrollmoment and leaves its number out.
    """
    told = []
    for row in rows:
        for finding in row.findings:
            for action in finding.actions or (None,):
                told.append(
                    (
                        str(row.number),
                        f"{finding.label}\n{severity_word(finding.severity)}",
                        told_correction(finding),
                        _told_action(action),
                        long_date(action.due_on) if action else NOTHING,
                        _told_standing(action),
                    )
                )
    first = 1 if of_one else 0
    where = f" i kontroll {rows[0].number}" if of_one else ""
    return Table(
        f"Avvikelser med rättelse och åtgärder{where}",
        FOLLOWED_HEADER[first:],
        tuple(row[first:] for row in told),
    )


def following(report: Report) -> Iterator[Block]:
    """Rättelser and åtgärder, where the report knows of them."""
    if not (report.findings and report.tells_follow_up):
        return
    yield Heading("Rättelser och åtgärder")
    if report.follow_up:
        yield Paragraph(report.follow_up)
    yield followed_table(report.rows)


def _figures(performed: int, due: int, deviating: int) -> str:
    return f"{performed} av {due} gjorda, {grouped(deviating)} med avvikelse"


def _told_earlier(then: Comparison | None) -> str:
    if then is None:
        return NOTHING
    word = STATES[then.change].word
    if then.assessment is None:
        return f"{word}\nIngen bedömning då"
    figures = _figures(then.performed, then.due, then.deviating)
    return f"{word}\n{STATES[then.assessment].word}, {figures}"


def comparison(report: Report) -> Iterator[Block]:
    """The same kontrollmoment in the reports that this one is compared with."""
    earlier = [report.previous] if report.previous else []
    if report.last_year and report.last_year != report.previous:
        earlier.append(report.last_year)
    if not earlier:
        return
    yield Heading("Jämfört med tidigare")
    yield Table(
        "Bedömningar och utfall i uppföljningar som nämnden har beslutat",
        (
            "Nr",
            "Kontrollmoment",
            "Nu",
            *(f"Mot {one.point} {one.year}" for one in earlier),
        ),
        tuple(
            (
                str(row.number),
                short(row.text, _SHORT_TEXT),
                f"{assessment_word(row.assessment, row).word}\n"
                + _figures(row.count.performed, row.count.due, row.deviating),
                *(
                    _told_earlier(row.previous if one is report.previous else row.last_year)
                    for one in earlier
                ),
            )
            for row in report.rows
            if row.previous or row.last_year
        ),
        frozenset({0}),
    )
    if report.comparison_rule:
        yield Paragraph(report.comparison_rule)


def advice(report: Report) -> Iterator[Block]:
    """What the outcome speaks for in next year's plan."""
    if report.advice:
        yield Heading("Inför nästa års plan")
        yield Paragraph("Det här talar utfallet för. Nämnden avgör när den beslutar planen.")
        yield Bullets(tuple(f"{WORDS[one.kind]}. {one.text}" for one in report.advice))
