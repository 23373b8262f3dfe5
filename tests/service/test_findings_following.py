"""A finding is followed from its correction to its end, within its walls and its words."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import InvalidInput, NotAllowed
from internkontroll.findings.models import (
    Action,
    ActionState,
    Closing,
    ClosingOutcome,
    Correction,
    CorrectionOutcome,
    FindingState,
)
from internkontroll.findings.queries import follow_up_of
from internkontroll.findings.queries.register import Filters, Standing
from internkontroll.findings.queries.register import findings_select as register
from internkontroll.findings.rules import Step
from internkontroll.findings.services import (
    assign_action,
    cancel_action,
    choose_retest,
    finish_action,
    move_action,
    reopen_finding,
    start_action,
)
from internkontroll.trail.queries import history_of
from tests.factories import actor_of, make_user
from tests.service.followed_findings import (
    AT,
    DUE,
    Found,
    act,
    close,
    correct,
    finish,
    later,
    make_found,
    sign,
    step,
)


@pytest.fixture
def found(session: Session) -> Found:
    return make_found(session)


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
