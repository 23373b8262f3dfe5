"""Ett kontrollmoments kriterier by hand: add, change, move, remove."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import InvalidInput
from internkontroll.plan.models import Control, Criterion, PlanEvent
from internkontroll.plan.rules.checklists import CriterionContent
from internkontroll.plan.services.controls import record_control
from internkontroll.plan.services.guards import (
    body,
    change_if_unchanged,
    may_edit,
    moved,
    raise_version,
    renumber,
    required,
)


def _criteria(session: Session, control: Control) -> Sequence[Criterion]:
    return session.scalars(
        sa.select(Criterion)
        .where(Criterion.control_id == control.id)
        .order_by(Criterion.position)
        .execution_options(populate_existing=True)
    ).all()


def open_criteria(
    session: Session, control: Control, row_version: int | None, actor: Actor, at: datetime
) -> None:
    """Ask whether the criteria may be changed, and let the control's version rise.

    Raises NotAllowed, InvalidTransition, InvalidInput for an obligatory control, and Conflict.
    """
    may_edit(control.plan, actor=actor, at=at)
    if control.obligatory_id is not None:
        raise InvalidInput(
            "Kommunstyrelsen har bestämt kriterierna för ett obligatoriskt kontrollmoment."
        )
    raise_version(session, control.plan)
    seen = control.row_version if row_version is None else row_version
    change_if_unchanged(session, control, seen, {})


def checked_criterion(content: CriterionContent) -> CriterionContent:
    """The criterion as it is stored; raises InvalidInput naming the field."""
    return replace(
        content,
        text=required(
            body(content.text, "text", limit=2_000), "Skriv vad varje post bedöms mot.", "text"
        ),
        help_text=body(content.help_text, "help_text", limit=2_000),
    )


def add_criterion(
    session: Session,
    control: Control,
    content: CriterionContent,
    *,
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> Criterion:
    """Lägg till ett kriterium last. Raises as :func:`edit_control`."""
    content = checked_criterion(content)
    open_criteria(session, control, row_version, actor, at)
    last = max((row.position for row in _criteria(session, control)), default=0)
    criterion = Criterion(
        control_id=control.id,
        position=last + 1,
        text=content.text,
        counts=content.counts,
        help_text=content.help_text,
    )
    session.add(criterion)
    session.flush()
    session.expire(control, ["criteria"])
    data = {"added": content.text, "counts": content.counts}
    record_control(session, control, PlanEvent.CRITERIA_CHANGED, data, actor=actor, at=at)
    return criterion


def change_criterion(
    session: Session,
    criterion: Criterion,
    content: CriterionContent,
    *,
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> Criterion:
    """Ändra ett kriterium: its words, whether it counts, its help. Raises as :func:`edit_control`.

    One that does not count can be deviating without making the item so. One must count.
    """
    control, content = criterion.control, checked_criterion(content)
    old = CriterionContent(criterion.text, criterion.counts, criterion.help_text)
    if old == content and row_version in (None, control.row_version):
        return criterion
    open_criteria(session, control, row_version, actor, at)
    others = [row.counts for row in _criteria(session, control) if row.id != criterion.id]
    if not content.counts and not any(others):
        raise InvalidInput("Minst ett kriterium måste räknas.", field="counts")
    criterion.text, criterion.counts = content.text, content.counts
    criterion.help_text = content.help_text
    session.flush()
    data = {
        name: {"old": getattr(old, name), "new": getattr(content, name)}
        for name in ("text", "counts", "help_text")
        if getattr(old, name) != getattr(content, name)
    }
    record_control(session, control, PlanEvent.CRITERIA_CHANGED, data, actor=actor, at=at)
    return criterion


def move_criterion(
    session: Session, criterion: Criterion, to: int, *, actor: Actor, at: datetime
) -> Criterion:
    """Flytta ett kriterium to a place, 1 is first."""
    control = criterion.control
    open_criteria(session, control, None, actor, at)
    rows = {row.id: row for row in _criteria(session, control)}
    old, order = criterion.position, moved(list(rows), criterion.id, to)
    if order == list(rows):
        return criterion
    renumber(session, Criterion.position, [rows[id_] for id_ in order])
    session.expire(control, ["criteria"])
    data = {"moved": criterion.text, "position": {"old": old, "new": criterion.position}}
    record_control(session, control, PlanEvent.CRITERIA_CHANGED, data, actor=actor, at=at)
    return criterion


def remove_criterion(
    session: Session, criterion: Criterion, *, actor: Actor, at: datetime
) -> Control:
    """Ta bort ett kriterium; a kontrollmoment keeps at least one that counts. Its control."""
    control, text, own = criterion.control, criterion.text, criterion.id
    open_criteria(session, control, None, actor, at)
    rest = [row for row in _criteria(session, control) if row.id != own]
    if not any(row.counts for row in rest):
        raise InvalidInput(
            "Ett kontrollmoment behöver minst ett kriterium som räknas. Lägg till ett annat först."
        )
    session.execute(sa.delete(Criterion).where(Criterion.id == own))
    session.expire(control, ["criteria"])
    renumber(session, Criterion.position, rest)
    record_control(
        session, control, PlanEvent.CRITERIA_CHANGED, {"removed": text}, actor=actor, at=at
    )
    return control
