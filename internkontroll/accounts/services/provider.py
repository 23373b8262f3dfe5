"""Logga in med kommunens inloggning: whose account it is, and the roles that its groups give."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import AccountEvent, ExternalIdentity, LoginWay, User
from internkontroll.accounts.queries import grants_of
from internkontroll.accounts.rules import check_username
from internkontroll.accounts.rules.provider import GroupRole, Vouched, roles_for
from internkontroll.accounts.rules.strength import needs_a_code
from internkontroll.accounts.services.hashing import no_password
from internkontroll.accounts.services.login import let_in
from internkontroll.accounts.services.passwords import CheckedPassword
from internkontroll.accounts.services.provider_roles import PROVIDER, renew_roles
from internkontroll.core.access import Actor, Role
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import InvalidInput, NotAllowed
from internkontroll.core.text import clean_line
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record

UNKNOWN = (
    "Du är inloggad i kommunen, men det finns inget öppet konto för dig här. Be den som "
    "administrerar behörigheter om ett konto, och koppla det under Min profil."
)
TOO_WEAK = (
    "Din roll kräver en säkrare inloggning än den du gjorde. Logga in igen i kommunens "
    "inloggning, med e-legitimation eller tjänstekort."
)
TITLE_MAX = 120


@dataclass(frozen=True)
class ProviderRules:
    """What the settings say of the municipality's login.

    ``group_roles`` None: the roles are given here and not by groups. ``levels`` count as a code;
    ``code_roles`` are the roles that need one, if ``code_required`` or any level is named.
    """

    group_roles: Sequence[GroupRole] | None
    levels: Collection[str]
    code_roles: Collection[Role]
    code_required: bool
    create_accounts: bool


@dataclass(frozen=True)
class ProviderLogin:
    """What came of it: a session's secret name, or the sentence that says why not."""

    token: str | None
    refusal: str | None = None


def log_in_by_provider(
    session: Session,
    vouched: Vouched,
    rules: ProviderRules,
    *,
    device: str | None,
    replaces: str | None,
    at: datetime,
) -> ProviderLogin:
    """Logga in den som kommunens inloggning har intygat.

    The account is found by issuer and subject, never by a name. Its roles from the provider are
    what its groups give now. A refusal is returned, so that roles which have ended stay ended.
    Raises InvalidInput if the groups give a new account a role that cannot be had: then there is
    no account either.
    """
    user = _user_of(session, vouched)
    is_new = user is None and rules.create_accounts and _identity(session, vouched) is None
    if is_new:
        user = _new_user(session, vouched, at)
    if user is None:
        return ProviderLogin(None, UNKNOWN)
    if rules.group_roles is not None:
        groups = roles_for(vouched.groups, rules.group_roles)
        if refused := renew_roles(session, user, groups, vouched, at):
            if is_new:
                raise refused
            return ProviderLogin(None, refused.sentence)
    is_strong = vouched.level is not None and vouched.level in rules.levels
    asked = rules.code_required or bool(rules.levels)
    held = grants_of(session, user.id)
    if asked and not is_strong and needs_a_code(held, rules.code_roles, swedish_day(at)):
        return ProviderLogin(None, TOO_WEAK)
    return ProviderLogin(
        let_in(
            session,
            user,
            LoginWay.PROVIDER,
            device=device,
            is_strong=is_strong,
            replaces=replaces,
            at=at,
        )
    )


def _identity(session: Session, vouched: Vouched) -> ExternalIdentity | None:
    return session.scalar(
        sa.select(ExternalIdentity).where(
            ExternalIdentity.issuer == vouched.issuer, ExternalIdentity.subject == vouched.subject
        )
    )


def _user_of(session: Session, vouched: Vouched) -> User | None:
    return session.scalar(
        sa.select(User)
        .join(ExternalIdentity, ExternalIdentity.user_id == User.id)
        .where(
            ExternalIdentity.issuer == vouched.issuer,
            ExternalIdentity.subject == vouched.subject,
            User.is_active,
        )
    )


def _free_name(session: Session, vouched: Vouched) -> str:
    made = (
        f"konto-{hashlib.sha256(f'{vouched.issuer} {vouched.subject}'.encode()).hexdigest()[:12]}"
    )
    try:
        name = check_username(vouched.username or made)
    except InvalidInput:
        return made
    taken = session.scalar(sa.select(sa.exists().where(User.username == name)))
    return made if taken else name


def _new_user(session: Session, vouched: Vouched, at: datetime) -> User:
    name = _free_name(session, vouched)
    user = User(
        username=name,
        title=clean_line(vouched.name or name)[:TITLE_MAX] or name,
        password_hash=no_password(),
        created_at=at,
    )
    session.add(user)
    session.flush()
    _add_identity(session, user.id, vouched, at)
    _trace(
        session,
        user.id,
        AccountEvent.USER_CREATED,
        PROVIDER,
        at,
        {"username": name, "title": user.title},
    )
    return user


def _add_identity(session: Session, user_id: int, vouched: Vouched, at: datetime) -> None:
    session.add(
        ExternalIdentity(
            user_id=user_id, issuer=vouched.issuer, subject=vouched.subject, created_at=at
        )
    )
    session.flush()


def _trace(
    session: Session,
    user_id: int,
    event: AccountEvent,
    actor: Actor,
    at: datetime,
    data: dict[str, Any],
) -> None:
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=event,
        subject=("user", user_id),
        data=data,
    )


def link_identity(
    session: Session, checked: CheckedPassword, vouched: Vouched, *, actor: Actor, at: datetime
) -> None:
    """Koppla sitt konto till kommunens inloggning, by whoever has just given its password.

    Raises NotAllowed without the password, InvalidInput if the login there belongs to an account.
    """
    if actor.user_id is None or not checked.right or checked.user_id != actor.user_id:
        raise NotAllowed("Kontot kopplas bara av den som kan dess lösenord.")
    if _identity(session, vouched) is not None:
        raise InvalidInput(
            "Den inloggningen är redan kopplad till ett konto. Logga in med den i stället."
        )
    _add_identity(session, actor.user_id, vouched, at)
    _trace(
        session,
        actor.user_id,
        AccountEvent.IDENTITY_LINKED,
        actor,
        at,
        {"issuer": vouched.issuer},
    )
