"""Where each item stands, what was answered last, and which conclusion stands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.plan.models import Criterion
from internkontroll.review.models import (
    Answer,
    Conclusion,
    ItemResult,
    RecordedResult,
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
)
from internkontroll.sampling.models import SampleItem
from internkontroll.sampling.queries import sampling_progress
from internkontroll.schedule.models import Occurrence


@dataclass(frozen=True)
class ReviewItem:
    """Dragen post i granskningen, by its running number; its reference is deliberately not here.

    ``replaced_by`` and ``replaces`` are running numbers. ``version`` grows by one with every
    answer that is recorded. ``by_committee`` tells that an answer that counts is the utskott's own.
    """

    item_id: int
    position: int
    replaces: int | None
    replaced_by: int | None
    replacement_reason: str | None
    judgements: tuple[Judgement, ...]
    version: int
    by_committee: bool = False

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
    return judged_rows(session, dict.fromkeys(occurrence_ids, rows))


def judged_rows(
    session: Session, rows_of: Mapping[int, Sequence[Any]]
) -> tuple[dict[int, list[Criterion]], dict[int, list[ReviewItem]]]:
    """As :func:`judged_items`, where the items of each occurrence's draw are read already.

    ``rows_of`` are they by occurrence, in order: id, position, replaces_id, replacement_reason.
    One statement however many occurrences there are.
    """
    criteria, results = _criteria_and_latest(session, rows_of)
    return criteria, {
        each: _review_items(rows, each, criteria[each], results) for each, rows in rows_of.items()
    }


def _review_items(
    rows: Sequence[Any],
    occurrence_id: int,
    criteria: Sequence[Criterion],
    results: Mapping[tuple[int, int, int], ItemResult],
) -> list[ReviewItem]:
    position_of = {row.id: row.position for row in rows}
    replaced_by = {row.replaces_id: row.position for row in rows if row.replaces_id is not None}

    def item(row: Any) -> ReviewItem:
        found = [results.get((occurrence_id, row.id, criterion.id)) for criterion in criteria]
        return ReviewItem(
            item_id=row.id,
            position=row.position,
            replaces=position_of.get(row.replaces_id),
            replaced_by=replaced_by.get(row.id),
            replacement_reason=row.replacement_reason,
            judgements=tuple(
                _judgement(criterion, result)
                for criterion, result in zip(criteria, found, strict=True)
            ),
            version=sum(result.revision for result in found if result is not None),
            by_committee=any(result.by_committee for result in found if result is not None),
        )

    return [item(row) for row in rows]


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


def latest_returned(session: Session, occurrence_id: int) -> Conclusion | None:
    """The conclusion that was sent back last, with the reason its writer has to read."""
    return session.scalar(
        _conclusions(occurrence_id)
        .where(Conclusion.returned_at.is_not(None))
        .order_by(Conclusion.id.desc())
        .limit(1)
    )


def judgements_by_position(items: Sequence[ReviewItem]) -> Mapping[int, Sequence[Judgement]]:
    """The items that stand, as the rules read them."""
    return {item.position: item.judgements for item in items if item.stands}
