"""Revidera en beslutad plan: a draft of the next version with the content of the one that holds."""

from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.base import Base
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidTransition
from internkontroll.core.free_text import checked_text
from internkontroll.plan.models import (
    Control,
    ControlArea,
    ControlMark,
    Criterion,
    Plan,
    PlanEvent,
    PlanReadingRow,
    PlanState,
    PlanText,
    control_risk,
)
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.queries import open_revision, treatments_of
from internkontroll.plan.rules.states import require_editable, require_transition
from internkontroll.trail.services import record

Row = TypeVar("Row", bound=Base)


def _copy(row: Row, **new: Any) -> Row:
    """A new row with everything of the old one but its key and what is given."""
    kind = type(row)
    values = {
        attribute.key: getattr(row, attribute.key)
        for attribute in sa.inspect(kind).column_attrs
        if attribute.key != "id"
    }
    if "row_version" in values:
        values["row_version"] = 1
    return kind(**{**values, **new})


def start_revision(
    session: Session, plan: Plan, reason: str, *, actor: Actor, at: datetime
) -> Plan:
    """Påbörja en revision of the decided plan; the draft is changed and decided like any plan.

    Each kontrollmoment keeps its lineage, so that what has been done for it still counts. The plan
    that holds stays in force until the board decides the new one. Raises NotAllowed,
    InvalidTransition unless it is decided and no other revision is open, InvalidInput without a
    reason.
    """
    ensure(actor, Permission.PLAN_EDIT, Scope(plan.board_id), swedish_day(at), PERMISSIONS)
    # Two who begin at once take turns on the plan's row (on SQLite the one write lock is held).
    state = session.scalar(
        sa.select(Plan.state).where(Plan.id == plan.id).with_for_update(key_share=True)
    )
    require_transition(state or plan.state, PlanState.REPLACED)
    reason = checked_text(reason, "Skriv varför planen revideras.")
    known = open_revision(session, plan)
    if known is not None:
        raise InvalidTransition(
            f"En revision är redan påbörjad: version {known.version}. Fortsätt med den."
        )
    latest = session.scalar(
        sa.select(sa.func.max(Plan.version)).where(
            Plan.board_id == plan.board_id, Plan.year == plan.year, Plan.kind == plan.kind
        )
    )
    made = Plan(
        board_id=plan.board_id,
        year=plan.year,
        kind=plan.kind,
        version=(latest or plan.version) + 1,
        source_name=plan.source_name,
        source_sha256=plan.source_sha256,
        replaces_id=plan.id,
        revision_reason=reason,
        created_at=at,
    )
    session.add(made)
    session.flush()
    _copy_content(session, plan, made)
    record(
        session,
        chain=plan.board.code,
        actor=actor,
        at=at,
        event=PlanEvent.REVISED,
        subject=("plan", made.id),
        data={"version": {"old": plan.version, "new": made.version}, "replaces": plan.id},
        reason=reason,
    )
    return made


def _copy_content(session: Session, plan: Plan, made: Plan) -> None:
    areas: dict[int, ControlArea] = {}
    for area in session.scalars(sa.select(ControlArea).where(ControlArea.plan_id == plan.id)):
        areas[area.id] = _copy(area, plan_id=made.id)
    texts = session.scalars(sa.select(PlanText).where(PlanText.plan_id == plan.id))
    session.add_all([*areas.values(), *(_copy(text, plan_id=made.id) for text in texts)])
    session.flush()
    controls = session.scalars(
        sa.select(Control)
        .options(
            selectinload(Control.risks),
            selectinload(Control.criteria),
            selectinload(Control.marks),
        )
        .where(Control.plan_id == plan.id)
    ).all()
    for control in controls:
        own = _copy(control, plan_id=made.id, area_id=areas[control.area_id].id)
        session.add(own)
        session.flush()
        own.risks = list(control.risks)
        parts: list[Criterion | ControlMark] = [*control.criteria, *control.marks]
        session.add_all(_copy(part, control_id=own.id) for part in parts)
    session.flush()
    session.expire(made)


def drop_revision(session: Session, plan: Plan, *, actor: Actor, at: datetime) -> None:
    """Ta bort en påbörjad revision that the board has never seen. The plan that holds stays.

    Files that were read into it wait again. Raises NotAllowed, and InvalidTransition for a plan
    that is no revision's draft, has been before the board, or that another plan was copied from.
    """
    ensure(actor, Permission.PLAN_EDIT, Scope(plan.board_id), swedish_day(at), PERMISSIONS)
    if plan.replaces_id is None:
        raise InvalidTransition("Planen är ingen revision och kan inte tas bort.")
    require_editable(plan.state)
    if treatments_of(session, plan.id):
        raise InvalidTransition(
            "Nämnden har behandlat revisionen. Den kan inte tas bort, för beslutet hör till den."
        )
    if session.scalar(sa.select(Plan.id).where(Plan.copied_from_id == plan.id).limit(1)):
        raise InvalidTransition(
            "En annan plan är påbörjad som en kopia av revisionen. Den kan inte tas bort."
        )
    session.execute(
        sa.update(PlanReadingRow)
        .where(PlanReadingRow.plan_id == plan.id)
        .values(plan_id=None, imported_at=None, made={}, undone_at=at)
    )
    own = sa.select(Control.id).where(Control.plan_id == plan.id)
    chain, plan_id, version = plan.board.code, plan.id, plan.version
    replaces_id = plan.replaces_id
    session.execute(sa.delete(control_risk).where(control_risk.c.control_id.in_(own)))
    for part in (Criterion, ControlMark):
        session.execute(sa.delete(part).where(part.control_id.in_(own)))
    for kind in (Control, ControlArea, PlanText):
        session.execute(sa.delete(kind).where(kind.plan_id == plan.id))
    gone = session.execute(
        sa.delete(Plan)
        .where(
            Plan.id == plan.id,
            Plan.state == plan.state,
            Plan.row_version == plan.row_version,
        )
        .execution_options(synchronize_session=False)
    )
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Någon annan ändrade revisionen nyss. Läs om sidan.")
    session.expunge(plan)
    record(
        session,
        chain=chain,
        actor=actor,
        at=at,
        event=PlanEvent.REVISION_DROPPED,
        subject=("plan", plan_id),
        data={"version": version, "replaces": replaces_id},
    )
