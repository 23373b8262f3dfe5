"""A drawn sample of three cases in an individutskott, and those who judge and sign it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Actor, Role
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control
from internkontroll.review.models import Answer, ItemResult
from internkontroll.review.queries import judgements_by_position, review_items
from internkontroll.review.rules import Tally, tally
from internkontroll.review.services import judge_item
from internkontroll.sampling.models import Draw, SampleItem
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.models import TrailPayload
from tests.factories import (
    actor_of,
    make_board,
    make_control,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_plan,
    make_subcommittee,
    make_user,
)

AT = datetime(2020, 3, 12, 13, tzinfo=UTC)
YES, NO = (Answer.YES, None), (Answer.NO, None)
NOT_HERE = (Answer.NOT_APPLICABLE, None)


@dataclass
class Review:
    """A drawn sample of three cases in an individutskott, and those who work with it."""

    board: Board
    control: Control
    occurrence: Occurrence
    draw: Draw
    items: list[SampleItem]
    criteria: list[int]
    tester: Actor
    signer: Actor
    signing_user: User


def make_review(session: Session) -> Review:
    board = make_board(session)
    committee = make_subcommittee(session, board)
    control = make_control(
        session, make_plan(session, board, decided=True), criteria=("Skälen finns.", "I tid.")
    )
    meeting = make_meeting(session, board, committee, date(2020, 3, 12))
    occurrence = make_occurrence(session, control, meeting=meeting, state=OccurrenceState.STARTED)
    draw = make_drawn_sample(session, occurrence)
    signing_user = make_user(session, Role.CHAIR, board, committee)
    return Review(
        board=board,
        control=control,
        occurrence=occurrence,
        draw=draw,
        items=list(draw.items),
        criteria=[criterion.id for criterion in control.criteria],
        tester=actor_of(make_user(session, Role.MEMBER, board, committee)),
        signer=actor_of(signing_user),
        signing_user=signing_user,
    )


def judge(
    session: Session, review: Review, position: int, *answers: tuple[Answer, str | None]
) -> list[ItemResult]:
    given = dict(zip(review.criteria, answers, strict=False))
    item = next(item for item in all_items(session, review) if item.position == position)
    return judge_item(session, review.occurrence, item, given, actor=review.tester, at=AT)


def all_items(session: Session, review: Review) -> list[SampleItem]:
    return list(
        session.scalars(
            sa.select(SampleItem)
            .where(SampleItem.draw_id == review.draw.id)
            .order_by(SampleItem.position)
        )
    )


def judge_all(session: Session, review: Review, deviating: int = 1) -> None:
    for item in review.items:
        second = NO if item.position <= deviating else YES
        judge(session, review, item.position, YES, second)


def trail_text(session: Session) -> str:
    rows = session.scalars(sa.select(TrailPayload)).all()
    return " ".join(str(row.body) for row in rows)


def tallied(session: Session, occurrence_id: int) -> Tally:
    """How far the review of an occurrence has come; a replaced item is not counted."""
    return tally(judgements_by_position(review_items(session, occurrence_id)).values())
