"""The municipality's own sizes: saved together, told in the trail, never over somebody else's."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import Conflict, InvalidInput, NotAllowed
from internkontroll.sampling.models import HouseSize
from internkontroll.sampling.queries import house_sizes, house_sizes_version
from internkontroll.sampling.rules import DEFAULT_PRACTICE, Practice, Recurrence
from internkontroll.sampling.services import change_house_sizes
from internkontroll.trail.models import TrailRow
from tests.factories import make_actor, make_board

AT = datetime(2020, 5, 4, 9, tzinfo=UTC)


@pytest.fixture
def administrator(session: Session) -> Actor:
    return make_actor(session, Role.ADMINISTRATOR, None)


def numbers(**changed: tuple[int, int]) -> dict[Recurrence, tuple[int, int]]:
    known = {each: (one.least, one.most) for each, one in DEFAULT_PRACTICE.items()}
    return known | {Recurrence(name): pair for name, pair in changed.items()}


def save(session: Session, actor: Actor, version: int, **changed: tuple[int, int]) -> None:
    change_house_sizes(session, numbers(**changed), row_version=version, actor=actor, at=AT)


def events(session: Session) -> int:
    counted = sa.select(sa.func.count()).where(TrailRow.event == "house-sizes:changed")
    return session.scalar(counted) or 0


def test_the_first_change_saves_the_whole_table_with_one_trail_row(
    session: Session, administrator: Actor
) -> None:
    save(session, administrator, 0, month=(3, 6))
    assert house_sizes(session)[Recurrence.MONTH] == Practice(3, 6)
    assert house_sizes(session)[Recurrence.DAY] == Practice(20, 40)
    assert (house_sizes_version(session), events(session)) == (1, 1)
    save(session, administrator, 1, month=(4, 6))
    assert house_sizes(session)[Recurrence.MONTH] == Practice(4, 6)
    assert (house_sizes_version(session), events(session)) == (2, 2)


def test_saving_the_same_changes_nothing(session: Session, administrator: Actor) -> None:
    save(session, administrator, 0)
    assert session.scalar(sa.select(sa.func.count()).select_from(HouseSize)) == 0
    assert events(session) == 0


def test_the_slower_of_two_is_refused(session: Session, administrator: Actor) -> None:
    save(session, administrator, 0, month=(3, 6))
    with pytest.raises(Conflict, match="Någon annan har ändrat antalen"):
        save(session, administrator, 0, month=(2, 2))
    save(session, administrator, 1, month=(3, 5))
    with pytest.raises(Conflict):
        save(session, administrator, 1, month=(2, 2))


def test_nothing_is_saved_of_a_table_with_one_wrong_number(
    session: Session, administrator: Actor
) -> None:
    with pytest.raises(InvalidInput):
        save(session, administrator, 0, month=(3, 6), week=(60, 70))
    assert house_sizes(session) == {}


def test_only_the_administrator_changes_it(session: Session) -> None:
    controller = make_actor(session, Role.CONTROLLER, make_board(session))
    with pytest.raises(NotAllowed):
        save(session, controller, 0, month=(3, 6))
