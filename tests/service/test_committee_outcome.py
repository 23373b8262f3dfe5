"""Whose outcome a meeting's review is: who steps aside, what is judged otherwise, who confirms."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import InvalidInput, InvalidTransition, NotAllowed
from internkontroll.review.models import Answer, ItemResult
from internkontroll.review.queries import testers_of as people_who_tested
from internkontroll.review.services import confirm_outcome, decide_outcome, sign_conclusion
from internkontroll.sampling.models import SeedSource
from internkontroll.sampling.services import seed_draw
from internkontroll.schedule.models import OccurrenceState
from internkontroll.schedule.queries import conflicts_of
from internkontroll.schedule.services import record_conflict, withdraw_conflict
from tests.factories import actor_of, make_user
from tests.service.committee_evening import AT, Evening, make_evening


@pytest.fixture
def evening(session: Session) -> Evening:
    return make_evening(session)


def test_the_drawer_declares_what_they_have_handled_and_does_not_judge_it(
    evening: Evening,
) -> None:
    evening.name()
    evening.choose()
    draw = evening.commit(evening.verifier)
    with pytest.raises(InvalidInput, match="handlagt"):
        seed_draw(evening.session, draw, source=SeedSource.SYSTEM, actor=evening.verifier, at=AT)
    with pytest.raises(InvalidInput, match="9 rader"):
        seed_draw(
            evening.session,
            draw,
            source=SeedSource.SYSTEM,
            handled_rows=(10,),
            actor=evening.verifier,
            at=AT,
        )
    every_row = tuple(range(1, 10))
    seed_draw(
        evening.session,
        draw,
        source=SeedSource.SYSTEM,
        handled_rows=every_row,
        actor=evening.verifier,
        at=AT,
    )
    assert evening.told("draw:seeded")[0]["data"]["handled_rows"] == list(every_row)  # type: ignore[index]
    with pytest.raises(NotAllowed, match="handlagt ärende 1"):
        evening.judge(evening.items()[0])
    evening.judge(evening.items()[0], by=evening.other)


def test_one_who_has_stepped_aside_neither_draws_nor_judges(evening: Evening) -> None:
    evening.name()
    evening.choose()
    row = record_conflict(
        evening.session,
        evening.occurrence,
        user_id=evening.verifier_user.id,
        member=None,
        position=None,
        actor=evening.verifier,
        at=AT,
    )
    with pytest.raises(NotAllowed, match="jäv"):
        evening.commit(evening.verifier)
    with pytest.raises(NotAllowed, match="dig själv"):
        withdraw_conflict(evening.session, evening.occurrence, row, actor=evening.verifier, at=AT)
    withdraw_conflict(evening.session, evening.occurrence, row, actor=evening.chair, at=AT)
    assert conflicts_of(evening.session, [evening.occurrence.id]) == []
    evening.commit(evening.verifier)


def test_jav_in_one_case_leaves_the_others_to_judge(evening: Evening) -> None:
    evening.draw()
    first, second, _ = evening.items()
    record_conflict(
        evening.session,
        evening.occurrence,
        user_id=evening.verifier_user.id,
        member=None,
        position=1,
        actor=evening.chair,
        at=AT,
    )
    with pytest.raises(NotAllowed, match="jäv för ärende 1"):
        evening.judge(first)
    evening.judge(second)


def test_the_committee_may_judge_otherwise_and_its_figures_are_signed(evening: Evening) -> None:
    evening.hand_in()
    first = evening.items()[0]
    with pytest.raises(InvalidInput, match="varför"):
        decide_outcome(
            evening.session,
            evening.occurrence,
            first,
            evening.answers(Answer.NO),
            "",
            actor=evening.chair,
            at=AT,
        )
    decide_outcome(
        evening.session,
        evening.occurrence,
        first,
        evening.answers(Answer.NO),
        "Skälen framgår inte av beslutet.",
        actor=evening.chair,
        at=AT,
    )
    signed = confirm_outcome(
        evening.session, evening.occurrence, "Ett ärende brister.", actor=evening.chair, at=AT
    )
    assert (signed.deviating, signed.signed_by_id) == (1, evening.chair_user.id)
    assert evening.occurrence.state is OccurrenceState.APPROVED
    rows = evening.session.scalars(
        sa.select(ItemResult).where(ItemResult.item_id == first.id).order_by(ItemResult.revision)
    ).all()
    assert [(row.answer, row.by_committee) for row in rows] == [
        (Answer.YES, False),
        (Answer.NO, True),
    ]
    assert evening.chair_user.id not in people_who_tested(evening.session, evening.occurrence.id)
    assert len(evening.told("committee:outcome-decided")) == 1


def test_nobody_but_a_chair_without_part_in_it_confirms(evening: Evening) -> None:
    conclusion = evening.hand_in()
    reviewer = actor_of(make_user(evening.session, Role.REVIEWER, evening.board))
    for actor in (reviewer, evening.other, evening.verifier):
        with pytest.raises(NotAllowed):
            sign_conclusion(
                evening.session, evening.occurrence, shown=conclusion.id, actor=actor, at=AT
            )
    evening.session.refresh(conclusion)
    assert conclusion.signed_at is None


def test_the_answer_of_one_who_steps_aside_later_waits_for_the_committees_own(
    evening: Evening,
) -> None:
    evening.hand_in()
    record_conflict(
        evening.session,
        evening.occurrence,
        user_id=evening.verifier_user.id,
        member=None,
        position=2,
        actor=evening.chair,
        at=AT,
    )
    with pytest.raises(InvalidTransition, match="Nummer 2"):
        confirm_outcome(evening.session, evening.occurrence, "", actor=evening.chair, at=AT)
    decide_outcome(
        evening.session,
        evening.occurrence,
        evening.items()[1],
        evening.answers(Answer.YES),
        "Utskottet gör samma bedömning.",
        actor=evening.chair,
        at=AT,
    )
    signed = confirm_outcome(evening.session, evening.occurrence, "", actor=evening.chair, at=AT)
    assert signed.deviating == 0


def test_a_chair_who_has_stepped_aside_does_not_confirm(evening: Evening) -> None:
    evening.hand_in()
    record_conflict(
        evening.session,
        evening.occurrence,
        user_id=evening.chair_user.id,
        member=None,
        position=3,
        actor=evening.other,
        at=AT,
    )
    with pytest.raises(NotAllowed, match="jäv"):
        confirm_outcome(evening.session, evening.occurrence, "", actor=evening.chair, at=AT)
