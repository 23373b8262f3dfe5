"""Read the plan that a report follows up: its version as known at a moment, and its controls.

The trail's last hash is asked for in the same question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.organisation.models import Board, Decision
from internkontroll.plan.models import Control, ControlArea, Plan, control_risk
from internkontroll.reporting.queries.points import of_the_plan
from internkontroll.reporting.rules import ControlFact, DecisionFacts, PlanFacts
from internkontroll.risk.models import Risk
from internkontroll.trail.queries import head_of
from internkontroll.trail.rules import GENESIS

Row = sa.Row[*tuple[Any, ...]]
Rows = sa.Select[*tuple[Any, ...]]

# To put the statements together takes longer than to run them: each is made once.
_BOARD: Any = sa.bindparam("board_id", type_=sa.Integer())
_YEAR: Any = sa.bindparam("year", type_=sa.Integer())
_CHAIN: Any = sa.bindparam("chain", type_=sa.Text())


@dataclass(frozen=True)
class PlannedFacts:
    """Planen, its kontrollmoment, and the last hash of the board's trail."""

    plan: PlanFacts
    controls: Sequence[ControlFact]
    trail_head: str


def decision_facts(decision: Decision) -> DecisionFacts:
    """The decision as a report tells it."""
    return DecisionFacts(
        body=decision.body,
        decided_on=decision.decided_on,
        paragraph=decision.paragraph,
        registry_number=decision.registry_number,
        verified_on=decision.verified_on,
    )


@cache
def _plan_statement() -> Rows:
    return (
        sa.select(
            Plan.id.label("plan_id"),
            Plan.version,
            Plan.content_sha256,
            Decision,
            Control.lineage,
            Control.number,
            Control.text,
            Control.method_text,
            Control.performed_by,
            Control.not_applicable_reason,
            Control.points,
            ControlArea.name.label("area"),
            ControlArea.position,
            Risk.description.label("risk"),
            head_of(_CHAIN).label("trail_head"),
        )
        .join(Decision, Decision.id == Plan.decision_id)
        .join(Control, Control.plan_id == Plan.id)
        .join(ControlArea, ControlArea.id == Control.area_id)
        .outerjoin(control_risk, control_risk.c.control_id == Control.id)
        .outerjoin(Risk, Risk.id == control_risk.c.risk_id)
        .where(*of_the_plan(_BOARD, _YEAR))
        .order_by(Plan.version, Control.number, Risk.number)
    )


def _version_known(rows: Sequence[Row], moment: datetime) -> int:
    """The newest plan decided and recorded by then; before the first one, the first one."""
    known: list[int] = [row.version for row in rows if row.Decision.recorded_at <= moment]
    return max(known) if known else min([row.version for row in rows], default=1)


def _controls(rows: Sequence[Row], version_known: int) -> tuple[PlanFacts, list[ControlFact]]:
    """The plan and its controls; one that a revision took away stays as it last stood."""
    newest: dict[str, list[Row]] = {}
    for row in rows:
        if row.version > version_known:
            continue
        own = newest.setdefault(row.lineage, [])
        if own and own[0].version < row.version:
            own.clear()
        own.append(row)
    plan = next(row for row in rows if row.version == version_known)
    controls = [
        ControlFact(
            lineage=lineage,
            number=own[0].number,
            area=own[0].area,
            area_position=own[0].position,
            text=own[0].text,
            method=own[0].method_text,
            performed_by=own[0].performed_by,
            not_applicable=own[0].not_applicable_reason,
            points=tuple(own[0].points),
            risks=tuple(row.risk for row in own if row.risk is not None),
            in_force=own[0].version == version_known,
        )
        for lineage, own in newest.items()
    ]
    facts = PlanFacts(plan.version, plan.content_sha256, decision_facts(plan.Decision))
    return facts, controls


def plan_facts(
    session: Session, board: Board, year: int, known_at: datetime
) -> PlannedFacts | None:
    """The plan of the year and its controls as known then; None where no plan is decided."""
    asked = {"board_id": board.id, "year": year, "chain": board.code}
    rows = session.execute(_plan_statement(), asked).all()
    if not rows:
        return None
    plan, controls = _controls(rows, _version_known(rows, known_at))
    return PlannedFacts(plan, controls, rows[0].trail_head or GENESIS)
