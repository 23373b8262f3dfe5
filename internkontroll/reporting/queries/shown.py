"""The report of a point as it is shown: its snapshot if it is decided, else made of the facts."""

import json
from datetime import datetime

from sqlalchemy.orm import Session

from internkontroll.organisation.models import Board
from internkontroll.reporting.models import FollowUpReport
from internkontroll.reporting.queries.facts import report_facts
from internkontroll.reporting.queries.points import PointEntry
from internkontroll.reporting.queries.surroundings import surrounded
from internkontroll.reporting.rules import (
    ShownReport,
    build_report,
    live_cut_off,
    report_from_plain,
)
from internkontroll.reporting.rules.states import BEFORE_BOARD


def decided_report(report: FollowUpReport) -> ShownReport:
    """The report as it was decided: read from its snapshot and from nothing else."""
    if report.snapshot is None:
        raise ValueError("a report that is not decided has no snapshot")
    made = report_from_plain(json.loads(report.snapshot))
    return ShownReport(made, report.snapshot_sha256, report.snapshot)


def shown_report(
    session: Session, board: Board, entry: PointEntry, *, at: datetime
) -> ShownReport | None:
    """The point's report: the snapshot if decided, else live; None without a decided plan."""
    if entry.report is not None and entry.is_decided:
        return decided_report(entry.report)
    return working_report(session, board, entry, at=at)


def working_report(
    session: Session, board: Board, entry: PointEntry, *, at: datetime
) -> ShownReport | None:
    """The report as it is being written: a draft, what is approved, or a correction of a decision.

    None without a decided plan.
    """
    cut_off_at = _facts_until(entry, at)
    facts = report_facts(session, board, entry, known_at=cut_off_at)
    if facts is None:
        return None
    made = build_report(facts, cut_off_at=cut_off_at, until=at)
    return ShownReport(surrounded(session, board.id, entry.report, made))


def _facts_until(entry: PointEntry, at: datetime) -> datetime:
    """An approval has closed the facts; a correction takes in what is known now."""
    report = entry.report
    if report is not None and report.correction_reason is not None:
        return at
    if report is not None and report.state in BEFORE_BOARD and report.cut_off_at is not None:
        return report.cut_off_at
    return live_cut_off(entry.point.cut_off, at)
