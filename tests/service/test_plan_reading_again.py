"""A second file for a draft, an import that is undone, headings remembered, old files removed."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board
from internkontroll.plan.models import (
    Control,
    ControlArea,
    ControlMark,
    Criterion,
    Plan,
    PlanHeading,
    PlanReadingRow,
    PlanState,
    ReadingSource,
    control_risk,
)
from internkontroll.plan.queries import controls_of
from internkontroll.plan.rules.headers import Field
from internkontroll.plan.rules.layout import HeaderMissing
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.plan.services import (
    appoint,
    import_reading,
    remove_expired_files,
    settle_mark,
    store_reading,
    tell_headings,
    undo_import,
)
from internkontroll.plan.services.importing import import_facts, known_headings, read_stored
from internkontroll.risk.models import Risk, RiskAssessment
from internkontroll.risk.services import change_risk
from internkontroll.trail.queries import history_of, verify_trail
from tests.factories import AT, PLAN_ROWS, make_actor, make_board, make_user, plan_csv
from tests.unit.files.documents import document, table

SYSTEM = system_actor("test")
HEADER = "Kontrollområde;Riskbeskrivning;Kontrollmoment;Kontrollmetod;Tidpunkt för rapportering"
CHANGED = tuple(
    row.replace("Stickprov på fem fakturor", "Stickprov på tio fakturor") for row in PLAN_ROWS
)
NEW = "Personal;Jäv;Att bisysslor är anmälda;Alla anmälningar;April"
TABLES = (Plan, ControlArea, Control, Criterion, ControlMark, Risk, RiskAssessment, control_risk)


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


def stored(session: Session, board: Board, data: bytes, **more: Any) -> PlanReadingRow:
    return store_reading(
        session,
        board,
        **{"year": 2020, "file_name": "plan.csv", "data": data, **more},
        actor=more.pop("actor", SYSTEM),
        at=more.pop("at", AT),
    )


def imported(
    session: Session, board: Board, *rows: str, answers: dict[str, str] | None = None
) -> tuple[Plan, PlanReadingRow]:
    row = stored(session, board, plan_csv(*(rows or PLAN_ROWS)))
    plan = import_reading(session, board, row, answers or {}, actor=SYSTEM, at=AT)
    session.expire_all()
    return plan, row


def content(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the plan's tables, without the versions that only count up."""
    session.flush()
    found = {}
    for table_ in TABLES:
        source: Any = table_ if isinstance(table_, sa.Table) else table_.__table__
        columns = [c for c in source.columns if c.name != "row_version"]
        rows = session.execute(sa.select(*columns)).all()
        found[source.name] = sorted(tuple(map(str, row)) for row in rows)
    return found


# -- the same plan twice ----------------------------------------------------------------------


def test_the_same_file_again_has_nothing_to_read_in(session: Session, board: Board) -> None:
    imported(session, board)
    before = content(session)
    again = stored(session, board, plan_csv())
    with pytest.raises(InvalidInput, match="detsamma som utkastet"):
        import_reading(session, board, again, {}, actor=SYSTEM, at=AT)
    assert content(session) == before


def test_what_is_new_is_added_and_the_rest_left_alone(session: Session, board: Board) -> None:
    plan, _ = imported(session, board)
    versions = {c.id: c.row_version for c in controls_of(session, plan.id)}
    again, _ = imported(session, board, *PLAN_ROWS, NEW)
    controls = controls_of(session, plan.id)
    assert again.id == plan.id
    assert [c.number for c in controls] == [1, 2, 3, 4]
    assert (controls[3].area.name, controls[3].risks[0].description) == ("Personal", "Jäv")
    assert {c.id: c.row_version for c in controls[:3]} == versions
    assert session.scalar(sa.select(sa.func.count()).select_from(Plan)) == 1


