"""What the report tells of each kontrollmoment beside its count: draws, åtgärder, comparisons."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from internkontroll.core.canonical import canonical_json
from internkontroll.findings.models import ActionState, CorrectionOutcome
from internkontroll.reporting.documents import report_html, report_pdf
from internkontroll.reporting.models import Assessment
from internkontroll.reporting.rules import (
    COMPARISON_RULE,
    Absence,
    ActionFact,
    Change,
    ClosingCount,
    ControlRow,
    CorrectionFact,
    EarlierReport,
    OccurrenceFact,
    Outcome,
    Report,
    ReportFacts,
    RiskCount,
    ShownReport,
    YearOutcome,
    build_report,
    change_between,
    earlier_report,
    report_from_plain,
    to_plain,
    total,
)
from tests.pdf_text import pdf_text
from tests.report_facts import CUT_OFF, at, occurrence, sample_facts

LABEL = "Avvikelse 2020:2 (SCN)"


def earlier(**assessments: Assessment | None) -> EarlierReport:
    """April's own report as if the board had decided it in October, with other assessments."""
    content = to_plain(build_report(sample_facts(), cut_off_at=CUT_OFF, until=CUT_OFF))
    content |= {"point": "augusti", "year": 2019}
    for row in content["rows"]:
        if row["lineage"] in assessments:
            then = assessments[row["lineage"]]
            row["assessment"] = then.value if then else None
    return earlier_report(content, date(2019, 10, 1))


def whole() -> ReportFacts:
    """The sample with åtgärder, a rättelse, an extra control and an earlier report."""
    facts = sample_facts()
    action = ActionFact(
        "c4", LABEL, 1, "Skriv om rutinen.", ActionState.PLANNED, date(2020, 6, 1), at(5, 7)
    )
    late = replace(action, number=2, due_on=date(2020, 5, 12), manned=False)
    unknown = replace(action, number=3, recorded_at=at(5, 26))
    correction = CorrectionFact(
        CorrectionOutcome.CORRECTED, "Återbetalt.", date(2020, 5, 12), at(5, 12), 805567
    )
    findings = [
        replace(row, about_item=True, corrections=(correction,)) if row.label == LABEL else row
        for row in facts.findings
    ]
    occurrences = [
        replace(row, wanted_because="Revisorn frågade.") if row.occurrence_id == 50 else row
        for row in facts.occurrences
    ]
    return replace(
        facts,
        findings=findings,
        actions=[action, late, unknown],
        occurrences=occurrences,
        history={"c4": [YearOutcome(2019, 3, 1, 0, 0)]},
        previous=earlier(c4=Assessment.MINOR, c5=Assessment.MINOR, c7=Assessment.MINOR, c2=None),
    )


@pytest.fixture(scope="module")
def report() -> Report:
    return build_report(whole(), cut_off_at=CUT_OFF, until=at(5, 27))


def row(report: Report, number: int) -> ControlRow:
    return next(row for row in report.rows if row.number == number)


def test_each_draw_has_its_own_bound_and_they_are_never_pooled(report: Report) -> None:
    first = row(report, 1)
    told = [(one.scheduled_on.month, one.where, one.reviewed, one.is_bound) for one in first.bounds]
    assert told == [(month, "Individutskott 1", 3, True) for month in (1, 2, 3)]
    assert len({one.text for one in first.bounds}) == 3
    assert first.proof is None
    single = row(report, 2)
    assert [one.text for one in single.bounds] == [single.proof]


def test_a_draw_that_proves_nothing_says_why(report: Report) -> None:
    targeted = row(report, 8).bounds
    assert [one.is_bound for one in targeted] == [False] * len(targeted)


def test_a_finding_carries_its_correction_and_actions_as_known(report: Report) -> None:
    finding = next(one for one in row(report, 4).findings if one.label == LABEL)
    assert finding.correction is not None
    assert (finding.correction.text, finding.correction.amount) == ("Återbetalt.", 805567)
    assert [(one.number, one.standing.value) for one in finding.actions] == [
        (1, "ongoing"),
        (2, "late"),
    ]
    assert row(report, 4).actions == finding.actions
    assert (report.actions.total, report.actions.late, report.actions.unmanned) == (2, 1, 1)
    assert report.follow_up == (
        "Den enskilda posten är rättad. Av två åtgärder är en försenad och en på väg."
    )


def test_an_extra_control_is_told_with_its_reason_and_outcome(report: Report) -> None:
    (extra,) = row(report, 5).extras
    assert (extra.reason, extra.outcome) == ("Revisorn frågade.", Outcome.LATE)
    assert row(report, 2).extras == ()


def test_each_row_stands_beside_the_earlier_report(report: Report) -> None:
    changes = {one.number: one.previous.change for one in report.rows if one.previous}
    assert changes == {
        1: Change.SAME,
        2: Change.NEW,
        3: Change.SAME,
        4: Change.WORSE,
        5: Change.BETTER,
        7: Change.WORSE,
        8: Change.SAME,
    }
    assert row(report, 6).previous is None, "it has no assessment now"
    assert report.comparison_rule == COMPARISON_RULE
    assert build_report(sample_facts(), cut_off_at=CUT_OFF, until=CUT_OFF).comparison_rule == ""


