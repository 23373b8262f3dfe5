"""Öppna en underskriven slutsats för rättelse, and close it again where nothing was corrected."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.accounts.queries import grants_of
from internkontroll.core.access import Actor, can
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.text import clean_text
from internkontroll.review import policy
from internkontroll.review.models import Basis, Conclusion, Reopening, ReviewEvent
from internkontroll.review.queries import (
    corrected_since,
    standing_conclusion,
    standing_reopening,
    testers_of,
)
from internkontroll.review.services.guards import (
    TEXT_MAX,
    chain_of,
    check_free_text,
    ensure_signer,
    locked_state,
    permission_to_sign,
    scope_of,
)
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.services import record


def may_reopen(
    session: Session, occurrence: Occurrence, conclusion: Conclusion, *, actor: Actor, at: datetime
) -> bool:
    """Whether the actor signed it; or may sign, had no part in it, and the signer no longer may."""
    if actor.user_id is None or conclusion.signed_by_id is None:
        return False
    if actor.user_id == conclusion.signed_by_id:
        return True
    signer = session.get_one(User, conclusion.signed_by_id)
    still = Actor(signer.id, signer.title, grants_of(session, signer.id))
    signs = can(
        still,
        permission_to_sign(occurrence),
        scope_of(occurrence),
        swedish_day(at),
        policy.PERMISSIONS,
    )
    gone = not (signer.is_active and signs)
    return gone and actor.user_id not in testers_of(session, occurrence.id)


def reopen_conclusion(
    session: Session, occurrence: Occurrence, reason: str, *, actor: Actor, at: datetime
) -> Reopening:
    """Öppna en underskriven slutsats for a correction of its answers, with a reason.

    The signed conclusion and every report that counted it stand as they are. Raises NotAllowed for
    anybody but the one who signed (or, when that person no longer may sign, another signer),
    InvalidInput without a reason, InvalidTransition and Conflict.
    """
    ensure_signer(actor, occurrence, at)
    state = locked_state(session, occurrence)
    conclusion = standing_conclusion(session, occurrence.id)
    if state is not OccurrenceState.APPROVED or conclusion is None or not conclusion.signed_at:
        raise InvalidTransition("Det finns ingen underskriven slutsats att öppna. Läs om sidan.")
    if conclusion.basis is Basis.RESULT:
        raise InvalidTransition("Ett registrerat resultat rättas direkt, utan att öppnas.")
    if actor.user_id is None or not may_reopen(session, occurrence, conclusion, actor=actor, at=at):
        raise NotAllowed("Den som skrev under slutsatsen öppnar den för rättelse.")
    reason = clean_text(reason)
    if not reason:
        raise InvalidInput("Skriv vad som är fel i svaren.", field="reason")
    check_free_text(session, occurrence, reason, most=TEXT_MAX, field="reason")
    reopening = Reopening(
        conclusion_id=conclusion.id,
        reason=reason,
        reopened_by_id=actor.user_id,
        reopened_at=at,
    )
    session.add(reopening)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("Slutsatsen är redan öppen för rättelse. Läs om sidan.") from error
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.CONCLUSION_REOPENED,
        subject=("occurrence", occurrence.id),
        data={"conclusion": conclusion.id},
        reason=reason,
    )
    return reopening


def close_reopening(
    session: Session, occurrence: Occurrence, *, actor: Actor, at: datetime
) -> Reopening:
    """Stäng en öppnad slutsats where no answer was corrected. It stands as it was signed.

    Raises NotAllowed, InvalidTransition (it is not open, or something is corrected) and Conflict.
    """
    ensure_signer(actor, occurrence, at)
    locked_state(session, occurrence)
    reopening = standing_reopening(session, occurrence.id)
    if reopening is None:
        raise InvalidTransition("Slutsatsen är inte öppen för rättelse. Läs om sidan.")
    if not may_reopen(session, occurrence, reopening.conclusion, actor=actor, at=at):
        raise NotAllowed("Den som skrev under slutsatsen stänger den.")
    if corrected_since(session, occurrence.id, reopening):
        raise InvalidTransition(
            "Svar är rättade. Skriv en ny slutsats i stället, så att rättelsen skrivs under."
        )
    shut(session, reopening, at)
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.REOPENING_CLOSED,
        subject=("occurrence", occurrence.id),
        data={"conclusion": reopening.conclusion_id},
    )
    return reopening


def shut(session: Session, reopening: Reopening, at: datetime) -> None:
    """Close it, for a verb that has asked for its own permission. Raises Conflict."""
    changed = session.execute(
        sa.update(Reopening)
        .where(Reopening.id == reopening.id, Reopening.closed_at.is_(None))
        .values(closed_at=at)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Conflict("Någon annan hann före. Läs om sidan.")
    session.refresh(reopening)
