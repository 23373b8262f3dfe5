"""The assessment that the printed rule proposes, and what a sample is said to prove."""

from dataclasses import replace

import pytest

from internkontroll.findings.models import Severity
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.rules import (
    ClosingCount,
    Verdict,
    note_of,
    proof_of,
    proposals_for,
    propose,
    section_words,
    undone_words,
)
from tests.report_facts import at

DONE = ClosingCount(due=1, in_time=1)


def verdict(reviewed: int, population: int, deviating: int = 0, *, random: bool = True) -> Verdict:
    return Verdict(at(5, 1), reviewed, population, deviating, random)


@pytest.mark.parametrize(
    ("count", "severities", "deviating", "proposed"),
    [
        (DONE, [], 0, Assessment.WITHOUT_DEVIATION),
        (DONE, [], 2, Assessment.MINOR),
        (DONE, [Severity.MINOR], 0, Assessment.MINOR),
        (DONE, [Severity.MINOR, Severity.SERIOUS, Severity.MATERIAL], 1, Assessment.SERIOUS),
        (DONE, [Severity.MATERIAL, Severity.MINOR], 1, Assessment.MATERIAL),
        (ClosingCount(due=1, missed=1), [], 0, Assessment.NOT_PERFORMED),
        (ClosingCount(due=1, not_performed=1), [Severity.MINOR], 0, Assessment.NOT_PERFORMED),
        (ClosingCount(due=3, late=1, missed=2), [], 0, Assessment.WITHOUT_DEVIATION),
        (ClosingCount(not_yet_due=1, early=1), [], 0, Assessment.WITHOUT_DEVIATION),
        (ClosingCount(not_yet_due=1), [], 0, None),
        (ClosingCount(expired=2), [], 0, None),
    ],
)
def test_the_rule_proposes(
    count: ClosingCount, severities: list[Severity], deviating: int, proposed: Assessment | None
) -> None:
    assert propose(count, severities, deviating) is proposed


def test_a_part_not_done_is_said_in_words_beside_the_assessment() -> None:
    assert undone_words(ClosingCount(due=3, in_time=2, missed=1)) == "1 av 3 inte gjord"
    assert undone_words(ClosingCount(due=3, in_time=1, missed=1, not_performed=1)) == (
        "2 av 3 inte gjorda"
    )
    assert undone_words(DONE) is None
    assert undone_words(ClosingCount(due=2, missed=2)) is None, "the assessment says it already"


def test_one_random_draw_is_told_with_its_bound() -> None:
    assert "högst 258 av 320" in (proof_of([verdict(5, 320, 2)]) or "")


def test_several_draws_are_never_pooled_into_one_bound() -> None:
    assert proof_of([verdict(3, 40), verdict(3, 41)]) is None


def test_an_occasion_without_items_does_not_hide_the_bound_of_the_one_draw() -> None:
    assert proof_of([verdict(0, 0), verdict(5, 320, 2)]) == proof_of([verdict(5, 320, 2)])


def test_a_targeted_selection_carries_no_bound() -> None:
    assert proof_of([verdict(5, 12, random=False)]) is None


def test_a_whole_list_is_told_as_such() -> None:
    assert proof_of([verdict(12, 12, 1, random=False)]) == (
        "Alla 12 granskades: 1 av 12 har en avvikelse."
    )


def test_the_sentence_that_stands_with_the_conclusion_is_the_one_that_is_told() -> None:
    told = replace(verdict(5, 320, 2), proof="Meningen som skrevs.")
    assert proof_of([told]) == "Meningen som skrevs."
    assert note_of([told]) is None


def test_an_item_that_told_nothing_is_not_counted_as_examined() -> None:
    silent = replace(verdict(6, 320, 2), not_applicable=1)
    assert proof_of([silent]) == proof_of([verdict(5, 320, 2)])


def test_where_no_bound_is_told_it_is_said_why() -> None:
    assert "läggs inte ihop" in (note_of([verdict(3, 40), verdict(3, 41)]) or "")
    targeted = replace(verdict(5, 12, random=False), proof="Valda med avsikt.")
    assert proof_of([targeted]) is None
    assert note_of([targeted]) == "Valda med avsikt."
    assert note_of([verdict(5, 320, 2)]) is None
    assert note_of([replace(verdict(5, 320, random=False), recorded=True)]) is None
    assert note_of([]) is None


def test_a_whole_list_of_known_departures_is_a_note_and_never_a_bound() -> None:
    known = replace(verdict(12, 12, 1, random=False), proof="Bara kända avsteg.")
    assert proof_of([known]) is None
    assert note_of([known]) == "Bara kända avsteg."
    whole = replace(verdict(12, 12, 1, random=False), proof="Alla 12 granskades.", at_most=1)
    assert proof_of([whole]) == "Alla 12 granskades."
    assert note_of([whole]) is None


def test_the_proposals_name_the_executive_only_when_the_report_goes_there() -> None:
    board_only = proposals_for("april", 2020, OverallAssessment.PARTLY, to_executive=False)
    assert board_only == (
        "att godkänna uppföljningen av internkontrollplanen per april 2020",
        "att bedöma att den interna kontrollen är delvis tillräcklig",
    )
    sent_on = proposals_for("årsbokslut", 2020, None, to_executive=True)
    assert sent_on[-1] == "att överlämna uppföljningen till kommunstyrelsen"
    assert len(sent_on) == 2


def test_a_paragraph_gets_its_sign_once() -> None:
    assert section_words("87") == "§\u00a087"
    assert section_words("§ 87") == "§ 87"
