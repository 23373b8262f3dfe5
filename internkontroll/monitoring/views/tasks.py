"""Mina uppgifter på skärmen: the tasks in words, and the way to each of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.clock import start_of_day
from internkontroll.core.words import StateWord
from internkontroll.monitoring.queries import (
    Decided,
    OverseenBoard,
    ReadingCount,
    boards_of,
    decided_lately,
    facts_for,
    overseen_boards,
    secret_readings,
)
from internkontroll.monitoring.rules import Fact, Kind, Person, Task, tasks
from internkontroll.monitoring.words import EMPTY, Emptiness, told
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import points_of_year
from internkontroll.plan.queries import plan_lines
from internkontroll.schedule.words import late_word, left_words
from internkontroll.web.board_line import LineStep, board_line, plan_of
from internkontroll.web.filters import has_endpoint, swedish_date

MOST = 30
"""How many tasks the page shows; the lists behind it show the rest."""

READS_DECISIONS = frozenset({Role.AUDITOR, Role.READER, Role.DIRECTOR})
LATELY = timedelta(days=180)
READINGS_FOR = timedelta(days=30)


@dataclass(frozen=True)
class TaskRow:
    """One row of the list, in words."""

    due: str
    late: StateWord | None
    left: str
    title: str
    detail: str
    url: str | None
    state: StateWord | None


@dataclass(frozen=True)
class StartPage:
    """What the start page shows; ``more`` are the tasks beyond those that have rows."""

    rows: Sequence[TaskRow]
    late: int
    more: int
    boards: Sequence[Board]
    empty: Emptiness
    line: Sequence[LineStep]
    """The year of the person's board, where there is just one."""
    decided: Sequence[Decided] | None
    overseen: Sequence[OverseenBoard]
    readings: Sequence[ReadingCount] | None
    runs_the_program: bool


def _of(name: str, *more: str) -> Callable[[Fact], tuple[str, dict[str, Any]]]:
    return lambda fact: (name, {**dict.fromkeys(more, fact.subject_id)})


def _report(fact: Fact) -> tuple[str, dict[str, Any]]:
    return "reporting.show", {"year": fact.year, "point": fact.where or fact.text}


def _way_of_report(fact: Fact) -> tuple[str, dict[str, Any]]:
    return "reporting.treatment", _report(fact)[1]


_OCCURRENCE = _of("schedule.show", "occurrence_id")
_FINDING = _of("findings.show", "finding_id")
_ACTION = _of("findings.action", "action_id")
_PLAN = _of("plan.show", "plan_id")

_WAYS: Mapping[Kind, Callable[[Fact], tuple[str, dict[str, Any]]]] = {
    Kind.PREPARE_PLAN: _PLAN,
    Kind.REGISTER_PLAN: _PLAN,
    Kind.VERIFY_PLAN: _PLAN,
    Kind.APPOINT: _of("plan.appoint", "plan_id"),
    Kind.LOAD_LIST: _OCCURRENCE,
    Kind.FREEZE_LIST: _OCCURRENCE,
    Kind.COMMIT_DRAW: _OCCURRENCE,
    Kind.DRAW: _OCCURRENCE,
    Kind.REVIEW: _OCCURRENCE,
    Kind.DO_CONTROL: _OCCURRENCE,
    Kind.SIGN: _of("review.conclusion", "occurrence_id"),
    Kind.READ_AGAIN: _of("review.second", "occurrence_id"),
    Kind.WATCH_OCCURRENCE: _OCCURRENCE,
    Kind.WRITE_REPORT: _report,
    Kind.ASSESS: _report,
    Kind.REGISTER_REPORT: _report,
    Kind.VERIFY_REPORT: _way_of_report,
    Kind.APPROVE_REPORT: lambda fact: ("reporting.xray", _report(fact)[1]),
    Kind.SEND_REPORT: _way_of_report,
    Kind.FINISH_CORRECTION: lambda fact: ("reporting.correction", _report(fact)[1]),
    Kind.READ_CORRECTION: lambda fact: ("reporting.correction", _report(fact)[1]),
    Kind.RECEIVE_REPORT: lambda fact: (
        "reporting.treatment",
        {**_report(fact)[1], "_anchor": "kommunstyrelsen"},
    ),
    Kind.ASSESS_OVERSIGHT: lambda fact: ("oversight.assess", _report(fact)[1]),
    Kind.DECIDE_OVERSIGHT: lambda fact: ("oversight.decide", _report(fact)[1]),
    Kind.SETTLE_REQUEST: lambda fact: (
        "reporting.public_version",
        {**_report(fact)[1], "public_id": fact.subject_id},
    ),
    Kind.REPORT_BACK: _of("reporting.assignment", "assignment_id"),
    Kind.CORRECT: _FINDING,
    Kind.ADD_ACTION: _FINDING,
    Kind.CHOOSE_RETEST: _FINDING,
    Kind.CLOSE_FINDING: _FINDING,
    Kind.DO_ACTION: _ACTION,
    Kind.WATCH_ACTION: _ACTION,
    Kind.ENTER_MEETINGS: lambda fact: (
        "organisation.meetings",
        {"year": fact.year, "subcommittee_id": fact.subject_id},
    ),
    Kind.SETTLE_ROLE: lambda fact: (
        "accounts.proposal" if fact.board_id is None else "roles.proposal",
        {"proposal_id": fact.subject_id},
    ),
    Kind.FOLLOW_UP_READINGS: _of("monitoring.log_follow_up", "follow_up_id"),
    Kind.RENEW_ROLE: _of("accounts.show", "user_id"),
    Kind.SEE_JOB: _of("monitoring.jobs"),
}
"""Where each task is done."""


