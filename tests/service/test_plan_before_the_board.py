"""A plan before the board: tabled, sent back, changed at the meeting, verified, closed."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board, Decision, DecisionOutcome, ReportingPoint
from internkontroll.plan.models import Control, Plan, PlanState, PlanTreatment
from internkontroll.plan.queries import content_of, controls_of, proposal_of, treatments_of
from internkontroll.plan.rules.diff import diff_contents
from internkontroll.plan.services import (
    Minutes,
    begin_amendment,
    close_plan,
    decide_plan,
    drop_revision,
    import_reading,
    prepare_plan,
    refer_back,
    return_to_draft,
    start_revision,
    store_reading,
    table_plan,
    verify_minutes,
)
from internkontroll.plan.services.starting import copy_plan
from internkontroll.trail.queries import history_of
from tests.factories import make_actor, make_board, make_control, make_plan, make_points, plan_csv

AT = datetime(2020, 1, 15, 11, tzinfo=UTC)
SYSTEM = system_actor("drift")
MEETING = Minutes("Socialnämnden", date(2019, 12, 18), "§ 187", "SCN-2019-0598")


@pytest.fixture
def board(session: Session) -> Board:
    made = make_board(session)
    make_points(session, made)
    return made


@pytest.fixture
def plan(session: Session, board: Board) -> Plan:
    """A prepared plan of two kontrollmoment."""
    made = make_plan(session, board)
    make_control(session, made, text="Attest finns")
    make_control(session, made, text="Rätt konto")
    return prepare_plan(session, made, actor=SYSTEM, at=AT)


def decide(session: Session, plan: Plan, **more: Any) -> Plan:
    facts = {"actor": SYSTEM, "at": AT, **vars(MEETING), **more}
    return decide_plan(session, plan, **facts)


def change(session: Session, plan: Plan, text: str = "Alla underlag gås igenom.") -> None:
    controls_of(session, plan.id)[0].method_text = text
    session.flush()


def test_preparing_freezes_the_proposal_with_its_hash(session: Session, plan: Plan) -> None:
    assert plan.state is PlanState.PREPARED
    assert plan.proposal is not None
    assert hashlib.sha256(plan.proposal.encode()).hexdigest() == plan.proposal_sha256
    assert [row["text"] for row in json.loads(plan.proposal)["controls"]] == [
        "Attest finns",
        "Rätt konto",
    ]


def test_approved_is_the_proposal_to_the_letter(session: Session, plan: Plan) -> None:
    decide(session, plan, attachment_of="Verksamhetsplan 2020", attachment="Bilaga 3")
    assert (plan.content, plan.content_sha256) == (plan.proposal, plan.proposal_sha256)
    assert (plan.attachment_of, plan.attachment) == ("Verksamhetsplan 2020", "Bilaga 3")
    (row,) = treatments_of(session, plan.id)
    assert row.decision.outcome is DecisionOutcome.APPROVED


def test_what_the_board_changed_is_told_against_the_proposal(session: Session, plan: Plan) -> None:
    before = plan.proposal_sha256
    begin_amendment(session, plan, actor=SYSTEM, at=AT)
    change(session, plan)
    decide(session, plan, outcome=DecisionOutcome.AMENDED)

    assert plan.proposal_sha256 == before != plan.content_sha256
    proposal = proposal_of(session, plan)
    assert proposal is not None
    diff = diff_contents(proposal, content_of(session, plan))
    (changed,) = diff.changed
    assert [(field.label, field.old, field.new) for field in changed.fields] == [
        ("Kontrollmetod", "Stickprov på fem underlag.", "Alla underlag gås igenom.")
    ]
    assert plan.decision is not None
    assert plan.decision.outcome is DecisionOutcome.AMENDED


def test_amended_without_a_change_is_refused(session: Session, plan: Plan) -> None:
    begin_amendment(session, plan, actor=SYSTEM, at=AT)
    with pytest.raises(InvalidInput, match="Inget skiljer"):
        decide(session, plan, outcome=DecisionOutcome.AMENDED)


def test_a_plan_opened_for_changes_is_not_approved_as_it_was(session: Session, plan: Plan) -> None:
    begin_amendment(session, plan, actor=SYSTEM, at=AT)
    with pytest.raises(InvalidTransition, match="bifall med ändring"):
        decide(session, plan)


def test_amended_needs_the_changes_written_in_first(session: Session, plan: Plan) -> None:
    with pytest.raises(InvalidTransition, match="Skriv först in"):
        decide(session, plan, outcome=DecisionOutcome.AMENDED)


def test_sent_back_it_is_a_draft_again_and_the_decision_stays(
    session: Session, board: Board, plan: Plan
) -> None:
    sha256 = plan.proposal_sha256
    refer_back(session, plan, MEETING, "Riskerna behöver värderas.", actor=SYSTEM, at=AT)

    assert (plan.state, plan.decision_id, plan.proposal) == (PlanState.DRAFT, None, None)
    (row,) = treatments_of(session, plan.id)
    assert row.reason == "Riskerna behöver värderas."
    assert row.proposal_sha256 == sha256
    assert (row.decision.outcome, row.decision.paragraph) == (DecisionOutcome.REFERRED_BACK, "187")
    newest = history_of(session, board.code, "plan", plan.id)[0]
    assert newest.data is not None
    assert newest.data["state"] == {"old": "prepared", "new": "draft"}

    change(session, plan)
    prepare_plan(session, plan, actor=SYSTEM, at=AT)
    decide(session, plan)
    outcomes = [row.decision.outcome.value for row in treatments_of(session, plan.id)]
    assert outcomes == ["approved", "referred_back"]


def test_sending_back_needs_a_reason_and_saves_nothing_without(
    session: Session, plan: Plan
) -> None:
    with pytest.raises(InvalidInput, match="varför nämnden återremitterade"):
        refer_back(session, plan, MEETING, " ", actor=SYSTEM, at=AT)
    assert session.scalar(sa.select(sa.func.count()).select_from(Decision)) == 0


def test_tabled_it_stays_prepared_with_the_new_day(session: Session, plan: Plan) -> None:
    table_plan(session, plan, MEETING, next_on=date(2020, 1, 22), actor=SYSTEM, at=AT)
    assert plan.state is PlanState.PREPARED
    (row,) = treatments_of(session, plan.id)
    assert (row.next_on, row.reason) == (date(2020, 1, 22), None)
    assert decide(session, plan).state is PlanState.DECIDED


def test_a_tabled_plan_cannot_come_up_before_it_was_tabled(session: Session, plan: Plan) -> None:
    with pytest.raises(InvalidInput) as error:
        table_plan(session, plan, MEETING, next_on=MEETING.decided_on, actor=SYSTEM, at=AT)
    assert error.value.field == "next_on"


@pytest.mark.parametrize("verb", [refer_back, table_plan])
def test_only_a_prepared_plan_is_before_the_board(
    session: Session, board: Board, verb: Any
) -> None:
    draft = make_plan(session, board)
    with pytest.raises(InvalidTransition, match="Bered den"):
        verb(session, draft, MEETING, "Skäl.", actor=SYSTEM, at=AT)


def test_a_decided_plan_treated_again_says_that_it_is_decided(session: Session, plan: Plan) -> None:
    decide(session, plan)
    with pytest.raises(InvalidTransition, match="redan beslutad"):
        decide(session, plan)
    with pytest.raises(InvalidTransition, match="beslutad"):
        refer_back(session, plan, MEETING, "Skäl.", actor=SYSTEM, at=AT)
    assert session.scalar(sa.select(sa.func.count()).select_from(PlanTreatment)) == 1


def test_a_prepared_plan_is_taken_back_with_a_reason(
    session: Session, board: Board, plan: Plan
) -> None:
    with pytest.raises(InvalidInput):
        return_to_draft(session, plan, "", actor=SYSTEM, at=AT)
    return_to_draft(session, plan, "En kontroll saknas.", actor=SYSTEM, at=AT)
    assert (plan.state, plan.proposal) == (PlanState.DRAFT, None)
    newest = history_of(session, board.code, "plan", plan.id)[0]
    assert newest.reason == "En kontroll saknas."


def test_the_loser_of_two_treatments_is_told(session: Session, plan: Plan) -> None:
    seen = plan.row_version
    table_plan(session, plan, MEETING, actor=SYSTEM, at=AT)
    with pytest.raises(Conflict):
        refer_back(session, plan, MEETING, "Skäl.", row_version=seen, actor=SYSTEM, at=AT)


def test_the_verification_is_added_once(session: Session, plan: Plan) -> None:
    decide(session, plan)
    with pytest.raises(InvalidInput, match="före beslutet"):
        verify_minutes(session, plan, date(2019, 12, 17), actor=SYSTEM, at=AT)
    verify_minutes(session, plan, date(2019, 12, 23), actor=SYSTEM, at=AT)
    assert plan.decision is not None
    assert plan.decision.verified_on == date(2019, 12, 23)
    with pytest.raises(Conflict):
        verify_minutes(session, plan, date(2019, 12, 24), actor=SYSTEM, at=AT)


def test_a_plan_is_closed_when_its_last_follow_up_is_decided(
    session: Session, board: Board
) -> None:
    plan = make_plan(session, board, decided=True)
    with pytest.raises(InvalidTransition, match="årsbokslut 2020"):
        close_plan(session, plan, actor=SYSTEM, at=AT)
    session.execute(
        sa.update(ReportingPoint)
        .where(ReportingPoint.name == "årsbokslut")
        .values(closed_at=datetime(2021, 2, 18, 9, tzinfo=UTC))
    )
    session.expire_all()
    draft = start_revision(session, plan, "Ny lag.", actor=SYSTEM, at=AT)
    with pytest.raises(InvalidTransition, match="revision"):
        close_plan(session, plan, actor=SYSTEM, at=AT)
    drop_revision(session, draft, actor=SYSTEM, at=AT)
    assert close_plan(session, plan, actor=SYSTEM, at=AT).state is PlanState.CLOSED


def test_a_dropped_revision_leaves_nothing_and_the_plan_holds(
    session: Session, board: Board, plan: Plan
) -> None:
    decide(session, plan)
    draft = start_revision(session, plan, "Ny lag.", actor=SYSTEM, at=AT)
    drop_revision(session, draft, actor=SYSTEM, at=AT)
    assert session.scalar(sa.select(sa.func.count()).select_from(Plan)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Control)) == 2
    assert plan.state is PlanState.DECIDED


def test_a_dropped_revision_lets_the_file_that_was_read_into_it_wait_again(
    session: Session, board: Board, plan: Plan
) -> None:
    decide(session, plan)
    draft = start_revision(session, plan, "Ny lag.", actor=SYSTEM, at=AT)
    row = store_reading(
        session, board, year=2020, data=plan_csv(), file_name="plan.csv", actor=SYSTEM, at=AT
    )
    assert import_reading(session, board, row, {}, actor=SYSTEM, at=AT) is draft
    drop_revision(session, draft, actor=SYSTEM, at=AT)
    assert session.scalar(sa.select(sa.func.count()).select_from(Control)) == 2
    session.refresh(row)
    assert (row.plan_id, row.imported_at, row.undone_at) == (None, None, AT)


def test_a_revision_that_another_plan_was_copied_from_is_not_dropped(
    session: Session, board: Board, plan: Plan
) -> None:
    decide(session, plan)
    draft = start_revision(session, plan, "Ny lag.", actor=SYSTEM, at=AT)
    copy_plan(session, board, 2021, draft, actor=SYSTEM, at=AT)
    with pytest.raises(InvalidTransition, match="kopia"):
        drop_revision(session, draft, actor=SYSTEM, at=AT)
    assert len(controls_of(session, draft.id)) == 2


@pytest.mark.parametrize("role", [Role.RESPONSIBLE, Role.DIRECTOR, Role.READER])
def test_only_controller_and_secretary_record_what_the_board_did(
    session: Session, board: Board, plan: Plan, role: Role
) -> None:
    with pytest.raises(NotAllowed):
        table_plan(session, plan, MEETING, actor=make_actor(session, role, board), at=AT)
