"""When an item deviates, and when a conclusion may be written."""

import pytest

from internkontroll.review.models import Answer
from internkontroll.review.rules import (
    ItemState,
    Judgement,
    hindrances,
    is_deviating,
    is_judged,
    is_wholly_not_applicable,
    item_state,
    standing_reason,
    tally,
)

YES = Judgement(Answer.YES)
NO = Judgement(Answer.NO)
MISSING = Judgement(Answer.EVIDENCE_MISSING)
NOT_APPLICABLE = Judgement(Answer.NOT_APPLICABLE)
EXPLAINED = Judgement(Answer.NOT_APPLICABLE, comment="Ansökan återkallades.")
OPEN = Judgement(None)
MEASURED_ONLY = Judgement(Answer.NO, counts=False)


@pytest.mark.parametrize(
    ("judgements", "deviates"),
    [
        ([YES, YES], False),
        ([YES, NO], True),
        ([YES, MISSING], True),
        ([NOT_APPLICABLE, NOT_APPLICABLE], False),
        ([YES, MEASURED_ONLY], False),
        ([MEASURED_ONLY, MISSING], True),
        ([OPEN, NO], True),
        ([OPEN, YES], False),
        ([], False),
    ],
)
def test_nej_and_missing_evidence_deviate_where_the_criterion_counts(
    judgements: list[Judgement], deviates: bool
) -> None:
    assert is_deviating(judgements) is deviates


def test_an_item_without_criteria_is_never_judged() -> None:
    assert not is_judged([])
    assert not is_wholly_not_applicable([])


@pytest.mark.parametrize(
    ("judgements", "tells_nothing"),
    [
        ([NOT_APPLICABLE], True),
        ([NOT_APPLICABLE, YES], False),
        ([NOT_APPLICABLE, OPEN], False),
        ([NOT_APPLICABLE, Judgement(Answer.YES, counts=False)], True),
        ([Judgement(Answer.NOT_APPLICABLE, counts=False)], True),
        ([Judgement(Answer.YES, counts=False)], False),
    ],
)
def test_an_item_tells_nothing_when_no_counting_criterion_applies(
    judgements: list[Judgement], tells_nothing: bool
) -> None:
    assert is_wholly_not_applicable(judgements) is tells_nothing


def test_an_item_never_both_deviates_and_tells_nothing() -> None:
    answers = [Judgement(answer, counts) for answer in Answer for counts in (True, False)]
    for first in answers:
        for second in answers:
            both = [first, second]
            assert not (is_deviating(both) and is_wholly_not_applicable(both))


def test_the_tally_counts_items_and_not_answers() -> None:
    counted = tally([[NO, NO], [YES, OPEN], [YES, YES], [NOT_APPLICABLE, EXPLAINED]])

    assert (counted.reviewed, counted.judged) == (4, 3)
    assert (counted.deviating, counted.wholly_not_applicable) == (1, 1)


def test_every_unjudged_item_hinders_the_conclusion_by_its_number() -> None:
    found = hindrances({7: [OPEN], 2: [YES, OPEN], 3: [YES, NO]})

    assert found
    assert found.unjudged == (2, 7)


def test_an_item_that_tells_nothing_hinders_until_it_has_a_reason() -> None:
    assert hindrances({1: [NOT_APPLICABLE]}).unexplained == (1,)
    assert not hindrances({1: [EXPLAINED]})
    assert standing_reason([NOT_APPLICABLE, EXPLAINED]) == "Ansökan återkallades."


@pytest.mark.parametrize(
    ("judgements", "state"),
    [
        ([OPEN, OPEN], ItemState.WAITING),
        ([YES, OPEN], ItemState.BEGUN),
        ([NO, OPEN], ItemState.DEVIATING),
        ([YES, YES], ItemState.CLEAN),
        ([NOT_APPLICABLE], ItemState.NOT_APPLICABLE),
    ],
)
def test_an_item_has_one_word_for_where_it_stands(
    judgements: list[Judgement], state: ItemState
) -> None:
    assert item_state(judgements) is state
    assert item_state(judgements, replaced=True) is ItemState.REPLACED
