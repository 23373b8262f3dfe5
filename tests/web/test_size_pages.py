"""Plan a size, see what it proves, the table of praxis, the evaluation and its picture."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board
from internkontroll.review.models import ItemAmount
from internkontroll.sampling.models import SampleItem
from internkontroll.schedule.models import Occurrence, OccurrenceState
from tests.client import PageClient
from tests.factories import (
    Town,
    make_control,
    make_drawn_sample,
    make_occurrence,
    make_plan,
    make_points,
)

ClientOf = Callable[..., PageClient]
SIZE = "/namnd/scn/stickprovsstorlek"


@pytest.fixture
def client(client_of: ClientOf) -> PageClient:
    return client_of(Role.RESPONSIBLE)


def test_a_size_is_told_with_its_deviations(client: PageClient) -> None:
    page = client.get(f"{SIZE}?tolerable=5+%25&expected=1+%25&risk=5")
    assert "n = 93 håller för högst 1 avvikelse" in page.text
    assert "(planerat)" in page.text
    page = client.get(f"{SIZE}?tolerable=0,05&risk=0,05&size=4")
    assert "Alla 4 behöver granskas" in page.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("tolerable=&risk=5", "Skriv den högsta andel"),
        ("tolerable=5&expected=5&risk=5", "lägre än den högsta godtagbara andelen"),
        ("tolerable=0&risk=5", "större än 0"),
        ("tolerable=100+%25&risk=5", "mindre än 1"),
        ("tolerable=5&risk=0", "Risken måste vara större än 0"),
        ("tolerable=0,5&risk=5", "kan betyda 0,5 % eller 50 %"),
        ("tolerable=fem&risk=5", "är inte ett tal"),
        ("tolerable=5&risk=5&size=0", "1"),
        ("tolerable=5&risk=5&size=många", "tal"),
    ],
)
def test_a_wrong_size_question_gets_a_sentence_and_keeps_what_was_typed(
    client: PageClient, query: str, words: str
) -> None:
    page = client.get(f"{SIZE}?{query}", 422)
    assert words in page.text
    typed = query.split("tolerable=")[1].split("&")[0].replace("+%25", " %")
    assert f'name="tolerable" type="text" value="{typed}"' in page.html or typed in page.html


def test_a_size_of_a_short_list_is_told_though_no_size_would_do_for_a_very_large_one(
    client: PageClient,
) -> None:
    page = client.get(f"{SIZE}?tolerable=0,002+%25&risk=5&size=1000")
    assert "n = 950 håller" in page.text
    assert "Är listan mycket stor" not in page.text


def test_a_number_proves_more_the_fewer_deviate(client: PageClient) -> None:
    page = client.get(f"{SIZE}/bevis?n=5&size=320&risk=5")
    assert "upp till 143 av 320 poster (44,7 %)" in page.text
    assert page.text.index("143 av 320") < page.text.index("258 av 320")
    page = client.get(f"{SIZE}/bevis?n=60&risk=5")
    assert "4,9 %" in page.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("n=0&risk=5", "1"),
        ("n=9&size=5&risk=5", "Fler granskas än listan har rader"),
        ("n=", "Skriv hur många"),
    ],
)
def test_a_wrong_question_of_proof_gets_a_sentence(
    client: PageClient, query: str, words: str
) -> None:
    assert words in client.get(f"{SIZE}/bevis?{query}", 422).text


def test_kronor_are_planned_both_ways_and_told_which(client: PageClient) -> None:
    page = client.get(f"{SIZE}/belopp?total=3460000&tolerable=63460&expected=13000&risk=5")
    assert "Exakt (Poisson)" in page.text
    assert "255 dragna kronor" in page.text
    assert "244 dragna kronor" in page.text
    page = client.get(f"{SIZE}/belopp?total=1000&tolerable=100&risk=7")
    assert "Formeln finns bara för riskerna" in page.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("total=0&tolerable=1&risk=5", "Summan måste vara större än 0"),
        ("total=100&tolerable=100&risk=5", "mindre än summan"),
        ("total=100&tolerable=10&expected=10&risk=5", "mindre än felet som kan godtas"),
        ("total=100&tolerable=10&expected=9,9&risk=5", "för nära det högsta godtagbara"),
        ("total=1e9&tolerable=10&risk=5", "total"),
    ],
)
def test_a_wrong_question_of_kronor_gets_a_sentence(
    client: PageClient, query: str, words: str
) -> None:
    assert words in client.get(f"{SIZE}/belopp?{query}", 422).html


def test_praxis_is_called_no_statistics_and_shows_what_it_proves(client: PageClient) -> None:
    page = client.get(f"{SIZE}/praxis")
    assert "Praxis, inte statistik" in page.text
    assert "20–40" in page.text
    assert "Administratören ändrar kommunens antal." in page.text


def test_the_administrator_changes_the_table_and_the_loser_sees_both(
    client_of: ClientOf,
) -> None:
    first, second = client_of(Role.ADMINISTRATOR), client_of(Role.ADMINISTRATOR)
    first.get("/organisation/stickprovsstorlekar/")
    second.get("/organisation/stickprovsstorlekar/")
    page = first.submit("/organisation/stickprovsstorlekar/", 422, month_least="9", month_most="3")
    assert "Det lägsta antalet är större än det högsta" in page.text
    page = first.submit("/organisation/stickprovsstorlekar/", month_least="3", month_most="6")
    assert "Antalen är sparade." in page.text
    assert "3–6" in page.text
    page = second.submit("/organisation/stickprovsstorlekar/", 409, month_least="4")
    assert "Någon annan har ändrat antalen" in page.text
    assert "Sparat nu" in page.text


@pytest.fixture
def occurrence_id(app: Flask, town: Town) -> int:
    """An occurrence with ten invoices drawn of two hundred, each of 1 000 kronor."""
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        control = make_control(session, make_plan(session, board, decided=True), sample_n=10)
        occurrence = make_occurrence(
            session, control, make_points(session, board)[0], state=OccurrenceState.STARTED
        )
        drawn = make_drawn_sample(session, occurrence, n=10, size=200, secret=False)
        for item in drawn.items:
            item.amount = 100_000
        drawn.population.positive_sum = 20_000_000
        found: int = occurrence.id
        session.commit()
        db.session.remove()
    return found


def judge(client: PageClient, occurrence_id: int, position: int, answer: str, **more: str) -> None:
    page = client.get(f"/namnd/scn/granskning/{occurrence_id}/post/{position}")
    match = re.search(r'name="(answer_\d+)"', page.html)
    assert match
    client.submit(f"/post/{position}", **{match[1]: answer}, **more)


def rows(app: Flask) -> list[int | None]:
    with app.app_context():
        session: Session = db.session()
        found = list(session.scalars(sa.select(ItemAmount.audited).order_by(ItemAmount.id)))
        db.session.remove()
    return found


def test_the_right_amount_is_recorded_beside_the_answers_and_evaluated(
    app: Flask, client: PageClient, occurrence_id: int
) -> None:
    url = f"/namnd/scn/granskning/{occurrence_id}"
    page = client.get(f"{url}/utvardering")
    assert "Inget är bedömt än" in page.text
    judge(client, occurrence_id, 1, "no", audited="400")
    judge(client, occurrence_id, 1, "no", audited="400")
    assert rows(app) == [40_000]
    page = client.get(f"{url}/post/1")
    assert "Bokfört är 1 000,00 kr" in page.text
    assert 'value="400,00"' in page.html
    page = client.submit("/post/1", 422, audited="-5")
    assert "Rätt belopp kan inte vara mindre än 0" in page.text
    for position in range(2, 11):
        judge(client, occurrence_id, position, "yes")
    page = client.get(f"{url}/utvardering")
    assert "1 av 10 granskade poster har en avvikelse." in page.text
    assert "Troligt fel" in page.text.replace("troligt", "Troligt")
    assert "12 000 kr" in page.text.replace("\u00a0", " ")
    assert "Planerat: 10 granskade och högst 0 avvikelser" in page.text


def test_an_amount_saved_by_two_at_once_is_told(
    app: Flask, client_of: ClientOf, occurrence_id: int
) -> None:
    first, second = client_of(Role.RESPONSIBLE), client_of(Role.RESPONSIBLE)
    url = f"/namnd/scn/granskning/{occurrence_id}/post/1"
    first.get(url)
    second.get(url)
    first.submit("/post/1", audited="400")
    page = second.submit("/post/1", 409, audited="500")
    assert "Någon annan har ändrat rätt belopp" in page.text
    assert 'value="500"' in page.html
    second.submit("/post/1", audited="500")
    assert rows(app) == [40_000, 50_000]


def test_the_urval_is_reached_with_the_numbers_taken_over(
    client: PageClient, occurrence_id: int
) -> None:
    page = client.get(f"{SIZE}?occurrence={occurrence_id}")
    assert 'value="200"' in page.html
    page = client.get(f"{SIZE}?occurrence={occurrence_id}&tolerable=30&risk=5&size=200")
    assert "Planen säger 10 stycken." in page.text
    assert "9" in page.text
    client.get(f"{SIZE}?occurrence=999999", 404)


def test_how_it_has_gone_is_a_picture_with_a_table(
    app: Flask, client: PageClient, client_of: ClientOf, occurrence_id: int
) -> None:
    for position in range(1, 11):
        judge(client, occurrence_id, position, "no" if position == 1 else "yes")
    url = f"/namnd/scn/granskning/{occurrence_id}/slutsats"
    client.get(url)
    client.submit("/slutsats", text="En av tio avviker.")
    reviewer = client_of(Role.REVIEWER)
    reviewer.get(url)
    reviewer.submit("/slutsats/underskrift")
    with app.app_context():
        session = db.session()
        control_id = session.get_one(Occurrence, occurrence_id).control_id
        assert session.scalar(sa.select(sa.func.count()).select_from(SampleItem)) == 10
        db.session.remove()
    page = client.get(f"/namnd/scn/kontrollmoment/{control_id}")
    assert "Så har det gått" in page.text
    svg = re.search(r"<svg[^>]* class=\"chart\".*?</svg>", page.html, re.DOTALL)
    assert svg
    assert 'role="img"' in svg[0]
    assert "<title" in svg[0]
    assert "<desc" in svg[0]
    assert "style=" not in svg[0]
    assert "1 av 10" in page.text
    assert "74 av 200 (37,0 %)" in page.text.replace("\u00a0", " ") or "av 200 (" in page.text
