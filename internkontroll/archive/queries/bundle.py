"""Read what belongs to a nämnd's year: decided plans and follow-ups, decisions, draws, trail."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, undefer

from internkontroll.core.clock import start_of_day
from internkontroll.organisation.models import Decision, ReportingPoint
from internkontroll.plan.models import Control, Plan, PlanTreatment
from internkontroll.reporting.models import FollowUpReport, ReportState
from internkontroll.sampling.models import Draw, DrawOccurrence, DrawState
from internkontroll.schedule.models import Occurrence
from internkontroll.trail.models import TrailRow


def bundle_years(session: Session, board_id: int) -> list[int]:
    """The years of which the nämnd has decided a plan, the latest first."""
    return list(
        session.scalars(
            sa.select(Plan.year)
            .where(Plan.board_id == board_id, Plan.content.is_not(None))
            .distinct()
            .order_by(Plan.year.desc())
        )
    )


def decided_plans(session: Session, board_id: int, year: int) -> Sequence[Plan]:
    """Every decided version of the year's plans, with its frozen content."""
    return session.scalars(
        sa.select(Plan)
        .options(joinedload(Plan.decision), undefer(Plan.content))
        .where(Plan.board_id == board_id, Plan.year == year, Plan.content.is_not(None))
        .order_by(Plan.kind, Plan.version)
    ).all()


def decided_reports(session: Session, board_id: int, year: int) -> Sequence[FollowUpReport]:
    """The year's decided follow-ups in the order of their periods."""
    return session.scalars(
        sa.select(FollowUpReport)
        .join(FollowUpReport.reporting_point)
        .options(
            contains_eager(FollowUpReport.reporting_point), joinedload(FollowUpReport.decision)
        )
        .where(
            FollowUpReport.board_id == board_id,
            ReportingPoint.year == year,
            FollowUpReport.state == ReportState.DECIDED,
        )
        .order_by(ReportingPoint.period_end, FollowUpReport.id)
    ).all()


def plan_decisions(session: Session, board_id: int, year: int) -> Sequence[Decision]:
    """Every decision on the year's plans: also återremiss and bordläggning."""
    treated = (
        sa.select(PlanTreatment.decision_id)
        .join(Plan, Plan.id == PlanTreatment.plan_id)
        .where(Plan.board_id == board_id, Plan.year == year)
    )
    decided = sa.select(Plan.decision_id).where(Plan.board_id == board_id, Plan.year == year)
    return session.scalars(
        sa.select(Decision)
        .where(
            Decision.board_id == board_id,
            sa.or_(Decision.id.in_(treated), Decision.id.in_(decided)),
        )
        .order_by(Decision.decided_on, Decision.id)
    ).all()


def draws_of_year(session: Session, board_id: int, year: int) -> Sequence[Draw]:
    """Every draw that was made for the year's plans, redrawn ones too, in the order made."""
    served = (
        sa.select(DrawOccurrence.draw_id)
        .join(Occurrence, Occurrence.id == DrawOccurrence.occurrence_id)
        .join(Control, Control.id == Occurrence.control_id)
        .join(Plan, Plan.id == Control.plan_id)
        .where(Plan.board_id == board_id, Plan.year == year)
    )
    return session.scalars(
        sa.select(Draw)
        .options(joinedload(Draw.population))
        .where(Draw.board_id == board_id, Draw.state == DrawState.DRAWN, Draw.id.in_(served))
        .order_by(Draw.id)
    ).all()


def trail_span(session: Session, chain: str, plan_ids: Sequence[int], year: int) -> tuple[int, int]:
    """From the first row about the year's plans to the last one of the year after; (1, 0): none."""
    first = session.scalar(
        sa.select(sa.func.min(TrailRow.seq)).where(
            TrailRow.chain == chain,
            TrailRow.subject_kind == "plan",
            TrailRow.subject_id.in_(plan_ids),
        )
    )
    last = session.scalar(
        sa.select(sa.func.max(TrailRow.seq)).where(
            TrailRow.chain == chain, TrailRow.at < start_of_day(date(year + 2, 1, 1))
        )
    )
    return first or 1, last or 0


def decision_line(about: str, decision: Decision) -> dict[str, Any]:
    """A decision as the archive tells it."""
    return {
        "about": about,
        "body": decision.body,
        "decided_on": decision.decided_on,
        "paragraph": decision.paragraph,
        "registry_number": decision.registry_number,
        "outcome": decision.outcome,
        "verified_on": decision.verified_on,
    }
