"""A finding is tested again and ended by another person, as retested, accepted or mistaken."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role, system_actor
from internkontroll.core.errors import InvalidInput, InvalidTransition, NotAllowed
from internkontroll.findings.models import ClosingOutcome, CorrectionOutcome, Finding, Retest
from internkontroll.findings.queries import follow_up_of, retest_candidates, was_mistaken
from internkontroll.findings.rules import Step
from internkontroll.findings.services import (
    cancel_action,
    choose_retest,
    may_close,
    order_retest,
    reopen_finding,
)
from internkontroll.schedule.models import OccurrenceState
from tests.factories import (
    actor_of,
    make_control,
    make_meeting,
    make_occurrence,
    make_subcommittee,
    make_user,
)
from tests.service.followed_findings import (
    AT,
    Found,
    act,
    close,
    correct,
    finish,
    later,
    make_found,
    revise,
    sign,
    step,
)


@pytest.fixture
def found(session: Session) -> Found:
    return make_found(session)


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
