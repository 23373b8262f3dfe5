"""Findings are numbered per board and plan year, one per item, and seen within one's committee."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.findings.models import Finding, Severity
from internkontroll.findings.queries import (
    finding_of_item,
    finding_select,
    findings_of_occurrence,
    findings_select,
    label,
    years_of,
)
from internkontroll.findings.services import record_finding, recording
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.plan.models import Plan
from internkontroll.review.models import Answer
from internkontroll.review.services import judge_item
from internkontroll.sampling.models import SampleItem
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
    make_subcommittee,
    make_user,
)

AT = datetime(2021, 1, 18, 13, tzinfo=UTC)


@dataclass
class Reviewed:
    """An occurrence of the plan for 2020 with three cases, the first two deviating."""

    board: Board
    committee: Subcommittee
    plan: Plan
    occurrence: Occurrence
    items: list[SampleItem]
    tester: Actor


def reviewed_in(session: Session, board: Board, code: str = "IU1") -> Reviewed:
    committee = make_subcommittee(session, board, code, f"Individutskott {code}")
    plan = session.scalars(sa.select(Plan).where(Plan.board_id == board.id)).first()
    plan = plan or make_plan(session, board, decided=True)
    meeting = make_meeting(session, board, committee, date(2020, 12, 10))
    occurrence = make_occurrence(
        session, make_control(session, plan), meeting=meeting, state=OccurrenceState.STARTED
    )
    items = list(make_drawn_sample(session, occurrence).items)
    tester = actor_of(make_user(session, Role.MEMBER, board, committee))
    criterion = occurrence.control.criteria[0].id
    for item, answer in zip(items, (Answer.NO, Answer.EVIDENCE_MISSING, Answer.YES), strict=True):
        judge_item(session, occurrence, item, {criterion: (answer, None)}, actor=tester, at=AT)
    return Reviewed(board, committee, plan, occurrence, items, tester)


@pytest.fixture
def reviewed(session: Session) -> Reviewed:
    return reviewed_in(session, make_board(session))


def write(session: Session, reviewed: Reviewed, position: int | None, **changed: Any) -> Finding:
    given: dict[str, Any] = {
        "item": reviewed.items[position - 1] if position else None,
        "severity": Severity.MATERIAL,
        "description": "Skälen till beslutet är inte dokumenterade.",
        "cause": None,
        "actor": reviewed.tester,
        "at": AT,
    }
    return record_finding(session, reviewed.occurrence, **{**given, **changed})


def test_the_number_runs_in_the_board_and_the_plans_year(
    session: Session, reviewed: Reviewed
) -> None:
    first, second = write(session, reviewed, 1), write(session, reviewed, 2)
    elsewhere = reviewed_in(session, make_board(session, "AMN", "Arbetsmarknadsnämnden"))
    third = write(session, elsewhere, 1)

    assert label(first, reviewed.board) == "Avvikelse 2020:1 (SCN)"
    assert label(second, reviewed.board) == "Avvikelse 2020:2 (SCN)"
    assert label(third, elsewhere.board) == "Avvikelse 2020:1 (AMN)"


def test_an_item_has_one_finding(session: Session, reviewed: Reviewed) -> None:
    write(session, reviewed, 1)
    with pytest.raises(InvalidTransition, match=r"Avvikelse 2020:1 \(SCN\)"):
        write(session, reviewed, 1)
    assert write(session, reviewed, None).number == 2
    assert write(session, reviewed, None).number == 3


def test_a_number_taken_at_the_same_moment_is_passed_over(
    session: Session, reviewed: Reviewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(session, reviewed, 1)
    real: Callable[..., int] = recording._next_number
    guesses = iter([1, 1])
    monkeypatch.setattr(
        recording, "_next_number", lambda *where: next(guesses, None) or real(*where)
    )
    assert write(session, reviewed, 2).number == 2
    assert session.scalar(sa.select(sa.func.count()).select_from(Finding)) == 2

    monkeypatch.setattr(recording, "_next_number", lambda *where: 1)
    with pytest.raises(Conflict):
        write(session, reviewed, None)


def test_a_finding_about_an_item_needs_a_deviating_answer(
    session: Session, reviewed: Reviewed
) -> None:
    with pytest.raises(InvalidTransition, match="Nummer 3"):
        write(session, reviewed, 3)
    other = reviewed_in(session, reviewed.board, "IU2")
    with pytest.raises(InvalidInput, match="gällande stickprov"):
        write(session, reviewed, None, item=other.items[0])


def test_nothing_is_found_in_what_is_not_begun(session: Session, reviewed: Reviewed) -> None:
    for state in (OccurrenceState.PLANNED, OccurrenceState.NOT_PERFORMED):
        reviewed.occurrence.state = state
        with pytest.raises(InvalidTransition, match="inte påbörjat"):
            write(session, reviewed, None)
    for state in (OccurrenceState.PERFORMED, OccurrenceState.APPROVED):
        reviewed.occurrence.state = state
        assert write(session, reviewed, None).id


@pytest.mark.parametrize("field", ["description", "cause"])
@pytest.mark.parametrize("text", ["Rör 811228-9874.", "Rör SCN 2020-00007.", "x" * 4001])
def test_no_person_and_no_case_is_named(
    session: Session, reviewed: Reviewed, field: str, text: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        write(session, reviewed, 1, **{field: text})
    assert refused.value.field == field


def test_a_description_is_asked_for_and_a_cause_is_not(
    session: Session, reviewed: Reviewed
) -> None:
    with pytest.raises(InvalidInput) as refused:
        write(session, reviewed, 1, description="  ")
    assert refused.value.field == "description"
    assert write(session, reviewed, 1, cause=" ").cause is None


def test_the_trail_tells_the_number_and_not_the_words(session: Session, reviewed: Reviewed) -> None:
    finding = write(session, reviewed, 2, severity=Severity.SERIOUS)
    [row] = history_of(session, "SCN", "finding", finding.id)
    assert row.event == "finding:recorded"
    assert row.data == {
        "year": 2020,
        "number": 1,
        "severity": "serious",
        "occurrence": reviewed.occurrence.id,
        "position": 2,
    }
    bodies = " ".join(str(body) for body in session.scalars(sa.select(TrailPayload.body)))
    assert "Skälen till beslutet" not in bodies
    assert "SCN 2020-" not in bodies


def test_who_may_record(session: Session, reviewed: Reviewed) -> None:
    for role in (Role.SECRETARY, Role.DIRECTOR, Role.AUDITOR, Role.READER, Role.ADMINISTRATOR):
        actor = actor_of(make_user(session, role, reviewed.board))
        with pytest.raises(NotAllowed):
            write(session, reviewed, 1, actor=actor)
    other = make_subcommittee(session, reviewed.board, "IU2")
    neighbour = actor_of(make_user(session, Role.MEMBER, reviewed.board, other))
    with pytest.raises(NotAllowed):
        write(session, reviewed, 1, actor=neighbour)
    unit_manager = actor_of(make_user(session, Role.UNIT_MANAGER, reviewed.board))
    assert write(session, reviewed, 1, actor=unit_manager).recorded_by_id == unit_manager.user_id
    assert write(session, reviewed, 2, actor=system_actor("drift")).recorded_by_id is None


def test_lists_stay_within_the_board_and_the_committee(
    session: Session, reviewed: Reviewed
) -> None:
    own = write(session, reviewed, 1)
    neighbours = reviewed_in(session, reviewed.board, "IU2")
    theirs = write(session, neighbours, 1, severity=Severity.MINOR)
    elsewhere = reviewed_in(session, make_board(session, "AMN", "Arbetsmarknadsnämnden"))
    foreign = write(session, elsewhere, 1)
    board, mine = reviewed.board, frozenset({reviewed.committee.id})

    def listed(**filters: Any) -> list[int]:
        return [row.id for row in session.scalars(findings_select(board.id, 2020, **filters))]

    assert listed() == [theirs.id, own.id]
    assert listed(committees=mine) == [own.id]
    assert listed(committees=frozenset()) == []
    assert listed(severity=Severity.MINOR) == [theirs.id]
    assert session.scalars(findings_select(board.id, 2019)).all() == []

    def opened(finding: Finding, **walls: Any) -> Finding | None:
        return session.scalars(finding_select(board.id, finding.id, **walls)).unique().one_or_none()

    assert opened(foreign) is None
    assert opened(theirs) is theirs
    assert opened(theirs, committees=mine) is None
    assert opened(own, committees=mine) is own
    assert list(years_of(session, board.id)) == [2020]
    assert list(years_of(session, board.id, committees=frozenset())) == []


def test_findings_are_found_from_occurrence_and_item(session: Session, reviewed: Reviewed) -> None:
    about_item, about_all = write(session, reviewed, 2), write(session, reviewed, None)
    found = findings_of_occurrence(session, reviewed.occurrence.id)
    assert [row.id for row in found] == [about_item.id, about_all.id]
    assert finding_of_item(session, reviewed.occurrence.id, reviewed.items[1].id) is about_item
    assert finding_of_item(session, reviewed.occurrence.id, reviewed.items[0].id) is None


def test_the_database_refuses_the_same_number_twice(session: Session, reviewed: Reviewed) -> None:
    finding = write(session, reviewed, 1)
    copy = Finding(
        board_id=finding.board_id,
        year=finding.year,
        number=finding.number,
        occurrence_id=finding.occurrence_id,
        severity=Severity.MINOR,
        description="Samma nummer.",
        recorded_at=AT,
    )
    session.add(copy)
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
