"""Opening a year, its reporting points' days and its meetings, on both databases."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, NotAllowed
from internkontroll.organisation.models import (
    Board,
    Decision,
    MeetingKind,
    OrganisationEvent,
    ReportingPoint,
)
from internkontroll.organisation.queries import (
    board_by_code,
    meetings_of_year,
    point_by_name,
    points_of_year,
    subcommittees_of,
)
from internkontroll.organisation.services import (
    add_meetings,
    change_point,
    create_board,
    create_municipality,
    create_subcommittee,
    create_unit,
    open_year,
    record_decision,
)
from internkontroll.trail.queries import history_of, verify_trail
from tests.factories import (
    make_actor,
    make_board,
    make_meeting,
    make_points,
    make_subcommittee,
)

AT = datetime(2020, 1, 15, 11, tzinfo=UTC)
SYSTEM = system_actor("drift")
TWO_DAYS = (date(2020, 1, 15), date(2020, 2, 12))


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def secretary(session: Session, board: Board) -> Actor:
    return make_actor(session, Role.SECRETARY, board)


def events(session: Session, board: Board, kind: str, subject_id: int) -> list[str]:
    return [row.event for row in history_of(session, board.code, kind, subject_id)]


def test_a_municipality_is_set_up_by_the_command_line_with_a_trail(session: Session) -> None:
    create_municipality(session, "Exempelkommunen", actor=SYSTEM, at=AT)
    board = create_board(session, code=" scn", name="Socialnämnden", actor=SYSTEM, at=AT)
    committee = create_subcommittee(
        session,
        board,
        code="IU1",
        name="Individutskott 1",
        reviews_cases=True,
        actor=SYSTEM,
        at=AT,
    )
    unit = create_unit(
        session, board, name="Utredning", valid_from=date(2020, 1, 1), actor=SYSTEM, at=AT
    )

    assert board_by_code(session, "Scn") is board
    assert subcommittees_of(session, board.id) == [committee]
    assert events(session, board, "board", board.id) == [OrganisationEvent.BOARD_CREATED]
    assert events(session, board, "unit", unit.id) == [OrganisationEvent.UNIT_CREATED]
    assert all(verdict.whole for verdict in verify_trail(session))


def test_the_municipality_is_one(session: Session) -> None:
    first = create_municipality(session, "Exempelkommunen", actor=SYSTEM, at=AT)
    assert create_municipality(session, " Exempelkommunen ", actor=SYSTEM, at=AT) is first
    with pytest.raises(Conflict, match="Exempelkommunen"):
        create_municipality(session, "Grannkommunen", actor=SYSTEM, at=AT)


def test_nobody_on_the_screen_sets_up_a_board(session: Session, secretary: Actor) -> None:
    with pytest.raises(NotAllowed):
        create_board(session, code="AMN", name="Nämnden", actor=secretary, at=AT)


def test_a_taken_code_is_refused(session: Session, board: Board) -> None:
    with pytest.raises(InvalidInput, match="SCN är upptagen"):
        create_board(session, code="scn", name="En annan", actor=SYSTEM, at=AT)
    make_subcommittee(session, board)
    with pytest.raises(InvalidInput, match="IU1 är upptagen"):
        create_subcommittee(session, board, code="iu1", name="Ett till", actor=SYSTEM, at=AT)


def test_a_unit_cannot_lie_within_another_boards_unit(session: Session, board: Board) -> None:
    other = make_board(session, "AMN", "Arbetsmarknadsnämnden")
    start = date(2020, 1, 1)
    parent = create_unit(session, other, name="Stab", valid_from=start, actor=SYSTEM, at=AT)
    with pytest.raises(InvalidInput, match="annan nämnd"):
        create_unit(
            session, board, name="Enhet", valid_from=start, parent=parent, actor=SYSTEM, at=AT
        )


def test_opening_a_year_gives_the_points_and_a_trail_row(
    session: Session, board: Board, secretary: Actor
) -> None:
    points = open_year(session, board, 2020, actor=secretary, at=AT)

    assert [point.name for point in points] == ["april", "augusti", "årsbokslut"]
    assert points_of_year(session, board.id, 2020) == points
    assert point_by_name(session, board.id, 2020, "årsbokslut") is points[2]
    assert point_by_name(session, board.id, 2021, "årsbokslut") is None
    assert events(session, board, "board", board.id) == [OrganisationEvent.YEAR_OPENED]


def test_opening_a_year_again_keeps_what_was_changed(
    session: Session, board: Board, secretary: Actor
) -> None:
    april = open_year(session, board, 2020, actor=secretary, at=AT)[0]
    april.cut_off = date(2020, 5, 25)
    again = open_year(session, board, 2020, actor=secretary, at=AT)

    assert again[0].cut_off == date(2020, 5, 25)
    assert len(again) == 3
    assert len(events(session, board, "board", board.id)) == 1


def test_each_year_and_each_board_has_its_own_points(session: Session, board: Board) -> None:
    other = make_board(session, "AMN", "Arbetsmarknadsnämnden")
    for where, year in ((board, 2020), (board, 2021), (other, 2020)):
        open_year(session, where, year, actor=SYSTEM, at=AT)
    assert session.scalar(sa.select(sa.func.count()).select_from(ReportingPoint)) == 9
    assert len(points_of_year(session, board.id, 2020)) == 3


@pytest.mark.parametrize("role", [Role.READER, Role.MEMBER, Role.RESPONSIBLE, Role.ADMINISTRATOR])
def test_a_role_without_the_permission_neither_opens_nor_adds(
    session: Session, board: Board, role: Role
) -> None:
    actor = make_actor(session, role, board)
    with pytest.raises(NotAllowed):
        open_year(session, board, 2020, actor=actor, at=AT)
    with pytest.raises(NotAllowed):
        add_meetings(session, board, None, TWO_DAYS, actor=actor, at=AT)
    (april, *_) = make_points(session, board)
    with pytest.raises(NotAllowed):
        change(session, board, april, actor)


def test_another_boards_secretary_does_not_open_the_year(session: Session, board: Board) -> None:
    other = make_board(session, "AMN", "Arbetsmarknadsnämnden")
    stranger = make_actor(session, Role.SECRETARY, other)
    with pytest.raises(NotAllowed):
        open_year(session, board, 2020, actor=stranger, at=AT)


def change(
    session: Session,
    board: Board,
    point: ReportingPoint,
    actor: Actor,
    *,
    cut_off: date = date(2020, 5, 25),
    row_version: int = 1,
) -> ReportingPoint:
    return change_point(
        session,
        board,
        point,
        cut_off=cut_off,
        board_on=date(2020, 6, 3),
        executive_on=None,
        row_version=row_version,
        actor=actor,
        at=AT,
    )


def test_changed_days_are_traced_as_old_and_new(
    session: Session, board: Board, secretary: Actor
) -> None:
    (april, *_) = make_points(session, board)
    change(session, board, april, secretary)

    (row,) = history_of(session, board.code, "reporting-point", april.id)
    assert row.data["cut_off"] == {"old": "2020-05-21", "new": "2020-05-25"}
    assert row.data["board_on"] == {"old": "2020-05-28", "new": "2020-06-03"}
    assert "executive_on" not in row.data
    assert (april.cut_off, april.row_version) == (date(2020, 5, 25), 2)


def test_the_second_of_two_who_change_the_same_days_is_told(
    session: Session, board: Board, secretary: Actor
) -> None:
    (april, *_) = make_points(session, board)
    change(session, board, april, secretary)
    with pytest.raises(Conflict, match="Jämför"):
        change(session, board, april, secretary, cut_off=date(2020, 5, 26))
    assert april.cut_off == date(2020, 5, 25)


def test_the_same_days_again_leave_no_trail(
    session: Session, board: Board, secretary: Actor
) -> None:
    (april, *_) = make_points(session, board)
    change(session, board, april, secretary)
    change(session, board, april, secretary, row_version=2)
    assert april.row_version == 2
    assert len(history_of(session, board.code, "reporting-point", april.id)) == 1


def test_days_that_cannot_be_are_refused_and_nothing_changes(
    session: Session, board: Board, secretary: Actor
) -> None:
    (april, *_) = make_points(session, board)
    with pytest.raises(InvalidInput):
        change(session, board, april, secretary, cut_off=date(2020, 4, 29))
    assert (april.cut_off, april.row_version) == (date(2020, 5, 21), 1)


@pytest.mark.parametrize("of_board", [False, True])
def test_adding_the_same_days_twice_changes_nothing(
    session: Session, board: Board, secretary: Actor, of_board: bool
) -> None:
    committee = None if of_board else make_subcommittee(session, board)

    def add(days: tuple[date, ...]) -> tuple[int, int]:
        result = add_meetings(session, board, committee, days, actor=secretary, at=AT, year=2020)
        return len(result.added), len(result.known)

    assert add(TWO_DAYS) == (2, 0)
    assert add(TWO_DAYS) == (0, 2)
    assert add((*TWO_DAYS, date(2020, 3, 11))) == (1, 2)
    assert [row.held_on for row in meetings_of_year(session, board.id, 2020)] == [
        *TWO_DAYS,
        date(2020, 3, 11),
    ]
    assert len(events(session, board, "board", board.id)) == 2


def test_the_same_day_in_two_committees_is_two_meetings(
    session: Session, board: Board, secretary: Actor
) -> None:
    for code in ("IU1", "IU2"):
        committee = make_subcommittee(session, board, code, f"Individutskott {code[-1]}")
        add_meetings(session, board, committee, TWO_DAYS, actor=secretary, at=AT)
    add_meetings(session, board, None, TWO_DAYS, actor=secretary, at=AT)
    assert len(meetings_of_year(session, board.id, 2020)) == 6


def test_an_extra_meeting_may_be_held_on_the_day_of_an_ordinary(
    session: Session, board: Board, secretary: Actor
) -> None:
    add_meetings(session, board, None, TWO_DAYS, actor=secretary, at=AT)
    result = add_meetings(
        session, board, None, TWO_DAYS, kind=MeetingKind.EXTRA, actor=secretary, at=AT
    )
    assert len(result.added) == 2


def test_one_day_outside_the_year_and_none_is_added(
    session: Session, board: Board, secretary: Actor
) -> None:
    with pytest.raises(InvalidInput, match="12 januari 2021"):
        add_meetings(
            session,
            board,
            None,
            (*TWO_DAYS, date(2021, 1, 12)),
            actor=secretary,
            at=AT,
            year=2020,
        )
    assert meetings_of_year(session, board.id, 2020) == []


def test_another_boards_committee_is_refused(
    session: Session, board: Board, secretary: Actor
) -> None:
    other = make_board(session, "AMN", "Arbetsmarknadsnämnden")
    committee = make_subcommittee(session, other)
    with pytest.raises(InvalidInput, match="annan nämnd"):
        add_meetings(session, board, committee, TWO_DAYS, actor=secretary, at=AT)


def test_a_year_shows_only_its_own_meetings(session: Session, board: Board) -> None:
    for day in (date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1)):
        make_meeting(session, board, held_on=day)
    assert [row.held_on for row in meetings_of_year(session, board.id, 2020)] == [
        date(2020, 1, 1),
        date(2020, 12, 31),
    ]


@pytest.mark.parametrize("of_board", [False, True])
def test_the_database_itself_refuses_the_same_meeting_twice(
    session: Session, board: Board, of_board: bool
) -> None:
    committee = None if of_board else make_subcommittee(session, board)
    make_meeting(session, board, committee)
    with pytest.raises(sa.exc.IntegrityError):
        make_meeting(session, board, committee)


def test_a_decision_is_kept_as_it_was_written(session: Session, board: Board) -> None:
    decision = record_decision(
        session,
        board,
        body=" Socialnämnden ",
        decided_on=date(2019, 12, 18),
        paragraph="§ 187",
        registry_number="SCN-2019-0598",
        at=AT,
    )
    kept = session.get_one(Decision, decision.id)
    assert (kept.body, kept.paragraph, kept.verified_on) == ("Socialnämnden", "§ 187", None)
    assert kept.recorded_at == AT


def test_a_decision_of_tomorrow_is_refused(session: Session, board: Board) -> None:
    with pytest.raises(InvalidInput, match="inte varit"):
        record_decision(
            session,
            board,
            body="Socialnämnden",
            decided_on=date(2020, 1, 16),
            paragraph="1",
            registry_number="1",
            at=AT,
        )
    assert session.scalar(sa.select(sa.func.count()).select_from(Decision)) == 0
