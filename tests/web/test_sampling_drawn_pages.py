"""The pages of what is drawn: decided, seeded once, redrawn in the open, handed out to some."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db
from internkontroll.sampling.models import Draw, Population
from internkontroll.trail.models import TrailRow
from tests.conftest import MovableClock
from tests.factories import Town
from tests.service.sampling_desk import INVOICES
from tests.web.handed_in import (
    FRAME,
    SEED,
    ClientOf,
    count,
    decide,
    draw,
    freeze,
    make_board_occurrence,
    make_committee_occurrence,
    path_of,
    token_of,
    waking_worker,
)


@pytest.fixture
def occurrence_id(app: Flask, town: Town) -> int:
    return make_board_occurrence(app, town)


@pytest.fixture
def committee_occurrence_id(app: Flask, town: Town) -> int:
    return make_committee_occurrence(app, town)


@pytest.fixture
def worker(app: Flask, clock: MovableClock) -> Iterator[Callable[[], int]]:
    with waking_worker(app, clock) as run:
        yield run


def test_an_n_larger_than_the_list_is_refused_and_the_number_stays(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    freeze(client, occurrence_id)
    page = decide(client, occurrence_id, "15", 422)
    assert "Listan har 12 rader; du kan inte dra 15" in page.text
    assert 'value="15"' in page.html
    page = client.submit("/urval", 422, n="4")
    assert "Planen säger 5 stycken" in page.text
    assert count(app, Draw) == 0


def test_a_second_seed_is_refused(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    freeze(client, occurrence_id)
    page = decide(client, occurrence_id)
    token, address = token_of(page), page.form("/fro").action
    client.submit("/fro", source="system")
    page = client.post(address, {**token, "source": "system"}, 409)
    assert "redan draget" in page.text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"source": "dice", "digits": "12 34", "reference": "ordförande"}, "skrivit 4 siffror"),
        ({"source": "dice", "digits": SEED}, "Skriv vem som såg"),
        ({"source": "system", "digits": SEED}, "valt programmets egna"),
    ],
)
def test_a_seed_that_cannot_be_used_keeps_what_was_typed(
    client_of: ClientOf,
    occurrence_id: int,
    worker: Callable[[], int],
    values: dict[str, str],
    sentence: str,
) -> None:
    client = client_of(Role.RESPONSIBLE)
    freeze(client, occurrence_id)
    decide(client, occurrence_id)
    page = client.submit("/fro", 422, **values)
    assert sentence in page.text
    assert values["digits"].replace(" ", "") in page.html


def test_digits_may_be_written_in_groups(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    freeze(client, occurrence_id)
    decide(client, occurrence_id)
    page = client.submit(
        "/fro", source="dice", digits="01234 56789 01234 56789", reference="ordförande"
    )
    assert SEED in page.text


def test_a_redraw_asks_why_and_both_stay(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    draw(client, occurrence_id)
    page = client.get(f"/namnd/scn/kontroller/{occurrence_id}/urval")
    assert page.h1 == "Gör om dragningen"
    page = client.submit("/urval", 422, n="5")
    assert "Skriv varför" in page.text
    page = client.submit("/urval", n="5", reason="Fel period i listan.")
    assert "Skäl: Fel period i listan." in page.text
    assert "Andra dragningar" in page.text
    assert count(app, Draw) == 2


def test_exports_are_files_without_references_in_their_names_and_are_recorded(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    address = path_of(draw(client, occurrence_id))
    for part, name, content in (
        ("protokoll.json", "dragning-scn-1.json", b'"kind":"full"'),
        ("lista.txt", "lista-scn-1.txt", "SCN-Ä-0001\t\n".encode()),
        ("protokoll-forseglat.json", "dragning-scn-1-forseglad.json", b'"kind":"sealed"'),
    ):
        answer = client.raw(f"{address}/{part}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert content in answer.data
    with app.app_context():
        events = list(db.session.scalars(sa.select(TrailRow.event).order_by(TrailRow.id)))
    assert events[-2:] == ["draw:record-exported", "population:exported"]


def test_nothing_is_handed_out_when_the_reading_cannot_be_recorded(
    app: Flask,
    client_of: ClientOf,
    occurrence_id: int,
    worker: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = client_of(Role.RESPONSIBLE)
    address = path_of(draw(client, occurrence_id))

    def broken(*_: Any, **__: Any) -> None:
        raise OSError("the trail cannot be written")

    monkeypatch.setattr("internkontroll.sampling.services.handing_out.record_reading", broken)
    for part in ("protokoll.json", "lista.txt"):
        with pytest.raises(OSError, match="trail"):
            client.raw(f"{address}/{part}")


def test_who_may_not_read_the_sample_sees_neither_seed_nor_hash_nor_files(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    address = path_of(draw(client_of(Role.RESPONSIBLE), occurrence_id))
    with app.app_context():
        digest = db.session.scalars(sa.select(Population.sha256)).one()
    reader = client_of(Role.READER)
    page = reader.get(address)
    assert SEED not in page.html
    assert str(digest) not in page.html
    assert "protokoll.json" not in page.html
    for part in ("protokoll.json", "lista.txt"):
        assert reader.raw(f"{address}/{part}").status_code == 403
    assert reader.raw(f"{address}/protokoll-forseglat.json").status_code == 200


def test_an_open_list_shows_its_hash_to_every_reader_of_the_board(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    client.get(f"/namnd/scn/kontroller/{occurrence_id}/lista")
    form = client.page.form("/lista") if client.page else None
    assert form is not None
    fields = {name: value for name, value in form.fields if name != "is_secret"}
    data = {**fields, **FRAME, "file": (io.BytesIO(INVOICES.encode()), "fakturor.csv")}
    client.post(form.action, data)
    page = client.submit("/frys")
    assert "8 156" not in page.text
    page = client_of(Role.READER).get(page.answer.request.path)
    assert "Visas för den" not in page.text
    assert "−5,00" in page.text


def test_another_individutskott_finds_nothing(
    client_of: ClientOf, committee_occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.CHAIR, "IU1")
    address = path_of(draw(client, committee_occurrence_id))
    other = client_of(Role.MEMBER, "IU2")
    for path in (
        address,
        f"{address}/kontroll",
        f"{address}/protokoll.json",
        f"{address}/lista.txt",
        f"{address}/protokoll-forseglat.json",
        "/namnd/scn/lista/1",
        f"/namnd/scn/kontroller/{committee_occurrence_id}/lista",
        f"/namnd/scn/kontroller/{committee_occurrence_id}/urval",
    ):
        assert other.raw(path).status_code == 404, path


def test_another_board_finds_nothing(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    address = path_of(draw(client_of(Role.RESPONSIBLE), occurrence_id))
    other = client_of(Role.RESPONSIBLE, "AMN")
    assert other.raw(address).status_code == 404
    assert other.raw(address.replace("/scn/", "/amn/")).status_code == 404


def test_a_unit_manager_loads_but_does_not_draw(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.UNIT_MANAGER)
    page = freeze(client, occurrence_id)
    assert "beslutar om stickprovet" in page.text
    client.get(f"/namnd/scn/kontroller/{occurrence_id}/urval", 403)


def test_deciding_without_a_frozen_list_leads_to_the_list(
    client_of: ClientOf, occurrence_id: int
) -> None:
    page = client_of(Role.RESPONSIBLE).get(f"/namnd/scn/kontroller/{occurrence_id}/urval")
    assert "Det finns ingen fryst lista" in page.text


def test_the_page_of_a_draw_asks_as_much_however_many_rows_there_are(
    client_of: ClientOf,
    occurrence_id: int,
    worker: Callable[[], int],
    count_queries: Callable[[], Any],
) -> None:
    client = client_of(Role.RESPONSIBLE)
    address = path_of(draw(client, occurrence_id))
    with count_queries() as counted:
        client.get(address)
    assert int(counted) <= 12
