"""Writing in a report, and the board's decision that freezes it."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.clock import end_of_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.findings.models import Severity
from internkontroll.organisation.models import Board, Decision, ReportingPoint
from internkontroll.plan.models import Control
from internkontroll.reporting import services
from internkontroll.reporting.documents import report_json
from internkontroll.reporting.models import (
    Assessment,
    FollowUpReport,
    OverallAssessment,
    ReportEvent,
    ReportRemark,
    ReportState,
)
from internkontroll.reporting.queries import find_point, shown_report
from internkontroll.reporting.rules import ShownReport
from internkontroll.schedule.models import Occurrence
from internkontroll.trail.queries import history_of, verify_trail
from tests.factories import make_actor, make_board
from tests.report_rows import Spring, find, make_spring, sign

AT = datetime(2020, 5, 29, 9, tzinfo=UTC)
WRITTEN = datetime(2020, 5, 28, 7, tzinfo=UTC)
"""When the texts are written: on the day of the decision at the latest."""
DECISION = {"paragraph": "87", "registry_number": "SCN-2020-0211", "decided_on": date(2020, 5, 28)}


class Case:
    """A board with its spring, and the verbs with its people filled in."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.board = make_board(session)
        self.spring: Spring = make_spring(session, self.board)
        self.point = session.get_one(ReportingPoint, self.spring.april_id)
        self.controller = make_actor(session, Role.CONTROLLER, self.board)
        self.secretary = make_actor(session, Role.SECRETARY, self.board)

    def control(self, number: int) -> Control:
        return self.session.get_one(Control, self.spring.controls[number - 1])

    def remark(self, number: int = 3, **given: Any) -> ReportRemark:
        given = {"comment": "Rutinen ses över.", "actor": self.controller, "at": WRITTEN, **given}
        return services.remark_control(
            self.session, self.board, self.point, self.control(number), **given
        )

    def overall(self, **given: Any) -> FollowUpReport:
        given = {
            "overall": OverallAssessment.PARTLY,
            "grounds": "Två kontroller är inte gjorda.",
            "actor": self.controller,
            "at": WRITTEN,
            **given,
        }
        return services.set_overall(self.session, self.board, self.point, **given)

    def decide(self, **given: Any) -> FollowUpReport:
        given = {**DECISION, "actor": self.secretary, "at": AT, **given}
        return services.decide_report(self.session, self.board, self.point, **given)

    def shown(self, at: datetime = AT) -> ShownReport:
        entry = find_point(self.session, self.board.id, 2020, "april")
        assert entry is not None
        shown = shown_report(self.session, self.board, entry, at=at)
        assert shown is not None
        return shown


@pytest.fixture
def case(session: Session) -> Case:
    return Case(session)


def test_a_comment_makes_the_report_and_stands_in_it(case: Case) -> None:
    case.remark(comment="  Rutinen\r\nses över.  ")
    row = case.shown().report.rows[2]
    assert row.comment == "Rutinen\nses över."
    assert row.assessment is Assessment.MATERIAL


def test_a_changed_comment_is_a_new_row_and_the_latest_counts(case: Case) -> None:
    case.remark(comment="Först.")
    case.remark(comment="Sedan.")
    assert case.shown().report.rows[2].comment == "Sedan."
    kept = case.session.scalars(sa.select(ReportRemark).order_by(ReportRemark.revision)).all()
    assert [(row.revision, row.comment) for row in kept] == [(1, "Först."), (2, "Sedan.")]


def test_saying_the_same_again_changes_nothing(case: Case) -> None:
    first = case.remark()
    assert case.remark() is first
    assert case.session.scalar(sa.select(sa.func.count()).select_from(ReportRemark)) == 1


def test_an_assessment_by_hand_needs_its_reason(case: Case) -> None:
    with pytest.raises(InvalidInput) as refused:
        case.remark(assessment=Assessment.MINOR, reason="   ")
    assert refused.value.field == "reason"
    case.remark(assessment=Assessment.MINOR, reason="Beloppen är små.")
    row = case.shown().report.rows[2]
    assert (row.proposed, row.assessment) == (Assessment.MATERIAL, Assessment.MINOR)
    assert row.assessment_reason == "Beloppen är små."


