"""The tjänsteskrivelse: what is written in it, and the municipality's template."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import ReportingPoint
from internkontroll.reporting import services
from internkontroll.reporting.models import (
    CoverMemo,
    MemoEvent,
    MemoPart,
    MemoTemplate,
    OverallAssessment,
)
from internkontroll.reporting.queries import (
    find_point,
    memo_being_written,
    memo_of,
    memo_of_version,
    standing_memo,
    standing_template,
)
from internkontroll.reporting.rules.memo import DEFAULT_TEMPLATE, PartTemplate
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.queries import history_of, verify_trail
from tests.factories import make_actor, make_board
from tests.report_rows import make_spring

AT = datetime(2020, 5, 28, 7, tzinfo=UTC)
SYSTEM = system_actor("test")
TEXTS = {MemoPart.CHILDREN: "Bristerna rör inte barn.", MemoPart.ECONOMY: "Ryms i budgeten."}


class Case:
    """A board with its spring, its controller and an administrator."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.board = make_board(session)
        self.point = session.get_one(ReportingPoint, make_spring(session, self.board).april_id)
        self.controller = make_actor(session, Role.CONTROLLER, self.board)
        self.administrator = make_actor(session, Role.ADMINISTRATOR, None)

    def write(self, **given: Any) -> CoverMemo | None:
        given = {"texts": TEXTS, "actor": self.controller, "at": AT, **given}
        return services.write_memo(self.session, self.board, self.point, **given)

    def change(
        self, parts: tuple[PartTemplate, ...], actor: Actor | None = None, **given: Any
    ) -> MemoTemplate | None:
        given = {"revision": standing_template(self.session).revision, "at": AT, **given}
        return services.change_memo_template(
            self.session, parts, actor=actor or self.administrator, **given
        )

    def decide(self) -> None:
        services.set_overall(
            self.session,
            self.board,
            self.point,
            overall=OverallAssessment.PARTLY,
            grounds="Två kontroller är inte gjorda.",
            actor=self.controller,
            at=AT,
        )
        services.decide_report(
            self.session,
            self.board,
            self.point,
            body="Socialnämnden",
            decided_on=date(2020, 5, 28),
            paragraph="87",
            registry_number="SCN-2020-0211",
            actor=make_actor(self.session, Role.SECRETARY, self.board),
            at=AT + timedelta(days=1),
        )


@pytest.fixture
def case(session: Session) -> Case:
    return Case(session)


def renamed(part: MemoPart, heading: str) -> tuple[PartTemplate, ...]:
    return tuple(
        replace(one, heading=heading) if one.part is part else one for one in DEFAULT_TEMPLATE
    )


def test_what_is_written_stands_and_a_change_is_a_new_row(case: Case) -> None:
    first = case.write(memo_author=" controller ", registry_number="SCN-2020-0211")
    assert first is not None
    assert first.revision == 1
    second = case.write(texts={**TEXTS, MemoPart.CHILDREN: "Två brister rör barn."})
    assert second is not None
    assert second.revision == 2

    entry = find_point(case.session, case.board.id, 2020, "april")
    assert entry is not None
    standing = standing_memo(case.session, entry.report)
    assert standing.revision == 2
    assert standing.written.texts[MemoPart.CHILDREN] == "Två brister rör barn."
    assert first.memo_author == "controller"


def test_the_trail_tells_that_it_was_written_and_none_of_its_words(case: Case) -> None:
    memo = case.write()
    assert memo is not None
    (row,) = history_of(case.session, case.board.code, "report", memo.report_id)

    assert row.event == MemoEvent.WRITTEN
    assert "barn" not in str(row.data)
    assert all(verdict.whole for verdict in verify_trail(case.session))


def test_saying_the_same_again_writes_nothing(case: Case) -> None:
    assert case.write() is not None
    assert case.write() is None
    assert case.session.scalar(sa.select(sa.func.count()).select_from(CoverMemo)) == 1


def test_the_slower_of_two_is_refused(case: Case) -> None:
    case.write(revision=0)
    with pytest.raises(Conflict, match="Någon annan har ändrat"):
        case.write(texts={}, revision=0)


