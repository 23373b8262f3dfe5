"""Planens textavsnitt: each saved version is a row of its own."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import Conflict
from internkontroll.plan.models import Plan, PlanEvent, PlanText
from internkontroll.plan.rules.sections import TEXT_MAX, TextSection, default_text
from internkontroll.plan.services.guards import body, may_edit, raise_version
from internkontroll.trail.services import record

FASTER = (
    "Någon annan har ändrat texten sedan du öppnade sidan. Jämför med det som är sparat nu och "
    "spara igen."
)


def write_text(
    session: Session,
    plan: Plan,
    section: TextSection,
    text: str | None,
    *,
    revision: int,
    actor: Actor,
    at: datetime,
) -> PlanText | None:
    """Skriv ett textavsnitt. The old version is kept; an empty text leaves the section out.

    ``revision`` is the version that the person saw, 0 for the default text. None if nothing
    changed. Raises NotAllowed, InvalidTransition, InvalidInput for a text with a personnummer or
    longer than 8 000 characters, Conflict if somebody was faster.
    """
    may_edit(plan, actor=actor, at=at)
    raise_version(session, plan)
    new = body(text, "text", limit=TEXT_MAX) or ""
    latest = session.scalar(
        sa.select(PlanText)
        .where(PlanText.plan_id == plan.id, PlanText.section == section)
        .order_by(PlanText.revision.desc())
        .limit(1)
    )
    if (latest.revision if latest else 0) != revision:
        raise Conflict(FASTER)
    old = (
        latest.text if latest else default_text(section, board_name=plan.board.name, year=plan.year)
    )
    if new == old:
        return None
    row = PlanText(
        plan_id=plan.id,
        section=section,
        revision=revision + 1,
        text=new,
        written_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(FASTER) from error
    session.expire(plan, ["texts"])
    record(
        session,
        chain=plan.board.code,
        actor=actor,
        at=at,
        event=PlanEvent.TEXT_CHANGED,
        subject=("plan", plan.id),
        data={
            "section": section,
            "revision": {"old": revision, "new": row.revision},
            "characters": {"old": len(old), "new": len(new)},
        },
    )
    return row
