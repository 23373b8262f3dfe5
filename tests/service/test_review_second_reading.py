"""Another person reads a drawn share again, blind; the two are compared and differences settled."""

import hmac
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.review.models import Answer, SecondReading
from internkontroll.review.queries import (
    answers_of_reading,
    blind_to,
    latest_results,
    possible_readers,
    reading_agreement,
    standing_reading,
)
from internkontroll.review.queries import testers_of as those_with_a_part
from internkontroll.review.services import (
    answer_again,
    cancel_second_reading,
    finish_second_reading,
    judge_item,
    may_sign,
    order_second_reading,
    settle_difference,
    sign_conclusion,
    version_of,
    write_conclusion,
)
from internkontroll.sampling.models import Draw
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.factories import actor_of, make_drawn_sample, make_subcommittee, make_user
from tests.service.judged_sample import AT, NO, YES, Review, judge, judge_all, make_review

SEED = "01234567890123456789"
SOON = AT + timedelta(hours=1)


@pytest.fixture
def review(session: Session) -> Review:
    return make_review(session)


@pytest.fixture
def reader(session: Session, review: Review) -> User:
    """The committee's other member."""
    committee = review.occurrence.subcommittee
    assert committee is not None
    return make_user(session, Role.MEMBER, review.board, committee)


def order(session: Session, review: Review, reader: User, n: int = 3, **more: Any) -> SecondReading:
    asked = {"n": n, "reader_id": reader.id, "seed": SEED, "actor": review.tester, **more}
    return order_second_reading(session, review.occurrence, at=AT, **asked)


def read(
    session: Session,
    review: Review,
    reading: SecondReading,
    actor: Actor,
    position: int,
    *answers: tuple[Answer, str | None],
    version: int | None = None,
) -> int:
    rows = [row for row in answers_of_reading(session, reading.id) if row.position == position]
    return answer_again(
        session,
        review.occurrence,
        reading,
        position,
        dict(zip(review.criteria, answers, strict=False)),
        version=version_of(rows) if version is None else version,
        actor=actor,
        at=SOON,
    )


def finished(
    session: Session, review: Review, reader: User, *, differing: int = 0
) -> SecondReading:
    """Read again after item 1 was judged deviating: ``differing`` items are judged otherwise."""
    judge_all(session, review, deviating=1)
    reading, own = order(session, review, reader), actor_of(reader)
    for item in review.items:
        first = YES if item.position > 1 else NO
        other = NO if first is YES else YES
        read(
            session,
            review,
            reading,
            own,
            item.position,
            YES,
            other if item.position <= differing else first,
        )
    return finish_second_reading(session, review.occurrence, reading, actor=own, at=SOON)


def test_a_share_is_drawn_when_everything_is_judged_and_can_be_drawn_again(
    session: Session, review: Review, reader: User
) -> None:
    judge_all(session, review)
    reading = order(session, review, reader, n=2)

    answers = answers_of_reading(session, reading.id)
    positions = sorted({row.position for row in answers})
    assert len(positions) == 2
    assert [row.criterion_position for row in answers] == [1, 2, 1, 2]
    assert all(row.row.answer is None for row in answers)
    told = session.scalar(
        sa.select(TrailPayload.body)
        .join(TrailRow, TrailRow.id == TrailPayload.row_id)
        .where(TrailRow.event == "second-reading:ordered")
    )
    key = bytes.fromhex(review.draw.seal_key)
    bound = hmac.new(key, SEED.encode(), "sha256").hexdigest()
    assert told["data"] == {"n": 2, "size": 3, "hmac_seed": bound, "positions": positions}


def test_nobody_knows_what_is_read_again_while_something_is_left_to_judge(
    session: Session, review: Review, reader: User
) -> None:
    judge(session, review, 1, YES, YES)
    with pytest.raises(InvalidTransition, match="Bedöm alla posterna först"):
        order(session, review, reader)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"n": 0}, "n"), ({"n": 4}, "n"), ({"reader_id": 9_999}, "reader")],
)
def test_an_order_that_cannot_be_is_refused_at_its_field(
    session: Session, review: Review, reader: User, change: dict[str, int], field: str
) -> None:
    judge_all(session, review)
    with pytest.raises(InvalidInput) as refused:
        order(session, review, reader, **change)
    assert refused.value.field == field


def test_the_second_reader_is_never_the_tester_nor_of_another_committee(
    session: Session, review: Review, reader: User
) -> None:
    judge_all(session, review)
    elsewhere = make_user(
        session, Role.MEMBER, review.board, make_subcommittee(session, review.board, "IU2")
    )
    roles = frozenset({Role.MEMBER})
    able = [user.id for user in possible_readers(session, review.occurrence, roles, AT.date())]
    assert able == [reader.id]
    tester = session.get_one(User, review.tester.user_id)
    for user in (tester, elsewhere):
        with pytest.raises(InvalidInput, match="inte har varit med"):
            order(session, review, user)


