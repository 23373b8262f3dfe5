"""Mina uppgifter: what waits for one person, as the start page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.words import StateWord
from internkontroll.monitoring.queries import (
    OverseenBoard,
    boards_of,
    drafts_of,
    overseen_boards,
    reports_ahead,
)
from internkontroll.monitoring.rules import LOOK_AHEAD_DAYS
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import points_of_year
from internkontroll.plan.queries import plan_lines
from internkontroll.schedule.models import OccurrenceState
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import Task, open_tasks
from internkontroll.schedule.words import late_word, left_words
from internkontroll.web.board_line import LineStep, board_line, plan_of
from internkontroll.web.filters import state_word, swedish_date

PERFORMS = frozenset({Role.RESPONSIBLE, Role.UNIT_MANAGER, Role.MEMBER, Role.CHAIR})
SIGNS = frozenset({Role.REVIEWER, Role.CHAIR, Role.CONTROLLER})
STEERS = frozenset({Role.CONTROLLER, Role.SECRETARY})
TO_DO = (OccurrenceState.PLANNED, OccurrenceState.STARTED)
MOST = 30
"""How many tasks the page shows; the lists behind it show the rest."""

MOST_READ = 300
"""How many open occurrences of a board are looked at, the earliest due first."""


@dataclass(frozen=True)
class TaskRow:
    """One row of the list, in words."""

    due: str
    late: StateWord | None
    left: str
    title: str
    detail: str
    url: str
    state: StateWord | None
    sort_on: date


@dataclass(frozen=True)
class StartPage:
    """What the start page shows."""

    rows: Sequence[TaskRow]
    late: int
    boards: Sequence[Board]
    line: Sequence[LineStep]
    """The year of the person's board, where there is just one."""
    may_import: bool
    overseen: Sequence[OverseenBoard]
    runs_the_program: bool


def _boards_with(actor: Actor, roles: frozenset[Role], on: date) -> set[int]:
    return {
        grant.board_id
        for grant in actor.grants
        if grant.board_id is not None
        and grant.role in roles
        and grant.valid_from <= on <= grant.valid_to
    }


def _row(due_on: date, on: date, title: str, detail: str, url: str, state: StateWord) -> TaskRow:
    days = (due_on - on).days
    return TaskRow(
        due=swedish_date(due_on),
        late=late_word(-days),
        left=left_words(days) or "",
        title=title,
        detail=detail,
        url=url,
        state=state,
        sort_on=due_on,
    )


def _occurrence_row(task: Task, on: date) -> TaskRow:
    where = f", {task.subcommittee_name}" if task.subcommittee_name else ""
    return _row(
        task.due_on,
        on,
        task.control_text.splitlines()[0],
        f"{task.board_code}, kontroll {task.control_number}{where}",
        url_for(
            "schedule.show", board_code=task.board_code.lower(), occurrence_id=task.occurrence_id
        ),
        state_word(task.state),
    )


def _open(
    session: Session,
    actor: Actor,
    on: date,
    roles: frozenset[Role],
    states: tuple[OccurrenceState, ...],
    until: date | None = None,
) -> list[Task]:
    """Open occurrences of the boards in which the actor has one of the roles, wall by wall."""
    found: list[Task] = []
    for board_id in sorted(_boards_with(actor, roles, on)):
        found += open_tasks(
            session,
            [board_id],
            committees=committees_within_reach(actor, board_id, on),
            states=states,
            until=until,
            limit=MOST_READ,
        )
    return found


def _performing(session: Session, actor: Actor, on: date) -> list[TaskRow]:
    ahead = on + timedelta(days=LOOK_AHEAD_DAYS)
    found = _open(session, actor, on, PERFORMS, TO_DO, ahead)
    return [
        _occurrence_row(task, on)
        for task in found
        if task.subcommittee_id in _own_committees(actor) or task.responsible_id == actor.user_id
    ]


def _own_committees(actor: Actor) -> set[int]:
    return {g.subcommittee_id for g in actor.grants if g.subcommittee_id is not None}


def _watching(session: Session, actor: Actor, on: date) -> list[TaskRow]:
    """What waits for a signature and, for a controller, what others are late with. One query."""
    late_for = _boards_with(actor, frozenset({Role.CONTROLLER}), on)
    found = _open(session, actor, on, SIGNS, (*TO_DO, OccurrenceState.PERFORMED))
    return [
        _occurrence_row(task, on)
        for task in found
        if task.state is OccurrenceState.PERFORMED
        or (task.board_id in late_for and task.due_on < on)
    ]


def _steering(session: Session, actor: Actor, on: date) -> list[TaskRow]:
    boards = _boards_with(actor, STEERS, on)
    if not boards:
        return []
    rows = [
        _row(
            date(plan.year, 1, 1),
            on,
            f"Gör klart internkontrollplanen {plan.year} för beslut",
            plan.board.name,
            url_for("plan.show", board_code=plan.board.code.lower(), plan_id=plan.id),
            state_word(plan.state),
        )
        for plan in drafts_of(session, boards)
    ]
    until = on + timedelta(days=LOOK_AHEAD_DAYS)
    rows += [
        _row(
            point.board_on or point.cut_off,
            on,
            f"Uppföljning per {point.name} {point.year}",
            board.name,
            url_for(
                "reporting.show",
                board_code=board.code.lower(),
                year=point.year,
                point=point.name,
            ),
            StateWord("Inte beslutad", "idle"),
        )
        for board, point in reports_ahead(session, boards, until)
    ]
    return rows


def _line(session: Session, board: Board, on: date) -> Sequence[LineStep]:
    """This year's line; where the board has no plan for this year, its latest plan's."""
    lines = plan_lines(session, board.id)
    years = {line.year for line in lines}
    year = on.year if on.year in years or not years else max(years)
    points = points_of_year(session, board.id, year)
    return board_line(board, year, plan_of(lines, year), points)


def start_page(session: Session, actor: Actor, *, on: date) -> StartPage:
    """All that waits for the person, the latest first, and where they work."""
    rows = [
        *_performing(session, actor, on),
        *_watching(session, actor, on),
        *_steering(session, actor, on),
    ]
    rows.sort(key=lambda row: row.sort_on)
    roles = {grant.role for grant in actor.grants if grant.valid_from <= on <= grant.valid_to}
    boards = boards_of(session, actor)
    return StartPage(
        rows=rows[:MOST],
        late=sum(1 for row in rows if row.late),
        boards=boards,
        line=_line(session, boards[0], on) if len(boards) == 1 else (),
        may_import=bool(_boards_with(actor, frozenset({Role.CONTROLLER}), on)),
        overseen=overseen_boards(session) if Role.OVERSIGHT_CONTROLLER in roles else (),
        runs_the_program=Role.ADMINISTRATOR in roles,
    )
