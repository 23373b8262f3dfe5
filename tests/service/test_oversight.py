"""What kommunstyrelsen reads of the nämnder: only what is decided and sent, recounted."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.canonical import canonical_json
from internkontroll.core.errors import Conflict, InvalidInput, NotAllowed
from internkontroll.findings.models import Finding, Severity
from internkontroll.organisation.models import Municipality
from internkontroll.plan.models import Control, ObligatoryControl, Plan
from internkontroll.reporting.models import FollowUpReport, OverallAssessment, OversightSummary
from internkontroll.reporting.queries import oversight
from internkontroll.reporting.queries.oversight import (
    oversight_entries,
    oversight_report,
    sent_reports,
)
from internkontroll.reporting.rules.oversight import BoardStanding, ObligatoryStanding
from internkontroll.reporting.rules.oversight import oversight_to_plain as to_plain
from internkontroll.reporting.services.oversight import write_summary
from internkontroll.trail.models import MUNICIPALITY_CHAIN, TrailRow
from tests.factories import AT, make_actor, make_board, make_points
from tests.oversight_rows import DUE_ON, PROGRAM, make_april

ON = date(2020, 6, 15)
NOW = datetime(2020, 6, 15, 9, tzinfo=UTC)


def three(session: Session) -> None:
    """One that has sent, one that has only written, one that has decided what is not asked for."""
    session.add(Municipality(id=1, name="Exempelkommunen"))
    make_april(session, make_board(session, "SCN", "Socialnämnden"), times=3)
    make_april(session, make_board(session, "AMN", "Arbetsnämnden"), decided=False)
    make_april(session, make_board(session, "OSN", "Omsorgsnämnden"), due_on=None)
    session.flush()


def test_only_what_is_decided_and_sent_is_read(session: Session) -> None:
    three(session)
    found = {one.code: one for one in sent_reports(session, 2020, "april", on=ON)}

    assert found["SCN"].report is not None
    assert (found["AMN"].report, found["AMN"].sent_on) == (None, None)
    assert (found["OSN"].report, found["OSN"].sent_on) == (None, None)
    made = oversight_report(session, 2020, "april", on=ON)
    assert made is not None
    assert [(line.code, line.standing, line.days_late) for line in made.boards] == [
        ("AMN", BoardStanding.OVERDUE, 10),
        ("OSN", BoardStanding.NOT_ASKED, 0),
        ("SCN", BoardStanding.SENT, 0),
    ]
    told = canonical_json(to_plain(made))
    assert "AMN-2020" not in told
    assert "OSN-2020" not in told


def test_the_figures_are_those_of_plain_sql(session: Session) -> None:
    three(session)
    made = oversight_report(session, 2020, "april", on=ON)
    assert made is not None
    scn = made.board("SCN")
    assert scn is not None
    assert scn.report is not None
    due = """
        SELECT count(*) FROM occurrence JOIN control ON control.id = occurrence.control_id
        WHERE occurrence.board_id = (SELECT id FROM board WHERE code = 'SCN')
        AND occurrence.due_on <= '2020-05-21' AND control.number <= 6
    """
    assert made.total.count.due == scn.count.due == session.scalar(sa.text(due)) == 8
    plan_size = """
        SELECT count(*) FROM control JOIN plan ON plan.id = control.plan_id
        JOIN board ON board.id = plan.board_id WHERE board.code = 'SCN'
    """
    assert scn.plan_size == session.scalar(sa.text(plan_size)) == 7
    known = sa.select(sa.func.count()).where(
        Finding.board_id
        == sa.select(FollowUpReport.board_id)
        .where(FollowUpReport.snapshot_sha256 == scn.report.sha256)
        .scalar_subquery(),
        Finding.recorded_at <= datetime(2020, 5, 21, 21, 59, tzinfo=UTC),
        Finding.severity == Severity.MATERIAL,
    )
    assert scn.of_severity(Severity.MATERIAL) == session.scalar(known) == 1


def test_the_number_of_queries_is_the_same_for_one_board_and_for_many(
    session: Session, count_queries: Any
) -> None:
    session.add(Municipality(id=1, name="Exempelkommunen"))
    make_april(session, make_board(session, "AA", "Nämnd A"))
    session.commit()
    with count_queries() as one:
        oversight_report(session, 2020, "april", on=ON)
    for code in ("BB", "CC", "DD"):
        make_april(session, make_board(session, code, f"Nämnd {code}"))
    session.commit()
    with count_queries() as many:
        oversight_report(session, 2020, "april", on=ON)

    with count_queries() as again:
        oversight_report(session, 2020, "april", on=ON)

    assert int(one) == int(many) <= 8
    assert int(again) < int(many)


def test_an_obligatory_control_is_found_by_its_number_in_the_decided_plan(
    session: Session,
) -> None:
    three(session)
    wanted = ObligatoryControl(
        year=2020,
        number=1,
        lineage="o1",
        area_name="Ekonomi",
        text="Attest",
        kind="preventive",
        method_text="Stickprov.",
        technique="sample",
        sample_kind="exact",
        sample_n=5,
        frequency="reporting_point",
        points=["april"],
        criteria=[],
        recorded_at=AT,
    )
    session.add(wanted)
    session.flush()
    control = session.scalars(
        sa.select(Control).join(Plan).where(Control.number == 4).order_by(Plan.id)
    ).first()
    assert control is not None
    control.obligatory_id = wanted.id
    session.flush()
    made = oversight_report(session, 2020, "april", on=ON)
    assert made is not None
    answers = {answer.code: answer for answer in made.obligatory[0].answers}

    assert answers["SCN"].standing is ObligatoryStanding.REPORTED
    assert answers["SCN"].row is not None
    assert answers["SCN"].row.number == 4
    assert answers["AMN"].standing is ObligatoryStanding.NOT_SENT


def test_a_point_that_no_board_has_is_no_picture(session: Session) -> None:
    make_points(session, make_board(session, "AA", "Nämnd A"))
    assert oversight_report(session, 2020, "maj", on=ON) is None
    assert oversight_report(session, 2021, "april", on=ON) is None


def test_a_company_that_has_ceased_is_in_no_later_year(session: Session) -> None:
    make_april(session, make_board(session, "AA", "Nämnd A"))
    gone = make_board(session, "BB", "Bolaget")
    gone.valid_to = date(2019, 12, 31)
    session.flush()

    assert [one.code for one in sent_reports(session, 2020, "april", on=ON)] == ["AA"]


def test_the_points_are_listed_newest_first_with_what_has_come(session: Session) -> None:
    three(session)
    entries = oversight_entries(session, on=ON)

    assert [one.point for one in entries] == ["årsbokslut", "augusti", "april"]
    assert (entries[2].sent, entries[2].asked, entries[2].due_on) == (1, 2, DUE_ON)


@pytest.fixture
def controller(session: Session) -> Actor:
    three(session)
    return make_actor(session, Role.OVERSIGHT_CONTROLLER, None)


def write(session: Session, actor: Actor, **more: Any) -> OversightSummary:
    values = {
        "overall": OverallAssessment.PARTLY,
        "grounds": "En nämnd är sen.",
        "proposals": "- att se över attesten,\n\natt återkomma i juni",
        **more,
    }
    return write_summary(session, 2020, "april", **values, actor=actor, at=NOW)


def test_each_text_is_a_row_of_its_own_and_leaves_one_row_in_the_trail(
    session: Session, controller: Actor
) -> None:
    first = write(session, controller)
    assert write(session, controller, revision=1).id == first.id
    write(session, controller, grounds="Två är sena.", revision=1)
    made = oversight_report(session, 2020, "april", on=ON)
    assert made is not None
    assert (made.overall, made.grounds) == (OverallAssessment.PARTLY, "Två är sena.")
    assert made.proposals[-2:] == ("att se över attesten", "att återkomma i juni")
    rows = sa.select(sa.func.count()).where(
        TrailRow.chain == MUNICIPALITY_CHAIN, TrailRow.event == "oversight:assessed"
    )
    assert session.scalar(rows) == 2


def test_the_loser_of_a_concurrent_edit_is_told(session: Session, controller: Actor) -> None:
    write(session, controller, revision=0)
    with pytest.raises(Conflict):
        write(session, controller, grounds="Något annat.", revision=0)


def test_what_cannot_be_written_is_refused_with_a_sentence(
    session: Session, controller: Actor
) -> None:
    with pytest.raises(InvalidInput, match="Skriv vad bedömningen bygger på"):
        write(session, controller, grounds="  ")
    with pytest.raises(InvalidInput, match="Börja varje förslag med ”att”"):
        write(session, controller, proposals="att se över\nSe över mer")
    with pytest.raises(InvalidInput, match="Ingen nämnd har tidpunkten maj 2020"):
        write_summary(
            session,
            2020,
            "maj",
            overall=OverallAssessment.PARTLY,
            grounds="x",
            proposals="",
            actor=PROGRAM,
            at=NOW,
        )


def test_a_boards_own_controller_writes_nothing_for_kommunstyrelsen(
    session: Session, controller: Actor
) -> None:
    other = make_actor(session, Role.CONTROLLER, make_board(session, "XX", "Nämnd X"))
    with pytest.raises(NotAllowed):
        write(session, other)


def test_a_report_that_is_corrected_while_the_picture_is_read_is_left_out(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    three(session)
    oversight.forget_contents()
    sizes = oversight._plan_sizes

    def corrected_meanwhile(session: Session, year: int) -> dict[tuple[int, int], int]:
        session.execute(
            sa.update(FollowUpReport)
            .where(FollowUpReport.snapshot_sha256.is_not(None))
            .values(snapshot_sha256="f" * 64, sent_at=None, version=2)
        )
        return sizes(session, year)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(oversight, "_plan_sizes", corrected_meanwhile)
        found = {one.code: one for one in sent_reports(session, 2020, "april", on=ON)}

    assert (found["SCN"].report, found["SCN"].sent_on) == (None, None)
    assert not oversight._kept, "nothing is remembered under the hash of another version"


def test_what_is_kept_may_be_emptied_by_another_at_any_moment(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Emptied(dict[Any, Any]):
        def __contains__(self, key: object) -> bool:
            known = super().__contains__(key)
            self.clear()
            return known

    three(session)
    kept: dict[str, Any] = Emptied()
    monkeypatch.setattr(oversight, "_kept", kept)
    first = sent_reports(session, 2020, "april", on=ON)

    assert len(kept) == 1
    assert sent_reports(session, 2020, "april", on=ON) == first
