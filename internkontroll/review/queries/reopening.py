"""The conclusions of a kontrolltillfälle: which stands, which is open for a correction.

Also what was corrected since it was opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.review.models import Conclusion, ItemResult, Reopening


@dataclass(frozen=True)
class Conclusions:
    """Slutsatserna: every conclusion of a kontrolltillfälle, the first one first.

    ``reopening`` is that of the signed one that is open for a correction.
    """

    every: Sequence[Conclusion]
    reopening: Reopening | None

    @property
    def standing(self) -> Conclusion | None:
        """The newest one that was not sent back, signed or not; a correction comes last."""
        return next((row for row in reversed(self.every) if row.returned_at is None), None)

    @property
    def signed(self) -> list[Conclusion]:
        """Every signed one, the first one first; the others correct it."""
        return [row for row in self.every if row.signed_at is not None]

    @property
    def sent_back(self) -> Conclusion | None:
        """The one that was sent back last, with the reason its writer has to read."""
        return next((row for row in reversed(self.every) if row.returned_at is not None), None)


def conclusions_of(session: Session, occurrence_id: int) -> Conclusions:
    """Every conclusion of the occurrence, and whether one is open for a correction. One query."""
    rows = session.execute(
        sa.select(Conclusion, Reopening)
        .outerjoin(
            Reopening,
            sa.and_(Reopening.conclusion_id == Conclusion.id, Reopening.closed_at.is_(None)),
        )
        .options(
            joinedload(Conclusion.written_by),
            joinedload(Conclusion.signed_by),
            joinedload(Reopening.reopened_by),
        )
        .where(Conclusion.occurrence_id == occurrence_id)
        .order_by(Conclusion.id)
    ).all()
    opened = [reopening for _, reopening in rows if reopening is not None]
    return Conclusions([row for row, _ in rows], opened[0] if opened else None)


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
