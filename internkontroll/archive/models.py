"""Gallringsregler, revisorernas besked och gallringar."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.accounts.models import User
from internkontroll.core.base import Base, Pk, Sha256
from internkontroll.organisation.models import Board


class ArchiveEvent(StrEnum):
    """What the trail says happened to what is kept."""

    RULE_DECIDED = "retention:decided"
    AUDIT_CLOSED = "audit:closed"
    DISPOSAL_ORDERED = "disposal:ordered"
    DISPOSAL_WITHDRAWN = "disposal:withdrawn"
    DISPOSAL_LAPSED = "disposal:lapsed"
    DISPOSAL_EXECUTED = "disposal:executed"
    BUNDLE_MADE = "bundle:made"


class RecordKind(StrEnum):
    """Slag av uppgifter that a board has a retention rule for."""

    ITEM_REFERENCES = "item_references"
    ATTACHMENTS = "attachments"
    NOTES = "notes"
    REPORT_DRAFTS = "report_drafts"
    READING_TRAIL = "reading_trail"
    TRAIL = "trail"
    ACCOUNTS = "accounts"
    MUNICIPALITY_TRAIL = "municipality_trail"
    AUDIT_TRAIL = "audit_trail"


class CountedFrom(StrEnum):
    """From when a frist is counted: the last day of the year, or the board's last decision on it.

    The decision is that on the year's last follow-up.
    """

    YEAR_END = "year_end"
    YEAR_DECIDED = "year_decided"


class DisposalState(StrEnum):
    """Gallringens läge: ordered by one, executed when another confirms."""

    ORDERED = "ordered"
    EXECUTED = "executed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class RetentionRule(Base):
    """Gallringsregel: how long a board keeps a kind of records, by which decision.

    ``months`` (0-1200) are counted from ``counted_from``. ``reference`` is the paragraph, or the
    number of the dokumenthanteringsplan. A kind without a row has a proposal only, by which
    nothing can be destroyed.
    """

    __tablename__ = "retention_rule"
    __table_args__ = (
        sa.UniqueConstraint("board_id", "kind"),
        sa.CheckConstraint("months BETWEEN 0 AND 1200", name="months"),
        sa.CheckConstraint("length(body) > 0 AND length(reference) > 0", name="decided"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    kind: Mapped[RecordKind]
    months: Mapped[int]
    counted_from: Mapped[CountedFrom]
    body: Mapped[str]
    decided_on: Mapped[date]
    reference: Mapped[str] = mapped_column(sa.String(60))
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)


class AuditClosing(Base):
    """Revisorerna är klara med ett år: until then nothing of the year is destroyed.

    ``told_by`` is who said so and in which document, never a person's name.
    """

    __tablename__ = "audit_closing"
    __table_args__ = (
        sa.UniqueConstraint("board_id", "year"),
        sa.CheckConstraint("length(told_by) > 0", name="told_by"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    year: Mapped[int]
    closed_on: Mapped[date]
    told_by: Mapped[str]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]


class Disposal(Base):
    """Gallring of one kind of a board's records of one year: ordered by one, done by another.

    ``decision`` is the rule as it read when it was ordered. ``count`` and ``selection`` (SHA-256
    of what was chosen) are those that were ordered: anything else than that is not destroyed.
    The heads are the board's chain before and after.
    """

    __tablename__ = "disposal"
    __table_args__ = (
        sa.CheckConstraint(
            "confirmed_by_id IS NULL OR confirmed_by_id <> ordered_by_id", name="two_persons"
        ),
        sa.CheckConstraint(
            "(state = 'executed') = (confirmed_by_id IS NOT NULL)", name="executed_by"
        ),
        sa.CheckConstraint(
            "(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed_at"
        ),
        sa.CheckConstraint(
            "(state IN ('withdrawn', 'lapsed')) = (ended_at IS NOT NULL)", name="ended"
        ),
        sa.CheckConstraint("count > 0", name="count"),
        sa.Index(
            "uq_disposal_open",
            "board_id",
            "kind",
            "year",
            unique=True,
            sqlite_where=sa.text("state = 'ordered'"),
            postgresql_where=sa.text("state = 'ordered'"),
        ),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    kind: Mapped[RecordKind]
    year: Mapped[int]
    state: Mapped[DisposalState] = mapped_column(default=DisposalState.ORDERED)
    decision: Mapped[str]
    count: Mapped[int]
    kept: Mapped[int]
    """How many of the kind and year something stood in the way of."""
    oldest: Mapped[datetime]
    newest: Mapped[datetime]
    selection: Mapped[Sha256]
    ordered_by_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    ordered_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When it was withdrawn, or found to have lapsed."""
    head_before: Mapped[Sha256 | None]
    head_after: Mapped[Sha256 | None]

    board: Mapped[Board] = relationship()
    ordered_by: Mapped[User] = relationship(foreign_keys=[ordered_by_id])
    confirmed_by: Mapped[User | None] = relationship(foreign_keys=[confirmed_by_id])
