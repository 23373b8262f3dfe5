"""Kontrollmoment som kommunstyrelsen har gjort obligatoriska: write them, put them into plans."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.text import clean_line, shown, text_key
from internkontroll.organisation.rules import FIRST_YEAR, LAST_YEAR
from internkontroll.plan.models import (
    Control,
    ControlArea,
    Criterion,
    ObligatoryControl,
    Plan,
    PlanEvent,
)
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.queries import point_names
from internkontroll.plan.queries.obligatory import (
    ObligatoryGap,
    core_for,
    criteria_for,
    municipal_point_names,
    obligatory_gap,
    own_points,
)
from internkontroll.plan.rules.vocabulary import (
    ControlKind,
    Frequency,
    SampleKind,
    Technique,
    reporting_words,
)
from internkontroll.plan.services.areas import areas_in_order
from internkontroll.plan.services.controls import checked_points, checked_size
from internkontroll.plan.services.guards import (
    body,
    change_if_unchanged,
    has_changed,
    line,
    may_edit,
    raise_version,
    required,
)
from internkontroll.risk.services import register_risks
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record


@dataclass(frozen=True)
class ObligatoryContent:
    """What kommunstyrelsen's controller writes. One criterion per line; none: the text itself."""

    area_name: str
    text: str
    technique: Technique
    sample_kind: SampleKind
    frequency: Frequency
    points: Sequence[str]
    method_text: str = ""
    sample_n: int | None = None
    kind: ControlKind | None = None
    risk_text: str | None = None
    criteria: Sequence[str] = ()


def _checked(session: Session, year: int, content: ObligatoryContent) -> ObligatoryContent:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(f"Året ska ligga mellan {FIRST_YEAR} och {LAST_YEAR}.")
    return replace(
        content,
        area_name=required(
            line(content.area_name, "area_name"), "Skriv vilket kontrollområde.", "area_name"
        ),
        text=required(body(content.text, "text"), "Skriv vad som ska kontrolleras.", "text"),
        method_text=body(content.method_text, "method_text") or "",
        sample_n=checked_size(content.sample_kind, content.sample_n),
        points=checked_points(content.points, municipal_point_names(session, year)),
        risk_text=body(content.risk_text, "risk_text", limit=2_000),
        criteria=[
            text
            for text in (line(one, "criteria", limit=2_000) for one in content.criteria)
            if text is not None
        ],
    )


def _may_oblige(actor: Actor, at: datetime) -> None:
    ensure(actor, Permission.PLAN_OBLIGE, Scope(None), swedish_day(at), PERMISSIONS)


def _record(
    session: Session,
    row: ObligatoryControl,
    event: PlanEvent,
    data: dict[str, Any],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=event,
        subject=("obligatory-control", row.id),
        data=data,
    )


def write_obligatory(
    session: Session, year: int, content: ObligatoryContent, *, actor: Actor, at: datetime
) -> ObligatoryControl:
    """Skriv ett obligatoriskt kontrollmoment for all boards' plans of a year.

    Plans begun afterwards get it at once; drafts begun before are offered it. Raises NotAllowed,
    and InvalidInput naming the field.
    """
    _may_oblige(actor, at)
    content = _checked(session, year, content)
    last = session.scalar(
        sa.select(sa.func.max(ObligatoryControl.number)).where(ObligatoryControl.year == year)
    )
    row = ObligatoryControl(
        year=year,
        number=(last or 0) + 1,
        lineage=uuid.uuid4().hex,
        written_by_id=actor.user_id,
        recorded_at=at,
        **{**asdict(content), "points": list(content.points), "criteria": list(content.criteria)},
    )
    session.add(row)
    session.flush()
    data = {"year": year, "number": row.number, "text": shown(row.text)}
    _record(session, row, PlanEvent.OBLIGATORY_WRITTEN, data, actor=actor, at=at)
    return row


