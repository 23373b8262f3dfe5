"""Internkontrollplan, kontrollområden, kontrollmoment, kriterier och inläsningar."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.accounts.models import User
from internkontroll.core.base import Base, Pk, Sha256
from internkontroll.organisation.models import Board, Decision
from internkontroll.plan.rules.headers import Field
from internkontroll.plan.rules.sections import TextSection
from internkontroll.plan.rules.vocabulary import ControlKind, Frequency, SampleKind, Technique
from internkontroll.risk.models import Risk


class PlanEvent(StrEnum):
    """What the trail says happened to a plan."""

    READ = "plan:read"
    IMPORTED = "plan:imported"
    UPDATED = "plan:updated-from-file"
    IMPORT_UNDONE = "plan:import-undone"
    HEADINGS_TOLD = "plan:headings-told"
    CHANGED = "control:changed"
    PREPARED = "plan:prepared"
    DECIDED = "plan:decided"
    APPOINTED = "control:appointed"
    MARK_SETTLED = "control:mark-settled"
    RETURNED = "plan:returned"
    REFERRED_BACK = "plan:referred-back"
    TABLED = "plan:tabled"
    AMENDED = "plan:amended"
    VERIFIED = "plan:verified"
    REVISED = "plan:revised"
    REPLACED = "plan:replaced"
    CLOSED = "plan:closed"
    CREATED = "plan:created"
    TEXT_CHANGED = "plan:text-changed"
    AREAS_CHANGED = "plan:areas-changed"
    CONTROL_ADDED = "control:added"
    CONTROL_MOVED = "control:moved"
    CONTROL_REMOVED = "control:removed"
    CRITERIA_CHANGED = "control:criteria-changed"
    APPLICABILITY_CHANGED = "control:applicability-changed"
    OBLIGATORY_ADDED = "plan:obligatory-added"
    OBLIGATORY_WRITTEN = "obligatory-control:written"
    OBLIGATORY_CHANGED = "obligatory-control:changed"
    OBLIGATORY_WITHDRAWN = "obligatory-control:withdrawn"


class PlanKind(StrEnum):
    """Slag av plan: a board may have another one, for what private providers do."""

    INTERNAL_CONTROL = "internal_control"
    PRIVATE_PROVIDERS = "private_providers"


class PlanState(StrEnum):
    """Planens läge."""

    DRAFT = "draft"
    PREPARED = "prepared"
    AMENDING = "amending"
    """The board has changed the proposal; what it changed is being written in."""
    DECIDED = "decided"
    REPLACED = "replaced"
    CLOSED = "closed"


class ReadingSource(StrEnum):
    """Hur planen kom in: a file, or cells pasted into the page."""

    FILE = "file"
    PASTED = "pasted"


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
