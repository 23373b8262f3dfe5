"""The floor, and how a page is held against it: processor time, best of some, and queries."""

import cProfile
import pstats
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from bench.processes import spent
from internkontroll.core.database import db
from internkontroll.schedule.models import Occurrence
from internkontroll.web.access import signed_in

ROUNDS = 9


@dataclass(frozen=True)
class Most:
    """What a page may take: so many times the floor's processor time, and so many queries."""

    ratio: float = 3.0
    queries: int = 12

    def __str__(self) -> str:
        return f"{self.ratio:g} x, {self.queries}"


A_PAGE = Most()
Seconds = Callable[[], float]

FLOOR_PAGE = """{% extends "base.html" %}{% block heading %}Golv{% endblock %}{% block content %}
X
{% endblock %}"""


@dataclass
class Table:
    """The table as it is printed, and whether every limit held."""

    passed: bool = True
    broken: list[str] = field(default_factory=list)

    def limit(self, what: str, figure: str, most: str, *, good: bool) -> None:
        """Print a figure beside its limit."""
        self._note(what, good=good)
        print(f"{what:<46}{figure:>20}   högst {most:<8}{'ja' if good else 'NEJ'}", flush=True)

    def page(
        self, what: str, milliseconds: float, ratio: float, queries: int, most: "Most"
    ) -> None:
        """Print a page's row."""
        good = ratio <= most.ratio and queries <= most.queries
        self._note(what, good=good)
        figures = f"{milliseconds:>8.1f} ms{ratio:>7.2f} x{queries:>8}"
        print(f"{what:<46}{figures}   {'ja' if good else 'NEJ'}", flush=True)

    def _note(self, what: str, *, good: bool) -> None:
        self.passed = self.passed and good
        if not good:
            self.broken.append(what)


def add_floor(app: Flask) -> None:
    """The page that everything is compared with."""

    @app.get("/golv")
    @signed_in
    def floor() -> str:
        rows = db.session.scalars(sa.select(Occurrence).limit(50)).all()
        count = db.session.scalar(
            sa.select(sa.func.count()).select_from(Occurrence).where(Occurrence.board_id == 1)
        )
        return render_template_string(FLOOR_PAGE, rows=rows, count=count)


def client_of(app: Flask, username: str | None) -> FlaskClient:
    """A client with a session that is ready."""
    client = app.test_client()
    if username is not None:
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"provning-{username}"
    return client


def opened(client: FlaskClient, url: str, clock: Seconds = spent) -> float:
    """Seconds of one opening, by default the processor's."""
    begun = clock()
    answer = client.get(url)
    taken = clock() - begun
    if answer.status_code != 200:
        raise RuntimeError(f"{url} answered {answer.status_code}")
    return taken


def queries_of(client: FlaskClient, url: str) -> list[str]:
    """The statements of one opening, those of the login and the frame too."""
    statements: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        opened(client, url)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return statements


@dataclass
class Pages:
    """Which pages are measured, and how much is told of each."""

    only: Sequence[str] = ()
    profile: bool = False

    def wants(self, what: str) -> bool:
        """Whether the page is asked for."""
        return not self.only or any(word in what for word in self.only)

    def tell(self, client: FlaskClient, url: str) -> None:
        """Print the page's statements and where its time goes."""
        for statement in queries_of(client, url):
            print("   ", " ".join(statement.split())[:400])
        profile = cProfile.Profile()
        profile.enable()
        for _ in range(ROUNDS):
            opened(client, url)
        profile.disable()
        pstats.Stats(profile).sort_stats("cumulative").print_stats(70)


def measure(
    table: Table,
    what: str,
    client: FlaskClient,
    url: str,
    floor: FlaskClient,
    most: Most = A_PAGE,
    clock: Seconds = spent,
) -> float | None:
    """Open a page and the floor turn by turn, and print the page's row; gives its milliseconds.

    A database server works in processes of its own: there ``clock`` is that on the wall.
    """
    try:
        opened(client, url)
        queries = len(queries_of(client, url))
    except Exception as error:  # a page that falls is told of, and the rest measured
        table.limit(what, f"{type(error).__name__}: {error}"[:60], "svar 200", good=False)
        return None
    pages, floors = [], []
    for _ in range(ROUNDS):
        floors.append(opened(floor, "/golv", clock))
        pages.append(opened(client, url, clock))
    here = min(pages)
    table.page(what, here * 1000, here / min(floors), queries, most)
    return here * 1000
