"""What the board has done with a report: its treatments, its earlier versions, who wrote it."""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.accounts.models import User
from internkontroll.plan.models import Control
from internkontroll.reporting.models import (
    FollowUpReport,
    ReportRemark,
    ReportTreatment,
    ReportVersion,
)
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


def wordings_of(
    session: Session, report: FollowUpReport | None, control_id: int
) -> Sequence[tuple[ReportRemark, str]]:
    """Every wording about a kontrollmoment, the latest first, with who wrote it by role."""
    if report is None:
        return ()
    lineage = sa.select(Control.lineage).where(Control.id == control_id).scalar_subquery()
    rows = session.execute(
        sa.select(ReportRemark, User.title)
        .join(Control, Control.id == ReportRemark.control_id)
        .outerjoin(User, User.id == ReportRemark.recorded_by_id)
        .where(ReportRemark.report_id == report.id, Control.lineage == lineage)
        .order_by(ReportRemark.revision.desc())
    )
    return [(remark, title or "programmet") for remark, title in rows]
