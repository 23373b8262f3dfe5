"""A table as lines of canonical JSON: the same line for the same row on both databases.

A line is an array in the order of the columns' names, lines follow the primary key. A JSON value
is wrapped in {"json": ...}, so that SQL's NULL and JSON's null stay apart; bytes are base64.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

LEFT_OUT = frozenset({"alembic_version", "login_session", "pending_login", "form_draft"})
"""Not carried: the revision stands in the list of contents, and nobody stays logged in."""

BATCH = 1_000


@dataclass(frozen=True)
class StoredTable:
    """A table as a database has it. ``columns`` are sorted by name."""

    name: str
    columns: tuple[tuple[str, sa.types.TypeEngine[Any]], ...]
    key: tuple[str, ...]

    @property
    def column_names(self) -> list[str]:
        """The columns in the order of a line."""
        return [name for name, _ in self.columns]

    def clause(self) -> sa.TableClause:
        """The table for a statement."""
        return sa.table(self.name, *(sa.column(name, kind) for name, kind in self.columns))


@dataclass(frozen=True)
class TableSum:
    """How many rows a table's lines are, and their SHA-256."""

    rows: int
    sha256: str
    columns: Sequence[str]


def stored_tables(connection: sa.Connection) -> list[StoredTable]:
    """The tables that a backup carries, by name, as they are in the database at its revision."""
    inspector = sa.inspect(connection)
    tables = []
    for name in sorted(set(inspector.get_table_names()) - LEFT_OUT):
        columns = sorted((found["name"], found["type"]) for found in inspector.get_columns(name))
        key = tuple(inspector.get_pk_constraint(name)["constrained_columns"])
        tables.append(StoredTable(name, tuple(columns), key or tuple(dict(columns))))
    return tables


def _chosen(column: sa.ColumnClause[Any]) -> sa.ColumnElement[Any]:
    if isinstance(column.type, sa.JSON):
        return sa.cast(column, sa.Text).label(column.name)
    return column


def _order(column: sa.ColumnClause[Any], dialect: str) -> sa.ColumnElement[Any]:
    # By bytes, as SQLite does: a server's language orders letters in its own way.
    bytewise = dialect == "postgresql" and isinstance(column.type, sa.String)
    return column.collate("C") if bytewise else column


def _written(value: Any, kind: sa.types.TypeEngine[Any]) -> Any:
    if value is None:
        return None
    if isinstance(kind, sa.JSON):
        return {"json": json.loads(value)}
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return moment.isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, bool | int | str):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a backup")


def lines_of(connection: sa.Connection, table: StoredTable) -> Iterator[bytes]:
    """Every row of the table as a line, a batch at a time."""
    clause = table.clause()
    order = [_order(clause.c[name], connection.dialect.name) for name in table.key]
    select = sa.select(*(_chosen(column) for column in clause.c)).order_by(*order)
    with connection.execution_options(yield_per=BATCH).execute(select) as found:
        for row in found:
            values = [
                _written(value, kind) for value, (_, kind) in zip(row, table.columns, strict=True)
            ]
            text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
            yield text.encode("utf-8") + b"\n"


class LineCount:
    """Counts and hashes lines as they pass."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()

    def passing(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The same lines, counted."""
        for line in lines:
            self.rows += 1
            self._hash.update(line)
            yield line

    @property
    def sha256(self) -> str:
        """The SHA-256 of what has passed."""
        return self._hash.hexdigest()


def sum_of(connection: sa.Connection, table: StoredTable) -> TableSum:
    """Count and hash a table as it stands."""
    count = LineCount()
    for _ in count.passing(lines_of(connection, table)):
        pass
    return TableSum(count.rows, count.sha256, table.column_names)


def _read(value: Any, kind: sa.types.TypeEngine[Any], dialect: str) -> Any:
    if value is None:
        return None
    if isinstance(kind, sa.JSON):
        return sa.JSON.NULL if value["json"] is None else value["json"]
    if isinstance(kind, sa.DateTime):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=None) if dialect == "sqlite" else moment
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    if isinstance(kind, sa.LargeBinary):
        return base64.b64decode(value, validate=True)
    return value


def fill(connection: sa.Connection, table: StoredTable, lines: Iterable[bytes]) -> None:
    """Insert the lines into an empty table. Raises ValueError for a line that is no row of it."""
    dialect = connection.dialect.name
    kinds = [
        (name, sa.JSON(none_as_null=True) if isinstance(kind, sa.JSON) else kind)
        for name, kind in table.columns
    ]
    insert = sa.insert(sa.table(table.name, *(sa.column(*pair) for pair in kinds)))
    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        rows = []
        for line in batch:
            values = json.loads(line)
            rows.append(
                {
                    name: _read(value, kind, dialect)
                    for value, (name, kind) in zip(values, kinds, strict=True)
                }
            )
        connection.execute(insert, rows)
