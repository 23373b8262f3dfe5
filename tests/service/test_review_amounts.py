"""Errors in kronor: what is right, limits by Stringer, strata, and who may record it."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.review.models import ItemAmount
from internkontroll.review.queries import latest_amounts
from internkontroll.review.queries import testers_of as people_who_tested
from internkontroll.review.services import record_amount
from internkontroll.sampling.models import SelectionMethod
from internkontroll.sampling.rules import stringer_bound, upper_limit
from internkontroll.trail.models import TrailPayload
from tests.factories import make_actor
from tests.service.evaluated_sample import AT, MISSING, NO, NOT_HERE, Money, make_money, parted


@pytest.fixture
def money(session: Session) -> Money:
    return make_money(session)


def test_a_deviating_item_of_a_monetary_sample_needs_its_right_amount(money: Money) -> None:
    made = money.draw([1_000] * 50, 10, SelectionMethod.MUS_INTERVAL)
    money.judge(made, p2=NO)
    found = money.found(made)
    assert found.amounts is not None
    assert (found.amounts.missing, found.amounts.limits) == ((2,), None)
    with pytest.raises(InvalidTransition, match="Nummer 2 avviker men har inget rätt belopp"):
        money.conclude()


def test_the_limits_in_kronor_are_stringers(money: Money) -> None:
    made = money.draw([1_000] * 50, 10, SelectionMethod.MUS_INTERVAL)
    money.judge(made, p2=NO)
    money.amount(made.items[1], 600)
    limits = money.found(made).amounts
    assert limits is not None
    assert limits.limits is not None
    assert limits.limits.likely == 50_000 * 4 / 10 / 10
    share = stringer_bound(10, ["0.4"], "0.95")
    assert 0 <= limits.limits.highest - 50_000 * share < 1
    conclusion = money.conclude()
    assert conclusion.is_random
    assert conclusion.at_most is None
    assert "Troligt fel i hela listan är 20\u00a0kr." in (conclusion.proof or "")


def test_without_evidence_the_whole_amount_is_wrong(money: Money) -> None:
    made = money.draw([1_000] * 50, 10, SelectionMethod.MUS_CELL)
    money.judge(made, p3=MISSING)
    amounts = money.found(made).amounts
    assert amounts is not None
    assert (amounts.without_evidence, amounts.missing) == ((3,), ())
    assert amounts.limits is not None
    assert amounts.limits.likely == 50_000 * made.items[2].hits / 10


def test_an_item_that_cannot_be_judged_widens_the_limit(money: Money) -> None:
    made = money.draw([1_000] * 50, 10, SelectionMethod.MUS_INTERVAL)
    money.judge(made, p3=NOT_HERE)
    amounts = money.found(made).amounts
    assert amounts is not None
    assert amounts.limits is not None
    assert amounts.limits.units == 9
    assert 0 <= amounts.limits.highest - 50_000 * upper_limit(9, 0, "0.95") < 1


def test_a_monetary_sample_in_strata_sums_their_limits(money: Money) -> None:
    made = parted(money)
    made.method = SelectionMethod.MUS_INTERVAL
    money.session.flush()
    money.judge(made)
    amounts = money.found(made).amounts
    assert amounts is not None
    assert amounts.limits is not None
    assert amounts.limits.total == 2_000 + 45_000
    least = 2_000 * upper_limit(3, 0, "0.975") + 45_000 * upper_limit(2, 0, "0.975")
    assert 0 <= amounts.limits.highest - least < 2


def test_the_sentence_of_a_secret_list_tells_no_kronor(money: Money) -> None:
    made = money.draw([1_000] * 50, 10, SelectionMethod.MUS_INTERVAL, secret=True)
    money.judge(made, p2=NO)
    money.amount(made.items[1], 600)
    conclusion = money.conclude()
    assert "Troligt fel" not in (conclusion.proof or "Troligt fel")
    assert "ärenden" in (conclusion.proof or "")
    bodies = " ".join(str(row.body) for row in money.session.scalars(sa.select(TrailPayload)))
    assert "600" not in bodies


def test_errors_of_a_random_sample_are_expanded_without_a_limit(money: Money) -> None:
    made = money.draw([1_000] * 40, 10)
    money.judge(made, p1=NO)
    assert money.found(made).amounts is None, "nobody has recorded any amount"
    money.amount(made.items[0], 400)
    amounts = money.found(made).amounts
    assert amounts is not None
    assert amounts.limits is None
    assert amounts.expanded is not None
    assert amounts.expanded.too_high == 600 * 4


def test_errors_of_a_list_examined_whole_are_not_expanded(money: Money) -> None:
    made = money.draw([1_000] * 5, 5)
    money.judge(made, p1=NO, p2=NOT_HERE)
    money.amount(made.items[0], 400)
    amounts = money.found(made).amounts
    assert amounts is not None
    assert amounts.expanded is not None
    assert amounts.expanded.too_high == 600


def test_a_corrected_amount_is_a_new_row_and_the_latest_counts(money: Money) -> None:
    made = money.draw([1_000] * 40, 10)
    first = money.amount(made.items[0], 400)
    assert money.amount(made.items[0], 400) is None, "nothing differs"
    money.amount(made.items[0], None)
    rows = money.session.scalars(sa.select(ItemAmount).order_by(ItemAmount.revision)).all()
    assert [(row.revision, row.audited) for row in rows] == [(1, 400), (2, None)]
    assert first is not None
    latest = latest_amounts(money.session, money.occurrence.id)
    assert latest[made.items[0].id].audited is None


def test_an_amount_recorded_against_an_old_version_is_refused(money: Money) -> None:
    made = money.draw([1_000] * 40, 10)
    money.amount(made.items[0], 400, version=0)
    with pytest.raises(Conflict, match="Någon annan har ändrat rätt belopp"):
        money.amount(made.items[0], 500, version=0)


@pytest.mark.parametrize("audited", [-1, 2**53])
def test_an_amount_that_cannot_be_right_is_refused(money: Money, audited: int) -> None:
    made = money.draw([1_000] * 40, 10)
    with pytest.raises(InvalidInput) as refused:
        money.amount(made.items[0], audited)
    assert refused.value.field == "audited"


def test_no_amount_is_recorded_after_the_conclusion_or_by_somebody_else(money: Money) -> None:
    made = money.draw([1_000] * 40, 10)
    with pytest.raises(NotAllowed):
        record_amount(money.session, money.occurrence, made.items[0], 1, actor=money.signer, at=AT)
    money.judge(made)
    money.conclude()
    with pytest.raises(InvalidTransition, match="väntar på underskrift"):
        money.amount(made.items[0], 400)


def test_who_recorded_an_amount_has_tested_and_never_signs(money: Money) -> None:
    made = money.draw([1_000] * 40, 10)
    other = make_actor(money.session, Role.RESPONSIBLE, money.board)
    record_amount(money.session, money.occurrence, made.items[0], 400, actor=other, at=AT)
    assert other.user_id in people_who_tested(money.session, money.occurrence.id)
