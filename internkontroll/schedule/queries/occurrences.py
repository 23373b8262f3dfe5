"""Read the year's occurrences: lists, one of them, counts for the plan, tasks for a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from internkontroll.organisation.models import (
    Board,
    Meeting,
    MeetingKind,
    MeetingState,
    Subcommittee,
)
from internkontroll.plan.models import Control, ControlArea, Plan
from internkontroll.schedule.models import (
    NonPerformance,
    Occurrence,
    OccurrenceMove,
    OccurrenceState,
)
from internkontroll.schedule.rules import OPEN_STATES, Frame, FrameMeeting, frame_of

Committees = frozenset[int] | None
"""Committees whose occurrences may be seen; None means every one (policy)."""


@dataclass(frozen=True)
class Filters:
    """Urval i listan över kontrolltillfällen. ``late_on``: only those late on that day."""

    states: tuple[OccurrenceState, ...] = ()
    area: str | None = None
    subcommittee_id: int | None = None
    control_id: int | None = None
    late_on: date | None = None


@dataclass(frozen=True)
class Count:
    """Gjorda av alla: occurrences of one control; ``done`` are those whose conclusion is signed."""

    done: int
    total: int


@dataclass(frozen=True)
class YearCounts:
    """Årets tillfällen i en nämnd. ``late`` are open and past their day."""

    total: int
    done: int
    late: int
    first_late_on: date | None


@dataclass(frozen=True)
class Task:
    """Uppgift: an open occurrence as a start page shows it."""

    occurrence_id: int
    board_id: int
    board_code: str
    control_id: int
    control_number: int
    control_text: str
    scheduled_on: date
    due_on: date
    state: OccurrenceState
    subcommittee_id: int | None
    subcommittee_name: str | None
    responsible_id: int | None


def within_reach(committees: Committees) -> sa.ColumnElement[bool]:
    """The wall between individutskott: what the board shares, and the committees one may see."""
    if committees is None:
        return sa.true()
    return sa.or_(Occurrence.subcommittee_id.is_(None), Occurrence.subcommittee_id.in_(committees))


def occurrence_select(
    board_id: int, occurrence_id: int, *, committees: Committees = None
) -> sa.Select[Occurrence]:
    """One occurrence of the board with control, area, responsible, committee, meeting and point.

    With ``committees`` an occurrence of another committee does not exist.
    """
    return (
        sa.select(Occurrence)
        .options(
            joinedload(Occurrence.control).options(
                joinedload(Control.area),
                joinedload(Control.plan),
                joinedload(Control.responsible),
            ),
            joinedload(Occurrence.subcommittee),
            joinedload(Occurrence.meeting),
            joinedload(Occurrence.reporting_point),
        )
        .where(
            Occurrence.board_id == board_id,
            Occurrence.id == occurrence_id,
            within_reach(committees),
        )
    )


def is_late(on: date) -> sa.ColumnElement[bool]:
    """Försenat: open, and its day is before ``on``."""
    return sa.and_(Occurrence.state.in_(OPEN_STATES), Occurrence.due_on < on)


def occurrences_select(
    board_id: int,
    year: int,
    filters: Filters | None = None,
    *,
    committees: Committees = None,
    by_control: bool = False,
    descending: bool = False,
) -> sa.Select[Occurrence]:
    """The occurrences of the board's plans of the year, by due day or by control number."""
    wanted = filters or Filters()
    select = (
        sa.select(Occurrence)
        .join(Occurrence.control)
        .join(Control.plan)
        .join(Control.area)
        .options(
            contains_eager(Occurrence.control).options(
                contains_eager(Control.area), joinedload(Control.responsible)
            ),
            joinedload(Occurrence.subcommittee),
        )
        .where(Occurrence.board_id == board_id, Plan.year == year, within_reach(committees))
    )
    if wanted.states:
        select = select.where(Occurrence.state.in_(wanted.states))
    if wanted.area is not None:
        select = select.where(ControlArea.name == wanted.area)
    if wanted.subcommittee_id is not None:
        select = select.where(Occurrence.subcommittee_id == wanted.subcommittee_id)
    if wanted.control_id is not None:
        # The same control of an earlier version of the plan is the same control.
        same = aliased(Control)
        lineage = sa.select(same.lineage).where(same.id == wanted.control_id).scalar_subquery()
        select = select.where(Control.lineage == lineage)
    if wanted.late_on is not None:
        select = select.where(is_late(wanted.late_on))
    keys = (Occurrence.due_on, Control.number)
    first, second = reversed(keys) if by_control else keys
    return select.order_by(first.desc() if descending else first, second, Occurrence.id)


