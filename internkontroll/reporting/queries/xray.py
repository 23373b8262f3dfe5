"""Röntgen av en uppföljning: what it reads beside the report itself. Five questions at most."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.clock import swedish_day
from internkontroll.findings.models import Action, ActionState, Finding, FindingState
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, Plan
from internkontroll.reporting.models import FollowUpReport, ReportRemark, ReportState
from internkontroll.reporting.queries.points import of_the_plan
from internkontroll.reporting.rules.proposed import UNCONFIRMED, standing_of
from internkontroll.reporting.rules.report import Report
from internkontroll.reporting.rules.states import BEFORE_BOARD
from internkontroll.reporting.rules.xray import (
    OpenFinding,
    UnprovenFact,
    XrayFacts,
    XrayLine,
    xray_report,
)
from internkontroll.review.models import Attachment, Basis, Conclusion
from internkontroll.schedule.models import Occurrence


def xray_of(
    session: Session, board: Board, report: FollowUpReport | None, made: Report, *, at: datetime
) -> tuple[XrayLine, ...]:
    """What the report lacks at the moment; ``made`` is what lies before the board."""
    begun = swedish_day(at).year >= made.year
    facts = XrayFacts(
        unappointed=_unappointed(session, board.id, made) if begun else (),
        unproven=_unproven(session, board.id, made),
        unanswered=_unanswered(session, board, made),
        others=[
            (code, name)
            for code, name in session.execute(
                sa.select(Board.code, Board.name)
                .where(Board.id != board.id, ~Board.oversight)
                .order_by(Board.code)
            )
        ],
        unconfirmed=_unconfirmed(session, report, made),
        is_approved=report is not None
        and (report.state in BEFORE_BOARD or _decided_as_approved(report)),
    )
    return xray_report(made, facts)


def _decided_as_approved(report: FollowUpReport) -> bool:
    return report.state is ReportState.DECIDED and report.approved_at is not None


def _unappointed(session: Session, board_id: int, made: Report) -> list[int]:
    reported = [row.number for row in made.rows if not row.removed]
    return list(
        session.scalars(
            sa.select(Control.number)
            .join(Plan, Plan.id == Control.plan_id)
            .where(
                *of_the_plan(board_id, made.year),
                Plan.version == made.plan.version,
                Control.number.in_(reported),
                Control.responsible_id.is_(None),
                Control.not_applicable_reason.is_(None),
            )
            .order_by(Control.number)
        )
    )


def _unproven(session: Session, board_id: int, made: Report) -> list[UnprovenFact]:
    # The items of a sample are their own record; a result that was written down needs a paper.
    attached = sa.exists().where(
        Attachment.occurrence_id == Occurrence.id, Attachment.removed_at.is_(None)
    )
    rows = session.execute(
        sa.select(Occurrence.id, Control.number, Occurrence.scheduled_on)
        .join(Control, Control.id == Occurrence.control_id)
        .join(Plan, Plan.id == Control.plan_id)
        .join(Conclusion, Conclusion.occurrence_id == Occurrence.id)
        .where(
            Occurrence.board_id == board_id,
            *of_the_plan(board_id, made.year),
            Control.number.in_([row.number for row in made.rows]),
            Occurrence.scheduled_on.between(made.period_start, made.period_end),
            Conclusion.signed_at.is_not(None),
            Conclusion.basis.in_((Basis.RESULT, Basis.NONE)),
            ~attached,
        )
        .distinct()
        .order_by(Control.number, Occurrence.scheduled_on, Occurrence.id)
    )
    return [UnprovenFact(*row) for row in rows]


def _unanswered(session: Session, board: Board, made: Report) -> list[OpenFinding]:
    labels = {finding.label: row.number for row in made.rows for finding in row.findings}
    if not labels:
        return []
    answered = sa.exists().where(
        Action.finding_id == Finding.id, Action.state != ActionState.CANCELLED
    )
    rows = session.execute(
        sa.select(Finding.id, Finding.year, Finding.number)
        .where(Finding.board_id == board.id, Finding.state == FindingState.OPEN, ~answered)
        .order_by(Finding.year, Finding.number)
    )
    named = ((key, f"Avvikelse {year}:{number} ({board.code})") for key, year, number in rows)
    return [OpenFinding(key, labels[label], label) for key, label in named if label in labels]


def _unconfirmed(session: Session, report: FollowUpReport | None, made: Report) -> list[int]:
    if report is None:
        return []
    rows = session.execute(
        sa.select(Control.number, ReportRemark)
        .join(Control, Control.id == ReportRemark.control_id)
        .where(ReportRemark.report_id == report.id)
        .order_by(ReportRemark.revision)
    )
    standing: dict[int, ReportRemark] = {row.number: row.ReportRemark for row in rows}
    return [
        row.number
        for row in made.rows
        if (remark := standing.get(row.number)) is not None
        and standing_of(remark.comment, remark.figures, row, confirmed=remark.figures_confirmed)
        in UNCONFIRMED
    ]
