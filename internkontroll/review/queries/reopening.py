"""Whether a signed conclusion is open for a correction, and what was corrected since."""

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.review.models import Conclusion, ItemResult, Reopening


def standing_reopening(session: Session, occurrence_id: int) -> Reopening | None:
    """The reopening of the occurrence's signed conclusion that is not closed, or None."""
    return session.scalar(
        sa.select(Reopening)
        .join(Reopening.conclusion)
        .options(joinedload(Reopening.reopened_by))
        .where(Conclusion.occurrence_id == occurrence_id, Reopening.closed_at.is_(None))
    )


def corrected_since(session: Session, occurrence_id: int, reopening: Reopening) -> int:
    """How many answers have been corrected since the conclusion was opened."""
    return (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(ItemResult)
            .where(
                ItemResult.occurrence_id == occurrence_id,
                ItemResult.recorded_at >= reopening.reopened_at,
                ItemResult.reason.is_not(None),
            )
        )
        or 0
    )
