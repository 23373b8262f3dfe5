"""A conclusion is written when all is judged, signed by another person, or sent back."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import InvalidInput, InvalidTransition, NotAllowed
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.review.models import Conclusion
from internkontroll.review.queries import latest_returned, standing_conclusion
from internkontroll.review.queries import testers_of as people_who_tested
from internkontroll.review.services import (
    judge_item,
    return_conclusion,
    sign_conclusion,
    write_conclusion,
)
from internkontroll.sampling.models import SampleItem, SelectionMethod
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.queries import history_of
from tests.factories import actor_of, make_board, make_control, make_occurrence, make_user
from tests.service.judged_sample import AT, NO, YES, Review, judge, judge_all, make_review


@pytest.fixture
def review(session: Session) -> Review:
    return make_review(session)


def test_no_conclusion_until_every_item_is_judged(session: Session, review: Review) -> None:
    judge(session, review, 1, YES, YES)
    judge(session, review, 3, YES)
    with pytest.raises(InvalidTransition, match="nummer 2 och 3"):
        write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=AT)
    assert session.scalar(sa.select(sa.func.count()).select_from(Conclusion)) == 0


def test_the_conclusion_keeps_its_figures_and_hands_over(session: Session, review: Review) -> None:
    judge_all(session, review, deviating=2)
    conclusion = write_conclusion(
        session, review.occurrence, " Två av tre saknar datum. ", actor=review.tester, at=AT
    )
    assert conclusion.text == "Två av tre saknar datum."
    assert (conclusion.reviewed, conclusion.population_size) == (3, 21)
    assert (conclusion.deviating, conclusion.not_applicable) == (2, 0)
    assert conclusion.is_random is True
    assert review.occurrence.state is OccurrenceState.PERFORMED
    with pytest.raises(InvalidTransition, match="väntar på underskrift"):
        judge(session, review, 1, YES, YES)
    with pytest.raises(InvalidTransition):
        write_conclusion(session, review.occurrence, "Igen.", actor=review.tester, at=AT)


def test_a_systematic_sample_is_not_called_random(session: Session, review: Review) -> None:
    review.draw.method = SelectionMethod.SYSTEMATIC
    session.flush()
    judge_all(session, review)
    conclusion = write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=AT)
    assert conclusion.is_random is False


def test_a_conclusion_needs_words_and_a_person(session: Session, review: Review) -> None:
    judge_all(session, review)
    with pytest.raises(InvalidInput) as refused:
        write_conclusion(session, review.occurrence, " \n ", actor=review.tester, at=AT)
    assert refused.value.field == "text"
    with pytest.raises(NotAllowed):
        write_conclusion(session, review.occurrence, "Klart.", actor=system_actor("drift"), at=AT)


def test_a_control_that_samples_nothing_waits_for_its_recorded_result(
    session: Session, review: Review
) -> None:
    control = make_control(session, review.control.plan, sample_kind=SampleKind.NONE, sample_n=None)
    talk = make_occurrence(session, control, meeting=review.occurrence.meeting)

    with pytest.raises(InvalidTransition, match="Resultatet är inte registrerat än"):
        write_conclusion(session, talk, "Rutinen är känd.", actor=review.tester, at=AT)


def test_a_control_that_samples_waits_for_its_draw(session: Session, review: Review) -> None:
    control = make_control(session, review.control.plan)
    undrawn = make_occurrence(session, control, meeting=review.occurrence.meeting)
    with pytest.raises(InvalidTransition, match="inte draget"):
        write_conclusion(session, undrawn, "Klart.", actor=review.tester, at=AT)


def test_another_person_signs_and_the_occurrence_is_approved(
    session: Session, review: Review
) -> None:
    judge_all(session, review)
    write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=AT)
    later = AT + timedelta(hours=1)
    conclusion = sign_conclusion(session, review.occurrence, actor=review.signer, at=later)

    assert conclusion.signed_by_id == review.signer.user_id
    assert conclusion.signed_at == later
    assert review.occurrence.state is OccurrenceState.APPROVED
    events = [
        row.event
        for row in history_of(session, review.board.code, "occurrence", review.occurrence.id)
    ]
    assert events[:4] == [
        "occurrence:approved",
        "conclusion:signed",
        "occurrence:submitted",
        "conclusion:written",
    ]
    for verb in (sign_conclusion, judge_again):
        with pytest.raises(InvalidTransition):
            verb(session, review.occurrence, actor=review.signer, at=later)
    with pytest.raises(InvalidTransition, match="redan underskriven"):
        return_conclusion(session, review.occurrence, "Ändra.", actor=review.signer, at=later)


def judge_again(session: Session, occurrence: Occurrence, *, actor: Actor, at: datetime) -> None:
    item = session.scalars(sa.select(SampleItem).limit(1)).one()
    criterion = occurrence.control.criteria[0]
    judge_item(session, occurrence, item, {criterion.id: NO}, actor=actor, at=at)


def test_the_writer_never_signs_whatever_roles_they_hold(session: Session, review: Review) -> None:
    judge_all(session, review)
    write_conclusion(session, review.occurrence, "Klart.", actor=review.signer, at=AT)
    with pytest.raises(NotAllowed, match="Någon annan måste skriva under"):
        sign_conclusion(session, review.occurrence, actor=review.signer, at=AT)
    assert review.occurrence.state is OccurrenceState.PERFORMED


def test_nobody_who_judged_anything_signs_even_if_it_was_corrected_since(
    session: Session, review: Review
) -> None:
    judge_item(
        session,
        review.occurrence,
        review.items[0],
        {review.criteria[0]: NO},
        actor=review.signer,
        at=AT,
    )
    judge_all(session, review)
    write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=AT)
    assert people_who_tested(session, review.occurrence.id) == {
        review.signer.user_id,
        review.tester.user_id,
    }
    with pytest.raises(NotAllowed):
        sign_conclusion(session, review.occurrence, actor=review.signer, at=AT)


def test_the_database_refuses_one_person_for_two(session: Session, review: Review) -> None:
    judge_all(session, review)
    conclusion = write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=AT)
    conclusion.signed_by_id, conclusion.signed_at = conclusion.written_by_id, AT
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()


def test_roles_that_do_not_sign_are_refused(session: Session, review: Review) -> None:
    judge_all(session, review)
    write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=AT)
    for role in (Role.RESPONSIBLE, Role.UNIT_MANAGER, Role.SECRETARY, Role.AUDITOR):
        someone = actor_of(make_user(session, role, review.board))
        with pytest.raises(NotAllowed):
            sign_conclusion(session, review.occurrence, actor=someone, at=AT)
    elsewhere = make_board(session, "AMN", "Arbetsmarknadsnämnden")
    stranger = actor_of(make_user(session, Role.REVIEWER, elsewhere))
    with pytest.raises(NotAllowed):
        sign_conclusion(session, review.occurrence, actor=stranger, at=AT)
    with pytest.raises(NotAllowed):
        sign_conclusion(session, review.occurrence, actor=system_actor("drift"), at=AT)


def test_a_returned_conclusion_keeps_its_row_and_opens_the_answers(
    session: Session, review: Review
) -> None:
    judge_all(session, review)
    write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=AT)
    with pytest.raises(InvalidInput) as refused:
        return_conclusion(session, review.occurrence, " ", actor=review.signer, at=AT)
    assert refused.value.field == "reason"

    return_conclusion(session, review.occurrence, "Motivera nummer 1.", actor=review.signer, at=AT)

    assert review.occurrence.state is OccurrenceState.STARTED
    assert standing_conclusion(session, review.occurrence.id) is None
    returned = latest_returned(session, review.occurrence.id)
    assert returned is not None
    assert returned.return_reason == "Motivera nummer 1."
    judge(session, review, 1, YES, YES)
    again = write_conclusion(session, review.occurrence, "Bättre.", actor=review.tester, at=AT)
    assert (again.id != returned.id, again.deviating) == (True, 0)
    sign_conclusion(session, review.occurrence, actor=review.signer, at=AT)
    assert session.scalar(sa.select(sa.func.count()).select_from(Conclusion)) == 2
