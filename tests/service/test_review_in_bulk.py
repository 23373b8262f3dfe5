"""A table of answers is saved whole or not at all, by the same rules as one item at a time."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.reporting.queries import find_point, report_facts
from internkontroll.reporting.rules import build_report
from internkontroll.review.models import Answer, ItemResult
from internkontroll.review.queries import conclusions_of, latest_results, review_items
from internkontroll.review.rules import read_sheet
from internkontroll.review.services import (
    CellsRefused,
    RowAnswers,
    answers_of_sheet,
    close_reopening,
    judge_item,
    judge_items,
    read_items,
    reopen_conclusion,
    replace_unusable,
    return_conclusion,
    sign_conclusion,
    write_conclusion,
)
from internkontroll.schedule.models import OccurrenceState
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.factories import actor_of, make_actor, make_points, make_user
from tests.service.judged_sample import (
    AT,
    NO,
    NOT_HERE,
    YES,
    Review,
    judge,
    judge_all,
    make_review,
)

LATER = AT + timedelta(days=30)


@pytest.fixture
def review(session: Session) -> Review:
    return make_review(session)


def rows(review: Review, *answers: dict[int, tuple[Answer, str | None]]) -> list[RowAnswers]:
    """Answers for items 1, 2 ... as they were read when nothing was answered."""
    return [RowAnswers(position, given, 0) for position, given in enumerate(answers, start=1)]


def save(session: Session, review: Review, given: list[RowAnswers], **more: str) -> int:
    made = judge_items(session, review.occurrence, given, actor=review.tester, at=AT, **more)
    return len(made)


def results(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(ItemResult)) or 0


def test_a_table_is_saved_at_once_with_one_trail_row_an_item(
    session: Session, review: Review
) -> None:
    first, second = review.criteria
    given = rows(review, {first: YES, second: NO}, {first: YES}, {})
    assert save(session, review, given) == 3

    items = review_items(session, review.occurrence.id)
    assert [item.judged for item in items] == [True, False, False]
    told = session.scalars(sa.select(TrailRow.event).where(TrailRow.event == "item:judged")).all()
    assert len(told) == 2


def test_a_row_left_as_it_is_records_nothing_whatever_its_version(
    session: Session, review: Review
) -> None:
    judge(session, review, 1, YES, YES)
    first, second = review.criteria
    assert save(session, review, rows(review, {first: YES, second: YES})) == 0
    assert results(session) == 2


def test_one_wrong_cell_saves_nothing_and_every_wrong_cell_is_told(
    session: Session, review: Review
) -> None:
    first, second = review.criteria
    named = (Answer.NO, f"Gäller {review.items[0].reference}.")
    long = (Answer.NO, "x" * 1_001)
    given = rows(review, {first: YES}, {second: named}, {first: long})

    with pytest.raises(CellsRefused) as refused:
        save(session, review, given)

    assert [(position, field) for position, field, _ in refused.value.cells] == [
        (2, f"comment_{second}"),
        (3, f"comment_{first}"),
    ]
    assert "2 rader" in refused.value.sentence


def test_whoever_read_an_older_item_is_told_which(session: Session, review: Review) -> None:
    judge(session, review, 2, YES)
    first = review.criteria[0]
    with pytest.raises(Conflict, match="nummer 2"):
        save(session, review, rows(review, {first: YES}, {first: NO}))


def test_nothing_of_another_control_or_sample_is_answered(session: Session, review: Review) -> None:
    with pytest.raises(CellsRefused, match="fel på en rad"):
        save(session, review, rows(review, {9_999: YES}))
    with pytest.raises(InvalidInput, match="Nummer 77 finns inte"):
        save(session, review, [RowAnswers(77, {review.criteria[0]: YES}, 0)])


def test_a_replaced_item_is_not_answered(session: Session, review: Review) -> None:
    judge(session, review, 1, NOT_HERE, NOT_HERE)
    replace_unusable(
        session, review.occurrence, review.items[0], "Dubblett.", actor=review.tester, at=AT
    )
    with pytest.raises(CellsRefused) as refused:
        save(session, review, [RowAnswers(1, {review.criteria[0]: YES}, 2)])
    assert refused.value.cells[0][2] == "Nummer 1 är ersatt av nummer 4."


def test_a_table_goes_no_other_way_than_one_item_does(session: Session, review: Review) -> None:
    first = review.criteria[0]
    stranger = make_actor(session, Role.SECRETARY, review.board)
    with pytest.raises(NotAllowed):
        judge_items(session, review.occurrence, rows(review, {first: YES}), actor=stranger, at=AT)
    judge_all(session, review)
    write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=AT)
    with pytest.raises(InvalidTransition, match="väntar på underskrift"):
        save(session, review, [RowAnswers(1, {first: NO}, 2)])


def test_a_pasted_sheet_keeps_the_comments_that_it_does_not_name(
    session: Session, review: Review
) -> None:
    judge(session, review, 1, (Answer.YES, "Sett i akten."), YES)
    items = {item.position: item for item in review_items(session, review.occurrence.id)}
    sheet = read_sheet("1\tnej\n2\tja\tnej", ["Skälen finns.", "I tid."], items)
    versions = {position: item.version for position, item in items.items()}
    given = answers_of_sheet(sheet, items, review.criteria, versions)

    assert save(session, review, given) == 3
    latest = latest_results(session, review.occurrence.id)
    changed = latest[review.items[0].id, review.criteria[0]]
    assert (changed.answer, changed.comment) == (Answer.NO, "Sett i akten.")


def test_a_pasted_comment_without_an_answer_is_told(session: Session, review: Review) -> None:
    items = {item.position: item for item in review_items(session, review.occurrence.id)}
    text = "Nr\tSkälen finns.\tKommentar\n2\t\tSaknas i akten."
    sheet = read_sheet(text, ["Skälen finns.", "I tid."], items)
    with pytest.raises(CellsRefused) as refused:
        answers_of_sheet(sheet, items, review.criteria, {})
    assert refused.value.cells[0][0] == 2


def test_references_read_in_a_table_are_recorded_by_running_number(
    session: Session, review: Review
) -> None:
    read_items(session, review.occurrence, [1, 2, 3], actor=review.tester, at=AT)
    body = session.scalars(
        sa.select(TrailPayload.body).order_by(TrailPayload.row_id.desc())
    ).first()
    assert body is not None
    assert body["data"]["positions"] == [1, 2, 3]
    assert body["data"]["rows"] == sorted(item.row_number for item in review.items[:3])
    assert review.items[0].reference not in str(body)
    stranger = make_actor(session, Role.SECRETARY, review.board)
    with pytest.raises(NotAllowed):
        read_items(session, review.occurrence, [1], actor=stranger, at=AT)


# -- a signed conclusion is corrected --------------------------------------------------------------


def sign_off(session: Session, review: Review) -> None:
    judge_all(session, review, deviating=1)
    write_conclusion(session, review.occurrence, "Klart.", actor=review.tester, at=AT)
    sign_conclusion(session, review.occurrence, actor=review.signer, at=AT)


def reopen(session: Session, review: Review) -> None:
    reopen_conclusion(
        session, review.occurrence, "Nummer 1 lästes fel.", actor=review.signer, at=LATER
    )


def correct(session: Session, review: Review, reason: str | None = "Handlingen fanns.") -> None:
    judge_item(
        session,
        review.occurrence,
        review.items[0],
        {review.criteria[1]: YES},
        actor=review.tester,
        at=LATER,
        reason=reason,
    )


def test_an_answer_is_corrected_after_the_signature_only_where_the_signer_has_opened_it(
    session: Session, review: Review
) -> None:
    sign_off(session, review)
    with pytest.raises(InvalidTransition, match="Den som skrev under kan öppna"):
        correct(session, review)
    other = actor_of(
        make_user(session, Role.CONTROLLER, review.board),
    )
    for actor in (review.tester, other):
        with pytest.raises(NotAllowed):
            reopen_conclusion(session, review.occurrence, "Fel.", actor=actor, at=LATER)
    with pytest.raises(InvalidInput, match="vad som är fel"):
        reopen_conclusion(session, review.occurrence, " ", actor=review.signer, at=LATER)

    reopen(session, review)
    with pytest.raises(InvalidInput, match="varför svaren rättas"):
        correct(session, review, None)
    correct(session, review)

    latest = latest_results(session, review.occurrence.id)
    row = latest[review.items[0].id, review.criteria[1]]
    assert (row.answer, row.revision, row.reason) == (Answer.YES, 2, "Handlingen fanns.")


def test_the_signed_conclusion_stands_until_a_corrected_one_is_signed_by_another(
    session: Session, review: Review
) -> None:
    sign_off(session, review)
    (first,) = conclusions_of(session, review.occurrence.id).signed
    reopen(session, review)
    with pytest.raises(InvalidTransition, match="Inget svar är rättat"):
        write_conclusion(session, review.occurrence, "Nytt.", actor=review.tester, at=LATER)
    correct(session, review)
    new = write_conclusion(session, review.occurrence, "Nytt.", actor=review.tester, at=LATER)

    assert (new.corrects_id, new.deviating, first.deviating) == (first.id, 0, 1)
    assert conclusions_of(session, review.occurrence.id).signed == [first]
    with pytest.raises(InvalidTransition, match="väntar redan på underskrift"):
        correct(session, review)
    with pytest.raises(NotAllowed):
        sign_conclusion(session, review.occurrence, actor=review.tester, at=LATER)

    sign_conclusion(session, review.occurrence, actor=review.signer, at=LATER)

    assert conclusions_of(session, review.occurrence.id).signed == [first, new]
    assert review.occurrence.state is OccurrenceState.APPROVED
    with pytest.raises(InvalidTransition, match="kan öppna den"):
        correct(session, review)


def test_a_correction_that_is_sent_back_may_be_corrected_again(
    session: Session, review: Review
) -> None:
    sign_off(session, review)
    reopen(session, review)
    correct(session, review)
    write_conclusion(session, review.occurrence, "Nytt.", actor=review.tester, at=LATER)
    return_conclusion(session, review.occurrence, "Mer.", actor=review.signer, at=LATER)

    assert review.occurrence.state is OccurrenceState.APPROVED
    judge_items(
        session,
        review.occurrence,
        [RowAnswers(2, {review.criteria[0]: NO}, 2)],
        reason="Lästes fel.",
        actor=review.tester,
        at=LATER,
    )
    again = write_conclusion(session, review.occurrence, "Nytt.", actor=review.tester, at=LATER)
    assert again.deviating == 1


def test_an_opened_conclusion_is_closed_again_only_while_nothing_is_corrected(
    session: Session, review: Review
) -> None:
    sign_off(session, review)
    reopen(session, review)
    with pytest.raises(NotAllowed):
        close_reopening(session, review.occurrence, actor=review.tester, at=LATER)
    close_reopening(session, review.occurrence, actor=review.signer, at=LATER)
    with pytest.raises(InvalidTransition):
        correct(session, review)
    reopen(session, review)
    correct(session, review)
    with pytest.raises(InvalidTransition, match="Svar är rättade"):
        close_reopening(session, review.occurrence, actor=review.signer, at=LATER)


def test_when_the_signer_may_sign_no_more_another_signer_opens_it(
    session: Session, review: Review
) -> None:
    sign_off(session, review)
    other = make_actor(session, Role.CHAIR, review.board, review.occurrence.subcommittee)
    review.signing_user.is_active = False
    session.flush()
    reopened = reopen_conclusion(
        session, review.occurrence, "Nummer 1 lästes fel.", actor=other, at=LATER
    )
    assert reopened.reopened_by_id == other.user_id


def test_every_step_of_a_correction_stands_in_the_trail(session: Session, review: Review) -> None:
    sign_off(session, review)
    reopen(session, review)
    correct(session, review)
    write_conclusion(session, review.occurrence, "Nytt.", actor=review.tester, at=LATER)
    sign_conclusion(session, review.occurrence, actor=review.signer, at=LATER)
    told = session.scalars(
        sa.select(TrailRow.event)
        .where(TrailRow.at == LATER, TrailRow.chain == review.board.code)
        .order_by(TrailRow.seq)
    ).all()
    assert told == [
        "conclusion:reopened",
        "item:judged",
        "conclusion:written",
        "conclusion:signed",
    ]


def test_a_report_of_an_earlier_day_keeps_its_figures_and_tells_the_correction(
    session: Session, review: Review
) -> None:
    make_points(session, review.board)
    sign_off(session, review)
    reopen(session, review)
    correct(session, review)
    write_conclusion(session, review.occurrence, "Nytt.", actor=review.tester, at=LATER)
    sign_conclusion(session, review.occurrence, actor=review.signer, at=LATER)
    entry = find_point(session, review.board.id, 2020, "april")
    assert entry is not None
    facts = report_facts(session, review.board, entry, known_at=LATER)
    assert facts is not None

    before = build_report(facts, cut_off_at=LATER - timedelta(days=1), until=LATER)
    after = build_report(facts, cut_off_at=LATER, until=LATER)

    assert (before.rows[0].deviating, after.rows[0].deviating) == (1, 0)
    assert [fact.kind.value for fact in before.later] == ["corrected"]
    assert after.later == ()
