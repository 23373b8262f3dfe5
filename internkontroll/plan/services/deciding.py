"""Prepare a plan and decide it. The decision freezes what the board saw."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.text import clean_line
from internkontroll.organisation.services import record_decision
from internkontroll.plan.models import Plan, PlanEvent, PlanState
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.queries import controls_of, xray_of
from internkontroll.plan.rules.content import frozen, plan_content
from internkontroll.plan.rules.states import require_transition
from internkontroll.plan.rules.xray import Severity
from internkontroll.trail.services import record


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


def prepare_plan(
    session: Session, plan: Plan, *, actor: Actor, at: datetime, row_version: int | None = None
) -> Plan:
    """Bered planen: the X-ray passes and the plan is ready for the board.

    Raises NotAllowed, InvalidTransition, InvalidInput with what stops it, and Conflict.
    """
    ensure(actor, Permission.PLAN_DECIDE, Scope(plan.board_id), swedish_day(at), PERMISSIONS)
    require_transition(plan.state, PlanState.PREPARED)
    findings = xray_of(session, plan, controls_of(session, plan.id))
    stopping = [finding for finding in findings if finding.severity is Severity.BLOCKS]
    if stopping:
        first = stopping[0]
        where = f"Kontrollmoment {first.number}: " if first.number else ""
        rest = len(stopping) - 1
        more = f" Det finns {rest} hinder till." if rest else ""
        raise InvalidInput(f"Planen kan inte beslutas än. {where}{first.sentence}{more}")
    change_state(session, plan, PlanState.PREPARED, row_version=row_version)
    record(
        session,
        chain=plan.board.code,
        actor=actor,
        at=at,
        event=PlanEvent.PREPARED,
        subject=("plan", plan.id),
        data={
            "state": {"old": PlanState.DRAFT, "new": PlanState.PREPARED},
            "reminders": len(findings),
        },
    )
    return plan


def decide_plan(
    session: Session,
    plan: Plan,
    *,
    decided_on: date,
    paragraph: str,
    registry_number: str,
    body: str,
    verified_on: date | None,
    actor: Actor,
    at: datetime,
    row_version: int | None = None,
) -> Plan:
    """Registrera nämndens beslut: the content is frozen as canonical JSON with its SHA-256.

    A plan may be decided before or during its year. Raises NotAllowed, InvalidTransition unless
    the plan is prepared, InvalidInput for facts of a decision that cannot be, and Conflict.
    """
    ensure(actor, Permission.PLAN_DECIDE, Scope(plan.board_id), swedish_day(at), PERMISSIONS)
    require_transition(plan.state, PlanState.DECIDED)
    decision = record_decision(
        session,
        plan.board,
        body=body,
        decided_on=decided_on,
        paragraph=clean_line(paragraph).lstrip("§ "),
        registry_number=registry_number,
        verified_on=verified_on,
        at=at,
    )
    text, sha256 = frozen(
        plan_content(
            plan,
            controls_of(session, plan.id),
            board_code=plan.board.code,
            board_name=plan.board.name,
        )
    )
    change_state(
        session,
        plan,
        PlanState.DECIDED,
        row_version=row_version,
        decision_id=decision.id,
        content=text,
        content_sha256=sha256,
    )
    record(
        session,
        chain=plan.board.code,
        actor=actor,
        at=at,
        event=PlanEvent.DECIDED,
        subject=("plan", plan.id),
        data={
            "state": {"old": PlanState.PREPARED, "new": PlanState.DECIDED},
            "body": decision.body,
            "decided_on": decision.decided_on,
            "paragraph": decision.paragraph,
            "registry_number": decision.registry_number,
            "content_sha256": sha256,
        },
    )
    return plan
