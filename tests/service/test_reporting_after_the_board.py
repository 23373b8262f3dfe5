"""A decided report is handed over, its minutes verified, and corrected by a new version."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.reporting.models import ReportEvent, ReportVersion
from internkontroll.reporting.queries import control_select, find_point, working_report
from internkontroll.reporting.queries.treating import read_report, written_about
from internkontroll.reporting.rules.versions import differences
from internkontroll.trail.queries import verify_trail
from tests.service.report_way import AT, LATER, Way, minutes


@pytest.fixture
def way(session: Session) -> Way:
    return Way(session)


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
    written = written_about(way.session, report, control_select(way.board.id, 2020, 1, 3))
    assert written is not None
    remarks = [remark.comment for remark, _ in written.wordings]
    assert remarks == ["Rutinen ses över.", "Rutinen är ändrad.", "Rutinen ses över."]


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
