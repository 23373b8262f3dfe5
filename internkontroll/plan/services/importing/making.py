"""Make a reading a plan in one go: a new draft, or what is new and changed in the one there is."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.text import shown, text_key
from internkontroll.organisation.models import Board
from internkontroll.plan.models import (
    Control,
    ControlArea,
    ControlMark,
    Criterion,
    MarkKind,
    Plan,
    PlanEvent,
    PlanReadingRow,
)
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.queries import controls_of
from internkontroll.plan.rules.answers import apply_answers
from internkontroll.plan.rules.comparison import (
    Changed,
    Comparison,
    DraftControl,
    compare,
    kept_texts,
)
from internkontroll.plan.rules.headers import Field
from internkontroll.plan.rules.limits import help_of
from internkontroll.plan.rules.private import refuse_personal_ids
from internkontroll.plan.rules.questions import Question
from internkontroll.plan.rules.reading import PlanReading, PlanRow
from internkontroll.plan.services.guards import raise_version
from internkontroll.plan.services.importing.snapshot import state_of
from internkontroll.plan.services.importing.taking_in import (
    base_name,
    draft_to_change,
    read_stored,
    require_year,
)
from internkontroll.plan.services.obligatory import put_in
from internkontroll.risk.models import Risk, RiskAssessment
from internkontroll.risk.rules import same_risk_key
from internkontroll.risk.services import record_assessment, register_risks
from internkontroll.trail.services import record

NO_AREA = "Utan kontrollområde"
"""The area of kontrollmoment for which the plan names none and nobody has answered."""

_OF_METHOD = frozenset({Field.METHOD, Field.CONTROL})
_QUESTIONS_OF: Mapping[str, frozenset[str]] = {
    Field.CONTROL: frozenset({Field.METHOD, Field.SAMPLE, Field.FREQUENCY, "criteria", "limit"}),
    Field.METHOD: frozenset({Field.METHOD, Field.SAMPLE, Field.FREQUENCY, "limit"}),
    Field.REPORTING: frozenset({Field.REPORTING}),
    Field.AREA: frozenset({Field.AREA}),
}
"""Which marks a changed text makes out of date: they are asked anew from the new words."""


@dataclass
class _Made:
    """What an import made and what was there before, as it is stored for an undo."""

    plan_before: dict[str, Any] | None = None
    areas: list[int] = field(default_factory=list)
    risks: list[int] = field(default_factory=list)
    assessments: list[int] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    changed: list[tuple[Control, dict[str, Any]]] = field(default_factory=list)

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


def compare_with_draft(session: Session, plan: Plan, reading: PlanReading) -> Comparison:
    """What the reading would change in the draft."""
    return _compare(controls_of(session, plan.id), reading)


def _compare(controls: Iterable[Control], reading: PlanReading) -> Comparison:
    return compare(
        reading,
        [
            DraftControl(
                id=control.id,
                number=control.number,
                area="" if control.area.name == NO_AREA else control.area.name,
                risks=tuple(risk.description for risk in control.risks),
                text=control.text,
                method_text=control.method_text,
                reporting_text=control.reporting_text,
                responsible_text=control.responsible_text or "",
                extra={str(name): str(text) for name, text in control.extra.items()},
                fixed=control.obligatory_id is not None,
            )
            for control in controls
        ],
    )


def import_reading(
    session: Session,
    board: Board,
    row: PlanReadingRow,
    answers: Mapping[str, str],
    *,
    actor: Actor,
    at: datetime,
    seen: int | None = None,
) -> Plan:
    """Läs in en provläst plan with the answers given; questions without answer stay as marks.

    A year with a draft gets what is new and changed in the file; nothing is taken away from it.
    ``seen`` is the version of the draft that was shown beside the reading (0: there was none). The
    file's own bytes are read again, so that the answers meet exactly what was shown. Raises as
    :func:`import_plan`; InvalidInput if the file changes nothing; Conflict if the reading has
    become a plan already, or the draft is another than was shown.
    """
    ensure(actor, Permission.PLAN_EDIT, Scope(board.id), swedish_day(at), PERMISSIONS)
    if row.imported_at is not None:
        raise Conflict("Filen är redan inläst som plan. Öppna planen i listan över planer.")
    reading = apply_answers(read_stored(row), answers)
    draft = draft_to_change(session, board, row.year)
    if seen is not None and seen != (draft.row_version if draft else 0):
        raise Conflict(
            "Utkastet har ändrats sedan sidan visades. Se över nedan vad som är nytt och ändrat "
            "och läs in igen. Dina svar står kvar."
        )
    made = _Made()
    if draft is None:
        plan = _new_plan(
            session, board, row.year, reading, row.file_name, row.file_sha256, made, actor, at
        )
    else:
        plan = _update(session, board, draft, reading, row, made, actor, at)
    taken = session.execute(
        sa.update(PlanReadingRow)
        .where(PlanReadingRow.id == row.id, PlanReadingRow.imported_at.is_(None))
        .values(imported_at=at, plan_id=plan.id, made=made.as_json())
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise Conflict("Filen är redan inläst som plan. Öppna planen i listan över planer.")
    session.expire(row)
    return plan


def import_plan(
    session: Session,
    board: Board,
    year: int,
    reading: PlanReading,
    *,
    file_name: str,
    file_sha256: str,
    actor: Actor,
    at: datetime,
) -> Plan:
    """Läs in planen as a draft: risks, areas, kontrollmoment, criteria and marks, all or nothing.

    Raises NotAllowed, and InvalidInput for a year that already has a plan, a year outside
    2000-2100, a reading without kontrollmoment or with a personnummer in it.
    """
    ensure(actor, Permission.PLAN_EDIT, Scope(board.id), swedish_day(at), PERMISSIONS)
    if draft_to_change(session, board, year) is not None:
        raise InvalidInput(
            f"Det finns redan ett utkast till plan för {year}. Läs in filen på sidan Läs in en "
            "plan: där visas vad som är nytt och ändrat innan något sparas.",
            field="year",
        )
    return _new_plan(session, board, year, reading, file_name, file_sha256, _Made(), actor, at)


def _new_plan(
    session: Session,
    board: Board,
    year: int,
    reading: PlanReading,
    file_name: str,
    file_sha256: str,
    made: _Made,
    actor: Actor,
    at: datetime,
) -> Plan:
    require_year(year)
    if not reading.rows:
        raise InvalidInput("Filen har inga kontrollmoment att läsa in.")
    refuse_personal_ids(reading)
    plan = Plan(
        board_id=board.id,
        year=year,
        source_name=base_name(file_name),
        source_sha256=file_sha256,
        source_title=_title(reading),
        created_at=at,
    )
    plan.board = board
    plan.areas = [
        ControlArea(name=name, position=position)
        for position, name in enumerate(
            dict.fromkeys(row.area or NO_AREA for row in reading.rows), start=1
        )
    ]
    session.add(plan)
    session.flush()
    risks = _register(session, board, reading.rows, made, actor, at)
    areas = {area.name: area for area in plan.areas}
    for row in reading.rows:
        control = _control(reading, row, areas[row.area or NO_AREA], row.row, at)
        if row.risk:
            control.risks = [risks[text_key(row.risk)]]
        plan.controls.append(control)
    _assess(session, reading.rows, risks, made, at)
    session.flush()
    put_in(session, plan, actor=actor, at=at)
    session.expire(plan, ["areas", "controls"])
    made.areas = [area.id for area in plan.areas]
    made.controls = list(controls_of(session, plan.id))
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=PlanEvent.IMPORTED,
        subject=("plan", plan.id),
        data={
            "year": year,
            "controls": len(made.controls),
            "risks": len({risk.id for risk in risks.values()}),
            **_told(reading, file_sha256),
        },
    )
    return plan


def _told(reading: PlanReading, file_sha256: str) -> dict[str, Any]:
    return {
        "refused": len(reading.refused),
        "open_questions": len(reading.questions),
        "answered": {question.id: answer for question, answer in reading.answered},
        "source_sha256": file_sha256,
    }


def _title(reading: PlanReading) -> list[list[str]]:
    return [list(pair) for pair in reading.metadata]


def _update(
    session: Session,
    board: Board,
    plan: Plan,
    reading: PlanReading,
    row: PlanReadingRow,
    made: _Made,
    actor: Actor,
    at: datetime,
) -> Plan:
    refuse_personal_ids(reading)
    raise_version(session, plan)
    controls = {control.id: control for control in controls_of(session, plan.id)}
    compared = _compare(controls.values(), reading)
    if compared.changes_nothing:
        raise InvalidInput(
            "Filen säger detsamma som utkastet redan gör. Det finns inget att läsa in."
        )
    made.plan_before = {
        "source_name": plan.source_name,
        "source_sha256": plan.source_sha256,
        "source_title": plan.source_title,
    }
    rows = (*compared.new, *(one.row for one in compared.changed))
    risks = _register(session, board, rows, made, actor, at)
    areas = _areas(session, plan, rows, made)
    number = max((control.number for control in controls.values()), default=0)
    for line in compared.new:
        number += 1
        control = _control(reading, line, areas[text_key(line.area or NO_AREA)], number, at)
        if line.risk:
            control.risks = [risks[text_key(line.risk)]]
        plan.controls.append(control)
        made.controls.append(control)
    for one in compared.changed:
        control = controls[one.control.id]
        made.changed.append((control, state_of(control)))
        _change(session, reading, control, one, areas, risks, at)
    _assess(session, rows, risks, made, at)
    plan.source_name, plan.source_sha256 = row.file_name, row.file_sha256
    plan.source_title = _title(reading)
    session.flush()
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=PlanEvent.UPDATED,
        subject=("plan", plan.id),
        data={
            "new": [control.number for control in made.controls],
            "changed": [one.control.number for one in compared.changed],
            "untouched": len(compared.untouched),
            "not_in_file": [control.number for control in compared.kept],
            "reading_id": row.id,
            **_told(reading, row.file_sha256),
        },
    )
    for one in compared.changed:
        record(
            session,
            chain=board.code,
            actor=actor,
            at=at,
            event=PlanEvent.CHANGED,
            subject=("control", one.control.id),
            data={"fields": sorted(one.fields), "reading_id": row.id},
        )
    session.expire(plan, ["areas", "controls"])
    return plan


def _register(
    session: Session,
    board: Board,
    rows: Sequence[PlanRow],
    made: _Made,
    actor: Actor,
    at: datetime,
) -> dict[str, Risk]:
    texts: dict[str, str] = {}
    for row in rows:
        if row.risk:
            texts.setdefault(text_key(row.risk), row.risk)
    there = set(session.scalars(sa.select(Risk.id).where(Risk.board_id == board.id)))
    risks = register_risks(session, board, tuple(texts.values()), actor=actor, at=at)
    made.risks = sorted({risk.id for risk in risks} - there)
    return dict(zip(texts, risks, strict=True))


def _areas(
    session: Session, plan: Plan, rows: Sequence[PlanRow], made: _Made
) -> dict[str, ControlArea]:
    """The plan's areas by key, with those that the rows bring."""
    areas = {text_key(area.name): area for area in plan.areas}
    position = max((area.position for area in plan.areas), default=0)
    for row in rows:
        name = row.area or NO_AREA
        if text_key(name) not in areas:
            position += 1
            area = ControlArea(plan_id=plan.id, name=name, position=position)
            session.add(area)
            session.flush()
            areas[text_key(name)] = area
            made.areas.append(area.id)
    return areas


