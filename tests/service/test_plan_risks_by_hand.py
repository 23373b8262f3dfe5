"""Risks and texts of a plan written by hand: scored, reworded, every version kept."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board
from internkontroll.plan.models import ControlArea, Plan, PlanState, PlanText
from internkontroll.plan.rules.sections import TextSection, default_text
from internkontroll.plan.services.areas import add_area, move_area
from internkontroll.plan.services.controls import add_control, edit_control, remove_control
from internkontroll.plan.services.criteria import CriterionContent, add_criterion, remove_criterion
from internkontroll.plan.services.risks import RiskContent, add_risk, edit_risk, remove_plan_risk
from internkontroll.plan.services.texts import write_text
from internkontroll.risk.models import Risk, RiskAssessment
from internkontroll.risk.rules import scale_of
from internkontroll.risk.services import record_assessment
from tests.factories import AT, make_actor, make_board, make_control, make_plan
from tests.service.plan_in_hand import SYSTEM, wanted


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def plan(session: Session, board: Board) -> Plan:
    return make_plan(session, board, 2021)


@pytest.fixture
def area(session: Session, plan: Plan) -> ControlArea:
    return add_area(session, plan, "Ekonomi", actor=SYSTEM, at=AT)


def test_a_risk_is_scored_with_a_copy_of_its_scale_and_old_scores_stand(
    session: Session, plan: Plan
) -> None:
    content = RiskContent("Fel betalas", cause="Brådska", likelihood=3, impact=4)
    risk = add_risk(session, plan, content, actor=SYSTEM, at=AT)
    edit_risk(
        session,
        plan,
        risk,
        replace(content, likelihood=2),
        row_version=risk.row_version,
        actor=SYSTEM,
        at=AT,
    )
    rows = session.scalars(sa.select(RiskAssessment).order_by(RiskAssessment.id)).all()
    assert [row.score for row in rows] == [12, 8]
    assert rows[0].scale["likelihood"][2] == "Möjlig"
    assert rows[0].scale is not rows[1].scale


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (RiskContent(" "), "description"),
        (RiskContent("Risk", likelihood=3), "impact"),
        (RiskContent("Risk", likelihood=5, impact=1), "likelihood"),
        (RiskContent("Risk", owner="811228-9874"), "owner"),
    ],
)
def test_a_risk_that_cannot_be_is_refused_by_field(
    session: Session, plan: Plan, content: RiskContent, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        add_risk(session, plan, content, actor=SYSTEM, at=AT)
    assert caught.value.field == field


def test_the_same_sentence_is_never_two_risks(session: Session, plan: Plan) -> None:
    add_risk(session, plan, RiskContent("Fel betalas."), actor=SYSTEM, at=AT)
    with pytest.raises(InvalidInput, match="Risk 1"):
        add_risk(session, plan, RiskContent("fel  betalas"), actor=SYSTEM, at=AT)


def test_a_reworded_risk_of_a_decided_plan_becomes_another_in_the_draft_only(
    session: Session, board: Board, plan: Plan, area: ControlArea
) -> None:
    decided = make_plan(session, board, 2020, decided=True)
    old = make_control(session, decided).risks[0]
    words, seen = old.description, old.row_version
    tied = replace(wanted(area), risk_ids=(old.id,))
    control = add_control(session, plan, tied, actor=SYSTEM, at=AT)
    new = edit_risk(
        session, plan, old, RiskContent("Nya ord"), row_version=seen, actor=SYSTEM, at=AT
    )
    assert [row.description for row in control.risks] == ["Nya ord"]
    assert new.id != old.id
    assert decided.controls[0].risks[0].description == words


def test_a_reworded_risk_keeps_what_it_was_assessed_as_and_its_scale(
    session: Session, board: Board, plan: Plan, area: ControlArea
) -> None:
    old = make_control(session, make_plan(session, board, 2020, decided=True)).risks[0]
    five = {**scale_of(5), "heading": "Riskvärde"}
    record_assessment(
        session, old, likelihood=5, impact=5, score=25, scale=five, on=AT.date(), at=AT
    )
    session.flush()
    session.expire(old)
    tied = replace(wanted(area), risk_ids=(old.id,))
    add_control(session, plan, tied, actor=SYSTEM, at=AT)
    seen, content = old.row_version, RiskContent("Nya ord", likelihood=5, impact=5)
    new = edit_risk(session, plan, old, content, row_version=seen, actor=SYSTEM, at=AT)
    assert [(row.score, row.scale) for row in new.assessments] == [(25, five)]
    assert new.assessments[0].id not in {row.id for row in old.assessments}
    other = RiskContent("Andra ord", likelihood=5, impact=5)
    with pytest.raises(Conflict):
        edit_risk(session, plan, old, other, row_version=seen, actor=SYSTEM, at=AT)


def test_the_second_of_two_who_change_a_risk_is_refused(session: Session, plan: Plan) -> None:
    risk = add_risk(session, plan, RiskContent("Fel betalas"), actor=SYSTEM, at=AT)
    seen = risk.row_version
    one = RiskContent("Fel betalas", cause="Brådska")
    edit_risk(session, plan, risk, one, row_version=seen, actor=SYSTEM, at=AT)
    other = RiskContent("Fel betalas", cause="Okunskap")
    with pytest.raises(Conflict):
        edit_risk(session, plan, risk, other, row_version=seen, actor=SYSTEM, at=AT)


def test_a_risk_leaves_the_register_only_when_no_plan_uses_it(
    session: Session, board: Board, plan: Plan, area: ControlArea
) -> None:
    used = make_control(session, make_plan(session, board, 2020, decided=True)).risks[0]
    own = add_risk(
        session, plan, RiskContent("Bara här", likelihood=1, impact=1), actor=SYSTEM, at=AT
    )
    tied = replace(wanted(area), risk_ids=(used.id, own.id))
    control = add_control(session, plan, tied, actor=SYSTEM, at=AT)
    assert not remove_plan_risk(session, plan, used, actor=SYSTEM, at=AT)
    assert remove_plan_risk(session, plan, own, actor=SYSTEM, at=AT)
    assert control.risks == []
    assert list(session.scalars(sa.select(Risk.id))) == [used.id]


def test_a_text_begins_as_the_default_and_every_version_is_kept(
    session: Session, board: Board, plan: Plan
) -> None:
    section = TextSection.INTRODUCTION
    default = default_text(section, board_name=board.name, year=2021)
    assert "6 kap. 6 § kommunallagen" in default
    assert "Socialnämnden" in default
    same = write_text(session, plan, section, default, revision=0, actor=SYSTEM, at=AT)
    assert same is None
    write_text(session, plan, section, "Ett", revision=0, actor=SYSTEM, at=AT)
    write_text(session, plan, section, "Två", revision=1, actor=SYSTEM, at=AT)
    with pytest.raises(Conflict):
        write_text(session, plan, section, "Sent", revision=1, actor=SYSTEM, at=AT)
    rows = session.scalars(sa.select(PlanText).order_by(PlanText.revision)).all()
    assert [(row.revision, row.text) for row in rows] == [(1, "Ett"), (2, "Två")]


@pytest.mark.parametrize("text", ["Ring 811228-9874", "x" * 8_001])
def test_a_text_with_a_personnummer_or_without_end_is_refused(
    session: Session, plan: Plan, text: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        write_text(session, plan, TextSection.TERMS, text, revision=0, actor=SYSTEM, at=AT)
    assert caught.value.field == "text"


@pytest.mark.parametrize("state", [PlanState.PREPARED, PlanState.DECIDED])
def test_nothing_is_changed_in_a_plan_that_is_prepared_or_decided(
    session: Session, board: Board, state: PlanState
) -> None:
    plan = make_plan(session, board, 2021, decided=state is PlanState.DECIDED)
    control = make_control(session, plan)
    plan.state = state
    session.flush()
    text = TextSection.TERMS
    for attempt in (
        lambda: add_area(session, plan, "Nytt", actor=SYSTEM, at=AT),
        lambda: move_area(session, control.area, 1, actor=SYSTEM, at=AT),
        lambda: add_control(session, plan, wanted(control.area), actor=SYSTEM, at=AT),
        lambda: edit_control(
            session, control, wanted(control.area), row_version=1, actor=SYSTEM, at=AT
        ),
        lambda: remove_control(session, control, actor=SYSTEM, at=AT),
        lambda: add_criterion(session, control, CriterionContent("Nytt"), actor=SYSTEM, at=AT),
        lambda: remove_criterion(session, control.criteria[0], actor=SYSTEM, at=AT),
        lambda: add_risk(session, plan, RiskContent("Ny"), actor=SYSTEM, at=AT),
        lambda: write_text(session, plan, text, "Ny", revision=0, actor=SYSTEM, at=AT),
    ):
        with pytest.raises(InvalidTransition):
            attempt()


@pytest.mark.parametrize("role", [Role.READER, Role.SECRETARY, Role.RESPONSIBLE])
def test_only_the_boards_controller_writes_the_plan(
    session: Session, board: Board, plan: Plan, role: Role
) -> None:
    with pytest.raises(NotAllowed):
        add_area(session, plan, "Nytt", actor=make_actor(session, role, board), at=AT)
    other = make_board(session, "AMN", "Arbetsmarknadsnämnden")
    theirs = make_actor(session, Role.CONTROLLER, other)
    with pytest.raises(NotAllowed):
        add_area(session, plan, "Nytt", actor=theirs, at=AT)
    add_area(session, plan, "Nytt", actor=make_actor(session, Role.CONTROLLER, board), at=AT)
