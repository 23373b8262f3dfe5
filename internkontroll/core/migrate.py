"""Migrate the database as its owner, then let the application's role in as far as it needs."""

from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from internkontroll.core.walls import lower_walls, raise_walls

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"

APPEND_ONLY = ("trail_row", "trail_payload", "trail_disposal", "reading")
"""Tables in which the application's role may insert and read, nothing else."""


def _config(connection: sa.Connection | None = None) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


@cache
def known_revisions() -> tuple[str, ...]:
    """The revisions that the program knows, newest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_config())
    return tuple(script.revision for script in scripts.walk_revisions())


def head_revision() -> str:
    """The revision that the program needs."""
    return known_revisions()[0]


def revision_of(connection: sa.Connection) -> str | None:
    """The revision that a database is at; None for one without tables."""
    if "alembic_version" not in sa.inspect(connection).get_table_names():
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def _let_in(connection: sa.Connection, role: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(role)
    tables = sa.inspect(connection).get_table_names()
    for table in tables:
        name = connection.dialect.identifier_preparer.quote(table)
        rights = "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        if table == "alembic_version":
            rights = "SELECT"
        connection.exec_driver_sql(f"REVOKE ALL ON {name} FROM {quoted}")
        connection.exec_driver_sql(f"GRANT {rights} ON {name} TO {quoted}")
    connection.exec_driver_sql(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {quoted}")


def migrate(owner_url: str, application_role: str | None = None, revision: str = "head") -> None:
    """Bring the tables to a revision as the owner.

    ``application_role`` (PostgreSQL) gets its rights: rows of the trail can be added and read by
    it, never changed. A role that is the owner itself is left as it is, and no wall between boards
    holds it.
    """
    from alembic import command

    engine = sa.create_engine(owner_url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            lower_walls(connection)
            connection.commit()
            command.upgrade(_config(connection), revision)
            raise_walls(connection)
            connection.commit()
            if (
                connection.dialect.name == "postgresql"
                and application_role
                and application_role != engine.url.username
            ):
                _let_in(connection, application_role)
                connection.commit()
    finally:
        engine.dispose()


def migrate_down(owner_url: str, revision: str) -> None:
    """Take the tables back to a revision; for tests of the way back."""
    from alembic import command

    engine = sa.create_engine(owner_url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            lower_walls(connection)
            connection.commit()
            command.downgrade(_config(connection), revision)
            raise_walls(connection)
            connection.commit()
    finally:
        engine.dispose()
