"""A committee's meeting as its pages read it: few questions, however much is reviewed there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from internkontroll.organisation.models import Meeting, Subcommittee
from internkontroll.plan.models import Control
from internkontroll.review.models import (
    CaseNote,
    CaseNoteRule,
    Conclusion,
    ProtectedItem,
    SecondReading,
)
from internkontroll.review.queries.reviews import ReviewItem, judged_rows
from internkontroll.review.queries.second_reading import is_not_handed_in
from internkontroll.sampling.models import SampleItem
from internkontroll.sampling.queries import SamplingProgress, progress_of_each
from internkontroll.schedule.models import (
    CommitteeMeeting,
    CommitteeReview,
    ConflictOfInterest,
    Occurrence,
)
from internkontroll.schedule.queries import Committees


@dataclass(frozen=True)
class Sitting:
    """Utskottets sammanträde with who is justerare, None while nobody is named.

    ``note_rule`` is the board's decision that notes may be written. ``is_blind`` tells that the
    reader is reading items of the meeting again and is not to see the first answers yet.
    """

    meeting: Meeting
    seats: CommitteeMeeting | None
    note_rule: CaseNoteRule | None
    is_blind: bool


def sitting_of(
    session: Session,
    board_id: int,
    meeting_id: int,
    *,
    committees: Committees = None,
    reviews_cases: bool = False,
    reader_id: int | None = None,
) -> Sitting | None:
    """One meeting of a committee of the board that the reader reaches, or None. One query.

    ``committees`` are those within reach, None every one; ``reviews_cases`` asks for the meeting
    of an individutskott.
    """
    select = _sitting_statement()
    if committees is not None:
        select = select.where(Meeting.subcommittee_id.in_(committees))
    if reviews_cases:
        select = select.where(Subcommittee.reviews_cases)
    asked = {"board_id": board_id, "meeting_id": meeting_id, "reader_id": reader_id}
    row = session.execute(select, asked).one_or_none()
    return None if row is None else Sitting(*row)


@cache
def _sitting_statement() -> sa.Select[*tuple[Any, ...]]:
    # Made once: to put it together takes longer than to run it.
    reader_id: Any = sa.bindparam("reader_id", type_=sa.Integer())
    blind = sa.exists().where(
        SecondReading.occurrence_id == Occurrence.id,
        Occurrence.meeting_id == Meeting.id,
        is_not_handed_in(reader_id),
    )
    return (
        sa.select(Meeting, CommitteeMeeting, CaseNoteRule, blind)
        .join(Meeting.subcommittee)
        .outerjoin(CommitteeMeeting, CommitteeMeeting.meeting_id == Meeting.id)
        .outerjoin(
            CaseNoteRule,
            sa.and_(CaseNoteRule.board_id == Meeting.board_id, CaseNoteRule.ended_at.is_(None)),
        )
        .options(
            contains_eager(Meeting.subcommittee),
            joinedload(CommitteeMeeting.verifier),
            joinedload(CommitteeMeeting.substitute),
        )
        .where(
            Meeting.board_id == sa.bindparam("board_id"),
            Meeting.id == sa.bindparam("meeting_id"),
        )
    )


@dataclass(frozen=True)
class SittingReview:
    """En kontrolls granskning inför sammanträdet, as far as it has come.

    ``conclusion`` is the newest that was not sent back. ``items`` is empty while nothing is drawn;
    ``protected`` are ids of those with skyddade personuppgifter.
    """

    occurrence: Occurrence
    review: CommitteeReview | None
    conclusion: Conclusion | None
    conflicts: list[ConflictOfInterest]
    has_notes: bool
    sampling: SamplingProgress
    items: list[ReviewItem]
    protected: frozenset[int]


def reviews_at(session: Session, board_id: int, meeting_id: int) -> list[SittingReview]:
    """What the committee reviews at the meeting, in the order of the controls.

    Four queries, one more where a list is not drawn from yet.
    """
    asked = {"board_id": board_id, "meeting_id": meeting_id}
    rows = session.execute(_reviews_statement(), asked).all()
    conflicts: dict[int, list[ConflictOfInterest]] = {}
    for row in rows:
        own = conflicts.setdefault(row.Occurrence.id, [])
        if row.ConflictOfInterest is not None:
            own.append(row.ConflictOfInterest)
    reviewed = {row.Occurrence.id: row for row in rows}
    sampling = progress_of_each(session, list(reviewed))
    draws = {key: each.draw.id for key, each in sampling.items() if each.draw and each.is_drawn}
    drawn = _items_of(session, set(draws.values()))
    items = (
        judged_rows(session, {key: drawn.get(draw_id, []) for key, draw_id in draws.items()})[1]
        if draws
        else {}
    )
    return [
        SittingReview(
            occurrence=row.Occurrence,
            review=row.CommitteeReview,
            conclusion=row.Conclusion,
            conflicts=conflicts[key],
            has_notes=row.has_notes,
            sampling=sampling[key],
            items=items.get(key, []),
            protected=frozenset(
                item.id for item in drawn.get(draws.get(key, 0), []) if item.is_protected
            ),
        )
        for key, row in reviewed.items()
    ]


def _items_of(
    session: Session, draw_ids: set[int]
) -> dict[int, Sequence[sa.Row[*tuple[Any, ...]]]]:
    """The items of the draws in order, without their references."""
    if not draw_ids:
        return {}
    found: dict[int, list[sa.Row[*tuple[Any, ...]]]] = {}
    for row in session.execute(_items_statement(), {"draw_ids": list(draw_ids)}):
        found.setdefault(row.draw_id, []).append(row)
    return dict(found)


@cache
def _items_statement() -> sa.Select[*tuple[Any, ...]]:
    asked: Any = sa.bindparam("draw_ids", type_=sa.Integer(), expanding=True)
    return (
        sa.select(
            SampleItem.draw_id,
            SampleItem.id,
            SampleItem.position,
            SampleItem.replaces_id,
            SampleItem.replacement_reason,
            ProtectedItem.item_id.is_not(None).label("is_protected"),
        )
        .outerjoin(ProtectedItem, ProtectedItem.item_id == SampleItem.id)
        .where(SampleItem.draw_id.in_(asked))
        .order_by(SampleItem.draw_id, SampleItem.position)
    )


@cache
def _reviews_statement() -> sa.Select[*tuple[Any, ...]]:
    newer = aliased(Conclusion)
    newest = (
        sa.select(sa.func.max(newer.id))
        .where(newer.occurrence_id == Occurrence.id, newer.returned_at.is_(None))
        .scalar_subquery()
    )
    notes = sa.exists().where(CaseNote.occurrence_id == Occurrence.id, CaseNote.text.is_not(None))
    return (
        sa.select(
            Occurrence,
            CommitteeReview,
            Conclusion,
            ConflictOfInterest,
            notes.label("has_notes"),
        )
        .join(Occurrence.control)
        .outerjoin(CommitteeReview, CommitteeReview.occurrence_id == Occurrence.id)
        .outerjoin(Conclusion, Conclusion.id == newest)
        .outerjoin(
            ConflictOfInterest,
            sa.and_(
                ConflictOfInterest.occurrence_id == Occurrence.id,
                ConflictOfInterest.withdrawn_at.is_(None),
            ),
        )
        .options(
            contains_eager(Occurrence.control),
            joinedload(Occurrence.subcommittee),
            joinedload(Occurrence.meeting),
            joinedload(Conclusion.signed_by),
            joinedload(ConflictOfInterest.user),
        )
        .where(
            Occurrence.board_id == sa.bindparam("board_id"),
            Occurrence.meeting_id == sa.bindparam("meeting_id"),
        )
        .order_by(
            Control.number,
            Occurrence.id,
            sa.func.coalesce(ConflictOfInterest.position, 0),
            ConflictOfInterest.id,
        )
    )


@dataclass(frozen=True)
class CaseFacts:
    """Ett draget ärende with what is known of it beside the answers.

    ``item`` has the reference: to show it is a reading. ``note`` is the enhetschef's, a destroyed
    one too. ``stepped_aside`` and ``is_blind`` are the reader's own: from this case or all of them,
    and as in :class:`Sitting`.
    """

    item: SampleItem
    is_protected: bool
    note: CaseNote | None
    review: CommitteeReview | None
    stepped_aside: bool
    is_blind: bool


def case_facts(
    session: Session, occurrence_id: int, draw_id: int, position: int, *, reader_id: int | None
) -> CaseFacts | None:
    """The item with that running number in the occurrence's draw, or None. One query."""
    asked = {
        "occurrence_id": occurrence_id,
        "draw_id": draw_id,
        "position": position,
        "reader_id": reader_id,
    }
    row = session.execute(_case_statement(), asked).one_or_none()
    return None if row is None else CaseFacts(*row)


