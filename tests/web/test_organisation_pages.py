"""The board's page and the year's pages: what they show, what they refuse, what they keep."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, Meeting, ReportingPoint
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.schedule.models import Occurrence
from tests.client import PageClient
from tests.factories import Town, make_control, make_plan, make_points

ClientOf = Callable[..., PageClient]

TEN_DAYS = "\n".join(f"2020-{month:02}-12" for month in range(1, 11))


def stored(app: Flask, model: type[Any]) -> int:
    with app.app_context():
        return db.session().scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.fixture
def decided(app: Flask, town: Town) -> None:
    """A decided plan of two controls in SCN 2020."""
    with app.app_context(), intent_to_write():
        session = db.session()
        plan = make_plan(session, session.get_one(Board, town.boards["SCN"]), decided=True)
        make_control(session, plan, frequency=Frequency.PER_MEETING)
        make_control(session, plan)
        session.commit()
        session.close()


def test_the_board_page_tells_where_the_year_stands(client_of: ClientOf, decided: None) -> None:
    page = client_of(Role.CONTROLLER).get("/namnd/scn/")
    assert page.h1 == "Socialnämnden 2020"
    assert "beslutad § 187, 18 dec 2019" in page.text
    assert "inga tillfällen än" in page.text
    assert "2020 är inte öppnat än" in page.text
    assert "Individutskott 2" in page.text


def test_the_board_page_of_a_year_without_plan_says_what_comes_first(client_of: ClientOf) -> None:
    page = client_of(Role.READER).get("/namnd/scn/?ar=2019")
    assert page.h1 == "Socialnämnden 2019"
    assert "Ingen plan för 2019" in page.text


@pytest.mark.parametrize("year", ["1999", "2101", "tjugo", "99999"])
def test_a_year_that_cannot_be_meant_shows_this_year(client_of: ClientOf, year: str) -> None:
    assert client_of(Role.READER).get(f"/namnd/scn/?ar={year}").h1 == "Socialnämnden 2020"


def test_opening_the_year_meetings_and_occurrences_are_done_through_the_pages(
    app: Flask, client_of: ClientOf, decided: None
) -> None:
    client = client_of(Role.SECRETARY)
    page = client.get("/namnd/scn/ar/2020")
    assert "2020 är inte öppnat" in page.text
    page = client.submit("/oppna")
    assert "2020 är öppnat" in page.text
    assert "21 maj 2020" in page.text

    links = [link for link in page.reader.links if "/sammantraden/" in link]
    assert len(links) == 3
    for link in links[1:]:
        assert "Inga dagar är inlagda" in client.get(link).text
        page = client.submit(link, dates=TEN_DAYS)
        assert "10 sammanträden är inlagda." in page.text
    assert stored(app, Meeting) == 20

    page = client.submit("/kontroller/skapa/2020")
    assert page.h1 == "Kontroller 2020"
    assert "23 kontrolltillfällen är skapade." in page.text
    client.get("/namnd/scn/ar/2020")
    page = client.submit("/kontroller/skapa/2020")
    assert "Inga nya kontrolltillfällen. Alla 23 fanns redan." in page.text
    assert stored(app, Occurrence) == 23


def test_opening_the_year_twice_gives_the_points_once(app: Flask, client_of: ClientOf) -> None:
    client = client_of(Role.CONTROLLER)
    client.get("/namnd/scn/ar/2020")
    form = client.page.form("/oppna")  # type: ignore[union-attr]
    client.post(form.action, dict(form.fields))
    client.post(form.action, dict(form.fields))
    assert stored(app, ReportingPoint) == 3


def test_pasted_days_that_are_known_are_told_and_not_doubled(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    client = client_of(Role.CONTROLLER)
    url = f"/namnd/scn/ar/2020/sammantraden/{town.subcommittees['IU1']}"
    client.get(url)
    client.submit(url, dates="15/1\n12 februari")
    page = client.get(url)
    assert "12 februari 2020" in page.text
    page = client.submit(url, dates="2020-02-12\n11 mars")
    assert "1 sammanträde är inlagt. Fanns redan: 12 feb 2020." in page.text
    assert stored(app, Meeting) == 3


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2020-01-15\n31 februari", "Rad 2"),
        ("2021-01-15", "ligger inte i 2020"),
        ("15/1\n15/1", "står redan på rad 1"),
        (" \n", "Skriv ett datum per rad."),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_and_stays_typed(
    app: Flask, client_of: ClientOf, town: Town, typed: str, sentence: str
) -> None:
    client = client_of(Role.CONTROLLER)
    url = f"/namnd/scn/ar/2020/sammantraden/{town.subcommittees['IU1']}"
    client.get(url)
    page = client.submit(url, 422, dates=typed)
    assert sentence in page.text
    assert page.title.startswith("Fel: ")
    assert typed.strip() in page.html
    assert stored(app, Meeting) == 0


def test_the_boards_own_meetings_have_their_page(app: Flask, client_of: ClientOf) -> None:
    client = client_of(Role.CONTROLLER)
    assert client.get("/namnd/scn/ar/2020/sammantraden/0").h1 == "Sammanträden 2020, Socialnämnden"
    client.submit("/sammantraden/0", dates="20 maj")
    assert stored(app, Meeting) == 1


def point_id(app: Flask, town: Town) -> int:
    with app.app_context(), intent_to_write():
        session = db.session()
        (april, *_) = make_points(session, session.get_one(Board, town.boards["SCN"]))
        found = april.id
        session.commit()
        session.close()
    return found


def test_a_points_days_are_changed(app: Flask, client_of: ClientOf, town: Town) -> None:
    url = f"/namnd/scn/rapporteringstidpunkt/{point_id(app, town)}"
    client = client_of(Role.CONTROLLER)
    assert client.get(url).h1 == "Dagar för april 2020"
    page = client.submit(url, cut_off="25 maj 2020", board_on="2020-06-03", executive_on="")
    assert "Dagarna för april är sparade." in page.text
    assert "25 maj 2020" in page.text
    assert "3 jun 2020" in page.text


def test_days_in_the_wrong_order_are_refused_at_their_field(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    url = f"/namnd/scn/rapporteringstidpunkt/{point_id(app, town)}"
    client = client_of(Role.CONTROLLER)
    client.get(url)
    page = client.submit(url, 422, cut_off="2020-04-01")
    assert "kan inte ligga före periodens slut" in page.text
    assert 'href="#cut_off"' in page.html
    assert 'value="2020-04-01"' in page.html


def test_the_slower_of_two_sees_what_holds_and_what_was_typed(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    url = f"/namnd/scn/rapporteringstidpunkt/{point_id(app, town)}"
    slow, fast = client_of(Role.CONTROLLER), client_of(Role.SECRETARY)
    slow.get(url)
    fast.get(url)
    fast.submit(url, cut_off="2020-05-22")
    page = slow.submit(url, 409, cut_off="2020-05-26")
    assert "Sparat nu 2020-05-22 Ditt 2020-05-26" in page.text
    assert 'value="2020-05-26"' in page.html
    page = slow.submit(url)
    assert "26 maj 2020" in page.text


def test_a_crafted_version_is_a_conflict_and_not_an_error(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    url = f"/namnd/scn/rapporteringstidpunkt/{point_id(app, town)}"
    client = client_of(Role.CONTROLLER)
    client.get(url)
    client.submit(url, 409, row_version="x'", cut_off="2020-05-26")


@pytest.mark.parametrize(
    "path", ["rapporteringstidpunkt/{point}", "ar/2020/sammantraden/0", "ar/1999"]
)
def test_another_boards_things_do_not_exist(
    app: Flask, client_of: ClientOf, town: Town, path: str
) -> None:
    point = point_id(app, town)
    controller_of_amn = client_of(Role.CONTROLLER, "AMN")
    controller_of_amn.get(f"/namnd/scn/{path.format(point=point)}", 404)
    controller_of_amn.get(f"/namnd/amn/rapporteringstidpunkt/{point}", 404)


def test_another_boards_committee_does_not_exist(client_of: ClientOf, town: Town) -> None:
    client = client_of(Role.CONTROLLER, "AMN")
    client.get(f"/namnd/amn/ar/2020/sammantraden/{town.subcommittees['IU1']}", 404)


@pytest.mark.parametrize("role", [Role.READER, Role.MEMBER])
def test_a_reader_sees_the_year_but_no_button(
    app: Flask, client_of: ClientOf, town: Town, role: Role
) -> None:
    point = point_id(app, town)
    client = client_of(role)
    page = client.get("/namnd/scn/ar/2020")
    assert "21 maj 2020" in page.text
    assert [form.action for form in page.reader.forms if "/namnd/" in form.action] == []
    client.get(f"/namnd/scn/rapporteringstidpunkt/{point}", 403)
    client.get("/namnd/scn/ar/2020/sammantraden/0", 403)


def test_the_boards_pages_ask_the_database_a_bounded_number_of_times(
    app: Flask, client_of: ClientOf, town: Town, decided: None, count_queries: Callable[[], Any]
) -> None:
    point_id(app, town)
    client = client_of(Role.CONTROLLER)
    for url in ("/namnd/scn/", "/namnd/scn/ar/2020"):
        with count_queries() as counted:
            client.get(url)
        assert int(counted) <= 12, "\n".join(counted.statements)
