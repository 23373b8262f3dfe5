"""What each kind of records holds of a year. One question to the database for any number of kinds.

The year of what belongs to a kontroll is its plan's; of the trail it is when it happened, and of an
account when it was closed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import AccountEvent, User
from internkontroll.archive.models import RecordKind
from internkontroll.archive.rules import Candidate
from internkontroll.core.clock import end_of_day, start_of_day
from internkontroll.core.reach import EVERY_BOARD, within
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
from internkontroll.trail.models import AUDIT_CHAIN, MUNICIPALITY_CHAIN, TrailPayload, TrailRow

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


_Held = sa.Select[*tuple[Any, ...]]
"""Records of one kind and year: the columns of :func:`_told`, of ``board_id``, ``chain`` and year.

The year is asked for as ``year``, or as its ``first`` and ``last`` moment.
"""


def _told(
    kind: RecordKind, key: Any, at: Any, waits: Any = None, *, prefix: str = ""
) -> tuple[Any, ...]:
    """The kind, the key with what stands before it, when, and whether it is in use still."""
    return (
        sa.literal(kind.value, sa.String()).label("kind"),
        sa.literal(prefix, sa.String()).label("prefix"),
        key.label("key"),
        at.label("at"),
        (sa.false() if waits is None else waits).label("waits"),
    )


def _of_year() -> tuple[sa.ColumnElement[bool], ...]:
    """What belongs to a kontrolltillfälle of the board's plans of the year."""
    return (
        Occurrence.board_id == sa.bindparam("board_id"),
        Plan.year == sa.bindparam("year"),
    )


def _in_year(column: Any) -> sa.ColumnElement[bool]:
    found: sa.ColumnElement[bool] = column.between(sa.bindparam("first"), sa.bindparam("last"))
    return found


def _item_references() -> Sequence[_Held]:
    still_used = sa.exists(
        sa.select(DrawOccurrence.occurrence_id)
        .join(Draw, Draw.id == DrawOccurrence.draw_id)
        .join(Occurrence, Occurrence.id == DrawOccurrence.occurrence_id)
        .where(Draw.population_id == Population.id, Occurrence.state.not_in(ENDED))
        .correlate(Population)
    )
    return [
        sa.select(
            *_told(
                RecordKind.ITEM_REFERENCES,
                Population.id,
                sa.func.coalesce(Population.frozen_at, Population.received_at),
                sa.or_(Occurrence.state.not_in(ENDED), still_used),
            )
        )
        .select_from(Population)
        .join(Population.occurrence)
        .join(Occurrence.control)
        .join(Plan, Plan.id == Control.plan_id)
        .where(
            *_of_year(),
            Population.state == PopulationState.FROZEN,
            Population.purged_at.is_(None),
        )
    ]


def _attachments() -> Sequence[_Held]:
    under_way = Occurrence.state.not_in(ENDED)
    return [
        sa.select(*_told(RecordKind.ATTACHMENTS, Attachment.id, Attachment.added_at, under_way))
        .join(Occurrence, Occurrence.id == Attachment.occurrence_id)
        .join(Occurrence.control)
        .join(Plan, Plan.id == Control.plan_id)
        .where(*_of_year(), Attachment.removed_at.is_(None))
    ]


def _notes() -> Sequence[_Held]:
    kind, under_way = RecordKind.NOTES, Occurrence.state.not_in(ENDED)
    return [
        sa.select(*_told(kind, ItemResult.id, ItemResult.recorded_at, under_way, prefix="svar:"))
        .join(Occurrence, Occurrence.id == ItemResult.occurrence_id)
        .join(Occurrence.control)
        .join(Plan, Plan.id == Control.plan_id)
        .where(*_of_year(), ItemResult.comment.is_not(None)),
        sa.select(
            *_told(kind, SecondAnswer.id, SecondReading.ordered_at, under_way, prefix="omläsning:")
        )
        .join(SecondReading, SecondReading.id == SecondAnswer.reading_id)
        .join(Occurrence, Occurrence.id == SecondReading.occurrence_id)
        .join(Occurrence.control)
        .join(Plan, Plan.id == Control.plan_id)
        .where(*_of_year(), SecondAnswer.comment.is_not(None)),
    ]


