"""A plan's file on its way in: read, asked about, imported in one go."""

import hashlib
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, NotAllowed
from internkontroll.files.tables import read_table
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, ControlMark, MarkKind, Plan, PlanReadingRow
from internkontroll.plan.queries import controls_of, plan_lines, risks_of, waiting_readings
from internkontroll.plan.rules.reading import read_plan
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind
from internkontroll.plan.services import import_plan, import_reading, store_reading
from internkontroll.risk.models import Risk
from internkontroll.risk.services import register_risks
from internkontroll.trail.models import TrailRow
from internkontroll.trail.queries import history_of, verify_trail
from tests.factories import AT, PLAN_ROWS, make_actor, make_board, plan_csv

SYSTEM = system_actor("test")


def stored(
    session: Session, board: Board, data: bytes, actor: Actor, year: int = 2020
) -> PlanReadingRow:
    return store_reading(
        session, board, year=year, data=data, file_name="plan.csv", actor=actor, at=AT
    )


def imported(session: Session, board: Board, data: bytes | None = None, year: int = 2020) -> Plan:
    row = stored(session, board, data or plan_csv(), SYSTEM, year)
    return import_reading(session, board, row, {}, actor=SYSTEM, at=AT)


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


def test_a_test_reading_saves_the_file_and_nothing_of_a_plan(
    session: Session, board: Board
) -> None:
    controller = make_actor(session, Role.CONTROLLER, board)
    row = stored(session, board, plan_csv(), controller)
    assert row.file_data == plan_csv()
    assert row.file_sha256 == hashlib.sha256(plan_csv()).hexdigest()
    assert row.read_by_id == controller.user_id
    for table in (Plan, Control, Risk):
        assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
    assert [w.id for w in waiting_readings(session, board.id)] == [row.id]


def test_a_file_with_a_personnummer_in_its_name_is_refused(session: Session, board: Board) -> None:
    with pytest.raises(InvalidInput, match="namn innehåller ett personnummer") as refused:
        store_reading(
            session,
            board,
            year=2020,
            data=plan_csv(),
            file_name="C:\\Planer\\19121212-1212.csv",
            actor=SYSTEM,
            at=AT,
        )
    assert refused.value.field == "file"