def _url(task: Task, boards: Mapping[int, Board]) -> str | None:
    endpoint, values = _WAYS[task.kind](task.fact)
    if not has_endpoint(endpoint):
        return None
    if task.fact.board_id is not None:
        values = {**values, "board_code": boards[task.fact.board_id].code.lower()}
    return url_for(endpoint, **values)


def _row(task: Task, boards: Mapping[int, Board], on: date) -> TaskRow:
    words = told(task, on)
    board = boards.get(task.fact.board_id) if task.fact.board_id is not None else None
    where = [board.name] if board else []
    if task.fact.where and task.fact.subcommittee_id is not None:
        where.append(task.fact.where)
    days = None if task.due_on is None else (task.due_on - on).days
    return TaskRow(
        due="När du kan" if task.due_on is None else swedish_date(task.due_on),
        late=late_word(task.days_late(on)),
        left="" if days is None else left_words(days) or "",
        title=words.title,
        detail=". ".join([", ".join(where), words.detail] if where else [words.detail]),
        url=_url(task, boards),
        state=words.state,
    )


def _line(session: Session, board: Board, on: date) -> Sequence[LineStep]:
    """This year's line; where the board has no plan for this year, its latest plan's."""
    lines = plan_lines(session, board.id)
    years = {line.year for line in lines}
    year = on.year if on.year in years or not years else max(years)
    points = points_of_year(session, board.id, year)
    return board_line(board, year, plan_of(lines, year), points)


def start_page(session: Session, actor: Actor, *, on: date) -> StartPage:
    """All that waits for the person, the latest first, and where they work."""
    roles = {grant.role for grant in actor.grants if grant.valid_from <= on <= grant.valid_to}
    boards = boards_of(session, actor, on)
    by_id = {board.id: board for board in boards}
    oversees = Role.OVERSIGHT_CONTROLLER in roles
    overseen = overseen_boards(session, on) if oversees else ()
    named = {**{row.board.id: row.board for row in overseen}, **by_id}
    waiting = tasks(facts_for(session, actor, by_id, on), Person(actor, on))
    reads = roles & READS_DECISIONS
    return StartPage(
        rows=[_row(task, named, on) for task in waiting[:MOST]],
        late=sum(1 for task in waiting if task.days_late(on)),
        more=max(0, len(waiting) - MOST),
        boards=boards,
        empty=next((EMPTY[role] for role in Role if role in roles), EMPTY[None]),
        line=_line(session, boards[0], on) if len(boards) == 1 else (),
        decided=decided_lately(session, by_id, on - LATELY) if reads else None,
        overseen=overseen,
        readings=secret_readings(session, start_of_day(on - READINGS_FOR))
        if Role.DATA_PROTECTION_OFFICER in roles
        else None,
        runs_the_program=Role.ADMINISTRATOR in roles,
    )
