"""What a committee has reviewed before its meetings: in figures, and for the minutes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
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
from internkontroll.review.queries.reviews import ReviewItem, judged_rows
from internkontroll.review.queries.sittings import Sitting
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
from internkontroll.sampling.queries import ToldDraw, draw_facts, is_unreconciled, told_draws
from internkontroll.schedule.models import (
    CommitteeReview,
    ConflictOfInterest,
    Occurrence,
    OccurrenceState,
)
from internkontroll.schedule.queries import Committees, frame_of_meeting
from internkontroll.schedule.rules import Frame, case_kinds, short_text

THE_PROGRAM = "programmet"
"""Who drew where no person did."""


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
            Conclusion.text.label("observation"),
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


def _told(told: ToldDraw) -> Drawn:
    """The figures of a draw that is read with its record."""
    draw, facts = told.draw, told.facts
    if draw.drawn_at is None:
        raise ValueError("the sample is not drawn")
    by = told.drawn_by or THE_PROGRAM
    return Drawn(draw.id, facts.n, facts.size, draw.method, draw.drawn_at, by)


def _reviews(
    rows: Sequence[sa.Row[*tuple[Any, ...]]], drawn: Mapping[int, Drawn]
) -> list[MeetingReview]:
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
            kind_is_open=row.case_kind is None and bool(case_kinds(row.text)),
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
    rows = session.execute(
        _reviews_statement(board_id).where(
            Occurrence.subcommittee_id == subcommittee_id,
            Plan.year == year,
            Occurrence.scheduled_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
    ).all()
    return _reviews(rows, _drawn(session, [row.occurrence_id for row in rows]))


def minutes_facts(
    session: Session, board: Board, sitting: Sitting, *, internal: bool = True
) -> MinutesFacts:
    """Underlag till paragraf: what was reviewed before a committee's meeting, without references.

    Without ``internal`` no outcome by running number is read, and no words on the cases. Four
    queries, five for the internal part; more only of what :func:`told_draws` says. Raises
    ValueError for a meeting that is not a committee's.
    """
    meeting, seats = sitting.meeting, sitting.seats
    committee = meeting.subcommittee
    if committee is None:
        raise ValueError("the meeting is not a committee's")
    rows = session.execute(
        _reviews_statement(board.id)
        .add_columns(ConflictOfInterest)
        .outerjoin(
            ConflictOfInterest,
            sa.and_(
                ConflictOfInterest.occurrence_id == Occurrence.id,
                ConflictOfInterest.withdrawn_at.is_(None),
            ),
        )
        .options(joinedload(ConflictOfInterest.user))
        .where(
            Occurrence.meeting_id == meeting.id,
            Occurrence.subcommittee_id == committee.id,
            Occurrence.state != OccurrenceState.EXPIRED,
        )
        .order_by(sa.func.coalesce(ConflictOfInterest.position, 0), ConflictOfInterest.id)
    ).all()
    reviewed = list({row.occurrence_id: row for row in rows}.values())
    draws = told_draws(session, [row.occurrence_id for row in reviewed])
    items = _items(session, draws) if internal else {}
    frame = frame_of_meeting(session, meeting) if reviewed else None
    return MinutesFacts(
        board_code=board.code,
        board_name=board.name,
        committee_code=committee.code,
        committee_name=committee.name,
        held_on=meeting.held_on,
        ordinary=meeting.kind is MeetingKind.ORDINARY,
        cancelled=meeting.state is MeetingState.CANCELLED,
        verifier=seats.verifier.title if seats else None,
        reviews=tuple(
            _facts(
                review,
                frame,
                draws.get(row.occurrence_id),
                items=items.get(row.occurrence_id, ()),
                observation=row.observation if internal else None,
                stepped_aside=_aside(rows, row.occurrence_id),
            )
            for row, review in zip(
                reviewed,
                _reviews(reviewed, {key: _told(each) for key, each in draws.items()}),
                strict=True,
            )
        ),
    )


def _aside(rows: Sequence[sa.Row[*tuple[Any, ...]]], occurrence_id: int) -> tuple[StepAside, ...]:
    """Jäv that stands for the occurrence: the whole review first, then case by case."""
    return tuple(
        StepAside(occurrence_id, _who(row.ConflictOfInterest), row.ConflictOfInterest.position)
        for row in rows
        if row.occurrence_id == occurrence_id and row.ConflictOfInterest is not None
    )


def _who(row: ConflictOfInterest) -> str:
    """Who stepped aside: an account as the program calls it, or a function."""
    return row.user.title if row.user is not None else row.member or ""


def _facts(
    review: MeetingReview,
    frame: Frame | None,
    told: ToldDraw | None,
    *,
    items: tuple[ItemOutcome, ...],
    observation: str | None,
    stepped_aside: tuple[StepAside, ...],
) -> ReviewFacts:
    if told is None:
        return ReviewFacts(review, frame, observation=observation, stepped_aside=stepped_aside)
    population = told.draw.population
    return ReviewFacts(
        review,
        frame,
        is_secret=population.is_secret,
        unreconciled=is_unreconciled(population),
        seed_source=told.draw.seed_source,
        digest=told.digest,
        items=items,
        observation=observation,
        stepped_aside=stepped_aside,
    )


def _items(session: Session, draws: Mapping[int, ToldDraw]) -> dict[int, tuple[ItemOutcome, ...]]:
    if not draws:
        return {}
    criteria, items = judged_rows(session, {key: told.items for key, told in draws.items()})
    return {
        key: tuple(
            ItemOutcome(item.position, item.state, _faults(criteria[key], item)) for item in own
        )
        for key, own in items.items()
    }


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
