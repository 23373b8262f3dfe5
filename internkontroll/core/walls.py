"""Väggarna i databasen: row-level security on PostgreSQL, put up anew at each migration.

A table with ``board_id`` gives out the rows of the boards reached (:mod:`.reach`). A table below
such a one gives out what belongs to a row that is given out; which table that is follows from its
foreign keys, so that a new table has its wall without anybody writing it. The owner of the tables
is not held by them: migrations, restoring and gallring of the trail go on as that role.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from internkontroll.core.reach import SETTING

POLICY = "wall"

FUNCTIONS = (
    f"""
CREATE OR REPLACE FUNCTION reaches_every_board() RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT coalesce(current_setting('{SETTING}', true), '') = '*' $$
""",
    f"""
CREATE OR REPLACE FUNCTION boards_reached() RETURNS integer[] LANGUAGE sql STABLE AS $$
SELECT coalesce(string_to_array(
    nullif(nullif(current_setting('{SETTING}', true), ''), '*'), ','
)::integer[], '{{}}'::integer[]) $$
""",
)

EVERY = "(SELECT reaches_every_board())"
REACHED = "ANY ((SELECT boards_reached())::integer[])"

OWN_WALLS: Mapping[str, str] = {
    "trail_row": (
        f"{EVERY} OR chain = 'kommun' OR EXISTS "  # noqa: S608 -- our own names
        f"(SELECT 1 FROM board WHERE board.code = trail_row.chain AND board.id = {REACHED})"
    ),
}
"""Tables that belong to a board in another way than by ``board_id`` or a foreign key."""

PEOPLE_AND_BOARDS = frozenset({"board", "user_account", "municipality", "alembic_version"})


@dataclass(frozen=True)
class TableShape:
    """What a wall follows from: a table's columns (may they be empty?) and where they lead."""

    name: str
    nullable: Mapping[str, bool]
    parents: Mapping[str, tuple[str, str]]
    """Column to (table, column), for foreign keys of one column."""


def walls_of(shapes: Mapping[str, TableShape]) -> dict[str, str]:
    """The condition on which each walled table gives out a row; open tables are left out.

    A table without a board hangs on the first column that is never empty and leads to a walled
    table.
    """
    walls = {name: text for name, text in OWN_WALLS.items() if name in shapes}
    for name, shape in shapes.items():
        if "board_id" in shape.nullable:
            empty = f"{name}.board_id IS NULL OR " if shape.nullable["board_id"] else ""
            walls[name] = f"{EVERY} OR {empty}{name}.board_id = {REACHED}"
    while True:
        found = {
            name: wall
            for name, shape in shapes.items()
            if name not in walls and (wall := _behind_a_parent(shape, walls))
        }
        if not found:
            return walls
        walls.update(found)


def _behind_a_parent(shape: TableShape, walls: Mapping[str, str]) -> str | None:
    for column, may_be_empty in shape.nullable.items():
        table, key = shape.parents.get(column, ("", ""))
        if table in walls and table != shape.name and not may_be_empty:
            quoted = f"{shape.name}.{column}"
            below = f"SELECT 1 FROM {table} AS up WHERE up.{key} = {quoted}"  # noqa: S608 -- our own names
            return f"{EVERY} OR EXISTS ({below})"
    return None


def _shapes(connection: sa.Connection) -> dict[str, TableShape]:
    inspector = sa.inspect(connection)
    columns: Any = inspector.get_multi_columns()
    keys: Any = inspector.get_multi_foreign_keys()
    return {
        name: TableShape(
            name=name,
            nullable={column["name"]: column["nullable"] for column in found},
            parents={
                key["constrained_columns"][0]: (key["referred_table"], key["referred_columns"][0])
                for key in keys.get((schema, name), ())
                if len(key["constrained_columns"]) == 1
            },
        )
        for (schema, name), found in sorted(columns.items())
        if name not in PEOPLE_AND_BOARDS
    }


def _may_build(connection: sa.Connection) -> bool:
    # Who does not own the tables has nothing to migrate either: it is told so by the first change.
    if connection.dialect.name != "postgresql":
        return False
    owned = sa.text(
        "SELECT coalesce(bool_and(pg_has_role(tableowner, 'USAGE')), true) FROM pg_tables "
        "WHERE schemaname = current_schema()"
    )
    return bool(connection.scalar(owned))


def lower_walls(connection: sa.Connection) -> None:
    """Take the policies away before the tables change. Behind none, nobody but the owner sees."""
    if not _may_build(connection):
        return
    standing = sa.text(
        "SELECT tablename FROM pg_policies WHERE schemaname = current_schema() "
        "AND policyname = :name ORDER BY 1"
    )
    for table in connection.scalars(standing, {"name": POLICY}).all():
        connection.exec_driver_sql(f"DROP POLICY {POLICY} ON {_quoted(connection, table)}")


def raise_walls(connection: sa.Connection) -> None:
    """Put the policies up on every table that belongs to a board."""
    if not _may_build(connection):
        return
    lower_walls(connection)
    for function in FUNCTIONS:
        connection.exec_driver_sql(function)
    for table, condition in walls_of(_shapes(connection)).items():
        name = _quoted(connection, table)
        connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        connection.exec_driver_sql(
            f"CREATE POLICY {POLICY} ON {name} USING ({condition}) WITH CHECK ({condition})"
        )


def _quoted(connection: sa.Connection, table: str) -> str:
    return connection.dialect.identifier_preparer.quote(table)
