"""Read the library of checklists, and which controls are judged by them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from internkontroll.core.collation import swedish_order
from internkontroll.organisation.models import Board
from internkontroll.plan.models import (
    Checklist,
    ChecklistCriterion,
    ChecklistVersion,
    Control,
    Plan,
    PlanState,
)

_USED = (PlanState.DECIDED, PlanState.CLOSED)


@dataclass(frozen=True)
class ChecklistLine:
    """One line of the library. ``number`` is the version that holds, None before the first one."""

    id: int
    name: str
    number: int | None
    published_at: datetime | None
    has_draft: bool
    proposed_by: str | None
    criteria: int
    controls: int


@dataclass(frozen=True)
class ChecklistUse:
    """A control that is judged by a version of the checklist."""

    board_name: str
    board_code: str
    board_id: int
    year: int
    state: PlanState
    control_id: int
    number: int
    text: str
    version: int


def checklist_lines(session: Session) -> list[ChecklistLine]:
    """The library by name. One query however many there are."""
    published = (
        sa.select(
            ChecklistVersion.checklist_id,
            sa.func.max(ChecklistVersion.number).label("number"),
            sa.func.max(ChecklistVersion.published_at).label("published_at"),
        )
        .where(ChecklistVersion.published_at.is_not(None))
        .group_by(ChecklistVersion.checklist_id)
        .subquery()
    )
    draft = (
        sa.select(ChecklistVersion.checklist_id)
        .where(ChecklistVersion.published_at.is_(None))
        .subquery()
    )
    shown = sa.func.coalesce(
        published.c.number,
        1,
    )
    criteria = (
        sa.select(sa.func.count())
        .select_from(ChecklistCriterion)
        .join(ChecklistVersion, ChecklistVersion.id == ChecklistCriterion.version_id)
        .where(ChecklistVersion.checklist_id == Checklist.id, ChecklistVersion.number == shown)
        .correlate(Checklist, published)
        .scalar_subquery()
    )
    controls = (
        sa.select(sa.func.count())
        .select_from(Control)
        .join(Plan, Plan.id == Control.plan_id)
        .join(ChecklistVersion, ChecklistVersion.id == Control.checklist_version_id)
        .where(ChecklistVersion.checklist_id == Checklist.id, Plan.state.in_(_USED))
        .correlate(Checklist)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(
            Checklist.id,
            Checklist.name,
            published.c.number,
            published.c.published_at,
            draft.c.checklist_id.is_not(None),
            Board.name,
            criteria,
            controls,
        )
        .outerjoin(published, published.c.checklist_id == Checklist.id)
        .outerjoin(draft, draft.c.checklist_id == Checklist.id)
        .outerjoin(Board, Board.id == Checklist.proposed_by_board_id)
        .order_by(swedish_order(Checklist.name), Checklist.id)
    )
    return [ChecklistLine(*row) for row in rows]


def checklist_select(checklist_id: int) -> sa.Select[Checklist]:
    """One checklist with its versions, their criteria and who published them."""
    return (
        sa.select(Checklist)
        .options(
            joinedload(Checklist.proposed_by_board),
            selectinload(Checklist.versions).options(
                selectinload(ChecklistVersion.criteria), joinedload(ChecklistVersion.published_by)
            ),
        )
        .where(Checklist.id == checklist_id)
    )


def draft_select(checklist_id: int) -> sa.Select[ChecklistVersion]:
    """The draft of the checklist's next version, with its criteria."""
    return (
        sa.select(ChecklistVersion)
        .options(joinedload(ChecklistVersion.checklist), selectinload(ChecklistVersion.criteria))
        .where(
            ChecklistVersion.checklist_id == checklist_id,
            ChecklistVersion.published_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )


def holding_versions(session: Session) -> Sequence[ChecklistVersion]:
    """The version that holds of every published checklist, by name, with its criteria."""
    latest = (
        sa.select(sa.func.max(ChecklistVersion.id))
        .where(ChecklistVersion.published_at.is_not(None))
        .group_by(ChecklistVersion.checklist_id)
    )
    return session.scalars(
        sa.select(ChecklistVersion)
        .join(ChecklistVersion.checklist)
        .options(joinedload(ChecklistVersion.checklist), selectinload(ChecklistVersion.criteria))
        .where(ChecklistVersion.id.in_(latest))
        .order_by(swedish_order(Checklist.name), Checklist.id)
    ).all()


def source_of(session: Session, control: Control) -> ChecklistVersion | None:
    """The version that a control's criteria were copied from, with its criteria, or None."""
    if control.checklist_version_id is None:
        return None
    return session.scalar(
        sa.select(ChecklistVersion)
        .options(joinedload(ChecklistVersion.checklist), selectinload(ChecklistVersion.criteria))
        .where(ChecklistVersion.id == control.checklist_version_id)
    )


def newer_version(session: Session, version: ChecklistVersion) -> ChecklistVersion | None:
    """The latest published version of the same checklist if it is a later one, else None."""
    return session.scalar(
        sa.select(ChecklistVersion)
        .options(joinedload(ChecklistVersion.checklist), selectinload(ChecklistVersion.criteria))
        .where(
            ChecklistVersion.checklist_id == version.checklist_id,
            ChecklistVersion.number > version.number,
            ChecklistVersion.published_at.is_not(None),
        )
        .order_by(ChecklistVersion.number.desc())
        .limit(1)
    )


def uses_of(
    session: Session, checklist_id: int, boards: Collection[int]
) -> tuple[list[ChecklistUse], int]:
    """The controls judged by the checklist, and how many more stand in other boards' drafts.

    Told are those of decided plans, and of the drafts of ``boards``, whose plans the person may
    read. One query.
    """
    rows = session.execute(
        sa.select(
            Board.name,
            Board.code,
            Board.id,
            Plan.year,
            Plan.state,
            Control.id,
            Control.number,
            Control.text,
            ChecklistVersion.number,
        )
        .join(Plan, Plan.id == Control.plan_id)
        .join(Board, Board.id == Plan.board_id)
        .join(ChecklistVersion, ChecklistVersion.id == Control.checklist_version_id)
        .where(ChecklistVersion.checklist_id == checklist_id, Plan.state != PlanState.REPLACED)
        .order_by(Plan.year.desc(), swedish_order(Board.name), Control.number, Control.id)
    )
    uses = [ChecklistUse(*row) for row in rows]
    told = [use for use in uses if use.state in _USED or use.board_id in boards]
    return told, len(uses) - len(told)
