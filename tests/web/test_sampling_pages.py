"""The pages of a sample: hand in a list, freeze it, decide, draw, check, hand out."""

import io
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import sessionmaker

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.sampling.models import Draw, Population, PopulationContent, PopulationState
from internkontroll.sampling.services import load_waiting
from internkontroll.trail.models import TrailRow
from tests.client import Page, PageClient
from tests.conftest import MovableClock
from tests.factories import (
    Town,
    make_control,
    make_meeting,
    make_occurrence,
    make_plan,
    make_points,
    make_seats,
)
from tests.service.test_sampling_lists import CASES, INVOICES

SEED = "01234567890123456789"
FRAME = {
    "description": "Beslut i ärenden januari–februari",
    "source": "Verksamhetssystemet",
    "taken_out_by": "systemförvaltaren",
    "taken_out_on": "2020-01-14",
    "reconciliation": "Jämfört med statistiken.",
}
ClientOf = Callable[..., PageClient]


@pytest.fixture
def occurrence_id(app: Flask, town: Town) -> int:
    """A kontrolltillfälle of the board for April, five items."""
    with app.app_context(), intent_to_write():
        board = db.session.get_one(Board, town.boards["SCN"])
        control = make_control(db.session(), make_plan(db.session(), board, decided=True))
        made = make_occurrence(db.session(), control, make_points(db.session(), board)[0]).id
        db.session.commit()
        db.session.remove()
    return made


@pytest.fixture
def committee_occurrence_id(app: Flask, town: Town) -> int:
    """A kontrolltillfälle of individutskott 1."""
    with app.app_context(), intent_to_write():
        board = db.session.get_one(Board, town.boards["SCN"])
        committee = db.session.get_one(Subcommittee, town.subcommittees["IU1"])
        control = make_control(db.session(), make_plan(db.session(), board, decided=True))
        meeting = make_meeting(db.session(), board, committee)
        make_seats(db.session(), meeting, town.user_id(Role.CHAIR, "IU1"))
        made = make_occurrence(db.session(), control, meeting=meeting).id
        db.session.commit()
        db.session.remove()
    return made


@pytest.fixture
def worker(app: Flask, clock: MovableClock) -> Iterator[Callable[[], int]]:
    """The worker; woken by every upload."""

    def run() -> int:
        with app.app_context():
            folder = app.config["INSTANCE_DIR"] / "uploads"
            return load_waiting(sessionmaker(db.engine), clock, folder)

    app.extensions["kick_worker"] = run
    yield run
    del app.extensions["kick_worker"]


def _hand_in(
    client: PageClient, occurrence_id: int, text: str | bytes, status: int = 200, **given: Any
) -> Page:
    data = text if isinstance(text, bytes) else text.encode()
    client.get(f"/namnd/scn/kontroller/{occurrence_id}/lista")
    return client.submit(
        "/lista",
        status,
        files={"file": (io.BytesIO(data), given.pop("name", "lista.csv"))},
        **{**FRAME, **given},
    )


def _freeze(client: PageClient, occurrence_id: int, text: str = CASES, **given: Any) -> Page:
    _hand_in(client, occurrence_id, text, **given)
    return client.submit("/frys")


def _decide(client: PageClient, occurrence_id: int, n: str = "5", status: int = 200) -> Page:
    client.get(f"/namnd/scn/kontroller/{occurrence_id}/urval")
    return client.submit("/urval", status, n=n)


def _draw(client: PageClient, occurrence_id: int, text: str = CASES, **given: Any) -> Page:
    _freeze(client, occurrence_id, text, **given)
    _decide(client, occurrence_id)
    declared = {"handled": "none"} if "handled" in client.page.form("/fro").names else {}
    return client.submit("/fro", source="dice", digits=SEED, reference="ordförande", **declared)


def _count(app: Flask, what: Any) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(what)) or 0


