"""Change one's own password. A wrong one is returned, so that its count survives."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import AccountEvent, LoginSession, User
from internkontroll.accounts.rules import check_password
from internkontroll.accounts.services.buckets import (
    Asker,
    buckets_of,
    forget_failures,
    may_try,
    note_failure,
    take_turns,
)
from internkontroll.accounts.services.hashing import hashed, verifies
from internkontroll.accounts.services.login import end_sessions, open_session
from internkontroll.core.access import Actor
from internkontroll.core.errors import Conflict, InvalidInput, NotAllowed
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record


@dataclass(frozen=True)
class CheckedPassword:
    """Whether the password was the person's own; ``seen`` is the hash that it was checked against.

    Handed to :func:`change_password`, it shows that the check has been made.
    """

    user_id: int
    right: bool
    seen: str


def check_own_password(
    session: Session,
    password: str,
    *,
    actor: Actor,
    at: datetime,
    tries: int,
    window: timedelta,
) -> CheckedPassword:
    """Pröva det nuvarande lösenordet; failures count with those of the same session.

    Whoever sits down at an open session must not be able to try passwords there without end, and
    strangers who guess at the login page must not keep the owner from changing theirs.
    """
    user = session.get_one(User, _own_id(actor))
    buckets = buckets_of(user.username, Asker(browser=actor.session_digest))
    take_turns(session, buckets)
    may = may_try(session, buckets, at=at, tries=tries, window=window)
    right = may and verifies(user.password_hash, password)
    if right:
        forget_failures(session, buckets)
    elif may:
        note_failure(session, buckets, at)
    return CheckedPassword(user.id, right, user.password_hash)


def _own_id(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowed("Bara den som har ett konto kan byta sitt lösenord.")
    return actor.user_id


def change_password(
    session: Session,
    checked: CheckedPassword,
    password: str,
    *,
    device: str | None = None,
    actor: Actor,
    at: datetime,
) -> str:
    """Byt lösenord: every session of the account is dead, and a new one is opened.

    Returns the new session's secret name. Raises InvalidInput on a password that will not do or
    is the same as before, Conflict if the password was changed meanwhile.
    """
    if not checked.right or checked.user_id != _own_id(actor):
        raise NotAllowed("Lösenordet byts bara av den som kan det nuvarande.")
    user = session.get_one(User, checked.user_id)
    check_password(password, username=user.username)
    if verifies(checked.seen, password):
        raise InvalidInput("Det är samma lösenord som förut. Välj ett nytt.", field="password")
    changed = session.execute(
        sa.update(User)
        .where(User.id == user.id, User.password_hash == checked.seen, User.is_active)
        .values(
            password_hash=hashed(password),
            start_password_until=None,
            row_version=User.row_version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Lösenordet har bytts under tiden. Logga in igen.")
    session.refresh(user)
    before = session.scalar(
        sa.select(LoginSession).where(LoginSession.digest == actor.session_digest)
    )
    ended = end_sessions(session, user.id, at=at)
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=AccountEvent.PASSWORD_CHANGED,
        subject=("user", user.id),
        data={"sessions_ended": ended},
    )
    return open_session(
        session,
        user,
        device=device,
        is_strong=before is not None and before.is_strong,
        from_provider=before is not None and before.from_provider,
        at=at,
    )
