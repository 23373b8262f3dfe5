"""What one person answers for, to be handed over."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.accounts.models import User
from internkontroll.core.collation import swedish_order
from internkontroll.findings.models import Action, Finding
from internkontroll.findings.queries import open_actions_of
from internkontroll.findings.rules import OPEN_ACTIONS
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, Plan
from internkontroll.plan.rules.states import STANDING


@dataclass(frozen=True)
class Duties:
    """What one person answers for in one board: kontrollmoment and open actions."""

    board: Board
    controls: Sequence[Control]
    actions: Sequence[Action]

    @property
    def total(self) -> int:
        """How many tasks there are."""
        return len(self.controls) + len(self.actions)


def duties_of(session: Session, user_id: int, board_id: int | None = None) -> list[Duties]:
    """What the person answers for, board by board; in one board where it is given. Three queries.

    Kontrollmoment of plans that somebody still works with, and actions that are not done.
    """
    select = (
        sa.select(Control)
        .join(Plan, Plan.id == Control.plan_id)
        .options(joinedload(Control.plan).joinedload(Plan.board), joinedload(Control.area))
        .where(Control.responsible_id == user_id, Plan.state.in_(STANDING))
        .order_by(Plan.year, Plan.version, Control.number)
    )
    controls = session.scalars(select).unique().all()
    actions = open_actions_of(session, user_id)
    ids = {row.plan.board_id for row in controls} | {row.finding.board_id for row in actions}
    boards = session.scalars(
        sa.select(Board).where(Board.id.in_(ids)).order_by(swedish_order(Board.name))
    )
    return [
        Duties(
            board,
            [row for row in controls if row.plan.board_id == board.id],
            [row for row in actions if row.finding.board_id == board.id],
        )
        for board in boards
        if board_id is None or board.id == board_id
    ]


def people_with_duties(session: Session, board_id: int) -> Sequence[User]:
    """Everybody who answers for something in the board, closed accounts too, in Swedish order."""
    controls = (
        sa.select(Control.responsible_id)
        .join(Plan, Plan.id == Control.plan_id)
        .where(Plan.board_id == board_id, Plan.state.in_(STANDING))
    )
    actions = (
        sa.select(Action.responsible_id)
        .join(Finding, Finding.id == Action.finding_id)
        .where(Finding.board_id == board_id, Action.state.in_(OPEN_ACTIONS))
    )
    return session.scalars(
        sa.select(User)
        .where(sa.or_(User.id.in_(controls), User.id.in_(actions)))
        .order_by(swedish_order(User.title), User.id)
    ).all()
