"""Planens kontrollområden: add, rename, move, remove."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.text import shown, text_key
from internkontroll.plan.models import Control, ControlArea, Plan, PlanEvent
from internkontroll.plan.services.guards import (
    has_changed,
    line,
    may_edit,
    moved,
    raise_version,
    renumber,
    required,
)
from internkontroll.trail.services import record


def areas_in_order(session: Session, plan_id: int) -> Sequence[ControlArea]:
    """The plan's areas in the plan's order, read anew."""
    return session.scalars(
        sa.select(ControlArea)
        .where(ControlArea.plan_id == plan_id)
        .order_by(ControlArea.position)
        .execution_options(populate_existing=True)
    ).all()


def _name(session: Session, plan: Plan, name: str, but: int | None = None) -> str:
    cleaned = required(line(name, "name"), "Skriv kontrollområdets namn.", "name")
    for area in areas_in_order(session, plan.id):
        if area.id != but and text_key(area.name) == text_key(cleaned):
            raise InvalidInput(
                f"Planen har redan ett kontrollområde som heter ”{shown(area.name)}”. "
                "Skriv ett annat namn.",
                field="name",
            )
    return cleaned


def _record(session: Session, plan: Plan, actor: Actor, at: datetime, **data: Any) -> None:
    record(
        session,
        chain=plan.board.code,
        actor=actor,
        at=at,
        event=PlanEvent.AREAS_CHANGED,
        subject=("plan", plan.id),
        data=data,
    )


def add_area(session: Session, plan: Plan, name: str, *, actor: Actor, at: datetime) -> ControlArea:
    """Lägg till ett kontrollområde last in the plan.

    Raises NotAllowed, InvalidTransition, InvalidInput for a name that is empty, too long or taken.
    """
    may_edit(plan, actor=actor, at=at)
    raise_version(session, plan)
    name = _name(session, plan, name)
    last = max((area.position for area in areas_in_order(session, plan.id)), default=0)
    area = ControlArea(plan_id=plan.id, name=name, position=last + 1)
    session.add(area)
    session.flush()
    session.expire(plan, ["areas"])
    _record(session, plan, actor, at, added=name)
    return area


def rename_area(
    session: Session, area: ControlArea, name: str, *, seen: str, actor: Actor, at: datetime
) -> ControlArea:
    """Byt namn på ett kontrollområde, if it still has the name that the person saw.

    Raises as :func:`add_area`, and Conflict.
    """
    plan = area.plan
    may_edit(plan, actor=actor, at=at)
    raise_version(session, plan)
    name = _name(session, plan, name, but=area.id)
    if name == seen == area.name:
        return area
    changed = session.execute(
        sa.update(ControlArea)
        .where(ControlArea.id == area.id, ControlArea.name == seen)
        .values(name=name)
        .execution_options(synchronize_session=False)
    )
    if not has_changed(changed):
        raise Conflict(
            "Någon annan har bytt namn på kontrollområdet under tiden. Jämför och spara igen."
        )
    session.refresh(area)
    _record(session, plan, actor, at, renamed={"old": seen, "new": name})
    return area


def move_area(
    session: Session, area: ControlArea, to: int, *, actor: Actor, at: datetime
) -> ControlArea:
    """Flytta ett kontrollområde to a place in the plan, 1 is first; outside is the nearest end."""
    plan = area.plan
    may_edit(plan, actor=actor, at=at)
    raise_version(session, plan)
    rows = {row.id: row for row in areas_in_order(session, plan.id)}
    order = moved(list(rows), area.id, to)
    if order == list(rows):
        return area
    old = area.position
    renumber(session, ControlArea.position, [rows[id_] for id_ in order])
    session.expire(plan, ["areas"])
    _record(session, plan, actor, at, moved=area.name, position={"old": old, "new": area.position})
    return area


def remove_area(session: Session, area: ControlArea, *, actor: Actor, at: datetime) -> None:
    """Ta bort ett tomt kontrollområde.

    Raises NotAllowed, InvalidTransition, InvalidInput if it has kontrollmoment, Conflict if gone.
    """
    plan, name = area.plan, area.name
    may_edit(plan, actor=actor, at=at)
    raise_version(session, plan)
    used = session.scalar(
        sa.select(sa.func.count()).select_from(Control).where(Control.area_id == area.id)
    )
    if used:
        raise InvalidInput(
            f"Kontrollområdet har {used} kontrollmoment. Flytta dem till ett annat område eller ta "
            "bort dem först."
        )
    gone = session.execute(
        sa.delete(ControlArea)
        .where(ControlArea.id == area.id)
        .execution_options(synchronize_session=False)
    )
    if not has_changed(gone):
        raise Conflict("Kontrollområdet är redan borttaget. Öppna planen igen.")
    session.expunge(area)
    session.expire(plan, ["areas"])
    renumber(session, ControlArea.position, areas_in_order(session, plan.id))
    _record(session, plan, actor, at, removed=name)
