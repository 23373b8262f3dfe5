"""Give roles and end them."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import AccountEvent, RoleGrant, User
from internkontroll.accounts.policy import PERMISSIONS
from internkontroll.accounts.queries import grants_of
from internkontroll.accounts.rules import RoleNames, check_role
from internkontroll.accounts.words import WORDS, place_words
from internkontroll.core.access import Actor, Grant, Permission, Role, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
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
    actor: Actor,
    at: datetime,
) -> RoleGrant:
    """Tilldela en roll within a scope, from one day to another (None: until further notice).

    Raises NotAllowed for one's own account, and InvalidInput for what
    :func:`internkontroll.accounts.rules.check_role` refuses. One person's act so far: where two
    are to agree, the second one's consent is what calls this.
    """
    on = swedish_day(at)
    ensure(actor, Permission.ACCOUNT_MANAGE, Scope(None), on, PERMISSIONS)
    if not user.is_active:
        raise InvalidTransition("Kontot är stängt. Öppna det igen för att ge en roll.")
    committee_name, unit_name = _within(session, board, subcommittee_id, unit_id)
    # Two who give the same account roles take turns, so that each sees what the other gave.
    session.execute(sa.select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    check_role(
        Grant(
            role,
            board.id if board else None,
            subcommittee_id,
            unit_id,
            valid_from,
            valid_to or date.max,
        ),
        grants_of(session, user.id),
        own_account=actor.user_id is not None and actor.user_id == user.id,
        names=RoleNames(
            WORDS[role].lower(),
            place_words(board.name if board else None, committee_name, unit_name),
        ),
        today=on,
        retroactive=actor.is_system,
    )
    grant = RoleGrant(
        user_id=user.id,
        role=role,
        board_id=board.id if board else None,
        subcommittee_id=subcommittee_id,
        unit_id=unit_id,
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
            "unit_id": unit_id,
            "valid_from": valid_from,
            "valid_to": valid_to,
        },
    )
    return grant


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
