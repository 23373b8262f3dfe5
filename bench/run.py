"""Measure every page against a floor, on a database of a whole municipality over ten years.

The floor is the program's own logged-in page with the frame, 50 rows and a count. What is told is
processor time, the best of some openings, page and floor turn by turn, so that a busy machine
disturbs the ratios little; milliseconds differ between machines, ratios and query counts are what
is looked at. Exits with 1 when a limit is passed.

``--only plan.show report`` measures the pages whose name holds one of the words, and nothing else;
``--keep FOLDER`` keeps the database there and takes it the next time; ``--profile`` tells where the
time of the pages goes. A kept database is as old as the code that made it.
"""

import argparse
import gc
import pickle
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.boards import BOARDS, KINDS, measure_boards  # noqa: E402
from bench.bulk import fill_bulk  # noqa: E402 -- the tree is put on the path first
from bench.gauges import ROUNDS, Pages, Table, add_floor, client_of, measure, opened, queries_of  # noqa: E402
from bench.populations import population_limits  # noqa: E402
from bench.processes import measure_memory, measure_start, most_of_a_child, spent  # noqa: E402
from bench.trail import MOST_TRAIL, cost_of_trail  # noqa: E402
from bench.year import AT, BenchYear, make_year  # noqa: E402
from config import kept_key  # noqa: E402
from internkontroll.core.access import Role, system_actor  # noqa: E402
from internkontroll.core.database import intent_to_write  # noqa: E402
from internkontroll.core.migrate import migrate  # noqa: E402
from internkontroll.demo.reading import HERE  # noqa: E402
from internkontroll.files.tables import read_table  # noqa: E402
from internkontroll.organisation.models import Board  # noqa: E402
from internkontroll.plan.models import Plan  # noqa: E402
from internkontroll.plan.rules.reading import read_plan  # noqa: E402
from internkontroll.plan.services import import_plan  # noqa: E402
from tests.browser.test_every_page import PAGES  # noqa: E402
from tests.conftest import MovableClock, make_app  # noqa: E402
from tests.world import AT as WORLD_AT  # noqa: E402
from tests.world import ROLE_ACCOUNTS, World, address, fill_world, log_in_directly  # noqa: E402

MOST_PDF, MOST_IMPORT = 1.0, 2.0
MOST_MEMORY, MOST_START = 200.0, 2.0
WEIGHED = (
    "occurrence",
    "item_result",
    "sample_item",
    "population",
    "population_content",
    "conclusion",
    "trail_row",
    "finding",
)


@contextmanager
def folder_of(kept: Path | None) -> Iterator[Path]:
    """The folder of the database: one that is thrown away, or the one that is kept."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="ik-bench-") as name:
        yield Path(name)


def build(folder: Path) -> tuple[str, BenchYear]:
    """A migrated database: the demonstration, a board's measured year, and the many rows."""
    url = f"sqlite:///{folder / 'bench.sqlite'}"
    made = folder / "bench_year.pickle"
    if made.exists():
        migrate(url)
        return url, pickle.loads(made.read_bytes())  # noqa: S301 -- written by the line below
    migrate(url)
    fill_world(url)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        year = make_year(session)
        for username in ROLE_ACCOUNTS.values():
            log_in_directly(session, username)
        log_in_directly(session, year.username, AT)
        fill_bulk(session)
        session.commit()
        for name in WEIGHED:
            rows = session.scalar(sa.text(f"SELECT count(*) FROM {name}"))  # noqa: S608 -- our own
            print(f"  {name:<20}{rows:>10}")
    engine.dispose()
    made.write_bytes(pickle.dumps(year))
    return url, year


def paths_of(app: Flask, url: str) -> dict[str, str]:
    """Every page of the program, opened on the demonstration's things."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with app.test_request_context(), Session(engine) as session:
        world = World(session)
        found = {}
        for endpoint in sorted(PAGES):
            values = address(world, endpoint)
            if "board_code" in next(app.url_map.iter_rules(endpoint)).arguments:
                values["board_code"] = "scn"
            found[endpoint] = url_for(endpoint, **values)
    engine.dispose()
    return found


def measure_pages(
    table: Table, folder: Path, url: str, year: BenchYear, pages: Pages
) -> FlaskClient:
    """Print the table of pages; gives the client of the measured year."""
    app = make_app(url, folder, MovableClock(AT))
    add_floor(app)
    own = client_of(app, year.username)
    opened(own, "/golv")
    gc.collect()
    gc.freeze()  # as a worker does when it has started (operation/gunicorn_settings.py)
    floor = min(opened(own, "/golv") for _ in range(ROUNDS))
    print(f"\n{'sida':<46}{'tid':>11}{'x golvet':>9}{'frågor':>8}")
    print(f"{'golvet':<46}{floor * 1000:>8.1f} ms{1:>7.2f} x{len(queries_of(own, '/golv')):>8}")
    wanted = [(what, own, path, own) for what, path in year.pages.items()]
    world = make_app(url, folder, MovableClock(WORLD_AT))
    add_floor(world)
    controller = client_of(world, ROLE_ACCOUNTS[Role.CONTROLLER])
    opened(controller, "/golv")
    gc.collect()
    gc.freeze()
    for endpoint, path in paths_of(world, url).items():
        role = PAGES[endpoint][0]
        client = client_of(world, ROLE_ACCOUNTS[role] if role else None)
        wanted.append((endpoint, client, path, controller))
    for what, client, path, beside in wanted:
        if pages.wants(what):
            measure(table, what, client, path, beside)
            if pages.profile:
                pages.tell(client, path)
    return own


def import_seconds(url: str) -> float:
    """Seconds to read a plan file and make a plan of it, in one transaction."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    data = (HERE / "plan_scn.csv").read_bytes()
    with Session(engine) as session:
        latest = session.scalar(sa.select(sa.func.max(Plan.year)).where(Plan.year < 2090)) or 2020
    years = iter(range(max(latest, 2039) + 1, 2100))

    def act() -> None:
        with intent_to_write(), Session(engine) as session:
            board = session.scalars(sa.select(Board).where(Board.code == "SCN")).one()
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

    seconds = timed(act)
    engine.dispose()
    return seconds


