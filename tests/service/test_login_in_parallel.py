"""Tries to log in at the same moment are counted one after another, on both databases."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import Bucket, LoginFailure
from internkontroll.accounts.rules.guessing import ADDRESS_TRIES
from internkontroll.accounts.services import CheckedLogin, check_login, log_in, verify_login
from internkontroll.accounts.services.buckets import Asker
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


WORKERS, EACH = 8, 30


def guesses(database_url: str, asker_of: Callable[[int], Asker], names: int) -> list[int]:
    """Eight workers who guess at once; returns which of their tries counted, by name's number.

    From the eleventh on each guess is right: only the counts stand in its way.
    """
    engine = sa.create_engine(database_url, pool_size=WORKERS)
    with intent_to_write(), Session(engine) as session:
        board = make_board(session)
        users = [make_user(session, Role.READER, board) for _ in range(names)]
        known = [(user.username, user.id, user.password_hash) for user in users]
        session.commit()
    counted: list[int] = []
    together = threading.Barrier(WORKERS)

    def work(worker: int) -> None:
        together.wait()
        for number in range(worker, WORKERS * EACH, WORKERS):
            which = number % names
            with intent_to_write(), Session(engine) as session:
                result = log_in(
                    session,
                    CheckedLogin(*known[which], right=False),
                    at=AT,
                    tries=TRIES,
                    window=timedelta(minutes=15),
                    asker=asker_of(number),
                )
                session.commit()
            if not result.locked:
                counted.append(which)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(engine) as session:
        for_address = LoginFailure.bucket == Bucket.ADDRESS
        rows = session.scalar(sa.select(sa.func.count(LoginFailure.id)).where(for_address)) or 0
    engine.dispose()
    assert len(counted) <= rows
    return counted


def test_eight_workers_and_made_up_addresses_get_ten_tries_at_an_account(
    database_url: str,
) -> None:
    counted = guesses(database_url, lambda number: Asker(address=f"{number:064x}"), names=1)

    assert len(counted) == TRIES


def test_an_address_has_fifty_however_many_are_made_at_once(database_url: str) -> None:
    counted = guesses(database_url, lambda _: Asker(address="0" * 64), names=WORKERS * EACH)

    assert len(counted) == ADDRESS_TRIES
