"""What each kind of records holds of a year. One question to the database per kind.

The year of what belongs to a kontroll is its plan's; of the trail it is when it happened, and of an
account when it was closed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import AccountEvent, User
from internkontroll.archive.models import RecordKind
from internkontroll.archive.rules import Candidate
from internkontroll.core.clock import end_of_day, start_of_day
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.plan.models import Control, Plan
from internkontroll.reporting.models import FollowUpReport, ReportRemark
from internkontroll.review.models import (
    Attachment,
    ItemResult,
    ReviewEvent,
    SecondAnswer,
    SecondReading,
)
from internkontroll.sampling.models import (
    Draw,
    DrawOccurrence,
    Population,
    PopulationState,
    SamplingEvent,
)
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.models import MUNICIPALITY_CHAIN, TrailPayload, TrailRow

ENDED = (OccurrenceState.APPROVED, OccurrenceState.NOT_PERFORMED, OccurrenceState.EXPIRED)

UNDER_WAY = "Kontrolltillfället är inte avslutat. Godkänn det först."
UNDER_WAY_LIST = "Ett kontrolltillfälle som använder listan är inte avslutat. Godkänn det först."

READING_EVENTS = (
    SamplingEvent.REFERENCES_READ,
    SamplingEvent.POPULATION_EXPORTED,
    SamplingEvent.RECORD_EXPORTED,
    ReviewEvent.MINUTES_READ,
    ReviewEvent.NOTE_READ,
)
"""Events that tell of somebody having read what is secret."""

PURGED_NAME = "gallrat-"
"""What the name of an account begins with once it has been disposed of."""


def _of_year(board: Board, year: int) -> tuple[sa.ColumnElement[bool], ...]:
    """What belongs to a kontrolltillfälle of the board's plans of the year."""
    return (Occurrence.board_id == board.id, Plan.year == year)


def _in_year(column: sa.orm.InstrumentedAttribute[object], year: int) -> sa.ColumnElement[bool]:
    return column.between(start_of_day(date(year, 1, 1)), end_of_day(date(year, 12, 31)))


def _item_references(session: Session, board: Board, year: int) -> list[Candidate]:
    still_used = sa.exists(
        sa.select(DrawOccurrence.occurrence_id)
        .join(Draw, Draw.id == DrawOccurrence.draw_id)
        .join(Occurrence, Occurrence.id == DrawOccurrence.occurrence_id)
        .where(Draw.population_id == Population.id, Occurrence.state.not_in(ENDED))
        .correlate(Population)
    )
    rows = session.execute(
        sa.select(
            Population.id,
            Population.frozen_at,
            Population.received_at,
            sa.or_(Occurrence.state.not_in(ENDED), still_used),
        )
        .select_from(Population)
        .join(Population.occurrence)
        .join(Occurrence.control)
        .join(Plan, Plan.id == Control.plan_id)
        .where(
            *_of_year(board, year),
            Population.state == PopulationState.FROZEN,
            Population.purged_at.is_(None),
        )
        .order_by(Population.id)
    )
    return [
        Candidate(str(key), frozen_at or received_at, UNDER_WAY_LIST if used else None)
        for key, frozen_at, received_at, used in rows
    ]


def _attachments(session: Session, board: Board, year: int) -> list[Candidate]:
    rows = session.execute(
        sa.select(Attachment.id, Attachment.added_at, Occurrence.state)
        .join(Occurrence, Occurrence.id == Attachment.occurrence_id)
        .join(Occurrence.control)
        .join(Plan, Plan.id == Control.plan_id)
        .where(*_of_year(board, year), Attachment.removed_at.is_(None))
        .order_by(Attachment.id)
    )
    return [_judged(str(key), at, state) for key, at, state in rows]


def _judged(key: str, at: datetime, state: OccurrenceState) -> Candidate:
    return Candidate(key, at, None if state in ENDED else UNDER_WAY)


