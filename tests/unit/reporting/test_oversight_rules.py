"""Kommunstyrelsens samlade bild: who has sent, sums that close, fair to size, common patterns."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from internkontroll.findings.models import Severity
from internkontroll.organisation.models import BoardKind
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.oversight_document import oversight_document
from internkontroll.reporting.rules import ClosingCount, CountDoesNotClose, build_report
from internkontroll.reporting.rules import to_plain as report_to_plain
from internkontroll.reporting.rules.lines import ActionCount
from internkontroll.reporting.rules.oversight import (
    BoardFacts,
    BoardStanding,
    ObligatoryFact,
    ObligatoryStanding,
    OversightFacts,
    OversightReport,
    RowChoice,
    SentReport,
    SentRow,
    SummaryFacts,
    build_oversight,
    chosen_rows,
    per_ten,
    sent_report,
    severities_of,
    standing_of,
)
from internkontroll.reporting.rules.oversight import oversight_to_plain as to_plain
from internkontroll.reporting.rules.report import DecisionFacts
from tests.report_facts import CUT_OFF, REPORT_DECISION, sample_facts

ON = date(2021, 4, 1)
DUE = date(2021, 3, 16)


def row(number: int, area: str = "Ekonomi", **more: object) -> SentRow:
    """A kontrollmoment done in time with nothing found, unless something else is said."""
    made = SentRow(
        number=number,
        area=area,
        text=f"Kontroll {number}",
        count=ClosingCount(due=3, in_time=3),
        reviewed=15,
        deviating=0,
        assessment=Assessment.WITHOUT_DEVIATION,
        severities=severities_of({}),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def found(number: int, severity: Severity, area: str = "Ekonomi", times: int = 1) -> SentRow:
    return row(
        number,
        area,
        severities=severities_of({severity: times}),
        assessment=Assessment.MATERIAL,
        deviating=times,
    )


def sent(*rows: SentRow, **more: object) -> SentReport:
    decision = DecisionFacts("Nämnden", date(2021, 2, 16), "12", "X-2021-1")
    made = SentReport(1, OverallAssessment.SUFFICIENT, decision, "a" * 64, rows)
    return replace(made, **more)  # type: ignore[arg-type]


def board(code: str, report: SentReport | None = None, **more: object) -> BoardFacts:
    made = BoardFacts(
        code=code,
        name=f"Nämnden {code}",
        kind=BoardKind.BOARD,
        oversight=False,
        has_point=True,
        due_on=DUE,
        sent_on=date(2021, 2, 16) if report else None,
        report=report,
        plan_size=len(report.rows) + 2 if report else 0,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def facts(*boards: BoardFacts, **more: object) -> OversightFacts:
    made = OversightFacts(
        municipality="Exempelkommunen",
        year=2020,
        point="årsbokslut",
        boards=boards,
        obligatory=(),
        summary=SummaryFacts(),
        program_version="1",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def picture(*boards: BoardFacts, **more: object) -> OversightReport:
    return build_oversight(facts(*boards, **more), on=ON)


@pytest.mark.parametrize(
    ("facts", "on", "expected"),
    [
        (board("A"), DUE, (BoardStanding.AWAITED, 0)),
        (board("A"), date(2021, 3, 17), (BoardStanding.OVERDUE, 1)),
        (board("A", due_on=None), date(2022, 1, 1), (BoardStanding.NOT_ASKED, 0)),
        (board("A", has_point=False, due_on=None), ON, (BoardStanding.NO_POINT, 0)),
        (board("A", sent(row(1)), sent_on=DUE), ON, (BoardStanding.SENT, 0)),
        (board("A", sent(row(1)), sent_on=date(2021, 3, 20)), ON, (BoardStanding.SENT_LATE, 4)),
        (board("A", sent(row(1)), due_on=None), ON, (BoardStanding.SENT, 0)),
    ],
)
def test_nothing_is_late_without_a_day_and_the_day_itself_is_in_time(
    facts: BoardFacts, on: date, expected: tuple[BoardStanding, int]
) -> None:
    assert standing_of(facts, on) == expected


def test_the_sum_is_that_of_the_boards_and_another_is_refused() -> None:
    made = picture(
        board("A", sent(row(1), found(2, Severity.MATERIAL))),
        board("B", sent(found(1, Severity.SERIOUS, times=2))),
        board("C"),
    )

    assert made.total.count == ClosingCount(due=9, in_time=9)
    assert (made.total.sent, made.total.asked, made.total.overdue) == (2, 3, 1)
    assert made.total.plan_size == 4 + 3
    assert dict(made.total.severities) == {
        Severity.MINOR: 0,
        Severity.MATERIAL: 1,
        Severity.SERIOUS: 2,
    }
    with pytest.raises(CountDoesNotClose):
        replace(made, total=replace(made.total, reviewed=made.total.reviewed + 1))
    with pytest.raises(CountDoesNotClose):
        replace(made, boards=made.boards[:1])
    wrong = replace(made.boards[0], count=ClosingCount(due=1, missed=1))
    with pytest.raises(CountDoesNotClose):
        replace(made, boards=(wrong, *made.boards[1:]))


def test_every_figure_has_exactly_the_rows_behind_it() -> None:
    undone = row(3, count=ClosingCount(due=2, missed=1, in_time=1), assessment=None)
    made = picture(
        board("A", sent(row(1), found(2, Severity.MATERIAL, times=3), undone)),
        board("B", sent(found(1, Severity.SERIOUS), found(2, Severity.MATERIAL))),
    )
    of = {
        choice: [(line.code, one.number) for line, one in chosen_rows(made.boards, choice)]
        for choice in RowChoice
    }

    assert len(of[RowChoice.ALL]) == made.total.controls
    assert of[RowChoice.UNDONE] == [("A", 3)]
    assert of[RowChoice.MATERIAL] == [("A", 2), ("B", 2)]
    assert of[RowChoice.SERIOUS] == [("B", 1)]
    assert of[RowChoice.MINOR] == []
    assert of[RowChoice.DEVIATING] == [("A", 2), ("B", 1), ("B", 2)]
    chosen = chosen_rows(made.boards, RowChoice.MATERIAL)
    shown = sum(dict(one.severities)[Severity.MATERIAL] for _, one in chosen)
    assert shown == dict(made.total.severities)[Severity.MATERIAL] == 4


@pytest.mark.parametrize(
    ("deviations", "controls", "expected"),
    [
        (2, 15, "1.3"),
        (0, 7, "0.0"),
        (1, 24, "0.4"),
        (3, 10, "3.0"),
        (1, 8, "1.3"),
        (12, 1, "120.0"),
    ],
)
def test_per_ten_controls_is_rounded_half_up(deviations: int, controls: int, expected: str) -> None:
    assert per_ten(deviations, controls) == Decimal(expected)


def test_per_ten_of_nothing_is_nothing() -> None:
    assert per_ten(0, 0) is None


def test_an_area_is_common_where_two_boards_have_found_something_in_it() -> None:
    made = picture(
        board("A", sent(found(1, Severity.MINOR, "Finansiell kontroll"), row(2, "Oegentligheter"))),
        board(
            "B", sent(found(4, Severity.SERIOUS, " finansiell  kontroll"), row(5, "Oegentligheter"))
        ),
        board("C", sent(found(9, Severity.MINOR, "Oegentligheter"))),
    )

    assert [one.area for one in made.common] == ["Finansiell kontroll"]
    common = made.common[0]
    assert [(one.code, one.numbers) for one in common.boards] == [("A", (1,)), ("B", (4,))]
    assert (common.controls, common.findings) == (2, 2)


def test_an_obligatory_control_is_told_of_in_every_board() -> None:
    obligatory = ObligatoryFact(1, "Ekonomi", "Attest", {("A", 1): 1, ("B", 1): 2, ("D", 1): 9})
    made = picture(
        board("A", sent(found(1, Severity.MINOR))),
        board("B", sent(row(1), row(2, not_applicable=True, count=ClosingCount()))),
        board("C", sent(row(1))),
        board("D", sent(row(1))),
        board("E"),
        obligatory=(obligatory,),
    )
    line = made.obligatory[0]

    assert [answer.standing for answer in line.answers] == [
        ObligatoryStanding.REPORTED,
        ObligatoryStanding.NOT_APPLICABLE,
        ObligatoryStanding.NOT_IN_PLAN,
        ObligatoryStanding.NOT_REPORTED,
        ObligatoryStanding.NOT_SENT,
    ]
    assert (line.count.due, line.findings) == (3, 1)


def test_a_revised_plan_is_asked_by_its_own_numbers() -> None:
    obligatory = ObligatoryFact(1, "Ekonomi", "Attest", {("A", 1): 1, ("A", 2): 2})
    report = sent(row(1), found(2, Severity.MINOR), plan_version=2)
    answer = picture(board("A", report), obligatory=(obligatory,)).obligatory[0].answers[0]

    assert answer.row is not None
    assert answer.row.number == 2


def test_the_gravest_stands_first_among_what_has_to_be_considered() -> None:
    made = picture(
        board("A", sent(row(1), overall=OverallAssessment.INSUFFICIENT)),
        board("B", sent(found(1, Severity.SERIOUS))),
        board("C", due_on=date(2021, 3, 30)),
        board("D"),
    )

    assert [one.code for one in made.matters] == ["A", "B", "D"]
    assert "1 allvarlig" in made.matters[1].text
    assert "16 dagar sen och skulle ha kommit senast 16 mars 2021" in made.matters[2].text


def test_the_proposals_are_the_programs_and_then_kommunstyrelsens_own() -> None:
    summary = SummaryFacts(OverallAssessment.PARTLY, "Två är sena.", ("att se över attesten",))
    made = picture(board("A"), board("B"), board("C", sent(row(1))), summary=summary)

    assert made.proposals == (
        "att godkänna den samlade bilden av den interna kontrollen per årsbokslut 2020",
        "att bedöma att den interna kontrollen i kommunen är delvis tillräcklig",
        "att uppmana Nämnden A och Nämnden B att lämna uppföljningen",
        "att se över attesten",
    )


def test_companies_stand_after_the_boards() -> None:
    company = replace(board("A"), kind=BoardKind.COMPANY)

    assert [line.code for line in picture(company, board("C"), board("B")).boards] == [
        "B",
        "C",
        "A",
    ]


def test_a_snapshot_is_read_without_its_texts() -> None:
    made = build_report(sample_facts(), cut_off_at=CUT_OFF, until=CUT_OFF, decision=REPORT_DECISION)
    read = sent_report(report_to_plain(made), "b" * 64)

    assert [one.number for one in read.rows] == [one.number for one in made.rows]
    assert [one.count for one in read.rows] == [one.count for one in made.rows]
    assert [one.assessment for one in read.rows] == [one.assessment for one in made.rows]
    assert sum(one.findings for one in read.rows) == made.findings
    assert (read.overall, read.decision) == (made.overall, REPORT_DECISION)
    told = str(to_plain(picture(board("A", read))))
    for text in ("Beslutet saknar datum", "Sammanträdet blev för kort", "Rutinen för underlag"):
        assert text in str(report_to_plain(made))
        assert text not in told


def test_actions_are_counted_where_the_report_tells_of_them() -> None:
    plain = report_to_plain(
        build_report(sample_facts(), cut_off_at=CUT_OFF, until=CUT_OFF, decision=REPORT_DECISION)
    )
    plain["actions"] = {**plain["actions"], "total": 5, "done": 2, "cancelled": 1, "open": 2}
    plain["actions"]["late"] = 1
    read = sent_report(plain, "b" * 64)
    total = picture(board("A", read), board("B", sent(row(1)))).total

    assert read.actions == ActionCount(total=5, done=2, cancelled=1, open=2, late=1)
    assert (total.told_actions, total.actions) == (1, read.actions)
    for one in plain["rows"]:
        one["lineage"] = ""
    assert sent_report(plain, "b" * 64).actions is None


def test_the_document_tells_the_same_figures_as_the_object() -> None:
    made = picture(
        board("A", sent(row(1), found(2, Severity.MATERIAL))),
        board("B", sent(found(1, Severity.SERIOUS, times=2))),
        board("C"),
    )
    document = oversight_document(made)
    tables = {block.caption: block for block in document.blocks if hasattr(block, "caption")}
    figures = tables[
        "Rapporterade kontrollmoment av planens, gjorda kontrolltillfällen och avvikelser"
    ]

    assert figures.rows == (
        ("Nämnden A", "2 av 4", "6 av 6", "0", "1", "0", "5,0", "–"),
        ("Nämnden B", "1 av 3", "3 av 3", "2", "0", "0", "20,0", "–"),
        ("Totalt", "3 av 7", "9 av 9", "2", "1", "0", "10,0", "–"),
    )
