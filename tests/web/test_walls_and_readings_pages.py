"""Pages of waiting roles, readings, logguppföljning and the board's trail: shown, refused, kept."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.accounts.models import FormDraft, RoleGrant, RoleProposal
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.monitoring.models import LogFollowUp
from internkontroll.sampling.queries import row_at
from internkontroll.trail.models import Reading, TrailPayload, TrailRow
from tests.client import PageClient
from tests.world import ROLE_ACCOUNTS, World, log_in_directly

As = Callable[[Role], PageClient]


@pytest.fixture
def logged_in(world_app: Flask) -> As:
    """A page client of the demonstration by role."""

    def client(role: Role) -> PageClient:
        with world_app.app_context(), intent_to_write():
            token = log_in_directly(db.session(), ROLE_ACCOUNTS[role])
            db.session.commit()
            db.session.remove()
        opened = PageClient(world_app)
        with opened.http.session_transaction() as cookie:
            cookie["_user_id"] = token
        return opened

    return client


def ask(app: Flask, question: Callable[[World], object]) -> object:
    with app.app_context():
        return question(World(db.session(), "SCN", "IU1"))


def reference_of(app: Flask, row: int = 1) -> str:
    return str(ask(app, lambda w: row_at(w.session, w.population_id(), row)[0]))


def test_the_controller_confirms_a_role_that_another_proposed(
    world_app: Flask, logged_in: As
) -> None:
    client = logged_in(Role.CONTROLLER)
    page = client.get("/namnd/scn/vantande-roller")
    assert "Granskare" in page.text
    number = ask(world_app, lambda w: w.proposal_id())
    address = f"/namnd/scn/vantande-roller/{number}"
    client.get(address)
    page = client.submit(address, 422, outcome="refuse", reason="")
    assert "Skriv varför" in page.text

    page = client.submit(address, outcome="confirm")

    assert "Rollen är bekräftad" in page.text
    assert "Ingen roll väntar" in page.text
    with world_app.app_context():
        proposal = db.session.get(RoleProposal, number)
        assert proposal is not None
        given = db.session.scalars(
            sa.select(RoleGrant.role).where(RoleGrant.user_id == proposal.user_id)
        ).all()
    assert Role.REVIEWER in given


def test_another_boards_controller_finds_no_such_proposal(world_app: Flask, logged_in: As) -> None:
    number = ask(world_app, lambda w: w.proposal_id())

    logged_in(Role.CONTROLLER).get(f"/namnd/amn/vantande-roller/{number}", 404)


def test_an_administrator_sees_what_waits_on_the_accounts_page(logged_in: As) -> None:
    client = logged_in(Role.ADMINISTRATOR)

    assert "1 roll väntar" in client.get("/konton").text
    assert "Läsare" in client.get("/konton/vantande").text


def search(client: PageClient, reference: str, status: int = 200, **more: str) -> str:
    client.get("/namnd/scn/lasningar")
    fields = {"secret_reference": reference, "since": "2020-10-01", "until": "2020-11-22", **more}
    return client.submit("/namnd/scn/lasningar", status, **fields).text


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.DATA_PROTECTION_OFFICER])
def test_who_has_read_a_case_is_answered_on_a_page_whose_address_names_nothing(
    world_app: Flask, logged_in: As, role: Role
) -> None:
    client, reference = logged_in(role), reference_of(world_app)

    text = search(client, reference)

    assert "Justerare, individutskott 1" in text
    assert "Beteckningar i listan lästes" in text
    assert client.page is not None
    assert client.page.answer.request.path == "/namnd/scn/lasningar"
    assert not client.page.answer.request.query_string
    assert reference not in client.page.title
    with world_app.app_context():
        bodies = str(db.session.scalars(sa.select(TrailPayload.body)).all())
        assert reference not in bodies
        assert not db.session.scalars(sa.select(FormDraft)).all()
        events = db.session.scalars(sa.select(TrailRow.event)).all()
        assert "reading:searched" in events


def test_a_case_that_nobody_opened_and_one_that_is_not_there_get_the_same_answer(
    world_app: Flask, logged_in: As
) -> None:
    client = logged_in(Role.CONTROLLER)

    answers = {
        search(client, reference).replace(reference, "")
        for reference in (reference_of(world_app, 7), "finns inte")
    }

    assert len(answers) == 1
    assert "Ingen läsning" in answers.pop()


def test_no_answer_is_given_when_the_question_cannot_be_recorded(
    world_app: Flask, logged_in: As
) -> None:
    client, reference = logged_in(Role.CONTROLLER), reference_of(world_app)
    client.get("/namnd/scn/lasningar")
    engine = sa.create_engine(world_app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER broken BEFORE INSERT ON trail_row "
            "BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    world_app.config["TESTING"] = False

    fields = {"secret_reference": reference, "since": "2020-10-01", "until": "2020-11-22"}
    page = client.submit("/namnd/scn/lasningar", 500, **fields)

    assert "individutskott 1" not in page.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"secret_reference": " "}, "Skriv ärendets beteckning"),
        ({"until": "2020-09-01"}, "före den första"),
        ({"since": "igår ungefär"}, "datum"),
    ],
)
def test_a_question_that_is_not_whole_is_refused_and_kept(
    logged_in: As, fields: dict[str, str], sentence: str
) -> None:
    client = logged_in(Role.CONTROLLER)

    text = search(client, fields.pop("secret_reference", "X 1"), 422, **fields)

    assert sentence.lower() in text.lower()


def test_the_auditors_readings_are_theirs_alone(world_app: Flask, logged_in: As) -> None:
    auditor = logged_in(Role.AUDITOR)
    occurrence = ask(world_app, lambda w: w.done())
    auditor.get(f"/namnd/scn/granskning/{occurrence}/post/1")
    auditor.raw(f"/namnd/scn/dragning/{ask(world_app, lambda w: w.draw_id())}/protokoll.json")

    assert auditor.get("/namnd/scn/revisionens-lasningar").text.count("Revisor") >= 2
    with world_app.app_context():
        rows = db.session.scalars(sa.select(Reading).where(Reading.by_auditor)).all()
        read = rows[0].rows[0]
    assert len(rows) == 2
    clients = [logged_in(role) for role in (Role.CONTROLLER, Role.DATA_PROTECTION_OFFICER)]
    for client in clients:
        text = search(client, reference_of(world_app, read))
        assert "Det revisorerna läser registreras för sig" in text
        assert "Revisor " not in text
        history = client.get(f"/namnd/scn/historik/occurrence/{occurrence}").text
        assert "Revisor" not in history
    assert "revision" not in clients[1].get("/").text.lower()


def test_the_months_readings_are_answered_and_signed(world_app: Flask, logged_in: As) -> None:
    number = ask(world_app, lambda w: w.follow_up_id())
    address = f"/namnd/scn/logguppfoljning/{number}"
    client = logged_in(Role.CONTROLLER)
    assert "oktober 2020" in client.get("/namnd/scn/logguppfoljning").text
    client.get(address)
    assert "Välj vad som gäller" in client.submit(address, 422).text
    page = client.submit(address, 422, outcome_1="to_be_examined", remark_1="")
    assert "vad som behöver utredas" in page.text

    page = client.submit(address, outcome_1="to_be_examined", remark_1="Chefen talar med läsaren.")

    assert "Logguppföljningen är underskriven." in page.text
    assert "Chefen talar med läsaren." in page.text
    with world_app.app_context():
        assert db.session.get_one(LogFollowUp, number).signed_at is not None


def test_a_secret_page_says_beforehand_that_readings_are_followed_up(
    world_app: Flask, logged_in: As
) -> None:
    client, occurrence = logged_in(Role.MEMBER), ask(world_app, lambda w: w.done())
    for end in ("post/1", "tabell"):
        text = client.get(f"/namnd/scn/granskning/{occurrence}/{end}").text
        assert "Det antecknas att du öppnar sidan." in text


def test_the_boards_trail_gives_out_its_heads_and_says_what_it_cannot_show(
    world_app: Flask, logged_in: As
) -> None:
    client = logged_in(Role.SECRETARY)
    page = client.get("/namnd/scn/spar")
    with world_app.app_context():
        last = db.session.scalars(
            sa.select(TrailRow.hash).where(TrailRow.chain == "SCN").order_by(TrailRow.seq.desc())
        ).first()
    assert last is not None
    assert last in page.text
    assert "Det syns bara mot en slutrad som har sparats utanför." in page.text
    answer = client.raw("/namnd/scn/spar.json")
    assert {head["chain"] for head in answer.get_json()["heads"]} == {"SCN"}
    assert answer.get_json()["heads"][0]["hash"] == last
