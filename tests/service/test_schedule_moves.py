"""Moves with reasons, changed and cancelled meetings, vid behov, periods that had ended."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import (
    Board,
    Meeting,
    MeetingKind,
    MeetingState,
    Subcommittee,
)
from internkontroll.organisation.services import add_meetings
from internkontroll.plan.models import Control, Plan
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.schedule.models import Occurrence, OccurrenceMove, OccurrenceState
from internkontroll.schedule.queries import frame_of_occurrence
from internkontroll.schedule.rules import Frame
from internkontroll.schedule.services import (
    Followed,
    cancel_meeting,
    change_point,
    generate_occurrences,
    move_meeting,
    move_occurrence,
    order_occurrence,
    start_occurrence,
)
from internkontroll.schedule.words import month_sentence
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

AT = datetime(2020, 1, 15, 11, tzinfo=UTC)
SYSTEM = system_actor("drift")
SICK = "För få ledamöter kunde komma."


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
    """Kontroll 1 before each meeting, 2 at each point, 3 in months with a meeting, 4 vid behov."""
    made = make_plan(session, board, decided=True)
    make_control(session, made, frequency=Frequency.PER_MEETING)
    make_control(session, made)
    make_control(session, made, frequency=Frequency.MEETING_MONTH)
    make_control(session, made, frequency=Frequency.ON_DEMAND)
    generate_occurrences(session, made, actor=SYSTEM, at=AT)
    return made


@pytest.fixture
def controller(session: Session, board: Board) -> Actor:
    return make_actor(session, Role.CONTROLLER, board)


def of(session: Session, number: int, origin: str = "%") -> list[Occurrence]:
    return list(
        session.scalars(
            sa.select(Occurrence)
            .join(Occurrence.control)
            .where(Control.number == number, Occurrence.origin.like(origin))
            .order_by(Occurrence.scheduled_on, Occurrence.id)
        )
    )


def moves(session: Session) -> list[OccurrenceMove]:
    return list(session.scalars(sa.select(OccurrenceMove).order_by(OccurrenceMove.id)))


def test_months_without_a_meeting_are_left_out(session: Session, plan: Plan) -> None:
    assert [row.origin for row in of(session, 3)] == [
        "meeting_month:2020-02",
        "meeting_month:2020-03",
        "meeting_month:2020-04",
    ]


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


def test_a_moved_meeting_takes_its_untouched_with_it_and_points_the_others_out(
    session: Session, board: Board, committee: Subcommittee, meetings: list[Meeting], plan: Plan
) -> None:
    make_control(session, plan, frequency=Frequency.PER_MEETING)
    generate_occurrences(session, plan, actor=SYSTEM, at=AT)
    begun = of(session, 5, f"meeting:{meetings[1].id}")[0]
    start_occurrence(session, begun, actor=SYSTEM, at=AT)

    result = move_meeting(
        session,
        board,
        meetings[1],
        held_on=date(2020, 3, 19),
        reason="Lokalen är upptagen.",
        row_version=1,
        actor=SYSTEM,
        at=AT,
    )

    assert (result.moved, result.expired) == (1, 0)
    assert [(row.number, row.state) for row in result.touched] == [(5, OccurrenceState.STARTED)]
    untouched = of(session, 1, f"meeting:{meetings[1].id}")[0]
    assert (untouched.scheduled_on, untouched.due_on) == (date(2020, 3, 19), date(2020, 3, 19))
    assert begun.due_on == date(2020, 3, 12)
    assert (meetings[1].first_on, meetings[1].held_on) == (date(2020, 3, 12), date(2020, 3, 19))
    (row,) = moves(session)
    assert (row.reason, row.by_hand) == ("Sammanträdet flyttades: Lokalen är upptagen.", False)


def test_a_meeting_moved_to_a_month_without_one_tells_what_that_month_lacks(
    session: Session, board: Board, meetings: list[Meeting], plan: Plan
) -> None:
    def moved(meeting: Meeting, day: date) -> Followed:
        return move_meeting(
            session,
            board,
            meeting,
            held_on=day,
            reason="Lokalen är upptagen.",
            row_version=meeting.row_version,
            actor=SYSTEM,
            at=AT,
        )

    assert moved(meetings[1], date(2020, 3, 19)).month_without is None
    assert moved(meetings[1], date(2020, 5, 14)).month_without == date(2020, 5, 14)
    assert generate_occurrences(session, plan, actor=SYSTEM, at=AT).new == 1
    assert of(session, 3, "meeting_month:2020-05")[0].state is OccurrenceState.PLANNED
    assert moved(meetings[2], date(2020, 5, 20)).month_without is None
    assert "tillfälle i maj" in month_sentence(date(2020, 5, 14))


def test_a_cancelled_meeting_ends_its_untouched_and_its_month(
    session: Session, board: Board, meetings: list[Meeting], plan: Plan
) -> None:
    result = cancel_meeting(
        session, board, meetings[1], reason=SICK, row_version=1, actor=SYSTEM, at=AT
    )
    assert result == Followed(0, 2, ())
    gone = of(session, 1, f"meeting:{meetings[1].id}")[0]
    assert (gone.state, gone.expired_at) == (OccurrenceState.EXPIRED, AT)
    assert gone.expired_reason == f"Sammanträdet ställdes in: {SICK}"
    assert of(session, 3, "meeting_month:2020-03")[0].state is OccurrenceState.EXPIRED
    assert of(session, 3, "meeting_month:2020-04")[0].state is OccurrenceState.PLANNED
    assert meetings[1].state is MeetingState.CANCELLED


def test_a_month_with_another_meeting_left_keeps_its_occurrence(
    session: Session, board: Board, meetings: list[Meeting], plan: Plan
) -> None:
    make_meeting(session, board, None, date(2020, 3, 25))
    cancel_meeting(session, board, meetings[1], reason=SICK, row_version=1, actor=SYSTEM, at=AT)
    assert of(session, 3, "meeting_month:2020-03")[0].state is OccurrenceState.PLANNED


def test_begun_work_for_a_cancelled_meeting_stays(
    session: Session, board: Board, meetings: list[Meeting], plan: Plan
) -> None:
    begun = of(session, 1, f"meeting:{meetings[1].id}")[0]
    start_occurrence(session, begun, actor=SYSTEM, at=AT)
    result = cancel_meeting(
        session, board, meetings[1], reason=SICK, row_version=1, actor=SYSTEM, at=AT
    )
    assert begun.state is OccurrenceState.STARTED
    assert [row.occurrence_id for row in result.touched] == [begun.id]


def test_a_meeting_held_after_all_on_the_cancelled_day_gets_its_own_occurrences(
    session: Session,
    board: Board,
    committee: Subcommittee,
    meetings: list[Meeting],
    plan: Plan,
) -> None:
    cancel_meeting(session, board, meetings[1], reason=SICK, row_version=1, actor=SYSTEM, at=AT)
    added = add_meetings(session, board, committee, [date(2020, 3, 12)], actor=SYSTEM, at=AT)
    assert added.added == (date(2020, 3, 12),)
    assert generate_occurrences(session, plan, actor=SYSTEM, at=AT).new == 2
    states = [row.state.value for row in of(session, 1)]
    assert sorted(states) == ["expired", "planned", "planned", "planned"]


def test_a_cancelled_meeting_cannot_be_cancelled_again_or_moved(
    session: Session, board: Board, meetings: list[Meeting], plan: Plan
) -> None:
    cancel_meeting(session, board, meetings[1], reason=SICK, row_version=1, actor=SYSTEM, at=AT)
    with pytest.raises(InvalidTransition, match="redan inställt"):
        cancel_meeting(session, board, meetings[1], reason=SICK, row_version=2, actor=SYSTEM, at=AT)


@pytest.mark.parametrize("day", [date(2021, 1, 12), date(2020, 4, 12)])
def test_a_meeting_is_not_moved_to_another_year_or_a_taken_day(
    session: Session, board: Board, meetings: list[Meeting], day: date
) -> None:
    with pytest.raises(InvalidInput) as error:
        move_meeting(
            session,
            board,
            meetings[1],
            held_on=day,
            reason="Skäl.",
            row_version=1,
            actor=SYSTEM,
            at=AT,
        )
    assert error.value.field == "held_on"


def test_the_slower_of_two_who_change_a_meeting_is_refused(
    session: Session, board: Board, meetings: list[Meeting]
) -> None:
    cancel_meeting(session, board, meetings[0], reason=SICK, row_version=1, actor=SYSTEM, at=AT)
    with pytest.raises(Conflict):
        cancel_meeting(session, board, meetings[1], reason=SICK, row_version=7, actor=SYSTEM, at=AT)


def test_the_frame_begins_after_the_last_ordinary_meeting_that_was_held(
    session: Session, board: Board, committee: Subcommittee, meetings: list[Meeting], plan: Plan
) -> None:
    make_meeting(session, board, committee, date(2020, 3, 3), kind=MeetingKind.EXTRA)
    cancel_meeting(session, board, meetings[1], reason=SICK, row_version=1, actor=SYSTEM, at=AT)
    april = of(session, 1, f"meeting:{meetings[2].id}")[0]
    assert frame_of_occurrence(session, april) == Frame(
        since=date(2020, 2, 12),
        until=date(2020, 4, 12),
        cancelled=(date(2020, 3, 12),),
        extra=(date(2020, 3, 3),),
    )
    february = of(session, 1, f"meeting:{meetings[0].id}")[0]
    first = frame_of_occurrence(session, february)
    assert first is not None
    assert first.since is None
    assert frame_of_occurrence(session, of(session, 2)[0]) is None


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
