"""A finding about a case in an individutskott, and the verbs that follow it to its end."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Actor, Role
from internkontroll.findings.models import (
    Action,
    Closing,
    ClosingOutcome,
    Correction,
    CorrectionOutcome,
    Finding,
    Severity,
)
from internkontroll.findings.queries import facts_of
from internkontroll.findings.rules import Step, next_step
from internkontroll.findings.services import (
    add_action,
    close_finding,
    finish_action,
    record_correction,
    record_finding,
    revise_finding,
)
from internkontroll.monitoring.queries import facts_for
from internkontroll.monitoring.rules import Source, finding_facts
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.review.models import Answer, Basis, Conclusion
from internkontroll.review.services import judge_item
from internkontroll.schedule.models import Occurrence, OccurrenceState
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


def make_found(session: Session) -> Found:
    """Recorded by a member of IU1 on the first item of the meeting in March."""
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
