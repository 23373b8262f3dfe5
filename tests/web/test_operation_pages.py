"""What operations reads: the log, the measures, whether the program is ready."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db
from internkontroll.monitoring.models import JobOutcome, JobRun
from internkontroll.operation.server import with_files
from internkontroll.web.log import write_log
from tests.client import PageClient
from tests.conftest import MovableClock, closing, make_app
from tests.factories import PASSWORD, Town

TOKEN = "3f9a0c7e51b2d8463f9a0c7e51b2d846"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, as a real installation would write it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    write_log(stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_request_is_one_line_told_by_endpoint_and_number(
    app: Flask, town: Town, log: io.StringIO
) -> None:
    client = PageClient(app)
    client.log_in(*town.account(Role.CONTROLLER))
    log.truncate(0)
    log.seek(0)

    client.get("/namnd/scn/kontroller?ar=2020")

    (line,) = lines(log)
    assert {"time", "level", "event", "request_id", "ms"} <= set(line)
    assert (line["endpoint"], line["method"], line["status"]) == ("schedule.index", "GET", 200)
    assert isinstance(line["user_id"], int)
    assert "kontroller" not in json.dumps({**line, "endpoint": ""})


SECRETS = (
    "hemligt-lösenord-1",
    "640823-3234",
    "SCN-2020-4711",
    "anna.svensson",
    PASSWORD,
    "fritext om ett barn",
)


def test_nothing_that_is_typed_or_asked_for_reaches_the_log(
    app: Flask, town: Town, log: io.StringIO
) -> None:
    client = PageClient(app)
    app.config["TESTING"] = False
    client.get("/logga-in?next=/hemligt-lösenord-1")
    client.submit("/logga-in", 422, username="anna.svensson", password="hemligt-lösenord-1")
    client.log_in(*town.account(Role.CONTROLLER))
    client.get("/namnd/SCN-2020-4711/", 404)
    client.get("/namnd/scn/kontroller?sok=640823-3234")
    client.http.post("/namnd/scn/ar/2021/oppna", data={"key": "fritext om ett barn"})
    with app.app_context():
        db.session.execute(sa.text("DROP TABLE submission"))
        db.session.commit()
    form = client.get("/namnd/scn/ar/2021").form("/oppna")
    failed = client.http.post(form.action, data={**dict(form.fields), "extra": "640823-3234"})

    written = log.getvalue()
    assert failed.status_code == 500
    assert any("errors" in line for line in lines(log))
    cookie = client.http.get_cookie("session")
    assert cookie is not None
    for secret in (*SECRETS, cookie.value, dict(form.fields)["csrf_token"]):
        assert secret not in written, secret


def test_an_error_is_told_by_its_class_and_place_and_not_by_its_words(log: io.StringIO) -> None:
    try:
        try:
            raise KeyError("640823-3234")
        except KeyError as error:
            raise ValueError("barnet heter något") from error
    except ValueError:
        logging.getLogger("x").exception("fel i %s", "provet")

    (line,) = lines(log)
    assert [error["class"] for error in line["errors"]] == [
        "builtins.ValueError",
        "builtins.KeyError",
    ]
    assert "test_operation_pages.py" in str(line["errors"])
    assert "barnet" not in log.getvalue()
    assert "640823" not in log.getvalue()


def test_the_servers_own_lines_are_cut_before_the_address(log: io.StringIO) -> None:
    logging.getLogger("gunicorn.error2").warning(
        "Error handling request %s", "/namnd/scn?x=hemligt"
    )

    assert lines(log)[0]["event"] == "Error handling request"


def test_ready_says_yes_and_nothing_else(client: PageClient) -> None:
    answer = client.raw("/halsa/redo")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "statement", ["UPDATE alembic_version SET version_num = '0001'", "DROP TABLE alembic_version"]
)
def test_ready_says_no_when_the_database_is_not_the_programs(
    app: Flask, client: PageClient, statement: str
) -> None:
    with app.app_context():
        db.session.execute(sa.text(statement))
        db.session.commit()

    answer = client.raw("/halsa/redo")

    assert (answer.status_code, answer.json) == (503, {"status": "inte redo"})
    assert client.raw("/halsa").status_code == 200


@pytest.fixture
def measured(sqlite_url: str, tmp_path: Path, clock: MovableClock) -> Iterator[Flask]:
    with closing(make_app(sqlite_url, tmp_path, clock, METRICS_TOKEN=TOKEN)) as made:
        yield made


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer fel"}, {"Authorization": "åäö"}])
def test_the_measures_do_not_exist_without_their_token(
    measured: Flask, headers: dict[str, str]
) -> None:
    assert measured.test_client().get("/matt", headers=headers).status_code == 404


def test_the_measures_do_not_exist_where_no_token_is_set(app: Flask) -> None:
    for given in ("Bearer ", "Bearer", ""):
        answer = app.test_client().get("/matt", headers={"Authorization": given})
        assert answer.status_code == 404


def test_the_measures_count_answers_refused_logins_and_jobs(
    measured: Flask, clock: MovableClock
) -> None:
    client = PageClient(measured)
    client.get("/logga-in")
    client.submit("/logga-in", 422, username="finns.inte", password="fel lösenord")
    client.get("/finns/inte/alls", 404)
    with measured.app_context():
        db.session.add(
            JobRun(
                job="trail:verify",
                period="2020-01-15",
                outcome=JobOutcome.FAILED,
                started_at=clock(),
                ended_at=clock(),
            )
        )
        db.session.commit()

    answer = client.http.get("/matt", headers={"Authorization": f"Bearer {TOKEN}"})

    text = answer.get_data(as_text=True)
    assert 'endpoint="accounts.login",method="GET",status="200"} 1.0' in text
    assert 'endpoint="okänd",method="GET",status="404"} 1.0' in text
    assert "internkontroll_login_failures_total 1.0" in text
    assert 'internkontroll_job_failed_runs{job="trail:verify"} 1.0' in text
    assert "finns" not in text


def test_words_that_a_client_makes_up_do_not_fill_the_measures(measured: Flask) -> None:
    client = measured.test_client()
    for word in ("HITTPA", "PROPFIND", "DELETE"):
        client.open("/logga-in", method=word)

    text = client.get("/matt", headers={"Authorization": f"Bearer {TOKEN}"}).get_data(as_text=True)

    assert 'method="okänd",status="405"} 3.0' in text
    assert "HITTPA" not in text


@pytest.mark.parametrize("https", [True, False])
def test_files_handed_out_before_the_app_carry_the_same_headers(
    sqlite_url: str, tmp_path: Path, clock: MovableClock, https: bool
) -> None:
    made = make_app(sqlite_url, tmp_path, clock, SESSION_COOKIE_SECURE=https)
    with closing(with_files(made)) as app:
        client = app.test_client()
        page = client.get("/logga-in").headers
        with client.get("/static/css/internkontroll.css") as answer:
            file = answer.headers
            assert answer.status_code == 200
        with client.get("/static/finns-inte.css") as missing:
            assert missing.status_code == 404

    own = {
        "Cache-Control",
        "Content-Security-Policy",
        "Set-Cookie",
        "Content-Length",
        "Content-Type",
    }
    assert {name for name, _ in page} - own - {"Vary"} <= {name for name, _ in file}
    assert ("Strict-Transport-Security" in file) is https
    assert "script-src 'none'" in file["Content-Security-Policy"]
    assert "max-age=300" in file["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in file
