"""Read the evidence of a kontrolltillfälle."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.review.models import Attachment


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
