"""What waits for a board's officers, its administrators and kommunstyrelsen."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from internkontroll.accounts.models import RoleProposal
from internkontroll.core.access import Actor, Grant, Role, system_actor
from internkontroll.monitoring.models import JobOutcome, JobRun, LogFollowUp
from internkontroll.monitoring.queries import (
    boards_of,
    decided_lately,
    facts_for,
    overseen_boards,
    secret_readings,
)
from internkontroll.monitoring.rules import Kind, Source
from internkontroll.organisation.models import MeetingKind, MeetingState
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind, Technique
from internkontroll.plan.services.obligatory import ObligatoryContent, write_obligatory
from internkontroll.sampling.models import SamplingEvent
from internkontroll.trail.services import record
from tests.factories import (
    actor_of,
    make_actor,
    make_board,
    make_control,
    make_meeting,
    make_occurrence,
    make_plan,
    make_points,
    make_user,
)
from tests.service.awaited import AT, ON, Scene, decide_report, kinds_of, of, scene


@pytest.fixture
def here(session: Session) -> Scene:
    return scene(session)


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
