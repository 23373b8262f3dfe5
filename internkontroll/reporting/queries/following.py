"""Read åtgärder and rättelser with the moments at which they became known, in one statement."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql.type_api import TypeEngine

from internkontroll.accounts.models import RoleGrant
from internkontroll.core.base import UtcDateTime
from internkontroll.core.clock import start_of_day, swedish_day
from internkontroll.core.kinds import KIND, of_kinds
from internkontroll.findings.models import (
    Action,
    ActionAssignment,
    ActionMove,
    ActionState,
    Correction,
    CorrectionOutcome,
    Finding,
)
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control
from internkontroll.reporting.rules import ActionFact, ActionMoved, CorrectionFact
from internkontroll.schedule.models import Occurrence

Row = sa.Row[*tuple[Any, ...]]
Rows = sa.Select[*tuple[Any, ...]]

_ACTION, _MOVE, _CORRECTION = range(3)

_COLUMNS: Mapping[str, TypeEngine[Any]] = {
    "row_id": sa.Integer(),
    "action_id": sa.Integer(),
    "year": sa.Integer(),
    "number": sa.Integer(),
    "lineage": sa.Text(),
    "action_number": sa.Integer(),
    "text": sa.Text(),
    "state": sa.Text(),
    "day": sa.Date(),
    "recorded_at": UtcDateTime(),
    "ended_on": sa.Date(),
    "ended_at": UtcDateTime(),
    "outcome": sa.Text(),
    "amount": sa.BigInteger(),
    "manned": sa.Integer(),
}

# To put the statement together takes longer than to run it: it is made once.
_BOARD: Any = sa.bindparam("board_id", type_=sa.Integer())
_YEAR: Any = sa.bindparam("year", type_=sa.Integer())


@dataclass(frozen=True)
class FollowUpFacts:
    """Åtgärder, and rättelser by the label of their finding."""

    actions: Sequence[ActionFact]
    corrections: Mapping[str, Sequence[CorrectionFact]]


def finding_label(year: int, number: int, board_code: str) -> str:
    """The finding's name: "Avvikelse 2020:1 (SCN)"."""
    return f"Avvikelse {year}:{number} ({board_code})"


def _manned() -> sa.ColumnElement[bool]:
    """Whether who answered for the action at the moment had a role in the board that day."""
    before = (
        sa.select(ActionAssignment.old_responsible_id)
        .where(
            ActionAssignment.action_id == Action.id,
            ActionAssignment.recorded_at > sa.bindparam("known_at", type_=UtcDateTime()),
        )
        .order_by(ActionAssignment.id)
        .limit(1)
        .correlate(Action)
        .scalar_subquery()
    )
    day: Any = sa.bindparam("day", type_=sa.Date())
    return sa.exists().where(
        RoleGrant.user_id == sa.func.coalesce(before, Action.responsible_id),
        RoleGrant.board_id == Finding.board_id,
        RoleGrant.valid_from <= day,
        sa.or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= day),
    )


def _actions() -> Rows:
    return (
        sa.select(
            Action.id.label("row_id"),
            Finding.year,
            Finding.number,
            Control.lineage,
            Action.number.label("action_number"),
            Action.description.label("text"),
            sa.cast(Action.state, sa.Text()).label("state"),
            Action.due_on.label("day"),
            Action.recorded_at,
            Action.ended_on,
            Action.ended_at,
            Action.outcome,
            sa.case((_manned(), 1), else_=0).label("manned"),
        )
        .select_from(Action)
        .join(Finding, Finding.id == Action.finding_id)
        .join(Occurrence, Occurrence.id == Finding.occurrence_id)
        .join(Control, Control.id == Occurrence.control_id)
        .where(*_followed())
    )


def _moves() -> Rows:
    return (
        sa.select(
            ActionMove.id.label("row_id"),
            ActionMove.action_id,
            ActionMove.old_due_on.label("day"),
            ActionMove.recorded_at,
        )
        .select_from(ActionMove)
        .join(Action, Action.id == ActionMove.action_id)
        .join(Finding, Finding.id == Action.finding_id)
        .where(*_followed())
    )


def _corrections() -> Rows:
    return (
        sa.select(
            Correction.id.label("row_id"),
            Finding.year,
            Finding.number,
            Correction.text,
            sa.cast(Correction.outcome, sa.Text()).label("state"),
            Correction.done_on.label("day"),
            Correction.recorded_at,
            Correction.amount,
        )
        .select_from(Correction)
        .join(Finding, Finding.id == Correction.finding_id)
        .where(Finding.board_id == _BOARD, Finding.year == _YEAR)
    )


def _followed() -> tuple[sa.ColumnElement[bool], ...]:
    since: Any = sa.bindparam("since", type_=UtcDateTime())
    followed = sa.or_(Finding.year == _YEAR, Action.ended_at.is_(None), Action.ended_at > since)
    return Finding.board_id == _BOARD, followed


@cache
def _statement() -> sa.CompoundSelect[*tuple[Any, ...]]:
    parts = ((_ACTION, _actions()), (_MOVE, _moves()), (_CORRECTION, _corrections()))
    return of_kinds(_COLUMNS, parts).order_by(KIND, "row_id")


def follow_up_facts(
    session: Session, board: Board, year: int, *, since: datetime | None, known_at: datetime
) -> FollowUpFacts:
    """The year's actions and corrections, and the earlier actions not ended by ``since``.

    Without ``since`` those that were not ended when the year began.
    """
    asked = {
        "board_id": board.id,
        "year": year,
        "since": since or start_of_day(date(year, 1, 1)),
        "known_at": known_at,
        "day": swedish_day(known_at),
    }
    actions: list[Row] = []
    moves: dict[int, list[ActionMoved]] = defaultdict(list)
    corrections: dict[str, list[CorrectionFact]] = defaultdict(list)
    for row in session.execute(_statement(), asked).all():
        if row.kind == _ACTION:
            actions.append(row)
        elif row.kind == _MOVE:
            moves[row.action_id].append(ActionMoved(row.day, row.recorded_at))
        else:
            corrections[finding_label(row.year, row.number, board.code)].append(
                CorrectionFact(
                    outcome=CorrectionOutcome(row.state),
                    text=row.text,
                    done_on=row.day,
                    recorded_at=row.recorded_at,
                    amount=row.amount,
                )
            )
    return FollowUpFacts([_action(row, moves, board.code) for row in actions], corrections)


def _action(row: Row, moves: Mapping[int, Sequence[ActionMoved]], code: str) -> ActionFact:
    return ActionFact(
        lineage=row.lineage,
        label=finding_label(row.year, row.number, code),
        number=row.action_number,
        description=row.text,
        state=ActionState(row.state),
        due_on=row.day,
        recorded_at=row.recorded_at,
        ended_on=row.ended_on,
        ended_at=row.ended_at,
        outcome=row.outcome,
        moves=tuple(moves.get(row.row_id, ())),
        manned=bool(row.manned),
    )
