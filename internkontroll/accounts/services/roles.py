"""Give roles and end them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import AccountEvent, RoleGrant, User
from internkontroll.accounts.policy import PERMISSIONS
from internkontroll.accounts.queries import grants_of
from internkontroll.accounts.rules import (
    TWO_PERSONS,
    AuditTerms,
    RoleNames,
    check_audit_terms,
    check_role,
)
from internkontroll.accounts.words import WORDS, place_words
from internkontroll.core.access import Actor, Grant, Permission, Role, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.organisation.models import Board, Subcommittee, Unit
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record


def _within(
    session: Session, board: Board | None, subcommittee_id: int | None, unit_id: int | None
) -> tuple[str | None, str | None]:
    """Names of the committee and the unit, which must be the board's own (InvalidInput)."""
    committee = session.get(Subcommittee, subcommittee_id) if subcommittee_id else None
    unit = session.get(Unit, unit_id) if unit_id else None
    wanted = [(subcommittee_id, committee), (unit_id, unit)]
    for asked, found in wanted:
        if asked and (found is None or board is None or found.board_id != board.id):
            raise InvalidInput("Platsen hör inte till nämnden. Välj i listan.", field="place")
    return committee.name if committee else None, unit.name if unit else None


@dataclass(frozen=True)
class RoleWish:
    """Önskad roll: which, where, when, and for a revisor on which terms."""

    role: Role
    board: Board | None
    subcommittee_id: int | None
    unit_id: int | None
    valid_from: date
    valid_to: date | None
    terms: AuditTerms | None = None

    @property
    def grant(self) -> Grant:
        """As the rules know it."""
        return Grant(
            self.role,
            self.board.id if self.board else None,
            self.subcommittee_id,
            self.unit_id,
            self.valid_from,
            self.valid_to or date.max,
        )

    @property
    def columns(self) -> dict[str, Any]:
        """As it is stored, given or proposed."""
        terms = self.terms or AuditTerms()
        return {
            "role": self.role,
            "board_id": self.board.id if self.board else None,
            "subcommittee_id": self.subcommittee_id,
            "unit_id": self.unit_id,
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
            "reads_undecided": terms.undecided,
            "reads_secret": terms.secret,
            "decision": terms.decision or None,
        }

    @property
    def told(self) -> dict[str, Any]:
        """As the trail tells it."""
        return {
            **{name: value for name, value in self.columns.items() if name != "board_id"},
            "board": self.board.code if self.board else None,
        }


def check_wish(session: Session, user: User, wish: RoleWish, *, actor: Actor, on: date) -> None:
    """Refuse a role that the account cannot get, whoever gives or proposes it.

    Raises NotAllowed for one's own account, InvalidTransition for a closed one, and InvalidInput
    for what :func:`internkontroll.accounts.rules.check_role` and ``check_audit_terms`` refuse.
    """
    if not user.is_active:
        raise InvalidTransition("Kontot är stängt. Öppna det igen för att ge en roll.")
    committee_name, unit_name = _within(session, wish.board, wish.subcommittee_id, wish.unit_id)
    # Two who give the same account roles take turns, so that each sees what the other gave.
    session.execute(sa.select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    with within(EVERY_BOARD):  # what the account has in boards that the actor does not reach
        held = grants_of(session, user.id)
    check_role(
        wish.grant,
        held,
        own_account=actor.user_id is not None and actor.user_id == user.id,
        names=RoleNames(
            WORDS[wish.role].lower(),
            place_words(wish.board.name if wish.board else None, committee_name, unit_name),
        ),
        today=on,
        retroactive=actor.is_system,
    )
    check_audit_terms(wish.grant, wish.terms)


def give(
    session: Session,
    user: User,
    wish: RoleWish,
    *,
    actor: Actor,
    at: datetime,
    proposal_id: int | None = None,
) -> RoleGrant:
    """Lägg till rollen, once it is allowed: by one who may alone, or by the second of two."""
    grant = RoleGrant(user_id=user.id, **wish.columns)
    session.add(grant)
    session.flush()
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=AccountEvent.ROLE_GRANTED,
        subject=("user", user.id),
        data={**wish.told, "proposal": proposal_id},
    )
    return grant


