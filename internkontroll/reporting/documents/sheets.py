"""Uppföljningens tabeller som data: the sheets of the workbook, and the same tables as CSV."""

from internkontroll.files.csv_out import Cell, csv_bytes
from internkontroll.files.xlsx import Sheet, xlsx_bytes
from internkontroll.reporting.documents.following import told_correction
from internkontroll.reporting.documents.telling import (
    assessment_word,
    assignment_word,
    pending,
    safe_name,
    severity_word,
)
from internkontroll.reporting.rules import (
    ChangedControl,
    ClosingCount,
    ControlRow,
    Report,
    ShownReport,
    section_words,
)
from internkontroll.reporting.rules.lines import ActionLine, FindingLine
from internkontroll.reporting.words import STATES, WORDS

COUNT_HEADER = (
    "Skulle göras",
    "Gjort i tid",
    "Gjort sent",
    "Inte gjort, med orsak",
    "Inte gjort, utan orsak",
    "Gjort i förtid",
    "Ännu inte aktuellt",
    "Utgått",
)
_ITEMS_HEADER = ("Granskade", "Av så många", "Med avvikelse")


def count_cells(count: ClosingCount) -> tuple[int, ...]:
    """The figures of a count, in the order of COUNT_HEADER."""
    return (
        count.due,
        count.in_time,
        count.late,
        count.not_performed,
        count.missed,
        count.early,
        pending(count),
        count.expired,
    )


def _items(reviewed: int, population: int, deviating: int) -> tuple[int | None, ...]:
    """n, N and how many deviated; empty where nobody knows N and where nothing was reviewed."""
    if not (reviewed or population):
        return (None, None, None)
    return (reviewed, population or None, deviating)


def _summary(shown: ShownReport) -> Sheet:
    report = shown.report
    decision = report.decision
    rows: list[tuple[str, Cell]] = [
        ("Nämnd", report.board_name),
        ("Dokument", report.title),
        ("Perioden börjar", report.period_start),
        ("Perioden slutar", report.period_end),
        ("Uppgifter till och med", report.known_on),
        ("Läge", STATES[report.state].word),
        ("Version", report.version),
        ("Varför den förra rättades", report.corrected_because),
    ]
    if decision is not None:
        rows += [
            ("Beslutad av", decision.body),
            ("Beslutad den", decision.decided_on),
            ("Paragraf", section_words(decision.paragraph)),
            ("Diarienummer", decision.registry_number),
        ]
    rows += list(zip(COUNT_HEADER, count_cells(report.total), strict=True))
    rows += [
        ("Granskade poster", report.reviewed),
        ("Granskade poster med avvikelse", report.deviating),
        ("Beskrivna avvikelser", report.findings),
        ("Kontrollmoment som rapporteras", len(report.rows)),
    ]
    rows += [
        (f"Kontrollmoment med bedömningen {STATES[one.assessment].word.lower()}", one.controls)
        for one in report.assessments
    ]
    rows += [
        ("Samlad bedömning", STATES[report.overall].word if report.overall else None),
        ("Grund för bedömningen", report.grounds),
        *(("Förslag till beslut", clause) for clause in report.proposals),
        *(("Att ta ställning till", f"{one.heading} {one.text}") for one in report.matters),
        *((WORDS[one.kind], one.text) for one in report.statements),
        *((f"Inför nästa år: {WORDS[one.kind].lower()}", one.text) for one in report.advice),
        ("Rättelser och åtgärder", report.follow_up or None),
        ("Planens version", report.plan.version),
        ("Planens innehåll, SHA-256", report.plan.sha256),
        ("Uppföljningens innehåll, SHA-256", shown.sha256),
        ("Nämndens spår slutade med", report.trail_head),
        ("Så räknas kontrolltillfällen", report.count_rule),
        ("Så föreslås bedömningen", report.assessment_rule),
    ]
    return Sheet("Sammanfattning", ("Uppgift", "Värde"), tuple(rows))


def _controls(report: Report) -> Sheet:
    header = (
        "Nr", "Kontrollområde", "Kontrollmoment", "Risker", "Metod", "Utförs av", *COUNT_HEADER,
        *_ITEMS_HEADER, "Bedömning", "Regelns bedömning", "Varför ändrad", "Kommentar",
        "Varför inte gjort", "Flyttat", "Vad stickprovet visar", "Ej tillämpligt, varför",
        "Ur planen under året",
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            row.number,
            row.area,
            row.text,
            "\n".join(row.risks) or None,
            row.method or None,
            row.performed_by,
            *count_cells(row.count),
            *_items(row.reviewed, row.population, row.deviating),
            assessment_word(row.assessment, row).word,
            assessment_word(row.proposed, row).word,
            row.assessment_reason,
            row.comment or None,
            "\n".join(f"{one.scheduled_on}: {one.reason}" for one in row.absences) or None,
            "\n".join(f"{one.old_due_on} till {one.new_due_on}: {one.reason}" for one in row.moves)
            or None,
            row.proof or row.proof_note,
            row.not_applicable,
            "Ja" if row.removed else "Nej",
        )
        for row in report.rows
    )
    return Sheet("Kontrollmoment", header, rows)


def _areas(report: Report) -> Sheet:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.name, one.controls, *count_cells(one.count)) for one in report.areas
    )
    return Sheet("Områden", ("Kontrollområde", "Kontrollmoment", *COUNT_HEADER), rows)