def test_only_the_controller_reads_a_plan_in(session: Session, board: Board) -> None:
    for role in set(Role) - {Role.CONTROLLER}:
        with pytest.raises(NotAllowed):
            stored(session, board, plan_csv(), make_actor(session, role, board))
    other = make_board(session, "AMN", "Arbetsmarknadsnämnden")
    with pytest.raises(NotAllowed):
        stored(session, board, plan_csv(), make_actor(session, Role.CONTROLLER, other))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "bild"),
        (b"", "Filen"),
        (b"Namn;Ort\r\nA;B", "rubrikrad"),
        (b"x" * (20 * 1024 * 1024 + 1), "MB"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_at_the_file_s_field(
    session: Session, board: Board, data: bytes, word: str
) -> None:
    with pytest.raises(InvalidInput, match=word) as refused:
        stored(session, board, data, SYSTEM)
    assert refused.value.field == "file"


@pytest.mark.parametrize("year", [20, 1999, 2101])
def test_a_year_that_cannot_be_is_refused_at_its_field(
    session: Session, board: Board, year: int
) -> None:
    with pytest.raises(InvalidInput) as refused:
        stored(session, board, plan_csv(), SYSTEM, year)
    assert refused.value.field == "year"


def test_a_personnummer_in_the_file_is_refused_with_its_row(session: Session, board: Board) -> None:
    data = plan_csv(PLAN_ROWS[0], "Ekonomi;Risk;Akten för 19900101-0017;Alla;Årsbokslut")
    with pytest.raises(InvalidInput, match="rad 3"):
        stored(session, board, data, SYSTEM)


def test_an_import_makes_the_draft_with_everything_in_it(session: Session, board: Board) -> None:
    plan = imported(session, board)
    first, second, third = controls_of(session, plan.id)
    assert [c.area.name for c in (first, second, third)] == ["Verksamhet", "Ekonomi", "Ekonomi"]
    assert (first.sample_kind, first.sample_n) == (SampleKind.AT_LEAST, 3)
    assert first.frequency is Frequency.PER_MEETING
    assert (second.sample_kind, second.sample_n) == (SampleKind.EXACT, 5)
    assert second.points == ["augusti"]
    assert second.method_text == "Stickprov på fem fakturor"
    assert [c.text for c in second.criteria] == [second.text]
    assert first.lineage != second.lineage
    line = plan_lines(session, board.id)[0]
    assert (line.controls, line.open_questions) == (3, 2)


def test_the_same_risk_in_two_rows_and_years_is_one_risk(session: Session, board: Board) -> None:
    [known] = register_risks(session, board, ["Fel insats beviljas"], actor=SYSTEM, at=AT)
    plan = imported(session, board)
    assert [risk.number for risk in risks_of(controls_of(session, plan.id))] == [1, 2]
    assert risks_of(controls_of(session, plan.id))[0].id == known.id
    imported(session, board, year=2021)
    assert session.scalar(sa.select(sa.func.count()).select_from(Risk)) == 2


def test_an_unanswered_question_stays_as_a_mark_and_an_answered_one_does_not(
    session: Session, board: Board
) -> None:
    row = stored(session, board, plan_csv(), SYSTEM)
    plan = import_reading(session, board, row, {"interim": "augusti"}, actor=SYSTEM, at=AT)
    third = controls_of(session, plan.id)[2]
    assert third.points == ["augusti", "årsbokslut"]
    assert [(m.kind, m.field, m.settled_at) for m in third.marks] == [
        (MarkKind.QUESTION, "sample", None)
    ]
    assert third.sample_kind is SampleKind.UNSTATED


def test_an_answer_that_is_none_is_refused_and_nothing_is_imported(
    session: Session, board: Board
) -> None:
    row = stored(session, board, plan_csv(), SYSTEM)
    with pytest.raises(InvalidInput, match="många"):
        import_reading(session, board, row, {"sample:3": "många"}, actor=SYSTEM, at=AT)
    assert session.scalar(sa.select(sa.func.count()).select_from(Plan)) == 0


def test_the_command_makes_no_second_plan_and_leaves_the_draft_untouched(
    session: Session, board: Board
) -> None:
    imported(session, board)
    with pytest.raises(InvalidInput, match="redan ett utkast") as refused:
        import_plan(
            session,
            board,
            2020,
            read_plan(read_table(plan_csv(), "plan.csv"), year=2020),
            file_name="plan.csv",
            file_sha256="0" * 64,
            actor=SYSTEM,
            at=AT,
        )
    assert refused.value.field == "year"
    assert session.scalar(sa.select(sa.func.count()).select_from(Control)) == 3
    assert waiting_readings(session, board.id) == []


def test_a_reading_becomes_a_plan_once(session: Session, board: Board) -> None:
    row = stored(session, board, plan_csv(), SYSTEM)
    plan = import_reading(session, board, row, {}, actor=SYSTEM, at=AT)
    session.refresh(row)
    assert (row.plan_id, row.imported_at) == (plan.id, AT)
    row.year = 2021
    session.flush()
    with pytest.raises(Conflict, match="redan inläst"):
        import_reading(session, board, row, {}, actor=SYSTEM, at=AT)


def test_a_value_that_the_plan_states_becomes_an_assessment(session: Session, board: Board) -> None:
    text = "Område;Risk;S;K;Kontrollmoment;Metod;Rapporteras\r\nA;B;3;4;C;Alla fakturor;April"
    plan = imported(session, board, text.encode())
    (risk,) = risks_of(controls_of(session, plan.id))
    assert [(a.likelihood, a.impact, a.score) for a in risk.assessments] == [(3, 4, 12)]
    assert risk.assessments[0].scale["steps"] == 4


def test_columns_without_a_place_of_their_own_are_kept_under_their_heading(
    session: Session, board: Board
) -> None:
    text = "Kontrollmoment;Syfte;Egen kolumn;Rapporteras\r\nAttest;Ordning;Något;April"
    plan = imported(session, board, text.encode())
    (control,) = controls_of(session, plan.id)
    assert control.extra == {"Syfte": "Ordning", "Egen kolumn": "Något"}


def test_the_trail_tells_of_the_file_and_of_the_plan(session: Session, board: Board) -> None:
    plan = imported(session, board)
    (row,) = history_of(session, "SCN", "plan", plan.id)
    assert row.event == "plan:imported"
    assert (row.data["controls"], row.data["risks"]) == (3, 2)
    assert session.scalar(sa.select(TrailRow.id).where(TrailRow.event == "plan:read"))
    assert all(verdict.whole for verdict in verify_trail(session))


@pytest.mark.real_input
@pytest.mark.parametrize("kind", ["xlsx", "csv", "docx"])
def test_the_real_plan_is_imported_with_its_counts(
    session: Session, board: Board, real_input: Path, kind: str
) -> None:
    path = real_input / f"internkontrollplan_scn_2020.{kind}"
    data = path.read_bytes()
    plan = import_plan(
        session,
        board,
        2020,
        read_plan(read_table(data, path.name), year=2020),
        file_name=path.name,
        file_sha256=hashlib.sha256(data).hexdigest(),
        actor=SYSTEM,
        at=AT,
    )
    session.expire_all()
    per_area = session.execute(
        sa.text(
            "SELECT count(*) FROM control c JOIN control_area a ON a.id = c.area_id "
            "WHERE c.plan_id = :plan GROUP BY a.position ORDER BY a.position"
        ),
        {"plan": plan.id},
    )
    assert [n for (n,) in per_area] == [1, 4, 3, 15, 1]
    controls = controls_of(session, plan.id)
    assert len(risks_of(controls_of(session, plan.id))) == 14
    assert sum(c.sample_n == 5 for c in controls) == 13
    assert sum(len(c.points) for c in controls) == 1 * 2 + 4 * 1 + 3 * 1 + 16 * 3
    assert [c.number for c in controls if c.sample_kind is SampleKind.CENSUS] == [13, 24]
    codes = set(session.scalars(sa.select(ControlMark.code)))
    assert {"interim_meaning", "sample_count", "log_frame_differs", "interim_only_method"} <= codes
    assert "filled_down" not in codes
