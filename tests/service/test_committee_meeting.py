"""An individutskott's meeting: who draws from what, and what is never written."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.findings.models import Severity
from internkontroll.findings.services import record_finding
from internkontroll.organisation.models import MeetingState
from internkontroll.review.models import Answer, CaseNote, UrgentHandover, UrgentKind
from internkontroll.review.queries import deadline_of
from internkontroll.review.services import (
    allow_notes,
    hand_over,
    judge_item,
    mark_protected,
    prepare_review,
    verify_minutes,
    write_note,
)
from internkontroll.sampling.models import SampleItem, SeedSource
from internkontroll.sampling.services import seed_draw
from internkontroll.schedule.queries import reviewed_kinds
from internkontroll.schedule.services import name_verifier, record_conflict
from tests.factories import actor_of, make_meeting, make_occurrence, make_subcommittee, make_user
from tests.service.committee_evening import AT, KINDS, Evening, make_evening


@pytest.fixture
def evening(session: Session) -> Evening:
    return make_evening(session)


def test_nobody_draws_before_a_justerare_is_named(evening: Evening) -> None:
    with pytest.raises(InvalidTransition, match="Utse justeraren"):
        evening.commit(evening.verifier)


def test_only_the_justerare_or_the_one_in_that_place_draws(evening: Evening) -> None:
    evening.name(substitute=True)
    evening.choose()
    with pytest.raises(NotAllowed, match="justerare"):
        evening.commit(evening.chair)
    draw = evening.commit(evening.verifier)
    done = seed_draw(
        evening.session,
        draw,
        source=SeedSource.SYSTEM,
        handled_rows=(),
        actor=evening.other,
        at=AT,
    )
    assert done.drawn_by_id == evening.other_user.id


def test_the_kind_is_chosen_before_the_draw_and_stands_after_it(evening: Evening) -> None:
    evening.name()
    with pytest.raises(InvalidTransition, match="vilket slag"):
        evening.commit(evening.verifier)
    evening.choose(KINDS[1])
    evening.commit(evening.verifier)
    with pytest.raises(InvalidTransition, match="Gör om dragningen"):
        prepare_review(
            evening.session,
            evening.occurrence,
            case_kind=KINDS[2],
            protected=0,
            row_version=1,
            actor=evening.chair,
            at=AT,
        )


def test_a_kind_that_the_plan_does_not_name_is_refused(evening: Evening) -> None:
    with pytest.raises(InvalidInput):
        evening.choose("allt möjligt")


def test_a_member_who_is_not_justerare_does_not_choose_the_kind(evening: Evening) -> None:
    evening.name()
    with pytest.raises(NotAllowed):
        prepare_review(
            evening.session,
            evening.occurrence,
            case_kind=KINDS[0],
            protected=0,
            row_version=0,
            actor=evening.other,
            at=AT,
        )


def test_the_kinds_of_earlier_held_meetings_count_and_a_called_off_ones_do_not(
    evening: Evening,
) -> None:
    evening.choose(KINDS[0])
    later = make_meeting(evening.session, evening.board, evening.committee, date(2020, 4, 9))
    after = make_occurrence(evening.session, evening.control, meeting=later)
    assert reviewed_kinds(evening.session, after) == [KINDS[0]]
    evening.meeting.state = MeetingState.CANCELLED
    evening.session.flush()
    assert reviewed_kinds(evening.session, after) == []


def test_somebody_outside_the_committee_is_never_justerare(evening: Evening) -> None:
    outsider = make_user(
        evening.session,
        Role.MEMBER,
        evening.board,
        make_subcommittee(evening.session, evening.board, "IU2", "Individutskott 2"),
    )
    with pytest.raises(InvalidInput, match="sitter inte i utskottet"):
        name_verifier(
            evening.session,
            evening.meeting,
            verifier_id=outsider.id,
            substitute_id=None,
            row_version=0,
            actor=evening.chair,
            at=AT,
        )


def test_a_change_of_justerare_against_what_was_not_seen_is_refused(evening: Evening) -> None:
    evening.name()
    with pytest.raises(Conflict):
        name_verifier(
            evening.session,
            evening.meeting,
            verifier_id=evening.other_user.id,
            substitute_id=None,
            row_version=7,
            actor=evening.chair,
            at=AT,
        )


@pytest.mark.parametrize("member", ["", "20010112-1234", "ärende 2020 144"])
def test_a_function_without_account_is_a_function(evening: Evening, member: str) -> None:
    with pytest.raises(InvalidInput):
        record_conflict(
            evening.session,
            evening.occurrence,
            user_id=None,
            member=member,
            position=None,
            actor=evening.chair,
            at=AT,
        )


def test_nothing_is_written_of_a_protected_case(evening: Evening) -> None:
    evening.draw()
    first, second, _ = evening.items()
    mark_protected(evening.session, evening.occurrence, first, actor=evening.verifier, at=AT)
    mark_protected(evening.session, evening.occurrence, first, actor=evening.verifier, at=AT)
    assert len(evening.told("item:protected")) == 1
    with pytest.raises(InvalidInput, match="skyddade"):
        judge_item(
            evening.session,
            evening.occurrence,
            first,
            evening.answers(Answer.NO, "Kort sagt fel."),
            actor=evening.verifier,
            at=AT,
        )
    evening.judge(first, Answer.NO)
    judge_item(
        evening.session,
        evening.occurrence,
        second,
        evening.answers(Answer.NO, "Skäl saknas."),
        actor=evening.verifier,
        at=AT,
    )
    with pytest.raises(InvalidTransition, match="Töm kommentaren"):
        mark_protected(evening.session, evening.occurrence, second, actor=evening.verifier, at=AT)
    with pytest.raises(InvalidTransition, match="ingenting skrivs"):
        record_finding(
            evening.session,
            evening.occurrence,
            item=first,
            severity=Severity.MINOR,
            description="Skäl saknas.",
            cause=None,
            actor=evening.verifier,
            at=AT,
        )


def test_a_note_needs_the_boards_decision_and_goes_with_the_minutes(evening: Evening) -> None:
    evening.draw()
    first, second, _ = evening.items()
    manager = actor_of(make_user(evening.session, Role.UNIT_MANAGER, evening.board))
    secretary = actor_of(make_user(evening.session, Role.SECRETARY, evening.board))

    def note(item: SampleItem, text: str = "Beslutet togs samma dag.") -> CaseNote:
        return write_note(
            evening.session,
            evening.occurrence,
            item,
            text,
            row_version=0,
            actor=manager,
            at=AT,
        )

    with pytest.raises(InvalidTransition, match="muntligt"):
        note(first)
    allow_notes(
        evening.session,
        evening.board,
        body="Socialnämnden",
        decided_on=date(2020, 1, 22),
        paragraph="9",
        actor=secretary,
        at=AT,
    )
    made = note(first)
    third = note(evening.items()[2], "Ska snart märkas som skyddat.")
    mark_protected(
        evening.session, evening.occurrence, evening.items()[2], actor=evening.verifier, at=AT
    )
    evening.session.refresh(third)
    assert third.text is None
    with pytest.raises(InvalidInput):
        note(second, f"Se {second.reference}.")
    mark_protected(evening.session, evening.occurrence, second, actor=evening.verifier, at=AT)
    with pytest.raises(InvalidTransition, match="muntligt"):
        note(second)
    assert "samma dag" not in str(evening.told("case-note:written"))
    later = AT + timedelta(days=10)
    with pytest.raises(InvalidInput, match="justerades"):
        verify_minutes(
            evening.session, evening.meeting, date(2020, 3, 11), actor=secretary, at=later
        )
    gone = verify_minutes(
        evening.session, evening.meeting, date(2020, 3, 18), actor=secretary, at=later
    )
    evening.session.refresh(made)
    assert (gone, made.text, made.purged_at) == (1, None, later)
    with pytest.raises(InvalidTransition, match="justerat"):
        note(evening.items()[2])


def test_what_cannot_wait_is_kind_function_and_day_and_no_case(evening: Evening) -> None:
    evening.draw()
    noticed = AT - timedelta(hours=30)

    def hand(**more: object) -> UrgentHandover:
        values = {
            "kind": UrgentKind.PERSONAL_DATA_BREACH,
            "handed_to": "dataskyddsombudet",
            "handed_on": date(2020, 3, 11),
            "noticed_at": noticed,
            **more,
        }
        return hand_over(
            evening.session,
            evening.occurrence,
            actor=evening.verifier,
            at=AT,
            **values,  # type: ignore[arg-type]
        )

    row = hand()
    deadline = deadline_of(row, AT)
    assert deadline is not None
    assert (deadline.due_at, deadline.hours_left) == (noticed + timedelta(hours=72), 42)
    assert deadline_of(row, AT + timedelta(hours=43)).hours_left == -1  # type: ignore[union-attr]
    for wrong in (
        {"noticed_at": None},
        {"handed_to": ""},
        {"handed_to": "ombudet 070 123"},
        {"handed_to": evening.items()[0].reference},
        {"handed_on": date(2020, 3, 12)},
        {"kind": UrgentKind.LEX_SARAH},
    ):
        with pytest.raises(InvalidInput):
            hand(**wrong)
    assert deadline_of(hand(kind=UrgentKind.LEX_SARAH, noticed_at=None), AT) is None
    columns = set(UrgentHandover.__table__.columns.keys())
    assert not columns & {"item_id", "position", "reference", "text", "description"}
    told = evening.told("urgent:handed-over")
    assert set(told[0]["data"]) == {"kind", "handed_on"}  # type: ignore[call-overload]
