"""Two who change a nämnd's calendar at once leave no kontrolltillfälle double or forgotten."""

from datetime import date, timedelta

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.transaction import transaction
from internkontroll.organisation.models import Board, DefaultPoint, Meeting, ReportingPoint
from internkontroll.organisation.queries import default_points, point_by_name, points_of_year
from internkontroll.organisation.rules import DEFAULT_DUE_DAYS
from internkontroll.organisation.services import (
    add_point,
    close_point,
    create_municipality,
    remove_default_point,
    remove_point,
)
from internkontroll.plan.models import Plan
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.schedule.models import OccurrenceState
from internkontroll.schedule.services import (
    cancel_meeting,
    change_point,
    generate_occurrences,
    move_meeting,
)
from tests.factories import (
    make_board,
    make_control,
    make_meeting,
    make_plan,
    make_points,
    make_subcommittee,
)
from tests.service.at_once import at_once
from tests.service.scheduled_year import AT, SICK, SYSTEM, make_scheduled_plan, of


@pytest.fixture
def board(session: Session) -> Board:
    made = make_board(session)
    make_points(session, made)
    return made


@pytest.fixture
def meetings(session: Session, board: Board) -> list[int]:
    """Two ordinary meetings of one committee in March, one in April."""
    committee = make_subcommittee(session, board)
    days = [date(2020, 3, 5), date(2020, 3, 19), date(2020, 4, 16)]
    return [make_meeting(session, board, committee, day).id for day in days]


def move(session: Session, meeting_id: int, day: date) -> None:
    meeting = session.get_one(Meeting, meeting_id)
    move_meeting(
        session,
        session.get_one(Board, meeting.board_id),
        meeting,
        held_on=day,
        reason="Lokalen är upptagen.",
        row_version=meeting.row_version,
        actor=SYSTEM,
        at=AT,
    )


def call_off(session: Session, meeting_id: int) -> None:
    meeting = session.get_one(Meeting, meeting_id)
    board = session.get_one(Board, meeting.board_id)
    cancel_meeting(
        session, board, meeting, reason=SICK, row_version=meeting.row_version, actor=SYSTEM, at=AT
    )


def generate(session: Session, plan_id: int) -> None:
    generate_occurrences(session, session.get_one(Plan, plan_id), actor=SYSTEM, at=AT)


def remove(session: Session, point_id: int) -> None:
    point = session.get_one(ReportingPoint, point_id)
    board = session.get_one(Board, point.board_id)
    remove_point(session, board, point, row_version=point.row_version, actor=SYSTEM, at=AT)


def add(session: Session, board_id: int) -> None:
    add_point(
        session,
        session.get_one(Board, board_id),
        2020,
        name="oktober",
        period_end=date(2020, 10, 31),
        cut_off=date(2020, 11, 14),
        board_on=None,
        executive_on=None,
        actor=SYSTEM,
        at=AT,
    )


def shift(session: Session, point_id: int) -> None:
    point = session.get_one(ReportingPoint, point_id)
    change_point(
        session,
        session.get_one(Board, point.board_id),
        point,
        cut_off=date(2020, 5, 29),
        board_on=date(2020, 6, 10),
        executive_on=None,
        row_version=point.row_version,
        actor=SYSTEM,
        at=AT,
    )


def test_the_last_two_meetings_of_a_month_that_leave_it_at_once_end_the_months_kontroll(
    session: Session, board: Board, meetings: list[int], database_url: str
) -> None:
    make_scheduled_plan(session, board)
    session.commit()

    failed = at_once(
        session,
        database_url,
        lambda own: move(own, meetings[0], date(2020, 4, 22)),
        lambda own: call_off(own, meetings[1]),
    )

    assert failed is None
    assert of(session, 3, "meeting_month:2020-03")[0].state is OccurrenceState.EXPIRED


def test_what_is_made_while_its_meeting_moves_has_the_meetings_day(
    session: Session, board: Board, meetings: list[int], database_url: str
) -> None:
    plan = make_plan(session, board, decided=True)
    make_control(session, plan, frequency=Frequency.PER_MEETING)
    plan_id = plan.id
    session.commit()

    failed = at_once(
        session,
        database_url,
        lambda own: generate(own, plan_id),
        lambda own: move(own, meetings[0], date(2020, 3, 12)),
    )

    assert failed is None
    (made,) = of(session, 1, f"meeting:{meetings[0]}")
    assert (made.scheduled_on, made.due_on) == (date(2020, 3, 12), date(2020, 3, 12))