def _report_drafts() -> Sequence[_Held]:
    later = sa.orm.aliased(ReportRemark)
    return [
        sa.select(*_told(RecordKind.REPORT_DRAFTS, ReportRemark.id, ReportRemark.recorded_at))
        .join(FollowUpReport, FollowUpReport.id == ReportRemark.report_id)
        .join(ReportingPoint, ReportingPoint.id == FollowUpReport.reporting_point_id)
        .where(
            FollowUpReport.board_id == sa.bindparam("board_id"),
            ReportingPoint.year == sa.bindparam("year"),
            sa.exists(
                sa.select(later.id).where(
                    later.report_id == ReportRemark.report_id,
                    later.control_id == ReportRemark.control_id,
                    later.revision > ReportRemark.revision,
                )
            ),
        )
    ]


def _trail(
    kind: RecordKind, *of_kind: sa.ColumnElement[bool], chain: str | None = None
) -> Sequence[_Held]:
    """Rows of the board's chain whose content is there, or of one that is no board's."""
    asked: Any = sa.bindparam("chain") if chain is None else chain
    return [
        sa.select(*_told(kind, TrailRow.id, TrailRow.at))
        .join(TrailPayload, TrailPayload.row_id == TrailRow.id)
        .where(TrailRow.chain == asked, _in_year(TrailRow.at), *of_kind)
    ]


def _reading_trail() -> Sequence[_Held]:
    return _trail(RecordKind.READING_TRAIL, TrailRow.event.in_(READING_EVENTS))


def _other_trail() -> Sequence[_Held]:
    return _trail(RecordKind.TRAIL, TrailRow.event.not_in(READING_EVENTS))


def _municipality_trail() -> Sequence[_Held]:
    return _trail(RecordKind.MUNICIPALITY_TRAIL, chain=MUNICIPALITY_CHAIN)


def _audit_trail() -> Sequence[_Held]:
    return _trail(RecordKind.AUDIT_TRAIL, chain=AUDIT_CHAIN)


def _accounts() -> Sequence[_Held]:
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
    return [
        sa.select(*_told(RecordKind.ACCOUNTS, User.id, closed_at)).where(
            User.is_active.is_(False),
            User.username.not_like(f"{PURGED_NAME}%"),
            _in_year(closed_at),
        )
    ]


_HELD: Mapping[RecordKind, Callable[[], Sequence[_Held]]] = {
    RecordKind.ITEM_REFERENCES: _item_references,
    RecordKind.ATTACHMENTS: _attachments,
    RecordKind.NOTES: _notes,
    RecordKind.REPORT_DRAFTS: _report_drafts,
    RecordKind.READING_TRAIL: _reading_trail,
    RecordKind.TRAIL: _other_trail,
    RecordKind.ACCOUNTS: _accounts,
    RecordKind.MUNICIPALITY_TRAIL: _municipality_trail,
    RecordKind.AUDIT_TRAIL: _audit_trail,
}


@cache
def _statement(kinds: tuple[RecordKind, ...]) -> sa.CompoundSelect[*tuple[Any, ...]]:
    # Made once: to put it together takes longer than to run it.
    return sa.union_all(*(select for kind in kinds for select in _HELD[kind]()))


def candidates_of(
    session: Session, board: Board, year: int, kinds: Iterable[RecordKind]
) -> dict[RecordKind, list[Candidate]]:
    """What the board holds of the year, kind by kind, in the order it was written. One query.

    One more for the auditors' chain, which lies behind every board's wall.
    """
    found: dict[RecordKind, list[Candidate]] = {kind: [] for kind in kinds}
    asked = {
        "board_id": board.id,
        "chain": board.code,
        "year": year,
        "first": start_of_day(date(year, 1, 1)),
        "last": end_of_day(date(year, 12, 31)),
    }
    own = tuple(kind for kind in found if kind is not RecordKind.AUDIT_TRAIL)
    rows = list(session.execute(_statement(own), asked)) if own else []
    if RecordKind.AUDIT_TRAIL in found:
        with within(EVERY_BOARD):
            rows += session.execute(_statement((RecordKind.AUDIT_TRAIL,)), asked)
    for row in sorted(rows, key=lambda row: (row.prefix != "svar:", row.key)):
        kind = RecordKind(row.kind)
        waits = UNDER_WAY_LIST if kind is RecordKind.ITEM_REFERENCES else UNDER_WAY
        key = f"{row.prefix}{row.key}"
        found[kind].append(Candidate(key, row.at, waits if row.waits else None))
    return found
