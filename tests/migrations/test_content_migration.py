"""The step to 0009 packs every row of every list, and the way back unpacks them."""

import hashlib
import zlib

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.migrate import migrate, migrate_down
from tests.databases import Databases
from tests.factories import (
    make_board,
    make_control,
    make_drawn_sample,
    make_occurrence,
    make_plan,
    make_points,
)

CONTENT = "SELECT population_id, body, names FROM population_content ORDER BY population_id"
ROWS = """
SELECT population_id, number, reference, folded, amount FROM population_row ORDER BY 1, 2
"""


def rows(owner: str, statement: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(owner, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(statement)]
    engine.dispose()
    return found


def unpacked(block: object) -> bytes:
    assert isinstance(block, bytes | memoryview)
    return zlib.decompress(block)


@pytest.fixture
def before(database_url: str, databases: Databases) -> str:
    """A database as it was before 0009, with a secret list and an open one; the owner's address."""
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with Session(engine) as session:
        board = make_board(session)
        control = make_control(session, make_plan(session, board, decided=True))
        for point, secret in zip(make_points(session, board), (True, False), strict=False):
            occurrence = make_occurrence(session, control, point)
            make_drawn_sample(session, occurrence, size=7, secret=secret)
        session.commit()
    engine.dispose()
    owner = databases.owner_of(database_url)
    migrate_down(owner, "0008")
    return owner


def test_the_way_back_gives_every_row_its_place(before: str) -> None:
    found = rows(before, ROWS)

    assert len(found) == 14
    first = found[0][0]
    assert found[0] == (first, 1, "SCN 2020-00001", "scn202000001", None)
    assert [row[1] for row in found] == [*range(1, 8), *range(1, 8)]


def test_the_rows_are_packed_byte_for_byte_as_their_hash_was_counted(before: str) -> None:
    migrate(before, revision="0009")

    hashes = dict(rows(before, "SELECT id, sha256 FROM population"))  # type: ignore[arg-type]
    secret, plain = rows(before, CONTENT)
    for number, body, _ in (secret, plain):
        assert hashlib.sha256(unpacked(body)).hexdigest() == hashes[number]
    names = unpacked(secret[2]).decode().split("\n")
    assert sorted(names) == [f"scn2020{number:05d}" for number in range(1, 8)]
    assert plain[2] is None


def test_what_is_drawn_is_there_after_a_turn_down_and_up(before: str) -> None:
    items = "SELECT draw_id, position, row_number, reference FROM sample_item ORDER BY 1, 2"
    found = rows(before, items)
    migrate(before, revision="0009")
    assert rows(before, items) == found
    assert len(found) == 6
