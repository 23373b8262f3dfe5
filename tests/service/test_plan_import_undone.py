"""An import is undone to nothing as long as nobody has worked on what it made."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board
from internkontroll.plan.models import ControlArea, ControlMark, PlanReadingRow, PlanState
from internkontroll.plan.queries import controls_of
from internkontroll.plan.services import (
    appoint,
    import_reading,
    remove_expired_files,
    settle_mark,
    undo_import,
)
from internkontroll.plan.services.importing import import_facts
from internkontroll.risk.models import Risk, RiskAssessment
from internkontroll.risk.services import change_risk
from internkontroll.trail.queries import history_of, verify_trail
from tests.factories import AT, PLAN_ROWS, make_actor, make_board, make_user
from tests.service.plan_files_read import CHANGED, NEW, SYSTEM, content, imported, stored


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


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


def test_an_undone_file_waits_its_days_from_the_undo(session: Session, board: Board) -> None:
    _, row = imported(session, board)
    undone = AT + timedelta(days=40)
    undo_import(session, board, row, actor=SYSTEM, at=undone)
    assert remove_expired_files(session, at=undone + timedelta(days=29)) == 0
    assert remove_expired_files(session, at=undone + timedelta(days=31)) == 1


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
