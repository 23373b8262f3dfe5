"""Read the facts that a report is made of, each with the moment at which it became known.

A live report takes as many statements however many rows there are.
"""

from datetime import datetime
from importlib.metadata import version

from sqlalchemy.orm import Session

from internkontroll.core.clock import end_of_day
from internkontroll.organisation.models import Board, BoardKind
from internkontroll.reporting.queries.earlier import earlier_facts
from internkontroll.reporting.queries.following import follow_up_facts
from internkontroll.reporting.queries.period import period_facts
from internkontroll.reporting.queries.plans import plan_facts
from internkontroll.reporting.queries.points import PointEntry
from internkontroll.reporting.rules import PointFacts, ReportFacts

PROGRAM_VERSION = version("internkontroll")


def report_facts(
    session: Session, board: Board, entry: PointEntry, *, known_at: datetime
) -> ReportFacts | None:
    """Everything a report of the point is made of; None where no plan of the year is decided.

    ``known_at`` chooses the plan's version; the facts carry their own moments.
    """
    point = entry.point
    planned = plan_facts(session, board, point.year, known_at)
    if planned is None:
        return None
    # What only a later version of the plan has was not planned when the facts were closed.
    read = {control.lineage for control in planned.controls}
    period = period_facts(session, board.id, entry, known_at)
    earlier = earlier_facts(session, board.id, point, known_at)
    since = end_of_day(earlier.before_cut_off) if earlier.before_cut_off else None
    followed = follow_up_facts(session, board, point.year, since=since, known_at=known_at)
    findings = period.findings(board.code, followed.corrections)
    return ReportFacts(
        point=PointFacts(
            board_code=board.code,
            board_name=board.name,
            is_executive=board.kind is BoardKind.EXECUTIVE,
            year=point.year,
            name=point.name,
            period_end=point.period_end,
            cut_off=point.cut_off,
            board_on=point.board_on,
            executive_on=point.executive_on,
            previous_cut_off=entry.previous_cut_off,
            before=earlier.before,
            before_cut_off=earlier.before_cut_off,
        ),
        plan=planned.plan,
        controls=planned.controls,
        occurrences=[fact for fact in period.occurrences if fact.lineage in read],
        findings=[fact for fact in findings if fact.lineage in read],
        actions=followed.actions,
        history=earlier.years,
        risks=earlier.risks,
        previous=earlier.previous,
        last_year=earlier.last_year,
        remarks=period.remarks,
        overall=entry.report.overall if entry.report else None,
        grounds=entry.report.overall_grounds if entry.report else None,
        program_version=PROGRAM_VERSION,
        trail_head=planned.trail_head,
    )
