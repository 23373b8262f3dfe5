"""The decision freezes the plan; afterwards no verb changes its content."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import (
    Conflict,
    DomainError,
    InvalidInput,
    InvalidTransition,
    NotAllowed,
)
from internkontroll.organisation.models import Board, Decision
from internkontroll.plan.models import Control, ControlMark, MarkKind, Plan, PlanState
from internkontroll.plan.queries import controls_of, decided_plan, plan_of_year, xray_of
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind, Technique
from internkontroll.plan.rules.xray import Severity
from internkontroll.plan.services import (
    appoint,
    decide_plan,
    import_reading,
    prepare_plan,
    settle_mark,
    store_reading,
)
from internkontroll.plan.services.controls import content_of, edit_control
from internkontroll.trail.queries import history_of
from tests.factories import AT, make_actor, make_board, make_control, make_plan, make_user, plan_csv

SYSTEM = system_actor("test")


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def plan(session: Session, board: Board) -> Plan:
    """A draft of three kontrollmoment with two open questions."""
    row = store_reading(
        session, board, year=2020, data=plan_csv(), file_name="plan.csv", actor=SYSTEM, at=AT
    )
    return import_reading(session, board, row, {}, actor=SYSTEM, at=AT)


def decide(session: Session, plan: Plan, *, actor: Actor = SYSTEM, **other: object) -> Plan:
    facts: dict[str, object] = {
        "decided_on": date(2019, 12, 18),
        "paragraph": "§ 187",
        "registry_number": "SCN-2019-0598",
        "body": "Socialnämnden",
        "verified_on": None,
        **other,
    }
    return decide_plan(session, plan, actor=actor, at=AT, **facts)  # type: ignore[arg-type]


def decided(session: Session, plan: Plan) -> Plan:
    prepare_plan(session, plan, actor=SYSTEM, at=AT)
    return decide(session, plan)


def changed(
    session: Session, control: Control, row_version: int | None = None, **new: object
) -> Control:
    return edit_control(
        session,
        control,
        replace(content_of(control), **new),  # type: ignore[arg-type]
        row_version=control.row_version if row_version is None else row_version,
        actor=SYSTEM,
        at=AT,
    )


def test_a_decision_freezes_the_content_with_its_hash(session: Session, plan: Plan) -> None:
    decided(session, plan)
    row = session.execute(
        sa.select(Plan.state, Plan.content, Plan.content_sha256).where(Plan.id == plan.id)
    ).one()
    assert row.state is PlanState.DECIDED
    assert hashlib.sha256(row.content.encode()).hexdigest() == row.content_sha256
    content = json.loads(row.content)
    assert (content["board"]["code"], content["year"], content["version"]) == ("SCN", 2020, 1)
    assert content["areas"] == ["Verksamhet", "Ekonomi"]
    assert [risk["description"] for risk in content["risks"]] == [
        "Fel insats beviljas",
        "Dubbla utbetalningar",
    ]
    third = content["controls"][2]
    assert third["method_text"] == "Ett stickprov av fakturor"
    assert third["points"] == ["april", "augusti", "årsbokslut"]
    assert third["sample"] == {"kind": "unstated", "n": None}
    assert {mark["field"] for mark in third["marks"]} == {"sample", "reporting"}
    assert third["criteria"] == [{"counts": True, "help": None, "text": "Konto är rätt"}]
    assert len(third["lineage"]) == 32


def test_the_decision_keeps_organ_day_paragraph_and_registry_number(
    session: Session, plan: Plan
) -> None:
    decided(session, plan)
    decision = session.scalars(sa.select(Decision)).one()
    assert plan.decision_id == decision.id
    assert (decision.body, decision.decided_on) == ("Socialnämnden", date(2019, 12, 18))
    assert (decision.paragraph, decision.registry_number) == ("187", "SCN-2019-0598")


@pytest.mark.parametrize("field", ["attachment_of", "attachment"])
def test_a_decision_that_the_plan_belongs_to_names_nobody(
    session: Session, plan: Plan, field: str
) -> None:
    prepare_plan(session, plan, actor=SYSTEM, at=AT)
    with pytest.raises(InvalidInput, match="personnummer") as refused:
        decide(session, plan, **{field: "Bilaga om 19121212-1212"})
    assert refused.value.field == field


def test_a_plan_may_be_decided_during_its_year(session: Session, plan: Plan) -> None:
    prepare_plan(session, plan, actor=SYSTEM, at=AT)
    assert decide(session, plan, decided_on=date(2020, 1, 14)).state is PlanState.DECIDED


def test_open_questions_and_missing_responsible_do_not_stop_the_decision(
    session: Session, plan: Plan
) -> None:
    findings = xray_of(session, plan, controls_of(session, plan.id))
    assert findings
    assert {finding.severity for finding in findings} == {Severity.REMINDS}
    assert decided(session, plan).state is PlanState.DECIDED


def test_a_control_without_point_stops_the_decision_with_its_number(
    session: Session, board: Board
) -> None:
    plan = make_plan(session, board)
    make_control(session, plan)
    make_control(session, plan, points=())
    make_control(session, plan, points=("oktober",))
    with pytest.raises(InvalidInput, match=r"Kontrollmoment 2: .*1 hinder till"):
        prepare_plan(session, plan, actor=SYSTEM, at=AT)
    assert plan.state is PlanState.DRAFT


def test_the_controller_and_the_secretary_register_the_decision_nobody_else(
    session: Session, board: Board, plan: Plan
) -> None:
    for role in set(Role) - {Role.CONTROLLER, Role.SECRETARY}:
        actor = make_actor(session, role, board)
        with pytest.raises(NotAllowed):
            prepare_plan(session, plan, actor=actor, at=AT)
        with pytest.raises(NotAllowed):
            decide(session, plan, actor=actor)
    secretary = make_actor(session, Role.SECRETARY, board)
    prepare_plan(session, plan, actor=secretary, at=AT)
    assert decide(session, plan, actor=secretary).state is PlanState.DECIDED


def test_a_draft_is_prepared_before_it_is_decided(session: Session, plan: Plan) -> None:
    with pytest.raises(InvalidTransition, match="utkast"):
        decide(session, plan)


@pytest.mark.parametrize(
    ("fact", "field"),
    [
        ({"decided_on": date(2020, 1, 16)}, "decided_on"),
        ({"verified_on": date(2019, 12, 17)}, "verified_on"),
        ({"paragraph": "§ "}, "paragraph"),
        ({"registry_number": " "}, "registry_number"),
        ({"body": ""}, "body"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_at_its_field(
    session: Session, plan: Plan, fact: dict[str, object], field: str
) -> None:
    prepare_plan(session, plan, actor=SYSTEM, at=AT)
    with pytest.raises(InvalidInput) as refused:
        decide(session, plan, **fact)
    assert refused.value.field == field


def test_a_plan_changed_after_it_was_looked_at_is_not_decided_unseen(
    session: Session, plan: Plan
) -> None:
    seen = plan.row_version
    changed(session, controls_of(session, plan.id)[0], sample_n=4)
    with pytest.raises(Conflict, match="Läs igenom den igen"):
        prepare_plan(session, plan, actor=SYSTEM, at=AT, row_version=seen)


def test_every_verb_that_changes_content_refuses_a_decided_plan(
    session: Session, board: Board, plan: Plan
) -> None:
    decided(session, plan)
    control = controls_of(session, plan.id)[0]
    before = session.scalar(sa.select(Plan.content).where(Plan.id == plan.id))
    attempts: list[Callable[[], object]] = [
        lambda: prepare_plan(session, plan, actor=SYSTEM, at=AT),
        lambda: decide(session, plan),
        lambda: changed(session, control, sample_n=9),
        lambda: store_reading(
            session, board, year=2020, data=plan_csv(), file_name="p.csv", actor=SYSTEM, at=AT
        ),
    ]
    for attempt in attempts:
        with pytest.raises(DomainError, match=r"beslutad|redan beslutat"):
            attempt()
    assert session.scalar(sa.select(Plan.content).where(Plan.id == plan.id)) == before
    assert control.sample_n == 3


def test_a_question_is_answered_after_the_decision_without_touching_what_was_decided(
    session: Session, board: Board, plan: Plan
) -> None:
    decided(session, plan)
    frozen = plan.content_sha256
    mark = session.scalars(sa.select(ControlMark).where(ControlMark.field == "sample")).one()
    controller = make_actor(session, Role.CONTROLLER, board)
    assert settle_mark(session, mark, answer="Fem fakturor", actor=controller, at=AT) == 1
    assert (mark.settled_answer, mark.settled_by_id) == ("Fem fakturor", controller.user_id)
    assert plan.content_sha256 == frozen
    with pytest.raises(Conflict, match="Fem fakturor"):
        settle_mark(session, mark, answer="Tio", actor=controller, at=AT)


def test_one_answer_settles_every_mark_with_the_same_words(session: Session, board: Board) -> None:
    plan = make_plan(session, board)
    controls = [make_control(session, plan) for _ in range(4)]
    for control, text in zip(controls, ("A", "A", "A", "B"), strict=True):
        control.marks.append(
            ControlMark(
                kind=MarkKind.QUESTION, code="interim", field="reporting", text=text, recorded_at=AT
            )
        )
    session.flush()
    controller = make_actor(session, Role.CONTROLLER, board)
    mark = controls[0].marks[0]
    assert settle_mark(session, mark, answer="Ja", alike=True, actor=controller, at=AT) == 3
    session.expire_all()
    assert [control.marks[0].settled_answer for control in controls] == ["Ja", "Ja", "Ja", None]


def test_a_question_needs_an_answer_and_a_note_does_not(session: Session, board: Board) -> None:
    control = make_control(session, make_plan(session, board))
    for kind in MarkKind:
        control.marks.append(
            ControlMark(kind=kind, code="x", field="method", text="Text", recorded_at=AT)
        )
    session.flush()
    controller = make_actor(session, Role.CONTROLLER, board)
    question, note = control.marks
    with pytest.raises(InvalidInput) as refused:
        settle_mark(session, question, answer=" ", actor=controller, at=AT)
    assert refused.value.field == "answer"
    assert settle_mark(session, note, answer="", actor=controller, at=AT) == 1


def test_a_corrected_reading_is_saved_and_the_plan_s_words_stay(
    session: Session, plan: Plan
) -> None:
    control = controls_of(session, plan.id)[2]
    changed(
        session,
        control,
        technique=Technique.DOCUMENT_REVIEW,
        sample_kind=SampleKind.AT_LEAST,
        sample_n=7,
        frequency=Frequency.MONTH,
        points=["årsbokslut", "april"],
        performed_by=" Kommunstyrelsen ",
    )
    session.expire_all()
    assert control.technique is Technique.DOCUMENT_REVIEW
    assert (control.sample_kind, control.sample_n) == (SampleKind.AT_LEAST, 7)
    assert (control.frequency, control.points) == (Frequency.MONTH, ["april", "årsbokslut"])
    assert control.performed_by == "Kommunstyrelsen"
    assert control.method_text == "Ett stickprov av fakturor"
    (row,) = history_of(session, "SCN", "control", control.id)
    assert row.data["sample_n"] == {"old": None, "new": 7}


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({"sample_kind": SampleKind.EXACT, "sample_n": None}, "sample_n"),
        ({"points": []}, "points"),
        ({"points": ["oktober"]}, "points"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_at_its_field(
    session: Session, plan: Plan, new: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        changed(session, controls_of(session, plan.id)[0], **new)
    assert refused.value.field == field


def test_the_loser_of_two_corrections_is_told(session: Session, plan: Plan) -> None:
    control = controls_of(session, plan.id)[0]
    seen = control.row_version
    changed(session, control, sample_n=4)
    with pytest.raises(Conflict, match="Någon annan"):
        changed(session, control, sample_n=5, row_version=seen)
    assert control.sample_n == 4


def test_a_responsible_person_is_appointed_after_the_decision(
    session: Session, board: Board, plan: Plan
) -> None:
    decided(session, plan)
    frozen = plan.content_sha256
    person = make_user(session, Role.RESPONSIBLE, board)
    director = make_actor(session, Role.DIRECTOR, board)
    control = controls_of(session, plan.id)[0]
    appoint(session, control, person, actor=director, at=AT)
    session.expire_all()
    assert control.responsible_id == person.id
    assert plan.content_sha256 == frozen
    appoint(session, control, None, actor=director, at=AT)
    assert control.responsible_id is None
    assert [row.event for row in history_of(session, "SCN", "control", control.id)] == [
        "control:appointed",
        "control:appointed",
    ]


def test_somebody_without_a_role_in_the_board_is_not_appointed(
    session: Session, board: Board, plan: Plan
) -> None:
    other = make_board(session, "AMN", "Arbetsmarknadsnämnden")
    control = controls_of(session, plan.id)[0]
    for role, where in ((Role.RESPONSIBLE, other), (Role.AUDITOR, board)):
        with pytest.raises(InvalidInput, match="ingen roll"):
            appoint(session, control, make_user(session, role, where), actor=SYSTEM, at=AT)


def test_the_loser_of_two_appointments_sees_both_names(
    session: Session, board: Board, plan: Plan
) -> None:
    control = controls_of(session, plan.id)[0]
    seen = control.row_version
    first, second = (make_user(session, Role.RESPONSIBLE, board) for _ in range(2))
    appoint(session, control, first, actor=SYSTEM, at=AT)
    with pytest.raises(Conflict, match=f"{first.title}.*{second.title}"):
        appoint(session, control, second, actor=SYSTEM, at=AT, row_version=seen)


def test_the_decided_plan_of_the_year_is_found_and_a_draft_is_not(
    session: Session, board: Board, plan: Plan
) -> None:
    assert decided_plan(session, board.id, 2020) is None
    assert plan_of_year(session, board.id, 2020) is plan
    decided(session, plan)
    assert decided_plan(session, board.id, 2020) is plan
    assert decided_plan(session, board.id, 2021) is None
