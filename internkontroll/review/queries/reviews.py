"""Where each item stands, what was answered last, and which conclusion stands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from internkontroll.plan.models import Criterion
from internkontroll.review.models import (
    Answer,
    Attachment,
    Conclusion,
    ItemAmount,
    ItemResult,
    RecordedResult,
    SecondAnswer,
    SecondReading,
)
from internkontroll.review.rules import (
    DEVIATING,
    ItemState,
    Judgement,
    is_deviating,
    is_judged,
    is_wholly_not_applicable,
    item_state,
    standing_reason,
    tally,
)
from internkontroll.sampling.models import Draw, DrawOccurrence, DrawRound, SampleItem
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


@dataclass(frozen=True)
class DeviationReason:
    """Skälet till ett Nej: the question, the answer, and the comment written beside it if any."""

    criterion: str
    answer: Answer
    comment: str | None


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
    _, found = _criteria_and_latest(session, [occurrence_id])
    return {(item_id, criterion_id): row for (_, item_id, criterion_id), row in found.items()}


@cache
def _criteria_and_latest_statement() -> sa.Select[int, Criterion, ItemResult]:
    # Made once: to put it together takes longer than to run it.
    asked: Any = sa.bindparam("occurrence_ids", type_=sa.Integer(), expanding=True)
    keys = (ItemResult.occurrence_id, ItemResult.item_id, ItemResult.criterion_id)
    newest = (
        sa.select(*keys, sa.func.max(ItemResult.revision).label("revision"))
        .where(ItemResult.occurrence_id.in_(asked))
        .group_by(*keys)
        .subquery()
    )
    return (
        sa.select(Occurrence.id, Criterion, ItemResult)
        .join(Criterion, Criterion.control_id == Occurrence.control_id)
        .outerjoin(
            newest,
            sa.and_(newest.c.occurrence_id == Occurrence.id, newest.c.criterion_id == Criterion.id),
        )
        .outerjoin(
            ItemResult,
            sa.and_(
                newest.c.occurrence_id == ItemResult.occurrence_id,
                newest.c.item_id == ItemResult.item_id,
                newest.c.criterion_id == ItemResult.criterion_id,
                newest.c.revision == ItemResult.revision,
            ),
        )
        .where(Occurrence.id.in_(asked))
        .order_by(Occurrence.id, Criterion.position)
    )


def _criteria_and_latest(
    session: Session, occurrence_ids: Collection[int]
) -> tuple[dict[int, list[Criterion]], dict[tuple[int, int, int], ItemResult]]:
    """Each occurrence's criteria in order, and the answers that count, in one statement."""
    rows = session.execute(
        _criteria_and_latest_statement(), {"occurrence_ids": list(occurrence_ids)}
    )
    criteria: dict[int, list[Criterion]] = {each: [] for each in occurrence_ids}
    results: dict[tuple[int, int, int], ItemResult] = {}
    for occurrence_id, criterion, result in rows:
        own = criteria[occurrence_id]
        if not own or own[-1] is not criterion:
            own.append(criterion)
        if result is not None:
            results[occurrence_id, result.item_id, result.criterion_id] = result
    return criteria, results


def reasons_of_item(
    session: Session, occurrence_id: int, item_id: int
) -> tuple[DeviationReason, ...]:
    """Why an item deviates: its latest answers Nej and Underlag saknas, in the questions' order."""
    results = latest_results(session, occurrence_id)
    return tuple(
        DeviationReason(criterion.text, found.answer, found.comment)
        for criterion in criteria_of(session, occurrence_id)
        if criterion.counts
        and (found := results.get((item_id, criterion.id))) is not None
        and found.answer in DEVIATING
    )


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
    return shared_items(session, [occurrence_id], draw_id)[occurrence_id]


def shared_items(
    session: Session, occurrence_ids: Collection[int], draw_id: int
) -> dict[int, list[ReviewItem]]:
    """The items of one draw as each of the occurrences that it serves has judged them.

    Two statements however many occurrences and items there are.
    """
    return judged_items(session, occurrence_ids, draw_id)[1]


def judged_items(
    session: Session, occurrence_ids: Collection[int], draw_id: int
) -> tuple[dict[int, list[Criterion]], dict[int, list[ReviewItem]]]:
    """The criteria of each occurrence's control in order, and :func:`shared_items`."""
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
    criteria, results = _criteria_and_latest(session, occurrence_ids)
    position_of = {row.id: row.position for row in rows}
    replaced_by = {row.replaces_id: row.position for row in rows if row.replaces_id is not None}

    def item(row: sa.Row[*tuple[Any, ...]], occurrence_id: int) -> ReviewItem:
        own = criteria[occurrence_id]
        found = [results.get((occurrence_id, row.id, criterion.id)) for criterion in own]
        return ReviewItem(
            item_id=row.id,
            position=row.position,
            replaces=position_of.get(row.replaces_id),
            replaced_by=replaced_by.get(row.id),
            replacement_reason=row.replacement_reason,
            judgements=tuple(
                _judgement(criterion, result) for criterion, result in zip(own, found, strict=True)
            ),
            version=sum(result.revision for result in found if result is not None),
        )

    return criteria, {each: [item(row, each) for row in rows] for each in occurrence_ids}


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
    """The newest conclusion that was not sent back, signed or not; a correction comes last."""
    return session.scalar(
        _conclusions(occurrence_id)
        .where(Conclusion.returned_at.is_(None))
        .order_by(Conclusion.id.desc())
        .limit(1)
    )


