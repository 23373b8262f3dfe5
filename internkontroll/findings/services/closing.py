"""Välj omtest, avsluta avvikelsen and open it again. Never by who answers for its action."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.text import clean_text
from internkontroll.findings.models import (
    Action,
    ActionState,
    Closing,
    ClosingOutcome,
    Finding,
    FindingEvent,
    FindingState,
    Retest,
)
from internkontroll.findings.queries import (
    control_in_force,
    facts_of,
    label,
    latest_retest,
    retest_candidates,
)
from internkontroll.findings.rules import hindrances
from internkontroll.findings.services.correcting import DONE_BY_MAX
from internkontroll.findings.services.guards import ensure_may, lock_open, trace, written
from internkontroll.organisation.models import Board
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.services import mark_ordered


def choose_retest(
    session: Session, finding: Finding, occurrence: Occurrence, *, actor: Actor, at: datetime
) -> Retest:
    """Välj omtest: the later occurrence of the same control that shows whether the action worked.

    Chosen anew, the latest one counts. Raises NotAllowed, InvalidInput (another control's, an
    earlier or a dead occurrence) and InvalidTransition (the finding is ended).
    """
    ensure_may(actor, Permission.FINDING_HANDLE, finding, at)
    lock_open(session, finding)
    if occurrence.id not in {row.id for row in retest_candidates(session, finding)}:
        raise InvalidInput(
            "Kontrolltillfället kan inte vara omtest för avvikelsen. Välj ett i listan.",
            field="occurrence",
        )
    known = latest_retest(session, finding.id)
    if known is not None and known.occurrence_id == occurrence.id:
        return known
    return _chosen(session, finding, occurrence, known, actor=actor, at=at)


def order_retest(
    session: Session, finding: Finding, due_on: date | None, *, actor: Actor, at: datetime
) -> Retest:
    """Lägg till ett eget omtest: an occurrence for this alone, to be done by ``due_on``.

    It is made under the plan that holds in the day's year. Raises NotAllowed, InvalidInput (no
    day, one that has been, or a year without a decided plan) and InvalidTransition.
    """
    ensure_may(actor, Permission.FINDING_HANDLE, finding, at)
    lock_open(session, finding)
    if due_on is None:
        raise InvalidInput("Skriv när omtestet ska vara gjort.", field="due_on")
    if due_on < swedish_day(at):
        raise InvalidInput("Dagen har redan varit. Skriv en dag som kommer.", field="due_on")
    control = control_in_force(session, finding, due_on.year)
    if control is None:
        raise InvalidInput(
            f"Nämnden har ingen beslutad plan för {due_on.year} med kontrollen i. Välj en dag "
            "under ett år då planen är beslutad.",
            field="due_on",
        )
    name = label(finding, session.get_one(Board, finding.board_id))
    occurrence = mark_ordered(
        session,
        control,
        due_on=due_on,
        reason=f"Omtest av {name[0].lower()}{name[1:]}",
        subcommittee_id=finding.occurrence.subcommittee_id,
        actor=actor,
        at=at,
    )
    known = latest_retest(session, finding.id)
    return _chosen(session, finding, occurrence, known, actor=actor, at=at)


def _chosen(
    session: Session,
    finding: Finding,
    occurrence: Occurrence,
    known: Retest | None,
    *,
    actor: Actor,
    at: datetime,
) -> Retest:
    row = Retest(
        finding_id=finding.id,
        occurrence_id=occurrence.id,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    trace(
        session,
        finding,
        FindingEvent.RETEST_CHOSEN,
        actor=actor,
        at=at,
        data={"occurrence": {"old": known.occurrence_id if known else None, "new": occurrence.id}},
    )
    return row


def _answers_for_it(session: Session, finding: Finding) -> frozenset[int]:
    rows = session.execute(
        sa.select(Action.responsible_id, Action.ended_by_id).where(
            Action.finding_id == finding.id, Action.state != ActionState.CANCELLED
        )
    )
    return frozenset(user_id for row in rows for user_id in row if user_id is not None)


def may_close(session: Session, finding: Finding, actor: Actor) -> bool:
    """Whether the actor is another person than those who answer for the finding's actions."""
    return actor.user_id is not None and actor.user_id not in _answers_for_it(session, finding)


