"""Mina uppgifter: what waits for one person, as the start page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.words import StateWord
from internkontroll.monitoring.queries import (
    all_boards,
    boards_of,
    drafts_of,
    reports_ahead,
)
from internkontroll.monitoring.rules import LOOK_AHEAD_DAYS
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import points_of_year
from internkontroll.plan.queries import plan_lines
from internkontroll.schedule.models import OccurrenceState
from internkontroll.schedule.queries import Task, open_tasks
from internkontroll.schedule.words import late_word, left_words
from internkontroll.web.board_line import LineStep, board_line, plan_of
from internkontroll.web.filters import state_word, swedish_date

PERFORMS = frozenset({Role.RESPONSIBLE, Role.UNIT_MANAGER, Role.MEMBER, Role.CHAIR})
SIGNS = frozenset({Role.REVIEWER, Role.CHAIR, Role.CONTROLLER})
STEERS = frozenset({Role.CONTROLLER, Role.SECRETARY})
MOST = 30
"""How many tasks the page shows; the lists behind it show the rest."""


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
    overseen: Sequence[Board]
    runs_the_program: bool


def _boards_with(actor: Actor, roles: frozenset[Role], on: date) -> set[int]:
    return {
        grant.board_id
        for grant in actor.grants
        if grant.board_id is not None
        and grant.role in roles
        and grant.valid_from <= on <= grant.valid_to
    }


def _committees(actor: Actor, roles: frozenset[Role], on: date) -> frozenset[int] | None:
    """Committees that the roles reach; None when some role reaches a whole board."""
    grants = [
        grant
        for grant in actor.grants
        if grant.role in roles and grant.valid_from <= on <= grant.valid_to
    ]
    if any(grant.subcommittee_id is None for grant in grants):
        return None
    return frozenset(g.subcommittee_id for g in grants if g.subcommittee_id is not None)


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


def _performing(session: Session, actor: Actor, on: date) -> list[TaskRow]:
    boards = _boards_with(actor, PERFORMS, on)
    if not boards:
        return []
    only_mine = not _boards_with(actor, PERFORMS - {Role.RESPONSIBLE, Role.UNIT_MANAGER}, on)
    found = open_tasks(
        session,
        boards,
        actor.user_id if only_mine else None,
        committees=_committees(actor, PERFORMS, on),
        states=(OccurrenceState.PLANNED, OccurrenceState.STARTED),
        until=on + timedelta(days=LOOK_AHEAD_DAYS),
        limit=MOST,
    )
    if not only_mine:
        found = [t for t in found if t.subcommittee_id or t.responsible_id == actor.user_id]
    return [_occurrence_row(task, on) for task in found]


def _signing(session: Session, actor: Actor, on: date) -> list[TaskRow]:
    boards = _boards_with(actor, SIGNS, on)
    if not boards:
        return []
    found = open_tasks(
        session,
        boards,
        committees=_committees(actor, SIGNS, on),
        states=(OccurrenceState.PERFORMED,),
        limit=MOST,
    )
    return [_occurrence_row(task, on) for task in found]


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
    lines = plan_lines(session, board.id)
    points = points_of_year(session, board.id, on.year)
    return board_line(board, on.year, plan_of(lines, on.year), points)


def start_page(session: Session, actor: Actor, *, on: date) -> StartPage:
    """All that waits for the person, the latest first, and where they work."""
    rows = [
        *_performing(session, actor, on),
        *_signing(session, actor, on),
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
        overseen=all_boards(session) if Role.OVERSIGHT_CONTROLLER in roles else (),
        runs_the_program=Role.ADMINISTRATOR in roles,
    )