def _control(
    reading: PlanReading, row: PlanRow, area: ControlArea, number: int, at: datetime
) -> Control:
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
        marks=_marks(reading, row, at),
    )


def _marks(reading: PlanReading, row: PlanRow, at: datetime) -> list[ControlMark]:
    return [
        ControlMark(
            kind=MarkKind(mark.kind),
            code=mark.code[:60],
            field=str(mark.field)[:40],
            text=mark.text,
            asked=asked_json(mark.asked) if mark.asked else {},
            recorded_at=at,
        )
        for mark in reading.marks(row.row)
    ]


def asked_json(question: Question) -> dict[str, Any]:
    """What may be answered to a question, as its mark keeps it."""
    return {
        "choices": [[choice.value, choice.label] for choice in question.choices],
        "proposed": question.proposed,
        "free": question.free,
        "items": list(question.items),
    }


def _change(
    session: Session,
    reading: PlanReading,
    control: Control,
    one: Changed,
    areas: Mapping[str, ControlArea],
    risks: Mapping[str, Risk],
    at: datetime,
) -> None:
    """Take the file's words for what differs, and read anew what those words decide."""
    row, fields = one.row, one.fields
    old_text = control.text
    if Field.CONTROL in fields:
        control.text = row.control
    if Field.METHOD in fields:
        control.method_text = row.method
    if fields & _OF_METHOD:
        control.technique, control.sample_kind = row.technique, row.sample_kind
        control.sample_n, control.frequency = row.n, row.frequency
        control.performed_by = row.performed_by
    if Field.REPORTING in fields:
        control.reporting_text, control.points = row.reporting_text, list(row.points)
    if Field.RESPONSIBLE in fields:
        control.responsible_text = row.responsible or None
    if Field.AREA in fields:
        control.area = areas[text_key(row.area)]
    if Field.RISK in fields:
        control.risks = [*control.risks, risks[text_key(row.risk)]]
    if any(name.startswith("extra:") for name in fields):
        control.extra = {**control.extra, **kept_texts(reading, row)}
    if Field.CONTROL in fields:
        _new_criteria(session, control, row, old_text)
    outdated = {name for changed in fields for name in _QUESTIONS_OF.get(changed, ())}
    for mark in list(control.marks):
        if mark.settled_at is None and mark.field in outdated:
            session.delete(mark)
    session.flush()
    session.expire(control, ["marks"])
    known = {(mark.code, mark.text) for mark in control.marks}
    control.marks.extend(
        mark
        for mark in _marks(reading, row, at)
        if mark.field in outdated | fields and (mark.code, mark.text) not in known
    )
    control.row_version += 1
    session.flush()


def _new_criteria(session: Session, control: Control, row: PlanRow, old_text: str) -> None:
    """The criteria follow the text unless a person has written others."""
    if [criterion.text for criterion in control.criteria] != [old_text] and not row.criteria:
        return
    for criterion in list(control.criteria):
        session.delete(criterion)
    session.flush()
    session.expire(control, ["criteria"])
    control.criteria.extend(
        Criterion(position=position, text=text, help_text=said)
        for position, (text, said) in enumerate(
            help_of(row.criteria or (row.control,), row.limits), start=1
        )
    )


def _assess(
    session: Session,
    rows: Sequence[PlanRow],
    risks: Mapping[str, Risk],
    made: _Made,
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
