"""Make a reading a plan in one go: a new draft, or what is new and changed in the one there is."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.text import text_key
from internkontroll.organisation.models import Board
from internkontroll.plan.models import (
    ControlArea,
    Plan,
    PlanEvent,
    PlanReadingRow,
)
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.queries import controls_of
from internkontroll.plan.rules.answers import apply_answers
from internkontroll.plan.rules.private import refuse_personal_ids
from internkontroll.plan.rules.reading import PlanReading
from internkontroll.plan.services.importing.parts import (
    NO_AREA,
    Made,
    assess,
    new_control,
    register,
    title_of,
    told_of,
)
from internkontroll.plan.services.importing.taking_in import (
    base_name,
    draft_to_change,
    read_stored,
    require_year,
)
from internkontroll.plan.services.importing.updating import update_draft
from internkontroll.plan.services.obligatory import put_in
from internkontroll.trail.services import record


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
    made = Made()
    if draft is None:
        plan = _new_plan(
            session, board, row.year, reading, row.file_name, row.file_sha256, made, actor, at
        )
    else:
        plan = update_draft(session, board, draft, reading, row, made, actor, at)
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
    return _new_plan(session, board, year, reading, file_name, file_sha256, Made(), actor, at)


def _new_plan(
    session: Session,
    board: Board,
    year: int,
    reading: PlanReading,
    file_name: str,
    file_sha256: str,
    made: Made,
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
        source_title=title_of(reading),
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
    risks = register(session, board, reading.rows, made, actor, at)
    areas = {area.name: area for area in plan.areas}
    for row in reading.rows:
        control = new_control(reading, row, areas[row.area or NO_AREA], row.row, at)
        if row.risk:
            control.risks = [risks[text_key(row.risk)]]
        plan.controls.append(control)
    assess(session, reading.rows, risks, made, at)
    session.flush()
    put_in(session, plan, actor=actor, at=at)
    session.expire(plan, ["areas", "controls"])
    made.areas = [area.id for area in plan.areas]
    made.controls = list(controls_of(session, plan.id))
    linked = {risk.id for control in made.controls for risk in control.risks}
    made.risks = sorted(linked - made.risks_before)
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
            **told_of(reading, file_sha256),
        },
    )
    return plan
