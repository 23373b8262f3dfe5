"""Lists to draw from: taken in, read, frozen, then unchangeable, and by whom."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import InvalidTransition, NotAllowed
from internkontroll.core.transaction import transaction
from internkontroll.sampling.models import PopulationState
from internkontroll.sampling.queries import latest_population, rows_of
from internkontroll.sampling.rules import population_hash
from internkontroll.sampling.services import (
    choose_columns,
    freeze_population,
    look_at_rows,
    take_away_population,
)
from internkontroll.schedule.models import OccurrenceState
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.factories import make_actor, make_board, make_meeting, make_occurrence, make_subcommittee
from tests.service.sampling_desk import AT, CASES, INVOICES, Desk


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return Desk(session, tmp_path / "uploads")


def test_a_list_is_read_in_file_order_and_nothing_but_its_references_is_kept(desk: Desk) -> None:
    population = desk.loaded()
    assert population.state is PopulationState.LOADED
    assert (population.rows_read, population.rows_total) == (12, 12)
    assert rows_of(desk.session, population.id) == [(f"SCN-Ä-{n:04d}", None) for n in range(1, 13)]


def test_handing_in_a_list_begins_the_occurrence(desk: Desk) -> None:
    desk.hand_in(CASES)
    assert desk.occurrence.state is OccurrenceState.STARTED


def test_a_file_is_readable_by_the_program_alone(desk: Desk) -> None:
    population = desk.hand_in(CASES)
    path = desk.folder / str(population.stored_name)
    assert path.stat().st_mode & 0o777 == 0o600


def test_freezing_counts_rows_and_amounts_and_keeps_zero_and_negative_apart(desk: Desk) -> None:
    population = desk.frozen(INVOICES)
    assert population.size == 4
    assert population.positive_sum == 805567 + 10000
    assert (population.negative_count, population.negative_sum) == (1, -500)
    assert population.zero_count == 1
    items = [("0001", 805567), ("0002", -500), ("0003", 0), ("0004", 10000)]
    assert population.sha256 == population_hash(items)


def test_the_file_is_destroyed_when_the_list_is_frozen(desk: Desk) -> None:
    population = desk.loaded()
    assert len(desk.files()) == 1
    with transaction(desk.session):
        freeze_population(desk.session, population, actor=desk.actor, at=AT)
    desk.read()
    assert desk.files() == []
    assert population.stored_name is None


def test_a_frozen_list_is_never_changed(desk: Desk) -> None:
    population = desk.frozen()
    before = (population.sha256, desk.rows())
    for change in (
        lambda: freeze_population(desk.session, population, actor=desk.actor, at=AT),
        lambda: take_away_population(desk.session, population, actor=desk.actor, at=AT),
        lambda: choose_columns(
            desk.session,
            population,
            id_column="Enhet",
            amount_column=None,
            actor=desk.actor,
            at=AT,
        ),
    ):
        with pytest.raises(InvalidTransition, match="fryst"), transaction(desk.session):
            change()
    assert (population.sha256, desk.rows()) == before


def test_a_list_that_is_not_read_yet_cannot_be_frozen(desk: Desk) -> None:
    population = desk.hand_in(CASES)
    with pytest.raises(InvalidTransition, match="inte färdigläst"):
        freeze_population(desk.session, population, actor=desk.actor, at=AT)


def test_a_newer_list_takes_the_place_of_one_that_was_not_frozen(desk: Desk) -> None:
    first = desk.loaded()
    second = desk.loaded(INVOICES)
    assert first.state is PopulationState.REFUSED
    assert desk.rows() == 4
    newest = latest_population(desk.session, desk.occurrence.id)
    assert newest is not None
    assert newest.id == second.id
    desk.read()
    assert desk.files() == [second.stored_name]


def test_a_list_that_is_taken_away_leaves_no_rows_and_no_file(desk: Desk) -> None:
    population = desk.loaded()
    with transaction(desk.session):
        take_away_population(desk.session, population, actor=desk.actor, at=AT)
    desk.read()
    assert population.state is PopulationState.REFUSED
    assert (desk.rows(), desk.files()) == (0, [])


def test_the_trail_tells_every_step_and_names_no_item(desk: Desk) -> None:
    population = desk.loaded()
    with transaction(desk.session):
        look_at_rows(desk.session, population, actor=desk.actor, at=AT)
        freeze_population(desk.session, population, actor=desk.actor, at=AT)
    rows = desk.session.execute(
        sa.select(TrailRow.event, TrailPayload.body)
        .join(TrailPayload, TrailPayload.row_id == TrailRow.id)
        .where(TrailRow.subject_kind == "population")
        .order_by(TrailRow.seq)
    ).all()
    assert [event for event, _ in rows] == [
        "population:received",
        "population:loaded",
        "sample:references-read",
        "population:frozen",
    ]
    told = str([body for _, body in rows])
    assert "SCN-Ä" not in told
    assert "lista.csv" not in told
    assert str(population.sha256) not in told, "P of a secret list could be tried out"
    assert rows[-1].body["data"]["N"] == 12


def test_the_trail_of_an_open_list_has_its_hash(desk: Desk) -> None:
    population = desk.frozen(INVOICES, is_secret=False)
    body = desk.session.scalars(
        sa.select(TrailPayload.body)
        .join(TrailRow, TrailPayload.row_id == TrailRow.id)
        .where(TrailRow.event == "population:frozen")
    ).one()
    assert body["data"]["P"] == population.sha256


def test_only_those_who_load_lists_may(desk: Desk) -> None:
    reader = make_actor(desk.session, Role.READER, desk.board)
    other = make_actor(desk.session, Role.RESPONSIBLE, make_board(desk.session, "AMN", "Annan"))
    desk.session.commit()
    for actor in (reader, other):
        with pytest.raises(NotAllowed):
            desk.hand_in(CASES, actor=actor)
    assert desk.files() == []


def test_a_member_of_another_individutskott_cannot_load_its_list(desk: Desk) -> None:
    first = make_subcommittee(desk.session, desk.board, "IU1", "Individutskott 1")
    second = make_subcommittee(desk.session, desk.board, "IU2", "Individutskott 2")
    meeting = make_meeting(desk.session, desk.board, first)
    occurrence = make_occurrence(desk.session, desk.control, meeting=meeting)
    inside: Actor = make_actor(desk.session, Role.MEMBER, desk.board, first)
    outside: Actor = make_actor(desk.session, Role.MEMBER, desk.board, second)
    desk.session.commit()
    with pytest.raises(NotAllowed):
        desk.hand_in(CASES, occurrence, actor=outside)
    assert desk.hand_in(CASES, occurrence, actor=inside).state is PopulationState.LOADING


@pytest.mark.parametrize(
    "state",
    [OccurrenceState.PERFORMED, OccurrenceState.APPROVED, OccurrenceState.NOT_PERFORMED],
)
def test_a_closed_occurrence_takes_no_list(desk: Desk, state: OccurrenceState) -> None:
    desk.occurrence.state = state
    desk.session.commit()
    with pytest.raises(InvalidTransition):
        desk.hand_in(CASES)


@pytest.mark.real_input
def test_the_real_list_of_cases_is_read_whole(desk: Desk, real_input: Path) -> None:
    data = (real_input / "population_arenden_2020.csv").read_bytes()
    population = desk.frozen(data)
    lines = data.decode("utf-8-sig").splitlines()[1:]
    assert population.size == len(lines) == 1842
    references = [line.split(";")[0] for line in lines]
    assert [reference for reference, _ in rows_of(desk.session, population.id)] == references


@pytest.mark.real_input
def test_the_real_list_of_invoices_adds_up(desk: Desk, real_input: Path) -> None:
    population = desk.frozen((real_input / "population_fakturor_2020.csv").read_bytes())
    assert population.size == 6000
    assert population.positive_sum == 2_489_704_196
    assert (population.negative_count, population.negative_sum) == (163, -31_453_016)
    assert population.zero_count == 67
