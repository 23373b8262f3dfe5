"""What may be somebody's task is read in one question, and stays within the walls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from internkontroll.accounts.models import RoleProposal, User
from internkontroll.core.access import Actor, Grant, Role, system_actor
from internkontroll.files.attachments import AttachmentKind
from internkontroll.findings.models import Action, Finding, Severity
from internkontroll.monitoring.models import JobOutcome, JobRun, LogFollowUp
from internkontroll.monitoring.queries import (
    boards_of,
    decided_lately,
    facts_for,
    overseen_boards,
    secret_readings,
)
from internkontroll.monitoring.rules import Fact, Kind, Person, Source, tasks
from internkontroll.monitoring.services import CLAIM_FOR, claim_run, end_run
from internkontroll.organisation.models import (
    Board,
    MeetingKind,
    MeetingState,
    ReportingPoint,
    Subcommittee,
)
from internkontroll.plan.models import Plan
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind, Technique
from internkontroll.plan.services.obligatory import ObligatoryContent, write_obligatory
from internkontroll.reporting.models import FollowUpReport, ReportState
from internkontroll.review import queries as review_queries
from internkontroll.review.models import (
    Attachment,
    Basis,
    Conclusion,
    ItemAmount,
    RecordedResult,
    SecondReading,
)
from internkontroll.sampling.models import DrawState, PopulationState, SamplingEvent
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.services import record
from tests.factories import (
    actor_of,
    make_actor,
    make_board,
    make_control,
    make_decision,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_plan,
    make_points,
    make_subcommittee,
    make_user,
)

ON = date(2020, 4, 12)
AT = datetime(2020, 4, 12, 8, tzinfo=UTC)
Counting = Callable[[], Any]


@dataclass
class Scene:
    """A board with a decided plan, a committee of its own, and the year's points."""

    board: Board
    plan: Plan
    committee: Subcommittee
    point: ReportingPoint


def scene(session: Session, code: str = "SCN") -> Scene:
    board = make_board(session, code, f"Nämnden {code}")
    plan = make_plan(session, board, decided=True)
    [april, *_] = make_points(session, board)
    return Scene(board, plan, make_subcommittee(session, board), april)


@pytest.fixture
def here(session: Session) -> Scene:
    return scene(session)


def of(facts: list[Fact], source: Source) -> list[Fact]:
    return [fact for fact in facts if fact.source is source]


def kinds_of(session: Session, actor: Actor, *boards: Board) -> list[Kind]:
    facts = facts_for(session, actor, [board.id for board in boards], ON)
    return [task.kind for task in tasks(facts, Person(actor, ON))]


def test_the_step_of_an_occurrence_follows_its_list_and_its_draw(
    session: Session, here: Scene
) -> None:
    me = make_user(session, Role.RESPONSIBLE, here.board)
    control = make_control(session, here.plan, responsible=me)
    occurrence = make_occurrence(session, control, here.point, due_on=date(2020, 5, 1))

    def step() -> str:
        session.flush()
        facts = facts_for(session, actor_of(me), [here.board.id], ON)
        [fact] = of(facts, Source.OCCURRENCE)
        assert (fact.number, fact.person_id, fact.due_on) == (1, me.id, date(2020, 5, 1))
        return fact.state

    assert step() == "list"
    control.sample_kind, control.sample_n = SampleKind.NONE, None
    assert step() == "do"
    draw = make_drawn_sample(session, occurrence)
    assert step() == "review"
    seed, drawn_at = draw.seed, draw.drawn_at
    draw.state, draw.seed, draw.drawn_at = DrawState.COMMITTED, None, None
    assert step() == "draw"
    draw.state, draw.seed, draw.drawn_at = DrawState.DRAWN, seed, drawn_at
    occurrence.state = OccurrenceState.PERFORMED
    assert step() == "signature"
    occurrence.state = OccurrenceState.APPROVED
    session.flush()
    facts = facts_for(session, actor_of(me), [here.board.id], ON)
    assert of(facts, Source.OCCURRENCE) == []


