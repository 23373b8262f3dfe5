"""Skillnader mellan två versioner: every figure and text that is not the same, and no other."""

from dataclasses import replace
from datetime import date

import pytest

from internkontroll.core.errors import InvalidTransition
from internkontroll.findings.models import CorrectionOutcome, Severity
from internkontroll.reporting.models import Assessment, OverallAssessment, ReportState
from internkontroll.reporting.rules import (
    ClosingCount,
    Report,
    build_report,
    report_from_plain,
    to_plain,
)
from internkontroll.reporting.rules.lines import (
    ActionLine,
    ActionStanding,
    CorrectionLine,
    FindingLine,
)
from internkontroll.reporting.rules.report import ChangedControl
from internkontroll.reporting.rules.states import require_transition, require_writable
from internkontroll.reporting.rules.versions import differences
from tests.report_facts import CUT_OFF, sample_facts

REPORT = build_report(sample_facts(), cut_off_at=CUT_OFF, until=CUT_OFF)


def test_a_report_does_not_differ_from_itself_or_from_what_is_read_back() -> None:
    assert differences(REPORT, REPORT) == ()
    assert differences(REPORT, report_from_plain(to_plain(REPORT))) == ()


def test_figures_texts_and_assessments_that_differ_are_told() -> None:
    row = REPORT.rows[1]
    count = replace(row.count, in_time=0, late=row.count.in_time + row.count.late)
    changed = replace(row, count=count, comment="Ny text.", assessment=Assessment.SERIOUS)
    new = replace(
        REPORT,
        rows=(REPORT.rows[0], changed, *REPORT.rows[2:]),
        deviating=99,
        overall=OverallAssessment.INSUFFICIENT,
    )
    found = differences(REPORT, new)
    assert {(one.number, one.what) for one in found} == {
        (None, "Med avvikelse"),
        (None, "Samlad bedömning"),
        (2, "Gjort i tid"),
        (2, "Gjort sent"),
        (2, "Bedömning"),
        (2, "Kommentar"),
    }


def test_a_kontrollmoment_that_came_or_went_is_told() -> None:
    fewer = replace(REPORT, rows=REPORT.rows[1:])
    gone = differences(REPORT, fewer)
    assert [(one.number, one.what, one.new) for one in gone] == [(1, "Kontrollmomentet", None)]
    assert [one.old for one in differences(fewer, REPORT)] == [None]


FINDING = FindingLine(
    "Avvikelse 2020:9 (SCN)",
    Severity.MINOR,
    "Beslut saknas.",
    date(2020, 4, 2),
    correction=CorrectionLine(CorrectionOutcome.CORRECTED, "Skrivet.", date(2020, 4, 3), 100),
    actions=(ActionLine("Åtgärd 1", 1, "Se över rutinen.", ActionStanding.OPEN, date(2020, 5, 1)),),
)


@pytest.mark.parametrize(
    ("finding", "told"),
    [
        (replace(FINDING, description="Beslut fattas sent."), {""}),
        (replace(FINDING, severity=Severity.SERIOUS), {": hur allvarlig"}),
        (
            replace(FINDING, correction=replace(FINDING.correction, text="Rättat.", amount=200)),
            {": rättelsen, texten", ": rättelsen, belopp i öre"},
        ),
        (
            replace(FINDING, correction=replace(FINDING.correction, done_on=date(2020, 4, 4))),
            {": rättelsen, dagen"},
        ),
        (
            replace(FINDING, actions=(replace(FINDING.actions[0], description="Utbilda."),)),
            {": åtgärd 1"},
        ),
        (
            replace(
                FINDING,
                actions=(
                    replace(
                        FINDING.actions[0],
                        standing=ActionStanding.DONE,
                        due_on=date(2020, 5, 2),
                        ended_on=date(2020, 5, 3),
                        outcome="Infört.",
                    ),
                ),
            ),
            {
                f": åtgärd 1, {what}"
                for what in ("läget", "klar senast", "avslutad", "vad den ledde till")
            },
        ),
    ],
)
@pytest.mark.parametrize("place", ["rows", "others"])
def test_what_differs_in_a_finding_is_told_by_its_label(
    finding: FindingLine, told: set[str], place: str
) -> None:
    row = REPORT.rows[1]
    changed = ChangedControl(2, row.area, row.text, row.count, (FINDING,))

    def with_finding(one: FindingLine) -> Report:
        if place == "others":
            return replace(REPORT, others=(replace(changed, findings=(one,)),))
        return replace(REPORT, rows=(replace(row, findings=(one,)), *REPORT.rows[2:]))

    found = differences(with_finding(FINDING), with_finding(finding))

    assert {(one.number, one.what) for one in found} == {
        (2, f"{FINDING.label}{what}") for what in told
    }
    assert all(one.old != one.new for one in found)


