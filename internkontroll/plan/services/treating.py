"""What the board does with a plan besides deciding it, and what comes after the decision."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.core.free_text import checked_text
from internkontroll.core.text import clean_text
from internkontroll.organisation.models import DecisionOutcome
from internkontroll.organisation.queries import points_of_year
from internkontroll.organisation.services import verify_decision
from internkontroll.plan.models import Plan, PlanEvent, PlanState
from internkontroll.plan.queries import open_revision
from internkontroll.plan.rules.states import require_transition
from internkontroll.plan.services.deciding import NO_PROPOSAL
from internkontroll.plan.services.proposal import (
    Minutes,
    change_state,
    decision_data,
    ensure_may_decide,
    frozen_proposal,
    trace,
    treat,
)


def _require_prepared(state: PlanState) -> None:
    if state is PlanState.DRAFT:
        raise InvalidTransition("Planen är inte beredd. Bered den innan nämnden behandlar den.")
    if state is not PlanState.PREPARED:
        require_transition(state, PlanState.PREPARED)


def refer_back(
    session: Session,
    plan: Plan,
    minutes: Minutes,
    reason: str,
    *,
    actor: Actor,
    at: datetime,
    row_version: int | None = None,
) -> Plan:
    """Återremiss: the board sends the plan back with a reason; it becomes a draft again.

    What lay before the board and its decision are kept. Raises NotAllowed, InvalidTransition unless
    the plan is prepared, InvalidInput, and Conflict.
    """
    ensure_may_decide(plan, actor, at)
    old = plan.state
    _require_prepared(old)
    reason = checked_text(reason, "Skriv varför nämnden återremitterade planen.")
    proposal = frozen_proposal(session, plan)
    decision = treat(
        session,
        plan,
        minutes,
        DecisionOutcome.REFERRED_BACK,
        proposal=proposal,
        reason=reason,
        actor=actor,
        at=at,
    )
    change_state(session, plan, PlanState.DRAFT, row_version=row_version, **NO_PROPOSAL)
    trace(
        session,
        plan,
        PlanEvent.REFERRED_BACK,
        old=old,
        actor=actor,
        at=at,
        reason=reason,
        proposal_sha256=proposal[1],
        **decision_data(decision),
    )
    return plan


def table_plan(
    session: Session,
    plan: Plan,
    minutes: Minutes,
    reason: str = "",
    *,
    next_on: date | None = None,
    actor: Actor,
    at: datetime,
    row_version: int | None = None,
) -> Plan:
    """Bordläggning: the board puts the plan off; it stays prepared, until ``next_on`` if known.

    Raises NotAllowed, InvalidTransition unless the plan is prepared, InvalidInput, and Conflict.
    """
    ensure_may_decide(plan, actor, at)
    old = plan.state
    _require_prepared(old)
    if next_on is not None and next_on <= minutes.decided_on:
        raise InvalidInput(
            "Det nya sammanträdet ska ligga efter bordläggningen. Välj en senare dag.",
            field="next_on",
        )
    kept = checked_text(reason, "") if clean_text(reason) else None
    proposal = frozen_proposal(session, plan)
    decision = treat(
        session,
        plan,
        minutes,
        DecisionOutcome.TABLED,
        proposal=proposal,
        reason=kept,
        next_on=next_on,
        actor=actor,
        at=at,
    )
    change_state(session, plan, PlanState.PREPARED, row_version=row_version)
    trace(
        session,
        plan,
        PlanEvent.TABLED,
        old=old,
        actor=actor,
        at=at,
        reason=kept,
        next_on=next_on,
        proposal_sha256=proposal[1],
        **decision_data(decision),
    )
    return plan


def verify_minutes(
    session: Session, plan: Plan, verified_on: date, *, actor: Actor, at: datetime
) -> Plan:
    """Registrera när protokollet justerades, if that was not known at the decision.

    Raises NotAllowed, InvalidTransition for a plan without a decision, InvalidInput for a day that
    cannot be, and Conflict if a day is there already.
    """
    ensure_may_decide(plan, actor, at)
    if plan.decision is None:
        raise InvalidTransition("Planen är inte beslutad. Registrera nämndens beslut först.")
    verify_decision(session, plan.decision, verified_on, at=at)
    trace(
        session,
        plan,
        PlanEvent.VERIFIED,
        old=plan.state,
        actor=actor,
        at=at,
        verified_on=verified_on,
    )
    return plan


def close_plan(
    session: Session, plan: Plan, *, actor: Actor, at: datetime, row_version: int | None = None
) -> Plan:
    """Avsluta planen when its year is over: the board has decided the last follow-up of it.

    Raises NotAllowed, InvalidTransition while the last one remains or a revision is open, and
    Conflict.
    """
    ensure_may_decide(plan, actor, at)
    old = plan.state
    require_transition(old, PlanState.CLOSED)
    points = points_of_year(session, plan.board_id, plan.year)
    if not points or points[-1].closed_at is None:
        last = f" per {points[-1].name}" if points else ""
        raise InvalidTransition(
            f"Nämnden har inte beslutat uppföljningen{last} {plan.year}. "
            "Planen avslutas när den är beslutad."
        )
    if open_revision(session, plan) is not None:
        raise InvalidTransition(
            "En revision av planen är påbörjad. Låt nämnden besluta den, eller ta bort utkastet."
        )
    change_state(session, plan, PlanState.CLOSED, row_version=row_version)
    trace(session, plan, PlanEvent.CLOSED, old=old, actor=actor, at=at)
    return plan
