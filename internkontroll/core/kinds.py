"""Rows of several kinds in one statement: each part names only the columns that it has.

What a page is made of often lies in many small answers, and to ask costs more than to answer.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.type_api import TypeEngine

KIND = "kind"


def of_kinds(
    columns: Mapping[str, TypeEngine[Any]],
    parts: Iterable[tuple[int, sa.Select[*tuple[Any, ...]]]],
) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """The parts' rows after each other, in no order: ``kind`` first, then the columns in theirs.

    A part's column is known by its name or label; those it lacks are empty in its rows. A part says
    itself what it selects from. Raises ValueError for a name that is not among the columns.
    """
    return sa.union_all(*(_part(columns, kind, statement) for kind, statement in parts))


def _part(
    columns: Mapping[str, TypeEngine[Any]], kind: int, statement: sa.Select[*tuple[Any, ...]]
) -> sa.Select[*tuple[Any, ...]]:
    own = dict(statement.selected_columns.items())
    if unknown := own.keys() - columns.keys():
        raise ValueError(f"columns that no row of the statement has: {sorted(unknown)}")
    return statement.with_only_columns(
        sa.literal(kind).label(KIND),
        *(
            (
                sa.type_coerce(own[name], of_type) if name in own else sa.cast(sa.null(), of_type)
            ).label(name)
            for name, of_type in columns.items()
        ),
    )
