"""Read requests for a report's public version, and which of its controls review secret cases."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload, undefer

from internkontroll.plan.models import Control, Plan
from internkontroll.reporting.models import (
    FollowUpReport,
    PublicVersion,
    ReportVersion,
)
from internkontroll.reporting.queries.points import of_the_plan
from internkontroll.reporting.queries.treating import read_report
from internkontroll.reporting.rules import Report
from internkontroll.sampling.models import Draw, DrawOccurrence, Population
from internkontroll.schedule.models import Occurrence


def public_versions_of(session: Session, report_id: int) -> Sequence[PublicVersion]:
    """Every request for the report, the latest first."""
    return session.scalars(
        sa.select(PublicVersion)
        .where(PublicVersion.report_id == report_id)
        .order_by(PublicVersion.id.desc())
    ).all()


def given_out_otherwise(session: Session, public: PublicVersion) -> Sequence[PublicVersion]:
    """What has been given out of the same report with other parts masked, the latest first.

    Laid beside this one it tells what is masked in either.
    """
    answered = session.scalars(
        sa.select(PublicVersion)
        .where(
            PublicVersion.board_id == public.board_id,
            PublicVersion.report_id == public.report_id,
            PublicVersion.id != public.id,
            PublicVersion.content_sha256.is_not(None),
        )
        .order_by(PublicVersion.id.desc())
        .options(selectinload(PublicVersion.maskings))
    ).all()
    # What nobody has judged yet is proposed to be masked.
    mine = {one.place for one in public.maskings if one.masked is not False}
    return [
        other
        for other in answered
        if {one.place for one in other.maskings if one.masked} != mine
        or other.version != public.version
    ]


def public_select(board_id: int, report_id: int, public_id: int) -> sa.Select[PublicVersion]:
    """One request with its maskings and what was given out."""
    return (
        sa.select(PublicVersion)
        .where(
            PublicVersion.board_id == board_id,
            PublicVersion.report_id == report_id,
            PublicVersion.id == public_id,
        )
        .options(selectinload(PublicVersion.maskings), undefer(PublicVersion.content))
    )


def version_asked_for(session: Session, report: FollowUpReport, version: int) -> Report:
    """A decided version of the report, the standing one or an earlier."""
    if report.version == version and report.snapshot is not None:
        return read_report(report.snapshot)
    return read_report(
        session.scalars(
            sa.select(ReportVersion.snapshot).where(
                ReportVersion.report_id == report.id, ReportVersion.version == version
            )
        ).one()
    )


def secret_controls(session: Session, board_id: int, report: Report) -> frozenset[int]:
    """The numbers of the report's kontrollmoment that review cases which are secret.

    Those are they that have had a secret list to draw from, alone or with others, and those that a
    committee performs. One that a revision has taken out of the plan is told by the number that it
    had, as the report does.
    """
    drawn = (
        sa.select(DrawOccurrence.occurrence_id)
        .join(Draw, Draw.id == DrawOccurrence.draw_id)
        .join(Population, Population.id == Draw.population_id)
        .where(Population.board_id == board_id, Population.is_secret)
    )
    listed = sa.select(Population.occurrence_id).where(
        Population.board_id == board_id, Population.is_secret
    )
    reviewing = aliased(Control)
    lineages = (
        sa.select(reviewing.lineage)
        .join(Occurrence, Occurrence.control_id == reviewing.id)
        .where(
            Occurrence.board_id == board_id,
            sa.or_(
                Occurrence.id.in_(drawn),
                Occurrence.id.in_(listed),
                Occurrence.subcommittee_id.is_not(None),
            ),
        )
    )
    rows = session.execute(
        sa.select(Control.lineage, Control.number)
        .join(Plan, Plan.id == Control.plan_id)
        .where(
            *of_the_plan(board_id, report.year),
            Plan.version <= report.plan.version,
            Control.lineage.in_(lineages),
        )
        .order_by(Plan.version)
    )
    # The number that each had last: a revision numbers the others anew.
    return frozenset(dict(rows.all()).values())
