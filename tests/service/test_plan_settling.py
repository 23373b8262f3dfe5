"""Answers to a plan's questions after the import: in a draft they change how it is read."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, ControlMark, Criterion, Plan, PlanState
from internkontroll.plan.queries import controls_of
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind, Technique
from internkontroll.plan.services import import_reading, settle_mark, store_reading
from internkontroll.plan.services.settling import question_of
from internkontroll.trail.queries import history_of
from tests.factories import AT, make_actor, make_board

HEADER = (
    "Kontrollområde;Riskbeskrivning;Kontrollmoment;Kontrollmetod;Frekvens;Riskvärde;"
    "Tidpunkt för rapportering"
)
ROWS = (
    (
        "Ekonomi;Fel;Att beslut anmäls inom skälig tid. Att rätt person beslutat;Två stickprov;"
        "Löpande;7;Delårs- och årsbokslut"
    ),
    ";Fel konto;Att konto är rätt;Kontroll;;;Vid nymåne",
    "Vård;Fel insats;Att planen följs;Stickprov på tio;;;Delårs- och årsbokslut",
)


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def controller(session: Session, board: Board) -> Actor:
    return make_actor(session, Role.CONTROLLER, board)


@pytest.fixture
def plan(session: Session, board: Board) -> Plan:
    row = store_reading(
        session,
        board,
        year=2020,
        data="\n".join((HEADER, *ROWS)).encode(),
        file_name="plan.csv",
        actor=system_actor("test"),
        at=AT,
    )
    made = import_reading(session, board, row, {}, actor=system_actor("test"), at=AT)
    session.expire_all()
    return made


def mark_of(session: Session, code: str, number: int = 1) -> ControlMark:
    return session.scalars(
        sa.select(ControlMark)
        .join(Control, Control.id == ControlMark.control_id)
        .where(ControlMark.code == code, Control.number == number)
    ).one()


def answer(
    session: Session, actor: Actor, code: str, text: str, *, number: int = 1, alike: bool = False
) -> Control:
    mark = mark_of(session, code, number)
    settle_mark(session, mark, answer=text, alike=alike, actor=actor, at=AT)
    session.expire_all()
    return mark.control


def test_a_size_a_technique_and_a_frequency_are_read_from_the_answers(
    session: Session, plan: Plan, controller: Actor
) -> None:
    control = answer(session, controller, "sample_count", "minst 5")
    assert (control.sample_kind, control.sample_n) == (SampleKind.AT_LEAST, 5)
    control = answer(session, controller, "continuous", "quarter")
    assert control.frequency is Frequency.QUARTER
    control = answer(session, controller, "technique_unclear", "interview", number=2)
    assert control.technique is Technique.INTERVIEW
    assert control.method_text == "Kontroll"


def test_the_points_follow_the_answer_for_every_control_with_the_same_words(
    session: Session, plan: Plan, controller: Actor
) -> None:
    answer(session, controller, "interim_meaning", "augusti", alike=True)
    first, _, third = controls_of(session, plan.id)
    assert first.points == third.points == ["augusti", "årsbokslut"]
    for control in (first, third):
        (event,) = history_of(session, "SCN", "control", control.id)
        assert event.data["points"]["new"] == ["augusti", "årsbokslut"]
    answer(session, controller, "reporting_unknown", "april,augusti", number=2)
    assert controls_of(session, plan.id)[1].points == ["april", "augusti"]


def test_an_area_is_answered_with_the_one_above_or_a_new_one(
    session: Session, plan: Plan, controller: Actor
) -> None:
    mark = mark_of(session, "area_missing", 2)
    question = question_of(mark)
    assert question is not None
    assert [choice.value for choice in question.choices] == ["Ekonomi", "Vård"]
    control = answer(session, controller, "area_missing", "Ekonomi", number=2)
    assert control.area.name == "Ekonomi"


def test_a_taken_proposal_makes_the_criteria_and_a_limit_helps_the_right_one(
    session: Session, plan: Plan, controller: Actor
) -> None:
    control = answer(session, controller, "criteria_proposed", "split")
    assert [c.text for c in control.criteria] == [
        "Att beslut anmäls inom skälig tid",
        "Att rätt person beslutat",
    ]
    control = answer(session, controller, "vague_limit", "högst 14 dagar")
    assert [c.help_text for c in control.criteria] == ["Inom skälig tid: högst 14 dagar", None]
    mark = mark_of(session, "criteria_proposed")
    assert (mark.settled_answer or "").startswith("Ja, 2 kriterier")


def test_criteria_that_a_person_has_written_are_never_replaced(
    session: Session, plan: Plan, controller: Actor
) -> None:
    control = controls_of(session, plan.id)[0]
    session.add(Criterion(control_id=control.id, position=2, text="Eget"))
    session.flush()
    session.expire_all()
    with pytest.raises(InvalidInput, match="egna kriterier"):
        answer(session, controller, "criteria_proposed", "split")
    session.rollback()


def test_a_risk_value_becomes_a_dated_assessment(
    session: Session, plan: Plan, controller: Actor
) -> None:
    control = answer(session, controller, "score_impossible", "8")
    assert [a.score for a in control.risks[0].assessments] == [8]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("sample_count", "många"),
        ("continuous", "ibland"),
        ("interim_meaning", "juni"),
        ("vague_limit", "snart"),
        ("criteria_proposed", "kanske"),
    ],
)
def test_an_answer_that_is_none_changes_nothing(
    session: Session, plan: Plan, controller: Actor, code: str, text: str
) -> None:
    mark = mark_of(session, code)
    with pytest.raises(InvalidInput) as refused, session.begin_nested():
        settle_mark(session, mark, answer=text, actor=controller, at=AT)
    assert refused.value.field == "answer"
    session.expire_all()
    assert mark.settled_at is None


def test_an_answer_raises_the_plan_s_version_so_that_a_decision_looks_again(
    session: Session, plan: Plan, controller: Actor
) -> None:
    before = plan.row_version
    answer(session, controller, "sample_count", "5")
    assert plan.row_version == before + 1


def test_a_prepared_plan_keeps_its_reading_and_the_answer_beside_it(
    session: Session, plan: Plan, controller: Actor
) -> None:
    plan.state = PlanState.PREPARED
    session.flush()
    control = answer(session, controller, "sample_count", "fem")
    assert control.sample_n is None
    assert mark_of(session, "sample_count").settled_answer == "fem"


def test_a_mark_from_before_the_choices_were_kept_is_answered_by_its_code(
    session: Session, plan: Plan, controller: Actor
) -> None:
    session.execute(sa.update(ControlMark).values(asked={}))
    session.expire_all()
    assert answer(session, controller, "sample_count", "10").sample_n == 10
    assert answer(session, controller, "continuous", "month").frequency is Frequency.MONTH
    assert question_of(mark_of(session, "vague_limit")) is None


def test_the_slower_of_two_answers_is_told_and_changes_nothing(
    session: Session, plan: Plan, controller: Actor
) -> None:
    mark = mark_of(session, "sample_count")
    session.execute(
        sa.update(ControlMark)
        .where(ControlMark.id == mark.id)
        .values(settled_at=AT, settled_by_id=controller.user_id, settled_answer="5")
        .execution_options(synchronize_session=False)
    )
    with pytest.raises(Conflict), session.begin_nested():
        settle_mark(session, mark, answer="10", actor=controller, at=AT)
    session.expire_all()
    assert mark.control.sample_n is None
