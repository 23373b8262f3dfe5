"""Gallringsregler, revisorernas besked, gallringar, och paket till kommunstyrelsen."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.accounts.models import User
from internkontroll.core.base import Base, Pk, Sha256
from internkontroll.organisation.models import Board
from internkontroll.reporting.models import FollowUpReport


class ArchiveEvent(StrEnum):
    """What the trail says happened to what is kept."""

    RULE_DECIDED = "retention:decided"
    AUDIT_CLOSED = "audit:closed"
    DISPOSAL_ORDERED = "disposal:ordered"
    DISPOSAL_WITHDRAWN = "disposal:withdrawn"
    DISPOSAL_LAPSED = "disposal:lapsed"
    DISPOSAL_EXECUTED = "disposal:executed"
    BUNDLE_MADE = "bundle:made"
    PACKAGES_ORDERED = "packages:ordered"
    PACKAGE_MADE = "package:made"
    PACKAGE_FAILED = "package:failed"


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


class PackageState(StrEnum):
    """Paketets läge."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


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


class ReportPackage(Base):
    """Paket: all documents of a sent report in one ZIP, ordered by kommunstyrelsen, made by a job.

    Of the version whose snapshot has ``report_sha256``; ``sha256`` and ``size`` (bytes) are the
    ZIP's. It can always be made again and is taken away after a while.
    """

    __tablename__ = "report_package"
    __table_args__ = (
        sa.UniqueConstraint("report_id", "report_sha256"),
        sa.CheckConstraint(
            "(state = 'done') = (content IS NOT NULL AND sha256 IS NOT NULL AND size IS NOT NULL)",
            name="done",
        ),
        sa.CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failed"),
        sa.CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended"),
        sa.Index(None, "state"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    report_id: Mapped[int] = mapped_column(
        sa.ForeignKey("follow_up_report.id", ondelete="RESTRICT")
    )
    report_sha256: Mapped[Sha256]
    state: Mapped[PackageState] = mapped_column(default=PackageState.WAITING)
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    sha256: Mapped[Sha256 | None]
    size: Mapped[int | None]
    failure: Mapped[str | None]
    ordered_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    ordered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was made, or found not to be possible to make."""

    board: Mapped[Board] = relationship()
    report: Mapped[FollowUpReport] = relationship()
