"""Lists to draw from: taken in, read whole or not at all, frozen, and then unchangeable."""

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.transaction import transaction
from internkontroll.files.tables.population import Batch, PopulationFile
from internkontroll.sampling.models import Population, PopulationContent, PopulationState
from internkontroll.sampling.queries import latest_population, rows_of
from internkontroll.sampling.rules import population_hash
from internkontroll.sampling.services import (
    choose_columns,
    freeze_population,
    load_waiting,
    loading,
    look_at_rows,
    reading,
    receive_population,
    store_upload,
    take_away_population,
)
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.factories import (
    make_actor,
    make_board,
    make_control,
    make_meeting,
    make_occurrence,
    make_plan,
    make_points,
    make_subcommittee,
)

AT = datetime(2020, 3, 2, 9, tzinfo=UTC)
CASES = "Ärendenummer;Enhet\n" + "".join(f"SCN-Ä-{n:04d};Barn\n" for n in range(1, 13))
INVOICES = "Verifikation;Belopp\n0001;8 055,67\n0002;−5\n0003;0\n0004;100,00\n"


class Desk:
    """A responsible person's desk: a kontrolltillfälle, and lists that are handed in to it."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.folder = session, folder
        self.board = make_board(session)
        plan = make_plan(session, self.board, decided=True)
        self.control = make_control(session, plan)
        self.point = make_points(session, self.board)[0]
        self.occurrence = make_occurrence(session, self.control, self.point)
        self.actor = make_actor(session, Role.RESPONSIBLE, self.board)
        session.commit()
        self.sessions: sessionmaker[Session] = sessionmaker(session.get_bind())
        self.at = AT

    def hand_in(
        self, text: str | bytes, occurrence: Occurrence | None = None, **given: Any
    ) -> Population:
        """Receive a list and commit."""
        data = text if isinstance(text, bytes) else text.encode()
        values: dict[str, Any] = {
            "file_name": "lista.csv",
            "description": "Beslut i ärenden januari–februari",
            "source": "Verksamhetssystemet, alla beslut",
            "taken_out_by": "systemförvaltaren",
            "taken_out_on": date(2020, 3, 1),
            "reconciliation": "Jämfört med statistiken: samma antal.",
            "made_by_controlled": False,
            "is_secret": True,
            "actor": self.actor,
            "at": self.at,
            **given,
        }
        with store_upload(io.BytesIO(data), self.folder) as upload, transaction(self.session):
            return receive_population(
                self.session, occurrence or self.occurrence, upload=upload, **values
            )

    def read(self) -> int:
        """Let the worker read what waits."""
        self.session.rollback()
        taken = load_waiting(self.sessions, lambda: self.at, self.folder)
        self.session.expire_all()
        return taken

    def loaded(self, text: str | bytes = CASES, **given: Any) -> Population:
        """A list that is read in."""
        population = self.hand_in(text, **given)
        self.read()
        return population

    def frozen(self, text: str | bytes = CASES, **given: Any) -> Population:
        """A list that is frozen."""
        population = self.loaded(text, **given)
        with transaction(self.session):
            freeze_population(self.session, population, actor=self.actor, at=self.at)
        return population

    def files(self) -> list[str]:
        """What lies in the uploads folder."""
        return sorted(path.name for path in self.folder.glob("*"))

    def rows(self) -> int:
        """All rows of all lists."""
        kept = self.session.scalars(sa.select(PopulationContent.population_id)).all()
        return sum(len(rows_of(self.session, number)) for number in kept)


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


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Ärende;Enhet\nA-1;x\nA-2;x\nA-1;y\n", "flera rader (rad 2 och 4)"),
        ("Ärende;Enhet\nA-1;x\n;x\n", "Beteckningen saknas (rad 3)"),
        ("Ärende;Enhet\n19121212-1212;x\nA-2;x\n", "Personnummer står i kolumnen"),
        ('Ärende;Enhet\n"A\n1";x\nA-2;x\n', "radbrytning, en tabb"),
        ("Ärende;Belopp\nA-1;5\nA-2;fem\n", "Rad 3, kolumnen ”Belopp”"),
        ("Ärende;Belopp\nA-1;5\nA-2;1,5e3\n", "Rad 3, kolumnen ”Belopp”"),
        ("Ärende;Belopp\nA-1;5\nA-2;\n", "Rad 3, kolumnen ”Belopp”"),
        ("Ärende;Enhet\n" + "A" * 201 + ";x\n", "längre än 200 tecken (rad 2)"),
    ],
)
def test_a_list_with_faults_is_refused_whole_and_the_rows_are_named(
    desk: Desk, text: str, sentence: str
) -> None:
    population = desk.loaded(text)
    assert population.state is PopulationState.REFUSED
    assert sentence in str(population.refusal)
    assert desk.rows() == 0


def test_a_list_of_headings_alone_is_refused(desk: Desk) -> None:
    population = desk.loaded("Ärende;Enhet\n")
    assert population.state is PopulationState.REFUSED
    assert "inga rader" in str(population.refusal)


def test_too_many_rows_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 11)
    population = desk.loaded()
    assert "fler än 11 rader" in str(population.refusal)
    assert desk.rows() == 0


def test_every_kind_of_fault_is_told_at_once_and_the_first_rows_are_named(desk: Desk) -> None:
    text = "Ärende\n" + "\n".join(["A"] * 15 + ["19121212-1212", '""']) + "\n"
    refusal = str(desk.loaded(text).refusal)
    assert "samt 4 till" in refusal
    assert "Personnummer" in refusal
    assert "19121212" not in refusal


def test_references_can_be_replaced_by_running_numbers(desk: Desk) -> None:
    population = desk.loaded("Ärende;Enhet\n19121212-1212;x\nA-2;x\n")
    with transaction(desk.session):
        choose_columns(
            desk.session,
            population,
            id_column=None,
            amount_column=None,
            actor=desk.actor,
            at=AT,
        )
    desk.read()
    assert population.state is PopulationState.LOADED
    assert rows_of(desk.session, population.id) == [("1", None), ("2", None)]


def test_a_personnummer_parted_by_an_odd_sign_is_refused(desk: Desk) -> None:
    population = desk.loaded("Ref;Enhet\n19121212\x0b1212;x\nA-2;x\n")
    assert population.state is PopulationState.REFUSED
    assert "Personnummer" in str(population.refusal)


def test_what_only_resembles_a_personnummer_is_pointed_out(desk: Desk) -> None:
    population = desk.loaded("Ärende;Enhet\n19121212-1213;x\nA-2;x\n")
    assert population.state is PopulationState.LOADED
    assert "(rad 2)" in str(population.notice)


def test_columns_that_are_in_doubt_are_asked_for(desk: Desk) -> None:
    population = desk.hand_in("Fakturanr;Verifikation;Belopp\nF1;V1;5,00\nF2;V2;6,00\n")
    assert desk.read() == 0
    assert population.state is PopulationState.LOADING
    with transaction(desk.session):
        choose_columns(
            desk.session,
            population,
            id_column="Verifikation",
            amount_column="Belopp",
            actor=desk.actor,
            at=AT,
        )
    desk.read()
    assert rows_of(desk.session, population.id) == [("V1", 500), ("V2", 600)]


@pytest.mark.parametrize(
    ("id_column", "amount_column", "sentence"),
    [
        ("Finns inte", None, "finns inte i filen"),
        ("Namn", None, "pekar ut personer"),
        ("Ärende", "Ärende", "olika kolumner"),
    ],
)
def test_a_column_that_cannot_be_meant_is_refused(
    desk: Desk, id_column: str, amount_column: str | None, sentence: str
) -> None:
    population = desk.loaded("Ärende;Namn\nA-1;x\n")
    with pytest.raises(InvalidInput, match=sentence):
        choose_columns(
            desk.session,
            population,
            id_column=id_column,
            amount_column=amount_column,
            actor=desk.actor,
            at=AT,
        )


def test_a_file_that_is_no_table_is_refused_at_once_and_leaves_nothing(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="är en bild") as refused:
        desk.hand_in(b"\x89PNG\r\n\x1a\n" + b"\x00" * 64)
    assert refused.value.field == "file"
    assert desk.files() == []
    assert latest_population(desk.session, desk.occurrence.id) is None


def test_a_file_above_the_limit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="större än 1 MB"):
        store_upload(io.BytesIO(b"x" * (1024 * 1024 + 1)), tmp_path, limit=1024 * 1024)
    with pytest.raises(InvalidInput, match="tom"):
        store_upload(io.BytesIO(b""), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_refused_form_leaves_no_file(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="Skriv varifrån"):
        desk.hand_in(CASES, source=" ")
    assert desk.files() == []


def test_a_personnummer_in_the_frame_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="personnummer"):
        desk.hand_in(CASES, description="Ärenden för 19121212-1212")
    with pytest.raises(InvalidInput, match="namn innehåller ett personnummer"):
        desk.hand_in(CASES, file_name="191212121212.csv")


def test_a_reference_in_the_description_of_a_secret_list_stops_the_freezing(desk: Desk) -> None:
    population = desk.loaded(description="Ärenden, bland dem SCN-Ä-0003")
    with pytest.raises(InvalidInput, match="nämner en beteckning"):
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
