"""A report's way through the board: approved, treated, handed over, corrected."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.canonical import sha256_of
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import DecisionOutcome, ReportingPoint
from internkontroll.plan.models import Control
from internkontroll.reporting import services
from internkontroll.reporting.models import (
    FollowUpReport,
    OverallAssessment,
    ReportEvent,
    ReportState,
    ReportTreatment,
    ReportVersion,
)
from internkontroll.reporting.queries import find_point, shown_report, working_report
from internkontroll.reporting.queries.treating import read_report, treatments_of, wordings_of
from internkontroll.reporting.rules import Report
from internkontroll.reporting.rules.versions import differences
from internkontroll.reporting.services import Minutes
from internkontroll.schedule.models import Occurrence
from internkontroll.trail.queries import history_of, verify_trail
from tests.factories import make_actor, make_board
from tests.report_rows import make_spring, sign

WRITTEN = datetime(2020, 5, 18, 7, tzinfo=UTC)
APPROVED = datetime(2020, 5, 19, 7, tzinfo=UTC)
AT = datetime(2020, 5, 29, 9, tzinfo=UTC)
LATER = datetime(2020, 9, 10, 9, tzinfo=UTC)
MINUTES = {"paragraph": "87", "registry_number": "SCN-2020-0211", "decided_on": date(2020, 5, 28)}


class Way:
    """A board with a written April report, and the verbs with its people filled in."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.board = make_board(session)
        self.spring = make_spring(session, self.board)
        self.point = session.get_one(ReportingPoint, self.spring.april_id)
        self.controller = make_actor(session, Role.CONTROLLER, self.board)
        self.director = make_actor(session, Role.DIRECTOR, self.board)
        self.secretary = make_actor(session, Role.SECRETARY, self.board)
        self.oversight = make_actor(session, Role.OVERSIGHT_CONTROLLER, None)

    def overall(self, **given: Any) -> FollowUpReport:
        given = {
            "overall": OverallAssessment.PARTLY,
            "grounds": "Två kontroller är inte gjorda.",
            "actor": self.controller,
            "at": WRITTEN,
            **given,
        }
        return services.set_overall(self.session, self.board, self.point, **given)

    def approve(self, **given: Any) -> FollowUpReport:
        given = {"actor": self.director, "at": APPROVED, **given}
        return services.approve_report(self.session, self.board, self.point, **given)

    def decide(self, **given: Any) -> FollowUpReport:
        given = {**MINUTES, "actor": self.secretary, "at": AT, **given}
        return services.decide_report(self.session, self.board, self.point, **given)

    def act(self, verb: str, *given: Any, **more: Any) -> FollowUpReport:
        more = {"actor": self.secretary, "at": AT, **more}
        return getattr(services, verb)(self.session, self.board, self.point, *given, **more)

    def comment(self, number: int = 3, **given: Any) -> None:
        given = {"comment": "Rutinen ses över.", "actor": self.controller, "at": WRITTEN, **given}
        control = self.session.get_one(Control, self.spring.controls[number - 1])
        services.remark_control(self.session, self.board, self.point, control, **given)

    def shown(self, at: datetime = AT) -> Report:
        entry = find_point(self.session, self.board.id, 2020, "april")
        assert entry is not None
        shown = shown_report(self.session, self.board, entry, at=at)
        assert shown is not None
        return shown.report

    def events(self) -> list[str]:
        report = self.session.scalars(sa.select(FollowUpReport)).one()
        rows = history_of(self.session, self.board.code, "report", report.id)
        return [row.event for row in sorted(rows, key=lambda row: row.seq)]


@pytest.fixture
def way(session: Session) -> Way:
    return Way(session)


def minutes(**given: Any) -> Minutes:
    return Minutes(**{**MINUTES, **given})


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


def send_on(way: Way) -> None:
    way.point.executive_on = date(2020, 6, 15)
    way.overall()
    way.decide()


