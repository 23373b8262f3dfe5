"""Räckvidd: which boards' rows the database itself gives out here and now.

The second wall. The first is the program's own question, which asks for one board's rows; this one
holds where a question forgot to. On PostgreSQL each transaction tells the database which boards it
is about, and the rows of all others are not there (:mod:`internkontroll.core.walls`). Where nothing
has been said, no board's rows are. SQLite has no such wall.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from enum import Enum
from typing import Any, Literal

from sqlalchemy import Connection, Engine, event

from internkontroll.core.access import Actor

SETTING = "internkontroll.boards"
"""What the database's policies ask for: ids with commas between, ``*`` for every board."""

_TOLD = "reach told"


class Every(Enum):
    """Every board there is: jobs, the command line, the login, roles in the whole municipality."""

    BOARD = "*"


EVERY_BOARD = Every.BOARD

Boards = Collection[int] | Literal[Every.BOARD]

_reach: ContextVar[str] = ContextVar("reach", default="")


@contextmanager
def within(boards: Boards) -> Iterator[None]:
    """Let only these boards' rows be reached in this thread until the end of the block.

    A narrower block may stand in a wider one, and the other way round: a wider one is a declared
    exception, to be found by its name.
    """
    told = "*" if isinstance(boards, Every) else ",".join(map(str, sorted(boards)))
    token = _reach.set(told)
    try:
        yield
    finally:
        _reach.reset(token)


def boards_of(actor: Actor, on: date) -> Boards:
    """The boards in which the actor has a role that day; every board by one in the municipality."""
    held = {grant.board_id for grant in actor.grants if grant.valid_from <= on <= grant.valid_to}
    if actor.is_system or None in held:
        return EVERY_BOARD
    return {board_id for board_id in held if board_id is not None}


@event.listens_for(Engine, "begin")
def _nothing_told_yet(connection: Connection) -> None:
    connection.info.pop(_TOLD, None)


@event.listens_for(Engine, "rollback_savepoint")
def _told_in_vain(connection: Connection, _name: str, _context: None) -> None:
    # What was told after the savepoint went with it.
    connection.info.pop(_TOLD, None)


@event.listens_for(Engine, "before_cursor_execute")
def _tell(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
    # What is told on the way back to a savepoint is lost there, and may stand after an error.
    if connection.dialect.name != "postgresql" or statement.startswith("ROLLBACK"):
        return
    wanted = _reach.get()
    if connection.info.get(_TOLD) == wanted:
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("SELECT set_config(%s, %s, true)", (SETTING, wanted))
    connection.info[_TOLD] = wanted
