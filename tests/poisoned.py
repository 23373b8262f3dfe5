"""Write hostile texts in every text that the database holds, so that every page shows some."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.base import Base

KEPT = {"code", "seed", "password_hash", "sealed_secret", "coming_secret", "location", "salt"}
"""Texts that are no one's to type."""


def free_texts() -> Iterator[tuple[sa.Table, sa.Column[Any]]]:
    """Columns of any text, as far as their type tells."""
    for table in Base.metadata.tables.values():
        if "id" in table.c and not table.name.startswith(("trail", "login", "alembic")):
            for column in table.c:
                if type(column.type) is sa.Text and column.name not in KEPT:
                    yield table, column


def poison(session: Session, payloads: Sequence[str]) -> int:
    """Write a payload in every text there is, another in each row; how many columns took it."""
    taken, number = 0, 0
    for table, column in free_texts():
        typed = sa.and_(column.is_not(None), ~column.like("{%"), ~column.like("[%"))
        ids = session.scalars(sa.select(table.c.id).where(typed).limit(400)).all()
        try:
            with session.begin_nested():
                for row_id in ids:
                    number += 1
                    payload = payloads[number % len(payloads)]
                    session.execute(
                        sa.update(table).where(table.c.id == row_id).values({column: payload})
                    )
            taken += bool(ids)
        except sa.exc.DatabaseError:  # frozen by a trigger, or bound by a rule of the table's
            continue
    return taken
