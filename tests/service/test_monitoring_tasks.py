"""What may be somebody's task is read in one question, and stays within the walls."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Grant, Role
from internkontroll.findings.models import Action, Finding, Severity
from internkontroll.monitoring.models import JobOutcome
from internkontroll.monitoring.queries import facts_for
from internkontroll.monitoring.rules import Source
from internkontroll.monitoring.services import CLAIM_FOR, claim_run, end_run
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.sampling.models import DrawState, PopulationState
from internkontroll.schedule.models import OccurrenceState
from tests.factories import (
    actor_of,
    make_control,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_subcommittee,
    make_user,
)
from tests.service.awaited import AT, ON, Scene, of, scene

Counting = Callable[[], Any]


@pytest.fixture
def here(session: Session) -> Scene:
    return scene(session)


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
