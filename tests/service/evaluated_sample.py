"""A list with amounts, drawn, judged and evaluated."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control
from internkontroll.review.models import Answer, Conclusion, ItemAmount
from internkontroll.review.queries import Evaluation, evaluate
from internkontroll.review.services import judge_item, record_amount, write_conclusion
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
from internkontroll.sampling.rules import as_ranges, draw, population_facts, population_hash
from internkontroll.sampling.services import store_rows
from internkontroll.schedule.models import Occurrence, OccurrenceState
from tests.factories import AT as MADE
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


def make_money(session: Session) -> Money:
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
