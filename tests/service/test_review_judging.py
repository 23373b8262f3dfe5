"""Items are judged as one goes, corrected by new rows, and never after the conclusion."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.review.models import Answer, Conclusion, ItemResult
from internkontroll.review.queries import (
    latest_results,
    latest_returned,
    review_items,
    review_progress,
)
from internkontroll.review.queries import (
    testers_of as people_who_tested,
)
from internkontroll.review.rules import ItemState
from internkontroll.review.services import (
    judge_item,
    read_item,
    replace_unusable,
    return_conclusion,
    sign_conclusion,
    write_conclusion,
)
from internkontroll.sampling.models import Draw, DrawOccurrence, SampleItem, SelectionMethod
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.models import TrailPayload, TrailRow
from internkontroll.trail.queries import history_of, verify_trail
from tests.factories import (
    actor_of,
    make_board,
    make_control,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_plan,
    make_subcommittee,
    make_user,
)

AT = datetime(2020, 3, 12, 13, tzinfo=UTC)
YES, NO = (Answer.YES, None), (Answer.NO, None)
NOT_HERE = (Answer.NOT_APPLICABLE, None)


@dataclass
class Review:
    """A drawn sample of three cases in an individutskott, and those who work with it."""

    board: Board
    control: Control
    occurrence: Occurrence
    draw: Draw
    items: list[SampleItem]
    criteria: list[int]
    tester: Actor
    signer: Actor
    signing_user: User


@pytest.fixture
def review(session: Session) -> Review:
    board = make_board(session)
    committee = make_subcommittee(session, board)
    control = make_control(
        session, make_plan(session, board, decided=True), criteria=("Skälen finns.", "I tid.")
    )
    meeting = make_meeting(session, board, committee, date(2020, 3, 12))
    occurrence = make_occurrence(session, control, meeting=meeting, state=OccurrenceState.STARTED)
    draw = make_drawn_sample(session, occurrence)
    signing_user = make_user(session, Role.CHAIR, board, committee)
    return Review(
        board=board,
        control=control,
        occurrence=occurrence,
        draw=draw,
        items=list(draw.items),
        criteria=[criterion.id for criterion in control.criteria],
        tester=actor_of(make_user(session, Role.MEMBER, board, committee)),
        signer=actor_of(signing_user),
        signing_user=signing_user,
    )


def judge(
    session: Session, review: Review, position: int, *answers: tuple[Answer, str | None]
) -> list[ItemResult]:
    given = dict(zip(review.criteria, answers, strict=False))
    item = next(item for item in all_items(session, review) if item.position == position)
    return judge_item(session, review.occurrence, item, given, actor=review.tester, at=AT)


def all_items(session: Session, review: Review) -> list[SampleItem]:
    return list(
        session.scalars(
            sa.select(SampleItem)
            .where(SampleItem.draw_id == review.draw.id)
            .order_by(SampleItem.position)
        )
    )


def judge_all(session: Session, review: Review, deviating: int = 1) -> None:
    for item in review.items:
        second = NO if item.position <= deviating else YES
        judge(session, review, item.position, YES, second)


def trail_text(session: Session) -> str:
    rows = session.scalars(sa.select(TrailPayload)).all()
    return " ".join(str(row.body) for row in rows)


def test_some_answers_now_and_the_rest_later(session: Session, review: Review) -> None:
    judge(session, review, 1, YES)
    assert review_items(session, review.occurrence.id)[0].state is ItemState.BEGUN

    judge(session, review, 1, YES, NO)

    first = review_items(session, review.occurrence.id)[0]
    assert (first.state, first.judged) == (ItemState.DEVIATING, True)
    progress = review_progress(session, review.occurrence.id)
    assert (progress.items, progress.judged, progress.deviating) == (3, 1, 1)
    assert progress.conclusion is None


def test_the_first_answer_starts_the_occurrence(session: Session, review: Review) -> None:
    review.occurrence.state = OccurrenceState.PLANNED
    session.flush()
    judge(session, review, 1, YES)
    assert review.occurrence.state is OccurrenceState.STARTED


def test_a_correction_is_a_new_row_and_the_latest_counts(session: Session, review: Review) -> None:
    judge(session, review, 1, NO, YES)
    new = judge(session, review, 1, YES, YES)

    rows = session.scalars(sa.select(ItemResult).order_by(ItemResult.id)).all()
    assert [(row.criterion_id, row.revision, row.answer) for row in rows] == [
        (review.criteria[0], 1, Answer.NO),
        (review.criteria[1], 1, Answer.YES),
        (review.criteria[0], 2, Answer.YES),
    ]
    assert [row.id for row in new] == [rows[-1].id]
    latest = latest_results(session, review.occurrence.id)
    assert latest[review.items[0].id, review.criteria[0]].answer is Answer.YES
    by_sql = session.scalar(
        sa.text(
            "SELECT count(*) FROM item_result r WHERE answer = 'no' AND NOT EXISTS (SELECT 1 FROM "
            "item_result n WHERE n.item_id = r.item_id AND n.criterion_id = r.criterion_id "
            "AND n.occurrence_id = r.occurrence_id AND n.revision > r.revision)"
        )
    )
    assert review_progress(session, review.occurrence.id).deviating == by_sql == 0


def test_the_same_answers_again_leave_no_row_and_no_trail(session: Session, review: Review) -> None:
    judge(session, review, 1, YES, (Answer.NO, "Datum saknas."))
    before = session.scalar(sa.select(sa.func.count()).select_from(TrailRow))

    assert judge(session, review, 1, YES, (Answer.NO, " Datum saknas. ")) == []
    assert session.scalar(sa.select(sa.func.count()).select_from(TrailRow)) == before


def test_a_changed_comment_alone_is_a_new_row(session: Session, review: Review) -> None:
    judge(session, review, 1, (Answer.NO, "Datum saknas."))
    [row] = judge(session, review, 1, (Answer.NO, "Datum och skäl saknas."))
    assert (row.revision, row.comment) == (2, "Datum och skäl saknas.")


def test_the_loser_of_two_at_once_is_told(session: Session, review: Review) -> None:
    read = review_items(session, review.occurrence.id)[0].version
    judge(session, review, 1, NO)
    with pytest.raises(Conflict, match="Någon annan"):
        judge_item(
            session,
            review.occurrence,
            review.items[0],
            {review.criteria[0]: YES},
            actor=review.tester,
            at=AT,
            version=read,
        )


def test_neither_comment_nor_reference_stands_in_the_trail(
    session: Session, review: Review
) -> None:
    judge(session, review, 1, (Answer.NO, "Barnets skola saknas i utredningen."))
    read_item(session, review.occurrence, review.items[0], actor=review.tester, at=AT)
    judge_all(session, review)
    write_conclusion(session, review.occurrence, "En avviker.", actor=review.tester, at=AT)

    told = trail_text(session)
    assert "Barnets skola" not in told
    assert "SCN 2020-" not in told
    assert all(verdict.broken_at is None for verdict in verify_trail(session))
    history = history_of(session, review.board.code, "occurrence", review.occurrence.id)
    judged = next(row for row in reversed(history) if row.event == "item:judged")
    assert judged.data["position"] == 1
    assert judged.data["answers"][0]["answer"] == {"old": None, "new": "no"}
    assert judged.data["answers"][0]["comment_changed"] is True


@pytest.mark.parametrize(
    "comment",
    ["Gäller 811228-9874.", "Se SCN 2020-00007 i listan.", "x" * 1001],
    ids=["personnummer", "reference", "too long"],
)
def test_a_comment_names_nobody_and_no_case(session: Session, review: Review, comment: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        judge(session, review, 1, (Answer.NO, comment))
    assert refused.value.field == f"comment_{review.criteria[0]}"


def test_opening_an_item_is_recorded_and_needs_its_permission(
    session: Session, review: Review
) -> None:
    read_item(session, review.occurrence, review.items[1], actor=review.tester, at=AT)
    [row] = history_of(session, review.board.code, "occurrence", review.occurrence.id)
    assert (row.event, row.data["position"]) == ("sample:references-read", 2)
    assert row.data["rows"] == [review.items[1].row_number]

    controller = actor_of(make_user(session, Role.CONTROLLER, review.board))
    with pytest.raises(NotAllowed):
        read_item(session, review.occurrence, review.items[1], actor=controller, at=AT)


def test_another_committees_member_judges_nothing(session: Session, review: Review) -> None:
    other = make_subcommittee(session, review.board, "IU2", "Individutskott 2")
    stranger = actor_of(make_user(session, Role.MEMBER, review.board, other))
    with pytest.raises(NotAllowed):
        judge_item(
            session,
            review.occurrence,
            review.items[0],
            {review.criteria[0]: YES},
            actor=stranger,
            at=AT,
        )


def test_items_and_criteria_from_elsewhere_are_refused(session: Session, review: Review) -> None:
    other_control = make_control(session, review.control.plan)
    elsewhere = make_occurrence(
        session,
        other_control,
        meeting=review.occurrence.meeting,
        state=OccurrenceState.STARTED,
    )
    foreign = make_drawn_sample(session, elsewhere).items[0]
    with pytest.raises(InvalidInput, match="gällande stickprov"):
        judge_item(
            session,
            review.occurrence,
            foreign,
            {review.criteria[0]: YES},
            actor=review.tester,
            at=AT,
        )
    with pytest.raises(InvalidInput, match="Frågan hör inte"):
        judge_item(
            session,
            review.occurrence,
            review.items[0],
            {other_control.criteria[0].id: YES},
            actor=review.tester,
            at=AT,
        )


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


def test_an_item_that_tells_nothing_is_replaced_and_n_stays(
    session: Session, review: Review
) -> None:
    judge_all(session, review, deviating=0)
    judge(session, review, 2, NOT_HERE, NOT_HERE)
    with pytest.raises(InvalidTransition, match="Nummer 2 har bara svaret Gäller inte här"):
        write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=AT)

    new = replace_unusable(
        session,
        review.occurrence,
        review.items[1],
        "Ansökan återkallades.",
        actor=review.tester,
        at=AT,
    )

    assert new.position == 4
    progress = review_progress(session, review.occurrence.id)
    assert (progress.items, progress.judged, progress.wholly_not_applicable) == (3, 2, 0)
    rows = {item.position: item for item in review_items(session, review.occurrence.id)}
    assert (rows[2].replaced_by, rows[4].replaces) == (4, 2)
    assert rows[2].state is ItemState.REPLACED
    with pytest.raises(InvalidTransition, match="ersatt av nummer 4"):
        judge(session, review, 2, YES, YES)
    judge(session, review, 4, YES, YES)
    conclusion = write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=AT)
    assert (conclusion.reviewed, conclusion.not_applicable) == (3, 0)


def test_an_item_that_tells_nothing_stands_with_a_shown_reason(
    session: Session, review: Review
) -> None:
    judge_all(session, review, deviating=1)
    judge(session, review, 2, NOT_HERE, (Answer.NOT_APPLICABLE, "Inga fler i listan."))
    conclusion = write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=AT)
    assert (conclusion.reviewed, conclusion.deviating, conclusion.not_applicable) == (3, 1, 1)
    assert review_items(session, review.occurrence.id)[1].standing_reason == "Inga fler i listan."


def test_an_item_that_can_be_judged_is_not_replaced(session: Session, review: Review) -> None:
    judge(session, review, 1, NO, NOT_HERE)
    with pytest.raises(InvalidTransition, match="kan bedömas"):
        replace_unusable(
            session, review.occurrence, review.items[0], "Obekvämt.", actor=review.tester, at=AT
        )


def test_a_shared_item_judged_elsewhere_is_not_replaced(session: Session, review: Review) -> None:
    second = make_control(session, review.control.plan)
    shared = make_occurrence(
        session, second, meeting=review.occurrence.meeting, state=OccurrenceState.STARTED
    )
    session.add(DrawOccurrence(draw_id=review.draw.id, occurrence_id=shared.id))
    session.flush()
    judge_item(
        session,
        shared,
        review.items[0],
        {second.criteria[0].id: NO},
        actor=review.tester,
        at=AT,
    )
    judge(session, review, 1, NOT_HERE, NOT_HERE)
    with pytest.raises(InvalidTransition, match="annat kontrolltillfälle"):
        replace_unusable(
            session, review.occurrence, review.items[0], "Gäller inte.", actor=review.tester, at=AT
        )


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
    assert review_progress(session, review.occurrence.id).conclusion is None
    returned = latest_returned(session, review.occurrence.id)
    assert returned is not None
    assert returned.return_reason == "Motivera nummer 1."
    judge(session, review, 1, YES, YES)
    again = write_conclusion(session, review.occurrence, "Bättre.", actor=review.tester, at=AT)
    assert (again.id != returned.id, again.deviating) == (True, 0)
    sign_conclusion(session, review.occurrence, actor=review.signer, at=AT)
    assert session.scalar(sa.select(sa.func.count()).select_from(Conclusion)) == 2


def test_progress_asks_the_same_few_questions_however_many_items(
    session: Session, review: Review, count_queries: object
) -> None:
    counts = []
    for n in (3, 20):
        control = make_control(session, review.control.plan)
        occurrence = make_occurrence(
            session, control, meeting=review.occurrence.meeting, state=OccurrenceState.STARTED
        )
        for item in make_drawn_sample(session, occurrence, n=n).items:
            judge_item(
                session,
                occurrence,
                item,
                {control.criteria[0].id: YES},
                actor=review.tester,
                at=AT,
            )
        session.flush()
        session.expire_all()
        occurrence_id = occurrence.id
        with count_queries() as counted:  # type: ignore[operator]
            assert review_progress(session, occurrence_id).judged == n
        counts.append(int(counted))
    assert counts == [4, 4]
