"""A list of a million rows: read, frozen and stored, drawn from, against what it cannot do without.

Every ratio is of one run, in one process of its own, so that the machine's mood is in both halves.
"""

import csv
import gc
import hashlib
import multiprocessing
import random
import resource
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from internkontroll.app import load_models
from internkontroll.core.access import system_actor
from internkontroll.core.base import Base
from internkontroll.sampling.models import Population
from internkontroll.sampling.queries import canonical_of
from internkontroll.sampling.rules import draw, effective_seed, mus_hits, population_hash
from internkontroll.sampling.rules.population import Item
from internkontroll.sampling.services import (
    freeze_population,
    load_waiting,
    receive_population,
    store_upload,
)
from internkontroll.schedule.models import Occurrence
from tests.factories import make_board, make_control, make_occurrence, make_plan, make_points

AT = datetime(2020, 4, 1, 9, tzinfo=UTC)
WORKER = system_actor("mätning")
ROWS = 1_000_000
DRAWN = 60
SEED = "01234567890123456789"
MOST_READ, MOST_TICKET, MOST_MUS, MOST_MEGABYTES = 6.0, 1.5, 1.5, 600.0
ROUNDS = 3
MEGABYTE = 1024
"""Kilobytes, which is what ``ru_maxrss`` counts in."""


def population_limits() -> list[tuple[str, float, float, str]]:
    """What was measured, the figure, its limit and its unit; each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fakturor.csv"
        write_list(path, ROWS)
        store, peak = _apart(_store_ratio, path, Path(folder))
        secret, secret_peak = _apart(_secret_ratio, path, Path(folder))
        ticket, _ = _apart(_ticket_ratio, path, Path(folder))
        mus, _ = _apart(_mus_ratio, path, Path(folder))
    return [
        ("läs, frys och spara, mot pandas och hash", store, MOST_READ, "x"),
        ("samma för en hemlig lista", secret, MOST_READ, "x"),
        ("mest minne", max(peak, secret_peak), MOST_MEGABYTES, "MB"),
        ("srs_ticket, mot hash av varje beteckning", ticket, MOST_TICKET, "x"),
        ("mus_interval, mot accumulate och bisect", mus, MOST_MUS, "x"),
    ]


def write_list(path: Path, rows: int) -> None:
    """A list of invoices as an economy system writes it: cp1252, five columns, decimal comma."""
    chance = random.Random(2020)  # noqa: S311
    with path.open("w", encoding="cp1252", newline="") as stream:
        lines = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        lines.writerow(["Fakturanummer", "Datum", "Leverantör", "Konto", "Belopp"])
        for number in range(1, rows + 1):
            ore = chance.randrange(-100_000, 10_000_000)
            sign = "-" if ore < 0 else ""
            amount = f"{sign}{abs(ore) // 100},{abs(ore) % 100:02d}"
            day = f"2020-03-{1 + number % 28:02d}"
            supplier = f"Leverantör {number % 977}"
            lines.writerow([f"F-2020-{number:07d}", day, supplier, 4000 + number % 900, amount])


def _apart(measure: Callable[[Path, Path], float], path: Path, folder: Path) -> tuple[float, float]:
    """What a process of its own measures, and the most memory that it used in megabytes."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    worker = context.Process(target=_report, args=(measure, path, folder, answers))
    worker.start()
    ratio, kilobytes = answers.get()
    worker.join()
    return ratio, kilobytes / MEGABYTE


def _report(
    measure: Callable[[Path, Path], float],
    path: Path,
    folder: Path,
    answers: "multiprocessing.Queue[tuple[float, int]]",
) -> None:
    ratio = measure(path, folder)
    answers.put((ratio, int(_PEAK.get("kilobytes", 0))))


_PEAK: dict[str, int] = {}


