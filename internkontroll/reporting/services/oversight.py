"""Skriv kommunstyrelsens egen bedömning in its samlade bild."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.text import clean_text
from internkontroll.organisation.models import Municipality, ReportingPoint
from internkontroll.reporting.models import OverallAssessment, OversightEvent, OversightSummary
from internkontroll.reporting.policy import PERMISSIONS
from internkontroll.reporting.queries.oversight import standing_summary
from internkontroll.reporting.services.guards import CHANGED_MEANWHILE
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record


def _clauses(text: str) -> Sequence[str]:
    """The att-satser, one to a line. Raises InvalidInput for a line that is none."""
    lines = [line.strip(" -–•,") for line in clean_text(text).split("\n")]
    clauses = [line for line in lines if line]
    for clause in clauses:
        if not clause.casefold().startswith("att "):
            raise InvalidInput(
                f"Börja varje förslag med ”att”. Den här raden gör inte det: ”{clause[:60]}”.",
                field="proposals",
            )
    return clauses


def write_summary(
    session: Session,
    year: int,
    point: str,
    *,
    overall: OverallAssessment,
    grounds: str,
    proposals: str,
    revision: int | None = None,
    actor: Actor,
    at: datetime,
) -> OversightSummary:
    """Skriv kommunstyrelsens bedömning, what it rests on, and further att-satser, one to a line.

    ``revision`` is the one the form was filled in against, 0 for the first: Conflict if somebody
    was faster. Saying the same again changes nothing. Raises NotAllowed, InvalidInput without
    grounds, for a line that does not begin with "att", and for a point that no nämnd has.
    """
    ensure(actor, Permission.OVERSIGHT_WRITE, Scope(None), swedish_day(at), PERMISSIONS)
    grounds, clauses = clean_text(grounds), _clauses(proposals)
    if not grounds:
        raise InvalidInput("Skriv vad bedömningen bygger på.", field="grounds")
    known = sa.select(ReportingPoint.id).where(
        ReportingPoint.year == year, ReportingPoint.name == point
    )
    if session.scalar(known.limit(1)) is None:
        raise InvalidInput(f"Ingen nämnd har tidpunkten {point} {year}. Välj en som finns.")
    # Two who write at the same time take turns on the municipality's one row.
    session.execute(
        sa.select(Municipality.id).where(Municipality.id == 1).with_for_update(key_share=True)
    )
    before = standing_summary(session, year, point)
    standing = before.revision if before else 0
    if revision is not None and revision != standing:
        raise Conflict(CHANGED_MEANWHILE)
    kept = "\n".join(clauses)
    if before and (before.overall, before.grounds, before.proposals) == (overall, grounds, kept):
        return before
    made = OversightSummary(
        year=year,
        point=point,
        revision=standing + 1,
        overall=overall,
        grounds=grounds,
        proposals=kept,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(made)
    session.flush()
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=OversightEvent.ASSESSED,
        subject=("oversight", made.id),
        data={
            "point": f"{point} {year}",
            "revision": {"old": standing, "new": made.revision},
            "overall": {"old": before.overall if before else None, "new": overall},
        },
    )
    return made
