"""Who has had a part in the testing: they do not sign what came of it."""

from collections.abc import Collection
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from internkontroll.review.models import (
    Attachment,
    Conclusion,
    ItemAmount,
    ItemResult,
    RecordedResult,
    SecondAnswer,
    SecondReading,
)
from internkontroll.sampling.models import Draw, DrawOccurrence, DrawRound


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
    return testers_of_each(session, [occurrence_id])[occurrence_id]


def testers_of_each(session: Session, occurrence_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """As :func:`testers_of`, of several kontrolltillfällen in one query."""
    found: dict[int, set[int]] = {each: set() for each in occurrence_ids}
    if occurrence_ids:
        asked = {"occurrence_ids": list(occurrence_ids)}
        for occurrence_id, user_id in session.execute(_statement(), asked):
            if user_id is not None:
                found[occurrence_id].add(user_id)
    return {each: frozenset(users) for each, users in found.items()}


@cache
def _statement() -> sa.CompoundSelect[int, int | None]:
    # Made once: to put it together takes longer than to run it.
    asked: Any = sa.bindparam("occurrence_ids", type_=sa.Integer(), expanding=True)

    def of_draws(model: type[Draw | DrawRound], user_id: Any) -> sa.Select[int, int | None]:
        key = Draw.id if model is Draw else DrawRound.draw_id
        return (
            sa.select(DrawOccurrence.occurrence_id, user_id)
            .join(model, key == DrawOccurrence.draw_id)
            .where(DrawOccurrence.occurrence_id.in_(asked))
        )

    return sa.union(
        sa.select(ItemResult.occurrence_id, ItemResult.recorded_by_id).where(
            ItemResult.occurrence_id.in_(asked), ItemResult.by_committee.is_(False)
        ),
        sa.select(Conclusion.occurrence_id, Conclusion.written_by_id).where(
            Conclusion.occurrence_id.in_(asked)
        ),
        sa.select(RecordedResult.occurrence_id, RecordedResult.recorded_by_id).where(
            RecordedResult.occurrence_id.in_(asked)
        ),
        sa.select(Attachment.occurrence_id, Attachment.added_by_id).where(
            Attachment.occurrence_id.in_(asked)
        ),
        sa.select(SecondReading.occurrence_id, SecondReading.reader_id).where(
            SecondReading.occurrence_id.in_(asked),
            SecondReading.cancelled_at.is_(None),
            sa.or_(SecondReading.finished_at.is_not(None), of_current_draw()),
        ),
        sa.select(SecondReading.occurrence_id, SecondAnswer.settled_by_id)
        .join(SecondReading, SecondReading.id == SecondAnswer.reading_id)
        .where(SecondReading.occurrence_id.in_(asked)),
        sa.select(ItemAmount.occurrence_id, ItemAmount.recorded_by_id).where(
            ItemAmount.occurrence_id.in_(asked)
        ),
        of_draws(Draw, Draw.committed_by_id),
        of_draws(Draw, Draw.drawn_by_id),
        of_draws(DrawRound, DrawRound.committed_by_id),
        of_draws(DrawRound, DrawRound.drawn_by_id),
    )