def test_a_list_without_a_draw_waits_to_be_frozen_and_then_drawn_from(
    session: Session, here: Scene
) -> None:
    me = make_user(session, Role.RESPONSIBLE, here.board)
    occurrence = make_occurrence(
        session, make_control(session, here.plan, responsible=me), here.point
    )
    elsewhere = make_occurrence(session, make_control(session, here.plan), here.point)
    population = make_drawn_sample(session, elsewhere).population
    population.occurrence_id = occurrence.id
    session.flush()

    def step() -> str:
        session.flush()
        facts = facts_for(session, actor_of(me), [here.board.id], ON)
        return of(facts, Source.OCCURRENCE)[0].state

    assert step() == "commit"
    sha, frozen_at = population.sha256, population.frozen_at
    population.state, population.sha256, population.frozen_at = PopulationState.LOADED, None, None
    assert step() == "freeze"
    population.state, population.refusal = PopulationState.REFUSED, "Fel lista."
    assert step() == "list"
    assert (sha, frozen_at) != (None, None)


@pytest.mark.parametrize(
    ("technique", "performed_by"),
    [
        (Technique.SURVEY, None),
        (Technique.INTERVIEW, None),
        (Technique.OBSERVATION, None),
        (Technique.SAMPLE, "Kommunens revisorer"),
    ],
)
def test_what_is_done_as_a_whole_asks_for_no_list(
    session: Session, here: Scene, technique: Technique, performed_by: str | None
) -> None:
    me = make_user(session, Role.RESPONSIBLE, here.board)
    control = make_control(session, here.plan, technique=technique, responsible=me)
    control.performed_by = performed_by
    make_occurrence(session, control, here.point)
    assert kinds_of(session, actor_of(me), here.board) == [Kind.DO_CONTROL]


def record_as_a_whole(session: Session, occurrence: Occurrence, user: User) -> None:
    session.add(
        RecordedResult(
            occurrence_id=occurrence.id,
            revision=1,
            technique=Technique.DOCUMENT_REVIEW,
            performed_by="Enheten",
            performed_on=ON,
            what_was_done="Protokollen lästes.",
            outcome="Allt fanns.",
            reviewed=4,
            deviating=0,
            recorded_by_id=user.id,
            recorded_at=AT,
        )
    )
    session.flush()


def test_a_recorded_result_takes_the_place_of_a_list(session: Session, here: Scene) -> None:
    me = make_user(session, Role.RESPONSIBLE, here.board)
    control = make_control(
        session,
        here.plan,
        technique=Technique.DOCUMENT_REVIEW,
        sample_kind=SampleKind.UNSTATED,
        sample_n=None,
        responsible=me,
    )
    occurrence = make_occurrence(session, control, here.point)
    assert kinds_of(session, actor_of(me), here.board) == [Kind.LOAD_LIST]
    record_as_a_whole(session, occurrence, me)
    assert kinds_of(session, actor_of(me), here.board) == [Kind.DO_CONTROL]


def test_who_recorded_or_proved_the_result_is_not_asked_to_sign(
    session: Session, here: Scene
) -> None:
    occurrence = make_occurrence(
        session, make_control(session, here.plan), here.point, state=OccurrenceState.PERFORMED
    )
    recorder, prover, other = (make_user(session, Role.CONTROLLER, here.board) for _ in range(3))
    record_as_a_whole(session, occurrence, recorder)
    session.add(
        Attachment(
            board_id=here.board.id,
            occurrence_id=occurrence.id,
            stored_name="0123456789abcdef.pdf",
            file_name="protokoll.pdf",
            kind=AttachmentKind.PDF,
            size=1,
            sha256="0" * 64,
            added_by_id=prover.id,
            added_at=AT,
        )
    )
    session.flush()
    asked = {
        user.id: Kind.SIGN in kinds_of(session, actor_of(user), here.board)
        for user in (recorder, prover, other)
    }
    assert asked == {recorder.id: False, prover.id: False, other.id: True}
    assert review_queries.testers_of(session, occurrence.id) == {recorder.id, prover.id}


def test_who_recorded_a_right_amount_is_not_asked_to_sign(session: Session, here: Scene) -> None:
    occurrence = make_occurrence(
        session, make_control(session, here.plan), here.point, state=OccurrenceState.PERFORMED
    )
    item = make_drawn_sample(session, occurrence).items[0]
    pricer, other = (make_user(session, Role.CONTROLLER, here.board) for _ in range(2))
    session.add(
        ItemAmount(
            occurrence_id=occurrence.id,
            item_id=item.id,
            revision=1,
            audited=100,
            recorded_by_id=pricer.id,
            recorded_at=AT,
        )
    )
    session.flush()
    assert Kind.SIGN not in kinds_of(session, actor_of(pricer), here.board)
    assert Kind.SIGN in kinds_of(session, actor_of(other), here.board)