def _change(
    session: Session, row: ObligatoryControl, row_version: int, values: dict[str, Any]
) -> None:
    changed = session.execute(
        sa.update(ObligatoryControl)
        .where(
            ObligatoryControl.id == row.id,
            ObligatoryControl.row_version == row_version,
            ObligatoryControl.withdrawn_at.is_(None),
        )
        .values(row_version=ObligatoryControl.row_version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not has_changed(changed):
        raise Conflict(
            "Någon annan har ändrat kontrollmomentet under tiden. Jämför med det som är sparat nu "
            "och spara igen."
        )
    session.refresh(row)


def change_obligatory(
    session: Session,
    row: ObligatoryControl,
    content: ObligatoryContent,
    *,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> ObligatoryControl:
    """Ändra ett obligatoriskt kontrollmoment. Drafts take the change over; decided plans stand.

    Raises as :func:`write_obligatory`, InvalidTransition for a withdrawn one, and Conflict.
    """
    _may_oblige(actor, at)
    _refuse_withdrawn(row)
    content = _checked(session, row.year, content)
    new = {**asdict(content), "points": list(content.points), "criteria": list(content.criteria)}
    old = {name: getattr(row, name) for name in new}
    if old == new:
        return row
    _change(session, row, row_version, new)
    data = {name: {"old": old[name], "new": new[name]} for name in new if old[name] != new[name]}
    _record(session, row, PlanEvent.OBLIGATORY_CHANGED, data, actor=actor, at=at)
    return row


def _refuse_withdrawn(row: ObligatoryControl) -> None:
    if row.withdrawn_at is not None:
        raise InvalidTransition("Kontrollmomentet är inte längre obligatoriskt.")


def withdraw_obligatory(
    session: Session, row: ObligatoryControl, *, row_version: int, actor: Actor, at: datetime
) -> ObligatoryControl:
    """Ta tillbaka ett obligatoriskt kontrollmoment: drafts may keep or remove it as their own.

    Raises NotAllowed, InvalidTransition if done already, and Conflict.
    """
    _may_oblige(actor, at)
    _refuse_withdrawn(row)
    _change(session, row, row_version, {"withdrawn_at": at})
    data = {"year": row.year, "number": row.number}
    _record(session, row, PlanEvent.OBLIGATORY_WITHDRAWN, data, actor=actor, at=at)
    return row


def put_in(session: Session, plan: Plan, *, actor: Actor, at: datetime) -> int:
    """Put every obligatory kontrollmoment that a new plan lacks into it; how many. No trail."""
    gap = obligatory_gap(session, plan, ())
    for row in gap.missing:
        _put_one(session, plan, row, actor=actor, at=at)
    return len(gap.missing)


def _put_one(
    session: Session, plan: Plan, row: ObligatoryControl, *, actor: Actor, at: datetime
) -> None:
    areas = areas_in_order(session, plan.id)
    area = next((one for one in areas if text_key(one.name) == text_key(row.area_name)), None)
    if area is None:
        last = max((one.position for one in areas), default=0)
        area = ControlArea(plan_id=plan.id, name=row.area_name, position=last + 1)
        session.add(area)
        session.flush()
    number = session.scalar(
        sa.select(sa.func.max(Control.number)).where(Control.plan_id == plan.id)
    )
    core = core_for(row, own_points(row, point_names(session, plan.board_id, plan.year)))
    control = Control(
        plan_id=plan.id,
        area_id=area.id,
        number=(number or 0) + 1,
        lineage=row.lineage,
        reporting_text=reporting_words(core["points"]),
        obligatory_id=row.id,
        criteria=[
            Criterion(position=position, text=text)
            for position, text in enumerate(criteria_for(row), start=1)
        ],
        **core,
    )
    session.add(control)
    session.flush()
    if row.risk_text:
        control.risks = register_risks(session, plan.board, [row.risk_text], actor=actor, at=at)
    session.flush()
    session.expire(plan, ["areas", "controls"])


def take_over_obligatory(
    session: Session, plan: Plan, controls: Sequence[Control], *, actor: Actor, at: datetime
) -> ObligatoryGap:
    """Hämta kommunstyrelsens obligatoriska kontrollmoment into a draft; what was done.

    Missing ones are added, changed ones get kommunstyrelsen's new words, and those no longer
    obligatory become the board's own. Twice changes nothing. Raises NotAllowed and
    InvalidTransition.
    """
    may_edit(plan, actor=actor, at=at)
    raise_version(session, plan)
    gap = obligatory_gap(session, plan, controls)
    for row in gap.missing:
        _put_one(session, plan, row, actor=actor, at=at)
    known = point_names(session, plan.board_id, plan.year)
    for control, row in gap.changed:
        core = core_for(row, own_points(row, known))
        values = {**core, "reporting_text": reporting_words(core["points"])}
        change_if_unchanged(session, control, control.row_version, values)
        for criterion in list(control.criteria):
            session.delete(criterion)
        session.flush()
        session.add_all(
            Criterion(control_id=control.id, position=position, text=text)
            for position, text in enumerate(criteria_for(row), start=1)
        )
        session.flush()
        session.expire(control, ["criteria"])
    for control in gap.released:
        values = {"obligatory_id": None, "not_applicable_reason": None}
        change_if_unchanged(session, control, control.row_version, values)
    if gap:
        record(
            session,
            chain=plan.board.code,
            actor=actor,
            at=at,
            event=PlanEvent.OBLIGATORY_ADDED,
            subject=("plan", plan.id),
            data={
                "added": [row.number for row in gap.missing],
                "changed": [row.number for _control, row in gap.changed],
                "released": [control.number for control in gap.released],
            },
        )
    session.expire(plan, ["controls"])
    return gap


def set_applicability(
    session: Session,
    control: Control,
    *,
    reason: str | None,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Control:
    """Säg att ett obligatoriskt kontrollmoment inte är tillämpligt hos nämnden, or that it is.

    ``reason`` None: it is. Kommunstyrelsen sees the reason. Raises NotAllowed, InvalidTransition,
    InvalidInput for a control that is not obligatory or an empty reason, and Conflict.
    """
    may_edit(control.plan, actor=actor, at=at)
    if control.obligatory_id is None:
        raise InvalidInput(
            "Bara ett obligatoriskt kontrollmoment kan vara ej tillämpligt. Ett eget tas bort."
        )
    new = None
    if reason is not None:
        new = required(
            body(reason, "reason", limit=2_000),
            "Skriv varför kontrollen inte är tillämplig hos er.",
            "reason",
        )
    old = control.not_applicable_reason
    if old == new:
        return control
    raise_version(session, control.plan)
    change_if_unchanged(session, control, row_version, {"not_applicable_reason": new})
    record(
        session,
        chain=control.plan.board.code,
        actor=actor,
        at=at,
        event=PlanEvent.APPLICABILITY_CHANGED,
        subject=("control", control.id),
        data={"applicable": {"old": old is None, "new": new is None}},
        reason=clean_line(new) if new else None,
    )
    return control
