"""Killed, pressed twenty times at once, served for real: what `make soak` does for hours."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.core.database import intent_to_write
from internkontroll.organisation.models import Board
from tests.conftest import MovableClock, closing, make_app
from tests.databases import Databases
from tests.factories import (
    PASSWORD,
    make_control,
    make_occurrence,
    make_plan,
    make_points,
    make_town,
)
from tests.soak.kills import kill_the_database, kill_the_web
from tests.soak.presses import Pressed, press_together
from tests.soak.site import Browser, Refused, Server

TIMES = 10
TOKEN = "3f9a0c7e51b2d8463f9a0c7e51b2d846"


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An instance folder that is closed to others."""
    made = tmp_path / "instance"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def site(database_url: str, tmp_path: Path, clock: MovableClock) -> Iterator[tuple[Flask, int]]:
    """An app and an occurrence that can be reported as not done."""
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        scn = session.get_one(Board, make_town(session).boards["SCN"])
        control = make_control(session, make_plan(session, scn, decided=True))
        occurrence = make_occurrence(session, control, make_points(session, scn)[0]).id
        session.commit()
    engine.dispose()
    with closing(make_app(database_url, tmp_path, clock)) as app:
        yield app, occurrence


def test_one_effect_however_often_and_however_many_times_a_button_is_pressed(
    site: tuple[Flask, int], database_url: str
) -> None:
    app, occurrence = site

    assert press_together(app, database_url, occurrence, rounds=5) == Pressed(5, 5, 5, 0, 0)


def test_a_killed_web_server_loses_nothing_that_was_acknowledged(
    databases: Databases, folder: Path, port: int
) -> None:
    with databases.fresh("sqlite") as url:
        verdict = kill_the_web(url, folder, port, TIMES)

    assert (verdict.lost, verdict.without_trail, verdict.broken_chains) == (0, 0, 0), verdict
    assert verdict.acknowledged > TIMES


@pytest.mark.postgres
def test_a_killed_database_loses_nothing_that_was_acknowledged(
    tmp_path: Path, folder: Path, port: int
) -> None:
    with Databases.started(tmp_path, durable=True) as own, own.fresh("postgresql") as url:
        cluster = own.cluster
        assert cluster is not None

        def restart() -> None:
            cluster.kill()
            cluster.start()

        verdict = kill_the_database(url, folder, port, TIMES, restart)

    assert (verdict.lost, verdict.without_trail, verdict.broken_chains) == (0, 0, 0), verdict
    assert verdict.acknowledged > TIMES


@pytest.mark.postgres
def test_a_real_server_answers_with_all_headers_and_counts_over_its_workers(
    databases: Databases, folder: Path, port: int
) -> None:
    with databases.fresh("postgresql") as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with Session(engine) as session:
            make_town(session)
            session.commit()
        engine.dispose()
        server = Server(url, folder, port, {"WEB_CONCURRENCY": "2", "METRICS_TOKEN": TOKEN})
        server.start()
        try:
            browser = Browser(server)
            browser.log_in("controller.scn", PASSWORD)
            status, page, _ = browser.get("/namnd/scn/?hemligt=640823-3234")
            _, file, _ = browser.get("/static/css/internkontroll.css")
            for _ in range(20):
                browser.get("/halsa/redo")
            _, _, text = browser.get("/matt", Authorization=f"Bearer {TOKEN}")
        finally:
            server.kill()

    assert status == 200
    for name in ("Content-Security-Policy", "Strict-Transport-Security", "Referrer-Policy"):
        assert page[name]
        assert file[name]
    assert 'endpoint="ready",method="GET",status="200"} 20.0' in text
    told = [line for line in server.log() if line["event"] == "request"]
    assert {line["endpoint"] for line in told} >= {"accounts.login", "organisation.board"}
    assert "hemligt" not in "".join(server.lines)
    assert PASSWORD not in "".join(server.lines)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY saknas"),
        ({"HTTPS": "0", "TRUSTED_HOSTS": ""}, "TRUSTED_HOSTS saknas"),
        ({"WEB_CONCURRENCY": "2"}, "SQLite delas av flera processer"),
    ],
)
def test_a_server_with_weak_settings_does_not_start_and_says_why(
    sqlite_url: str, folder: Path, port: int, settings: dict[str, str], word: str
) -> None:
    with pytest.raises(Refused, match=word):
        Server(sqlite_url, folder, port, settings).start()


@pytest.mark.postgres
def test_a_server_that_logs_in_as_the_tables_owner_does_not_start(
    databases: Databases, folder: Path, port: int
) -> None:
    with (
        databases.fresh("postgresql") as url,
        pytest.raises(Refused, match="äger tabellerna"),
    ):
        Server(databases.owner_of(url), folder, port).start()


def test_a_server_with_the_demonstrations_accounts_does_not_start(
    databases: Databases, folder: Path, port: int
) -> None:
    with databases.fresh_world() as url, pytest.raises(Refused, match="Demonstrationens konton"):
        Server(url, folder, port).start()
