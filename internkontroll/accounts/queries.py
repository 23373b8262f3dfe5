"""Read accounts and sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import LoginSession, RoleGrant, User
from internkontroll.accounts.rules import fold_username, session_digest
from internkontroll.core.access import Grant, Role


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
    )


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
        .order_by(User.title)
    ).all()
