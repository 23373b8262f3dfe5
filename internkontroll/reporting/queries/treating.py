"""What the board has done with a report: its treatments, its earlier versions, who wrote it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from internkontroll.accounts.models import User
from internkontroll.plan.models import Control
from internkontroll.reporting.models import (
    FollowUpReport,
    ReportRemark,
    ReportTreatment,
    ReportVersion,
)
from internkontroll.reporting.queries.points import StandingRemark
from internkontroll.reporting.rules import Report, report_from_plain


def treatments_of(session: Session, report_id: int) -> Sequence[ReportTreatment]:
    """Every time the report was before the board, the latest first, with the decisions."""
    return session.scalars(
        sa.select(ReportTreatment)
        .where(ReportTreatment.report_id == report_id)
        .options(joinedload(ReportTreatment.decision))
        .order_by(ReportTreatment.id.desc())
    ).all()


def versions_of(session: Session, report_id: int) -> Sequence[ReportVersion]:
    """The versions that a later one has taken the place of, the latest first."""
    return session.scalars(
        sa.select(ReportVersion)
        .where(ReportVersion.report_id == report_id)
        .options(joinedload(ReportVersion.decision))
        .order_by(ReportVersion.version.desc())
    ).all()


def version_select(report_id: int, version: int) -> sa.Select[ReportVersion]:
    """One earlier version of a report."""
    return (
        sa.select(ReportVersion)
        .where(ReportVersion.report_id == report_id, ReportVersion.version == version)
        .options(joinedload(ReportVersion.decision))
    )


def read_report(text: str) -> Report:
    """A report from the canonical JSON of a proposal or a snapshot."""
    return report_from_plain(json.loads(text))


def writers_of(session: Session, report: FollowUpReport) -> set[int]:
    """The accounts that have written what stands in the report. The program itself is nobody."""
    written = set(
        session.scalars(
            sa.select(ReportRemark.recorded_by_id)
            .where(ReportRemark.report_id == report.id)
            .distinct()
        )
    )
    return {one for one in (*written, report.overall_by_id) if one is not None}


@dataclass(frozen=True)
class WrittenAbout:
    """Ett kontrollmoment, and every wording about it in a report, the latest first.

    With each is who wrote it, by role.
    """

    control: Control
    wordings: Sequence[tuple[ReportRemark, str]]

    @property
    def standing(self) -> StandingRemark:
        """What stands now, in whichever version of the plan it was written."""
        if not self.wordings:
            return StandingRemark(0, None)
        remark, _ = self.wordings[0]
        return StandingRemark(remark.revision, remark)


def written_about(
    session: Session, report: FollowUpReport | None, asked: sa.Select[Control]
) -> WrittenAbout | None:
    """The control that is asked for with what the report says of it; None where there is none."""
    same = aliased(Control)
    of_it = (
        sa.exists()
        .where(same.id == ReportRemark.control_id, same.lineage == Control.lineage)
        .correlate(Control, ReportRemark)
    )
    rows = session.execute(
        asked.add_columns(ReportRemark, User.title)
        .outerjoin(
            ReportRemark,
            sa.and_(ReportRemark.report_id == (report.id if report else 0), of_it),
        )
        .outerjoin(User, User.id == ReportRemark.recorded_by_id)
        .order_by(ReportRemark.revision.desc())
    ).all()
    if not rows:
        return None
    return WrittenAbout(
        rows[0].Control,
        [(remark, title or "programmet") for _, remark, title in rows if remark is not None],
    )
