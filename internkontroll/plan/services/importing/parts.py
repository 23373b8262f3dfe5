"""What a new draft and a changed one are both made of: risks, kontrollmoment, marks, values."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.clock import swedish_day
from internkontroll.core.text import shown, text_key
from internkontroll.organisation.models import Board
from internkontroll.plan.models import (
    Control,
    ControlArea,
    ControlMark,
    Criterion,
    MarkKind,
)
from internkontroll.plan.rules.comparison import (
    kept_texts,
)
from internkontroll.plan.rules.questions import Question
from internkontroll.plan.rules.reading import PlanReading, PlanRow
from internkontroll.plan.services.importing.snapshot import state_of
from internkontroll.risk.models import Risk, RiskAssessment
from internkontroll.risk.rules import same_risk_key
from internkontroll.risk.services import record_assessment, register_risks

NO_AREA = "Utan kontrollområde"
"""The area of kontrollmoment for which the plan names none and nobody has answered."""


@dataclass
class Made:
    """What an import made and what was there before, as it is stored for an undo."""

    plan_before: dict[str, Any] | None = None
    areas: list[int] = field(default_factory=list)
    risks: list[int] = field(default_factory=list)
    assessments: list[int] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    changed: list[tuple[Control, dict[str, Any]]] = field(default_factory=list)
    risks_before: frozenset[int] = frozenset()

    def as_json(self) -> dict[str, Any]:
        """Plain data; the kontrollmoment as they are now, after the import."""
        return {
            "plan_before": self.plan_before,
            "areas": self.areas,
            "risks": self.risks,
            "assessments": self.assessments,
            "controls": [{"id": row.id, "after": state_of(row)} for row in self.controls],
            "changed": [
                {"id": row.id, "before": before, "after": state_of(row)}
                for row, before in self.changed
            ],
        }


def register(
    session: Session,
    board: Board,
    rows: Sequence[PlanRow],
    made: Made,
    actor: Actor,
    at: datetime,
) -> dict[str, Risk]:
    """Registrera the risks of the rows, or find them; each by its text's key."""
    texts: dict[str, str] = {}
    for row in rows:
        if row.risk:
            texts.setdefault(text_key(row.risk), row.risk)
    made.risks_before = frozenset(
        session.scalars(sa.select(Risk.id).where(Risk.board_id == board.id))
    )
    risks = register_risks(session, board, tuple(texts.values()), actor=actor, at=at)
    made.risks = sorted({risk.id for risk in risks} - made.risks_before)
    return dict(zip(texts, risks, strict=True))


def new_control(
    reading: PlanReading, row: PlanRow, area: ControlArea, number: int, at: datetime
) -> Control:
    """A kontrollmoment as it was read, with criteria and marks; its risks are given to it later."""
    return Control(
        area=area,
        number=number,
        lineage=uuid.uuid4().hex,
        text=row.control,
        method_text=row.method,
        reporting_text=row.reporting_text,
        technique=row.technique,
        sample_kind=row.sample_kind,
        sample_n=row.n,
        frequency=row.frequency,
        points=list(row.points),
        performed_by=row.performed_by,
        responsible_text=row.responsible or None,
        extra=kept_texts(reading, row),
        criteria=[
            Criterion(position=position, text=text, help_text=said)
            for position, (text, said) in enumerate(row.judged_by, start=1)
        ],
        marks=new_marks(reading, row, at),
    )


def new_marks(reading: PlanReading, row: PlanRow, at: datetime) -> list[ControlMark]:
    """Unanswered questions and notes of a row, as they stay on its kontrollmoment."""
    return [
        ControlMark(
            kind=MarkKind(mark.kind),
            code=mark.code[:60],
            field=str(mark.field)[:40],
            text=mark.text,
            asked=_asked_json(mark.asked) if mark.asked else {},
            recorded_at=at,
        )
        for mark in reading.marks(row.row)
    ]


def _asked_json(question: Question) -> dict[str, Any]:
    """What may be answered to a question, as its mark keeps it."""
    return {
        "choices": [[choice.value, choice.label] for choice in question.choices],
        "proposed": question.proposed,
        "free": question.free,
        "items": list(question.items),
    }


def assess(
    session: Session,
    rows: Sequence[PlanRow],
    risks: Mapping[str, Risk],
    made: Made,
    at: datetime,
) -> None:
    """Each value that the plan states for a risk becomes a dated row; the same value once."""
    values = [row for row in rows if row.risk and row.score is not None]
    highest = max(
        (value for row in values for value in (row.likelihood, row.impact) if value), default=0
    )
    steps = 5 if highest > 4 or any((row.score or 0) > 16 for row in values) else 4
    seen = set()
    added: list[RiskAssessment] = []
    for row in values:
        value = (same_risk_key(row.risk), row.likelihood, row.impact, row.score)
        if row.score is None or value in seen:
            continue
        seen.add(value)
        added.append(
            record_assessment(
                session,
                risks[text_key(row.risk)],
                likelihood=row.likelihood,
                impact=row.impact,
                score=row.score,
                scale={"steps": steps, "heading": shown(row.score_text)},
                on=swedish_day(at),
                at=at,
            )
        )
    session.flush()
    made.assessments = [assessment.id for assessment in added]


def told_of(reading: PlanReading, file_sha256: str) -> dict[str, Any]:
    """What the trail tells of a reading that was taken in."""
    return {
        "refused": len(reading.refused),
        "open_questions": len(reading.questions),
        "answered": {question.id: answer for question, answer in reading.answered},
        "source_sha256": file_sha256,
    }


def title_of(reading: PlanReading) -> list[list[str]]:
    """What stands above the table, as it is kept with the plan."""
    return [list(pair) for pair in reading.metadata]
