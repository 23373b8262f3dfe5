"""A judged sample is evaluated by its own draw: items, strata and öre, and where no limit is."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control
from internkontroll.review.models import Answer, Conclusion, ItemAmount
from internkontroll.review.queries import (
    Evaluation,
    evaluate,
    latest_amounts,
    past_results,
)
from internkontroll.review.queries import testers_of as people_who_tested
from internkontroll.review.services import (
    judge_item,
    record_amount,
    sign_conclusion,
    write_conclusion,
)
from internkontroll.sampling.models import (
    Draw,
    DrawOccurrence,
    DrawState,
    DrawStratum,
    Population,
    PopulationState,
    SampleItem,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.rules import (
    WithoutBound,
    as_ranges,
    draw,
    population_facts,
    population_hash,
    stringer_bound,
    upper_count,
    upper_limit,
)
from internkontroll.sampling.services import store_rows
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.models import TrailPayload
from tests.factories import (
    AT as MADE,
)
from tests.factories import (
    actor_of,
    make_actor,
    make_board,
    make_control,
    make_occurrence,
    make_plan,
    make_points,
    make_user,
)

AT = datetime(2020, 5, 4, 9, tzinfo=UTC)
SEED = "01234567890123456789"
YES, NO = (Answer.YES, None), (Answer.NO, "Beloppet är fel.")
MISSING, NOT_HERE = (Answer.EVIDENCE_MISSING, None), (Answer.NOT_APPLICABLE, "Makulerad.")


@dataclass
class Money:
    """A list of invoices and those who work with it."""

    session: Session
    board: Board
    control: Control
    occurrence: Occurrence
    tester: Actor
    signer: Actor

    def draw(
        self,
        amounts: list[int],
        n: int,
        method: SelectionMethod = SelectionMethod.SRS_TICKET,
        *,
        known: bool = False,
        secret: bool = False,
        k: int = 0,
    ) -> Draw:
        rows = [(f"F{number:04d}", amount) for number, amount in enumerate(amounts, start=1)]
        facts = population_facts(rows)
        population = Population(
            board_id=self.board.id,
            occurrence_id=self.occurrence.id,
            state=PopulationState.FROZEN,
            description="Leverantörsfakturor",
            source="Ekonomisystemet",
            taken_out_by="Systemförvaltaren",
            is_secret=secret,
            known_departures=known,
            file_name="fakturor.csv",
            size=len(rows),
            positive_sum=facts.total,
            negative_count=facts.negative_count,
            negative_sum=facts.negative_sum,
            zero_count=facts.zero_count,
            sha256=population_hash(rows),
            sorted_sha256=facts.sorted_digest,
            seal_key="0" * 64,
            received_at=MADE,
            frozen_at=MADE,
        )
        self.session.add(population)
        self.session.flush()
        store_rows(self.session, population, rows)
        targeted = method is SelectionMethod.TARGETED
        taken = list(range(1, n + 1)) if targeted else draw(rows, method.value, n, SEED)
        made = Draw(
            board_id=self.board.id,
            population_id=population.id,
            state=DrawState.DRAWN,
            method=method,
            n=n,
            k=k,
            committed_at=MADE,
            seed=None if targeted else SEED,
            seed_source=None if targeted else SeedSource.SYSTEM,
            drawn_at=MADE,
            seal_key="0" * 64,
        )
        made.items = [
            SampleItem(
                position=position,
                row_number=row,
                reference=rows[row - 1][0],
                amount=rows[row - 1][1],
                hits=hits,
                chosen_reason="Stort." if targeted else None,
            )
            for position, (row, hits) in enumerate(Counter(taken).items(), start=1)
        ]
        self.session.add(made)
        self.session.flush()
        self.session.add(DrawOccurrence(draw_id=made.id, occurrence_id=self.occurrence.id))
        self.session.flush()
        return made

    def judge(self, made: Draw, **answers: tuple[Answer, str | None]) -> None:
        """Every item: yes, but where another answer is given as ``p3=NO``."""
        criterion = self.control.criteria[0].id
        for item in made.items:
            answer = answers.get(f"p{item.position}", YES)
            judge_item(
                self.session,
                self.occurrence,
                item,
                {criterion: answer},
                actor=self.tester,
                at=AT,
            )

    def amount(self, item: SampleItem, audited: int | None, **more: int) -> ItemAmount | None:
        return record_amount(
            self.session, self.occurrence, item, audited, actor=self.tester, at=AT, **more
        )

    def found(self, made: Draw) -> Evaluation:
        found = evaluate(self.session, self.occurrence.id, made)
        assert found is not None
        return found

    def conclude(self) -> Conclusion:
        return write_conclusion(
            self.session, self.occurrence, "Så här gick det.", actor=self.tester, at=AT
        )


@pytest.fixture
def money(session: Session) -> Money:
    board = make_board(session)
    points = make_points(session, board)
    control = make_control(session, make_plan(session, board, decided=True), sample_n=10)
    occurrence = make_occurrence(session, control, points[0], state=OccurrenceState.STARTED)
    return Money(
        session,
        board,
        control,
        occurrence,
        actor_of(make_user(session, Role.RESPONSIBLE, board)),
        make_actor(session, Role.REVIEWER, board),
    )


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


def parted(money: Money) -> Draw:
    """Twenty small and five large amounts; three of the small and two of the large are drawn."""
    made = money.draw([100] * 20 + [9_000] * 5, 5)
    for item, row in zip(made.items, (1, 2, 3, 21, 22), strict=True):
        item.row_number, item.stratum = row, "små" if row <= 20 else "stora"
        item.amount = 100 if row <= 20 else 9_000
    money.session.add_all(
        DrawStratum(draw_id=made.id, position=position, name=name, size=size, n=n, rows=rows)
        for position, (name, size, rows, n) in enumerate(
            [("små", 20, as_ranges(range(1, 21)), 3), ("stora", 5, as_ranges(range(21, 26)), 2)],
            start=1,
        )
    )
    money.session.flush()
    return made


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
