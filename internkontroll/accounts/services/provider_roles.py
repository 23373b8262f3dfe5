"""Roller från kommunens inloggning: given, renewed and ended by what its groups say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import AccountEvent, ProviderGrant, RoleGrant, User
from internkontroll.accounts.queries import grants_of
from internkontroll.accounts.rules import RoleNames, check_role
from internkontroll.accounts.rules.provider import (
    RENEWED_WHEN_LEFT,
    ROLE_LASTS,
    GroupRole,
    Vouched,
)
from internkontroll.accounts.words import WORDS, place_words
from internkontroll.core.access import Actor, Grant, Role
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record

PROVIDER = Actor(user_id=None, name="kommunens inloggning")
"""Who gives and ends the roles that follow from the provider's groups."""

_Key = tuple[Role, int | None, int | None]


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


def renew_roles(
    session: Session, user: User, rows: Sequence[GroupRole], vouched: Vouched, at: datetime
) -> InvalidInput | None:
    """Let the roles from the provider be those that the groups give now.

    Returns what is wrong where they give a role that cannot be had: then none is new, but what they
    no longer give has ended all the same.
    """
    on = swedish_day(at)
    session.execute(sa.select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    wanted, refused = _wanted(session, rows)
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
    new: list[Grant] = []
    if refused is None:
        try:
            new = _new_roles(session, user, {k: v for k, v in wanted.items() if k not in held}, on)
        except InvalidInput as error:
            refused = error
    changes = {
        "given": [_give(session, user, grant, vouched) for grant in new],
        "renewed": [told for told in renewed if told],
        "ended": ended,
    }
    if any(changes.values()):
        record(
            session,
            chain=MUNICIPALITY_CHAIN,
            actor=PROVIDER,
            at=at,
            event=AccountEvent.ROLES_FROM_PROVIDER,
            subject=("user", user.id),
            data=changes,
        )
    return refused


def _wanted(
    session: Session, rows: Sequence[GroupRole]
) -> tuple[dict[_Key, _Place], InvalidInput | None]:
    """The roles that the groups give, and what is wrong with a group, if anything is."""
    wanted, refused = {}, None
    for row in rows:
        try:
            place = _place(session, row)
        except InvalidInput as error:
            refused = refused or error
        else:
            wanted[_key_of(row.role, place)] = place
    return wanted, refused


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


def _new_roles(session: Session, user: User, wanted: dict[_Key, _Place], on: date) -> list[Grant]:
    """The roles to give, all of them or none (InvalidInput)."""
    held = list(grants_of(session, user.id))
    new: list[Grant] = []
    for (role, board_id, committee_id), place in wanted.items():
        grant = Grant(role, board_id, committee_id, None, on, on + ROLE_LASTS)
        if any(
            (one.role, one.board_id, one.subcommittee_id, one.unit_id)
            == (role, board_id, committee_id, None)
            and one.valid_from <= on <= one.valid_to
            for one in held
        ):
            # An administrator has given it by hand: it stands, and is not the provider's to end.
            continue
        check_role(
            grant,
            [*held, *new],
            own_account=False,
            names=RoleNames(WORDS[role].lower(), place.words),
            today=on,
        )
        new.append(grant)
    return new


def _give(session: Session, user: User, wanted: Grant, vouched: Vouched) -> dict[str, Any]:
    grant = RoleGrant(
        user_id=user.id,
        role=wanted.role,
        board_id=wanted.board_id,
        subcommittee_id=wanted.subcommittee_id,
        valid_from=wanted.valid_from,
        valid_to=wanted.valid_to,
    )
    session.add(grant)
    session.flush()
    session.add(ProviderGrant(grant_id=grant.id, issuer=vouched.issuer))
    session.flush()
    return _told(grant)
