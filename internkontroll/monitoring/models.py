"""Jobbens körningar: a row per run, so that a job runs once per period."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from internkontroll.core.base import Base, Pk


class MonitoringEvent(StrEnum):
    """What the trail says happened to people's tasks."""

    TASKS_HANDED_OVER = "tasks:handed-over"


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
