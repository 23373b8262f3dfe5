"""Uppdrag från nämnden: given with the decision, moved, reported back, told by the next report."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import ReportingPoint
from internkontroll.reporting import services
from internkontroll.reporting.models import (
    AssignmentState,
    BoardAssignment,
    FollowUpReport,
    OverallAssessment,
    ReportEvent,
)
from internkontroll.reporting.queries import find_point, shown_report
from internkontroll.reporting.queries.assignments import assignments_of
from internkontroll.reporting.rules.report import AssignmentLine
from internkontroll.reporting.services import NewAssignment
from internkontroll.trail.queries import history_of
from tests.factories import make_actor, make_board
from tests.report_rows import make_spring

WRITTEN = datetime(2020, 5, 20, 7, tzinfo=UTC)
AT = datetime(2020, 5, 29, 9, tzinfo=UTC)
AUTUMN = datetime(2020, 9, 1, 9, tzinfo=UTC)
DECIDED = {"paragraph": "87", "registry_number": "SCN-2020-0211", "decided_on": date(2020, 5, 28)}
ROUTINE = NewAssignment("att se över rutinen för inköp.", date(2020, 8, 26))
LIST = NewAssignment("föra en lista över jäv", date(2020, 12, 16))


class Given:
    """A board whose decision on the April report gave förvaltningen two assignments."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.board = make_board(session)
        spring = make_spring(session, self.board)
        self.point = session.get_one(ReportingPoint, spring.april_id)
        self.controller = make_actor(session, Role.CONTROLLER, self.board)
        self.secretary = make_actor(session, Role.SECRETARY, self.board)
        services.set_overall(
            session,
            self.board,
            self.point,
            overall=OverallAssessment.PARTLY,
            grounds="Två kontroller är inte gjorda.",
            actor=self.controller,
            at=WRITTEN,
        )

    def decide(self, *given: NewAssignment) -> FollowUpReport:
        return services.decide_report(
            self.session,
            self.board,
            self.point,
            **DECIDED,  # type: ignore[arg-type]
            assignments=given,
            actor=self.secretary,
            at=AT,
        )

    def rows(self) -> list[BoardAssignment]:
        return list(assignments_of(self.session, self.board.id))

    def act(self, verb: str, *given: Any, **more: Any) -> BoardAssignment:
        more = {"actor": self.controller, "at": AUTUMN, **more}
        return getattr(services, verb)(self.session, self.board, *given, **more)

    def told(self, name: str = "augusti", at: datetime = AUTUMN) -> tuple[AssignmentLine, ...]:
        entry = find_point(self.session, self.board.id, 2020, name)
        assert entry is not None
        shown = shown_report(self.session, self.board, entry, at=at)
        assert shown is not None
        return shown.report.assignments


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


