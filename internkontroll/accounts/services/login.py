"""Log in and out, end sessions. A refused login is returned, so that its count survives."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import (
    AccountEvent,
    LoginSession,
    LoginWay,
    PendingLogin,
    Submission,
    User,
)
from internkontroll.accounts.queries import has_code, user_by_name
from internkontroll.accounts.rules import session_digest
from internkontroll.accounts.services.buckets import (
    STRANGER,
    Asker,
    buckets_of,
    forget_failures,
    may_try,
    note_failure,
    take_turns,
)
from internkontroll.accounts.services.hashing import verifies
from internkontroll.core.access import Actor
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record

PENDING_LASTS = timedelta(minutes=5)
"""How long a half login waits for its code."""


@dataclass(frozen=True)
class LoginResult:
    """What came of a login: the session's secret name, or a refusal that says nothing more."""

    token: str | None
    locked: bool = False
    pending: str | None = None
    """The password was right: the secret name of the half login that waits for a code."""


@dataclass(frozen=True)
class CheckedLogin:
    """A name that was typed, whose account it is, and whether its password was right.

    ``seen`` is the hash that the password was verified against.
    """

    username: str
    user_id: int | None
    seen: str | None = field(repr=False)
    right: bool


def open_session(
    session: Session,
    user: User,
    *,
    device: str | None,
    at: datetime,
    is_strong: bool = False,
    from_provider: bool = False,
) -> str:
    """Öppna en session; returns its secret name, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            digest=session_digest(token),
            user_id=user.id,
            created_at=at,
            last_seen_at=at,
            device=device,
            is_strong=is_strong,
            from_provider=from_provider,
        )
    )
    return token


def end_sessions(session: Session, user_id: int, *, at: datetime, but: str | None = None) -> int:
    """Avsluta kontots sessioner, perhaps but the one with digest ``but``; returns how many.

    Its half logins go too.
    """
    session.execute(sa.delete(PendingLogin).where(PendingLogin.user_id == user_id))
    ended = session.execute(
        sa.update(LoginSession)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.digest != (but or ""),
        )
        .values(ended_at=at)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def check_login(session: Session, username: str) -> CheckedLogin:
    """Whose password is to be verified; read before the verification, which takes its time."""
    user = user_by_name(session, username)
    return CheckedLogin(
        username, user.id if user else None, user.password_hash if user else None, right=False
    )


def verify_login(read: CheckedLogin, password: str) -> CheckedLogin:
    """Pröva lösenordet: exactly one verification whether the name is unknown, wrong or right.

    Asks no database, so that no lock is held meanwhile.
    """
    return replace(read, right=verifies(read.seen, password) and read.user_id is not None)


def log_in(
    session: Session,
    checked: CheckedLogin,
    *,
    at: datetime,
    tries: int,
    window: timedelta,
    device: str | None = None,
    asker: Asker = STRANGER,
    replaces: str | None = None,
) -> LoginResult:
    """Logga in with a password that has been verified (:func:`verify_login`).

    After ``tries`` failures for a typed name within ``window`` every login with it is refused,
    the right password too, until the oldest failure has aged out. Tries with one name take turns.
    ``asker`` tells where the try counts (:mod:`.buckets`): an address has tries of its own too,
    and strangers cannot use up those of a browser that the account has logged in from. A start
    password that is too old opens nothing,
    nor does one that was changed while it was verified. An account with codes gets a half login,
    and its failures are kept: whoever knows the password must not get new tries at the code by it.
    ``replaces`` is the secret name of a session that the browser had: it is dead.
    """
    buckets = buckets_of(checked.username, asker)
    take_turns(session, buckets)
    if not may_try(session, buckets, at=at, tries=tries, window=window):
        return LoginResult(token=None, locked=True)
    user = user_by_name(session, checked.username)
    if (
        user is None
        or not checked.right
        or (user.id, user.password_hash) != (checked.user_id, checked.seen)
        or (user.start_password_until and user.start_password_until < at)
    ):
        note_failure(session, buckets, at)
        return LoginResult(token=None)
    if has_code(session, user.id):
        return LoginResult(token=None, pending=open_pending(session, user, at=at))
    forget_failures(session, buckets)
    token = let_in(
        session, user, LoginWay.PASSWORD, device=device, is_strong=False, replaces=replaces, at=at
    )
    return LoginResult(token=token)


def open_pending(session: Session, user: User, *, at: datetime) -> str:
    """Öppna en halv inloggning; returns its secret name. Older ones of anybody's are cleared."""
    session.execute(sa.delete(PendingLogin).where(PendingLogin.created_at < at - PENDING_LASTS))
    token = secrets.token_urlsafe(32)
    session.add(PendingLogin(digest=session_digest(token), user_id=user.id, created_at=at))
    return token


