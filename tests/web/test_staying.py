"""Every page says when the session ends; one press puts the idle limit off, never the last."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from internkontroll.core.access import Role
from tests.client import PageClient
from tests.conftest import MovableClock
from tests.factories import Town


@pytest.fixture
def reader(client: PageClient, town: Town) -> PageClient:
    client.log_in(*town.account(Role.READER))
    return client


def stay(client: PageClient, token: str) -> tuple[int, dict[str, object]]:
    answer = client.http.post(
        "/stanna-kvar", data={"csrf_token": token}, headers={"X-Requested-With": "autosave"}
    )
    return answer.status_code, answer.get_json()


def token_of(client: PageClient) -> str:
    return dict(client.get("/").form("/stanna-kvar").fields)["csrf_token"]


def test_every_page_says_when_the_session_ends(reader: PageClient, clock: MovableClock) -> None:
    assert "Du loggas ut klockan 12.30 om du inte gör något." in reader.get("/").text
    clock.forward(minutes=20)

    page = reader.get("/min-profil")

    assert "Du loggas ut klockan 12.50 om du inte gör något." in page.text
    assert 'data-seconds-left="1800"' in page.html


def test_near_the_last_limit_it_says_that_nothing_helps(
    reader: PageClient, clock: MovableClock
) -> None:
    for _ in range(29):
        clock.forward(minutes=20)
        reader.get("/")

    page = reader.get("/")

    assert "Du loggas ut klockan 22.00." in page.text
    assert 'data-last="true"' in page.html


def test_a_stranger_is_not_told_when_they_are_logged_out(client: PageClient, town: Town) -> None:
    assert "Du loggas ut" not in client.get("/logga-in").text
    assert "<dialog" not in client.page.html if client.page else False


def test_staying_puts_the_idle_limit_off(reader: PageClient, clock: MovableClock) -> None:
    token = token_of(reader)
    clock.forward(minutes=29)
    assert stay(reader, token) == (
        200,
        {"left": 1800, "last": False, "told": "Du loggas ut klockan 12.59 om du inte gör något."},
    )
    clock.forward(minutes=29)

    assert reader.get("/").h1 == "Mina uppgifter"


def test_staying_counts_also_within_the_minute_that_is_not_noted(
    reader: PageClient, clock: MovableClock
) -> None:
    token = token_of(reader)
    clock.forward(seconds=40)
    stay(reader, token)
    clock.forward(minutes=29, seconds=50)

    assert reader.get("/").h1 == "Mina uppgifter"


def test_nobody_stays_past_the_last_limit(reader: PageClient, clock: MovableClock) -> None:
    token = token_of(reader)
    for _ in range(23):
        clock.forward(minutes=25)
        assert stay(reader, token)[0] == 200
    clock.forward(minutes=20)
    assert stay(reader, token) == (
        200,
        {"left": 300, "last": True, "told": "Du loggas ut klockan 22.00."},
    )
    clock.forward(minutes=6)

    assert stay(reader, token)[0] == 401
    assert reader.get("/").h1 == "Logga in"


def test_an_ended_session_is_not_brought_back_by_staying(
    reader: PageClient, clock: MovableClock, app: Flask
) -> None:
    token = token_of(reader)
    clock.forward(minutes=31)

    assert stay(reader, token)[0] == 401
    clock.at -= timedelta(minutes=31)
    assert re.search("Mina uppgifter", reader.get("/").text), "it was refused, not ended"


def test_staying_needs_the_forms_token(reader: PageClient) -> None:
    assert reader.http.post("/stanna-kvar").status_code == 400
