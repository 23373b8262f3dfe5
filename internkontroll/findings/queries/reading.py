"""One finding, those of an occurrence, and what a finding said at a moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from internkontroll.findings.models import (
    Closing,
    ClosingOutcome,
    Finding,
    FindingRevision,
)
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control
from internkontroll.sampling.models import SampleItem
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import Committees, within_reach


def label(finding: Finding, board: Board) -> str:
    """Avvikelsens namn: "Avvikelse 2020:1 (SCN)"."""
    return f"Avvikelse {finding.year}:{finding.number} ({board.code})"


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
                    joinedload(Control.area), joinedload(Control.risks)
                ),
                joinedload(Occurrence.subcommittee),
                joinedload(Occurrence.meeting),
                joinedload(Occurrence.reporting_point),
            ),
            joinedload(Finding.item).load_only(SampleItem.position),
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


def with_finding(
    asked: sa.Select[*tuple[Any, ...]], occurrence_id: int
) -> sa.Select[*tuple[Any, ...]]:
    """A question about drawn items, and last what :func:`finding_of_item` says of each."""
    return asked.add_columns(Finding).outerjoin(
        Finding,
        sa.and_(Finding.occurrence_id == occurrence_id, Finding.item_id == SampleItem.id),
    )


def first_change_after(moment: Any) -> sa.ColumnElement[bool]:
    """What joins a finding of the select with the row that tells what it said at the moment.

    To be outer joined: a finding without such a row said then what it says now.
    """
    later = aliased(FindingRevision)
    first = (
        sa.select(later.id)
        .where(later.finding_id == Finding.id, later.recorded_at > moment)
        .order_by(later.revision)
        .limit(1)
        .correlate(Finding)
        .scalar_subquery()
    )
    return FindingRevision.id == first


def was_mistaken(moment: datetime) -> sa.ColumnElement[bool]:
    """Whether a finding of the select was ended as felaktig iakttagelse at the moment."""
    return sa.exists().where(
        Closing.finding_id == Finding.id,
        Closing.outcome == ClosingOutcome.MISTAKEN,
        Closing.recorded_at <= moment,
        sa.or_(Closing.reopened_at.is_(None), Closing.reopened_at > moment),
    )
