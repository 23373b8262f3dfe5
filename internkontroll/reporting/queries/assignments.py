"""Uppdrag från nämnden: a board's list, one of them, and what a report tells of them."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from internkontroll.core.base import UtcDateTime
from internkontroll.organisation.models import Unit
from internkontroll.reporting.models import (
    AssignmentMove,
    AssignmentState,
    BoardAssignment,
    FollowUpReport,
)
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


def assignments_given(
    session: Session, board_id: int, report: FollowUpReport | None
) -> Sequence[BoardAssignment]:
    """The assignments that the board gave with its decision on the report, in their order."""
    if report is None:
        return ()
    given = _loaded(board_id).where(BoardAssignment.report_id == report.id)
    return (
        session.scalars(given.order_by(BoardAssignment.year, BoardAssignment.number)).unique().all()
    )


@cache
def _told_statement() -> sa.Select[*tuple[Any, ...]]:
    # Put together once: that takes longer than to run it.
    new_year = sa.bindparam("new_year", type_=sa.Date())
    return (
        sa.select(
            BoardAssignment.id,
            BoardAssignment.number,
            BoardAssignment.year,
            BoardAssignment.text,
            Unit.name.label("unit"),
            BoardAssignment.given_on,
            BoardAssignment.recorded_at,
            BoardAssignment.report_back_on,
            BoardAssignment.reported_on,
            BoardAssignment.reported_at,
            BoardAssignment.report_back,
            AssignmentMove.old_on,
            AssignmentMove.recorded_at.label("moved_at"),
        )
        .select_from(BoardAssignment)
        .outerjoin(Unit, Unit.id == BoardAssignment.unit_id)
        .outerjoin(AssignmentMove, AssignmentMove.assignment_id == BoardAssignment.id)
        .where(
            BoardAssignment.board_id == sa.bindparam("board_id", type_=sa.Integer()),
            sa.or_(BoardAssignment.reported_on.is_(None), BoardAssignment.reported_on >= new_year),
            BoardAssignment.recorded_at <= sa.bindparam("known_at", type_=UtcDateTime()),
            BoardAssignment.report_id != sa.bindparam("own_report", type_=sa.Integer()),
        )
        .order_by(BoardAssignment.id, AssignmentMove.id)
    )


def assignments_told(
    session: Session, board_id: int, year: int, report_id: int | None, known_at: datetime
) -> tuple[AssignmentLine, ...]:
    """What a report of the year tells: earlier assignments that were open at some time in it.

    Those given with the report itself are told by the next one.
    """
    asked = {
        "board_id": board_id,
        "new_year": date(year, 1, 1),
        "known_at": known_at,
        "own_report": report_id or 0,
    }
    rows = session.execute(_told_statement(), asked)
    facts = []
    for _, each in groupby(rows, key=lambda row: int(row.id)):
        row, *more = each
        facts.append(
            AssignmentFact(
                number=row.number,
                year=row.year,
                text=row.text,
                unit=row.unit,
                given_on=row.given_on,
                recorded_at=row.recorded_at,
                report_back_on=row.report_back_on,
                moves=[(one.old_on, one.moved_at) for one in (row, *more) if one.old_on],
                reported_on=row.reported_on,
                reported_at=row.reported_at,
                report_back=row.report_back,
            )
        )
    return assignment_lines(facts, known_at)
