"""Run the declared jobs: one worker, a row per run, a transaction per step.

This is an edge of the program, as the web and the command line are: it asks what time it is and
commits. One worker runs at a time: PostgreSQL lends an advisory lock to one process, SQLite a
locked file.
"""

import fcntl
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.accounts.queries import has_draft_before
from internkontroll.accounts.services.drafts import DRAFT_LASTS, purge_drafts
from internkontroll.archive.services.packages import make_packages, remove_old_packages
from internkontroll.core.access import system_actor
from internkontroll.core.clock import Clock, swedish_day
from internkontroll.core.database import db, intent_to_write
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.core.transaction import transaction
from internkontroll.monitoring.models import JobOutcome
from internkontroll.monitoring.rules import JOBS, Job, Rhythm, month_before, period_due
from internkontroll.monitoring.services import claim_run, draw_readings, end_run, tidy_accounts
from internkontroll.plan.services import remove_expired_files
from internkontroll.review.services import changed_files, destroy_orphans, stored_names
from internkontroll.sampling.services import load_waiting
from internkontroll.trail.queries import verify_trail

log = logging.getLogger(__name__)

TICK_SECONDS = 5
LOCK_KEY = 0x1C057
"""The number of PostgreSQL's advisory lock; any constant of our own will do."""


def _load_populations(app: Flask, clock: Clock) -> str:
    done = load_waiting(lambda: Session(db.engine), clock, app.config["INSTANCE_DIR"] / "uploads")
    return f"{done} listor inlästa"


def _purge_drafts(_app: Flask, clock: Clock) -> str:
    # Asked first: on SQLite a deletion of nothing would keep others from writing each tick.
    if not has_draft_before(db.session(), clock() - DRAFT_LASTS):
        return "inga gamla texter"
    db.session.rollback()
    with intent_to_write(), transaction(db.session()) as session:
        return f"{purge_drafts(session, at=clock())} texter borttagna"


def _make_packages(_app: Flask, clock: Clock) -> str:
    return f"{make_packages(lambda: Session(db.engine), clock)} paket gjorda"


def _tidy_packages(_app: Flask, clock: Clock) -> str:
    with intent_to_write(), transaction(db.session()) as session:
        return f"{remove_old_packages(session, at=clock())} paket borttagna"


def _verify(_app: Flask, _clock: Clock) -> str:
    verdicts = verify_trail(db.session())
    broken = [f"{v.chain} rad {v.broken_at}: {v.reason}" for v in verdicts if not v.whole]
    if broken:
        raise RuntimeError("; ".join(broken))
    return f"{len(verdicts)} kedjor hela, {sum(v.rows for v in verdicts)} rader"


def _tidy(_app: Flask, clock: Clock) -> str:
    with intent_to_write(), transaction(db.session()) as session:
        return f"{tidy_accounts(session, at=clock())} rader borttagna"


def _tidy_files(_app: Flask, clock: Clock) -> str:
    with intent_to_write(), transaction(db.session()) as session:
        return f"{remove_expired_files(session, at=clock())} planfiler borttagna"


def _tidy_attachments(app: Flask, clock: Clock) -> str:
    folder = app.config["INSTANCE_DIR"] / "attachments"
    return f"{destroy_orphans(folder, stored_names(db.session()), clock())} filer förstörda"


def _verify_attachments(app: Flask, _clock: Clock) -> str:
    wrong = changed_files(db.session(), app.config["INSTANCE_DIR"] / "attachments")
    if wrong:
        raise RuntimeError(f"bilagor vars fil saknas eller har ändrats: {wrong}")
    return "alla bilagor är oförändrade"


def _draw_readings(_app: Flask, clock: Clock) -> str:
    month = month_before(swedish_day(clock()))
    with intent_to_write(), transaction(db.session()) as session:
        made = draw_readings(session, month, actor=system_actor("jobb"), at=clock())
    return f"{made} logguppföljningar dragna"


ACTS: dict[str, Callable[[Flask, Clock], str]] = {
    "population:load": _load_populations,
    "drafts:purge": _purge_drafts,
    "packages:make": _make_packages,
    "trail:verify": _verify,
    "plan:tidy": _tidy_files,
    "packages:tidy": _tidy_packages,
    "attachments:tidy": _tidy_attachments,
    "attachments:verify": _verify_attachments,
    "readings:draw": _draw_readings,
    "accounts:tidy": _tidy,
}


def _run_periodic(app: Flask, job: Job, period: str, clock: Clock) -> str | None:
    with intent_to_write(), transaction(db.session()) as session:
        run = claim_run(session, job.name, period, at=clock())
        run_id = run.id if run else None
    if run_id is None:
        return None
    try:
        summary, outcome = ACTS[job.name](app, clock), JobOutcome.DONE
    except Exception as error:  # a job that fails is recorded, whatever it failed of
        db.session.rollback()
        log.exception("job %s failed", job.name)
        summary, outcome = f"{type(error).__name__}: {error}", JobOutcome.FAILED
    with intent_to_write(), transaction(db.session()) as session:
        end_run(session, run_id, outcome, summary, clock())
    return summary


def _run_tick(app: Flask, job: Job, clock: Clock) -> str:
    """What waits is done at each tick; a job that fails is told of and does not stop the others."""
    try:
        return ACTS[job.name](app, clock)
    except Exception as error:  # whatever it failed of, the others have their turn
        log.exception("job %s failed", job.name)
        return f"{type(error).__name__}: {error}"
    finally:
        # What it read is not read on by the next: SQLite lets no one write after an old reading.
        db.session.rollback()


@within(EVERY_BOARD)
def run_jobs(app: Flask, clock: Clock) -> list[tuple[str, str]]:
    """Run every job that is due, each once for its period. Returns what was done."""
    done = []
    with app.app_context():
        for job in JOBS:
            period = period_due(job, clock())
            if period is None:
                continue
            if job.rhythm is Rhythm.TICK:
                done.append((job.name, _run_tick(app, job, clock)))
            elif (summary := _run_periodic(app, job, period, clock)) is not None:
                done.append((job.name, summary))
        db.session.remove()
    return done


@contextmanager
def _file_lock(path: Path) -> Iterator[bool]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        yield _taken(lock)


def _taken(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def elected(app: Flask) -> Iterator[bool]:
    """Whether this process is the one worker, for as long as the context lasts."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name != "postgresql":
        with _file_lock(app.config["INSTANCE_DIR"] / "worker.lock") as mine:
            yield mine
        return
    lone = sa.create_engine(engine.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    try:
        with Session(lone) as session:
            yield bool(session.scalar(sa.select(sa.func.pg_try_advisory_lock(LOCK_KEY))))
    finally:
        lone.dispose()


def run_jobs_as_worker(app: Flask, clock: Clock) -> list[tuple[str, str]]:
    """Run what is due if no other process is doing so."""
    with elected(app) as mine:
        return run_jobs(app, clock) if mine else []


def start_worker(app: Flask, clock: Clock) -> BackgroundScheduler:
    """Tick in the background of this process; a person's upload wakes the worker at once."""
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        run_jobs_as_worker,
        "interval",
        seconds=TICK_SECONDS,
        args=(app, clock),
        id="tick",
        coalesce=True,
        max_instances=1,
    )
    app.extensions["kick_worker"] = lambda: threading.Thread(
        target=run_jobs_as_worker, args=(app, clock), daemon=True
    ).start()
    scheduler.start()
    return scheduler
