"""Migrations: the schema is the models', every step goes both ways, the app's role is let in."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import ProgrammingError

from config import ROOT
from internkontroll.app import load_models
from internkontroll.core.base import Base
from internkontroll.core.migrate import APPEND_ONLY, migrate, migrate_down
from tests.databases import Databases

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))


def checks(connection: sa.Connection) -> dict[str, set[str]]:
    """Names of the CHECK constraints per table: autogenerate does not compare them."""
    inspector = sa.inspect(connection)
    return {
        table: {str(check["name"]) for check in inspector.get_check_constraints(table)}
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def declared_checks() -> dict[str, set[str]]:
    return {
        table.name: {
            str(constraint.name)
            for constraint in table.constraints
            if isinstance(constraint, sa.CheckConstraint)
        }
        for table in Base.metadata.tables.values()
    }


def test_the_migrated_schema_is_the_one_of_the_models(
    database_url: str, databases: Databases
) -> None:
    load_models()
    engine = sa.create_engine(databases.owner_of(database_url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
        found = checks(connection)
    engine.dispose()

    assert differences == []
    assert found == declared_checks()


def test_every_step_goes_down_and_up_again(database_url: str, databases: Databases) -> None:
    owner = databases.owner_of(database_url)

    migrate_down(owner, "base")
    engine = sa.create_engine(owner, poolclass=sa.NullPool)
    with engine.connect() as connection:
        left = set(sa.inspect(connection).get_table_names())
    migrate(owner, "ik_app")
    with engine.connect() as connection:
        back = set(sa.inspect(connection).get_table_names())
    engine.dispose()

    assert left <= {"alembic_version"}
    assert set(Base.metadata.tables) <= back


def test_migrations_are_numbered_without_gap() -> None:
    numbers = [re.match(r"\d{4}", path.name) for path in VERSIONS]

    assert [int(found[0]) for found in numbers if found] == list(range(1, len(VERSIONS) + 1))


@pytest.mark.postgres
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("act", ["UPDATE {} SET row_id = row_id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_applications_role_can_only_add_to_the_trail(
    databases: Databases, table: str, act: str
) -> None:
    column = "id" if table == "trail_row" else "row_id"
    statement = act.replace("row_id", column).format(table)
    with databases.fresh("postgresql") as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection, pytest.raises(ProgrammingError, match="permission"):
            connection.execute(sa.text(statement))
        engine.dispose()


def test_the_folder_holds_nothing_but_migrations() -> None:
    assert {path.suffix for path in Path(VERSIONS[0]).parent.iterdir() if path.is_file()} == {".py"}
