"""Bygg kommunstyrelsens samlade bild: from what the nämnder have sent to the one object."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from internkontroll.core.dates import long_date
from internkontroll.core.sorting import swedish_key
from internkontroll.findings.models import Severity
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.rules.count import ClosingCount, total
from internkontroll.reporting.rules.oversight.overview import (
    AreaBoard,
    BoardLine,
    BoardStanding,
    CommonArea,
    ObligatoryAnswer,
    ObligatoryLine,
    ObligatoryStanding,
    OversightMatter,
    OversightReport,
    total_of,
)
from internkontroll.reporting.rules.oversight.sent import (
    BoardFacts,
    ObligatoryFact,
    SentRow,
    added,
    severities_of,
)

MATTERS_SHOWN = 3
SHARED_BY = 2
"""In how many nämnder a kontrollområde must have avvikelser to be told as common."""

SUM_RULE = (
    "Bilden bygger bara på uppföljningar som nämnden har beslutat och lämnat till "
    "kommunstyrelsen. Summan är summan av dem. En nämnd som inte har lämnat något räknas som noll "
    "och står kvar i listan."
)
SIZE_RULE = (
    "Per tio kontrollmoment visar hur många avvikelser nämnden har i förhållande till hur mycket "
    "den har kontrollerat. Fler funna avvikelser kan också betyda att kontrollen är noggrannare."
)
_OVERALL_WORDS = {
    OverallAssessment.SUFFICIENT: "tillräcklig",
    OverallAssessment.PARTLY: "delvis tillräcklig",
    OverallAssessment.INSUFFICIENT: "inte tillräcklig",
}


@dataclass(frozen=True)
class SummaryFacts:
    """Det kommunstyrelsen själv har skrivit: its assessment, grounds and further att-satser."""

    overall: OverallAssessment | None = None
    grounds: str | None = None
    proposals: tuple[str, ...] = ()


@dataclass(frozen=True)
class OversightFacts:
    """Everything the picture is made of, as it was read from the database."""

    municipality: str
    year: int
    point: str
    boards: Sequence[BoardFacts]
    obligatory: Sequence[ObligatoryFact]
    summary: SummaryFacts
    program_version: str


def oversight_title(point: str, year: int) -> str:
    """Bildens namn."""
    return f"Kommunstyrelsens samlade bild av den interna kontrollen per {point} {year}"


def standing_of(facts: BoardFacts, on: date) -> tuple[BoardStanding, int]:
    """How it stands with a nämnd's report on a day, and how many days late it is or was.

    Nothing is late where no day to kommunstyrelsen is set; the day itself is in time.
    """
    if facts.sent_on is not None:
        late = max(0, (facts.sent_on - facts.due_on).days) if facts.due_on else 0
        return (BoardStanding.SENT_LATE if late else BoardStanding.SENT), late
    if not facts.has_point:
        return BoardStanding.NO_POINT, 0
    if facts.due_on is None:
        return BoardStanding.NOT_ASKED, 0
    late = max(0, (on - facts.due_on).days)
    return (BoardStanding.OVERDUE if late else BoardStanding.AWAITED), late


def _board_line(facts: BoardFacts, on: date) -> BoardLine:
    standing, late = standing_of(facts, on)
    report = facts.report
    return BoardLine(
        code=facts.code,
        name=facts.name,
        kind=facts.kind,
        standing=standing,
        due_on=facts.due_on,
        sent_on=facts.sent_on,
        days_late=late,
        report=report,
        plan_size=facts.plan_size if report else 0,
        count=report.count if report else ClosingCount(),
        controls=len(report.rows) if report else 0,
        reviewed=report.reviewed if report else 0,
        deviating=report.deviating if report else 0,
        severities=report.severities if report else severities_of({}),
        assessments=report.assessments if report else tuple((kind, 0) for kind in Assessment),
    )


def _answer(fact: ObligatoryFact, line: BoardLine) -> ObligatoryAnswer:
    def told(standing: ObligatoryStanding, row: SentRow | None = None) -> ObligatoryAnswer:
        return ObligatoryAnswer(line.code, line.name, standing, row)

    if line.report is None:
        return told(ObligatoryStanding.NOT_SENT)
    number = fact.places.get((line.code, line.report.plan_version))
    if number is None:
        return told(ObligatoryStanding.NOT_IN_PLAN)
    own = (row for row in line.rows if row.number == number and not row.removed)
    row = next(own, None)
    if row is None:
        return told(ObligatoryStanding.NOT_REPORTED)
    applies = ObligatoryStanding.REPORTED
    return told(ObligatoryStanding.NOT_APPLICABLE if row.not_applicable else applies, row)


def _obligatory_line(fact: ObligatoryFact, lines: Sequence[BoardLine]) -> ObligatoryLine:
    answers = tuple(_answer(fact, line) for line in lines)
    rows = [answer.row for answer in answers if answer.row is not None]
    return ObligatoryLine(
        number=fact.number,
        area=fact.area,
        text=fact.text,
        answers=answers,
        count=total(row.count for row in rows),
        severities=added([row.severities for row in rows]),
    )


def common_areas(lines: Sequence[BoardLine]) -> tuple[CommonArea, ...]:
    """The kontrollområden with avvikelser in two nämnder or more, the most shared first."""
    named: dict[str, str] = {}
    found: dict[str, list[AreaBoard]] = defaultdict(list)
    for line in lines:
        for area in line.report.deviating_areas if line.report else ():
            named.setdefault(area.key, area.name)
            found[area.key].append(AreaBoard(line.code, line.name, area.numbers, area.severities))
    areas = [
        CommonArea(
            area=named[key],
            boards=tuple(boards),
            controls=sum(len(board.numbers) for board in boards),
            severities=added([board.severities for board in boards]),
        )
        for key, boards in found.items()
        if len(boards) >= SHARED_BY
    ]
    return tuple(
        sorted(areas, key=lambda one: (-len(one.boards), -one.findings, swedish_key(one.area)))
    )


def _matters(
    lines: Sequence[BoardLine], common: Sequence[CommonArea]
) -> tuple[OversightMatter, ...]:
    """What kommunstyrelsen has to consider, the gravest first; at most three."""
    made = [
        OversightMatter(
            f"{line.name} bedömer att den egna kontrollen inte är tillräcklig.",
            _found_words(line),
            line.code,
        )
        for line in lines
        if line.report and line.report.overall is OverallAssessment.INSUFFICIENT
    ]
    made += [
        OversightMatter(f"{line.name} har allvarliga avvikelser.", _found_words(line), line.code)
        for line in lines
        if line.of_severity(Severity.SERIOUS)
        and line.report
        and line.report.overall is not OverallAssessment.INSUFFICIENT
    ]
    overdue = sorted(
        (line for line in lines if line.standing is BoardStanding.OVERDUE),
        key=lambda line: -line.days_late,
    )
    made += [
        OversightMatter(
            f"{line.name} har inte lämnat sin uppföljning.",
            f"Den är {late_words(line)}.",
            line.code,
        )
        for line in overdue
    ]
    made += [
        OversightMatter(
            f"Avvikelser inom {one.area} i {len(one.boards)} nämnder.",
            "Se om orsaken är gemensam: en åtgärd för alla kan vara bättre än en i varje nämnd.",
            area=one.area,
        )
        for one in common
    ]
    return tuple(made[:MATTERS_SHOWN])


def _found_words(line: BoardLine) -> str:
    told = [
        f"{number} {_SEVERITY_WORDS[severity][number > 1]}"
        for severity, number in reversed(line.severities)
        if number
    ]
    undone = line.count.undone
    missed = f" {undone} av {line.count.due} kontrolltillfällen är inte gjorda." if undone else ""
    if not told:
        return f"Inga avvikelser är beskrivna.{missed}"
    return f"Avvikelser: {', '.join(told)}.{missed}"


_SEVERITY_WORDS = {
    Severity.SERIOUS: ("allvarlig", "allvarliga"),
    Severity.MATERIAL: ("väsentlig", "väsentliga"),
    Severity.MINOR: ("mindre", "mindre"),
}


def late_words(line: BoardLine) -> str:
    """ "12 dagar sen och skulle ha kommit senast 28 februari 2021".

    Raises ValueError for one that is not late.
    """
    if line.due_on is None or not line.days_late:
        raise ValueError(f"{line.code} is not late")
    days = "1 dag" if line.days_late == 1 else f"{line.days_late} dagar"
    return f"{days} sen och skulle ha kommit senast {long_date(line.due_on)}"


def _proposals(facts: OversightFacts, lines: Sequence[BoardLine]) -> tuple[str, ...]:
    point = f"{facts.point} {facts.year}"
    clauses = [f"att godkänna den samlade bilden av den interna kontrollen per {point}"]
    if facts.summary.overall is not None:
        words = _OVERALL_WORDS[facts.summary.overall]
        clauses.append(f"att bedöma att den interna kontrollen i kommunen är {words}")
    late = [line.name for line in lines if line.standing is BoardStanding.OVERDUE]
    if late:
        names = late[0] if len(late) == 1 else f"{', '.join(late[:-1])} och {late[-1]}"
        clauses.append(f"att uppmana {names} att lämna uppföljningen")
    return (*clauses, *facts.summary.proposals)


def _known_on(facts: BoardFacts, on: date) -> BoardFacts:
    """What was sent after the day was not there to be seen."""
    if facts.sent_on is None or facts.sent_on <= on:
        return facts
    return replace(facts, sent_on=None, report=None, plan_size=0)


def build_oversight(facts: OversightFacts, *, on: date) -> OversightReport:
    """Make the picture as it stands on a day. The nämnder stand in Swedish order, companies last.

    Raises CountDoesNotClose if a count or a sum does not close.
    """
    known = (_known_on(one, on) for one in facts.boards)
    ordered = sorted(known, key=lambda one: (one.kind.value == "company", swedish_key(one.name)))
    lines = tuple(_board_line(one, on) for one in ordered)
    common = common_areas(lines)
    return OversightReport(
        title=oversight_title(facts.point, facts.year),
        municipality=facts.municipality,
        year=facts.year,
        point=facts.point,
        known_on=on,
        boards=lines,
        total=total_of(lines),
        obligatory=tuple(_obligatory_line(one, lines) for one in facts.obligatory),
        common=common,
        matters=_matters(lines, common),
        overall=facts.summary.overall,
        grounds=facts.summary.grounds,
        proposals=_proposals(facts, lines),
        sum_rule=SUM_RULE,
        size_rule=SIZE_RULE,
        program_version=facts.program_version,
    )
