"""The program's own board filter taken away: PostgreSQL alone keeps the boards apart.

And the other way round: the second wall hides nothing that the first one shows.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import Session
from sqlalchemy.sql import operators

import internkontroll.app
from internkontroll.accounts.models import RoleGrant, User
from internkontroll.core.access import Role
from internkontroll.core.database import intent_to_write
from internkontroll.core.reach import EVERY_BOARD
from internkontroll.organisation.models import Board
from tests.compiled import STATEMENTS
from tests.conftest import MovableClock, closing, make_app
from tests.databases import Databases
from tests.world import AT, ROLE_ACCOUNTS, World, address, copied_world, log_in_directly

pytestmark = pytest.mark.postgres

WHOLE_MUNICIPALITY = {
    Role.ADMINISTRATOR,
    Role.OVERSIGHT_CONTROLLER,
    Role.DATA_PROTECTION_OFFICER,
}
STRANGER = "lasare"
"""Gets every role there is in another board than the one whose things are asked for."""

LOOKED_AT_BY = (Role.CONTROLLER, Role.CHAIR, Role.AUDITOR, Role.OVERSIGHT_CONTROLLER)


@pytest.fixture(scope="module")
def walled_app(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with databases.fresh("postgresql") as url:
        with databases.fresh_world() as world:
            copied_world(world, databases.owner_of(url))
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with intent_to_write(), Session(engine) as session:
            for username in ROLE_ACCOUNTS.values():
                log_in_directly(session, username)
            session.commit()
        engine.dispose()
        folder = tmp_path_factory.mktemp("walled")
        with closing(make_app(url, folder, MovableClock(AT), WTF_CSRF_ENABLED=False)) as made:
            yield made


def asked(app: Flask, act: Callable[[Session], Any]) -> Any:
    engine = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
    with Session(engine) as session:
        found = act(session)
        session.commit()
    engine.dispose()
    return found


def client_of(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"provning-{username}"
    return client


def routes(app: Flask, board_code: str) -> list[tuple[str, str, str]]:
    """Endpoint, method and address of every route of a board that names a thing of SCN's.

    Looked for once, and before any filter is taken away: without it, it would be anybody's thing.
    """
    known: dict[str, list[tuple[str, str, str]]] = app.extensions.setdefault("routes of walls", {})
    if board_code not in known:
        known[board_code] = found_routes(app, board_code)
    return known[board_code]


def found_routes(app: Flask, board_code: str) -> list[tuple[str, str, str]]:

    def found(session: Session) -> list[tuple[str, str, str]]:
        made = []
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
            if "board_code" not in rule.arguments:
                continue
            values = address(World(session), rule.endpoint)
            if board_code == "scn" or any(name.endswith("_id") for name in values):
                to = url_for(rule.endpoint, **values, board_code=board_code)
                methods = sorted((rule.methods or set()) & {"GET", "POST"})
                made += [(rule.endpoint, method, to) for method in methods]
        return made

    with app.test_request_context():
        return list(asked(app, found))


def let_in_everywhere_else(session: Session) -> None:
    user = session.scalars(sa.select(User).where(User.username == STRANGER)).one()
    amn = session.scalars(sa.select(Board.id).where(Board.code == "AMN")).one()
    session.execute(sa.delete(RoleGrant).where(RoleGrant.user_id == user.id))
    session.add_all(
        RoleGrant(user_id=user.id, role=role, board_id=amn, valid_from=AT.date())
        for role in set(Role) - WHOLE_MUNICIPALITY
    )


@pytest.fixture
def stranger(walled_app: Flask) -> FlaskClient:
    asked(walled_app, let_in_everywhere_else)
    return client_of(walled_app, STRANGER)


@pytest.fixture
def no_board_filter(monkeypatch: pytest.MonkeyPatch, walled_app: Flask) -> None:
    """Every comparison of a ``board_id`` with a value is true."""
    for code in ("amn", "scn"):
        routes(walled_app, code)
    compiler: Any = PGDialect_psycopg.statement_compiler
    real = compiler.visit_binary

    def visit(self: Any, binary: Any, *given: Any, **more: Any) -> Any:
        by_value = isinstance(binary.right, sa.BindParameter)
        named = getattr(binary.left, "name", None) == "board_id"
        if named and by_value and binary.operator is operators.eq:
            return "true"
        return real(self, binary, *given, **more)

    monkeypatch.setattr(compiler, "visit_binary", visit)


def forgotten(app: Flask) -> None:
    """Statements that were compiled before or with another compiler are compiled anew."""
    with app.app_context():
        for engine in internkontroll.app.db.engines.values():
            engine.clear_compiled_cache()
    STATEMENTS["postgresql"].clear()


@pytest.mark.usefixtures("no_board_filter")
def test_without_the_programs_filter_another_boards_thing_still_does_not_exist(
    walled_app: Flask, stranger: FlaskClient
) -> None:
    forgotten(walled_app)
    asked_for = routes(walled_app, "amn")
    wrong = []
    for endpoint, method, to in asked_for:
        answer = stranger.open(to, method=method, buffered=True)
        if answer.status_code != 404:
            wrong.append(f"{method} {endpoint}: {answer.status_code}")
    forgotten(walled_app)

    assert len(asked_for) > 150
    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("no_board_filter")
def test_with_neither_wall_it_would(
    walled_app: Flask, stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten(walled_app)
    monkeypatch.setattr(internkontroll.app, "boards_of", lambda *_given: EVERY_BOARD)
    shown = [
        endpoint
        for endpoint, method, to in routes(walled_app, "amn")
        if method == "GET" and stranger.get(to, buffered=True).status_code == 200
    ]
    forgotten(walled_app)

    assert len(shown) > 40


CHANCE = re.compile(r'nonce="[^"]*"|<input[^>]*name="[^"]*(?:csrf_token|key)"[^>]*>')
"""What differs each time that a page is shown."""


@pytest.mark.parametrize("role", LOOKED_AT_BY, ids=str)
def test_the_second_wall_hides_nothing_that_the_first_shows(
    walled_app: Flask, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    client = client_of(walled_app, ROLE_ACCOUNTS[role])
    pages = [(e, to) for e, method, to in routes(walled_app, "scn") if method == "GET"]
    pages.append(("monitoring.start", "/"))

    def seen(to: str) -> tuple[int, str]:
        answer = client.get(to, buffered=True)
        html = answer.mimetype == "text/html"
        return answer.status_code, CHANCE.sub("", answer.get_data(as_text=True)) if html else ""

    differ, shown = [], 0
    for endpoint, to in pages:
        narrow = seen(to)
        with monkeypatch.context() as patch:
            patch.setattr(internkontroll.app, "boards_of", lambda *_given: EVERY_BOARD)
            wide = seen(to)
        shown += narrow[0] == 200
        if narrow != wide:
            differ.append(endpoint)

    assert shown >= 5
    assert differ == []
