"""Carry one occurrence from state to state: one guarded change that all verbs share."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidTransition
from internkontroll.core.free_text import checked_text
from internkontroll.organisation.models import Board
from internkontroll.schedule.models import (
    NonPerformance,
    Occurrence,
    OccurrenceEvent,
    OccurrenceState,
)
from internkontroll.schedule.policy import PERMISSIONS
from internkontroll.schedule.queries import standing_non_performance
from internkontroll.schedule.rules import SKIPPABLE_STATES
from internkontroll.schedule.words import STATES
from internkontroll.trail.services import record


def chain_of(session: Session, board_id: int) -> str:
    """The board's chain in the trail."""
    return session.get_one(Board, board_id).code


def ensure_may(actor: Actor, permission: Permission, occurrence: Occurrence, at: datetime) -> None:
    """Refuse (NotAllowed) who does not hold the permission in the occurrence's committee."""
    scope = Scope(occurrence.board_id, occurrence.subcommittee_id)
    ensure(actor, permission, scope, swedish_day(at), PERMISSIONS)


def change_occurrence(
    session: Session,
    occurrence: Occurrence,
    allowed: Collection[OccurrenceState],
    new: OccurrenceState,
    *,
    event: OccurrenceEvent,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
    data: Mapping[str, Any] | None = None,
    **values: Any,
) -> Occurrence:
    """One change of state: only from the state that was read, counted, and traced.

    ``values`` are columns that change with it. Raises InvalidTransition from a state that is not
    ``allowed`` and Conflict if somebody else was faster.
    """
    old = occurrence.state
    if old not in allowed:
        raise InvalidTransition(
            f"Kontrolltillfällets läge är ”{STATES[old].word}”, och då går det här inte. "
            "Läs om sidan och se vad som gäller."
        )
    session.flush()
    moved = session.execute(
        sa.update(Occurrence)
        .where(Occurrence.id == occurrence.id, Occurrence.state == old)
        .values(state=new, row_version=Occurrence.row_version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(occurrence, ["state", "row_version", *values])
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(
            "Någon annan hann ändra kontrolltillfället. Läs om sidan och se vad som gäller nu."
        )
    record(
        session,
        chain=chain_of(session, occurrence.board_id),
        actor=actor,
        at=at,
        event=event,
        subject=("occurrence", occurrence.id),
        data={"state": {"old": old.value, "new": new.value}, **(data or {})},
        reason=reason,
    )
    return occurrence


def expire(
    session: Session, occurrence: Occurrence, reason: str, *, actor: Actor, at: datetime
) -> Occurrence:
    """Låt ett orört kontrolltillfälle utgå, for a verb that has asked for its own permission.

    Raises InvalidTransition for one that somebody has begun.
    """
    return change_occurrence(
        session,
        occurrence,
        (OccurrenceState.PLANNED,),
        OccurrenceState.EXPIRED,
        event=OccurrenceEvent.EXPIRED,
        actor=actor,
        at=at,
        reason=reason,
        expired_at=at,
        expired_reason=reason,
    )


def start_occurrence(
    session: Session, occurrence: Occurrence, *, actor: Actor, at: datetime
) -> Occurrence:
    """Påbörja ett kontrolltillfälle. One that is started already stays as it is, untraced.

    Raises NotAllowed (needs occurrence:perform in its committee) and InvalidTransition.
    """
    ensure_may(actor, Permission.OCCURRENCE_PERFORM, occurrence, at)
    return mark_started(session, occurrence, actor=actor, at=at)


def mark_started(
    session: Session, occurrence: Occurrence, *, actor: Actor, at: datetime
) -> Occurrence:
    """Note that work began, for a verb that has asked for its own permission."""
    if occurrence.state is OccurrenceState.STARTED:
        return occurrence
    return change_occurrence(
        session,
        occurrence,
        (OccurrenceState.PLANNED,),
        OccurrenceState.STARTED,
        event=OccurrenceEvent.STARTED,
        actor=actor,
        at=at,
    )


def mark_performed(
    session: Session, occurrence: Occurrence, *, actor: Actor, at: datetime
) -> Occurrence:
    """Utförd: the tester is done. The review's verb, which asks for permission, calls it."""
    return change_occurrence(
        session,
        occurrence,
        (OccurrenceState.STARTED,),
        OccurrenceState.PERFORMED,
        event=OccurrenceEvent.SUBMITTED,
        actor=actor,
        at=at,
    )


def mark_returned(
    session: Session, occurrence: Occurrence, *, actor: Actor, at: datetime, reason: str
) -> Occurrence:
    """Återsänd to the tester with a reason. The review's verb calls it."""
    return change_occurrence(
        session,
        occurrence,
        (OccurrenceState.PERFORMED,),
        OccurrenceState.STARTED,
        event=OccurrenceEvent.RETURNED,
        actor=actor,
        at=at,
        reason=reason,
    )


def mark_approved(
    session: Session, occurrence: Occurrence, *, actor: Actor, at: datetime
) -> Occurrence:
    """Godkänd: another person signed the conclusion. The review's verb calls it."""
    return change_occurrence(
        session,
        occurrence,
        (OccurrenceState.PERFORMED,),
        OccurrenceState.APPROVED,
        event=OccurrenceEvent.APPROVED,
        actor=actor,
        at=at,
    )


def record_not_performed(
    session: Session, occurrence: Occurrence, reason: str, *, actor: Actor, at: datetime
) -> NonPerformance:
    """Registrera att kontrolltillfället inte genomförs, och varför.

    Raises NotAllowed (needs occurrence:skip in its committee), InvalidInput without a reason or
    with a personnummer in it, InvalidTransition when it is performed, approved or already so.
    """
    ensure_may(actor, Permission.OCCURRENCE_SKIP, occurrence, at)
    reason = checked_text(reason, "Skriv varför kontrollen inte genomförs.")
    before = occurrence.state
    change_occurrence(
        session,
        occurrence,
        SKIPPABLE_STATES,
        OccurrenceState.NOT_PERFORMED,
        event=OccurrenceEvent.NOT_PERFORMED,
        actor=actor,
        at=at,
        reason=reason,
    )
    row = NonPerformance(
        occurrence_id=occurrence.id,
        reason=reason,
        previous_state=before,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    return row


def withdraw_not_performed(
    session: Session, occurrence: Occurrence, *, actor: Actor, at: datetime
) -> Occurrence:
    """Ta tillbaka "ej genomförd": the row keeps standing as of its days, the work can go on.

    Raises NotAllowed (needs occurrence:skip in its committee) and InvalidTransition.
    """
    ensure_may(actor, Permission.OCCURRENCE_SKIP, occurrence, at)
    row = standing_non_performance(session, occurrence.id)
    if row is None:
        raise InvalidTransition("Kontrolltillfället är inte anmält som ej genomfört. Läs om sidan.")
    change_occurrence(
        session,
        occurrence,
        (OccurrenceState.NOT_PERFORMED,),
        row.previous_state,
        event=OccurrenceEvent.RESUMED,
        actor=actor,
        at=at,
    )
    row.withdrawn_at = at
    session.flush()
    return occurrence
