"""Vilka versioner kommunstyrelsens beslut bygger på, and which have been handed over since."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from internkontroll.organisation.models import Board, Decision, ReportingPoint
from internkontroll.reporting.models import FollowUpReport, OversightDecision, ReportVersion
from internkontroll.reporting.queries.oversight import IS_SENT, standing_select
from internkontroll.reporting.rules.oversight import OversightReport


@dataclass(frozen=True)
class LaterVersion:
    """En rättad uppföljning som har ersatt den som kommunstyrelsens beslut bygger på.

    ``built_on`` is the number of the version that the decision tells.
    """

    built_on: int
    version: int
    decided_on: date
    paragraph: str


@dataclass(frozen=True)
class BuiltOn:
    """Kommunstyrelsens beslut och den version av nämndens uppföljning som det bygger på."""

    body: str
    decided_on: date
    paragraph: str
    version: int


def later_versions(session: Session, report: OversightReport) -> Mapping[str, LaterVersion]:
    """By nämnd: what has taken the place of a report that the picture tells. One query.

    A correction that has not been handed over is the nämnd's own still.
    """
    told = {line.code: line.report.sha256 for line in report.boards if line.report}
    rows = session.execute(
        sa.select(
            Board.code,
            ReportVersion.snapshot_sha256,
            ReportVersion.version,
            FollowUpReport.version,
            Decision.decided_on,
            Decision.paragraph,
        )
        .join(ReportingPoint, ReportingPoint.board_id == Board.id)
        .join(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .join(ReportVersion, ReportVersion.report_id == FollowUpReport.id)
        .join(Decision, Decision.id == FollowUpReport.decision_id)
        .where(ReportingPoint.year == report.year, ReportingPoint.name == report.point, IS_SENT)
    )
    return {
        code: LaterVersion(built_on, version, decided_on, paragraph)
        for code, sha256, built_on, version, decided_on, paragraph in rows
        if told.get(code) == sha256
    }


def executive_built_on(
    session: Session, code: str, year: int, point: str, report: FollowUpReport
) -> BuiltOn | None:
    """Kommunstyrelsens standing decision where it tells of the nämnd's report; else None.

    Two queries at most.
    """
    whole = undefer(OversightDecision.snapshot)
    decided = session.scalar(standing_select(year, point).options(whole))
    if decided is None:
        return None
    lines = json.loads(decided.snapshot)["boards"]
    sums = {line["code"]: line["report"]["sha256"] for line in lines if line["report"]}
    version: int | None = report.version
    if sums.get(code) != report.snapshot_sha256:
        version = session.scalar(
            sa.select(ReportVersion.version).where(
                ReportVersion.report_id == report.id,
                ReportVersion.snapshot_sha256 == sums.get(code),
            )
        )
    if version is None:
        return None
    return BuiltOn(decided.body, decided.decided_on, decided.paragraph, version)
