"""Whose tasks are asked for, and the columns that every part of the question has.

The question itself names no person and no day: it is put together once and asked again and again
with :attr:`Reach.answers`.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from internkontroll.core.access import Actor, Role
from internkontroll.core.base import UtcDateTime
from internkontroll.monitoring.rules import LOOK_AHEAD_DAYS, Source
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.policy import committees_within_reach

_TYPES: dict[str, Any] = {
    "source": sa.Text(),
    "subject_id": sa.Integer(),
    "text": sa.Text(),
    "board_id": sa.Integer(),
    "subcommittee_id": sa.Integer(),
    "where": sa.Text(),
    "due_on": sa.Date(),
    "number": sa.Integer(),
    "year": sa.Integer(),
    "person_id": sa.Integer(),
    "part": sa.Boolean(),
    "open_count": sa.Integer(),
    "settled": sa.Boolean(),
    "state": sa.Text(),
    "done_on": sa.Date(),
    "moment": UtcDateTime(),
    "second": UtcDateTime(),
}
_EMPTY: dict[str, Any] = {"part": False, "settled": False, "open_count": 0, "state": "", "text": ""}

Part = sa.Select[*tuple[Any, ...]]


def columns_of(source: Source, **given: Any) -> list[Any]:
    """The columns of a fact in their order; what a source does not tell is empty."""
    values = {**_EMPTY, "source": source.value, **given}
    return [_column(values.get(name), kind).label(name) for name, kind in _TYPES.items()]


def _column(value: Any, kind: Any) -> Any:
    if value is None:
        return sa.cast(sa.null(), kind)
    if isinstance(value, str | int):
        return sa.cast(sa.literal(value, kind), kind)
    return sa.type_coerce(value, kind)


def day_of_year(year: Any, years: Iterable[int], month: int, day: int) -> Any:
    """A day of the row's year: plans of a handful of years around now are what waits."""
    return sa.case(
        {one: sa.literal(date(one, month, day), sa.Date()) for one in years},
        value=year,
        else_=sa.cast(sa.null(), sa.Date()),
    )


class Question:
    """Frågan: stands for a person and a day that are told when it is asked."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.years = range(year - 3, year + 4)
        self.me = sa.bindparam("me", type_=sa.Integer())
        self.on = sa.bindparam("on", type_=sa.Date())
        self.until = sa.bindparam("until", type_=sa.Date())
        self.most = sa.bindparam("most", type_=sa.Integer())
        self.role_sets: dict[str, frozenset[Role]] = {}

    def boards_with(self, *roles: Role) -> sa.BindParameter[Any]:
        """The boards in which the person holds one of the roles."""
        name = "boards_with_" + "_".join(sorted(role.value for role in roles)).replace("-", "_")
        self.role_sets[name] = frozenset(roles)
        return _ids(name)

    def within_walls(self) -> sa.ColumnElement[bool]:
        """Per board: what it shares, and the committees whose things the person may see."""
        return sa.or_(
            Occurrence.board_id.in_(_ids("open_boards")),
            sa.and_(
                Occurrence.board_id.in_(_ids("walled_boards")),
                sa.or_(
                    Occurrence.subcommittee_id.is_(None),
                    Occurrence.subcommittee_id.in_(self.committees()),
                ),
            ),
        )

    def committees(self) -> sa.BindParameter[Any]:
        """The committees that the person belongs to."""
        return _ids("committees")


def _ids(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=sa.Integer(), expanding=True)


class Reach:
    """Räckvidd: the person, the boards in which they hold roles, and how far those reach."""

    def __init__(self, actor: Actor, board_ids: Iterable[int], on: date) -> None:
        self.me = actor.user_id or 0
        self.on = on
        self.boards = sorted(board_ids)
        self.seen = {
            board_id: committees_within_reach(actor, board_id, on) for board_id in self.boards
        }
        self.roles = {
            board_id: {grant.role for grant in actor.grants if grant.reaches(board_id, on)}
            for board_id in self.boards
        }

    def boards_with(self, *roles: Role) -> list[int]:
        """The boards in which the person holds one of the roles."""
        return [board_id for board_id in self.boards if self.roles[board_id] & set(roles)]

    def answers(self, question: Question) -> Mapping[str, Any]:
        """What the question stands for, by name."""
        return {
            "me": self.me,
            "on": self.on,
            "until": self.on + timedelta(days=LOOK_AHEAD_DAYS),
            "open_boards": [key for key, reach in self.seen.items() if reach is None],
            "walled_boards": [key for key, reach in self.seen.items() if reach is not None],
            # A committee is of one board: those of all boards together open no other board's wall.
            "committees": sorted({one for reach in self.seen.values() if reach for one in reach}),
            **{name: self.boards_with(*roles) for name, roles in question.role_sets.items()},
        }