def test_a_responsible_person_goes_from_file_to_drawn_sample(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = _hand_in(client, occurrence_id, CASES)
    assert page.h1 == "Lista att dra ur"
    assert "SCN-Ä-0001" in page.text
    assert "SCN-Ä-0006" not in page.text, "only the first rows are shown"
    page = client.submit("/frys")
    assert "Listan är fryst." in page.text
    page = _decide(client, occurrence_id)
    assert page.h1 == "Stickprov"
    page = client.submit("/fro", source="dice", digits=SEED, reference="ordförande")
    assert "Stickprovet är draget." in page.text
    assert "5 av 12" in page.text
    assert "SCN-Ä" not in page.html
    assert SEED in page.text
    page = client.get(f"{_path(page)}/kontroll")
    assert "Allt blev som i protokollet" in page.text


def _path(page: Page) -> str:
    action = next(link for link in page.reader.links if link.endswith("/kontroll"))
    return action.removesuffix("/kontroll")


def test_progress_is_shown_without_scripts_while_the_list_is_read(
    app: Flask, client_of: ClientOf, occurrence_id: int
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = _hand_in(client, occurrence_id, CASES)
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
    address = _hand_in(client, occurrence_id, CASES).answer.request.path
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
    page = _hand_in(client_of(Role.RESPONSIBLE), occurrence_id, text, 422, name=name)
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
    page = _hand_in(client, occurrence_id, "Ärende;Enhet\n19121212-1212;x\nA-2;x\n")
    assert "Personnummer står i kolumnen för beteckning (rad 2)" in page.text
    assert "19121212" not in page.html
    page = client.submit("/kolumner")
    assert "Frys listan" in page.text
    assert "löpnummer i stället" in page.text


def test_duplicates_are_named_by_their_rows(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    page = _hand_in(client_of(Role.RESPONSIBLE), occurrence_id, "Ärende\nA-1\nA-2\nA-1\n")
    assert "rad 2 och 4" in page.text


def test_columns_in_doubt_are_asked_for(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = _hand_in(
        client, occurrence_id, "Faktura;Verifikation;Namn;Belopp\nF1;V1;x;5\nF2;V2;y;−7\n"
    )
    assert "Vilka kolumner ska användas?" in page.text
    assert "Refresh" not in page.answer.headers
    page = client.submit("/kolumner", id_column="1", amount_column="3")
    assert "V1" in page.text
    assert "−7,00" in page.text
    page = client.post(
        page.form("/kolumner").action,
        {"id_column": "2", "amount_column": "3", **_token(page)},
        422,
    )


def _token(page: Page) -> dict[str, str]:
    fields = dict(page.reader.forms[-1].fields)
    return {"csrf_token": fields["csrf_token"], "key": secrets.token_urlsafe(24)}


def test_an_n_larger_than_the_list_is_refused_and_the_number_stays(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    _freeze(client, occurrence_id)
    page = _decide(client, occurrence_id, "15", 422)
    assert "Listan har 12 rader; du kan inte dra 15" in page.text
    assert 'value="15"' in page.html
    page = client.submit("/urval", 422, n="4")
    assert "Planen säger 5 stycken" in page.text
    assert _count(app, Draw) == 0


def test_a_frozen_list_is_not_changed_by_a_crafted_request(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = _hand_in(client, occurrence_id, CASES)
    token = _token(page)
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
    assert _count(app, PopulationContent) == 1


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
    assert _count(app, Population) == 1
    assert len(list((app.config["INSTANCE_DIR"] / "uploads").glob("*"))) == 1


def test_a_second_seed_is_refused(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    _freeze(client, occurrence_id)
    page = _decide(client, occurrence_id)
    token, address = _token(page), page.form("/fro").action
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
    _freeze(client, occurrence_id)
    _decide(client, occurrence_id)
    page = client.submit("/fro", 422, **values)
    assert sentence in page.text
    assert values["digits"].replace(" ", "") in page.html


def test_digits_may_be_written_in_groups(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    _freeze(client, occurrence_id)
    _decide(client, occurrence_id)
    page = client.submit(
        "/fro", source="dice", digits="01234 56789 01234 56789", reference="ordförande"
    )
    assert SEED in page.text


def test_a_redraw_asks_why_and_both_stay(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    _draw(client, occurrence_id)
    page = client.get(f"/namnd/scn/kontroller/{occurrence_id}/urval")
    assert page.h1 == "Gör om dragningen"
    page = client.submit("/urval", 422, n="5")
    assert "Skriv varför" in page.text
    page = client.submit("/urval", n="5", reason="Fel period i listan.")
    assert "Skäl: Fel period i listan." in page.text
    assert "Andra dragningar" in page.text
    assert _count(app, Draw) == 2


def test_exports_are_files_without_references_in_their_names_and_are_recorded(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    address = _path(_draw(client, occurrence_id))
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
    address = _path(_draw(client, occurrence_id))

    def broken(*_: Any, **__: Any) -> None:
        raise OSError("the trail cannot be written")

    monkeypatch.setattr("internkontroll.sampling.services.handing_out.record_reading", broken)
    for part in ("protokoll.json", "lista.txt"):
        with pytest.raises(OSError, match="trail"):
            client.raw(f"{address}/{part}")


def test_who_may_not_read_the_sample_sees_neither_seed_nor_hash_nor_files(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    address = _path(_draw(client_of(Role.RESPONSIBLE), occurrence_id))
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


def test_the_preview_of_a_secret_list_is_a_recorded_reading(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    address = _hand_in(client, occurrence_id, CASES).answer.request.path
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


def test_another_individutskott_finds_nothing(
    client_of: ClientOf, committee_occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.CHAIR, "IU1")
    address = _path(_draw(client, committee_occurrence_id))
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
    address = _path(_draw(client_of(Role.RESPONSIBLE), occurrence_id))
    other = client_of(Role.RESPONSIBLE, "AMN")
    assert other.raw(address).status_code == 404
    assert other.raw(address.replace("/scn/", "/amn/")).status_code == 404


def test_a_unit_manager_loads_but_does_not_draw(
    client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.UNIT_MANAGER)
    page = _freeze(client, occurrence_id)
    assert "beslutar om stickprovet" in page.text
    client.get(f"/namnd/scn/kontroller/{occurrence_id}/urval", 403)


def test_a_list_can_be_taken_away_before_it_is_frozen(
    app: Flask, client_of: ClientOf, occurrence_id: int, worker: Callable[[], int]
) -> None:
    client = client_of(Role.RESPONSIBLE)
    _hand_in(client, occurrence_id, CASES)
    page = client.submit("/ta-bort")
    assert "Listan är borttagen." in page.text
    assert _count(app, PopulationContent) == 0
    with app.app_context():
        assert db.session.scalars(sa.select(Population.state)).one() is PopulationState.REFUSED


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
    address = _path(_draw(client, occurrence_id))
    with count_queries() as counted:
        client.get(address)
    assert int(counted) <= 12
