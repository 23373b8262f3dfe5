"""Making the year's occurrences from a decided plan, on both databases."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board, MeetingKind, MeetingState, Subcommittee
from internkontroll.plan.models import Plan
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.schedule.models import Occurrence, OccurrenceEvent, OccurrenceState
from internkontroll.schedule.queries import Count, occurrence_counts, year_counts
from internkontroll.schedule.services import Generated, generate_occurrences
from internkontroll.trail.queries import history_of
from tests.factories import (
    make_actor,
    make_board,
    make_control,
    make_meeting,
    make_plan,
    make_points,
    make_subcommittee,
)
from tests.service.at_once import at_once

AT = datetime(2020, 1, 15, 11, tzinfo=UTC)
SYSTEM = system_actor("drift")


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def controller(session: Session, board: Board) -> Actor:
    return make_actor(session, Role.CONTROLLER, board)


def make_year(
    session: Session, board: Board, *, meetings: int = 10
) -> tuple[Plan, list[Subcommittee]]:
    """A decided plan like the municipality's own, with points, committees and meetings."""
    make_points(session, board)
    committees = [
        make_subcommittee(session, board, code, f"Individutskott {code[-1]}")
        for code in ("IU1", "IU2")
    ]
    for committee in committees:
        for month in range(1, meetings + 1):
            make_meeting(session, board, committee, date(2020, month, 12))
    plan = make_plan(session, board, decided=True)
    make_control(session, plan, frequency=Frequency.PER_MEETING, points=("april", "årsbokslut"))
    for points, count in (
        (("årsbokslut",), 4),
        (("augusti",), 3),
        (("april", "augusti", "årsbokslut"), 16),
    ):
        for _ in range(count):
            make_control(session, plan, points=points)
    return plan, committees


def stored(session: Session) -> list[Occurrence]:
    return list(session.scalars(sa.select(Occurrence).order_by(Occurrence.id)))


def test_a_plan_of_24_gives_55_and_one_for_each_individutskotts_meeting(
    session: Session, board: Board, controller: Actor
) -> None:
    plan, committees = make_year(session, board)

    assert generate_occurrences(session, plan, actor=controller, at=AT) == Generated(75, 0)

    kinds = session.execute(
        sa.text("SELECT substr(origin, 1, 5) AS kind, count(*) AS n FROM occurrence GROUP BY 1")
    )
    assert {row.kind: row.n for row in kinds} == {"point": 55, "meeti": 20}
    per_committee = Counter(row.subcommittee_id for row in stored(session))
    assert per_committee == {None: 55, committees[0].id: 10, committees[1].id: 10}
    assert {row.state for row in stored(session)} == {OccurrenceState.PLANNED}
    assert occurrence_counts(session, plan.id)[plan.controls[0].id] == Count(0, 20)
    assert sum(count.total for count in occurrence_counts(session, plan.id).values()) == 75


def test_doing_it_again_makes_nothing_and_leaves_no_trail(
    session: Session, board: Board, controller: Actor
) -> None:
    plan, _ = make_year(session, board)
    generate_occurrences(session, plan, actor=controller, at=AT)
    before = [row.id for row in stored(session)]

    assert generate_occurrences(session, plan, actor=controller, at=AT) == Generated(0, 75)

    assert [row.id for row in stored(session)] == before
    (row,) = history_of(session, board.code, "plan", plan.id)
    assert row.event == OccurrenceEvent.GENERATED
    assert row.data == {"year": 2020, "new": 75, "known": 0}


def test_a_meeting_added_later_gives_only_its_own(
    session: Session, board: Board, controller: Actor
) -> None:
    plan, committees = make_year(session, board)
    generate_occurrences(session, plan, actor=controller, at=AT)
    make_meeting(session, board, committees[0], date(2020, 11, 11))
    assert generate_occurrences(session, plan, actor=controller, at=AT) == Generated(1, 75)


def test_extra_and_cancelled_meetings_and_the_boards_own_give_none(
    session: Session, board: Board, controller: Actor
) -> None:
    plan, (first, _) = make_year(session, board, meetings=1)
    make_meeting(session, board, first, date(2020, 5, 1), kind=MeetingKind.EXTRA)
    make_meeting(session, board, first, date(2020, 6, 1), state=MeetingState.CANCELLED)
    make_meeting(session, board, None, date(2020, 7, 1))
    make_meeting(session, board, first, date(2021, 1, 12))
    assert generate_occurrences(session, plan, actor=controller, at=AT).new == 55 + 2


