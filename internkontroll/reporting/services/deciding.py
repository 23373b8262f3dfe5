"""Besluta uppföljningen: freeze what the board decided; record what else it did with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.core.text import clean_text
from internkontroll.organisation.models import Board, Decision, DecisionOutcome, ReportingPoint
from internkontroll.organisation.services import close_point, record_decision
from internkontroll.reporting.models import (
    FollowUpReport,
    ReportEvent,
    ReportRemark,
    ReportState,
    ReportTreatment,
)
from internkontroll.reporting.queries import decision_facts
from internkontroll.reporting.queries.xray import xray_of
from internkontroll.reporting.rules import Report, decided_cut_off, to_plain
from internkontroll.reporting.rules.states import BEFORE_BOARD, require_transition
from internkontroll.reporting.rules.versions import differences
from internkontroll.reporting.services.approving import NO_PROPOSAL
from internkontroll.reporting.services.assigning import NewAssignment, give_assignments
from internkontroll.reporting.services.guards import (
    before_the_board,
    change,
    decision_data,
    ensure_may,
    ensure_report,
    made_report,
    trace,
)
from internkontroll.sampling.services.guards import checked_reason


@dataclass(frozen=True)
class Minutes:
    """Protokollets uppgifter: dag, § and diarienummer; the board itself unless ``body`` is said."""

    decided_on: date
    paragraph: str
    registry_number: str
    body: str | None = None
    verified_on: date | None = None


def _refuse_early(
    session: Session, report: FollowUpReport, point: ReportingPoint, decided_on: date
) -> None:
    if decided_on <= point.period_end:
        raise InvalidInput(
            f"Perioden slutar {long_date(point.period_end)}. Uppföljningen kan inte vara beslutad "
            "förrän dagen efter.",
            field="decided_on",
        )
    # What the board decided on was written by then: a text of a later day shows a wrong date.
    # What the board itself changed is written in after the meeting.
    if report.state is ReportState.AMENDING:
        return
    written = session.scalar(
        sa.select(sa.func.max(ReportRemark.recorded_at)).where(ReportRemark.report_id == report.id)
    )
    latest = max((at for at in (written, report.overall_at) if at is not None), default=None)
    if latest is not None and swedish_day(latest) > decided_on:
        raise InvalidInput(
            f"Uppföljningens texter ändrades {long_date(swedish_day(latest))}, efter den dag du "
            "skrev. Kontrollera beslutets dag.",
            field="decided_on",
        )
    if report.approved_at is not None and swedish_day(report.approved_at) > decided_on:
        raise InvalidInput(
            f"Uppföljningen godkändes {long_date(swedish_day(report.approved_at))}, efter den dag "
            "du skrev. Kontrollera beslutets dag.",
            field="decided_on",
        )


def treat(
    session: Session,
    board: Board,
    report: FollowUpReport,
    minutes: Minutes,
    outcome: DecisionOutcome,
    *,
    proposal: Report,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
    next_on: date | None = None,
) -> tuple[Decision, tuple[str, ...]]:
    """The decision, the row that the report was before the board, and what the X-ray reminded of.

    Raises InvalidInput for facts of a decision that cannot be.
    """
    decision = record_decision(
        session,
        board,
        body=board.name if minutes.body is None else minutes.body,
        decided_on=minutes.decided_on,
        paragraph=minutes.paragraph,
        registry_number=minutes.registry_number,
        verified_on=minutes.verified_on,
        outcome=outcome,
        at=at,
    )
    content = to_plain(proposal)
    sentences = tuple(line.sentence for line in xray_of(session, board, report, proposal, at=at))
    session.add(
        ReportTreatment(
            report_id=report.id,
            decision_id=decision.id,
            proposal=canonical_json(content),
            proposal_sha256=sha256_of(content),
            xray=list(sentences),
            reason=reason,
            next_on=next_on,
            recorded_by_id=actor.user_id,
            recorded_at=at,
        )
    )
    session.flush()
    return decision, sentences


def _refuse_outcome(report: FollowUpReport, outcome: DecisionOutcome) -> None:
    amending = report.state is ReportState.AMENDING
    if outcome is DecisionOutcome.APPROVED and amending:
        raise InvalidTransition(
            "Nämndens ändringar håller på att skrivas in. Registrera beslutet som bifall med "
            "ändring, eller ta tillbaka uppföljningen till utkast."
        )
    if outcome is DecisionOutcome.AMENDED and not amending:
        raise InvalidTransition(
            "Skriv först in vad nämnden ändrade. Registrera sedan beslutet som bifall med ändring."
        )
    if outcome not in (DecisionOutcome.APPROVED, DecisionOutcome.AMENDED):
        raise ValueError(f"{outcome} decides nothing")


def decide_report(
    session: Session,
    board: Board,
    point: ReportingPoint,
    *,
    decided_on: date,
    paragraph: str,
    registry_number: str,
    body: str | None = None,
    verified_on: date | None = None,
    outcome: DecisionOutcome = DecisionOutcome.APPROVED,
    assignments: Sequence[NewAssignment] = (),
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Besluta uppföljningen, bifall or bifall med ändring: freeze it as JSON with SHA-256.

    Bifall decides what the director approved, to the letter; only what has become known since then
    is told after it. Amended, it is what stands now, which must differ from the proposal. Where
    nobody has approved, facts are taken in until the point's cut-off, or until the decision where
    that came first. ``body`` is the board's name unless something else is said; ``assignments`` are
    what the board asked förvaltningen to do.

    Raises NotAllowed, InvalidTransition when decided already or without overall assessment or
    decided plan, InvalidInput on a decision that cannot be, Conflict.
    """
    ensure_may(Permission.REPORT_DECIDE, board, point, actor, at)
    report = ensure_report(session, board, point, at=at)
    old = report.state
    require_transition(old, ReportState.DECIDED)
    if report.overall is None:
        raise InvalidTransition(
            "Den samlade bedömningen saknas. Skriv den innan uppföljningen beslutas."
        )
    _refuse_outcome(report, outcome)
    _refuse_early(session, report, point, decided_on)
    cut_off_at = (
        report.cut_off_at
        if old in BEFORE_BOARD and report.cut_off_at is not None
        else decided_cut_off(point.cut_off, decided_on, at)
    )
    made = made_report(session, board, point, report, cut_off_at=cut_off_at, at=at)
    proposal = before_the_board(session, board, point, report, at=at) if report.proposal else made
    if outcome is DecisionOutcome.AMENDED and not differences(proposal, made):
        raise InvalidInput(
            "Inget skiljer uppföljningen från förslaget. Skriv in vad nämnden ändrade, eller ta "
            "tillbaka den till utkast om nämnden inte ändrade något."
        )
    decision, xray = treat(
        session,
        board,
        report,
        Minutes(decided_on, paragraph, registry_number, body, verified_on),
        outcome,
        proposal=proposal,
        actor=actor,
        at=at,
    )
    close_point(session, point, at=at)
    decided = made if outcome is DecisionOutcome.AMENDED else proposal
    content = to_plain(
        replace(
            decided,
            state=ReportState.DECIDED,
            decision=decision_facts(decision),
            later=made.later,
            trail_head=made.trail_head,
            xray=xray,
        )
    )
    sha256 = sha256_of(content)
    change(
        session,
        report,
        FollowUpReport.decision_id.is_(None),
        row_version=row_version,
        state=ReportState.DECIDED,
        decision_id=decision.id,
        cut_off_at=cut_off_at,
        snapshot=canonical_json(content),
        snapshot_sha256=sha256,
    )
    trace(
        session,
        board,
        report,
        ReportEvent.DECIDED,
        actor=actor,
        at=at,
        old=old,
        point=f"{point.name} {point.year}",
        cut_off_at=cut_off_at,
        sha256=sha256,
        reminders=len(xray),
        **decision_data(decision),
    )
    give_assignments(session, board, report, assignments, decision=decision, actor=actor, at=at)
    return report


