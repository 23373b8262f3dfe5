"""Uppdrag från nämnden: a board's list, one of them, and what a report tells of them."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from internkontroll.reporting.models import AssignmentState, BoardAssignment, FollowUpReport
from internkontroll.reporting.rules.assignments import AssignmentFact, assignment_lines
from internkontroll.reporting.rules.report import AssignmentLine


def _loaded(board_id: int) -> sa.Select[BoardAssignment]:
    return (
        sa.select(BoardAssignment)
        .where(BoardAssignment.board_id == board_id)
        .options(
            joinedload(BoardAssignment.unit),
            joinedload(BoardAssignment.report).joinedload(FollowUpReport.reporting_point),
            selectinload(BoardAssignment.moves),
        )
    )


def assignment_select(board_id: int, assignment_id: int) -> sa.Select[BoardAssignment]:
    """One assignment of the board, with its unit, moves and the report it was given with."""
    return _loaded(board_id).where(BoardAssignment.id == assignment_id)


def assignments_of(session: Session, board_id: int) -> Sequence[BoardAssignment]:
    """The board's assignments, open ones first by the day they are to be reported."""
    return (
        session.scalars(
            _loaded(board_id).order_by(
                BoardAssignment.state != AssignmentState.OPEN,
                BoardAssignment.report_back_on,
                BoardAssignment.year,
                BoardAssignment.number,
            )
        )
        .unique()
        .all()
    )


def assignments_told(
    session: Session, board_id: int, year: int, report_id: int | None, known_at: datetime
) -> tuple[AssignmentLine, ...]:
    """What a report of the year tells: earlier assignments that were open at some time in it.

    Those given with the report itself are told by the next one.
    """
    new_year = date(year, 1, 1)
    select = _loaded(board_id).where(
        sa.or_(BoardAssignment.reported_on.is_(None), BoardAssignment.reported_on >= new_year),
        BoardAssignment.recorded_at <= known_at,
    )
    if report_id is not None:
        select = select.where(BoardAssignment.report_id != report_id)
    facts = [
        AssignmentFact(
            number=row.number,
            year=row.year,
            text=row.text,
            unit=row.unit.name if row.unit else None,
            given_on=row.given_on,
            recorded_at=row.recorded_at,
            report_back_on=row.report_back_on,
            moves=[(move.old_on, move.recorded_at) for move in row.moves],
            reported_on=row.reported_on,
            reported_at=row.reported_at,
            report_back=row.report_back,
        )
        for row in session.scalars(select).unique()
    ]
    return assignment_lines(facts, known_at)
