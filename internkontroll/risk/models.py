"""Riskregister: risks of a board and their dated assessments."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.core.base import Base, Pk


class RiskEvent(StrEnum):
    """What the trail says happened to a risk."""

    REGISTERED = "risk:registered"
    CHANGED = "risk:changed"
    ASSESSED = "risk:assessed"
    REMOVED = "risk:removed"


class AssessmentKind(StrEnum):
    """Vilken risk som värderas: inneboende, nuvarande eller kvarvarande."""

    INHERENT = "inherent"
    CURRENT = "current"
    RESIDUAL = "residual"


class Risk(Base):
    """Risk: what may go wrong, from the board's register. A score may be missing."""

    __tablename__ = "risk"
    __table_args__ = (
        sa.UniqueConstraint("board_id", "number"),
        sa.CheckConstraint("length(description) > 0", name="description"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    number: Mapped[int]
    description: Mapped[str]
    cause: Mapped[str | None]
    consequence: Mapped[str | None]
    category: Mapped[str | None]
    owner: Mapped[str | None]
    """Riskägare: the function or unit that owns the risk, in words."""
    concerns_irregularities: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)

    assessments: Mapped[list["RiskAssessment"]] = relationship(
        back_populates="risk", order_by="(RiskAssessment.assessed_on, RiskAssessment.id)"
    )


class RiskAssessment(Base):
    """Riskvärdering: a dated row with a frozen copy of the scale that was used."""

    __tablename__ = "risk_assessment"
    __table_args__ = (
        sa.CheckConstraint("likelihood IS NULL OR likelihood >= 1", name="likelihood"),
        sa.CheckConstraint("impact IS NULL OR impact >= 1", name="impact"),
        sa.CheckConstraint("score >= 1", name="score"),
        sa.Index(None, "risk_id"),
    )

    id: Mapped[Pk]
    risk_id: Mapped[int] = mapped_column(sa.ForeignKey("risk.id", ondelete="RESTRICT"))
    kind: Mapped[AssessmentKind]
    likelihood: Mapped[int | None]
    impact: Mapped[int | None]
    score: Mapped[int]
    scale: Mapped[dict[str, Any]]
    assessed_on: Mapped[date]
    recorded_at: Mapped[datetime]

    risk: Mapped[Risk] = relationship(back_populates="assessments")
