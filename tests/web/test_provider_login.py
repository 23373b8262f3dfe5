"""The municipality's own login, against a real provider on loopback that may misbehave."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import sqlalchemy as sa
from flask import Flask

from internkontroll.accounts.models import ExternalIdentity, LoginSession, RoleGrant, User
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.core.reach import within
from tests.client import Page, PageClient
from tests.conftest import MovableClock, closing, make_app
from tests.databases import Databases
from tests.factories import PASSWORD, Town, make_town
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, oidc_provider

GROUPS = [
    {"group": "ik-scn-lasare", "role": "läsare", "board": "SCN"},
    {"group": "ik-scn-iu1", "role": "ledamot", "board": "SCN", "subcommittee": "IU1"},
    {"group": "ik-amn", "role": "controller", "board": "AMN"},
    {"group": "ik-admin", "role": "administratör"},
    {"group": "ik-bortglomd", "role": "läsare", "board": "ZZZ"},
]
NOT_BELIEVED = "gick inte att lita på"


@pytest.fixture
def provider(clock: MovableClock) -> Iterator[OidcProvider]:
    with oidc_provider(clock) as made:
        yield made


MakeApp = Callable[..., Flask]


@pytest.fixture
def provider_url(sqlite_url: str) -> str:
    """The database of the app; one test asks for PostgreSQL's."""
    return sqlite_url


@pytest.fixture
def make(
    provider_url: str, tmp_path: Path, clock: MovableClock, provider: OidcProvider
) -> Iterator[MakeApp]:
    """Make an app that trusts the provider, with settings of the test's own."""
    opened = []

    def made(**settings: Any) -> Flask:
        mapping = tmp_path / "grupper.json"
        mapping.write_text(json.dumps(GROUPS), encoding="utf-8")
        given = {
            "OIDC_ISSUER": provider.address,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "OIDC_ACR": ("loa3", "loa4"),
            "OIDC_ROLES_FILE": mapping,
            "OIDC_CREATE_ACCOUNTS": True,
            "REQUIRE_CODE": True,
        }
        context = closing(make_app(provider_url, tmp_path, clock, **{**given, **settings}))
        opened.append(context)
        return context.__enter__()

    yield made
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def app(make: MakeApp) -> Flask:
    return make()


@pytest.fixture
def town(app: Flask, clock: MovableClock) -> Town:
    with app.app_context(), intent_to_write():
        made = make_town(db.session(), clock())
        db.session.commit()
        db.session.remove()
    return made


def answer_of(client: PageClient, start: str = "/logga-in/kommunen") -> str:
    """Go to the provider as the browser does, and come back with its answer's address."""
    sent = client.http.get(start)
    assert sent.status_code == 303
    back = requests.get(sent.location, allow_redirects=False, timeout=5)
    parts = urlsplit(back.headers["Location"])
    assert parts.path == "/logga-in/kommunen/svar"
    return f"{parts.path}?{parts.query}"


def log_in(app: Flask, status: int = 200, start: str = "/logga-in/kommunen") -> PageClient:
    client = PageClient(app)
    client.get(answer_of(client, start), status)
    return client


def said(client: PageClient) -> Page:
    assert client.page is not None
    return client.page


def nobody_is_logged_in(app: Flask, client: PageClient) -> bool:
    with client.http.session_transaction() as cookie:
        free = "_user_id" not in cookie
    with app.app_context():
        return free and not db.session.scalar(sa.select(sa.func.count(LoginSession.id)))


def roles(app: Flask) -> set[tuple[Role, str | None]]:
    with app.app_context():
        rows = db.session.scalars(
            sa.select(RoleGrant)
            .join(ExternalIdentity, ExternalIdentity.user_id == RoleGrant.user_id)
            .where(RoleGrant.valid_to >= app.extensions["clock"]().date())
        )
        return {(row.role, row.board.code if row.board else None) for row in rows}


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


@pytest.mark.parametrize("level", [None, "loa2"])
def test_a_role_that_sees_cases_asks_for_a_strong_login_there(
    app: Flask, town: Town, provider: OidcProvider, level: str | None
) -> None:
    provider.groups, provider.acr = ["ik-scn-iu1"], level
    client = log_in(app, 422)

    assert "säkrare inloggning" in said(client).text
    assert nobody_is_logged_in(app, client)
    assert provider.asked_for["acr_values"] == "loa3 loa4"


