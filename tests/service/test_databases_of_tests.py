"""A database that a test has only rolled back in is given to the next test; any other is not."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.organisation.models import Board
from tests.databases import Databases
from tests.factories import make_board

pytestmark = pytest.mark.postgres


@contextmanager
def session_in(url: str) -> Iterator[Session]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_what_was_rolled_back_leaves_an_empty_database_with_numbers_from_one(
    databases: Databases,
) -> None:
    ids = []
    urls = []
    for _ in range(2):
        with databases.fresh("postgresql") as url, session_in(url) as session:
            urls.append(url)
            assert session.scalar(sa.select(sa.func.count()).select_from(Board)) == 0
            ids.append([make_board(session, code, "Nämnd").id for code in ("AAN", "BBN")])

    assert urls[0] == urls[1]
    assert ids == [[1, 2], [1, 2]]


def test_a_database_in_which_something_was_kept_is_never_given_again(databases: Databases) -> None:
    with databases.fresh("postgresql") as first, session_in(first) as session:
        make_board(session, "AAN", "Nämnd")
        session.commit()
    with databases.fresh("postgresql") as second, session_in(second) as session:
        assert second != first
        assert session.scalar(sa.select(sa.func.count()).select_from(Board)) == 0


def test_a_table_that_was_made_is_gone_with_its_database(databases: Databases) -> None:
    with databases.fresh("postgresql") as first:
        owner = sa.create_engine(databases.owner_of(first), poolclass=sa.NullPool)
        with owner.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE made_by_a_test (id integer)")
        owner.dispose()
    with databases.fresh("postgresql") as second:
        assert second != first


def test_a_transaction_that_is_still_open_keeps_its_database_from_the_next_test(
    databases: Databases,
) -> None:
    with databases.fresh("postgresql") as first:
        engine = sa.create_engine(first, poolclass=sa.NullPool)
        connection = engine.connect()
        connection.execute(sa.select(Board.id))
    with databases.fresh("postgresql") as second:
        assert second != first
    connection.invalidate()
    connection.close()
    engine.dispose()
