"""Read what a report is compared with: earlier reports, earlier years, the register of risks.

All of it as known at a moment, so that a report asked for later says the same, and in one question
but for what a decided report says: that is read once.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.type_api import TypeEngine

from internkontroll.core.base import UtcDateTime
from internkontroll.core.kinds import of_kinds
from internkontroll.findings.models import Action, ActionState, Finding
from internkontroll.findings.queries import was_mistaken
from internkontroll.organisation.models import Decision, ReportingPoint
from internkontroll.plan.models import Control, Plan, PlanKind
from internkontroll.reporting.models import FollowUpReport, ReportVersion
from internkontroll.reporting.rules import (
    HISTORY_YEARS,
    EarlierReport,
    RiskFact,
    YearOutcome,
    earlier_report,
)
from internkontroll.review.models import Conclusion
from internkontroll.risk.models import Risk, RiskAssessment
from internkontroll.schedule.models import Occurrence

Row = sa.Row[*tuple[Any, ...]]
Rows = sa.Select[*tuple[Any, ...]]

_POINT, _YEAR, _RISK = range(3)

_COLUMNS: Mapping[str, TypeEngine[Any]] = {
    "year": sa.Integer(),
    "name": sa.Text(),
    "cut_off": sa.Date(),
    "is_before": sa.Boolean(),
    "decided_on": sa.Date(),
    "sha256": sa.Text(),
    "report_id": sa.Integer(),
    "lineage": sa.Text(),
    "performed": sa.Integer(),
    "deviating": sa.Integer(),
    "findings": sa.Integer(),
    "actions_done": sa.Integer(),
    "number": sa.Integer(),
    "description": sa.Text(),
    "score": sa.Integer(),
}

# To put the statement together takes longer than to run it: it is made once.
_BOARD: Any = sa.bindparam("board_id", type_=sa.Integer())
_KNOWN_AT: Any = sa.bindparam("known_at", type_=UtcDateTime())


@dataclass(frozen=True)
class EarlierFacts:
    """Tidpunkten före, and the decided reports of it and of the same point last year.

    ``years`` is what became of each control in the years before, by lineage, the newest year first;
    ``risks`` the register as it was known, each risk with the score that was its latest.
    """

    before: str | None
    before_cut_off: date | None
    previous: EarlierReport | None
    last_year: EarlierReport | None
    years: Mapping[str, Sequence[YearOutcome]]
    risks: Sequence[RiskFact]


def _points() -> Rows:
    """Only the version that the board had decided, and that was recorded."""
    earlier = aliased(ReportingPoint)
    latest = (
        sa.select(earlier.id)
        .where(
            earlier.board_id == _BOARD,
            earlier.period_end < sa.bindparam("period_end", type_=sa.Date()),
        )
        .order_by(earlier.period_end.desc(), earlier.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    same_point = sa.and_(
        ReportingPoint.year == sa.bindparam("last_year", type_=sa.Integer()),
        ReportingPoint.name == sa.bindparam("name", type_=sa.Text()),
    )
    decided = sa.and_(Decision.id == FollowUpReport.decision_id, Decision.recorded_at <= _KNOWN_AT)
    kept, kept_decision, known = aliased(ReportVersion), aliased(Decision), aliased(Decision)
    older = aliased(ReportVersion)
    # A correction that was decided since is not known: the version before it stood then.
    stood = (
        sa.select(sa.func.max(older.version))
        .join(known, known.id == older.decision_id)
        .where(older.report_id == FollowUpReport.id, known.recorded_at <= _KNOWN_AT)
        .correlate(FollowUpReport)
        .scalar_subquery()
    )
    of_the_time = sa.and_(
        Decision.id.is_(None), kept.report_id == FollowUpReport.id, kept.version == stood
    )
    return (
        sa.select(
            ReportingPoint.year,
            ReportingPoint.name,
            ReportingPoint.cut_off,
            (ReportingPoint.id == latest).label("is_before"),
            sa.func.coalesce(Decision.decided_on, kept_decision.decided_on).label("decided_on"),
            sa.case(
                (Decision.id.is_not(None), FollowUpReport.snapshot_sha256),
                else_=kept.snapshot_sha256,
            ).label("sha256"),
            FollowUpReport.id.label("report_id"),
        )
        .select_from(ReportingPoint)
        .outerjoin(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .outerjoin(Decision, decided)
        .outerjoin(kept, of_the_time)
        .outerjoin(kept_decision, kept_decision.id == kept.decision_id)
        .where(ReportingPoint.board_id == _BOARD, sa.or_(ReportingPoint.id == latest, same_point))
    )


def _of_the_years(statement: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    """By control and year, of the board's own decided plans of the years before."""
    first = sa.bindparam("first", type_=sa.Date())
    last = sa.bindparam("last", type_=sa.Date())
    years = sa.bindparam("first_year", type_=sa.Integer())
    # The thousands are added up by control first: what a control is called is asked once for each.
    counted = (
        statement.add_columns(Occurrence.control_id)
        .where(Occurrence.scheduled_on.between(first, last))
        .group_by(Occurrence.control_id)
        .subquery()
    )
    figures = [column for column in counted.c if column.name != "control_id"]
    return (
        sa.select(Control.lineage, Plan.year, *figures)
        .select_from(counted)
        .join(Control, Control.id == counted.c.control_id)
        .join(Plan, Plan.id == Control.plan_id)
        .where(
            Plan.board_id == _BOARD,
            Plan.kind == PlanKind.INTERNAL_CONTROL,
            Plan.decision_id.is_not(None),
            Plan.year >= years,
        )
    )


