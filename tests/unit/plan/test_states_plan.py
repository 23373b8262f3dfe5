"""Planens lägen."""

import pytest

from internkontroll.core.errors import InvalidTransition
from internkontroll.plan.models import PlanState
from internkontroll.plan.rules.states import (
    TRANSITIONS,
    require_editable,
    require_standing,
    require_transition,
)
from internkontroll.plan.words import STATES
from tests.passing import passes


def test_nothing_leads_back_from_a_decision() -> None:
    later = {PlanState.DECIDED, PlanState.REPLACED, PlanState.CLOSED}
    for state in later:
        assert TRANSITIONS[state] <= later


@pytest.mark.parametrize("old", PlanState)
@pytest.mark.parametrize("new", PlanState)
def test_only_the_table_s_changes_pass(old: PlanState, new: PlanState) -> None:
    allowed = {
        ("draft", "prepared"),
        ("prepared", "draft"),
        ("prepared", "amending"),
        ("prepared", "decided"),
        ("amending", "draft"),
        ("amending", "decided"),
        ("decided", "replaced"),
        ("decided", "closed"),
    }
    if (old.value, new.value) in allowed:
        assert passes(require_transition, old, new)
    else:
        with pytest.raises(InvalidTransition, match=r"[a-zåäö]\.$"):
            require_transition(old, new)


@pytest.mark.parametrize(
    "state", [PlanState.PREPARED, PlanState.DECIDED, PlanState.REPLACED, PlanState.CLOSED]
)
def test_a_prepared_or_decided_plan_is_not_editable(state: PlanState) -> None:
    with pytest.raises(InvalidTransition):
        require_editable(state)


def test_a_draft_and_what_the_board_changes_are_editable() -> None:
    editable = {state for state in PlanState if passes(require_editable, state)}
    assert editable == {PlanState.DRAFT, PlanState.AMENDING}


def test_a_decided_plan_decided_again_is_told_that_it_is() -> None:
    with pytest.raises(InvalidTransition, match="redan beslutad"):
        require_transition(PlanState.DECIDED, PlanState.DECIDED)


def test_one_still_works_with_a_decided_plan_but_not_with_a_replaced_one() -> None:
    assert passes(require_standing, PlanState.DECIDED)
    with pytest.raises(InvalidTransition, match="ersatt"):
        require_standing(PlanState.REPLACED)


def test_every_state_has_a_word() -> None:
    assert set(PlanState) <= set(STATES)
