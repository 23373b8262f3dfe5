"""Read a review: where each item stands, what was answered last, which conclusion stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.plan.models import Criterion
from internkontroll.review.models import Conclusion, ItemResult
from internkontroll.review.rules import (
    ItemState,
    Judgement,
    is_deviating,
    is_judged,
    is_wholly_not_applicable,
    item_state,
    standing_reason,
    tally,
)
from internkontroll.sampling.models import Draw, DrawOccurrence, SampleItem
from internkontroll.sampling.queries import sampling_progress
from internkontroll.schedule.models import Occurrence


@dataclass(frozen=True)
class ReviewItem:
    """Dragen post i granskningen, by its running number; its reference is deliberately not here.

    ``replaced_by`` and ``replaces`` are running numbers. ``version`` grows by one with every
    answer that is recorded.
    """

    item_id: int
    position: int
    replaces: int | None
    replaced_by: int | None
    replacement_reason: str | None
    judgements: tuple[Judgement, ...]
    version: int

    @property
    def stands(self) -> bool:
        """Whether the item is still in the sample."""
        return self.replaced_by is None

    @property
    def state(self) -> ItemState:
        """The one word for where the item stands."""
        return item_state(self.judgements, replaced=not self.stands)

    @property
    def judged(self) -> bool:
        """Whether every criterion has an answer."""
        return is_judged(self.judgements)

    @property
    def deviating(self) -> bool:
        """Whether the answers given so far make the item deviating."""
        return is_deviating(self.judgements)

    @property
    def wholly_not_applicable(self) -> bool:
        """Whether the item tells nothing about the control."""
        return is_wholly_not_applicable(self.judgements)

    @property
    def standing_reason(self) -> str | None:
        """Why an item that tells nothing stands all the same."""
        return standing_reason(self.judgements)


@dataclass(frozen=True)
class ReviewProgress:
    """Hur långt granskningen har kommit: numbers of items, and the conclusion that stands."""

    items: int
    judged: int
    deviating: int
    wholly_not_applicable: int
    conclusion: Conclusion | None


def criteria_of(session: Session, occurrence_id: int) -> Sequence[Criterion]:
    """The criteria of the occurrence's control, in order."""
    return session.scalars(
        sa.select(Criterion)
        .join(Occurrence, Occurrence.control_id == Criterion.control_id)
        .where(Occurrence.id == occurrence_id)
        .order_by(Criterion.position)
    ).all()


def latest_results(session: Session, occurrence_id: int) -> dict[tuple[int, int], ItemResult]:
    """The answer that counts for each (item, criterion): the one with the highest revision."""
    newest = (
        sa.select(
            ItemResult.item_id,
            ItemResult.criterion_id,
            sa.func.max(ItemResult.revision).label("revision"),
        )
        .where(ItemResult.occurrence_id == occurrence_id)
        .group_by(ItemResult.item_id, ItemResult.criterion_id)
        .subquery()
    )
    rows = session.scalars(
        sa.select(ItemResult)
        .join(
            newest,
            sa.and_(
                newest.c.item_id == ItemResult.item_id,
                newest.c.criterion_id == ItemResult.criterion_id,
                newest.c.revision == ItemResult.revision,
            ),
        )
        .where(ItemResult.occurrence_id == occurrence_id)
    )
    return {(row.item_id, row.criterion_id): row for row in rows}


def _judgement(criterion: Criterion, result: ItemResult | None) -> Judgement:
    return Judgement(
        answer=result.answer if result else None,
        counts=criterion.counts,
        comment=result.comment if result else None,
    )


