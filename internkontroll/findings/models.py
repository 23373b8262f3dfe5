"""Avvikelser: what was found wrong, how it was put right, and what is done against the cause."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.accounts.models import User
from internkontroll.core.base import Base, Money, Pk
from internkontroll.sampling.models import SampleItem
from internkontroll.schedule.models import Occurrence


class FindingEvent(StrEnum):
    """What the trail says happened to a finding."""

    RECORDED = "finding:recorded"
    REVISED = "finding:revised"
    CORRECTED = "finding:corrected"
    RETEST_CHOSEN = "finding:retest-chosen"
    CLOSED = "finding:closed"
    REOPENED = "finding:reopened"
    ACTION_ADDED = "action:added"
    ACTION_ASSIGNED = "action:assigned"
    ACTION_MOVED = "action:moved"
    ACTION_STARTED = "action:started"
    ACTION_DONE = "action:done"
    ACTION_CANCELLED = "action:cancelled"


class Severity(StrEnum):
    """Allvarlighetsgrad, in rising order."""

    MINOR = "minor"
    MATERIAL = "material"
    SERIOUS = "serious"


class FindingState(StrEnum):
    """Avvikelsens läge."""

    OPEN = "open"
    CLOSED = "closed"


class CorrectionOutcome(StrEnum):
    """Hur det gick med rättelsen av den enskilda posten."""

    CORRECTED = "corrected"
    IMPOSSIBLE = "impossible"


class ActionState(StrEnum):
    """Åtgärdens läge."""

    PLANNED = "planned"
    ONGOING = "ongoing"
    DONE = "done"
    CANCELLED = "cancelled"


class ClosingOutcome(StrEnum):
    """Varför en avvikelse avslutas."""

    RETESTED = "retested"
    RISK_ACCEPTED = "risk_accepted"
    MISTAKEN = "mistaken"


class Finding(Base):
    """Avvikelse, "Avvikelse 2020:1 (SCN)": severity, what is wrong and why it became so.

    The item is named by its running number in the sample, never by its reference. Severity,
    description and cause are what holds now; what held before stands in :class:`FindingRevision`.
    """

    __tablename__ = "finding"
    __table_args__ = (
        sa.UniqueConstraint("board_id", "year", "number"),
        sa.UniqueConstraint("occurrence_id", "item_id"),
        sa.CheckConstraint("length(description) > 0", name="description"),
        sa.Index(None, "occurrence_id"),
        sa.Index(None, "board_id", "state"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    year: Mapped[int]
    number: Mapped[int]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    item_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("sample_item.id", ondelete="RESTRICT")
    )
    severity: Mapped[Severity]
    description: Mapped[str]
    cause: Mapped[str | None]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]
    state: Mapped[FindingState] = mapped_column(default=FindingState.OPEN)
    row_version: Mapped[int] = mapped_column(default=1)

    occurrence: Mapped[Occurrence] = relationship()
    item: Mapped[SampleItem | None] = relationship()
    recorded_by: Mapped[User | None] = relationship()


class FindingRevision(Base):
    """Tidigare lydelse: what the finding said until ``recorded_at``, and why that was changed.

    A report as of a moment reads the first row recorded after it, else the finding itself.
    """

    __tablename__ = "finding_revision"
    __table_args__ = (
        sa.UniqueConstraint("finding_id", "revision"),
        sa.CheckConstraint("length(reason) > 0", name="reason"),
        sa.CheckConstraint("length(description) > 0", name="description"),
    )

    id: Mapped[Pk]
    finding_id: Mapped[int] = mapped_column(sa.ForeignKey("finding.id", ondelete="RESTRICT"))
    revision: Mapped[int]
    severity: Mapped[Severity]
    description: Mapped[str]
    cause: Mapped[str | None]
    reason: Mapped[str]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]

    recorded_by: Mapped[User | None] = relationship()


class Correction(Base):
    """Rättelse of the single item: what was done, when, by whom, and the amount in öre if any.

    Or *kan inte rättas*, with the reason in ``text``. The latest row counts. ``done_by`` names a
    function or a unit, never a person.
    """

    __tablename__ = "correction"
    __table_args__ = (
        sa.CheckConstraint("length(text) > 0", name="text"),
        sa.CheckConstraint(
            "(outcome = 'corrected') = (done_on IS NOT NULL AND done_by IS NOT NULL)", name="done"
        ),
        sa.CheckConstraint("amount IS NULL OR outcome = 'corrected'", name="amount"),
        sa.Index(None, "finding_id"),
    )

    id: Mapped[Pk]
    finding_id: Mapped[int] = mapped_column(sa.ForeignKey("finding.id", ondelete="RESTRICT"))
    outcome: Mapped[CorrectionOutcome]
    text: Mapped[str]
    done_on: Mapped[date | None]
    done_by: Mapped[str | None] = mapped_column(sa.String(120))
    amount: Mapped[Money | None]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]

    recorded_by: Mapped[User | None] = relationship()


class Action(Base):
    """Åtgärd: what is done against the cause, by when, and who answers for it.

    ``outcome`` is what was done, or why it was cancelled; ``ended_on`` the day it was.
    """

    __tablename__ = "action"
    __table_args__ = (
        sa.UniqueConstraint("finding_id", "number"),
        sa.CheckConstraint("length(description) > 0", name="description"),
        sa.CheckConstraint(
            "(state IN ('done','cancelled')) = (outcome IS NOT NULL AND ended_on IS NOT NULL "
            "AND ended_at IS NOT NULL)",
            name="ended",
        ),
        sa.Index(None, "responsible_id", "state"),
    )

    id: Mapped[Pk]
    finding_id: Mapped[int] = mapped_column(sa.ForeignKey("finding.id", ondelete="RESTRICT"))
    number: Mapped[int]
    description: Mapped[str]
    responsible_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    due_on: Mapped[date]
    state: Mapped[ActionState] = mapped_column(default=ActionState.PLANNED)
    outcome: Mapped[str | None]
    ended_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)

    finding: Mapped[Finding] = relationship()
    responsible: Mapped[User | None] = relationship(foreign_keys=[responsible_id])
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])
    moves: Mapped[list["ActionMove"]] = relationship(order_by="ActionMove.id")


class ActionMove(Base):
    """Flyttat slutdatum: from which day to which, and why."""

    __tablename__ = "action_move"
    __table_args__ = (
        sa.CheckConstraint("length(reason) > 0", name="reason"),
        sa.CheckConstraint("old_due_on <> new_due_on", name="moved"),
        sa.Index(None, "action_id"),
    )

    id: Mapped[Pk]
    action_id: Mapped[int] = mapped_column(sa.ForeignKey("action.id", ondelete="RESTRICT"))
    old_due_on: Mapped[date]
    new_due_on: Mapped[date]
    reason: Mapped[str]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]

    recorded_by: Mapped[User | None] = relationship()


class ActionAssignment(Base):
    """Byte av ansvarig: who answered for the action until then, and who did from then on.

    A report as of a moment reads the first row recorded after it, else the action itself.
    """

    __tablename__ = "action_assignment"
    __table_args__ = (sa.Index(None, "action_id"),)

    id: Mapped[Pk]
    action_id: Mapped[int] = mapped_column(sa.ForeignKey("action.id", ondelete="RESTRICT"))
    old_responsible_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    new_responsible_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]


class Retest(Base):
    """Omtest: the kontrolltillfälle that shows whether the åtgärd worked. The latest one counts."""

    __tablename__ = "retest"
    __table_args__ = (sa.Index(None, "finding_id"), sa.Index(None, "occurrence_id"))

    id: Mapped[Pk]
    finding_id: Mapped[int] = mapped_column(sa.ForeignKey("finding.id", ondelete="RESTRICT"))
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]

    occurrence: Mapped[Occurrence] = relationship()


class Closing(Base):
    """Avslut of a finding; it stands until the finding is reopened, and the row stays.

    ``accepted_by`` names the body or function that accepted the risk.
    """

    __tablename__ = "closing"
    __table_args__ = (
        sa.CheckConstraint("outcome = 'retested' OR reason IS NOT NULL", name="reason"),
        sa.CheckConstraint(
            "(outcome = 'risk_accepted') = (accepted_by IS NOT NULL)", name="accepted_by"
        ),
        sa.CheckConstraint("(outcome = 'retested') = (retest_id IS NOT NULL)", name="retest"),
        sa.CheckConstraint("(reopened_at IS NULL) = (reopen_reason IS NULL)", name="reopened_why"),
        sa.Index(
            "uq_closing_standing",
            "finding_id",
            unique=True,
            sqlite_where=sa.text("reopened_at IS NULL"),
            postgresql_where=sa.text("reopened_at IS NULL"),
        ),
        sa.Index(None, "finding_id"),
    )

    id: Mapped[Pk]
    finding_id: Mapped[int] = mapped_column(sa.ForeignKey("finding.id", ondelete="RESTRICT"))
    outcome: Mapped[ClosingOutcome]
    reason: Mapped[str | None]
    accepted_by: Mapped[str | None] = mapped_column(sa.String(120))
    retest_id: Mapped[int | None] = mapped_column(sa.ForeignKey("retest.id", ondelete="RESTRICT"))
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]
    reopened_at: Mapped[datetime | None]
    reopened_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    reopen_reason: Mapped[str | None]

    recorded_by: Mapped[User | None] = relationship(foreign_keys=[recorded_by_id])
    reopened_by: Mapped[User | None] = relationship(foreign_keys=[reopened_by_id])
