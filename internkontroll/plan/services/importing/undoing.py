"""Ångra en inläsning: what it made is taken away, what it changed is put back. Also: old files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.base import Base
from internkontroll.core.errors import Conflict, InvalidTransition
from internkontroll.organisation.models import Board
from internkontroll.plan.models import (
    Control,
    ControlArea,
    ControlMark,
    Criterion,
    Plan,
    PlanEvent,
    PlanReadingRow,
    control_risk,
)
from internkontroll.plan.queries import controls_of
from internkontroll.plan.services.guards import may_edit, raise_version
from internkontroll.plan.services.importing.snapshot import is_touched, put_back, state_of
from internkontroll.risk.models import Risk, RiskAssessment
from internkontroll.trail.services import record

WAITING_DAYS = 30
"""How long a file that nobody has imported is kept, from its reading or from the undo."""

IMPORTED_DAYS = 90
"""How long an imported file's bytes are kept. An undo does not need them."""

_LATER: Mapping[str, str] = {
    "control": "kontrollmoment har lagts till",
    "control_area": "kontrollområden har lagts till",
    "plan": "en annan plan bygger på den",
    "plan_reading": "en senare fil har ändrat utkastet: ångra den först",
    "plan_text": "planens texter har skrivits",
    "plan_treatment": "nämnden har behandlat planen",
    "occurrence": "kontrolltillfällen har planerats",
    "risk_assessment": "en risk har värderats om",
}
"""What may have come to stand on an import since, by table."""


def undo_import(
    session: Session, board: Board, row: PlanReadingRow, *, actor: Actor, at: datetime
) -> Plan | None:
    """Ångra en inläsning of a draft; the draft as it was before, or None if there was none.

    The reading waits again, and can be imported anew while its file is kept. Raises NotAllowed;
    InvalidTransition for a plan that is no draft, an import that is not known in detail, and one on
    whose work something stands now (the sentence says what); Conflict if it was undone meanwhile.
    """
    plan = session.get(Plan, row.plan_id) if row.plan_id is not None else None
    if plan is None or row.board_id != board.id:
        raise Conflict("Inläsningen är redan ångrad.")
    may_edit(plan, actor=actor, at=at)
    made = session.scalar(sa.select(PlanReadingRow.made).where(PlanReadingRow.id == row.id))
    if not made:
        raise InvalidTransition(
            "Inläsningen gjordes innan programmet kunde ångra den. Ändra i utkastet i stället."
        )
    raise_version(session, plan)
    controls = {control.id: control for control in controls_of(session, plan.id)}
    own = _own(row, plan, made, controls)
    reasons = [
        *_touched(made, controls),
        *_rewritten_risks(session, own["risk"]),
        *_strangers(session, own),
    ]
    if reasons:
        raise InvalidTransition(
            f"Inläsningen kan inte ångras längre: {'; '.join(reasons)}. Ändra i utkastet i stället."
        )
    freed = session.execute(
        sa.update(PlanReadingRow)
        .where(PlanReadingRow.id == row.id, PlanReadingRow.plan_id == plan.id)
        .values(plan_id=None, imported_at=None, made={}, undone_at=at)
        .execution_options(synchronize_session=False)
    )
    if not freed.rowcount:  # type: ignore[attr-defined]
        raise Conflict("Någon annan ångrade inläsningen nyss.")
    for one in made["changed"]:
        control = controls[one["id"]]
        put_back(session, control, one["before"])
        _put_back_risks(session, control.id, one["before"]["risks"])
    session.flush()
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=PlanEvent.IMPORT_UNDONE,
        subject=("plan", plan.id),
        data={
            "reading_id": row.id,
            "source_sha256": row.file_sha256,
            "taken_away": [controls[one["id"]].number for one in made["controls"]],
            "put_back": [controls[one["id"]].number for one in made["changed"]],
            "plan_taken_away": made["plan_before"] is None,
        },
    )
    for name, value in (made["plan_before"] or {}).items():
        setattr(plan, name, value)
    _take_away(session, own)
    session.expire(row)
    return plan if made["plan_before"] is not None else None


@dataclass(frozen=True)
class ImportFacts:
    """Vad en inläsning gjorde: ids of kontrollmoment made and changed, and if it made the plan."""

    made: tuple[int, ...]
    changed: tuple[int, ...]
    risks: int
    new_plan: bool
    known: bool = True
    """False for an import from before the program kept this: it cannot be undone."""


def import_facts(session: Session, row: PlanReadingRow) -> ImportFacts:
    """What the import of a reading made, as it was kept for an undo."""
    made = session.scalar(sa.select(PlanReadingRow.made).where(PlanReadingRow.id == row.id))
    if not made:
        return ImportFacts((), (), 0, new_plan=True, known=False)
    return ImportFacts(
        tuple(one["id"] for one in made["controls"]),
        tuple(one["id"] for one in made["changed"]),
        len(made["risks"]),
        made["plan_before"] is None,
    )


_Own = dict[str, set[int]]


