"""Förslaget som ligger hos nämnden: what every verb of its way through the board is made of."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.text import clean_line
from internkontroll.organisation.models import Decision, DecisionOutcome
from internkontroll.organisation.services import record_decision
from internkontroll.plan.models import Plan, PlanEvent, PlanState, PlanTreatment
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.queries import controls_of, live_content, xray_of
from internkontroll.plan.rules.content import frozen
from internkontroll.plan.rules.xray import Severity
from internkontroll.trail.services import record


@dataclass(frozen=True)
class Minutes:
    """Protokollets uppgifter: organ, dag, § and diarienummer, and the justering if it is done."""

    body: str
    decided_on: date
    paragraph: str
    registry_number: str
    verified_on: date | None = None


def ensure_may_decide(plan: Plan, actor: Actor, at: datetime) -> None:
    """Refuse (NotAllowed) who may not record what the board does with the plan."""
    ensure(actor, Permission.PLAN_DECIDE, Scope(plan.board_id), swedish_day(at), PERMISSIONS)


def change_state(
    session: Session,
    plan: Plan,
    new: PlanState,
    *,
    row_version: int | None = None,
    **values: Any,
) -> None:
    """Change the state only if the plan still is as it was read; else Conflict.

    ``row_version`` is the version that the person saw; without it the one just read.
    """
    changed = session.execute(
        sa.update(Plan)
        .where(
            Plan.id == plan.id,
            Plan.state == plan.state,
            Plan.row_version == (plan.row_version if row_version is None else row_version),
        )
        .values(state=new, row_version=Plan.row_version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Conflict(
            "Planen har ändrats sedan du öppnade sidan. Läs igenom den igen innan du går vidare."
        )
    session.refresh(plan)


def trace(
    session: Session,
    plan: Plan,
    event: PlanEvent,
    *,
    old: PlanState,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
    **data: Any,
) -> None:
    """A row of the trail about the plan: its old and its present state, and ``data``."""
    record(
        session,
        chain=plan.board.code,
        actor=actor,
        at=at,
        event=event,
        subject=("plan", plan.id),
        data={"state": {"old": old, "new": plan.state}, **data},
        reason=reason,
    )


def refuse_gaps(session: Session, plan: Plan) -> int:
    """Refuse (InvalidInput) a plan that the X-ray stops; else how much it reminds of."""
    findings = xray_of(session, plan, controls_of(session, plan.id))
    stopping = [finding for finding in findings if finding.severity is Severity.BLOCKS]
    if stopping:
        first = stopping[0]
        where = f"Kontrollmoment {first.number}: " if first.number else ""
        rest = len(stopping) - 1
        more = f" Det finns {rest} hinder till." if rest else ""
        raise InvalidInput(f"Planen kan inte beslutas än. {where}{first.sentence}{more}")
    return len(findings)


def frozen_proposal(session: Session, plan: Plan) -> tuple[str, str]:
    """What lies before the board, text and hash; the live content where none was frozen."""
    if plan.proposal is not None and plan.proposal_sha256 is not None:
        return plan.proposal, plan.proposal_sha256
    return frozen(live_content(session, plan))


def treat(
    session: Session,
    plan: Plan,
    minutes: Minutes,
    outcome: DecisionOutcome,
    *,
    proposal: tuple[str, str],
    actor: Actor,
    at: datetime,
    reason: str | None = None,
    next_on: date | None = None,
) -> Decision:
    """The decision, and the row that says that the proposal (text and hash) was before the board.

    Raises InvalidInput for facts of a decision that cannot be.
    """
    decision = record_decision(
        session,
        plan.board,
        body=minutes.body,
        decided_on=minutes.decided_on,
        paragraph=clean_line(minutes.paragraph).lstrip("§ "),
        registry_number=minutes.registry_number,
        verified_on=minutes.verified_on,
        outcome=outcome,
        at=at,
    )
    session.add(
        PlanTreatment(
            plan_id=plan.id,
            decision_id=decision.id,
            proposal=proposal[0],
            proposal_sha256=proposal[1],
            reason=reason,
            next_on=next_on,
            recorded_by_id=actor.user_id,
            recorded_at=at,
        )
    )
    session.flush()
    return decision


def decision_data(decision: Decision) -> dict[str, Any]:
    """What the trail tells of a decision."""
    return {
        "outcome": decision.outcome,
        "body": decision.body,
        "decided_on": decision.decided_on,
        "paragraph": decision.paragraph,
        "registry_number": decision.registry_number,
    }
