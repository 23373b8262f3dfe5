"""Who gets in where, against tables written by hand.

Route x role x {own board, another board, another committee, another unit, a role that has ended,
one that has not begun, none}, as requests. Where the answer must be no whoever asks, one person
with every role asks: that person has what each of them has.
"""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from internkontroll.accounts.models import RoleGrant, User
from internkontroll.accounts.rules import PLACES_OF_ROLE, Place
from internkontroll.core.access import Role
from internkontroll.core.database import intent_to_write
from internkontroll.organisation.models import Board, Subcommittee, Unit
from tests.conftest import MovableClock, closing, make_app
from tests.databases import Databases
from tests.world import AT, ROLE_ACCOUNTS, World, address, log_in_directly

TABLE = Path(__file__).parents[1] / "data" / "route_matrix.csv"
ACROSS = TABLE.with_name("route_matrix_across.csv")
"""Routes that a role in another committee, or in another unit, opens or not against the rule. The
rule: what another committee has is closed, what another unit has is open."""
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


OF_THE_MUNICIPALITY = [role for role in Role if PLACES_OF_ROLE[role] == {Place.MUNICIPALITY}]
OF_A_BOARD = [role for role in Role if role not in OF_THE_MUNICIPALITY]
OF_A_COMMITTEE = [role for role in Role if Place.SUBCOMMITTEE in PLACES_OF_ROLE[role]]
OF_A_UNIT = [role for role in Role if Place.UNIT in PLACES_OF_ROLE[role]]


def table(path: Path = TABLE) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return {row["route"]: row for row in csv.DictReader(lines, delimiter=";")}


EXPECTED = table()
IN_EXECUTIVE = "ks"
"""A role that is let in by kommunstyrelsen's own; the accounts of these tests sit in no such."""
EXCEPTIONS = table(ACROSS)
LONG_AGO = date(2015, 1, 1)


def add_person(
    session: Session,
    username: str,
    roles: Collection[Role],
    *,
    valid_from: date = LONG_AGO,
    valid_to: date | None = None,
    **place: int,
) -> None:
    """Somebody logged in with these roles, in SCN where a role is a board's."""
    user = User(username=username, title=username, password_hash="x", created_at=AT)
    session.add(user)
    session.flush()
    board_id = session.scalar(sa.select(Board.id).where(Board.code == "SCN"))
    session.add_all(
        RoleGrant(
            user_id=user.id,
            role=role,
            board_id=None if role in OF_THE_MUNICIPALITY else board_id,
            valid_from=valid_from,
            valid_to=valid_to,
            reads_undecided=role is Role.AUDITOR,
            reads_secret=role is Role.AUDITOR,
            **place,
        )
        for role in roles
    )
    session.flush()
    log_in_directly(session, username)


def add_people(session: Session) -> None:
    """Everybody whose place or day is another than the thing's that is asked for."""
    today = AT.date()
    scn = Board.code == "SCN"
    committee = session.scalar(
        sa.select(Subcommittee.id).join(Board).where(scn, Subcommittee.code == "IU2")
    )
    unit = session.scalar(
        sa.select(Unit.id).join(Board).where(scn, Unit.parent_id.is_not(None)).order_by(Unit.name)
    )
    assert committee
    assert unit
    for role in OF_A_COMMITTEE:
        add_person(session, f"iu2-{role}", [role], subcommittee_id=committee)
    for role in OF_A_UNIT:
        add_person(session, f"enhet-{role}", [role], unit_id=unit)
    add_person(session, "allt-i-scn", OF_A_BOARD)
    add_person(session, "upphort", list(Role), valid_to=today - timedelta(days=1))
    add_person(session, "kommande", list(Role), valid_from=today + timedelta(days=1))
    add_person(session, "ingen-roll", [])


