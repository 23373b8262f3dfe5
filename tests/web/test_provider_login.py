"""The municipality's own login, against a real provider on loopback that may misbehave."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.accounts.models import ExternalIdentity, User
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from tests.client import PageClient
from tests.conftest import MovableClock
from tests.factories import PASSWORD, Town
from tests.oidc_provider import CLIENT_ID, OidcProvider, oidc_provider
from tests.web.trusted_provider import (
    NOT_BELIEVED,
    MakeApp,
    answer_of,
    apps_that_trust,
    log_in,
    nobody_is_logged_in,
    roles,
    said,
)


@pytest.fixture
def provider(clock: MovableClock) -> Iterator[OidcProvider]:
    with oidc_provider(clock) as made:
        yield made


@pytest.fixture
def provider_url(sqlite_url: str) -> str:
    """The database of the app; one test asks for PostgreSQL's."""
    return sqlite_url


@pytest.fixture
def make(
    provider_url: str, tmp_path: Path, clock: MovableClock, provider: OidcProvider
) -> Iterator[MakeApp]:
    with apps_that_trust(provider, provider_url, tmp_path, clock) as made:
        yield made


@pytest.fixture
def app(make: MakeApp) -> Flask:
    return make()


def test_a_person_with_a_group_gets_an_account_and_its_role(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups = ["ik-scn-lasare", "något annat"]
    client = log_in(app)

    assert said(client).h1 == "Mina uppgifter"
    assert client.get("/namnd/scn/").h1.startswith("Socialnämnden")
    assert client.get("/namnd/amn/", 404)
    assert roles(app) == {(Role.READER, "SCN")}


def test_the_person_returns_to_where_they_were_going(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups = ["ik-scn-lasare"]

    client = log_in(app, start="/logga-in/kommunen?next=/namnd/scn/planer")

    assert said(client).h1 == "Internkontrollplaner"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/"])
def test_nobody_is_led_elsewhere(
    app: Flask, town: Town, provider: OidcProvider, target: str
) -> None:
    provider.groups = ["ik-scn-lasare"]
    client = PageClient(app)

    answer = client.http.get(answer_of(client, f"/logga-in/kommunen?next={target}"))

    assert answer.location == "/"


def test_the_same_subject_is_the_same_account_and_another_is_another(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups, provider.more = ["ik-scn-lasare"], {"preferred_username": "controller.scn"}
    log_in(app)
    log_in(app)
    provider.subject = "en annan"
    log_in(app)

    with app.app_context():
        names = list(
            db.session.scalars(
                sa.select(User.username).join(ExternalIdentity, ExternalIdentity.user_id == User.id)
            )
        )
    assert len(set(names)) == 2
    assert "controller.scn" not in names, "a name that is taken proves nothing"


@pytest.mark.parametrize(
    "fault",
    [
        "wrong nonce",
        "no nonce",
        "wrong issuer",
        "another issuer's answer",
        "wrong audience",
        "another's party",
        "expired",
        "from the future",
        "bad signature",
        "unsigned",
        "signed by our secret",
        "wrong access token",
        "no identity",
        "empty subject",
    ],
)
def test_what_cannot_be_trusted_is_refused_with_a_sentence_and_nobody_is_logged_in(
    app: Flask, town: Town, provider: OidcProvider, fault: str
) -> None:
    provider.groups, provider.fault = ["ik-scn-lasare"], fault
    client = log_in(app, 422)

    assert NOT_BELIEVED in said(client).text
    assert nobody_is_logged_in(app, client)
    with app.app_context():
        assert not db.session.scalar(sa.select(sa.func.count(ExternalIdentity.id)))


def test_metadata_of_another_issuer_is_refused_before_the_browser_is_sent(
    app: Flask, provider: OidcProvider
) -> None:
    provider.fault = "another issuer's metadata"

    assert NOT_BELIEVED in PageClient(app).get("/logga-in/kommunen", 422).text


def test_a_person_who_is_not_let_in_there_is_not_let_in_here(
    app: Flask, provider: OidcProvider
) -> None:
    provider.fault = "declined"
    client = log_in(app, 422)

    assert "släppte inte in dig" in said(client).text


def test_an_answer_opens_once(app: Flask, town: Town, provider: OidcProvider) -> None:
    provider.groups = ["ik-scn-lasare"]
    client = PageClient(app)
    answer = answer_of(client)
    client.get(answer)
    client.submit("/logga-ut")

    assert "inte påbörjad" in client.get(answer, 422).text
    assert client.get("/").h1 == "Logga in"


def test_a_code_that_has_been_used_at_the_provider_opens_nothing(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups = ["ik-scn-lasare"]
    client = PageClient(app)
    answer = answer_of(client)
    provider.codes.clear()

    assert NOT_BELIEVED in client.get(answer, 422).text
    assert nobody_is_logged_in(app, client)


def test_an_answer_that_another_browser_began_opens_nothing(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups = ["ik-scn-lasare"]
    answer, victim = answer_of(PageClient(app)), PageClient(app)
    assert "inte påbörjad" in victim.get(answer, 422).text
    victim.http.get("/logga-in/kommunen")

    assert "inte påbörjad" in victim.get(answer, 422).text
    assert nobody_is_logged_in(app, victim)


def test_a_login_that_took_too_long_begins_anew(
    app: Flask, provider: OidcProvider, clock: MovableClock
) -> None:
    client = PageClient(app)
    answer = answer_of(client)
    clock.forward(minutes=11)

    assert "inte påbörjad" in client.get(answer, 422).text


def test_the_code_is_bound_to_this_browser_by_pkce(app: Flask, provider: OidcProvider) -> None:
    client = PageClient(app)
    answer = answer_of(client)
    with client.http.session_transaction() as cookie:
        kept = cookie["provider_login"]
        assert kept["verifier"] not in str(provider.asked_for)
        cookie["provider_login"] = {**kept, "verifier": "x" * 64}

    assert NOT_BELIEVED in client.get(answer, 422).text


def test_a_provider_that_does_not_answer_is_told_of(make: MakeApp) -> None:
    app = make(OIDC_ISSUER="http://127.0.0.1:9")

    assert "svarar inte" in PageClient(app).get("/logga-in/kommunen", 422).text


def test_an_unknown_subject_gets_no_account_unless_the_setting_says_so(
    make: MakeApp, town: Town, provider: OidcProvider
) -> None:
    app = make(OIDC_CREATE_ACCOUNTS=False)
    provider.groups = ["ik-scn-lasare"]
    client = log_in(app, 422)

    assert "inget öppet konto" in said(client).text
    assert nobody_is_logged_in(app, client)


def test_a_closed_account_is_not_opened_nor_made_anew(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups = ["ik-scn-lasare"]
    log_in(app)
    with app.app_context(), intent_to_write():
        db.session.execute(sa.update(User).values(is_active=False))
        db.session.commit()
        users = db.session.scalar(sa.select(sa.func.count(User.id)))

    assert "inget öppet konto" in said(log_in(app, 422)).text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(User.id))) == users


def test_logging_out_offers_to_log_out_there_too(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups = ["ik-scn-lasare"]
    client = log_in(app)
    page = client.submit("/logga-ut")

    link = next(link for link in page.reader.links if link.startswith(provider.address))
    assert parse_qs(urlsplit(link).query) == {"client_id": [CLIENT_ID]}
    assert not any(
        link.startswith(provider.address) for link in client.get("/logga-in").reader.links
    )


def test_an_account_is_linked_by_whoever_can_its_password(
    make: MakeApp, town: Town, provider: OidcProvider
) -> None:
    app = make(OIDC_CREATE_ACCOUNTS=False, OIDC_ROLES_FILE=None)
    client = PageClient(app)
    client.log_in(*town.account(Role.READER))
    client.get("/min-profil/kommunens-inloggning")
    client.submit("/min-profil/kommunens-inloggning", 422, current="inte mitt lösenord")
    client.submit("/min-profil/kommunens-inloggning", current=PASSWORD)
    page = client.get(answer_of(client))
    assert "Kontot är kopplat" in page.text

    other = log_in(app)

    assert said(other).h1 == "Mina uppgifter"
    assert "reader.scn" in other.get("/min-profil").text


def test_an_account_is_not_linked_without_the_password(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    client = PageClient(app)
    client.log_in(*town.account(Role.READER))
    provider.groups = ["ik-amn"]

    client.get(answer_of(client))

    with app.app_context():
        linked = db.session.scalar(sa.select(ExternalIdentity.user_id))
    assert linked != town.user_id(Role.READER)


def test_a_login_that_belongs_to_another_account_is_not_linked(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups = ["ik-scn-lasare"]
    log_in(app)
    client = PageClient(app)
    client.log_in(*town.account(Role.READER))
    client.get("/min-profil/kommunens-inloggning")
    client.submit("/min-profil/kommunens-inloggning", current=PASSWORD)

    assert "redan kopplad" in client.get(answer_of(client), 422).text


def test_without_a_provider_there_is_no_such_page(make: MakeApp) -> None:
    app = make(OIDC_ISSUER=None)
    client = PageClient(app)

    client.get("/logga-in/kommunen", 404)
    client.get("/logga-in/kommunen/svar?code=x&state=y", 404)
    assert "kommunens inloggning" not in client.get("/logga-in").text.lower()
