"""kill -9 while people write: nothing acknowledged is lost, nothing lacks its trail row."""

import http.client
import itertools
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.database import intent_to_write
from internkontroll.organisation.models import Board
from internkontroll.trail.queries import verify_trail
from tests.factories import (
    PASSWORD,
    make_control,
    make_occurrence,
    make_plan,
    make_points,
    make_town,
)
from tests.soak.site import Browser, Server

WRITERS = 3
LONGEST_WAIT = 0.05
"""Seconds at most between an acknowledged write and the kill."""


@dataclass(frozen=True)
class Verdict:
    """What was counted afterwards, in plain SQL."""

    kills: int
    acknowledged: int
    lost: int
    without_trail: int
    broken_chains: int
    in_doubt: int

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.acknowledged} acknowledged writes: {self.lost} lost, "
            f"{self.without_trail} without trail row, {self.broken_chains} broken chains "
            f"({self.in_doubt} written but never acknowledged)"
        )


def fill(url: str) -> list[int]:
    """A town, and one occurrence for each writer."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        scn = session.get_one(Board, make_town(session, datetime.now(UTC)).boards["SCN"])
        plan, points = make_plan(session, scn, decided=True), make_points(session, scn)
        made = [
            make_occurrence(session, make_control(session, plan), points[0]).id
            for _ in range(WRITERS)
        ]
        session.commit()
    engine.dispose()
    return made


class Writers:
    """People who each report one occurrence as not done and take it back, over and over."""

    def __init__(self, server: Server, occurrences: list[int]) -> None:
        self.server = server
        self.acknowledged: list[str] = []
        self.resumed = 0
        self.wrote = threading.Event()
        self._stop = threading.Event()
        self._numbers = itertools.count()
        self._threads = [threading.Thread(target=self._write, args=(one,)) for one in occurrences]
        self._browser = Browser(server)
        self._browser.log_in("controller.scn", PASSWORD)

    def _browser_of_writer(self) -> Browser:
        own = Browser(self.server)
        own.cookies, own.token = dict(self._browser.cookies), self._browser.token
        return own

    def _write(self, occurrence: int) -> None:
        browser, address = self._browser_of_writer(), f"/namnd/scn/kontroller/{occurrence}"
        while not self._stop.is_set():
            reason = f"skrivning {next(self._numbers)}"
            try:
                if browser.post(f"{address}/ej-genomford", reason=reason) == 303:
                    self.acknowledged.append(reason)
                    self.wrote.set()
                if browser.post(f"{address}/ateruppta") == 303:
                    self.resumed += 1
            except (OSError, http.client.HTTPException):
                self._stop.wait(0.02)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Write until the context ends."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()


def count(url: str, writers: Writers, kills: int) -> Verdict:
    """Recount in SQL what the writers were told."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with Session(engine) as session:
        reasons = set(session.scalars(sa.text("SELECT reason FROM non_performance")))
        rows = session.scalar(sa.text("SELECT count(*) FROM non_performance")) or 0
        withdrawn = session.scalar(
            sa.text("SELECT count(*) FROM non_performance WHERE withdrawn_at IS NOT NULL")
        )
        told = dict(
            session.execute(sa.text("SELECT event, count(*) FROM trail_row GROUP BY event")).all()
        )
        payloads = session.scalar(sa.text("SELECT count(*) FROM trail_payload"))
        verdicts = verify_trail(session)
    engine.dispose()
    return Verdict(
        kills=kills,
        acknowledged=len(writers.acknowledged) + writers.resumed,
        lost=len(set(writers.acknowledged) - reasons) + max(0, writers.resumed - (withdrawn or 0)),
        without_trail=abs(rows - told.get("occurrence:not-performed", 0))
        + abs((withdrawn or 0) - told.get("occurrence:resumed", 0))
        + abs(sum(told.values()) - (payloads or 0)),
        broken_chains=sum(not verdict.whole for verdict in verdicts),
        in_doubt=rows - len(writers.acknowledged),
    )


def _kill_now_and_then(
    writers: Writers, times: int, kill: Callable[[], None], rng: random.Random
) -> None:
    for number in range(times):
        writers.wrote.clear()
        if not writers.wrote.wait(60):
            raise RuntimeError(f"nobody could write after kill {number}")
        threading.Event().wait(rng.random() * LONGEST_WAIT)
        kill()
    writers.wrote.clear()
    if not writers.wrote.wait(60):
        raise RuntimeError("nobody could write after the last kill")


def kill_the_web(url: str, folder: Path, port: int, times: int, **settings: str) -> Verdict:
    """Kill every process of the web server ``times`` times while people write."""
    occurrences, rng = fill(url), random.Random(times)  # noqa: S311 -- when to kill
    server = Server(url, folder, port, settings)
    server.start()

    def again() -> None:
        server.kill()
        server.start()

    try:
        writers = Writers(server, occurrences)
        with writers.at_work():
            _kill_now_and_then(writers, times, again, rng)
    finally:
        server.kill()
    return count(url, writers, times)


def kill_the_database(
    url: str, folder: Path, port: int, times: int, restart: Callable[[], None]
) -> Verdict:
    """Kill every process of the database ``times`` times while people write; the web stays."""
    occurrences, rng = fill(url), random.Random(times)  # noqa: S311 -- when to kill
    server = Server(url, folder, port, {"WEB_CONCURRENCY": "2"})
    server.start()
    try:
        writers = Writers(server, occurrences)
        with writers.at_work():
            _kill_now_and_then(writers, times, restart, rng)
    finally:
        server.kill()
    return count(url, writers, times)
