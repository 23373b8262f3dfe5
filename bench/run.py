"""Measure a board's year against a floor, in one run: pages, queries, PDF and import.

The floor is the program's own logged-in page with the frame, 50 rows and a count. Timings differ
between machines; the ratios and the query counts are what is looked at. Exits with 1 when one of
the limits is passed.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.year import AT, BenchYear, make_year  # noqa: E402 -- the tree is put on the path first
from internkontroll.core.access import system_actor  # noqa: E402
from internkontroll.core.database import db, intent_to_write  # noqa: E402
from internkontroll.core.migrate import migrate  # noqa: E402
from internkontroll.demo.year import HERE  # noqa: E402
from internkontroll.files.tables import read_table  # noqa: E402
from internkontroll.organisation.models import Board  # noqa: E402
from internkontroll.plan.rules.reading import read_plan  # noqa: E402
from internkontroll.plan.services import import_plan  # noqa: E402
from internkontroll.schedule.models import Occurrence  # noqa: E402
from internkontroll.web.access import signed_in  # noqa: E402
from tests.conftest import MovableClock, make_app  # noqa: E402
from tests.world import log_in_directly  # noqa: E402

ROUNDS = 15
MOST_RATIO, MOST_QUERIES, MOST_PDF, MOST_IMPORT = 3.0, 12, 1.0, 2.0

FLOOR_PAGE = """{% extends "base.html" %}{% block heading %}Golv{% endblock %}{% block content %}
X
{% endblock %}"""


@dataclass(frozen=True)
class Measured:
    """A page's median seconds and its number of statements."""

    seconds: float
    queries: int


def add_floor(app: Flask) -> None:
    """The page that everything is compared with."""

    @app.get("/golv")
    @signed_in
    def floor() -> str:
        rows = db.session.scalars(sa.select(Occurrence).limit(50)).all()
        count = db.session.scalar(sa.select(sa.func.count()).select_from(Occurrence))
        return render_template_string(FLOOR_PAGE, rows=rows, count=count)


def timed(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median seconds of an act, after one that warms up."""
    act()
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def measure(client: FlaskClient, url: str) -> Measured:
    """Open a page again and again."""
    statements: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    def opened() -> None:
        answer = client.get(url)
        assert answer.status_code == 200, f"{url}: {answer.status_code}"

    opened()
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    opened()
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return Measured(timed(opened), len(statements))


def app_of(folder: Path, year: BenchYear, url: str) -> FlaskClient:
    """A client logged in as the controller of the year's board."""
    app = make_app(url, folder, MovableClock(AT))
    add_floor(app)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = year.token
    return client


def build(folder: Path, name: str, times: int) -> tuple[str, BenchYear]:
    """A migrated database with a board's year, the rows multiplied."""
    url = f"sqlite:///{folder / name}.sqlite"
    migrate(url)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        year = make_year(session, times=times)
        log_in_directly(session, year.username, AT)
        session.commit()
    engine.dispose()
    return url, year


def import_seconds(url: str) -> float:
    """Seconds to read a plan file and make a plan of it, in one transaction."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    data = (HERE / "plan_scn.csv").read_bytes()
    years = iter(range(2040, 2090))

    def act() -> None:
        with intent_to_write(), Session(engine) as session:
            board = session.scalars(sa.select(Board)).first()
            assert board is not None
            wanted = next(years)
            import_plan(
                session,
                board,
                wanted,
                read_plan(read_table(data, "plan.csv"), year=wanted),
                file_name="plan.csv",
                file_sha256="0" * 64,
                actor=system_actor("bench"),
                at=AT,
            )
            session.commit()

    seconds = timed(act, 5)
    engine.dispose()
    return seconds


def main() -> int:
    """Print the table; 1 when a limit is passed."""
    passed = True

    def show(what: str, figure: str, limit: str, good: bool) -> None:
        nonlocal passed
        passed = passed and good
        print(f"{what:<34}{figure:>22}   högst {limit:<10}{'ja' if good else 'NEJ'}")

    with tempfile.TemporaryDirectory(prefix="ik-bench-") as name:
        folder = Path(name)
        url, year = build(folder, "year", 1)
        url10, year10 = build(folder, "year10", 10)
        client, client10 = app_of(folder, year, url), app_of(folder, year10, url10)
        print(f"{year.facts()}; tiofalt: {year10.facts()}")
        floor = measure(client, "/golv")
        print(f"{'golvet':<34}{floor.seconds * 1000:>19.1f} ms   {floor.queries} frågor")
        for what, here, there in (
            ("planens sida", year.plan_url, year10.plan_url),
            ("startsidan", "/", "/"),
            ("uppföljningens sida", year.report_url, year10.report_url),
        ):
            one, ten = measure(client, here), measure(client10, there)
            ratio = one.seconds / floor.seconds
            show(what, f"{ratio:.2f} x golvet", f"{MOST_RATIO} x", ratio <= MOST_RATIO)
            show("  frågor", str(one.queries), str(MOST_QUERIES), one.queries <= MOST_QUERIES)
            show(
                "  frågor, tio gånger raderna", str(ten.queries), "lika", ten.queries == one.queries
            )
        pdf = timed(lambda: client.get(year.pdf_url), 5)
        show("uppföljningen som PDF", f"{pdf:.2f} s", f"{MOST_PDF} s", pdf <= MOST_PDF)
        taken = import_seconds(url)
        show("läs in en plan", f"{taken:.2f} s", f"{MOST_IMPORT} s", taken <= MOST_IMPORT)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
