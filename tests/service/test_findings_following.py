"""A finding is followed to its end: put right, acted against, tested again, ended by another."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.findings.models import (
    Action,
    ActionMove,
    ActionState,
    Closing,
    ClosingOutcome,
    Correction,
    CorrectionOutcome,
    Finding,
    FindingRevision,
    FindingState,
    Retest,
    Severity,
)
from internkontroll.findings.queries import (
    action_select,
    actions_select,
    earlier_texts,
    facts_of,
    follow_up_of,
    open_actions_of,
    possible_responsibles,
    retest_candidates,
    was_mistaken,
)
from internkontroll.findings.queries.register import ActionFilters, Filters, Standing
from internkontroll.findings.queries.register import findings_select as register
from internkontroll.findings.rules import Step, next_step
from internkontroll.findings.services import (
    add_action,
    assign_action,
    cancel_action,
    choose_retest,
    close_finding,
    finish_action,
    may_close,
    move_action,
    order_retest,
    record_correction,
    record_finding,
    reopen_finding,
    revise_finding,
    start_action,
)
from internkontroll.monitoring.queries import facts_for
from internkontroll.monitoring.rules import Source, finding_facts
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.reporting.queries import find_point
from internkontroll.reporting.queries.facts import report_facts
from internkontroll.review.models import Answer, Basis, Conclusion
from internkontroll.review.services import judge_item
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.models import TrailPayload
from internkontroll.trail.queries import history_of
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

AT = datetime(2020, 4, 1, 9, tzinfo=UTC)
DUE = date(2020, 5, 1)


def later(days: int) -> datetime:
    return AT + timedelta(days=days)


@dataclass
class Found:
    """A finding about a case in IU1, the people around it, and a later occurrence."""

    board: Board
    committee: Subcommittee
    occurrence: Occurrence
    later: Occurrence
    finding: Finding
    manager: User
    controller: Actor
    reviewer: Actor

    @property
    def managing(self) -> Actor:
        return actor_of(self.manager)


@pytest.fixture
def found(session: Session) -> Found:
    board = make_board(session)
    committee = make_subcommittee(session, board)
    control = make_control(session, make_plan(session, board, decided=True))
    first = make_meeting(session, board, committee, date(2020, 3, 12))
    second = make_meeting(session, board, committee, date(2020, 6, 12))
    occurrence = make_occurrence(session, control, meeting=first, state=OccurrenceState.STARTED)
    item = make_drawn_sample(session, occurrence).items[0]
    tester = actor_of(make_user(session, Role.MEMBER, board, committee))
    answers = {control.criteria[0].id: (Answer.NO, None)}
    judge_item(session, occurrence, item, answers, actor=tester, at=AT)
    finding = record_finding(
        session,
        occurrence,
        item=item,
        severity=Severity.MATERIAL,
        description="Skälen saknas.",
        cause=None,
        actor=tester,
        at=AT,
    )
    return Found(
        board,
        committee,
        occurrence,
        make_occurrence(session, control, meeting=second),
        finding,
        make_user(session, Role.UNIT_MANAGER, board),
        actor_of(make_user(session, Role.CONTROLLER, board)),
        actor_of(make_user(session, Role.REVIEWER, board)),
    )


def correct(session: Session, found: Found, **changed: Any) -> Correction:
    given: dict[str, Any] = {
        "outcome": CorrectionOutcome.CORRECTED,
        "text": "Skälen är tillagda i beslutet.",
        "done_on": date(2020, 4, 1),
        "done_by": "Utredning vuxna",
        "actor": found.managing,
        "at": AT,
    }
    return record_correction(session, found.finding, **{**given, **changed})


def act(session: Session, found: Found, **changed: Any) -> Action:
    given: dict[str, Any] = {
        "description": "Lägg in en påminnelse i mallen.",
        "responsible": found.manager,
        "due_on": DUE,
        "actor": found.controller,
        "at": AT,
    }
    return add_action(session, found.finding, **{**given, **changed})


def finish(session: Session, found: Found, action: Action, at: datetime = AT) -> Action:
    return finish_action(
        session,
        action,
        outcome="Påminnelsen finns.",
        done_on=at.date(),
        actor=found.managing,
        at=at,
    )


def sign(
    session: Session, found: Found, *, written: datetime | None = None, deviating: int = 0
) -> None:
    """The retest's conclusion, signed."""
    writer, signer = (make_user(session, Role.REVIEWER, found.board) for _ in range(2))
    session.add(
        Conclusion(
            occurrence_id=found.later.id,
            text="Bra.",
            reviewed=3,
            population_size=21,
            deviating=deviating,
            is_random=True,
            basis=Basis.SAMPLE,
            written_by_id=writer.id,
            written_at=written or later(70),
            signed_by_id=signer.id,
            signed_at=(written or later(70)) + timedelta(days=1),
        )
    )
    found.later.state = OccurrenceState.APPROVED
    session.flush()


