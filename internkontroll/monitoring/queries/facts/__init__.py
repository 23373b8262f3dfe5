"""Everything that may be somebody's task, read in one question however many boards there are."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.monitoring.queries.facts import board, oversight, work
from internkontroll.monitoring.queries.facts.reach import Part, Question, Reach
from internkontroll.monitoring.rules import Fact, Source


def facts_for(session: Session, actor: Actor, board_ids: Iterable[int], on: date) -> list[Fact]:
    """What may be the person's task in the boards, within their walls. One query."""
    reach = Reach(actor, board_ids, on)
    question, statement = _asked(
        on.year,
        has_boards=bool(reach.boards),
        plans=bool(reach.boards_with(Role.CONTROLLER, Role.SECRETARY, Role.DIRECTOR)),
        minutes=bool(reach.boards_with(Role.SECRETARY)),
        oversees=_holds_everywhere(actor, Role.OVERSIGHT_CONTROLLER, on),
        program=_holds_everywhere(actor, Role.ADMINISTRATOR, on),
    )
    if statement is None:
        return []
    rows = session.execute(statement, {"most": work.MOST_READ, **reach.answers(question)})
    # The columns stand in the order of the fact's own fields.
    return [Fact(Source(row[0]), *row[1:]) for row in rows]


def _holds_everywhere(actor: Actor, role: Role, on: date) -> bool:
    return any(grant.role is role and grant.reaches(None, on) for grant in actor.grants)


@lru_cache(maxsize=32)
def _asked(
    year: int, *, has_boards: bool, plans: bool, minutes: bool, oversees: bool, program: bool
) -> tuple[Question, sa.Executable | None]:
    """The question to a person of that kind: to put it together takes longer than to ask it."""
    question = Question(year)
    parts: list[Part] = []
    if has_boards:
        parts += [
            work.occurrences(question),
            work.corrected(question),
            work.second_readings(question),
            work.findings(question),
            work.actions(question),
            board.readings(question),
        ]
    if plans:
        parts += [
            board.plans(question),
            board.unappointed(question),
            board.reports(question),
            board.corrections(question),
            board.assignments(question),
            board.requests(question),
            board.meetings(question),
            board.waiting_roles(question, of_boards=True),
        ]
    if minutes:
        parts += board.minutes(question)
    if oversees:
        parts += [oversight.receipts(), oversight.pictures(question)]
    if program:
        parts += board.of_the_program(question)
    if not parts:
        return question, None
    return question, parts[0] if len(parts) == 1 else sa.union_all(*parts)
