"""An individutskott's meeting: who draws, who steps aside, whose outcome it is, what is written."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.findings.models import Severity
from internkontroll.findings.services import record_finding
from internkontroll.organisation.models import Board, Meeting, MeetingState, Subcommittee
from internkontroll.plan.models import Control
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind
from internkontroll.review.models import (
    Answer,
    CaseNote,
    Conclusion,
    ItemResult,
    UrgentHandover,
    UrgentKind,
)
from internkontroll.review.queries import deadline_of
from internkontroll.review.queries import testers_of as people_who_tested
from internkontroll.review.services import (
    allow_notes,
    confirm_outcome,
    decide_outcome,
    hand_over,
    judge_item,
    mark_protected,
    prepare_review,
    sign_conclusion,
    verify_minutes,
    write_conclusion,
    write_note,
)
from internkontroll.sampling.models import Draw, SampleItem, SeedSource, SelectionMethod
from internkontroll.sampling.services import commit_draw, seed_draw
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.queries import conflicts_of, reviewed_kinds
from internkontroll.schedule.services import name_verifier, record_conflict, withdraw_conflict
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.factories import (
    actor_of,
    make_board,
    make_control,
    make_frozen_list,
    make_meeting,
    make_occurrence,
    make_plan,
    make_subcommittee,
    make_user,
)

AT = datetime(2020, 3, 11, 18, tzinfo=UTC)
KINDS = ("särskilda kostnader", "avslutade utan åtgärd", "inte inledda")
TEXT = "Utskottet går igenom endera:\n" + "\n".join(f"- {kind}" for kind in KINDS)


@dataclass
class Evening:
    """A meeting on 12 March 2020 with a frozen list of nine cases."""

    session: Session
    board: Board
    committee: Subcommittee
    meeting: Meeting
    control: Control
    occurrence: Occurrence
    verifier_user: User
    other_user: User
    chair_user: User

    @property
    def verifier(self) -> Actor:
        return actor_of(self.verifier_user)

    @property
    def other(self) -> Actor:
        return actor_of(self.other_user)

    @property
    def chair(self) -> Actor:
        return actor_of(self.chair_user)

    def name(self, substitute: bool = False) -> None:
        name_verifier(
            self.session,
            self.meeting,
            verifier_id=self.verifier_user.id,
            substitute_id=self.other_user.id if substitute else None,
            row_version=0,
            actor=self.chair,
            at=AT,
        )

    def choose(self, kind: str = KINDS[0], *, protected: int = 0) -> None:
        prepare_review(
            self.session,
            self.occurrence,
            case_kind=kind,
            protected=protected,
            row_version=0,
            actor=self.chair,
            at=AT,
        )

    def commit(self, actor: Actor, size: int = 9) -> Draw:
        rows = [(f"SCN 2020-{number:05d}", None) for number in range(1, size + 1)]
        population = make_frozen_list(self.session, self.occurrence, rows, secret=True)
        return commit_draw(
            self.session,
            population,
            [self.occurrence],
            method=SelectionMethod.SRS_TICKET,
            n=3,
            actor=actor,
            at=AT,
        )

    def draw(self, handled: tuple[int, ...] = ()) -> Draw:
        self.name()
        self.choose()
        draw = self.commit(self.verifier)
        return seed_draw(
            self.session,
            draw,
            source=SeedSource.SYSTEM,
            handled_rows=handled,
            actor=self.verifier,
            at=AT,
        )

    def items(self) -> list[SampleItem]:
        return list(self.session.scalars(sa.select(SampleItem).order_by(SampleItem.position)).all())

    def answers(
        self, answer: Answer, comment: str | None = None
    ) -> dict[int, tuple[Answer, str | None]]:
        return {criterion.id: (answer, comment) for criterion in self.control.criteria}

    def judge(self, item: SampleItem, answer: Answer = Answer.YES, by: Actor | None = None) -> None:
        judge_item(
            self.session,
            self.occurrence,
            item,
            self.answers(answer),
            actor=by or self.verifier,
            at=AT,
        )

    def hand_in(self) -> Conclusion:
        self.draw()
        for item in self.items():
            self.judge(item)
        return write_conclusion(
            self.session, self.occurrence, "Inget att anmärka på.", actor=self.verifier, at=AT
        )

    def told(self, event: str) -> list[dict[str, object]]:
        rows = self.session.scalars(
            sa.select(TrailPayload.body)
            .join(TrailRow, TrailRow.id == TrailPayload.row_id)
            .where(TrailRow.event == event)
            .order_by(TrailRow.seq)
        )
        return [dict(row) for row in rows]


@pytest.fixture
def evening(session: Session) -> Evening:
    board = make_board(session)
    committee = make_subcommittee(session, board)
    control = make_control(
        session,
        make_plan(session, board, decided=True),
        text=TEXT,
        frequency=Frequency.PER_MEETING,
        sample_kind=SampleKind.AT_LEAST,
        sample_n=3,
    )
    meeting = make_meeting(session, board, committee, date(2020, 3, 12))
    occurrence = make_occurrence(session, control, meeting=meeting)
    people = [
        make_user(session, role, board, committee)
        for role in (Role.MEMBER, Role.MEMBER, Role.CHAIR)
    ]
    return Evening(session, board, committee, meeting, control, occurrence, *people)


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


def test_the_drawer_declares_what_they_have_handled_and_does_not_judge_it(
    evening: Evening,
) -> None:
    evening.name()
    evening.choose()
    draw = evening.commit(evening.verifier)
    with pytest.raises(InvalidInput, match="handlagt"):
        seed_draw(evening.session, draw, source=SeedSource.SYSTEM, actor=evening.verifier, at=AT)
    with pytest.raises(InvalidInput, match="9 rader"):
        seed_draw(
            evening.session,
            draw,
            source=SeedSource.SYSTEM,
            handled_rows=(10,),
            actor=evening.verifier,
            at=AT,
        )
    every_row = tuple(range(1, 10))
    seed_draw(
        evening.session,
        draw,
        source=SeedSource.SYSTEM,
        handled_rows=every_row,
        actor=evening.verifier,
        at=AT,
    )
    assert evening.told("draw:seeded")[0]["data"]["handled_rows"] == list(every_row)  # type: ignore[index]
    with pytest.raises(NotAllowed, match="handlagt ärende 1"):
        evening.judge(evening.items()[0])
    evening.judge(evening.items()[0], by=evening.other)


def test_one_who_has_stepped_aside_neither_draws_nor_judges(evening: Evening) -> None:
    evening.name()
    evening.choose()
    row = record_conflict(
        evening.session,
        evening.occurrence,
        user_id=evening.verifier_user.id,
        member=None,
        position=None,
        actor=evening.verifier,
        at=AT,
    )
    with pytest.raises(NotAllowed, match="jäv"):
        evening.commit(evening.verifier)
    with pytest.raises(NotAllowed, match="dig själv"):
        withdraw_conflict(evening.session, evening.occurrence, row, actor=evening.verifier, at=AT)
    withdraw_conflict(evening.session, evening.occurrence, row, actor=evening.chair, at=AT)
    assert conflicts_of(evening.session, [evening.occurrence.id]) == []
    evening.commit(evening.verifier)


def test_jav_in_one_case_leaves_the_others_to_judge(evening: Evening) -> None:
    evening.draw()
    first, second, _ = evening.items()
    record_conflict(
        evening.session,
        evening.occurrence,
        user_id=evening.verifier_user.id,
        member=None,
        position=1,
        actor=evening.chair,
        at=AT,
    )
    with pytest.raises(NotAllowed, match="jäv för ärende 1"):
        evening.judge(first)
    evening.judge(second)


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


def test_the_committee_may_judge_otherwise_and_its_figures_are_signed(evening: Evening) -> None:
    evening.hand_in()
    first = evening.items()[0]
    with pytest.raises(InvalidInput, match="varför"):
        decide_outcome(
            evening.session,
            evening.occurrence,
            first,
            evening.answers(Answer.NO),
            "",
            actor=evening.chair,
            at=AT,
        )
    decide_outcome(
        evening.session,
        evening.occurrence,
        first,
        evening.answers(Answer.NO),
        "Skälen framgår inte av beslutet.",
        actor=evening.chair,
        at=AT,
    )
    signed = confirm_outcome(
        evening.session, evening.occurrence, "Ett ärende brister.", actor=evening.chair, at=AT
    )
    assert (signed.deviating, signed.signed_by_id) == (1, evening.chair_user.id)
    assert evening.occurrence.state is OccurrenceState.APPROVED
    rows = evening.session.scalars(
        sa.select(ItemResult).where(ItemResult.item_id == first.id).order_by(ItemResult.revision)
    ).all()
    assert [(row.answer, row.by_committee) for row in rows] == [
        (Answer.YES, False),
        (Answer.NO, True),
    ]
    assert evening.chair_user.id not in people_who_tested(evening.session, evening.occurrence.id)
    assert len(evening.told("committee:outcome-decided")) == 1


def test_nobody_but_a_chair_without_part_in_it_confirms(evening: Evening) -> None:
    conclusion = evening.hand_in()
    reviewer = actor_of(make_user(evening.session, Role.REVIEWER, evening.board))
    for actor in (reviewer, evening.other, evening.verifier):
        with pytest.raises(NotAllowed):
            sign_conclusion(
                evening.session, evening.occurrence, shown=conclusion.id, actor=actor, at=AT
            )
    evening.session.refresh(conclusion)
    assert conclusion.signed_at is None


def test_the_answer_of_one_who_steps_aside_later_waits_for_the_committees_own(
    evening: Evening,
) -> None:
    evening.hand_in()
    record_conflict(
        evening.session,
        evening.occurrence,
        user_id=evening.verifier_user.id,
        member=None,
        position=2,
        actor=evening.chair,
        at=AT,
    )
    with pytest.raises(InvalidTransition, match="Nummer 2"):
        confirm_outcome(evening.session, evening.occurrence, "", actor=evening.chair, at=AT)
    decide_outcome(
        evening.session,
        evening.occurrence,
        evening.items()[1],
        evening.answers(Answer.YES),
        "Utskottet gör samma bedömning.",
        actor=evening.chair,
        at=AT,
    )
    signed = confirm_outcome(evening.session, evening.occurrence, "", actor=evening.chair, at=AT)
    assert signed.deviating == 0


def test_a_chair_who_has_stepped_aside_does_not_confirm(evening: Evening) -> None:
    evening.hand_in()
    record_conflict(
        evening.session,
        evening.occurrence,
        user_id=evening.chair_user.id,
        member=None,
        position=3,
        actor=evening.other,
        at=AT,
    )
    with pytest.raises(NotAllowed, match="jäv"):
        confirm_outcome(evening.session, evening.occurrence, "", actor=evening.chair, at=AT)


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