def test_the_loser_of_two_who_comment_at_once_is_told(case: Case) -> None:
    case.remark(comment="Den ena.", revision=0)
    with pytest.raises(Conflict):
        case.remark(comment="Den andra.", revision=0)
    case.remark(comment="Båda.", revision=1)
    assert case.shown().report.rows[2].comment == "Båda."


def test_a_control_that_the_point_does_not_report_cannot_be_commented(case: Case) -> None:
    with pytest.raises(InvalidInput):
        case.remark(7)


def test_the_overall_assessment_needs_its_grounds(case: Case) -> None:
    with pytest.raises(InvalidInput) as refused:
        case.overall(grounds=" \n ")
    assert refused.value.field == "grounds"


def test_the_loser_of_two_who_write_the_overall_assessment_is_told(case: Case) -> None:
    case.remark()
    case.overall(row_version=0)
    with pytest.raises(Conflict):
        case.overall(row_version=0, grounds="Något annat.")
    case.overall(row_version=2, grounds="Något annat.")
    assert case.shown().report.grounds == "Något annat."


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.RESPONSIBLE, Role.READER, Role.AUDITOR])
def test_only_those_who_write_reports_may(case: Case, role: Role) -> None:
    other = make_actor(case.session, role, case.board)
    with pytest.raises(NotAllowed):
        case.remark(actor=other)
    with pytest.raises(NotAllowed):
        case.overall(actor=other)


def test_the_controller_of_another_board_may_neither_write_nor_decide(case: Case) -> None:
    other_board = make_board(case.session, "AMN", "Arbetsmarknadsnämnden")
    other = make_actor(case.session, Role.CONTROLLER, other_board)
    case.overall()
    for verb in (case.remark, case.overall, case.decide):
        with pytest.raises(NotAllowed):
            verb(actor=other)


def test_the_director_writes_but_does_not_record_the_decision(case: Case) -> None:
    director = make_actor(case.session, Role.DIRECTOR, case.board)
    case.overall(actor=director)
    with pytest.raises(NotAllowed):
        case.decide(actor=director)


def test_a_point_of_another_board_is_never_written_through_ones_own(case: Case) -> None:
    other: Board = make_board(case.session, "AMN", "Arbetsmarknadsnämnden")
    controller: Actor = make_actor(case.session, Role.CONTROLLER, other)
    with pytest.raises(ValueError, match="another board"):
        services.set_overall(
            case.session,
            other,
            case.point,
            overall=OverallAssessment.SUFFICIENT,
            grounds="Allt är bra.",
            actor=controller,
            at=AT,
        )


