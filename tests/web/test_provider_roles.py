"""Roles from the municipality's groups: given, renewed, ended, and when a code is asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.accounts.models import ExternalIdentity, RoleGrant
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.core.reach import within
from tests.conftest import MovableClock
from tests.databases import Databases
from tests.factories import Town
from tests.oidc_provider import OidcProvider, oidc_provider
from tests.web.trusted_provider import (
    NOT_BELIEVED,
    MakeApp,
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