def test_each_clause_of_the_decision_becomes_an_assignment(given: Given) -> None:
    report = given.decide(LIST, ROUTINE)
    assert [(row.number, row.text, row.report_back_on) for row in given.rows()] == [
        (2, "se över rutinen för inköp", date(2020, 8, 26)),
        (1, "föra en lista över jäv", date(2020, 12, 16)),
    ]
    events = [row.event for row in history_of(given.session, given.board.code, "report", report.id)]
    assert events.count(ReportEvent.ASSIGNED) == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (NewAssignment(" ", date(2020, 8, 26)), "text"),
        (NewAssignment("att .", date(2020, 8, 26)), "text"),
        (NewAssignment("se över", date(2020, 5, 28)), "report_back_on"),
        (NewAssignment("se över", date(2020, 8, 26), 999_999), "unit_id"),
    ],
)
def test_an_assignment_that_cannot_be_stops_the_whole_decision(
    given: Given, wrong: NewAssignment, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        given.decide(ROUTINE, wrong)
    assert refused.value.field == field


def test_an_assignment_can_be_noted_after_the_decision_and_not_before(given: Given) -> None:
    report = given.session.scalars(sa.select(FollowUpReport)).one()
    with pytest.raises(InvalidTransition):
        services.add_assignment(
            given.session, given.board, report, ROUTINE, actor=given.secretary, at=AT
        )
    given.decide(LIST)
    added = services.add_assignment(
        given.session, given.board, report, ROUTINE, actor=given.secretary, at=AUTUMN
    )
    assert (added.number, added.given_on) == (2, date(2020, 5, 28))


def test_the_next_report_tells_what_came_of_it_and_not_the_one_it_was_given_with(
    given: Given,
) -> None:
    given.decide(ROUTINE, LIST)
    assert given.told("april", AT) == ()
    lines = given.told()
    assert [(line.label, line.late, line.reported_on) for line in lines] == [
        ("Uppdrag 2020:1", True, None),
        ("Uppdrag 2020:2", False, None),
    ]


def test_a_report_tells_what_was_known_when_its_facts_were_closed(given: Given) -> None:
    given.decide(ROUTINE)
    before = given.told()
    row = given.rows()[0]
    december = datetime(2020, 12, 1, 9, tzinfo=UTC)
    given.act("move_assignment", row, date(2020, 10, 1), "Upphandlingen drog ut.", at=december)
    given.act("report_back", row, "Rutinen är ny.", date(2020, 11, 30), at=december)
    assert [line.reported_on for line in given.told("årsbokslut", december)] == [date(2020, 11, 30)]
    assert given.told("årsbokslut", AUTUMN) == before


def test_a_moved_day_is_told_with_how_often(given: Given) -> None:
    given.decide(ROUTINE)
    row = given.rows()[0]
    for day in (date(2020, 9, 30), date(2020, 10, 28)):
        given.act("move_assignment", row, day, "Upphandlingen drog ut.")
    line = given.told()[0]
    assert (line.due_on, line.moved, line.late) == (date(2020, 10, 28), 2, False)
    for day in (date(2020, 10, 28), date(2020, 5, 1)):
        with pytest.raises(InvalidInput) as refused:
            given.act("move_assignment", row, day, "Igen.")
        assert refused.value.field == "new_on"
    with pytest.raises(InvalidInput):
        given.act("move_assignment", row, date(2020, 11, 1), " ")


def test_an_assignment_is_reported_back_once(given: Given) -> None:
    given.decide(ROUTINE)
    row = given.rows()[0]
    for day in (date(2020, 5, 27), date(2020, 9, 2)):
        with pytest.raises(InvalidInput) as refused:
            given.act("report_back", row, "Rutinen är ny.", day)
        assert refused.value.field == "reported_on"
    given.act("report_back", row, "Rutinen är ny.", date(2020, 8, 26))
    assert row.state is AssignmentState.REPORTED
    for verb, more in (("report_back", "Igen."), ("move_assignment", "Igen.")):
        args = (more, date(2020, 9, 1)) if verb == "report_back" else (date(2020, 10, 1), more)
        with pytest.raises(InvalidTransition):
            given.act(verb, row, *args)


def test_somebody_who_saw_an_earlier_day_is_told(given: Given) -> None:
    given.decide(ROUTINE)
    row = given.rows()[0]
    seen = row.row_version
    given.act("move_assignment", row, date(2020, 9, 30), "Upphandlingen drog ut.")
    with pytest.raises(Conflict):
        given.act("report_back", row, "Ny rutin.", date(2020, 9, 1), row_version=seen)


def test_the_secretary_notes_assignments_and_the_controller_reports_back(given: Given) -> None:
    given.decide(ROUTINE)
    with pytest.raises(NotAllowed):
        given.act("report_back", given.rows()[0], "X.", date(2020, 9, 1), actor=given.secretary)
    reader = make_actor(given.session, Role.READER, given.board)
    report = given.session.scalars(sa.select(FollowUpReport)).one()
    with pytest.raises(NotAllowed):
        services.add_assignment(given.session, given.board, report, LIST, actor=reader, at=AT)
