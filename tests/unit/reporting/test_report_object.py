"""The one report object: what is in it, what stands apart, and that plain data brings it back."""

from dataclasses import replace
from datetime import date

import pytest

from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.reporting.documents import report_html
from internkontroll.reporting.models import Assessment, ReportState
from internkontroll.reporting.rules import (
    ControlRow,
    LaterKind,
    Move,
    Report,
    ShownReport,
    build_report,
    report_from_plain,
    to_plain,
)
from tests.report_facts import (
    CUT_OFF,
    POINT,
    REPORT_DECISION,
    at,
    control,
    occurrence,
    sample_facts,
)


@pytest.fixture
def report() -> Report:
    return build_report(sample_facts(), cut_off_at=CUT_OFF, until=at(5, 27))


def row(report: Report, number: int) -> ControlRow:
    return next(row for row in report.rows if row.number == number)


def test_only_what_the_point_reports_has_a_row(report: Report) -> None:
    assert [row.number for row in report.rows] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [changed.number for changed in report.others] == [9]


def test_what_the_point_does_not_report_is_named_once(report: Report) -> None:
    told = {row.number for row in report.rows} | {row.number for row in report.others}

    assert told & {row.number for row in report.unreported} == set()


def test_a_control_of_another_point_where_nothing_happened_is_told_with_its_points() -> None:
    since = replace(POINT, previous_cut_off=date(2020, 4, 25))
    report = build_report(replace(sample_facts(), point=since), cut_off_at=CUT_OFF, until=CUT_OFF)

    assert [(row.number, row.points) for row in report.unreported] == [(9, ("augusti",))]


def test_the_total_is_what_the_rows_and_the_areas_add_up_to(report: Report) -> None:
    total = report.total
    figures = (total.due, total.in_time, total.late, total.not_performed, total.missed)
    assert figures == (11, 5, 2, 2, 2)
    assert sum(area.count.due for area in report.areas) == 11
    assert sum(area.controls for area in report.areas) == len(report.rows)
    assert sum(tally.controls for tally in report.assessments) == 7, "one has no assessment yet"


def test_rows_tell_n_of_n_over_all_occasions(report: Report) -> None:
    first = row(report, 1)
    assert (first.reviewed, first.population, first.deviating) == (9, 123, 1)
    assert first.proof is None, "three draws are not one random sample"
    assert first.undone == "1 av 4 inte gjord"
    assert [line.reason for line in first.absences] == ["Sammanträdet blev för kort."]
    assert first.absences[0].where == "Individutskott 2"


def test_an_occurrence_that_kept_its_own_day_when_its_meeting_moved_was_not_moved() -> None:
    facts = sample_facts()
    first = facts.occurrences[0]
    day = first.due_on
    kept, later = (
        Move(first.scheduled_on, day, day, "Sammanträdet flyttades: Lokalen.", moment)
        for moment in (at(2, 3), at(5, 26))
    )
    own = replace(first, moves=(kept, later))
    changed = replace(facts, occurrences=[own, *facts.occurrences[1:]])
    report = build_report(changed, cut_off_at=CUT_OFF, until=at(5, 27))
    assert [line for row in report.rows for line in row.moves] == []
    assert LaterKind.MOVED not in {line.kind for line in report.later}


def test_a_conclusion_signed_after_the_cut_off_is_told_as_later(report: Report) -> None:
    assert row(report, 8).count.missed == 1
    told = [(fact.kind, fact.number, fact.recorded_on) for fact in report.later]
    assert told == [
        (LaterKind.SIGNED, 8, date(2020, 5, 25)),
        (LaterKind.FINDING, 4, date(2020, 5, 26)),
    ]


def test_a_finding_recorded_after_the_cut_off_does_not_raise_the_assessment(
    report: Report,
) -> None:
    assert row(report, 4).assessment is Assessment.MATERIAL
    assert [line.label for line in row(report, 4).findings] == ["Avvikelse 2020:2 (SCN)"]


def test_an_occurrence_recorded_after_the_cut_off_is_not_counted_but_told() -> None:
    facts = sample_facts()
    added = occurrence(99, 3, recorded_at=at(5, 25), signed=at(5, 26))
    report = build_report(
        replace(facts, occurrences=[*facts.occurrences, added]), cut_off_at=CUT_OFF, until=at(6, 1)
    )
    assert row(report, 3).count.due == 1
    assert [fact.kind for fact in report.later if fact.number == 3] == [
        LaterKind.OCCURRENCE,
        LaterKind.SIGNED,
    ]


def test_the_report_asked_for_later_as_of_its_cut_off_gives_the_same_figures() -> None:
    early = to_plain(build_report(sample_facts(), cut_off_at=CUT_OFF, until=CUT_OFF))
    late = to_plain(build_report(sample_facts(), cut_off_at=CUT_OFF, until=at(12, 31)))
    assert late.pop("later")
    assert early.pop("later") == []
    assert early == late


def test_an_assessment_by_hand_stands_with_the_rules_own_beside_it(report: Report) -> None:
    changed = row(report, 8)
    assert changed.proposed is Assessment.WITHOUT_DEVIATION
    assert changed.assessment is Assessment.MINOR
    assert changed.assessment_reason == "Tre av avstegen saknade motivering."


def test_the_board_is_told_of_at_most_three_matters_the_worst_first(report: Report) -> None:
    assert [matter.number for matter in report.matters] == [3, 7, 4]
    assert report.matters_left == 0
    assert "Ingen orsak är angiven." in report.matters[0].text
    assert "Systemet byttes ut" in report.matters[1].text
    assert report.highlight == row(report, 4).proof


