"""Read what kommunstyrelsen has made obligatory, and what a plan lacks of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.sorting import swedish_key
from internkontroll.organisation import rules as organisation_rules
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import point_templates, points_of_year
from internkontroll.plan.models import Control, ObligatoryControl, Plan, PlanKind, PlanState

_SAME = (
    "text",
    "kind",
    "method_text",
    "technique",
    "sample_kind",
    "sample_n",
    "frequency",
)


def municipal_point_names(session: Session, year: int) -> tuple[str, ...]:
    """Names of the reporting points that the municipality gives a board when its year is opened."""
    templates = point_templates(session)
    return tuple(point.name for point in organisation_rules.points_of_year(year, templates))


def point_names(session: Session, board_id: int, year: int) -> tuple[str, ...]:
    """Names of the board's reporting points of the year; the municipality's before it is opened."""
    own = tuple(point.name for point in points_of_year(session, board_id, year))
    return own or municipal_point_names(session, year)


def obligatory_select(year: int, obligatory_id: int) -> sa.Select[ObligatoryControl]:
    """One obligatory kontrollmoment of a year."""
    return sa.select(ObligatoryControl).where(
        ObligatoryControl.year == year, ObligatoryControl.id == obligatory_id
    )


def obligatory_of_year(session: Session, year: int) -> Sequence[ObligatoryControl]:
    """The obligatory kontrollmoment of a year that hold, by number."""
    return session.scalars(
        sa.select(ObligatoryControl)
        .where(ObligatoryControl.year == year, ObligatoryControl.withdrawn_at.is_(None))
        .order_by(ObligatoryControl.number)
    ).all()


@dataclass(frozen=True)
class BoardAnswer:
    """What a board says of an obligatory kontrollmoment; all that kommunstyrelsen may see of it.

    ``state`` is the state of the plan that was looked at, None without one.
    """

    board_name: str
    state: PlanState | None
    present: bool
    reason: str | None


def board_answers(
    session: Session, year: int, rows: Sequence[ObligatoryControl]
) -> dict[int, list[BoardAnswer]]:
    """Every board's answer to each obligatory kontrollmoment. Three queries.

    The plan that is looked at is the one that holds, else the draft. Nothing else of it is read.
    """
    boards = session.execute(sa.select(Board.id, Board.name)).all()
    plans: dict[int, tuple[int, PlanState]] = {}
    for plan_id, board_id, state in session.execute(
        sa.select(Plan.id, Plan.board_id, Plan.state)
        .where(Plan.year == year, Plan.kind == PlanKind.INTERNAL_CONTROL)
        .order_by(Plan.version)
    ):
        if board_id not in plans or plans[board_id][1] not in (
            PlanState.DECIDED,
            PlanState.CLOSED,
        ):
            plans[board_id] = (plan_id, state)
    said = {
        (plan_id, obligatory_id): reason
        for plan_id, obligatory_id, reason in session.execute(
            sa.select(Control.plan_id, Control.obligatory_id, Control.not_applicable_reason)
            .join(Plan, Plan.id == Control.plan_id)
            .where(Plan.year == year, Control.obligatory_id.is_not(None))
        )
    }
    ordered = sorted(boards, key=lambda board: swedish_key(board.name))
    answers: dict[int, list[BoardAnswer]] = {}
    for row in rows:
        for board in ordered:
            found = plans.get(board.id)
            plan_id, standing = found if found else (0, None)
            answers.setdefault(row.id, []).append(
                BoardAnswer(
                    board.name, standing, (plan_id, row.id) in said, said.get((plan_id, row.id))
                )
            )
    return answers


@dataclass(frozen=True)
class ObligatoryGap:
    """Vad ett utkast behöver: missing ones, changed ones, and those no longer obligatory."""

    missing: tuple[ObligatoryControl, ...] = ()
    changed: tuple[tuple[Control, ObligatoryControl], ...] = ()
    released: tuple[Control, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.released)


def core_for(row: ObligatoryControl, points: Sequence[str]) -> dict[str, Any]:
    """What a board's copy holds of an obligatory kontrollmoment, with the points it has there."""
    return {**{name: getattr(row, name) for name in _SAME}, "points": list(points)}


def criteria_for(row: ObligatoryControl) -> list[str]:
    """The criteria of a board's copy: those written, else the kontrollmoment's own text."""
    return list(row.criteria) or [row.text]


def obligatory_gap(session: Session, plan: Plan, controls: Sequence[Control]) -> ObligatoryGap:
    """What differs between a plan and kommunstyrelsen's list of its year. One or two queries.

    ``controls`` are the plan's, with their criteria loaded. A plan of another kind has no gap.
    """
    if plan.kind is not PlanKind.INTERNAL_CONTROL:
        return ObligatoryGap()
    wanted = {row.id: row for row in obligatory_of_year(session, plan.year)}
    have = {row.obligatory_id: row for row in controls if row.obligatory_id is not None}
    if not wanted and not have:
        return ObligatoryGap()
    known = point_names(session, plan.board_id, plan.year)
    changed = []
    for id_, control in have.items():
        row = wanted.get(id_)
        if row is None:
            continue
        core = core_for(row, own_points(row, known))
        criteria = [criterion.text for criterion in control.criteria]
        if criteria != criteria_for(row) or any(
            getattr(control, name) != value for name, value in core.items()
        ):
            changed.append((control, row))
    return ObligatoryGap(
        missing=tuple(row for id_, row in wanted.items() if id_ not in have),
        changed=tuple(changed),
        released=tuple(control for id_, control in have.items() if id_ not in wanted),
    )


def own_points(row: ObligatoryControl, known: Sequence[str]) -> list[str]:
    """The points by the board's own names; a board without any of them reports at the last one."""
    return [name for name in known if name in row.points] or list(known[-1:])
