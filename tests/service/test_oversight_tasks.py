"""What waits for kommunstyrelsens controller: receipts, and samlade bilder."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.monitoring.queries import facts_for
from internkontroll.monitoring.rules import Kind, Person, tasks
from internkontroll.organisation.models import Board, BoardKind, ReportingPoint
from internkontroll.reporting.models import (
    FollowUpReport,
    OverallAssessment,
    OversightDecision,
    OversightSummary,
    ReportState,
)
from internkontroll.reporting.queries.oversight import oversight_entries
from internkontroll.reporting.rules.oversight import PictureDecision, PictureStanding
from tests.factories import make_actor, make_board, make_decision, make_points

SENT = datetime(2020, 5, 20, 8, tzinfo=UTC)
ASKED = date(2020, 5, 29)
AFTER = date(2020, 6, 2)
"""The day after the last on which the boards of the test hand over."""


def point_of(session: Session, code: str, due_on: date | None = ASKED) -> ReportingPoint:
    board = make_board(session, code, f"Nämnden {code}")
    [april, *_] = make_points(session, board)
    april.executive_on = due_on
    session.flush()
    return april


def decide(session: Session, point: ReportingPoint, *, sent: bool = True) -> FollowUpReport:
    board = session.get_one(Board, point.board_id)
    report = FollowUpReport(
        board_id=board.id,
        reporting_point_id=point.id,
        state=ReportState.DECIDED,
        decision_id=make_decision(session, board, date(2020, 5, 18)).id,
        cut_off_at=SENT,
        snapshot="{}",
        snapshot_sha256="0" * 64,
        created_at=SENT,
        sent_at=SENT if sent else None,
    )
    session.add(report)
    session.flush()
    return report


def assess(session: Session) -> None:
    session.add(
        OversightSummary(
            year=2020,
            point="april",
            revision=1,
            overall=OverallAssessment.SUFFICIENT,
            grounds="Nämnderna har gjort sina kontroller.",
            proposals="",
            recorded_at=SENT,
        )
    )
    session.flush()


def decision_of(point: str, *, year: int = 2020) -> OversightDecision:
    return OversightDecision(
        year=year,
        point=point,
        version=1,
        body="Kommunstyrelsen",
        decided_on=AFTER,
        paragraph="102",
        registry_number="KS 2020/12",
        snapshot="{}",
        snapshot_sha256="0" * 64,
        recorded_at=SENT,
    )


def freeze(session: Session) -> None:
    session.add(decision_of("april"))
    session.flush()


@pytest.fixture
def overseer(session: Session) -> Actor:
    return make_actor(session, Role.OVERSIGHT_CONTROLLER, None)


def waiting(
    session: Session, actor: Actor, on: date = AFTER
) -> list[tuple[Kind, int | None, date | None]]:
    found = tasks(facts_for(session, actor, [], on), Person(actor, on))
    return [(task.kind, task.fact.board_id, task.due_on) for task in found]


def test_a_report_that_is_handed_over_waits_for_its_receipt(
    session: Session, overseer: Actor
) -> None:
    point, other = point_of(session, "SCN"), point_of(session, "OSN", date(2020, 9, 30))
    report = decide(session, point)
    decide(session, other, sent=False)
    assert waiting(session, overseer) == [(Kind.RECEIVE_REPORT, point.board_id, date(2020, 5, 27))]
    report.received_on, report.received_at = AFTER, SENT
    session.flush()
    assert waiting(session, overseer) == []


def test_the_samlade_bild_waits_when_no_more_report_is_awaited(
    session: Session, overseer: Actor
) -> None:
    decide(session, point_of(session, "SCN"))
    late = point_of(session, "OSN")
    point_of(session, "AMN", None)
    expected = (Kind.ASSESS_OVERSIGHT, None, date(2020, 6, 28))
    assert expected not in waiting(session, overseer, ASKED)
    assert expected in waiting(session, overseer, date(2020, 5, 30))
    decide(session, late)
    assert expected in waiting(session, overseer, date(2020, 5, 25))
    assess(session)
    found = kinds(session, overseer, AFTER)
    assert Kind.DECIDE_OVERSIGHT in found
    assert Kind.ASSESS_OVERSIGHT not in found
    freeze(session)
    assert {kind for kind, *_ in waiting(session, overseer)} == {Kind.RECEIVE_REPORT}


def test_kommunstyrelsens_own_report_is_awaited_and_never_acknowledged(
    session: Session, overseer: Actor
) -> None:
    decide(session, point_of(session, "SCN"))
    own = point_of(session, "KS", date(2020, 6, 30))
    board = session.get_one(Board, own.board_id)
    board.kind, board.oversight = BoardKind.EXECUTIVE, True
    session.flush()
    assert [kind for kind, *_ in waiting(session, overseer)] == [Kind.RECEIVE_REPORT]
    decide(session, own, sent=False)
    assert [kind for kind, *_ in waiting(session, overseer)] == [
        Kind.RECEIVE_REPORT,
        Kind.ASSESS_OVERSIGHT,
    ]


def test_a_point_of_which_nothing_is_handed_over_is_nothing_to_assess(
    session: Session, overseer: Actor
) -> None:
    decide(session, point_of(session, "SCN"), sent=False)
    assert waiting(session, overseer) == []


def test_nobody_but_kommunstyrelsens_controller_is_asked(session: Session) -> None:
    point = point_of(session, "SCN")
    decide(session, point)
    board = session.get_one(Board, point.board_id)
    for role in (Role.CONTROLLER, Role.ADMINISTRATOR, Role.AUDITOR):
        actor = make_actor(session, role, board if role is Role.CONTROLLER else None)
        assert not kinds(session, actor, AFTER) & {Kind.RECEIVE_REPORT, Kind.ASSESS_OVERSIGHT}, role


def kinds(session: Session, actor: Actor, on: date) -> set[Kind]:
    return {kind for kind, *_ in waiting(session, actor, on)}


def test_a_picture_waits_until_the_year_after_has_ended(session: Session, overseer: Actor) -> None:
    decide(session, point_of(session, "SCN"))
    assert Kind.ASSESS_OVERSIGHT in kinds(session, overseer, date(2021, 12, 31))
    assert Kind.ASSESS_OVERSIGHT not in kinds(session, overseer, date(2022, 1, 1))
    (listed,) = (
        one for one in oversight_entries(session, on=date(2022, 1, 1)) if one.point == "april"
    )
    assert listed.standing is PictureStanding.LAPSED


def test_a_picture_is_awaited_no_more_when_a_later_one_of_the_year_is_decided(
    session: Session, overseer: Actor
) -> None:
    april = point_of(session, "SCN")
    decide(session, april)
    august = session.scalars(
        sa.select(ReportingPoint).where(
            ReportingPoint.board_id == april.board_id, ReportingPoint.name == "augusti"
        )
    ).one()
    august.executive_on = date(2020, 9, 30)
    decide(session, august)
    on = date(2020, 11, 1)

    def listed() -> dict[str, PictureStanding]:
        return {one.point: one.standing for one in oversight_entries(session, on=on)}

    assert listed() == {
        "april": PictureStanding.UNDECIDED,
        "augusti": PictureStanding.UNDECIDED,
        "årsbokslut": PictureStanding.NOTHING_SENT,
    }
    session.add(decision_of("april"))
    session.flush()
    assert listed()["augusti"] is PictureStanding.UNDECIDED, "an earlier one follows nothing"
    assert Kind.ASSESS_OVERSIGHT in kinds(session, overseer, on)
    session.execute(sa.delete(OversightDecision))
    session.add(decision_of("augusti"))
    session.flush()
    assert listed()["april"] is PictureStanding.FOLLOWED
    assert Kind.ASSESS_OVERSIGHT not in kinds(session, overseer, on)
    (entry,) = (one for one in oversight_entries(session, on=on) if one.point == "augusti")
    assert (entry.standing, entry.decision) == (
        PictureStanding.DECIDED,
        PictureDecision(1, AFTER, "102"),
    )


def test_of_one_point_with_two_days_the_last_says_whether_a_later_picture_follows(
    session: Session, overseer: Actor
) -> None:
    decide(session, point_of(session, "SCN"))
    ends_last = point_of(session, "OSN", None)
    ends_last.board_on = ends_last.cut_off = ends_last.period_end = date(2020, 9, 30)
    session.add(decision_of("augusti"))
    session.flush()
    on = date(2020, 11, 1)

    def listed() -> PictureStanding:
        return next(o.standing for o in oversight_entries(session, on=on) if o.point == "april")

    assert listed() is PictureStanding.UNDECIDED
    assert Kind.ASSESS_OVERSIGHT in kinds(session, overseer, on)
    ends_last.period_end = date(2020, 8, 30)
    session.flush()
    assert listed() is PictureStanding.FOLLOWED
    assert Kind.ASSESS_OVERSIGHT not in kinds(session, overseer, on)


def test_a_decided_picture_of_another_year_ends_no_wait(session: Session, overseer: Actor) -> None:
    april = point_of(session, "SCN")
    decide(session, april)
    make_points(session, session.get_one(Board, april.board_id), 2021)
    session.add(decision_of("augusti", year=2021))
    session.flush()
    assert Kind.ASSESS_OVERSIGHT in kinds(session, overseer, date(2021, 11, 1))
