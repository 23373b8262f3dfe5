"""Read what belongs to a nämnd's year: what was decided and asked for, its draws, its trail."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload, undefer

from internkontroll.accounts.models import User
from internkontroll.core.clock import start_of_day
from internkontroll.organisation.models import Decision, DecisionOutcome, ReportingPoint
from internkontroll.plan.models import Control, Plan, PlanTreatment
from internkontroll.reporting.models import (
    FollowUpReport,
    OversightDecision,
    PublicState,
    PublicVersion,
    ReportState,
    ReportTreatment,
    ReportVersion,
)
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


def replaced_versions(
    session: Session, board_id: int, year: int
) -> Sequence[tuple[ReportVersion, str]]:
    """Every decided version of the year's follow-ups that a later one has replaced; their point."""
    rows = session.execute(
        sa.select(ReportVersion, ReportingPoint.name)
        .join(FollowUpReport, FollowUpReport.id == ReportVersion.report_id)
        .join(ReportingPoint, ReportingPoint.id == FollowUpReport.reporting_point_id)
        .options(undefer(ReportVersion.snapshot))
        .where(FollowUpReport.board_id == board_id, ReportingPoint.year == year)
        .order_by(ReportingPoint.period_end, ReportVersion.version)
    )
    return [(version, point) for version, point in rows]


def decided_pictures(session: Session, year: int) -> Sequence[OversightDecision]:
    """Every version of the samlade bilder of the year that kommunstyrelsen has decided.

    Decided they are no nämnd's secret: they stand before no wall.
    """
    return session.scalars(
        sa.select(OversightDecision)
        .options(undefer(OversightDecision.snapshot))
        .where(OversightDecision.year == year)
        .order_by(OversightDecision.decided_on, OversightDecision.point, OversightDecision.version)
    ).all()


def requests_of_year(
    session: Session, board_id: int, year: int
) -> Sequence[tuple[PublicVersion, str, str | None]]:
    """Every request for one of the year's follow-ups, its point, and what who decided is called.

    What was given out is not read.
    """
    rows = session.execute(
        sa.select(PublicVersion, ReportingPoint.name, User.title)
        .join(FollowUpReport, FollowUpReport.id == PublicVersion.report_id)
        .join(ReportingPoint, ReportingPoint.id == FollowUpReport.reporting_point_id)
        .outerjoin(User, User.id == PublicVersion.decided_by_id)
        .options(selectinload(PublicVersion.maskings))
        .where(PublicVersion.board_id == board_id, ReportingPoint.year == year)
        .order_by(PublicVersion.requested_on, PublicVersion.id)
    )
    return [(public, point, title) for public, point, title in rows]


def report_decisions(session: Session, board_id: int, year: int) -> Sequence[tuple[str, Decision]]:
    """Every decision on the year's follow-ups, with their point: also those sent back or tabled."""
    told = sa.union(
        sa.select(FollowUpReport.id, FollowUpReport.decision_id),
        sa.select(ReportTreatment.report_id, ReportTreatment.decision_id),
        sa.select(ReportVersion.report_id, ReportVersion.decision_id),
    ).subquery()
    rows = session.execute(
        sa.select(ReportingPoint.name, Decision)
        .join(told, told.c.decision_id == Decision.id)
        .join(FollowUpReport, FollowUpReport.id == told.c.id)
        .join(ReportingPoint, ReportingPoint.id == FollowUpReport.reporting_point_id)
        .where(FollowUpReport.board_id == board_id, ReportingPoint.year == year)
        .order_by(Decision.decided_on, Decision.id)
    )
    return [(point, decision) for point, decision in rows]


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


def picture_line(decided: OversightDecision) -> dict[str, Any]:
    """Kommunstyrelsens decision on a samlad bild as the archive tells it, with its sum."""
    return {
        "about": f"Kommunstyrelsens samlade bild per {decided.point} {decided.year}",
        "version": decided.version,
        "body": decided.body,
        "decided_on": decided.decided_on,
        "paragraph": decided.paragraph,
        "registry_number": decided.registry_number,
        "outcome": DecisionOutcome.APPROVED,
        "verified_on": decided.verified_on,
        "reason": decided.reason,
        "sha256": decided.snapshot_sha256,
    }


def request_line(public: PublicVersion, point: str, decided_by: str | None) -> dict[str, Any]:
    """A request for a follow-up as the archive tells it: never what stands where it is masked.

    What has been judged is told when the request is decided, and not before. The reason for each
    masking stays with the nämnd: it may repeat what is masked.
    """
    answered = public.state is PublicState.ANSWERED
    maskings = sorted(public.maskings, key=lambda one: one.place) if answered else []
    return {
        "about": f"Uppföljning per {point}",
        "version": public.version,
        "report_sha256": public.report_sha256,
        "requested_on": public.requested_on,
        "state": public.state,
        "outcome": public.outcome,
        "decided_on": public.decided_on,
        "decided_by": decided_by,
        "ground": public.ground if answered else "",
        "provision": public.provision if answered else "",
        "given_out_sha256": public.content_sha256,
        "parts": [
            {
                "place": one.place,
                "proposed": one.proposed,
                "masked": one.masked,
                "provision": one.provision or (public.provision if one.masked else ""),
            }
            for one in maskings
        ],
    }


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
