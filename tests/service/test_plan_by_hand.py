"""A plan written by hand: areas, risks, kontrollmoment, criteria and texts, and what is refused."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, ControlArea, Plan, PlanState, PlanText
from internkontroll.plan.rules.sections import TextSection, default_text
from internkontroll.plan.rules.vocabulary import ControlKind, Frequency, SampleKind, Technique
from internkontroll.plan.services.areas import add_area, move_area, remove_area, rename_area
from internkontroll.plan.services.controls import (
    ControlContent,
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
from internkontroll.plan.services.risks import (
    RiskContent,
    add_risk,
    edit_risk,
    remove_plan_risk,
)
from internkontroll.plan.services.texts import write_text
from internkontroll.risk.models import Risk, RiskAssessment
from internkontroll.risk.rules import scale_of
from internkontroll.risk.services import record_assessment
from internkontroll.trail.models import TrailRow
from tests.factories import AT, make_actor, make_board, make_control, make_plan

SYSTEM = system_actor("provning")


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def plan(session: Session, board: Board) -> Plan:
    return make_plan(session, board, 2021)


@pytest.fixture
def area(session: Session, plan: Plan) -> ControlArea:
    return add_area(session, plan, "Ekonomi", actor=SYSTEM, at=AT)


def wanted(area: ControlArea, text: str = "Fakturor är attesterade.") -> ControlContent:
    return ControlContent(
        area_id=area.id,
        text=text,
        technique=Technique.SAMPLE,
        sample_kind=SampleKind.AT_LEAST,
        sample_n=3,
        frequency=Frequency.QUARTER,
        points=("årsbokslut", "april"),
        method_text="Tre fakturor jämförs med attestlistan.",
        kind=ControlKind.DETECTIVE,
        frame_text="Alla fakturor under kvartalet",
        responsible_text="Ekonomichef",
    )


def add(session: Session, area: ControlArea, *texts: str) -> list[Control]:
    return [
        add_control(session, area.plan, wanted(area, text), actor=SYSTEM, at=AT) for text in texts
    ]


def order(session: Session, plan: Plan) -> list[str]:
    select = sa.select(Control.number, Control.text).where(Control.plan_id == plan.id)
    rows = session.execute(select.order_by(Control.number)).all()
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    return [row.text for row in rows]


def events(session: Session) -> list[str]:
    return list(session.scalars(sa.select(TrailRow.event).order_by(TrailRow.id)))


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
