"""Vilka versioner kommunstyrelsens beslut bygger på, and which have been handed over since."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from internkontroll.organisation.models import Board, Decision, ReportingPoint
from internkontroll.reporting.models import FollowUpReport, OversightDecision, ReportVersion
from internkontroll.reporting.queries.oversight import IS_SENT, WAS_SENT, standing_select
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
class ToldVersions:
    """Versionerna som kommunstyrelsens beslut bygger på, by nämnd, where they stand no more.

    ``replaced`` is the number of each that a later one has taken the place of, handed over or not:
    that is where the picture's figures are. ``later`` is what has been handed over since; a
    correction that has not been is the nämnd's own still.
    """

    replaced: Mapping[str, int] = field(default_factory=dict)
    later: Mapping[str, LaterVersion] = field(default_factory=dict)


@dataclass(frozen=True)
class BuiltOn:
    """Kommunstyrelsens beslut och den version av nämndens uppföljning som det bygger på."""

    body: str
    decided_on: date
    paragraph: str
    version: int


def told_versions(session: Session, report: OversightReport) -> ToldVersions:
    """Which versions the picture tells of, and what has come since. One query."""
    told = {line.code: line.report.sha256 for line in report.boards if line.report}
    versions: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(_versions_of(report.year, report.point)):
        versions[row.code].append(row)
    replaced: dict[str, int] = {}
    later: dict[str, LaterVersion] = {}
    for code, rows in versions.items():
        built_on = next((row for row in rows if row.sha256 == told.get(code)), None)
        if built_on is None or built_on.stands:
            continue
        replaced[code] = built_on.version
        sent = [row for row in rows if row.is_sent and row.version > built_on.version]
        if sent:
            last = max(sent, key=lambda row: row.version)
            later[code] = LaterVersion(
                built_on.version, last.version, last.decided_on, last.paragraph
            )
    return ToldVersions(replaced, later)


def _versions_of(year: int, point: str) -> sa.CompoundSelect[Any]:
    """Every decided version of the nämnder's reports of a point: the standing one and the rest."""
    about = (ReportingPoint.year == year, ReportingPoint.name == point)
    decision = (Decision.decided_on, Decision.paragraph)
    standing = (
        sa.select(
            Board.code,
            FollowUpReport.version,
            FollowUpReport.snapshot_sha256.label("sha256"),
            *decision,
            sa.case((IS_SENT, True), else_=False).label("is_sent"),
            sa.true().label("stands"),
        )
        .join(ReportingPoint, ReportingPoint.board_id == Board.id)
        .join(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .join(Decision, Decision.id == FollowUpReport.decision_id)
        .where(*about)
    )
    replaced = (
        sa.select(
            Board.code,
            ReportVersion.version,
            ReportVersion.snapshot_sha256,
            *decision,
            sa.case((WAS_SENT, True), else_=False),
            sa.false(),
        )
        .join(ReportingPoint, ReportingPoint.board_id == Board.id)
        .join(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .join(ReportVersion, ReportVersion.report_id == FollowUpReport.id)
        .join(Decision, Decision.id == ReportVersion.decision_id)
        .where(*about)
    )
    return sa.union_all(standing, replaced)


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
