"""The figures of a report against the database, recounted by plain SQL, on both kinds."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.clock import end_of_day
from internkontroll.findings.models import Severity
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.plan.models import Control, Plan, PlanKind, PlanState
from internkontroll.reporting.models import Assessment, FollowUpReport
from internkontroll.reporting.queries import find_point, point_entries, shown_report
from internkontroll.reporting.rules import Report
from internkontroll.schedule.models import NonPerformance, Occurrence, OccurrenceState
from tests.factories import (
    make_board,
    make_control,
    make_decision,
    make_occurrence,
    make_plan,
    make_points,
)
from tests.report_rows import IN_TIME, Spring, find, make_spring, sign, skip

LATER = datetime(2020, 6, 1, 9, tzinfo=UTC)
CUT_OFF = end_of_day(date(2020, 5, 21))

RECOUNT = """
SELECT
  count(*) FILTER (WHERE o.due_on <= :day) AS due,
  count(*) FILTER (WHERE o.due_on <= :day AND c.signed_at <= :moment
    AND date(c.signed_at) <= o.due_on) AS in_time,
  count(*) FILTER (WHERE o.due_on <= :day AND c.signed_at <= :moment
    AND date(c.signed_at) > o.due_on) AS late,
  count(*) FILTER (WHERE o.due_on <= :day AND (c.signed_at IS NULL OR c.signed_at > :moment)
    AND n.id IS NOT NULL) AS not_performed,
  count(*) FILTER (WHERE o.due_on <= :day AND (c.signed_at IS NULL OR c.signed_at > :moment)
    AND n.id IS NULL) AS missed,
  count(*) FILTER (WHERE o.due_on > :day) AS not_yet_due,
  coalesce(sum(c.reviewed) FILTER (WHERE c.signed_at <= :moment), 0) AS reviewed,
  coalesce(sum(c.deviating) FILTER (WHERE c.signed_at <= :moment), 0) AS deviating
FROM occurrence o
JOIN control k ON k.id = o.control_id
JOIN plan p ON p.id = k.plan_id AND p.kind = 'internal_control' AND p.state = 'decided'
LEFT JOIN conclusion c ON c.occurrence_id = o.id AND c.returned_at IS NULL
LEFT JOIN non_performance n ON n.occurrence_id = o.id AND n.recorded_at <= :moment
  AND (n.withdrawn_at IS NULL OR n.withdrawn_at > :moment)
WHERE o.board_id = :board AND o.recorded_at <= :moment
  AND o.scheduled_on BETWEEN '2020-01-01' AND '2020-04-30' AND k.points LIKE '%april%'
