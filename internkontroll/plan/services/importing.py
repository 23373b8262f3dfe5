"""Read a plan's file, keep it while questions are answered, and make it a plan in one go."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePath, PureWindowsPath
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.text import clean_line, shown, text_key
from internkontroll.files.tables import read_table
from internkontroll.organisation.models import Board
from internkontroll.organisation.rules import FIRST_YEAR, LAST_YEAR
from internkontroll.plan.models import (
    Control,
    ControlArea,
    ControlMark,
    Criterion,
    MarkKind,
    Plan,
    PlanEvent,
    PlanReadingRow,
    PlanState,
)
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.queries import plan_of_year
from internkontroll.plan.rules.answers import apply_answers
from internkontroll.plan.rules.headers import FIELD_TERMS, Field
from internkontroll.plan.rules.private import refuse_personal_ids
from internkontroll.plan.rules.reading import PlanReading, PlanRow, read_plan
from internkontroll.risk.models import Risk
from internkontroll.risk.rules import same_risk_key
from internkontroll.risk.services import record_assessment, register_risks
from internkontroll.trail.services import record

NO_AREA = "Utan kontrollområde"
"""The area of kontrollmoment for which the plan names none and nobody has answered."""

_ONLY_OF_THE_READING = frozenset({"filled_down"})
"""Notes on how the file was laid out: told at the test reading, nothing to settle afterwards."""

_KEPT: Mapping[Field, str] = {
    Field.NUMBER: "number_text",
    Field.PROCESS: "process",
    Field.PURPOSE: "purpose",
    Field.SAMPLE: "sample_text",
    Field.FREQUENCY: "frequency_text",
    Field.SCORE: "score_text",
    Field.RISK_OWNER: "risk_owner",
    Field.UNIT: "unit",
    Field.REPORT_TO: "report_to",
}
"""Verbatim texts without a column of their own: kept under their heading in the file."""


def read_file(data: bytes, file_name: str, year: int) -> PlanReading:
    """Läs planens fil: pure. Raises InvalidInput for a file, a table or a text that cannot be."""
    reading = read_plan(read_table(data, file_name), year=year)
    refuse_personal_ids(reading)
    return reading


def _require_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(
            f"Året ska ligga mellan {FIRST_YEAR} och {LAST_YEAR}. Skriv året med fyra siffror.",
            field="year",
        )


def _refuse_second_plan(session: Session, board: Board, year: int) -> None:
    # On PostgreSQL two who import at once take turns on the board's row; on SQLite they already do.
    session.execute(sa.select(Board.id).where(Board.id == board.id).with_for_update(key_share=True))
    plan = plan_of_year(session, board.id, year)
    if plan is None:
        return
    if plan.state in (PlanState.DRAFT, PlanState.PREPARED):
        raise InvalidInput(
            f"Det finns redan ett utkast till plan för {year}. En inläsning ersätter aldrig något: "
            "arbeta vidare i utkastet.",
            field="year",
        )
    raise InvalidInput(
        f"{board.name} har redan beslutat en plan för {year}. Den kan inte läsas in på nytt.",
        field="year",
    )


def _base_name(file_name: str) -> str:
    name = clean_line(PureWindowsPath(PurePath(file_name).name).name)
    return name[-200:] or "plan"


def store_reading(
    session: Session,
    board: Board,
    *,
    year: int,
    data: bytes,
    file_name: str,
    actor: Actor,
    at: datetime,
) -> PlanReadingRow:
    """Provläs en plan: the file is kept as it is, nothing of it is a plan yet.

    Raises NotAllowed; InvalidInput naming the field for a year outside 2000-2100 or with a plan,
    and for a file that cannot be read as a plan.
    """
    ensure(actor, Permission.PLAN_EDIT, Scope(board.id), swedish_day(at), PERMISSIONS)
    _require_year(year)
    _refuse_second_plan(session, board, year)
    try:
        read_file(data, file_name, year)
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field="file") from error
    row = PlanReadingRow(
        board_id=board.id,
        year=year,
        file_name=_base_name(file_name),
        file_sha256=hashlib.sha256(data).hexdigest(),
        file_data=data,
        read_by_id=actor.user_id,
        read_at=at,
    )
    session.add(row)
    session.flush()
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=PlanEvent.READ,
        subject=("board", board.id),
        data={"year": year, "file_sha256": row.file_sha256, "reading_id": row.id},
    )
    return row


def import_reading(
    session: Session,
    board: Board,
    row: PlanReadingRow,
    answers: Mapping[str, str],
    *,
    actor: Actor,
    at: datetime,
) -> Plan:
    """Läs in en provläst plan with the answers given; questions without answer stay as marks.

    The file's own bytes are read again, so that the answers meet exactly what was shown. Raises as
    :func:`import_plan`, and Conflict if the reading has become a plan already.
    """
    reading = apply_answers(read_file(row.file_data, row.file_name, row.year), answers)
    plan = import_plan(
        session,
        board,
        row.year,
        reading,
        file_name=row.file_name,
        file_sha256=row.file_sha256,
        actor=actor,
        at=at,
    )
    taken = session.execute(
        sa.update(PlanReadingRow)
        .where(PlanReadingRow.id == row.id, PlanReadingRow.imported_at.is_(None))
        .values(imported_at=at, plan_id=plan.id)
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise Conflict("Filen är redan inläst som plan. Öppna planen i listan över planer.")
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
    _require_year(year)
    if not reading.rows:
        raise InvalidInput("Filen har inga kontrollmoment att läsa in.")
    refuse_personal_ids(reading)
    _refuse_second_plan(session, board, year)
    plan = Plan(
        board_id=board.id,
        year=year,
        source_name=_base_name(file_name),
        source_sha256=file_sha256,
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
    risks = register_risks(session, board, reading.risks, actor=actor, at=at)
    by_text = dict(zip(map(text_key, reading.risks), risks, strict=True))
    areas = {area.name: area for area in plan.areas}
    for row in reading.rows:
        control = _control(reading, row, areas[row.area or NO_AREA], at)
        if row.risk:
            control.risks = [by_text[text_key(row.risk)]]
        plan.controls.append(control)
    _assess(session, reading.rows, by_text, at)
    session.flush()
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=PlanEvent.IMPORTED,
        subject=("plan", plan.id),
        data={
            "year": year,
            "controls": len(plan.controls),
            "risks": len({risk.id for risk in risks}),
            "refused": len(reading.refused),
            "open_questions": len(reading.questions),
            "answered": {question.id: answer for question, answer in reading.answered},
            "source_sha256": file_sha256,
        },
    )
    return plan


def _control(reading: PlanReading, row: PlanRow, area: ControlArea, at: datetime) -> Control:
    criteria = _criteria(row)
    return Control(
        area=area,
        number=row.row,
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
        extra=_extra(reading, row),
        criteria=[
            Criterion(position=position, text=text)
            for position, text in enumerate(criteria, start=1)
        ],
        marks=[
            ControlMark(
                kind=MarkKind(mark.kind),
                code=mark.code[:60],
                field=str(mark.field)[:40],
                text=mark.text,
                recorded_at=at,
            )
            for mark in reading.marks(row.row)
            if mark.code not in _ONLY_OF_THE_READING
        ],
    )


def _criteria(row: PlanRow) -> Sequence[str]:
    """A control without a checklist is judged against one criterion, its own text."""
    return (row.control,)


def _extra(reading: PlanReading, row: PlanRow) -> dict[str, Any]:
    kept = {
        reading.columns.get(name, FIELD_TERMS[name]): getattr(row, attribute)
        for name, attribute in _KEPT.items()
        if getattr(row, attribute)
    }
    return {**kept, **{heading: text for heading, text in row.extra.items() if text}}


def _assess(
    session: Session, rows: Sequence[PlanRow], risks: Mapping[str, Risk], at: datetime
) -> None:
    """Each value that the plan states for a risk becomes a dated row; the same value once."""
    values = [row for row in rows if row.risk and row.score is not None]
    highest = max(
        (value for row in values for value in (row.likelihood, row.impact) if value), default=0
    )
    steps = 5 if highest > 4 or any((row.score or 0) > 16 for row in values) else 4
    seen = set()
    for row in values:
        value = (same_risk_key(row.risk), row.likelihood, row.impact, row.score)
        if row.score is None or value in seen:
            continue
        seen.add(value)
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