def step(session: Session, found: Found) -> Step:
    """The next step by the finding's own rows; the start page's sums must give the same one."""
    own = next_step(facts_of(session, [found.finding])[found.finding.id])
    facts = facts_for(session, found.controller, [found.board.id], later(100).date())
    waiting = [fact for fact in facts if fact.source is Source.FINDING]
    summed = [next_step(finding_facts(fact)) for fact in waiting]
    assert summed == ([] if own is Step.DONE else [own])
    return own


def close(session: Session, found: Found, outcome: ClosingOutcome, **changed: Any) -> Closing:
    given = {"actor": found.reviewer, "at": later(80)}
    return close_finding(session, found.finding, outcome, **{**given, **changed})


def test_a_finding_is_followed_from_correction_to_its_end(session: Session, found: Found) -> None:
    assert step(session, found) is Step.CORRECT
    correct(session, found)
    assert step(session, found) is Step.ADD_ACTION
    action = act(session, found)
    assert step(session, found) is Step.DO_ACTIONS
    start_action(session, action, actor=found.managing, at=later(3))
    finish(session, found, action, later(10))
    assert step(session, found) is Step.CHOOSE_RETEST
    choose_retest(session, found.finding, found.later, actor=found.controller, at=later(11))
    assert step(session, found) is Step.AWAIT_RETEST
    sign(session, found)
    assert step(session, found) is Step.CLOSE
    closing = close(session, found, ClosingOutcome.RETESTED)
    assert step(session, found) is Step.DONE
    assert closing.retest_id is not None
    assert found.finding.state is FindingState.CLOSED
    events = [row.event for row in history_of(session, "SCN", "finding", found.finding.id)]
    assert list(reversed(events)) == [
        "finding:recorded",
        "finding:corrected",
        "action:added",
        "action:started",
        "action:done",
        "finding:retest-chosen",
        "finding:closed",
    ]


def test_a_correction_needs_its_day_and_who_and_a_later_one_counts(
    session: Session, found: Found
) -> None:
    for field, missing in (("text", " "), ("done_on", None), ("done_by", "")):
        with pytest.raises(InvalidInput) as refused:
            correct(session, found, **{field: missing})
        assert refused.value.field == field
    with pytest.raises(InvalidInput, match="inte varit än"):
        correct(session, found, done_on=date(2020, 4, 2))
    with pytest.raises(InvalidInput) as negative:
        correct(session, found, amount=-1)
    assert negative.value.field == "amount"

    correct(session, found, amount=120000)
    why = "Beslutet är verkställt och kan inte göras om."
    correct(session, found, outcome=CorrectionOutcome.IMPOSSIBLE, text=why, at=later(1))
    follow_up = follow_up_of(session, found.finding)
    assert [row.amount for row in follow_up.corrections] == [None, 120000]
    assert follow_up.correction is not None
    assert follow_up.correction.done_on is None
    assert follow_up.correction.text == why


@pytest.mark.parametrize("text", ["Rör 811228-9874.", "Rör SCN 2020-00007.", "x" * 4001])
def test_no_person_and_no_case_is_named_in_what_was_done(
    session: Session, found: Found, text: str
) -> None:
    action = act(session, found)
    tries: list[Callable[[], object]] = [
        lambda: correct(session, found, text=text),
        lambda: correct(session, found, done_by=text),
        lambda: act(session, found, description=text),
        lambda: move_action(session, action, date(2020, 6, 1), text, actor=found.controller, at=AT),
        lambda: cancel_action(session, action, text, actor=found.controller, at=AT),
        lambda: close(session, found, ClosingOutcome.MISTAKEN, reason=text),
        lambda: finish_action(
            session, action, outcome=text, done_on=AT.date(), actor=found.managing, at=AT
        ),
    ]
    for attempt in tries:
        with pytest.raises(InvalidInput):
            attempt()
    assert action.state is ActionState.PLANNED


