"""Gallra beteckningarna: the rows go, the figures stay."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.errors import Conflict
from internkontroll.sampling.models import (
    Draw,
    Population,
    PopulationState,
    SampleItem,
    SamplingEvent,
)
from internkontroll.sampling.queries import occurrences_of_list, why_not_purged
from internkontroll.sampling.services.changing import trail_list
from internkontroll.sampling.services.contents import remove_rows
from internkontroll.sampling.services.guards import ask, checked_reason, lock

DECISION_MISSING = "Skriv beslutet: organ, datum, paragraf och diarienummer."
NO_KEY = ""
"""What a destroyed key leaves."""


def purge_references(
    session: Session, population: Population, *, decision: str, actor: Actor, at: datetime
) -> Population:
    """Gallra beteckningarna i en lista: its rows, the references drawn and the keys are destroyed.

    N, the sums, P, row numbers, hits and results stay. What was drawn verifies after this only
    against a population file that somebody still has. ``decision`` tells by which decision.

    Raises NotAllowed (needs population:purge for every kontrolltillfälle that drew from the list),
    InvalidTransition for a list that is not frozen or is purged already, while a kontrolltillfälle
    is under way and before the last follow-up of the year is decided, and InvalidInput (field
    "decision") without a decision.
    """
    occurrences = occurrences_of_list(session, population)
    ask(actor, Permission.POPULATION_PURGE, occurrences, at)
    for occurrence in occurrences:
        lock(session, occurrence)
    session.refresh(population)
    if (too_early := why_not_purged(session, population)) is not None:
        raise too_early
    board = population.board_id
    said = checked_reason(session, board, decision, DECISION_MISSING, "decision")
    _mark(session, population, said, actor, at)
    remove_rows(session, population.id)
    _destroy_references(session, population.id)
    session.expire_all()
    trail_list(
        session,
        population,
        SamplingEvent.POPULATION_PURGED,
        {"rows": {"old": population.size, "new": 0}},
        actor=actor,
        at=at,
        reason=said,
    )
    return population


def _mark(
    session: Session, population: Population, decision: str, actor: Actor, at: datetime
) -> None:
    purged = session.scalar(
        sa.update(Population)
        .where(
            Population.id == population.id,
            Population.state == PopulationState.FROZEN,
            Population.purged_at.is_(None),
        )
        .values(
            purged_at=at,
            purged_by_id=actor.user_id,
            purge_decision=decision,
            seal_key=NO_KEY,
        )
        .returning(Population.id)
        .execution_options(synchronize_session=False)
    )
    if purged is None:
        raise Conflict("Någon annan hann gallra listan. Läs om sidan.")


def _destroy_references(session: Session, population_id: int) -> None:
    draws = sa.select(Draw.id).where(Draw.population_id == population_id)
    session.execute(
        sa.update(SampleItem)
        .where(SampleItem.draw_id.in_(draws))
        .values(reference=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.update(Draw)
        .where(Draw.population_id == population_id)
        .values(seal_key=NO_KEY)
        .execution_options(synchronize_session=False)
    )
