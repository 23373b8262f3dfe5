"""Moves with reasons, cut-offs that change, vid behov, and periods that had ended."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board, Meeting, Subcommittee
from internkontroll.plan.models import Plan
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.schedule.services import (
    change_point,
    generate_occurrences,
    move_occurrence,
    order_occurrence,
    start_occurrence,
)
from internkontroll.trail.queries import history_of
from tests.factories import (
    make_actor,
    make_board,
    make_control,
    make_decision,
    make_meeting,
    make_plan,
    make_points,
    make_subcommittee,
)
from tests.service.scheduled_year import AT, SYSTEM, make_scheduled_plan, moves, of


@pytest.fixture
def board(session: Session) -> Board:
    made = make_board(session)
    make_points(session, made)
    return made


@pytest.fixture
def committee(session: Session, board: Board) -> Subcommittee:
    return make_subcommittee(session, board)


@pytest.fixture
def meetings(session: Session, board: Board, committee: Subcommittee) -> list[Meeting]:
    """Three ordinary meetings: 12 February, March, April."""
    return [make_meeting(session, board, committee, date(2020, month, 12)) for month in (2, 3, 4)]


@pytest.fixture
def plan(session: Session, board: Board, meetings: list[Meeting]) -> Plan:
    return make_scheduled_plan(session, board)


@pytest.fixture
def controller(session: Session, board: Board) -> Actor:
    return make_actor(session, Role.CONTROLLER, board)


def test_a_move_keeps_the_old_day_with_its_reason(
    session: Session, board: Board, plan: Plan, controller: Actor
) -> None:
    april = of(session, 2, "point:april")[0]
    old = april.due_on
    move_occurrence(
        session,
        april,
        due_on=date(2020, 5, 20),
        reason="Systemet byts i maj.",
        actor=controller,
        at=AT,
    )
    assert april.due_on == date(2020, 5, 20)
    (row,) = moves(session)
    assert (row.old_due_on, row.new_due_on, row.reason) == (
        old,
        date(2020, 5, 20),
        "Systemet byts i maj.",
    )
    assert (row.by_hand, row.recorded_at) == (True, AT)
    newest = history_of(session, board.code, "occurrence", april.id)[0]
    assert newest.reason == "Systemet byts i maj."
    assert newest.data is not None
    assert newest.data["due_on"] == {"old": old.isoformat(), "new": "2020-05-20"}


@pytest.mark.parametrize(
    ("day", "reason", "field"),
    [
        (date(2020, 1, 14), "Skäl.", "due_on"),
        (date(2020, 5, 7), "Skäl.", "due_on"),
        (date(2022, 5, 7), "Skäl.", "due_on"),
        (date(2020, 5, 20), " ", "reason"),
        (date(2020, 5, 20), "Rör 19811218-9876.", "reason"),
    ],
)
def test_a_move_that_cannot_be_is_refused(
    session: Session, plan: Plan, controller: Actor, day: date, reason: str, field: str
) -> None:
    april = of(session, 2, "point:april")[0]
    with pytest.raises(InvalidInput) as error:
        move_occurrence(session, april, due_on=day, reason=reason, actor=controller, at=AT)
    assert error.value.field == field
    assert moves(session) == []


def test_a_day_that_has_passed_is_not_moved(
    session: Session, plan: Plan, controller: Actor
) -> None:
    april = of(session, 2, "point:april")[0]
    late = datetime(2020, 5, 8, 9, tzinfo=UTC)
    with pytest.raises(InvalidTransition, match="7 maj 2020"):
        move_occurrence(
            session, april, due_on=date(2020, 6, 1), reason="Hann inte.", actor=controller, at=late
        )


def test_the_slower_of_two_movers_is_told_both_days(
    session: Session, plan: Plan, controller: Actor
) -> None:
    april = of(session, 2, "point:april")[0]
    seen = april.row_version
    move_occurrence(
        session, april, due_on=date(2020, 5, 20), reason="Ett.", actor=controller, at=AT
    )
    with pytest.raises(Conflict, match=r"20 maj 2020.*3 juni 2020"):
        move_occurrence(
            session,
            april,
            due_on=date(2020, 6, 3),
            reason="Två.",
            row_version=seen,
            actor=controller,
            at=AT,
        )


def test_only_those_who_plan_move(session: Session, board: Board, plan: Plan) -> None:
    april = of(session, 2, "point:april")[0]
    with pytest.raises(NotAllowed):
        move_occurrence(
            session,
            april,
            due_on=date(2020, 5, 20),
            reason="Skäl.",
            actor=make_actor(session, Role.READER, board),
            at=AT,
        )


def test_untouched_occurrences_follow_a_points_cut_off(
    session: Session, board: Board, plan: Plan, controller: Actor
) -> None:
    make_control(session, plan)
    make_control(session, plan)
    generate_occurrences(session, plan, actor=SYSTEM, at=AT)
    by_hand = of(session, 5, "point:april")[0]
    move_occurrence(
        session, by_hand, due_on=date(2020, 5, 11), reason="Ledighet.", actor=controller, at=AT
    )
    begun = of(session, 6, "point:april")[0]
    start_occurrence(session, begun, actor=SYSTEM, at=AT)
    follows = of(session, 2, "point:april")[0]
    point = follows.reporting_point
    assert point is not None
    result = change_point(
        session,
        board,
        point,
        cut_off=date(2020, 5, 28),
        board_on=date(2020, 6, 4),
        executive_on=None,
        row_version=point.row_version,
        actor=controller,
        at=AT,
    )
    assert result.moved == 1
    assert [row.number for row in result.touched] == [6]
    assert follows.due_on == date(2020, 5, 14)
    assert by_hand.due_on == date(2020, 5, 11)
    assert begun.due_on == date(2020, 5, 7)


def test_a_control_vid_behov_is_called_for_with_a_reason(
    session: Session, board: Board, plan: Plan, controller: Actor
) -> None:
    control = plan.controls[3]
    made = order_occurrence(
        session,
        control,
        due_on=date(2020, 2, 3),
        reason="Ett tips har kommit in.",
        actor=controller,
        at=AT,
    )
    again = order_occurrence(
        session, control, due_on=date(2020, 2, 3), reason="Ett till.", actor=controller, at=AT
    )
    assert (made.origin, again.origin) == ("demand:1", "demand:2")
    assert (made.wanted_because, made.due_on) == ("Ett tips har kommit in.", date(2020, 2, 3))
    (row,) = history_of(session, board.code, "occurrence", made.id)
    assert row.reason == "Ett tips har kommit in."
    with pytest.raises(InvalidTransition, match="vid behov"):
        order_occurrence(
            session,
            plan.controls[1],
            due_on=date(2020, 2, 3),
            reason="Skäl.",
            actor=controller,
            at=AT,
        )
    for day in (date(2020, 1, 14), date(2021, 1, 14)):
        with pytest.raises(InvalidInput):
            order_occurrence(session, control, due_on=day, reason="Skäl.", actor=controller, at=AT)


def test_a_plan_decided_in_march_gets_nothing_for_what_had_ended(
    session: Session, board: Board, meetings: list[Meeting]
) -> None:
    late = make_plan(session, board, decided=True)
    late.decision_id = make_decision(session, board, date(2020, 3, 18)).id
    make_control(session, late, frequency=Frequency.PER_MEETING)
    make_control(session, late, frequency=Frequency.QUARTER)
    at = datetime(2020, 3, 25, 9, tzinfo=UTC)

    result = generate_occurrences(session, late, actor=SYSTEM, at=at)

    assert (result.new, result.ended) == (1 + 4, 2)
    assert result.remarks[-1] == (
        "2 kontrolltillfällen skapades inte: perioden hade slutat när nämnden beslutade planen "
        "18 mars 2020. Det räknas inte som missat."
    )
    wanted = generate_occurrences(session, late, actor=SYSTEM, at=at, ended_periods=True)
    assert (wanted.new, wanted.ended, wanted.known) == (2, 0, 5)


def test_a_control_that_does_not_apply_has_no_occurrences(session: Session, board: Board) -> None:
    made = make_plan(session, board, decided=True)
    control = make_control(session, made)
    make_control(session, made)
    number = session.execute(sa.text("SELECT count(*) FROM obligatory_control")).scalar_one()
    assert number == 0
    session.execute(
        sa.text(
            "INSERT INTO obligatory_control (id, year, number, lineage, area_name, text, "
            "method_text, technique, sample_kind, frequency, points, criteria, recorded_at, "
            "row_version) VALUES (1, 2020, 1, 'x', 'Ekonomi', 'Attest', 'Stickprov', 'sample', "
            "'unstated', 'year', '[]', '[]', '2019-10-01 09:00:00+00', 1)"
        )
    )
    control.obligatory_id, control.not_applicable_reason = 1, "Vi har inga inköp."
    session.flush()
    assert generate_occurrences(session, made, actor=SYSTEM, at=AT).new == 3