def results_of(session: Session, occurrence_id: int) -> Sequence[RecordedResult]:
    """Every recorded result, the latest first; that one counts."""
    return session.scalars(
        sa.select(RecordedResult)
        .options(joinedload(RecordedResult.recorded_by))
        .where(RecordedResult.occurrence_id == occurrence_id)
        .order_by(RecordedResult.revision.desc())
    ).all()


def latest_result(session: Session, occurrence_id: int) -> RecordedResult | None:
    """The recorded result that counts, or None."""
    return session.scalar(
        sa.select(RecordedResult)
        .options(joinedload(RecordedResult.recorded_by))
        .where(RecordedResult.occurrence_id == occurrence_id)
        .order_by(RecordedResult.revision.desc())
        .limit(1)
    )


def attachments_of(session: Session, occurrence_id: int) -> Sequence[Attachment]:
    """The attachments, removed ones too, in the order they were added."""
    return session.scalars(
        sa.select(Attachment)
        .options(joinedload(Attachment.added_by), joinedload(Attachment.removed_by))
        .where(Attachment.occurrence_id == occurrence_id)
        .order_by(Attachment.id)
    ).all()


def attachment_select(occurrence_id: int, attachment_id: int) -> sa.Select[Attachment]:
    """One attachment of the occurrence, whose wall the caller has asked about, if it stands."""
    return sa.select(Attachment).where(
        Attachment.id == attachment_id,
        Attachment.occurrence_id == occurrence_id,
        Attachment.removed_at.is_(None),
    )


def latest_returned(session: Session, occurrence_id: int) -> Conclusion | None:
    """The conclusion that was sent back last, with the reason its writer has to read."""
    return session.scalar(
        _conclusions(occurrence_id)
        .where(Conclusion.returned_at.is_not(None))
        .order_by(Conclusion.id.desc())
        .limit(1)
    )


def of_current_draw() -> sa.ColumnElement[bool]:
    """Whether a second reading is of a draw that is not redrawn: only that is still a task."""
    redraw = aliased(Draw)
    return ~sa.exists().where(redraw.redraw_of_id == SecondReading.draw_id)


def testers_of(session: Session, occurrence_id: int) -> frozenset[int]:
    """Users with any part in the testing: drew, answered, recorded, added evidence or concluded.

    So has the one who reads the items again, whose answers end in the review, and the one who
    settles where the two differ. What was corrected or sent back later counts too. The chair who
    takes down the committee's outcome has no part in it.
    """
    draws = sa.select(DrawOccurrence.draw_id).where(DrawOccurrence.occurrence_id == occurrence_id)
    parts: sa.CompoundSelect[int | None] = sa.union(
        sa.select(ItemResult.recorded_by_id).where(
            ItemResult.occurrence_id == occurrence_id, ItemResult.by_committee.is_(False)
        ),
        sa.select(Conclusion.written_by_id).where(Conclusion.occurrence_id == occurrence_id),
        sa.select(RecordedResult.recorded_by_id).where(
            RecordedResult.occurrence_id == occurrence_id
        ),
        sa.select(Attachment.added_by_id).where(Attachment.occurrence_id == occurrence_id),
        sa.select(SecondReading.reader_id).where(
            SecondReading.occurrence_id == occurrence_id,
            SecondReading.cancelled_at.is_(None),
            sa.or_(SecondReading.finished_at.is_not(None), of_current_draw()),
        ),
        sa.select(SecondAnswer.settled_by_id)
        .join(SecondReading, SecondReading.id == SecondAnswer.reading_id)
        .where(SecondReading.occurrence_id == occurrence_id),
        sa.select(ItemAmount.recorded_by_id).where(ItemAmount.occurrence_id == occurrence_id),
        sa.select(Draw.committed_by_id).where(Draw.id.in_(draws)),
        sa.select(Draw.drawn_by_id).where(Draw.id.in_(draws)),
        sa.select(DrawRound.committed_by_id).where(DrawRound.draw_id.in_(draws)),
        sa.select(DrawRound.drawn_by_id).where(DrawRound.draw_id.in_(draws)),
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
