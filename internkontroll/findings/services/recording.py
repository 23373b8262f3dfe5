"""Write findings, numbered per board and plan year, and change what they say."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.text import clean_text
from internkontroll.findings import policy
from internkontroll.findings.models import Finding, FindingEvent, FindingRevision, Severity
from internkontroll.findings.queries import finding_of_item, label
from internkontroll.findings.services.guards import ensure_may, lock_open, trace, written
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, Plan
from internkontroll.review.queries import protected_items, review_items
from internkontroll.review.services import TEXT_MAX, check_free_text
from internkontroll.sampling.models import SampleItem
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.services import record

_TRIES = 3
_BEGUN = frozenset({OccurrenceState.STARTED, OccurrenceState.PERFORMED, OccurrenceState.APPROVED})


def _ensure_deviating(session: Session, occurrence: Occurrence, item: SampleItem) -> None:
    found = next(
        (row for row in review_items(session, occurrence.id) if row.item_id == item.id), None
    )
    if found is None:
        raise InvalidInput(
            "Posten hör inte till kontrolltillfällets gällande stickprov. Öppna granskningen igen."
        )
    if not found.deviating:
        raise InvalidTransition(
            f"Nummer {found.position} har inget svar Nej eller Underlag saknas. Ändra svaret "
            "först, eller skriv avvikelsen om hela kontrollen."
        )


def _next_number(session: Session, board_id: int, year: int) -> int:
    last = session.scalar(
        sa.select(sa.func.max(Finding.number)).where(
            Finding.board_id == board_id, Finding.year == year
        )
    )
    return (last or 0) + 1


def _numbered(session: Session, board: Board, finding: Finding) -> None:
    """Give the finding the next free number; two writers at once each get their own."""
    for _ in range(_TRIES):
        if finding.item_id is not None:
            known = finding_of_item(session, finding.occurrence_id, finding.item_id)
            if known is not None:
                raise InvalidTransition(
                    f"Det finns redan en avvikelse om samma post: {label(known, board)}."
                )
        finding.number = _next_number(session, board.id, finding.year)
        try:
            with session.begin_nested():
                session.add(finding)
        except IntegrityError:
            continue
        return
    raise Conflict("Flera skrev avvikelser samtidigt. Spara igen.")


def record_finding(
    session: Session,
    occurrence: Occurrence,
    *,
    item: SampleItem | None,
    severity: Severity,
    description: str,
    cause: str | None,
    actor: Actor,
    at: datetime,
) -> Finding:
    """Skriv en avvikelse about one deviating item, or about the control as a whole (item None).

    The year is the plan's. Raises NotAllowed, InvalidInput (no description, or an item from
    elsewhere), InvalidTransition (nothing is reviewed, the item does not deviate, or it has a
    finding already) and Conflict.
    """
    ensure(
        actor,
        Permission.FINDING_RECORD,
        Scope(occurrence.board_id, occurrence.subcommittee_id),
        swedish_day(at),
        policy.PERMISSIONS,
    )
    description, cause = clean_text(description), clean_text(cause or "")
    if not description:
        raise InvalidInput("Beskrivningen saknas. Skriv vad som är fel.", field="description")
    check_free_text(session, occurrence, description, most=TEXT_MAX, field="description")
    check_free_text(session, occurrence, cause, most=TEXT_MAX, field="cause")
    if occurrence.state not in _BEGUN:
        raise InvalidTransition(
            "Kontrolltillfället är inte påbörjat. En avvikelse skrivs när något har granskats."
        )
    if item is not None:
        if item.id in protected_items(session, item.draw_id):
            raise InvalidTransition(
                "Ärendet har skyddade personuppgifter, så ingenting skrivs om det. Utfallet räknas "
                "ändå. Gäller bristen arbetssättet skriver du avvikelsen om hela kontrollen."
            )
        _ensure_deviating(session, occurrence, item)
    board = session.get_one(Board, occurrence.board_id)
    year = session.scalars(
        sa.select(Plan.year)
        .join(Control, Control.plan_id == Plan.id)
        .where(Control.id == occurrence.control_id)
    ).one()
    finding = Finding(
        board_id=board.id,
        year=year,
        occurrence_id=occurrence.id,
        item_id=item.id if item else None,
        severity=severity,
        description=description,
        cause=cause or None,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    _numbered(session, board, finding)
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=FindingEvent.RECORDED,
        subject=("finding", finding.id),
        data={
            "year": finding.year,
            "number": finding.number,
            "severity": severity,
            "occurrence": occurrence.id,
            "position": item.position if item else None,
        },
    )
    return finding


def revise_finding(
    session: Session,
    finding: Finding,
    *,
    severity: Severity,
    description: str,
    cause: str | None,
    reason: str,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Finding:
    """Ändra avvikelsen: what it said is kept as a row, with why it was changed.

    A report as of an earlier moment goes on telling the earlier words. Raises NotAllowed,
    InvalidInput, InvalidTransition (it is ended) and Conflict (changed after ``row_version``).
    Without any difference nothing happens.
    """
    ensure_may(actor, Permission.FINDING_RECORD, finding, at)
    lock_open(session, finding)
    description = written(
        session,
        finding,
        description,
        "Beskrivningen saknas. Skriv vad som är fel.",
        field="description",
    )
    cause = clean_text(cause or "") or None
    check_free_text(session, finding.occurrence, cause or "", most=TEXT_MAX, field="cause")
    session.refresh(finding)
    old = {
        "severity": finding.severity,
        "description": finding.description,
        "cause": finding.cause,
    }
    new = {"severity": severity, "description": description, "cause": cause}
    if old == new:
        return finding
    reason = written(session, finding, reason, "Skriv varför avvikelsen ändras.", field="reason")
    changed = session.execute(
        sa.update(Finding)
        .where(Finding.id == finding.id, Finding.row_version == row_version)
        .values(row_version=Finding.row_version + 1, **new)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Conflict(
            "Någon annan har ändrat avvikelsen under tiden. Jämför med det som gäller nu och "
            "spara igen."
        )
    session.add(
        FindingRevision(
            finding_id=finding.id,
            revision=row_version,
            reason=reason,
            recorded_by_id=actor.user_id,
            recorded_at=at,
            **old,
        )
    )
    session.refresh(finding)
    trace(
        session,
        finding,
        FindingEvent.REVISED,
        actor=actor,
        at=at,
        data={
            "severity": {"old": old["severity"], "new": severity},
            "changed": sorted(name for name in new if new[name] != old[name]),
        },
        reason=reason,
    )
    return finding
