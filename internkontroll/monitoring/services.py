"""Claim and close the runs of periodic jobs."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import LoginFailure, LoginSession, Submission
from internkontroll.monitoring.models import JobOutcome, JobRun

KEEP_DAYS = 30
"""How long ended sessions, failures and used form keys are kept."""

CLAIM_FOR = timedelta(minutes=30)
"""A run that has not ended after this is taken to have died, and may be claimed anew."""


def claim_run(session: Session, job: str, period: str, *, at: datetime) -> JobRun | None:
    """Ta en körning: None when somebody has done or is doing the job for that period."""
    known = session.scalar(sa.select(JobRun).where(JobRun.job == job, JobRun.period == period))
    if known is None:
        run = JobRun(job=job, period=period, started_at=at)
        session.add(run)
        session.flush()
        return run
    if known.outcome is JobOutcome.DONE or (
        known.outcome is JobOutcome.RUNNING and at - known.started_at < CLAIM_FOR
    ):
        return None
    claimed = session.execute(
        sa.update(JobRun)
        .where(JobRun.id == known.id, JobRun.started_at == known.started_at)
        .values(outcome=JobOutcome.RUNNING, started_at=at, ended_at=None, summary=None)
    )
    return known if claimed.rowcount == 1 else None  # type: ignore[attr-defined]


def end_run(session: Session, run_id: int, outcome: JobOutcome, summary: str, at: datetime) -> None:
    """Avsluta en körning with what it did."""
    session.execute(
        sa.update(JobRun)
        .where(JobRun.id == run_id)
        .values(outcome=outcome, ended_at=at, summary=summary)
    )


def tidy_accounts(session: Session, *, at: datetime) -> int:
    """Städa: remove sessions, failures and form keys that can no longer be used. Returns rows."""
    before = at - timedelta(days=KEEP_DAYS)
    removed = 0
    for statement in (
        sa.delete(LoginSession).where(LoginSession.last_seen_at < before),
        sa.delete(LoginFailure).where(LoginFailure.at < before),
        sa.delete(Submission).where(Submission.at < before),
    ):
        removed += session.execute(statement).rowcount  # type: ignore[attr-defined]
    return removed
