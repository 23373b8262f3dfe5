"""The second wall: PostgreSQL itself gives out no other board's rows, whatever the program asks."""

from collections.abc import Iterator
from contextvars import Context
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Grant, Role, system_actor
from internkontroll.core.base import Base
from internkontroll.core.clock import swedish_day
from internkontroll.core.migrate import migrate
from internkontroll.core.reach import EVERY_BOARD, boards_of, within
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from tests.databases import Databases
from tests.world import AT, copied_world

pytestmark = pytest.mark.postgres

OPEN = {
    "board": "what the boards are called is no secret",
    "checklist": "the municipality's own lists, for every board",
    "checklist_criterion": "part of such a list",
    "checklist_version": "part of such a list",
    "default_point": "the municipality's settings",
    "document_look": "the municipality's settings",
    "external_identity": "asked for before anybody is known",
    "form_draft": "asked for by its own person alone",
    "house_size": "the municipality's settings",
    "job_run": "the program's own running",
    "login_failure": "asked for before anybody is known",
    "login_session": "asked for before anybody is known",
    "memo_template": "the municipality's settings",
    "municipality": "the municipality's settings",
    "obligatory_control": "the municipality's own, for every board",
    "plan_heading": "what headings mean, for every board",
    "oversight_decision": "what kommunstyrelsen decided of the whole municipality",
    "oversight_summary": "kommunstyrelsen's own words of the whole municipality",
    "pending_login": "asked for before anybody is known",
    "recovery_code": "asked for before anybody is known",
    "second_factor": "asked for before anybody is known",
    "submission": "asked for by its own person alone",
    "user_account": "asked for before anybody is known",
}
"""Tables without a wall, each with its reason. Every other table must have one."""


@dataclass
class Walled:
    """The demonstration on PostgreSQL, as the application's role."""

    engine: sa.Engine
    boards: dict[str, int]

    def count(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        with self.engine.connect() as connection:
            found = connection.scalar(sa.select(sa.func.count()).select_from(table).where(*where))
        assert found is not None
        return found


@pytest.fixture(scope="module")
def walled(databases: Databases) -> Iterator[Walled]:
    with databases.fresh("postgresql") as url:
        with databases.fresh_world() as world:
            copied_world(world, databases.owner_of(url))
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            boards = dict(connection.execute(sa.select(Board.code, Board.id)).all())
        yield Walled(engine, boards)
        engine.dispose()


def walls_in(engine: sa.Engine) -> set[str]:
    with engine.connect() as connection:
        return set(
            connection.scalars(
                sa.text(
                    "SELECT p.tablename FROM pg_policies p JOIN pg_class c "
                    "ON c.relname = p.tablename WHERE p.policyname = 'wall' AND c.relrowsecurity"
                )
            )
        )


def test_every_table_has_a_wall_or_a_reason_for_none(walled: Walled) -> None:
    assert set(Base.metadata.tables) - set(OPEN) == walls_in(walled.engine)


WALLED = sorted(set(Base.metadata.tables) - set(OPEN))


def of_the_municipality(table: sa.Table) -> sa.ColumnElement[bool]:
    """Rows that no single board owns."""
    if table.name == "trail_row":
        return table.c.chain == MUNICIPALITY_CHAIN
    if table.name in {"trail_payload", "trail_disposal"}:
        rows = Base.metadata.tables["trail_row"]
        return table.c.row_id.in_(sa.select(rows.c.id).where(rows.c.chain == MUNICIPALITY_CHAIN))
    if "board_id" in table.c and table.c.board_id.nullable:
        return table.c.board_id.is_(None)
    return sa.false()


@pytest.mark.parametrize("name", WALLED)
def test_each_row_is_given_out_within_one_board_and_in_no_other(walled: Walled, name: str) -> None:
    table = Base.metadata.tables[name]
    own = sa.not_(of_the_municipality(table))
    with within(EVERY_BOARD):
        everything = walled.count(table, own)
    parts = {}
    for code, board_id in walled.boards.items():
        with within({board_id}):
            parts[code] = walled.count(table, own)
            if "board_id" in table.c:
                others = table.c.board_id.is_not(None), table.c.board_id != board_id
                assert walled.count(table, *others) == 0

    assert sum(parts.values()) == everything
    nothing_said = Context()
    assert nothing_said.run(walled.count, table, own) == 0


def test_the_demonstration_fills_most_tables_that_have_a_wall(walled: Walled) -> None:
    with within(EVERY_BOARD):
        filled = {name for name in WALLED if walled.count(Base.metadata.tables[name])}

    assert len(filled) > len(WALLED) * 0.6


def test_a_row_cannot_be_written_into_another_board(walled: Walled) -> None:
    scn, amn = walled.boards["SCN"], walled.boards["AMN"]
    with within({scn}), Session(walled.engine) as session:
        session.add(Subcommittee(board_id=amn, code="X", name="X", reviews_cases=False))
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.flush()


def test_another_boards_row_is_neither_changed_nor_deleted(walled: Walled) -> None:
    scn, amn = walled.boards["SCN"], walled.boards["AMN"]
    risk = Base.metadata.tables["risk"]
    with within({amn}), walled.engine.connect() as connection:
        changed = connection.execute(
            sa.update(risk).where(risk.c.board_id == scn).values(owner="x")
        )
        assert changed.rowcount == 0
    with within({scn}):
        assert walled.count(risk) > 0


def committees(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count(Subcommittee.id))) or 0