def review_items(
    session: Session, occurrence_id: int, draw_id: int | None = None
) -> list[ReviewItem]:
    """Every item of the occurrence's current draw in order, replaced ones too.

    ``draw_id`` saves the look-up where the caller knows the draw. Empty while nothing is drawn.
    """
    if draw_id is None:
        draw = sampling_progress(session, occurrence_id).draw
        if draw is None:
            return []
        draw_id = draw.id
    rows = session.execute(
        sa.select(
            SampleItem.id,
            SampleItem.position,
            SampleItem.replaces_id,
            SampleItem.replacement_reason,
        )
        .where(SampleItem.draw_id == draw_id)
        .order_by(SampleItem.position)
    ).all()
    criteria = criteria_of(session, occurrence_id)
    results = latest_results(session, occurrence_id)
    position_of = {row.id: row.position for row in rows}
    replaced_by = {row.replaces_id: row.position for row in rows if row.replaces_id is not None}
    return [
        ReviewItem(
            item_id=row.id,
            position=row.position,
            replaces=position_of.get(row.replaces_id),
            replaced_by=replaced_by.get(row.id),
            replacement_reason=row.replacement_reason,
            judgements=tuple(
                _judgement(criterion, results.get((row.id, criterion.id))) for criterion in criteria
            ),
            version=sum(
                results[row.id, criterion.id].revision
                for criterion in criteria
                if (row.id, criterion.id) in results
            ),
        )
        for row in rows
    ]


def item_by_position(session: Session, draw_id: int, position: int) -> SampleItem | None:
    """The drawn item with this running number, with its reference: opening it is a reading."""
    return session.scalar(
        sa.select(SampleItem).where(SampleItem.draw_id == draw_id, SampleItem.position == position)
    )


def _conclusions(occurrence_id: int) -> sa.Select[Conclusion]:
    return (
        sa.select(Conclusion)
        .options(joinedload(Conclusion.written_by), joinedload(Conclusion.signed_by))
        .where(Conclusion.occurrence_id == occurrence_id)
    )


def standing_conclusion(session: Session, occurrence_id: int) -> Conclusion | None:
    """The conclusion that was not sent back, signed or not."""
    return session.scalar(_conclusions(occurrence_id).where(Conclusion.returned_at.is_(None)))


def latest_returned(session: Session, occurrence_id: int) -> Conclusion | None:
    """The conclusion that was sent back last, with the reason its writer has to read."""
    return session.scalar(
        _conclusions(occurrence_id)
        .where(Conclusion.returned_at.is_not(None))
        .order_by(Conclusion.id.desc())
        .limit(1)
    )


def testers_of(session: Session, occurrence_id: int) -> frozenset[int]:
    """Users with any part in the testing: drew, answered, or wrote a conclusion of any kind.

    What was corrected or sent back later counts too.
    """
    draws = sa.select(DrawOccurrence.draw_id).where(DrawOccurrence.occurrence_id == occurrence_id)
    parts: sa.CompoundSelect[int | None] = sa.union(
        sa.select(ItemResult.recorded_by_id).where(ItemResult.occurrence_id == occurrence_id),
        sa.select(Conclusion.written_by_id).where(Conclusion.occurrence_id == occurrence_id),
        sa.select(Draw.committed_by_id).where(Draw.id.in_(draws)),
        sa.select(Draw.drawn_by_id).where(Draw.id.in_(draws)),
    )
    return frozenset(user_id for user_id in session.scalars(parts) if user_id is not None)


def review_progress(session: Session, occurrence_id: int) -> ReviewProgress:
    """How far the review has come; a replaced item is not counted, its replacement is."""
    counted = tally(item.judgements for item in review_items(session, occurrence_id) if item.stands)
    return ReviewProgress(
        items=counted.reviewed,
        judged=counted.judged,
        deviating=counted.deviating,
        wholly_not_applicable=counted.wholly_not_applicable,
        conclusion=standing_conclusion(session, occurrence_id),
    )


def judgements_by_position(items: Sequence[ReviewItem]) -> Mapping[int, Sequence[Judgement]]:
    """The items that stand, as the rules read them."""
    return {item.position: item.judgements for item in items if item.stands}
