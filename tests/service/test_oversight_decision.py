"""Kommunstyrelsen decides its samlade bild: frozen as it was that day, corrected anew."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board, Municipality
from internkontroll.reporting import services
from internkontroll.reporting.models import (
    FollowUpReport,
    OverallAssessment,
    OversightDecision,
    OversightEvent,
)
from internkontroll.reporting.oversight_document import oversight_document
from internkontroll.reporting.queries.oversight import oversight_report, shown_oversight
from internkontroll.reporting.rules.oversight import oversight_from_plain, oversight_to_plain
from internkontroll.reporting.services import Minutes
from internkontroll.reporting.services.oversight import decide_oversight, write_summary
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.queries import history_of, verify_trail
from tests.factories import make_actor, make_board
from tests.oversight_rows import PROGRAM, april_of, make_april

DAY = date(2020, 6, 17)
WRITTEN = datetime(2020, 6, 15, 9, tzinfo=UTC)
NOW = datetime(2020, 6, 18, 9, tzinfo=UTC)
LATER = datetime(2020, 9, 10, 9, tzinfo=UTC)
MINUTES = Minutes(DAY, "102", "KSN-2020-0123", verified_on=date(2020, 6, 18))


class Executive:
    """Two nämnder that have sent their April reports, and KS-controllern."""

    def __init__(self, session: Session) -> None:
        self.session = session
        session.add(Municipality(id=1, name="Exempelkommunen"))
        make_april(session, make_board(session, "SCN", "Socialnämnden"), times=3)
        make_april(session, make_board(session, "AMN", "Arbetsnämnden"))
        self.actor = make_actor(session, Role.OVERSIGHT_CONTROLLER, None)

    def write(self, grounds: str = "Nämnderna har gjort det mesta.", **given: Any) -> None:
        given = {"actor": self.actor, "at": WRITTEN, **given}
        write_summary(
            self.session,
            2020,
            "april",
            overall=OverallAssessment.PARTLY,
            grounds=grounds,
            proposals="",
            **given,
        )

    def decide(
        self, minutes: Minutes = MINUTES, reason: str = "", **given: Any
    ) -> OversightDecision:
        given = {"actor": self.actor, "at": NOW, **given}
        return decide_oversight(self.session, 2020, "april", minutes, reason, **given)

    def shown(self) -> Any:
        shown = shown_oversight(self.session, 2020, "april", on=LATER.date())
        assert shown is not None
        return shown


@pytest.fixture
def ks(session: Session) -> Executive:
    return Executive(session)


def test_what_is_decided_is_read_from_its_snapshot_whatever_happens_then(ks: Executive) -> None:
    ks.write()
    made = ks.decide()
    assert made.version == 1
    assert made.snapshot_sha256 == sha256_of(json.loads(made.snapshot))
    before = ks.shown()
    assert before.sha256 == made.snapshot_sha256
    assert before.report.decision is not None
    assert before.report.decision.paragraph == "102"
    ks.session.execute(sa.update(FollowUpReport).values(sent_at=None))
    ks.write("Något annat.", at=LATER)
    assert ks.shown() == before
    assert canonical_json(oversight_to_plain(before.report)) == made.snapshot
    live = oversight_report(ks.session, 2020, "april", on=LATER.date())
    assert live is not None
    assert live.grounds == "Något annat."
    assert live.total.sent == 0


def test_a_picture_is_the_same_when_it_has_been_read_back(ks: Executive) -> None:
    ks.write()
    live = oversight_report(ks.session, 2020, "april", on=DAY)
    assert live is not None
    assert live.total.findings > 0
    assert oversight_from_plain(json.loads(canonical_json(oversight_to_plain(live)))) == live


def test_what_a_board_sent_after_the_day_of_the_decision_is_not_in_it(ks: Executive) -> None:
    late = datetime(2020, 6, 18, 7, tzinfo=UTC)
    one = ks.session.scalars(sa.select(FollowUpReport)).first()
    assert one is not None
    one.sent_at = late
    ks.write()
    ks.decide()
    report = ks.shown().report
    assert report.total.sent == 1
    assert report.known_on == DAY


def test_what_a_board_has_corrected_since_is_decided_as_it_had_been_sent_that_day(
    ks: Executive,
) -> None:
    ks.write()
    on_the_day = oversight_report(ks.session, 2020, "april", on=DAY)
    board = ks.session.scalars(sa.select(Board).where(Board.code == "SCN")).one()
    point = april_of(ks.session, board)
    at: dict[str, Any] = {"actor": PROGRAM, "at": NOW - timedelta(hours=1)}
    services.open_correction(ks.session, board, point, "Siffran var fel.", **at)
    services.set_overall(
        ks.session,
        board,
        point,
        overall=OverallAssessment.INSUFFICIENT,
        grounds="Tre kontroller är inte gjorda.",
        **at,
    )
    minutes = Minutes(NOW.date(), "99", "SCN-2020-0211")
    services.decide_correction(ks.session, board, point, minutes, **at)
    unsent = oversight_report(ks.session, 2020, "april", on=LATER.date())
    assert unsent is not None
    assert unsent.total.sent == 1, "a correction is to be handed over anew"
    services.send_report(ks.session, board, point, **at)

    assert oversight_report(ks.session, 2020, "april", on=DAY) == on_the_day
    ks.decide()
    decided = ks.shown().report
    assert decided.total.sent == 2
    assert decided.board("SCN").report.overall is OverallAssessment.PARTLY
    live = oversight_report(ks.session, 2020, "april", on=LATER.date())
    assert live is not None
    line = live.board("SCN")
    assert line is not None
    assert line.report is not None
    assert line.report.overall is OverallAssessment.INSUFFICIENT


def test_the_documents_tell_the_decision_and_its_hash(ks: Executive) -> None:
    ks.write()
    made = ks.decide()
    shown = ks.shown()
    document = oversight_document(shown.report, shown.sha256)
    assert document.version.startswith("Beslutad 17 juni 2020, §")
    assert made.snapshot_sha256[:16] in document.version
    assert made.snapshot_sha256 in repr(document.blocks)
    assert "KSN-2020-0123" in repr(document.blocks)


def test_a_correction_is_a_new_version_with_a_reason_and_keeps_the_old(ks: Executive) -> None:
    ks.write()
    first = ks.decide()
    again = Minutes(date(2020, 9, 9), "140", "KSN-2020-0123")
    with pytest.raises(InvalidInput) as caught:
        ks.decide(again, at=LATER)
    assert caught.value.field == "reason"
    with pytest.raises(InvalidInput, match="personnummer"):
        ks.decide(again, "Gäller 19811228-9874.", at=LATER)
    with pytest.raises(InvalidInput, match="inte vara beslutad före"):
        ks.decide(Minutes(date(2020, 6, 16), "140", "x"), "Fel.", at=LATER)
    second = ks.decide(again, "En nämnd saknades.", at=LATER)
    assert (second.version, second.reason) == (2, "En nämnd saknades.")
    report = ks.shown().report
    assert (report.version, report.corrected_because) == (2, "En nämnd saknades.")
    kept = ks.session.get_one(OversightDecision, first.id)
    assert (kept.version, kept.reason) == (1, None)


def test_each_decision_is_a_row_of_the_trail(ks: Executive) -> None:
    ks.write()
    made = ks.decide()
    (row,) = history_of(ks.session, MUNICIPALITY_CHAIN, "oversight-decision", made.id)
    assert row.event == OversightEvent.DECIDED
    assert row.data["sha256"] == made.snapshot_sha256
    assert all(verdict.whole for verdict in verify_trail(ks.session))


def test_what_cannot_be_decided_is_refused(ks: Executive) -> None:
    with pytest.raises(InvalidTransition, match="bedömning saknas"):
        ks.decide()
    ks.write(at=NOW)
    with pytest.raises(InvalidInput, match="Bedömningen ändrades") as caught:
        ks.decide()
    assert caught.value.field == "decided_on"
    with pytest.raises(InvalidInput):
        ks.decide(Minutes(date(2020, 6, 19), "102", "KSN"))
    with pytest.raises(InvalidInput):
        ks.decide(Minutes(NOW.date(), " ", "KSN"))
    board = make_board(ks.session, "OSN", "Omsorgsnämnden")
    controller = make_actor(ks.session, Role.CONTROLLER, board)
    with pytest.raises(NotAllowed):
        ks.decide(actor=controller)


def test_the_slower_of_two_who_decide_is_told(ks: Executive) -> None:
    ks.write()
    ks.decide(version=0)
    with pytest.raises(Conflict):
        ks.decide(version=0)
