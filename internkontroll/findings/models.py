"""Avvikelser: what was found wrong in a control."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.accounts.models import User
from internkontroll.core.base import Base, Pk
from internkontroll.schedule.models import Occurrence


class FindingEvent(StrEnum):
    """What the trail says happened to a finding."""

    RECORDED = "finding:recorded"


class Severity(StrEnum):
    """Allvarlighetsgrad, in rising order."""

    MINOR = "minor"
    MATERIAL = "material"
    SERIOUS = "serious"


class Finding(Base):
    """Avvikelse, "Avvikelse 2020:1 (SCN)": severity, what is wrong and why it became so.

    The item is named by its running number in the sample, never by its reference.
    """

    __tablename__ = "finding"
    __table_args__ = (
        sa.UniqueConstraint("board_id", "year", "number"),
        sa.UniqueConstraint("occurrence_id", "item_id"),
        sa.CheckConstraint("length(description) > 0", name="description"),
        sa.Index(None, "occurrence_id"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    year: Mapped[int]
    number: Mapped[int]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    item_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("sample_item.id", ondelete="RESTRICT")
    )
    severity: Mapped[Severity]
    description: Mapped[str]
    cause: Mapped[str | None]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]

    occurrence: Mapped[Occurrence] = relationship()
    recorded_by: Mapped[User | None] = relationship()
