"""Vad som återstår med en avvikelse, and what stands in the way of ending it: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from internkontroll.findings.models import ActionState, ClosingOutcome
from internkontroll.schedule.models import OccurrenceState

OPEN_ACTIONS = (ActionState.PLANNED, ActionState.ONGOING)
"""States in which somebody still has something to do."""

DEAD_OCCURRENCES = (OccurrenceState.NOT_PERFORMED, OccurrenceState.EXPIRED)
"""States of an occurrence that will show nothing: another retest has to be chosen."""


class Step(StrEnum):
    """Nästa steg med en avvikelse."""

    CORRECT = "correct"
    ADD_ACTION = "add_action"
    DO_ACTIONS = "do_actions"
    CHOOSE_RETEST = "choose_retest"
    AWAIT_RETEST = "await_retest"
    CLOSE = "close"
    DONE = "done"


@dataclass(frozen=True)
class ActionFacts:
    """An action as the rules need it; ``ended_on`` only for one that is done or cancelled."""

    state: ActionState
    due_on: date
    ended_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor cancelled."""
        return self.state in OPEN_ACTIONS


@dataclass(frozen=True)
class RetestFacts:
    """The chosen retest: its occurrence's state and, once it is signed, what it showed.

    ``written_on`` is the day of its conclusion; ``deviating`` of ``reviewed`` items deviated.
    """

    state: OccurrenceState
    written_on: date | None = None
    deviating: int = 0
    reviewed: int = 0

    @property
    def is_signed(self) -> bool:
        """Whether another person has signed what the retest showed."""
        return self.state is OccurrenceState.APPROVED and self.written_on is not None


@dataclass(frozen=True)
class FindingFacts:
    """Everything the rules know of a finding. ``settled``: rättad, or a reason why it cannot be."""

    closed: bool
    about_an_item: bool
    settled: bool
    actions: tuple[ActionFacts, ...] = ()
    retest: RetestFacts | None = None

    @property
    def done_on(self) -> date | None:
        """The day on which the last action was done; None while none is."""
        days = [
            action.ended_on
            for action in self.actions
            if action.state is ActionState.DONE and action.ended_on is not None
        ]
        return max(days, default=None)

    @property
    def open_actions(self) -> int:
        """How many actions are neither done nor cancelled."""
        return sum(action.is_open for action in self.actions)

    @property
    def retest_counts(self) -> bool:
        """Whether a retest is chosen that can still show something."""
        return self.retest is not None and self.retest.state not in DEAD_OCCURRENCES


def next_step(facts: FindingFacts) -> Step:
    """What comes next: the item is put right first, then the cause, then it is tested again.

    A finding about a whole control has no single item to put right.
    """
    if facts.closed:
        return Step.DONE
    if facts.about_an_item and not facts.settled:
        return Step.CORRECT
    if facts.open_actions:
        return Step.DO_ACTIONS
    if facts.done_on is None:
        return Step.ADD_ACTION
    if facts.retest is None or not facts.retest_counts:
        return Step.CHOOSE_RETEST
    if not facts.retest.is_signed:
        return Step.AWAIT_RETEST
    return Step.CLOSE if _retest_is_late_enough(facts) else Step.CHOOSE_RETEST


def _retest_is_late_enough(facts: FindingFacts) -> bool:
    retest, done_on = facts.retest, facts.done_on
    return (
        retest is not None
        and retest.written_on is not None
        and done_on is not None
        and retest.written_on >= done_on
    )


def late_days(actions: Sequence[ActionFacts], on: date) -> int:
    """How many days the most delayed open action is late; 0 if none is."""
    days = [(on - action.due_on).days for action in actions if action.is_open]
    return max([0, *days])


def earliest_due(actions: Sequence[ActionFacts]) -> date | None:
    """The day on which the first of the open actions is due."""
    return min((action.due_on for action in actions if action.is_open), default=None)


def hindrances(facts: FindingFacts, outcome: ClosingOutcome, *, reasoned: bool) -> list[str]:
    """What stands in the way of ending the finding so, as sentences; none: it may be ended.

    ``reasoned``: a reason is given. A felaktig iakttagelse has nothing to put right; what was
    begun against it must be ended all the same.
    """
    found = []
    if facts.about_an_item and not facts.settled and outcome is not ClosingOutcome.MISTAKEN:
        found.append(
            "Posten är inte rättad. Anteckna rättelsen, eller skriv varför den inte kan rättas."
        )
    if facts.open_actions:
        found.append("En åtgärd är inte klar. Genomför den, eller avbryt den med ett skäl.")
    if outcome is ClosingOutcome.RETESTED:
        found += _untested(facts, reasoned=reasoned)
    return found


def _untested(facts: FindingFacts, *, reasoned: bool) -> list[str]:
    if facts.done_on is None:
        return ["Ingen åtgärd är genomförd. Bestäm en åtgärd, eller acceptera risken."]
    if facts.retest is None or not facts.retest_counts:
        return ["Inget omtest är valt. Välj när det ska visa sig om åtgärden hjälpte."]
    if not facts.retest.is_signed:
        return ["Omtestet är inte underskrivet än. Vänta tills slutsatsen är underskriven."]
    if not _retest_is_late_enough(facts):
        return ["Omtestet gjordes innan åtgärden var klar. Välj ett senare kontrolltillfälle."]
    if facts.retest.deviating and not reasoned:
        shown = f"{facts.retest.deviating} avvikande av {facts.retest.reviewed}"
        return [
            f"Omtestet visade {shown}. Bestäm en ny åtgärd, eller skriv varför den räcker ändå."
        ]
    return []
