"""How a report's figures and states are told in the documents that are written block by block."""

from internkontroll.core.dates import long_date
from internkontroll.core.text import clean_line
from internkontroll.core.words import StateWord
from internkontroll.findings.models import Severity
from internkontroll.findings.words import STATES as FINDING_STATES
from internkontroll.reporting.models import Assessment
from internkontroll.reporting.rules import (
    ClosingCount,
    ControlRow,
    DecisionFacts,
    Report,
    section_words,
)
from internkontroll.reporting.rules.report import AssignmentLine
from internkontroll.reporting.words import NOT_HERE, NOT_YET, STATES
from internkontroll.sampling.rules.figures import NO_BREAK_SPACE, grouped

NOTHING = "–"
SHORT_TEXT = 160
_HEADING_TEXT = 90


def safe_name(text: str) -> str:
    """Text in letters that every system takes in a file's name: "Åtgärder" is "atgarder"."""
    swedish = str.maketrans("åäöéü", "aaoeu")
    plain = clean_line(text).casefold().translate(swedish)
    signs = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in plain)
    return "-".join(part for part in signs.split("-") if part)


def name_of(report: Report, what: str, kind: str) -> str:
    """Name of a file about the report: avvikelser-scn-2020-april.pdf."""
    point = safe_name(report.point)
    return f"{safe_name(what)}-{report.board_code.lower()}-{report.year}-{point}.{kind}"


def file_name(report: Report, kind: str) -> str:
    """Name of the report's own file: uppfoljning-scn-2020-april.pdf."""
    return name_of(report, "uppfoljning", kind)


def assessment_word(kind: Assessment | None, row: ControlRow) -> StateWord:
    """The word of an assessment, or why there is none."""
    if kind is not None:
        return STATES[kind]
    return NOT_HERE if row.not_applicable else NOT_YET


def severity_word(severity: Severity) -> str:
    """The word of a finding's severity."""
    return FINDING_STATES[severity].word


def count_of(part: int, whole: int) -> str:
    """ "21 av 173"; what was counted alone where nobody knows of how many; else a dash."""
    if whole:
        return f"{grouped(part)}{NO_BREAK_SPACE}av{NO_BREAK_SPACE}{grouped(whole)}"
    return grouped(part) if part else NOTHING


def pending(count: ClosingCount) -> int:
    """Not yet due and not done in advance either."""
    return count.not_yet_due - count.early


def told_decision(decision: DecisionFacts) -> str:
    """ "18 december 2019, § 187"."""
    return f"{long_date(decision.decided_on)}, {section_words(decision.paragraph)}"


def state_line(report: Report) -> str:
    """What the header of each page says of where the report stands."""
    if report.decision is None:
        return "Utkast, inte beslutat"
    version = f" · version {report.version}" if report.version > 1 else ""
    return f"Beslutad {told_decision(report.decision)}{version}"


def version_sentence(report: Report) -> str:
    """Which version it is, and why the one before it no longer holds."""
    reason = report.corrected_because or NOTHING
    return f"Det här är version {report.version}. Den ersätter den förra därför att: {reason}"


def assignment_word(line: AssignmentLine) -> StateWord:
    """How it stands with an uppdrag."""
    if line.reported_on is not None:
        return StateWord(f"Återrapporterat {long_date(line.reported_on)}", "ok")
    return StateWord("Försenat", "bad") if line.late else StateWord("Pågår", "warn")


def moved_words(times: int) -> str:
    """ "Flyttat en gång"; nothing where it has not been moved."""
    return f"Flyttat {'en gång' if times == 1 else f'{times} gånger'}" if times else ""


def control_heading(number: int, text: str) -> str:
    """The heading of what is told of a kontrollmoment: "Kontroll 3. Loggen visar bara ..."."""
    return f"Kontroll {number}. {short(text, _HEADING_TEXT).rstrip('.')}"


def short(text: str, signs: int = SHORT_TEXT) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= signs else f"{line[: signs - 1].rstrip()}…"
