"""The step to 0007 keeps every row: units get a first period, the municipality its points."""

import pytest
import sqlalchemy as sa

from internkontroll.core.migrate import migrate, migrate_down
from tests.databases import Databases

BEFORE = """
INSERT INTO municipality (id, name) VALUES (1, 'Exempelkommunen');
INSERT INTO board (id, code, name, kind, oversight)
VALUES (1, 'SCN', 'Socialnämnden', 'board', false);
INSERT INTO unit (id, board_id, parent_id, name, valid_from)
VALUES (1, 1, NULL, 'Förvaltningen', '2019-01-01'), (2, 1, 1, 'Ekonomi', '2019-06-01');
INSERT INTO user_account (id, username, title, password_hash, is_active, is_demo, created_at)
VALUES (1, 'a', 'A', 'x', true, false, '2019-01-01 00:00:00');
INSERT INTO role_grant (id, user_id, role, board_id, valid_from)
VALUES (1, 1, 'reader', 1, '2019-01-01')
"""


@pytest.fixture
def migrated(database_url: str, databases: Databases) -> str:
    """A database with rows from before 0007, brought to it; the owner's address."""
    owner = databases.owner_of(database_url)
    migrate_down(owner, "0006")
    engine = sa.create_engine(owner, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in BEFORE.split(";"):
            connection.exec_driver_sql(statement)
    engine.dispose()
    migrate(owner, revision="0007")
    return owner


def rows(owner: str, statement: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(owner, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(statement)]
    engine.dispose()
    return found


def test_units_get_a_first_period_and_nothing_is_lost(migrated: str) -> None:
    periods = rows(migrated, "SELECT unit_id, name, parent_id FROM unit_period ORDER BY unit_id")

    assert periods == [(1, "Förvaltningen", None), (2, "Ekonomi", 1)]
    assert rows(migrated, "SELECT due_days, row_version FROM municipality") == [(14, 1)]
    assert rows(migrated, "SELECT name FROM default_point ORDER BY month") == [
        ("april",),
        ("augusti",),
        ("årsbokslut",),
    ]
    assert rows(migrated, "SELECT id, row_version, start_password_until FROM user_account") == [
        (1, 1, None)
    ]
    assert rows(migrated, "SELECT user_id, row_version FROM role_grant") == [(1, 1)]


def test_the_way_back_keeps_the_rows(migrated: str) -> None:
    migrate_down(migrated, "0006")

    assert rows(migrated, "SELECT name FROM unit ORDER BY id") == [("Förvaltningen",), ("Ekonomi",)]
    assert rows(migrated, "SELECT user_id FROM role_grant") == [(1,)]
