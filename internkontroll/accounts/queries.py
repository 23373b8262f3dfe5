"""Read accounts and sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from internkontroll.accounts.models import FormDraft, LoginSession, RoleGrant, User
from internkontroll.accounts.rules import fold_username, session_digest
from internkontroll.core.access import Grant, Role
from internkontroll.core.collation import swedish_order


@dataclass(frozen=True)
class OpenSession:
    """A session as it was found, with its user's roles as data."""

    session_id: int
    digest: str
    user_id: int
    title: str
    created_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    grants: tuple[Grant, ...]
    must_change_password: bool = False
    """Logged in with a start password: nothing but changing it is open."""


def _grants(rows: Sequence[RoleGrant]) -> tuple[Grant, ...]:
    return tuple(
        Grant(
            role=row.role,
            board_id=row.board_id,
            subcommittee_id=row.subcommittee_id,
            unit_id=row.unit_id,
            valid_from=row.valid_from,
            valid_to=row.valid_to or date.max,
        )
        for row in rows
    )


def find_session(session: Session, token: str) -> OpenSession | None:
    """The session with this secret name, whose user is active; None for anything else."""
    found = session.execute(
        sa.select(LoginSession, User)
        .join(User, User.id == LoginSession.user_id)
        .where(LoginSession.digest == session_digest(token), User.is_active)
    ).first()
    if found is None:
        return None
    login, user = found
    rows = session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == user.id)).all()
    return OpenSession(
        session_id=login.id,
        digest=login.digest,
        user_id=user.id,
        title=user.title,
        created_at=login.created_at,
        last_seen_at=login.last_seen_at,
        ended_at=login.ended_at,
        grants=_grants(rows),
        must_change_password=user.start_password_until is not None,
    )


def grants_of(session: Session, user_id: int) -> tuple[Grant, ...]:
    """Every role that the account has, has had or is going to have."""
    return _grants(session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == user_id)).all())


def account_select(user_id: int) -> sa.Select[User]:
    """One account with its roles and their places."""
    return account_rows().where(User.id == user_id)


def grant_select(user_id: int, grant_id: int) -> sa.Select[RoleGrant]:
    """One role of the account, with its place."""
    return (
        sa.select(RoleGrant)
        .where(RoleGrant.id == grant_id, RoleGrant.user_id == user_id)
        .options(
            joinedload(RoleGrant.user),
            joinedload(RoleGrant.board),
            joinedload(RoleGrant.subcommittee),
            joinedload(RoleGrant.unit),
        )
    )


def accounts_select(
    *, text: str = "", role: Role | None = None, board_id: int | None = None, closed: bool = False
) -> sa.Select[User]:
    """Accounts by what they are called, with their roles; closed ones only when asked for.

    ``text`` is looked for in the name and the title. ``role`` and ``board_id`` ask for a role
    whenever it holds.
    """
    select = account_rows().where(User.is_active.is_(not closed))
    for word in text.casefold().split():
        folded = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        select = select.where(
            sa.or_(
                User.username.like(f"%{folded}%", escape="\\"),
                sa.func.lower(User.title).like(f"%{folded}%", escape="\\"),
                # SQLite folds no å, ä or ö: a word that begins with one is looked for as it stands.
                User.title.like(f"%{folded.capitalize()}%", escape="\\"),
            )
        )
    if role is not None or board_id is not None:
        held = sa.select(RoleGrant.id).where(RoleGrant.user_id == User.id)
        if role is not None:
            held = held.where(RoleGrant.role == role)
        if board_id is not None:
            held = held.where(RoleGrant.board_id == board_id)
        select = select.where(sa.exists(held))
    return select


def account_rows() -> sa.Select[User]:
    """Accounts with roles and places loaded, by what they are called."""
    return (
        sa.select(User)
        .options(
            selectinload(User.grants).options(
                joinedload(RoleGrant.board),
                joinedload(RoleGrant.subcommittee),
                joinedload(RoleGrant.unit),
            )
        )
        .order_by(swedish_order(User.title), User.username)
    )


def sessions_of(
    session: Session,
    user_id: int,
    *,
    at: datetime,
    idle_limit: timedelta,
    absolute_limit: timedelta,
) -> list[LoginSession]:
    """The account's sessions that may still be used, the latest used first."""
    rows = session.scalars(
        sa.select(LoginSession)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.last_seen_at >= at - idle_limit,
            LoginSession.created_at >= at - absolute_limit,
        )
        .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
    )
    return list(rows)


def user_by_name(session: Session, username: str) -> User | None:
    """The active user with this name, or None."""
    return session.scalar(
        sa.select(User).where(User.username == fold_username(username), User.is_active)
    )


def people_with_role(
    session: Session, board_id: int, roles: frozenset[Role], on: date
) -> Sequence[User]:
    """Active users who hold one of the roles for the board (or the whole municipality) that day."""
    return session.scalars(
        sa.select(User)
        .where(
            User.is_active,
            sa.exists(
                sa.select(RoleGrant.id).where(
                    RoleGrant.user_id == User.id,
                    RoleGrant.role.in_(roles),
                    RoleGrant.board_id == board_id,
                    RoleGrant.valid_from <= on,
                    sa.or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= on),
                )
            ),
        )
        .order_by(swedish_order(User.title), User.id)
    ).all()


def draft_of(session: Session, draft_id: int, *, user_id: int, since: datetime) -> FormDraft | None:
    """A person's own kept form, if it was kept after ``since``."""
    return session.scalar(
        sa.select(FormDraft).where(
            FormDraft.id == draft_id, FormDraft.user_id == user_id, FormDraft.at >= since
        )
    )


def has_draft_before(session: Session, before: datetime) -> bool:
    """Whether any kept form is older than that."""
    return bool(session.scalar(sa.select(sa.exists().where(FormDraft.at < before))))


def grants_in_unit_after(session: Session, unit_id: int, last_day: date) -> Sequence[RoleGrant]:
    """Roles in a unit that hold after a day, with their accounts: they outlive a unit that ends."""
    return session.scalars(
        sa.select(RoleGrant)
        .options(joinedload(RoleGrant.user))
        .where(
            RoleGrant.unit_id == unit_id,
            sa.or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > last_day),
        )
        .order_by(RoleGrant.id)
    ).all()
