"""Who gets in where: route x role x {own board, another board, nobody}, against a written table."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.database import intent_to_write
from tests.conftest import MovableClock, closing, make_app
from tests.databases import Databases
from tests.world import AT, ROLE_ACCOUNTS, World, address, log_in_directly

TABLE = Path(__file__).parents[1] / "data" / "route_matrix.csv"
PUBLIC, SIGNED_IN = "public", "signed-in"
WHOLE_MUNICIPALITY = {
    (Role.OVERSIGHT_CONTROLLER, "reporting.index"),
    (Role.DATA_PROTECTION_OFFICER, "monitoring.readings"),
    (Role.DATA_PROTECTION_OFFICER, "monitoring.search_readings"),
    (Role.DATA_PROTECTION_OFFICER, "trail.heads"),
    (Role.DATA_PROTECTION_OFFICER, "trail.heads_json"),
}
"""Pages of every board for the roles that hold in the whole municipality."""
IN_COMMITTEES = {Role.MEMBER, Role.CHAIR}


def table() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8") as lines:
        return {row["route"]: row for row in csv.DictReader(lines, delimiter=";")}


EXPECTED = table()


@pytest.fixture(scope="module")
def matrix_app(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One app for the whole table; CSRF is tested on its own and is out of the way here."""
    with databases.fresh_world() as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with intent_to_write(), Session(engine) as session:
            for username in ROLE_ACCOUNTS.values():
                log_in_directly(session, username)
            session.commit()
        engine.dispose()
        folder = tmp_path_factory.mktemp("matrix")
        made = make_app(url, folder, MovableClock(AT), WTF_CSRF_ENABLED=False)
        with closing(made):
            yield made


def client_of(app: Flask, role: Role | None) -> FlaskClient:
    client = app.test_client()
    if role is not None:
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"provning-{ROLE_ACCOUNTS[role]}"
    return client


def methods_of(app: Flask, endpoint: str) -> set[str]:
    return {
        method
        for rule in app.url_map.iter_rules(endpoint)
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
    }


def addresses(app: Flask, endpoint: str, role: Role | None, other_board: bool) -> str:
    """The address of SCN's thing, or the same thing asked for under another board."""
    with app.test_request_context(), Session(make_engine(app)) as session:
        own = role in IN_COMMITTEES and endpoint.split(".")[0] in COMMITTEES_OWN
        committee = "IU1" if own else None
        values = address(World(session, "SCN", committee), endpoint)
        rule = next(app.url_map.iter_rules(endpoint))
        if "board_code" in rule.arguments:
            values["board_code"] = "amn" if other_board else "scn"
        return url_for(endpoint, **values)


COMMITTEES_OWN = {"committee", "review", "schedule", "sampling", "findings"}


def make_engine(app: Flask) -> sa.Engine:
    return sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)


def test_the_table_names_every_route_and_no_other(matrix_app: Flask) -> None:
    assert set(EXPECTED) == {rule.endpoint for rule in matrix_app.url_map.iter_rules()}


def test_the_table_and_the_permission_map_agree(matrix_app: Flask) -> None:
    rules = matrix_app.extensions["permissions"]
    for endpoint, row in EXPECTED.items():
        rule = matrix_app.view_functions[endpoint].access_rule
        assert row["rule"] == str(rule), endpoint
        if rule.permission is not None:
            allowed = {role for role in Role if row[role.value] == "ja"}
            assert allowed == rules[rule.permission], endpoint


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_each_role_gets_in_where_the_table_says_and_nowhere_else(
    matrix_app: Flask, role: Role
) -> None:
    client, wrong = client_of(matrix_app, role), []
    for endpoint, row in EXPECTED.items():
        if row["rule"] in {PUBLIC, SIGNED_IN}:
            continue
        for method in methods_of(matrix_app, endpoint):
            answer = client.open(
                addresses(matrix_app, endpoint, role, False), method=method, buffered=True
            )
            let_in = answer.status_code not in {403, 404, 405, 500}
            if let_in is not (row[role.value] == "ja"):
                wrong.append(f"{method} {endpoint}: {answer.status_code}, table {row[role.value]}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_another_boards_thing_does_not_exist(matrix_app: Flask, role: Role) -> None:
    client, wrong = client_of(matrix_app, role), []
    for endpoint, row in EXPECTED.items():
        rule = next(matrix_app.url_map.iter_rules(endpoint))
        if "board_code" not in rule.arguments:
            continue
        for method in methods_of(matrix_app, endpoint):
            answer = client.open(
                addresses(matrix_app, endpoint, role, True), method=method, buffered=True
            )
            expected = 200 if (role, endpoint) in WHOLE_MUNICIPALITY else 404
            if answer.status_code != (422 if expected == 200 and method == "POST" else expected):
                wrong.append(f"{method} {endpoint}: {answer.status_code}, {row['rule']}")

    assert not wrong, "\n".join(wrong)


def test_nobody_gets_in_without_logging_in(matrix_app: Flask) -> None:
    client, wrong = client_of(matrix_app, None), []
    for endpoint, row in EXPECTED.items():
        for method in methods_of(matrix_app, endpoint):
            answer = client.open(
                addresses(matrix_app, endpoint, None, False), method=method, buffered=True
            )
            to_login = answer.status_code == 303 and "/logga-in" in answer.location
            if to_login is (row["rule"] == PUBLIC):
                wrong.append(f"{method} {endpoint}: {answer.status_code}")

    assert not wrong, "\n".join(wrong)