def test_the_bound_stands_once_in_the_summary_and_per_row_only_in_the_bilaga(
    report: Report,
) -> None:
    page = report_html(ShownReport(report)).decode()
    before, bilaga = page.split("Bilaga: vad stickproven visar")
    assert report.highlight
    assert before.count(report.highlight) == 1
    assert bilaga.count(report.highlight) == 1
    others = [row.proof for row in report.rows if row.proof and row.proof != report.highlight]
    assert others
    assert not any(sentence in before for sentence in others)
    assert all(sentence in bilaga for sentence in others)
    pooled = row(report, 1)
    assert pooled.proof is None
    assert pooled.proof_note in bilaga


def test_a_fourth_matter_is_counted_and_a_serious_one_goes_first() -> None:
    facts = sample_facts()
    worse = [replace(f, recorded_at=at(5, 6)) for f in facts.findings]
    undone = [*facts.occurrences, occurrence(61, 6)]
    report = build_report(
        replace(facts, findings=worse, occurrences=undone), cut_off_at=CUT_OFF, until=CUT_OFF
    )
    assert [matter.number for matter in report.matters] == [4, 3, 6]
    assert report.matters_left == 1
    assert report.matters[0].heading == "Kontroll 4 har en allvarlig avvikelse."


def test_what_lies_after_the_period_or_in_another_year_is_not_counted() -> None:
    facts = sample_facts()
    outside = [
        occurrence(95, 3, scheduled=date(2020, 5, 1)),
        occurrence(96, 3, scheduled=date(2019, 12, 31), due=date(2020, 1, 2)),
    ]
    report = build_report(
        replace(facts, occurrences=[*facts.occurrences, *outside]),
        cut_off_at=CUT_OFF,
        until=CUT_OFF,
    )
    assert row(report, 3).count.due == 1


def test_other_controls_are_told_only_when_something_happened_since_the_last_point() -> None:
    facts = sample_facts()
    since = replace(POINT, previous_cut_off=date(2020, 4, 25))
    report = build_report(replace(facts, point=since), cut_off_at=CUT_OFF, until=CUT_OFF)
    assert report.others == (), "control 9 was signed before the previous cut-off"


def test_a_result_corrected_since_the_last_point_is_something_that_happened() -> None:
    facts = sample_facts()
    since = replace(POINT, previous_cut_off=date(2020, 4, 25))
    own = next(fact for fact in facts.occurrences if fact.lineage == "c9")
    assert own.verdict is not None

    def others(corrected_in_may: int) -> list[int]:
        better = replace(own.verdict, signed_at=at(5, corrected_in_may), deviating=3)
        corrected = replace(own, corrections=(better,))
        rows = [corrected if fact is own else fact for fact in facts.occurrences]
        told = replace(facts, point=since, occurrences=rows)
        report = build_report(told, cut_off_at=CUT_OFF, until=CUT_OFF)
        return [changed.number for changed in report.others]

    assert others(5) == [9]
    assert others(CUT_OFF.day + 5) == []


def test_an_occurrence_of_an_unknown_control_is_never_dropped_in_silence() -> None:
    facts = sample_facts()
    stranger = replace(occurrence(1, 3), lineage="unknown")
    with pytest.raises(ValueError, match="unknown"):
        build_report(replace(facts, occurrences=[stranger]), cut_off_at=CUT_OFF, until=CUT_OFF)


def test_the_executive_board_does_not_send_its_report_to_itself() -> None:
    facts = sample_facts()
    sent = replace(POINT, executive_on=date(2020, 6, 10))
    own = replace(sent, is_executive=True)
    for point, clauses in ((sent, 3), (own, 2)):
        report = build_report(replace(facts, point=point), cut_off_at=CUT_OFF, until=CUT_OFF)
        assert len(report.proposals) == clauses


def test_plain_data_brings_the_same_report_back() -> None:
    made = build_report(
        sample_facts(), cut_off_at=CUT_OFF, until=at(5, 29), decision=REPORT_DECISION
    )
    plain = to_plain(made)
    assert made.state is ReportState.DECIDED
    assert report_from_plain(plain) == made
    assert sha256_of(to_plain(report_from_plain(plain))) == sha256_of(plain)


def test_an_older_snapshot_without_a_newer_field_is_still_read(report: Report) -> None:
    plain = to_plain(report)
    del plain["schema"]
    assert report_from_plain(plain) == report
    del plain["rows"]
    with pytest.raises(ValueError, match="rows"):
        report_from_plain(plain)


def test_a_period_says_its_year_once(report: Report) -> None:
    assert report.period == "1 januari–30 april 2020"


def test_the_order_of_the_facts_does_not_change_the_report(report: Report) -> None:
    facts = sample_facts()
    turned = replace(facts, controls=facts.controls[::-1])
    again = build_report(turned, cut_off_at=CUT_OFF, until=at(5, 27))
    assert canonical_json(to_plain(again)) == canonical_json(to_plain(report))


def test_an_area_without_reported_controls_is_left_out() -> None:
    facts = sample_facts()
    only = replace(facts, controls=[*facts.controls, control(10, "Annat.", points=("augusti",))])
    report = build_report(only, cut_off_at=CUT_OFF, until=CUT_OFF)
    assert [area.controls for area in report.areas] == [1, 2, 5]
