"""What waits for kommunstyrelsen: reports to acknowledge, and samlade bilder to assess and decide.

Asked only for who oversees the whole municipality: it reads what every nämnd has handed over.
"""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from internkontroll.monitoring.queries.facts.reach import Part, Question, columns_of
from internkontroll.monitoring.rules import Source
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.reporting.models import (
    FollowUpReport,
    OversightDecision,
    OversightSummary,
    ReportState,
)
from internkontroll.reporting.queries.oversight import IS_SENT
from internkontroll.reporting.rules.oversight import first_awaited_year


def receipts() -> Part:
    """Reports that a nämnd has handed over and kommunstyrelsen has not acknowledged."""
    return (
        sa.select(
            *columns_of(
                Source.RECEIPT,
                subject_id=ReportingPoint.id,
                text=ReportingPoint.name,
                board_id=ReportingPoint.board_id,
                year=ReportingPoint.year,
                moment=FollowUpReport.sent_at,
            )
        )
        .join(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .join(Board, Board.id == ReportingPoint.board_id)
        .where(
            ~Board.oversight,
            FollowUpReport.state == ReportState.DECIDED,
            FollowUpReport.sent_at.is_not(None),
            FollowUpReport.received_at.is_(None),
        )
    )


def pictures(question: Question) -> Part:
    """Points whose reports have come or are all due, and whose samlade bild is not decided.

    ``due_on`` is the last day that any nämnd has, ``settled`` whether the assessment is written.
    Where no nämnd has handed anything over there is nothing to assess. What is followed by a later
    decided picture of the year, or is older than last year, is awaited no more: as
    :func:`picture_standing` says.
    """
    year, name = ReportingPoint.year, ReportingPoint.name
    awaited = sa.case((IS_SENT, 0), (ReportingPoint.executive_on >= question.on, 1), else_=0)
    assessed = sa.exists().where(OversightSummary.year == year, OversightSummary.point == name)
    same, later = aliased(ReportingPoint), aliased(ReportingPoint)
    # The nämnder may end a point of one name on days of their own: the last of them counts.
    period_end = (
        sa.select(sa.func.max(same.period_end))
        .where(same.year == year, same.name == name)
        .correlate(ReportingPoint)
        .scalar_subquery()
    )
    followed = (
        sa.exists()
        .where(
            later.year == year,
            later.period_end > period_end,
            OversightDecision.year == later.year,
            OversightDecision.point == later.name,
        )
        .correlate(ReportingPoint)
    )
    decided = sa.exists().where(OversightDecision.year == year, OversightDecision.point == name)
    return (
        sa.select(
            *columns_of(
                Source.OVERSIGHT,
                subject_id=sa.func.min(ReportingPoint.id),
                text=name,
                year=year,
                due_on=sa.func.max(ReportingPoint.executive_on),
                settled=assessed,
            )
        )
        .join(Board, Board.id == ReportingPoint.board_id)
        .outerjoin(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .where(year >= first_awaited_year(question.year), ~decided, ~followed)
        .group_by(year, name)
        .having(
            sa.func.sum(awaited) == 0,
            sa.func.count(sa.case((IS_SENT, FollowUpReport.id))) > 0,
        )
    )
