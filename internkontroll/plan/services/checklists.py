"""Kvalitetschecklistor: write, publish and change the municipality's library."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.text import shown, text_key
from internkontroll.plan.models import (
    Checklist,
    ChecklistCriterion,
    ChecklistEvent,
    ChecklistVersion,
)
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.rules.checklists import (
    MOST_CRITERIA,
    CriterionContent,
    checklist_changes,
    contents_of,
)
from internkontroll.plan.services.criteria import checked_criterion
from internkontroll.plan.services.guards import body, has_changed, line, required
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record

NAME_MAX = 120
"""Most characters of a checklist's name."""

NOTE_MAX = 1_000
"""Most characters of the note that tells what is new."""

_CHANGED = (
    "Någon annan har ändrat checklistan under tiden. Jämför med det som är sparat nu och spara "
    "igen."
)


def _ensure_editor(actor: Actor, at: datetime) -> None:
    ensure(actor, Permission.CHECKLIST_EDIT, Scope(None), swedish_day(at), PERMISSIONS)


def record_checklist(
    session: Session,
    checklist: Checklist,
    event: ChecklistEvent,
    data: dict[str, Any],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """One row in the municipality's chain."""
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=event,
        subject=("checklist", checklist.id),
        data={"name": checklist.name, **data},
    )


def _checked_name(session: Session, name: str, own: int | None = None) -> str:
    found = required(line(name, "name", limit=NAME_MAX), "Skriv vad checklistan ska heta.", "name")
    taken = session.scalar(sa.select(Checklist.id).where(Checklist.name_key == text_key(found)))
    if taken is not None and taken != own:
        raise InvalidInput("Det finns redan en checklista med det namnet.", field="name")
    return found


def checked_criteria(criteria: Sequence[CriterionContent]) -> list[CriterionContent]:
    """The criteria as they are stored.

    Raises InvalidInput, at ``text_<place>`` for one that cannot be stored: none, too many, the same
    one twice, or none that counts.
    """
    rows: list[CriterionContent] = []
    seen: dict[str, int] = {}
    for place, content in enumerate(criteria):
        try:
            row = checked_criterion(content)
        except InvalidInput as error:
            field = f"{error.field}_{place}" if error.field else None
            raise InvalidInput(error.sentence, field=field) from error
        if text_key(row.text) in seen:
            raise InvalidInput("Samma kriterium står två gånger.", field=f"text_{place}")
        seen[text_key(row.text)] = place
        rows.append(row)
    if not rows:
        raise InvalidInput("Skriv minst ett kriterium.", field="text_0")
    if len(rows) > MOST_CRITERIA:
        raise InvalidInput(f"En checklista har högst {MOST_CRITERIA} kriterier. Dela den i två.")
    if not any(row.counts for row in rows):
        raise InvalidInput("Minst ett kriterium måste räknas som avvikelse.", field="counts_0")
    return rows


def _write(session: Session, version: ChecklistVersion, rows: Sequence[CriterionContent]) -> None:
    """Let the version have these criteria in this order, instead of those it had."""
    session.execute(
        sa.delete(ChecklistCriterion)
        .where(ChecklistCriterion.version_id == version.id)
        .execution_options(synchronize_session=False)
    )
    session.expire(version, ["criteria"])
    session.add_all(
        ChecklistCriterion(
            version_id=version.id,
            position=position,
            text=row.text,
            counts=row.counts,
            help_text=row.help_text,
        )
        for position, row in enumerate(rows, start=1)
    )
    session.flush()


def add_to_library(
    session: Session,
    name: str,
    criteria: Sequence[CriterionContent],
    board_id: int | None,
    *,
    actor: Actor,
    at: datetime,
) -> Checklist:
    """Make a checklist with its first draft, for a verb that has asked for its own permission."""
    rows = checked_criteria(criteria)
    name = _checked_name(session, name)
    checklist = Checklist(
        name=name,
        name_key=text_key(name),
        proposed_by_board_id=board_id,
        created_by_id=actor.user_id,
        created_at=at,
    )
    session.add(checklist)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("Någon annan hann skapa en checklista med det namnet.") from error
    version = ChecklistVersion(checklist_id=checklist.id, number=1, created_at=at)
    session.add(version)
    session.flush()
    _write(session, version, rows)
    return checklist


def create_checklist(
    session: Session,
    name: str,
    criteria: Sequence[CriterionContent],
    *,
    actor: Actor,
    at: datetime,
) -> Checklist:
    """Skriv en ny checklista. It is a draft until it is published.

    Raises NotAllowed (needs checklist:edit in the municipality), InvalidInput naming the field.
    """
    _ensure_editor(actor, at)
    checklist = add_to_library(session, name, criteria, None, actor=actor, at=at)
    data = {"criteria": len(criteria)}
    record_checklist(session, checklist, ChecklistEvent.CREATED, data, actor=actor, at=at)
    return checklist


