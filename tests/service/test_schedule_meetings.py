"""Meetings that are moved or cancelled take their untouched kontrolltillfällen along."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.organisation.models import (
    Board,
    Meeting,
    MeetingKind,
    MeetingState,
    Subcommittee,
)
from internkontroll.organisation.services import add_meetings
from internkontroll.plan.models import Plan
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.schedule.models import OccurrenceState
from internkontroll.schedule.queries import frame_of_occurrence
from internkontroll.schedule.rules import Frame
from internkontroll.schedule.services import (
    Followed,
    cancel_meeting,
    generate_occurrences,
    move_meeting,
    start_occurrence,
)
from internkontroll.schedule.words import month_sentence
from tests.factories import make_board, make_control, make_meeting, make_points, make_subcommittee
from tests.service.scheduled_year import AT, SICK, SYSTEM, make_scheduled_plan, moves, of


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


def test_months_without_a_meeting_are_left_out(session: Session, plan: Plan) -> None:
    assert [row.origin for row in of(session, 3)] == [
        "meeting_month:2020-02",
        "meeting_month:2020-03",
        "meeting_month:2020-04",
    ]


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


def test_a_meeting_whose_day_has_passed_is_not_moved(
    session: Session, board: Board, meetings: list[Meeting], plan: Plan
) -> None:
    def moved(at: datetime, day: date = date(2020, 5, 14)) -> Followed:
        return move_meeting(
            session,
            board,
            meetings[1],
            held_on=day,
            reason="Lokalen är upptagen.",
            row_version=meetings[1].row_version,
            actor=SYSTEM,
            at=at,
        )

    with pytest.raises(InvalidTransition, match=r"har varit och kan inte flyttas.*ställer du in"):
        moved(datetime(2020, 3, 13, 9, tzinfo=UTC))
    assert (meetings[1].held_on, moves(session)) == (date(2020, 3, 12), [])
    on_the_day = datetime(2020, 3, 12, 9, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="11 mars 2020 har redan varit") as error:
        moved(on_the_day, date(2020, 3, 11))
    assert error.value.field == "held_on"
    assert moved(on_the_day).moved == 1


def test_a_meeting_that_never_came_about_is_called_off_afterwards(
    session: Session, board: Board, meetings: list[Meeting], plan: Plan
) -> None:
    after = datetime(2020, 3, 13, 9, tzinfo=UTC)
    cancel_meeting(session, board, meetings[1], reason=SICK, row_version=1, actor=SYSTEM, at=after)
    assert meetings[1].state is MeetingState.CANCELLED


@pytest.mark.parametrize("state", [OccurrenceState.PERFORMED, OccurrenceState.APPROVED])
def test_a_meeting_that_was_held_and_reviewed_is_not_called_off(
    session: Session, board: Board, meetings: list[Meeting], plan: Plan, state: OccurrenceState
) -> None:
    of(session, 1, f"meeting:{meetings[1].id}")[0].state = state
    session.commit()

    def call_off(at: datetime) -> Followed:
        return cancel_meeting(
            session, board, meetings[1], reason=SICK, row_version=1, actor=SYSTEM, at=at
        )

    with pytest.raises(InvalidTransition, match=r"Kontroll 1 är utförd.*har hållits"):
        call_off(datetime(2020, 3, 13, 9, tzinfo=UTC))
    session.rollback()
    assert meetings[1].state is MeetingState.PLANNED
    assert [row.state for row in call_off(datetime(2020, 3, 11, 9, tzinfo=UTC)).touched] == [state]


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