def year_counts(
    session: Session, board_id: int, year: int, on: date, *, committees: Committees = None
) -> YearCounts:
    """How many occurrences the year has, how many are done and how many are late on a day."""
    late = is_late(on)
    row = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(sa.case((Occurrence.state == OccurrenceState.APPROVED, 1))),
            sa.func.count(sa.case((late, 1))),
            sa.func.min(sa.case((late, Occurrence.due_on))),
        )
        .select_from(Occurrence)
        .join(Occurrence.control)
        .join(Control.plan)
        .where(Occurrence.board_id == board_id, Plan.year == year, within_reach(committees))
    ).one()
    return YearCounts(*row)


def occurrence_counts(session: Session, plan_id: int) -> dict[int, Count]:
    """For each control of the plan that has occurrences: how many are signed, and of how many.

    An earlier version's are the same control's; expired ones are not counted.
    """
    rows = session.execute(_counts_of_a_plan(), {"plan_id": plan_id})
    return {control_id: Count(done, total) for control_id, done, total in rows}


@cache
def _counts_of_a_plan() -> sa.Select[int, int, int]:
    """The question of :func:`occurrence_counts`: to put it together takes longer than to ask it."""
    own, made = aliased(Control), aliased(Control)
    plan, earlier = aliased(Plan), aliased(Plan)
    return (
        sa.select(
            own.id,
            sa.func.count(sa.case((Occurrence.state == OccurrenceState.APPROVED, 1))),
            sa.func.count(),
        )
        .join_from(own, plan, plan.id == own.plan_id)
        .join(made, made.lineage == own.lineage)
        .join(earlier, earlier.id == made.plan_id)
        .join(Occurrence, Occurrence.control_id == made.id)
        .where(
            own.plan_id == sa.bindparam("plan_id"),
            earlier.board_id == plan.board_id,
            earlier.year == plan.year,
            earlier.kind == plan.kind,
            Occurrence.state != OccurrenceState.EXPIRED,
        )
        .group_by(own.id)
    )


def standing_non_performance(session: Session, occurrence_id: int) -> NonPerformance | None:
    """The row that says that the occurrence is not done, if it stands."""
    return session.scalar(
        sa.select(NonPerformance).where(
            NonPerformance.occurrence_id == occurrence_id, NonPerformance.withdrawn_at.is_(None)
        )
    )


def alive_origins(session: Session, plan: Plan) -> set[tuple[str, str]]:
    """Lineage and origin of every occurrence of the plan's board, year and kind but expired ones.

    The versions of a plan share them: what is there under an earlier version is not made again.
    """
    rows = session.execute(
        sa.select(Control.lineage, Occurrence.origin)
        .join(Occurrence.control)
        .join(Control.plan)
        .where(
            Plan.board_id == plan.board_id,
            Plan.year == plan.year,
            Plan.kind == plan.kind,
            Occurrence.state != OccurrenceState.EXPIRED,
        )
    )
    return {(lineage, origin) for lineage, origin in rows}


def _with_controls(board_id: int) -> sa.Select[Occurrence]:
    return (
        sa.select(Occurrence)
        .options(joinedload(Occurrence.control))
        .where(Occurrence.board_id == board_id)
        .order_by(Occurrence.id)
    )


def occurrences_of_meeting(
    session: Session, board_id: int, meeting_id: int
) -> Sequence[Occurrence]:
    """Every occurrence that is done for the meeting, with its control."""
    return session.scalars(
        _with_controls(board_id).where(Occurrence.meeting_id == meeting_id)
    ).all()


def month_occurrences(session: Session, board_id: int, origin: str) -> Sequence[Occurrence]:
    """Every occurrence of the board with that origin of a month, with its control."""
    return session.scalars(_with_controls(board_id).where(Occurrence.origin == origin)).all()


def moves_of(session: Session, occurrence_id: int) -> Sequence[OccurrenceMove]:
    """The occurrence's moves, the latest first."""
    return session.scalars(
        sa.select(OccurrenceMove)
        .where(OccurrenceMove.occurrence_id == occurrence_id)
        .order_by(OccurrenceMove.id.desc())
    ).all()