def test_a_day_is_moved_with_a_reason_and_every_move_stays(session: Session, found: Found) -> None:
    action = act(session, found)

    def move(day: date, reason: str = "Systemet byttes.", **more: Any) -> Action:
        return move_action(session, action, day, reason, actor=found.controller, at=AT, **more)

    with pytest.raises(InvalidInput, match="varför"):
        move(date(2020, 6, 1), " ")
    with pytest.raises(InvalidInput, match="samma dag"):
        move(DUE)
    with pytest.raises(InvalidInput, match="redan varit"):
        move(date(2020, 3, 31))
    seen = action.row_version
    move(date(2020, 6, 1))
    move(date(2020, 7, 1))
    with pytest.raises(Conflict, match=r"1 juli 2020.*1 augusti 2020"):
        move(date(2020, 8, 1), row_version=seen)
    rows = session.scalars(sa.select(ActionMove).order_by(ActionMove.id)).all()
    assert [(row.old_due_on, row.new_due_on) for row in rows] == [
        (DUE, date(2020, 6, 1)),
        (date(2020, 6, 1), date(2020, 7, 1)),
    ]
    assert action.due_on == date(2020, 7, 1)


def test_an_action_goes_one_way_and_ends_once(session: Session, found: Found) -> None:
    action = act(session, found)
    start_action(session, action, actor=found.managing, at=AT)
    with pytest.raises(InvalidTransition, match="pågår redan"):
        start_action(session, action, actor=found.managing, at=AT)
    with pytest.raises(InvalidInput, match="inte varit än"):
        finish_action(session, action, outcome="Klart.", done_on=DUE, actor=found.managing, at=AT)
    finish(session, found, action)
    for attempt in (
        lambda: start_action(session, action, actor=found.managing, at=AT),
        lambda: finish(session, found, action),
        lambda: cancel_action(session, action, "Behövs inte.", actor=found.controller, at=AT),
        lambda: move_action(session, action, DUE, "Sent.", actor=found.controller, at=AT),
    ):
        with pytest.raises(InvalidTransition, match="Genomförd"):
            attempt()
    other = cancel_action(
        session, act(session, found), "Ersätts av ett nytt system.", actor=found.controller, at=AT
    )
    assert (other.number, other.state, other.outcome) == (
        2,
        ActionState.CANCELLED,
        "Ersätts av ett nytt system.",
    )


