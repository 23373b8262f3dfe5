"""The list of kontrolltillfällen, and the page of one with its next step."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind
from internkontroll.review.models import Basis, Conclusion
from internkontroll.schedule.models import Occurrence, OccurrenceState
from tests.client import PageClient
from tests.conftest import MovableClock
from tests.factories import AT, Town, make_control, make_drawn_sample
from tests.web.scheduled import ClientOf, Year, make_year, set_state, shown


@pytest.fixture
def year(app: Flask, town: Town) -> Year:
    return make_year(app, town)


def test_the_list_shows_the_year_the_earliest_first(client_of: ClientOf, year: Year) -> None:
    client = client_of(Role.CONTROLLER)
    assert shown(client) == [year.iu1, year.iu2, year.point]
    assert shown(client, "sortera=senast&ordning=fallande") == [year.point, year.iu1, year.iu2]
    page = client.page
    assert page is not None
    assert page.h1 == "Kontroller 2020"
    assert "Utskotten granskar ärenden" in page.text
    assert "Inte utsedd" in page.text


def test_the_list_is_filtered_in_swedish_words(
    app: Flask, client_of: ClientOf, town: Town, year: Year, clock: MovableClock
) -> None:
    clock.move_to(2020, 2, 21)
    set_state(app, year.iu2, OccurrenceState.APPROVED)
    client = client_of(Role.CONTROLLER)
    assert shown(client, "lage=godkanda") == [year.iu2]
    assert shown(client, "lage=planerade") == [year.iu1, year.point]
    assert shown(client, "lage=forsenade") == [year.iu1]
    assert shown(client, "omrade=Finansiell+kontroll") == [year.point]
    assert shown(client, f"utskott={town.subcommittees['IU2']}") == [year.iu2]
    assert shown(client, "sortera=nr") == [year.iu1, year.iu2, year.point]
    assert shown(client, "ar=2019") == []


def test_what_is_late_says_so_in_words(
    client_of: ClientOf, year: Year, clock: MovableClock
) -> None:
    clock.move_to(2020, 2, 21)
    page = client_of(Role.CONTROLLER).get("/namnd/scn/kontroller")
    assert page.text.count("9 dagar sen") == 2
    page = client_of(Role.CONTROLLER).get(f"/namnd/scn/kontroller/{year.iu1}")
    assert "9 dagar sen" in page.text


def test_a_filter_that_finds_nothing_says_so(client_of: ClientOf, year: Year) -> None:
    page = client_of(Role.CONTROLLER).get("/namnd/scn/kontroller?lage=utgangna")
    assert "Inga kontrolltillfällen stämmer med urvalet" in page.text


def test_a_filter_nobody_offers_is_left_out(client_of: ClientOf, year: Year) -> None:
    client = client_of(Role.CONTROLLER)
    assert len(shown(client, "lage=<script>&utskott=x&ar=år&sortera=pris&sida=99")) == 3


def test_an_empty_year_says_what_comes_first(client_of: ClientOf) -> None:
    page = client_of(Role.READER).get("/namnd/scn/kontroller")
    assert "Inga kontrolltillfällen 2020" in page.text
    assert "Controllern eller nämndsekreteraren skapar dem." in page.text


def test_making_occurrences_without_a_decided_plan_is_refused(
    app: Flask, client_of: ClientOf, town: Town
) -> None:
    client = client_of(Role.CONTROLLER)
    client.get("/namnd/scn/ar/2020")
    fields = dict(client.page.form("/oppna").fields)  # type: ignore[union-attr]
    page = client.post("/namnd/scn/kontroller/skapa/2020", fields, 409)
    assert "ingen beslutad plan för 2020" in page.text


@pytest.mark.parametrize("role", [Role.READER, Role.RESPONSIBLE, Role.MEMBER])
def test_making_occurrences_needs_the_role(client_of: ClientOf, year: Year, role: Role) -> None:
    client = client_of(role)
    page = client.get("/namnd/scn/kontroller")
    fields = dict(page.form("/logga-ut").fields)
    client.post("/namnd/scn/kontroller/skapa/2020", fields, 403)


def test_a_member_sees_only_the_own_individutskotts(client_of: ClientOf, year: Year) -> None:
    first, second = client_of(Role.MEMBER, "IU1"), client_of(Role.MEMBER, "IU2")
    assert shown(first) == [year.iu1, year.point]
    assert shown(second) == [year.iu2, year.point]
    page = first.get("/namnd/scn/kontroller")
    assert "Individutskott 2" not in page.text
    first.get(f"/namnd/scn/kontroller/{year.iu1}")
    first.get(f"/namnd/scn/kontroller/{year.iu2}", 404)


def test_another_boards_occurrence_does_not_exist(client_of: ClientOf, year: Year) -> None:
    client = client_of(Role.CONTROLLER, "AMN")
    client.get(f"/namnd/scn/kontroller/{year.point}", 404)
    client.get(f"/namnd/amn/kontroller/{year.point}", 404)
    client.get(f"/namnd/amn/kontroller/{year.point}/ej-genomford", 404)


def test_the_occurrences_page_tells_how_it_is_done_and_what_comes_next(
    client_of: ClientOf, year: Year
) -> None:
    page = client_of(Role.CONTROLLER).get(f"/namnd/scn/kontroller/{year.iu1}")
    assert page.h1 == "Utskotten granskar ärenden"
    for words in (
        "Individutskott 1",
        "12 februari 2020",
        "Planerad",
        "Stickprov på fem underlag.",
        "Listan som stickprovet ska dras ur är inte inläst.",
        "Lista , pågår",
        "Underskrift , återstår",
        "Inga avvikelser är registrerade.",
    ):
        assert words in page.text


def test_the_one_who_may_not_do_the_next_thing_is_told_who_does(
    client_of: ClientOf, year: Year
) -> None:
    page = client_of(Role.READER).get(f"/namnd/scn/kontroller/{year.point}")
    assert "Den som är ansvarig för kontrollen gör det här." in page.text
    assert "Läs in listan" not in page.text
    assert "Anmäl som ej genomförd" not in page.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (OccurrenceState.PERFORMED, "Slutsatsen väntar på underskrift"),
        (OccurrenceState.APPROVED, "Kontrollen är klar och underskriven."),
        (OccurrenceState.EXPIRED, "Utgången"),
    ],
)
def test_every_state_has_its_page(
    app: Flask, client_of: ClientOf, year: Year, state: OccurrenceState, words: str
) -> None:
    set_state(app, year.point, state)
    page = client_of(Role.CONTROLLER).get(f"/namnd/scn/kontroller/{year.point}")
    assert words in page.text
    assert "Anmäl som ej genomförd" not in page.text


def draw_for(app: Flask, occurrence_id: int) -> None:
    with app.app_context(), intent_to_write():
        session = db.session()
        occurrence = session.get_one(Occurrence, occurrence_id)
        make_drawn_sample(session, occurrence)
        occurrence.state = OccurrenceState.STARTED
        session.commit()
        session.close()


def conclude(app: Flask, occurrence_id: int, written_by_id: int) -> None:
    with app.app_context(), intent_to_write():
        session = db.session()
        conclusion = Conclusion(
            occurrence_id=occurrence_id,
            text="Alla tre är dokumenterade.",
            reviewed=3,
            population_size=21,
            deviating=0,
            is_random=True,
            basis=Basis.SAMPLE,
            written_by_id=written_by_id,
            written_at=AT,
        )
        session.add(conclusion)
        session.get_one(Occurrence, occurrence_id).state = OccurrenceState.PERFORMED
        session.commit()
        session.close()


def test_the_next_thing_is_one_button(
    app: Flask, client_of: ClientOf, town: Town, year: Year
) -> None:
    responsible, reviewer = client_of(Role.RESPONSIBLE), client_of(Role.REVIEWER)
    url = f"/namnd/scn/kontroller/{year.point}"

    def buttons(client: PageClient) -> list[str]:
        page = client.get(url)
        return re.findall(r'<a class="btn" href="([^"]+)">', page.html)

    assert buttons(responsible) == [f"{url}/lista"]
    assert buttons(reviewer) == []
    draw_for(app, year.point)
    assert buttons(responsible) == [f"/namnd/scn/granskning/{year.point}/post/1"]
    assert "0 av 3 granskade" in responsible.page.text  # type: ignore[union-attr]
    conclude(app, year.point, town.user_id(Role.RESPONSIBLE))
    assert buttons(reviewer) == [f"/namnd/scn/granskning/{year.point}/slutsats"]
    assert "3 av 21" in reviewer.page.text  # type: ignore[union-attr]
    assert buttons(responsible) == []


def test_a_control_without_sample_asks_for_its_result_and_never_for_a_draw(
    app: Flask, client_of: ClientOf, year: Year
) -> None:
    with app.app_context(), intent_to_write():
        control = db.session().get_one(Occurrence, year.point).control
        control.sample_kind, control.sample_n = SampleKind.NONE, None
        db.session().commit()
    page = client_of(Role.RESPONSIBLE).get(f"/namnd/scn/kontroller/{year.point}")
    assert "Kontrollen görs utan stickprov." in page.text
    assert f"/namnd/scn/granskning/{year.point}/resultat" in page.reader.links
    assert "Dragning" not in page.text


def test_the_one_who_wrote_the_conclusion_is_not_asked_to_sign_it(
    app: Flask, client_of: ClientOf, town: Town, year: Year
) -> None:
    draw_for(app, year.point)
    conclude(app, year.point, town.user_id(Role.CONTROLLER))
    page = client_of(Role.CONTROLLER).get(f"/namnd/scn/kontroller/{year.point}")
    assert "någon annan än den som skrev den" in page.text
    assert "Skriv under slutsatsen" not in page.text


@pytest.mark.parametrize("concluded", [False, True])
def test_the_page_of_a_drawn_one_asks_a_bounded_number_of_times(
    app: Flask,
    client_of: ClientOf,
    town: Town,
    year: Year,
    count_queries: Callable[[], Any],
    concluded: bool,
) -> None:
    draw_for(app, year.point)
    if concluded:
        conclude(app, year.point, town.user_id(Role.RESPONSIBLE))
    client = client_of(Role.CONTROLLER)
    with count_queries() as counted:
        client.get(f"/namnd/scn/kontroller/{year.point}")
    assert int(counted) <= 12, "\n".join(counted.statements)


def add_many(app: Flask, count: int) -> None:
    with app.app_context(), intent_to_write():
        session = db.session()
        plan = session.get_one(Occurrence, 1).control.plan
        control = make_control(session, plan, frequency=Frequency.MONTH)
        session.add_all(
            Occurrence(
                board_id=plan.board_id,
                control_id=control.id,
                origin=f"month:2020-{number % 12 + 1:02}" + " " * (number // 12),
                scheduled_on=date(2020, 1, 1) + timedelta(days=number % 365),
                due_on=date(2020, 1, 1) + timedelta(days=number % 365),
                recorded_at=AT,
            )
            for number in range(count)
        )
        session.commit()
        session.close()


def test_the_list_asks_as_often_for_ten_rows_as_for_a_thousand(
    app: Flask, client_of: ClientOf, year: Year, count_queries: Callable[[], Any]
) -> None:
    client = client_of(Role.CONTROLLER)
    asked = []
    for more in (7, 993):
        add_many(app, more)
        with count_queries() as counted:
            page = client.get("/namnd/scn/kontroller")
        asked.append(int(counted))
    assert "1–50 av 1\N{NO-BREAK SPACE}003".replace("\N{NO-BREAK SPACE}", " ") in page.text
    assert asked[0] == asked[1] <= 12, counted.statements


def test_the_occurrences_page_asks_a_bounded_number_of_times(
    client_of: ClientOf, year: Year, count_queries: Callable[[], Any]
) -> None:
    client = client_of(Role.CONTROLLER)
    with count_queries() as counted:
        client.get(f"/namnd/scn/kontroller/{year.point}")
    assert int(counted) <= 12, "\n".join(counted.statements)
