"""The long reading, in a worker: its progress told, all of a list stored at once or none of it."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, system_actor
from internkontroll.core.clock import Clock
from internkontroll.core.errors import InvalidInput
from internkontroll.core.transaction import transaction
from internkontroll.sampling.models import (
    Population,
    PopulationContent,
    PopulationState,
    SamplingEvent,
)
from internkontroll.sampling.services.contents import remove_rows
from internkontroll.sampling.services.guards import chain_of
from internkontroll.sampling.services.reading import ListRead, Reading, read_list, reading_of
from internkontroll.trail.services import record

SessionFactory = Callable[[], Session]

TICK = 50_000
"""Rows gone through between two signs of life, and of how far it has come."""
CLAIM_LASTS = timedelta(minutes=2)
"""How long after its last sign of life a worker is taken for dead."""
FILE_LASTS = timedelta(days=1)
"""How long the file of a list that nobody freezes may wait for another reading."""

WORKER = system_actor("jobb")


class Abandoned(Exception):
    """The list was taken away, or another worker has taken it over."""


def load_waiting(
    session_factory: SessionFactory,
    clock: Clock,
    uploads_dir: Path,
    *,
    actor: Actor = WORKER,
) -> int:
    """Läs in alla listor som väntar, one at a time; return how many were taken on.

    Any number of processes may do this at once: a list has one reader. A list whose reader died is
    begun anew when the claim has lapsed. Files that nobody needs any more are destroyed.
    """
    taken = 0
    while (claimed := _claim_next(session_factory, clock)) is not None:
        population_id, claim = claimed
        load_rows(
            session_factory, population_id, claim, clock=clock, uploads_dir=uploads_dir, actor=actor
        )
        taken += 1
    destroy_files(session_factory, clock, uploads_dir)
    return taken


def _ready(at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        Population.state == PopulationState.LOADING,
        sa.or_(Population.id_column.is_not(None), Population.renumbered),
        sa.or_(Population.claim.is_(None), Population.claimed_at < at - CLAIM_LASTS),
    )


def _claim_next(session_factory: SessionFactory, clock: Clock) -> tuple[int, str] | None:
    while True:
        at = clock()
        with session_factory() as session:
            found = session.scalar(sa.select(sa.func.min(Population.id)).where(_ready(at)))
        if found is None:
            return None
        claim = secrets.token_hex(16)
        with session_factory() as session, transaction(session):
            won = session.scalar(
                sa.update(Population)
                .where(Population.id == found, _ready(at))
                .values(claim=claim, claimed_at=at)
                .returning(Population.id)
                .execution_options(synchronize_session=False)
            )
        if won is not None:
            return found, claim


def load_rows(
    session_factory: SessionFactory,
    population_id: int,
    claim: str,
    *,
    clock: Clock,
    uploads_dir: Path,
    actor: Actor = WORKER,
) -> bool:
    """Läs in en lista under a claim: gone through once, and stored in one piece at its end.

    Only how far it has come is told meanwhile, so a reader that dies leaves nothing. Returns False
    if the list was taken away meanwhile. A list with faults becomes REFUSED with the sentences that
    tell them.
    """
    reader = _Reader(session_factory, population_id, claim, clock, actor)
    try:
        reading = reader.begin(uploads_dir)
        try:
            found = read_list(reading, reader.tick)
            if found.refusal is not None:
                reader.refuse(found.refusal, found.kinds)
            else:
                reader.store(found)
        except InvalidInput as error:
            reader.refuse(error.sentence, ("unreadable",))
        except FileNotFoundError:
            reader.refuse("Filen finns inte kvar. Läs in den igen som en ny lista.", ("gone",))
    except Abandoned:
        return False
    return True


class _Reader:
    """One worker's reading of one list. Every transaction begins by holding on to the claim."""

    def __init__(
        self,
        session_factory: SessionFactory,
        population_id: int,
        claim: str,
        clock: Clock,
        actor: Actor,
    ) -> None:
        self._sessions = session_factory
        self._id = population_id
        self._claim = claim
        self._clock = clock
        self._actor = actor
        self._told = 0

    def _hold(self, session: Session, **values: Any) -> None:
        """Change the list, or raise Abandoned if it is no longer this reader's.

        The first statement of the transaction, so that SQLite gives the write lock at once.
        """
        held = session.scalar(
            sa.update(Population)
            .where(
                Population.id == self._id,
                Population.state == PopulationState.LOADING,
                Population.claim == self._claim,
            )
            .values(**{"claimed_at": self._clock(), **values})
            .returning(Population.id)
            .execution_options(synchronize_session=False)
        )
        if held is None:
            raise Abandoned

    def begin(self, uploads_dir: Path) -> Reading:
        """Take away what an earlier reading left, and tell how to read."""
        with self._sessions() as session, transaction(session):
            self._hold(session, rows_read=0, rows_total=None)
            remove_rows(session, self._id)
            population = session.get_one(Population, self._id)
            path = uploads_dir / (population.stored_name or "-")
            return reading_of(population, path, population.file_name)

    def tick(self, count: int, about: int) -> None:
        """Tell how far the reading has come, now and then; a sign of life, too."""
        if count == 0 or count - self._told >= TICK:
            self._told = count
            with self._sessions() as session, transaction(session):
                self._hold(session, rows_read=count, rows_total=about)

    def store(self, found: ListRead) -> None:
        """Store the rows in one block, and with it the list is read."""
        self._end(
            SamplingEvent.POPULATION_LOADED,
            PopulationState.LOADED,
            {"rows": found.rows, "rows_in_file": found.rows_in_file},
            content=PopulationContent(population_id=self._id, body=found.body, names=found.names),
            notice=found.notice,
            rows_read=found.rows,
            rows_total=found.rows,
            rows_in_file=found.rows_in_file,
            sum_in_file=found.sum_in_file,
            size=found.rows,
            positive_sum=found.total,
            negative_count=found.negative_count,
            negative_sum=found.negative_sum,
            zero_count=found.zero_count,
        )

    def refuse(self, sentence: str, kinds: tuple[str, ...]) -> None:
        """The list cannot be used; nothing of it stays but the sentence that says why."""
        self._end(
            SamplingEvent.POPULATION_REFUSED,
            PopulationState.REFUSED,
            {"faults": list(kinds)},
            refusal=sentence,
        )

    def _end(
        self,
        event: SamplingEvent,
        state: PopulationState,
        data: dict[str, Any],
        content: PopulationContent | None = None,
        **values: Any,
    ) -> None:
        with self._sessions() as session, transaction(session):
            self._hold(session, state=state, claim=None, **values)
            if state is PopulationState.REFUSED:
                remove_rows(session, self._id)
            population = session.get_one(Population, self._id)
            if content is not None:
                session.add(content)
            record(
                session,
                chain=chain_of(session, population.board_id),
                actor=self._actor,
                at=self._clock(),
                event=event,
                subject=("population", self._id),
                data={
                    "state": {"old": PopulationState.LOADING.value, "new": state.value},
                    **data,
                },
            )