def test_a_committee_that_reviews_no_cases_gives_none(
    session: Session, board: Board, controller: Actor
) -> None:
    plan, (_, second) = make_year(session, board)
    second.reviews_cases = False
    assert generate_occurrences(session, plan, actor=controller, at=AT).new == 55 + 10


def test_a_point_that_the_year_lacks_is_reported_back(
    session: Session, board: Board, controller: Actor
) -> None:
    make_points(session, board)
    plan = make_plan(session, board, decided=True)
    make_control(session, plan, points=("april", "mars/april"))
    result = generate_occurrences(session, plan, actor=controller, at=AT)
    assert result.new == 1
    (remark,) = result.remarks
    assert "mars/april" in remark


@pytest.mark.parametrize(
    ("frequency", "count"),
    [
        (Frequency.MONTH, 12),
        (Frequency.QUARTER, 4),
        (Frequency.TERTIAL, 3),
        (Frequency.HALF_YEAR, 2),
        (Frequency.YEAR, 1),
        (Frequency.ON_DEMAND, 0),
    ],
)
def test_the_database_takes_occurrences_of_periods_without_meeting_or_point(
    session: Session, board: Board, controller: Actor, frequency: Frequency, count: int
) -> None:
    make_points(session, board)
    plan = make_plan(session, board, decided=True)
    make_control(session, plan, frequency=frequency)
    assert generate_occurrences(session, plan, actor=controller, at=AT).new == count
    assert len(stored(session)) == count


@pytest.mark.parametrize(("origin"), ["meeting:1", "point:april", ""])
def test_the_database_refuses_an_origin_without_its_cause(
    session: Session, board: Board, origin: str
) -> None:
    control = make_control(session, make_plan(session, board, decided=True))
    session.add(
        Occurrence(
            board_id=board.id,
            control_id=control.id,
            origin=origin,
            scheduled_on=date(2020, 4, 30),
            due_on=date(2020, 5, 7),
            recorded_at=AT,
        )
    )
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()


def test_a_plan_that_is_not_decided_makes_nothing(
    session: Session, board: Board, controller: Actor
) -> None:
    make_points(session, board)
    plan = make_plan(session, board)
    make_control(session, plan)
    with pytest.raises(InvalidTransition, match="inte beslutad"):
        generate_occurrences(session, plan, actor=controller, at=AT)


def test_a_year_that_is_not_opened_makes_nothing(
    session: Session, board: Board, controller: Actor
) -> None:
    plan = make_plan(session, board, decided=True)
    make_control(session, plan)
    with pytest.raises(InvalidTransition, match="Öppna året"):
        generate_occurrences(session, plan, actor=controller, at=AT)


@pytest.mark.parametrize("role", [Role.READER, Role.RESPONSIBLE, Role.MEMBER])
def test_a_role_that_may_not_open_the_year_makes_nothing(
    session: Session, board: Board, role: Role
) -> None:
    plan, _ = make_year(session, board)
    with pytest.raises(NotAllowed):
        generate_occurrences(session, plan, actor=make_actor(session, role, board), at=AT)


def test_two_who_make_them_at_once_make_them_once(
    session: Session, board: Board, database_url: str
) -> None:
    plan, _ = make_year(session, board)
    plan_id = plan.id
    session.commit()
    first: list[Generated] = []
    second: list[Generated] = []

    def make(own: Session, results: list[Generated]) -> None:
        own_plan = own.get_one(Plan, plan_id)
        results.append(generate_occurrences(own, own_plan, actor=SYSTEM, at=AT))

    failed = at_once(
        session, database_url, lambda own: make(own, first), lambda own: make(own, second)
    )

    assert failed is None
    assert [result.new for result in first + second] == [75, 0]
    assert len(stored(session)) == 75


def test_the_years_counts_tell_total_done_and_late(
    session: Session, board: Board, controller: Actor
) -> None:
    plan, _ = make_year(session, board)
    generate_occurrences(session, plan, actor=controller, at=AT)
    first, second, *_ = sorted(stored(session), key=lambda row: row.due_on)
    first.state = OccurrenceState.APPROVED
    session.flush()

    counts = year_counts(session, board.id, 2020, date(2020, 2, 13))

    late = sum(
        row.due_on < date(2020, 2, 13) and row.state is OccurrenceState.PLANNED
        for row in stored(session)
    )
    assert (counts.total, counts.done, counts.late) == (75, 1, late)
    assert late == 3
    assert counts.first_late_on == second.due_on == date(2020, 1, 12)
    nothing = year_counts(session, board.id, 2021, date(2020, 2, 13))
    assert (nothing.total, nothing.late, nothing.first_late_on) == (0, 0, None)
