"""The database behind the session: the only place that knows Flask-SQLAlchemy.

Imported by the web floor, the command line and the jobs; features get a session as an argument.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event

from internkontroll.core.base import Base
from internkontroll.core.sorting import swedish_compare

db = SQLAlchemy(model_class=Base, session_options={"autoflush": True})

_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def intent_to_write() -> Iterator[None]:
    """Take the write lock at the first statement instead of at the first write.

    SQLite cannot turn a read into a write once another process has written in between; a request
    that is going to write therefore says so first. PostgreSQL needs no such thing.
    """
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def intent_to_read() -> Iterator[None]:
    """Take no write lock for what is read before a long computation in a writing request."""
    token = _writing.set(False)
    try:
        yield
    finally:
        _writing.reset(token)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    connection.create_collation("sv", swedish_compare)
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "busy_timeout=15000", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
