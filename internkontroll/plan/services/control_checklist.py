"""Ett kontrollmoment och checklistorna: take a version over, or save its criteria as a new one."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import InvalidTransition
from internkontroll.core.text import shown
from internkontroll.plan.models import (
    Checklist,
    ChecklistEvent,
    ChecklistVersion,
    Control,
    Criterion,
)
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.rules.checklists import checklist_changes, contents_of
from internkontroll.plan.services.checklists import add_to_library, record_checklist
from internkontroll.plan.services.criteria import open_criteria
from internkontroll.trail.services import record


def save_as_checklist(
    session: Session, control: Control, name: str, *, actor: Actor, at: datetime
) -> Checklist:
    """Spara ett kontrollmoments kriterier som checklista: a proposal to the library.

    No other board can use it before an editor of the library has published it. Raises NotAllowed
    (needs plan:edit in the control's board) and InvalidInput.
    """
    board = control.plan.board
    ensure(actor, Permission.PLAN_EDIT, Scope(board.id), swedish_day(at), PERMISSIONS)
    checklist = add_to_library(
        session, name, contents_of(control.criteria), board.id, actor=actor, at=at
    )
    data = {"board": board.code, "criteria": len(control.criteria)}
    record_checklist(session, checklist, ChecklistEvent.PROPOSED, data, actor=actor, at=at)
    return checklist


def take_over_checklist(
    session: Session,
    control: Control,
    version: ChecklistVersion,
    *,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Control:
    """Låt ett kontrollmoment i ett utkast bedömas mot en version: its criteria are copied.

    What the control was judged by before is replaced. Taking the same over again brings back what
    was changed by hand. Raises NotAllowed, InvalidTransition (the plan is decided, or the version
    is not published), InvalidInput for an obligatory control, and Conflict.
    """
    if version.published_at is None:
        raise InvalidTransition("Versionen är inte publicerad än. Välj en som är det.")
    old = contents_of(control.criteria)
    before = control.checklist_version_id
    rows = contents_of(version.criteria)
    open_criteria(session, control, row_version, actor, at)
    session.execute(
        sa.delete(Criterion)
        .where(Criterion.control_id == control.id)
        .execution_options(synchronize_session=False)
    )
    session.expire(control, ["criteria"])
    session.add_all(
        Criterion(
            control_id=control.id,
            position=position,
            text=row.text,
            counts=row.counts,
            help_text=row.help_text,
        )
        for position, row in enumerate(rows, start=1)
    )
    control.checklist_version_id = version.id
    session.flush()
    changes = checklist_changes(old, rows)
    record(
        session,
        chain=control.plan.board.code,
        actor=actor,
        at=at,
        event=ChecklistEvent.TAKEN_OVER,
        subject=("control", control.id),
        data={
            "checklist": version.checklist.name,
            "version": version.number,
            "checklist_version": {"old": before, "new": version.id},
            "added": [shown(row.text) for row in changes.added],
            "removed": [shown(row.text) for row in changes.removed],
            "changed": [shown(row.text) for _, row in changes.changed],
        },
    )
    session.expire(control, ["checklist_version"])
    return control
