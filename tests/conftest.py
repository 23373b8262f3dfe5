"""Databases, app and clients for the tests. What the tests need and lack fails with a sentence."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from config import ROOT, TestConfig
from internkontroll.app import create_app
from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.core.reach import EVERY_BOARD, within
from tests.client import PageClient
from tests.compiled import TemplatesOnce, compile_addresses_once, once_for_all
from tests.databases import Databases
from tests.factories import Town, make_town
from tests.world import AT as WORLD_AT

IN_CI = os.environ.get("CI") == "true"
TEMPLATES = TemplatesOnce()
compile_addresses_once()


class MovableClock:
    """The clock of a test: stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move_to(self, year: int, month: int, day: int, hour: int = 9) -> None:
        """Set the moment (UTC)."""
        self.at = datetime(year, month, day, hour, tzinfo=UTC)

    def forward(self, **delta: float) -> None:
        """Move forward, as timedelta(**delta)."""
        self.at += timedelta(**delta)


@pytest.fixture
def clock() -> MovableClock:
    """Noon in Sweden on 15 January 2020 unless the test moves it."""
    return MovableClock(datetime(2020, 1, 15, 11, tzinfo=UTC))


@pytest.fixture(autouse=True)
def no_calls_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the program talks to another machine; a test that tries fails."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family == socket.AF_UNIX or address[0] in {"127.0.0.1", "localhost", "::1"}:
            return real(self, address)
        raise AssertionError(f"a connection out was tried: {address}")

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(scope="session", autouse=True)
def reach_of_the_tests() -> Iterator[None]:
    """A test itself sees every board's rows, on PostgreSQL too; a request in it sees its own."""
    with within(EVERY_BOARD):
        yield


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Migrated templates of both kinds; every test gets a fresh copy."""
    with Databases.started(tmp_path_factory.mktemp("databases")) as started:
        yield started


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A fresh migrated database, once on SQLite and once on PostgreSQL (application's role)."""
    with databases.fresh(request.param) as url:
        yield url


@pytest.fixture
def sqlite_url(databases: Databases) -> Iterator[str]:
    """A fresh migrated SQLite database."""
    with databases.fresh("sqlite") as url:
        yield url


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A writing session on a fresh database, on both kinds."""
    engine = sa.create_engine(
        database_url, poolclass=sa.NullPool, execution_options=once_for_all(database_url)
    )
    with intent_to_write(), Session(engine) as open_session:
        yield open_session
    engine.dispose()


def make_app(url: str, folder: Path, clock: Callable[[], datetime], **settings: Any) -> Flask:
    """An app on that database, as the tests use it everywhere."""
    mapping = TestConfig({"DATABASE_URL": url, "INSTANCE_DIR": str(folder)}).as_mapping()
    pool = {} if url.startswith("sqlite") else {"poolclass": sa.NullPool}
    engine = {**pool, "execution_options": once_for_all(url)}
    mapping["SQLALCHEMY_ENGINE_OPTIONS"] = engine
    app = create_app({**mapping, **settings}, clock=clock)
    app.jinja_env.bytecode_cache = TEMPLATES
    return app


@contextmanager
def closing(app: Flask) -> Iterator[Flask]:
    """Give the app's connections back when the test is over."""
    yield app
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path, clock: MovableClock) -> Iterator[Flask]:
    """The app on a fresh SQLite database with the clock of the test."""
    with closing(make_app(sqlite_url, tmp_path, clock)) as made:
        yield made


@pytest.fixture
def town(app: Flask, clock: MovableClock) -> Town:
    """Boards, committees and one account per role, as ids (:func:`tests.factories.make_town`)."""
    with app.app_context(), intent_to_write():
        made = make_town(db.session(), clock())
        db.session.commit()
        db.session.remove()
    return made


@pytest.fixture
def client_of(app: Flask, town: Town) -> Callable[..., PageClient]:
    """A logged-in client of a role: client_of(Role.CONTROLLER), client_of(Role.MEMBER, "IU2")."""

    def logged_in(role: Role, where: str = "SCN") -> PageClient:
        client = PageClient(app)
        client.log_in(*town.account(role, where))
        return client

    return logged_in


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A client that is not logged in."""
    return PageClient(app)


@pytest.fixture
def world_app(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """The app on a fresh copy of the demonstration, at the moment it was made."""
    with (
        databases.fresh_world() as url,
        closing(make_app(url, tmp_path, MovableClock(WORLD_AT))) as made,
    ):
        yield made


class QueryCount:
    """How many statements the database was asked while counting."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __int__(self) -> int:
        return len(self.statements)


@pytest.fixture
def count_queries() -> Callable[[], Any]:
    """Count statements: ``with count_queries() as counted: ...; assert int(counted) <= 12``."""

    @contextmanager
    def counting() -> Iterator[QueryCount]:
        counted = QueryCount()

        def note(_c: Any, _cur: Any, statement: str, _p: Any, _ctx: Any, _many: bool) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
                counted.statements.append(statement)

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            yield counted
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)

    return counting


@pytest.fixture(scope="session")
def real_input() -> Path:
    """The folder of the real plan. Without it the test is skipped, loudly; in CI it fails."""
    folder = Path(os.environ.get("REAL_INPUT_DIR", ROOT.parent / "shared" / "data"))
    if folder.is_dir():
        return folder
    sentence = f"REAL_INPUT_DIR saknas ({folder}): verkliga indata är inte provade"
    if IN_CI:
        pytest.fail(sentence)
    pytest.skip(sentence)
