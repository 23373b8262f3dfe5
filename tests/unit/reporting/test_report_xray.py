"""Röntgen: what a report is reminded of, and what it leaves alone."""

from dataclasses import replace
from datetime import date

import pytest

from internkontroll.findings.models import Severity
from internkontroll.reporting.models import OverallAssessment
from internkontroll.reporting.rules import Report, build_report
from internkontroll.reporting.rules.report import FindingLine
from internkontroll.reporting.rules.xray import (
    OpenFinding,
    UnprovenFact,
    XrayFacts,
    XrayKind,
    XrayLine,
    xray_report,
)
from tests.report_facts import CUT_OFF, sample_facts

NOTHING = XrayFacts((), (), (), (("ANN", "Nämnden för annat"),), (), is_approved=True)


def clean() -> Report:
    """A report that nothing is wrong with."""
    made = build_report(sample_facts(), cut_off_at=CUT_OFF, until=CUT_OFF)
    rows = tuple(
        replace(row, comment="Rutinen ses över.", assessment_reason=None) for row in made.rows
    )
    return replace(made, rows=rows, overall=OverallAssessment.PARTLY, grounds="Två är inte gjorda.")


def with_comment(text: str) -> tuple[XrayLine, ...]:
    report = clean()
    rows = (replace(report.rows[0], comment=text), *report.rows[1:])
    return xray_report(replace(report, rows=rows), NOTHING)


def test_nothing_is_said_of_a_report_that_lacks_nothing() -> None:
    assert xray_report(clean(), NOTHING) == ()


def test_what_lacks_is_told_the_whole_first_and_then_by_number() -> None:
    report = replace(clean(), overall=None, grounds=None)
    facts = replace(
        NOTHING,
        unappointed=(4, 2),
        unproven=(UnprovenFact(7, 2, date(2020, 4, 30)),),
        unanswered=(OpenFinding(9, 4, "Avvikelse 2020:1 (SCN)"),),
        unconfirmed=(3,),
        is_approved=False,
    )
    lines = xray_report(report, facts)
    assert [(line.kind, line.number, line.subject_id) for line in lines] == [
        (XrayKind.NOT_APPROVED, None, None),
        (XrayKind.NO_OVERALL, None, None),
        (XrayKind.NO_RESPONSIBLE, 2, None),
        (XrayKind.NO_EVIDENCE, 2, 7),
        (XrayKind.FIGURES, 3, None),
        (XrayKind.NO_RESPONSIBLE, 4, None),
        (XrayKind.NO_ACTION, 4, 9),
    ]


def test_deviations_without_a_comment_are_told() -> None:
    report = clean()
    finding = FindingLine("Avvikelse 2020:9 (SCN)", Severity.MINOR, "En brist.", date(2020, 5, 1))
    empty = replace(report.rows[0], comment="", deviating=0, findings=())
    for row, told in (
        (empty, []),
        (replace(empty, deviating=1), [XrayKind.NO_COMMENT]),
        (replace(empty, findings=(finding,)), [XrayKind.NO_COMMENT]),
    ):
        lines = xray_report(replace(report, rows=(row,)), NOTHING)
        assert [line.kind for line in lines] == told


def test_a_row_that_a_revision_took_away_is_not_mixed_up_with_its_namesake() -> None:
    report = clean()
    gone = replace(report.rows[0], removed=True, deviating=1, comment="")
    written = replace(gone, comment="Jämfört med 2019, som hos ANN.")
    for row, kinds in (
        (gone, [XrayKind.NO_COMMENT]),
        (written, [XrayKind.OTHER_BOARD, XrayKind.WRONG_YEAR]),
    ):
        lines = xray_report(replace(report, rows=(*report.rows, row)), NOTHING)
        assert [(line.kind, line.number, line.removed) for line in lines] == [
            (kind, row.number, True) for kind in kinds
        ]
        assert all("borttaget ur planen" in line.sentence for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "Nämnden för annat gör likadant.",
        "NÄMNDEN FÖR ANNAT gör likadant.",
        "Som hos ANN.",
    ],
)
def test_another_boards_name_is_told(text: str) -> None:
    lines = with_comment(text)
    assert [line.kind for line in lines] == [XrayKind.OTHER_BOARD]
    assert text.rstrip(".") in lines[0].sentence


@pytest.mark.parametrize("text", ["Annat gäller.", "Ann-Marie", "ann", "ANNAN", "Socialnämnden"])
def test_a_word_that_only_looks_like_a_board_is_none(text: str) -> None:
    found = [line.kind for line in with_comment(text)]
    assert found == ([XrayKind.OTHER_BOARD] if text == "ANN-" else [])


def test_the_boards_own_longer_name_is_not_another_board() -> None:
    facts = replace(NOTHING, others=(("XX", "Nämnden"),))
    report = replace(clean(), board_name="Nämnden för stöd", grounds="Nämnden för stöd är nöjd.")
    assert xray_report(report, facts) == ()


@pytest.mark.parametrize("text", ["Jämfört med 2019.", "Den 2018-05-04 ändrades den.", "(2007)"])
def test_another_year_is_told_with_its_words(text: str) -> None:
    lines = with_comment(text)
    assert [line.kind for line in lines] == [XrayKind.WRONG_YEAR]
    assert "Uppföljningen gäller 2020" in lines[0].sentence


@pytest.mark.parametrize(
    "text",
    [
        "Under 2020 och nästa år 2021.",
        "Beslutet SCN-2019-0598 gäller.",
        "Beslutet 29206/2014 gäller.",
        "Beloppet 12019 kronor och 2 019 poster.",
        "Den 2020-05-04.",
    ],
)
def test_the_reports_own_year_and_diarienummer_are_left_alone(text: str) -> None:
    assert with_comment(text) == ()