def _note_peak() -> None:
    """The memory so far is the program's; what is measured against comes after it."""
    _PEAK["kilobytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _best(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds of processor time, the least of some rounds: others on the machine do not count."""
    taken = []
    for _ in range(rounds):
        gc.collect()
        begun = time.process_time()
        act()
        taken.append(time.process_time() - begun)
    return min(taken)


def _store_ratio(path: Path, folder: Path) -> float:
    return _stored(path, folder, is_secret=False)


def _secret_ratio(path: Path, folder: Path) -> float:
    return _stored(path, folder, is_secret=True)


def _stored(path: Path, folder: Path, *, is_secret: bool) -> float:
    desks = [
        Desk(folder / f"{is_secret}-{number}", is_secret=is_secret) for number in range(ROUNDS)
    ]
    waiting = iter(desks)

    def own() -> None:
        desk = next(waiting)
        desk.receive(path)
        desk.read()
        desk.freeze()

    seconds = _best(own)
    _note_peak()
    # Only now, so that its memory is not counted as the program's.
    import pandas

    canonical = desks[0].canonical()

    def bare() -> None:
        pandas.read_csv(
            path,
            sep=";",
            encoding="cp1252",
            usecols=["Fakturanummer", "Belopp"],
            dtype=str,
            keep_default_na=False,
        )
        hashlib.sha256(canonical).hexdigest()

    return seconds / _best(bare)


class Desk:
    """A kontrolltillfälle in a database of its own, with one list handed in to it."""

    def __init__(self, folder: Path, *, is_secret: bool) -> None:
        folder.mkdir()
        self._uploads = folder / "uploads"
        engine = sa.create_engine(f"sqlite:///{folder / 'list.sqlite'}")
        load_models()
        Base.metadata.create_all(engine)
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._secret = is_secret
        with self._sessions.begin() as session:
            board = make_board(session)
            control = make_control(session, make_plan(session, board, decided=True))
            occurrence = make_occurrence(session, control, make_points(session, board)[0])
            self._occurrence = occurrence.id
        self._population = 0

    def receive(self, path: Path) -> None:
        """Take in the file, as a person hands it in."""
        with (
            self._sessions.begin() as session,
            path.open("rb") as stream,
            store_upload(stream, self._uploads) as upload,
        ):
            population = receive_population(
                session,
                session.get_one(Occurrence, self._occurrence),
                upload=upload,
                file_name="fakturor.csv",
                description="Fakturor",
                source="Ekonomisystemet",
                taken_out_by="Systemförvaltningen",
                taken_out_on=None,
                reconciliation=None,
                made_by_controlled=False,
                is_secret=self._secret,
                actor=WORKER,
                at=AT,
            )
            upload.keep()
            self._population = population.id

    def read(self) -> None:
        """Read it in, as the worker does."""
        load_waiting(self._sessions, lambda: AT, self._uploads)

    def freeze(self) -> None:
        """Freeze it."""
        with self._sessions.begin() as session:
            population = session.get_one(Population, self._population)
            freeze_population(session, population, actor=WORKER, at=AT)

    def canonical(self) -> bytes:
        """What P is the hash of."""
        with self._sessions() as session:
            return canonical_of(session, self._population)


def _ticket_ratio(_: Path, __: Path) -> float:
    items: list[Item] = [(f"F-2020-{number:07d}", None) for number in range(1, ROWS + 1)]
    own = _best(lambda: draw(items, "srs_ticket", DRAWN, SEED))
    effective = effective_seed(SEED, population_hash(items))

    def bare() -> None:
        for identity, _amount in items:
            hashlib.sha256(f"{effective},{identity}".encode()).hexdigest()

    return own / _best(bare)


def _mus_ratio(_: Path, __: Path) -> float:
    chance = random.Random(2020)  # noqa: S311
    amounts = [chance.randrange(-100_000, 10_000_000) for _ in range(ROWS)]
    total = sum(amount for amount in amounts if amount > 0)
    start = total // 7
    own = _best(lambda: mus_hits(amounts, DRAWN, start))

    def bare() -> None:
        cumulative = list(accumulate(max(amount, 0) for amount in amounts))
        for place in range(DRAWN):
            bisect_right(cumulative, (start + place * total) // DRAWN)

    return own / _best(bare)