def test_a_changed_method_is_read_anew_and_a_corrected_reading_elsewhere_stays(
    session: Session, board: Board
) -> None:
    plan, _ = imported(session, board)
    first, second, third = controls_of(session, plan.id)
    first.sample_n = 9
    session.flush()
    imported(session, board, *CHANGED)
    assert second.method_text == "Stickprov på tio fakturor"
    assert (second.sample_kind, second.sample_n) == (SampleKind.EXACT, 10)
    assert first.sample_n == 9
    assert [row.event for row in history_of(session, "SCN", "control", second.id)] == [
        "control:changed"
    ]
    (told,) = [
        row
        for row in history_of(session, "SCN", "plan", plan.id)
        if row.event == "plan:updated-from-file"
    ]
    assert (told.data["new"], told.data["changed"], told.data["untouched"]) == ([], [2], 2)
    assert third.row_version == 1


def test_nothing_that_the_file_lacks_is_taken_away(session: Session, board: Board) -> None:
    plan, _ = imported(session, board)
    imported(session, board, PLAN_ROWS[0], NEW)
    assert len(controls_of(session, plan.id)) == 4


def test_a_draft_changed_since_the_page_was_shown_is_a_conflict(
    session: Session, board: Board
) -> None:
    plan, _ = imported(session, board)
    seen = plan.row_version
    imported(session, board, *CHANGED)
    row = stored(session, board, plan_csv(*PLAN_ROWS, NEW))
    with pytest.raises(Conflict, match="ändrats sedan"):
        import_reading(session, board, row, {}, actor=SYSTEM, at=AT, seen=seen)
    with pytest.raises(Conflict, match="ändrats sedan"):
        import_reading(session, board, row, {}, actor=SYSTEM, at=AT, seen=0)
    assert len(controls_of(session, plan.id)) == 3


@pytest.mark.parametrize("state", [PlanState.PREPARED])
def test_a_plan_that_is_no_draft_is_not_read_into(
    session: Session, board: Board, state: PlanState
) -> None:
    plan, _ = imported(session, board)
    plan.state = state
    session.flush()
    with pytest.raises(InvalidInput, match="beredd") as refused:
        stored(session, board, plan_csv(*PLAN_ROWS, NEW))
    assert refused.value.field == "year"


# -- undo -------------------------------------------------------------------------------------


def test_an_undone_import_leaves_nothing_and_the_file_waits_again(
    session: Session, board: Board
) -> None:
    before = content(session)
    plan, row = imported(session, board)
    plan_id = plan.id
    assert import_facts(session, row).new_plan
    assert undo_import(session, board, row, actor=SYSTEM, at=AT) is None
    assert content(session) == before
    assert (row.plan_id, row.imported_at, row.undone_at) == (None, None, AT)
    events = [one.event for one in history_of(session, "SCN", "plan", plan_id)]
    assert sorted(events) == ["plan:import-undone", "plan:imported"]
    assert all(verdict.whole for verdict in verify_trail(session))
    again = import_reading(session, board, row, {}, actor=SYSTEM, at=AT)
    assert len(controls_of(session, again.id)) == 3


def test_an_undone_second_file_gives_the_first_one_s_draft_back(
    session: Session, board: Board
) -> None:
    plan, _ = imported(session, board, answers={"sample:3": "7"})
    before = content(session)
    text = "Rader om att konto är rätt"
    rows = (CHANGED[0], CHANGED[1], PLAN_ROWS[2].replace("Konto är rätt", text), NEW)
    _, row = imported(session, board, *rows)
    assert content(session) != before
    again = undo_import(session, board, row, actor=SYSTEM, at=AT)
    assert again is not None
    assert again.id == plan.id
    assert content(session) == before


def test_a_risk_that_was_there_before_stays(session: Session, board: Board) -> None:
    _, row = imported(session, board)
    undo_import(session, board, row, actor=SYSTEM, at=AT)
    session.add(
        Risk(board_id=board.id, number=1, description="Fel insats beviljas", recorded_at=AT)
    )
    session.flush()
    import_reading(session, board, row, {}, actor=SYSTEM, at=AT)
    session.expire_all()
    undo_import(session, board, row, actor=SYSTEM, at=AT)
    assert session.scalars(sa.select(Risk.description)).all() == ["Fel insats beviljas"]


