"""Uppdrag från nämnden: given with a decision, moved with a reason, reported back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.organisation.models import Board, Decision, Unit
from internkontroll.reporting.models import (
    AssignmentMove,
    AssignmentState,
    BoardAssignment,
    FollowUpReport,
    ReportEvent,
    ReportState,
)
from internkontroll.reporting.policy import PERMISSIONS
from internkontroll.reporting.rules.assignments import assignment_label, clause_of
from internkontroll.sampling.services.guards import checked_reason
from internkontroll.trail.services import record

_TRIES = 5
MISSING_TEXT = "Skriv vad nämnden uppdrog åt förvaltningen att göra."


@dataclass(frozen=True)
class NewAssignment:
    """Ett uppdrag så som protokollet har det: the clause, when to report back, which unit."""

    text: str
    report_back_on: date
    unit_id: int | None = None


def give_assignments(
    session: Session,
    board: Board,
    report: FollowUpReport,
    given: Sequence[NewAssignment],
    *,
    decision: Decision,
    actor: Actor,
    at: datetime,
) -> list[BoardAssignment]:
    """Anteckna uppdragen i ett beslut; the verb that decides asks for permission."""
    return [
        _give(session, board, report, one, decision=decision, actor=actor, at=at) for one in given
    ]


def add_assignment(
    session: Session,
    board: Board,
    report: FollowUpReport,
    given: NewAssignment,
    *,
    actor: Actor,
    at: datetime,
) -> BoardAssignment:
    """Anteckna ett uppdrag i ett beslut som redan är registrerat.

    Raises NotAllowed, InvalidTransition unless the report is decided, InvalidInput.
    """
    ensure(actor, Permission.REPORT_DECIDE, Scope(board.id), swedish_day(at), PERMISSIONS)
    if report.state is not ReportState.DECIDED or report.decision is None:
        raise InvalidTransition("Uppföljningen är inte beslutad. Registrera nämndens beslut först.")
    return _give(session, board, report, given, decision=report.decision, actor=actor, at=at)


def _give(
    session: Session,
    board: Board,
    report: FollowUpReport,
    given: NewAssignment,
    *,
    decision: Decision,
    actor: Actor,
    at: datetime,
) -> BoardAssignment:
    text = clause_of(checked_reason(session, board.id, given.text, MISSING_TEXT, "text"))
    if not text:
        raise InvalidInput(MISSING_TEXT, field="text")
    if given.report_back_on <= decision.decided_on:
        raise InvalidInput(
            f"Beslutet fattades {long_date(decision.decided_on)}. Uppdraget ska återrapporteras en "
            "senare dag.",
            field="report_back_on",
        )
    if given.unit_id is not None and not session.scalar(
        sa.select(Unit.id).where(Unit.id == given.unit_id, Unit.board_id == board.id)
    ):
        raise InvalidInput("Enheten finns inte hos nämnden. Välj en annan.", field="unit_id")
    assignment = BoardAssignment(
        board_id=board.id,
        report_id=report.id,
        year=report.reporting_point.year,
        text=text,
        unit_id=given.unit_id,
        given_on=decision.decided_on,
        report_back_on=given.report_back_on,
        recorded_at=at,
    )
    _numbered(session, assignment)
    _trace(
        session,
        board,
        assignment,
        ReportEvent.ASSIGNED,
        actor=actor,
        at=at,
        report_back_on=assignment.report_back_on,
        unit_id=assignment.unit_id,
    )
    return assignment


def _numbered(session: Session, assignment: BoardAssignment) -> None:
    for _ in range(_TRIES):
        last = session.scalar(
            sa.select(sa.func.max(BoardAssignment.number)).where(
                BoardAssignment.board_id == assignment.board_id,
                BoardAssignment.year == assignment.year,
            )
        )
        assignment.number = (last or 0) + 1
        try:
            with session.begin_nested():
                session.add(assignment)
        except IntegrityError:
            continue
        return
    raise Conflict("Flera antecknade uppdrag samtidigt. Spara igen.")


def _trace(
    session: Session,
    board: Board,
    assignment: BoardAssignment,
    event: ReportEvent,
    *,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
    **data: object,
) -> None:
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=event,
        subject=("report", assignment.report_id),
        data={"assignment": assignment_label(assignment.year, assignment.number), **data},
        reason=reason,
    )


def _change(
    session: Session, assignment: BoardAssignment, row_version: int | None, **values: object
) -> None:
    seen = assignment.row_version if row_version is None else row_version
    changed = session.execute(
        sa.update(BoardAssignment)
        .where(
            BoardAssignment.id == assignment.id,
            BoardAssignment.state == AssignmentState.OPEN,
            BoardAssignment.row_version == seen,
        )
        .values(row_version=BoardAssignment.row_version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Uppdraget har ändrats sedan du öppnade sidan. Läs om sidan.")
    session.refresh(assignment)


def _ensure_open(board: Board, assignment: BoardAssignment, actor: Actor, at: datetime) -> None:
    ensure(actor, Permission.REPORT_WRITE, Scope(board.id), swedish_day(at), PERMISSIONS)
    if assignment.board_id != board.id:
        raise ValueError("the assignment belongs to another board")
    if assignment.state is not AssignmentState.OPEN:
        raise InvalidTransition("Uppdraget är redan återrapporterat.")


def move_assignment(
    session: Session,
    board: Board,
    assignment: BoardAssignment,
    new_on: date,
    reason: str,
    *,
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> BoardAssignment:
    """Flytta dagen för återrapporteringen, with a reason; every move is kept and told.

    Raises NotAllowed, InvalidTransition when reported, InvalidInput, Conflict.
    """
    _ensure_open(board, assignment, actor, at)
    old_on = assignment.report_back_on
    if new_on == old_on or new_on <= assignment.given_on:
        raise InvalidInput(
            f"Uppdraget ska nu återrapporteras {long_date(old_on)}. Skriv en annan dag, efter "
            f"{long_date(assignment.given_on)}.",
            field="new_on",
        )
    reason = checked_reason(session, board.id, reason, "Skriv varför dagen flyttas.")
    _change(session, assignment, row_version, report_back_on=new_on)
    session.add(
        AssignmentMove(
            assignment_id=assignment.id,
            old_on=old_on,
            new_on=new_on,
            reason=reason,
            recorded_by_id=actor.user_id,
            recorded_at=at,
        )
    )
    session.flush()
    session.refresh(assignment, ["moves"])
    _trace(
        session,
        board,
        assignment,
        ReportEvent.ASSIGNMENT_MOVED,
        actor=actor,
        at=at,
        reason=reason,
        report_back_on={"old": old_on, "new": new_on},
    )
    return assignment


def report_back(
    session: Session,
    board: Board,
    assignment: BoardAssignment,
    text: str,
    reported_on: date,
    *,
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> BoardAssignment:
    """Återrapportera uppdraget: what was done, and the day the board was told.

    Raises NotAllowed, InvalidTransition when reported, InvalidInput, Conflict.
    """
    _ensure_open(board, assignment, actor, at)
    text = checked_reason(session, board.id, text, "Skriv vad som har gjorts.", "report_back")
    if not assignment.given_on <= reported_on <= swedish_day(at):
        raise InvalidInput(
            f"Uppdraget gavs {long_date(assignment.given_on)}. Skriv en dag från och med den till "
            "och med i dag.",
            field="reported_on",
        )
    _change(
        session,
        assignment,
        row_version,
        state=AssignmentState.REPORTED,
        report_back=text,
        reported_on=reported_on,
        reported_at=at,
        reported_by_id=actor.user_id,
    )
    _trace(
        session,
        board,
        assignment,
        ReportEvent.ASSIGNMENT_REPORTED,
        actor=actor,
        at=at,
        reported_on=reported_on,
        late=reported_on > assignment.report_back_on,
    )
    return assignment
