"""Accounts: create, rename, close, reopen, hand out a start password."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import AccountEvent, User
from internkontroll.accounts.policy import PERMISSIONS
from internkontroll.accounts.rules import (
    START_PASSWORD_FOR,
    check_password,
    check_username,
)
from internkontroll.accounts.services.buckets import STRANGER, buckets_of, forget_failures
from internkontroll.accounts.services.hashing import hashed, start_password
from internkontroll.accounts.services.login import end_sessions
from internkontroll.accounts.services.proposals import set_roles_aside
from internkontroll.accounts.services.takeover import refuse_password_after_code
from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.text import clean_line
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record


@dataclass(frozen=True)
class NewAccount:
    """An account and the start password to hand over: it is stored hashed and shown once."""

    user: User
    start_password: str


def _ensure(actor: Actor, at: datetime) -> None:
    ensure(actor, Permission.ACCOUNT_MANAGE, Scope(None), swedish_day(at), PERMISSIONS)


def _not_own(actor: Actor, user: User, sentence: str) -> None:
    if actor.user_id is not None and actor.user_id == user.id:
        raise NotAllowed(sentence)


def _trace(
    session: Session,
    user: User,
    event: AccountEvent,
    actor: Actor,
    at: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=event,
        subject=("user", user.id),
        data=data,
    )


def _change(session: Session, user: User, row_version: int, **values: Any) -> None:
    changed = session.execute(
        sa.update(User)
        .where(User.id == user.id, User.row_version == row_version)
        .values(**values, row_version=row_version + 1)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(
            "Någon annan har ändrat kontot sedan du öppnade sidan. "
            "Jämför med det som gäller nu och spara igen."
        )
    session.refresh(user)


def _title(title: str) -> str:
    title = clean_line(title)
    if not title:
        raise InvalidInput("Skriv vad kontot ska kallas.", field="title")
    return title


def create_user(
    session: Session,
    *,
    username: str,
    title: str,
    password: str,
    actor: Actor,
    at: datetime,
    is_demo: bool = False,
    start_password_until: datetime | None = None,
) -> User:
    """Skapa ett konto with a password that is chosen already.

    Raises NotAllowed, and InvalidInput on a name that is taken or cannot be, or a weak password.
    """
    _ensure(actor, at)
    name = check_username(username)
    check_password(password, username=name)
    title = _title(title)
    if session.scalar(sa.select(User.id).where(User.username == name)):
        raise InvalidInput(f"Användarnamnet {name} är upptaget. Välj ett annat.", field="username")
    user = User(
        username=name,
        title=title,
        password_hash=hashed(password),
        is_demo=is_demo,
        start_password_until=start_password_until,
        created_at=at,
    )
    session.add(user)
    session.flush()
    _trace(session, user, AccountEvent.USER_CREATED, actor, at, {"username": name, "title": title})
    return user


def create_account(
    session: Session, *, username: str, title: str, actor: Actor, at: datetime
) -> NewAccount:
    """Skapa ett konto with a start password, to be changed at the first login. As create_user."""
    password = start_password()
    user = create_user(
        session,
        username=username,
        title=title,
        password=password,
        actor=actor,
        at=at,
        start_password_until=at + START_PASSWORD_FOR,
    )
    return NewAccount(user, password)


def rename_account(
    session: Session, user: User, *, title: str, row_version: int, actor: Actor, at: datetime
) -> User:
    """Ändra vad kontot kallas. The user name stays. Conflict if somebody was faster."""
    _ensure(actor, at)
    title = _title(title)
    old = user.title
    if title == old and row_version == user.row_version:
        return user
    _change(session, user, row_version, title=title)
    _trace(
        session, user, AccountEvent.USER_RENAMED, actor, at, {"title": {"old": old, "new": title}}
    )
    return user


def reset_password(session: Session, user: User, *, actor: Actor, at: datetime) -> NewAccount:
    """Ge ett nytt startlösenord: the old one is void and every session of the account is dead.

    Where there is no code yet, roles that two persons give wait for another to confirm them again.
    Refused for one's own account (NotAllowed) and a closed one (InvalidTransition).
    """
    _ensure(actor, at)
    _not_own(actor, user, "Ditt eget lösenord byter du under Min profil.")
    if not user.is_active:
        raise InvalidTransition("Kontot är stängt. Öppna det igen för att ge ett startlösenord.")
    refuse_password_after_code(session, user, actor)
    password = start_password()
    _change(
        session,
        user,
        user.row_version,
        password_hash=hashed(password),
        start_password_until=at + START_PASSWORD_FOR,
    )
    forget_failures(session, buckets_of(user.username, STRANGER))
    ended = end_sessions(session, user.id, at=at)
    _trace(session, user, AccountEvent.PASSWORD_RESET, actor, at, {"sessions_ended": ended})
    set_roles_aside(session, user, actor=actor, at=at)
    return NewAccount(user, password)


def close_account(
    session: Session,
    user: User,
    *,
    open_tasks: int,
    leave_tasks: bool,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> User:
    """Stäng ett konto: nobody can log in with it, and its sessions are dead at once.

    ``open_tasks`` is how many tasks the person has, as the caller has just counted them; with any
    it is refused (InvalidInput) unless ``leave_tasks``. Refused for one's own account (NotAllowed)
    and for one that is closed (InvalidTransition).
    """
    _ensure(actor, at)
    _not_own(actor, user, "Du kan inte stänga ditt eget konto. Be en annan administratör.")
    if not user.is_active:
        raise InvalidTransition("Kontot är redan stängt.")
    if open_tasks and not leave_tasks:
        raise InvalidInput(
            "Kontot har uppgifter kvar. Be nämndens controller lämna över dem först, eller "
            "markera att de får stå kvar.",
            field="leave_tasks",
        )
    _change(session, user, row_version, is_active=False)
    ended = end_sessions(session, user.id, at=at)
    _trace(
        session,
        user,
        AccountEvent.USER_CLOSED,
        actor,
        at,
        {"sessions_ended": ended, "open_tasks": open_tasks},
    )
    return user


def reopen_account(session: Session, user: User, *, actor: Actor, at: datetime) -> NewAccount:
    """Öppna ett stängt konto igen, with a new start password. Its roles are what they were, or wait
    to be confirmed as :func:`reset_password` tells.
    """
    _ensure(actor, at)
    _not_own(actor, user, "Du kan inte öppna ditt eget konto. Be en annan administratör.")
    if user.is_active:
        raise InvalidTransition("Kontot är redan öppet.")
    refuse_password_after_code(session, user, actor)
    password = start_password()
    _change(
        session,
        user,
        user.row_version,
        is_active=True,
        password_hash=hashed(password),
        start_password_until=at + START_PASSWORD_FOR,
    )
    forget_failures(session, buckets_of(user.username, STRANGER))
    _trace(session, user, AccountEvent.USER_REOPENED, actor, at)
    set_roles_aside(session, user, actor=actor, at=at)
    return NewAccount(user, password)