@pytest.mark.parametrize(
    ("then", "now", "change"),
    [
        (None, None, None),
        (Assessment.MINOR, None, None),
        (None, Assessment.MINOR, Change.NEW),
        (Assessment.NOT_PERFORMED, Assessment.SERIOUS, Change.NEW),
        (Assessment.NOT_PERFORMED, Assessment.NOT_PERFORMED, Change.SAME),
        (Assessment.SERIOUS, Assessment.NOT_PERFORMED, Change.WORSE),
        (None, Assessment.NOT_PERFORMED, Change.NEW),
        (Assessment.MINOR, Assessment.MATERIAL, Change.WORSE),
        (Assessment.SERIOUS, Assessment.WITHOUT_DEVIATION, Change.BETTER),
        (Assessment.MATERIAL, Assessment.MATERIAL, Change.SAME),
    ],
)
def test_a_change_is_new_worse_same_or_better(
    then: Assessment | None, now: Assessment | None, change: Change | None
) -> None:
    assert change_between(then, now) is change


def test_a_report_from_before_lineages_is_compared_by_the_words() -> None:
    content = to_plain(build_report(sample_facts(), cut_off_at=CUT_OFF, until=CUT_OFF))
    for one in content["rows"]:
        del one["lineage"]
    old = earlier_report(content, date(2019, 10, 1))
    made = build_report(replace(whole(), previous=old), cut_off_at=CUT_OFF, until=CUT_OFF)
    assert row(made, 5).previous is not None
    assert row(made, 5).previous.change is Change.SAME  # type: ignore[union-attr]


def test_plain_data_brings_the_whole_report_back(report: Report) -> None:
    assert report_from_plain(json.loads(canonical_json(to_plain(report)))) == report


def test_a_report_decided_before_these_were_kept_is_still_read(report: Report) -> None:
    content = to_plain(report)
    for name in ("statements", "advice", "risks", "actions", "corrections", "earlier_actions"):
        del content[name]
    for name in ("previous", "last_year", "comparison_rule", "follow_up"):
        del content[name]
    for one in content["rows"]:
        for name in ("lineage", "bounds", "extras", "previous", "last_year", "history"):
            del one[name]
        for finding in one["findings"]:
            for name in ("about_item", "correction", "actions"):
                del finding[name]
    old = report_from_plain(json.loads(canonical_json(content)))
    assert not old.tells_follow_up
    assert old.risks == RiskCount()
    html = report_html(ShownReport(old)).decode()
    assert "Rättelser och åtgärder" not in html
    assert "Ingen åtgärd" not in html


def test_the_documents_tell_all_of_it(report: Report) -> None:
    pages = (report_html(ShownReport(report)).decode(), pdf_text(report_pdf(ShownReport(report))))
    for text in (" ".join(page.split()) for page in pages):
        for told in (
            report.statements[0].text,
            "Rättelser och åtgärder",
            report.follow_up,
            "Utan ansvarig",
            "Jämfört med tidigare",
            "Mot augusti 2019",
            "Försämrad",
            "Inför nästa års plan",
            "Revisorn frågade.",
            row(report, 1).bounds[1].text,
        ):
            assert " ".join(told.split()) in text, told


kinds = st.sampled_from(["in_time", "late", "absent", "missed", "early", "waits", "expired"])


def fact(ident: int, number: int, kind: str) -> OccurrenceFact:
    due = date(2020, 6, 15) if kind in ("early", "waits") else date(2020, 5, 7)
    signed = {"in_time": at(5, 4), "late": at(5, 12), "early": at(5, 4)}.get(kind)
    made = occurrence(ident, number, due=due, signed=signed, deviating=ident % 2)
    if kind == "absent":
        made = replace(made, absences=(Absence("Byte av system.", at(5, 6), None),))
    if kind == "expired":
        made = replace(made, expired_at=at(2, 1), expired_reason="Inställt.")
    return replace(made, where=f"Utskott {ident % 3}")


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(1, 8), kinds), max_size=30),
    states=st.lists(st.sampled_from(ActionState), max_size=8),
)
def test_the_count_closes_at_every_level(
    rows: list[tuple[int, str]], states: list[ActionState]
) -> None:
    facts = sample_facts()
    ended = {ActionState.DONE, ActionState.CANCELLED}
    actions = [
        ActionFact(
            "c4",
            LABEL,
            number,
            "Gör om.",
            state,
            date(2020, 5, 10) + timedelta(days=number * 3),
            at(5, 7),
            ended_on=date(2020, 5, 14) if state in ended else None,
            ended_at=at(5, 14 + number) if state in ended else None,
        )
        for number, state in enumerate(states, start=1)
    ]
    own = [fact(100 + place, number, kind) for place, (number, kind) in enumerate(rows)]
    made = build_report(
        replace(facts, occurrences=own, findings=facts.findings, actions=actions),
        cut_off_at=CUT_OFF,
        until=at(6, 1),
    )
    by_area = total(area.count for area in made.areas)
    by_row = total(one.count for one in made.rows)
    by_committee = total(line.count for line in made.committees)
    assert made.total == by_area == by_row == by_committee
    assert made.total == _by_hand([kind for _, kind in rows])
    assert sum(one.controls for one in made.assessments) == sum(
        one.assessment is not None for one in made.rows
    )
    assert made.reviewed == sum(line.reviewed for line in made.committees)
    assert made.deviating == sum(one.deviating for row in made.rows for one in row.bounds)
    assert made.actions.total == sum(len(one.actions) for one in made.rows)
    assert made.risks.total == len({risk for one in facts.controls for risk in one.risks})


def _by_hand(kinds: list[str]) -> ClosingCount:
    return ClosingCount(
        due=sum(kinds.count(kind) for kind in ("in_time", "late", "absent", "missed")),
        in_time=kinds.count("in_time"),
        late=kinds.count("late"),
        not_performed=kinds.count("absent"),
        missed=kinds.count("missed"),
        not_yet_due=kinds.count("early") + kinds.count("waits"),
        early=kinds.count("early"),
        expired=kinds.count("expired"),
    )
