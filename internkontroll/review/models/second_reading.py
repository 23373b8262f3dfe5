"""Läsning av en andra person: which items another than the tester reads again, and what of it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.accounts.models import User
from internkontroll.core.base import Base, Pk
from internkontroll.review.models.reviews import Answer

_STANDING = "cancelled_at IS NULL"


def _answer(name: str) -> sa.Enum:
    """A column of answers. Several stand in one table, and each constraint has its own name."""
    return sa.Enum(
        Answer,
        name=name,
        native_enum=False,
        create_constraint=True,
        values_callable=lambda members: [str(member.value) for member in members],
        length=40,
    )


class SecondReading(Base):
    """Andra läsning: another person reads a drawn share of the items, blind to the first answers.

    The items are the first ``n`` of ``size`` by ticket under ``seed`` and the list's hash, so that
    the choice can be made again. One that was broken off keeps its row and its reason.
    """

    __tablename__ = "second_reading"
    __table_args__ = (
        sa.CheckConstraint("n >= 1 AND n <= size", name="n"),
        sa.CheckConstraint("length(seed) >= 20", name="seed"),
        sa.CheckConstraint("ordered_by_id IS NULL OR ordered_by_id <> reader_id", name="two"),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancel_reason IS NULL)", name="cancelled_why"
        ),
        sa.CheckConstraint("finished_at IS NULL OR cancelled_at IS NULL", name="one_outcome"),
        sa.Index(None, "draw_id"),
        sa.Index(None, "reader_id"),
        sa.Index(
            "uq_second_reading_standing",
            "occurrence_id",
            "draw_id",
            unique=True,
            sqlite_where=sa.text(_STANDING),
            postgresql_where=sa.text(_STANDING),
        ),
    )

    id: Mapped[Pk]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("draw.id", ondelete="RESTRICT"))
    n: Mapped[int]
    size: Mapped[int]
    """How many items stood in the sample when the share was chosen."""
    seed: Mapped[str] = mapped_column(sa.String(80))
    reader_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))
    ordered_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    ordered_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    cancel_reason: Mapped[str | None]

    reader: Mapped[User] = relationship(foreign_keys=[reader_id])
    ordered_by: Mapped[User | None] = relationship(foreign_keys=[ordered_by_id])


class SecondAnswer(Base):
    """Andra svaret på ett kriterium för en post, beside the first one as it was at the order.

    ``final_answer`` is what the two came to where they differed, with its reason.
    """

    __tablename__ = "second_answer"
    __table_args__ = (
        sa.UniqueConstraint("reading_id", "item_id", "criterion_id"),
        sa.CheckConstraint("(answer IS NULL) = (recorded_at IS NULL)", name="recorded"),
        sa.CheckConstraint(
            "(final_answer IS NULL) = (settled_at IS NULL) "
            "AND (final_answer IS NULL) = (settle_reason IS NULL)",
            name="settled",
        ),
        sa.CheckConstraint(
            "final_answer IS NULL OR (answer IS NOT NULL AND answer <> first_answer)",
            name="differed",
        ),
        sa.Index(None, "item_id"),
    )

    id: Mapped[Pk]
    reading_id: Mapped[int] = mapped_column(sa.ForeignKey("second_reading.id", ondelete="RESTRICT"))
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("sample_item.id", ondelete="RESTRICT"))
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criterion.id", ondelete="RESTRICT"))
    first_answer: Mapped[Answer] = mapped_column(_answer("first_answer"))
    answer: Mapped[Answer | None] = mapped_column(_answer("answer"))
    comment: Mapped[str | None]
    recorded_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(default=1)
    final_answer: Mapped[Answer | None] = mapped_column(_answer("final_answer"))
    settle_reason: Mapped[str | None]
    settled_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    settled_at: Mapped[datetime | None]

    settled_by: Mapped[User | None] = relationship(foreign_keys=[settled_by_id])
