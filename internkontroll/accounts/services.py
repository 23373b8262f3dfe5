"""Create accounts, log in, log out. A refused login is returned, so that its count survives."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from internkontroll.accounts.models import (
    AccountEvent,
    LoginFailure,
    LoginSession,
    RoleGrant,
    Submission,
    User,
)
from internkontroll.accounts.queries import user_by_name
from internkontroll.accounts.rules import (
    check_password,
    fold_username,
    name_digest,
    session_digest,
)
from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_hex(16))
"""Verified when the name is unknown, so that unknown and wrong take the same time."""


@dataclass(frozen=True)
class LoginResult:
    """What came of a login: the session's secret name, or a refusal that says nothing more."""

    token: str | None
    locked: bool = False


def create_user(
    session: Session,
    *,
    username: str,
    title: str,
    password: str,
    actor: Actor,
    at: datetime,
    is_demo: bool = False,
) -> User:
    """Skapa ett konto. Refuses a taken name and a short password (InvalidInput)."""
    check_password(password)
    name = fold_username(username)
    if not name:
        raise InvalidInput("Användarnamn saknas. Skriv ett användarnamn.", field="username")
    if session.scalar(sa.select(User.id).where(User.username == name)):
        raise InvalidInput(f"Användarnamnet {name} är upptaget. Välj ett annat.", field="username")
    user = User(
        username=name,
        title=title,
        password_hash=_HASHER.hash(password),
        is_demo=is_demo,
        created_at=at,
    )
    session.add(user)
    session.flush()
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=AccountEvent.USER_CREATED,
        subject=("user", user.id),
        data={"username": name, "title": title},
    )
    return user


def grant_role(
    session: Session,
    user: User,
    role: Role,
    *,
    board: Board | None,
    subcommittee_id: int | None = None,
    valid_from: date,
    valid_to: date | None = None,
    actor: Actor,
    at: datetime,
) -> RoleGrant:
    """Tilldela en roll within a scope. Nobody gives a role to themselves (InvalidInput)."""
    if actor.user_id is not None and actor.user_id == user.id:
        raise InvalidInput("Du kan inte ge dig själv en roll. Be en annan administratör.")
    grant = RoleGrant(
        user_id=user.id,
        role=role,
        board_id=board.id if board else None,
        subcommittee_id=subcommittee_id,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    session.add(grant)
    session.flush()
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=AccountEvent.ROLE_GRANTED,
        subject=("user", user.id),
        data={
            "role": role,
            "board": board.code if board else None,
            "subcommittee_id": subcommittee_id,
            "valid_from": valid_from,
            "valid_to": valid_to,
        },
    )
    return grant


def _verifies(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def log_in(
    session: Session,
    *,
    username: str,
    password: str,
    at: datetime,
    tries: int,
    window: timedelta,
) -> LoginResult:
    """Logga in: exactly one verification whether the name is unknown, wrong or right.

    After ``tries`` failures for a typed name within ``window`` every login with it is refused,
    the right password too, until the oldest failure has aged out.
    """
    digest = name_digest(username)
    failures = session.scalar(
        sa.select(sa.func.count())
        .select_from(LoginFailure)
        .where(LoginFailure.name_digest == digest, LoginFailure.at > at - window)
    )
    user = user_by_name(session, username)
    right = _verifies(user.password_hash if user else _NOBODY, password)
    if (failures or 0) >= tries:
        return LoginResult(token=None, locked=True)
    if user is None or not right:
        session.add(LoginFailure(name_digest=digest, at=at))
        return LoginResult(token=None)
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(digest=session_digest(token), user_id=user.id, created_at=at, last_seen_at=at)
    )
    session.execute(sa.delete(LoginFailure).where(LoginFailure.name_digest == digest))
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=Actor(user_id=user.id, name=user.title),
        at=at,
        event=AccountEvent.LOGGED_IN,
        subject=("user", user.id),
    )
    return LoginResult(token=token)


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


def note_seen(session: Session, session_id: int, at: datetime) -> None:
    """Minns när sessionen senast användes."""
    session.execute(
        sa.update(LoginSession).where(LoginSession.id == session_id).values(last_seen_at=at)
    )


def claim_submission(
    session: Session, *, key: str, user_id: int, location: str, at: datetime
) -> None:
    """Spara att ett formulär har haft sin verkan. A second claim of the key breaks the commit."""
    session.add(Submission(key=key, user_id=user_id, at=at, location=location))
    session.flush()
