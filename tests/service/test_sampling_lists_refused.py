"""Lists with faults are refused whole: what is wrong is told, and nothing is left behind."""

import io
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from internkontroll.core.errors import InvalidInput
from internkontroll.core.transaction import transaction
from internkontroll.sampling.models import PopulationState
from internkontroll.sampling.queries import latest_population, rows_of
from internkontroll.sampling.services import (
    choose_columns,
    freeze_population,
    reading,
    store_upload,
)
from tests.service.sampling_desk import AT, CASES, Desk


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return Desk(session, tmp_path / "uploads")


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
