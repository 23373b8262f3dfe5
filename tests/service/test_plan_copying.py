"""A plan that begins empty or as a copy, and what kommunstyrelsen has made obligatory in it."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import default_points
from internkontroll.organisation.rules import PointTemplate
from internkontroll.organisation.services import (
    add_default_point,
    create_municipality,
    open_year,
    remove_default_point,
)
from internkontroll.plan.models import (
    Control,
    ControlMark,
    MarkKind,
    ObligatoryControl,
    Plan,
    PlanState,
)
from internkontroll.plan.queries import (
    board_answers,
    controls_of,
    copy_sources,
    obligatory_gap,
    obligatory_of_year,
    xray_of,
)
from internkontroll.plan.rules.sections import TextSection
from internkontroll.plan.rules.vocabulary import ControlKind, Frequency, SampleKind, Technique
from internkontroll.plan.rules.xray import blocks
from internkontroll.plan.services.controls import content_of, edit_control, remove_control
from internkontroll.plan.services.criteria import CriterionContent, add_criterion
from internkontroll.plan.services.obligatory import (
    ObligatoryContent,
    change_obligatory,
    set_applicability,
    take_over_obligatory,
    withdraw_obligatory,
    write_obligatory,
)
from internkontroll.plan.services.starting import Started, copy_plan, start_plan
from internkontroll.plan.services.texts import write_text
from internkontroll.risk.models import AssessmentKind, Risk, RiskAssessment
from internkontroll.trail.models import MUNICIPALITY_CHAIN, TrailRow
from tests.factories import (
    AT,
    make_actor,
    make_board,
    make_control,
    make_plan,
    make_points,
    make_user,
)

SYSTEM = system_actor("provning")
BISYSSLA = ObligatoryContent(
    area_name="Förtroende",
    text="Bisysslor är bedömda.",
    technique=Technique.SAMPLE,
    sample_kind=SampleKind.AT_LEAST,
    sample_n=10,
    frequency=Frequency.YEAR,
    points=("årsbokslut",),
    method_text="Tio anställda.",
    kind=ControlKind.PREVENTIVE,
    risk_text="Förtroendet rubbas.",
    criteria=("Anmälan finns.", "Chefen har bedömt den."),
)


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def other(session: Session) -> Board:
    return make_board(session, "AMN", "Arbetsmarknadsnämnden")


@pytest.fixture
def source(session: Session, board: Board) -> Plan:
    """Two kontrollmoment with everything a plan may hold, decided."""
    plan = make_plan(session, board, 2020)
    write_text(session, plan, TextSection.TERMS, "Egna ord", revision=0, actor=SYSTEM, at=AT)
    person = make_user(session, Role.RESPONSIBLE, board)
    for text in ("Attest finns", "Konto är rätt"):
        control = make_control(session, plan, text=text, responsible=person)
        control.responsible_text, control.extra = "Ekonomichef", {"Enhet": "Ekonomi"}
        control.marks.append(
            ControlMark(kind=MarkKind.NOTE, code="x", field="method", text="Oklart", recorded_at=AT)
        )
        session.add(
            RiskAssessment(
                risk_id=control.risks[0].id,
                kind=AssessmentKind.CURRENT,
                score=6,
                scale={"steps": 4},
                assessed_on=AT.date(),
                recorded_at=AT,
            )
        )
    decided = make_plan(session, board, 2019, decided=True)
    plan.state, plan.decision_id = PlanState.DECIDED, decided.decision_id
    plan.content, plan.content_sha256 = "{}", "0" * 64
    session.flush()
    session.expire_all()
    return plan


def counts(started: Started) -> tuple[int, ...]:
    return (started.areas, started.risks, started.controls, started.criteria, started.texts)


def test_an_empty_plan_is_a_draft_of_its_year(session: Session, board: Board) -> None:
    plan = start_plan(session, board, 2021, actor=SYSTEM, at=AT).plan
    assert (plan.state, plan.year, plan.version) == (PlanState.DRAFT, 2021, 1)
    assert session.scalar(sa.select(TrailRow.event)) == "plan:created"


@pytest.mark.parametrize("year", [2020, 1999, 2101])
def test_a_year_with_a_plan_or_outside_the_program_is_refused(
    session: Session, board: Board, source: Plan, year: int
) -> None:
    with pytest.raises(InvalidInput) as caught:
        start_plan(session, board, year, actor=SYSTEM, at=AT)
    assert caught.value.field == "year"


def test_a_copy_for_another_year_keeps_lineage_and_words_and_leaves_people_behind(
    session: Session, board: Board, source: Plan
) -> None:
    started = copy_plan(session, board, 2021, source, actor=SYSTEM, at=AT)
    assert counts(started) == (1, 2, 2, 2, 1)
    old, new = controls_of(session, source.id), controls_of(session, started.plan.id)
    assert [row.lineage for row in new] == [row.lineage for row in old]
    assert [row.risks for row in new] == [row.risks for row in old]
    for mine, theirs in zip(new, old, strict=True):
        for name in ("text", "method_text", "points", "technique", "sample_n", "extra"):
            assert getattr(mine, name) == getattr(theirs, name)
        assert mine.responsible_text == "Ekonomichef"
        assert mine.responsible_id is None
        assert mine.marks == []
    assert [row.text for row in started.plan.texts] == ["Egna ord"]
    assert started.plan.copied_from_id == source.id


def test_a_copy_from_another_board_gets_its_own_lineage_and_risks_and_no_scores(
    session: Session, board: Board, other: Board, source: Plan
) -> None:
    shared = controls_of(session, source.id)[0].risks[0]
    session.add(Risk(board_id=other.id, number=1, description=shared.description, recorded_at=AT))
    session.flush()
    started = copy_plan(session, other, 2021, source, actor=SYSTEM, at=AT)
    assert counts(started) == (1, 2, 2, 2, 1)
    old, new = controls_of(session, source.id), controls_of(session, started.plan.id)
    assert not {row.lineage for row in new} & {row.lineage for row in old}
    assert {risk.board_id for row in new for risk in row.risks} == {other.id}
    assert [row.responsible_text for row in new] == [None, None]
    assert [row.extra for row in new] == [{}, {}]
    register = session.scalars(sa.select(Risk).where(Risk.board_id == other.id)).all()
    assert len(register) == 2
    assert all(risk.assessments == [] for risk in register)


def test_another_boards_draft_cannot_be_copied_and_is_not_offered(
    session: Session, board: Board, other: Board, source: Plan
) -> None:
    draft = make_plan(session, board, 2022)
    assert draft not in copy_sources(session, other.id)
    assert source in copy_sources(session, other.id)
    assert draft in copy_sources(session, board.id)
    with pytest.raises(InvalidInput, match="beslutad") as caught:
        copy_plan(session, other, 2021, draft, actor=SYSTEM, at=AT)
    assert caught.value.field == "source"


def test_only_the_boards_own_controller_begins_a_plan(
    session: Session, board: Board, other: Board
) -> None:
    for actor in (
        make_actor(session, Role.READER, board),
        make_actor(session, Role.CONTROLLER, other),
    ):
        with pytest.raises(NotAllowed):
            start_plan(session, board, 2021, actor=actor, at=AT)


def write(session: Session, content: ObligatoryContent = BISYSSLA) -> ObligatoryControl:
    return write_obligatory(session, 2021, content, actor=SYSTEM, at=AT)


def draft_of(session: Session, board: Board) -> Plan:
    return start_plan(session, board, 2021, actor=SYSTEM, at=AT).plan


def take(session: Session, plan: Plan) -> None:
    take_over_obligatory(session, plan, controls_of(session, plan.id), actor=SYSTEM, at=AT)


def gap_of(session: Session, plan: Plan) -> tuple[int, int, int]:
    gap = obligatory_gap(session, plan, controls_of(session, plan.id))
    return len(gap.missing), len(gap.changed), len(gap.released)


def only_control(session: Session, plan: Plan) -> Control:
    (control,) = controls_of(session, plan.id)
    return control


def test_what_is_obligatory_comes_into_a_plan_that_begins(session: Session, board: Board) -> None:
    row = write(session)
    control = only_control(session, draft_of(session, board))
    assert control.obligatory_id == row.id
    assert control.area.name == "Förtroende"
    assert [risk.description for risk in control.risks] == ["Förtroendet rubbas."]
    assert [criterion.text for criterion in control.criteria] == list(BISYSSLA.criteria)
    chain = session.scalars(sa.select(TrailRow.chain).where(TrailRow.event.like("obligatory%")))
    assert list(chain) == [MUNICIPALITY_CHAIN]


def test_a_draft_begun_before_is_offered_it_and_never_gets_it_twice(
    session: Session, board: Board
) -> None:
    plan = draft_of(session, board)
    write(session)
    make_points(session, board, 2021)
    assert gap_of(session, plan) == (1, 0, 0)
    assert blocks(xray_of(session, plan, controls_of(session, plan.id)))
    take(session, plan)
    take(session, plan)
    assert len(controls_of(session, plan.id)) == 1
    assert gap_of(session, plan) == (0, 0, 0)
    assert not blocks(xray_of(session, plan, controls_of(session, plan.id)))


def test_the_database_itself_refuses_a_second_copy(session: Session, board: Board) -> None:
    row = write(session, replace(BISYSSLA, risk_text=None))
    plan = draft_of(session, board)
    control = make_control(session, plan)
    control.obligatory_id = row.id
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_a_change_by_kommunstyrelsen_is_taken_over_by_drafts_when_they_ask(
    session: Session, board: Board
) -> None:
    row = write(session)
    plan = draft_of(session, board)
    new = replace(BISYSSLA, text="Alla bisysslor är bedömda.", criteria=("Bedömd.",), sample_n=20)
    change_obligatory(session, row, new, row_version=row.row_version, actor=SYSTEM, at=AT)
    assert gap_of(session, plan) == (0, 1, 0)
    take(session, plan)
    control = only_control(session, plan)
    assert (control.text, control.sample_n) == ("Alla bisysslor är bedömda.", 20)
    assert [criterion.text for criterion in control.criteria] == ["Bedömd."]
    assert gap_of(session, plan) == (0, 0, 0)


def test_what_is_taken_back_becomes_the_boards_own(session: Session, board: Board) -> None:
    row = write(session)
    plan = draft_of(session, board)
    withdraw_obligatory(session, row, row_version=row.row_version, actor=SYSTEM, at=AT)
    assert obligatory_of_year(session, 2021) == []
    assert gap_of(session, plan) == (0, 0, 1)
    take(session, plan)
    control = only_control(session, plan)
    assert control.obligatory_id is None
    remove_control(session, control, actor=SYSTEM, at=AT)
    with pytest.raises(InvalidTransition):
        withdraw_obligatory(session, row, row_version=row.row_version, actor=SYSTEM, at=AT)


def test_the_board_changes_neither_the_core_nor_the_criteria_and_cannot_remove_it(
    session: Session, board: Board
) -> None:
    write(session)
    control = only_control(session, draft_of(session, board))
    seen = control.row_version
    for change in ({"text": "Annat"}, {"sample_n": 1}, {"points": ("april",)}, {"kind": None}):
        content = replace(content_of(control), **change)  # type: ignore[arg-type]
        with pytest.raises(InvalidInput, match="Kommunstyrelsen har bestämt"):
            edit_control(session, control, content, row_version=seen, actor=SYSTEM, at=AT)
    with pytest.raises(InvalidInput, match="kan inte tas bort"):
        remove_control(session, control, actor=SYSTEM, at=AT)
    with pytest.raises(InvalidInput, match="kriterierna"):
        add_criterion(session, control, CriterionContent("Eget"), actor=SYSTEM, at=AT)
    own = replace(content_of(control), responsible_text="HR-chef", frame_text="Alla anställda")
    edit_control(session, control, own, row_version=control.row_version, actor=SYSTEM, at=AT)
    assert (control.responsible_text, control.frame_text) == ("HR-chef", "Alla anställda")


def test_not_applicable_needs_a_reason_that_kommunstyrelsen_sees_and_nothing_else(
    session: Session, board: Board, other: Board
) -> None:
    row = write(session)
    plan = draft_of(session, board)
    make_plan(session, other, 2021, decided=True)
    control = only_control(session, plan)
    seen = control.row_version
    with pytest.raises(InvalidInput, match="Skriv varför") as caught:
        set_applicability(session, control, reason=" ", row_version=seen, actor=SYSTEM, at=AT)
    assert caught.value.field == "reason"
    set_applicability(
        session, control, reason="Inga anställda", row_version=seen, actor=SYSTEM, at=AT
    )
    answers = {found.board_name: found for found in board_answers(session, 2021, [row])[row.id]}
    ours, theirs = answers["Socialnämnden"], answers["Arbetsmarknadsnämnden"]
    assert (ours.present, ours.reason, ours.state) == (True, "Inga anställda", PlanState.DRAFT)
    assert (theirs.present, theirs.reason, theirs.state) == (False, None, PlanState.DECIDED)
    with pytest.raises(Conflict):
        set_applicability(session, control, reason=None, row_version=seen, actor=SYSTEM, at=AT)


def test_an_ordinary_control_is_never_not_applicable(session: Session, board: Board) -> None:
    control = make_control(session, make_plan(session, board, 2021))
    with pytest.raises(InvalidInput, match="Ett eget tas bort"):
        set_applicability(session, control, reason="x", row_version=1, actor=SYSTEM, at=AT)
    control.not_applicable_reason = "x"
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": ""}, "text"),
        ({"area_name": " "}, "area_name"),
        ({"sample_n": None}, "sample_n"),
        ({"points": ()}, "points"),
        ({"risk_text": "811228-9874"}, "risk_text"),
        ({"criteria": ("Akt 811228-9874",)}, "criteria"),
    ],
)
def test_an_obligatory_control_that_cannot_be_is_refused_by_field(
    session: Session, change: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        write(session, replace(BISYSSLA, **change))  # type: ignore[arg-type]
    assert caught.value.field == field


def test_what_is_obligatory_is_reported_at_the_municipalitys_own_points(
    session: Session, board: Board, other: Board
) -> None:
    create_municipality(session, "Exempelkommunen", actor=SYSTEM, at=AT)
    add_default_point(session, PointTemplate("mars", 3, 31), actor=SYSTEM, at=AT)
    april = next(point for point in default_points(session) if point.name == "april")
    remove_default_point(session, april, row_version=april.row_version, actor=SYSTEM, at=AT)
    with pytest.raises(InvalidInput, match="april"):
        write(session, replace(BISYSSLA, points=("april",)))
    write(session, replace(BISYSSLA, points=("mars", "årsbokslut")))
    open_year(session, other, 2021, actor=SYSTEM, at=AT)
    for one in (board, other):
        assert only_control(session, draft_of(session, one)).points == ["mars", "årsbokslut"]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OVERSIGHT_CONTROLLER, Role.CONTROLLER])
def test_only_kommunstyrelsens_controller_obliges(
    session: Session, board: Board, role: Role
) -> None:
    where = board if role is Role.CONTROLLER else None
    actor = make_actor(session, role, where)
    if role is Role.OVERSIGHT_CONTROLLER:
        assert write_obligatory(session, 2021, BISYSSLA, actor=actor, at=AT)
        return
    with pytest.raises(NotAllowed):
        write_obligatory(session, 2021, BISYSSLA, actor=actor, at=AT)


def test_last_years_obligatory_controls_do_not_follow_a_copy(
    session: Session, board: Board
) -> None:
    write(session)
    plan = draft_of(session, board)
    started = copy_plan(session, board, 2022, plan, actor=SYSTEM, at=AT)
    assert (started.controls, started.obligatory) == (0, 0)