def _action(action: ActionLine | None) -> tuple[Cell, ...]:
    if action is None:
        return (None,) * 7
    return (
        action.label,
        action.description,
        STATES[action.standing].word,
        action.due_on,
        action.moves,
        "Ja" if action.manned else "Nej",
        action.ended_on,
    )


def _finding(one: FindingLine) -> tuple[Cell, ...]:
    correction = one.correction
    return (
        one.label,
        severity_word(one.severity),
        one.description,
        one.recorded_on,
        told_correction(one).split("\n")[0],
        correction.done_on if correction else None,
    )


def _findings(report: Report) -> Sheet:
    """A row for each action, and one for a finding without any."""
    told: tuple[ControlRow | ChangedControl, ...] = (*report.rows, *report.others)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (row.number, row.area, row.text, *_finding(one), *_action(action))
        for row in told
        for one in row.findings
        for action in one.actions or (None,)
    )
    header = (
        "Nr", "Kontrollområde", "Kontrollmoment", "Avvikelse", "Allvarlighet", "Beskrivning",
        "Registrerad", "Rättelse", "Rättad den", "Åtgärd", "Vad som görs", "Åtgärdens läge",
        "Klar senast", "Flyttad, gånger", "Har ansvarig", "Avslutad den",
    )  # fmt: skip
    return Sheet("Avvikelser och åtgärder", header, rows)


def _comparisons(report: Report) -> Sheet:
    """The same kontrollmoment in the reports that this one is compared with."""
    pairs = [(report.previous, "previous"), (report.last_year, "last_year")]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            row.number,
            row.text,
            f"per {point.point} {point.year}",
            STATES[then.change].word,
            STATES[then.assessment].word if then.assessment else None,
            then.due,
            then.performed,
            then.deviating,
        )
        for row in report.rows
        for point, name in pairs
        if point is not None and (then := getattr(row, name)) is not None
    )
    header = (
        "Nr", "Kontrollmoment", "Jämfört med", "Hur det har gått", "Bedömning då",
        "Skulle göras då", "Gjort då", "Med avvikelse då",
    )  # fmt: skip
    return Sheet("Jämfört med tidigare", header, rows)


def _samples(report: Report) -> Sheet:
    """What each draw shows, one row for each: never several together."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            row.number,
            one.scheduled_on,
            one.where,
            one.reviewed,
            one.population or None,
            one.deviating,
            one.text,
        )
        for row in report.rows
        for one in row.bounds
    )
    header = ("Nr", "Dag", "Sammanträde", *_ITEMS_HEADER, "Vad stickprovet visar")
    return Sheet("Stickproven", header, rows)


def _committees(report: Report) -> Sheet:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.name, *count_cells(one.count), *_items(one.reviewed, one.population, one.deviating))
        for one in report.committees
    )
    return Sheet("Utskott", ("Utskott", *COUNT_HEADER, *_ITEMS_HEADER), rows)


def _others(report: Report) -> Sheet:
    changed = (
        (row.number, row.area, row.text, *count_cells(row.count), len(row.findings), None)
        for row in report.others
    )
    untouched = (
        (row.number, row.area, row.text, *[None] * (len(COUNT_HEADER) + 1), ", ".join(row.points))
        for row in report.unreported
    )
    header = (
        "Nr", "Kontrollområde", "Kontrollmoment", *COUNT_HEADER, "Avvikelser", "Rapporteras",
    )  # fmt: skip
    return Sheet("Övriga kontrollmoment", header, (*changed, *untouched))


def _assignments(report: Report) -> Sheet:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            one.label,
            one.text,
            one.unit,
            one.given_on,
            one.due_on,
            one.moved,
            assignment_word(one).word,
            one.report_back,
        )
        for one in report.assignments
    )
    header = (
        "Uppdrag", "Vad", "Enhet", "Givet", "Ska återrapporteras", "Flyttat, gånger", "Läge",
        "Svar",
    )  # fmt: skip
    return Sheet("Uppdrag från nämnden", header, rows)


def _later(report: Report) -> Sheet:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.recorded_on, one.number, WORDS[one.kind], one.text) for one in report.later
    )
    return Sheet("Tillkommet efter", ("Registrerat", "Nr", "Slag", "Vad"), rows)


def report_sheets(shown: ShownReport) -> tuple[Sheet, ...]:
    """Every table of the report, each figure a cell of its own, in the workbook's order."""
    report = shown.report
    return (
        _summary(shown),
        _controls(report),
        _areas(report),
        _findings(report),
        _assignments(report),
        _committees(report),
        _comparisons(report),
        _samples(report),
        _others(report),
        _later(report),
    )


def report_xlsx(shown: ShownReport) -> bytes:
    """The report as a workbook."""
    report = shown.report
    return xlsx_bytes(f"{report.title}, {report.board_name}", report_sheets(shown))


def report_csv(shown: ShownReport) -> dict[str, bytes]:
    """The report's tables as CSV, by the name that a file and an address take: "kontrollmoment"."""
    return {
        safe_name(sheet.name): csv_bytes(sheet.header, sheet.rows) for sheet in report_sheets(shown)
    }


def table_names(shown: ShownReport) -> dict[str, str]:
    """The names of the report's tables for people, by the name that an address takes."""
    return {safe_name(sheet.name): sheet.name for sheet in report_sheets(shown)}
