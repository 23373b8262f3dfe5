"""Read accounts and sessions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from internkontroll.accounts.models import (
    ExternalIdentity,
    FormDraft,
    LoginSession,
    PendingLogin,
    ProposalState,
    ProviderGrant,
    RecoveryCode,
    RoleGrant,
    RoleProposal,
    SecondFactor,
    User,
)
from internkontroll.accounts.rules import fold_username, session_digest, withheld_from
from internkontroll.accounts.rules.strength import needs_a_code
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
    has_code: bool = False
    """The account has a confirmed second factor."""
    is_strong: bool = False
    from_provider: bool = False
    must_set_up_code: bool = False
    """The account's roles need a code that it does not have yet: nothing else is open."""


def _grants(rows: Sequence[RoleGrant]) -> tuple[Grant, ...]:
    return tuple(
        Grant(
            role=row.role,
            board_id=row.board_id,
            subcommittee_id=row.subcommittee_id,
            unit_id=row.unit_id,
            valid_from=row.valid_from,
            valid_to=row.valid_to or date.max,
            withheld=withheld_from(
                row.role, undecided=row.reads_undecided, secret=row.reads_secret
            ),
        )
        for row in rows
    )


_BY_HAND = sa.not_(sa.exists().where(ProviderGrant.grant_id == RoleGrant.id))
"""Roles that were given here and not by the municipality's login."""


def standing_by_hand(user_id: int, roles: Collection[Role], on: date) -> sa.Select[RoleGrant]:
    """The account's roles of these kinds that hold that day or later and were given here."""
    return (
        sa.select(RoleGrant)
        .where(
            RoleGrant.user_id == user_id,
            RoleGrant.role.in_(roles),
            sa.or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= on),
            _BY_HAND,
        )
        .order_by(RoleGrant.id)
    )


def find_session(session: Session, token: str) -> OpenSession | None:
    """The session with this secret name, whose user is active; None for anything else.

    The roles that the municipality's login gives are the account's in a session that it opened.
    """
    found = session.execute(
        sa.select(LoginSession, User, SecondFactor.confirmed_at)
        .join(User, User.id == LoginSession.user_id)
        .outerjoin(SecondFactor, SecondFactor.user_id == User.id)
        .where(LoginSession.digest == session_digest(token), User.is_active)
    ).first()
    if found is None:
        return None
    login, user, confirmed_at = found
    held = sa.select(RoleGrant).where(RoleGrant.user_id == user.id)
    if not login.from_provider:
        # Whoever handed out a password did not thereby hand out what the other login vouches for.
        held = held.where(_BY_HAND)
    rows = session.scalars(held).all()
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
        has_code=confirmed_at is not None,
        is_strong=login.is_strong,
        from_provider=login.from_provider,
    )


def admitted_as(
    found: OpenSession,
    code_roles: Collection[Role],
    on: date,
    *,
    code_required: bool,
    level_required: bool,
) -> OpenSession | None:
    """A living session as it is let in that day: whole, without any role, or not at all (None).

    One that nobody gave a code for, whose roles ask for one, has no roles and sets a code up; if
    its account has a code already, or another login vouched for it, it is over.
    ``code_required`` and ``level_required`` (of the municipality's login) are settings.
    """
    asked = code_required or (found.from_provider and level_required)
    if not asked or found.is_strong or not needs_a_code(found.grants, code_roles, on):
        return found
    if found.has_code or found.from_provider:
        return None
    return replace(found, grants=(), must_set_up_code=True)


def has_code(session: Session, user_id: int) -> bool:
    """Whether the account has a second factor that has been confirmed."""
    return bool(
        session.scalar(
            sa.select(
                sa.exists().where(
                    SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)
                )
            )
        )
    )


def recovery_codes_left(session: Session, user_id: int) -> int:
    """How many of the account's reserve codes have not been used."""
    return (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )


def identities_of(session: Session, user_id: int) -> Sequence[ExternalIdentity]:
    """The logins elsewhere that the account is linked to, the oldest first."""
    return session.scalars(
        sa.select(ExternalIdentity)
        .where(ExternalIdentity.user_id == user_id)
        .order_by(ExternalIdentity.id)
    ).all()


def pending_user(session: Session, token: str, *, since: datetime) -> User | None:
    """The active account whose half login this is, if it began after ``since``."""
    return session.scalar(
        sa.select(User)
        .join(PendingLogin, PendingLogin.user_id == User.id)
        .where(
            PendingLogin.digest == session_digest(token),
            PendingLogin.created_at >= since,
            User.is_active,
        )
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


def proposals_select(*, board_id: int | None = None) -> sa.Select[RoleProposal]:
    """Roles that wait for a second person, the oldest first; in one board where it is given."""
    select = (
        sa.select(RoleProposal)
        .where(RoleProposal.state == ProposalState.PROPOSED)
        .options(
            joinedload(RoleProposal.user),
            joinedload(RoleProposal.proposed_by),
            joinedload(RoleProposal.board),
            joinedload(RoleProposal.subcommittee),
            joinedload(RoleProposal.unit),
        )
        .order_by(RoleProposal.proposed_at, RoleProposal.id)
    )
    return select if board_id is None else select.where(RoleProposal.board_id == board_id)


def proposals_waiting(session: Session) -> int:
    """How many roles wait for a second person in the whole municipality."""
    waiting = sa.select(sa.func.count()).where(RoleProposal.state == ProposalState.PROPOSED)
    return session.scalar(waiting) or 0


def proposal_select(proposal_id: int, *, board_id: int | None = None) -> sa.Select[RoleProposal]:
    """One role that waits; in one board where it is given."""
    return proposals_select(board_id=board_id).where(RoleProposal.id == proposal_id)


def waiting_of(session: Session, user_id: int) -> Sequence[RoleProposal]:
    """What waits for one account."""
    return session.scalars(proposals_select().where(RoleProposal.user_id == user_id)).all()