@cache
def _case_statement() -> sa.Select[*tuple[Any, ...]]:
    occurrence_id: Any = sa.bindparam("occurrence_id", type_=sa.Integer())
    reader_id: Any = sa.bindparam("reader_id", type_=sa.Integer())
    stepped_aside = sa.exists().where(
        ConflictOfInterest.occurrence_id == occurrence_id,
        ConflictOfInterest.user_id == reader_id,
        ConflictOfInterest.withdrawn_at.is_(None),
        sa.or_(
            ConflictOfInterest.position.is_(None),
            ConflictOfInterest.position == SampleItem.position,
        ),
    )
    blind = sa.exists().where(
        SecondReading.occurrence_id == occurrence_id, is_not_handed_in(reader_id)
    )
    return (
        sa.select(
            SampleItem,
            ProtectedItem.item_id.is_not(None),
            CaseNote,
            CommitteeReview,
            stepped_aside,
            blind,
        )
        .outerjoin(ProtectedItem, ProtectedItem.item_id == SampleItem.id)
        .outerjoin(
            CaseNote,
            sa.and_(CaseNote.item_id == SampleItem.id, CaseNote.occurrence_id == occurrence_id),
        )
        .outerjoin(CommitteeReview, CommitteeReview.occurrence_id == occurrence_id)
        .where(
            SampleItem.draw_id == sa.bindparam("draw_id"),
            SampleItem.position == sa.bindparam("position"),
        )
    )