"""


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def spring(session: Session, board: Board) -> Spring:
    return make_spring(session, board, times=3)


def april(session: Session, board: Board, at: datetime = LATER) -> Report:
    entry = find_point(session, board.id, 2020, "april")
    assert entry is not None
    shown = shown_report(session, board, entry, at=at)
    assert shown is not None
    return shown.report


def april_point(session: Session, spring: Spring) -> ReportingPoint:
    return session.get_one(ReportingPoint, spring.april_id)


def recount(session: Session, board: Board) -> dict[str, int]:
    postgres = session.get_bind().dialect.name == "postgresql"
    text = RECOUNT.replace("k.points LIKE", "k.points::text LIKE") if postgres else RECOUNT
    # No signature of these tests falls between midnight in Sweden and midnight in UTC.
    moment = CUT_OFF if postgres else CUT_OFF.replace(tzinfo=None).isoformat(" ")
    day = date(2020, 5, 21) if postgres else "2020-05-21"
    values = {"board": board.id, "moment": moment, "day": day}
    row = session.execute(sa.text(text), values).one()
    return {name: int(value) for name, value in row._mapping.items()}


def figures(report: Report) -> dict[str, int]:
    count = report.total
    return {
        "due": count.due,
        "in_time": count.in_time,
        "late": count.late,
        "not_performed": count.not_performed,
        "missed": count.missed,
        "not_yet_due": count.not_yet_due,
        "reviewed": report.reviewed,
        "deviating": report.deviating,
    }


def test_the_figures_are_those_that_plain_sql_counts(
    session: Session, board: Board, spring: Spring
) -> None:
    report = april(session, board)
    assert figures(report) == recount(session, board)
    assert figures(report) == {
        "due": 8,
        "in_time": 4,
        "late": 1,
        "not_performed": 1,
        "missed": 2,
        "not_yet_due": 1,
        "reviewed": 30,
        "deviating": 2,
    }


def test_another_boards_rows_and_another_kind_of_plan_are_not_counted(
    session: Session, board: Board, spring: Spring
) -> None:
    before = figures(april(session, board))
    make_spring(session, make_board(session, "AMN", "Arbetsmarknadsnämnden"), times=2)
    other = Plan(
        board_id=board.id,
        year=2020,
        kind=PlanKind.PRIVATE_PROVIDERS,
        created_at=IN_TIME,
        state=PlanState.DECIDED,
        decision_id=make_decision(session, board).id,
        content="{}",
        content_sha256="0" * 64,
    )
    session.add(other)
    session.flush()
    make_occurrence(session, make_control(session, other), april_point(session, spring))
    assert figures(april(session, board)) == before == recount(session, board)


def test_facts_recorded_after_the_cut_off_change_nothing_but_what_is_told_as_later(
    session: Session, board: Board, spring: Spring
) -> None:
    before = april(session, board)
    people = (spring.tester_id, spring.signer_id)
    missed = session.get_one(Occurrence, spring.occurrences[7])
    assert missed.state is OccurrenceState.STARTED
    sign(session, missed, LATER, people, deviating=3)
    find(session, missed, 3, Severity.SERIOUS, LATER)
    skipped = session.scalars(sa.select(NonPerformance)).one()
    skipped.withdrawn_at = LATER
    session.flush()
    after = april(session, board, datetime(2020, 12, 1, tzinfo=UTC))
    assert replace(after, later=()) == replace(before, later=())
    assert len(after.later) == len(before.later) + 3
    assert figures(after) == recount(session, board)


def test_a_live_report_before_the_cut_off_tells_what_is_known_now(
    session: Session, board: Board, spring: Spring
) -> None:
    report = april(session, board, datetime(2020, 5, 5, 9, tzinfo=UTC))
    assert report.known_on == date(2020, 5, 5)
    assert (report.total.due, report.total.in_time) == (3, 3)
    assert report.total.early == 1, "control 2 was done three days before it was due"
    assert report.later == ()


def test_each_row_gets_the_assessment_of_the_rule(
    session: Session, board: Board, spring: Spring
) -> None:
    rows = {row.number: row.assessment for row in april(session, board).rows}
    assert rows == {
        1: Assessment.WITHOUT_DEVIATION,
        2: Assessment.WITHOUT_DEVIATION,
        3: Assessment.MATERIAL,
        4: Assessment.NOT_PERFORMED,
        5: Assessment.NOT_PERFORMED,
        6: Assessment.NOT_PERFORMED,
    }


def test_the_year_end_report_counts_from_the_first_of_january(
    session: Session, board: Board, spring: Spring
) -> None:
    entry = find_point(session, board.id, 2020, "årsbokslut")
    assert entry is not None
    assert entry.previous_cut_off == date(2020, 9, 21)
    shown = shown_report(session, board, entry, at=datetime(2021, 2, 1, tzinfo=UTC))
    assert shown is not None
    assert shown.report.total.due == 9, "what was not yet due in April is due now"
    assert shown.report.total.missed == 2, "one was done late, one was never due before"
    assert shown.report.proposals[-1] == "att överlämna uppföljningen till kommunstyrelsen"


def test_looking_at_a_report_writes_nothing(session: Session, board: Board, spring: Spring) -> None:
    april(session, board)
    assert not session.new
    assert not session.dirty
    assert session.scalar(sa.select(sa.func.count()).select_from(FollowUpReport)) == 0


def test_without_a_decided_plan_there_is_no_report(session: Session, board: Board) -> None:
    make_points(session, board)
    make_control(session, make_plan(session, board))
    entry = find_point(session, board.id, 2020, "april")
    assert entry is not None
    assert shown_report(session, board, entry, at=LATER) is None


def test_a_revision_decided_after_the_cut_off_is_not_the_plan_that_is_followed_up(
    session: Session, board: Board, spring: Spring
) -> None:
    first = session.scalars(sa.select(Plan).where(Plan.board_id == board.id)).one()
    first.state = PlanState.REPLACED
    decision = make_decision(session, board, date(2020, 5, 27))
    decision.recorded_at = LATER
    second = Plan(
        board_id=board.id,
        year=2020,
        version=2,
        created_at=LATER,
        state=PlanState.DECIDED,
        decision_id=decision.id,
        content="{}",
        content_sha256="1" * 64,
    )
    session.add(second)
    session.flush()
    revised = make_control(session, second, text="Ny lydelse")
    revised.lineage = session.get_one(Control, spring.controls[0]).lineage
    added = make_control(session, second, text="Nytt kontrollmoment")
    make_occurrence(session, added, april_point(session, spring))
    session.flush()
    report = april(session, board, LATER)
    assert report.plan.version == 1
    assert report.rows[0].text != "Ny lydelse"
    assert len(report.rows) == 6
    august = find_point(session, board.id, 2020, "augusti")
    assert august is not None
    shown = shown_report(session, board, august, at=datetime(2020, 9, 30, tzinfo=UTC))
    assert shown is not None
    assert shown.report.plan.version == 2
    texts = [row.text for row in shown.report.rows]
    assert "Ny lydelse" in texts
    assert shown.report.rows[0].count.due >= 3, "what was done under the first version still counts"


def test_points_are_listed_newest_year_first_in_the_order_of_their_periods(
    session: Session, board: Board
) -> None:
    make_points(session, board, 2019)
    make_points(session, board, 2020)
    make_points(session, make_board(session, "AMN", "Arbetsmarknadsnämnden"), 2021)
    entries = point_entries(session, board.id)
    assert [(entry.point.year, entry.point.name) for entry in entries] == [
        (year, name) for year in (2020, 2019) for name in ("april", "augusti", "årsbokslut")
    ]
    assert [entry.previous_cut_off for entry in entries][::3] == [None, None]
    assert not any(entry.is_decided for entry in entries)


def test_a_reason_recorded_after_the_cut_off_does_not_excuse(
    session: Session, board: Board, spring: Spring
) -> None:
    missed = session.get_one(Occurrence, spring.occurrences[7])
    skip(session, missed, LATER)
    assert april(session, board).total.missed == 2
    assert figures(april(session, board)) == recount(session, board)


def test_a_point_of_another_board_is_not_found(session: Session, board: Board) -> None:
    other = make_board(session, "AMN", "Arbetsmarknadsnämnden")
    points = make_points(session, other)
    assert find_point(session, board.id, 2020, points[0].name) is None
    assert session.scalar(sa.select(sa.func.count()).select_from(ReportingPoint)) == 3
