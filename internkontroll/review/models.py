"""Granskning: svar per kriterium, slutsats och underskrift av en annan person."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.accounts.models import User
from internkontroll.core.base import Base, Pk


class Answer(StrEnum):
    """Svar på ett kriterium."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"
    EVIDENCE_MISSING = "evidence_missing"


class ReviewEvent(StrEnum):
    """What the trail says happened to a review."""

    ITEM_JUDGED = "item:judged"
    CONCLUSION_WRITTEN = "conclusion:written"
    CONCLUSION_RETURNED = "conclusion:returned"
    CONCLUSION_SIGNED = "conclusion:signed"


class ItemResult(Base):
    """Svar för en post och ett kriterium. A correction is a new row; the latest one counts."""

    __tablename__ = "item_result"
    __table_args__ = (
        sa.UniqueConstraint("occurrence_id", "item_id", "criterion_id", "revision"),
        sa.Index(None, "item_id"),
    )

    id: Mapped[Pk]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("sample_item.id", ondelete="RESTRICT"))
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criterion.id", ondelete="RESTRICT"))
    revision: Mapped[int]
    answer: Mapped[Answer]
    comment: Mapped[str | None]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]


class Conclusion(Base):
    """Slutsats: what the tester found, signed by somebody else. The figures are those at signing.

    ``reviewed`` is n, ``population_size`` N, ``deviating`` the number of deviating items and
    ``not_applicable`` of those that stand though they were wholly *ej tillämpligt*. A conclusion
    that was sent back keeps its row; a new one follows.
    """

    __tablename__ = "conclusion"
    __table_args__ = (
        sa.CheckConstraint("signed_by_id IS NULL OR signed_by_id <> written_by_id", name="two"),
        sa.CheckConstraint("(signed_at IS NULL) = (signed_by_id IS NULL)", name="signed_by"),
        sa.CheckConstraint("(returned_at IS NULL) = (return_reason IS NULL)", name="returned_why"),
        sa.CheckConstraint("signed_at IS NULL OR returned_at IS NULL", name="one_outcome"),
        sa.CheckConstraint(
            "deviating >= 0 AND not_applicable >= 0 AND deviating + not_applicable <= reviewed",
            name="deviating",
        ),
        sa.CheckConstraint("reviewed <= population_size", name="reviewed"),
        sa.Index(None, "occurrence_id"),
        sa.Index(
            "uq_conclusion_standing",
            "occurrence_id",
            unique=True,
            sqlite_where=sa.text("returned_at IS NULL"),
            postgresql_where=sa.text("returned_at IS NULL"),
        ),
    )

    id: Mapped[Pk]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    text: Mapped[str]
    reviewed: Mapped[int]
    population_size: Mapped[int]
    deviating: Mapped[int]
    not_applicable: Mapped[int] = mapped_column(default=0)
    is_random: Mapped[bool]
    written_by_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    written_at: Mapped[datetime]
    signed_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    signed_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    return_reason: Mapped[str | None]

    written_by: Mapped[User] = relationship(foreign_keys=[written_by_id])
    signed_by: Mapped[User | None] = relationship(foreign_keys=[signed_by_id])