def test_an_import_that_somebody_has_worked_on_says_why_it_is_not_undone(
    session: Session, board: Board
) -> None:
    plan, row = imported(session, board)
    control = controls_of(session, plan.id)[1]
    user = make_user(session, Role.RESPONSIBLE, board)
    appoint(session, control, user, actor=SYSTEM, at=AT)
    with pytest.raises(InvalidTransition, match="kontrollmoment 2 har ändrats"):
        undo_import(session, board, row, actor=SYSTEM, at=AT)
    session.rollback()


@pytest.mark.parametrize("what", ["answer", "added", "area", "later", "risk", "words", "removed"])
def test_each_kind_of_later_work_stops_the_undo(session: Session, board: Board, what: str) -> None:
    plan, row = imported(session, board)
    control = controls_of(session, plan.id)[2]
    says = "har ändrats"
    if what == "answer":
        actor = make_actor(session, Role.CONTROLLER, board)
        settle_mark(session, control.marks[0], answer="5", actor=actor, at=AT)
    elif what == "added":
        imported(session, board, *PLAN_ROWS, NEW)
        says = "senare fil"
    elif what == "area":
        session.add(ControlArea(plan_id=plan.id, name="Ny", position=9))
        says = "kontrollområden har lagts till"
    elif what == "later":
        imported(session, board, *CHANGED)
        says = "senare fil"
    elif what == "words":
        risk = control.risks[0]
        values = {"description": risk.description, "cause": "Ny personal"}
        change_risk(session, board, risk, values, row_version=risk.row_version, actor=SYSTEM, at=AT)
        says = "risker har ändrats"
    elif what == "risk":
        session.add(
            RiskAssessment(
                risk_id=control.risks[0].id,
                kind="current",
                score=4,
                scale={},
                assessed_on=AT.date(),
                recorded_at=AT,
            )
        )
        says = "värderats"
    else:
        session.execute(sa.delete(ControlMark).where(ControlMark.control_id == control.id))
    session.flush()
    session.expire_all()
    with pytest.raises(InvalidTransition, match=says):
        undo_import(session, board, row, actor=SYSTEM, at=AT)


def test_a_prepared_plan_keeps_its_import(session: Session, board: Board) -> None:
    plan, row = imported(session, board)
    plan.state = PlanState.PREPARED
    session.flush()
    with pytest.raises(InvalidTransition):
        undo_import(session, board, row, actor=SYSTEM, at=AT)


def test_an_import_is_undone_once_and_only_by_the_controller(
    session: Session, board: Board
) -> None:
    _, row = imported(session, board)
    for role in set(Role) - {Role.CONTROLLER}:
        with pytest.raises(NotAllowed):
            undo_import(session, board, row, actor=make_actor(session, role, board), at=AT)
    other = make_board(session, "AMN", "Arbetsmarknadsnämnden")
    with pytest.raises(Conflict):
        undo_import(session, other, row, actor=SYSTEM, at=AT)
    undo_import(session, board, row, actor=SYSTEM, at=AT)
    with pytest.raises(Conflict, match="redan ångrad"):
        undo_import(session, board, row, actor=SYSTEM, at=AT)


def test_an_import_from_before_the_program_kept_what_it_made_is_not_undone(
    session: Session, board: Board
) -> None:
    _, row = imported(session, board)
    session.execute(sa.update(PlanReadingRow).values(made={}))
    session.expire_all()
    assert not import_facts(session, row).known
    with pytest.raises(InvalidTransition, match="innan programmet"):
        undo_import(session, board, row, actor=SYSTEM, at=AT)


# -- headings -----------------------------------------------------------------------------------

OWN = "Var\tVad vi gör\tSå här\nEkonomi\tAttest finns\tAlla fakturor\nVård\tAkten är hel\tTio akter"
TOLD = {0: Field.AREA, 1: Field.CONTROL, 2: Field.METHOD}


def pasted(session: Session, board: Board, text: str = OWN) -> PlanReadingRow:
    return stored(
        session, board, text.encode(), source=ReadingSource.PASTED, file_name="Inklistrade celler"
    )


