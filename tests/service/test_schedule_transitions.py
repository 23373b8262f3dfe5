"""An occurrence from state to state, with its trail, on both databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.schedule.models import (
    NonPerformance,
    Occurrence,
    OccurrenceEvent,
    OccurrenceState,
)
from internkontroll.schedule.queries import (
    Filters,
    occurrence_select,
    occurrences_select,
    open_tasks,
    standing_non_performance,
)
from internkontroll.schedule.services import (
    mark_approved,
    mark_performed,
    mark_returned,
    mark_started,
    record_not_performed,
    start_occurrence,
    withdraw_not_performed,
)
from internkontroll.trail.queries import history_of
from tests.factories import (
    make_actor,
    make_board,
    make_control,
    make_meeting,
    make_occurrence,
    make_plan,
    make_points,
    make_subcommittee,
    make_user,
)

AT = datetime(2020, 3, 12, 11, tzinfo=UTC)
SYSTEM = system_actor("drift")
REASON = "Systemet byttes i april och loggarna finns inte kvar."


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def responsible(session: Session, board: Board) -> Actor:
    return make_actor(session, Role.RESPONSIBLE, board)


@pytest.fixture
def occurrence(session: Session, board: Board) -> Occurrence:
    (april, *_) = make_points(session, board)
    control = make_control(session, make_plan(session, board, decided=True))
    return make_occurrence(session, control, april, due_on=date(2020, 5, 7))


def committee_occurrence(
    session: Session, board: Board, code: str = "IU1"
) -> tuple[Subcommittee, Occurrence]:
    committee = make_subcommittee(session, board, code, f"Individutskott {code[-1]}")
    plan = make_plan(session, board, year=2020 if code == "IU1" else 2021, decided=True)
    control = make_control(session, plan, frequency=Frequency.PER_MEETING)
    meeting = make_meeting(session, board, committee, date(2020, 3, 12))
    return committee, make_occurrence(session, control, meeting=meeting)


def trail(session: Session, occurrence: Occurrence) -> list[str]:
    rows = history_of(session, "SCN", "occurrence", occurrence.id)
    return [row.event for row in reversed(rows)]


def test_the_whole_way_leaves_one_trail_row_for_each_step(
    session: Session, occurrence: Occurrence, responsible: Actor
) -> None:
    start_occurrence(session, occurrence, actor=responsible, at=AT)
    mark_performed(session, occurrence, actor=responsible, at=AT)
    mark_returned(session, occurrence, actor=SYSTEM, at=AT, reason="Post 2 saknar svar.")
    mark_performed(session, occurrence, actor=responsible, at=AT)
    mark_approved(session, occurrence, actor=SYSTEM, at=AT)

    assert occurrence.state is OccurrenceState.APPROVED
    assert occurrence.row_version == 6
    assert trail(session, occurrence) == [
        OccurrenceEvent.STARTED,
        OccurrenceEvent.SUBMITTED,
        OccurrenceEvent.RETURNED,
        OccurrenceEvent.SUBMITTED,
        OccurrenceEvent.APPROVED,
    ]
    newest, *_ = history_of(session, "SCN", "occurrence", occurrence.id)
    assert newest.data == {"state": {"old": "performed", "new": "approved"}}


def test_starting_what_is_started_has_no_effect(
    session: Session, occurrence: Occurrence, responsible: Actor
) -> None:
    start_occurrence(session, occurrence, actor=responsible, at=AT)
    start_occurrence(session, occurrence, actor=responsible, at=AT)
    assert trail(session, occurrence) == [OccurrenceEvent.STARTED]
    assert occurrence.row_version == 2


Verb = Callable[..., object]

ALLOWED: dict[Verb, set[OccurrenceState]] = {
    mark_started: {OccurrenceState.PLANNED, OccurrenceState.STARTED},
    mark_performed: {OccurrenceState.STARTED},
    mark_returned: {OccurrenceState.PERFORMED},
    mark_approved: {OccurrenceState.PERFORMED},
    record_not_performed: {OccurrenceState.PLANNED, OccurrenceState.STARTED},
}


@pytest.mark.parametrize("state", OccurrenceState)
@pytest.mark.parametrize("verb", ALLOWED)
def test_a_verb_acts_only_from_its_own_states(
    session: Session, occurrence: Occurrence, verb: Verb, state: OccurrenceState
) -> None:
    occurrence.state = state
    if state is OccurrenceState.EXPIRED:
        occurrence.expired_at, occurrence.expired_reason = AT, REASON
    session.flush()
    extra = {"reason": REASON} if verb in (mark_returned, record_not_performed) else {}

    def act() -> None:
        verb(session, occurrence, actor=SYSTEM, at=AT, **extra)

    if state in ALLOWED[verb]:
        act()
        return
    with pytest.raises(InvalidTransition, match="Läs om sidan"):
        act()
    assert occurrence.state is state
    assert trail(session, occurrence) == []


def test_the_slower_of_two_is_told_and_changes_nothing(
    session: Session, occurrence: Occurrence
) -> None:
    session.execute(
        sa.update(Occurrence)
        .values(state=OccurrenceState.NOT_PERFORMED)
        .execution_options(synchronize_session=False)
    )
    assert occurrence.state is OccurrenceState.PLANNED
    with pytest.raises(Conflict, match="Någon annan"):
        mark_started(session, occurrence, actor=SYSTEM, at=AT)
    assert occurrence.state is OccurrenceState.NOT_PERFORMED
    assert trail(session, occurrence) == []


def test_not_performed_keeps_its_reason_and_who_recorded_it(
    session: Session, occurrence: Occurrence, responsible: Actor
) -> None:
    row = record_not_performed(session, occurrence, f"  {REASON}\n", actor=responsible, at=AT)

    assert occurrence.state is OccurrenceState.NOT_PERFORMED
    assert (row.reason, row.recorded_by_id, row.recorded_at) == (REASON, responsible.user_id, AT)
    (traced,) = history_of(session, "SCN", "occurrence", occurrence.id)
    assert traced.reason == REASON


def test_not_performed_twice_is_refused(
    session: Session, occurrence: Occurrence, responsible: Actor
) -> None:
    record_not_performed(session, occurrence, REASON, actor=responsible, at=AT)
    with pytest.raises(InvalidTransition):
        record_not_performed(session, occurrence, REASON, actor=responsible, at=AT)
    assert session.scalar(sa.select(sa.func.count()).select_from(NonPerformance)) == 1


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 2001, "Rör 19811218-9876."])
def test_a_reason_that_cannot_stand_is_refused(
    session: Session, occurrence: Occurrence, responsible: Actor, reason: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        record_not_performed(session, occurrence, reason, actor=responsible, at=AT)
    assert caught.value.field == "reason"
    assert occurrence.state is OccurrenceState.PLANNED


@pytest.mark.parametrize("before", [OccurrenceState.PLANNED, OccurrenceState.STARTED])
def test_taken_back_it_goes_on_where_it_was_and_the_row_still_tells(
    session: Session, occurrence: Occurrence, responsible: Actor, before: OccurrenceState
) -> None:
    occurrence.state = before
    session.flush()
    row = record_not_performed(session, occurrence, REASON, actor=responsible, at=AT)
    later = AT + timedelta(days=3)
    withdraw_not_performed(session, occurrence, actor=responsible, at=later)

    assert occurrence.state is before
    assert (row.recorded_at, row.withdrawn_at) == (AT, later)
    assert standing_non_performance(session, occurrence.id) is None
    assert trail(session, occurrence) == [OccurrenceEvent.NOT_PERFORMED, OccurrenceEvent.RESUMED]

    record_not_performed(session, occurrence, REASON, actor=responsible, at=later)
    assert session.scalar(sa.select(sa.func.count()).select_from(NonPerformance)) == 2


def test_what_is_not_recorded_cannot_be_taken_back(
    session: Session, occurrence: Occurrence, responsible: Actor
) -> None:
    with pytest.raises(InvalidTransition, match="inte anmält"):
        withdraw_not_performed(session, occurrence, actor=responsible, at=AT)


@pytest.mark.parametrize(
    ("role", "performs", "skips"),
    [
        (Role.CONTROLLER, True, True),
        (Role.RESPONSIBLE, True, True),
        (Role.UNIT_MANAGER, True, False),
        (Role.SECRETARY, False, False),
        (Role.REVIEWER, False, False),
        (Role.READER, False, False),
        (Role.ADMINISTRATOR, False, False),
    ],
)
def test_roles_perform_and_skip_as_the_policy_says(
    session: Session,
    board: Board,
    occurrence: Occurrence,
    role: Role,
    performs: bool,
    skips: bool,
) -> None:
    actor = make_actor(session, role, board)

    def allowed(act: Callable[[], object]) -> bool:
        try:
            act()
        except NotAllowed:
            return False
        return True

    assert allowed(lambda: start_occurrence(session, occurrence, actor=actor, at=AT)) is performs
    assert (
        allowed(lambda: record_not_performed(session, occurrence, REASON, actor=actor, at=AT))
        is skips
    )


def test_a_chair_skips_only_the_own_individutskotts(session: Session, board: Board) -> None:
    first, _ = committee_occurrence(session, board, "IU1")
    _, other = committee_occurrence(session, board, "IU2")
    chair = make_actor(session, Role.CHAIR, board, first)
    with pytest.raises(NotAllowed):
        record_not_performed(session, other, REASON, actor=chair, at=AT)
    with pytest.raises(NotAllowed):
        start_occurrence(session, other, actor=chair, at=AT)


def test_another_boards_controller_may_nothing(session: Session, occurrence: Occurrence) -> None:
    stranger = make_actor(session, Role.CONTROLLER, make_board(session, "AMN", "Nämnden"))
    for act in (start_occurrence, withdraw_not_performed):
        with pytest.raises(NotAllowed):
            act(session, occurrence, actor=stranger, at=AT)


def test_an_occurrence_is_found_only_within_its_board_and_ones_own_committees(
    session: Session, board: Board
) -> None:
    committee, occurrence = committee_occurrence(session, board)
    other = make_board(session, "AMN", "Arbetsmarknadsnämnden")

    def found(board_id: int, committees: frozenset[int] | None = None) -> Occurrence | None:
        return session.scalar(occurrence_select(board_id, occurrence.id, committees=committees))

    assert found(board.id) is occurrence
    assert found(board.id, frozenset({committee.id})) is occurrence
    assert found(board.id, frozenset({committee.id + 1})) is None
    assert found(board.id, frozenset()) is None
    assert found(other.id) is None


def test_the_list_is_filtered_as_asked(
    session: Session, board: Board, occurrence: Occurrence
) -> None:
    april = occurrence.reporting_point
    assert april is not None
    plan = occurrence.control.plan
    second = make_occurrence(
        session,
        make_control(session, plan, area="Verksamhetskontroller"),
        april,
        state=OccurrenceState.APPROVED,
        due_on=date(2020, 5, 1),
    )

    def listed(filters: Filters | None = None, **more: bool) -> list[int]:
        select = occurrences_select(board.id, 2020, filters, **more)  # type: ignore[arg-type]
        return [row.id for row in session.scalars(select).unique()]

    assert listed() == [second.id, occurrence.id]
    assert listed(descending=True) == [occurrence.id, second.id]
    assert listed(by_control=True) == [occurrence.id, second.id]
    assert listed(Filters(states=(OccurrenceState.APPROVED,))) == [second.id]
    assert listed(Filters(area="Verksamhetskontroller")) == [second.id]
    assert listed(Filters(control_id=occurrence.control_id)) == [occurrence.id]
    assert listed(Filters(late_on=date(2020, 5, 8))) == [occurrence.id]
    assert listed(Filters(late_on=date(2020, 5, 7))) == []
    assert listed(Filters(subcommittee_id=1)) == []


def test_tasks_are_the_open_ones_of_the_person_the_earliest_first(
    session: Session, board: Board, occurrence: Occurrence
) -> None:
    user = make_user(session, Role.RESPONSIBLE, board)
    occurrence.control.responsible_id = user.id
    committee, of_committee = committee_occurrence(session, board, "IU2")

    both = open_tasks(session, [board.id])
    assert [task.occurrence_id for task in both] == [of_committee.id, occurrence.id]
    assert (both[0].subcommittee_name, both[0].board_code) == (committee.name, "SCN")
    assert (both[1].control_number, both[1].responsible_id) == (1, user.id)

    assert [t.occurrence_id for t in open_tasks(session, [board.id], user.id)] == [occurrence.id]
    own = open_tasks(session, [board.id], committees=frozenset())
    assert [task.occurrence_id for task in own] == [occurrence.id]
    early = open_tasks(session, [board.id], until=date(2020, 3, 12))
    assert [task.occurrence_id for task in early] == [of_committee.id]
    assert len(open_tasks(session, [board.id], limit=1)) == 1
    assert open_tasks(session, [board.id + 1]) == []

    record_not_performed(session, occurrence, REASON, actor=SYSTEM, at=AT)
    assert [t.occurrence_id for t in open_tasks(session, [board.id])] == [of_committee.id]
