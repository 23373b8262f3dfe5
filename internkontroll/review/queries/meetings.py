"""What a committee has reviewed before its meetings: in figures, and for the minutes."""

from collections.abc import Collection, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from internkontroll.accounts.models import User
from internkontroll.organisation.models import (
    Board,
    Meeting,
    MeetingKind,
    MeetingState,
    Subcommittee,
)
from internkontroll.plan.models import Control, Criterion, Plan, PlanKind
from internkontroll.review.models import Answer, Conclusion
from internkontroll.review.queries.reviews import ReviewItem, judged_items
from internkontroll.review.rules import (
    DEVIATING,
    Drawn,
    ItemOutcome,
    MeetingReview,
    MinutesFacts,
    Outcomes,
    ReviewFacts,
    StepAside,
)
from internkontroll.sampling.models import Draw
from internkontroll.sampling.queries import draw_facts, is_unreconciled, record_for_outside
from internkontroll.sampling.rules import record_bytes
from internkontroll.schedule.models import (
    CommitteeReview,
    ConflictOfInterest,
    Occurrence,
    OccurrenceState,
)
from internkontroll.schedule.queries import (
    Committees,
    conflicts_of,
    frame_of_occurrence,
    seats_of,
)
from internkontroll.schedule.rules import short_text

THE_PROGRAM = "programmet"
"""Who drew where no person did."""


def committee_meeting_select(
    board_id: int, meeting_id: int, *, committees: Committees
) -> sa.Select[Meeting]:
    """One meeting of a committee of the board that the reader reaches; None: every committee."""
    select = (
        sa.select(Meeting)
        .options(joinedload(Meeting.subcommittee))
        .where(
            Meeting.board_id == board_id,
            Meeting.id == meeting_id,
            Meeting.subcommittee_id.is_not(None),
        )
    )
    return select if committees is None else select.where(Meeting.subcommittee_id.in_(committees))