def test_the_database_holds_that_two_are_two(
    session: Session, review: Review, reader: User
) -> None:
    judge_all(session, review)
    reading = order(session, review, reader)
    reading.ordered_by_id = reading.reader_id
    with pytest.raises(IntegrityError, match="ck_second_reading_two"):
        session.flush()


def test_the_second_reader_judges_only_as_the_second_reader(
    session: Session, review: Review, reader: User
) -> None:
    judge_all(session, review)
    order(session, review, reader)
    own, item = actor_of(reader), review.items[0]
    assert blind_to(session, [review.occurrence.id], reader.id) == review.occurrence.id
    assert blind_to(session, [review.occurrence.id], review.tester.user_id) is None
    with pytest.raises(NotAllowed, match="som andra person"):
        judge_item(session, review.occurrence, item, {review.criteria[0]: NO}, actor=own, at=SOON)
    with pytest.raises(NotAllowed):
        write_conclusion(session, review.occurrence, "Klart.", actor=own, at=SOON)


def test_only_the_chosen_person_reads_and_only_the_chosen_items(
    session: Session, review: Review, reader: User
) -> None:
    judge_all(session, review)
    reading = order(session, review, reader, n=1)
    chosen = answers_of_reading(session, reading.id)[0].position
    with pytest.raises(NotAllowed):
        read(session, review, reading, review.signer, chosen, YES)
    outside = next(item.position for item in review.items if item.position != chosen)
    with pytest.raises(InvalidInput, match="inte bland dem"):
        read(session, review, reading, actor_of(reader), outside, YES, version=0)


def test_whoever_read_older_answers_is_told(session: Session, review: Review, reader: User) -> None:
    judge_all(session, review)
    reading, own = order(session, review, reader), actor_of(reader)
    assert read(session, review, reading, own, 1, YES, NO) == 2
    with pytest.raises(Conflict):
        read(session, review, reading, own, 1, NO, NO, version=2)
    assert read(session, review, reading, own, 1, YES, NO) == 0


def test_two_readers_are_compared_when_every_answer_is_in(
    session: Session, review: Review, reader: User
) -> None:
    judge_all(session, review)
    reading, own = order(session, review, reader), actor_of(reader)
    read(session, review, reading, own, 1, YES, NO)
    with pytest.raises(InvalidTransition, match="Kvar att bedöma: nummer 2, 3"):
        finish_second_reading(session, review.occurrence, reading, actor=own, at=SOON)
    read(session, review, reading, own, 2, YES, NO)
    read(session, review, reading, own, 3, YES, YES)
    finish_second_reading(session, review.occurrence, reading, actor=own, at=SOON)

    found = reading_agreement(answers_of_reading(session, reading.id))
    assert (found.items, found.alike) == (3, 2)
    assert found.by_criterion == {review.criteria[0]: (3, 3), review.criteria[1]: (2, 3)}
    assert blind_to(session, [review.occurrence.id], reader.id) is None
    with pytest.raises(InvalidTransition, match="inlämnad"):
        read(session, review, reading, own, 3, NO, NO)


def test_the_first_answers_are_those_that_stood_when_the_items_were_chosen(
    session: Session, review: Review, reader: User
) -> None:
    judge_all(session, review, deviating=0)
    reading, own = order(session, review, reader), actor_of(reader)
    judge(session, review, 1, YES, NO)
    for item in review.items:
        read(session, review, reading, own, item.position, YES, YES)
    finish_second_reading(session, review.occurrence, reading, actor=own, at=SOON)
    assert reading_agreement(answers_of_reading(session, reading.id)).alike == 3


def test_no_conclusion_is_written_while_the_reading_is_out_or_a_difference_is_open(
    session: Session, review: Review, reader: User
) -> None:
    judge_all(session, review)
    reading = order(session, review, reader)
    with pytest.raises(InvalidTransition, match="läser om posterna"):
        write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=SOON)
    cancel_second_reading(
        session, review.occurrence, reading, "Sjuk.", actor=review.tester, at=SOON
    )
    reading = finished(session, review, reader, differing=1)
    with pytest.raises(InvalidTransition, match="inte överens om nummer 1"):
        write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=SOON)


def settle(
    session: Session, review: Review, reading: SecondReading, final: Answer, **more: Any
) -> None:
    one = next(
        row
        for row in answers_of_reading(session, reading.id)
        if row.row.answer is not row.row.first_answer
    )
    asked = {"reason": "Handlingen fanns i akten.", "actor": review.tester, **more}
    settle_difference(session, review.occurrence, reading, one.row.id, final, at=SOON, **asked)


