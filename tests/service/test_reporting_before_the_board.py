"""A report's way to the board: approved, treated, and whose words it has."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.canonical import sha256_of
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import DecisionOutcome
from internkontroll.plan.models import Control
from internkontroll.reporting.models import FollowUpReport, ReportState, ReportTreatment
from internkontroll.reporting.queries import control_select
from internkontroll.reporting.queries.treating import read_report, treatments_of, written_about
from internkontroll.reporting.queries.xray import xray_of
from internkontroll.reporting.rules.versions import differences
from internkontroll.reporting.rules.xray import XrayKind
from internkontroll.review.models import Basis, Conclusion
from internkontroll.schedule.models import Occurrence
from tests.factories import make_actor, make_board
from tests.report_rows import sign
from tests.service.report_way import APPROVED, AT, LATER, WRITTEN, Way, minutes


@pytest.fixture
def way(session: Session) -> Way:
    return Way(session)


def test_an_approval_freezes_what_the_board_is_given(way: Way) -> None:
    way.overall()
    report = way.approve()
    assert report.state is ReportState.APPROVED
    assert report.proposal is not None
    assert report.proposal_sha256 == sha256_of(json.loads(report.proposal))
    assert report.cut_off_at == APPROVED
    assert read_report(report.proposal).rows == way.shown().rows


def test_who_has_written_all_of_it_cannot_approve_it(way: Way) -> None:
    way.overall(actor=way.director)
    with pytest.raises(NotAllowed):
        way.approve()
    way.comment()
    assert way.approve().approved_by_id == way.director.user_id


def test_only_the_director_approves(way: Way) -> None:
    way.overall()
    for actor in (way.controller, way.secretary):
        with pytest.raises(NotAllowed):
            way.approve(actor=actor)


def test_an_approval_needs_the_overall_assessment_and_the_periods_end(way: Way) -> None:
    with pytest.raises(InvalidTransition, match="samlade bedömningen"):
        way.approve()
    way.overall(at=datetime(2020, 4, 29, 9, tzinfo=UTC))
    with pytest.raises(InvalidTransition, match="30 april 2020"):
        way.approve(at=datetime(2020, 4, 30, 9, tzinfo=UTC))


def test_texts_of_an_approved_report_are_locked_until_it_is_taken_back(way: Way) -> None:
    way.overall()
    way.approve()
    for change in (way.overall, way.comment):
        with pytest.raises(InvalidTransition, match="Ta tillbaka"):
            change()
    with pytest.raises(InvalidInput) as refused:
        way.act("take_back_report", " ", actor=way.controller)
    assert refused.value.field == "reason"
    report = way.act("take_back_report", "Ett belopp är fel.", actor=way.controller)
    assert (report.state, report.proposal, report.cut_off_at) == (ReportState.LIVE, None, None)
    way.comment()


def test_bifall_decides_the_proposal_to_the_letter(way: Way) -> None:
    way.overall()
    proposal = read_report(way.approve().proposal or "")
    # What was done after the approval, but before the decision, was not before the board.
    undone = way.session.get_one(Occurrence, way.spring.occurrences[5])
    people = (way.spring.tester_id, way.spring.signer_id)
    sign(way.session, undone, datetime(2020, 5, 20, 9, tzinfo=UTC), people)
    assert way.decide().cut_off_at == APPROVED
    decided = way.shown()
    assert not differences(proposal, decided)
    assert decided.cut_off_at == APPROVED
    assert 6 in {fact.number for fact in decided.later}
    assert decided.approved_on == date(2020, 5, 19)


def test_what_the_board_changed_is_told_against_the_proposal(way: Way) -> None:
    way.overall()
    way.approve()
    with pytest.raises(InvalidTransition, match="Skriv först in"):
        way.decide(outcome=DecisionOutcome.AMENDED)
    way.act("begin_report_amendment")
    with pytest.raises(InvalidTransition, match="bifall med ändring"):
        way.decide()
    with pytest.raises(InvalidInput, match="Inget skiljer"):
        way.decide(outcome=DecisionOutcome.AMENDED)
    way.comment(comment="Nämnden vill ha en ny rutin.", at=AT)
    report = way.decide(outcome=DecisionOutcome.AMENDED)
    assert report.decision is not None
    assert report.decision.outcome is DecisionOutcome.AMENDED
    treated = treatments_of(way.session, report.id)[0]
    found = differences(read_report(treated.proposal), way.shown())
    assert [(one.number, one.what, one.new) for one in found] == [
        (3, "Kommentar", "Nämnden vill ha en ny rutin.")
    ]


def test_aterremiss_makes_a_draft_of_it_and_keeps_what_lay_before_the_board(way: Way) -> None:
    way.overall()
    sha256 = way.approve().proposal_sha256
    report = way.act("refer_back_report", minutes(), "Orsakerna behöver beskrivas.")
    assert (report.state, report.proposal, report.decision_id) == (ReportState.LIVE, None, None)
    treated = treatments_of(way.session, report.id)
    assert [(row.reason, row.proposal_sha256) for row in treated] == [
        ("Orsakerna behöver beskrivas.", sha256)
    ]
    assert treated[0].decision.outcome is DecisionOutcome.REFERRED_BACK
    way.comment(at=AT)


def test_aterremiss_asks_for_a_reason(way: Way) -> None:
    way.overall()
    with pytest.raises(InvalidInput) as refused:
        way.act("refer_back_report", minutes(), "")
    assert refused.value.field == "reason"
    assert not way.session.scalars(sa.select(ReportTreatment)).all()


def test_bordlaggning_leaves_it_as_it_is(way: Way) -> None:
    way.overall()
    way.approve()
    with pytest.raises(InvalidInput) as refused:
        way.act("table_report", minutes(), next_on=date(2020, 5, 28))
    assert refused.value.field == "next_on"
    report = way.act("table_report", minutes(), next_on=date(2020, 6, 17))
    assert report.state is ReportState.APPROVED
    assert treatments_of(way.session, report.id)[0].next_on == date(2020, 6, 17)
    way.decide(decided_on=date(2020, 6, 17), at=LATER)
    assert way.shown().is_decided


def test_a_decision_before_the_approval_shows_a_wrong_day(way: Way) -> None:
    way.overall()
    way.approve(at=AT)
    with pytest.raises(InvalidInput, match="godkändes 29 maj 2020"):
        way.decide()


def test_what_the_xray_reminded_of_is_printed_with_the_decision(way: Way) -> None:
    way.overall(grounds="Som Nämnden för annat skrev 2018 är två kontroller inte gjorda.")
    make_board(way.session, "ANN", "Nämnden för annat")
    report = way.decide()
    told = treatments_of(way.session, report.id)[0].xray
    assert list(way.shown().xray) == told
    for words in ("inte godkänt", "annan nämnd", "året 2018", "ingen kontrollansvarig"):
        assert any(words in sentence for sentence in told), words
    assert any("Avvikelse 2020:1 (SCN) har ingen åtgärd" in sentence for sentence in told)
    assert any("Kontrollmoment 3 har avvikelser" in sentence for sentence in told)


def test_somebody_who_saw_an_earlier_state_is_told(way: Way) -> None:
    version = way.overall().row_version
    way.approve(row_version=version)
    way.act("take_back_report", "Ett belopp är fel.", actor=way.controller)
    with pytest.raises(Conflict):
        way.approve(row_version=version)


def responsible(way: Way, number: int) -> Actor:
    actor = make_actor(way.session, Role.RESPONSIBLE, way.board)
    control = way.session.get_one(Control, way.spring.controls[number - 1])
    control.responsible_id = actor.user_id
    way.session.flush()
    return actor


def test_who_is_responsible_writes_of_their_own_kontrollmoment_only(way: Way) -> None:
    actor = responsible(way, 3)
    way.comment(actor=actor)
    with pytest.raises(NotAllowed, match="inte ansvarig"):
        way.comment(4, actor=actor)
    assert way.shown().rows[2].comment == "Rutinen ses över."


def test_who_is_responsible_leaves_the_assessment_as_it_stands(way: Way) -> None:
    actor = responsible(way, 3)
    assessed = way.shown().rows[2].proposed
    way.comment(assessment=assessed, reason="Vi håller med.")
    way.comment(actor=actor, comment="Nya ord.")
    row = way.shown().rows[2]
    assert (row.comment, row.assessment_reason) == ("Nya ord.", "Vi håller med.")


def test_every_wording_is_kept_with_who_wrote_it(way: Way) -> None:
    actor = responsible(way, 3)
    way.comment(actor=actor, comment="Först.")
    way.comment(comment="Sedan.")
    report = way.session.scalars(sa.select(FollowUpReport)).one()
    asked = control_select(way.board.id, 2020, 1, 3)
    told = written_about(way.session, report, asked)
    assert told is not None
    assert [(row.comment, who) for row, who in told.wordings] == [
        ("Sedan.", way.controller.name),
        ("Först.", actor.name),
    ]
    assert told.standing.remark == told.wordings[0][0]
    assert told.standing.revision == 2
    unwritten = written_about(way.session, None, asked)
    assert unwritten is not None
    assert (unwritten.control, unwritten.wordings) == (told.control, [])
    assert unwritten.standing.revision == 0
    absent = control_select(way.board.id, 2020, 1, 99)
    assert written_about(way.session, report, absent) is None


def test_the_x_ray_tells_of_a_kontrollmoment_by_the_number_that_the_report_gives_it(
    way: Way,
) -> None:
    way.comment(2, figures="{}")
    occurrence = way.session.get_one(Occurrence, way.spring.occurrences[0])
    conclusion = way.session.scalars(
        sa.select(Conclusion).where(Conclusion.occurrence_id == occurrence.id)
    ).one()
    conclusion.basis, conclusion.is_random = Basis.NONE, False
    way.session.flush()
    report = way.session.scalars(sa.select(FollowUpReport)).one()
    made = way.shown(WRITTEN)
    anew = replace(made, rows=tuple(replace(row, number=row.number + 10) for row in made.rows))
    found = {
        (line.kind, line.number)
        for line in xray_of(way.session, way.board, report, anew, at=WRITTEN)
        if line.kind in {XrayKind.FIGURES, XrayKind.NO_EVIDENCE}
    }
    assert found == {(XrayKind.FIGURES, 12), (XrayKind.NO_EVIDENCE, 11)}
