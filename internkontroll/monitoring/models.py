"""Jobbens körningar: a row per run, so that a job runs once per period."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.accounts.models import User
from internkontroll.core.base import Base, Pk, Sha256
from internkontroll.organisation.models import Board, Unit
from internkontroll.trail.models import Reading


class MonitoringEvent(StrEnum):
    """What the trail says happened to people's tasks."""

    TASKS_HANDED_OVER = "tasks:handed-over"
    READINGS_SEARCHED = "reading:searched"
    READINGS_DRAWN = "reading:drawn"
    READINGS_SIGNED = "reading:signed"


class JobOutcome(StrEnum):
    """Hur en körning gick."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobRun(Base):
    """Jobbkörning: one job in one period; the unique pair keeps two workers from doing it twice."""

    __tablename__ = "job_run"
    __table_args__ = (
        sa.UniqueConstraint("job", "period"),
        sa.CheckConstraint("(outcome = 'running') = (ended_at IS NULL)", name="ended"),
    )

    id: Mapped[Pk]
    job: Mapped[str] = mapped_column(sa.String(60))
    period: Mapped[str] = mapped_column(sa.String(40))
    outcome: Mapped[JobOutcome] = mapped_column(default=JobOutcome.RUNNING)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    summary: Mapped[str | None]


class LookOutcome(StrEnum):
    """Vad logguppföljningen sade om en läsning."""

    IN_ORDER = "in_order"
    TO_BE_EXAMINED = "to_be_examined"


class LogFollowUp(Base):
    """Logguppföljning: a month's readings of one unit, a few of them drawn for its manager.

    ``unit_id`` empty: readings by those whose roles hold for the whole board. The frame is the
    numbers of the trail's rows in order; seed and frame let anybody draw again.
    """

    __tablename__ = "log_follow_up"
    __table_args__ = (
        sa.Index(
            "uq_log_follow_up_of_unit",
            "board_id",
            "unit_id",
            "period_start",
            unique=True,
            sqlite_where=sa.text("unit_id IS NOT NULL"),
            postgresql_where=sa.text("unit_id IS NOT NULL"),
        ),
        sa.Index(
            "uq_log_follow_up_of_board",
            "board_id",
            "period_start",
            unique=True,
            sqlite_where=sa.text("unit_id IS NULL"),
            postgresql_where=sa.text("unit_id IS NULL"),
        ),
        sa.CheckConstraint("(signed_at IS NULL) = (signed_by_id IS NULL)", name="signed"),
        sa.CheckConstraint("n >= 1 AND n <= size", name="n"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id", ondelete="RESTRICT"))
    period_start: Mapped[date]
    size: Mapped[int]
    """N: how many readings the month had."""
    n: Mapped[int]
    seed: Mapped[str]
    frame_sha256: Mapped[Sha256]
    drawn_at: Mapped[datetime]
    signed_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    signed_at: Mapped[datetime | None]

    board: Mapped[Board] = relationship()
    unit: Mapped[Unit | None] = relationship()
    signed_by: Mapped[User | None] = relationship()
    items: Mapped[list["LogFollowUpItem"]] = relationship(
        back_populates="follow_up", order_by="LogFollowUpItem.position"
    )

    @property
    def standing(self) -> list[tuple["LogFollowUpItem", Reading]]:
        """The drawn readings that gallring has left, in order."""
        return [(item, item.reading) for item in self.items if item.reading is not None]


class LogFollowUpItem(Base):
    """Dragen läsning, and what was said of it."""

    __tablename__ = "log_follow_up_item"
    __table_args__ = (
        sa.UniqueConstraint("follow_up_id", "position"),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome <> 'to_be_examined' OR remark IS NOT NULL",
            name="examined_why",
        ),
    )

    id: Mapped[Pk]
    follow_up_id: Mapped[int] = mapped_column(
        sa.ForeignKey("log_follow_up.id", ondelete="RESTRICT")
    )
    position: Mapped[int]
    reading_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("reading.row_id", ondelete="SET NULL")
    )
    """Empty when gallring has destroyed what the reading was."""
    outcome: Mapped[LookOutcome | None]
    remark: Mapped[str | None]

    follow_up: Mapped[LogFollowUp] = relationship(back_populates="items")
    reading: Mapped[Reading | None] = relationship()
