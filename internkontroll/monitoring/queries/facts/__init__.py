"""Everything that may be somebody's task, read in one question however many boards there are."""

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.monitoring.queries.facts import board, work
from internkontroll.monitoring.queries.facts.reach import Part, Reach
from internkontroll.monitoring.rules import Fact, Source


def facts_for(session: Session, actor: Actor, board_ids: Iterable[int], on: date) -> list[Fact]:
    """What may be the person's task in the boards, within their walls. One query."""
    reach = Reach(actor, board_ids, on)
    parts: list[Part] = []
    if reach.boards:
        parts += [work.occurrences(reach), work.findings(reach), work.actions(reach)]
    if reach.boards_with(Role.CONTROLLER, Role.SECRETARY, Role.DIRECTOR):
        parts += [
            board.plans(reach),
            board.unappointed(reach),
            board.reports(reach),
            board.meetings(reach),
        ]
    if reach.boards_with(Role.SECRETARY):
        parts += board.minutes(reach)
    if any(grant.role is Role.ADMINISTRATOR and grant.reaches(None, on) for grant in actor.grants):
        parts += board.of_the_program(reach)
    if not parts:
        return []
    rows = session.execute(parts[0] if len(parts) == 1 else sa.union_all(*parts))
    return [Fact(**{**row._mapping, "source": Source(row.source)}) for row in rows]
