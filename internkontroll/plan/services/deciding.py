"""Prepare a plan, open it for what the board changes, and decide it.

The proposal is frozen when the plan is prepared; the decision freezes what the board decided. Both
are kept for ever, and every time the plan was before the board leaves a row (PlanTreatment).
"""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.core.free_text import checked_text, refuse_unfit
from internkontroll.core.text import clean_line
from internkontroll.organisation.models import DecisionOutcome
from internkontroll.organisation.services import take_turn
from internkontroll.plan.models import Plan, PlanEvent, PlanState
from internkontroll.plan.queries import controls_of, live_content, plan_select
from internkontroll.plan.rules.content import frozen
from internkontroll.plan.rules.diff import diff_contents
from internkontroll.plan.rules.states import require_transition
from internkontroll.plan.services.proposal import (
    Minutes,
    change_state,
    decision_data,
    ensure_may_decide,
    frozen_proposal,
    refuse_gaps,
    trace,
    treat,
)

ATTACHMENT_MAX = 200
"""Most characters of what tells which decision the plan is a bilaga of."""

NO_PROPOSAL: dict[str, Any] = {"proposal": None, "proposal_sha256": None, "prepared_at": None}
"""What a draft has: nothing lies before the board."""


def prepare_plan(
    session: Session, plan: Plan, *, actor: Actor, at: datetime, row_version: int | None = None
) -> Plan:
    """Bered planen: the X-ray passes, the proposal is frozen and the content is locked.

    Raises NotAllowed, InvalidTransition, InvalidInput with what stops it, and Conflict.
    """
    ensure_may_decide(plan, actor, at)
    # A plan is prepared and decided in one press: whoever changes the calendar waits from here.
    take_turn(session, plan.board_id)
    old = plan.state
    require_transition(old, PlanState.PREPARED)
    reminders = refuse_gaps(session, plan)
    text, sha256 = frozen(live_content(session, plan))
    change_state(
        session,
        plan,
        PlanState.PREPARED,
        row_version=row_version,
        proposal=text,
        proposal_sha256=sha256,
        prepared_at=at,
    )
    trace(
        session,
        plan,
        PlanEvent.PREPARED,
        old=old,
        actor=actor,
        at=at,
        reminders=reminders,
        proposal_sha256=sha256,
    )
    return plan


def return_to_draft(
    session: Session,
    plan: Plan,
    reason: str,
    *,
    actor: Actor,
    at: datetime,
    row_version: int | None = None,
) -> Plan:
    """Ta tillbaka en beredd plan till utkast, before the board has decided it.

    Its proposal no longer lies before the board; its hash stays in the trail. Raises NotAllowed,
    InvalidTransition, InvalidInput without a reason, and Conflict.
    """
    ensure_may_decide(plan, actor, at)
    old, sha256 = plan.state, plan.proposal_sha256
    require_transition(old, PlanState.DRAFT)
    reason = checked_text(reason, "Skriv varför planen tas tillbaka.")
    change_state(session, plan, PlanState.DRAFT, row_version=row_version, **NO_PROPOSAL)
    trace(
        session,
        plan,
        PlanEvent.RETURNED,
        old=old,
        actor=actor,
        at=at,
        reason=reason,
        proposal_sha256=sha256,
    )
    return plan


def begin_amendment(
    session: Session, plan: Plan, *, actor: Actor, at: datetime, row_version: int | None = None
) -> Plan:
    """Öppna en beredd plan för det som nämnden ändrade vid sammanträdet.

    The proposal stays frozen; what is written now is told against it. Raises NotAllowed,
    InvalidTransition and Conflict.
    """
    ensure_may_decide(plan, actor, at)
    old = plan.state
    require_transition(old, PlanState.AMENDING)
    text, sha256 = frozen_proposal(session, plan)
    change_state(
        session,
        plan,
        PlanState.AMENDING,
        row_version=row_version,
        proposal=text,
        proposal_sha256=sha256,
    )
    trace(session, plan, PlanEvent.AMENDED, old=old, actor=actor, at=at, proposal_sha256=sha256)
    return plan


