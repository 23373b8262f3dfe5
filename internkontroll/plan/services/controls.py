"""Planens kontrollmoment by hand: write, change, move, remove."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.text import shown
from internkontroll.plan.models import (
    Control,
    ControlArea,
    ControlMark,
    Criterion,
    Plan,
    PlanEvent,
    control_risk,
)
from internkontroll.plan.queries import point_names
from internkontroll.plan.rules.vocabulary import (
    ControlKind,
    Frequency,
    SampleKind,
    Technique,
    reporting_words,
)
from internkontroll.plan.services.guards import (
    body,
    change_if_unchanged,
    has_changed,
    line,
    may_edit,
    moved,
    raise_version,
    renumber,
    required,
)
from internkontroll.risk.models import Risk
from internkontroll.trail.services import record

CORE = frozenset(
    {
        "text",
        "kind",
        "method_text",
        "technique",
        "sample_kind",
        "sample_n",
        "frequency",
        "points",
        "reporting_text",
    }
)
"""What kommunstyrelsen has fixed in an obligatory kontrollmoment."""


@dataclass(frozen=True)
class ControlContent:
    """What a person writes of a kontrollmoment. Risks are ids of the board's register."""

    area_id: int
    text: str
    technique: Technique
    sample_kind: SampleKind
    frequency: Frequency
    points: Sequence[str]
    method_text: str = ""
    sample_n: int | None = None
    kind: ControlKind | None = None
    frame_text: str | None = None
    responsible_text: str | None = None
    performed_by: str | None = None
    risk_ids: Sequence[int] = ()


def content_of(control: Control) -> ControlContent:
    """A kontrollmoment as it is now, to change a part of with dataclasses.replace."""
    return ControlContent(
        area_id=control.area_id,
        text=control.text,
        technique=control.technique,
        sample_kind=control.sample_kind,
        frequency=control.frequency,
        points=tuple(control.points),
        method_text=control.method_text,
        sample_n=control.sample_n,
        kind=control.kind,
        frame_text=control.frame_text,
        responsible_text=control.responsible_text,
        performed_by=control.performed_by,
        risk_ids=tuple(risk.id for risk in control.risks),
    )


def checked_points(points: Sequence[str], known: Sequence[str]) -> list[str]:
    """The points in the year's order. Raises InvalidInput for none, or one that is not there."""
    if not points:
        raise InvalidInput("Välj minst en rapporteringstidpunkt.", field="points")
    if strange := [name for name in points if name not in known]:
        raise InvalidInput(
            f"Nämnden har ingen rapporteringstidpunkt som heter ”{shown(strange[0])}”.",
            field="points",
        )
    return [name for name in known if name in points]


def checked_size(kind: SampleKind, n: int | None) -> int | None:
    """How many items, only where the kind counts them. Raises InvalidInput."""
    if kind not in (SampleKind.AT_LEAST, SampleKind.EXACT):
        return None
    if n is None or n < 1:
        raise InvalidInput("Skriv hur många som ska väljas ut, minst 1.", field="sample_n")
    return n


def _values(session: Session, plan: Plan, content: ControlContent) -> dict[str, Any]:
    area = session.scalar(
        sa.select(ControlArea.id).where(
            ControlArea.id == content.area_id, ControlArea.plan_id == plan.id
        )
    )
    if area is None:
        raise InvalidInput("Välj ett kontrollområde i planen.", field="area_id")
    text = body(content.text, "text")
    return {
        "area_id": area,
        "text": required(text, "Skriv vad som ska kontrolleras.", "text"),
        "kind": content.kind,
        "method_text": body(content.method_text, "method_text") or "",
        "technique": content.technique,
        "sample_kind": content.sample_kind,
        "sample_n": checked_size(content.sample_kind, content.sample_n),
        "frame_text": body(content.frame_text, "frame_text"),
        "frequency": content.frequency,
        "points": checked_points(content.points, point_names(session, plan.board_id, plan.year)),
        "responsible_text": line(content.responsible_text, "responsible_text"),
        "performed_by": line(content.performed_by, "performed_by"),
    }


def _risk_ids(session: Session, plan: Plan, wanted: Sequence[int]) -> list[int]:
    """The wanted risks of the board's own register, by number. Raises InvalidInput."""
    found = list(
        session.scalars(
            sa.select(Risk.id)
            .where(Risk.board_id == plan.board_id, Risk.id.in_(set(wanted)))
            .order_by(Risk.number)
        )
    )
    if len(found) != len(set(wanted)):
        raise InvalidInput("Risken finns inte i nämndens riskregister.", field="risk_ids")
    return found


def controls_in_order(session: Session, plan_id: int) -> Sequence[Control]:
    """The plan's kontrollmoment by number, read anew."""
    return session.scalars(
        sa.select(Control)
        .where(Control.plan_id == plan_id)
        .order_by(Control.number)
        .execution_options(populate_existing=True)
    ).all()


