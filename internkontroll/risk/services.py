"""Register risks, change and assess them: the same sentence is one risk within a board."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.risk.models import AssessmentKind, Risk, RiskAssessment, RiskEvent
from internkontroll.risk.rules import same_risk_key, score_of
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


def refuse_double(session: Session, board_id: int, description: str, but: int | None) -> None:
    """Refuse (InvalidInput) a description that another risk of the board already has."""
    for number, known, risk_id in session.execute(
        sa.select(Risk.number, Risk.description, Risk.id).where(Risk.board_id == board_id)
    ):
        if risk_id != but and same_risk_key(known) == same_risk_key(description):
            raise InvalidInput(
                f"Risk {number} i nämndens riskregister har samma text. Använd den i stället.",
                field="description",
            )


def change_risk(
    session: Session,
    board: Board,
    risk: Risk,
    values: Mapping[str, Any],
    *,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Risk:
    """Ändra en risk in the register: description, cause, consequence, category, owner, flag.

    The caller has asked who may. Raises InvalidInput for another risk's description, and Conflict
    if somebody else changed it after ``row_version``.
    """
    refuse_double(session, board.id, str(values["description"]), risk.id)
    old = {name: getattr(risk, name) for name in values}
    if old == dict(values):
        return risk
    change_risk_version(session, risk, row_version, **values)
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=RiskEvent.CHANGED,
        subject=("risk", risk.id),
        data={
            name: {"old": old[name], "new": values[name]}
            for name in values
            if old[name] != values[name]
        },
    )
    return risk


def change_risk_version(session: Session, risk: Risk, row_version: int, **values: Any) -> None:
    """Raise the risk's version, with what else changes; Conflict if it is not ``row_version``.

    The calling verb asks for permission and traces it.
    """
    changed = session.execute(
        sa.update(Risk)
        .where(Risk.id == risk.id, Risk.row_version == row_version)
        .values(row_version=Risk.row_version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Conflict(
            "Någon annan har ändrat risken under tiden. Jämför med det som är sparat nu och spara "
            "igen."
        )
    session.refresh(risk)


def copy_assessments(session: Session, old: Risk, new: Risk, *, at: datetime) -> None:
    """Give a risk that takes another's place its assessments, with their days and scales."""
    session.add_all(
        RiskAssessment(
            risk_id=new.id,
            kind=row.kind,
            likelihood=row.likelihood,
            impact=row.impact,
            score=row.score,
            scale=row.scale,
            assessed_on=row.assessed_on,
            recorded_at=at,
        )
        for row in old.assessments
    )
    session.flush()
    session.expire(new, ["assessments"])


def assess_risk(
    session: Session,
    board: Board,
    risk: Risk,
    *,
    kind: AssessmentKind,
    likelihood: int,
    impact: int,
    scale: dict[str, Any],
    on: date,
    actor: Actor,
    at: datetime,
) -> RiskAssessment:
    """Värdera en risk: a dated row with a copy of the scale; older rows stand.

    Raises InvalidInput for a step outside the scale. The caller has asked who may.
    """
    score = score_of(likelihood, impact, scale)
    assessment = RiskAssessment(
        risk_id=risk.id,
        kind=kind,
        likelihood=likelihood,
        impact=impact,
        score=score,
        scale=scale,
        assessed_on=on,
        recorded_at=at,
    )
    session.add(assessment)
    session.flush()
    session.expire(risk, ["assessments"])
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=RiskEvent.ASSESSED,
        subject=("risk", risk.id),
        data={"kind": kind, "likelihood": likelihood, "impact": impact, "score": score},
    )
    return assessment


def remove_risk(session: Session, board: Board, risk: Risk, *, actor: Actor, at: datetime) -> None:
    """Ta bort en risk that nothing uses from the register, with its assessments."""
    facts = {"number": risk.number, "description": risk.description}
    risk_id = risk.id
    for row in list(risk.assessments):
        session.delete(row)
    session.flush()
    session.delete(risk)
    session.flush()
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=RiskEvent.REMOVED,
        subject=("risk", risk_id),
        data=facts,
    )
