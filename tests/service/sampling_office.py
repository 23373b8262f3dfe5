"""Two kontrollmoment of one occasion, chosen from and drawn for."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, Plan
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.review.models import Answer
from internkontroll.review.queries import criteria_of
from internkontroll.review.services import judge_item
from internkontroll.sampling.models import (
    Draw,
    Population,
    PopulationState,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.queries import current_draw, items_select
from internkontroll.sampling.services import (
    ChosenItem,
    NamedItems,
    choose_items,
    commit_draw,
    freeze_population,
    seed_draw,
    store_rows,
)
from internkontroll.schedule.models import Occurrence
from tests.factories import (
    actor_of,
    make_board,
    make_control,
    make_occurrence,
    make_plan,
    make_points,
    make_user,
)

AT = datetime(2020, 4, 20, 9, tzinfo=UTC)
NAMED = NamedItems(description="Fakturor över gränsen", source="Ekonomisystemet", is_secret=False)
CHOSEN = (
    ChosenItem("F-1001", "Största beloppet i mars.", 0),
    ChosenItem("F-1002", "Ny leverantör.", 1),
    ChosenItem("", "", 2),
    ChosenItem("F-1003", "Betald samma dag.", 3),
)


@dataclass
class Office:
    """A plan with two controls of the same invoices, reported at april and augusti."""

    session: Session
    board: Board
    plan: Plan
    control: Control
    occurrence: Occurrence
    sibling: Occurrence
    august: Occurrence
    tester: Actor
    signer: Actor

    def choose(
        self,
        chosen: tuple[ChosenItem, ...] = CHOSEN,
        *,
        named: NamedItems | None = NAMED,
        **more: object,
    ) -> Draw:
        return choose_items(
            self.session,
            self.occurrence,
            chosen,
            named=named,
            actor=self.tester,
            at=AT,
            **more,  # type: ignore[arg-type]
        )

    def list_of(self, size: int = 12, *, secret: bool = False) -> Population:
        """A frozen list of the first occurrence, without a draw."""
        population = Population(
            board_id=self.board.id,
            occurrence_id=self.occurrence.id,
            state=PopulationState.LOADED,
            description="Fakturor i mars",
            source="Ekonomisystemet",
            taken_out_by="Systemförvaltaren",
            is_secret=secret,
            file_name="lista.csv",
            seal_key="0" * 64,
            received_at=AT,
        )
        self.session.add(population)
        self.session.flush()
        store_rows(
            self.session,
            population,
            [(f"FAKT {number:05d}", (number - 3) * 100) for number in range(1, size + 1)],
        )
        return population

    def frozen(self, size: int = 12, *, secret: bool = False) -> Population:
        return freeze_population(
            self.session, self.list_of(size, secret=secret), actor=self.tester, at=AT
        )

    def draw(self, *occurrences: Occurrence, n: int = 5, size: int = 12) -> Draw:
        made = commit_draw(
            self.session,
            self.frozen(size),
            occurrences,
            method=SelectionMethod.SRS_TICKET,
            n=n,
            actor=self.tester,
            at=AT,
        )
        return seed_draw(self.session, made, source=SeedSource.SYSTEM, actor=self.tester, at=AT)

    def judge(self, occurrence: Occurrence, deviating: int = 0) -> None:
        draw = current_draw(self.session, occurrence.id)
        assert draw is not None
        for item in self.session.scalars(items_select(draw.id)).all():
            wrong = item.position <= deviating
            answer = (Answer.NO, "Attesten saknas.") if wrong else (Answer.YES, None)
            answers = {row.id: answer for row in criteria_of(self.session, occurrence.id)}
            judge_item(self.session, occurrence, item, answers, actor=self.tester, at=AT)


def make_office(session: Session) -> Office:
    board = make_board(session)
    april, august, _ = make_points(session, board)
    plan = make_plan(session, board, decided=True)
    first = make_control(session, plan, sample_n=3, sample_kind=SampleKind.AT_LEAST)
    second = make_control(session, plan, sample_n=3, sample_kind=SampleKind.AT_LEAST)
    return Office(
        session=session,
        board=board,
        plan=plan,
        control=first,
        occurrence=make_occurrence(session, first, point=april),
        sibling=make_occurrence(session, second, point=april),
        august=make_occurrence(session, second, point=august),
        tester=actor_of(make_user(session, Role.RESPONSIBLE, board)),
        signer=actor_of(make_user(session, Role.REVIEWER, board)),
    )