def test_a_strong_login_there_needs_no_code_here(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups, provider.acr = ["ik-scn-iu1"], "loa4"

    assert said(log_in(app)).h1 == "Mina uppgifter"


def test_a_weak_session_is_over_when_its_person_gets_to_see_cases(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups, provider.acr = ["ik-scn-lasare"], "loa2"
    client = log_in(app)
    with app.app_context(), intent_to_write():
        db.session.execute(sa.update(RoleGrant).values(role=Role.AUDITOR))
        db.session.commit()

    assert client.get("/namnd/scn/").h1 == "Logga in"


def test_a_group_that_is_gone_ends_its_role_at_the_next_login(
    app: Flask, town: Town, provider: OidcProvider, clock: MovableClock
) -> None:
    provider.groups = ["ik-scn-lasare", "ik-amn"]
    log_in(app)
    assert roles(app) == {(Role.READER, "SCN"), (Role.CONTROLLER, "AMN")}
    clock.forward(days=3)
    provider.groups = ["ik-scn-lasare"]

    client = log_in(app)

    assert roles(app) == {(Role.READER, "SCN")}
    assert client.get("/namnd/amn/", 404)


def test_roles_that_ended_stay_ended_though_the_login_was_refused(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups = ["ik-scn-iu1", "ik-amn"]
    log_in(app)
    provider.groups, provider.acr = ["ik-scn-iu1"], None

    log_in(app, 422)

    assert roles(app) == {(Role.MEMBER, "SCN")}


@pytest.mark.parametrize(
    ("groups", "says"),
    [
        (["ik-scn-iu1", "ik-bortglomd"], "som inte finns"),
        (["ik-scn-iu1", "ik-admin"], "kan inte ha andra roller"),
    ],
)
def test_so_they_do_though_a_group_gives_what_cannot_be_had(
    app: Flask, town: Town, provider: OidcProvider, groups: list[str], says: str
) -> None:
    provider.groups = ["ik-scn-iu1", "ik-amn"]
    client = log_in(app)
    assert client.get("/namnd/amn/").status == 200
    provider.groups = groups

    assert says in said(log_in(app, 422)).text

    assert roles(app) == {(Role.MEMBER, "SCN")}
    assert client.get("/namnd/amn/", 404)
    assert client.get("/namnd/scn/").status == 200


def test_a_new_account_that_is_refused_is_not_made(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups = ["ik-bortglomd"]
    log_in(app, 422)

    with app.app_context():
        assert not db.session.scalar(sa.select(sa.func.count(ExternalIdentity.id)))


def test_a_role_from_a_group_lasts_ninety_days_from_the_latest_login_that_renewed_it(
    app: Flask, town: Town, provider: OidcProvider, clock: MovableClock
) -> None:
    provider.groups = ["ik-scn-lasare"]
    log_in(app)
    last_days = []
    for days in (30, 30):
        clock.forward(days=days)
        log_in(app)
        with app.app_context():
            last_days.append(
                db.session.scalar(
                    sa.select(RoleGrant.valid_to).join(
                        ExternalIdentity, ExternalIdentity.user_id == RoleGrant.user_id
                    )
                )
            )
    clock.forward(days=91)

    assert [str(day) for day in last_days] == ["2020-04-14", "2020-06-13"]
    assert roles(app) == set()


def test_a_role_given_by_hand_is_not_the_providers_to_end(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups = ["ik-scn-lasare"]
    log_in(app)
    with app.app_context(), intent_to_write():
        user_id = db.session.scalar(sa.select(ExternalIdentity.user_id))
        db.session.add(
            RoleGrant(
                user_id=user_id,
                role=Role.CONTROLLER,
                board_id=town.boards["AMN"],
                valid_from=app.extensions["clock"]().date(),
                valid_to=None,
            )
        )
        db.session.commit()
    provider.groups = ["ik-amn"]
    log_in(app)
    provider.groups = []
    log_in(app)

    with app.app_context():
        left = db.session.scalars(
            sa.select(RoleGrant.role).where(RoleGrant.user_id == user_id)
        ).all()
    assert left == [Role.CONTROLLER]


def test_a_group_cannot_make_an_administrator_see_cases(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups = ["ik-admin", "ik-scn-iu1"]
    client = log_in(app, 422)

    assert "kan inte ha andra roller" in said(client).text
    assert nobody_is_logged_in(app, client)
    assert roles(app) == set()


def test_a_group_for_a_board_that_does_not_exist_is_told_of(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    provider.groups = ["ik-bortglomd"]

    assert "nämnden ZZZ, som inte finns" in said(log_in(app, 422)).text


@pytest.mark.parametrize("groups", ["ik-scn-lasare", [1], {"a": 1}])
def test_groups_that_are_no_list_of_names_are_refused(
    app: Flask, town: Town, provider: OidcProvider, groups: Any
) -> None:
    provider.groups = groups

    assert NOT_BELIEVED in said(log_in(app, 422)).text


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


class TestBehindTheWallsOfTheDatabase:
    """PostgreSQL gives out no board's rows to a request of somebody who is not known yet."""

    pytestmark = pytest.mark.postgres

    @pytest.fixture
    def provider_url(self, databases: Databases) -> Iterator[str]:
        with databases.fresh("postgresql") as url:
            yield url

    def test_roles_are_given_renewed_and_ended_from_outside_every_wall(
        self, app: Flask, town: Town, provider: OidcProvider
    ) -> None:
        with within(()):
            provider.groups = ["ik-scn-iu1", "ik-amn"]
            log_in(app)
            provider.groups = ["ik-scn-iu1"]
            client = log_in(app)
            assert client.get("/namnd/scn/").h1.startswith("Socialnämnden")

        assert roles(app) == {(Role.MEMBER, "SCN")}
        with app.app_context():
            linked = sa.select(ExternalIdentity.user_id)
            held = sa.select(sa.func.count(RoleGrant.id)).where(RoleGrant.user_id.in_(linked))
            assert db.session.scalar(held) <= 2, "nothing is given twice"


def test_without_a_provider_there_is_no_such_page(make: MakeApp) -> None:
    app = make(OIDC_ISSUER=None)
    client = PageClient(app)

    client.get("/logga-in/kommunen", 404)
    client.get("/logga-in/kommunen/svar?code=x&state=y", 404)
    assert "kommunens inloggning" not in client.get("/logga-in").text.lower()
