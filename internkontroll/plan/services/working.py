"""Work with a plan's kontrollmoment: correct how they were read, answer questions, appoint."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.accounts.queries import people_with_role
from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.text import clean_line, clean_text, shown
from internkontroll.plan.models import Control, ControlMark, MarkKind, Plan, PlanEvent
from internkontroll.plan.policy import PERMISSIONS, RESPONSIBLE_ROLES
from internkontroll.plan.queries import point_names
from internkontroll.plan.rules.states import require_editable, require_standing
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind, Technique
from internkontroll.trail.services import record

ANSWER_MAX = 2_000
"""Longest answer to a question, in characters."""


def _changed(result: Any) -> bool:
    return bool(result.rowcount)


def settle_mark(
    session: Session,
    mark: ControlMark,
    *,
    answer: str,
    actor: Actor,
    at: datetime,
    alike: bool = False,
) -> int:
    """Besvara en fråga eller avsluta ett påpekande; how many marks that settled.

    ``alike`` settles every open mark of the plan with the same words at once. The answer is kept
    beside the plan's words: what a decided plan says is not changed by it. Raises NotAllowed,
    InvalidTransition for a plan that no longer holds, InvalidInput for a question without answer,
    and Conflict with the answer that was faster.
    """
    control, plan = mark.control, mark.control.plan
    ensure(actor, Permission.PLAN_EDIT, Scope(plan.board_id), swedish_day(at), PERMISSIONS)
    require_standing(plan.state)
    answer = clean_text(answer)
    if not answer and mark.kind is MarkKind.QUESTION:
        raise InvalidInput("Skriv svaret på frågan.", field="answer")
    if len(answer) > ANSWER_MAX:
        raise InvalidInput(f"Svaret är för långt. Högst {ANSWER_MAX} tecken.", field="answer")
    if actor.user_id is None:
        raise InvalidInput("En fråga besvaras av en inloggad person, inte från kommandoraden.")
    if mark.settled_at is not None:
        raise Conflict(
            f"Frågan är redan besvarad: ”{shown(mark.settled_answer or 'klart')}”. "
            f"Du skrev ”{shown(answer)}”."
        )
    chosen = [ControlMark.id == mark.id]
    if alike:
        same_plan = sa.select(Control.id).where(Control.plan_id == plan.id)
        chosen = [
            ControlMark.control_id.in_(same_plan),
            ControlMark.kind == mark.kind,
            ControlMark.code == mark.code,
            ControlMark.text == mark.text,
        ]
    settled = session.execute(
        sa.update(ControlMark)
        .where(*chosen, ControlMark.settled_at.is_(None))
        .values(settled_at=at, settled_by_id=actor.user_id, settled_answer=answer or None)
        .execution_options(synchronize_session=False)
    )
    count: int = settled.rowcount  # type: ignore[attr-defined]
    if not count:
        raise Conflict("Någon annan besvarade frågan nyss. Läs om sidan.")
    session.expire(mark)
    record(
        session,
        chain=plan.board.code,
        actor=actor,
        at=at,
        event=PlanEvent.MARK_SETTLED,
        subject=("control", control.id),
        data={"code": mark.code, "field": mark.field, "marks": count},
    )
    return count


def change_control(
    session: Session,
    control: Control,
    *,
    technique: Technique,
    sample_kind: SampleKind,
    sample_n: int | None,
    frequency: Frequency,
    points: Sequence[str],
    performed_by: str | None,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Control:
    """Rätta läsningen of a kontrollmoment; the plan's own words stay as they are.

    Raises NotAllowed, InvalidTransition for a plan that is decided, InvalidInput naming the field,
    and Conflict if somebody else changed it after ``row_version``.
    """
    plan = control.plan
    ensure(actor, Permission.PLAN_EDIT, Scope(plan.board_id), swedish_day(at), PERMISSIONS)
    require_editable(plan.state)
    counted = sample_kind in (SampleKind.AT_LEAST, SampleKind.EXACT)
    if counted and (sample_n is None or sample_n < 1):
        raise InvalidInput("Skriv hur många som ska väljas ut, minst 1.", field="sample_n")
    known = point_names(session, plan.board_id, plan.year)
    if not points:
        raise InvalidInput("Välj minst en rapporteringstidpunkt.", field="points")
    if strange := [name for name in points if name not in known]:
        raise InvalidInput(
            f"Nämnden har ingen rapporteringstidpunkt som heter ”{shown(strange[0])}”.",
            field="points",
        )
    new: dict[str, Any] = {
        "technique": technique,
        "sample_kind": sample_kind,
        "sample_n": sample_n if counted else None,
        "frequency": frequency,
        "points": [name for name in known if name in points],
        "performed_by": clean_line(performed_by or "") or None,
    }
    old = {name: getattr(control, name) for name in new}
    if old == new:
        return control
    changed = session.execute(
        sa.update(Control)
        .where(Control.id == control.id, Control.row_version == row_version)
        .values(row_version=Control.row_version + 1, **new)
        .execution_options(synchronize_session=False)
    )
    # The plan's version rises too: whoever is about to decide it must look again.
    still = session.execute(
        sa.update(Plan)
        .where(Plan.id == plan.id, Plan.state == plan.state)
        .values(row_version=Plan.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    if not (_changed(changed) and _changed(still)):
        raise Conflict(
            "Någon annan har ändrat kontrollmomentet under tiden. Jämför med det som gäller nu "
            "och spara igen."
        )
    session.refresh(control)
    session.refresh(plan)
    record(
        session,
        chain=plan.board.code,
        actor=actor,
        at=at,
        event=PlanEvent.CHANGED,
        subject=("control", control.id),
        data={name: {"old": old[name], "new": new[name]} for name in new if old[name] != new[name]},
    )
    return control


def appoint(
    session: Session,
    control: Control,
    user: User | None,
    *,
    actor: Actor,
    at: datetime,
    row_version: int | None = None,
) -> Control:
    """Utse kontrollansvarig, or nobody. Allowed after the decision: it is no part of the content.

    Raises NotAllowed, InvalidTransition for a plan that no longer holds, InvalidInput for somebody
    without a role in the board, and Conflict if somebody else appointed after ``row_version``.
    """
    plan = control.plan
    on = swedish_day(at)
    ensure(actor, Permission.PLAN_APPOINT, Scope(plan.board_id), on, PERMISSIONS)
    require_standing(plan.state)
    if user is not None and user.id not in {
        person.id for person in people_with_role(session, plan.board_id, RESPONSIBLE_ROLES, on)
    }:
        raise InvalidInput(
            f"{user.title} har ingen roll i nämnden som kan ansvara för en kontroll. "
            "Välj någon i listan."
        )
    old, new = control.responsible, user
    if (old.id if old else None) == (new.id if new else None):
        return control
    changed = session.execute(
        sa.update(Control)
        .where(
            Control.id == control.id,
            Control.row_version == (control.row_version if row_version is None else row_version),
        )
        .values(responsible_id=new.id if new else None, row_version=Control.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    if not _changed(changed):
        raise Conflict(
            f"Någon annan har under tiden utsett {old.title if old else 'ingen'} för "
            f"kontrollmoment {control.number}. Du valde {new.title if new else 'ingen'}. "
            "Spara igen om ditt val ska gälla."
        )
    session.refresh(control)
    record(
        session,
        chain=plan.board.code,
        actor=actor,
        at=at,
        event=PlanEvent.APPOINTED,
        subject=("control", control.id),
        data={
            "responsible_id": {"old": old.id if old else None, "new": new.id if new else None},
        },
    )
    return control