def timed(act: Callable[[], object]) -> float:
    """Median processor seconds of an act, after one that warms up."""
    act()
    taken = []
    for _ in range(5):
        begun = spent()
        act()
        taken.append(spent() - begun)
    return statistics.median(taken)


def cookie_of(folder: Path, url: str, username: str) -> str:
    """The Cookie header of a session, as the served app signs it."""
    app = make_app(url, folder, MovableClock(AT), SECRET_KEY=kept_key(folder))
    signer = app.session_interface.get_signing_serializer(app)
    return f"session={signer.dumps({'_user_id': f'provning-{username}'})}"


def measure_the_rest(
    table: Table, folder: Path, url: str, year: BenchYear, own: FlaskClient
) -> None:
    """Print what is not a page: the document, the import, the start and the memory."""
    print()
    pdf = timed(lambda: own.get(year.pdf_url))
    what = f"uppföljningen som PDF (sättaren {most_of_a_child():.0f} MB)"
    table.limit(what, f"{pdf:.2f} s", f"{MOST_PDF:.0f} s", good=pdf <= MOST_PDF)
    taken = import_seconds(url)
    table.limit(
        "läs in en plan", f"{taken:.2f} s", f"{MOST_IMPORT:.0f} s", good=taken <= MOST_IMPORT
    )
    start = measure_start(url, folder)
    table.limit(
        f"start ({start.modules} moduler)",
        f"{start.seconds:.2f} s",
        f"{MOST_START:.0f} s",
        good=start.seconds <= MOST_START,
    )
    cookie = cookie_of(folder, url, year.username)
    memory = measure_memory(url, folder, cookie, [*year.pages.values(), year.pdf_url])
    parts = " + ".join(f"{worker:.0f}" for worker in memory.workers)
    table.limit(
        f"två processers minne, {memory.requests} sidor ({parts})",
        f"{memory.total:.0f} MB",
        f"{MOST_MEMORY:.0f} MB",
        good=memory.total <= MOST_MEMORY,
    )


def asked() -> argparse.Namespace:
    """The command's arguments."""
    parser = argparse.ArgumentParser(description="Mät sidorna mot ett golv.")
    parser.add_argument("--only", nargs="+", default=[], metavar="ORD", help="bara dessa sidor")
    parser.add_argument("--keep", type=Path, metavar="MAPP", help="spara databasen här")
    parser.add_argument("--profile", action="store_true", help="visa vart sidornas tid går")
    return parser.parse_args()


def measure_populations(table: Table) -> None:
    """Print what a list of a million rows takes."""
    print("\nLista med 1 000 000 rader")
    for name, figure, most, unit in population_limits():
        table.limit(name, f"{figure:.2f} {unit}", f"{most:g} {unit}", good=figure <= most)


def measure_trail(table: Table) -> None:
    """Print what the trail costs a POST."""
    print("\nEtt formulär med och utan spår")
    cost = cost_of_trail()
    what, most = f"spåret i ett formulär ({cost.bare:.1f} ms utan)", f"{MOST_TRAIL:g} x"
    table.limit(what, f"{cost.ratio:.2f} x", most, good=cost.ratio <= MOST_TRAIL)


def main() -> int:
    """Print the tables; 1 when a limit is passed."""
    wish, table = asked(), Table()
    if "trail" in wish.only:
        measure_trail(table)
        return 0 if table.passed else 1
    if "populations" in wish.only:
        measure_populations(table)
        return 0 if table.passed else 1
    if "boards" in wish.only:
        measure_boards(table, KINDS, BOARDS, Pages())
        return 0 if table.passed else 1
    with folder_of(wish.keep) as folder:
        begun = time.monotonic()
        print("Bygger databasen. Rader:", flush=True)
        url, year = build(folder)
        print(f"  {time.monotonic() - begun:.0f} s. Mätt år: {year.facts()}", flush=True)
        own = measure_pages(table, folder, url, year, Pages(wish.only, wish.profile))
        if not wish.only:
            measure_the_rest(table, folder, url, year, own)
            measure_populations(table)
            measure_trail(table)
            measure_boards(table, KINDS, BOARDS, Pages())
        print(f"\nHela mätningen tog {time.monotonic() - begun:.0f} s.")
    if table.broken:
        print(f"Över gränsen: {', '.join(table.broken)}")
    return 0 if table.passed else 1


if __name__ == "__main__":
    sys.exit(main())