def test_what_is_reached_holds_over_commit_rollback_and_savepoint(walled: Walled) -> None:
    with within({walled.boards["SCN"]}), Session(walled.engine) as session:
        had = committees(session)
        assert had == 2
        session.commit()
        assert committees(session) == had
        savepoint = session.begin_nested()
        with within(EVERY_BOARD):
            committees(session)
        savepoint.rollback()
        with within(()):
            assert committees(session) == 0
        savepoint = session.begin_nested()
        with within(()):
            assert committees(session) == 0
        savepoint.rollback()
        assert committees(session) == had
        session.rollback()
        assert committees(session) == had


def test_a_connection_that_is_given_back_takes_nothing_along(walled: Walled) -> None:
    pooled = sa.create_engine(walled.engine.url, pool_size=1, max_overflow=0)
    with within(EVERY_BOARD), Session(pooled) as session:
        assert committees(session) == 2
    with within(()), Session(pooled) as session:
        assert committees(session) == 0
    pooled.dispose()


def test_telling_the_database_is_no_query_of_the_page(walled: Walled) -> None:
    told: list[str] = []
    sa.event.listen(walled.engine, "before_cursor_execute", lambda *given: told.append(given[2]))
    with within({walled.boards["SCN"]}), Session(walled.engine) as session:
        committees(session)
        committees(session)

    assert len(told) == 2
    assert not [statement for statement in told if "set_config" in statement]


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.ADMINISTRATOR])
def test_a_role_reaches_its_board_while_it_lasts(role: Role) -> None:
    day = swedish_day(AT)
    ended = Grant(role, 7, valid_to=day.replace(day=1))
    actor = Actor(1, "x", (Grant(role, 3), Grant(role, 5, subcommittee_id=2), ended))

    assert boards_of(actor, day) == {3, 5}
    assert boards_of(Actor(1, "x", (Grant(role, None),)), day) is EVERY_BOARD
    assert boards_of(Actor(1, "x"), day) == set()
    assert boards_of(system_actor("x"), day) is EVERY_BOARD


def test_a_table_that_is_made_later_gets_its_wall_at_the_next_migration(
    databases: Databases,
) -> None:
    with databases.fresh("postgresql") as url:
        owner = databases.owner_of(url)
        engine = sa.create_engine(owner, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE afterthought (id integer PRIMARY KEY, "
                "item_id integer NOT NULL REFERENCES sample_item (id))"
            )
        migrate(owner, sa.make_url(url).username)
        assert "afterthought" in walls_in(engine)
        engine.dispose()


def test_a_role_that_owns_nothing_migrates_nothing_and_leaves_the_walls(
    databases: Databases,
) -> None:
    with databases.fresh("postgresql") as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        before = walls_in(engine)
        migrate(url, sa.make_url(url).username)
        assert walls_in(engine) == before
        engine.dispose()
