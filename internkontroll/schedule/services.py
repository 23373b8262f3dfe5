"""Skapa årets kontrolltillfällen and carry one of them from state to state."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.personal_id import find_personal_ids
from internkontroll.core.text import clean_text
from internkontroll.organisation.models import Board, MeetingKind, MeetingState
from internkontroll.organisation.policy import PERMISSIONS as ORGANISATION_PERMISSIONS
from internkontroll.organisation.queries import (
    meetings_of_year,
    points_of_year,
    subcommittees_of,
)
from internkontroll.plan.models import Control, Plan, PlanState
from internkontroll.schedule.models import (
    NonPerformance,
    Occurrence,
    OccurrenceEvent,
    OccurrenceState,
)
from internkontroll.schedule.policy import PERMISSIONS
from internkontroll.schedule.queries import standing_non_performance
from internkontroll.schedule.rules import (
    SKIPPABLE_STATES,
    ControlFacts,
    MeetingFacts,
    PointFacts,
    missing_sentences,
    planned_occurrences,
)
from internkontroll.schedule.words import STATES
from internkontroll.trail.services import record

REASON_MAX = 2000
"""Most characters of a reason why an occurrence is not done."""


@dataclass(frozen=True)
class Generated:
    """What came of making the year's occurrences.

    ``new`` were made now, ``known`` were there already; ``remarks`` are sentences about what the
    calendar lacks.
    """

    new: int
    known: int
    remarks: tuple[str, ...] = ()


def generate_occurrences(session: Session, plan: Plan, *, actor: Actor, at: datetime) -> Generated:
    """Skapa kontrolltillfällen for a decided plan: those that are missing, and no other.

    Raises NotAllowed (needs year:open), InvalidTransition if the plan is not decided or the year
    has no reporting points. Done again it makes nothing; two at once make the same ones once.
    """
    ensure(
        actor,
        Permission.YEAR_OPEN,
        Scope(plan.board_id),
        swedish_day(at),
        ORGANISATION_PERMISSIONS,
    )
    # The plan's row makes two who generate at once take turns (on SQLite the write lock does).
    state = session.scalar(
        sa.select(Plan.state).where(Plan.id == plan.id).with_for_update(key_share=True)
    )
    if state is not PlanState.DECIDED:
        raise InvalidTransition(
            "Planen är inte beslutad. Registrera nämndens beslut innan tillfällena skapas."
        )
    points = points_of_year(session, plan.board_id, plan.year)
    if not points:
        raise InvalidTransition(
            f"{plan.year} är inte öppnat. Öppna året, så att rapporteringstidpunkterna finns."
        )
    controls = [
        ControlFacts(row.id, row.number, row.frequency, tuple(row.points))
        for row in session.execute(
            sa.select(Control.id, Control.number, Control.frequency, Control.points)
            .where(Control.plan_id == plan.id)
            .order_by(Control.number)
        )
    ]
    point_facts = [
        PointFacts(point.id, point.name, point.period_end, point.cut_off) for point in points
    ]
    meetings = [
        MeetingFacts(meeting.id, meeting.subcommittee_id, meeting.held_on)
        for meeting in meetings_of_year(session, plan.board_id, plan.year)
        if meeting.kind is MeetingKind.ORDINARY
        and meeting.state is not MeetingState.CANCELLED
        and meeting.subcommittee_id is not None
    ]
    reviewing = {
        committee.id: committee.name
        for committee in subcommittees_of(session, plan.board_id)
        if committee.reviews_cases
    }
    planned = planned_occurrences(controls, point_facts, meetings, reviewing, year=plan.year)
    there = {
        (control_id, origin)
        for control_id, origin in session.execute(
            sa.select(Occurrence.control_id, Occurrence.origin)
            .join(Occurrence.control)
            .where(Control.plan_id == plan.id)
        )
    }
    new = [item for item in planned if (item.control_id, item.origin) not in there]
    remarks = missing_sentences(controls, point_facts, meetings, reviewing, year=plan.year)
    result = Generated(len(new), len(planned) - len(new), tuple(remarks))
    if not new:
        return result
    session.add_all(
        Occurrence(
            board_id=plan.board_id,
            control_id=item.control_id,
            origin=item.origin,
            subcommittee_id=item.subcommittee_id,
            meeting_id=item.meeting_id,
            reporting_point_id=item.reporting_point_id,
            scheduled_on=item.scheduled_on,
            due_on=item.due_on,
            recorded_at=at,
        )
        for item in new
    )
    session.flush()
    record(
        session,
        chain=_chain(session, plan.board_id),
        actor=actor,
        at=at,
        event=OccurrenceEvent.GENERATED,
        subject=("plan", plan.id),
        data={"year": plan.year, "new": result.new, "known": result.known},
    )
    return result


def _chain(session: Session, board_id: int) -> str:
    return session.get_one(Board, board_id).code


def _may(actor: Actor, permission: Permission, occurrence: Occurrence, at: datetime) -> None:
    scope = Scope(occurrence.board_id, occurrence.subcommittee_id)
    ensure(actor, permission, scope, swedish_day(at), PERMISSIONS)


def _move(
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
) -> Occurrence:
    """One change of state: only from the state that was read, counted, and traced."""
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
        .values(state=new, row_version=Occurrence.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    session.refresh(occurrence, ["state", "row_version"])
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(
            "Någon annan hann ändra kontrolltillfället. Läs om sidan och se vad som gäller nu."
        )
    record(
        session,
        chain=_chain(session, occurrence.board_id),
        actor=actor,
        at=at,
        event=event,
        subject=("occurrence", occurrence.id),
        data={"state": {"old": old.value, "new": new.value}, **(data or {})},
        reason=reason,
    )
    return occurrence


def start_occurrence(
    session: Session, occurrence: Occurrence, *, actor: Actor, at: datetime
) -> Occurrence:
    """Påbörja ett kontrolltillfälle. One that is started already stays as it is, untraced.

    Raises NotAllowed (needs occurrence:perform in its committee) and InvalidTransition.
    """
    _may(actor, Permission.OCCURRENCE_PERFORM, occurrence, at)
    return mark_started(session, occurrence, actor=actor, at=at)


def mark_started(
    session: Session, occurrence: Occurrence, *, actor: Actor, at: datetime
) -> Occurrence:
    """Note that work began, for a verb that has asked for its own permission."""
    if occurrence.state is OccurrenceState.STARTED:
        return occurrence
    return _move(
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
    return _move(
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
    return _move(
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
    return _move(
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
    _may(actor, Permission.OCCURRENCE_SKIP, occurrence, at)
    reason = clean_text(reason)
    if not reason:
        raise InvalidInput("Skriv varför kontrollen inte genomförs.", field="reason")
    if len(reason) > REASON_MAX:
        raise InvalidInput(f"Texten är för lång. Skriv högst {REASON_MAX} tecken.", field="reason")
    if any(certain for _, _, certain in find_personal_ids(reason)):
        raise InvalidInput("Texten innehåller ett personnummer. Ta bort det.", field="reason")
    before = occurrence.state
    _move(
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
    _may(actor, Permission.OCCURRENCE_SKIP, occurrence, at)
    row = standing_non_performance(session, occurrence.id)
    if row is None:
        raise InvalidTransition("Kontrolltillfället är inte anmält som ej genomfört. Läs om sidan.")
    _move(
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
