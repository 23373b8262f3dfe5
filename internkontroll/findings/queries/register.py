"""The register of findings and the list of actions: exactly what the filters say."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from internkontroll.accounts.models import User
from internkontroll.core.collation import swedish_order
from internkontroll.findings.models import (
    Action,
    ActionState,
    Correction,
    Finding,
    FindingState,
    Severity,
)
from internkontroll.findings.rules import OPEN_ACTIONS
from internkontroll.organisation.models import Subcommittee
from internkontroll.plan.models import Control, ControlArea
from internkontroll.sampling.models import SampleItem
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import Committees, within_reach


class Standing(StrEnum):
    """Läge att välja på i registret."""

    OPEN = "open"
    CLOSED = "closed"
    UNCORRECTED = "uncorrected"
    WITHOUT_ACTION = "without_action"


@dataclass(frozen=True)
class Filters:
    """Urval i registret. ``late_on``: only those with an action that is late on that day."""

    severity: Severity | None = None
    standing: Standing | None = None
    area: str | None = None
    responsible_id: int | None = None
    subcommittee_id: int | None = None
    late_on: date | None = None


@dataclass(frozen=True)
class ActionFilters:
    """Urval i listan över åtgärder; without states every one."""

    states: tuple[ActionState, ...] = OPEN_ACTIONS
    responsible_id: int | None = None
    late_on: date | None = None


@dataclass
class RegisterOptions:
    """What there is to choose among in the register, as (value, label)."""

    years: list[int] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    committees: list[tuple[int, str]] = field(default_factory=list)
    responsibles: list[tuple[int, str]] = field(default_factory=list)


def is_late(on: date) -> sa.ColumnElement[bool]:
    """Försenad åtgärd: open, and its day is before ``on``."""
    return sa.and_(Action.state.in_(OPEN_ACTIONS), Action.due_on < on)


def _with_action(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Action.finding_id == Finding.id, *conditions)


_STANDINGS: dict[Standing, sa.ColumnElement[bool]] = {
    Standing.OPEN: Finding.state == FindingState.OPEN,
    Standing.CLOSED: Finding.state == FindingState.CLOSED,
    Standing.UNCORRECTED: sa.and_(
        Finding.state == FindingState.OPEN,
        Finding.item_id.is_not(None),
        ~sa.exists().where(Correction.finding_id == Finding.id),
    ),
    Standing.WITHOUT_ACTION: sa.and_(
        Finding.state == FindingState.OPEN,
        ~_with_action(Action.state != ActionState.CANCELLED),
    ),
}

_SEVERITY_RANK = sa.case(
    {degree: rank for rank, degree in enumerate(Severity)}, value=Finding.severity
)
_FIRST_DUE = (
    sa.select(sa.func.min(Action.due_on))
    .where(Action.finding_id == Finding.id, Action.state.in_(OPEN_ACTIONS))
    .scalar_subquery()
)

SORTS: dict[str, Any] = {
    "nummer": Finding.number,
    "allvar": _SEVERITY_RANK,
    "omrade": swedish_order(ControlArea.name),
    "skriven": Finding.recorded_at,
    "senast": _FIRST_DUE,
}
"""The columns by which the register can be sorted, as an address names them."""


def findings_select(
    board_id: int,
    year: int,
    *,
    severity: Severity | None = None,
    filters: Filters | None = None,
    committees: Committees = None,
    sort: str = "nummer",
    descending: bool = True,
) -> sa.Select[Finding]:
    """A board's findings of a plan year with occurrence and control, latest number first.

    ``committees`` are those whose own findings may be seen beside the board's (the wall of
    schedule.policy); None means all of them. ``severity`` is a filter on its own.
    """
    wanted = filters or Filters(severity=severity)
    select = (
        sa.select(Finding)
        .join(Finding.occurrence)
        .join(Occurrence.control)
        .join(Control.area)
        .options(
            contains_eager(Finding.occurrence).options(
                contains_eager(Occurrence.control).contains_eager(Control.area),
                joinedload(Occurrence.subcommittee),
                joinedload(Occurrence.meeting),
                joinedload(Occurrence.reporting_point),
            ),
            joinedload(Finding.item).load_only(SampleItem.position),
        )
        .where(Finding.board_id == board_id, Finding.year == year, within_reach(committees))
    )
    if wanted.severity is not None:
        select = select.where(Finding.severity == wanted.severity)
    if wanted.standing is not None:
        select = select.where(_STANDINGS[wanted.standing])
    if wanted.area is not None:
        select = select.where(ControlArea.name == wanted.area)
    if wanted.subcommittee_id is not None:
        select = select.where(Occurrence.subcommittee_id == wanted.subcommittee_id)
    if wanted.responsible_id is not None:
        select = select.where(
            _with_action(
                Action.responsible_id == wanted.responsible_id,
                Action.state != ActionState.CANCELLED,
            )
        )
    if wanted.late_on is not None:
        select = select.where(
            Finding.state == FindingState.OPEN, _with_action(is_late(wanted.late_on))
        )
    key = SORTS[sort]
    first = key.desc() if descending else key.asc()
    return select.order_by(sa.nulls_last(first), Finding.number.desc())


def register_options(
    session: Session, board_id: int, *, committees: Committees = None
) -> RegisterOptions:
    """What the board's findings that may be seen give to choose among. One query."""

    def of_findings(kind: str, value: Any, shown: Any) -> sa.Select[str, str, str]:
        return (
            sa.select(sa.literal(kind), sa.cast(value, sa.Text), sa.cast(shown, sa.Text))
            .select_from(Finding)
            .join(Finding.occurrence)
            .where(Finding.board_id == board_id, within_reach(committees))
            .distinct()
        )

    parts = sa.union_all(
        of_findings("year", Finding.year, Finding.year),
        of_findings("area", ControlArea.name, ControlArea.name)
        .join(Occurrence.control)
        .join(Control.area),
        of_findings("committee", Subcommittee.id, Subcommittee.name).join(Occurrence.subcommittee),
        of_findings("responsible", User.id, User.title)
        .join(Action, Action.finding_id == Finding.id)
        .join(User, User.id == Action.responsible_id),
    ).subquery()
    kind, value, shown = parts.c
    found = RegisterOptions()
    for row in session.execute(sa.select(kind, value, shown).order_by(swedish_order(shown), value)):
        if row[0] == "year":
            found.years.insert(0, int(row[1]))
        elif row[0] == "area":
            found.areas.append(row[1])
        elif row[0] == "committee":
            found.committees.append((int(row[1]), row[2]))
        else:
            found.responsibles.append((int(row[1]), row[2]))
    return found


