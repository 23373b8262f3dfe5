"""Roles that two persons give: one proposes, another confirms; until then nothing is given."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import (
    AccountEvent,
    ProposalState,
    RoleGrant,
    RoleProposal,
    User,
)
from internkontroll.accounts.policy import PERMISSIONS
from internkontroll.accounts.queries import has_code, standing_by_hand
from internkontroll.accounts.rules import TWO_PERSONS, AuditTerms
from internkontroll.accounts.services.roles import (
    RoleWish,
    check_wish,
    end_role,
    give,
    grant_role,
)
from internkontroll.accounts.words import WORDS
from internkontroll.core.access import Actor, Permission, Role, Scope, can, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.text import clean_line
from internkontroll.organisation.models import Board
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record

REASON_MAX = 300
"""Most characters of why a role is refused."""


def propose_role(
    session: Session, user: User, wish: RoleWish, *, actor: Actor, at: datetime
) -> RoleProposal:
    """Föreslå en roll that two persons give. It gives nothing until another confirms it.

    Raises NotAllowed, what ``check_wish`` refuses, and Conflict if the same already waits.
    """
    on = swedish_day(at)
    ensure(actor, Permission.ACCOUNT_MANAGE, Scope(None), on, PERMISSIONS)
    if actor.user_id is None:
        raise NotAllowed("Kommandoraden ger roller direkt och föreslår inga.")
    check_wish(session, user, wish, actor=actor, on=on)
    if _waits(session, user, wish):
        raise Conflict("Rollen är redan föreslagen för kontot och väntar på att bekräftas.")
    return _propose(session, user, wish, actor=actor, at=at)


def _waits(session: Session, user: User, wish: RoleWish) -> bool:
    columns = wish.columns
    same = [
        getattr(RoleProposal, name).is_not_distinct_from(columns[name])
        for name in ("role", "board_id", "subcommittee_id", "unit_id")
    ]
    waits = sa.and_(RoleProposal.user_id == user.id, RoleProposal.state == ProposalState.PROPOSED)
    return session.scalar(sa.select(RoleProposal.id).where(waits, *same)) is not None


def _propose(
    session: Session, user: User, wish: RoleWish, *, actor: Actor, at: datetime
) -> RoleProposal:
    proposal = RoleProposal(
        user_id=user.id, proposed_by_id=actor.user_id, proposed_at=at, **wish.columns
    )
    session.add(proposal)
    session.flush()
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=AccountEvent.ROLE_PROPOSED,
        subject=("user", user.id),
        data={**wish.told, "proposal": proposal.id},
    )
    return proposal


def set_roles_aside(
    session: Session, user: User, *, actor: Actor, at: datetime
) -> Sequence[RoleProposal]:
    """Lägg rollerna åt sidan until another confirms them: whoever has just given a start password
    could log in as their owner.

    Only for an account without a code, and only the roles that two persons give: with a code the
    password opens nothing. The command line's actor sets none aside. What the municipality's login
    gives stays, for it holds only in a session which that login opened. Returns what now waits.
    """
    if actor.is_system or has_code(session, user.id):
        return ()
    on, proposed = swedish_day(at), []
    for grant in session.scalars(standing_by_hand(user.id, TWO_PERSONS, on)).all():
        wish = RoleWish(
            grant.role,
            grant.board,
            grant.subcommittee_id,
            grant.unit_id,
            max(grant.valid_from, on),
            grant.valid_to,
            AuditTerms(grant.reads_undecided, grant.reads_secret, grant.decision or "")
            if grant.role is Role.AUDITOR
            else None,
        )
        end_role(session, grant, None, row_version=grant.row_version, actor=actor, at=at)
        if not _waits(session, user, wish):
            proposed.append(_propose(session, user, wish, actor=actor, at=at))
    return proposed


def give_or_propose(
    session: Session, user: User, wish: RoleWish, *, actor: Actor, at: datetime
) -> RoleGrant | RoleProposal:
    """Ge rollen, or propose it where two persons are to agree."""
    if wish.role in TWO_PERSONS and not actor.is_system:
        return propose_role(session, user, wish, actor=actor, at=at)
    return grant_role(
        session,
        user,
        wish.role,
        board=wish.board,
        subcommittee_id=wish.subcommittee_id,
        unit_id=wish.unit_id,
        valid_from=wish.valid_from,
        valid_to=wish.valid_to,
        terms=wish.terms,
        actor=actor,
        at=at,
    )


def may_settle(actor: Actor, proposal: RoleProposal, on: date) -> bool:
    """Whether the actor's roles let them confirm: an administrator, or that board's controller."""
    return can(actor, Permission.ACCOUNT_MANAGE, Scope(None), on, PERMISSIONS) or (
        proposal.board_id is not None
        and can(actor, Permission.ROLE_CONFIRM, Scope(proposal.board_id), on, PERMISSIONS)
    )


def _ensure_settler(actor: Actor, proposal: RoleProposal, at: datetime) -> None:
    if actor.user_id is None or not may_settle(actor, proposal, swedish_day(at)):
        raise NotAllowed(
            "Rollen bekräftas av en administratör eller av nämndens controller. Be någon av dem."
        )
    if actor.user_id == proposal.user_id:
        raise NotAllowed("Rollen är föreslagen för ditt eget konto. En annan ska ta ställning.")


def _settle(
    session: Session,
    proposal: RoleProposal,
    state: ProposalState,
    *,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> None:
    changed = session.execute(
        sa.update(RoleProposal)
        .where(RoleProposal.id == proposal.id, RoleProposal.state == ProposalState.PROPOSED)
        .values(state=state, settled_by_id=actor.user_id, settled_at=at, reason=reason)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Någon annan har redan tagit ställning till rollen. Läs om sidan.")
    session.expire(proposal)


def confirm_role(
    session: Session, proposal: RoleProposal, *, actor: Actor, at: datetime
) -> RoleGrant:
    """Bekräfta en föreslagen roll: from now on it holds, never from an earlier day.

    Raises NotAllowed for the one who proposed it, the one who is to have it and whoever is neither
    administrator nor that board's controller, Conflict if it is settled, and what the account can
    no longer get.
    """
    on = swedish_day(at)
    _ensure_settler(actor, proposal, at)
    if actor.user_id == proposal.proposed_by_id:
        raise NotAllowed("Du har själv föreslagit rollen. En annan ska bekräfta den.")
    if proposal.state is not ProposalState.PROPOSED:
        raise Conflict("Någon annan har redan tagit ställning till rollen. Läs om sidan.")
    if proposal.valid_to is not None and proposal.valid_to < on:
        raise InvalidTransition("Rollens sista dag har varit. Avslå den och föreslå en ny.")
    user = session.get_one(User, proposal.user_id)
    wish = RoleWish(
        proposal.role,
        session.get(Board, proposal.board_id) if proposal.board_id else None,
        proposal.subcommittee_id,
        proposal.unit_id,
        max(proposal.valid_from, on),
        proposal.valid_to,
        AuditTerms(proposal.reads_undecided, proposal.reads_secret, proposal.decision or "")
        if proposal.role is Role.AUDITOR
        else None,
    )
    check_wish(session, user, wish, actor=actor, on=on)
    _settle(session, proposal, ProposalState.CONFIRMED, reason=None, actor=actor, at=at)
    return give(session, user, wish, actor=actor, at=at, proposal_id=proposal.id)


def refuse_role(
    session: Session, proposal: RoleProposal, reason: str, *, actor: Actor, at: datetime
) -> None:
    """Avslå en föreslagen roll, with a reason; whoever proposed it may take it back so too.

    Raises NotAllowed, InvalidInput without a reason, Conflict if it is settled.
    """
    _ensure_settler(actor, proposal, at)
    why = clean_line(reason)
    if not why or len(why) > REASON_MAX:
        raise InvalidInput(
            f"Skriv varför rollen avslås, med högst {REASON_MAX} tecken.", field="reason"
        )
    _settle(session, proposal, ProposalState.REFUSED, reason=why, actor=actor, at=at)
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=AccountEvent.ROLE_REFUSED,
        subject=("user", proposal.user_id),
        data={"proposal": proposal.id, "role": WORDS[proposal.role]},
        reason=why,
    )
