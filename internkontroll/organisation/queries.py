"""Read a board's calendar: its reporting points, its committees, its meetings."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.core.sorting import swedish_key
from internkontroll.organisation.models import (
    Board,
    Meeting,
    ReportingPoint,
    Subcommittee,
)


def board_by_code(session: Session, code: str) -> Board | None:
    """The board with that code, however the code is cased."""
    return session.scalar(sa.select(Board).where(Board.code == code.strip().upper()))


def points_of_year(session: Session, board_id: int, year: int) -> list[ReportingPoint]:
    """The board's reporting points of the year, in the order of their periods."""
    return list(
        session.scalars(
            sa.select(ReportingPoint)
            .where(ReportingPoint.board_id == board_id, ReportingPoint.year == year)
            .order_by(ReportingPoint.period_end, ReportingPoint.id)
        )
    )


def point_by_name(session: Session, board_id: int, year: int, name: str) -> ReportingPoint | None:
    """The board's reporting point of the year with that name (``årsbokslut``)."""
    return session.scalar(
        sa.select(ReportingPoint).where(
            ReportingPoint.board_id == board_id,
            ReportingPoint.year == year,
            ReportingPoint.name == name,
        )
    )


def point_select(board_id: int, point_id: int) -> sa.Select[ReportingPoint]:
    """One reporting point of the board."""
    return sa.select(ReportingPoint).where(
        ReportingPoint.board_id == board_id, ReportingPoint.id == point_id
    )


def subcommittees_of(session: Session, board_id: int) -> list[Subcommittee]:
    """The board's committees by name, in Swedish order."""
    rows = session.scalars(sa.select(Subcommittee).where(Subcommittee.board_id == board_id))
    return sorted(rows, key=lambda row: (swedish_key(row.name), row.id))


def subcommittee_select(board_id: int, subcommittee_id: int) -> sa.Select[Subcommittee]:
    """One committee of the board."""
    return sa.select(Subcommittee).where(
        Subcommittee.board_id == board_id, Subcommittee.id == subcommittee_id
    )


def meetings_of_year(session: Session, board_id: int, year: int) -> list[Meeting]:
    """Every meeting of the board and its committees in the year, by day, committees loaded."""
    return list(
        session.scalars(
            sa.select(Meeting)
            .options(joinedload(Meeting.subcommittee))
            .where(
                Meeting.board_id == board_id,
                Meeting.held_on.between(date(year, 1, 1), date(year, 12, 31)),
            )
            .order_by(Meeting.held_on, Meeting.id)
        )
    )
