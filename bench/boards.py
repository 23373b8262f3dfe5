"""Measure the follow-up of a whole municipality: 40 boards, ten years, 0.6 million items.

On SQLite and on PostgreSQL: a board's report and kommunstyrelsen's samlade bild against the floor,
a board's package, the packages of all, and what ten years cost beside one. ``--boards 4`` makes a
smaller municipality to work with, ``--database sqlite`` one of the two, ``--profile`` tells where
the time of the pages goes.
"""

import argparse
import gc
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.board_rows import KS_CONTROLLER, POINT, controller_of  # noqa: E402
from bench.gauges import (  # noqa: E402 -- the tree is put on the path first
    ROUNDS,
    Most,
    Pages,
    Seconds,
    Table,
    add_floor,
    client_of,
    measure,
    opened,
    queries_of,
)
from bench.municipality import AT, WORKER, Boards, fill_boards  # noqa: E402
from bench.occurrence_rows import LAST_YEAR  # noqa: E402
from bench.processes import spent  # noqa: E402
from internkontroll.archive.services.packages import make_packages, order_packages  # noqa: E402
from internkontroll.core.clock import utc_now  # noqa: E402
from internkontroll.core.database import db, intent_to_write  # noqa: E402
from internkontroll.core.reach import EVERY_BOARD, within  # noqa: E402
from internkontroll.core.transaction import transaction  # noqa: E402
from internkontroll.reporting.queries import oversight  # noqa: E402
from tests.conftest import MovableClock, closing, make_app  # noqa: E402
from tests.databases import Databases  # noqa: E402

BOARDS = 40
KINDS = ("sqlite", "postgresql")
REPORT, DOCUMENTS, OVERSIGHT = Most(4.0, 15), Most(5.0, 15), Most(6.0, 20)
MOST_PACKAGE, MOST_PACKAGES, MOST_GROWTH = 5.0, 120.0, 1.3
WEIGHED = ("board", "occurrence", "sample_item", "item_result", "finding", "follow_up_report")


WHOLE = f"/kommunstyrelsen/samlad-bild/{LAST_YEAR}/{POINT}"
NUMBERS = re.compile(r"\d+ av \d+ paket")


def wall() -> float:
    """Seconds on the wall."""
    return time.perf_counter()


@dataclass(frozen=True)
class Municipality:
    """The app on the filled database, its boards, and the clock that its pages are held against."""

    app: Flask
    boards: Boards
    clock: Seconds

    def controller(self, code: str) -> FlaskClient:
        """The client of a board's controller."""
        return client_of(self.app, controller_of(code))

    @staticmethod
    def report_of(code: str, point: str = POINT) -> str:
        """The address of a board's report."""
        return f"/namnd/{code.lower()}/uppfoljning/{LAST_YEAR}/{point}"


@contextmanager
def filled(kind: str, number: int, folder: Path) -> Iterator[Municipality]:
    """A fresh database of that kind with the municipality in it, and the app on it."""
    with Databases.started(folder) as databases, databases.fresh(kind) as url:
        begun = time.monotonic()
        engine = sa.create_engine(databases.owner_of(url), poolclass=sa.NullPool)
        with within(EVERY_BOARD):
            boards = fill_boards(engine, number)
            with engine.connect() as connection:
                told = [
                    f"{name} {connection.scalar(sa.text(f'SELECT count(*) FROM {name}'))}"  # noqa: S608 -- our own
                    for name in WEIGHED
                ]
        engine.dispose()
        print(f"  {', '.join(told)}; {time.monotonic() - begun:.0f} s att fylla", flush=True)
        with closing(make_app(url, folder, MovableClock(AT))) as app:
            add_floor(app)
            yield Municipality(app, boards, spent if kind == "sqlite" else wall)


def measure_pages(table: Table, town: Municipality, pages: Pages) -> None:
    """Print the pages of a report and of kommunstyrelsen's samlade bild."""
    first, old = town.boards.decided[0], town.boards.old
    ks = client_of(town.app, KS_CONTROLLER)
    floor = town.controller(old)
    opened(floor, "/golv")
    gc.collect()
    gc.freeze()  # as a worker does when it has started (operation/gunicorn_settings.py)
    taken = min(opened(floor, "/golv", town.clock) for _ in range(ROUNDS))
    table.page("golvet", taken * 1000, 1.0, len(queries_of(floor, "/golv")), Most())
    for what, client, path, most in (
        ("uppföljningens sida, under arbete", floor, town.report_of(old), REPORT),
        ("uppföljningens sida, beslutad", town.controller(first), town.report_of(first), REPORT),
        ("uppföljningens dokument", floor, f"{town.report_of(old)}/dokument", DOCUMENTS),
        ("samlad bild, alla nämnder", ks, WHOLE, OVERSIGHT),
        ("samlad bild, raderna bakom", ks, f"{WHOLE}/rader?visa=avvikelser", OVERSIGHT),
        ("samlad bild, tidpunkterna", ks, "/kommunstyrelsen/samlad-bild", OVERSIGHT),
    ):
        if pages.wants(what):
            measure(table, what, client, path, floor, most, town.clock)
            if pages.profile:
                pages.tell(client, path)
    if pages.wants("samlad bild, första gången"):
        cold = []
        for _ in range(3):
            oversight.forget_contents()
            cold.append(opened(ks, WHOLE, town.clock) / taken)
        print(f"{'samlad bild, första gången i en process':<46}{min(cold):>18.2f} x", flush=True)


