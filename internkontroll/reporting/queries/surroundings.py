"""What a report tells beside its own facts: earlier assignments, its version, its approval."""

from dataclasses import replace

from sqlalchemy.orm import Session

from internkontroll.core.clock import swedish_day
from internkontroll.reporting.models import FollowUpReport
from internkontroll.reporting.queries.assignments import assignments_told
from internkontroll.reporting.rules import Report
from internkontroll.reporting.rules.states import BEFORE_BOARD


def surrounded(
    session: Session, board_id: int, report: FollowUpReport | None, made: Report
) -> Report:
    """The report made of facts, with the assignments as they stood when the facts were closed."""
    lies_there = report is not None and report.state in BEFORE_BOARD
    approved = report.approved_at if report is not None and lies_there else None
    return replace(
        made,
        assignments=assignments_told(
            session, board_id, made.year, report.id if report else None, made.cut_off_at
        ),
        state=report.state if report is not None and lies_there else made.state,
        version=report.version if report else 1,
        approved_on=swedish_day(approved) if approved else None,
    )
