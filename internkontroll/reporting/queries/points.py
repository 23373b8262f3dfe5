"""Read the points of a board with their reports, and what has been written in them."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from internkontroll.organisation.models import Decision, ReportingPoint
from internkontroll.plan.models import Control, Plan, PlanKind
from internkontroll.reporting.models import FollowUpReport, ReportRemark, ReportState
from internkontroll.reporting.rules.states import WRITABLE


@dataclass(frozen=True)
class PointEntry:
    """A reporting point with its report, if anybody has written in it, and the decision."""

    point: ReportingPoint
    report: FollowUpReport | None
    decision: Decision | None
    previous_cut_off: date | None

    @property
    def state(self) -> ReportState:
        """Live until decided, also while nobody has written anything."""
        return self.report.state if self.report else ReportState.LIVE

    @property
    def is_decided(self) -> bool:
        """Whether the board has decided the report."""
        return self.state is ReportState.DECIDED

    @property
    def is_corrected(self) -> bool:
        """Whether a correction of the decided report is begun and neither decided nor dropped."""
        return self.report is not None and self.report.correction_reason is not None

    @property
    def texts_open(self) -> bool:
        """Whether comments and assessments may be written: a draft, or a correction."""
        return self.state in WRITABLE or self.is_corrected

    @property
    def overall_version(self) -> int:
        """The version that the overall assessment is written against; 0 while there is none."""
        return self.report.row_version if self.report and self.report.overall else 0


@dataclass(frozen=True)
class StandingRemark:
    """Det som står nu om ett kontrollmoment; revision 0 where nothing has been written."""

    revision: int
    remark: ReportRemark | None


def point_entries(session: Session, board_id: int, year: int | None = None) -> list[PointEntry]:
    """The board's points with their reports, newest year first, in the order of their periods."""
    statement = (
        sa.select(ReportingPoint, FollowUpReport, Decision)
        .outerjoin(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .outerjoin(Decision, Decision.id == FollowUpReport.decision_id)
        .where(ReportingPoint.board_id == board_id)
        .options(defer(FollowUpReport.snapshot))
        .order_by(ReportingPoint.year.desc(), ReportingPoint.period_end, ReportingPoint.id)
    )
    if year is not None:
        statement = statement.where(ReportingPoint.year == year)
    entries: list[PointEntry] = []
    before: ReportingPoint | None = None
    for point, report, decision in session.execute(statement):
        same_year = before is not None and before.year == point.year
        previous = before.cut_off if before is not None and same_year else None
        entries.append(PointEntry(point, report, decision, previous))
        before = point
    return entries


def find_point(session: Session, board_id: int, year: int, name: str) -> PointEntry | None:
    """One point of the year by its name, with its report."""
    entries = point_entries(session, board_id, year)
    return next((entry for entry in entries if entry.point.name == name), None)


def of_the_plan(board_id: int, year: int) -> tuple[sa.ColumnElement[bool], ...]:
    """What marks the decided versions of the board's own plan of the year."""
    return (
        Plan.board_id == board_id,
        Plan.year == year,
        Plan.kind == PlanKind.INTERNAL_CONTROL,
        Plan.decision_id.is_not(None),
    )


def control_select(board_id: int, year: int, plan_version: int, number: int) -> sa.Select[Control]:
    """One control by its number in a decided version of the board's plan of the year."""
    return (
        sa.select(Control)
        .join(Plan, Plan.id == Control.plan_id)
        .where(*of_the_plan(board_id, year), Plan.version == plan_version, Control.number == number)
    )


def standing_remark(
    session: Session, report: FollowUpReport | None, control_id: int
) -> StandingRemark:
    """What stands about a control in the report now, in whichever version of the plan."""
    if report is None:
        return StandingRemark(0, None)
    lineage = sa.select(Control.lineage).where(Control.id == control_id).scalar_subquery()
    remark = session.scalar(
        sa.select(ReportRemark)
        .join(Control, Control.id == ReportRemark.control_id)
        .where(ReportRemark.report_id == report.id, Control.lineage == lineage)
        .order_by(ReportRemark.revision.desc())
        .limit(1)
    )
    return StandingRemark(remark.revision if remark else 0, remark)