def years_of(session: Session, board_id: int, *, committees: Committees = None) -> list[int]:
    """The plan years in which the board has findings that may be seen, latest first."""
    return list(
        session.scalars(
            sa.select(Finding.year)
            .join(Finding.occurrence)
            .where(Finding.board_id == board_id, within_reach(committees))
            .distinct()
            .order_by(Finding.year.desc())
        )
    )


def actions_select(
    board_id: int, filters: ActionFilters | None = None, *, committees: Committees = None
) -> sa.Select[Action]:
    """The board's actions, what is open first and the earliest due first among them."""
    wanted = filters or ActionFilters()
    select = (
        sa.select(Action)
        .join(Action.finding)
        .join(Finding.occurrence)
        .options(
            contains_eager(Action.finding)
            .contains_eager(Finding.occurrence)
            .options(joinedload(Occurrence.control), joinedload(Occurrence.subcommittee)),
            joinedload(Action.responsible),
            selectinload(Action.moves),
        )
        .where(Finding.board_id == board_id, within_reach(committees))
    )
    if wanted.states:
        select = select.where(Action.state.in_(wanted.states))
    if wanted.responsible_id is not None:
        select = select.where(Action.responsible_id == wanted.responsible_id)
    if wanted.late_on is not None:
        select = select.where(is_late(wanted.late_on))
    is_open = sa.case((Action.state.in_(OPEN_ACTIONS), 0), else_=1)
    return select.order_by(is_open, Action.due_on, Action.id)