def test_what_is_made_after_a_move_that_was_under_way_is_made_for_the_new_day(
    session: Session, board: Board, meetings: list[int], database_url: str
) -> None:
    plan = make_plan(session, board, decided=True)
    make_control(session, plan, frequency=Frequency.MEETING_MONTH)
    plan_id = plan.id
    session.commit()

    failed = at_once(
        session,
        database_url,
        lambda own: move(own, meetings[2], date(2020, 5, 14)),
        lambda own: generate(own, plan_id),
    )

    assert failed is None
    assert [row.origin for row in of(session, 1)] == [
        "meeting_month:2020-03",
        "meeting_month:2020-05",
    ]


def test_what_is_made_while_a_points_last_day_changes_follows_it(
    session: Session, board: Board, database_url: str
) -> None:
    plan = make_plan(session, board, decided=True)
    make_control(session, plan)
    april = point_by_name(session, board.id, 2020, "april")
    assert april is not None
    plan_id, point_id = plan.id, april.id
    session.commit()

    failed = at_once(
        session, database_url, lambda own: generate(own, plan_id), lambda own: shift(own, point_id)
    )

    assert failed is None
    (made,) = of(session, 1, "point:april")
    assert made.due_on == date(2020, 5, 29) - timedelta(days=DEFAULT_DUE_DAYS)


def test_nothing_is_made_for_a_point_that_is_being_removed(
    session: Session, board: Board, database_url: str
) -> None:
    plan = make_plan(session, board, decided=True)
    make_control(session, plan)
    gone, *left = points_of_year(session, board.id, 2020)
    plan_id, gone_id, left_ids = plan.id, gone.id, [point.id for point in left]
    session.commit()

    failed = at_once(
        session, database_url, lambda own: remove(own, gone_id), lambda own: generate(own, plan_id)
    )

    assert failed is None
    assert [row.reporting_point_id for row in of(session, 1)] == left_ids


def test_the_last_two_points_of_a_year_are_not_both_removed(
    session: Session, board: Board, database_url: str
) -> None:
    first, second, third = (point.id for point in points_of_year(session, board.id, 2020))
    remove(session, first)
    session.commit()

    failed = at_once(
        session, database_url, lambda own: remove(own, second), lambda own: remove(own, third)
    )

    assert isinstance(failed, InvalidTransition)
    assert [point.id for point in points_of_year(session, board.id, 2020)] == [third]


def test_a_point_added_twice_at_once_is_there_once_and_the_second_is_told(
    session: Session, board: Board, database_url: str
) -> None:
    board_id = board.id
    session.commit()

    failed = at_once(
        session, database_url, lambda own: add(own, board_id), lambda own: add(own, board_id)
    )

    assert isinstance(failed, InvalidInput)
    assert [point.name for point in points_of_year(session, board_id, 2020)].count("oktober") == 1


def test_the_days_of_a_point_do_not_change_while_its_report_is_decided(
    session: Session, board: Board, database_url: str
) -> None:
    april = point_by_name(session, board.id, 2020, "april")
    assert april is not None
    point_id, old = april.id, april.cut_off
    session.commit()

    failed = at_once(
        session,
        database_url,
        lambda own: close_point(own, own.get_one(ReportingPoint, point_id), at=AT),
        lambda own: shift(own, point_id),
    )

    assert failed is not None
    assert session.get_one(ReportingPoint, point_id).cut_off == old


def test_the_municipality_keeps_a_point_when_the_last_two_are_removed_at_once(
    session: Session, database_url: str
) -> None:
    create_municipality(session, "Exempelkommunen", actor=SYSTEM, at=AT)
    first, second, third = (point.id for point in default_points(session))

    def take(own: Session, point_id: int) -> None:
        point = own.get_one(DefaultPoint, point_id)
        remove_default_point(own, point, row_version=point.row_version, actor=SYSTEM, at=AT)

    take(session, first)
    session.commit()

    failed = at_once(
        session, database_url, lambda own: take(own, second), lambda own: take(own, third)
    )

    assert isinstance(failed, InvalidTransition)
    assert [point.id for point in default_points(session)] == [third]


def test_one_of_two_who_wait_for_each_other_is_asked_to_try_again(session: Session) -> None:
    """PostgreSQL ends one of them; it is no fault of the program and nothing typed is lost."""
    deadlock = sa.exc.OperationalError("UPDATE", None, psycopg.errors.DeadlockDetected())

    with pytest.raises(Conflict, match=r"samtidigt. Försök igen"), transaction(session):
        raise deadlock
