"""Items are judged as one goes, corrected by new rows, and replaced when they tell nothing."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.review.models import Answer, ItemResult
from internkontroll.review.queries import latest_results, review_items, standing_conclusion
from internkontroll.review.rules import ItemState
from internkontroll.review.services import judge_item, read_item, replace_unusable, write_conclusion
from internkontroll.sampling.models import DrawOccurrence
from internkontroll.schedule.models import OccurrenceState
from internkontroll.trail.models import TrailRow
from internkontroll.trail.queries import history_of, verify_trail
from tests.factories import (
    actor_of,
    make_control,
    make_drawn_sample,
    make_occurrence,
    make_subcommittee,
    make_user,
)
from tests.service.judged_sample import (
    AT,
    NO,
    NOT_HERE,
    YES,
    Review,
    judge,
    judge_all,
    make_review,
    tallied,
    trail_text,
)


@pytest.fixture
def review(session: Session) -> Review:
    return make_review(session)


def test_some_answers_now_and_the_rest_later(session: Session, review: Review) -> None:
    judge(session, review, 1, YES)
    assert review_items(session, review.occurrence.id)[0].state is ItemState.BEGUN

    judge(session, review, 1, YES, NO)

    first = review_items(session, review.occurrence.id)[0]
    assert (first.state, first.judged) == (ItemState.DEVIATING, True)
    progress = tallied(session, review.occurrence.id)
    assert (progress.reviewed, progress.judged, progress.deviating) == (3, 1, 1)
    assert standing_conclusion(session, review.occurrence.id) is None


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
    assert tallied(session, review.occurrence.id).deviating == by_sql == 0


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
    progress = tallied(session, review.occurrence.id)
    assert (progress.reviewed, progress.judged, progress.wholly_not_applicable) == (3, 2, 0)
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
            assert tallied(session, occurrence_id).judged == n
        counts.append(int(counted))
    assert counts == [3, 3]
