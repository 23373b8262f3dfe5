"""Registrera politiska beslut."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict
from internkontroll.core.text import clean_line
from internkontroll.organisation.models import Board, Decision, DecisionOutcome
from internkontroll.organisation.rules import check_decision, check_verification


def record_decision(
    session: Session,
    board: Board,
    *,
    body: str,
    decided_on: date,
    paragraph: str,
    registry_number: str,
    at: datetime,
    outcome: DecisionOutcome = DecisionOutcome.APPROVED,
    verified_on: date | None = None,
) -> Decision:
    """Registrera ett politiskt beslut; the verb that uses it asks for permission and traces it.

    Raises InvalidInput on an empty field, a day after today, or a justering before the decision.
    The form of a diarienummer is never judged.
    """
    body, paragraph, registry_number = map(clean_line, (body, paragraph, registry_number))
    check_decision(
        body=body,
        decided_on=decided_on,
        paragraph=paragraph,
        registry_number=registry_number,
        verified_on=verified_on,
        today=swedish_day(at),
    )
    decision = Decision(
        board_id=board.id,
        body=body,
        decided_on=decided_on,
        paragraph=paragraph,
        registry_number=registry_number,
        outcome=outcome,
        verified_on=verified_on,
        recorded_at=at,
    )
    session.add(decision)
    session.flush()
    return decision


def verify_decision(
    session: Session, decision: Decision, verified_on: date, *, at: datetime
) -> Decision:
    """Registrera när protokollet justerades; the calling verb asks for permission and traces it.

    Raises InvalidInput for a day before the decision or after today, Conflict if one is there.
    """
    check_verification(decision.decided_on, verified_on, today=swedish_day(at))
    changed = session.execute(
        sa.update(Decision)
        .where(Decision.id == decision.id, Decision.verified_on.is_(None))
        .values(verified_on=verified_on)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Dagen för justeringen är redan registrerad. Läs om sidan.")
    session.refresh(decision)
    return decision
