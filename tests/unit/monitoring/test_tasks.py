"""Who has which task, and by when, told from plain facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from internkontroll.core.access import Actor, Grant, Role
from internkontroll.monitoring.rules import Fact, Kind, Person, Source, Task, tasks, tasks_of
from internkontroll.monitoring.words import EMPTY, first_line, told

ON = date(2020, 4, 12)
BOARD, OTHER_BOARD, IU1, IU2, ME, SOMEBODY = 1, 2, 11, 12, 5, 6


def person(role: Role, *, board: int | None = BOARD, committee: int | None = None) -> Person:
    return Person(Actor(ME, "Provaren", (Grant(role, board, committee),)), ON)


def kinds(fact: Fact, who: Person) -> list[Kind]:
    return [task.kind for task in tasks_of(fact, who)]


CONTROL = Fact(
    Source.OCCURRENCE,
    7,
    "Attest finns",
    board_id=BOARD,
    due_on=ON + timedelta(days=3),
    number=4,
    person_id=ME,
    state="list",
)
MEETING_CONTROL = replace(CONTROL, person_id=None, subcommittee_id=IU1)
FINDING = Fact(
    Source.FINDING,
    3,
    "Skälen saknas.",
    board_id=BOARD,
    number=1,
    year=2020,
    person_id=SOMEBODY,
    moment=datetime(2020, 4, 1, 8, tzinfo=UTC),
)
ACTION = Fact(
    Source.ACTION,
    9,
    "Ändra mallen",
    board_id=BOARD,
    number=1,
    year=2020,
    due_on=ON - timedelta(days=2),
    person_id=SOMEBODY,
    state="planned",
)
REPORT = Fact(
    Source.REPORT,
    2,
    "april",
    board_id=BOARD,
    year=2020,
    due_on=date(2020, 5, 20),
    done_on=date(2020, 4, 30),
)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("list", Kind.LOAD_LIST),
        ("freeze", Kind.FREEZE_LIST),
        ("commit", Kind.COMMIT_DRAW),
        ("draw", Kind.DRAW),
        ("review", Kind.REVIEW),
        ("do", Kind.DO_CONTROL),
    ],
)
def test_the_responsible_is_told_the_next_step(state: str, kind: Kind) -> None:
    fact = replace(CONTROL, state=state)
    assert kinds(fact, person(Role.RESPONSIBLE)) == [kind]
    assert kinds(replace(fact, person_id=SOMEBODY), person(Role.RESPONSIBLE)) == []


def test_a_committee_has_its_own_controls_and_no_other() -> None:
    assert kinds(MEETING_CONTROL, person(Role.MEMBER, committee=IU1)) == [Kind.LOAD_LIST]
    assert kinds(MEETING_CONTROL, person(Role.MEMBER, committee=IU2)) == []
    assert kinds(MEETING_CONTROL, person(Role.SECRETARY)) == []
    assert kinds(MEETING_CONTROL, person(Role.UNIT_MANAGER)) == [Kind.LOAD_LIST]
    drawn = replace(MEETING_CONTROL, state="review")
    assert kinds(drawn, person(Role.UNIT_MANAGER)) == []


def test_a_controller_watches_only_what_is_late() -> None:
    mine = person(Role.CONTROLLER)
    others = replace(CONTROL, person_id=SOMEBODY)
    assert kinds(others, mine) == []
    assert kinds(replace(others, due_on=ON - timedelta(days=1)), mine) == [Kind.WATCH_OCCURRENCE]
    assert kinds(ACTION, mine) == [Kind.WATCH_ACTION]
    assert kinds(replace(ACTION, due_on=ON), mine) == []
    assert kinds(replace(ACTION, person_id=ME), mine) == [Kind.DO_ACTION]


def test_a_signature_waits_for_another_than_the_tester() -> None:
    fact = replace(CONTROL, state="signature", person_id=SOMEBODY)
    for role in (Role.REVIEWER, Role.CHAIR, Role.CONTROLLER):
        assert kinds(fact, person(role)) == [Kind.SIGN]
        assert kinds(replace(fact, part=True), person(role)) == []
    assert kinds(replace(fact, person_id=ME), person(Role.RESPONSIBLE)) == []
    assert kinds(replace(fact, subcommittee_id=IU1), person(Role.CHAIR, committee=IU2)) == []


def test_nothing_waits_in_another_board() -> None:
    for fact in (CONTROL, FINDING, ACTION, REPORT):
        there = replace(fact, board_id=OTHER_BOARD, person_id=SOMEBODY)
        for role in Role:
            assert kinds(there, person(role)) == []


def test_a_role_that_has_ended_has_no_tasks() -> None:
    ended = Grant(Role.CONTROLLER, BOARD, valid_to=ON - timedelta(days=1))
    assert kinds(ACTION, Person(Actor(ME, "Provaren", (ended,)), ON)) == []


def test_a_finding_goes_from_hand_to_hand() -> None:
    controller, reviewer = person(Role.CONTROLLER), person(Role.REVIEWER)
    [task] = tasks_of(FINDING, controller)
    assert (task.kind, task.due_on) == (Kind.CORRECT, date(2020, 4, 15))
    assert kinds(FINDING, person(Role.UNIT_MANAGER)) == [Kind.CORRECT]
    corrected = replace(FINDING, settled=True)
    [task] = tasks_of(corrected, controller)
    assert (task.kind, task.due_on) == (Kind.ADD_ACTION, date(2020, 5, 1))
    assert kinds(corrected, person(Role.UNIT_MANAGER)) == []
    assert kinds(replace(corrected, person_id=ME), person(Role.RESPONSIBLE)) == [Kind.ADD_ACTION]
    assert kinds(replace(corrected, open_count=1), controller) == []
    done = replace(corrected, done_on=date(2020, 4, 10))
    assert kinds(done, controller) == [Kind.CHOOSE_RETEST]
    waiting = replace(done, state="performed")
    assert kinds(waiting, controller) == kinds(waiting, reviewer) == []
    signed = replace(done, state="approved", second=datetime(2020, 4, 11, 8, tzinfo=UTC))
    assert kinds(signed, reviewer) == [Kind.CLOSE_FINDING]
    assert kinds(replace(signed, part=True), reviewer) == []


def test_a_report_is_written_assessed_and_registered_by_different_people() -> None:
    assert kinds(REPORT, person(Role.CONTROLLER)) == [Kind.WRITE_REPORT]
    assert kinds(REPORT, person(Role.DIRECTOR)) == [Kind.ASSESS]
    assert kinds(replace(REPORT, settled=True), person(Role.DIRECTOR)) == []
    assert kinds(REPORT, person(Role.SECRETARY)) == [Kind.REGISTER_REPORT]
    [task] = tasks_of(REPORT, person(Role.SECRETARY))
    words = told(task, ON)
    assert words.detail == "Väntar på att perioden tar slut 30 april 2020"
    assert "Väntar" not in told(task, date(2020, 5, 2)).detail


def test_minutes_are_expected_two_weeks_after_the_decision() -> None:
    fact = Fact(
        Source.PLAN_MINUTES, 1, "187", board_id=BOARD, year=2020, done_on=date(2019, 12, 18)
    )
    [task] = tasks_of(fact, person(Role.SECRETARY))
    assert task.due_on == date(2020, 1, 1)
    assert told(task, ON).detail == "§\N{NO-BREAK SPACE}187, 18 december 2019"
    assert kinds(fact, person(Role.CONTROLLER)) == []


def test_only_the_administrator_minds_roles_and_jobs() -> None:
    ends = Fact(Source.ROLE_ENDS, 4, "Granskare", due_on=ON + timedelta(days=5), state="reviewer")
    job = Fact(Source.JOB, 4, "trail:verify", moment=datetime(2020, 4, 12, 3, tzinfo=UTC))
    assert kinds(ends, person(Role.ADMINISTRATOR, board=None)) == [Kind.RENEW_ROLE]
    assert kinds(job, person(Role.ADMINISTRATOR, board=None)) == [Kind.SEE_JOB]
    assert kinds(ends, person(Role.CONTROLLER)) == kinds(job, person(Role.CONTROLLER)) == []


def test_a_role_that_waits_is_for_another_than_whoever_proposed_it() -> None:
    of_board = Fact(Source.ROLE_WAITS, 7, "Konto", board_id=BOARD, state="reviewer")
    of_all = replace(of_board, board_id=None)
    administrator = person(Role.ADMINISTRATOR, board=None)
    assert kinds(of_board, person(Role.CONTROLLER)) == [Kind.SETTLE_ROLE]
    assert kinds(of_all, administrator) == [Kind.SETTLE_ROLE]
    assert kinds(of_all, person(Role.CONTROLLER)) == kinds(of_board, person(Role.SECRETARY)) == []
    assert kinds(replace(of_all, part=True), administrator) == []
    [task] = tasks_of(of_board, person(Role.CONTROLLER))
    assert told(task, ON).title == "Ta ställning till en föreslagen roll för Konto"


def test_the_months_readings_are_the_units_managers_and_the_controllers_when_late() -> None:
    drawn = datetime(2020, 4, 2, 4, tzinfo=UTC)
    fact = Fact(
        Source.READINGS,
        7,
        "",
        board_id=BOARD,
        number=3,
        moment=drawn,
        done_on=date(2020, 3, 1),
        open_count=2,
    )

    def manager(unit_id: int | None) -> Person:
        grant = Grant(Role.UNIT_MANAGER, BOARD, unit_id=unit_id)
        return Person(Actor(1, "Enhetschef", (grant,)), ON)

    asked = [Kind.FOLLOW_UP_READINGS]
    assert kinds(fact, manager(3)) == kinds(fact, manager(None)) == asked
    assert kinds(fact, manager(4)) == kinds(replace(fact, part=True), manager(3)) == []
    assert kinds(fact, person(Role.CONTROLLER)) == []
    assert kinds(replace(fact, number=None), person(Role.CONTROLLER)) == asked
    late = replace(fact, moment=datetime(2020, 3, 2, tzinfo=UTC))
    assert kinds(late, person(Role.CONTROLLER)) == asked
    [task] = tasks_of(fact, manager(3))
    assert task.due_on == date(2020, 4, 16)
    assert told(task, ON).title == "Logguppföljning för mars 2020"


def test_the_most_delayed_comes_first_and_what_has_no_day_last() -> None:
    undated = replace(
        FINDING,
        settled=True,
        done_on=date(2020, 4, 10),
        state="approved",
        second=datetime(2020, 4, 11, 8, tzinfo=UTC),
    )
    found = tasks([undated, REPORT, ACTION], person(Role.CONTROLLER))
    assert [task.kind for task in found] == [
        Kind.WATCH_ACTION,
        Kind.WRITE_REPORT,
        Kind.CLOSE_FINDING,
    ]
    assert [task.days_late(ON) for task in found] == [2, 0, 0]


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.CONTROLLER])
def test_a_request_waits_for_those_who_may_answer_it_and_soon(role: Role) -> None:
    request = Fact(Source.REQUEST, 8, "april", board_id=BOARD, year=2020, done_on=ON)
    (task,) = tasks_of(request, person(role))
    assert (task.kind, task.due_on) == (Kind.SETTLE_REQUEST, ON + timedelta(days=2))
    assert not kinds(request, person(role, board=OTHER_BOARD))
    assert not kinds(request, person(Role.DIRECTOR))


def test_every_kind_of_task_has_its_words() -> None:
    for kind in Kind:
        fact = Fact(
            Source.PLAN,
            1,
            "april",
            board_id=BOARD,
            where="april",
            number=3,
            year=2020,
            done_on=date(2020, 4, 30),
        )
        words = told(Task(kind, fact, ON), ON)
        assert words.title
        assert words.detail
        assert "None" not in words.title + words.detail


def test_every_role_is_told_why_nothing_waits() -> None:
    assert set(EMPTY) == {None, *Role}


def test_a_long_text_is_shortened_at_a_word() -> None:
    assert first_line("Kort\nandra raden") == "Kort"
    assert first_line("") == ""
    shortened = first_line("ord " * 60, most=20)
    assert shortened == "ord ord ord ord ord …"
