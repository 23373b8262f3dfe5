"""Samlade bildens tabeller som data: the sheets of its workbook, and the same tables as CSV."""

from internkontroll.files.csv_out import Cell, csv_bytes
from internkontroll.files.xlsx import Sheet, xlsx_bytes
from internkontroll.findings.models import Severity
from internkontroll.findings.words import STATES as FINDING_STATES
from internkontroll.reporting.documents.sheets import COUNT_HEADER, count_cells
from internkontroll.reporting.documents.telling import safe_name
from internkontroll.reporting.models import Assessment
from internkontroll.reporting.rules.lines import ActionCount
from internkontroll.reporting.rules.oversight import (
    BoardLine,
    OversightReport,
    RowChoice,
    SentRow,
    chosen_rows,
    per_ten,
)
from internkontroll.reporting.rules.oversight.sent import Severities
from internkontroll.reporting.rules.report import section_words
from internkontroll.reporting.words import NOT_HERE, NOT_YET, STATES

_SEVERITIES = tuple(reversed(Severity))
SEVERITY_HEADER = tuple(f"{FINDING_STATES[one].word}, avvikelser" for one in _SEVERITIES)
ACTION_HEADER = ("Åtgärder", "Klara", "Avbrutna", "Pågår", "Sena")
_ITEMS_HEADER = ("Granskade", "Med avvikelse")


def _severities(found: Severities) -> tuple[int, ...]:
    told = dict(found)
    return tuple(told[one] for one in _SEVERITIES)


def _actions(count: ActionCount | None) -> tuple[int | None, ...]:
    """Åtgärder by state; empty where the report does not tell of any."""
    if count is None:
        return (None,) * len(ACTION_HEADER)
    return (count.total, count.done, count.cancelled, count.open, count.late)


def _decision(report: OversightReport) -> tuple[tuple[str, Cell], ...]:
    """Kommunstyrelsens own decision; nothing before it."""
    decision = report.decision
    if decision is None:
        return ()
    return (
        ("Version", report.version),
        ("Varför den förra rättades", report.corrected_because),
        ("Beslutande organ", decision.body),
        ("Beslutad den", decision.decided_on),
        ("Paragraf", section_words(decision.paragraph)),
        ("Diarienummer", decision.registry_number),
    )


def _summary(report: OversightReport) -> Sheet:
    total = report.total
    rows: list[tuple[str, Cell]] = [
        ("Kommun", report.municipality or None),
        ("Dokument", report.title),
        ("Läget den", report.known_on),
        *_decision(report),
        ("Nämnder", total.boards),
        ("Ska lämna", total.asked),
        ("Har lämnat", total.sent),
        ("Är sena", total.overdue),
        ("Kontrollmoment i planerna", total.plan_size),
        ("Kontrollmoment som rapporteras", total.controls),
        *zip(COUNT_HEADER, count_cells(total.count), strict=True),
        ("Granskade poster", total.reviewed),
        ("Granskade poster med avvikelse", total.deviating),
        *zip(SEVERITY_HEADER, _severities(total.severities), strict=True),
        ("Avvikelser per tio kontrollmoment", per_ten(total.findings, total.controls)),
        *(
            (f"Kontrollmoment med bedömningen {STATES[kind].word.lower()}", number)
            for kind, number in total.assessments
        ),
        *(
            (f"Nämnder med bedömningen {STATES[kind].word.lower()}", number)
            for kind, number in total.overall
        ),
        ("Nämnder som berättar om åtgärder", total.told_actions),
        *zip(ACTION_HEADER, _actions(total.actions if total.told_actions else None), strict=True),
        (
            "Kommunstyrelsens bedömning",
            STATES[report.overall].word if report.overall else None,
        ),
        ("Grund för bedömningen", report.grounds),
        *(("Förslag till beslut", clause) for clause in report.proposals),
        *(("Att ta ställning till", f"{one.heading} {one.text}") for one in report.matters),
        ("Så summeras", report.sum_rule),
        ("Så jämförs olika stora nämnder", report.size_rule),
        ("Gjord med", f"internkontroll {report.program_version}"),
    ]
    return Sheet("Sammanfattning", ("Uppgift", "Värde"), tuple(rows))


