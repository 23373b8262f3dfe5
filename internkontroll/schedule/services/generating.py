"""Skapa årets kontrolltillfällen, and one more when a control is to be done vid behov."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.core.free_text import checked_text
from internkontroll.organisation.models import Decision, Meeting, MeetingKind, MeetingState
from internkontroll.organisation.policy import PERMISSIONS as ORGANISATION_PERMISSIONS
from internkontroll.organisation.queries import (
    due_days,
    meetings_of_year,
    points_of_year,
    subcommittees_of,
)
from internkontroll.organisation.services import take_turn
from internkontroll.plan.models import Control, Plan, PlanState
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.schedule.models import Occurrence, OccurrenceEvent
from internkontroll.schedule.policy import PERMISSIONS
from internkontroll.schedule.queries import alive_origins
from internkontroll.schedule.rules import (
    ControlFacts,
    MeetingFacts,
    PlannedOccurrence,
    PointFacts,
    missing_sentences,
    planned_occurrences,
)
from internkontroll.schedule.services.transitions import chain_of
from internkontroll.schedule.words import ended_sentence
from internkontroll.trail.services import record


@dataclass(frozen=True)
class Generated:
    """What came of making the year's occurrences.

    ``new`` were made now, ``known`` were there already, in this version of the plan or an earlier
    one; ``ended`` were left out because their period had ended when the board decided; ``remarks``
    are sentences about what the calendar lacks and what was left out.
    """

    new: int
    known: int
    remarks: tuple[str, ...] = ()
    ended: int = 0


def _controls(session: Session, plan: Plan) -> list[ControlFacts]:
    """The plan's controls that the board does itself or has done; not those that do not apply."""
    rows = session.execute(
        sa.select(Control.id, Control.number, Control.frequency, Control.points, Control.lineage)
        .where(Control.plan_id == plan.id, Control.not_applicable_reason.is_(None))
        .order_by(Control.number)
    )
    return [
        ControlFacts(row.id, row.number, row.frequency, tuple(row.points), row.lineage)
        for row in rows
    ]


def held_meetings(session: Session, board_id: int, year: int) -> list[Meeting]:
    """The meetings of the year that are not called off."""
    return [
        meeting
        for meeting in meetings_of_year(session, board_id, year)
        if meeting.state is not MeetingState.CANCELLED
    ]


def generate_occurrences(
    session: Session,
    plan: Plan,
    *,
    actor: Actor,
    at: datetime,
    ended_periods: bool | None = None,
) -> Generated:
    """Skapa kontrolltillfällen for a decided plan: those that are missing, and no other.

    A plan decided during its year gets none for what had ended before the decision, unless that is
    wanted: ``ended_periods`` True or False says so, None leaves it to what the decision said. What
    is not made is never counted as missed. The same control's occurrences under an earlier version
    of the plan are not made again.

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
    take_turn(session, plan.board_id)
    decided_on = _decided_on(session, plan)
    points = points_of_year(session, plan.board_id, plan.year)
    if not points:
        raise InvalidTransition(
            f"{plan.year} är inte öppnat. Öppna året, så att rapporteringstidpunkterna finns."
        )
    controls = _controls(session, plan)
    point_facts = [
        PointFacts(point.id, point.name, point.period_end, point.cut_off) for point in points
    ]
    held = held_meetings(session, plan.board_id, plan.year)
    meetings = [
        MeetingFacts(meeting.id, meeting.subcommittee_id, meeting.held_on)
        for meeting in held
        if meeting.kind is MeetingKind.ORDINARY and meeting.subcommittee_id is not None
    ]
    reviewing = {
        committee.id: committee.name
        for committee in subcommittees_of(session, plan.board_id)
        if committee.reviews_cases
    }
    planned = planned_occurrences(
        controls,
        point_facts,
        meetings,
        reviewing,
        year=plan.year,
        meeting_days=[meeting.held_on for meeting in held],
        due_days_before_cut_off=due_days(session),
    )
    lineages = {control.id: control.lineage for control in controls}
    there = alive_origins(session, plan)
    missing = [item for item in planned if (lineages[item.control_id], item.origin) not in there]
    wanted = plan.ended_periods if ended_periods is None else ended_periods
    new = [item for item in missing if wanted or item.scheduled_on >= decided_on]
    ended = len(missing) - len(new)
    remarks = missing_sentences(controls, point_facts, meetings, reviewing, year=plan.year)
    if ended:
        remarks.append(ended_sentence(ended, decided_on))
    result = Generated(len(new), len(planned) - len(missing), tuple(remarks), ended)
    if not new:
        return result
    _add(session, plan, new, at)
    record(
        session,
        chain=chain_of(session, plan.board_id),
        actor=actor,
        at=at,
        event=OccurrenceEvent.GENERATED,
        subject=("plan", plan.id),
        data={"year": plan.year, "new": result.new, "known": result.known},
    )
    return result


def _decided_on(session: Session, plan: Plan) -> date:
    """The day of the plan's decision. Its row makes two who generate at once take turns."""
    # On SQLite the one write lock is held already.
    row = session.execute(
        sa.select(Plan.state, Decision.decided_on)
        .join(Decision, Decision.id == Plan.decision_id)
        .where(Plan.id == plan.id)
        .with_for_update(key_share=True, of=Plan)
    ).one_or_none()
    if row is None or row.state is not PlanState.DECIDED:
        raise InvalidTransition(
            "Planen är inte beslutad. Registrera nämndens beslut innan tillfällena skapas."
        )
    decided_on: date = row.decided_on
    return decided_on