def _reviews_statement(board_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Occurrences done for a committee's meeting, each with the signed conclusion that stands.

    One that a revision of the plan took away is no review; one whose meeting was called off is told
    of as such.
    """
    newer = aliased(Conclusion)
    newest = (
        sa.select(sa.func.max(newer.id))
        .where(newer.occurrence_id == Occurrence.id, newer.signed_at.is_not(None))
        .scalar_subquery()
    )
    return (
        sa.select(
            Occurrence.id.label("occurrence_id"),
            Occurrence.scheduled_on,
            Occurrence.state,
            Meeting.id.label("meeting_id"),
            Meeting.held_on,
            Meeting.kind,
            Control.number,
            Control.text,
            CommitteeReview.case_kind,
            CommitteeReview.statement,
            Conclusion.id.label("conclusion_id"),
            Conclusion.reviewed,
            Conclusion.population_size,
            Conclusion.deviating,
            Conclusion.not_applicable,
        )
        .select_from(Occurrence)
        .join(Meeting, Meeting.id == Occurrence.meeting_id)
        .join(Control, Control.id == Occurrence.control_id)
        .join(Plan, Plan.id == Control.plan_id)
        .outerjoin(CommitteeReview, CommitteeReview.occurrence_id == Occurrence.id)
        .outerjoin(Conclusion, Conclusion.id == newest)
        .where(
            Occurrence.board_id == board_id,
            Plan.kind == PlanKind.INTERNAL_CONTROL,
            sa.or_(
                Occurrence.state != OccurrenceState.EXPIRED,
                Meeting.state == MeetingState.CANCELLED,
            ),
        )
        .order_by(Occurrence.scheduled_on, Control.number, Occurrence.id)
    )


def _drawn(session: Session, occurrence_ids: Collection[int]) -> dict[int, Drawn]:
    """The figures of each occurrence's current draw, with who drew it and when."""
    facts = draw_facts(session, occurrence_ids)
    rows = session.execute(
        sa.select(Draw.id, Draw.method, Draw.drawn_at, User.title)
        .outerjoin(User, User.id == Draw.drawn_by_id)
        .where(Draw.id.in_({fact.draw_id for fact in facts.values()}))
    )
    draws = {row.id: row for row in rows}
    return {
        occurrence_id: Drawn(
            draw_id=fact.draw_id,
            n=fact.n,
            size=fact.size,
            method=draws[fact.draw_id].method,
            at=draws[fact.draw_id].drawn_at,
            by=draws[fact.draw_id].title or THE_PROGRAM,
        )
        for occurrence_id, fact in facts.items()
    }


def _reviews(session: Session, statement: sa.Select[*tuple[Any, ...]]) -> list[MeetingReview]:
    rows = session.execute(statement).all()
    drawn = _drawn(session, [row.occurrence_id for row in rows])
    return [
        MeetingReview(
            occurrence_id=row.occurrence_id,
            meeting_id=row.meeting_id,
            held_on=row.held_on,
            counted_on=row.scheduled_on,
            ordinary=row.kind is MeetingKind.ORDINARY,
            cancelled=row.state is OccurrenceState.EXPIRED,
            state=row.state,
            number=row.number,
            kind=row.case_kind or short_text(row.text),
            statement=row.statement,
            drawn=drawn.get(row.occurrence_id),
            outcomes=Outcomes(row.reviewed, row.population_size, row.deviating, row.not_applicable)
            if row.conclusion_id is not None
            else None,
        )
        for row in rows
    ]


def reviews_of_committee(
    session: Session, board_id: int, subcommittee_id: int, year: int
) -> list[MeetingReview]:
    """What the committee was to review before each meeting of the year, in order of days."""
    return _reviews(
        session,
        _reviews_statement(board_id).where(
            Occurrence.subcommittee_id == subcommittee_id,
            Plan.year == year,
            Occurrence.scheduled_on.between(date(year, 1, 1), date(year, 12, 31)),
        ),
    )


def minutes_facts(session: Session, board: Board, meeting: Meeting) -> MinutesFacts:
    """Underlag till paragraf: what was reviewed before a committee's meeting, without references.

    Raises ValueError for a meeting that is not a committee's.
    """
    committee = meeting.subcommittee
    if committee is None:
        raise ValueError("the meeting is not a committee's")
    reviews = _reviews(
        session,
        _reviews_statement(board.id).where(
            Occurrence.meeting_id == meeting.id,
            Occurrence.subcommittee_id == committee.id,
            Occurrence.state != OccurrenceState.EXPIRED,
        ),
    )
    stepped_aside = [
        StepAside(row.occurrence_id, _who(row), row.position)
        for row in conflicts_of(session, [row.occurrence_id for row in reviews])
    ]
    seats = seats_of(session, meeting.id)
    return MinutesFacts(
        board_code=board.code,
        board_name=board.name,
        committee_code=committee.code,
        committee_name=committee.name,
        held_on=meeting.held_on,
        ordinary=meeting.kind is MeetingKind.ORDINARY,
        cancelled=meeting.state is MeetingState.CANCELLED,
        verifier=seats.verifier.title if seats else None,
        reviews=tuple(_facts(session, row, stepped_aside) for row in reviews),
    )


def _who(row: ConflictOfInterest) -> str:
    """Who stepped aside: an account as the program calls it, or a function."""
    return row.user.title if row.user is not None else row.member or ""


def _facts(
    session: Session, review: MeetingReview, stepped_aside: Sequence[StepAside]
) -> ReviewFacts:
    occurrence = session.get_one(Occurrence, review.occurrence_id)
    own = tuple(row for row in stepped_aside if row.occurrence_id == review.occurrence_id)
    frame = frame_of_occurrence(session, occurrence)
    observation = _observation(session, occurrence.id)
    if review.drawn is None:
        return ReviewFacts(review, frame, observation=observation, stepped_aside=own)
    draw = session.get_one(Draw, review.drawn.draw_id, options=[joinedload(Draw.population)])
    purged = draw.population.purged_at is not None
    return ReviewFacts(
        review,
        frame,
        is_secret=draw.population.is_secret,
        unreconciled=is_unreconciled(draw.population),
        seed_source=draw.seed_source,
        digest=None
        if purged
        else sha256(record_bytes(record_for_outside(session, draw))).hexdigest(),
        items=_items(session, occurrence.id, draw.id),
        observation=observation,
        stepped_aside=own,
    )


def _observation(session: Session, occurrence_id: int) -> str | None:
    """The text of the signed conclusion that stands."""
    return session.scalar(
        sa.select(Conclusion.text)
        .where(Conclusion.occurrence_id == occurrence_id, Conclusion.signed_at.is_not(None))
        .order_by(Conclusion.id.desc())
        .limit(1)
    )


def _items(session: Session, occurrence_id: int, draw_id: int) -> tuple[ItemOutcome, ...]:
    criteria, items = judged_items(session, [occurrence_id], draw_id)
    return tuple(
        ItemOutcome(item.position, item.state, _faults(criteria[occurrence_id], item))
        for item in items[occurrence_id]
    )


def _faults(criteria: Sequence[Criterion], item: ReviewItem) -> tuple[tuple[str, Answer], ...]:
    """The counting questions that got a bad answer."""
    return tuple(
        (criterion.text, judgement.answer)
        for criterion, judgement in zip(criteria, item.judgements, strict=True)
        if criterion.counts and judgement.answer in DEVIATING and judgement.answer is not None
    )


def committees_in_reach(
    session: Session, board_id: int, *, committees: Committees
) -> Sequence[Subcommittee]:
    """The board's committees whose reviews the reader may see, by code."""
    select = sa.select(Subcommittee).where(Subcommittee.board_id == board_id)
    if committees is not None:
        select = select.where(Subcommittee.id.in_(committees))
    return session.scalars(select.order_by(Subcommittee.code)).all()