def test_who_tested_is_not_asked_to_sign(session: Session, here: Scene) -> None:
    occurrence = make_occurrence(
        session,
        make_control(session, here.plan),
        here.point,
        state=OccurrenceState.PERFORMED,
    )
    writer = make_user(session, Role.CONTROLLER, here.board)
    session.add(
        Conclusion(
            occurrence_id=occurrence.id,
            text="Bra.",
            reviewed=0,
            population_size=0,
            deviating=0,
            is_random=False,
            basis=Basis.NONE,
            written_by_id=writer.id,
            written_at=AT,
        )
    )
    session.flush()
    other = make_actor(session, Role.CONTROLLER, here.board)
    assert Kind.SIGN not in kinds_of(session, actor_of(writer), here.board)
    assert Kind.SIGN in kinds_of(session, other, here.board)


def corrected(session: Session, here: Scene, writer: User, signer: User) -> Occurrence:
    occurrence = make_occurrence(
        session, make_control(session, here.plan), here.point, state=OccurrenceState.APPROVED
    )
    facts = {
        "occurrence_id": occurrence.id,
        "text": "Bra.",
        "reviewed": 0,
        "population_size": 0,
        "deviating": 0,
        "is_random": False,
        "basis": Basis.NONE,
        "written_by_id": writer.id,
        "written_at": AT,
    }
    first = Conclusion(**facts, signed_by_id=signer.id, signed_at=AT)
    session.add(first)
    session.flush()
    session.add(Conclusion(**facts, corrects_id=first.id))
    session.flush()
    return occurrence


def test_a_correction_waits_for_the_signature_of_one_who_had_no_part(
    session: Session, here: Scene
) -> None:
    writer = make_user(session, Role.CONTROLLER, here.board)
    signer = make_user(session, Role.CONTROLLER, here.board)
    occurrence = corrected(session, here, writer, signer)
    found = [
        fact.subject_id
        for fact in of(facts_for(session, actor_of(signer), [here.board.id], ON), Source.OCCURRENCE)
    ]

    assert Kind.SIGN in kinds_of(session, actor_of(signer), here.board)
    assert Kind.SIGN not in kinds_of(session, actor_of(writer), here.board)
    assert found.count(occurrence.id) == 1


def test_who_is_asked_to_read_again_is_told_until_it_is_handed_in(
    session: Session, here: Scene
) -> None:
    control = make_control(session, here.plan)
    occurrence = make_occurrence(session, control, here.point, state=OccurrenceState.STARTED)
    draw = make_drawn_sample(session, occurrence)
    reader = make_user(session, Role.RESPONSIBLE, here.board)
    other = make_user(session, Role.RESPONSIBLE, here.board)
    reading = SecondReading(
        occurrence_id=occurrence.id,
        draw_id=draw.id,
        n=2,
        size=5,
        seed="1" * 20,
        reader_id=reader.id,
        ordered_at=AT,
    )
    session.add(reading)
    session.flush()

    assert Kind.READ_AGAIN in kinds_of(session, actor_of(reader), here.board)
    assert Kind.READ_AGAIN not in kinds_of(session, actor_of(other), here.board)
    reading.finished_at = AT
    session.flush()
    assert Kind.READ_AGAIN not in kinds_of(session, actor_of(reader), here.board)