def refer_back_report(
    session: Session,
    board: Board,
    point: ReportingPoint,
    minutes: Minutes,
    reason: str,
    *,
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Återremiss: the board sends the report back with a reason; it is written on.

    What lay before the board and its decision are kept. Raises NotAllowed, InvalidTransition when
    decided or being amended, InvalidInput, and Conflict.
    """
    return _put_off(
        session,
        board,
        point,
        minutes,
        checked_reason(
            session, board.id, reason, "Skriv varför nämnden återremitterade uppföljningen."
        ),
        outcome=DecisionOutcome.REFERRED_BACK,
        row_version=row_version,
        actor=actor,
        at=at,
    )


def table_report(
    session: Session,
    board: Board,
    point: ReportingPoint,
    minutes: Minutes,
    reason: str = "",
    *,
    next_on: date | None = None,
    row_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Bordläggning: the board puts the report off; it stays as it is, until ``next_on`` if known.

    Raises NotAllowed, InvalidTransition when decided or being amended, InvalidInput, and Conflict.
    """
    if next_on is not None and next_on <= minutes.decided_on:
        raise InvalidInput(
            "Det nya sammanträdet ska ligga efter bordläggningen. Välj en senare dag.",
            field="next_on",
        )
    return _put_off(
        session,
        board,
        point,
        minutes,
        checked_reason(session, board.id, reason, "") if clean_text(reason) else None,
        outcome=DecisionOutcome.TABLED,
        next_on=next_on,
        row_version=row_version,
        actor=actor,
        at=at,
    )


def _put_off(
    session: Session,
    board: Board,
    point: ReportingPoint,
    minutes: Minutes,
    reason: str | None,
    *,
    outcome: DecisionOutcome,
    next_on: date | None = None,
    row_version: int | None,
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    ensure_may(Permission.REPORT_DECIDE, board, point, actor, at)
    report = ensure_report(session, board, point, at=at)
    old = report.state
    require_transition(old, ReportState.DECIDED)
    if old is ReportState.AMENDING:
        raise InvalidTransition(
            "Nämndens ändringar håller på att skrivas in. Ta tillbaka uppföljningen till utkast om "
            "nämnden inte beslutade den."
        )
    _refuse_early(session, report, point, minutes.decided_on)
    proposal = before_the_board(session, board, point, report, at=at)
    decision, _ = treat(
        session,
        board,
        report,
        minutes,
        outcome,
        proposal=proposal,
        reason=reason,
        next_on=next_on,
        actor=actor,
        at=at,
    )
    back = outcome is DecisionOutcome.REFERRED_BACK
    values = {"state": ReportState.LIVE, **NO_PROPOSAL} if back else {}
    change(session, report, row_version=row_version, **values)
    trace(
        session,
        board,
        report,
        ReportEvent.REFERRED_BACK if back else ReportEvent.TABLED,
        actor=actor,
        at=at,
        old=old,
        reason=reason,
        next_on=next_on,
        **decision_data(decision),
    )
    return report
