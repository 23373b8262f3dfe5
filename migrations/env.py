"""Alembic's environment: migrates on the owner's connection that it is handed."""

import sqlalchemy as sa
from alembic import context

from internkontroll.app import load_models
from internkontroll.core.base import Base

load_models()


def rest_foreign_keys(connection: sa.Connection, *, resting: bool) -> None:
    """Let SQLite's foreign keys rest, or hold again. The pragma is nothing in a transaction.

    SQLAlchemy begins one before every statement, so the driver's own connection is asked.
    """
    connection.commit()
    raw = connection.connection.driver_connection
    raw.execute(f"PRAGMA foreign_keys={'OFF' if resting else 'ON'}")
    if raw.execute("PRAGMA foreign_keys").fetchone()[0] == resting:
        raise RuntimeError("SQLite's foreign keys could not be switched: a transaction is open")


def run(connection: sa.Connection) -> None:
    """Migrate on the connection. On SQLite foreign keys rest meanwhile, or batches delete rows."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        rest_foreign_keys(connection, resting=True)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        rest_foreign_keys(connection, resting=False)
        if broken:
            raise RuntimeError(f"the migration left rows without parents: {broken[:5]}")


run(context.config.attributes["connection"])