def _board(line: BoardLine) -> tuple[Cell, ...]:
    """A nämnd; without any figure where it has sent nothing."""
    sent = line.report
    standing: tuple[Cell, ...] = (
        line.name,
        STATES[line.standing].word,
        line.due_on,
        line.sent_on,
        line.days_late or None,
    )
    figures = 7 + len(COUNT_HEADER) + 2 + len(SEVERITY_HEADER) + 1 + len(ACTION_HEADER) + 1
    if sent is None:
        return (*standing, *[None] * figures)
    return (
        *standing,
        sent.decision.decided_on,
        section_words(sent.decision.paragraph),
        sent.decision.registry_number,
        STATES[sent.overall].word if sent.overall else None,
        line.plan_size,
        line.controls,
        *count_cells(line.count),
        line.reviewed,
        line.deviating,
        *_severities(line.severities),
        per_ten(line.findings, line.controls),
        *_actions(sent.actions),
        sent.version,
        sent.sha256,
    )


def _boards(report: OversightReport) -> Sheet:
    header = (
        "Nämnd", "Läge", "Skulle lämnas", "Lämnad", "Dagar sen", "Beslutad den", "Paragraf",
        "Diarienummer", "Egen bedömning", "Kontrollmoment i planen",
        "Kontrollmoment som rapporteras", *COUNT_HEADER, *_ITEMS_HEADER, *SEVERITY_HEADER,
        "Avvikelser per tio kontrollmoment", *ACTION_HEADER, "Uppföljningens version",
        "Uppföljningens innehåll, SHA-256",
    )  # fmt: skip
    return Sheet("Nämnder", header, tuple(_board(line) for line in report.boards))


def _assessed(row: SentRow) -> str:
    kind: Assessment | None = row.assessment
    if kind is not None:
        return STATES[kind].word
    return (NOT_HERE if row.not_applicable else NOT_YET).word


def _controls(report: OversightReport) -> Sheet:
    header = (
        "Nämnd", "Nr", "Kontrollområde", "Kontrollmoment", *COUNT_HEADER, *_ITEMS_HEADER,
        *SEVERITY_HEADER, "Bedömning", "Ur planen under året",
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            line.name,
            row.number,
            row.area,
            row.text,
            *count_cells(row.count),
            row.reviewed,
            row.deviating,
            *_severities(row.severities),
            _assessed(row),
            "Ja" if row.removed else "Nej",
        )
        for line, row in chosen_rows(report.boards, RowChoice.ALL)
    )
    return Sheet("Kontrollmoment", header, rows)


def _obligatory(report: OversightReport) -> Sheet:
    """A row for each obligatory kontrollmoment and nämnd."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            one.number,
            one.area,
            one.text,
            answer.name,
            STATES[answer.standing].word,
            answer.row.count.due if answer.row else None,
            answer.row.count.performed if answer.row else None,
            answer.row.findings if answer.row else None,
        )
        for one in report.obligatory
        for answer in one.answers
    )
    header = (
        "Nr", "Kontrollområde", "Kontrollmoment", "Nämnd", "Läge", "Skulle göras", "Gjort",
        "Avvikelser",
    )  # fmt: skip
    return Sheet("Obligatoriska", header, rows)


def _common(report: OversightReport) -> Sheet:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.area, board.name, ", ".join(map(str, board.numbers)), *_severities(board.severities))
        for one in report.common
        for board in one.boards
    )
    header = ("Kontrollområde", "Nämnd", "Kontrollmomentens nummer", *SEVERITY_HEADER)
    return Sheet("Gemensamma mönster", header, rows)


def oversight_sheets(report: OversightReport) -> tuple[Sheet, ...]:
    """Every table of the picture, each figure a cell of its own, in the workbook's order."""
    return (
        _summary(report),
        _boards(report),
        _controls(report),
        _obligatory(report),
        _common(report),
    )


def oversight_xlsx(report: OversightReport) -> bytes:
    """The picture as a workbook."""
    return xlsx_bytes(report.title, oversight_sheets(report))


def oversight_csv(report: OversightReport) -> dict[str, bytes]:
    """The picture's tables as CSV, by the name that a file and an address take: "namnder"."""
    return {
        safe_name(sheet.name): csv_bytes(sheet.header, sheet.rows)
        for sheet in oversight_sheets(report)
    }