def test_the_committees_are_kept_apart_also_over_several_boards(
    session: Session, here: Scene, count_queries: Counting
) -> None:
    there = scene(session, "AMN")
    other = make_subcommittee(session, here.board, "IU2", "Individutskott 2")
    control = make_control(session, here.plan)
    own, theirs = (
        make_occurrence(
            session,
            control,
            meeting=make_meeting(session, here.board, committee, date(2020, 4, 20)),
        )
        for committee in (here.committee, other)
    )
    far = make_occurrence(
        session, make_control(session, there.plan), there.point, due_on=date(2020, 4, 1)
    )
    for occurrence in (own, theirs, far):
        finding = Finding(
            board_id=occurrence.board_id,
            year=2020,
            number=occurrence.id,
            occurrence_id=occurrence.id,
            severity=Severity.MINOR,
            description="Underlaget saknas.",
            recorded_at=AT,
        )
        session.add(finding)
        session.flush()
        session.add(
            Action(
                finding_id=finding.id,
                number=1,
                description="Ändra mallen.",
                due_on=date(2020, 4, 2),
                recorded_at=AT,
            )
        )
    session.flush()
    member = make_user(session, Role.CHAIR, here.board, here.committee)
    actor = Actor(
        member.id,
        member.title,
        (
            Grant(Role.CHAIR, here.board.id, here.committee.id),
            Grant(Role.CONTROLLER, there.board.id),
        ),
    )
    with count_queries() as counted:
        facts = facts_for(session, actor, [here.board.id, there.board.id], ON)
    assert int(counted) == 1
    assert {fact.subject_id for fact in of(facts, Source.OCCURRENCE)} == {own.id, far.id}
    assert {fact.number for fact in of(facts, Source.FINDING)} == {own.id, far.id}
    assert {fact.number for fact in of(facts, Source.ACTION)} == {far.id}


