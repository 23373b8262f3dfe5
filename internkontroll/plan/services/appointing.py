"""Utse kontrollansvariga for a plan's kontrollmoment."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.accounts.queries import people_with_role
from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.plan.models import Control, Plan, PlanEvent, PlanState
from internkontroll.plan.policy import PERMISSIONS, RESPONSIBLE_ROLES
from internkontroll.plan.rules.states import require_standing
from internkontroll.plan.services.guards import has_changed
from internkontroll.trail.services import record


def appoint(
    session: Session,
    control: Control,
    user: User | None,
    *,
    actor: Actor,
    at: datetime,
    row_version: int | None = None,
) -> Control:
    """Utse kontrollansvarig, or nobody. Allowed after the decision: it is no part of the content.

    Raises NotAllowed, InvalidTransition for a plan that no longer holds, InvalidInput for somebody
    without a role in the board, and Conflict if somebody else appointed after ``row_version``.
    """
    plan = control.plan
    on = swedish_day(at)
    ensure(actor, Permission.PLAN_APPOINT, Scope(plan.board_id), on, PERMISSIONS)
    require_standing(plan.state)
    if user is not None and user.id not in {
        person.id for person in people_with_role(session, plan.board_id, RESPONSIBLE_ROLES, on)
    }:
        raise InvalidInput(
            f"{user.title} har ingen roll i nämnden som kan ansvara för en kontroll. "
            "Välj någon i listan."
        )
    old, new = control.responsible, user
    if (old.id if old else None) == (new.id if new else None):
        return control
    changed = session.execute(
        sa.update(Control)
        .where(
            Control.id == control.id,
            Control.row_version == (control.row_version if row_version is None else row_version),
        )
        .values(responsible_id=new.id if new else None, row_version=Control.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    if not has_changed(changed):
        raise Conflict(
            f"Någon annan har under tiden utsett {old.title if old else 'ingen'} för "
            f"kontrollmoment {control.number}. Du valde {new.title if new else 'ingen'}. "
            "Spara igen om ditt val ska gälla."
        )
    session.refresh(control)
    if plan.state is PlanState.DECIDED:
        _follow_in_earlier_versions(session, control)
    record(
        session,
        chain=plan.board.code,
        actor=actor,
        at=at,
        event=PlanEvent.APPOINTED,
        subject=("control", control.id),
        data={
            "responsible_id": {"old": old.id if old else None, "new": new.id if new else None},
        },
    )
    return control


def _follow_in_earlier_versions(session: Session, control: Control) -> None:
    # What is begun under a version that was replaced is the same control's work.
    plan = control.plan
    earlier = sa.select(Plan.id).where(
        Plan.board_id == plan.board_id,
        Plan.year == plan.year,
        Plan.kind == plan.kind,
        Plan.state == PlanState.REPLACED,
    )
    session.execute(
        sa.update(Control)
        .where(Control.lineage == control.lineage, Control.plan_id.in_(earlier))
        .values(responsible_id=control.responsible_id)
    )