def test_a_decided_report_is_handed_over_once_and_received(way: Way) -> None:
    send_on(way)
    with pytest.raises(InvalidTransition, match="inte överlämnat"):
        way.act("receive_report", date(2020, 5, 29), actor=way.oversight)
    way.act("send_report")
    with pytest.raises(InvalidTransition, match="överlämnades 29 maj 2020"):
        way.act("send_report")
    for day in (date(2020, 5, 28), date(2020, 9, 11)):
        with pytest.raises(InvalidInput) as refused:
            way.act("receive_report", day, actor=way.oversight, at=LATER)
        assert refused.value.field == "received_on"
    report = way.act("receive_report", date(2020, 6, 1), actor=way.oversight, at=LATER)
    assert (report.received_on, report.received_by_id) == (
        date(2020, 6, 1),
        way.oversight.user_id,
    )
    with pytest.raises(InvalidTransition, match="redan kvitterad"):
        way.act("receive_report", date(2020, 6, 1), actor=way.oversight, at=LATER)
    with pytest.raises(NotAllowed):
        way.act("receive_report", date(2020, 6, 1))


def test_a_report_without_a_date_to_kommunstyrelsen_is_not_handed_over(way: Way) -> None:
    way.overall()
    way.decide()
    with pytest.raises(InvalidTransition, match="lämnas inte"):
        way.act("send_report")


def test_an_undecided_report_is_not_handed_over(way: Way) -> None:
    way.point.executive_on = date(2020, 6, 15)
    way.overall()
    with pytest.raises(InvalidTransition, match="inte beslutad"):
        way.act("send_report")


def test_the_minutes_are_verified_later(way: Way) -> None:
    way.overall()
    sha256 = way.decide().snapshot_sha256
    report = way.act("verify_report", date(2020, 5, 29))
    assert report.decision is not None
    assert report.decision.verified_on == date(2020, 5, 29)
    assert report.snapshot_sha256 == sha256
    with pytest.raises(Conflict):
        way.act("verify_report", date(2020, 5, 29))


def test_a_correction_is_a_new_version_and_the_old_one_is_kept_with_its_hash(way: Way) -> None:
    send_on(way)
    old = way.act("send_report")
    snapshot, sha256 = old.snapshot, old.snapshot_sha256
    way.act("open_correction", "En kontroll räknades inte.", at=LATER)
    assert way.shown(LATER).version == 1, "the decided version stands until the next"
    way.comment(4, comment="Den gjordes i maj.", at=LATER)
    decision = minutes(decided_on=date(2020, 9, 9), paragraph="130")
    report = way.act("decide_correction", decision, at=LATER)
    kept = way.session.scalars(sa.select(ReportVersion)).one()
    assert (kept.version, kept.snapshot, kept.snapshot_sha256) == (1, snapshot, sha256)
    assert kept.sent_at == AT
    assert (report.version, report.sent_at, report.correction_reason) == (2, None, None)
    new = way.shown(LATER)
    assert (new.version, new.corrected_because) == (2, "En kontroll räknades inte.")
    assert new.decision is not None
    assert new.decision.paragraph == "130"
    found = {(one.number, one.what) for one in differences(read_report(snapshot or ""), new)}
    assert {(4, "Kommentar"), (4, "Gjort sent"), (None, "Gjort sent")} <= found


def test_a_correction_that_changes_nothing_is_refused(way: Way) -> None:
    way.overall()
    way.decide()
    way.act("open_correction", "En kontroll räknades inte.")
    with pytest.raises(InvalidInput, match="inte vara beslutad före"):
        way.act("decide_correction", minutes(decided_on=date(2020, 5, 27)))
    way.act("decide_correction", minutes())
    way.act("open_correction", "Vi trodde att något mer var fel.")
    with pytest.raises(InvalidInput, match="Inget skiljer"):
        way.act("decide_correction", minutes())
    assert way.shown().version == 2


def test_a_correction_needs_a_decided_report_and_a_reason(way: Way) -> None:
    way.overall()
    with pytest.raises(InvalidTransition):
        way.act("open_correction", "Fel.")
    way.decide()
    with pytest.raises(InvalidInput):
        way.act("open_correction", " ")
    with pytest.raises(InvalidTransition, match="Ingen rättelse"):
        way.act("decide_correction", minutes())
    with pytest.raises(InvalidTransition, match="Det som tillkommer"):
        way.comment()
    way.act("open_correction", "Fel.")
    with pytest.raises(InvalidTransition, match="redan påbörjad"):
        way.act("open_correction", "Fel igen.")


