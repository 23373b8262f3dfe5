"""Riskerna bakom ett utkast: write a new one, change one, take one out of the plan."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import InvalidInput
from internkontroll.plan.models import Control, Plan, PlanState, control_risk
from internkontroll.plan.rules.states import OPEN
from internkontroll.plan.services.guards import body, line, may_edit, raise_version, required
from internkontroll.risk.models import AssessmentKind, Risk
from internkontroll.risk.rules import scale_of
from internkontroll.risk.services import (
    assess_risk,
    change_risk,
    change_risk_version,
    copy_assessments,
    refuse_double,
    register_risks,
    remove_risk,
)


@dataclass(frozen=True)
class RiskContent:
    """What a person writes of a risk. Without likelihood and impact it stays as it was assessed."""

    description: str
    cause: str | None = None
    consequence: str | None = None
    category: str | None = None
    owner: str | None = None
    concerns_irregularities: bool = False
    assessment_kind: AssessmentKind = AssessmentKind.CURRENT
    likelihood: int | None = None
    impact: int | None = None


def _values(content: RiskContent) -> dict[str, Any]:
    return {
        "description": required(
            body(content.description, "description", limit=2_000),
            "Beskriv risken: vad kan gå fel?",
            "description",
        ),
        "cause": body(content.cause, "cause", limit=2_000),
        "consequence": body(content.consequence, "consequence", limit=2_000),
        "category": line(content.category, "category"),
        "owner": line(content.owner, "owner"),
        "concerns_irregularities": content.concerns_irregularities,
    }


def steps_of(risk: Risk | None) -> int:
    """How many steps the risk is scored in: as it was last, else four."""
    latest = risk.assessments[-1] if risk is not None and risk.assessments else None
    return int(latest.scale.get("steps", 4)) if latest is not None else 4


def _assess(
    session: Session, plan: Plan, risk: Risk, content: RiskContent, actor: Actor, at: datetime
) -> None:
    likelihood, impact = content.likelihood, content.impact
    if likelihood is None and impact is None:
        return
    if likelihood is None or impact is None:
        missing = "likelihood" if likelihood is None else "impact"
        raise InvalidInput("Värdera både sannolikhet och konsekvens, eller ingen.", field=missing)
    same_kind = [row for row in risk.assessments if row.kind is content.assessment_kind]
    latest = same_kind[-1] if same_kind else None
    if latest is not None and (latest.likelihood, latest.impact) == (likelihood, impact):
        return
    assess_risk(
        session,
        plan.board,
        risk,
        kind=content.assessment_kind,
        likelihood=likelihood,
        impact=impact,
        scale=scale_of(steps_of(risk)),
        on=swedish_day(at),
        actor=actor,
        at=at,
    )


def add_risk(
    session: Session, plan: Plan, content: RiskContent, *, actor: Actor, at: datetime
) -> Risk:
    """Skriv en ny risk in the board's register, to be tied to the plan's kontrollmoment.

    Raises NotAllowed, InvalidTransition, InvalidInput for an empty text, a personnummer, the text
    of another risk, half an assessment or a step outside the scale.
    """
    may_edit(plan, actor=actor, at=at)
    raise_version(session, plan)
    values = _values(content)
    refuse_double(session, plan.board_id, values["description"], None)
    risk = register_risks(session, plan.board, [values["description"]], actor=actor, at=at)[0]
    for name, value in values.items():
        setattr(risk, name, value)
    session.flush()
    _assess(session, plan, risk, content, actor, at)
    return risk


def _stands_elsewhere(session: Session, plan: Plan, risk: Risk, *states: PlanState) -> bool:
    """Whether another plan uses the risk; with ``states`` only plans in one of them."""
    select = (
        sa.select(Control.id)
        .join(control_risk, control_risk.c.control_id == Control.id)
        .join(Plan, Plan.id == Control.plan_id)
        .where(control_risk.c.risk_id == risk.id, Plan.id != plan.id)
    )
    if states:
        select = select.where(Plan.state.in_(states))
    return session.scalar(select.limit(1)) is not None


def edit_risk(
    session: Session,
    plan: Plan,
    risk: Risk,
    content: RiskContent,
    *,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Risk:
    """Ändra en risk; a description that stands in another plan that is decided keeps its words.

    Then the new description becomes a new risk of the register, which takes the old one's place in
    this plan with its assessments; it is returned. Raises as :func:`add_risk`, and Conflict.
    """
    may_edit(plan, actor=actor, at=at)
    raise_version(session, plan)
    values = _values(content)
    standing = tuple(state for state in PlanState if state not in OPEN)
    reworded = risk.description != values["description"]
    if reworded and _stands_elsewhere(session, plan, risk, *standing):
        risk = _in_its_place(session, plan, risk, values, row_version, actor, at)
    else:
        risk = change_risk(
            session, plan.board, risk, values, row_version=row_version, actor=actor, at=at
        )
    _assess(session, plan, risk, content, actor, at)
    return risk


def _in_its_place(
    session: Session,
    plan: Plan,
    old: Risk,
    values: dict[str, Any],
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Risk:
    refuse_double(session, plan.board_id, values["description"], None)
    # The old words stand; the version tells the next one who saw them that they were replaced.
    change_risk_version(session, old, row_version)
    new = register_risks(session, plan.board, [values["description"]], actor=actor, at=at)[0]
    for name, value in values.items():
        setattr(new, name, value)
    session.flush()
    copy_assessments(session, old, new, at=at)
    own = sa.select(Control.id).where(Control.plan_id == plan.id)
    session.execute(
        sa.update(control_risk)
        .where(control_risk.c.risk_id == old.id, control_risk.c.control_id.in_(own))
        .values(risk_id=new.id)
    )
    session.expire_all()
    return new


def remove_plan_risk(
    session: Session, plan: Plan, risk: Risk, *, actor: Actor, at: datetime
) -> bool:
    """Ta bort en risk ur utkastet: from its kontrollmoment, and from the register if unused.

    True if it left the register too. Raises NotAllowed and InvalidTransition.
    """
    may_edit(plan, actor=actor, at=at)
    raise_version(session, plan)
    own = sa.select(Control.id).where(Control.plan_id == plan.id)
    session.execute(
        sa.delete(control_risk).where(
            control_risk.c.risk_id == risk.id, control_risk.c.control_id.in_(own)
        )
    )
    elsewhere = _stands_elsewhere(session, plan, risk)
    session.expire_all()
    if not elsewhere:
        remove_risk(session, plan.board, risk, actor=actor, at=at)
    return not elsewhere
