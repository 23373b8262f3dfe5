"""Uppföljning av internkontrollplanen: live until decided, then a snapshot with hash."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.core.base import Base, Pk, Sha256
from internkontroll.organisation.models import Decision, ReportingPoint


class ReportEvent(StrEnum):
    """What the trail says happened to a follow-up report."""

    COMMENTED = "report:commented"
    ASSESSED = "report:assessed"
    CONCLUDED = "report:concluded"
    DECIDED = "report:decided"


class Assessment(StrEnum):
    """Bedömning av ett kontrollmoment."""

    WITHOUT_DEVIATION = "without_deviation"
    MINOR = "minor"
    MATERIAL = "material"
    SERIOUS = "serious"
    NOT_PERFORMED = "not_performed"


class OverallAssessment(StrEnum):
    """Samlad bedömning av den interna kontrollen."""

    SUFFICIENT = "sufficient"
    PARTLY = "partly"
    INSUFFICIENT = "insufficient"


class ReportState(StrEnum):
    """Uppföljningens läge."""

    LIVE = "live"
    DECIDED = "decided"


class FollowUpReport(Base):
    """Uppföljning av internkontrollplan for one board and reporting point."""

    __tablename__ = "follow_up_report"
    __table_args__ = (
        sa.UniqueConstraint("reporting_point_id"),
        sa.CheckConstraint(
            "(state = 'decided') = (decision_id IS NOT NULL AND snapshot IS NOT NULL\n"
            "AND snapshot_sha256 IS NOT NULL AND cut_off_at IS NOT NULL)",
            name="decided_is_frozen",
        ),
        sa.CheckConstraint(
            "(overall IS NULL) = (overall_grounds IS NULL)", name="overall_has_grounds"
        ),
        sa.CheckConstraint("(overall IS NULL) = (overall_at IS NULL)", name="overall_has_time"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    reporting_point_id: Mapped[int] = mapped_column(
        sa.ForeignKey("reporting_point.id", ondelete="RESTRICT")
    )
    state: Mapped[ReportState] = mapped_column(default=ReportState.LIVE)
    overall: Mapped[OverallAssessment | None]
    overall_grounds: Mapped[str | None]
    overall_at: Mapped[datetime | None]
    """When the overall assessment was last written."""
    decision_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("decision.id", ondelete="RESTRICT")
    )
    cut_off_at: Mapped[datetime | None]
    """The moment up to which facts were taken in; set by the decision."""
    snapshot: Mapped[str | None]
    """The canonical JSON that was decided."""
    snapshot_sha256: Mapped[Sha256 | None]
    created_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)

    reporting_point: Mapped[ReportingPoint] = relationship()
    decision: Mapped[Decision | None] = relationship()


class ReportRemark(Base):
    """Kommentar och bedömning för ett kontrollmoment i en uppföljning. A change is a new row.

    ``assessment`` empty: the rule's own proposal stands. ``reason`` is asked for when it differs.
    """

    __tablename__ = "report_remark"
    __table_args__ = (
        sa.UniqueConstraint("report_id", "control_id", "revision"),
        sa.CheckConstraint(
            "assessment IS NULL OR assessment_reason IS NOT NULL", name="assessment_why"
        ),
    )

    id: Mapped[Pk]
    report_id: Mapped[int] = mapped_column(
        sa.ForeignKey("follow_up_report.id", ondelete="RESTRICT")
    )
    control_id: Mapped[int] = mapped_column(sa.ForeignKey("control.id", ondelete="RESTRICT"))
    revision: Mapped[int]
    comment: Mapped[str]
    assessment: Mapped[Assessment | None]
    assessment_reason: Mapped[str | None]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]
