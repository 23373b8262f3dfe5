"""What is told of a list: columns used before, filters, control sums, and how a file is read."""

import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import InvalidInput, NotAllowed
from internkontroll.core.transaction import transaction
from internkontroll.sampling.models import Population, PopulationContent, PopulationState
from internkontroll.sampling.queries import full_record, rows_of
from internkontroll.sampling.rules.filters import Filter, FilterKind
from internkontroll.sampling.services import answer_control_sums, freeze_population, store_upload
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.factories import make_actor, make_control, make_occurrence, make_plan, make_points
from tests.service.sampling_desk import AT, CASES, Desk
from tests.service.told_lists import MIXED, TWO, choose, drawn_of
from tests.unit.files.workbooks import workbook


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return Desk(session, tmp_path / "uploads")


def _next_year(desk: Desk) -> None:
    plan = make_plan(desk.session, desk.board, year=2021, decided=True)
    control = make_control(desk.session, plan)
    control.lineage = desk.control.lineage
    point = make_points(desk.session, desk.board, year=2021)[0]
    desk.occurrence = make_occurrence(desk.session, control, point)
    desk.session.commit()


def test_the_columns_of_a_kontrollmoment_are_remembered_from_year_to_year(desk: Desk) -> None:
    first = desk.hand_in(TWO)
    assert (first.id_column, first.columns_remembered) == (None, False)
    choose(desk, first)
    _next_year(desk)

    again = desk.loaded(TWO)

    assert again.state is PopulationState.LOADED
    assert (again.id_column, again.amount_column) == ("Verifikation", "Belopp")
    assert again.columns_remembered


def test_running_numbers_are_remembered_too(desk: Desk) -> None:
    choose(desk, desk.hand_in(TWO), id_column=None, amount_column=None)

    again = desk.loaded(TWO)

    assert again.renumbered
    assert [reference for reference, _ in rows_of(desk.session, again.id)] == ["1", "2"]


def test_other_headings_or_another_kontrollmoment_are_asked_anew(desk: Desk) -> None:
    choose(desk, desk.hand_in(TWO))

    assert desk.hand_in(TWO.replace("Belopp", "Summa")).id_column is None
    plan = desk.control.plan
    other = make_occurrence(desk.session, make_control(desk.session, plan), desk.point)
    desk.session.commit()
    assert desk.hand_in(TWO, other).id_column is None


def _filters(*given: tuple[str, FilterKind, str | None, str | None]) -> tuple[Filter, ...]:
    return tuple(Filter(*each) for each in given)


def test_the_trail_of_a_secret_list_does_not_tell_what_it_is_filtered_by(desk: Desk) -> None:
    population = desk.loaded()
    filters = _filters(("Ärendenummer", FilterKind.DIFFERS, "SCN-Ä-0003", None))
    choose(desk, population, id_column="Ärendenummer", amount_column=None, filters=filters)
    with transaction(desk.session):
        freeze_population(desk.session, population, actor=desk.actor, at=AT)
    told = desk.session.scalars(sa.select(TrailPayload.body)).all()
    assert "SCN-Ä-0003" not in str(told)


def test_only_rows_that_every_filter_keeps_are_of_the_population(desk: Desk) -> None:
    population = desk.loaded(MIXED, is_secret=False)
    choose(
        desk,
        population,
        id_column="Ärende",
        filters=_filters(
            ("Enhet", FilterKind.EQUALS, "Barn", None),
            ("Dag", FilterKind.DAY, None, "2020-03-31"),
        ),
    )

    assert rows_of(desk.session, population.id) == [("A-1", 10000), ("A-3", 0)]
    assert (population.size, population.rows_in_file, population.sum_in_file) == (2, 4, 8750)
    assert (population.positive_sum, population.zero_count) == (10000, 1)
    with transaction(desk.session):
        freeze_population(desk.session, population, actor=desk.actor, at=AT)
    body = desk.session.scalars(
        sa.select(TrailPayload.body)
        .join(TrailRow, TrailPayload.row_id == TrailRow.id)
        .where(TrailRow.event == "population:frozen")
    ).one()
    assert body["data"]["rows_in_file"] == 4
    assert [each["column"] for each in body["data"]["filters"]] == ["Enhet", "Dag"]


def test_what_is_filtered_away_may_be_double_or_empty(desk: Desk) -> None:
    population = desk.loaded("Ärende;Enhet\nA-1;x\nA-1;y\n;y\n")
    assert population.state is PopulationState.REFUSED
    filters = _filters(("Enhet", FilterKind.EQUALS, "x", None))
    choose(desk, population, id_column="Ärende", amount_column=None, filters=filters)
    assert rows_of(desk.session, population.id) == [("A-1", None)]