def test_a_settled_difference_is_what_counts_and_says_why(
    session: Session, review: Review, reader: User
) -> None:
    reading = finished(session, review, reader, differing=1)
    with pytest.raises(InvalidInput, match="varför svaret"):
        settle(session, review, reading, Answer.YES, reason=" ")
    settle(session, review, reading, Answer.YES, actor=actor_of(reader))

    key = (review.items[0].id, review.criteria[1])
    row = latest_results(session, review.occurrence.id)[key]
    assert (row.answer, row.reason) == (Answer.YES, "Handlingen fanns i akten.")
    with pytest.raises(Conflict, match="redan utredd"):
        settle(session, review, reading, Answer.NO)
    conclusion = write_conclusion(
        session, review.occurrence, "Klart.", actor=review.tester, at=SOON
    )
    assert conclusion.deviating == 0
    told = session.scalar(
        sa.select(TrailPayload.body)
        .join(TrailRow, TrailRow.id == TrailPayload.row_id)
        .where(TrailRow.event == "conclusion:written")
    )
    assert told["data"]["read_twice"] == {"items": 3, "alike": 2}


def test_a_difference_settled_for_the_first_answer_records_no_new_one(
    session: Session, review: Review, reader: User
) -> None:
    reading = finished(session, review, reader, differing=1)
    settle(session, review, reading, Answer.NO)
    key = (review.items[0].id, review.criteria[1])
    assert latest_results(session, review.occurrence.id)[key].revision == 1


def test_a_reading_of_a_draw_that_is_redrawn_hides_nothing_any_more(
    session: Session, review: Review, reader: User
) -> None:
    judge_all(session, review)
    order(session, review, reader)
    assert blind_to(session, [review.occurrence.id], reader.id) == review.occurrence.id
    old = review.draw
    redraw = Draw(
        board_id=old.board_id,
        population_id=old.population_id,
        method=old.method,
        n=3,
        committed_at=SOON,
        redraw_of_id=old.id,
        redraw_reason="Fel lista.",
        seal_key="0" * 64,
    )
    session.add(redraw)
    session.flush()
    assert blind_to(session, [review.occurrence.id], reader.id) is None


def test_a_stranger_settles_and_breaks_off_nothing(
    session: Session, review: Review, reader: User
) -> None:
    reading = finished(session, review, reader, differing=1)
    stranger = actor_of(make_user(session, Role.REVIEWER, review.board))
    with pytest.raises(NotAllowed):
        settle(session, review, reading, Answer.YES, actor=stranger)
    with pytest.raises(InvalidTransition, match="inlämnad"):
        cancel_second_reading(
            session, review.occurrence, reading, "Nej.", actor=review.tester, at=SOON
        )


def test_the_second_reader_does_not_sign(session: Session, review: Review, reader: User) -> None:
    chair = review.signing_user
    finished(session, review, chair)
    conclusion = write_conclusion(
        session, review.occurrence, "Klart.", actor=review.tester, at=SOON
    )
    assert not may_sign(session, conclusion, review.signer)
    with pytest.raises(NotAllowed):
        sign_conclusion(session, review.occurrence, actor=review.signer, at=SOON)


def test_who_settles_a_difference_does_not_sign(
    session: Session, review: Review, reader: User
) -> None:
    reading = finished(session, review, reader, differing=1)
    settle(session, review, reading, Answer.NO, actor=review.signer)
    conclusion = write_conclusion(
        session, review.occurrence, "Klart.", actor=review.tester, at=SOON
    )
    assert not may_sign(session, conclusion, review.signer)


def test_a_redraw_sets_the_reader_of_the_earlier_sample_free(
    session: Session, review: Review, reader: User
) -> None:
    judge_all(session, review)
    order(session, review, reader)
    again = make_drawn_sample(session, review.occurrence)
    again.redraw_of_id, again.redraw_reason = review.draw.id, "Fel lista."
    session.flush()
    assert blind_to(session, [review.occurrence.id], reader.id) is None
    assert reader.id not in those_with_a_part(session, review.occurrence.id)
    item = next(item for item in again.items if item.position == 1)
    own = actor_of(reader)
    made = judge_item(
        session, review.occurrence, item, {review.criteria[0]: NO}, actor=own, at=SOON
    )
    assert [row.answer for row in made] == [Answer.NO]


def test_a_reading_that_was_broken_off_stays_and_makes_room_for_another(
    session: Session, review: Review, reader: User
) -> None:
    judge_all(session, review)
    reading = order(session, review, reader)
    with pytest.raises(InvalidTransition, match="läses redan om"):
        order(session, review, reader)
    with pytest.raises(InvalidInput, match="varför läsningen avbryts"):
        cancel_second_reading(
            session, review.occurrence, reading, "", actor=actor_of(reader), at=SOON
        )
    cancel_second_reading(
        session, review.occurrence, reading, "Sjuk.", actor=actor_of(reader), at=SOON
    )
    assert standing_reading(session, review.occurrence.id, review.draw.id) is None
    again = order(session, review, reader)
    assert again.id != reading.id
    assert reading.cancel_reason == "Sjuk."
