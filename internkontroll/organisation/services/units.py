"""Lägg upp, byt namn på, flytta, stäng och öppna enheter."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.organisation.models import Board, OrganisationEvent, Unit, UnitPeriod
from internkontroll.organisation.queries import spans_below
from internkontroll.organisation.rules import (
    check_name,
    check_parent,
    check_validity,
    refuse_units_below,
)
from internkontroll.organisation.services.set_up import change_row, ensure_sets_up
from internkontroll.organisation.services.turns import take_turn
from internkontroll.trail.services import record


def _trace(
    session: Session,
    board: Board,
    unit: Unit,
    event: OrganisationEvent,
    actor: Actor,
    at: datetime,
    data: dict[str, Any],
) -> None:
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=event,
        subject=("unit", unit.id),
        data=data,
    )


def _free_name(session: Session, board_id: int, name: str, but: int | None = None) -> None:
    taken = sa.select(Unit.id).where(
        Unit.board_id == board_id, Unit.name == name, Unit.valid_to.is_(None), Unit.id != (but or 0)
    )
    if session.scalar(taken):
        raise InvalidInput(f"Nämnden har redan en enhet som heter {name}.", field="name")


def _check_above(
    board_id: int, parent: Unit | None, from_day: date, to_day: date | None = None
) -> None:
    if parent is None:
        return
    if parent.board_id != board_id:
        raise InvalidInput("Den överordnade enheten hör till en annan nämnd.", field="parent_id")
    if parent.valid_from > from_day or (parent.valid_to is not None and parent.valid_to < from_day):
        raise InvalidInput(
            f"{parent.name} finns inte den {long_date(from_day)}. Välj en annan enhet eller dag.",
            field="parent_id",
        )
    if parent.valid_to is not None and (to_day is None or to_day > parent.valid_to):
        raise InvalidInput(
            f"{parent.name} stängs den {long_date(parent.valid_to)}. Välj en annan enhet.",
            field="parent_id",
        )


def _take_turn(session: Session, board_id: int, parent: Unit | None) -> None:
    """Take the board's turn. Whoever had it may have closed what the unit is to lie under."""
    take_turn(session, board_id)
    if parent is not None:
        session.refresh(parent)


