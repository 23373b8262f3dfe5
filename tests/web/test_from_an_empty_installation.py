"""From an empty database and one administrator to an open year, all of it on the screen."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll import cli
from internkontroll.core.database import db
from internkontroll.organisation.models import ReportingPoint
from tests.client import Page, PageClient
from tests.conftest import MovableClock

START_PASSWORD = re.compile(r"\b(?:[a-z2-9]{5}-){3}[a-z2-9]{5}\b")
ADMIN_PASSWORD = "ett eget långt lösenord"
OWN_PASSWORD = "några helt egna ord"


def start_password(page: Page) -> str:
    found = START_PASSWORD.search(page.text)
    assert found, page.text
    return found[0]


def account_id(page: Page) -> str:
    found = re.search(r"/konton/(\d+)/andra", page.html)
    assert found
    return found[1]


@pytest.fixture
def administrator(
    app: Flask,
    sqlite_url: str,
    tmp_path: Path,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> PageClient:
    """One of the two accounts that the command line has made in a database with nothing else."""
    for name, value in (
        ("DATABASE_URL", sqlite_url),
        ("INSTANCE_DIR", str(tmp_path)),
        ("NEW_PASSWORD", ADMIN_PASSWORD),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("internkontroll.cli.work.utc_now", clock)
    for name in ("admin", "admin-2"):
        code = cli.main(
            ["create-user", name, "--title", "Administratör", "--role", "administratör"]
        )
        assert code == 0
    client = PageClient(app)
    client.log_in("admin", ADMIN_PASSWORD)
    return client


def give(client: PageClient, user_id: str, role: str, place: str) -> Page:
    """Give a role at the place with that label."""
    page = client.get(f"/konton/{user_id}/roll")
    found = re.search(rf'<option value="([^"]+)">{re.escape(place)}</option>', page.html)
    assert found, place
    return client.submit(f"/konton/{user_id}/roll", role=role, place=found[1])


def new_account(client: PageClient, username: str, title: str) -> tuple[str, str]:
    client.get("/konton/nytt")
    page = client.submit("/konton/nytt", username=username, title=title)
    return account_id(page), start_password(page)


def first_login(app: Flask, username: str, password: str) -> PageClient:
    client = PageClient(app)
    page = client.log_in(username, password)
    assert page.h1 == "Byt lösenord"
    client.submit("/byt-losenord", current=password, password=OWN_PASSWORD, again=OWN_PASSWORD)
    return client


def test_two_administrators_get_a_board_going(app: Flask, administrator: PageClient) -> None:
    client = administrator
    page = client.get("/organisation/")
    assert "Kommunen har inget namn än" in page.text
    client.get("/organisation/kommun")
    page = client.submit("/organisation/kommun", name="Exempelkommunen")
    assert "årsbokslut" in page.text
    client.get("/organisation/namnder/ny")
    page = client.submit("/organisation/namnder/ny", name="Socialnämnden", code="scn")
    assert page.h1 == "Socialnämnden, utskott och enheter"
    client.get("/organisation/namnder/1/utskott/nytt")
    client.submit("/utskott/nytt", name="Individutskott 1", code="IU1", reviews_cases="y")
    client.get("/organisation/namnder/1/enheter/ny")
    client.submit("/enheter/ny", name="Socialförvaltningen", from_day="1 januari")
    client.get("/organisation/namnder/1/enheter/ny")
    page = client.submit("/enheter/ny", name="Ekonomi", parent_id="1", from_day="2020-01-01")
    assert "Socialförvaltningen" in page.text
    assert "Ekonomi" in page.text

    controller_id, controller_password = new_account(client, "controller", "Controller")
    member_id, _password = new_account(client, "justerare", "Justerare")
    page = give(client, controller_id, "controller", "Socialnämnden")
    assert "Rollen är föreslagen." in page.text
    page = give(client, member_id, "member", "Socialnämnden: Individutskott 1")
    assert "i Socialnämnden, Individutskott 1" in page.text
    client.get("/konton/vantande/1")
    assert "En annan ska bekräfta" in client.submit("/vantande/1", 422, outcome="confirm").text
    second = PageClient(app)
    second.log_in("admin-2", ADMIN_PASSWORD)
    assert "2 roller väntar" in second.get("/konton").text
    for number in (1, 2):
        second.get(f"/konton/vantande/{number}")
        assert "Rollen är bekräftad" in second.submit(f"/vantande/{number}", outcome="confirm").text

    controller = first_login(app, "controller", controller_password)
    assert controller.get("/").h1 == "Mina uppgifter"
    controller.get("/namnd/scn/ar/2020")
    page = controller.submit("/oppna")
    assert "2020 är öppnat" in page.text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ReportingPoint)) == 3


def test_the_start_password_is_shown_once(administrator: PageClient) -> None:
    administrator.get("/konton/nytt")
    page = administrator.submit("/konton/nytt", username="ny", title="Läsare")
    address = f"/konton/{account_id(page)}"

    assert START_PASSWORD.search(page.text)
    assert not START_PASSWORD.search(administrator.get(address).text)


def test_nothing_is_open_before_the_start_password_is_changed(
    app: Flask, administrator: PageClient
) -> None:
    _id, password = new_account(administrator, "ny", "Läsare")
    client = PageClient(app)
    client.log_in("ny", password)

    assert client.get("/").h1 == "Byt lösenord"
    assert client.get("/min-profil").h1 == "Byt lösenord"
    answer = client.http.post("/min-profil/logga-ut-overallt")
    assert answer.status_code in {303, 400}
    client.get("/byt-losenord")
    page = client.submit("/byt-losenord", 422, current=password, password="kort", again="kort")
    assert "minst 15 tecken" in page.text
    page = client.submit(
        "/byt-losenord", current=password, password=OWN_PASSWORD, again=OWN_PASSWORD
    )
    assert "Lösenordet är bytt" in page.text
    assert client.get("/").h1 == "Mina uppgifter"
