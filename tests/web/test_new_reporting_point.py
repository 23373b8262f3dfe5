"""A reporting point that is added during the year: what the plan says of it."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board
from tests.client import Page, PageClient
from tests.factories import Town, make_control, make_plan, make_points

ClientOf = Callable[..., PageClient]
NOTHING = "Inget kontrollmoment i planen rapporteras vid den här tidpunkten."
NEW = "/namnd/scn/ar/2020/rapporteringstidpunkt/ny"


@pytest.fixture
def year(app: Flask, town: Town) -> Callable[..., None]:
    """Open the year, with a plan if it is told whether it is decided, and of which points."""

    def make(*, decided: bool | None, points: tuple[str, ...] = ("april",)) -> None:
        with app.app_context(), intent_to_write():
            session = db.session()
            board = session.get_one(Board, town.boards["SCN"])
            make_points(session, board)
            if decided is not None:
                plan = make_plan(session, board, decided=decided)
                make_control(session, plan, points=list(points))
            session.commit()
            session.close()

    return make


def add_june(client: PageClient) -> Page:
    assert client.get(NEW).status == 200
    return client.submit(
        NEW, name="juni", period_end=date(2020, 6, 30).isoformat(), cut_off="2020-07-10"
    )


def test_a_point_at_which_the_plan_reports_nothing_is_told_of(
    client_of: ClientOf, year: Callable[..., None]
) -> None:
    year(decided=True)
    page = add_june(client_of(Role.CONTROLLER))
    assert "Tidpunkten är tillagd." in page.text
    assert f"{NOTHING} Revidera planen om något ska göra det." in page.text


@pytest.mark.parametrize("decided", [None, False])
def test_nothing_is_said_where_no_plan_is_decided(
    client_of: ClientOf, year: Callable[..., None], decided: bool | None
) -> None:
    year(decided=decided)
    page = add_june(client_of(Role.CONTROLLER))
    assert "Tidpunkten är tillagd." in page.text
    assert NOTHING not in page.text


def test_nothing_is_said_where_the_plan_reports_at_the_point(
    client_of: ClientOf, year: Callable[..., None]
) -> None:
    year(decided=True, points=("april", "juni"))
    assert NOTHING not in add_june(client_of(Role.CONTROLLER)).text
