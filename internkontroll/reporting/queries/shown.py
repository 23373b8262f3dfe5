"""The report of a point as it is shown: its snapshot if it is decided, else made of the facts."""

import json
from datetime import datetime

from sqlalchemy.orm import Session

from internkontroll.organisation.models import Board
from internkontroll.reporting.models import FollowUpReport
from internkontroll.reporting.queries.facts import report_facts
from internkontroll.reporting.queries.points import PointEntry
from internkontroll.reporting.rules import (
    ShownReport,
    build_report,
    live_cut_off,
    report_from_plain,
)


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
    cut_off_at = live_cut_off(entry.point.cut_off, at)
    facts = report_facts(session, board, entry, known_at=cut_off_at)
    if facts is None:
        return None
    return ShownReport(build_report(facts, cut_off_at=cut_off_at, until=at))
