"""Kommunstyrelsens samlade bild: its own assessment, and its decision."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from internkontroll.core.base import Base, Pk
from internkontroll.reporting.models.reports import OverallAssessment


class OversightEvent(StrEnum):
    """What the trail says happened to kommunstyrelsens samlade bild."""

    ASSESSED = "oversight:assessed"


class OversightSummary(Base):
    """Kommunstyrelsens egen bedömning. A change is a new row; the latest one counts.

    ``proposals`` are further att-satser, one to a line.
    """

    __tablename__ = "oversight_summary"
    __table_args__ = (
        sa.UniqueConstraint("year", "point", "revision"),
        sa.CheckConstraint("revision >= 1", name="revision"),
        sa.CheckConstraint("length(grounds) > 0", name="grounds"),
    )

    id: Mapped[Pk]
    year: Mapped[int]
    point: Mapped[str] = mapped_column(sa.String(40))
    revision: Mapped[int]
    overall: Mapped[OverallAssessment]
    grounds: Mapped[str]
    proposals: Mapped[str]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]
