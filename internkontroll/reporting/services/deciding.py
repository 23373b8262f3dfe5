"""Besluta uppföljningen: freeze what the board decided."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission
from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.organisation.services import close_point, record_decision
from internkontroll.reporting.models import FollowUpReport, ReportEvent, ReportRemark, ReportState
from internkontroll.reporting.queries import decision_facts, find_point, report_facts
from internkontroll.reporting.rules import build_report, decided_cut_off, to_plain
from internkontroll.reporting.services.guards import (
    change,
    ensure_may,
    ensure_report,
    refuse_if_decided,
)
from internkontroll.trail.services import record


def _refuse_later_texts(session: Session, report: FollowUpReport, decided_on: date) -> None:
    # What the board decided on was written by then: a text of a later day shows a wrong date.
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
    actor: Actor,
    at: datetime,
) -> FollowUpReport:
    """Besluta uppföljningen: freeze it as canonical JSON with SHA-256, with its decision.

    Facts are taken in until the point's cut-off, or until the decision where that came first.
    ``body`` is the board's name unless something else is said. Raises NotAllowed,
    InvalidTransition when decided already or without overall assessment or decided plan,
    InvalidInput on a decision that cannot be.
    """
    ensure_may(Permission.REPORT_DECIDE, board, point, actor, at)
    report = ensure_report(session, board, point, at=at)
    refuse_if_decided(report)
    if report.overall is None:
        raise InvalidTransition(
            "Den samlade bedömningen saknas. Skriv den innan uppföljningen beslutas."
        )
    if decided_on <= point.period_end:
        raise InvalidInput(
            f"Perioden slutar {long_date(point.period_end)}. Uppföljningen kan inte vara beslutad "
            "förrän dagen efter.",
            field="decided_on",
        )
    cut_off_at = decided_cut_off(point.cut_off, decided_on, at)
    entry = find_point(session, board.id, point.year, point.name)
    facts = entry and report_facts(session, board, entry, known_at=cut_off_at)
    if not facts:
        raise InvalidTransition(
            f"Det finns ingen beslutad plan för {point.year} att följa upp. Besluta planen först."
        )
    decision = record_decision(
        session,
        board,
        body=board.name if body is None else body,
        decided_on=decided_on,
        paragraph=paragraph,
        registry_number=registry_number,
        verified_on=verified_on,
        at=at,
    )
    _refuse_later_texts(session, report, decided_on)
    close_point(session, point, at=at)
    made = build_report(facts, cut_off_at=cut_off_at, until=at, decision=decision_facts(decision))
    content = to_plain(made)
    sha256 = sha256_of(content)
    change(
        session,
        report,
        state=ReportState.DECIDED,
        decision_id=decision.id,
        cut_off_at=cut_off_at,
        snapshot=canonical_json(content),
        snapshot_sha256=sha256,
        row_version=report.row_version + 1,
    )
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=ReportEvent.DECIDED,
        subject=("report", report.id),
        data={
            "state": {"old": ReportState.LIVE, "new": ReportState.DECIDED},
            "point": f"{point.name} {point.year}",
            "cut_off_at": cut_off_at,
            "sha256": sha256,
            "decided_on": decided_on,
            "paragraph": decision.paragraph,
            "registry_number": decision.registry_number,
        },
    )
    return report