def _notes(session: Session, board: Board, year: int) -> list[Candidate]:
    first = (
        sa.select(ItemResult.id, ItemResult.recorded_at, Occurrence.state)
        .join(Occurrence, Occurrence.id == ItemResult.occurrence_id)
        .join(Occurrence.control)
        .join(Plan, Plan.id == Control.plan_id)
        .where(*_of_year(board, year), ItemResult.comment.is_not(None))
        .order_by(ItemResult.id)
    )
    second = (
        sa.select(SecondAnswer.id, SecondReading.ordered_at, Occurrence.state)
        .join(SecondReading, SecondReading.id == SecondAnswer.reading_id)
        .join(Occurrence, Occurrence.id == SecondReading.occurrence_id)
        .join(Occurrence.control)
        .join(Plan, Plan.id == Control.plan_id)
        .where(*_of_year(board, year), SecondAnswer.comment.is_not(None))
        .order_by(SecondAnswer.id)
    )
    return [_judged(f"svar:{key}", at, state) for key, at, state in session.execute(first)] + [
        _judged(f"omläsning:{key}", at, state) for key, at, state in session.execute(second)
    ]


def _report_drafts(session: Session, board: Board, year: int) -> list[Candidate]:
    later = sa.orm.aliased(ReportRemark)
    rows = session.execute(
        sa.select(ReportRemark.id, ReportRemark.recorded_at)
        .join(FollowUpReport, FollowUpReport.id == ReportRemark.report_id)
        .join(ReportingPoint, ReportingPoint.id == FollowUpReport.reporting_point_id)
        .where(
            FollowUpReport.board_id == board.id,
            ReportingPoint.year == year,
            sa.exists(
                sa.select(later.id).where(
                    later.report_id == ReportRemark.report_id,
                    later.control_id == ReportRemark.control_id,
                    later.revision > ReportRemark.revision,
                )
            ),
        )
        .order_by(ReportRemark.id)
    )
    return [Candidate(str(key), at) for key, at in rows]


def _trail(board: Board, year: int, *of_kind: sa.ColumnElement[bool]) -> sa.Select[int, datetime]:
    return (
        sa.select(TrailRow.id, TrailRow.at)
        .join(TrailPayload, TrailPayload.row_id == TrailRow.id)
        .where(TrailRow.chain == board.code, _in_year(TrailRow.at, year), *of_kind)
        .order_by(TrailRow.id)
    )


def _reading_trail(session: Session, board: Board, year: int) -> list[Candidate]:
    rows = session.execute(_trail(board, year, TrailRow.event.in_(READING_EVENTS)))
    return [Candidate(str(key), at) for key, at in rows]


def _other_trail(session: Session, board: Board, year: int) -> list[Candidate]:
    rows = session.execute(_trail(board, year, TrailRow.event.not_in(READING_EVENTS)))
    return [Candidate(str(key), at) for key, at in rows]


def _accounts(session: Session, _board: Board, year: int) -> list[Candidate]:
    closed_at = (
        sa.select(sa.func.max(TrailRow.at))
        .where(
            TrailRow.chain == MUNICIPALITY_CHAIN,
            TrailRow.subject_kind == "user",
            TrailRow.subject_id == User.id,
            TrailRow.event == AccountEvent.USER_CLOSED.value,
        )
        .correlate(User)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(User.id, closed_at)
        .where(
            User.is_active.is_(False),
            User.username.not_like(f"{PURGED_NAME}%"),
            closed_at.between(start_of_day(date(year, 1, 1)), end_of_day(date(year, 12, 31))),
        )
        .order_by(User.id)
    )
    return [Candidate(str(key), at) for key, at in rows]


CANDIDATES: Mapping[RecordKind, Callable[[Session, Board, int], Sequence[Candidate]]] = {
    RecordKind.ITEM_REFERENCES: _item_references,
    RecordKind.ATTACHMENTS: _attachments,
    RecordKind.NOTES: _notes,
    RecordKind.REPORT_DRAFTS: _report_drafts,
    RecordKind.READING_TRAIL: _reading_trail,
    RecordKind.TRAIL: _other_trail,
    RecordKind.ACCOUNTS: _accounts,
}
