"""What every verb of the findings asks first: role, state, and what free text may not hold."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.core.text import clean_text
from internkontroll.findings.models import Finding, FindingEvent, FindingState
from internkontroll.findings.policy import PERMISSIONS
from internkontroll.organisation.models import Board
from internkontroll.review.services import TEXT_MAX, check_free_text
from internkontroll.trail.services import record


def scope_of(finding: Finding) -> Scope:
    """Where the finding belongs: its board and, if it has one, its committee."""
    return Scope(finding.board_id, finding.occurrence.subcommittee_id)


def ensure_may(actor: Actor, permission: Permission, finding: Finding, at: datetime) -> None:
    """Raise NotAllowed unless the actor holds the permission where the finding is."""
    ensure(actor, permission, scope_of(finding), swedish_day(at), PERMISSIONS)


def lock_open(session: Session, finding: Finding) -> None:
    """Hold the finding until the transaction ends; InvalidTransition if it is ended.

    Without that something could be added to a finding that is being ended at the same time.
    """
    session.flush()
    held = session.execute(
        sa.update(Finding)
        .where(Finding.id == finding.id, Finding.state == FindingState.OPEN)
        .values(state=FindingState.OPEN)
        .execution_options(synchronize_session=False)
    )
    session.refresh(finding, ["state", "row_version"])
    if not held.rowcount:  # type: ignore[attr-defined]
        raise InvalidTransition(
            "Avvikelsen är avslutad. Öppna den igen om något mer behöver göras."
        )


def written(
    session: Session,
    finding: Finding,
    text: str | None,
    missing: str,
    *,
    field: str,
    most: int = TEXT_MAX,
) -> str:
    """The cleaned text; InvalidInput if it is empty, too long, or names a person or an item."""
    cleaned = clean_text(text or "")
    if not cleaned:
        raise InvalidInput(missing, field=field)
    check_free_text(session, finding.occurrence, cleaned, most=most, field=field)
    return cleaned


def not_in_the_future(day: date, at: datetime, *, field: str) -> date:
    """The day, unless it has not come yet (InvalidInput)."""
    if day > swedish_day(at):
        raise InvalidInput("Dagen har inte varit än. Skriv den dag då det gjordes.", field=field)
    return day


def trace(
    session: Session,
    finding: Finding,
    event: FindingEvent,
    *,
    actor: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """One row in the board's chain about the finding; its words stay out of the trail."""
    record(
        session,
        chain=session.get_one(Board, finding.board_id).code,
        actor=actor,
        at=at,
        event=event,
        subject=("finding", finding.id),
        data=data,
        reason=reason,
    )
