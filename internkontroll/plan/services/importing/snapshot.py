"""Ögonblicksbild: a kontrollmoment as plain data, to see later if it was touched, to put back."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.base import UtcDateTime
from internkontroll.core.canonical import plain
from internkontroll.plan.models import Control, ControlMark, Criterion

State = dict[str, Any]

NOT_CONTENT = frozenset({"id", "plan_id", "row_version"})
"""Columns of a kontrollmoment that no import sets and no undo puts back."""


def columns_of(row: Any) -> State:
    """The row's columns by name as JSON knows them."""
    return {column.key: plain(getattr(row, column.key)) for column in row.__table__.columns}


def state_of(control: Control) -> State:
    """All of a kontrollmoment: its columns, criteria, marks and risks. They are loaded."""
    return {
        "columns": columns_of(control),
        "criteria": [columns_of(row) for row in sorted(control.criteria, key=lambda r: r.id)],
        "marks": [columns_of(row) for row in sorted(control.marks, key=lambda r: r.id)],
        "risks": sorted(risk.id for risk in control.risks),
    }


def is_touched(now: State, then: State) -> bool:
    """Whether the kontrollmoment has changed. A column that came later is not compared."""

    def same(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
        return all(new[name] == value for name, value in old.items() if name in new)

    def alike(new: list[State], old: list[State]) -> bool:
        return len(new) == len(old) and all(map(same, new, old))

    return not (
        same(now["columns"], then["columns"])
        and alike(now["criteria"], then["criteria"])
        and alike(now["marks"], then["marks"])
        and now["risks"] == then["risks"]
    )


def stored_values(table: type, state: State) -> State:
    """A row's columns from plain data back to what the model stores."""
    mapped: Any = sa.inspect(table).columns
    return {
        name: _stored(mapped[name].type, value) for name, value in state.items() if name in mapped
    }


def _stored(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        member: Enum = kind.enum_class(value)
        return member
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    return value


def put_back(session: Session, control: Control, before: State) -> None:
    """Give a kontrollmoment its earlier columns, criteria, marks and risks; flushes."""
    values = stored_values(Control, before["columns"])
    for name, value in values.items():
        if name not in NOT_CONTENT:
            setattr(control, name, value)
    control.row_version += 1
    for kind, rows, had in (
        (Criterion, list(control.criteria), before["criteria"]),
        (ControlMark, list(control.marks), before["marks"]),
    ):
        now = {row.id: row for row in rows}
        wanted = {state["id"]: state for state in had}
        for id_, row in now.items():
            if id_ not in wanted:
                session.delete(row)
        session.flush()
        for id_, state in wanted.items():
            old = stored_values(kind, state)
            if id_ in now:
                for name, value in old.items():
                    setattr(now[id_], name, value)
            else:
                session.add(kind(**old))
        session.flush()
    session.expire(control, ["criteria", "marks"])