def _add(session: Session, plan: Plan, items: Sequence[PlannedOccurrence], at: datetime) -> None:
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
        for item in items
    )
    session.flush()


def order_occurrence(
    session: Session,
    control: Control,
    *,
    due_on: date,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Occurrence:
    """Lägg till ett kontrolltillfälle for a control that is done vid behov, and say why.

    Raises NotAllowed (needs occurrence:plan), InvalidTransition for a plan that does not hold or a
    control with a frequency of its own, InvalidInput without a reason or with a day that has been
    or lies after the plan's year.
    """
    plan = control.plan
    today = swedish_day(at)
    ensure(actor, Permission.OCCURRENCE_ORDER, Scope(plan.board_id), today, PERMISSIONS)
    _decided_on(session, plan)
    if control.frequency is not Frequency.ON_DEMAND:
        raise InvalidTransition(
            "Kontrollen görs enligt planens frekvens. Bara kontroller som görs vid behov kan "
            "läggas till för hand."
        )
    reason = checked_text(reason, "Skriv varför kontrollen ska göras nu.")
    if due_on < today:
        raise InvalidInput("Dagen har redan varit. Välj en dag från och med i dag.", field="due_on")
    if due_on.year != plan.year:
        raise InvalidInput(
            f"Planen gäller {plan.year}. Välj en dag senast {long_date(date(plan.year, 12, 31))}.",
            field="due_on",
        )
    return mark_ordered(session, control, due_on=due_on, reason=reason, actor=actor, at=at)


def mark_ordered(
    session: Session,
    control: Control,
    *,
    due_on: date,
    reason: str,
    subcommittee_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Occurrence:
    """Add an occurrence that the frequency does not make, for a verb with a permission of its own.

    The omtest of an avvikelse is such a one, also where the control has a frequency.
    """
    plan = control.plan
    known = session.scalars(
        sa.select(Occurrence.origin)
        .join(Occurrence.control)
        .where(Control.lineage == control.lineage, Occurrence.origin.like("demand:%"))
    )
    number = 1 + max((int(origin.partition(":")[2]) for origin in known), default=0)
    occurrence = Occurrence(
        board_id=plan.board_id,
        control_id=control.id,
        origin=f"demand:{number}",
        subcommittee_id=subcommittee_id,
        scheduled_on=due_on,
        due_on=due_on,
        wanted_because=reason,
        recorded_at=at,
    )
    session.add(occurrence)
    session.flush()
    record(
        session,
        chain=chain_of(session, plan.board_id),
        actor=actor,
        at=at,
        event=OccurrenceEvent.ORDERED,
        subject=("occurrence", occurrence.id),
        data={"control": control.number, "due_on": due_on},
        reason=reason,
    )
    return occurrence
