"""After kommunstyrelsen has decided: which version of a nämnd's report the decision built on."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.organisation.models import Board, BoardKind, Municipality
from internkontroll.reporting import services
from internkontroll.reporting.models import FollowUpReport, OverallAssessment, OversightDecision
from internkontroll.reporting.oversight_document import oversight_document
from internkontroll.reporting.queries.built_on import (
    BuiltOn,
    LaterVersion,
    executive_built_on,
    told_versions,
)
from internkontroll.reporting.queries.oversight import oversight_report, shown_oversight
from internkontroll.reporting.services import Minutes
from internkontroll.reporting.services.oversight import decide_oversight, write_summary
from tests.factories import make_actor, make_board
from tests.oversight_rows import PROGRAM, april_of, make_april

DAY = date(2020, 6, 17)
CORRECTED = datetime(2020, 9, 10, 9, tzinfo=UTC)
LATER = LaterVersion(1, 2, date(2020, 9, 9), "99")


class Decided:
    """Kommunstyrelsen has decided a picture of two nämnder; one of them corrects its report."""

    def __init__(self, session: Session) -> None:
        self.session = session
        session.add(Municipality(id=1, name="Exempelkommunen"))
        self.board = make_board(session, "SCN", "Socialnämnden")
        make_april(session, self.board)
        make_april(session, make_board(session, "AMN", "Arbetsnämnden"))
        self.actor = make_actor(session, Role.OVERSIGHT_CONTROLLER, None)
        at = datetime(2020, 6, 15, 9, tzinfo=UTC)
        write_summary(
            session,
            2020,
            "april",
            overall=OverallAssessment.PARTLY,
            grounds="Det mesta är gjort.",
            proposals="",
            actor=self.actor,
            at=at,
        )
        self.decide(Minutes(DAY, "102", "KS 2020/12"), "", datetime(2020, 6, 18, 9, tzinfo=UTC))

    def decide(self, minutes: Minutes, reason: str, at: datetime) -> OversightDecision:
        return decide_oversight(
            self.session, 2020, "april", minutes, reason, actor=self.actor, at=at
        )

    def correct(self, *, send: bool = True, paragraph: str = "99") -> None:
        point = april_of(self.session, self.board)
        about: dict[str, Any] = {"actor": PROGRAM, "at": CORRECTED}
        services.open_correction(self.session, self.board, point, "Siffran var fel.", **about)
        services.set_overall(
            self.session,
            self.board,
            point,
            overall=OverallAssessment.PARTLY,
            grounds=f"Rättat enligt § {paragraph}.",
            **about,
        )
        minutes = Minutes(date(2020, 9, 9), paragraph, "SCN-2020-0211")
        services.decide_correction(self.session, self.board, point, minutes, **about)
        if send:
            services.send_report(self.session, self.board, point, **about)

    def later(self) -> Mapping[str, LaterVersion]:
        shown = shown_oversight(self.session, 2020, "april", on=CORRECTED.date())
        assert shown is not None
        return told_versions(self.session, shown.report).later

    def replaced(self) -> Mapping[str, int]:
        shown = shown_oversight(self.session, 2020, "april", on=CORRECTED.date())
        assert shown is not None
        return told_versions(self.session, shown.report).replaced

    def built_on(self, code: str = "SCN") -> BuiltOn | None:
        found = sa.select(FollowUpReport).join(Board, Board.id == FollowUpReport.board_id)
        report = self.session.scalars(found.where(Board.code == code)).one()
        return executive_built_on(self.session, code, 2020, "april", report)


@pytest.fixture
def ks(session: Session) -> Decided:
    return Decided(session)


def test_a_version_that_came_after_the_decision_is_told_when_it_is_handed_over(
    ks: Decided,
) -> None:
    assert ks.later() == {}
    ks.correct(send=False)
    assert ks.later() == {}, "what is not handed over is the nämnd's own"
    services.send_report(
        ks.session, ks.board, april_of(ks.session, ks.board), actor=PROGRAM, at=CORRECTED
    )
    assert ks.later() == {"SCN": LATER}


def test_the_version_that_is_told_is_where_the_figures_are_also_before_the_next_is_handed_over(
    ks: Decided,
) -> None:
    assert ks.replaced() == {}
    ks.correct(send=False)
    assert ks.replaced() == {"SCN": 1}
    ks.correct(paragraph="110")
    assert ks.replaced() == {"SCN": 1}


def test_a_version_that_was_handed_over_is_told_also_when_a_later_one_is_the_boards_own(
    ks: Decided,
) -> None:
    ks.correct()
    ks.correct(send=False, paragraph="110")
    assert ks.later() == {"SCN": LATER}
    assert ks.replaced() == {"SCN": 1}
    services.send_report(
        ks.session, ks.board, april_of(ks.session, ks.board), actor=PROGRAM, at=CORRECTED
    )
    assert ks.later() == {"SCN": LaterVersion(1, 3, date(2020, 9, 9), "110")}


def test_kommunstyrelsens_own_report_counts_as_handed_over_when_it_is_decided(ks: Decided) -> None:
    ks.board.kind = BoardKind.EXECUTIVE
    ks.correct(send=False)
    ks.correct(send=False, paragraph="110")
    assert ks.later() == {"SCN": LaterVersion(1, 3, date(2020, 9, 9), "110")}


def test_a_new_decision_builds_on_the_new_version(ks: Decided) -> None:
    ks.correct()
    minutes = Minutes(CORRECTED.date(), "140", "KS 2020/12")
    ks.decide(minutes, "En nämnd har rättat.", datetime(2020, 9, 11, 9, tzinfo=UTC))
    assert ks.later() == {}
    assert ks.built_on() == BuiltOn("Kommunstyrelsen", CORRECTED.date(), "140", 2)


def test_the_board_is_told_which_version_the_decision_built_on(ks: Decided) -> None:
    first = BuiltOn("Kommunstyrelsen", DAY, "102", 1)
    assert ks.built_on() == first
    ks.correct()
    assert ks.built_on() == first
    assert ks.built_on("AMN") == first


def test_a_report_that_is_not_in_the_decision_is_built_on_by_nothing(ks: Decided) -> None:
    make_april(ks.session, make_board(ks.session, "OSN", "Omsorgsnämnden"))
    assert ks.built_on("OSN") is None
    ks.session.execute(sa.delete(OversightDecision))
    assert ks.built_on() is None


def test_a_picture_frozen_before_pictures_told_the_version_is_known_by_its_sums(
    ks: Decided,
) -> None:
    decided = ks.session.scalars(sa.select(OversightDecision)).one()
    told = json.loads(decided.snapshot)
    for line in told["boards"]:
        del line["report"]["version"]
    decided.snapshot, decided.snapshot_sha256 = canonical_json(told), sha256_of(told)
    ks.session.flush()
    ks.correct()
    assert ks.later() == {"SCN": LATER}
    assert ks.built_on() == BuiltOn("Kommunstyrelsen", DAY, "102", 1)
    shown = shown_oversight(ks.session, 2020, "april", on=DAY)
    assert shown is not None
    assert "version" not in repr(oversight_document(shown.report).blocks).split("bygger på")[-1]


def test_the_document_tells_the_version_of_each_report(ks: Decided) -> None:
    ks.correct()
    frozen = shown_oversight(ks.session, 2020, "april", on=CORRECTED.date())
    live = oversight_report(ks.session, 2020, "april", on=CORRECTED.date())
    assert frozen is not None
    assert live is not None
    told = repr(oversight_document(frozen.report).blocks)
    assert "Socialnämnden, version 1" in told
    told = repr(oversight_document(live).blocks)
    assert "Socialnämnden, version 2" in told
    assert "Arbetsnämnden, version 1" in told
    assert "9 september 2020, §\xa099, version 2" in told.replace("\\xa0", "\xa0")
