"""Öppna nämndens år, ändra rapporteringstidpunkternas dagar, lägg in sammanträden."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.organisation.models import (
    Board,
    Meeting,
    MeetingKind,
    MeetingState,
    OrganisationEvent,
    ReportingPoint,
    Subcommittee,
)
from internkontroll.organisation.policy import PERMISSIONS
from internkontroll.organisation.queries import point_templates, points_of_year
from internkontroll.organisation.rules import check_meeting_dates, check_point_dates
from internkontroll.organisation.rules import points_of_year as default_points
from internkontroll.organisation.services.turns import take_turn
from internkontroll.trail.services import record


@dataclass(frozen=True)
class AddedMeetings:
    """What came of a list of dates: those that are new, and those that were there already."""

    added: tuple[date, ...]
    known: tuple[date, ...]


def open_year(
    session: Session, board: Board, year: int, *, actor: Actor, at: datetime
) -> list[ReportingPoint]:
    """Öppna året: give the board the municipality's reporting points with their default dates.

    A year that has points already keeps them as they are. Raises NotAllowed, and InvalidInput on
    a year outside 2000-2100.
    """
    ensure(actor, Permission.YEAR_OPEN, Scope(board.id), swedish_day(at), PERMISSIONS)
    dates = default_points(year, point_templates(session))
    take_turn(session, board.id)
    if known := points_of_year(session, board.id, year):
        return known
    points = [
        ReportingPoint(
            board_id=board.id,
            year=year,
            name=point.name,
            period_end=point.period_end,
            cut_off=point.cut_off,
            board_on=point.board_on,
            executive_on=point.executive_on,
        )
        for point in dates
    ]
    session.add_all(points)
    session.flush()
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=OrganisationEvent.YEAR_OPENED,
        subject=("board", board.id),
        data={"year": year, "points": [_dates_of(point) for point in points]},
    )
    return points


def _dates_of(point: ReportingPoint) -> dict[str, date | str | None]:
    return {
        "name": point.name,
        "period_end": point.period_end,
        "cut_off": point.cut_off,
        "board_on": point.board_on,
        "executive_on": point.executive_on,
    }


def change_point(
    session: Session,
    board: Board,
    point: ReportingPoint,
    *,
    cut_off: date,
    board_on: date | None,
    executive_on: date | None,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> ReportingPoint:
    """Ändra en rapporteringstidpunkts dagar; its name and period stay.

    ``row_version`` is the one the form was filled in against: Conflict if somebody was faster.
    Raises InvalidInput on dates in an order that cannot be. The same dates again change nothing.
    """
    ensure(actor, Permission.YEAR_OPEN, Scope(board.id), swedish_day(at), PERMISSIONS)
    take_turn(session, board.id)
    if point.closed_at is not None:
        raise InvalidTransition(
            "Nämnden har beslutat uppföljningen. Tidpunktens dagar kan inte ändras längre."
        )
    check_point_dates(
        period_end=point.period_end, cut_off=cut_off, board_on=board_on, executive_on=executive_on
    )
    wanted = {"cut_off": cut_off, "board_on": board_on, "executive_on": executive_on}
    changes = {
        name: {"old": getattr(point, name), "new": value}
        for name, value in wanted.items()
        if getattr(point, name) != value
    }
    if not changes and point.row_version == row_version:
        return point
    changed = session.execute(
        sa.update(ReportingPoint)
        .where(
            ReportingPoint.id == point.id,
            ReportingPoint.board_id == board.id,
            ReportingPoint.row_version == row_version,
            ReportingPoint.closed_at.is_(None),
        )
        .values(**wanted, row_version=row_version + 1)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(
            "Någon annan har ändrat dagarna sedan du öppnade sidan. "
            "Jämför med det som gäller nu och spara igen."
        )
    session.refresh(point)
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=OrganisationEvent.REPORTING_POINT_CHANGED,
        subject=("reporting-point", point.id),
        data={"year": point.year, "name": point.name, **changes},
    )
    return point


def close_point(session: Session, point: ReportingPoint, *, at: datetime) -> None:
    """Stäng en rapporteringstidpunkt when its report is decided; the deciding verb traces it."""
    session.execute(
        sa.update(ReportingPoint)
        .where(ReportingPoint.id == point.id, ReportingPoint.closed_at.is_(None))
        .values(closed_at=at)
    )


def add_meetings(
    session: Session,
    board: Board,
    subcommittee: Subcommittee | None,
    dates: Sequence[date],
    *,
    actor: Actor,
    at: datetime,
    kind: MeetingKind = MeetingKind.ORDINARY,
    year: int | None = None,
) -> AddedMeetings:
    """Lägg in sammanträden for a committee, or for the board itself (``subcommittee`` None).

    Dates that are there already are reported, never doubled; past dates are allowed, and so is a
    day whose meeting was called off. With ``year``
    a date outside it is refused (InvalidInput), and then none is added.
    """
    committee_id = subcommittee.id if subcommittee else None
    ensure(actor, Permission.YEAR_OPEN, Scope(board.id, committee_id), swedish_day(at), PERMISSIONS)
    if subcommittee is not None and subcommittee.board_id != board.id:
        raise InvalidInput("Utskottet hör till en annan nämnd.", field="dates")
    check_meeting_dates(dates, year=year)
    take_turn(session, board.id)
    there = set(
        session.scalars(
            sa.select(Meeting.held_on).where(
                Meeting.board_id == board.id,
                Meeting.subcommittee_id.is_(None)
                if committee_id is None
                else Meeting.subcommittee_id == committee_id,
                Meeting.kind == kind,
                Meeting.state == MeetingState.PLANNED,
            )
        )
    )
    wanted = sorted(set(dates))
    added = tuple(day for day in wanted if day not in there)
    known = tuple(day for day in wanted if day in there)
    if not added:
        return AddedMeetings(added, known)
    session.add_all(
        Meeting(
            board_id=board.id,
            subcommittee_id=committee_id,
            held_on=day,
            kind=kind,
            recorded_at=at,
        )
        for day in added
    )
    session.flush()
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=OrganisationEvent.MEETINGS_ADDED,
        subject=("board", board.id),
        data={
            "subcommittee": subcommittee.code if subcommittee else None,
            "kind": kind.value,
            "added": list(added),
            "known": len(known),
        },
    )
    return AddedMeetings(added, known)
