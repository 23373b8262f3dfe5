"""A judged sample is evaluated by its own draw: items and strata, and where no limit is."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from internkontroll.review.models import Conclusion
from internkontroll.review.queries import evaluate, past_results
from internkontroll.review.services import sign_conclusion
from internkontroll.sampling.models import SelectionMethod
from internkontroll.sampling.rules import WithoutBound, upper_count
from internkontroll.schedule.models import OccurrenceState
from tests.factories import make_control, make_occurrence, make_plan, make_points
from tests.service.evaluated_sample import AT, MISSING, NO, NOT_HERE, Money, make_money, parted


@pytest.fixture
def money(session: Session) -> Money:
    return make_money(session)


def test_missing_evidence_counts_in_the_rate_and_the_limit(money: Money) -> None:
    made = money.draw([100] * 200, 40)
    money.judge(made, p1=NO, p2=MISSING, p3=NOT_HERE)
    found = money.found(made)
    assert (found.n, found.deviating, found.size) == (39, 2, 200)
    assert found.highest == upper_count(39, 2, "0.95", 200)
    assert found.is_random
    assert "2 av 39 granskade poster har en avvikelse." in (found.sentence or "")


def test_the_plan_is_compared_with_what_was_reached(money: Money) -> None:
    made = money.draw([100] * 1842, 93, k=1)
    money.judge(made, p1=NO, p2=NO)
    compared = money.found(made).compared
    assert compared is not None
    assert (compared.planned, compared.needed) == (90, 123)


def test_nothing_judged_is_nothing_to_evaluate(money: Money) -> None:
    made = money.draw([100] * 20, 5)
    assert evaluate(money.session, money.occurrence.id, made) is None


@pytest.mark.parametrize(
    ("method", "known", "reason"),
    [
        (SelectionMethod.TARGETED, False, WithoutBound.TARGETED),
        (SelectionMethod.SRS_TICKET, True, WithoutBound.KNOWN_DEPARTURES),
        (SelectionMethod.SYSTEMATIC, False, WithoutBound.SYSTEMATIC),
    ],
)
def test_no_limit_is_told_where_none_holds(
    money: Money, method: SelectionMethod, known: bool, reason: WithoutBound
) -> None:
    made = money.draw([100] * 30, 5, method, known=known)
    money.judge(made, p1=NO)
    found = money.found(made)
    assert (found.reason, found.highest, found.is_random) == (reason, None, False)
    assert "säkerhet" not in (found.sentence or "säkerhet")
    conclusion = money.conclude()
    assert (conclusion.is_random, conclusion.at_most) == (False, None)
    assert conclusion.proof == found.sentence


def test_a_list_of_known_departures_tells_no_limit_even_when_all_are_examined(
    money: Money,
) -> None:
    made = money.draw([100] * 5, 5, known=True)
    money.judge(made, p1=NO)
    assert money.found(made).reason is WithoutBound.KNOWN_DEPARTURES


def test_all_examined_is_told_as_it_is(money: Money) -> None:
    made = money.draw([100] * 5, 5)
    money.judge(made, p1=NO, p2=NOT_HERE)
    found = money.found(made)
    assert (found.sentence, found.highest) == ("Alla 5 granskades: 1 av 5 har en avvikelse.", 1)


def test_the_conclusion_keeps_its_sentence_and_limit(money: Money) -> None:
    made = money.draw([100] * 200, 10)
    money.judge(made, p1=NO)
    conclusion = money.conclude()
    assert conclusion.at_most == upper_count(10, 1, "0.95", 200)
    assert conclusion.proof == money.found(made).sentence
    assert conclusion.is_random


def test_strata_are_summed_at_split_risk(money: Money) -> None:
    made = parted(money)
    money.judge(made, p4=NO)
    found = money.found(made)
    small, large = upper_count(3, 0, "0.975", 20), upper_count(2, 1, "0.975", 5)
    assert found.highest == small + large
    assert [(line.name, line.result.n, line.result.k) for line in found.strata] == [
        ("små", 3, 0),
        ("stora", 2, 1),
    ]
    assert f"{found.highest} av 25 poster" in (found.sentence or "")
    assert money.conclude().at_most == small + large


def test_earlier_results_of_a_control_are_told_apart_over_years(money: Money) -> None:
    made = money.draw([100] * 200, 10)
    money.judge(made, p1=NO)
    money.conclude()
    assert past_results(money.session, money.board.id, money.control.lineage) == []
    sign_conclusion(money.session, money.occurrence, actor=money.signer, at=AT)
    (one,) = past_results(money.session, money.board.id, money.control.lineage)
    assert (one.n, one.size, one.deviating) == (10, 200, 1)
    assert one.highest == upper_count(10, 1, "0.95", 200)
    assert one.on == date(2020, 4, 30)

    plan = make_plan(money.session, money.board, 2019, decided=True)
    before = make_control(money.session, plan)
    before.lineage = money.control.lineage
    point = make_points(money.session, money.board, 2019)[0]
    earlier = make_occurrence(money.session, before, point, state=OccurrenceState.APPROVED)
    money.session.add(
        Conclusion(
            occurrence_id=earlier.id,
            text="Som förr.",
            reviewed=5,
            population_size=320,
            deviating=0,
            is_random=True,
            basis="sample",
            written_by_id=money.tester.user_id,
            written_at=AT,
            signed_by_id=money.signer.user_id,
            signed_at=AT,
        )
    )
    money.session.flush()
    rows = past_results(money.session, money.board.id, money.control.lineage)
    assert [(row.on.year, row.n, row.highest) for row in rows] == [
        (2020, 10, one.highest),
        (2019, 5, 143),
    ]
    assert past_results(money.session, money.board.id + 1, money.control.lineage) == []
