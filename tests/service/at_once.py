"""Two who do something at the same time: the second begins before the first is done."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.database import intent_to_write
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.core.transaction import transaction

Act = Callable[[Session], object]


def wait_until_blocked(engine: sa.Engine, started: threading.Event) -> None:
    """Come back when the other one waits for a lock (PostgreSQL), or has begun (SQLite)."""
    assert started.wait(10)
    if engine.dialect.name == "sqlite":
        return
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    pause = threading.Event()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(500):
            if connection.scalar(waiting):
                return
            pause.wait(0.02)
    pytest.fail("the other one never waited")


def at_once(session: Session, database_url: str, first: Act, second: Act) -> Exception | None:
    """Do ``first`` in the session, ``second`` in one of its own meanwhile, and commit the first.

    Returns what the second was refused with, None if it was let through.
    """
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    failures: list[Exception] = []
    started = threading.Event()

    def other() -> None:
        try:
            with (
                within(EVERY_BOARD),
                intent_to_write(),
                Session(engine) as own,
                transaction(own),
            ):
                started.set()
                second(own)
        except Exception as error:
            failures.append(error)

    slower = threading.Thread(target=other)
    first(session)
    session.flush()
    slower.start()
    try:
        wait_until_blocked(engine, started)
    finally:
        session.commit()
        slower.join(30)
        engine.dispose()
    session.expire_all()
    return failures[0] if failures else None