def test_a_dropped_correction_leaves_the_decided_version_and_its_texts(way: Way) -> None:
    way.comment(3)
    way.overall()
    way.decide()
    before = way.shown()
    way.act("open_correction", "En kontroll räknades inte.", at=LATER)
    way.comment(3, comment="Rutinen är ändrad.", at=LATER)
    way.comment(4, comment="Den gjordes i maj.", at=LATER)
    way.overall(grounds="Tre kontroller är inte gjorda.", at=LATER)
    with pytest.raises(InvalidInput, match="varför rättelsen tas bort"):
        way.act("drop_correction", " ", at=LATER)
    report = way.act("drop_correction", "Kontrollen var räknad.", at=LATER)
    assert (report.version, report.correction_reason, report.correction_at) == (1, None, None)
    assert way.shown(LATER) == before
    assert way.events()[-1] == ReportEvent.CORRECTION_DROPPED
    with pytest.raises(InvalidTransition, match="Det som tillkommer"):
        way.comment(at=LATER)
    way.act("open_correction", "Ny rättelse.", at=LATER)
    entry = find_point(way.session, way.board.id, 2020, "april")
    assert entry is not None
    again = working_report(way.session, way.board, entry, at=LATER)
    assert again is not None
    texts = {"Kommentar", "Vad bedömningen bygger på"}
    assert texts.isdisjoint(one.what for one in differences(before, again.report))
    remarks = [remark.comment for remark, _ in wordings_of(way.session, report, control_of(way, 3))]
    assert remarks == ["Rutinen ses över.", "Rutinen är ändrad.", "Rutinen ses över."]


def control_of(way: Way, number: int) -> int:
    return way.spring.controls[number - 1]


def test_only_who_saw_the_begun_correction_drops_it(way: Way) -> None:
    way.overall()
    way.decide()
    with pytest.raises(InvalidTransition, match="inget att ta bort"):
        way.act("drop_correction", "Fel.")
    version = way.act("open_correction", "Fel.").row_version
    with pytest.raises(NotAllowed):
        way.act("drop_correction", "Fel.", actor=way.director)
    way.comment(4, comment="Den gjordes i maj.", at=LATER)
    way.overall(grounds="Tre kontroller är inte gjorda.", at=LATER)
    with pytest.raises(Conflict):
        way.act("drop_correction", "Fel.", row_version=version, at=LATER)


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
    told = wordings_of(way.session, report, way.spring.controls[2])
    assert [(row.comment, who) for row, who in told] == [
        ("Sedan.", way.controller.name),
        ("Först.", actor.name),
    ]


def test_every_step_leaves_one_row_in_the_trail(way: Way) -> None:
    way.point.executive_on = date(2020, 6, 15)
    way.overall()
    way.approve()
    way.act("table_report", minutes(decided_on=date(2020, 5, 20)), next_on=date(2020, 5, 28))
    way.act("begin_report_amendment")
    way.act("take_back_report", "Nämnden ändrade inget.", actor=way.controller)
    way.act("refer_back_report", minutes(decided_on=date(2020, 5, 21)), "Skriv om.")
    way.approve(at=datetime(2020, 5, 22, 9, tzinfo=UTC))
    way.decide()
    way.act("verify_report", date(2020, 5, 29))
    way.act("send_report")
    way.act("receive_report", date(2020, 5, 29), actor=way.oversight)
    way.act("open_correction", "Fel.")
    way.comment(at=AT)
    way.act("decide_correction", minutes(decided_on=date(2020, 5, 29)))
    assert way.events() == [
        ReportEvent.CONCLUDED,
        ReportEvent.APPROVED,
        ReportEvent.TABLED,
        ReportEvent.AMENDING,
        ReportEvent.TAKEN_BACK,
        ReportEvent.REFERRED_BACK,
        ReportEvent.APPROVED,
        ReportEvent.DECIDED,
        ReportEvent.VERIFIED,
        ReportEvent.SENT,
        ReportEvent.RECEIVED,
        ReportEvent.CORRECTION_OPENED,
        ReportEvent.COMMENTED,
        ReportEvent.CORRECTED,
    ]
    assert [(one.whole, one.rows) for one in verify_trail(way.session)] == [(True, 14)]