def destroy_files(session_factory: SessionFactory, clock: Clock, uploads_dir: Path) -> int:
    """Förstör filer som ingen lista behöver: frozen, taken away, or left for more than a day.

    Returns how many lists lost their file. Files whose receiving died half-way go after a day.
    """
    at = clock()
    _let_go(session_factory, at)
    with session_factory() as session:
        names = sa.select(Population.id, Population.stored_name)
        known = dict(session.execute(names.where(Population.stored_name.is_not(None))).all())
        unneeded = session.scalars(
            sa.select(Population.id).where(
                Population.stored_name.is_not(None), ~Population.file_wanted
            )
        ).all()
    for population_id in unneeded:
        (uploads_dir / str(known[population_id])).unlink(missing_ok=True)
    if unneeded:
        with session_factory() as session, transaction(session):
            session.execute(
                sa.update(Population)
                .where(Population.id.in_(unneeded))
                .values(stored_name=None)
                .execution_options(synchronize_session=False)
            )
    _destroy_strays(uploads_dir, set(known.values()), at)
    return len(unneeded)


def _let_go(session_factory: SessionFactory, at: datetime) -> None:
    """Say of files left for more than a day that they are not wanted, before they are touched."""
    left = sa.and_(
        Population.file_wanted,
        Population.received_at < at - FILE_LASTS,
        Population.state.in_([PopulationState.LOADED, PopulationState.REFUSED]),
    )
    with session_factory() as session:
        found = session.scalar(sa.select(sa.exists().where(left)))
    if found:
        with session_factory() as session, transaction(session):
            session.execute(
                sa.update(Population)
                .where(left)
                .values(file_wanted=False)
                .execution_options(synchronize_session=False)
            )


def _destroy_strays(uploads_dir: Path, known: set[str | None], at: datetime) -> None:
    oldest = (at - FILE_LASTS).timestamp()
    for path in uploads_dir.glob("*"):
        with suppress(FileNotFoundError):  # another worker was faster
            if path.name not in known and path.stat().st_mtime < oldest:
                path.unlink()