def test_a_change_of_state_by_somebody_else_is_not_overwritten(
    session: Session, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = act(session, found)
    real = session.refresh

    def refresh_then_lose(instance: object, *rest: Any, **more: Any) -> None:
        real(instance, *rest, **more)
        if instance is action:
            session.execute(
                sa.update(Action)
                .values(row_version=Action.row_version + 1)
                .execution_options(synchronize_session=False)
            )

    monkeypatch.setattr(session, "refresh", refresh_then_lose)
    with pytest.raises(Conflict):
        start_action(session, action, actor=found.managing, at=AT)


def test_only_somebody_with_a_role_there_answers_for_an_action(
    session: Session, found: Found
) -> None:
    other = make_subcommittee(session, found.board, "IU2", "Individutskott 2")
    strangers = [
        make_user(session, Role.READER, found.board),
        make_user(session, Role.RESPONSIBLE, found.board, other),
        make_user(session, Role.UNIT_MANAGER, make_board(session, "AMN", "Arbete")),
        make_user(session, Role.UNIT_MANAGER, found.board, valid_to=date(2020, 3, 31)),
    ]
    for stranger in strangers:
        with pytest.raises(InvalidInput) as refused:
            act(session, found, responsible=stranger)
        assert refused.value.field == "responsible"
    inside = make_user(session, Role.RESPONSIBLE, found.board, found.committee)
    assert act(session, found, responsible=inside).responsible_id == inside.id
    able = possible_responsibles(session, found.board.id, found.committee.id, AT.date())
    assert not {user.id for user in able} & {user.id for user in strangers}


def test_an_action_changes_hands_with_a_reason(session: Session, found: Found) -> None:
    action = act(session, found)
    heir = make_user(session, Role.RESPONSIBLE, found.board)

    def assign(reason: str, **more: Any) -> Action:
        return assign_action(
            session, action, heir, reason=reason, actor=found.controller, at=AT, **more
        )

    with pytest.raises(InvalidInput, match="byter person"):
        assign("")
    with pytest.raises(Conflict, match=found.manager.title):
        assign("Byter tjänst.", row_version=77)
    assign("Byter tjänst.")
    assert [row.id for row in open_actions_of(session, heir.id)] == [action.id]
    assert open_actions_of(session, found.manager.id) == []
    version = action.row_version
    assert assign("Samma igen.").row_version == version


def test_a_retest_is_a_later_occurrence_of_the_same_control_and_committee(
    session: Session, found: Found
) -> None:
    plan = found.occurrence.control.plan
    stranger = make_occurrence(
        session,
        make_control(session, plan),
        meeting=make_meeting(session, found.board, found.committee, date(2020, 9, 9)),
    )
    other = make_subcommittee(session, found.board, "IU2", "Individutskott 2")
    neighbour = make_occurrence(
        session,
        found.occurrence.control,
        meeting=make_meeting(session, found.board, other, date(2020, 9, 10)),
    )
    early = make_occurrence(
        session,
        found.occurrence.control,
        meeting=make_meeting(session, found.board, found.committee, date(2020, 2, 1)),
    )
    undone = make_occurrence(
        session,
        found.occurrence.control,
        meeting=make_meeting(session, found.board, found.committee, date(2020, 10, 1)),
        state=OccurrenceState.NOT_PERFORMED,
    )
    assert [row.id for row in retest_candidates(session, found.finding)] == [found.later.id]
    for wrong in (stranger, neighbour, early, undone, found.occurrence):
        with pytest.raises(InvalidInput, match="Välj ett i listan"):
            choose_retest(session, found.finding, wrong, actor=found.controller, at=AT)
    chosen = choose_retest(session, found.finding, found.later, actor=found.controller, at=AT)
    again = choose_retest(session, found.finding, found.later, actor=found.controller, at=AT)
    assert again is chosen


def test_a_retest_of_its_own_is_added_to_the_plan_that_holds_then(
    session: Session, found: Found
) -> None:
    def order(day: date | None) -> Retest:
        return order_retest(session, found.finding, day, actor=found.controller, at=AT)

    for day in (None, date(2020, 3, 31), date(2021, 2, 1)):
        with pytest.raises(InvalidInput) as refused:
            order(day)
        assert refused.value.field == "due_on"
    first, second = order(date(2020, 8, 1)), order(date(2020, 9, 1))
    assert first.occurrence.wanted_because == "Omtest av avvikelse 2020:1 (SCN)"
    assert first.occurrence.origin != second.occurrence.origin
    assert second.occurrence.subcommittee_id == found.committee.id
    latest = follow_up_of(session, found.finding).retest
    assert latest is not None
    assert latest.occurrence.due_on == date(2020, 9, 1)


def test_a_retest_that_dies_has_to_be_chosen_again(session: Session, found: Found) -> None:
    correct(session, found)
    finish(session, found, act(session, found))
    choose_retest(session, found.finding, found.later, actor=found.controller, at=AT)
    found.later.state = OccurrenceState.NOT_PERFORMED
    session.flush()
    assert step(session, found) is Step.CHOOSE_RETEST
    with pytest.raises(InvalidTransition, match="Inget omtest"):
        close(session, found, ClosingOutcome.RETESTED)


def test_ending_as_retested_says_everything_that_is_missing(session: Session, found: Found) -> None:
    with pytest.raises(InvalidTransition, match=r"inte rättad.*Ingen åtgärd är genomförd"):
        close(session, found, ClosingOutcome.RETESTED)
    correct(session, found)
    action = act(session, found)
    with pytest.raises(InvalidTransition, match="inte klar"):
        close(session, found, ClosingOutcome.RETESTED)
    finish(session, found, action, later(75))
    choose_retest(session, found.finding, found.later, actor=found.controller, at=later(76))
    with pytest.raises(InvalidTransition, match="inte underskrivet"):
        close(session, found, ClosingOutcome.RETESTED)
    sign(session, found, written=later(70), deviating=1)
    with pytest.raises(InvalidTransition, match="innan åtgärden var klar"):
        close(session, found, ClosingOutcome.RETESTED)


def test_a_retest_that_deviates_needs_a_reason_to_be_enough(session: Session, found: Found) -> None:
    correct(session, found)
    finish(session, found, act(session, found))
    choose_retest(session, found.finding, found.later, actor=found.controller, at=AT)
    sign(session, found, deviating=1)
    with pytest.raises(InvalidTransition, match="1 avvikande av 3"):
        close(session, found, ClosingOutcome.RETESTED)
    reason = "Felet är ett annat än det som åtgärden gällde."
    assert close(session, found, ClosingOutcome.RETESTED, reason=reason).reason == reason


def test_an_accepted_risk_has_a_reason_and_somebody_who_accepted_it(
    session: Session, found: Found
) -> None:
    with pytest.raises(InvalidInput) as refused:
        close(session, found, ClosingOutcome.RISK_ACCEPTED, accepted_by="Nämnden")
    assert refused.value.field == "reason"
    with pytest.raises(InvalidInput) as nobody:
        close(session, found, ClosingOutcome.RISK_ACCEPTED, reason="Risken är liten.")
    assert nobody.value.field == "accepted_by"
    with pytest.raises(InvalidTransition, match="inte rättad"):
        close(session, found, ClosingOutcome.RISK_ACCEPTED, reason="Liten.", accepted_by="Nämnden")
    correct(session, found, outcome=CorrectionOutcome.IMPOSSIBLE)
    ended = close(
        session, found, ClosingOutcome.RISK_ACCEPTED, reason="Liten.", accepted_by="Nämnden"
    )
    assert ended.accepted_by == "Nämnden"


def test_a_mistaken_observation_needs_no_correction_but_no_open_action(
    session: Session, found: Found
) -> None:
    action = act(session, found)
    with pytest.raises(InvalidTransition, match="inte klar"):
        close(session, found, ClosingOutcome.MISTAKEN, reason="Skälen fanns i bilagan.")
    cancel_action(session, action, "Felet fanns inte.", actor=found.controller, at=AT)
    close(session, found, ClosingOutcome.MISTAKEN, reason="Skälen fanns i bilagan.")

    def mistaken(minutes: int) -> bool:
        one = sa.select(Finding.id).where(Finding.id == found.finding.id)
        return session.scalar(one.where(was_mistaken(later(minutes)))) is not None

    assert not mistaken(79)
    assert mistaken(80)
    reopen_finding(
        session, found.finding, "Bilagan gällde ett annat.", actor=found.reviewer, at=later(90)
    )
    assert mistaken(85)
    assert not mistaken(90)


def test_who_answers_for_an_action_does_not_end_the_finding(session: Session, found: Found) -> None:
    correct(session, found)
    director = make_user(session, Role.DIRECTOR, found.board)
    action = act(session, found, responsible=director)
    finish(session, found, action)
    ended = {"reason": "Liten.", "accepted_by": "Nämnden"}
    for person in (actor_of(director), found.managing):
        with pytest.raises(NotAllowed):
            close(session, found, ClosingOutcome.RISK_ACCEPTED, actor=person, **ended)
    with pytest.raises(NotAllowed, match="själv ansvarig"):
        close(session, found, ClosingOutcome.RISK_ACCEPTED, actor=actor_of(director), **ended)
    with pytest.raises(NotAllowed, match="av en person"):
        close(session, found, ClosingOutcome.RISK_ACCEPTED, actor=system_actor("drift"), **ended)
    assert not may_close(session, found.finding, actor_of(director))
    assert may_close(session, found.finding, found.reviewer)
    assert close(session, found, ClosingOutcome.RISK_ACCEPTED, **ended).id


def test_a_cancelled_action_binds_nobody(session: Session, found: Found) -> None:
    director = make_user(session, Role.DIRECTOR, found.board)
    action = act(session, found, responsible=director)
    cancel_action(session, action, "Behövs inte.", actor=actor_of(director), at=AT)
    assert may_close(session, found.finding, actor_of(director))


def test_an_ended_finding_stands_until_it_is_opened_again(session: Session, found: Found) -> None:
    action = act(session, found)
    cancel_action(session, action, "Behövs inte.", actor=found.controller, at=AT)
    close(session, found, ClosingOutcome.MISTAKEN, reason="Skälen fanns i bilagan.")
    for attempt in (
        lambda: correct(session, found),
        lambda: act(session, found),
        lambda: choose_retest(session, found.finding, found.later, actor=found.controller, at=AT),
        lambda: close(session, found, ClosingOutcome.MISTAKEN, reason="Igen."),
        lambda: revise(session, found),
    ):
        with pytest.raises(InvalidTransition, match="avslutad"):
            attempt()
    with pytest.raises(InvalidInput, match="varför"):
        reopen_finding(session, found.finding, " ", actor=found.reviewer, at=later(81))
    reopen_finding(session, found.finding, "Fel bilaga.", actor=found.reviewer, at=later(81))
    with pytest.raises(InvalidTransition, match="redan öppen"):
        reopen_finding(session, found.finding, "Igen.", actor=found.reviewer, at=later(82))
    close(session, found, ClosingOutcome.MISTAKEN, reason="Rätt bilaga.", at=later(83))
    rows = follow_up_of(session, found.finding).closings
    assert [(row.reason, row.reopen_reason) for row in rows] == [
        ("Rätt bilaga.", None),
        ("Skälen fanns i bilagan.", "Fel bilaga."),
    ]


def revise(session: Session, found: Found, **changed: Any) -> Finding:
    given: dict[str, Any] = {
        "severity": Severity.SERIOUS,
        "description": "Skälen saknas, och den enskilde har inte fått veta det.",
        "cause": None,
        "reason": "Fler uppgifter kom fram.",
        "row_version": found.finding.row_version,
        "actor": found.controller,
        "at": later(5),
    }
    return revise_finding(session, found.finding, **{**given, **changed})


def test_what_a_finding_said_before_can_be_read_as_of_then(session: Session, found: Found) -> None:
    ids = [found.finding.id]
    revise(session, found)
    revise(session, found, severity=Severity.MINOR, at=later(9), reason="Den hade fått veta.")
    assert found.finding.severity is Severity.MINOR
    then = earlier_texts(session, ids, later(4))
    assert (then[ids[0]].severity, then[ids[0]].description) == (
        Severity.MATERIAL,
        "Skälen saknas.",
    )
    assert earlier_texts(session, ids, later(5))[ids[0]].severity is Severity.SERIOUS
    assert earlier_texts(session, ids, later(9)) == {}
    rows = session.scalars(sa.select(FindingRevision).order_by(FindingRevision.revision)).all()
    assert [row.reason for row in rows] == ["Fler uppgifter kom fram.", "Den hade fått veta."]


def test_a_report_goes_on_telling_what_was_known_at_its_cut_off(
    session: Session, found: Found
) -> None:
    make_points(session, found.board)
    entry = find_point(session, found.board.id, 2020, "april")
    assert entry is not None
    cancelled = act(session, found)
    revise(session, found, at=later(5))
    cancel_action(session, cancelled, "Behövs inte.", actor=found.controller, at=later(6))
    close(session, found, ClosingOutcome.MISTAKEN, reason="Skälen fanns.", at=later(9))

    def told(moment: datetime) -> list[tuple[Severity, str]]:
        facts = report_facts(session, found.board, entry, known_at=moment)
        assert facts is not None
        return [(fact.severity, fact.description) for fact in facts.findings]

    assert told(later(4)) == [(Severity.MATERIAL, "Skälen saknas.")]
    assert [severity for severity, _ in told(later(8))] == [Severity.SERIOUS]
    assert told(later(9)) == []


def test_a_change_has_a_reason_and_loses_to_an_earlier_one(session: Session, found: Found) -> None:
    with pytest.raises(InvalidInput) as refused:
        revise(session, found, reason=" ")
    assert refused.value.field == "reason"
    seen = found.finding.row_version
    revise(session, found)
    with pytest.raises(Conflict):
        revise(session, found, row_version=seen, severity=Severity.MINOR)
    assert found.finding.severity is Severity.SERIOUS
    same = revise(session, found, reason="")
    assert same.row_version == seen + 1
    bodies = " ".join(str(body) for body in session.scalars(sa.select(TrailPayload.body)))
    assert "den enskilde har inte fått" not in bodies


@pytest.mark.parametrize(
    "role", [Role.MEMBER, Role.SECRETARY, Role.READER, Role.AUDITOR, Role.ADMINISTRATOR]
)
def test_who_may_not_handle_a_finding(session: Session, found: Found, role: Role) -> None:
    actor = actor_of(make_user(session, role, found.board))
    action = act(session, found)
    for attempt in (
        lambda: correct(session, found, actor=actor),
        lambda: act(session, found, actor=actor),
        lambda: start_action(session, action, actor=actor, at=AT),
        lambda: assign_action(session, action, found.manager, reason="x", actor=actor, at=AT),
        lambda: choose_retest(session, found.finding, found.later, actor=actor, at=AT),
        lambda: close(session, found, ClosingOutcome.MISTAKEN, reason="Fel.", actor=actor),
        lambda: reopen_finding(session, found.finding, "Fel.", actor=actor, at=AT),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_the_register_shows_exactly_what_the_filters_say(session: Session, found: Found) -> None:
    def shown(**filters: Any) -> list[int]:
        select = register(found.board.id, 2020, filters=Filters(**filters))
        return [row.number for row in session.scalars(select).unique()]

    assert shown(standing=Standing.UNCORRECTED) == [1]
    assert shown(standing=Standing.WITHOUT_ACTION) == [1]
    correct(session, found)
    action = act(session, found)
    assert shown(standing=Standing.UNCORRECTED) == []
    assert shown(standing=Standing.WITHOUT_ACTION) == []
    assert shown(responsible_id=found.manager.id) == [1]
    assert shown(responsible_id=found.manager.id + 1) == []
    assert shown(late_on=DUE) == []
    assert shown(late_on=DUE + timedelta(days=1)) == [1]
    assert shown(area="Finansiell kontroll") == [1]
    assert shown(area="Något annat") == []
    assert shown(subcommittee_id=found.committee.id) == [1]
    cancel_action(session, action, "Behövs inte.", actor=found.controller, at=AT)
    assert shown(standing=Standing.WITHOUT_ACTION) == [1]
    assert shown(late_on=DUE + timedelta(days=1)) == []
    close(session, found, ClosingOutcome.MISTAKEN, reason="Fel.")
    assert shown(standing=Standing.OPEN) == []
    assert shown(standing=Standing.CLOSED) == [1]


def test_the_list_of_actions_has_the_most_delayed_first_and_keeps_the_wall(
    session: Session, found: Found
) -> None:
    late = act(session, found, due_on=date(2020, 4, 2))
    soon = act(session, found, due_on=date(2020, 4, 20))
    done = finish(session, found, act(session, found, due_on=date(2020, 4, 1)))

    def shown(filters: ActionFilters | None = None, **walls: Any) -> list[int]:
        select = actions_select(found.board.id, filters, **walls)
        return [row.id for row in session.scalars(select).unique()]

    assert shown() == [late.id, soon.id]
    assert shown(ActionFilters(states=())) == [late.id, soon.id, done.id]
    assert shown(ActionFilters(late_on=date(2020, 4, 10))) == [late.id]
    assert shown(committees=frozenset()) == []
    assert shown(committees=frozenset({found.committee.id})) == [late.id, soon.id]
    walled = action_select(found.board.id, late.id, committees=frozenset())
    assert session.scalars(walled).unique().all() == []


def test_the_database_holds_the_rules_too(session: Session, found: Found) -> None:
    def refused(row: object) -> None:
        with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
            session.add(row)

    shared: dict[str, Any] = {"finding_id": found.finding.id, "recorded_at": AT}
    refused(Correction(outcome=CorrectionOutcome.CORRECTED, text="Rättat.", **shared))
    refused(Closing(outcome=ClosingOutcome.MISTAKEN, **shared))
    refused(Closing(outcome=ClosingOutcome.RISK_ACCEPTED, reason="Liten.", **shared))
    refused(Action(number=1, description="Något", due_on=DUE, state=ActionState.DONE, **shared))
    session.add(Closing(outcome=ClosingOutcome.MISTAKEN, reason="Fel.", **shared))
    session.flush()
    refused(Closing(outcome=ClosingOutcome.MISTAKEN, reason="Två.", **shared))
