"""`make soak`: two hundred kills of each, a thousand rounds of presses. Prints what it counted.

KILLS and ROUNDS change how many. Exits with 1 when anything was lost, doubled or broken.
"""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from playwright.sync_api import sync_playwright
from sqlalchemy.orm import Session

from internkontroll.core.clock import utc_now
from internkontroll.core.database import intent_to_write
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.organisation.models import Board
from tests.browser.conftest import INSTALL, chromium
from tests.conftest import closing, make_app
from tests.databases import Databases
from tests.factories import make_control, make_occurrence, make_plan, make_points, make_town
from tests.soak.kills import Verdict, kill_the_database, kill_the_web
from tests.soak.presses import press_together
from tests.soak.writing import Chromium, kill_while_writing

KILLS = int(os.environ.get("KILLS", "200"))
ROUNDS = int(os.environ.get("ROUNDS", "1000"))


def _port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def _place(kind: str) -> Iterator[tuple[Databases, str, Path]]:
    with TemporaryDirectory() as name:
        folder = Path(name) / "instance"
        folder.mkdir(mode=0o700)
        with (
            Databases.started(Path(name), durable=True) as databases,
            databases.fresh(kind) as url,
        ):
            yield databases, url, folder


def _kills() -> Iterator[tuple[str, Verdict]]:
    for kind in ("sqlite", "postgresql"):
        with _place(kind) as (_databases, url, folder):
            yield f"web server on {kind}", kill_the_web(url, folder, _port(), KILLS)
    with _place("postgresql") as (databases, url, folder):
        cluster = databases.cluster
        assert cluster is not None

        def restart() -> None:
            cluster.kill()
            cluster.start()

        yield "database", kill_the_database(url, folder, _port(), KILLS, restart)


def _writing(kind: str) -> bool:
    path = chromium()
    if path is None:
        print(INSTALL, flush=True)
        return False
    with _place(kind) as (_databases, url, folder), sync_playwright() as playwright:
        browsers = Chromium(playwright, path, folder)
        written = kill_while_writing(url, folder, _port(), KILLS, browsers)
    print(f"writing in a report on {kind}: {written}", flush=True)
    return written.is_sound


def _presses(kind: str) -> bool:
    with _place(kind) as (_databases, url, folder):
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with intent_to_write(), Session(engine) as session:
            scn = session.get_one(Board, make_town(session, utc_now()).boards["SCN"])
            control = make_control(session, make_plan(session, scn, decided=True))
            occurrence = make_occurrence(session, control, make_points(session, scn)[0]).id
            session.commit()
        engine.dispose()
        with closing(make_app(url, folder, utc_now)) as app:
            done = press_together(app, url, occurrence, rounds=ROUNDS)
    print(
        f"20 presses at once on {kind}, {done.rounds} rounds: {done.effects} effects, "
        f"{done.told} trail rows, {done.other_answers} answers other than a redirect, "
        f"{done.broken_chains} broken chains",
        flush=True,
    )
    return (done.effects, done.told, done.other_answers, done.broken_chains) == (
        ROUNDS,
        ROUNDS,
        0,
        0,
    )


@within(EVERY_BOARD)
def main() -> int:
    """Run everything. 0 when nothing was lost, doubled or broken."""
    sound = True
    for name, verdict in _kills():
        print(f"{name}: {verdict}", flush=True)
        sound &= (verdict.lost, verdict.without_trail, verdict.broken_chains) == (0, 0, 0)
    for kind in ("sqlite", "postgresql"):
        sound &= _writing(kind)
        sound &= _presses(kind)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
