"""A second file for a draft, headings remembered, old files removed, and one plan in many forms."""

import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Plan, PlanHeading, PlanReadingRow, PlanState, ReadingSource
from internkontroll.plan.queries import controls_of
from internkontroll.plan.rules.headers import Field
from internkontroll.plan.rules.layout import HeaderMissing
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.plan.services import (
    import_reading,
    remove_expired_files,
    tell_headings,
    undo_import,
)
from internkontroll.plan.services.importing import known_headings, read_stored
from internkontroll.trail.queries import history_of
from tests.factories import AT, PLAN_ROWS, make_board, plan_csv
from tests.service.plan_files_read import CHANGED, HEADER, NEW, SYSTEM, content, imported, stored
from tests.unit.files.documents import document, table


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


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
