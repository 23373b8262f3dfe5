"""Record findings, numbered per board and plan year."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.text import clean_text
from internkontroll.findings import policy
from internkontroll.findings.models import Finding, FindingEvent, Severity
from internkontroll.findings.queries import finding_of_item, label
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, Plan
from internkontroll.review.queries import review_items
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
