"""Kommunstyrelsens samlade bild: its own assessment, and its decision."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from internkontroll.core.base import Base, Pk, Sha256
from internkontroll.reporting.models.reports import OverallAssessment


class OversightEvent(StrEnum):
    """What the trail says happened to kommunstyrelsens samlade bild."""

    ASSESSED = "oversight:assessed"
    DECIDED = "oversight:decided"
    CORRECTED = "oversight:corrected"


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


class OversightDecision(Base):
    """Kommunstyrelsens beslut om samlade bilden: what was decided, frozen. The latest one holds.

    A correction is a new version with a reason; the one before it is kept as it was.
    """

    __tablename__ = "oversight_decision"
    __table_args__ = (
        sa.UniqueConstraint("year", "point", "version"),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.CheckConstraint("(version = 1) = (reason IS NULL)", name="corrected_why"),
    )

    id: Mapped[Pk]
    year: Mapped[int]
    point: Mapped[str] = mapped_column(sa.String(40))
    version: Mapped[int]
    body: Mapped[str]
    decided_on: Mapped[date]
    paragraph: Mapped[str]
    registry_number: Mapped[str]
    verified_on: Mapped[date | None]
    reason: Mapped[str | None]
    """Why this version took the place of the one before it."""
    snapshot: Mapped[str] = mapped_column(deferred=True)
    """The canonical JSON that was decided."""
    snapshot_sha256: Mapped[Sha256]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]
