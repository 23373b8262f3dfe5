"""A unit that closes leaves no unit hanging, and no change that can never come about."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import InvalidInput
from internkontroll.organisation.models import Board, OrganisationEvent, Unit, UnitPeriod
from internkontroll.organisation.queries import unit_tree_on
from internkontroll.organisation.services import (
    change_unit,
    close_unit,
    create_unit,
    reopen_unit,
)
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.factories import make_actor, make_board
from tests.service.at_once import at_once

AT = datetime(2020, 3, 11, 9, tzinfo=UTC)
YEAR = date(2020, 1, 1)
MAY, JUNE, AUGUST = date(2020, 5, 31), date(2020, 6, 1), date(2020, 8, 1)


@pytest.fixture
def admin(session: Session) -> Actor:
    return make_actor(session, Role.ADMINISTRATOR, None)


@pytest.fixture
def scn(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def units(session: Session, scn: Board, admin: Actor) -> dict[str, Unit]:
    """Ekonomi lies under Staben, Löner beside it."""
    staff = create_unit(session, scn, name="Staben", valid_from=YEAR, actor=admin, at=AT)
    economy = create_unit(
        session, scn, name="Ekonomi", valid_from=YEAR, parent=staff, actor=admin, at=AT
    )
    pay = create_unit(session, scn, name="Löner", valid_from=YEAR, actor=admin, at=AT)
    return {unit.name: unit for unit in (staff, economy, pay)}


def lay(
    session: Session,
    unit: Unit,
    parent: Unit | None,
    from_day: date,
    admin: Actor,
    name: str = "",
) -> None:
    change_unit(
        session,
        unit,
        name=name or unit.name,
        parent=parent,
        from_day=from_day,
        row_version=unit.row_version,
        actor=admin,
        at=AT,
    )


def close(session: Session, unit: Unit, last_day: date, admin: Actor) -> None:
    close_unit(session, unit, last_day, row_version=unit.row_version, actor=admin, at=AT)


def paths(session: Session, board: Board, on: date) -> list[str]:
    return [node.path for node in unit_tree_on(session, board.id, on)]


def test_a_unit_that_is_to_be_moved_away_holds_the_one_above_until_then(
    session: Session, scn: Board, admin: Actor, units: dict[str, Unit]
) -> None:
    lay(session, units["Ekonomi"], None, JUNE, admin)

    with pytest.raises(InvalidInput) as error:
        close(session, units["Staben"], date(2020, 3, 31), admin)
    assert error.value.sentence == (
        "Efter den 31 mars 2020 ligger Ekonomi till den 31 maj 2020 under enheten. "
        "Välj den 31 maj 2020 eller en senare dag."
    )
    assert error.value.field == "last_day"

    close(session, units["Staben"], MAY, admin)
    assert paths(session, scn, MAY) == ["Löner", "Staben", "Staben, Ekonomi"]
    assert paths(session, scn, JUNE) == ["Ekonomi", "Löner"]


def test_a_unit_that_is_to_be_moved_in_is_told_with_its_day(
    session: Session, admin: Actor, units: dict[str, Unit]
) -> None:
    lay(session, units["Löner"], units["Ekonomi"], JUNE, admin)
    with pytest.raises(InvalidInput, match=r"Löner från den 1 juni 2020 under enheten. Flytta"):
        close(session, units["Ekonomi"], date(2020, 3, 31), admin)

    # Also one that comes and goes again.
    lay(session, units["Löner"], None, AUGUST, admin)
    with pytest.raises(
        InvalidInput, match="Löner från den 1 juni 2020 till den 31 juli 2020 under"
    ):
        close(session, units["Ekonomi"], date(2020, 3, 31), admin)
    close(session, units["Ekonomi"], date(2020, 7, 31), admin)


def test_what_was_planned_for_a_closed_unit_never_comes_about(
    session: Session, scn: Board, admin: Actor, units: dict[str, Unit]
) -> None:
    unit = units["Ekonomi"]
    lay(session, unit, units["Staben"], JUNE, admin, name="Ekonomi och upphandling")
    lay(session, unit, units["Löner"], AUGUST, admin)

    close(session, unit, date(2020, 6, 30), admin)

    assert (unit.name, unit.parent_id) == ("Ekonomi och upphandling", units["Staben"].id)
    days = sa.select(UnitPeriod.valid_from).where(UnitPeriod.unit_id == unit.id)
    assert session.scalars(days.order_by(UnitPeriod.valid_from)).all() == [YEAR, JUNE]
    payload = session.scalars(
        sa.select(TrailPayload.body)
        .join(TrailRow, TrailRow.id == TrailPayload.row_id)
        .where(TrailRow.event == OrganisationEvent.UNIT_CLOSED)
    ).one()
    assert payload["data"]["withdrawn"] == [
        {
            "from": "2020-08-01",
            "name": "Ekonomi och upphandling",
            "parent_id": units["Löner"].id,
        }
    ]
    reopen_unit(session, unit, row_version=unit.row_version, actor=admin, at=AT)
    assert "Staben, Ekonomi och upphandling" in paths(session, scn, AUGUST)
    close(session, units["Löner"], MAY, admin)


def test_a_change_that_has_come_about_is_not_undone_by_closing_before_it(
    session: Session, admin: Actor, units: dict[str, Unit]
) -> None:
    lay(session, units["Ekonomi"], None, date(2020, 3, 1), admin)
    lay(session, units["Ekonomi"], units["Löner"], JUNE, admin)

    with pytest.raises(InvalidInput, match="som den är sedan den 1 mars 2020"):
        close(session, units["Ekonomi"], date(2020, 2, 29), admin)


def test_a_unit_is_not_laid_under_one_that_is_to_close(
    session: Session, scn: Board, admin: Actor, units: dict[str, Unit]
) -> None:
    close(session, units["Löner"], MAY, admin)

    with pytest.raises(InvalidInput, match="Löner stängs den 31 maj 2020"):
        lay(session, units["Ekonomi"], units["Löner"], date(2020, 4, 1), admin)
    create_unit(
        session,
        scn,
        name="Projekt",
        valid_from=date(2020, 4, 1),
        valid_to=MAY,
        parent=units["Löner"],
        actor=admin,
        at=AT,
    )


def test_a_unit_that_closes_meanwhile_has_nothing_laid_under_it(
    session: Session, database_url: str, units: dict[str, Unit], admin: Actor
) -> None:
    pay, scn = units["Löner"].id, units["Löner"].board_id
    session.commit()

    def lay_below(own: Session) -> None:
        create_unit(
            own,
            own.get_one(Board, scn),
            name="Reskontran",
            valid_from=AUGUST,
            parent=own.get_one(Unit, pay),
            actor=admin,
            at=AT,
        )

    refused = at_once(
        session,
        database_url,
        lambda own: close(own, own.get_one(Unit, pay), MAY, admin),
        lay_below,
    )

    assert isinstance(refused, InvalidInput)
    assert "Löner" in str(refused)
