"""The pages of a list: handed in, looked at, told what is wrong, frozen, taken away."""

import io
import secrets
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import sessionmaker

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.sampling.models import Population, PopulationContent, PopulationState
from internkontroll.sampling.services import load_waiting
from internkontroll.trail.models import TrailRow
from tests.conftest import MovableClock
from tests.factories import Town
from tests.service.sampling_desk import CASES
from tests.web.handed_in import (
    FRAME,
    SEED,
    ClientOf,
    count,
    decide,
    hand_in,
    make_board_occurrence,
    path_of,
    token_of,
    waking_worker,
)


@pytest.fixture
def occurrence_id(app: Flask, town: Town) -> int:
    return make_board_occurrence(app, town)


@pytest.fixture
def worker(app: Flask, clock: MovableClock) -> Iterator[Callable[[], int]]:
    with waking_worker(app, clock) as run:
        yield run


def test_a_responsible_person_goes_from_file_to_drawn_sample(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = hand_in(client, occurrence_id, CASES)
    assert page.h1 == "Lista att dra ur"
    assert "SCN-Ä-0001" in page.text
    assert "SCN-Ä-0006" not in page.text, "only the first rows are shown"
    page = client.submit("/frys")
    assert "Listan är fryst." in page.text
    page = decide(client, occurrence_id)
    assert page.h1 == "Stickprov"
    page = client.submit("/fro", source="dice", digits=SEED, reference="ordförande")
    assert "Stickprovet är draget." in page.text
    assert "5 av 12" in page.text
    assert "SCN-Ä" not in page.html
    assert SEED in page.text
    page = client.get(f"{path_of(page)}/kontroll")
    assert "Allt blev som i protokollet" in page.text


def test_progress_is_shown_without_scripts_while_the_list_is_read(
    app: Flask, client_of: ClientOf, occurrence_id: int
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = hand_in(client, occurrence_id, CASES)
    assert page.answer.headers["Refresh"] == "2"
    assert "Filen gås igenom" in page.text
    with app.app_context(), intent_to_write():
        db.session.execute(sa.update(Population).values(rows_read=5, rows_total=1842))
        db.session.commit()
    page = client.get(page.answer.request.path)
    assert "5 av 1 842 rader" in page.text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_list_can_be_left_while_it_is_read_and_is_ready_on_return(
    client_of: ClientOf, occurrence_id: int, app: Flask, clock: MovableClock
) -> None:
    client = client_of(Role.RESPONSIBLE)
    address = hand_in(client, occurrence_id, CASES).answer.request.path
    with app.app_context():
        assert load_waiting(sessionmaker(db.engine), clock, app.config["INSTANCE_DIR"] / "uploads")
    page = client.get(address)
    assert "Refresh" not in page.answer.headers
    assert "Frys listan" in page.text


@pytest.mark.parametrize(
    ("text", "name", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "lista.xlsx", "är en bild"),
        (b"", "tom.csv", "tom"),
    ],
)
def test_a_file_that_is_no_list_is_an_error_of_the_form_that_keeps_what_was_typed(
    app: Flask,
    client_of: ClientOf,
    occurrence_id: int,
    worker: Callable[[], int],
    text: bytes,
    name: str,
    sentence: str,
) -> None:
    page = hand_in(client_of(Role.RESPONSIBLE), occurrence_id, text, 422, name=name)
    assert sentence in page.text
    assert page.title.startswith("Fel: ")
    assert "systemförvaltaren" in page.html
    assert not list((app.config["INSTANCE_DIR"] / "uploads").glob("*"))


def test_a_form_without_file_or_facts_says_what_is_missing(
    client_of: ClientOf, occurrence_id: int
) -> None:
    client = client_of(Role.RESPONSIBLE)
    client.get(f"/namnd/scn/kontroller/{occurrence_id}/lista")
    page = client.submit("/lista", 422)
    for sentence in ("Välj filen med listan.", "Skriv varifrån", "Skriv vilken dag"):
        assert sentence in page.text


def test_a_personnummer_in_the_list_is_refused_and_running_numbers_are_offered(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = hand_in(client, occurrence_id, "Ärende;Enhet\n19121212-1212;x\nA-2;x\n")
    assert "Personnummer står i kolumnen för beteckning (rad 2)" in page.text
    assert "19121212" not in page.html
    page = client.submit("/kolumner")
    assert "Frys listan" in page.text
    assert "löpnummer i stället" in page.text


def test_duplicates_are_named_by_their_rows(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    page = hand_in(client_of(Role.RESPONSIBLE), occurrence_id, "Ärende\nA-1\nA-2\nA-1\n")
    assert "rad 2 och 4" in page.text


def test_columns_in_doubt_are_asked_for(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = hand_in(
        client, occurrence_id, "Faktura;Verifikation;Namn;Belopp\nF1;V1;x;5\nF2;V2;y;−7\n"
    )
    assert "Vilka kolumner ska användas?" in page.text
    assert "Refresh" not in page.answer.headers
    page = client.submit("/kolumner", id_column="1", amount_column="3")
    assert "V1" in page.text
    assert "−7,00" in page.text
    page = client.post(
        page.form("/kolumner").action,
        {"id_column": "2", "amount_column": "3", **token_of(page)},
        422,
    )


def test_a_frozen_list_is_not_changed_by_a_crafted_request(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = hand_in(client, occurrence_id, CASES)
    token = token_of(page)
    client.submit("/frys")
    address = page.answer.request.path
    for path, more in (
        ("/kolumner", {"id_column": "1", "amount_column": "inget"}),
        ("/ta-bort", {}),
        ("/frys", {}),
    ):
        answer = client.post(
            address + path, {**token, **more, "key": secrets.token_urlsafe(24)}, 409
        )
        assert "fryst" in answer.text
    assert count(app, PopulationContent) == 1


def test_sending_the_same_list_twice_has_one_effect(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = client.get(f"/namnd/scn/kontroller/{occurrence_id}/lista")
    form = page.form("/lista")
    fields = {**dict(form.fields), **FRAME, "is_secret": "y"}
    for _ in range(2):
        data = {**fields, "file": (io.BytesIO(CASES.encode()), "lista.csv")}
        assert client.post(form.action, data).h1 == "Lista att dra ur"
    assert count(app, Population) == 1
    assert len(list((app.config["INSTANCE_DIR"] / "uploads").glob("*"))) == 1


def test_the_preview_of_a_secret_list_is_a_recorded_reading(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    address = hand_in(client, occurrence_id, CASES).answer.request.path
    with app.app_context():
        before = db.session.scalar(
            sa.select(sa.func.count()).where(TrailRow.event == "sample:references-read")
        )
    page = client_of(Role.READER).get(address)
    assert "SCN-Ä" not in page.html
    client.get(address)
    with app.app_context():
        after = db.session.scalar(
            sa.select(sa.func.count()).where(TrailRow.event == "sample:references-read")
        )
    assert (before, after) == (1, 2)


def test_a_list_can_be_taken_away_before_it_is_frozen(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    hand_in(client, occurrence_id, CASES)
    page = client.submit("/ta-bort")
    assert "Listan är borttagen." in page.text
    assert count(app, PopulationContent) == 0
    with app.app_context():
        assert db.session.scalars(sa.select(Population.state)).one() is PopulationState.REFUSED
