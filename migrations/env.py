"""Alembic's environment: migrates on the owner's connection that it is handed."""

import sqlalchemy as sa
from alembic import context

from internkontroll.app import load_models
from internkontroll.core.base import Base

load_models()


def run(connection: sa.Connection) -> None:
    """Migrate on the connection. On SQLite foreign keys rest meanwhile, or batches delete rows."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.commit()
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
        connection.commit()
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        if broken:
            raise RuntimeError(f"the migration left rows without parents: {broken[:5]}")


run(context.config.attributes["connection"])
