"""Kontrollområden, kontrollmoment, kriterier och märken, and what is obligatory for all boards."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.accounts.models import User
from internkontroll.core.base import Base, Pk
from internkontroll.plan.models.checklists import ChecklistVersion
from internkontroll.plan.models.plans import Plan
from internkontroll.plan.models.vocabulary import MarkKind
from internkontroll.plan.rules.vocabulary import ControlKind, Frequency, SampleKind, Technique
from internkontroll.risk.models import Risk


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


class ObligatoryControl(Base):
    """Kontrollmoment som kommunstyrelsen har gjort obligatoriskt för alla nämnder ett år.

    Each board's plan has its own copy (:attr:`Control.obligatory_id`), whose core stays as here.
    """

    __tablename__ = "obligatory_control"
    __table_args__ = (
        sa.UniqueConstraint("year", "number"),
        sa.CheckConstraint("length(text) > 0", name="text"),
        sa.CheckConstraint(
            "(sample_kind IN ('at_least','exact')) = (sample_n IS NOT NULL)", name="sample_n"
        ),
        sa.CheckConstraint("sample_n IS NULL OR sample_n >= 1", name="sample_positive"),
    )

    id: Mapped[Pk]
    year: Mapped[int]
    number: Mapped[int]
    lineage: Mapped[str] = mapped_column(sa.String(32))
    area_name: Mapped[str]
    risk_text: Mapped[str | None]
    text: Mapped[str]
    kind: Mapped[ControlKind | None]
    method_text: Mapped[str]
    technique: Mapped[Technique]
    sample_kind: Mapped[SampleKind]
    sample_n: Mapped[int | None]
    frequency: Mapped[Frequency]
    points: Mapped[list[str]]
    criteria: Mapped[list[str]]
    written_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(default=1)


class Control(Base):
    """Kontrollmoment: what is done against a risk, with the verbatim words beside the reading.

    ``responsible_id`` is empty when the board decides; förvaltningen appoints afterwards.
    ``points`` are the names of the reporting points. ``lineage`` ties the same control over
    versions and years.
    """

    __tablename__ = "control"
    __table_args__ = (
        sa.UniqueConstraint("plan_id", "number"),
        sa.UniqueConstraint("plan_id", "obligatory_id"),
        sa.CheckConstraint("length(text) > 0", name="text"),
        sa.CheckConstraint(
            "(sample_kind IN ('at_least','exact')) = (sample_n IS NOT NULL)", name="sample_n"
        ),
        sa.CheckConstraint("sample_n IS NULL OR sample_n >= 1", name="sample_positive"),
        sa.CheckConstraint(
            "not_applicable_reason IS NULL OR obligatory_id IS NOT NULL", name="not_applicable"
        ),
        sa.Index(None, "lineage"),
        sa.Index(None, "responsible_id"),
        sa.Index(None, "checklist_version_id"),
    )

    id: Mapped[Pk]
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id", ondelete="RESTRICT"))
    area_id: Mapped[int] = mapped_column(sa.ForeignKey("control_area.id", ondelete="RESTRICT"))
    number: Mapped[int]
    lineage: Mapped[str] = mapped_column(sa.String(32))
    text: Mapped[str]
    method_text: Mapped[str]
    reporting_text: Mapped[str]
    kind: Mapped[ControlKind | None]
    """Empty where the plan does not say."""
    technique: Mapped[Technique]
    sample_kind: Mapped[SampleKind]
    sample_n: Mapped[int | None]
    frame_text: Mapped[str | None]
    """Urvalsramen: what the items are taken from, in words."""
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
    obligatory_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("obligatory_control.id", ondelete="RESTRICT")
    )
    not_applicable_reason: Mapped[str | None]
    """Why the board does not do an obligatory control: then it has no occurrences."""
    checklist_version_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("checklist_version.id", ondelete="RESTRICT")
    )
    """The version of the library's checklist that the criteria were copied from, if any."""
    row_version: Mapped[int] = mapped_column(default=1)

    plan: Mapped[Plan] = relationship(back_populates="controls")
    area: Mapped[ControlArea] = relationship()
    risks: Mapped[list[Risk]] = relationship(secondary=control_risk, order_by="Risk.number")
    responsible: Mapped[User | None] = relationship()
    checklist_version: Mapped[ChecklistVersion | None] = relationship()
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
    help_text: Mapped[str | None]
    """What the reviewer should look for."""

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
    asked: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What may be answered: choices, proposal and what the answer is about; empty for a note."""
    recorded_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    settled_answer: Mapped[str | None]

    control: Mapped[Control] = relationship(back_populates="marks")