def test_headings_are_asked_about_once_and_remembered_for_every_board(
    session: Session, board: Board
) -> None:
    row = pasted(session, board)
    with pytest.raises(HeaderMissing):
        read_stored(row)
    tell_headings(session, board, row, header_row=1, columns=TOLD, actor=SYSTEM, at=AT)
    assert [line.area for line in read_stored(row).rows] == ["Ekonomi", "Vård"]
    other = make_board(session, "AMN", "Arbetsmarknadsnämnden")
    again = read_stored(pasted(session, other))
    assert [line.method for line in again.rows] == ["Alla fakturor", "Tio akter"]
    assert all(heading.told for heading in again.headings)


def test_a_changed_answer_holds_from_then_on(session: Session, board: Board) -> None:
    row = pasted(session, board)
    tell_headings(session, board, row, header_row=1, columns=TOLD, actor=SYSTEM, at=AT)
    later = {**TOLD, 2: None}
    tell_headings(session, board, row, header_row=1, columns=later, actor=SYSTEM, at=AT)
    assert known_headings(session)["så här"] is None
    assert read_stored(row).rows[0].extra == {"Så här": "Alla fakturor"}
    versions = dict(
        session.execute(sa.select(PlanHeading.heading_key, PlanHeading.row_version)).all()
    )
    assert versions == {"var": 1, "vad vi gör": 1, "så här": 2}


def test_what_the_program_reads_by_itself_is_not_remembered(session: Session, board: Board) -> None:
    row = pasted(session, board, OWN.replace("Vad vi gör", "Kontrollmoment"))
    tell_headings(session, board, row, header_row=1, columns=TOLD, actor=SYSTEM, at=AT)
    assert set(known_headings(session)) == {"var", "så här"}


def test_an_answer_of_another_reading_never_changes_one_that_waits(
    session: Session, board: Board
) -> None:
    text = "Kontrollmoment\tMetod\tBilaga\nA\tAlla\tC\nD\tAlla\tF"
    waiting, other = pasted(session, board, text), pasted(session, board, text)
    columns = {0: Field.CONTROL, 1: Field.METHOD, 2: Field.AREA}
    tell_headings(session, board, other, header_row=1, columns=columns, actor=SYSTEM, at=AT)
    assert [line.area for line in read_stored(waiting).rows] == ["", ""]
    assert [line.area for line in read_stored(other).rows] == ["C", "F"]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({0: Field.AREA}, "kontrollmomentet"),
        ({0: Field.CONTROL}, "minst en kolumn till"),
        ({0: Field.CONTROL, 1: Field.CONTROL}, "Flera kolumner"),
        ({0: Field.CONTROL, 1: Field.RISK, 2: Field.RISK}, "Flera kolumner"),
    ],
)
def test_columns_that_make_no_plan_are_refused(
    session: Session, board: Board, columns: dict[int, Field | None], says: str
) -> None:
    row = pasted(session, board)
    with pytest.raises(InvalidInput, match=says):
        tell_headings(session, board, row, header_row=1, columns=columns, actor=SYSTEM, at=AT)
    assert known_headings(session) == {}


def test_headings_of_an_imported_file_are_not_told_anew(session: Session, board: Board) -> None:
    _, row = imported(session, board)
    columns = {0: Field.AREA, 2: Field.CONTROL}
    with pytest.raises(Conflict, match="redan inläst"):
        tell_headings(session, board, row, header_row=1, columns=columns, actor=SYSTEM, at=AT)


# -- what is kept ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"Var;Vad\nEkonomi;Akten f\xc3\xb6r 19900101-0017\nC;D",
        b"Anm;19900101-0017\nKontrollmoment;Metod\nA;B\nC;D",
    ],
)
def test_a_personnummer_anywhere_in_the_file_is_refused_before_it_is_kept(
    session: Session, board: Board, data: bytes
) -> None:
    with pytest.raises(InvalidInput, match="personnummer"):
        stored(session, board, data)
    assert session.scalar(sa.select(sa.func.count()).select_from(PlanReadingRow)) == 0