def test_a_finding_that_came_stands_with_its_kontrollmoment_with_all_that_is_told_of_it() -> None:
    row = replace(REPORT.rows[0], findings=())
    before = replace(REPORT, rows=(row, replace(REPORT.rows[1], comment="Förr.")))
    after = replace(REPORT, rows=(replace(row, findings=(FINDING,)), REPORT.rows[1]))
    found = [(one.number, one.what) for one in differences(before, after)]
    assert found[0] == (1, "Beskrivna avvikelser")
    assert (1, FINDING.label) in found
    assert found[-1] == (2, "Kommentar")


def test_what_a_revision_numbers_anew_is_held_against_itself() -> None:
    first, second, *_ = REPORT.rows
    old = replace(REPORT, rows=(first, second))
    taken_away = replace(first, removed=True)
    new = replace(REPORT, rows=(replace(second, number=1, comment="Ny text."), taken_away))
    found = differences(old, new)
    assert [(one.number, one.what, one.new) for one in found] == [(1, "Kommentar", "Ny text.")]


def test_an_old_snapshot_without_lineages_is_held_against_by_number() -> None:
    old = replace(REPORT, rows=tuple(replace(row, lineage="") for row in REPORT.rows))
    assert differences(old, REPORT) == ()


def test_a_figure_that_becomes_nought_differs() -> None:
    old = replace(REPORT, total=ClosingCount(due=1, late=1))
    new = replace(REPORT, total=ClosingCount())
    assert {(one.what, one.old, one.new) for one in differences(old, new)} == {
        ("Skulle göras", 1, 0),
        ("Gjort sent", 1, 0),
    }


LEADS = {
    (ReportState.LIVE, ReportState.APPROVED),
    (ReportState.LIVE, ReportState.DECIDED),
    (ReportState.APPROVED, ReportState.LIVE),
    (ReportState.APPROVED, ReportState.AMENDING),
    (ReportState.APPROVED, ReportState.DECIDED),
    (ReportState.AMENDING, ReportState.LIVE),
    (ReportState.AMENDING, ReportState.DECIDED),
}


@pytest.mark.parametrize("old", list(ReportState))
@pytest.mark.parametrize("new", list(ReportState))
def test_only_these_changes_of_state_are_possible(old: ReportState, new: ReportState) -> None:
    if (old, new) in LEADS:
        require_transition(old, new)
    else:
        with pytest.raises(InvalidTransition):
            require_transition(old, new)


@pytest.mark.parametrize(
    ("state", "correcting", "open_"),
    [
        (ReportState.LIVE, False, True),
        (ReportState.APPROVED, False, False),
        (ReportState.AMENDING, False, True),
        (ReportState.DECIDED, False, False),
        (ReportState.DECIDED, True, True),
    ],
)
def test_texts_are_open_in_a_draft_while_amending_and_in_a_correction(
    state: ReportState, *, correcting: bool, open_: bool
) -> None:
    if open_:
        require_writable(state, correcting=correcting)
    else:
        with pytest.raises(InvalidTransition):
            require_writable(state, correcting=correcting)