def moved_by_hand(session: Session, occurrence_ids: Collection[int]) -> frozenset[int]:
    """Those of the occurrences that somebody has given a day of their own."""
    return frozenset(
        session.scalars(
            sa.select(OccurrenceMove.occurrence_id).where(
                OccurrenceMove.occurrence_id.in_(occurrence_ids), OccurrenceMove.by_hand
            )
        )
    )


def frame_of_occurrence(session: Session, occurrence: Occurrence) -> Frame | None:
    """Ramen of an occurrence that is done for a meeting; None for every other occurrence."""
    return None if occurrence.meeting is None else frame_of_meeting(session, occurrence.meeting)


def frame_of_meeting(session: Session, meeting: Meeting) -> Frame:
    """Ramen of a meeting as the calendar stands now: since when decisions are in its lists."""
    rows = session.execute(
        sa.select(Meeting.held_on, Meeting.kind, Meeting.state).where(
            Meeting.board_id == meeting.board_id,
            Meeting.subcommittee_id == meeting.subcommittee_id,
            Meeting.held_on < meeting.held_on,
            Meeting.held_on >= date(meeting.held_on.year - 1, 1, 1),
        )
    )
    return frame_of(
        meeting.held_on,
        [
            FrameMeeting(
                row.held_on,
                ordinary=row.kind is MeetingKind.ORDINARY,
                held=row.state is not MeetingState.CANCELLED,
            )
            for row in rows
        ],
    )


def tasks_select(
    board_ids: Collection[int],
    responsible_user_id: int | None = None,
    *,
    committees: Committees = None,
    states: Collection[OccurrenceState] = OPEN_STATES,
    until: date | None = None,
) -> sa.Select[
    int, int, str, int, int, str, date, date, OccurrenceState, int | None, str | None, int | None
]:
    """Rows for ``Task``: occurrences of the boards in those states, the earliest due first.

    ``responsible_user_id`` keeps the controls that person is responsible for; ``until`` those due
    at the latest on that day.
    """
    select = (
        sa.select(
            Occurrence.id,
            Occurrence.board_id,
            Board.code,
            Occurrence.control_id,
            Control.number,
            Control.text,
            Occurrence.scheduled_on,
            Occurrence.due_on,
            Occurrence.state,
            Occurrence.subcommittee_id,
            Subcommittee.name,
            Control.responsible_id,
        )
        .select_from(Occurrence)
        .join(Board, Board.id == Occurrence.board_id)
        .join(Control, Control.id == Occurrence.control_id)
        .outerjoin(Subcommittee, Subcommittee.id == Occurrence.subcommittee_id)
        .where(
            Occurrence.board_id.in_(board_ids),
            Occurrence.state.in_(states),
            within_reach(committees),
        )
        .order_by(Occurrence.due_on, Board.code, Control.number, Occurrence.id)
    )
    if responsible_user_id is not None:
        select = select.where(Control.responsible_id == responsible_user_id)
    if until is not None:
        select = select.where(Occurrence.due_on <= until)
    return select


def open_tasks(
    session: Session,
    board_ids: Collection[int],
    responsible_user_id: int | None = None,
    *,
    committees: Committees = None,
    states: Collection[OccurrenceState] = OPEN_STATES,
    until: date | None = None,
    limit: int | None = None,
) -> list[Task]:
    """What ``tasks_select`` gives, as frozen rows; at most ``limit`` of them."""
    select = tasks_select(
        board_ids, responsible_user_id, committees=committees, states=states, until=until
    )
    return [Task(*row) for row in session.execute(select.limit(limit))]


def areas_of_year(session: Session, board_id: int, year: int) -> list[str]:
    """Names of the kontrollområden of the board's plans of the year, in the plans' order."""
    rows = session.execute(
        sa.select(ControlArea.name, sa.func.min(ControlArea.position))
        .join(ControlArea.plan)
        .where(Plan.board_id == board_id, Plan.year == year)
        .group_by(ControlArea.name)
        .order_by(sa.func.min(ControlArea.position), ControlArea.name)
    )
    return [name for name, _ in rows]


def years_with_plan(session: Session, board_id: int) -> list[int]:
    """The years in which the board has a plan, the latest first."""
    return list(
        session.scalars(
            sa.select(Plan.year)
            .where(Plan.board_id == board_id)
            .distinct()
            .order_by(Plan.year.desc())
        )
    )
