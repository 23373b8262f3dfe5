"""Items chosen with reasons are never called random; one draw serves several controls."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, Plan
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.review.models import Answer, Basis
from internkontroll.review.queries import (
    criteria_of,
    reasons_of_item,
    review_items,
    review_progress,
    shared_items,
)
from internkontroll.review.services import judge_item, sign_conclusion, write_conclusion
from internkontroll.sampling.models import (
    Draw,
    DrawState,
    Population,
    PopulationState,
    SampleItem,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.queries import (
    current_draw,
    draw_facts,
    frozen_population,
    full_record,
    items_select,
    occurrences_of_draw,
    record_for_outside,
    sharable_occurrences,
    steps_of,
)
from internkontroll.sampling.rules import proof_sentence
from internkontroll.sampling.services import (
    ChosenItem,
    NamedItems,
    choose_items,
    commit_draw,
    freeze_population,
    replace_item,
    seed_draw,
    store_rows,
)
from internkontroll.schedule.models import Occurrence
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.factories import (
    actor_of,
    make_board,
    make_control,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_plan,
    make_points,
    make_subcommittee,
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


@pytest.fixture
def office(session: Session) -> Office:
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


def test_named_items_are_reviewed_and_concluded_as_riktat_urval(office: Office) -> None:
    draw = office.choose()
    assert (draw.method, draw.state, draw.seed) == (SelectionMethod.TARGETED, DrawState.DRAWN, None)
    items = office.session.scalars(items_select(draw.id)).all()
    assert [(item.reference, item.chosen_reason) for item in items] == [
        ("F-1001", "Största beloppet i mars."),
        ("F-1002", "Ny leverantör."),
        ("F-1003", "Betald samma dag."),
    ]

    office.judge(office.occurrence, deviating=1)
    conclusion = write_conclusion(
        office.session, office.occurrence, "En saknar attest.", actor=office.tester, at=AT
    )
    assert (conclusion.basis, conclusion.is_random) == (Basis.TARGETED, False)
    assert (conclusion.reviewed, conclusion.population_size, conclusion.deviating) == (3, 0, 1)
    sign_conclusion(office.session, office.occurrence, actor=office.signer, at=AT)


def test_items_are_picked_from_the_list_by_reference_or_by_row(office: Office) -> None:
    office.frozen()
    draw = office.choose(
        (
            ChosenItem("fakt 00002", "Högt belopp.", 0),
            ChosenItem("7", "Ny leverantör.", 1),
            ChosenItem("rad 9", "Sent betald.", 2),
        )
    )
    facts = draw_facts(office.session, [office.occurrence.id])[office.occurrence.id]
    assert (facts.n, facts.size, facts.is_random, facts.is_targeted) == (3, 12, False, True)
    rows = office.session.scalars(sa.select(SampleItem.row_number).order_by(SampleItem.position))
    assert rows.all() == [2, 7, 9]
    assert draw.population.is_frame


@pytest.mark.parametrize(
    ("chosen", "says", "field"),
    [
        ((ChosenItem("FAKT 99999", "Skäl.", 0),), "finns inte i listan", "items-0-reference"),
        ((ChosenItem("13", "Skäl.", 0),), "finns inte i listan", "items-0-reference"),
        (
            (ChosenItem("2", "Skäl.", 0), ChosenItem("FAKT 00002", "Skäl.", 4)),
            "står två gånger",
            "items-4-reference",
        ),
        ((ChosenItem("2", " ", 3),), "varför posten valdes", "items-3-reason"),
        ((ChosenItem("", "Skäl.", 1),), "vilken post", "items-1-reference"),
        ((ChosenItem("19121212-1212", "Skäl.", 0),), "personnummer", "items-0-reference"),
        ((), "minst en post", "items-0-reference"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_at_its_line(
    office: Office, chosen: tuple[ChosenItem, ...], says: str, field: str
) -> None:
    office.control.sample_n = 1
    office.frozen()
    with pytest.raises(InvalidInput, match=says) as refused:
        office.choose(chosen)
    assert refused.value.field == field


def test_fewer_than_the_plan_asks_for_is_refused(office: Office) -> None:
    with pytest.raises(InvalidInput, match="minst 3 stycken"):
        office.choose(CHOSEN[:2])


def test_a_total_control_cannot_be_named_item_by_item(office: Office) -> None:
    office.control.sample_kind, office.control.sample_n = SampleKind.CENSUS, None
    with pytest.raises(InvalidInput, match="alla ska granskas"):
        office.choose()


def test_reasons_may_not_name_a_secret_item(office: Office) -> None:
    secret = replace(NAMED, is_secret=True)
    chosen = tuple(
        ChosenItem(f"SCN 2020-0000{number}", f"Hör ihop med SCN 2020-0000{number}.", number)
        for number in range(3)
    )
    with pytest.raises(InvalidInput, match="nämner en beteckning"):
        office.choose(chosen, named=secret)


def test_the_record_says_that_it_is_no_draw(office: Office) -> None:
    draw = office.choose()
    full = full_record(office.session, draw)
    assert full["random"] is False
    assert full["says"].startswith("Riktat urval")
    assert full["N"] is None
    assert [choice["reason"] for choice in full["choices"]][1] == "Ny leverantör."
    sealed = record_for_outside(office.session, draw)
    assert "P" not in sealed
    assert sealed["kind"] == "sealed"
    assert "F-1001" not in json.dumps([full, sealed])
    assert [step.name for step in steps_of(office.session, draw)] == ["chosen"]


def test_the_trail_has_rows_and_no_reference_of_a_secret_choice(office: Office) -> None:
    office.choose(named=replace(NAMED, is_secret=True))
    events = office.session.scalars(sa.select(TrailRow.event)).all()
    assert "draw:items-chosen" in events
    bodies = str([row.body for row in office.session.scalars(sa.select(TrailPayload))])
    assert "F-1001" not in bodies
    assert "hmac_P" in bodies


def test_a_second_choice_is_a_reasoned_redraw(office: Office) -> None:
    first = office.choose()
    with pytest.raises(InvalidTransition, match="redan ett beslutat urval"):
        office.choose()
    with pytest.raises(InvalidInput, match="varför dragningen görs om"):
        office.choose(redraw_of=first)
    second = office.choose(redraw_of=first, reason="Fel period.")
    assert current_draw(office.session, office.occurrence.id) is second
    with pytest.raises(Conflict):
        office.choose(redraw_of=first, reason="Igen.")


def test_named_items_are_no_list_to_draw_from(office: Office) -> None:
    draw = office.choose()
    assert frozen_population(office.session, office.occurrence.id) is None
    with pytest.raises(InvalidInput, match="ingen lista att dra ur"):
        commit_draw(
            office.session,
            draw.population,
            [office.occurrence],
            method=SelectionMethod.SRS_TICKET,
            n=3,
            redraw_of=draw,
            reason="Dra i stället.",
            actor=office.tester,
            at=AT,
        )


def test_a_chosen_item_has_no_next_in_order(office: Office) -> None:
    draw = office.choose()
    item = office.session.scalars(items_select(draw.id)).first()
    assert item is not None
    with pytest.raises(InvalidTransition, match="riktat och har ingen ordning"):
        replace_item(office.session, draw, item, reason="Gäller inte.", actor=office.tester, at=AT)


def test_the_database_refuses_a_seed_for_a_choice(office: Office) -> None:
    draw = office.choose()
    draw.seed = "1" * 20
    with pytest.raises(IntegrityError):
        office.session.flush()


def test_the_committees_wall_holds_for_choices(office: Office) -> None:
    session = office.session
    committee = make_subcommittee(session, office.board)
    other = make_subcommittee(session, office.board, "IU2", "Individutskott 2")
    meeting = make_meeting(session, office.board, committee)
    office.occurrence = make_occurrence(session, office.control, meeting=meeting)
    office.tester = actor_of(make_user(session, Role.MEMBER, office.board, other))
    with pytest.raises(NotAllowed):
        office.choose()


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
    progress = review_progress(office.session, office.occurrence.id)
    assert (progress.items, progress.deviating) == (5, 2)
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
