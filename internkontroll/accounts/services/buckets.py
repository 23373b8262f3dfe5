"""Hinkar för misslyckade inloggningar: counted per account, per known browser and per address.

A stranger's failure counts with the account and with the address. One in a browser that the
account has logged in from counts with that browser alone, so that no stranger can use up its
tries, nor a whole house's address (OWASP, "Slow down online guessing attacks with device cookies").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import Bucket, LoginFailure
from internkontroll.accounts.rules import name_digest
from internkontroll.accounts.rules.guessing import tries_of_address

Counted = tuple[Bucket, str]
"""A bucket's kind and digest."""


@dataclass(frozen=True)
class Asker:
    """Vem som försöker, before anybody is known.

    ``browser`` marks one that the account has logged in from; None is a stranger's. ``address`` is
    the digest of where a stranger asks from; None (the program itself) counts with the account
    alone.
    """

    browser: str | None = None
    address: str | None = None


STRANGER = Asker()


def buckets_of(username: str, asker: Asker) -> list[Counted]:
    """Where a failure of the name counts; addresses first, so that turns are taken in one order."""
    if asker.browser is not None:
        return [(Bucket.BROWSER, name_digest(username, asker.browser))]
    account = (Bucket.ACCOUNT, name_digest(username))
    return [account] if asker.address is None else [(Bucket.ADDRESS, asker.address), account]


def take_turns(session: Session, buckets: Sequence[Counted]) -> None:
    """Let tries of one bucket follow on each other, so that none is counted too late.

    On SQLite the one write lock is held already: every writing request asks for it first.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for kind, digest in buckets:
        turn = sa.func.pg_advisory_xact_lock(
            sa.func.hashtext(f"login:{kind}"), sa.func.hashtext(digest)
        )
        session.execute(sa.select(turn))


def _failures(session: Session, since: datetime, *where: sa.ColumnElement[bool]) -> int:
    counted = sa.select(sa.func.count()).select_from(LoginFailure)
    return session.scalar(counted.where(LoginFailure.at > since, *where)) or 0


def failures_since(session: Session, bucket: Counted, since: datetime) -> int:
    """How many tries of the bucket have failed after that moment."""
    kind, digest = bucket
    return _failures(session, since, LoginFailure.bucket == kind, LoginFailure.digest == digest)


def is_full(
    session: Session, bucket: Counted, *, at: datetime, tries: int, window: timedelta
) -> bool:
    """Whether the bucket takes no more tries: ``tries``, or what an address has in such weather."""
    since = at - window
    if bucket[0] is Bucket.ADDRESS:
        of_all = _failures(session, since, LoginFailure.bucket == Bucket.ADDRESS)
        tries = tries_of_address(of_all)
    return failures_since(session, bucket, since) >= tries


def turned_away(
    session: Session, username: str, asker: Asker, *, at: datetime, tries: int, window: timedelta
) -> bool:
    """Whether the address, or the known browser, has had its tries; asked before any verification.

    What a stranger is answered depends on no account. Takes no turn: the count is made again with
    the try. Without it a browser that was known once could have passwords verified without end.
    """
    if asker == STRANGER:
        return False
    # Of a stranger the address, which comes first; the account is asked for with the try.
    bucket = buckets_of(username, asker)[0]
    return is_full(session, bucket, at=at, tries=tries, window=window)


def note_failure(session: Session, buckets: Sequence[Counted], at: datetime) -> None:
    """Räkna ett misslyckat försök."""
    session.add_all(LoginFailure(bucket=kind, digest=digest, at=at) for kind, digest in buckets)


def may_try(
    session: Session, buckets: Sequence[Counted], *, at: datetime, tries: int, window: timedelta
) -> bool:
    """Whether no bucket is full. A try that a full account refuses still counts with the address.

    Without that an address could have the program verify passwords without end.
    """
    full = [
        bucket for bucket in buckets if is_full(session, bucket, at=at, tries=tries, window=window)
    ]
    if full and not any(kind is Bucket.ADDRESS for kind, _ in full):
        note_failure(session, [b for b in buckets if b[0] is Bucket.ADDRESS], at)
    return not full


def forget_failures(session: Session, buckets: Sequence[Counted]) -> None:
    """Nollställ försöken: the right answer was given. What an address has had, it has had."""
    for kind, digest in buckets:
        if kind is not Bucket.ADDRESS:
            session.execute(
                sa.delete(LoginFailure).where(
                    LoginFailure.bucket == kind, LoginFailure.digest == digest
                )
            )
