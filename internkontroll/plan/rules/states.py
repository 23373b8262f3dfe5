"""Planens lägen: which change of state is possible, and in which states what may be changed."""

from collections.abc import Mapping

from internkontroll.core.errors import InvalidTransition
from internkontroll.plan.models import PlanState

TRANSITIONS: Mapping[PlanState, frozenset[PlanState]] = {
    PlanState.DRAFT: frozenset({PlanState.PREPARED}),
    PlanState.PREPARED: frozenset({PlanState.DRAFT, PlanState.DECIDED}),
    PlanState.DECIDED: frozenset({PlanState.REPLACED, PlanState.CLOSED}),
    PlanState.REPLACED: frozenset(),
    PlanState.CLOSED: frozenset(),
}
"""Utkast -> beredd -> beslutad -> ersatt or avslutad. Nothing leads back from a decision."""

EDITABLE = frozenset({PlanState.DRAFT, PlanState.PREPARED})
"""The states in which the plan's content may be changed."""

STANDING = frozenset({PlanState.DRAFT, PlanState.PREPARED, PlanState.DECIDED})
"""The states in which somebody still works with the plan: appoints, answers questions."""

_REFUSALS: Mapping[PlanState, str] = {
    PlanState.DRAFT: "Planen är ett utkast. Granska den och registrera nämndens beslut först.",
    PlanState.PREPARED: "Planen är redan beredd. Registrera nämndens beslut.",
    PlanState.DECIDED: (
        "Planen är beslutad och kan inte ändras. En ändring kräver ett nytt beslut av nämnden."
    ),
    PlanState.REPLACED: "Planen är ersatt av en senare version. Öppna den version som gäller.",
    PlanState.CLOSED: "Planen är avslutad och kan inte ändras.",
}


def require_transition(old: PlanState, new: PlanState) -> None:
    """Refuse (InvalidTransition) a change of state that the table does not have."""
    if new not in TRANSITIONS[old]:
        raise InvalidTransition(_REFUSALS[old])


def require_editable(state: PlanState) -> None:
    """Refuse (InvalidTransition) to change the content of a plan that is decided or later."""
    if state not in EDITABLE:
        raise InvalidTransition(_REFUSALS[state])


def require_standing(state: PlanState) -> None:
    """Refuse (InvalidTransition) to work with a plan that is replaced or closed."""
    if state not in STANDING:
        raise InvalidTransition(_REFUSALS[state])