def _ensure_other_person(session: Session, finding: Finding, actor: Actor) -> None:
    if actor.user_id is None:
        raise NotAllowed("En avvikelse avslutas av en person. Logga in och gör det på sidan.")
    if not may_close(session, finding, actor):
        raise NotAllowed(
            "Du är själv ansvarig för en åtgärd mot avvikelsen. Någon annan måste avsluta den."
        )


def close_finding(
    session: Session,
    finding: Finding,
    outcome: ClosingOutcome,
    *,
    reason: str | None = None,
    accepted_by: str | None = None,
    actor: Actor,
    at: datetime,
) -> Closing:
    """Avsluta avvikelsen: åtgärdad och omtestad, risken accepteras, or felaktig iakttagelse.

    Raises NotAllowed (also for who answers for an action of it), InvalidInput naming the field,
    InvalidTransition telling everything that stands in the way, and Conflict.
    """
    ensure_may(actor, Permission.FINDING_CLOSE, finding, at)
    lock_open(session, finding)
    _ensure_other_person(session, finding, actor)
    retested = outcome is ClosingOutcome.RETESTED
    if not retested or clean_text(reason or ""):
        reason = written(session, finding, reason, "Skriv skälet.", field="reason")
    else:
        reason = None
    if outcome is ClosingOutcome.RISK_ACCEPTED:
        accepted_by = written(
            session,
            finding,
            accepted_by,
            "Skriv vem som har accepterat risken: ett organ eller en funktion.",
            field="accepted_by",
            most=DONE_BY_MAX,
        )
    facts = facts_of(session, [finding])[finding.id]
    if found := hindrances(facts, outcome, reasoned=reason is not None):
        raise InvalidTransition(" ".join(found))
    retest = latest_retest(session, finding.id) if retested else None
    row = Closing(
        finding_id=finding.id,
        outcome=outcome,
        reason=reason,
        accepted_by=accepted_by if outcome is ClosingOutcome.RISK_ACCEPTED else None,
        retest_id=retest.id if retest else None,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("Någon annan hann avsluta avvikelsen. Läs om sidan.") from error
    _move_state(session, finding, FindingState.OPEN, FindingState.CLOSED)
    trace(
        session,
        finding,
        FindingEvent.CLOSED,
        actor=actor,
        at=at,
        data={
            "state": {"old": FindingState.OPEN, "new": FindingState.CLOSED},
            "outcome": outcome,
            "retest": retest.occurrence_id if retest else None,
        },
        reason=reason,
    )
    return row


def _move_state(session: Session, finding: Finding, old: FindingState, new: FindingState) -> None:
    moved = session.execute(
        sa.update(Finding)
        .where(Finding.id == finding.id, Finding.state == old)
        .values(state=new, row_version=Finding.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    session.refresh(finding)
    if not moved.rowcount:  # type: ignore[attr-defined]
        raise Conflict("Någon annan hann ändra avvikelsen. Läs om sidan och se vad som gäller nu.")


def reopen_finding(
    session: Session, finding: Finding, reason: str, *, actor: Actor, at: datetime
) -> Finding:
    """Öppna avvikelsen igen with a reason; how it was ended stays as it was.

    Raises NotAllowed, InvalidInput, InvalidTransition (it is open) and Conflict.
    """
    ensure_may(actor, Permission.FINDING_CLOSE, finding, at)
    reason = written(
        session, finding, reason, "Skriv varför avvikelsen öppnas igen.", field="reason"
    )
    session.refresh(finding, ["state", "row_version"])
    if finding.state is not FindingState.CLOSED:
        raise InvalidTransition("Avvikelsen är redan öppen. Läs om sidan.")
    _move_state(session, finding, FindingState.CLOSED, FindingState.OPEN)
    session.execute(
        sa.update(Closing)
        .where(Closing.finding_id == finding.id, Closing.reopened_at.is_(None))
        .values(reopened_at=at, reopened_by_id=actor.user_id, reopen_reason=reason)
    )
    trace(
        session,
        finding,
        FindingEvent.REOPENED,
        actor=actor,
        at=at,
        data={"state": {"old": FindingState.CLOSED, "new": FindingState.OPEN}},
        reason=reason,
    )
    return finding