def create_unit(
    session: Session,
    board: Board,
    *,
    name: str,
    valid_from: date,
    actor: Actor,
    at: datetime,
    parent: Unit | None = None,
    valid_to: date | None = None,
) -> Unit:
    """Lägg upp en enhet under the board, perhaps within another unit of the same board.

    Raises NotAllowed, and InvalidInput on a name in use, dates in wrong order, or a parent of
    another board or another time.
    """
    ensure_sets_up(actor, at)
    name = check_name(name, "Enhetens namn saknas. Skriv namnet.")
    check_validity(valid_from, valid_to)
    _take_turn(session, board.id, parent)
    _check_above(board.id, parent, valid_from, valid_to)
    _free_name(session, board.id, name)
    unit = Unit(
        board_id=board.id,
        parent_id=parent.id if parent else None,
        name=name,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    session.add(unit)
    session.flush()
    session.add(
        UnitPeriod(
            unit_id=unit.id,
            name=name,
            parent_id=unit.parent_id,
            valid_from=valid_from,
            recorded_at=at,
        )
    )
    _trace(
        session,
        board,
        unit,
        OrganisationEvent.UNIT_CREATED,
        actor,
        at,
        {"name": name, "parent_id": unit.parent_id, "valid_from": valid_from, "valid_to": valid_to},
    )
    return unit


def change_unit(
    session: Session,
    unit: Unit,
    *,
    name: str,
    parent: Unit | None,
    from_day: date,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Unit:
    """Byt namn på en enhet eller flytta den, from a day on. What it was before stays in history.

    On the very day of the latest change that one is put right instead. Raises InvalidInput on a day
    before it, a name in use, or a place under itself; InvalidTransition if the unit is closed;
    Conflict if somebody was faster.
    """
    ensure_sets_up(actor, at)
    if unit.valid_to is not None:
        raise InvalidTransition("Enheten är stängd. Öppna den igen för att ändra den.")
    name = check_name(name, "Enhetens namn saknas. Skriv namnet.")
    parent_id = parent.id if parent else None
    _take_turn(session, unit.board_id, parent)
    latest = session.scalars(
        sa.select(UnitPeriod)
        .where(UnitPeriod.unit_id == unit.id)
        .order_by(UnitPeriod.valid_from.desc())
        .limit(1)
    ).one()
    if (name, parent_id) == (latest.name, latest.parent_id) and row_version == unit.row_version:
        return unit
    if from_day < latest.valid_from:
        raise InvalidInput(
            f"Enheten är som den är sedan den {long_date(latest.valid_from)}. "
            "Välj den dagen eller en senare.",
            field="from_day",
        )
    _check_above(unit.board_id, parent, from_day)
    of_board = sa.select(Unit.id, Unit.parent_id).where(Unit.board_id == unit.board_id)
    parents = {row.id: row.parent_id for row in session.execute(of_board)}
    check_parent(unit.id, parent_id, parents)
    _free_name(session, unit.board_id, name, but=unit.id)
    old = {"name": latest.name, "parent_id": latest.parent_id}
    new = {"name": name, "parent_id": parent_id}
    change_row(session, unit, row_version, new)
    if from_day == latest.valid_from:
        latest.name, latest.parent_id, latest.recorded_at = name, parent_id, at
    else:
        session.add(UnitPeriod(unit_id=unit.id, valid_from=from_day, recorded_at=at, **new))
    session.flush()
    session.expire(unit, ["periods"])
    _trace(
        session,
        unit.board,
        unit,
        OrganisationEvent.UNIT_CHANGED,
        actor,
        at,
        {
            "from": from_day,
            **{key: {"old": old[key], "new": new[key]} for key in new if old[key] != new[key]},
        },
    )
    return unit


def close_unit(
    session: Session,
    unit: Unit,
    last_day: date,
    *,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Unit:
    """Stäng en enhet after its last day; it stays in history.

    Changes that were planned for a day after its last one never come about: they are withdrawn,
    and told in the trail. Raises InvalidInput on a day before it began or before a change that has
    come about, or while units lie under it after that day; InvalidTransition if it is closed,
    Conflict if somebody was faster.
    """
    ensure_sets_up(actor, at)
    if unit.valid_to is not None:
        raise InvalidTransition("Enheten är redan stängd.")
    take_turn(session, unit.board_id)
    session.expire(unit, ["periods"])
    started = [p for p in unit.periods if p.valid_from <= max(swedish_day(at), unit.valid_from)]
    if last_day < started[-1].valid_from:
        raise InvalidInput(
            f"Enheten är som den är sedan den {long_date(started[-1].valid_from)}. "
            "Välj den dagen eller en senare.",
            field="last_day",
        )
    refuse_units_below(last_day, spans_below(session, unit))
    planned = [period for period in unit.periods if period.valid_from > last_day]
    stands = unit.periods[-1 - len(planned)]
    change_row(
        session,
        unit,
        row_version,
        {"valid_to": last_day, "name": stands.name, "parent_id": stands.parent_id},
    )
    for period in planned:
        session.delete(period)
    session.flush()
    session.expire(unit, ["periods"])
    _trace(
        session,
        unit.board,
        unit,
        OrganisationEvent.UNIT_CLOSED,
        actor,
        at,
        {
            "valid_to": {"old": None, "new": last_day},
            "withdrawn": [
                {"from": period.valid_from, "name": period.name, "parent_id": period.parent_id}
                for period in planned
            ],
        },
    )
    return unit


def reopen_unit(
    session: Session, unit: Unit, *, row_version: int, actor: Actor, at: datetime
) -> Unit:
    """Öppna en stängd enhet igen, as if it had not been closed.

    A change that was withdrawn when it closed is planned anew if it is still wanted.

    Raises InvalidTransition if it is open, InvalidInput if its name is used by another meanwhile
    or what it lies under is closed, Conflict if somebody was faster.
    """
    ensure_sets_up(actor, at)
    if unit.valid_to is None:
        raise InvalidTransition("Enheten är redan öppen.")
    take_turn(session, unit.board_id)
    _free_name(session, unit.board_id, unit.name, but=unit.id)
    above = session.get(Unit, unit.parent_id, populate_existing=True) if unit.parent_id else None
    if above is not None and above.valid_to is not None:
        raise InvalidInput(f"{above.name}, som enheten ligger under, är stängd. Öppna den först.")
    old = unit.valid_to
    change_row(session, unit, row_version, {"valid_to": None})
    _trace(
        session,
        unit.board,
        unit,
        OrganisationEvent.UNIT_REOPENED,
        actor,
        at,
        {"valid_to": {"old": old, "new": None}},
    )
    return unit