@pytest.fixture(scope="module")
def matrix_app(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One app for the whole table; CSRF is tested on its own and is out of the way here."""
    with databases.fresh_world() as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with intent_to_write(), Session(engine) as session:
            for username in ROLE_ACCOUNTS.values():
                log_in_directly(session, username)
            add_people(session)
            session.commit()
        engine.dispose()
        folder = tmp_path_factory.mktemp("matrix")
        made = make_app(url, folder, MovableClock(AT), WTF_CSRF_ENABLED=False)
        with closing(made):
            yield made


def client_of(app: Flask, role: Role | None) -> FlaskClient:
    return client_called(app, None if role is None else ROLE_ACCOUNTS[role])


def client_called(app: Flask, username: str | None) -> FlaskClient:
    client = app.test_client()
    if username is not None:
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"provning-{username}"
    return client


def methods_of(app: Flask, endpoint: str) -> set[str]:
    return {
        method
        for rule in app.url_map.iter_rules(endpoint)
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
    }


def addresses(app: Flask, endpoint: str, role: Role | None, other_board: bool) -> str:
    """The address of SCN's thing, or the same thing asked for under another board."""
    own = role in IN_COMMITTEES and endpoint.split(".")[0] in COMMITTEES_OWN
    return address_in(app, endpoint, "IU1" if own else None, "amn" if other_board else "scn")


@dataclass
class Found:
    """The addresses that have been looked up in one app's database."""

    engine: sa.Engine
    addresses: dict[tuple[str, str | None, str], str] = field(default_factory=dict)


def address_in(app: Flask, endpoint: str, committee: str | None, board_code: str = "scn") -> str:
    """The address of a thing of SCN's, or of one of its committees' where there is such a thing."""
    if "found addresses" not in app.extensions:
        app.extensions["found addresses"] = Found(make_engine(app))
    found: Found = app.extensions["found addresses"]
    key = (endpoint, committee, board_code)
    if key not in found.addresses:
        with app.test_request_context(), Session(found.engine) as session:
            values = address(World(session, "SCN", committee), endpoint)
            if "board_code" in next(app.url_map.iter_rules(endpoint)).arguments:
                values["board_code"] = board_code
            found.addresses[key] = url_for(endpoint, **values)
    return found.addresses[key]


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
            allowed = {role for role in Role if row[role.value] in {"ja", IN_EXECUTIVE}}
            assert allowed == rules[rule.permission], endpoint
            assert (IN_EXECUTIVE in row.values()) is rule.executive, endpoint


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
            if answer.status_code == 303:  # it did something, perhaps took its own thing away
                matrix_app.extensions["found addresses"].addresses.clear()
            let_in = answer.status_code not in {403, 404, 405, 500}
            if let_in is not (row[role.value] == "ja"):
                wrong.append(f"{method} {endpoint}: {answer.status_code}, table {row[role.value]}")

    assert not wrong, "\n".join(wrong)


def guarded() -> Iterator[tuple[str, dict[str, str]]]:
    """The routes that ask for a permission."""
    return ((endpoint, row) for endpoint, row in EXPECTED.items() if row["rule"] not in OPEN_RULES)


OPEN_RULES = {PUBLIC, SIGNED_IN}


@pytest.mark.parametrize("username", ["allt-i-scn", *map(str, OF_THE_MUNICIPALITY)])
def test_another_boards_thing_does_not_exist(matrix_app: Flask, username: str) -> None:
    """Neither for whoever has every role there is in one board, nor for the municipality's own."""
    role = Role(username) if username != "allt-i-scn" else None
    client = client_of(matrix_app, role) if role else client_called(matrix_app, username)
    wrong = []
    for endpoint, row in EXPECTED.items():
        rule = next(matrix_app.url_map.iter_rules(endpoint))
        if "board_code" not in rule.arguments:
            continue
        for method in methods_of(matrix_app, endpoint):
            answer = client.open(
                address_in(matrix_app, endpoint, None, "osn"), method=method, buffered=True
            )
            expected = 200 if (role, endpoint) in WHOLE_MUNICIPALITY else 404
            if answer.status_code != (422 if expected == 200 and method == "POST" else expected):
                wrong.append(f"{method} {endpoint}: {answer.status_code}, {row['rule']}")

    assert not wrong, "\n".join(wrong)


def test_the_exceptions_are_routes_of_the_table() -> None:
    assert set(EXCEPTIONS) <= {endpoint for endpoint, _ in guarded()}


def refused(status: int) -> bool:
    """An empty form is refused before anything is said of its fields."""
    return status in {403, 404}


@pytest.mark.parametrize("role", OF_A_COMMITTEE, ids=str)
def test_another_committees_thing_is_nobodys_but_theirs(matrix_app: Flask, role: Role) -> None:
    """What the whole board shares is read by all its committees; nothing else is."""
    client, wrong = client_called(matrix_app, f"iu2-{role}"), []
    for endpoint, row in guarded():
        shared = EXCEPTIONS.get(endpoint, {}).get("other_committee", "") or "nej"
        expected = row[role.value] == shared == "ja"
        for method in methods_of(matrix_app, endpoint):
            to = address_in(matrix_app, endpoint, "IU1")
            status = client.open(to, method=method, buffered=True).status_code
            if refused(status) is expected or status == 500:
                wrong.append(f"{method} {endpoint}: {status}, expected {expected}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", OF_A_UNIT, ids=str)
def test_another_units_thing_is_open_but_for_the_log_of_its_staff(
    matrix_app: Flask, role: Role
) -> None:
    client, wrong = client_called(matrix_app, f"enhet-{role}"), []
    for endpoint, row in guarded():
        open_to_units = EXCEPTIONS.get(endpoint, {}).get("other_unit", "") or "ja"
        expected = row[role.value] == open_to_units == "ja"
        for method in methods_of(matrix_app, endpoint):
            to = address_in(matrix_app, endpoint, None)
            status = client.open(to, method=method, buffered=True).status_code
            if refused(status) is expected or status == 500:
                wrong.append(f"{method} {endpoint}: {status}, expected {expected}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("username", ["upphort", "kommande", "ingen-roll"])
def test_roles_that_have_ended_have_not_begun_or_do_not_exist_open_nothing(
    matrix_app: Flask, username: str
) -> None:
    client, wrong = client_called(matrix_app, username), []
    for endpoint, _ in guarded():
        of_a_board = "board_code" in next(matrix_app.url_map.iter_rules(endpoint)).arguments
        for method in methods_of(matrix_app, endpoint):
            to = address_in(matrix_app, endpoint, None)
            status = client.open(to, method=method, buffered=True).status_code
            if status != (404 if of_a_board else 403):
                wrong.append(f"{method} {endpoint}: {status}")

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