def _decided_content(
    session: Session, plan: Plan, proposal: tuple[str, str], outcome: DecisionOutcome
) -> tuple[str, str]:
    """What was decided of the proposal, as text and hash."""
    if outcome is DecisionOutcome.APPROVED:
        if plan.state is PlanState.AMENDING:
            raise InvalidTransition(
                "Nämndens ändringar håller på att skrivas in. Registrera beslutet som bifall med "
                "ändring, eller ta tillbaka planen till utkast."
            )
        return proposal
    if outcome is not DecisionOutcome.AMENDED:
        raise ValueError(f"{outcome} decides nothing")
    if plan.state is not PlanState.AMENDING:
        raise InvalidTransition(
            "Skriv först in vad nämnden ändrade. Registrera sedan beslutet som bifall med ändring."
        )
    refuse_gaps(session, plan)
    content = live_content(session, plan)
    if not diff_contents(json.loads(proposal[0]), content):
        raise InvalidInput(
            "Inget skiljer planen från förslaget. Skriv in vad nämnden ändrade, eller ta tillbaka "
            "planen till utkast och bered den igen om nämnden inte ändrade något."
        )
    return frozen(content)


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
    outcome: DecisionOutcome = DecisionOutcome.APPROVED,
    attachment_of: str = "",
    attachment: str = "",
    ended_periods: bool = False,
    with_occurrences: bool = False,
) -> Plan:
    """Registrera nämndens beslut: bifall, or bifall med ändring. The content is frozen.

    Approved, the plan is what lay before the board to the letter; amended, it is what stands
    now, which must differ from the proposal. ``attachment_of`` tells of which larger decision
    the plan is only a bilaga, ``attachment`` its number or name. ``ended_periods``: occurrences
    are wanted also for what had ended when the board decided. A revision takes the place of the
    version it revises, and its occurrences must follow: only ``schedule.services.decide_revision``
    sees to that, and says so by ``with_occurrences``.

    A plan may be decided before or during its year. Raises NotAllowed, InvalidTransition unless
    the plan is prepared and for a revision decided alone, InvalidInput for facts of a decision
    that cannot be, and Conflict.
    """
    ensure_may_decide(plan, actor, at)
    if plan.replaces_id is not None and not with_occurrences:
        raise InvalidTransition(
            "Planen är en revision, och årets kontroller ska följa med. Registrera beslutet på "
            "revisionens sida."
        )
    old = plan.state
    require_transition(old, PlanState.DECIDED)
    proposal = frozen_proposal(session, plan)
    text, sha256 = _decided_content(session, plan, proposal, outcome)
    decision = treat(
        session,
        plan,
        Minutes(body, decided_on, paragraph, registry_number, verified_on),
        outcome,
        proposal=proposal,
        actor=actor,
        at=at,
    )
    if plan.replaces_id is not None:
        _replace(session, plan, plan.replaces_id, actor=actor, at=at)
    change_state(
        session,
        plan,
        PlanState.DECIDED,
        row_version=row_version,
        decision_id=decision.id,
        content=text,
        content_sha256=sha256,
        proposal=proposal[0],
        proposal_sha256=proposal[1],
        attachment_of=_line(attachment_of, "attachment_of"),
        attachment=_line(attachment, "attachment"),
        ended_periods=ended_periods,
    )
    trace(
        session,
        plan,
        PlanEvent.DECIDED,
        old=old,
        actor=actor,
        at=at,
        content_sha256=sha256,
        proposal_sha256=proposal[1],
        **decision_data(decision),
    )
    return plan


def _line(text: str, field: str) -> str | None:
    line = clean_line(text)
    refuse_unfit(line, field, most=ATTACHMENT_MAX)
    return line or None


def _replace(session: Session, plan: Plan, replaces_id: int, *, actor: Actor, at: datetime) -> None:
    """The version that the plan revises no longer holds."""
    before = session.scalars(plan_select(plan.board_id, replaces_id)).one()
    old = before.state
    require_transition(old, PlanState.REPLACED)
    change_state(session, before, PlanState.REPLACED)
    # Whoever was appointed while the board waited is responsible in the new version too.
    appointed = {
        control.lineage: control.responsible_id for control in controls_of(session, before.id)
    }
    for control in controls_of(session, plan.id):
        if control.responsible_id is None:
            control.responsible_id = appointed.get(control.lineage)
    session.flush()
    trace(
        session,
        before,
        PlanEvent.REPLACED,
        old=old,
        actor=actor,
        at=at,
        version={"old": before.version, "new": plan.version},
    )
