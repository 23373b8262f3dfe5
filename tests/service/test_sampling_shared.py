"""One draw serves several kontrollmoment of the same occasion, each with its own result."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from internkontroll.core.errors import InvalidInput
from internkontroll.plan.models import Control
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.review.models import Answer, Basis
from internkontroll.review.queries import (
    reasons_of_item,
    review_items,
    shared_items,
)
from internkontroll.review.services import sign_conclusion, write_conclusion
from internkontroll.sampling.queries import items_select, occurrences_of_draw, sharable_occurrences
from internkontroll.sampling.rules import proof_sentence
from internkontroll.schedule.models import Occurrence
from tests.factories import make_drawn_sample
from tests.service.judged_sample import tallied
from tests.service.sampling_office import AT, Office, make_office


@pytest.fixture
def office(session: Session) -> Office:
    return make_office(session)


def test_the_controls_of_one_occasion_may_share_and_no_others(office: Office) -> None:
    found = sharable_occurrences(office.session, office.occurrence)
    assert [each.id for each in found] == [office.sibling.id]

    make_drawn_sample(office.session, office.sibling)
    assert sharable_occurrences(office.session, office.occurrence) == []


def test_months_are_different_occasions(office: Office) -> None:
    def month(control: Control, number: int) -> Occurrence:
        made = Occurrence(
            board_id=office.board.id,
            control_id=control.id,
            origin=f"month:2020-{number:02d}",
            scheduled_on=date(2020, number, 28),
            due_on=date(2020, number, 28),
            recorded_at=AT,
        )
        office.session.add(made)
        office.session.flush()
        return made

    march = month(office.control, 3)
    also = month(office.sibling.control, 3)
    month(office.sibling.control, 4)
    assert [each.id for each in sharable_occurrences(office.session, march)] == [also.id]


def test_one_draw_serves_several_controls_each_with_its_own_result(office: Office) -> None:
    draw = office.draw(office.occurrence, office.sibling)
    assert {each.id for each in occurrences_of_draw(office.session, draw.id)} == {
        office.occurrence.id,
        office.sibling.id,
    }
    office.judge(office.occurrence, deviating=2)
    office.judge(office.sibling, deviating=0)

    first = write_conclusion(office.session, office.occurrence, "Två.", actor=office.tester, at=AT)
    second = write_conclusion(office.session, office.sibling, "Inga.", actor=office.tester, at=AT)
    sign_conclusion(office.session, office.sibling, actor=office.signer, at=AT)

    assert (first.deviating, second.deviating) == (2, 0)
    assert (first.signed_at, second.signed_at) == (None, AT)
    assert first.basis is Basis.SAMPLE
    progress = tallied(office.session, office.occurrence.id)
    assert (progress.reviewed, progress.deviating) == (5, 2)
    both = shared_items(office.session, [office.occurrence.id, office.sibling.id], draw.id)
    assert both[office.occurrence.id] == review_items(office.session, office.occurrence.id)
    assert [item.deviating for item in both[office.sibling.id]] == [False] * 5


def test_a_draw_is_not_shared_over_occasions(office: Office) -> None:
    with pytest.raises(InvalidInput, match="olika sammanträden eller tidpunkter"):
        office.draw(office.occurrence, office.august)


def test_the_whole_list_is_taken_and_told_as_all_without_a_bound(office: Office) -> None:
    office.control.sample_kind, office.control.sample_n = SampleKind.CENSUS, None
    with pytest.raises(InvalidInput, match="alla ska granskas: 12 rader"):
        office.draw(office.occurrence, n=11)
    office.session.rollback()


def test_a_total_control_says_all_and_no_bound(office: Office) -> None:
    office.control.sample_kind, office.control.sample_n = SampleKind.CENSUS, None
    draw = office.draw(office.occurrence, n=12)
    rows = [item.row_number for item in office.session.scalars(items_select(draw.id))]
    assert sorted(rows) == list(range(1, 13))
    office.judge(office.occurrence, deviating=1)
    conclusion = write_conclusion(
        office.session, office.occurrence, "En.", actor=office.tester, at=AT
    )
    assert conclusion.basis is Basis.CENSUS
    sentence = proof_sentence(conclusion.reviewed, 1, conclusion.population_size)
    assert sentence.startswith("Alla 12 granskades")
    assert "säkerhet" not in sentence


def test_the_reasons_of_an_item_are_its_latest_answers_no(office: Office) -> None:
    office.draw(office.occurrence)
    office.judge(office.occurrence, deviating=1)
    item = review_items(office.session, office.occurrence.id)[0]
    reasons = reasons_of_item(office.session, office.occurrence.id, item.item_id)
    assert [(row.answer, row.comment) for row in reasons] == [(Answer.NO, "Attesten saknas.")]
    clean = review_items(office.session, office.occurrence.id)[1]
    assert reasons_of_item(office.session, office.occurrence.id, clean.item_id) == ()
    office.judge(office.occurrence, deviating=0)
    assert reasons_of_item(office.session, office.occurrence.id, item.item_id) == ()
