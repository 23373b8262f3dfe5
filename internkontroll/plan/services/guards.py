"""What every change of a plan's content asks first, and how the plan's own version rises."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.personal_id import names_a_person
from internkontroll.core.text import clean_line, clean_text
from internkontroll.plan.models import Control, ControlArea, Criterion, Plan
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.rules.states import require_editable

LINE_MAX = 300
"""Longest name or line, in characters."""

BODY_MAX = 8_000
"""Longest text of several lines, in characters."""


def has_changed(result: Any) -> bool:
    """Whether a conditional UPDATE or DELETE met its row."""
    return bool(result.rowcount)


def may_edit(plan: Plan, *, actor: Actor, at: datetime) -> None:
    """Refuse with NotAllowed or InvalidTransition unless the actor may change the content now."""
    ensure(actor, Permission.PLAN_EDIT, Scope(plan.board_id), swedish_day(at), PERMISSIONS)
    require_editable(plan.state)


def raise_version(session: Session, plan: Plan) -> None:
    """The plan's version rises with its content: whoever is about to decide it must look again.

    Everybody who changes the plan takes turns on its row. Raises Conflict if its state changed.
    """
    still = session.execute(
        sa.update(Plan)
        .where(Plan.id == plan.id, Plan.state == plan.state)
        .values(row_version=Plan.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    if not has_changed(still):
        raise Conflict(
            "Planen har bytt läge sedan du öppnade sidan. Öppna den igen innan du ändrar."
        )
    session.expire(plan, ["row_version", "state"])


def change_if_unchanged(
    session: Session, control: Control, row_version: int, values: Mapping[str, Any]
) -> None:
    """Change a kontrollmoment if it still has the version that the person saw; else Conflict."""
    changed = session.execute(
        sa.update(Control)
        .where(Control.id == control.id, Control.row_version == row_version)
        .values(row_version=Control.row_version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not has_changed(changed):
        raise Conflict(
            "Någon annan har ändrat kontrollmomentet under tiden. Jämför med det som är sparat nu "
            "och spara igen."
        )
    session.refresh(control)


def renumber(
    session: Session,
    column: sa.orm.InstrumentedAttribute[int],
    rows: Sequence[Control | ControlArea | Criterion],
) -> None:
    """Give the rows 1, 2, 3 ... in their order. No two rows have one number on the way."""
    table = column.class_
    if not rows:
        return
    ids = [row.id for row in rows]
    chosen = sa.update(table).where(table.id.in_(ids)).execution_options(synchronize_session=False)
    session.execute(chosen.values({column: -column}))
    order = sa.case({id_: number for number, id_ in enumerate(ids, start=1)}, value=table.id)
    session.execute(chosen.values({column: order}))
    for row in rows:
        session.expire(row, [column.key])


def moved(ids: Sequence[int], moving: int, to: int) -> list[int]:
    """The ids with one of them at place ``to`` (1 is first); a place outside is the nearest end."""
    rest = [id_ for id_ in ids if id_ != moving]
    place = min(max(to, 1), len(ids)) - 1
    return [*rest[:place], moving, *rest[place:]]


def _checked(text: str, field: str, limit: int) -> str:
    if len(text) > limit:
        raise InvalidInput(f"Texten är för lång. Skriv högst {limit} tecken.", field=field)
    if names_a_person(text):
        raise InvalidInput(
            "Texten innehåller ett personnummer. Ta bort det. En plan behöver inga personnummer.",
            field=field,
        )
    return text


def line(text: str | None, field: str, *, limit: int = LINE_MAX) -> str | None:
    """A text of one line as it is stored, None if empty. Raises InvalidInput naming the field."""
    return _checked(clean_line(text or ""), field, limit) or None


def body(text: str | None, field: str, *, limit: int = BODY_MAX) -> str | None:
    """A text of several lines as it is stored, None if empty. Raises InvalidInput."""
    return _checked(clean_text(text or ""), field, limit) or None


def required(text: str | None, sentence: str, field: str) -> str:
    """The text, or InvalidInput with the sentence if there is none."""
    if text is None:
        raise InvalidInput(sentence, field=field)
    return text