def test_what_stands_above_the_table_is_kept_with_the_plan(session: Session, board: Board) -> None:
    data = ("Nämnd: Socialnämnden;;;;\nInternkontrollplan 2019;;;;\n" + HEADER + "\n").encode()
    row = stored(session, board, data + "\n".join(PLAN_ROWS).encode())
    assert [note.code for note in read_stored(row).notes] == ["title_year"]
    plan = import_reading(session, board, row, {}, actor=SYSTEM, at=AT)
    assert plan.source_title == [["Nämnd", "Socialnämnden"], ["", "Internkontrollplan 2019"]]


def test_files_that_nobody_imports_go_and_imported_ones_lose_their_bytes(
    session: Session, board: Board
) -> None:
    _, row = imported(session, board)
    waiting = stored(session, board, plan_csv(*PLAN_ROWS, NEW))
    waiting_id = waiting.id
    assert remove_expired_files(session, at=AT + timedelta(days=30)) == 0
    assert remove_expired_files(session, at=AT + timedelta(days=31)) == 1
    session.expire_all()
    assert session.get(PlanReadingRow, waiting_id) is None
    later = AT + timedelta(days=91)
    assert remove_expired_files(session, at=later) == 1
    assert remove_expired_files(session, at=later) == 0
    session.expire_all()
    assert (row.file_data, row.file_removed_at) == (None, later)
    assert row.file_sha256 == hashlib.sha256(plan_csv()).hexdigest()
    with pytest.raises(InvalidTransition, match="borttagen"):
        read_stored(row)
    assert undo_import(session, board, row, actor=SYSTEM, at=later) is None


def test_an_undone_file_waits_its_days_from_the_undo(session: Session, board: Board) -> None:
    _, row = imported(session, board)
    undone = AT + timedelta(days=40)
    undo_import(session, board, row, actor=SYSTEM, at=undone)
    assert remove_expired_files(session, at=undone + timedelta(days=29)) == 0
    assert remove_expired_files(session, at=undone + timedelta(days=31)) == 1


# -- every way in ---------------------------------------------------------------------------------


def test_the_same_plan_from_word_excel_text_and_paste_is_one_draft(
    session: Session, board: Board
) -> None:
    imported(session, board)
    cells = [HEADER.split(";"), *(row.split(";") for row in PLAN_ROWS)]
    for data, more in (
        (document(table(*(tuple(line) for line in cells))), {"file_name": "plan.docx"}),
        (
            "\n".join("\t".join(line) for line in cells).encode(),
            {"source": ReadingSource.PASTED, "file_name": "celler"},
        ),
    ):
        row = stored(session, board, data, **more)
        with pytest.raises(InvalidInput, match="detsamma som utkastet"):
            import_reading(session, board, row, {}, actor=SYSTEM, at=AT)


@pytest.mark.real_input
def test_the_real_plan_is_undone_to_nothing_and_the_other_formats_change_nothing(
    session: Session, board: Board, real_input: Path
) -> None:
    before = content(session)
    rows = {
        kind: stored(
            session,
            board,
            (real_input / f"internkontrollplan_scn_2020.{kind}").read_bytes(),
            file_name=f"plan.{kind}",
        )
        for kind in ("docx", "xlsx", "csv")
    }
    answers = {"criteria:6": "split", "limit:6:control": "högst 14 dagar", "criteria:12": "split"}
    plan = import_reading(session, board, rows["docx"], answers, actor=SYSTEM, at=AT)
    session.expire_all()
    controls = controls_of(session, plan.id)
    assert [len(c.criteria) for c in controls] == [2 if n in (6, 12) else 1 for n in range(1, 25)]
    assert [c.help_text for c in controls[5].criteria] == ["Inom skälig tid: högst 14 dagar", None]
    for kind in ("xlsx", "csv"):
        with pytest.raises(InvalidInput, match="detsamma som utkastet"):
            import_reading(session, board, rows[kind], {}, actor=SYSTEM, at=AT)
    undo_import(session, board, rows["docx"], actor=SYSTEM, at=AT)
    assert content(session) == before
