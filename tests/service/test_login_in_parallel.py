"""Tries to log in at the same moment are counted one after another, on both databases."""

import threading
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import LoginFailure
from internkontroll.accounts.services import check_login, log_in, verify_login
from internkontroll.core.access import Role
from internkontroll.core.database import intent_to_write
from tests.factories import PASSWORD, make_board, make_user

AT = datetime(2020, 3, 11, 9, tzinfo=UTC)
AT_ONCE, TRIES = 24, 10


def test_ten_tries_are_ten_however_many_are_made_at_once(database_url: str) -> None:
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        name = make_user(session, Role.READER, make_board(session)).username
        session.commit()
    locked: list[bool] = []
    together = threading.Barrier(AT_ONCE)

    def attempt(password: str) -> bool:
        with intent_to_write(), Session(engine) as session:
            result = log_in(
                session,
                verify_login(check_login(session, name), password),
                at=AT,
                tries=TRIES,
                window=timedelta(minutes=15),
            )
            session.commit()
            return result.locked

    def one() -> None:
        together.wait()
        locked.append(attempt("fel ord varje gång"))

    threads = [threading.Thread(target=one) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with Session(engine) as session:
        counted = session.scalar(sa.select(sa.func.count()).select_from(LoginFailure))
    right_password_is_refused = attempt(PASSWORD)
    engine.dispose()
    assert len(locked) == AT_ONCE
    assert counted == TRIES
    assert sum(locked) == AT_ONCE - TRIES
    assert right_password_is_refused
