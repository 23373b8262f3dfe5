"""Inläsningar av planfiler, and the headings that a municipality has told the meaning of."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from internkontroll.core.base import Base, Pk, Sha256
from internkontroll.plan.models.vocabulary import ReadingSource
from internkontroll.plan.rules.headers import Field


class PlanReadingRow(Base):
    """Provläsning: a plan file as it was read, waiting for answers; nothing of it is a plan yet.

    ``layout`` is what people have said of its headings, at this reading and before. ``made`` is
    what the import made and what it changed, as :mod:`plan.services.undoing` needs it. The bytes
    go when they are no longer needed; name and hash stay.
    """

    __tablename__ = "plan_reading"
    __table_args__ = (
        sa.Index(None, "board_id"),
        sa.CheckConstraint(
            "(imported_at IS NULL) = (plan_id IS NULL)", name="imported_made_a_plan"
        ),
        sa.CheckConstraint(
            "(file_data IS NULL) = (file_removed_at IS NOT NULL)", name="file_is_there_or_removed"
        ),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    year: Mapped[int]
    source: Mapped[ReadingSource] = mapped_column(default=ReadingSource.FILE)
    file_name: Mapped[str]
    file_sha256: Mapped[Sha256]
    file_data: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    file_removed_at: Mapped[datetime | None]
    layout: Mapped[dict[str, Any]] = mapped_column(default=dict)
    read_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    read_at: Mapped[datetime]
    imported_at: Mapped[datetime | None]
    plan_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan.id", ondelete="RESTRICT"))
    made: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
    undone_at: Mapped[datetime | None]


class PlanHeading(Base):
    """Rubrik: what a heading in the municipality's plan files means, as a person once said.

    ``field`` is empty where the column is kept as an addition. It holds for all boards.
    """

    __tablename__ = "plan_heading"
    __table_args__ = (sa.UniqueConstraint("heading_key"),)

    id: Mapped[Pk]
    heading_key: Mapped[str]
    heading: Mapped[str]
    field: Mapped[Field | None]
    told_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    told_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)