def grant_role(
    session: Session,
    user: User,
    role: Role,
    *,
    board: Board | None,
    subcommittee_id: int | None = None,
    unit_id: int | None = None,
    valid_from: date,
    valid_to: date | None = None,
    terms: AuditTerms | None = None,
    actor: Actor,
    at: datetime,
) -> RoleGrant:
    """Tilldela en roll within a scope, from one day to another (None: until further notice).

    Raises NotAllowed for one's own account and for a role that takes two persons (the command line
    may alone), and what :func:`check_wish` refuses.
    """
    on = swedish_day(at)
    ensure(actor, Permission.ACCOUNT_MANAGE, Scope(None), on, PERMISSIONS)
    wish = RoleWish(role, board, subcommittee_id, unit_id, valid_from, valid_to, terms)
    check_wish(session, user, wish, actor=actor, on=on)
    if role in TWO_PERSONS and not actor.is_system:
        raise NotAllowed(
            f"Rollen {WORDS[role].lower()} ges av två: en föreslår och en annan bekräftar."
        )
    return give(session, user, wish, actor=actor, at=at)


def end_role(
    session: Session,
    grant: RoleGrant,
    last_day: date | None,
    *,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Avsluta en roll after its last day, or at once (None): then it does not hold today either.

    A role that has never held an ended day (it began today or later) and is ended at once is taken
    away; the trail tells that it was given. Raises NotAllowed for one's own role, InvalidInput on a
    day before today, before its first or after the last it has, InvalidTransition if it has ended,
    Conflict if it changed.
    """
    on = swedish_day(at)
    ensure(actor, Permission.ACCOUNT_MANAGE, Scope(None), on, PERMISSIONS)
    if actor.user_id is not None and actor.user_id == grant.user_id:
        raise NotAllowed("Du kan inte avsluta din egen roll. Be en annan administratör.")
    if grant.valid_to is not None and grant.valid_to < on:
        raise InvalidTransition("Rollen har redan upphört.")
    if last_day is not None and last_day < on:
        raise InvalidInput(
            "Sista dagen har redan varit. Välj i dag eller senare, eller lämna fältet tomt.",
            field="last_day",
        )
    if last_day is not None and last_day < grant.valid_from:
        raise InvalidInput(
            "Sista dagen ligger före rollens första dag. Lämna fältet tomt för att ta bort rollen.",
            field="last_day",
        )
    seen = grant.row_version == row_version
    if seen and last_day is not None and grant.valid_to is not None and last_day > grant.valid_to:
        # More time is a new role, which is asked what the account may have beside it.
        raise InvalidInput(
            f"Rollen upphör redan {long_date(grant.valid_to)}. Välj en tidigare dag, eller ge "
            "kontot rollen på nytt om den ska gälla längre.",
            field="last_day",
        )
    old, new = grant.valid_to, last_day or on - timedelta(days=1)
    still = sa.and_(RoleGrant.id == grant.id, RoleGrant.row_version == row_version)
    if new < grant.valid_from:
        changed = session.execute(
            sa.delete(RoleGrant).where(still).execution_options(synchronize_session=False)
        )
    else:
        changed = session.execute(
            sa.update(RoleGrant)
            .where(still)
            .values(valid_to=new, row_version=row_version + 1)
            .execution_options(synchronize_session=False)
        )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(
            "Någon annan har ändrat rollen sedan du öppnade sidan. Se vad som gäller nu och "
            "försök igen."
        )
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=AccountEvent.ROLE_ENDED,
        subject=("user", grant.user_id),
        data={
            "role": grant.role,
            "board_id": grant.board_id,
            "subcommittee_id": grant.subcommittee_id,
            "unit_id": grant.unit_id,
            "valid_from": grant.valid_from,
            "valid_to": {"old": old, "new": new},
        },
    )
    session.expire(grant)
