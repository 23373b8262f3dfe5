"""A file for a year that has a draft: what is new and changed is taken in, nothing away."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import text_key
from internkontroll.organisation.models import Board
from internkontroll.plan.models import (
    Control,
    ControlArea,
    Criterion,
    Plan,
    PlanEvent,
    PlanReadingRow,
)
from internkontroll.plan.queries import controls_of
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
from internkontroll.plan.rules.reading import PlanReading, PlanRow
from internkontroll.plan.services.guards import raise_version
from internkontroll.plan.services.importing.parts import (
    NO_AREA,
    Made,
    assess,
    new_control,
    new_marks,
    register,
    title_of,
    told_of,
)
from internkontroll.plan.services.importing.snapshot import state_of
from internkontroll.risk.models import Risk
from internkontroll.trail.services import record

_OF_METHOD = frozenset({Field.METHOD, Field.CONTROL})
_QUESTIONS_OF: Mapping[str, frozenset[str]] = {
    Field.CONTROL: frozenset({Field.METHOD, Field.SAMPLE, Field.FREQUENCY, "criteria", "limit"}),
    Field.METHOD: frozenset({Field.METHOD, Field.SAMPLE, Field.FREQUENCY, "limit"}),
    Field.REPORTING: frozenset({Field.REPORTING}),
    Field.AREA: frozenset({Field.AREA}),
}
"""Which marks a changed text makes out of date: they are asked anew from the new words."""


def compare_with_draft(session: Session, plan: Plan, reading: PlanReading) -> Comparison:
    """What the reading would change in the draft."""
    return compare_controls(controls_of(session, plan.id), reading)


def compare_controls(controls: Iterable[Control], reading: PlanReading) -> Comparison:
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


def update_draft(
    session: Session,
    board: Board,
    plan: Plan,
    reading: PlanReading,
    row: PlanReadingRow,
    made: Made,
    actor: Actor,
    at: datetime,
) -> Plan:
    """Ändra utkastet efter filen: new kontrollmoment and changed words, in one go.

    What the draft has and the file lacks stays. Raises InvalidInput for a file that changes nothing
    or holds a personnummer, and Conflict if the plan changed state.
    """
    refuse_personal_ids(reading)
    raise_version(session, plan)
    controls = {control.id: control for control in controls_of(session, plan.id)}
    compared = compare_controls(controls.values(), reading)
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
    risks = register(session, board, rows, made, actor, at)
    areas = _areas(session, plan, rows, made)
    number = max((control.number for control in controls.values()), default=0)
    for line in compared.new:
        number += 1
        control = new_control(reading, line, areas[text_key(line.area or NO_AREA)], number, at)
        if line.risk:
            control.risks = [risks[text_key(line.risk)]]
        plan.controls.append(control)
        made.controls.append(control)
    for one in compared.changed:
        control = controls[one.control.id]
        made.changed.append((control, state_of(control)))
        _change(session, reading, control, one, areas, risks, at)
    assess(session, rows, risks, made, at)
    plan.source_name, plan.source_sha256 = row.file_name, row.file_sha256
    plan.source_title = title_of(reading)
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
            **told_of(reading, row.file_sha256),
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


def _areas(
    session: Session, plan: Plan, rows: Sequence[PlanRow], made: Made
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
        for mark in new_marks(reading, row, at)
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
