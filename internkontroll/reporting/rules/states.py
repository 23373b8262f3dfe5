"""Uppföljningens lägen: which change of state is possible, and when its texts may be changed."""

from collections.abc import Mapping

from internkontroll.core.errors import InvalidTransition
from internkontroll.reporting.models import ReportState

TRANSITIONS: Mapping[ReportState, frozenset[ReportState]] = {
    ReportState.LIVE: frozenset({ReportState.APPROVED, ReportState.DECIDED}),
    ReportState.APPROVED: frozenset({ReportState.LIVE, ReportState.AMENDING, ReportState.DECIDED}),
    ReportState.AMENDING: frozenset({ReportState.LIVE, ReportState.DECIDED}),
    ReportState.DECIDED: frozenset(),
}
"""Utkast -> godkänd av förvaltningsdirektören -> beslutad. Nothing leads back from a decision.

An approved report goes back by återremiss or with a reason, and is opened for what the board itself
changed; tabled (bordlagd) it stays approved. What the board decides is recorded also where the
director has not approved: the minutes say what happened, and the X-ray tells of it.
"""

WRITABLE = frozenset({ReportState.LIVE, ReportState.AMENDING})
"""The states in which comments and assessments may be changed."""

BEFORE_BOARD = frozenset({ReportState.APPROVED, ReportState.AMENDING})
"""The states in which a proposal lies frozen before the board."""

_REFUSALS: Mapping[ReportState, str] = {
    ReportState.LIVE: "Uppföljningen är ett utkast. Den behöver godkännas först.",
    ReportState.APPROVED: (
        "Uppföljningen är godkänd och låst. Ta tillbaka den till utkast, med ett skäl, om den ska "
        "ändras före sammanträdet."
    ),
    ReportState.AMENDING: (
        "Nämndens ändringar håller på att skrivas in. Registrera beslutet när de är på plats, "
        "eller ta tillbaka uppföljningen till utkast."
    ),
    ReportState.DECIDED: (
        "Uppföljningen är beslutad och kan inte ändras. Det som tillkommer redovisas nästa gång. "
        "Är något fel rättas den genom en ny version."
    ),
}


def require_transition(old: ReportState, new: ReportState) -> None:
    """Refuse (InvalidTransition) a change of state that the table does not have."""
    if new not in TRANSITIONS[old]:
        raise InvalidTransition(_REFUSALS[old])


def require_writable(state: ReportState, *, correcting: bool) -> None:
    """Refuse (InvalidTransition) to change the texts of what is approved, or decided for good."""
    if state not in WRITABLE and not (state is ReportState.DECIDED and correcting):
        raise InvalidTransition(_REFUSALS[state])