def test_own_things_come_before_the_others_when_there_are_many(
    session: Session, here: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("internkontroll.monitoring.queries.facts.work.MOST_READ", 2)
    me = make_user(session, Role.CONTROLLER, here.board)
    for day in (1, 2, 3):
        control = make_control(session, here.plan)
        make_occurrence(session, control, here.point, due_on=date(2020, 4, day))
    mine = make_occurrence(
        session,
        make_control(session, here.plan, responsible=me),
        here.point,
        due_on=date(2020, 5, 1),
    )
    facts = of(facts_for(session, actor_of(me), [here.board.id], ON), Source.OCCURRENCE)
    assert len(facts) == 2
    assert mine.id in {fact.subject_id for fact in facts}


def test_a_controller_has_the_plans_the_people_the_meetings_and_the_reports(
    session: Session, here: Scene
) -> None:
    make_plan(session, here.board, 2021)
    control = make_control(session, here.plan, frequency=Frequency.PER_MEETING)
    actor = make_actor(session, Role.CONTROLLER, here.board)
    facts = facts_for(session, actor, [here.board.id], ON)
    [draft] = of(facts, Source.PLAN)
    assert (draft.year, draft.state, draft.due_on) == (2021, "draft", date(2021, 1, 1))
    [nobody] = of(facts, Source.UNAPPOINTED)
    assert (nobody.number, nobody.due_on) == (1, date(2020, 1, 31))
    [missing] = of(facts, Source.MEETINGS)
    assert (missing.text, missing.year) == (here.committee.name, 2020)
    assert [fact.text for fact in of(facts, Source.REPORT)] == ["april"]
    control.responsible_id = actor.user_id
    make_meeting(session, here.board, here.committee, date(2020, 5, 1))
    session.flush()
    facts = facts_for(session, actor, [here.board.id], ON)
    assert of(facts, Source.UNAPPOINTED) == of(facts, Source.MEETINGS) == []


def test_what_is_not_applicable_here_asks_for_nobody_and_no_meetings(
    session: Session, here: Scene
) -> None:
    content = ObligatoryContent(
        area_name="Ekonomi",
        text="Alla fakturor är attesterade.",
        technique=Technique.SAMPLE,
        sample_kind=SampleKind.CENSUS,
        frequency=Frequency.PER_MEETING,
        points=("april",),
    )
    row = write_obligatory(session, 2020, content, actor=system_actor("provning"), at=AT)
    control = make_control(session, here.plan, frequency=Frequency.PER_MEETING)
    control.obligatory_id, control.not_applicable_reason = row.id, "Vi har inga fakturor."
    session.flush()
    actor = make_actor(session, Role.CONTROLLER, here.board)
    facts = facts_for(session, actor, [here.board.id], ON)
    assert of(facts, Source.UNAPPOINTED) == of(facts, Source.MEETINGS) == []


@pytest.mark.parametrize("other", [{"kind": MeetingKind.EXTRA}, {"state": MeetingState.CANCELLED}])
def test_only_ordinary_meetings_that_are_held_make_a_committees_year(
    session: Session, here: Scene, other: dict[str, Any]
) -> None:
    make_control(session, here.plan, frequency=Frequency.PER_MEETING)
    make_meeting(session, here.board, here.committee, date(2020, 5, 1), **other)
    actor = make_actor(session, Role.CONTROLLER, here.board)
    assert Kind.ENTER_MEETINGS in kinds_of(session, actor, here.board)


def decide_report(session: Session, here: Scene, name: str = "april") -> None:
    point = next(row for row in make_points(session, here.board, 2019) if row.name == name)
    decision = make_decision(session, here.board, date(2020, 2, 20))
    session.add(
        FollowUpReport(
            board_id=here.board.id,
            reporting_point_id=point.id,
            state=ReportState.DECIDED,
            decision_id=decision.id,
            cut_off_at=AT,
            snapshot="{}",
            snapshot_sha256="0" * 64,
            created_at=AT,
        )
    )
    session.flush()


def test_a_secretary_is_reminded_of_minutes_that_are_not_verified(
    session: Session, here: Scene
) -> None:
    decide_report(session, here)
    actor = make_actor(session, Role.SECRETARY, here.board)
    facts = facts_for(session, actor, [here.board.id], ON)
    [plan] = of(facts, Source.PLAN_MINUTES)
    assert (plan.subject_id, plan.text, plan.done_on) == (here.plan.id, "187", date(2019, 12, 18))
    [report] = of(facts, Source.REPORT_MINUTES)
    assert (report.where, report.year, report.done_on) == ("april", 2019, date(2020, 2, 20))
    assert here.plan.decision is not None
    here.plan.decision.verified_on = date(2019, 12, 20)
    session.flush()
    facts = facts_for(session, actor, [here.board.id], ON)
    assert of(facts, Source.PLAN_MINUTES) == []


def test_an_administrator_sees_roles_that_end_and_jobs_that_failed_last(
    session: Session, here: Scene
) -> None:
    ending = make_user(session, Role.REVIEWER, here.board, valid_to=ON + timedelta(days=30))
    make_user(session, Role.REVIEWER, here.board, valid_to=ON + timedelta(days=60))
    make_user(session, Role.REVIEWER, here.board)

    def run(job: str, period: str, outcome: JobOutcome, hour: int) -> None:
        at = AT.replace(hour=hour)
        session.add(JobRun(job=job, period=period, outcome=outcome, started_at=at, ended_at=at))
        session.flush()

    run("trail:verify", "2020-04-11", JobOutcome.FAILED, 2)
    run("accounts:tidy", "2020-04-11", JobOutcome.FAILED, 2)
    run("accounts:tidy", "2020-04-12", JobOutcome.DONE, 3)
    actor = make_actor(session, Role.ADMINISTRATOR, None)
    facts = facts_for(session, actor, [], ON)
    assert [fact.subject_id for fact in of(facts, Source.ROLE_ENDS)] == [ending.id]
    [job] = of(facts, Source.JOB)
    assert (job.text, job.moment) == ("trail:verify", AT.replace(hour=2))
    assert len(facts) == 2


def test_roles_that_wait_are_told_to_the_board_and_to_the_administrators(
    session: Session, here: Scene
) -> None:
    administrator = make_user(session, Role.ADMINISTRATOR, None)
    user = make_user(session, Role.READER, here.board)
    session.add(
        RoleProposal(
            user_id=user.id,
            role=Role.REVIEWER,
            board_id=here.board.id,
            valid_from=ON,
            proposed_by_id=administrator.id,
            proposed_at=AT,
        )
    )
    session.flush()

    def waiting(actor: Actor, boards: list[int]) -> list[tuple[int | None, bool]]:
        facts = of(facts_for(session, actor, boards, ON), Source.ROLE_WAITS)
        return [(fact.board_id, fact.part) for fact in facts]

    controller = make_actor(session, Role.CONTROLLER, here.board)
    assert waiting(controller, [here.board.id]) == [(here.board.id, False)]
    assert waiting(make_actor(session, Role.SECRETARY, here.board), [here.board.id]) == []
    assert waiting(actor_of(administrator), []) == [(None, True)]
    assert waiting(make_actor(session, Role.ADMINISTRATOR, None), []) == [(None, False)]


def test_drawn_readings_are_told_until_they_are_signed(session: Session, here: Scene) -> None:
    follow_up = LogFollowUp(
        board_id=here.board.id,
        period_start=date(2020, 3, 1),
        size=4,
        n=2,
        seed="0" * 20,
        frame_sha256="0" * 64,
        drawn_at=AT,
    )
    session.add(follow_up)
    session.flush()
    controller = make_actor(session, Role.CONTROLLER, here.board)

    def drawn() -> list[tuple[int | None, int, bool]]:
        facts = of(facts_for(session, controller, [here.board.id], ON), Source.READINGS)
        return [(fact.number, fact.open_count, fact.part) for fact in facts]

    assert drawn() == [(None, 2, False)]
    follow_up.signed_at, follow_up.signed_by_id = AT, controller.user_id
    session.flush()
    assert drawn() == []


def test_a_job_that_failed_is_tried_again_after_a_while_and_not_at_each_tick(
    session: Session,
) -> None:
    run = claim_run(session, "trail:verify", "2020-04-12", at=AT)
    assert run is not None
    end_run(session, run.id, JobOutcome.FAILED, "RuntimeError", AT)
    session.expire_all()
    soon = AT + timedelta(seconds=5)
    assert claim_run(session, "trail:verify", "2020-04-12", at=soon) is None
    again = claim_run(session, "trail:verify", "2020-04-12", at=AT + CLAIM_FOR)
    assert again is not None
    end_run(session, again.id, JobOutcome.DONE, "hel", AT + CLAIM_FOR)
    session.expire_all()
    late = AT + timedelta(hours=9)
    assert claim_run(session, "trail:verify", "2020-04-12", at=late) is None


def test_a_board_is_shown_only_while_a_role_in_it_holds(session: Session, here: Scene) -> None:
    actor = Actor(
        user_id=None,
        name="läsare",
        grants=tuple(
            Grant(Role.READER, make_board(session, code, name).id, valid_from=first, valid_to=last)
            for code, name, first, last in (
                ("OSN", "Omsorgsnämnden", ON, ON),
                ("AMN", "Arbetsmarknadsnämnden", date(2020, 1, 1), date.max),
                ("UBN", "Utbildningsnämnden", date(2019, 1, 1), ON - timedelta(days=1)),
                ("KTN", "Kulturnämnden", ON + timedelta(days=1), date.max),
            )
        ),
    )
    assert [board.code for board in boards_of(session, actor, ON)] == ["AMN", "OSN"]


def test_one_who_only_reads_is_asked_for_nothing_and_sees_what_was_decided(
    session: Session, here: Scene
) -> None:
    decide_report(session, here)
    make_occurrence(session, make_control(session, here.plan), here.point, due_on=date(2020, 4, 1))
    for role in (Role.READER, Role.AUDITOR):
        assert kinds_of(session, make_actor(session, role, here.board), here.board) == []
    rows = decided_lately(session, [here.board.id], date(2019, 12, 1))
    assert [(row.year, row.point, row.plan_id, row.decided_on) for row in rows] == [
        (2019, "april", None, date(2020, 2, 20)),
        (2020, None, here.plan.id, date(2019, 12, 18)),
    ]
    assert decided_lately(session, [here.board.id], date(2020, 2, 21)) == []
    assert decided_lately(session, [], date(2019, 12, 1)) == []


def test_kommunstyrelsen_sees_which_boards_are_late(session: Session, here: Scene) -> None:
    late_point = next(row for row in make_points(session, here.board, 2018))
    quiet = make_board(session, "OSN", "Omsorgsnämnden")
    make_board(session, "KS", "Kommunstyrelsen", oversight=True)
    decide_report(session, here)
    rows = {row.board.code: row for row in overseen_boards(session, ON)}
    assert set(rows) == {"SCN", "OSN"}
    late = rows["SCN"]
    assert (late.year, late.point, late.plan_decided) == (2019, "april", True)
    assert late.late_point == f"{late_point.name} 2018"
    assert late.late_since == (late_point.board_on or late_point.cut_off)
    assert late.days_late == (ON - late.late_since).days
    assert (rows["OSN"].point, rows["OSN"].plan_decided, rows["OSN"].days_late) == (None, False, 0)
    assert quiet.code == "OSN"


def test_openings_of_secret_items_are_counted_per_board(session: Session, here: Scene) -> None:
    actor = make_actor(session, Role.CHAIR, here.board, here.committee)
    for days in (40, 3, 1):
        record(
            session,
            chain="SCN",
            actor=actor,
            at=AT - timedelta(days=days),
            event=SamplingEvent.REFERENCES_READ,
            subject=("draw", 1),
        )
    [row] = secret_readings(session, AT - timedelta(days=30))
    assert (row.chain, row.times, row.latest) == ("SCN", 2, AT - timedelta(days=1))
