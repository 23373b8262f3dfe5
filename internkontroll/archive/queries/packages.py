"""Nämndernas paket av en rapporteringstidpunkt: what has been sent, and whose package is made."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.archive.models import PackageState, ReportPackage
from internkontroll.core.sorting import swedish_key
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.reporting.models import FollowUpReport
from internkontroll.reporting.queries.oversight import IS_SENT


@dataclass(frozen=True)
class PackageEntry:
    """En nämnds paket; ``state`` is None where nobody has ordered it. ``size`` is in bytes."""

    code: str
    name: str
    board_id: int
    report_id: int
    report_sha256: str
    package_id: int | None
    state: PackageState | None
    size: int | None
    failure: str | None
    ended_at: datetime | None


@dataclass(frozen=True)
class PackageProgress:
    """Hur långt paketen har kommit: ``done`` of ``total``, every nämnd that has sent its report."""

    entries: Sequence[PackageEntry]

    def _count(self, state: PackageState | None) -> int:
        return Counter(entry.state for entry in self.entries)[state]

    @property
    def total(self) -> int:
        """How many nämnder have sent a report."""
        return len(self.entries)

    @property
    def done(self) -> int:
        """How many packages there are to fetch."""
        return self._count(PackageState.DONE)

    @property
    def waiting(self) -> int:
        """How many are ordered and not made yet."""
        return self._count(PackageState.WAITING)

    @property
    def to_order(self) -> int:
        """How many nobody has ordered, or could not be made."""
        return self._count(None) + self._count(PackageState.FAILED)


def _sent(year: int, point: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Only what is decided and sent is kommunstyrelsen's."""
    return (ReportingPoint.year == year, ReportingPoint.name == point, IS_SENT)


def package_progress(session: Session, year: int, point: str) -> PackageProgress:
    """Every nämnd that has sent its report of the point, with its package; one query."""
    package_of_it = sa.and_(
        ReportPackage.report_id == FollowUpReport.id,
        ReportPackage.report_sha256 == FollowUpReport.snapshot_sha256,
    )
    rows = session.execute(
        sa.select(
            Board.code,
            Board.name,
            Board.id,
            FollowUpReport.id,
            FollowUpReport.snapshot_sha256,
            ReportPackage.id,
            ReportPackage.state,
            ReportPackage.size,
            ReportPackage.failure,
            ReportPackage.ended_at,
        )
        .select_from(FollowUpReport)
        .join(ReportingPoint, ReportingPoint.id == FollowUpReport.reporting_point_id)
        .join(Board, Board.id == FollowUpReport.board_id)
        .outerjoin(ReportPackage, package_of_it)
        .where(*_sent(year, point))
    )
    made = cast("Sequence[tuple[Any, ...]]", rows.all())
    entries = [PackageEntry(*row) for row in made]
    return PackageProgress(sorted(entries, key=lambda entry: swedish_key(entry.name)))


def package_select(year: int, point: str, code: str) -> sa.Select[ReportPackage]:
    """A nämnd's finished package of what it has sent, as it stands now."""
    return (
        sa.select(ReportPackage)
        .join(FollowUpReport, FollowUpReport.id == ReportPackage.report_id)
        .join(ReportingPoint, ReportingPoint.id == FollowUpReport.reporting_point_id)
        .join(Board, Board.id == FollowUpReport.board_id)
        .where(
            *_sent(year, point),
            Board.code == code,
            ReportPackage.report_sha256 == FollowUpReport.snapshot_sha256,
            ReportPackage.state == PackageState.DONE,
        )
    )
