"""Internkontrollplan, its text sections, and each time it was before the board."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.core.base import Base, Pk, Sha256
from internkontroll.organisation.models import Board, Decision
from internkontroll.plan.models.vocabulary import PlanKind, PlanState
from internkontroll.plan.rules.sections import TextSection

if TYPE_CHECKING:
    from internkontroll.plan.models.controls import Control, ControlArea


class Plan(Base):
    """Internkontrollplan of one board and year. Its content is frozen by the board's decision."""

    __tablename__ = "plan"
    __table_args__ = (
        sa.UniqueConstraint("board_id", "year", "kind", "version"),
        sa.CheckConstraint(
            "(state IN ('decided','replaced','closed')) = (decision_id IS NOT NULL)",
            name="decided_has_decision",
        ),
        sa.CheckConstraint(
            "(decision_id IS NULL) = (content_sha256 IS NULL)", name="decided_is_frozen"
        ),
        sa.CheckConstraint(
            "(proposal IS NULL) = (proposal_sha256 IS NULL)", name="proposal_is_hashed"
        ),
        sa.CheckConstraint(
            "(replaces_id IS NULL) = (revision_reason IS NULL)", name="revision_has_reason"
        ),
        sa.Index(
            "uq_plan_open",
            "board_id",
            "year",
            "kind",
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'prepared', 'amending')"),
            postgresql_where=sa.text("state IN ('draft', 'prepared', 'amending')"),
        ),
        sa.Index(
            "uq_plan_standing",
            "board_id",
            "year",
            "kind",
            unique=True,
            sqlite_where=sa.text("state = 'decided'"),
            postgresql_where=sa.text("state = 'decided'"),
        ),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    year: Mapped[int]
    kind: Mapped[PlanKind] = mapped_column(default=PlanKind.INTERNAL_CONTROL)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[PlanState] = mapped_column(default=PlanState.DRAFT)
    decision_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("decision.id", ondelete="RESTRICT")
    )
    content: Mapped[str | None]
    """The canonical JSON that was decided."""
    content_sha256: Mapped[Sha256 | None]
    proposal: Mapped[str | None] = mapped_column(deferred=True)
    """The canonical JSON that was sent to the board; what it changed is told against it."""
    proposal_sha256: Mapped[Sha256 | None]
    prepared_at: Mapped[datetime | None]
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan.id", ondelete="RESTRICT"))
    """The version that this one is a revision of."""
    revision_reason: Mapped[str | None]
    attachment_of: Mapped[str | None]
    """Which larger decision the plan is a bilaga of, in the minutes' words."""
    attachment: Mapped[str | None]
    """The bilaga's number or name."""
    ended_periods: Mapped[bool] = mapped_column(default=False)
    """Occurrences are wanted also for what ended before the decision."""
    source_name: Mapped[str | None]
    source_sha256: Mapped[Sha256 | None]
    source_title: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    """What stands above the table in the file: pairs of name and value, the name often empty."""
    copied_from_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("plan.id", ondelete="RESTRICT")
    )
    """The plan whose content this one began as, the board's own or another board's."""
    created_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)

    board: Mapped[Board] = relationship()
    decision: Mapped[Decision | None] = relationship()
    areas: Mapped[list["ControlArea"]] = relationship(
        back_populates="plan", order_by="ControlArea.position"
    )
    controls: Mapped[list["Control"]] = relationship(
        back_populates="plan", order_by="Control.number"
    )
    texts: Mapped[list["PlanText"]] = relationship(
        back_populates="plan", order_by="PlanText.revision"
    )


class PlanText(Base):
    """Textavsnitt i planen: a row per saved version; the highest revision is the text that holds.

    A section without rows has its default text (:func:`plan.rules.sections.default_text`).
    """

    __tablename__ = "plan_text"
    __table_args__ = (
        sa.UniqueConstraint("plan_id", "section", "revision"),
        sa.CheckConstraint("revision >= 1", name="revision"),
    )

    id: Mapped[Pk]
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id", ondelete="RESTRICT"))
    section: Mapped[TextSection]
    revision: Mapped[int]
    text: Mapped[str]
    written_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]

    plan: Mapped[Plan] = relationship(back_populates="texts")


class PlanTreatment(Base):
    """Nämndens behandling av planen: each time a proposal was before the board, and its outcome.

    The outcome is the decision's. ``proposal`` is what lay before the board, kept for ever.
    """

    __tablename__ = "plan_treatment"
    __table_args__ = (
        sa.UniqueConstraint("decision_id"),
        sa.CheckConstraint("reason IS NULL OR length(reason) > 0", name="reason"),
        sa.Index(None, "plan_id"),
    )

    id: Mapped[Pk]
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id", ondelete="RESTRICT"))
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id", ondelete="RESTRICT"))
    proposal: Mapped[str] = mapped_column(deferred=True)
    proposal_sha256: Mapped[Sha256]
    reason: Mapped[str | None]
    """Why it was sent back or tabled."""
    next_on: Mapped[date | None]
    """When a tabled plan is to come up again."""
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]

    decision: Mapped[Decision] = relationship()