def test_a_filter_that_leaves_nothing_or_cannot_compare_is_told(desk: Desk) -> None:
    population = desk.loaded(MIXED)
    nothing = _filters(("Enhet", FilterKind.EQUALS, "Äldre", None))
    choose(desk, population, id_column="Ärende", filters=nothing)
    assert "inga rader kvar" in str(population.refusal)
    no_day = _filters(("Enhet", FilterKind.DAY, "2020-01-01", None))
    choose(desk, population, id_column="Ärende", filters=no_day)
    assert "Rad 2, kolumnen ”Enhet”" in str(population.refusal)


@pytest.mark.parametrize(
    ("column", "low", "says"),
    [
        ("Finns inte", "x", "Kolumnen finns inte"),
        ("Namn", "x", "pekar ut personer"),
        ("Enhet", "19121212-1212", "personnummer"),
    ],
)
def test_a_filter_may_not_point_at_persons(desk: Desk, column: str, low: str, says: str) -> None:
    population = desk.loaded("Ärende;Enhet;Namn\nA-1;x;y\n")
    with pytest.raises(InvalidInput, match=says):
        choose(
            desk,
            population,
            id_column="Ärende",
            amount_column=None,
            filters=_filters((column, FilterKind.EQUALS, low, None)),
        )


def test_a_filter_that_names_an_item_stops_the_freezing_of_a_secret_list(desk: Desk) -> None:
    population = desk.loaded()
    filters = _filters(("Ärendenummer", FilterKind.EQUALS, "SCN-Ä-0003", None))
    choose(desk, population, id_column="Ärendenummer", amount_column=None, filters=filters)
    assert population.size == 1
    with pytest.raises(InvalidInput, match="nämner en beteckning"):
        freeze_population(desk.session, population, actor=desk.actor, at=AT)


def _answer(desk: Desk, population: Population, **given: object) -> None:
    values = {"expected_rows": None, "expected_sum": None, "reason": None, **given}
    with transaction(desk.session):
        answer_control_sums(desk.session, population, **values, actor=desk.actor, at=AT)  # type: ignore[arg-type]


def _freeze(desk: Desk, population: Population) -> None:
    with transaction(desk.session):
        freeze_population(desk.session, population, actor=desk.actor, at=AT)


def test_a_list_that_differs_from_its_control_sums_is_not_frozen_unanswered(desk: Desk) -> None:
    population = desk.loaded(MIXED, expected_rows=5, expected_sum=8750)
    with pytest.raises(InvalidInput, match="1 färre än de 5"):
        _freeze(desk, population)
    with pytest.raises(InvalidInput, match="skriv varför") as refused:
        _answer(desk, population, expected_rows=5, expected_sum=8750)
    assert refused.value.field == "difference_reason"
    _answer(desk, population, expected_rows=4, expected_sum=8750)
    _freeze(desk, population)
    assert population.difference_reason is None


def test_a_difference_that_is_explained_is_kept_with_the_frame(desk: Desk) -> None:
    population = desk.loaded(MIXED, expected_rows=5)
    _answer(desk, population, expected_rows=5, reason="En makulerad rad räknas av systemet.")
    _freeze(desk, population)
    assert population.difference_reason == "En makulerad rad räknas av systemet."
    rows = desk.session.scalars(
        sa.select(TrailPayload.body)
        .join(TrailRow, TrailPayload.row_id == TrailRow.id)
        .where(TrailRow.event == "population:control-sums-answered")
    ).all()
    assert [row["data"]["differs"] for row in rows] == [True]


def test_an_explanation_goes_when_the_list_is_read_anew(desk: Desk) -> None:
    population = desk.loaded(MIXED, expected_rows=5)
    _answer(desk, population, expected_rows=5, reason="En rad är makulerad.")
    choose(desk, population, id_column="Ärende", amount_column=None)
    with pytest.raises(InvalidInput, match="färre än"):
        _freeze(desk, population)


def test_a_reason_where_nothing_differs_or_that_names_an_item_is_refused(desk: Desk) -> None:
    population = desk.loaded()
    with pytest.raises(InvalidInput, match="inget att förklara"):
        _answer(desk, population, expected_rows=12, reason="En rad är makulerad.")
    with pytest.raises(InvalidInput, match="nämner en beteckning"):
        _answer(desk, population, expected_rows=13, reason="SCN-Ä-0003 är makulerat.")
    for rows in (0, 1_000_001):
        with pytest.raises(InvalidInput, match="från 1 till"):
            _answer(desk, population, expected_rows=rows)