def _own(
    row: PlanReadingRow, plan: Plan, made: Mapping[str, Any], controls: Mapping[int, Control]
) -> _Own:
    """Table -> ids of what the import made and what goes with it."""
    mine = [controls[one["id"]] for one in made["controls"] if one["id"] in controls]
    return {
        "plan": set() if made["plan_before"] is not None else {plan.id},
        "control": {control.id for control in mine},
        "criterion": {criterion.id for control in mine for criterion in control.criteria},
        "control_mark": {mark.id for control in mine for mark in control.marks},
        "control_area": set(made["areas"]),
        "risk": set(made["risks"]),
        "risk_assessment": set(made["assessments"]),
        "plan_reading": {row.id},
    }


def _touched(made: Mapping[str, Any], controls: Mapping[int, Control]) -> list[str]:
    numbers = []
    gone = False
    for one in (*made["controls"], *made["changed"]):
        control = controls.get(one["id"])
        if control is None:
            gone = True
        elif is_touched(state_of(control), one["after"]):
            numbers.append(control.number)
    reasons = ["kontrollmoment har tagits bort"] if gone else []
    if numbers:
        listed = ", ".join(str(number) for number in sorted(numbers))
        reasons.append(f"kontrollmoment {listed} har ändrats sedan dess")
    return reasons


def _rewritten_risks(session: Session, ids: Iterable[int]) -> list[str]:
    """A risk that the import made and somebody has worked on does not go with it."""
    changed = sa.exists().where(Risk.id.in_(sorted(ids)), Risk.row_version > 1)
    return ["risker har ändrats sedan dess"] if session.scalar(sa.select(changed)) else []


def _strangers(session: Session, own: _Own) -> list[str]:
    """What else in the program refers to what the import made, one reason per table."""
    reasons = []
    for name in ("plan", "control", "criterion", "control_mark", "control_area", "risk"):
        if not own[name]:
            continue
        table = Base.metadata.tables[name]
        for other in Base.metadata.sorted_tables:
            for column in other.columns:
                if not column.references(table.c.id):
                    continue
                if _refers(session, other, column, own[name], own):
                    reasons.append(_LATER.get(other.name, "arbete har gjorts på det inlästa"))
    return list(dict.fromkeys(reasons))


def _refers(
    session: Session,
    other: sa.Table,
    column: sa.Column[Any],
    ids: Iterable[int],
    own: _Own,
) -> bool:
    select = sa.select(sa.literal(1)).select_from(other).where(column.in_(sorted(ids))).limit(1)
    if other is control_risk:
        select = select.where(control_risk.c.control_id.not_in(sorted(own["control"])))
        if column is control_risk.c.control_id:
            return False
        # A risk that another kontrollmoment has taken up stays; that is told by the caller.
    elif own.get(other.name):
        select = select.where(other.c.id.not_in(sorted(own[other.name])))
    return session.scalar(select) is not None


def _put_back_risks(session: Session, control_id: int, risks: list[int]) -> None:
    session.execute(sa.delete(control_risk).where(control_risk.c.control_id == control_id))
    for risk_id in risks:
        session.execute(sa.insert(control_risk).values(control_id=control_id, risk_id=risk_id))


def _take_away(session: Session, own: _Own) -> None:
    session.flush()
    session.execute(
        sa.delete(control_risk).where(control_risk.c.control_id.in_(sorted(own["control"])))
    )
    tables: dict[str, Any] = {
        "control_mark": ControlMark,
        "criterion": Criterion,
        "control": Control,
        "control_area": ControlArea,
        "plan": Plan,
        "risk_assessment": RiskAssessment,
        "risk": Risk,
    }
    for name, table in tables.items():
        session.execute(
            sa.delete(table)
            .where(table.id.in_(sorted(own[name])))
            .execution_options(synchronize_session=False)
        )
    # SQLite gives a number out again: what is gone may not stay known under it.
    things: list[Any] = list(session.identity_map.values())
    for thing in things:
        name = getattr(type(thing), "__tablename__", "")
        if name in tables and thing.id in own[name]:
            session.expunge(thing)
    session.expire_all()


def remove_expired_files(session: Session, *, at: datetime) -> int:
    """Ta bort gamla filer: readings nobody imported whole, imported ones' bytes. How many files.

    A reading that waits goes after ``WAITING_DAYS``; one that became a plan keeps name and hash,
    and loses its bytes after ``IMPORTED_DAYS``.
    """
    waiting_since = sa.func.coalesce(PlanReadingRow.undone_at, PlanReadingRow.read_at)
    removed: int = session.execute(  # type: ignore[attr-defined]
        sa.delete(PlanReadingRow)
        .where(
            PlanReadingRow.imported_at.is_(None),
            waiting_since < at - timedelta(days=WAITING_DAYS),
        )
        .execution_options(synchronize_session=False)
    ).rowcount
    emptied: int = session.execute(  # type: ignore[attr-defined]
        sa.update(PlanReadingRow)
        .where(
            PlanReadingRow.imported_at < at - timedelta(days=IMPORTED_DAYS),
            PlanReadingRow.file_data.is_not(None),
        )
        .values(file_data=None, file_removed_at=at)
        .execution_options(synchronize_session=False)
    ).rowcount
    return removed + emptied
