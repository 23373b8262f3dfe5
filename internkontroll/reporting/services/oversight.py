"""Kommunstyrelsens egen bedömning in its samlade bild, and its decision, which freezes it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.free_text import checked_text
from internkontroll.core.text import clean_line, clean_text
from internkontroll.organisation.models import Municipality, ReportingPoint
from internkontroll.organisation.rules import check_decision
from internkontroll.reporting.models import (
    OverallAssessment,
    OversightDecision,
    OversightEvent,
    OversightSummary,
)
from internkontroll.reporting.policy import PERMISSIONS
from internkontroll.reporting.queries.oversight import (
    oversight_report,
    standing_decision,
    standing_summary,
)
from internkontroll.reporting.rules import DecisionFacts
from internkontroll.reporting.rules.memo import TEXT_MAX
from internkontroll.reporting.rules.oversight import oversight_to_plain
from internkontroll.reporting.services.deciding import Minutes
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


def _take_turns(session: Session) -> None:
    # Two who write at the same time take turns on the municipality's one row.
    session.execute(
        sa.select(Municipality.id).where(Municipality.id == 1).with_for_update(key_share=True)
    )


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
    _take_turns(session)
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


def decide_oversight(
    session: Session,
    year: int,
    point: str,
    minutes: Minutes,
    reason: str = "",
    *,
    version: int | None = None,
    actor: Actor,
    at: datetime,
) -> OversightDecision:
    """Registrera kommunstyrelsens beslut: the picture is frozen as JSON with SHA-256.

    It is the picture as of the day of the decision: what a nämnd sent later is not in it. Decided
    already, it takes a ``reason`` and becomes the next version; the one before it is kept.
    ``version`` is the one the form was filled in against, 0 for the first.

    Raises NotAllowed, InvalidTransition without kommunstyrelsens bedömning, InvalidInput for a
    decision that cannot be, and Conflict.
    """
    ensure(actor, Permission.OVERSIGHT_DECIDE, Scope(None), swedish_day(at), PERMISSIONS)
    _take_turns(session)
    before = standing_decision(session, year, point)
    standing = before.version if before else 0
    if version is not None and version != standing:
        raise Conflict(
            "Någon annan har registrerat ett beslut sedan du öppnade sidan. Läs igenom det."
        )
    decision = _checked_decision(minutes, at)
    if before is not None and decision.decided_on < before.decided_on:
        raise InvalidInput(
            f"Den bild som rättas beslutades {long_date(before.decided_on)}. Rättelsen kan inte "
            "vara beslutad före den.",
            field="decided_on",
        )
    if before is not None:
        reason = checked_text(reason, "Skriv varför den beslutade bilden rättas.", most=TEXT_MAX)
    summary = standing_summary(session, year, point)
    if summary is None:
        raise InvalidTransition(
            "Kommunstyrelsens bedömning saknas. Skriv den innan beslutet registreras."
        )
    if swedish_day(summary.recorded_at) > decision.decided_on:
        raise InvalidInput(
            f"Bedömningen ändrades {long_date(swedish_day(summary.recorded_at))}, efter den dag du "
            "skrev. Kontrollera beslutets dag.",
            field="decided_on",
        )
    live = oversight_report(session, year, point, on=decision.decided_on)
    if live is None:
        raise InvalidInput(f"Ingen nämnd har tidpunkten {point} {year}. Välj en som finns.")
    why = reason if before is not None else None
    content = oversight_to_plain(
        replace(live, decision=decision, version=standing + 1, corrected_because=why)
    )
    made = OversightDecision(
        year=year,
        point=point,
        version=standing + 1,
        body=decision.body,
        decided_on=decision.decided_on,
        paragraph=decision.paragraph,
        registry_number=decision.registry_number,
        verified_on=decision.verified_on,
        reason=why,
        snapshot=canonical_json(content),
        snapshot_sha256=sha256_of(content),
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
        event=OversightEvent.CORRECTED if before else OversightEvent.DECIDED,
        subject=("oversight-decision", made.id),
        data={
            "point": f"{point} {year}",
            "version": {"old": standing or None, "new": made.version},
            "decided_on": decision.decided_on,
            "paragraph": decision.paragraph,
            "registry_number": decision.registry_number,
            "sha256": made.snapshot_sha256,
        },
        reason=why,
    )
    return made


def _checked_decision(minutes: Minutes, at: datetime) -> DecisionFacts:
    body = clean_line(minutes.body or "Kommunstyrelsen")
    paragraph, registry_number = map(clean_line, (minutes.paragraph, minutes.registry_number))
    check_decision(
        body=body,
        decided_on=minutes.decided_on,
        paragraph=paragraph,
        registry_number=registry_number,
        verified_on=minutes.verified_on,
        today=swedish_day(at),
    )
    return DecisionFacts(body, minutes.decided_on, paragraph, registry_number, minutes.verified_on)
