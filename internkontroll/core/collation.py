"""Swedish order in the database: what ``core.sorting`` does in memory, asked of both databases."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class swedish_order(FunctionElement[str]):  # noqa: N801 -- used as a function
    """A text column in Swedish order: ``order_by(swedish_order(Unit.name))``."""

    inherit_cache = True
    type = sa.Text()


@compiles(swedish_order, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"{compiler.process(element.clauses, **options)} COLLATE sv"


@compiles(swedish_order, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f'{compiler.process(element.clauses, **options)} COLLATE "sv-SE-x-icu"'
