"""Logging in with a code: two steps, each code once, reserve codes, few tries."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.accounts.models import RecoveryCode, SecondFactor, User
from internkontroll.accounts.services import login
from internkontroll.core.access import Role
from internkontroll.core.database import db
from tests.client import PageClient
from tests.conftest import MovableClock, closing, make_app
from tests.factories import PASSWORD, Town
from tests.web.telephone import RECOVERY, WRONG, begin, first_step, set_up


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path, clock: MovableClock) -> Iterator[Flask]:
    """The app as in production: roles that see cases log in with a code."""
    with closing(make_app(sqlite_url, tmp_path, clock, REQUIRE_CODE=True)) as made:
        yield made


@pytest.fixture
def member(app: Flask, town: Town) -> PageClient:
    """A member who has given the password and has no code yet."""
    client = PageClient(app)
    client.log_in(*town.account(Role.MEMBER, "IU1"))
    return client


def test_a_role_that_sees_cases_reaches_nothing_before_the_code_is_set_up(
    member: PageClient, app: Flask
) -> None:
    for address in ("/", "/namnd/scn/", "/namnd/scn/kontroller", "/min-profil"):
        assert member.get(address).h1 == "Logga in med kod"
    answer = member.http.post("/namnd/scn/ar/2021/oppna", data={"key": "x" * 20})
    assert answer.status_code in {303, 400}
    with app.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM reporting_point")) == 0


def test_a_role_that_sees_no_cases_goes_on_with_the_password_alone(app: Flask, town: Town) -> None:
    assert PageClient(app).log_in(*town.account(Role.READER)).h1 == "Mina uppgifter"


def test_who_hands_out_roles_needs_a_code_too(app: Flask, town: Town) -> None:
    page = PageClient(app).log_in(*town.account(Role.ADMINISTRATOR))

    assert page.h1 == "Logga in med kod"


def test_the_code_set_up_opens_the_rest_at_once(member: PageClient, clock: MovableClock) -> None:
    set_up(member, clock)

    assert member.get("/").h1 == "Mina uppgifter"


def test_the_reserve_codes_are_shown_once(member: PageClient, clock: MovableClock) -> None:
    set_up(member, clock)

    page = member.get("/min-profil/kod")

    assert not RECOVERY.findall(page.html)
    assert "10 reservkoder kvar" in page.text


def test_the_secret_is_shown_until_it_is_confirmed_and_never_again(
    member: PageClient, clock: MovableClock
) -> None:
    telephone = begin(member, clock)
    assert re.search(r'<svg [^>]*viewBox="0 0 \d+ \d+"', member.get("/min-profil/kod").html)
    member.submit("/min-profil/kod/bekrafta", code=telephone.code())

    page = member.get("/min-profil/kod")

    assert "<svg" not in page.html
    assert 'class="secret"' not in page.html


def test_a_wrong_code_turns_nothing_on(member: PageClient, clock: MovableClock, app: Flask) -> None:
    begin(member, clock)

    page = member.submit("/min-profil/kod/bekrafta", 422, code="000000")

    assert "Koden är inte den som telefonen ska visa" in page.text
    assert member.get("/").h1 == "Logga in med kod"
    with app.app_context():
        assert db.session.scalar(sa.select(SecondFactor.confirmed_at)) is None


def test_setting_up_asks_for_the_password_again(member: PageClient, app: Flask) -> None:
    member.get("/min-profil/kod")

    page = member.submit("/min-profil/kod/borja", 422, current="inte mitt lösenord")

    assert "inte ditt nuvarande lösenord" in page.text
    with app.app_context():
        assert db.session.scalar(sa.select(SecondFactor)) is None


def test_the_password_alone_opens_nothing_once_there_is_a_code(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    set_up(member, clock)
    client = first_step(app, town)

    for address in ("/", "/min-profil", "/min-profil/kod", "/namnd/scn/", "/byt-losenord"):
        assert client.get(address).h1 == "Logga in"
    with client.http.session_transaction() as cookie:
        assert "_user_id" not in cookie


def test_the_code_opens_and_leads_to_where_the_person_was_going(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    telephone, _ = set_up(member, clock)
    client = PageClient(app)
    client.get("/namnd/scn/kontroller")
    username, password = town.account(Role.MEMBER, "IU1")
    client.submit("/logga-in", username=username, password=password)

    page = client.submit("/logga-in/kod", code=telephone.code())

    assert page.h1.startswith("Kontroller")


def test_a_code_that_has_been_used_is_refused(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    telephone, _ = set_up(member, clock)
    code = telephone.code()
    first_step(app, town).submit("/logga-in/kod", code=code)

    page = first_step(app, town).submit("/logga-in/kod", 422, code=code)

    assert WRONG in page.text


def test_the_code_that_confirmed_opens_no_login(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    telephone = begin(member, clock)
    code = telephone.code()
    member.submit("/min-profil/kod/bekrafta", code=code)

    assert WRONG in first_step(app, town).submit("/logga-in/kod", 422, code=code).text


def test_a_reserve_code_opens_once(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    _, codes = set_up(member, clock)
    page = first_step(app, town).submit("/logga-in/kod", code=codes[3].upper())
    assert "Du har 9 kvar" in page.text

    page = first_step(app, town).submit("/logga-in/kod", 422, code=codes[3])

    assert WRONG in page.text


def test_somebody_elses_reserve_code_opens_nothing(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    _, codes = set_up(member, clock)
    other = PageClient(app)
    other.log_in(*town.account(Role.MEMBER, "IU2"))
    set_up(other, clock)

    page = first_step(app, town, Role.MEMBER, "IU2").submit("/logga-in/kod", 422, code=codes[0])

    assert WRONG in page.text


def test_new_reserve_codes_make_the_old_ones_void(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    _, old = set_up(member, clock)
    member.get("/min-profil/kod")
    page = member.submit("/min-profil/kod/reservkoder", password_again=PASSWORD)
    new = RECOVERY.findall(page.text)

    assert len(new) == 10
    assert not set(new) & set(old)
    first_step(app, town).submit("/logga-in/kod", 422, code=old[0])
    assert first_step(app, town).submit("/logga-in/kod", code=new[0]).h1 == "Mina uppgifter"


def test_reserve_codes_and_secrets_are_not_in_the_database_in_clear(
    app: Flask, member: PageClient, clock: MovableClock
) -> None:
    telephone, codes = set_up(member, clock)

    with app.app_context():
        rows = db.session.execute(sa.select(SecondFactor.sealed_secret)).scalars().all()
        digests = set(db.session.execute(sa.select(RecoveryCode.digest)).scalars())
        told = str(db.session.execute(sa.text("SELECT body FROM trail_payload")).scalars().all())
    assert telephone.totp.secret not in str(rows)
    assert not {code.replace("-", "") for code in codes} & digests
    assert telephone.totp.secret not in told
    assert not any(code in told for code in codes)


def test_codes_share_the_ten_tries_of_the_password(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    telephone, _ = set_up(member, clock)
    client = first_step(app, town)
    for _ in range(10):
        client.submit("/logga-in/kod", 422, code="000000")

    assert WRONG in client.submit("/logga-in/kod", 422, code=telephone.code()).text
    again = PageClient(app)
    again.get("/logga-in")
    username, password = town.account(Role.MEMBER, "IU1")
    again.submit("/logga-in", 422, username=username, password=password)


def test_the_right_password_gives_no_new_tries_at_the_code(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    telephone, _ = set_up(member, clock)
    for _ in range(5):
        client = first_step(app, town)
        for _ in range(2):
            client.submit("/logga-in/kod", 422, code="000000")

    client.submit("/logga-in/kod", 422, code=telephone.code())


def test_a_half_login_waits_five_minutes(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    telephone, _ = set_up(member, clock)
    client = first_step(app, town)
    clock.forward(minutes=6)

    page = client.submit("/logga-in/kod", code=telephone.code())

    assert page.h1 == "Logga in"
    assert "Logga in igen" in page.text


def test_the_second_step_without_the_first_is_the_login_page(app: Flask) -> None:
    assert PageClient(app).get("/logga-in/kod").h1 == "Logga in"


def test_a_half_login_dies_with_the_password(
    app: Flask, town: Town, member: PageClient, clock: MovableClock
) -> None:
    telephone, _ = set_up(member, clock)
    client = first_step(app, town)
    member.get("/byt-losenord")
    new = "fyra helt andra ord"
    member.submit("/byt-losenord", current=PASSWORD, password=new, again=new)

    assert client.submit("/logga-in/kod", code=telephone.code()).h1 == "Logga in"
    assert member.get("/").h1 == "Mina uppgifter", "the session that changed it goes on"


def test_a_demonstration_asks_nobody_for_a_code(
    sqlite_url: str, tmp_path: Path, clock: MovableClock, app: Flask, town: Town
) -> None:
    with closing(make_app(sqlite_url, tmp_path, clock, REQUIRE_CODE=False)) as demo:
        page = PageClient(demo).log_in(*town.account(Role.MEMBER, "IU1"))

    assert page.h1 == "Mina uppgifter"


def test_the_password_is_verified_while_no_transaction_is_open(
    app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ones: list[bool] = []
    real = login.verifies

    def verifies(*given: str) -> bool:
        open_ones.append(db.session().in_transaction())
        return real(*given)

    monkeypatch.setattr(login, "verifies", verifies)
    PageClient(app).log_in(*town.account(Role.READER))

    assert open_ones == [False]


def test_a_password_changed_while_it_was_verified_opens_nothing(
    app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    def verifies(*_given: str) -> bool:
        engine = sa.create_engine(sqlite_url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(sa.update(User).values(password_hash="bytt"))
        engine.dispose()
        return True

    monkeypatch.setattr(login, "verifies", verifies)
    client = PageClient(app)
    client.get("/logga-in")
    username, password = town.account(Role.READER)

    client.submit("/logga-in", 422, username=username, password=password)
