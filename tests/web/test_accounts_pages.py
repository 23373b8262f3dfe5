"""Pages of accounts: what they show, refuse and keep; one's own profile; handing over."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.accounts.models import LoginSession, RoleGrant, RoleProposal, User
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.core.dates import long_date
from internkontroll.organisation.models import Board, Unit
from internkontroll.plan.models import Control
from internkontroll.trail.models import TrailRow
from tests.client import PageClient
from tests.conftest import MovableClock
from tests.factories import AT, PASSWORD, Town, make_control, make_plan, make_user

ClientOf = Callable[..., PageClient]


@pytest.fixture
def admin(client_of: ClientOf) -> PageClient:
    return client_of(Role.ADMINISTRATOR)


def count(app: Flask, model: type[Any], *where: Any) -> int:
    with app.app_context():
        return db.session().scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0


def test_the_list_is_searched_and_filtered(admin: PageClient) -> None:
    assert "controller.scn" in admin.get("/konton").text
    page = admin.get("/konton?sok=CONTROLLER&namnd=amn")
    assert "controller.amn" in page.text
    assert "controller.scn" not in page.text
    assert "Inga konton passar" in admin.get("/konton?visa=stangda").text
    assert admin.get("/konton?roll=finns-inte&namnd=x&sida=99").status == 200
    assert "Inga konton passar" in admin.get("/konton?sok=%25").text


def test_the_list_asks_the_same_however_many_accounts_there_are(
    app: Flask, admin: PageClient, town: Town, count_queries: Callable[[], Any]
) -> None:
    with count_queries() as few:
        admin.get("/konton")
    with app.app_context(), intent_to_write():
        board = db.session().get_one(Board, town.boards["SCN"])
        for _ in range(30):
            make_user(db.session(), Role.READER, board)
        db.session().commit()
        db.session.remove()
    with count_queries() as many:
        admin.get("/konton")

    assert int(few) == int(many) <= 8


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"username": "controller.scn", "title": "Ny"}, "upptaget"),
        ({"username": "två ord", "title": "Ny"}, "inga mellanrum"),
        ({"username": "ny", "title": " "}, "Skriv vad kontot ska kallas."),
        ({"username": "ny", "title": "19121212-1212"}, "personnummer"),
    ],
)
def test_an_account_that_cannot_be_is_refused_and_stays_typed(
    app: Flask, admin: PageClient, fields: dict[str, str], sentence: str
) -> None:
    before = count(app, User)
    admin.get("/konton/nytt")
    page = admin.submit("/konton/nytt", 422, **fields)

    assert sentence in page.text
    assert dict(page.form("/konton/nytt").fields)["username"] == fields["username"]
    assert count(app, User) == before


def role_form(admin: PageClient, town: Town, role: Role = Role.READER) -> str:
    address = f"/konton/{town.user_id(role)}/roll"
    admin.get(address)
    return address


@pytest.mark.parametrize("place", ["namnd-999999", "utskott-1; drop", "enhet-0", "x", ""])
def test_a_place_that_is_not_in_the_list_is_refused(
    app: Flask, admin: PageClient, town: Town, place: str
) -> None:
    before = count(app, RoleGrant)
    address = role_form(admin, town)
    admin.submit(address, 422, role="chair", place=place)

    assert count(app, RoleGrant) == before


def test_posted_foreign_fields_change_nothing(app: Flask, admin: PageClient, town: Town) -> None:
    address = role_form(admin, town)
    form = admin.page.form(address)  # type: ignore[union-attr]
    board = town.boards["SCN"]
    data = {
        **dict(form.fields),
        "role": "chair",
        "place": f"namnd-{board}",
        "board_id": str(town.boards["AMN"]),
        "user_id": str(town.user_id(Role.ADMINISTRATOR)),
        "subcommittee_id": "1",
    }
    admin.post(address, data)

    with app.app_context():
        # A chair sees cases: the role is proposed, and another confirms it.
        wish = db.session().scalars(sa.select(RoleProposal)).one()
        assert (wish.user_id, wish.board_id, wish.subcommittee_id) == (
            town.user_id(Role.READER),
            board,
            None,
        )


def test_a_role_of_another_account_is_not_ended_through_this_one(
    app: Flask, admin: PageClient, town: Town
) -> None:
    with app.app_context():
        theirs = db.session().scalar(
            sa.select(RoleGrant.id).where(RoleGrant.user_id == town.user_id(Role.CHAIR))
        )
    assert theirs is not None
    admin.get(f"/konton/{town.user_id(Role.READER)}/roll/{theirs}/avsluta", 404)


def test_an_administrator_is_offered_nothing_on_the_own_account(
    app: Flask, admin: PageClient, town: Town
) -> None:
    own = town.user_id(Role.ADMINISTRATOR)
    page = admin.get(f"/konton/{own}")
    assert "Roller på det ges och avslutas av en annan administratör." in page.text
    assert not [link for link in page.reader.links if link.endswith(("/roll", "/stang"))]
    admin.get(f"/konton/{own}/roll")
    page = admin.submit(f"/konton/{own}/roll", 422, role="controller", place="kommun")
    assert "ditt eget konto" in page.text


def test_an_administrator_sees_no_board_and_no_case(client_of: ClientOf, admin: PageClient) -> None:
    addresses = ("/namnd/scn/", "/namnd/scn/kontroller", "/namnd/scn/avvikelser")
    controller = client_of(Role.CONTROLLER)
    assert [controller.raw(address).status_code for address in addresses] == [200, 200, 200]
    assert [admin.raw(address).status_code for address in addresses] == [404, 404, 404]


def test_closing_an_account_logs_it_out_and_it_opens_again(
    client_of: ClientOf, admin: PageClient, town: Town
) -> None:
    reader = client_of(Role.READER)
    user_id = town.user_id(Role.READER)
    admin.get(f"/konton/{user_id}/stang")
    page = admin.submit(f"/konton/{user_id}/stang")
    assert "Kontot är stängt." in page.text
    assert reader.get("/").h1 == "Logga in"
    page = admin.submit(f"/konton/{user_id}/oppna")
    assert re.search(r"(?:[a-z2-9]{5}-){3}", page.text)
    assert reader.get("/").h1 == "Logga in"


def test_a_new_start_password_voids_the_old_one(
    app: Flask, client_of: ClientOf, admin: PageClient, town: Town
) -> None:
    reader = client_of(Role.READER)
    user_id = town.user_id(Role.READER)
    admin.get(f"/konton/{user_id}/startlosenord")
    admin.submit(f"/konton/{user_id}/startlosenord")

    assert reader.get("/").h1 == "Logga in"
    reader.get("/logga-in")
    reader.submit("/logga-in", 422, username="reader.scn", password=PASSWORD)


def test_the_loser_of_a_concurrent_edit_sees_both_titles(
    app: Flask, admin: PageClient, town: Town
) -> None:
    user_id = town.user_id(Role.READER)
    admin.get(f"/konton/{user_id}/andra")
    mine = admin.page
    admin.submit(f"/konton/{user_id}/andra", title="Den första")
    admin.page = mine
    page = admin.post(
        f"/konton/{user_id}/andra",
        {
            **dict(mine.form("/andra").fields),  # type: ignore[union-attr]
            "title": "Den andra",
            "key": "en annan nyckel som duger",
        },
        409,
    )

    assert "Den första" in page.text
    assert dict(page.form("/andra").fields)["title"] == "Den andra"
    page = admin.submit(f"/konton/{user_id}/andra", title="Den andra")
    assert page.h1 == "Den andra"


def test_the_profile_shows_roles_and_ends_other_logins(
    app: Flask, client_of: ClientOf, clock: MovableClock
) -> None:
    first, second = client_of(Role.CONTROLLER), client_of(Role.CONTROLLER)
    page = second.get("/min-profil")
    assert "i Socialnämnden" in page.text
    assert page.text.count("Okänd webbläsare") == 2
    action = next(f.action for f in page.reader.forms if "/inloggning/" in f.action)
    page = second.submit(action)
    assert "Inloggningen är avslutad." in page.text
    assert first.get("/").h1 == "Logga in"

    third = client_of(Role.CONTROLLER)
    second.get("/min-profil")
    second.submit("/logga-ut-overallt")
    assert third.get("/").h1 == "Logga in"
    assert second.get("/").h1 == "Mina uppgifter"


def test_somebody_elses_login_cannot_be_ended(app: Flask, client_of: ClientOf, town: Town) -> None:
    other, client = client_of(Role.READER), client_of(Role.CONTROLLER)
    with app.app_context():
        theirs = db.session().scalar(
            sa.select(LoginSession.id).where(LoginSession.user_id == town.user_id(Role.READER))
        )
    client_of(Role.CONTROLLER)
    page = client.get("/min-profil")
    form = page.form("/logga-ut-overallt")
    client.post(f"/min-profil/inloggning/{theirs}/avsluta", dict(form.fields))

    assert other.get("/").h1 == "Mina uppgifter"


def test_changing_the_password_logs_out_everywhere_else(app: Flask, client_of: ClientOf) -> None:
    other, client = client_of(Role.CONTROLLER), client_of(Role.CONTROLLER)
    client.get("/byt-losenord")
    page = client.submit(
        "/byt-losenord",
        422,
        current="fel ord",
        password="nya ord som duger",
        again="nya ord som duger",
    )
    assert "inte ditt nuvarande lösenord" in page.text
    page = client.submit(
        "/byt-losenord", 422, current=PASSWORD, password="nya ord som duger", again="andra ord"
    )
    assert "inte lika" in page.text
    with client.http.session_transaction() as cookie:
        before = cookie["_user_id"]
    page = client.submit(
        "/byt-losenord", current=PASSWORD, password="nya ord som duger", again="nya ord som duger"
    )

    assert page.h1 == "Min profil"
    with client.http.session_transaction() as cookie:
        assert cookie["_user_id"] != before
    assert other.get("/").h1 == "Logga in"
    assert client.get("/").h1 == "Mina uppgifter"


@pytest.fixture
def burdened(app: Flask, town: Town) -> list[int]:
    """Three kontrollmoment in SCN that the kontrollansvarig answers for; their ids."""
    with app.app_context(), intent_to_write():
        session = db.session()
        plan = make_plan(session, session.get_one(Board, town.boards["SCN"]), decided=True)
        responsible = session.get_one(User, town.user_id(Role.RESPONSIBLE))
        ids = [make_control(session, plan, responsible=responsible).id for _ in range(3)]
        session.commit()
        db.session.remove()
    return ids


def responsibles(app: Flask, ids: list[int]) -> set[int | None]:
    with app.app_context():
        return set(
            db.session().scalars(sa.select(Control.responsible_id).where(Control.id.in_(ids)))
        )


def test_everything_is_handed_over_at_once_and_each_is_traced(
    app: Flask, client_of: ClientOf, town: Town, burdened: list[int]
) -> None:
    client = client_of(Role.CONTROLLER)
    giver, taker = town.user_id(Role.RESPONSIBLE), town.user_id(Role.UNIT_MANAGER)
    page = client.get(f"/namnd/scn/lamna-over?fran={giver}&till={taker}")
    assert page.text.count("Kontrollmoment") >= 3
    page = client.submit("/lamna-over/allt", 422, reason="")
    assert "Skriv varför" in page.text
    page = client.submit("/lamna-over/allt", reason="Har bytt uppdrag.")

    assert "Uppgifterna är överlämnade." in page.text
    assert responsibles(app, burdened) == {taker}
    assert count(app, TrailRow, TrailRow.event == "control:appointed") == 3
    assert count(app, TrailRow, TrailRow.event == "tasks:handed-over") == 1


@pytest.mark.parametrize(
    ("role", "where"),
    [(Role.READER, "SCN"), (Role.UNIT_MANAGER, "AMN"), (Role.ADMINISTRATOR, "kommun")],
)
def test_nothing_is_handed_to_somebody_who_may_not_hold_it(
    app: Flask, client_of: ClientOf, town: Town, burdened: list[int], role: Role, where: str
) -> None:
    client = client_of(Role.CONTROLLER)
    giver = town.user_id(Role.RESPONSIBLE)
    client.get(f"/namnd/scn/lamna-over?fran={giver}&till={town.user_id(Role.UNIT_MANAGER)}")
    fields = dict(client.page.form("/lamna-over/allt").fields)  # type: ignore[union-attr]
    data = {**fields, "to_user": str(town.user_id(role, where)), "reason": "Slutar."}
    answer = client.http.post("/namnd/scn/lamna-over/allt", data=data)

    assert answer.status_code in {404, 422}
    assert responsibles(app, burdened) == {giver}


def test_one_who_handles_findings_only_is_refused_kontrollmoment_with_a_sentence(
    app: Flask, client_of: ClientOf, town: Town, burdened: list[int]
) -> None:
    client = client_of(Role.CONTROLLER)
    giver, director = town.user_id(Role.RESPONSIBLE), town.user_id(Role.DIRECTOR)
    page = client.get(f"/namnd/scn/lamna-over?fran={giver}&till={director}")

    assert "har ingen roll i nämnden som kan ansvara för kontrollmoment" in page.text


def test_what_has_changed_since_the_page_was_opened_is_shown_before_it_is_handed_over(
    app: Flask, client_of: ClientOf, town: Town, burdened: list[int]
) -> None:
    client = client_of(Role.CONTROLLER)
    giver, taker = town.user_id(Role.RESPONSIBLE), town.user_id(Role.UNIT_MANAGER)
    client.get(f"/namnd/scn/lamna-over?fran={giver}&till={taker}")
    with app.app_context(), intent_to_write():
        db.session().execute(
            sa.update(Control).where(Control.id == burdened[0]).values(responsible_id=None)
        )
        db.session().commit()
        db.session.remove()
    page = client.submit("/lamna-over/allt", 409, reason="Slutar.")
    assert "har ändrats sedan du öppnade sidan" in page.text
    client.submit("/lamna-over/allt", reason="Slutar.")

    assert responsibles(app, burdened[1:]) == {taker}


def test_an_account_with_tasks_lists_them_before_it_is_closed(
    admin: PageClient, town: Town, burdened: list[int]
) -> None:
    user_id = town.user_id(Role.RESPONSIBLE)
    page = admin.get(f"/konton/{user_id}/stang")
    assert "Socialnämnden: 3 kontrollmoment" in page.text
    page = admin.submit(f"/konton/{user_id}/stang", 422)
    assert "uppgifter kvar" in page.text
    page = admin.submit(f"/konton/{user_id}/stang", leave_tasks="y")
    assert "Kontot är stängt." in page.text


def test_units_and_committees_of_the_organisation_are_kept_on_a_refusal(
    app: Flask, admin: PageClient, town: Town
) -> None:
    with app.app_context(), intent_to_write():
        theirs = Unit(board_id=town.boards["AMN"], name="Deras", valid_from=AT.date())
        db.session().add(theirs)
        db.session().commit()
        their_id = theirs.id
        db.session.remove()
    address = f"/organisation/namnder/{town.boards['SCN']}/enheter/ny"
    admin.get(address)
    page = admin.submit(address, 422, name="Vår", parent_id=str(their_id), from_day="1/1")

    assert dict(page.form(address).fields)["name"] == "Vår"
    assert count(app, Unit, Unit.board_id == town.boards["SCN"]) == 0


def test_the_page_that_closes_a_unit_tells_what_was_planned_for_it(
    app: Flask, admin: PageClient, town: Town
) -> None:
    board = town.boards["SCN"]
    admin.get(f"/organisation/namnder/{board}/enheter/ny")
    admin.submit("/enheter/ny", name="Ekonomi", parent_id="", from_day="1 januari")
    with app.app_context():
        unit = db.session.scalars(sa.select(Unit.id).where(Unit.board_id == board)).one()
        db.session.remove()
    address = f"/organisation/enheter/{unit}"
    admin.get(address)
    later = AT.date().replace(month=12, day=1)
    admin.submit(address, name="Ekonomi och inköp", parent_id="", from_day=later.isoformat())

    page = admin.get(f"{address}/stang")

    assert "blir inte av" in page.text
    assert f"{long_date(later)}: Ekonomi och inköp, under Socialnämnden" in page.text
    admin.submit(f"{address}/stang", last_day=later.replace(day=2).isoformat())
    assert admin.get(address).h1 == "Ekonomi och inköp"
