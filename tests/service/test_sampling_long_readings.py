"""A list is read by one worker in small steps: told of, cancelled, begun anew, never half."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from internkontroll.core.errors import InvalidTransition
from internkontroll.core.transaction import transaction
from internkontroll.files.tables.population import Batch, PopulationFile
from internkontroll.sampling.models import Population, PopulationState
from internkontroll.sampling.services import (
    choose_columns,
    freeze_population,
    load_waiting,
    loading,
    take_away_population,
)
from tests.service.sampling_desk import AT, CASES, Desk


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return Desk(session, tmp_path / "uploads")


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read five rows at a time, and tell of each five."""
    real = PopulationFile.columns

    def columns(opened: PopulationFile, places: Sequence[int]) -> Iterator[Batch]:
        for batch in real(opened, places):
            for start in range(0, len(batch.numbers), 5):
                part = slice(start, start + 5)
                yield Batch(batch.numbers[part], tuple(each[part] for each in batch.columns))

    monkeypatch.setattr(PopulationFile, "columns", columns)
    monkeypatch.setattr(loading, "TICK", 5)


def _when_read(rows: int, monkeypatch: pytest.MonkeyPatch, what: Callable[[], None]) -> None:
    """Do something each time that at least so many rows are gone through and told of."""
    real = loading._Reader.tick

    def tick(reader: Any, count: int, about: int) -> None:
        real(reader, count, about)
        if count >= rows:
            what()

    monkeypatch.setattr(loading._Reader, "tick", tick)


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.usefixtures("small_steps")
def test_a_reading_that_dies_midway_is_begun_anew_and_never_half(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    population = desk.hand_in(CASES)

    def die() -> None:
        raise Killed

    with monkeypatch.context() as patched:
        _when_read(10, patched, die)
        with pytest.raises(Killed):
            desk.read()
    desk.session.expire_all()
    assert (population.rows_read, population.rows_total) == (10, 12)
    assert desk.rows() == 0, "nothing is stored before all of it is read"
    with pytest.raises(InvalidTransition, match="inte färdigläst"), transaction(desk.session):
        freeze_population(desk.session, population, actor=desk.actor, at=AT)
    assert desk.read() == 0, "its reader may still be alive"
    desk.at += loading.CLAIM_LASTS + timedelta(seconds=1)
    assert desk.read() == 1
    assert population.state is PopulationState.LOADED
    assert desk.rows() == 12


@pytest.mark.usefixtures("small_steps")
def test_cancelling_stops_the_reading_and_leaves_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    population = desk.hand_in(CASES)
    population_id = population.id
    done = []

    def cancel() -> None:
        if not done:
            done.append(True)
            with desk.sessions() as other, transaction(other):
                found = other.get_one(Population, population_id)
                take_away_population(other, found, actor=desk.actor, at=AT)

    _when_read(5, monkeypatch, cancel)
    desk.read()
    assert done
    assert population.state is PopulationState.REFUSED
    assert desk.rows() == 0


@pytest.mark.usefixtures("small_steps")
def test_progress_is_told_while_the_list_is_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    population_id = desk.hand_in(CASES).id
    seen: list[tuple[int, int | None]] = []

    def look() -> None:
        with desk.sessions() as other:
            found = other.get_one(Population, population_id)
            seen.append((found.rows_read, found.rows_total))

    _when_read(5, monkeypatch, look)
    desk.read()
    assert seen[0] == (5, 12)
    assert seen[-1] == (10, 12)


@pytest.mark.usefixtures("small_steps")
def test_a_list_is_read_by_one_worker_only(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.hand_in(CASES)
    others: list[int] = []

    def second_worker() -> None:
        others.append(load_waiting(desk.sessions, lambda: desk.at, desk.folder))

    _when_read(5, monkeypatch, second_worker)
    assert desk.read() == 1
    assert set(others) == {0}
    assert desk.rows() == 12


@pytest.mark.usefixtures("small_steps")
def test_a_reader_that_was_taken_for_dead_adds_nothing_when_it_wakes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    population = desk.hand_in(CASES)
    taken: list[int] = []

    def overtake() -> None:
        if not taken:
            taken.append(0)
            desk.at += loading.CLAIM_LASTS + timedelta(seconds=1)
            with monkeypatch.context() as patched:
                patched.setattr(loading._Reader, "tick", lambda *_: None)
                stopped = loading._claim_next(desk.sessions, lambda: desk.at)
                assert stopped is not None
                new = loading._Reader(desk.sessions, *stopped, lambda: desk.at, loading.WORKER)
                new.begin(desk.folder)

    _when_read(5, monkeypatch, overtake)
    desk.read()
    assert taken
    assert population.state is PopulationState.LOADING, "the new reader has it"
    assert desk.rows() == 0, "the old one added nothing"


def test_the_file_of_a_list_that_nobody_freezes_is_destroyed_after_a_day(desk: Desk) -> None:
    population = desk.loaded("Ärende\nA\nA\n")
    assert len(desk.files()) == 1
    desk.at += timedelta(days=1, seconds=1)
    desk.read()
    assert desk.files() == []
    with pytest.raises(InvalidTransition, match="finns inte kvar"):
        choose_columns(
            desk.session,
            population,
            id_column=None,
            amount_column=None,
            actor=desk.actor,
            at=desk.at,
        )
