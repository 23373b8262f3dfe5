"""Besluta en revision, with what it does to the occurrences that are planned already."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.core.access import Actor
from internkontroll.core.dates import long_date
from internkontroll.core.errors import Conflict, InvalidTransition
from internkontroll.organisation.models import DecisionOutcome
from internkontroll.organisation.queries import points_of_year
from internkontroll.organisation.services import take_turn
from internkontroll.plan.models import Control, Plan
from internkontroll.plan.queries import live_content, plan_select
from internkontroll.plan.rules.diff import done_otherwise
from internkontroll.plan.services import decide_plan
from internkontroll.schedule.models import Occurrence, OccurrenceEvent, OccurrenceState
from internkontroll.schedule.services.generating import generate_occurrences
from internkontroll.schedule.services.transitions import chain_of, expire
from internkontroll.trail.services import record


@dataclass(frozen=True)
class Revised:
    """What a revision did: untouched coming occurrences ``expired`` or ``carried`` over to the new
    version, and ``new`` ones; ``remarks`` as in ``Generated``.
    """

    expired: int = 0
    carried: int = 0
    new: int = 0
    remarks: tuple[str, ...] = ()


def decide_revision(
    session: Session,
    plan: Plan,
    *,
    decided_on: date,
    paragraph: str,
    registry_number: str,
    body: str,
    verified_on: date | None,
    actor: Actor,
    at: datetime,
    row_version: int | None = None,
    outcome: DecisionOutcome = DecisionOutcome.APPROVED,
    attachment_of: str = "",
    attachment: str = "",
    ended_periods: bool = False,
) -> Revised:
    """Besluta en revision av planen: the version before it is replaced, its coming work follows.

    Of what the old version planned from the day of the decision on and nobody has begun, the
    occurrences of kontrollmoment that are taken away or done in another way expire, and those of
    the others are carried over. What is begun, done or ej genomfört stays with the version it was
    made under and still counts. Raises what ``plan.services.decide_plan`` does, and
    InvalidTransition for a plan that is no revision.
    """
    if plan.replaces_id is None:
        raise InvalidTransition("Planen är ingen revision. Registrera beslutet på planens sida.")
    take_turn(session, plan.board_id)
    before = session.scalars(plan_select(plan.board_id, plan.replaces_id)).one()
    decide_plan(
        session,
        plan,
        decided_on=decided_on,
        paragraph=paragraph,
        registry_number=registry_number,
        body=body,
        verified_on=verified_on,
        outcome=outcome,
        attachment_of=attachment_of,
        attachment=attachment,
        ended_periods=ended_periods,
        with_occurrences=True,
        row_version=row_version,
        actor=actor,
        at=at,
    )
    return _follow(session, before, plan, decided_on, actor=actor, at=at)


def _follow(
    session: Session, before: Plan, plan: Plan, decided_on: date, *, actor: Actor, at: datetime
) -> Revised:
    otherwise = done_otherwise(live_content(session, before), live_content(session, plan))
    rows = session.execute(sa.select(Control.lineage, Control.id).where(Control.plan_id == plan.id))
    successors = {row.lineage: row.id for row in rows}
    coming = session.scalars(
        sa.select(Occurrence)
        .join(Occurrence.control)
        .options(joinedload(Occurrence.control))
        .where(
            Control.plan_id == before.id,
            Occurrence.state == OccurrenceState.PLANNED,
            Occurrence.scheduled_on >= decided_on,
        )
        .order_by(Occurrence.id)
    ).all()
    why = f"Planen reviderades {long_date(decided_on)}: {plan.revision_reason}"
    expired = carried = 0
    for occurrence in coming:
        lineage = occurrence.control.lineage
        if lineage in otherwise:
            expire(session, occurrence, why, actor=actor, at=at)
            expired += 1
        else:
            _carry(session, occurrence, successors[lineage])
            carried += 1
    session.flush()
    made = None
    if _has_been_scheduled(session, before) and points_of_year(session, plan.board_id, plan.year):
        made = generate_occurrences(session, plan, actor=actor, at=at)
    new = made.new if made else 0
    record(
        session,
        chain=chain_of(session, plan.board_id),
        actor=actor,
        at=at,
        event=OccurrenceEvent.REVISED,
        subject=("plan", plan.id),
        data={"expired": expired, "carried": carried, "new": new},
    )
    return Revised(expired, carried, new, made.remarks if made else ())


def _carry(session: Session, occurrence: Occurrence, control_id: int) -> None:
    moved = session.execute(
        sa.update(Occurrence)
        .where(
            Occurrence.id == occurrence.id,
            Occurrence.control_id == occurrence.control_id,
            Occurrence.state == OccurrenceState.PLANNED,
        )
        .values(control_id=control_id, row_version=Occurrence.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(
            "Någon började med en kontroll medan beslutet registrerades. Registrera det igen."
        )
    session.expire(occurrence)


def _has_been_scheduled(session: Session, plan: Plan) -> bool:
    """Whether occurrences have been made under this version or one before it."""
    found = session.scalar(
        sa.select(Occurrence.id)
        .join(Occurrence.control)
        .join(Control.plan)
        .where(Plan.board_id == plan.board_id, Plan.year == plan.year, Plan.kind == plan.kind)
        .limit(1)
    )
    return found is not None
