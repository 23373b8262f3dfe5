"""Read what a report is compared with: earlier reports, earlier years, the register of risks.

All of it as known at a moment, so that a report asked for later says the same.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from internkontroll.core.base import UtcDateTime
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

_BOARD: Any = sa.bindparam("board_id", type_=sa.Integer())
_KNOWN_AT: Any = sa.bindparam("known_at", type_=UtcDateTime())


@dataclass(frozen=True)
class EarlierPoints:
    """Tidpunkten före, and the decided reports of it and of the same point last year."""

    before: str | None = None
    before_cut_off: date | None = None
    previous: EarlierReport | None = None
    last_year: EarlierReport | None = None


@cache
def _points_statement() -> sa.Select[*tuple[Any, ...]]:
    earlier = aliased(ReportingPoint)
    period_end: Any = sa.bindparam("period_end", type_=sa.Date())
    latest = (
        sa.select(earlier.id)
        .where(earlier.board_id == _BOARD, earlier.period_end < period_end)
        .order_by(earlier.period_end.desc(), earlier.id.desc())
        .limit(1)
        .scalar_subquery()
    )
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
    same_point = sa.and_(
        ReportingPoint.year == sa.bindparam("last_year", type_=sa.Integer()),
        ReportingPoint.name == sa.bindparam("name", type_=sa.Text()),
    )
    return (
        sa.select(
            ReportingPoint.year,
            ReportingPoint.name,
            ReportingPoint.cut_off,
            (ReportingPoint.id == latest).label("is_before"),
            sa.func.coalesce(Decision.decided_on, kept_decision.decided_on).label("decided_on"),
            sa.case((Decision.id.is_not(None), FollowUpReport.snapshot), else_=kept.snapshot).label(
                "snapshot"
            ),
        )
        .outerjoin(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .outerjoin(
            Decision,
            sa.and_(Decision.id == FollowUpReport.decision_id, Decision.recorded_at <= _KNOWN_AT),
        )
        .outerjoin(
            kept,
            sa.and_(
                Decision.id.is_(None), kept.report_id == FollowUpReport.id, kept.version == stood
            ),
        )
        .outerjoin(kept_decision, kept_decision.id == kept.decision_id)
        .where(ReportingPoint.board_id == _BOARD, sa.or_(ReportingPoint.id == latest, same_point))
    )


def earlier_points(
    session: Session, board_id: int, point: ReportingPoint, known_at: datetime
) -> EarlierPoints:
    """What the point is compared with: the version that the board had decided, and was recorded."""
    found: dict[str, Any] = {}
    asked = {
        "board_id": board_id,
        "period_end": point.period_end,
        "last_year": point.year - 1,
        "name": point.name,
        "known_at": known_at,
    }
    for row in session.execute(_points_statement(), asked):
        told = earlier_report(json.loads(row.snapshot), row.decided_on) if row.snapshot else None
        if row.is_before:
            found |= {
                "before": f"{row.name} {row.year}",
                "before_cut_off": row.cut_off,
                "previous": told,
            }
        if (row.year, row.name) == (point.year - 1, point.name):
            found["last_year"] = told
    return EarlierPoints(**found)


def _of_the_years(statement: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    """By control and year, of the board's own decided plans of the years before."""
    first: Any = sa.bindparam("first", type_=sa.Date())
    last: Any = sa.bindparam("last", type_=sa.Date())
    years = sa.bindparam("first_year", type_=sa.Integer())
    return (
        statement.join(Control, Control.id == Occurrence.control_id)
        .join(Plan, Plan.id == Control.plan_id)
        .where(
            Occurrence.board_id == _BOARD,
            Occurrence.scheduled_on.between(first, last),
            Plan.board_id == _BOARD,
            Plan.kind == PlanKind.INTERNAL_CONTROL,
            Plan.decision_id.is_not(None),
            Plan.year >= years,
        )
        .group_by(Control.lineage, Plan.year)
    )


@cache
def _years_statement() -> sa.CompoundSelect[*tuple[Any, ...]]:
    signed = aliased(Conclusion)
    standing = (
        sa.select(sa.func.max(signed.id))
        .where(signed.occurrence_id == Occurrence.id, signed.signed_at <= _KNOWN_AT)
        .correlate(Occurrence)
        .scalar_subquery()
    )
    none = sa.literal(0)
    known_finding = sa.and_(Finding.recorded_at <= _KNOWN_AT, ~was_mistaken(_KNOWN_AT))
    performed = sa.select(
        Control.lineage.label("lineage"),
        Plan.year.label("year"),
        sa.func.count().label("performed"),
        sa.func.sum(Conclusion.deviating).label("deviating"),
        none.label("findings"),
        none.label("actions_done"),
    ).join_from(Occurrence, Conclusion, Conclusion.id == standing)
    findings = (
        sa.select(Control.lineage, Plan.year, none, none, sa.func.count(), none)
        .select_from(Occurrence)
        .join(Finding, Finding.occurrence_id == Occurrence.id)
        .where(known_finding)
    )
    done = (
        sa.select(Control.lineage, Plan.year, none, none, none, sa.func.count())
        .select_from(Occurrence)
        .join(Finding, Finding.occurrence_id == Occurrence.id)
        .join(Action, Action.finding_id == Finding.id)
        .where(known_finding, Action.state == ActionState.DONE, Action.ended_at <= _KNOWN_AT)
    )
    return sa.union_all(*(_of_the_years(part) for part in (performed, findings, done)))


def years_before(
    session: Session, board_id: int, year: int, known_at: datetime
) -> dict[str, Sequence[YearOutcome]]:
    """What became of each control in the years before, by lineage, the newest year first."""
    first = year - HISTORY_YEARS
    asked = {
        "board_id": board_id,
        "known_at": known_at,
        "first": date(first, 1, 1),
        "last": date(year - 1, 12, 31),
        "first_year": first,
    }
    sums: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in session.execute(_years_statement(), asked):
        figures = (row.performed, row.deviating, row.findings, row.actions_done)
        for place, figure in enumerate(figures):
            sums[row.lineage, row.year][place] += int(figure)
    years: dict[str, list[YearOutcome]] = defaultdict(list)
    for lineage, of_year in sorted(sums, key=lambda key: (key[0], -key[1])):
        years[lineage].append(YearOutcome(of_year, *sums[lineage, of_year]))
    return dict(years)


@cache
def _risks_statement() -> sa.Select[*tuple[Any, ...]]:
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
        sa.select(Risk.description, RiskAssessment.score)
        .outerjoin(RiskAssessment, RiskAssessment.id == latest)
        .where(Risk.board_id == _BOARD, Risk.recorded_at <= _KNOWN_AT)
        .order_by(Risk.number)
    )


def register_risks(session: Session, board_id: int, known_at: datetime) -> list[RiskFact]:
    """The board's register as it was known: each risk with the score that was its latest."""
    rows = session.execute(_risks_statement(), {"board_id": board_id, "known_at": known_at})
    return [RiskFact(row.description, row.score) for row in rows]
