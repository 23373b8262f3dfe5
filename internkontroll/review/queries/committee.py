"""Individutskottets granskning: what is protected, noted and handed over, and who may judge."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from internkontroll.review.models import (
    CaseNoteRule,
    ItemAmount,
    ItemResult,
    ProtectedItem,
    UrgentHandover,
)
from internkontroll.review.queries.reviews import latest_results, review_items
from internkontroll.review.rules import BREACH_HOURS
from internkontroll.sampling.models import Draw, DrawRound, SampleItem
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import conflicts_of


@dataclass(frozen=True)
class Deadline:
    """Fristen för en personuppgiftsincident: when the report is due, and whole hours left.

    ``hours_left`` is negative when the time is out.
    """

    due_at: datetime
    hours_left: int


def protected_items(session: Session, draw_id: int) -> frozenset[int]:
    """Ids of the draw's items with skyddade personuppgifter."""
    return frozenset(
        session.scalars(
            sa.select(ProtectedItem.item_id)
            .join(SampleItem, SampleItem.id == ProtectedItem.item_id)
            .where(SampleItem.draw_id == draw_id)
        )
    )


def opened_item_select(
    occurrence_id: int, draw_id: int, position: int
) -> sa.Select[SampleItem, bool, ItemAmount]:
    """A drawn item with its reference, whether it is protected, and its right amount that counts.

    To open it is a reading.
    """
    newer = aliased(ItemAmount)
    latest = (
        sa.select(newer.id)
        .where(newer.occurrence_id == occurrence_id, newer.item_id == SampleItem.id)
        .order_by(newer.revision.desc())
        .limit(1)
        .correlate(SampleItem)
        .scalar_subquery()
    )
    protected = sa.exists().where(ProtectedItem.item_id == SampleItem.id)
    return (
        sa.select(SampleItem, protected.label("is_protected"), ItemAmount)
        .select_from(SampleItem)
        .outerjoin(ItemAmount, ItemAmount.id == latest)
        .where(SampleItem.draw_id == draw_id, SampleItem.position == position)
    )


def standing_note_rule(session: Session, board_id: int) -> CaseNoteRule | None:
    """The board's decision that notes may be written, None where the cases are only told of."""
    return session.scalar(
        sa.select(CaseNoteRule).where(
            CaseNoteRule.board_id == board_id, CaseNoteRule.ended_at.is_(None)
        )
    )


def handovers_of(session: Session, occurrence_ids: Collection[int]) -> Sequence[UrgentHandover]:
    """What could not wait, in the order it was recorded."""
    return session.scalars(
        sa.select(UrgentHandover)
        .where(UrgentHandover.occurrence_id.in_(occurrence_ids))
        .order_by(UrgentHandover.id)
    ).all()


def deadline_of(handover: UrgentHandover, at: datetime) -> Deadline | None:
    """When a personuppgiftsincident is to be reported at the latest; None for other kinds."""
    if handover.noticed_at is None:
        return None
    due_at = handover.noticed_at + BREACH_HOURS
    return Deadline(due_at, int((due_at - at).total_seconds() // 3600))


def handled_rows(session: Session, draw_id: int, user_id: int | None) -> frozenset[int]:
    """Rows of the list whose cases the person declared to have handled when drawing."""
    if user_id is None:
        return frozenset()
    declared = session.scalars(
        sa.union_all(
            sa.select(Draw.handled_rows).where(Draw.id == draw_id, Draw.drawn_by_id == user_id),
            sa.select(DrawRound.handled_rows).where(
                DrawRound.draw_id == draw_id, DrawRound.drawn_by_id == user_id
            ),
        )
    )
    return frozenset(row for rows in declared for row in rows or ())


def judged_by_one_aside(session: Session, occurrence: Occurrence) -> list[int]:
    """Running numbers whose answers that count are those of a member who has stepped aside.

    An answer that the committee has made its own is not one person's.
    """
    aside = {
        (row.user_id, row.position) for row in conflicts_of(session, [occurrence.id]) if row.user_id
    }
    if not aside:
        return []
    results: dict[int, list[ItemResult]] = {}
    for (item_id, _), row in latest_results(session, occurrence.id).items():
        results.setdefault(item_id, []).append(row)
    return [
        item.position
        for item in review_items(session, occurrence.id)
        if item.stands
        and any(
            not row.by_committee
            and (
                (row.recorded_by_id, None) in aside or (row.recorded_by_id, item.position) in aside
            )
            for row in results.get(item.item_id, ())
        )
    ]