def record_control(
    session: Session,
    control: Control,
    event: PlanEvent,
    data: dict[str, Any],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    record(
        session,
        chain=control.plan.board.code,
        actor=actor,
        at=at,
        event=event,
        subject=("control", control.id),
        data=data,
    )


def add_control(
    session: Session, plan: Plan, content: ControlContent, *, actor: Actor, at: datetime
) -> Control:
    """Skriv ett nytt kontrollmoment, last in the plan; its only criterion is its own text.

    Raises NotAllowed, InvalidTransition, InvalidInput naming the field.
    """
    may_edit(plan, actor=actor, at=at)
    raise_version(session, plan)
    values = _values(session, plan, content)
    risks = _risk_ids(session, plan, content.risk_ids)
    number = max((row.number for row in controls_in_order(session, plan.id)), default=0) + 1
    control = Control(
        plan_id=plan.id,
        number=number,
        lineage=uuid.uuid4().hex,
        reporting_text=reporting_words(values["points"]),
        criteria=[Criterion(position=1, text=values["text"])],
        **values,
    )
    session.add(control)
    session.flush()
    _link(session, control, risks)
    session.expire(plan, ["controls"])
    record_control(
        session,
        control,
        PlanEvent.CONTROL_ADDED,
        {"plan": plan.id, "number": number, "text": shown(control.text)},
        actor=actor,
        at=at,
    )
    return control


def _link(session: Session, control: Control, risk_ids: Sequence[int]) -> None:
    session.execute(sa.delete(control_risk).where(control_risk.c.control_id == control.id))
    if risk_ids:
        session.execute(
            sa.insert(control_risk),
            [{"control_id": control.id, "risk_id": risk_id} for risk_id in risk_ids],
        )
    session.expire(control, ["risks"])


def edit_control(
    session: Session,
    control: Control,
    content: ControlContent,
    *,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Control:
    """Ändra ett kontrollmoment in a plan that is not decided.

    Where the plan's words of reporting were only the points, they follow the points; a criterion
    that was the kontrollmoment's own text follows the text. Raises NotAllowed, InvalidTransition,
    InvalidInput naming the field, also for the core of an obligatory one, and Conflict if somebody
    else changed it after ``row_version``.
    """
    plan = control.plan
    may_edit(plan, actor=actor, at=at)
    raise_version(session, plan)
    new = _values(session, plan, content)
    risks = _risk_ids(session, plan, content.risk_ids)
    if control.reporting_text in ("", reporting_words(control.points)):
        new["reporting_text"] = reporting_words(new["points"])
    old: dict[str, Any] = {name: getattr(control, name) for name in new}
    differing = {name for name in new if old[name] != new[name]}
    if control.obligatory_id is not None and differing & CORE:
        raise InvalidInput(
            "Kommunstyrelsen har bestämt vad som kontrolleras och hur. Nämnden kan ändra område, "
            "risker, ram och ansvarig, eller säga att kontrollen inte är tillämplig."
        )
    linked = sorted(risk.id for risk in control.risks)
    if not differing and linked == sorted(risks):
        return control
    change_if_unchanged(session, control, row_version, new)
    _link(session, control, risks)
    if "text" in differing:
        session.execute(
            sa.update(Criterion)
            .where(Criterion.control_id == control.id, Criterion.text == old["text"])
            .values(text=new["text"])
        )
        session.expire(control, ["criteria"])
    data: dict[str, Any] = {
        name: {"old": old[name], "new": new[name]} for name in sorted(differing)
    }
    if linked != sorted(risks):
        data["risks"] = {"old": linked, "new": sorted(risks)}
    record_control(session, control, PlanEvent.CHANGED, data, actor=actor, at=at)
    return control


def move_control(
    session: Session, control: Control, to: int, *, actor: Actor, at: datetime
) -> Control:
    """Flytta ett kontrollmoment to a number in the plan; outside the plan is the nearest end."""
    plan = control.plan
    may_edit(plan, actor=actor, at=at)
    raise_version(session, plan)
    rows = {row.id: row for row in controls_in_order(session, plan.id)}
    old, order = control.number, moved(list(rows), control.id, to)
    if order == list(rows):
        return control
    renumber(session, Control.number, [rows[id_] for id_ in order])
    session.expire(plan, ["controls"])
    record_control(
        session,
        control,
        PlanEvent.CONTROL_MOVED,
        {"number": {"old": old, "new": control.number}},
        actor=actor,
        at=at,
    )
    return control


def neighbour(session: Session, control: Control, *, up: bool) -> int:
    """The number of the next kontrollmoment of the same area, upwards or downwards, or its own."""
    same = [
        row.number
        for row in controls_in_order(session, control.plan_id)
        if row.area_id == control.area_id
    ]
    place = same.index(control.number) + (-1 if up else 1)
    return same[place] if 0 <= place < len(same) else control.number


def remove_control(session: Session, control: Control, *, actor: Actor, at: datetime) -> None:
    """Ta bort ett kontrollmoment ur ett utkast, with its criteria and marks; the rest close up.

    Raises NotAllowed, InvalidTransition, InvalidInput for an obligatory one, Conflict if gone.
    """
    plan = control.plan
    may_edit(plan, actor=actor, at=at)
    raise_version(session, plan)
    if control.obligatory_id is not None:
        raise InvalidInput(
            "Kontrollmomentet är obligatoriskt för alla nämnder och kan inte tas bort. Är det inte "
            "tillämpligt hos er kan du säga det, med en orsak."
        )
    facts = {"number": control.number, "lineage": control.lineage, "text": control.text}
    for row in (*control.criteria, *control.marks):
        session.expunge(row)
    for table in (Criterion, ControlMark):
        session.execute(sa.delete(table).where(table.control_id == control.id))
    session.execute(sa.delete(control_risk).where(control_risk.c.control_id == control.id))
    gone = session.execute(
        sa.delete(Control)
        .where(Control.id == control.id)
        .execution_options(synchronize_session=False)
    )
    if not has_changed(gone):
        raise Conflict("Kontrollmomentet är redan borttaget. Öppna planen igen.")
    session.expunge(control)
    session.expire(plan, ["controls"])
    renumber(session, Control.number, controls_in_order(session, plan.id))
    record(
        session,
        chain=plan.board.code,
        actor=actor,
        at=at,
        event=PlanEvent.CONTROL_REMOVED,
        subject=("plan", plan.id),
        data=facts,
    )
