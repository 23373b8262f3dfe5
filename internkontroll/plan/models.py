"""Internkontrollplan, kontrollområden, kontrollmoment, kriterier och inläsningar."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.accounts.models import User
from internkontroll.core.base import Base, Pk, Sha256
from internkontroll.organisation.models import Board, Decision
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind, Technique
from internkontroll.risk.models import Risk


class PlanEvent(StrEnum):
    """What the trail says happened to a plan."""

    READ = "plan:read"
    IMPORTED = "plan:imported"
    CHANGED = "control:changed"
    PREPARED = "plan:prepared"
    DECIDED = "plan:decided"
    APPOINTED = "control:appointed"
    MARK_SETTLED = "control:mark-settled"


class PlanKind(StrEnum):
    """Slag av plan: a board may have another one, for what private providers do."""

    INTERNAL_CONTROL = "internal_control"
    PRIVATE_PROVIDERS = "private_providers"


class PlanState(StrEnum):
    """Planens läge."""

    DRAFT = "draft"
    PREPARED = "prepared"
    DECIDED = "decided"
    REPLACED = "replaced"
    CLOSED = "closed"


class MarkKind(StrEnum):
    """Slag av märke på ett kontrollmoment: an open question, or something pointed out."""

    QUESTION = "question"
    NOTE = "note"


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
    source_name: Mapped[str | None]
    source_sha256: Mapped[Sha256 | None]
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


class ControlArea(Base):
    """Kontrollområde: a heading of the plan; each municipality has its own."""

    __tablename__ = "control_area"
    __table_args__ = (
        sa.UniqueConstraint("plan_id", "name"),
        sa.UniqueConstraint("plan_id", "position"),
    )

    id: Mapped[Pk]
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id", ondelete="RESTRICT"))
    name: Mapped[str]
    position: Mapped[int]

    plan: Mapped[Plan] = relationship(back_populates="areas")


control_risk = sa.Table(
    "control_risk",
    Base.metadata,
    sa.Column("control_id", sa.ForeignKey("control.id", ondelete="RESTRICT"), primary_key=True),
    sa.Column("risk_id", sa.ForeignKey("risk.id", ondelete="RESTRICT"), primary_key=True),
)


class Control(Base):
    """Kontrollmoment: what is done against a risk, with the verbatim words beside the reading.

    ``responsible_id`` is empty when the board decides; förvaltningen appoints afterwards.
    ``points`` are the names of the reporting points. ``lineage`` ties the same control over
    versions and years.
    """

    __tablename__ = "control"
    __table_args__ = (
        sa.UniqueConstraint("plan_id", "number"),
        sa.CheckConstraint("length(text) > 0", name="text"),
        sa.CheckConstraint(
            "(sample_kind IN ('at_least','exact')) = (sample_n IS NOT NULL)", name="sample_n"
        ),
        sa.CheckConstraint("sample_n IS NULL OR sample_n >= 1", name="sample_positive"),
        sa.Index(None, "lineage"),
        sa.Index(None, "responsible_id"),
    )

    id: Mapped[Pk]
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id", ondelete="RESTRICT"))
    area_id: Mapped[int] = mapped_column(sa.ForeignKey("control_area.id", ondelete="RESTRICT"))
    number: Mapped[int]
    lineage: Mapped[str] = mapped_column(sa.String(32))
    text: Mapped[str]
    method_text: Mapped[str]
    reporting_text: Mapped[str]
    technique: Mapped[Technique]
    sample_kind: Mapped[SampleKind]
    sample_n: Mapped[int | None]
    frequency: Mapped[Frequency]
    points: Mapped[list[str]]
    performed_by: Mapped[str | None]
    """Another body that performs the control, in the plan's words; empty: the board's own."""
    responsible_text: Mapped[str | None]
    """Whom the plan names as responsible, verbatim; nobody is appointed by it."""
    responsible_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    row_version: Mapped[int] = mapped_column(default=1)

    plan: Mapped[Plan] = relationship(back_populates="controls")
    area: Mapped[ControlArea] = relationship()
    risks: Mapped[list[Risk]] = relationship(secondary=control_risk, order_by="Risk.number")
    responsible: Mapped[User | None] = relationship()
    criteria: Mapped[list["Criterion"]] = relationship(
        back_populates="control", order_by="Criterion.position"
    )
    marks: Mapped[list["ControlMark"]] = relationship(
        back_populates="control", order_by="ControlMark.id"
    )


class Criterion(Base):
    """Kriterium: what each item is judged against. A control always has at least one."""

    __tablename__ = "criterion"
    __table_args__ = (sa.UniqueConstraint("control_id", "position"),)

    id: Mapped[Pk]
    control_id: Mapped[int] = mapped_column(sa.ForeignKey("control.id", ondelete="RESTRICT"))
    position: Mapped[int]
    text: Mapped[str]
    counts: Mapped[bool] = mapped_column(default=True)

    control: Mapped[Control] = relationship(back_populates="criteria")


class ControlMark(Base):
    """Märke: a question that the reading left open, or something it pointed out."""

    __tablename__ = "control_mark"
    __table_args__ = (
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled_by_someone"
        ),
        sa.Index(None, "control_id"),
    )

    id: Mapped[Pk]
    control_id: Mapped[int] = mapped_column(sa.ForeignKey("control.id", ondelete="RESTRICT"))
    kind: Mapped[MarkKind]
    code: Mapped[str] = mapped_column(sa.String(60))
    field: Mapped[str] = mapped_column(sa.String(40))
    text: Mapped[str]
    recorded_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    settled_answer: Mapped[str | None]

    control: Mapped[Control] = relationship(back_populates="marks")


class PlanReadingRow(Base):
    """Provläsning: a plan file as it was read, waiting for answers; nothing of it is a plan yet."""

    __tablename__ = "plan_reading"
    __table_args__ = (
        sa.Index(None, "board_id"),
        sa.CheckConstraint(
            "(imported_at IS NULL) = (plan_id IS NULL)", name="imported_made_a_plan"
        ),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    year: Mapped[int]
    file_name: Mapped[str]
    file_sha256: Mapped[Sha256]
    file_data: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    read_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    read_at: Mapped[datetime]
    imported_at: Mapped[datetime | None]
    plan_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan.id", ondelete="RESTRICT"))