def _years() -> Iterable[Rows]:
    """What was done, and what was found and put right, each in its own rows."""
    # A correction takes the place of what it corrects when it is signed.
    correction = aliased(Conclusion)
    corrected = sa.exists().where(
        correction.corrects_id == Conclusion.id,
        correction.signed_at <= _KNOWN_AT,
        correction.returned_at.is_(None),
    )
    known_finding = sa.and_(Finding.recorded_at <= _KNOWN_AT, ~was_mistaken(_KNOWN_AT))
    count = sa.func.count()
    yield (
        sa.select(
            count.label("performed"),
            sa.func.sum(Conclusion.deviating).label("deviating"),
        )
        .select_from(Occurrence)
        .join(Conclusion, Conclusion.occurrence_id == Occurrence.id)
        .where(Occurrence.board_id == _BOARD, Conclusion.signed_at <= _KNOWN_AT, ~corrected)
    )
    done = sa.and_(
        Action.finding_id == Finding.id,
        Action.state == ActionState.DONE,
        Action.ended_at <= _KNOWN_AT,
    )
    # The board's findings are few beside its occurrences: the rows are found from them.
    yield (
        sa.select(
            sa.func.count(Finding.id.distinct()).label("findings"),
            sa.func.count(Action.id).label("actions_done"),
        )
        .select_from(Finding)
        .join(Occurrence, Occurrence.id == Finding.occurrence_id)
        .outerjoin(Action, done)
        .where(Finding.board_id == _BOARD, known_finding)
    )


def _risks() -> Rows:
    assessed = aliased(RiskAssessment)
    latest = (
        sa.select(assessed.id)
        .where(assessed.risk_id == Risk.id, assessed.recorded_at <= _KNOWN_AT)
        .order_by(assessed.assessed_on.desc(), assessed.id.desc())
        .limit(1)
        .correlate(Risk)
        .scalar_subquery()
    )
    return (
        sa.select(Risk.number, Risk.description, RiskAssessment.score)
        .select_from(Risk)
        .outerjoin(RiskAssessment, RiskAssessment.id == latest)
        .where(Risk.board_id == _BOARD, Risk.recorded_at <= _KNOWN_AT)
    )


@cache
def _statement() -> sa.CompoundSelect[*tuple[Any, ...]]:
    years = ((_YEAR, _of_the_years(part)) for part in _years())
    return of_kinds(_COLUMNS, [(_POINT, _points()), *years, (_RISK, _risks())])


def earlier_facts(
    session: Session, board_id: int, point: ReportingPoint, known_at: datetime
) -> EarlierFacts:
    """What a report of the point is compared with."""
    first = point.year - HISTORY_YEARS
    asked = {
        "board_id": board_id,
        "known_at": known_at,
        "period_end": point.period_end,
        "last_year": point.year - 1,
        "name": point.name,
        "first": date(first, 1, 1),
        "last": date(point.year - 1, 12, 31),
        "first_year": first,
    }
    of_kind: dict[int, list[Row]] = defaultdict(list)
    for row in session.execute(_statement(), asked).all():
        of_kind[row.kind].append(row)
    before = next((row for row in of_kind[_POINT] if row.is_before), None)
    same = (point.year - 1, point.name)
    last_year = next((row for row in of_kind[_POINT] if (row.year, row.name) == same), None)
    return EarlierFacts(
        before=f"{before.name} {before.year}" if before else None,
        before_cut_off=before.cut_off if before else None,
        previous=_told(session, before),
        last_year=_told(session, last_year),
        years=_outcomes(of_kind[_YEAR]),
        risks=[
            RiskFact(row.description, row.score)
            for row in sorted(of_kind[_RISK], key=lambda row: int(row.number))
        ],
    )


_kept: dict[tuple[str, date], EarlierReport] = {}
_KEPT_AT_MOST = 256


def _told(session: Session, row: Row | None) -> EarlierReport | None:
    """What a decided report says; one never changes, and is kept by its SHA-256 once read."""
    if row is None or row.sha256 is None:
        return None
    key = row.sha256, row.decided_on
    read = _kept.get(key)  # another thread may empty it at any moment
    if read is None:
        read = earlier_report(json.loads(_snapshot(session, row)), row.decided_on)
        if len(_kept) >= _KEPT_AT_MOST:
            _kept.clear()
        _kept[key] = read
    return read


def _snapshot(session: Session, row: Row) -> str:
    """The decided content, hundreds of kilobytes: asked for only where it has not been read.

    It is found by its hash, so that a correction decided in between is never read in its place.
    """
    standing = sa.select(FollowUpReport.snapshot).where(
        FollowUpReport.id == row.report_id, FollowUpReport.snapshot_sha256 == row.sha256
    )
    replaced = sa.select(ReportVersion.snapshot).where(
        ReportVersion.report_id == row.report_id, ReportVersion.snapshot_sha256 == row.sha256
    )
    return str(session.scalars(standing.union_all(replaced).limit(1)).one())


def _outcomes(rows: Iterable[Row]) -> dict[str, Sequence[YearOutcome]]:
    sums: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        # Each kind of row has its own figures; the others are empty in it.
        figures = (row.performed, row.deviating, row.findings, row.actions_done)
        own = sums[row.lineage, row.year]
        for place, figure in enumerate(figures):
            if figure:
                own[place] += int(figure)
    years: dict[str, list[YearOutcome]] = defaultdict(list)
    for lineage, of_year in sorted(sums, key=lambda key: (key[0], -key[1])):
        years[lineage].append(YearOutcome(of_year, *sums[lineage, of_year]))
    return dict(years)
