"""Change a list that is not frozen: asked, locked, from the state that was read, in the trail."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.errors import Conflict, InvalidTransition
from internkontroll.sampling.models import Population, PopulationState, SamplingEvent
from internkontroll.sampling.services.guards import ask, chain_of, lock, refuse_closed
from internkontroll.trail.services import record

_UNFROZEN = (PopulationState.LOADING, PopulationState.LOADED, PopulationState.REFUSED)
_FROZEN = (
    "Listan är fryst och kan inte ändras. Läs in en ny lista och gör om dragningen om något är fel."
)


def ask_and_lock(session: Session, population: Population, actor: Actor, at: datetime) -> None:
    """Raise NotAllowed or InvalidTransition unless the actor may change the list now."""
    ask(actor, Permission.POPULATION_LOAD, [population.occurrence], at)
    lock(session, population.occurrence)
    refuse_closed(population.occurrence)
    session.refresh(population, with_for_update={"key_share": True, "of": Population})
    if population.state is PopulationState.FROZEN:
        raise InvalidTransition(_FROZEN)


def change(session: Session, population: Population, values: Mapping[str, Any]) -> None:
    """Change what is not frozen, from the state that was read. Raises Conflict if that is gone."""
    old = population.state
    session.flush()
    changed = session.scalar(
        sa.update(Population)
        .where(
            Population.id == population.id,
            Population.state == old,
            Population.state.in_(_UNFROZEN),
        )
        .values(**values)
        .returning(Population.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(population)
    if changed is None:
        raise Conflict("Någon annan hann ändra listan. Läs om sidan och se vad som gäller nu.")


def trail_list(
    session: Session,
    population: Population,
    event: SamplingEvent,
    data: Mapping[str, Any],
    *,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
) -> None:
    """One row of the trail about the list."""
    record(
        session,
        chain=chain_of(session, population.board_id),
        actor=actor,
        at=at,
        event=event,
        subject=("population", population.id),
        data=data,
        reason=reason,
    )


def bound(name: str, value: str, *, key: str, secret: bool) -> dict[str, str]:
    """A value as the trail has it: itself, or for a secret frame HMAC-SHA-256 under its key.

    With P or the seed in the open, the few possible case numbers of a small frame could be tried.
    """
    if not secret:
        return {name: value}
    digest = hmac.new(bytes.fromhex(key), value.encode("ascii"), hashlib.sha256).hexdigest()
    return {f"hmac_{name}": digest}
