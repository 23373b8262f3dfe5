"""Who read what is secret: recorded by list and row, asked for by case, followed up each month."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from internkontroll.accounts.models import RoleGrant, User
from internkontroll.core.access import Actor, Grant, Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, NotAllowed
from internkontroll.monitoring.models import LogFollowUp, LookOutcome
from internkontroll.monitoring.queries import follow_ups_select, readings_by_auditors
from internkontroll.monitoring.rules import Job, Rhythm, draw_of_readings, period_due
from internkontroll.monitoring.services import (
    ask_for_readers,
    draw_readings,
    sign_log_follow_up,
)
from internkontroll.organisation.models import Board, Unit
from internkontroll.sampling.models import SamplingEvent
from internkontroll.trail.models import Reading, TrailPayload, TrailRow
from internkontroll.trail.queries import day_heads, heads_file, verify_trail
from internkontroll.trail.rules import read_heads
from internkontroll.trail.services import ReadRows, record_reading
from tests.factories import (
    make_board,
    make_control,
    make_frozen_list,
    make_occurrence,
    make_plan,
    make_points,
    make_user,
)

AT = datetime(2020, 3, 11, 9, tzinfo=UTC)
NEXT = datetime(2020, 4, 1, 3, tzinfo=UTC)
MARCH = date(2020, 3, 1)
REFERENCES = ("F-1001", "F-1002", "F-1003")


def actor_of(user: User) -> Actor:
    grants = tuple(
        Grant(one.role, one.board_id, one.subcommittee_id, one.unit_id) for one in user.grants
    )
    return Actor(user.id, user.title, grants)


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def controller(session: Session, board: Board) -> Actor:
    return actor_of(make_user(session, Role.CONTROLLER, board))


@pytest.fixture
def list_id(session: Session, board: Board) -> int:
    control = make_control(session, make_plan(session, board))
    occurrence = make_occurrence(session, control, make_points(session, board)[0])
    rows = [(reference, None) for reference in REFERENCES]
    return make_frozen_list(session, occurrence, rows, secret=True).id


def read(
    session: Session,
    list_id: int,
    rows: Sequence[int] | None,
    actor: Actor,
    at: datetime = AT,
) -> None:
    record_reading(
        session,
        ReadRows(list_id, rows),
        chain="SCN",
        actor=actor,
        at=at,
        event=SamplingEvent.REFERENCES_READ,
        subject=("occurrence", 1),
    )


def ask(session: Session, board: Board, reference: str, actor: Actor) -> list[str]:
    found = ask_for_readers(session, board, reference, MARCH, date(2020, 3, 31), actor=actor, at=AT)
    return [row.actor for row in found]


def person(session: Session, board: Board, title: str, role: Role = Role.REVIEWER) -> Actor:
    user = make_user(session, role, board)
    user.title = title
    session.flush()
    return actor_of(user)


def test_who_read_a_case_is_told_and_who_read_another_is_not(
    session: Session, board: Board, controller: Actor, list_id: int
) -> None:
    read(session, list_id, [1], person(session, board, "Ettan"))
    read(session, list_id, [2, 3], person(session, board, "Tvåan"))
    read(session, list_id, None, person(session, board, "Alla"))

    assert ask(session, board, "F-1001", controller) == ["Alla", "Ettan"]
    assert ask(session, board, " f 1003", controller) == ["Alla", "Tvåan"]
    assert ask(session, board, "F-9999", controller) == []


def test_only_the_asked_days_are_told(
    session: Session, board: Board, controller: Actor, list_id: int
) -> None:
    reader = person(session, board, "Ettan")
    # Midnight in Sweden is 22 or 23 o'clock in UTC.
    inside = (datetime(2020, 2, 29, 23, tzinfo=UTC), datetime(2020, 3, 31, 21, 59, tzinfo=UTC))
    outside = (datetime(2020, 2, 29, 22, 59, tzinfo=UTC), datetime(2020, 3, 31, 22, tzinfo=UTC))
    for at in inside + outside:
        read(session, list_id, [1], reader, at)

    found = ask_for_readers(
        session, board, "F-1001", MARCH, date(2020, 3, 31), actor=controller, at=AT
    )

    assert [row.at for row in found] == [inside[1], inside[0]]


def test_the_question_is_recorded_without_the_reference(
    session: Session, board: Board, controller: Actor, list_id: int
) -> None:
    ask(session, board, "F-1001", controller)

    row = session.scalars(sa.select(TrailRow).order_by(TrailRow.seq.desc())).first()
    assert row is not None
    assert row.event == "reading:searched"
    assert "F-1001" not in str(session.scalars(sa.select(TrailPayload.body)).all())


@pytest.mark.parametrize(
    "role", [Role.REVIEWER, Role.UNIT_MANAGER, Role.AUDITOR, Role.SECRETARY, Role.ADMINISTRATOR]
)
def test_others_do_not_ask_who_has_read(session: Session, board: Board, role: Role) -> None:
    where = None if role is Role.ADMINISTRATOR else board
    with pytest.raises(NotAllowed):
        ask(session, board, "F-1001", actor_of(make_user(session, role, where)))


def test_days_in_the_wrong_order_are_refused(
    session: Session, board: Board, controller: Actor
) -> None:
    with pytest.raises(InvalidInput, match="före den första"):
        ask_for_readers(session, board, "F-1001", date(2020, 3, 2), MARCH, actor=controller, at=AT)


def test_what_an_auditor_reads_is_recorded_and_not_shown_to_the_board(
    session: Session, board: Board, controller: Actor, list_id: int
) -> None:
    auditor = person(session, board, "Revisor", Role.AUDITOR)
    read(session, list_id, [1], auditor)

    assert ask(session, board, "F-1001", controller) == []
    assert draw_readings(session, MARCH, actor=system_actor("jobb"), at=NEXT) == 0
    assert [row.actor for row in readings_by_auditors(session, "SCN")] == ["Revisor"]
    chains = session.execute(sa.select(TrailRow.chain, TrailRow.event)).all()
    assert ("revision", "sample:references-read") in chains
    assert ("SCN", "sample:references-read") not in chains
    assert all(verdict.whole for verdict in verify_trail(session))


def test_the_index_says_what_the_chain_binds(session: Session, board: Board, list_id: int) -> None:
    read(session, list_id, [3, 1, 3], person(session, board, "Ettan"))

    found = session.scalars(sa.select(Reading)).one()
    payload = session.get_one(TrailPayload, found.row_id)
    assert (found.rows, found.whole) == ([1, 3], False)
    assert payload.body["data"]["rows"] == [1, 3]
    assert payload.body["data"]["list"] == found.list_id


@pytest.mark.parametrize("statement", ["UPDATE reading SET actor = 'x'", "DELETE FROM reading"])
def test_the_database_refuses_to_change_a_reading(
    session: Session, board: Board, list_id: int, statement: str
) -> None:
    read(session, list_id, [1], person(session, board, "Ettan"))
    session.commit()

    with pytest.raises(DatabaseError):
        session.execute(sa.text(statement))


def unit(session: Session, board: Board, name: str) -> Unit:
    made = Unit(board_id=board.id, name=name, valid_from=date(2015, 1, 1))
    session.add(made)
    session.flush()
    return made


def in_unit(session: Session, board: Board, where: Unit, role: Role, title: str) -> Actor:
    user = make_user(session, role, board)
    user.title = title
    session.execute(
        sa.update(RoleGrant).where(RoleGrant.user_id == user.id).values(unit_id=where.id)
    )
    session.refresh(user)
    session.expire(user, ["grants"])
    return actor_of(user)


def drawn(session: Session) -> Sequence[LogFollowUp]:
    return session.scalars(sa.select(LogFollowUp).order_by(LogFollowUp.unit_id)).all()


def test_each_units_readings_of_the_month_are_drawn_once(
    session: Session, board: Board, list_id: int
) -> None:
    one, other = unit(session, board, "Barn"), unit(session, board, "Vuxna")
    first = in_unit(session, board, one, Role.RESPONSIBLE, "Ettan")
    second = in_unit(session, board, other, Role.RESPONSIBLE, "Tvåan")
    for number in range(9):
        read(session, list_id, [1], first, AT + timedelta(minutes=number))
    read(session, list_id, [2], second)
    read(session, list_id, [2], second, AT + timedelta(days=40))
    actor = system_actor("jobb")

    assert draw_readings(session, MARCH, actor=actor, at=NEXT) == 2
    assert draw_readings(session, MARCH, actor=actor, at=NEXT) == 0

    rows = {row.unit_id: row for row in drawn(session)}
    assert (rows[one.id].size, rows[one.id].n) == (9, 5)
    assert (rows[other.id].size, rows[other.id].n) == (1, 1)
    assert {item.reading.actor for item in rows[one.id].items} == {"Ettan"}


def test_anybody_with_seed_and_frame_draws_the_same(
    session: Session, board: Board, list_id: int
) -> None:
    reader = person(session, board, "Ettan")
    for number in range(8):
        read(session, list_id, [1], reader, AT + timedelta(minutes=number))
    draw_readings(session, MARCH, actor=system_actor("jobb"), at=NEXT)
    [made] = drawn(session)
    frame = session.scalars(sa.select(Reading.row_id)).all()

    seed, digest, chosen = draw_of_readings(frame, 5, made.seed)

    assert (seed, digest) == (made.seed, made.frame_sha256)
    assert chosen == [item.reading_id for item in made.items]
    assert draw_of_readings(frame, 5, "1" + made.seed)[2] != chosen


def follow_up(session: Session, board: Board, list_id: int, where: Unit) -> LogFollowUp:
    reader = in_unit(session, board, where, Role.RESPONSIBLE, "Ettan")
    read(session, list_id, [1], reader)
    read(session, list_id, [2], reader, AT + timedelta(minutes=1))
    draw_readings(session, MARCH, actor=system_actor("jobb"), at=NEXT)
    return drawn(session)[0]


GOOD = {1: (LookOutcome.IN_ORDER, ""), 2: (LookOutcome.IN_ORDER, "")}


def test_the_units_manager_signs_and_no_other_units(
    session: Session, board: Board, list_id: int
) -> None:
    own, other = unit(session, board, "Barn"), unit(session, board, "Vuxna")
    made = follow_up(session, board, list_id, own)
    stranger = in_unit(session, board, other, Role.UNIT_MANAGER, "Annan chef")
    with pytest.raises(NotAllowed, match="annan enhet"):
        sign_log_follow_up(session, made, GOOD, actor=stranger, at=NEXT)

    manager = in_unit(session, board, own, Role.UNIT_MANAGER, "Chef")
    sign_log_follow_up(session, made, GOOD, actor=manager, at=NEXT)

    assert made.signed_by_id == manager.user_id
    with pytest.raises(Conflict, match="redan underskriven"):
        sign_log_follow_up(session, made, GOOD, actor=manager, at=NEXT)
    assert not session.scalars(follow_ups_select(board.id, frozenset({other.id}))).all()


def test_nobody_signs_their_own_log(session: Session, board: Board, list_id: int) -> None:
    own = unit(session, board, "Barn")
    manager = in_unit(session, board, own, Role.UNIT_MANAGER, "Chef")
    read(session, list_id, [1], manager)
    made = follow_up(session, board, list_id, own)
    answers = {item.position: (LookOutcome.IN_ORDER, "") for item in made.items}

    with pytest.raises(NotAllowed, match="din egen"):
        sign_log_follow_up(session, made, answers, actor=manager, at=NEXT)
    assert made.signed_at is None


@pytest.mark.parametrize(
    ("looks", "sentence"),
    [
        ({1: (LookOutcome.IN_ORDER, "")}, "Läsning 2 saknar svar"),
        ({**GOOD, 2: (LookOutcome.TO_BE_EXAMINED, " ")}, "vad som behöver utredas"),
        ({**GOOD, 1: (LookOutcome.IN_ORDER, "Se F-1001.")}, "löpnumret"),
    ],
)
def test_a_follow_up_that_is_not_whole_is_refused(
    session: Session,
    board: Board,
    controller: Actor,
    list_id: int,
    looks: dict[int, tuple[LookOutcome, str]],
    sentence: str,
) -> None:
    made = follow_up(session, board, list_id, unit(session, board, "Barn"))

    with pytest.raises(InvalidInput, match=sentence):
        sign_log_follow_up(session, made, looks, actor=controller, at=NEXT)
    assert made.signed_at is None


def test_the_monthly_job_is_due_for_the_month_before() -> None:
    job = Job("readings:draw", Rhythm.MONTHLY, "x")

    assert period_due(job, datetime(2020, 1, 1, 3, tzinfo=UTC)) == "2019-12"
    assert period_due(job, datetime(2020, 1, 31, 12, tzinfo=UTC)) == "2019-12"
    assert period_due(job, datetime(2020, 2, 1, 1, tzinfo=UTC)) is None
    assert period_due(job, datetime(2020, 2, 1, 4, tzinfo=UTC)) == "2020-01"


def test_a_chain_is_checked_against_the_heads_of_each_day(
    session: Session, board: Board, list_id: int
) -> None:
    reader = person(session, board, "Ettan")
    read(session, list_id, [1], reader)
    read(session, list_id, [1], reader, AT + timedelta(hours=1))
    read(session, list_id, [1], reader, AT + timedelta(days=1))

    rows = day_heads(session, date(2020, 3, 1))

    assert [(row.chain, row.day.day, row.seq) for row in rows] == [("SCN", 12, 3), ("SCN", 11, 2)]
    kept = read_heads(heads_file(rows, AT))
    assert all(verdict.whole for verdict in verify_trail(session, kept))
    [verdict] = verify_trail(session, [*kept, type(kept[0])("SCN", 4, "0" * 64)])
    assert verdict.broken_at == 4
