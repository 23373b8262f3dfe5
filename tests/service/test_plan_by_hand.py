"""A plan written by hand: areas, kontrollmoment, criteria, their order, and what is refused."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, ControlArea, Plan
from internkontroll.plan.rules.vocabulary import ControlKind
from internkontroll.plan.services.areas import add_area, move_area, remove_area, rename_area
from internkontroll.plan.services.controls import (
    add_control,
    content_of,
    edit_control,
    move_control,
    neighbour,
    remove_control,
)
from internkontroll.plan.services.criteria import (
    CriterionContent,
    add_criterion,
    change_criterion,
    move_criterion,
    remove_criterion,
)
from internkontroll.plan.services.risks import RiskContent, add_risk
from internkontroll.risk.models import Risk
from tests.factories import AT, make_board, make_control, make_plan
from tests.service.plan_in_hand import SYSTEM, add, events, order, wanted


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def plan(session: Session, board: Board) -> Plan:
    return make_plan(session, board, 2021)


@pytest.fixture
def area(session: Session, plan: Plan) -> ControlArea:
    return add_area(session, plan, "Ekonomi", actor=SYSTEM, at=AT)


def test_a_control_written_by_hand_has_every_field_and_its_own_text_as_criterion(
    session: Session, plan: Plan, area: ControlArea
) -> None:
    risk = add_risk(session, plan, RiskContent("Fel betalas"), actor=SYSTEM, at=AT)
    content = replace(wanted(area), risk_ids=(risk.id,))
    made = add_control(session, plan, content, actor=SYSTEM, at=AT)
    assert (made.number, made.kind, made.frame_text) == (
        1,
        ControlKind.DETECTIVE,
        "Alla fakturor under kvartalet",
    )
    assert made.points == ["april", "årsbokslut"]
    assert made.reporting_text == "April, årsbokslut"
    assert [row.text for row in made.criteria] == ["Fakturor är attesterade."]
    assert [row.id for row in made.risks] == [risk.id]
    assert events(session)[-1] == "control:added"


@pytest.mark.parametrize(
    ("change", "field", "word"),
    [
        ({"text": "  "}, "text", "Skriv vad som ska kontrolleras"),
        ({"points": ()}, "points", "minst en rapporteringstidpunkt"),
        ({"points": ("nyår",)}, "points", "”nyår”"),
        ({"sample_n": None}, "sample_n", "minst 1"),
        ({"area_id": 0}, "area_id", "kontrollområde"),
        ({"risk_ids": (99,)}, "risk_ids", "riskregister"),
        ({"responsible_text": "811228-9874"}, "responsible_text", "personnummer"),
        ({"frame_text": "Akt 811228-9874"}, "frame_text", "personnummer"),
        ({"text": "x" * 8_001}, "text", "8000"),
    ],
)
def test_a_control_that_cannot_be_is_refused_by_field(
    session: Session,
    plan: Plan,
    area: ControlArea,
    change: dict[str, object],
    field: str,
    word: str,
) -> None:
    with pytest.raises(InvalidInput, match=word) as caught:
        add_control(session, plan, replace(wanted(area), **change), actor=SYSTEM, at=AT)
    assert caught.value.field == field


def test_another_boards_risk_cannot_be_tied(
    session: Session, plan: Plan, area: ControlArea
) -> None:
    other = make_plan(session, make_board(session, "AMN", "Arbetsmarknadsnämnden"), 2021)
    theirs = add_risk(session, other, RiskContent("Deras risk"), actor=SYSTEM, at=AT)
    content = replace(wanted(area), risk_ids=(theirs.id,))
    with pytest.raises(InvalidInput, match="riskregister"):
        add_control(session, plan, content, actor=SYSTEM, at=AT)


def test_a_changed_text_takes_its_own_criterion_with_it_and_leaves_others(
    session: Session, plan: Plan, area: ControlArea
) -> None:
    (control,) = add(session, area, "Attest finns")
    add_criterion(session, control, CriterionContent("Datum finns"), actor=SYSTEM, at=AT)
    edit_control(
        session,
        control,
        replace(content_of(control), text="Attest är rätt", points=("augusti",)),
        row_version=control.row_version,
        actor=SYSTEM,
        at=AT,
    )
    assert [row.text for row in control.criteria] == ["Attest är rätt", "Datum finns"]
    assert control.reporting_text == "Augusti"


def test_words_of_reporting_read_from_a_file_stay_when_points_change(
    session: Session, plan: Plan
) -> None:
    control = make_control(session, plan)
    changed = replace(content_of(control), points=("april",))
    edit_control(session, control, changed, row_version=control.row_version, actor=SYSTEM, at=AT)
    assert control.points == ["april"]
    assert control.reporting_text == "Delårs- och årsbokslut"


def test_the_second_of_two_editors_is_refused_and_changes_nothing(
    session: Session, plan: Plan, area: ControlArea
) -> None:
    (control,) = add(session, area, "Attest finns")
    seen = control.row_version
    first = replace(content_of(control), text="Den enas")
    edit_control(session, control, first, row_version=seen, actor=SYSTEM, at=AT)
    with pytest.raises(Conflict, match="Jämför"):
        edit_control(
            session,
            control,
            replace(content_of(control), text="Den andras"),
            row_version=seen,
            actor=SYSTEM,
            at=AT,
        )
    assert session.scalar(sa.select(Control.text)) == "Den enas"


def test_whoever_saves_what_is_there_already_leaves_no_trace(
    session: Session, plan: Plan, area: ControlArea
) -> None:
    (control,) = add(session, area, "Attest finns")
    before = events(session)
    edit_control(
        session, control, content_of(control), row_version=control.row_version, actor=SYSTEM, at=AT
    )
    assert events(session) == before


def test_moving_gives_whole_numbers_without_gap(
    session: Session, plan: Plan, area: ControlArea
) -> None:
    a, _b, _c, d = add(session, area, "a", "b", "c", "d")
    move_control(session, d, 1, actor=SYSTEM, at=AT)
    assert order(session, plan) == ["d", "a", "b", "c"]
    move_control(session, a, 99, actor=SYSTEM, at=AT)
    assert order(session, plan) == ["d", "b", "c", "a"]
    assert events(session)[-1] == "control:moved"


def test_a_step_up_passes_by_what_belongs_to_other_areas(
    session: Session, plan: Plan, area: ControlArea
) -> None:
    other = add_area(session, plan, "Verksamhet", actor=SYSTEM, at=AT)
    (a,) = add(session, area, "a")
    add(session, other, "x")
    (b,) = add(session, area, "b")
    assert neighbour(session, b, up=True) == a.number
    assert neighbour(session, b, up=False) == b.number
    move_control(session, b, neighbour(session, b, up=True), actor=SYSTEM, at=AT)
    assert order(session, plan) == ["b", "a", "x"]


def test_a_removed_control_takes_its_parts_along_and_the_rest_close_up(
    session: Session, plan: Plan, area: ControlArea
) -> None:
    risk = add_risk(session, plan, RiskContent("Fel betalas"), actor=SYSTEM, at=AT)
    a, b, _c = add(session, area, "a", "b", "c")
    for control in (a, b):
        tied = replace(content_of(control), risk_ids=(risk.id,))
        edit_control(session, control, tied, row_version=control.row_version, actor=SYSTEM, at=AT)
    remove_control(session, b, actor=SYSTEM, at=AT)
    assert order(session, plan) == ["a", "c"]
    assert session.scalar(sa.select(sa.func.count()).select_from(Risk)) == 1
    assert events(session)[-1] == "control:removed"


def test_areas_are_added_renamed_moved_and_removed_when_empty(
    session: Session, plan: Plan, area: ControlArea
) -> None:
    other = add_area(session, plan, "Verksamhet", actor=SYSTEM, at=AT)
    with pytest.raises(InvalidInput, match="redan ett kontrollområde"):
        add_area(session, plan, " ekonomi ", actor=SYSTEM, at=AT)
    rename_area(session, other, "Drift", seen="Verksamhet", actor=SYSTEM, at=AT)
    with pytest.raises(Conflict):
        rename_area(session, other, "Skötsel", seen="Verksamhet", actor=SYSTEM, at=AT)
    move_area(session, other, 1, actor=SYSTEM, at=AT)
    assert [row.name for row in plan.areas] == ["Drift", "Ekonomi"]
    add(session, area, "a")
    with pytest.raises(InvalidInput, match="1 kontrollmoment"):
        remove_area(session, area, actor=SYSTEM, at=AT)
    remove_area(session, other, actor=SYSTEM, at=AT)
    assert [(row.name, row.position) for row in plan.areas] == [("Ekonomi", 1)]


def test_criteria_are_added_changed_moved_and_removed_but_one_always_counts(
    session: Session, plan: Plan, area: ControlArea
) -> None:
    (control,) = add(session, area, "Attest finns")
    one = control.criteria[0]
    two = add_criterion(
        session,
        control,
        CriterionContent("Rätt konto", counts=False, help_text="Se kontoplanen"),
        actor=SYSTEM,
        at=AT,
    )
    move_criterion(session, two, 1, actor=SYSTEM, at=AT)
    assert [row.text for row in control.criteria] == ["Rätt konto", "Attest finns"]
    with pytest.raises(InvalidInput, match="minst ett kriterium som räknas"):
        remove_criterion(session, one, actor=SYSTEM, at=AT)
    with pytest.raises(InvalidInput, match="Minst ett kriterium måste räknas"):
        change_criterion(
            session, one, CriterionContent("Attest finns", counts=False), actor=SYSTEM, at=AT
        )
    change_criterion(session, two, CriterionContent("Rätt konto"), actor=SYSTEM, at=AT)
    remove_criterion(session, one, actor=SYSTEM, at=AT)
    assert [(row.text, row.position) for row in control.criteria] == [("Rätt konto", 1)]


def test_the_second_of_two_who_change_a_criterion_is_refused(
    session: Session, plan: Plan, area: ControlArea
) -> None:
    (control,) = add(session, area, "Attest finns")
    seen, criterion = control.row_version, control.criteria[0]
    change_criterion(
        session, criterion, CriterionContent("A"), row_version=seen, actor=SYSTEM, at=AT
    )
    with pytest.raises(Conflict):
        change_criterion(
            session, criterion, CriterionContent("B"), row_version=seen, actor=SYSTEM, at=AT
        )
