"""Register risks: the same sentence is the same risk within a board."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.organisation.models import Board
from internkontroll.risk.models import AssessmentKind, Risk, RiskAssessment, RiskEvent
from internkontroll.risk.rules import same_risk_key
from internkontroll.trail.services import record


def register_risks(
    session: Session, board: Board, descriptions: Sequence[str], *, actor: Actor, at: datetime
) -> list[Risk]:
    """Registrera risker in the board's register, or find those with the same texts.

    One risk for each description, in the same order. The register is read once.
    """
    known = {
        same_risk_key(risk.description): risk
        for risk in session.scalars(sa.select(Risk).where(Risk.board_id == board.id))
    }
    number = max((risk.number for risk in known.values()), default=0)
    new: list[Risk] = []
    for description in descriptions:
        if same_risk_key(description) not in known:
            number += 1
            risk = Risk(board_id=board.id, number=number, description=description, recorded_at=at)
            known[same_risk_key(description)] = risk
            new.append(risk)
    session.add_all(new)
    session.flush()
    for risk in new:
        record(
            session,
            chain=board.code,
            actor=actor,
            at=at,
            event=RiskEvent.REGISTERED,
            subject=("risk", risk.id),
            data={"number": risk.number, "description": risk.description},
        )
    return [known[same_risk_key(description)] for description in descriptions]


def register_risk(
    session: Session, board: Board, description: str, *, actor: Actor, at: datetime
) -> Risk:
    """Registrera en risk in the board's register, or find the one with the same text."""
    return register_risks(session, board, [description], actor=actor, at=at)[0]


def record_assessment(
    session: Session,
    risk: Risk,
    *,
    likelihood: int | None,
    impact: int | None,
    score: int,
    scale: dict[str, Any],
    on: date,
    at: datetime,
) -> RiskAssessment:
    """Lägg till en värdering av nuvarande risk as a plan or register states it."""
    assessment = RiskAssessment(
        risk_id=risk.id,
        kind=AssessmentKind.CURRENT,
        likelihood=likelihood,
        impact=impact,
        score=score,
        scale=scale,
        assessed_on=on,
        recorded_at=at,
    )
    session.add(assessment)
    return assessment
