"""Rätt belopp: what an item should have been booked at, as the tester found it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from internkontroll.core.base import Base, Money, Pk


class ItemAmount(Base):
    """Rätt belopp för en post i öre. A correction is a new row; the highest revision counts.

    ``audited`` is empty where what was recorded is taken back: then the booked amount stands.
    """

    __tablename__ = "item_amount"
    __table_args__ = (
        sa.UniqueConstraint("occurrence_id", "item_id", "revision"),
        sa.CheckConstraint("revision >= 1", name="revision"),
        sa.Index(None, "item_id"),
    )

    id: Mapped[Pk]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("sample_item.id", ondelete="RESTRICT"))
    revision: Mapped[int]
    audited: Mapped[Money | None]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]
