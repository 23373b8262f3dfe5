"""Read findings, always within one board."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from internkontroll.findings.models import Finding, Severity
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control
from internkontroll.sampling.models import SampleItem
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import Committees, within_reach


def label(finding: Finding, board: Board) -> str:
    """Avvikelsens namn: "Avvikelse 2020:1 (SCN)"."""
    return f"Avvikelse {finding.year}:{finding.number} ({board.code})"


def findings_select(
    board_id: int,
    year: int,
    *,
    severity: Severity | None = None,
    committees: Committees = None,
) -> sa.Select[Finding]:
    """A board's findings of a plan year, latest number first, with occurrence and control.

    ``committees`` are those whose own findings may be seen beside the board's (the wall of
    schedule.policy); None means all of them.
    """
    select = (
        sa.select(Finding)
        .join(Finding.occurrence)
        .options(
            contains_eager(Finding.occurrence).options(
                joinedload(Occurrence.control).joinedload(Control.area),
                joinedload(Occurrence.subcommittee),
                joinedload(Occurrence.meeting),
                joinedload(Occurrence.reporting_point),
            )
        )
        .where(Finding.board_id == board_id, Finding.year == year, within_reach(committees))
        .order_by(Finding.number.desc())
    )
    return select if severity is None else select.where(Finding.severity == severity)


def finding_select(
    board_id: int, finding_id: int, *, committees: Committees = None
) -> sa.Select[Finding]:
    """One finding of the board with its occurrence, control and risks.

    With ``committees`` another committee's finding does not exist.
    """
    return (
        sa.select(Finding)
        .join(Finding.occurrence)
        .options(
            contains_eager(Finding.occurrence).options(
                joinedload(Occurrence.control).options(
                    joinedload(Control.area), selectinload(Control.risks)
                ),
                joinedload(Occurrence.subcommittee),
                joinedload(Occurrence.meeting),
                joinedload(Occurrence.reporting_point),
            ),
            joinedload(Finding.recorded_by),
        )
        .where(Finding.board_id == board_id, Finding.id == finding_id, within_reach(committees))
    )


def findings_of_occurrence(session: Session, occurrence_id: int) -> Sequence[Finding]:
    """The findings of one occurrence by number."""
    return session.scalars(
        sa.select(Finding)
        .where(Finding.occurrence_id == occurrence_id)
        .order_by(Finding.year, Finding.number)
    ).all()


def finding_of_item(session: Session, occurrence_id: int, item_id: int) -> Finding | None:
    """The finding that was written about one drawn item, if there is one."""
    return session.scalar(
        sa.select(Finding).where(Finding.occurrence_id == occurrence_id, Finding.item_id == item_id)
    )


def positions_of(session: Session, findings: Sequence[Finding]) -> dict[int, int]:
    """The running number of each finding's item, by finding id; those about a whole are absent."""
    by_item = {finding.item_id: finding.id for finding in findings if finding.item_id is not None}
    if not by_item:
        return {}
    rows = session.execute(
        sa.select(SampleItem.id, SampleItem.position).where(SampleItem.id.in_(by_item))
    )
    positions = {row.id: row.position for row in rows}
    return {
        finding.id: positions[finding.item_id]
        for finding in findings
        if finding.item_id is not None
    }


def years_of(session: Session, board_id: int, *, committees: Committees = None) -> Sequence[int]:
    """The plan years in which the board has findings that may be seen, latest first."""
    return session.scalars(
        sa.select(Finding.year)
        .join(Finding.occurrence)
        .where(Finding.board_id == board_id, within_reach(committees))
        .distinct()
        .order_by(Finding.year.desc())
    ).all()