def test_no_decision_without_an_overall_assessment(case: Case) -> None:
    with pytest.raises(InvalidTransition):
        case.decide()
    assert case.session.scalar(sa.select(sa.func.count()).select_from(Decision)) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"decided_on": date(2020, 4, 30)}, "decided_on"),
        ({"decided_on": date(2020, 5, 30)}, "decided_on"),
        ({"paragraph": " "}, "paragraph"),
        ({"registry_number": ""}, "registry_number"),
        ({"body": ""}, "body"),
        ({"verified_on": date(2020, 5, 27)}, "verified_on"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_at_its_field(
    case: Case, given: dict[str, Any], field: str
) -> None:
    case.overall()
    with pytest.raises(InvalidInput) as refused:
        case.decide(**given)
    assert refused.value.field == field
    assert case.shown().report.state is ReportState.LIVE


def test_a_decided_report_is_its_snapshot_with_the_hash_of_its_bytes(case: Case) -> None:
    case.remark()
    case.overall()
    case.decide()
    shown = case.shown()
    content = report_json(shown)
    assert hashlib.sha256(content).hexdigest() == shown.sha256
    told = json.loads(content)
    assert told["state"] == "decided"
    assert told["decision"]["paragraph"] == "87"
    assert told["total"]["due"] == 6
    assert told["rows"][2]["comment"] == "Rutinen ses över."
    assert shown.report.decision is not None
    assert shown.report.decision.body == "Socialnämnden"


def test_what_happens_afterwards_never_changes_a_decided_report(case: Case) -> None:
    case.overall()
    case.decide()
    before = case.shown()
    people = (case.spring.tester_id, case.spring.signer_id)
    missed = case.session.get_one(Occurrence, case.spring.occurrences[5])
    sign(case.session, missed, AT + timedelta(days=1), people)
    find(case.session, missed, 3, Severity.SERIOUS, AT + timedelta(days=1))
    case.control(1).text = "Omskriven text"
    case.board.name = "Nämnd med nytt namn"
    case.point.cut_off = date(2020, 12, 1)
    case.session.flush()
    assert case.shown(AT + timedelta(days=200)) == before


def test_nothing_of_a_decided_report_can_be_written(case: Case) -> None:
    case.overall()
    case.decide()
    for verb in (case.remark, case.overall, case.decide):
        with pytest.raises(InvalidTransition):
            verb()
    assert case.session.scalar(sa.select(sa.func.count()).select_from(FollowUpReport)) == 1


def test_somebody_who_decides_an_instant_later_is_refused(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.overall()
    case.decide()
    monkeypatch.setattr(services.deciding, "require_transition", lambda *_: None)
    with pytest.raises(Conflict):
        case.decide()


def test_facts_are_taken_in_until_the_cut_off(case: Case) -> None:
    case.overall()
    report = case.decide()
    assert report.cut_off_at == end_of_day(date(2020, 5, 21))
    told = case.shown().report
    assert told.total.missed == 2
    assert {fact.number for fact in told.later} == {4}, "done on 25 May, after the facts closed"


def test_a_report_decided_before_its_cut_off_takes_facts_in_until_the_decision(
    case: Case,
) -> None:
    early = date(2020, 5, 8)
    case.overall(at=datetime(2020, 5, 8, 8, tzinfo=UTC))
    report = case.decide(decided_on=early, at=datetime(2020, 5, 20, 8, tzinfo=UTC))
    assert report.cut_off_at == end_of_day(early)
    told = case.shown().report
    assert told.known_on == early
    assert told.total.late == 0, "what was signed on 12 May was not known"
    assert told.total.missed == 3
    assert {fact.number for fact in told.later} == {3}


def test_a_comment_written_after_the_facts_closed_is_still_part_of_the_report(case: Case) -> None:
    case.remark(at=datetime(2020, 5, 27, tzinfo=UTC))
    case.overall()
    case.decide()
    assert case.shown().report.rows[2].comment == "Rutinen ses över."


def test_every_change_stands_in_the_trail_and_no_comment_is_copied_there(case: Case) -> None:
    case.remark(comment="En text som kan behöva tas bort.")
    case.remark(assessment=Assessment.MINOR, reason="Små belopp.")
    case.overall()
    report = case.decide()
    rows = history_of(case.session, case.board.code, "report", report.id)
    assert [row.event for row in rows] == [
        ReportEvent.DECIDED,
        ReportEvent.CONCLUDED,
        ReportEvent.ASSESSED,
        ReportEvent.COMMENTED,
    ]
    assert rows[0].data["sha256"] == report.snapshot_sha256
    assert rows[0].data["state"] == {"old": "live", "new": "decided"}
    assert rows[2].reason == "Små belopp."
    assert "ta bort" not in json.dumps([row.data for row in rows], ensure_ascii=False)
    assert all(verdict.whole for verdict in verify_trail(case.session))


def test_the_snapshot_names_the_trail_as_it_stood_before_the_decision(case: Case) -> None:
    report = case.overall()
    heads = [row.hash for row in history_of(case.session, "SCN", "report", report.id)]
    case.decide()
    assert case.shown().report.trail_head == heads[0]


def test_the_command_line_may_write_and_decide(case: Case) -> None:
    system = system_actor("drift")
    assert case.remark(actor=system).recorded_by_id is None
    case.overall(actor=system)
    assert case.decide(actor=system).state is ReportState.DECIDED
