"""Logga in med kommunens inloggning: whose account it is, and the roles that its groups give."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import (
    AccountEvent,
    ExternalIdentity,
    LoginWay,
    ProviderGrant,
    RoleGrant,
    User,
)
from internkontroll.accounts.queries import grants_of
from internkontroll.accounts.rules import RoleNames, check_role, check_username
from internkontroll.accounts.rules.provider import (
    RENEWED_WHEN_LEFT,
    ROLE_LASTS,
    GroupRole,
    Vouched,
    roles_for,
)
from internkontroll.accounts.rules.strength import needs_a_code
from internkontroll.accounts.services.hashing import no_password
from internkontroll.accounts.services.login import let_in
from internkontroll.accounts.services.passwords import CheckedPassword
from internkontroll.accounts.words import WORDS, place_words
from internkontroll.core.access import Actor, Grant, Role
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, NotAllowed
from internkontroll.core.text import clean_line
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record

PROVIDER = Actor(user_id=None, name="kommunens inloggning")
"""Who gives and ends the roles that follow from the provider's groups."""

UNKNOWN = (
    "Du är inloggad i kommunen, men det finns inget öppet konto för dig här. Be den som "
    "administrerar behörigheter om ett konto, och koppla det under Min profil."
)
TOO_WEAK = (
    "Din roll kräver en säkrare inloggning än den du gjorde. Logga in igen i kommunens "
    "inloggning, med e-legitimation eller tjänstekort."
)
TITLE_MAX = 120

_Key = tuple[Role, int | None, int | None]


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
    Raises InvalidInput if the groups give a role that cannot be had.
    """
    user = _user_of(session, vouched)
    if user is None and rules.create_accounts and _identity(session, vouched) is None:
        user = _new_user(session, vouched, at)
    if user is None:
        return ProviderLogin(None, UNKNOWN)
    if rules.group_roles is not None:
        _renew_roles(session, user, roles_for(vouched.groups, rules.group_roles), vouched, at)
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


@dataclass(frozen=True)
class _Place:
    board: Board | None
    committee: Subcommittee | None

    @property
    def words(self) -> str:
        return place_words(
            self.board.name if self.board else None, self.committee.name if self.committee else None
        )


def _place(session: Session, row: GroupRole) -> _Place:
    board = committee = None
    if row.board:
        board = session.scalar(sa.select(Board).where(Board.code == row.board))
        if board is None:
            raise InvalidInput(_misses(row, f"nämnden {row.board}"))
    if row.subcommittee and board:
        committee = session.scalar(
            sa.select(Subcommittee).where(
                Subcommittee.board_id == board.id, Subcommittee.code == row.subcommittee
            )
        )
        if committee is None:
            raise InvalidInput(_misses(row, f"utskottet {row.subcommittee}"))
    return _Place(board, committee)


def _misses(row: GroupRole, what: str) -> str:
    return (
        f"Kommunens inloggning ger dig rollen {WORDS[row.role].lower()} i {what}, som inte finns "
        "här. Be den som sköter driften rätta filen med grupper."
    )


def _renew_roles(
    session: Session, user: User, rows: Sequence[GroupRole], vouched: Vouched, at: datetime
) -> None:
    """Let the roles from the provider be those that the groups give now."""
    on = swedish_day(at)
    session.execute(sa.select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    wanted = {_key_of(row.role, place): place for row in rows for place in [_place(session, row)]}
    held = {
        (grant.role, grant.board_id, grant.subcommittee_id): grant
        for grant in session.scalars(
            sa.select(RoleGrant)
            .join(ProviderGrant, ProviderGrant.grant_id == RoleGrant.id)
            .where(RoleGrant.user_id == user.id, RoleGrant.valid_to >= on)
        )
    }
    ended = [_end(session, grant, on) for key, grant in held.items() if key not in wanted]
    renewed = [_renew(session, grant, on) for key, grant in held.items() if key in wanted]
    session.flush()
    given = [
        _give(session, user, key[0], place, vouched, on)
        for key, place in wanted.items()
        if key not in held
    ]
    changes = {
        "given": [told for told in given if told],
        "renewed": [told for told in renewed if told],
        "ended": ended,
    }
    if any(changes.values()):
        _trace(session, user.id, AccountEvent.ROLES_FROM_PROVIDER, PROVIDER, at, changes)


def _key_of(role: Role, place: _Place) -> _Key:
    return (
        role,
        place.board.id if place.board else None,
        place.committee.id if place.committee else None,
    )


def _told(grant: RoleGrant) -> dict[str, Any]:
    return {
        "role": grant.role,
        "board_id": grant.board_id,
        "subcommittee_id": grant.subcommittee_id,
        "valid_from": grant.valid_from,
        "valid_to": grant.valid_to,
    }


def _end(session: Session, grant: RoleGrant, on: date) -> dict[str, Any]:
    told = _told(grant)
    if grant.valid_from == on:
        # It never held a whole day: taken away, as any role that is ended on its first day.
        session.execute(sa.delete(ProviderGrant).where(ProviderGrant.grant_id == grant.id))
        session.delete(grant)
        return told
    _change(session, grant, on - timedelta(days=1))
    return told


def _change(session: Session, grant: RoleGrant, last_day: date) -> None:
    changed = session.execute(
        sa.update(RoleGrant)
        .where(RoleGrant.id == grant.id, RoleGrant.row_version == grant.row_version)
        .values(valid_to=last_day, row_version=grant.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Din roll ändrades just nu av någon annan. Logga in igen.")
    session.refresh(grant)


def _renew(session: Session, grant: RoleGrant, on: date) -> dict[str, Any] | None:
    if grant.valid_to is None or grant.valid_to - on >= RENEWED_WHEN_LEFT:
        return None
    _change(session, grant, on + ROLE_LASTS)
    return _told(grant)


def _give(
    session: Session, user: User, role: Role, place: _Place, vouched: Vouched, on: date
) -> dict[str, Any] | None:
    _, board_id, committee_id = _key_of(role, place)
    others = grants_of(session, user.id)
    wanted = Grant(role, board_id, committee_id, None, on, on + ROLE_LASTS)
    if any(
        (grant.role, grant.board_id, grant.subcommittee_id, grant.unit_id)
        == (role, board_id, committee_id, None)
        and grant.valid_from <= on <= grant.valid_to
        for grant in others
    ):
        # An administrator has given it by hand: it stands, and is not the provider's to end.
        return None
    check_role(
        wanted,
        others,
        own_account=False,
        names=RoleNames(WORDS[role].lower(), place.words),
        today=on,
    )
    grant = RoleGrant(
        user_id=user.id,
        role=role,
        board_id=board_id,
        subcommittee_id=committee_id,
        valid_from=on,
        valid_to=wanted.valid_to,
    )
    session.add(grant)
    session.flush()
    session.add(ProviderGrant(grant_id=grant.id, issuer=vouched.issuer))
    session.flush()
    return _told(grant)