def test_control_sums_are_answered_by_those_who_load_lists(desk: Desk) -> None:
    population = desk.loaded(MIXED, expected_rows=5)
    reader = make_actor(desk.session, Role.READER, desk.board)
    desk.session.commit()
    desk.actor = reader
    with pytest.raises(NotAllowed):
        _answer(desk, population, expected_rows=4)


def test_the_frame_of_a_record_tells_query_filters_and_control_sums(desk: Desk) -> None:
    draw = drawn_of(desk, MIXED, 4, query="Alla beslut i mars", expected_rows=4)
    frame = full_record(desk.session, draw)["frame"]
    assert frame["query"] == "Alla beslut i mars"
    assert frame["control_rows"] == 4
    assert frame["reconciled"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("Ärende;Belopp\nA-1;90 071 992 547 409,92\n".encode(), "orimligt stort"),
        ("Ärende;Belopp\nA-1;５\n".encode(), "Rad 2, kolumnen ”Belopp”"),
        (b"\xc4rende;Enhet\nA-1;H\x81g\n", "textfil"),
        ("Ärende;Enhet\nA-1;Ã¥r\n".encode(), "förvanskade"),
        (b"\xef\xbb\xbf" + "Ärende;Enhet\nA-1;x\n".encode() + b"A-2;\xe5\n", "läsa efter rad"),
        ("Ärende;Enhet\nA-1;" + "x" * 1_100_000 + "\n", "längre än 1000000 tecken"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    desk: Desk, data: bytes | str, says: str
) -> None:
    try:
        refusal = str(desk.loaded(data).refusal)
    except InvalidInput as error:
        refusal = error.sentence
    assert says in refusal
    assert desk.rows() == 0


def test_sums_too_large_for_the_database_are_refused(desk: Desk) -> None:
    lines = "".join(f"A-{n};9 999 999 999 999,99\n" for n in range(9_300))
    assert "för stora" in str(desk.loaded(f"Ärende;Belopp\n{lines}").refusal)


def test_full_width_digits_are_another_reference(desk: Desk) -> None:
    population = desk.loaded("Ärende;Enhet\n12;x\n１２;x\n", is_secret=False)
    assert rows_of(desk.session, population.id) == [("12", None), ("１２", None)]


def test_a_missing_column_is_told_when_the_file_is_another(desk: Desk) -> None:
    population = desk.hand_in(CASES)
    (desk.folder / str(population.stored_name)).write_text("Annat;x\n1;2\n")
    desk.read()
    assert "Kolumnen ”Ärendenummer” finns inte" in str(population.refusal)


class Torn(Exception):
    """The connection is gone."""


def test_an_upload_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    class Stream(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 0:
                raise Torn
            return super().read(size)

    with pytest.raises(Torn):
        store_upload(Stream(b"x" * 3_000_000), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_is_read_with_exact_amounts_and_at_most_its_rows(desk: Desk) -> None:
    rows = [["Ärende", "Belopp"], ["0012", 8055.67], ["0013", -5], ["0014", "1\u00a0234,50"]]
    population = desk.loaded(workbook(rows), file_name="lista.xlsx")
    assert rows_of(desk.session, population.id) == [
        ("0012", 805567),
        ("0013", -500),
        ("0014", 123450),
    ]
    too_many = [["Ärende"], *([str(number)] for number in range(100_031))]
    with pytest.raises(InvalidInput, match="rader"):
        desk.hand_in(workbook(too_many), file_name="lista.xlsx")


def test_a_quoted_field_over_several_lines_keeps_the_row_numbers(desk: Desk) -> None:
    text = 'Ärende;Text\nA-1;"en\ntvå; tre"\nA-2;x\nA-2;y\n'
    assert "rad 3 och 4" in str(desk.loaded(text).refusal)


def test_the_stored_rows_are_one_block_and_only_secret_lists_keep_names(desk: Desk) -> None:
    desk.frozen()
    content = desk.session.scalars(sa.select(PopulationContent)).one()
    assert content.names is not None
    other = make_occurrence(desk.session, make_control(desk.session, desk.control.plan), desk.point)
    desk.session.commit()
    with transaction(desk.session):
        desk.session.delete(content)
    desk.hand_in(CASES, other, is_secret=False)
    desk.read()
    assert desk.session.scalars(sa.select(PopulationContent)).one().names is None
