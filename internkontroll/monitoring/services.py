"""Claim and close the runs of periodic jobs; hand over tasks; follow up who read what is secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import LoginFailure, LoginSession, Submission, User
from internkontroll.accounts.queries import people_with_role
from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import start_of_day, swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, NotAllowed
from internkontroll.core.text import clean_line
from internkontroll.findings.queries import possible_responsibles
from internkontroll.findings.services import assign_action
from internkontroll.monitoring.models import (
    JobOutcome,
    JobRun,
    LogFollowUp,
    LogFollowUpItem,
    LookOutcome,
    MonitoringEvent,
)
from internkontroll.monitoring.policy import PERMISSIONS
from internkontroll.monitoring.queries import (
    Duties,
    SeenReading,
    duties_of,
    readings_between,
    readings_of_case,
    units_of_readers,
    units_within_reach,
)
from internkontroll.monitoring.rules import draw_of_readings
from internkontroll.organisation.models import Board
from internkontroll.plan.policy import RESPONSIBLE_ROLES
from internkontroll.plan.services import appoint
from internkontroll.sampling.services import refuse_named_items
from internkontroll.sampling.services.seeds import system_digits
from internkontroll.trail.services import record

KEEP_DAYS = 30
"""How long ended sessions and used form keys are kept."""
FAILURES_KEPT = timedelta(days=1)
"""How long failed logins are kept: they count for a quarter, and their job runs once a night."""

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
        sa.delete(LoginFailure).where(LoginFailure.at < at - FAILURES_KEPT),
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


READINGS_EACH = 5
"""How many readings a month are drawn from each unit's."""


def draw_readings(session: Session, month: date, *, actor: Actor, at: datetime) -> int:
    """Dra månadens läsningar for each unit's manager; returns how many follow-ups were made.

    The frame is the numbers of the trail's rows, the seed the program's own, the draw by tickets
    (IKS-1.1): all of it stands in the trail. What is drawn already is left as it is.
    """
    since, until = start_of_day(month), start_of_day((month + timedelta(days=32)).replace(day=1))
    made = 0
    for board in session.scalars(sa.select(Board).order_by(Board.id)).all():
        readings = readings_between(session, board.code, since, until)
        units = units_of_readers(session, board.id, readings)
        drawn = set(
            session.scalars(
                sa.select(LogFollowUp.unit_id).where(
                    LogFollowUp.board_id == board.id, LogFollowUp.period_start == month
                )
            )
        )
        for unit_id in sorted(set(units.values()) - drawn, key=lambda one: one or 0):
            frame = [row for row, unit in units.items() if unit == unit_id]
            _draw_one(session, board, unit_id, month, frame, actor=actor, at=at)
            made += 1
    return made


def _draw_one(
    session: Session,
    board: Board,
    unit_id: int | None,
    month: date,
    frame: Sequence[int],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    seed, digest, chosen = draw_of_readings(frame, READINGS_EACH, system_digits())
    follow_up = LogFollowUp(
        board_id=board.id,
        unit_id=unit_id,
        period_start=month,
        size=len(frame),
        n=len(chosen),
        seed=seed,
        frame_sha256=digest,
        drawn_at=at,
    )
    session.add(follow_up)
    session.flush()
    session.add_all(
        LogFollowUpItem(follow_up_id=follow_up.id, position=place, reading_id=row)
        for place, row in enumerate(chosen, start=1)
    )
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=MonitoringEvent.READINGS_DRAWN,
        subject=("log-follow-up", follow_up.id),
        data={
            "unit_id": unit_id,
            "period": month,
            "size": len(frame),
            "n": len(chosen),
            "seed": seed,
            "frame_sha256": digest,
            "drawn": chosen,
        },
    )


def sign_log_follow_up(
    session: Session,
    follow_up: LogFollowUp,
    looks: Mapping[int, tuple[LookOutcome, str]],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Skriv under logguppföljningen: each drawn reading in order, or to be examined and why.

    Raises NotAllowed for another unit's and for whoever has one of the readings themselves,
    InvalidInput for one left out or without a remark where one is needed, Conflict if it is signed.
    """
    board = session.get_one(Board, follow_up.board_id)
    on = swedish_day(at)
    ensure(actor, Permission.READING_FOLLOW_UP, Scope(board.id), on, PERMISSIONS)
    units = units_within_reach(actor, board.id, at)
    if units is not None and follow_up.unit_id not in units:
        raise NotAllowed("Logguppföljningen hör till en annan enhet.")
    if any(reading.user_id == actor.user_id for _, reading in follow_up.standing):
        raise NotAllowed(
            "En av läsningarna är din egen. En annan chef eller nämndens controller skriver under."
        )
    remarks: dict[int, str] = {}
    for item, _ in follow_up.standing:
        if item.position not in looks:
            raise InvalidInput(
                f"Läsning {item.position} saknar svar. Välj vad som gäller.",
                field=f"outcome_{item.position}",
            )
        outcome, remark = looks[item.position]
        field = f"remark_{item.position}"
        remarks[item.position] = clean_line(remark)
        refuse_named_items(session, board.id, remarks[item.position], field)
        if outcome is LookOutcome.TO_BE_EXAMINED and not remarks[item.position]:
            raise InvalidInput(
                "Skriv vad som behöver utredas och vem som gör det, utan att nämna ärendet.",
                field=field,
            )
    changed = session.execute(
        sa.update(LogFollowUp)
        .where(LogFollowUp.id == follow_up.id, LogFollowUp.signed_at.is_(None))
        .values(signed_at=at, signed_by_id=actor.user_id)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Logguppföljningen är redan underskriven.")
    standing = [item for item, _ in follow_up.standing]
    for item in standing:
        item.outcome, item.remark = looks[item.position][0], remarks[item.position] or None
    outcomes = [looks[item.position][0] for item in standing]
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=MonitoringEvent.READINGS_SIGNED,
        subject=("log-follow-up", follow_up.id),
        data={each.value: outcomes.count(each) for each in LookOutcome},
    )
    session.expire(follow_up)


def ask_for_readers(
    session: Session,
    board: Board,
    reference: str,
    first: date,
    last: date,
    *,
    actor: Actor,
    at: datetime,
) -> list[SeenReading]:
    """Fråga vem som har läst ett ärende, both days included; the question is itself recorded.

    The trail tells the days and how many readings there were, never the reference. Raises
    NotAllowed, and InvalidInput for days in the wrong order.
    """
    on = swedish_day(at)
    ensure(actor, Permission.READING_SEARCH, Scope(board.id), on, PERMISSIONS)
    if last < first:
        raise InvalidInput("Sista dagen ligger före den första.", field="until")
    found = readings_of_case(
        session,
        board.id,
        board.code,
        reference,
        start_of_day(first),
        start_of_day(last + timedelta(days=1)),
    )
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=MonitoringEvent.READINGS_SEARCHED,
        subject=("board", board.id),
        data={"from": first, "to": last, "found": len(found)},
    )
    return found
