"""Kommunens rapporteringstidpunkter, och en nämnds egna under ett år."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.organisation.models import (
    Board,
    DefaultPoint,
    OrganisationEvent,
    ReportingPoint,
)
from internkontroll.organisation.policy import PERMISSIONS
from internkontroll.organisation.queries import default_points, point_by_name, points_of_year
from internkontroll.organisation.rules import (
    PointTemplate,
    check_period_end,
    check_point_dates,
    check_point_name,
    check_template,
)
from internkontroll.organisation.services.set_up import (
    FASTER,
    change_row,
    differences,
    ensure_sets_up,
)
from internkontroll.organisation.services.turns import take_municipality_turn, take_turn
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record


def _columns(template: PointTemplate) -> dict[str, Any]:
    check_template(template)
    return {
        "name": check_point_name(template.name),
        "month": template.month,
        "day": template.day,
        "cut_off_days": template.cut_off_days,
        "board_days": template.board_days,
        "executive_days": template.executive_days,
    }


def _free(session: Session, name: str, but: int | None = None) -> None:
    if any(row.name == name and row.id != but for row in default_points(session)):
        raise InvalidInput(f"Kommunen har redan en tidpunkt som heter {name}.", field="name")


def _trace(
    session: Session,
    point_id: int,
    event: OrganisationEvent,
    actor: Actor,
    at: datetime,
    data: dict[str, Any],
) -> None:
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=event,
        subject=("default-point", point_id),
        data=data,
    )


def add_default_point(
    session: Session, template: PointTemplate, *, actor: Actor, at: datetime
) -> DefaultPoint:
    """Ge kommunen en rapporteringstidpunkt till; years that are open keep what they have."""
    ensure_sets_up(actor, at)
    take_municipality_turn(session)
    columns = _columns(template)
    _free(session, columns["name"])
    point = DefaultPoint(**columns)
    session.add(point)
    session.flush()
    _trace(session, point.id, OrganisationEvent.DEFAULT_POINT_ADDED, actor, at, columns)
    return point


def change_default_point(
    session: Session,
    point: DefaultPoint,
    template: PointTemplate,
    *,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> DefaultPoint:
    """Ändra en av kommunens rapporteringstidpunkter; years that are open keep what they have."""
    ensure_sets_up(actor, at)
    take_municipality_turn(session)
    columns = _columns(template)
    _free(session, columns["name"], but=point.id)
    changes = differences(point, columns)
    if not changes and point.row_version == row_version:
        return point
    change_row(session, point, row_version, columns)
    _trace(session, point.id, OrganisationEvent.DEFAULT_POINT_CHANGED, actor, at, changes)
    return point


def remove_default_point(
    session: Session, point: DefaultPoint, *, row_version: int, actor: Actor, at: datetime
) -> None:
    """Ta bort en av kommunens rapporteringstidpunkter. The last one stays (InvalidTransition)."""
    ensure_sets_up(actor, at)
    take_municipality_turn(session)
    if len(default_points(session)) == 1:
        raise InvalidTransition("Kommunen måste ha minst en rapporteringstidpunkt.")
    removed = session.execute(
        sa.delete(DefaultPoint)
        .where(DefaultPoint.id == point.id, DefaultPoint.row_version == row_version)
        .execution_options(synchronize_session=False)
    )
    if removed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(FASTER)
    _trace(
        session,
        point.id,
        OrganisationEvent.DEFAULT_POINT_REMOVED,
        actor,
        at,
        {"name": point.name, "month": point.month, "day": point.day},
    )
    session.expunge(point)


def add_point(
    session: Session,
    board: Board,
    year: int,
    *,
    name: str,
    period_end: date,
    cut_off: date,
    board_on: date | None,
    executive_on: date | None,
    actor: Actor,
    at: datetime,
) -> ReportingPoint:
    """Lägg till en rapporteringstidpunkt i nämndens år, which is open already.

    Raises NotAllowed, InvalidTransition if the year has not been opened, and InvalidInput on a name
    the year has or dates that cannot be.
    """
    ensure(actor, Permission.YEAR_OPEN, Scope(board.id), swedish_day(at), PERMISSIONS)
    take_turn(session, board.id)
    if not points_of_year(session, board.id, year):
        raise InvalidTransition(f"Öppna {year} först, så får nämnden kommunens tidpunkter.")
    name = check_point_name(name)
    check_period_end(period_end, year)
    check_point_dates(
        period_end=period_end, cut_off=cut_off, board_on=board_on, executive_on=executive_on
    )
    if point_by_name(session, board.id, year, name):
        raise InvalidInput(f"{year} har redan en tidpunkt som heter {name}.", field="name")
    point = ReportingPoint(
        board_id=board.id,
        year=year,
        name=name,
        period_end=period_end,
        cut_off=cut_off,
        board_on=board_on,
        executive_on=executive_on,
    )
    session.add(point)
    session.flush()
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=OrganisationEvent.REPORTING_POINT_ADDED,
        subject=("reporting-point", point.id),
        data={
            "year": year,
            "name": name,
            "period_end": period_end,
            "cut_off": cut_off,
            "board_on": board_on,
            "executive_on": executive_on,
        },
    )
    return point


def remove_point(
    session: Session,
    board: Board,
    point: ReportingPoint,
    *,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Ta bort en rapporteringstidpunkt that nothing refers to.

    Raises InvalidTransition when the board has decided its report, when an occurrence or a report
    stands on it (the database says so), and for the last one of the year; Conflict if somebody
    was faster.
    """
    ensure(actor, Permission.YEAR_OPEN, Scope(board.id), swedish_day(at), PERMISSIONS)
    take_turn(session, board.id)
    if point.closed_at is not None:
        raise InvalidTransition(
            "Nämnden har beslutat uppföljningen. Tidpunkten kan inte tas bort längre."
        )
    if len(points_of_year(session, board.id, point.year)) == 1:
        raise InvalidTransition("Året måste ha minst en rapporteringstidpunkt.")
    point_id, facts = point.id, {"year": point.year, "name": point.name}
    facts |= {"period_end": point.period_end, "cut_off": point.cut_off}
    try:
        with session.begin_nested():
            removed = session.execute(
                sa.delete(ReportingPoint)
                .where(
                    ReportingPoint.id == point_id,
                    ReportingPoint.board_id == board.id,
                    ReportingPoint.row_version == row_version,
                    ReportingPoint.closed_at.is_(None),
                )
                .execution_options(synchronize_session=False)
            )
    except IntegrityError as error:
        raise InvalidTransition(
            "Tidpunkten används redan: det finns kontrolltillfällen eller en påbörjad uppföljning. "
            "Ändra dess dagar i stället."
        ) from error
    if removed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(FASTER)
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=OrganisationEvent.REPORTING_POINT_REMOVED,
        subject=("reporting-point", point_id),
        data=facts,
    )
    session.expunge(point)
