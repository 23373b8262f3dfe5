"""What comes next with a finding, told from plain facts."""

from datetime import date, timedelta

import pytest

from internkontroll.findings.models import ActionState, ClosingOutcome
from internkontroll.findings.rules import (
    ActionFacts,
    FindingFacts,
    RetestFacts,
    Step,
    earliest_due,
    hindrances,
    late_days,
    next_step,
)
from internkontroll.findings.words import moved_words
from internkontroll.schedule.models import OccurrenceState

DAY = date(2020, 5, 1)
DONE = ActionFacts(ActionState.DONE, DAY, DAY)
OPEN = ActionFacts(ActionState.ONGOING, DAY)
CANCELLED = ActionFacts(ActionState.CANCELLED, DAY, DAY)
SIGNED = RetestFacts(OccurrenceState.APPROVED, DAY, 0, 5)
WAITING = RetestFacts(OccurrenceState.PERFORMED)
EARLY = RetestFacts(OccurrenceState.APPROVED, DAY - timedelta(days=1), 0, 5)
DEAD = RetestFacts(OccurrenceState.EXPIRED)


def facts(
    *actions: ActionFacts, retest: RetestFacts | None = None, settled: bool = True
) -> FindingFacts:
    return FindingFacts(
        closed=False, about_an_item=True, settled=settled, actions=actions, retest=retest
    )


@pytest.mark.parametrize(
    ("given", "step"),
    [
        (facts(settled=False), Step.CORRECT),
        (facts(DONE, retest=SIGNED, settled=False), Step.CORRECT),
        (FindingFacts(closed=False, about_an_item=False, settled=False), Step.ADD_ACTION),
        (facts(), Step.ADD_ACTION),
        (facts(CANCELLED), Step.ADD_ACTION),
        (facts(DONE, OPEN), Step.DO_ACTIONS),
        (facts(DONE), Step.CHOOSE_RETEST),
        (facts(DONE, retest=DEAD), Step.CHOOSE_RETEST),
        (facts(DONE, retest=EARLY), Step.CHOOSE_RETEST),
        (facts(DONE, retest=WAITING), Step.AWAIT_RETEST),
        (facts(DONE, retest=SIGNED), Step.CLOSE),
        (FindingFacts(closed=True, about_an_item=True, settled=False), Step.DONE),
    ],
)
def test_the_next_step(given: FindingFacts, step: Step) -> None:
    assert next_step(given) is step


@pytest.mark.parametrize("reasoned", [True, False])
def test_what_can_be_ended_as_retested_is_what_has_that_as_its_next_step(reasoned: bool) -> None:
    for given in (
        facts(DONE),
        facts(DONE, OPEN, retest=SIGNED),
        facts(DONE, retest=EARLY),
        facts(DONE, retest=WAITING),
        facts(DONE, retest=SIGNED),
        facts(DONE, retest=SIGNED, settled=False),
        facts(retest=SIGNED),
    ):
        free = not hindrances(given, ClosingOutcome.RETESTED, reasoned=reasoned)
        assert free is (next_step(given) is Step.CLOSE)


def test_lateness_counts_open_actions_only() -> None:
    late = ActionFacts(ActionState.PLANNED, DAY - timedelta(days=12))
    assert late_days([DONE, CANCELLED, OPEN, late], DAY) == 12
    assert late_days([OPEN], DAY) == 0
    assert late_days([OPEN], DAY - timedelta(days=3)) == 0
    assert late_days([], DAY) == 0
    assert earliest_due([DONE, OPEN, late]) == late.due_on
    assert earliest_due([DONE]) is None


def test_moves_are_told_in_words() -> None:
    assert [moved_words(times) for times in (0, 1, 3)] == [
        None,
        "flyttad 1 gång",
        "flyttad 3 gånger",
    ]