def measure_growth(table: Table, town: Municipality) -> None:
    """Print what nine more years cost the same point's report: its page, and its own size."""
    old, young = (
        (town.controller(code), town.report_of(code))
        for code in (town.boards.old, town.boards.young)
    )
    opened(*old)
    opened(*young)
    taken = [(opened(*old, town.clock), opened(*young, town.clock)) for _ in range(ROUNDS)]
    time_grows = min(row[0] for row in taken) / min(row[1] for row in taken)
    size_old, size_young = (len(c.get(f"{url}/json").data) for c, url in (old, young))
    size_grows = size_old / size_young
    for what, grows in (("tid", time_grows), ("storlek", size_grows)):
        told = f"en tidpunkt, tio år mot ett: {what}"
        good = grows <= MOST_GROWTH
        table.limit(told, f"{grows:.2f} x", f"{MOST_GROWTH:g} x", good=good)


def measure_package(table: Table, town: Municipality) -> None:
    """Print what a board's package takes, with the PDFs that other processes make for it."""
    first = town.boards.decided[0]
    client, path = town.controller(first), f"{town.report_of(first)}/paket"
    opened(client, path)
    taken = min(opened(client, path) for _ in range(3))
    table.limit(
        "en nämnds paket", f"{taken:.2f} s", f"{MOST_PACKAGE:g} s", good=taken <= MOST_PACKAGE
    )


def measure_packages(table: Table, town: Municipality) -> None:
    """Print what the packages of all boards take by the worker, and how far the page tells it is.

    Processor time of the worker and of what it has had make PDFs; on the wall beside it.
    """
    ks, path = client_of(town.app, KS_CONTROLLER), f"{WHOLE}/paket"
    with town.app.app_context(), within(EVERY_BOARD):
        with intent_to_write(), transaction(db.session()) as session:
            order_packages(session, LAST_YEAR, POINT, actor=WORKER, at=AT)
        db.session.remove()
        engine = db.engine
    taken, begun, total, made = 0.0, wall(), len(town.boards.decided), 1
    while made:
        before = spent()
        with within(EVERY_BOARD):
            made = make_packages(lambda: Session(engine), utc_now)
        taken += spent() - before
        told = NUMBERS.search(ks.get(path).get_data(as_text=True))
        print(f"  {told.group() if told else 'inget tal'} efter {wall() - begun:.0f} s", flush=True)
    opened(ks, f"{path}/alla")
    what, most = f"{total} nämnders paket ({wall() - begun:.0f} s väntan)", MOST_PACKAGES
    table.limit(what, f"{taken:.0f} s", f"{most:g} s", good=taken <= most)


def measure_boards(table: Table, kinds: tuple[str, ...], number: int, pages: Pages) -> None:
    """Print the table of a municipality, once for each kind of database."""
    for kind in kinds:
        print(f"\n{number} nämnder i tio år på {kind}", flush=True)
        # Short, and open to the server's user: a socket's path is limited.
        with (
            tempfile.TemporaryDirectory(prefix="ik-boards-") as name,
            filled(kind, number, Path(name)) as town,
        ):
            measure_pages(table, town, pages)
            if not pages.only:
                measure_growth(table, town)
                measure_package(table, town)
                measure_packages(table, town)


def main() -> int:
    """Print the tables; 1 when a limit is passed."""
    parser = argparse.ArgumentParser(description="Mät uppföljningen för en hel kommun.")
    parser.add_argument("--boards", type=int, default=BOARDS, metavar="N", help="antal nämnder")
    parser.add_argument("--database", choices=KINDS, nargs="+", default=KINDS)
    parser.add_argument("--only", nargs="+", default=[], metavar="ORD", help="bara dessa sidor")
    parser.add_argument("--profile", action="store_true", help="visa vart sidornas tid går")
    wish, table = parser.parse_args(), Table()
    measure_boards(table, tuple(wish.database), wish.boards, Pages(wish.only, wish.profile))
    if table.broken:
        print(f"Över gränsen: {', '.join(table.broken)}")
    return 0 if table.passed else 1


if __name__ == "__main__":
    sys.exit(main())