def let_in(
    session: Session,
    user: User,
    way: LoginWay,
    *,
    device: str | None,
    is_strong: bool,
    replaces: str | None,
    at: datetime,
) -> str:
    """Släpp in: a new session, the browser's old one dead, and a row in the trail.

    Returns the session's secret name.
    """
    if replaces:
        session.execute(
            sa.update(LoginSession)
            .where(LoginSession.digest == session_digest(replaces), LoginSession.ended_at.is_(None))
            .values(ended_at=at)
        )
    token = open_session(
        session,
        user,
        device=device,
        is_strong=is_strong,
        from_provider=way is LoginWay.PROVIDER,
        at=at,
    )
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=Actor(user_id=user.id, name=user.title),
        at=at,
        event=AccountEvent.LOGGED_IN,
        subject=("user", user.id),
        data={"way": way},
    )
    return token


def log_out(session: Session, token: str, *, actor: Actor, at: datetime) -> None:
    """Logga ut: the session is dead at once, also for a copied cookie."""
    ended = session.execute(
        sa.update(LoginSession)
        .where(LoginSession.digest == session_digest(token), LoginSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    if ended.rowcount and actor.user_id is not None:  # type: ignore[attr-defined]
        record(
            session,
            chain=MUNICIPALITY_CHAIN,
            actor=actor,
            at=at,
            event=AccountEvent.LOGGED_OUT,
            subject=("user", actor.user_id),
        )


def _told(session: Session, user_id: int, count: int, actor: Actor, at: datetime) -> int:
    if count:
        record(
            session,
            chain=MUNICIPALITY_CHAIN,
            actor=actor,
            at=at,
            event=AccountEvent.SESSIONS_ENDED,
            subject=("user", user_id),
            data={"sessions": count},
        )
    return count


def end_session(session: Session, session_id: int, *, actor: Actor, at: datetime) -> int:
    """Avsluta en av sina egna sessioner; returns 0 if it is somebody else's or has ended."""
    if actor.user_id is None:
        return 0
    ended = session.execute(
        sa.update(LoginSession)
        .where(
            LoginSession.id == session_id,
            LoginSession.user_id == actor.user_id,
            LoginSession.ended_at.is_(None),
        )
        .values(ended_at=at)
    )
    return _told(session, actor.user_id, int(ended.rowcount), actor, at)  # type: ignore[attr-defined]


def end_other_sessions(session: Session, *, actor: Actor, at: datetime) -> int:
    """Logga ut överallt annars: every session of one's own but the one in use is dead."""
    if actor.user_id is None:
        return 0
    count = end_sessions(session, actor.user_id, at=at, but=actor.session_digest)
    return _told(session, actor.user_id, count, actor, at)


def note_seen(session: Session, session_id: int, at: datetime) -> None:
    """Minns när sessionen senast användes."""
    session.execute(
        sa.update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
        .values(last_seen_at=at)
    )


def claim_submission(
    session: Session, *, key: str, user_id: int, location: str, at: datetime
) -> None:
    """Spara att ett formulär har haft sin verkan. A second claim of the key breaks the commit."""
    session.add(Submission(key=key, user_id=user_id, at=at, location=location))
    session.flush()