def begin_version(
    session: Session, checklist: Checklist, *, actor: Actor, at: datetime
) -> ChecklistVersion:
    """Påbörja nästa version as a copy of the one that holds.

    Raises NotAllowed, and InvalidTransition while a draft is there already.
    """
    _ensure_editor(actor, at)
    latest = max(checklist.versions, key=lambda version: version.number)
    if latest.published_at is None:
        raise InvalidTransition("Det finns redan ett utkast till nästa version.")
    version = ChecklistVersion(checklist_id=checklist.id, number=latest.number + 1, created_at=at)
    session.add(version)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("Någon annan hann påbörja nästa version. Läs om sidan.") from error
    _write(session, version, contents_of(latest.criteria))
    session.expire(checklist, ["versions"])
    data = {"version": version.number}
    record_checklist(session, checklist, ChecklistEvent.VERSION_BEGUN, data, actor=actor, at=at)
    return version


def _take_turn(
    session: Session, version: ChecklistVersion, row_version: int, **values: Any
) -> None:
    """Change a draft that still is one and still has the version that the person saw."""
    if version.published_at is not None:
        raise InvalidTransition(
            "Versionen är publicerad och ändras inte. Påbörja nästa version i stället."
        )
    changed = session.execute(
        sa.update(ChecklistVersion)
        .where(
            ChecklistVersion.id == version.id,
            ChecklistVersion.row_version == row_version,
            ChecklistVersion.published_at.is_(None),
        )
        .values(row_version=ChecklistVersion.row_version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not has_changed(changed):
        raise Conflict(_CHANGED)
    session.refresh(version)


def change_draft(
    session: Session,
    version: ChecklistVersion,
    *,
    name: str,
    note: str | None,
    criteria: Sequence[CriterionContent],
    row_version: int,
    actor: Actor,
    at: datetime,
) -> ChecklistVersion:
    """Ändra ett utkast: the checklist's name, what is new, and the criteria in their order.

    Raises NotAllowed, InvalidInput, InvalidTransition for a published version, and Conflict.
    """
    _ensure_editor(actor, at)
    checklist = version.checklist
    rows = checked_criteria(criteria)
    name = _checked_name(session, name, checklist.id)
    old = contents_of(version.criteria)
    note = body(note, "note", limit=NOTE_MAX)
    same = (name, note, rows) == (checklist.name, version.note, old)
    if same and row_version == version.row_version:
        return version
    old_name = checklist.name
    _take_turn(session, version, row_version, note=note)
    checklist.name, checklist.name_key = name, text_key(name)
    _write(session, version, rows)
    changes = checklist_changes(old, rows)
    data: dict[str, Any] = {
        "version": version.number,
        "added": [shown(row.text) for row in changes.added],
        "removed": [shown(row.text) for row in changes.removed],
        "changed": [shown(row.text) for _, row in changes.changed],
        "reordered": changes.reordered,
    }
    if name != old_name:
        data["renamed"] = {"old": old_name, "new": name}
    record_checklist(session, checklist, ChecklistEvent.CHANGED, data, actor=actor, at=at)
    return version


def publish_version(
    session: Session, version: ChecklistVersion, *, row_version: int, actor: Actor, at: datetime
) -> ChecklistVersion:
    """Publicera en version: from now on it never changes, and controls may take it over.

    Raises NotAllowed, InvalidInput (a next version needs a note and must differ from the one
    before), InvalidTransition and Conflict.
    """
    _ensure_editor(actor, at)
    checklist = version.checklist
    if version.number > 1 and version.published_at is None:
        if not version.note:
            raise InvalidInput(
                "Skriv vad som är nytt i versionen, spara utkastet och publicera sedan."
            )
        before = max(
            (row for row in checklist.versions if row.number < version.number),
            key=lambda row: row.number,
        )
        if not checklist_changes(before.criteria, version.criteria):
            raise InvalidInput("Versionen är likadan som den förra. Ändra något eller ta bort den.")
    _take_turn(session, version, row_version, published_at=at, published_by_id=actor.user_id)
    data = {"version": version.number, "criteria": len(version.criteria)}
    record_checklist(session, checklist, ChecklistEvent.PUBLISHED, data, actor=actor, at=at)
    return version


def remove_draft(
    session: Session, version: ChecklistVersion, *, row_version: int, actor: Actor, at: datetime
) -> Checklist | None:
    """Ta bort ett utkast. With its first version the checklist goes too; then None is returned.

    Raises NotAllowed, InvalidTransition for a published version, and Conflict.
    """
    _ensure_editor(actor, at)
    checklist, number = version.checklist, version.number
    _take_turn(session, version, row_version)
    record_checklist(
        session, checklist, ChecklistEvent.DRAFT_REMOVED, {"version": number}, actor=actor, at=at
    )
    for table, column in (
        (ChecklistCriterion, ChecklistCriterion.version_id),
        (ChecklistVersion, ChecklistVersion.id),
    ):
        session.execute(sa.delete(table).where(column == version.id))
    session.expire(checklist, ["versions"])
    if number > 1:
        return checklist
    session.execute(sa.delete(Checklist).where(Checklist.id == checklist.id))
    return None
