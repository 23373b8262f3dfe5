"""Rätta den enskilda posten, or write down why it cannot be put right."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.findings.models import Correction, CorrectionOutcome, Finding, FindingEvent
from internkontroll.findings.services.guards import (
    ensure_may,
    lock_open,
    not_in_the_future,
    trace,
    written,
)

DONE_BY_MAX = 120
"""Most characters of who put it right."""


def record_correction(
    session: Session,
    finding: Finding,
    *,
    outcome: CorrectionOutcome,
    text: str,
    done_on: date | None = None,
    done_by: str | None = None,
    amount: int | None = None,
    actor: Actor,
    at: datetime,
) -> Correction:
    """Anteckna rättelsen: what was done, when, by which unit and an amount in öre; or why not.

    A later row takes the earlier one's place; both stay. Raises NotAllowed, InvalidInput naming
    the field, and InvalidTransition if the finding is ended.
    """
    ensure_may(actor, Permission.FINDING_HANDLE, finding, at)
    lock_open(session, finding)
    corrected = outcome is CorrectionOutcome.CORRECTED
    missing = (
        "Skriv vad som gjordes för att rätta." if corrected else "Skriv varför det inte kan rättas."
    )
    text = written(session, finding, text, missing, field="text")
    if corrected:
        if done_on is None:
            raise InvalidInput("Skriv vilken dag det rättades.", field="done_on")
        not_in_the_future(done_on, at, field="done_on")
        done_by = written(
            session,
            finding,
            done_by,
            "Skriv vilken enhet eller funktion som rättade.",
            field="done_by",
            most=DONE_BY_MAX,
        )
        if amount is not None and amount < 0:
            raise InvalidInput("Skriv beloppet utan minustecken.", field="amount")
    row = Correction(
        finding_id=finding.id,
        outcome=outcome,
        text=text,
        done_on=done_on if corrected else None,
        done_by=done_by if corrected else None,
        amount=amount if corrected else None,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    trace(
        session,
        finding,
        FindingEvent.CORRECTED,
        actor=actor,
        at=at,
        data={"outcome": outcome, "done_on": row.done_on, "amount": row.amount},
        reason=None if corrected else text,
    )
    return row
