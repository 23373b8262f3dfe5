"""Planens lägen: which change of state is possible, and in which states what may be changed."""

from collections.abc import Mapping

from internkontroll.core.errors import InvalidTransition
from internkontroll.plan.models import PlanState

TRANSITIONS: Mapping[PlanState, frozenset[PlanState]] = {
    PlanState.DRAFT: frozenset({PlanState.PREPARED}),
    PlanState.PREPARED: frozenset({PlanState.DRAFT, PlanState.AMENDING, PlanState.DECIDED}),
    PlanState.AMENDING: frozenset({PlanState.DRAFT, PlanState.DECIDED}),
    PlanState.DECIDED: frozenset({PlanState.REPLACED, PlanState.CLOSED}),
    PlanState.REPLACED: frozenset(),
    PlanState.CLOSED: frozenset(),
}
"""Utkast -> beredd -> beslutad -> ersatt or avslutad. Nothing leads back from a decision.

A prepared plan goes back to utkast by återremiss or with a reason, and is opened for what the
board itself changed; tabled (bordlagd) it stays prepared.
"""

OPEN = frozenset({PlanState.DRAFT, PlanState.PREPARED, PlanState.AMENDING})
"""The states before the decision."""

EDITABLE = frozenset({PlanState.DRAFT, PlanState.AMENDING})
"""The states in which the plan's content may be changed."""

STANDING = OPEN | {PlanState.DECIDED}
"""The states in which somebody still works with the plan: appoints, answers questions."""

SHARED = frozenset({PlanState.DECIDED, PlanState.REPLACED, PlanState.CLOSED})
"""The states in which a plan has been decided: then other boards may copy it."""

_REFUSALS: Mapping[PlanState, str] = {
    PlanState.DRAFT: "Planen är ett utkast. Granska den och bered den för nämnden först.",
    PlanState.PREPARED: "Planen är redan beredd. Registrera vad nämnden beslutade.",
    PlanState.AMENDING: (
        "Nämndens ändringar håller på att skrivas in. Registrera beslutet när de är på plats, "
        "eller ta tillbaka planen till utkast."
    ),
    PlanState.DECIDED: (
        "Planen är beslutad och kan inte ändras. En ändring kräver ett nytt beslut av nämnden: "
        "påbörja en revision."
    ),
    PlanState.REPLACED: "Planen är ersatt av en senare version. Öppna den version som gäller.",
    PlanState.CLOSED: "Planen är avslutad och kan inte ändras.",
}

_LOCKED = (
    "Planen är beredd för nämnden och låst. Ta tillbaka den till utkast, med ett skäl, om den "
    "ska ändras före sammanträdet."
)

_ALREADY: Mapping[PlanState, str] = {
    PlanState.DECIDED: "Planen är redan beslutad. Beslutet står på planens sida.",
    PlanState.CLOSED: "Planen är redan avslutad.",
    PlanState.AMENDING: "Planen är redan öppnad för nämndens ändringar.",
}


def require_transition(old: PlanState, new: PlanState) -> None:
    """Refuse (InvalidTransition) a change of state that the table does not have."""
    if new not in TRANSITIONS[old]:
        already = _ALREADY.get(old) if new is old else None
        raise InvalidTransition(already or _REFUSALS[old])


def require_editable(state: PlanState) -> None:
    """Refuse (InvalidTransition) to change the content of a plan that is prepared or decided."""
    if state not in EDITABLE:
        raise InvalidTransition(_LOCKED if state is PlanState.PREPARED else _REFUSALS[state])


def require_standing(state: PlanState) -> None:
    """Refuse (InvalidTransition) to work with a plan that is replaced or closed."""
    if state not in STANDING:
        raise InvalidTransition(_REFUSALS[state])
