"""Claim and close the runs of periodic jobs; hand over a person's tasks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import LoginFailure, LoginSession, Submission, User
from internkontroll.accounts.queries import people_with_role
from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.text import clean_line
from internkontroll.findings.queries import possible_responsibles
from internkontroll.findings.services import assign_action
from internkontroll.monitoring.models import JobOutcome, JobRun, MonitoringEvent
from internkontroll.monitoring.policy import PERMISSIONS
from internkontroll.monitoring.queries import Duties, duties_of
from internkontroll.organisation.models import Board
from internkontroll.plan.policy import RESPONSIBLE_ROLES
from internkontroll.plan.services import appoint
from internkontroll.sampling.services import refuse_named_items
from internkontroll.trail.services import record

KEEP_DAYS = 30
"""How long ended sessions, failures and used form keys are kept."""

CLAIM_FOR = timedelta(minutes=30)
"""A run that has not ended after this is taken to have died, and may be claimed anew; one that
failed is tried again as long after it began, not at each tick."""


def claim_run(session: Session, job: str, period: str, *, at: datetime) -> JobRun | None:
    """Ta en körning: None when somebody has done, is doing or just failed at the job's period."""
    known = session.scalar(sa.select(JobRun).where(JobRun.job == job, JobRun.period == period))
    if known is None:
        run = JobRun(job=job, period=period, started_at=at)
        session.add(run)
        session.flush()
        return run
    if known.outcome is JobOutcome.DONE or at - known.started_at < CLAIM_FOR:
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


@dataclass(frozen=True)
class HandedOver:
    """How many tasks went from one person to another."""

    controls: int
    actions: int


def refusals(
    session: Session, board: Board, duties: Duties, to: User, *, at: datetime
) -> list[str]:
    """Why the person cannot take over: a Swedish sentence for each kind of task, none if they can.

    A kontrollmoment asks for a role that may be responsible in the board, an action for one that
    handles findings where its finding is.
    """
    on = swedish_day(at)
    sentences = []
    able = people_with_role(session, board.id, RESPONSIBLE_ROLES, on)
    if duties.controls and to.id not in {person.id for person in able}:
        sentences.append(f"{to.title} har ingen roll i nämnden som kan ansvara för kontrollmoment.")
    places = {action.finding.occurrence.subcommittee_id for action in duties.actions}
    for subcommittee_id in sorted(places, key=lambda place: place or 0):
        handlers = possible_responsibles(session, board.id, subcommittee_id, on)
        if to.id not in {person.id for person in handlers}:
            sentences.append(f"{to.title} har ingen roll som kan ansvara för åtgärderna.")
            break
    return sentences


def hand_over(
    session: Session,
    board: Board,
    from_user: User,
    to: User,
    *,
    reason: str,
    expected: int,
    actor: Actor,
    at: datetime,
) -> HandedOver:
    """Lämna över allt that one person answers for in the board to another, or nothing of it.

    ``expected`` is how many tasks the page showed: Conflict if there are more or fewer by now.
    Each task gets a trail row of its own by its own verb, and the whole one more. Raises
    NotAllowed, InvalidInput (no reason or one that names a case, the same person, nothing to hand
    over, or somebody who may not hold something of it), and Conflict if a task is changed at the
    same time.
    """
    on = swedish_day(at)
    ensure(actor, Permission.TASKS_HAND_OVER, Scope(board.id), on, PERMISSIONS)
    reason = clean_line(reason)
    if not reason:
        raise InvalidInput("Skriv varför uppgifterna lämnas över.", field="reason")
    refuse_named_items(session, board.id, reason, "reason")
    if from_user.id == to.id:
        raise InvalidInput("Välj någon annan att lämna över till.", field="to_user")
    duties = next(iter(duties_of(session, from_user.id, board.id)), None)
    if duties is None:
        raise InvalidInput(f"{from_user.title} har inga uppgifter i nämnden.", field="from_user")
    if duties.total != expected:
        raise Conflict("Uppgifterna har ändrats sedan du öppnade sidan. Se över dem igen.")
    if sentences := refusals(session, board, duties, to, at=at):
        raise InvalidInput(
            " ".join(sentences) + " Ge rollen först, eller välj någon annan.", field="to_user"
        )
    for control in duties.controls:
        appoint(session, control, to, actor=actor, at=at)
    for action in duties.actions:
        assign_action(session, action, to, reason=reason, actor=actor, at=at)
    handed = HandedOver(len(duties.controls), len(duties.actions))
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=MonitoringEvent.TASKS_HANDED_OVER,
        subject=("board", board.id),
        data={
            "from_user_id": from_user.id,
            "to_user_id": to.id,
            "controls": handed.controls,
            "actions": handed.actions,
        },
        reason=reason,
    )
    return handed
