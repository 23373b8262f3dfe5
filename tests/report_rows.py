"""A board's spring in the database for the report's tests: every outcome, written as plain rows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.findings.models import Finding, Severity
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.plan.models import Control
from internkontroll.review.models import Basis, Conclusion
from internkontroll.schedule.models import NonPerformance, Occurrence, OccurrenceState
from tests.factories import (
    make_control,
    make_meeting,
    make_occurrence,
    make_plan,
    make_points,
    make_user,
)

IN_TIME = datetime(2020, 5, 4, 9, tzinfo=UTC)
TOO_LATE = datetime(2020, 5, 12, 9, tzinfo=UTC)
AFTER = datetime(2020, 5, 25, 9, tzinfo=UTC)
DUE = date(2020, 5, 7)


@dataclass
class Spring:
    """What was written, as ids."""

    board_id: int
    april_id: int
    controls: list[int]
    occurrences: list[int]
    tester_id: int
    signer_id: int


def sign(
    session: Session,
    occurrence: Occurrence,
    at: datetime,
    people: tuple[int, int],
    *,
    reviewed: int = 5,
    population: int = 320,
    deviating: int = 0,
) -> Conclusion:
    """A signed conclusion of an occurrence."""
    made = Conclusion(
        occurrence_id=occurrence.id,
        text="Granskningen är gjord.",
        reviewed=reviewed,
        population_size=population,
        deviating=deviating,
        is_random=True,
        basis=Basis.CENSUS if reviewed == population else Basis.SAMPLE,
        written_by_id=people[0],
        written_at=at - timedelta(hours=2),
        signed_by_id=people[1],
        signed_at=at,
    )
    occurrence.state = OccurrenceState.APPROVED
    session.add(made)
    session.flush()
    return made


def skip(session: Session, occurrence: Occurrence, at: datetime) -> NonPerformance:
    """An occurrence that was not done, with a reason."""
    made = NonPerformance(occurrence_id=occurrence.id, reason="Systemet byttes ut.", recorded_at=at)
    occurrence.state = OccurrenceState.NOT_PERFORMED
    session.add(made)
    session.flush()
    return made


def find(
    session: Session, occurrence: Occurrence, number: int, severity: Severity, at: datetime
) -> Finding:
    """A finding of an occurrence."""
    made = Finding(
        board_id=occurrence.board_id,
        year=2020,
        number=number,
        occurrence_id=occurrence.id,
        severity=severity,
        description=f"Brist nummer {number}.",
        recorded_at=at,
    )
    session.add(made)
    session.flush()
    return made


def make_spring(session: Session, board: Board, *, times: int = 1) -> Spring:
    """Six controls that April reports and one that it does not; ``times`` meetings of the first.

    As of 21 May: due 5 + times, in time 1 + times, late 1, with reason 1, missed 2, not yet due 1.
    After it: the fourth control was done and got a finding.
    """
    april = make_points(session, board)[0]
    plan = make_plan(session, board, decided=True)
    tester, signer = (make_user(session, Role.REVIEWER, board).id for _ in range(2))
    people = (tester, signer)
    controls = [
        make_control(session, plan, text=f"Kontroll {place} av underlag", area=area)
        for place, area in enumerate(["Verksamhet", "Verksamhet", *["Ekonomi"] * 4], start=1)
    ]
    controls.append(make_control(session, plan, text="Rapporteras i augusti", points=("augusti",)))
    first: list[Occurrence] = []
    for place in range(times):
        meeting = make_meeting(session, board, held_on=date(2020, 1, 7) + timedelta(days=place))
        first.append(make_occurrence(session, controls[0], meeting=meeting))
        sign(
            session, first[-1], datetime(2020, 1, 7, 9, tzinfo=UTC) + timedelta(days=place), people
        )
    rest = [_at_april(session, control, april) for control in controls[1:]]
    in_time, late, missed, skipped, missed_too, august = rest
    sign(session, in_time, IN_TIME, people, reviewed=10, population=412)
    sign(session, late, TOO_LATE, people, deviating=2)
    find(session, late, 1, Severity.MATERIAL, TOO_LATE)
    sign(session, missed, AFTER, people)
    find(session, missed, 2, Severity.SERIOUS, AFTER)
    skip(session, skipped, IN_TIME)
    missed_too.state = OccurrenceState.STARTED
    later = make_meeting(session, board, held_on=date(2020, 4, 29))
    not_due = make_occurrence(session, controls[0], meeting=later, due_on=date(2020, 6, 1))
    sign(session, august, IN_TIME, people)
    occurrences = [*first, *rest, not_due]
    session.flush()
    return Spring(
        board_id=board.id,
        april_id=april.id,
        controls=[control.id for control in controls],
        occurrences=[occurrence.id for occurrence in occurrences],
        tester_id=tester,
        signer_id=signer,
    )


def _at_april(session: Session, control: Control, april: ReportingPoint) -> Occurrence:
    return make_occurrence(session, control, april, due_on=DUE)