def test_only_those_who_write_the_report_write_its_memo(case: Case) -> None:
    for role in (Role.MEMBER, Role.SECRETARY, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            case.write(actor=make_actor(case.session, role, case.board))


def test_a_decided_reports_memo_cannot_be_changed(case: Case) -> None:
    case.write()
    case.decide()
    with pytest.raises(InvalidTransition, match="beslutad"):
        case.write(texts={}, at=AT + timedelta(days=2))


def test_a_text_that_is_too_long_is_refused_where_it_stands(case: Case) -> None:
    with pytest.raises(InvalidInput, match="högst 8 000 tecken") as caught:
        case.write(texts={MemoPart.ECONOMY: "x" * 8_001})
    assert caught.value.field == "economy"


def test_the_template_is_the_programs_until_the_municipality_changes_it(case: Case) -> None:
    assert standing_template(case.session).parts == DEFAULT_TEMPLATE
    case.change(renamed(MemoPart.ECONOMY, "Ekonomi"))

    standing = standing_template(case.session)
    assert standing.revision == 1
    assert [one.heading for one in standing.parts if one.part is MemoPart.ECONOMY] == ["Ekonomi"]
    (row,) = history_of(case.session, MUNICIPALITY_CHAIN, "municipality", 1)
    assert row.event == MemoEvent.TEMPLATE_CHANGED


def test_a_decided_report_keeps_the_template_of_its_decision(case: Case) -> None:
    case.write()
    case.decide()
    case.change(renamed(MemoPart.ECONOMY, "Pengar"), at=AT + timedelta(days=30))

    entry = find_point(case.session, case.board.id, 2020, "april")
    assert entry is not None
    assert memo_of(case.session, entry.report).template == DEFAULT_TEMPLATE
    assert memo_of(case.session, None).template != DEFAULT_TEMPLATE


def test_a_correction_has_its_own_memo_and_the_old_ones_stays_as_it_was(case: Case) -> None:
    case.write()
    case.decide()
    entry = find_point(case.session, case.board.id, 2020, "april")
    assert entry is not None
    report = entry.report
    assert report is not None
    later = AT + timedelta(days=30)
    services.open_correction(
        case.session, case.board, case.point, "En kontroll saknas.", actor=SYSTEM, at=later
    )
    assert memo_being_written(case.session, report).written.texts == {}
    mine = {MemoPart.ECONOMY: "Rättelsen kostar inget."}
    memo = case.write(texts=mine, at=later)
    assert memo is not None
    assert (memo.version, memo.revision) == (2, 1)
    assert memo_of(case.session, report).written.texts == TEXTS, "version 1 stands"
    minutes = services.Minutes(later.date(), "130", "SCN-2020-0300")
    services.decide_correction(
        case.session, case.board, case.point, minutes, actor=SYSTEM, at=later
    )
    assert memo_of(case.session, report).written.texts == mine
    first = memo_of_version(case.session, report, 1, cut_off_at=AT)
    assert first.written.texts == TEXTS


def test_the_memo_of_a_dropped_correction_goes_with_it(case: Case) -> None:
    case.write()
    case.decide()
    later = AT + timedelta(days=30)
    about = (case.session, case.board, case.point)
    services.open_correction(*about, "En kontroll saknas.", actor=SYSTEM, at=later)
    memo = case.write(texts={MemoPart.ECONOMY: "Rättelsen kostar inget."}, at=later)
    assert memo is not None
    report = services.drop_correction(*about, "Den var med.", actor=SYSTEM, at=later)
    assert memo_of(case.session, report).written.texts == TEXTS
    services.open_correction(*about, "En till saknas.", actor=SYSTEM, at=later)
    assert memo_being_written(case.session, report).written.texts == {}


def test_the_slower_of_two_who_change_the_template_is_refused(case: Case) -> None:
    case.change(renamed(MemoPart.ECONOMY, "Ekonomi"), revision=0)
    with pytest.raises(Conflict, match="mallen"):
        case.change(DEFAULT_TEMPLATE, revision=0)


def test_only_an_administrator_changes_the_template(case: Case) -> None:
    with pytest.raises(NotAllowed):
        case.change(renamed(MemoPart.ECONOMY, "Ekonomi"), actor=case.controller)


def test_the_same_template_again_changes_nothing(case: Case) -> None:
    assert case.change(DEFAULT_TEMPLATE) is None


def left_out(part: MemoPart) -> tuple[PartTemplate, ...]:
    return tuple(
        replace(one, included=False) if one.part is part else one for one in DEFAULT_TEMPLATE
    )


def first(part: MemoPart) -> tuple[PartTemplate, ...]:
    return tuple(sorted(DEFAULT_TEMPLATE, key=lambda one: one.part is not part))


@pytest.mark.parametrize(
    ("parts", "field", "said"),
    [
        (left_out(MemoPart.PROPOSAL), "heading_proposal", "alltid vara med"),
        (renamed(MemoPart.PROPOSAL, " "), "heading_proposal", "alltid vara med"),
        (first(MemoPart.CHILDREN), "heading_children", "måste ha en rubrik"),
        (renamed(MemoPart.BASIS, "x" * 121), "heading_basis", "för lång"),
    ],
)
def test_a_template_that_would_make_no_memo_is_refused(
    case: Case, parts: tuple[PartTemplate, ...], field: str, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        case.change(parts)
    assert caught.value.field == field
    assert standing_template(case.session).revision == 0
