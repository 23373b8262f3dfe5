"""Read a second reading: which items, what was answered, and how alike the two readers are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.accounts.models import RoleGrant, User
from internkontroll.core.access import Role
from internkontroll.core.collation import swedish_order
from internkontroll.plan.models import Criterion
from internkontroll.review.models import SecondAnswer, SecondReading
from internkontroll.review.queries.testers import of_current_draw, testers_of
from internkontroll.review.rules import Agreement, Pair, agreement
from internkontroll.sampling.models import SampleItem
from internkontroll.schedule.models import Occurrence


@dataclass(frozen=True)
class ReadingAnswer:
    """Ett andra svar with the item's running number and the criterion that is answered."""

    row: SecondAnswer
    position: int
    asked: Criterion

    @property
    def criterion_id(self) -> int:
        """The criterion's id."""
        return self.asked.id

    @property
    def criterion_position(self) -> int:
        """Its place among the control's criteria."""
        return self.asked.position

    @property
    def criterion(self) -> str:
        """Its text."""
        return self.asked.text


def readings_of(session: Session, occurrence_id: int) -> Sequence[SecondReading]:
    """Every second reading of the occurrence, those broken off too, the first one first."""
    return session.scalars(
        sa.select(SecondReading)
        .options(joinedload(SecondReading.reader), joinedload(SecondReading.ordered_by))
        .where(SecondReading.occurrence_id == occurrence_id)
        .order_by(SecondReading.id)
    ).all()


def standing_reading(
    session: Session, occurrence_id: int, draw_id: int | None
) -> SecondReading | None:
    """The second reading of the occurrence's current draw that was not broken off, or None."""
    if draw_id is None:
        return None
    return session.scalar(
        sa.select(SecondReading)
        .options(joinedload(SecondReading.reader), joinedload(SecondReading.ordered_by))
        .where(
            SecondReading.occurrence_id == occurrence_id,
            SecondReading.draw_id == draw_id,
            SecondReading.cancelled_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )


def blind_to(session: Session, occurrence_ids: Collection[int], user_id: int | None) -> int | None:
    """The first of the occurrences whose items the user is reading again, or None.

    Until the reading is handed in its first answers are not shown to that person. A draw's items
    are the same for every control that shares it, but the answers are not. A reading of a draw
    that is redrawn is never handed in and hides nothing.
    """
    return session.scalar(
        sa.select(sa.func.min(SecondReading.occurrence_id)).where(
            SecondReading.occurrence_id.in_(occurrence_ids), is_not_handed_in(user_id)
        )
    )


def reads_blindly(user_id: int | None) -> sa.ColumnElement[bool]:
    """Whether the user is reading the items of the select's occurrence again: :func:`blind_to`."""
    return sa.exists().where(
        SecondReading.occurrence_id == Occurrence.id, is_not_handed_in(user_id)
    )


def is_not_handed_in(user_id: Any) -> sa.ColumnElement[bool]:
    """Whether a second reading is the user's, and hides the first answers from them still."""
    return sa.and_(
        of_current_draw(),
        SecondReading.reader_id == user_id,
        SecondReading.finished_at.is_(None),
        SecondReading.cancelled_at.is_(None),
    )


def reads_again(session: Session, occurrence_id: int, user_id: int | None) -> bool:
    """Whether the user is or was the second reader of the occurrence's sample, finished or not."""
    if user_id is None:
        return False
    return bool(
        session.scalar(
            sa.select(
                sa.exists().where(
                    of_current_draw(),
                    SecondReading.occurrence_id == occurrence_id,
                    SecondReading.reader_id == user_id,
                    SecondReading.cancelled_at.is_(None),
                )
            )
        )
    )


def answers_of_reading(session: Session, reading_id: int) -> list[ReadingAnswer]:
    """Every answer of a second reading, by running number and the questions' order. One query."""
    rows = session.execute(
        sa.select(SecondAnswer, SampleItem.position, Criterion)
        .join(SampleItem, SampleItem.id == SecondAnswer.item_id)
        .join(Criterion, Criterion.id == SecondAnswer.criterion_id)
        .options(joinedload(SecondAnswer.settled_by))
        .where(SecondAnswer.reading_id == reading_id)
        .order_by(SampleItem.position, Criterion.position)
        .execution_options(populate_existing=True)
    )
    return [ReadingAnswer(*row) for row in rows]


def reading_agreement(answers: Sequence[ReadingAnswer]) -> Agreement:
    """How alike the two are, by criterion id. Raises ValueError while an answer is missing."""
    return agreement(
        Pair(one.position, one.criterion_id, one.row.first_answer, one.row.answer)
        for one in answers
    )


def possible_readers(
    session: Session, occurrence: Occurrence, roles: frozenset[Role], on: date
) -> Sequence[User]:
    """Active users with one of the roles for the occurrence who had no part in its testing."""
    grant = sa.exists().where(
        RoleGrant.user_id == User.id,
        RoleGrant.role.in_(roles),
        sa.or_(RoleGrant.board_id == occurrence.board_id, RoleGrant.board_id.is_(None)),
        sa.or_(
            RoleGrant.subcommittee_id.is_(None),
            RoleGrant.subcommittee_id == occurrence.subcommittee_id,
        ),
        RoleGrant.valid_from <= on,
        sa.or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= on),
    )
    return session.scalars(
        sa.select(User)
        .where(User.is_active, grant, User.id.not_in(testers_of(session, occurrence.id)))
        .order_by(swedish_order(User.title), User.id)
    ).all()
