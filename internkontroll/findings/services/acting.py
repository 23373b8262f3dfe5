"""Bestäm åtgärder against the cause, and carry each of them to its end."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Actor, Permission
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.findings.models import (
    Action,
    ActionAssignment,
    ActionMove,
    ActionState,
    Finding,
    FindingEvent,
)
from internkontroll.findings.queries import possible_responsibles
from internkontroll.findings.rules import OPEN_ACTIONS
from internkontroll.findings.services.guards import (
    ensure_may,
    lock_open,
    not_in_the_future,
    trace,
    written,
)
from internkontroll.findings.words import STATES


def _ensure_can_answer(session: Session, finding: Finding, user: User, at: datetime) -> None:
    able = possible_responsibles(
        session, finding.board_id, finding.occurrence.subcommittee_id, swedish_day(at)
    )
    if user.id not in {person.id for person in able}:
        raise InvalidInput(
            f"{user.title} har ingen roll i nämnden som kan ansvara för en åtgärd. "
            "Välj någon i listan.",
            field="responsible",
        )


def _ensure_to_come(due_on: date, at: datetime) -> None:
    if due_on < swedish_day(at):
        raise InvalidInput("Dagen har redan varit. Skriv en dag som kommer.", field="due_on")


def add_action(
    session: Session,
    finding: Finding,
    *,
    description: str,
    responsible: User,
    due_on: date,
    actor: Actor,
    at: datetime,
) -> Action:
    """Bestäm en åtgärd: what, who answers for it, and by when.

    Raises NotAllowed, InvalidInput naming the field, InvalidTransition if the finding is ended.
    """
    ensure_may(actor, Permission.FINDING_HANDLE, finding, at)
    lock_open(session, finding)
    description = written(
        session, finding, description, "Skriv vad som ska göras.", field="description"
    )
    _ensure_can_answer(session, finding, responsible, at)
    _ensure_to_come(due_on, at)
    last = session.scalar(
        sa.select(sa.func.max(Action.number)).where(Action.finding_id == finding.id)
    )
    action = Action(
        finding_id=finding.id,
        number=(last or 0) + 1,
        description=description,
        responsible_id=responsible.id,
        due_on=due_on,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(action)
    session.flush()
    trace(
        session,
        finding,
        FindingEvent.ACTION_ADDED,
        actor=actor,
        at=at,
        data={"action": action.number, "responsible_id": responsible.id, "due_on": due_on},
    )
    return action


def _begin(session: Session, action: Action, actor: Actor, at: datetime) -> None:
    ensure_may(actor, Permission.FINDING_HANDLE, action.finding, at)
    lock_open(session, action.finding)
    session.refresh(action, ["state", "due_on", "row_version", "responsible_id"])
    if action.state not in OPEN_ACTIONS:
        raise InvalidTransition(
            f"Åtgärdens läge är ”{STATES[action.state].word}”, och då går det här inte. "
            "Läs om sidan och se vad som gäller."
        )


def _change(session: Session, action: Action, row_version: int, **values: Any) -> bool:
    changed = session.execute(
        sa.update(Action)
        .where(
            Action.id == action.id,
            Action.row_version == row_version,
            Action.state.in_(OPEN_ACTIONS),
        )
        .values(row_version=Action.row_version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(action)
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def _move_state(
    session: Session,
    action: Action,
    new: ActionState,
    event: FindingEvent,
    *,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
    **values: Any,
) -> Action:
    old = action.state
    if not _change(session, action, action.row_version, state=new, **values):
        raise Conflict("Någon annan hann ändra åtgärden. Läs om sidan och se vad som gäller nu.")
    trace(
        session,
        action.finding,
        event,
        actor=actor,
        at=at,
        data={"action": action.number, "state": {"old": old, "new": new}},
        reason=reason,
    )
    return action


def start_action(session: Session, action: Action, *, actor: Actor, at: datetime) -> Action:
    """Påbörja åtgärden. Raises NotAllowed, InvalidTransition (begun or ended) and Conflict."""
    _begin(session, action, actor, at)
    if action.state is not ActionState.PLANNED:
        raise InvalidTransition("Åtgärden pågår redan. Läs om sidan.")
    return _move_state(
        session, action, ActionState.ONGOING, FindingEvent.ACTION_STARTED, actor=actor, at=at
    )


def finish_action(
    session: Session, action: Action, *, outcome: str, done_on: date, actor: Actor, at: datetime
) -> Action:
    """Genomförd: what was done and on which day, not later than today.

    Raises NotAllowed, InvalidInput naming the field, InvalidTransition and Conflict.
    """
    _begin(session, action, actor, at)
    outcome = written(session, action.finding, outcome, "Skriv vad som gjordes.", field="outcome")
    return _move_state(
        session,
        action,
        ActionState.DONE,
        FindingEvent.ACTION_DONE,
        actor=actor,
        at=at,
        outcome=outcome,
        ended_on=not_in_the_future(done_on, at, field="done_on"),
        ended_at=at,
        ended_by_id=actor.user_id,
    )


def cancel_action(
    session: Session, action: Action, reason: str, *, actor: Actor, at: datetime
) -> Action:
    """Avbryt åtgärden with a reason. Raises NotAllowed, InvalidInput and InvalidTransition."""
    _begin(session, action, actor, at)
    reason = written(
        session, action.finding, reason, "Skriv varför åtgärden avbryts.", field="reason"
    )
    return _move_state(
        session,
        action,
        ActionState.CANCELLED,
        FindingEvent.ACTION_CANCELLED,
        actor=actor,
        at=at,
        reason=reason,
        outcome=reason,
        ended_on=swedish_day(at),
        ended_at=at,
        ended_by_id=actor.user_id,
    )


def move_action(
    session: Session,
    action: Action,
    due_on: date,
    reason: str,
    *,
    actor: Actor,
    at: datetime,
    row_version: int | None = None,
) -> Action:
    """Flytta slutdatumet with a reason; every move stays as a row.

    Raises NotAllowed, InvalidInput naming the field, InvalidTransition, and Conflict if somebody
    changed the action after ``row_version``.
    """
    _begin(session, action, actor, at)
    reason = written(
        session, action.finding, reason, "Skriv varför slutdatumet flyttas.", field="reason"
    )
    old = action.due_on
    seen = action.row_version if row_version is None else row_version
    if action.row_version != seen:
        raise Conflict(
            f"Någon annan har ändrat åtgärden under tiden. Slutdatumet är nu {long_date(old)}. "
            f"Du skrev {long_date(due_on)}. Spara igen om ditt datum ska gälla."
        )
    _ensure_to_come(due_on, at)
    if due_on == old:
        raise InvalidInput("Det är samma dag som förut. Skriv en annan.", field="due_on")
    if not _change(session, action, seen, due_on=due_on):
        raise Conflict("Någon annan hann ändra åtgärden. Läs om sidan och se vad som gäller nu.")
    session.add(
        ActionMove(
            action_id=action.id,
            old_due_on=old,
            new_due_on=due_on,
            reason=reason,
            recorded_by_id=actor.user_id,
            recorded_at=at,
        )
    )
    trace(
        session,
        action.finding,
        FindingEvent.ACTION_MOVED,
        actor=actor,
        at=at,
        data={"action": action.number, "due_on": {"old": old, "new": due_on}},
        reason=reason,
    )
    return action


def assign_action(
    session: Session,
    action: Action,
    user: User,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
    row_version: int | None = None,
) -> Action:
    """Byt ansvarig with a reason. The one who answers for it already: nothing happens.

    Raises NotAllowed, InvalidInput (no reason, or somebody without a role where the finding is),
    InvalidTransition (it is ended), and Conflict if it was changed after ``row_version``.
    """
    _begin(session, action, actor, at)
    reason = written(
        session, action.finding, reason, "Skriv varför ansvaret byter person.", field="reason"
    )
    _ensure_can_answer(session, action.finding, user, at)
    old = action.responsible_id
    if old == user.id:
        return action
    seen = action.row_version if row_version is None else row_version
    if not _change(session, action, seen, responsible_id=user.id):
        holder = action.responsible.title if action.responsible else "ingen"
        raise Conflict(
            f"Någon annan har ändrat åtgärden under tiden. Ansvarig är nu {holder}. Du valde "
            f"{user.title}. Spara igen om ditt val ska gälla."
        )
    session.add(
        ActionAssignment(
            action_id=action.id,
            old_responsible_id=old,
            new_responsible_id=user.id,
            recorded_at=at,
        )
    )
    trace(
        session,
        action.finding,
        FindingEvent.ACTION_ASSIGNED,
        actor=actor,
        at=at,
        data={"action": action.number, "responsible_id": {"old": old, "new": user.id}},
        reason=reason,
    )
    return action
