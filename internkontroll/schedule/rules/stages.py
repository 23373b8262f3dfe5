"""Vad som står på tur i ett kontrolltillfälle, and how far it has come."""

from dataclasses import dataclass
from enum import StrEnum

from internkontroll.schedule.models import OccurrenceState


class Stage(StrEnum):
    """Vad som står på tur i ett kontrolltillfälle."""

    LIST_MISSING = "list-missing"
    LIST_OPEN = "list-open"
    READY_TO_DRAW = "ready-to-draw"
    SEED_MISSING = "seed-missing"
    REVIEW = "review"
    CONCLUDE = "conclude"
    RESULT_MISSING = "result-missing"
    CONCLUDE_UNSAMPLED = "conclude-unsampled"
    SIGN = "sign"
    DONE = "done"
    CLOSED = "closed"


STEPS_DONE: dict[Stage, int] = {
    Stage.LIST_MISSING: 0,
    Stage.LIST_OPEN: 0,
    Stage.READY_TO_DRAW: 1,
    Stage.SEED_MISSING: 1,
    Stage.REVIEW: 2,
    Stage.CONCLUDE: 3,
    Stage.RESULT_MISSING: 2,
    Stage.CONCLUDE_UNSAMPLED: 3,
    Stage.SIGN: 4,
    Stage.DONE: 5,
}
"""How many of the five steps (lista, dragning, granskning, slutsats, underskrift) are done."""


@dataclass(frozen=True)
class StageFacts:
    """What is known of an occurrence's list, draw and review; ``items`` are those to be judged.

    ``needs_sample`` is false for a control that looks at no items (an interview, a survey); a list
    may be drawn from all the same. ``has_result``: what it gave is recorded as a whole.
    """

    needs_sample: bool = True
    has_list: bool = False
    is_frozen: bool = False
    has_draw: bool = False
    is_drawn: bool = False
    items: int = 0
    judged: int = 0
    has_result: bool = False

    @property
    def is_sampled(self) -> bool:
        """Whether the work goes by list, draw and review, or by a recorded result."""
        return self.has_list or self.has_draw or (self.needs_sample and not self.has_result)


def stage_of(state: OccurrenceState, facts: StageFacts) -> Stage:
    """The one thing that comes next. The state decides once the tester is done.

    ``performed`` waits for a signature and ``approved`` is done, whatever the figures say; ej
    genomförd and utgången are closed.
    """
    if state in (OccurrenceState.NOT_PERFORMED, OccurrenceState.EXPIRED):
        return Stage.CLOSED
    if state is OccurrenceState.APPROVED:
        return Stage.DONE
    if state is OccurrenceState.PERFORMED:
        return Stage.SIGN
    if not facts.is_sampled:
        return Stage.CONCLUDE_UNSAMPLED if facts.has_result else Stage.RESULT_MISSING
    if facts.is_drawn:
        return Stage.CONCLUDE if facts.judged >= facts.items > 0 else Stage.REVIEW
    if facts.has_draw:
        return Stage.SEED_MISSING
    if facts.is_frozen:
        return Stage.READY_TO_DRAW
    return Stage.LIST_OPEN if facts.has_list else Stage.LIST_MISSING
