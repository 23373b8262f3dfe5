"""A report asked for later says what it said then, beside the years before."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.canonical import canonical_json
from internkontroll.findings.models import Closing, ClosingOutcome, Finding, Severity
from internkontroll.findings.services import finish_action, revise_finding
from internkontroll.plan.models import Control, Plan
from internkontroll.plan.services import prepare_plan, start_revision
from internkontroll.reporting.models import Assessment
from internkontroll.reporting.queries import find_point, shown_report
from internkontroll.reporting.rules import Change, LaterKind, Report, StatementKind, to_plain
from internkontroll.reporting.services import (
    Minutes,
    decide_correction,
    open_correction,
    remark_control,
)
from internkontroll.review.models import Conclusion
from internkontroll.schedule.models import NonPerformance, Occurrence
from internkontroll.schedule.services import decide_revision, move_occurrence
from tests.factories import make_risk
from tests.report_rows import find, sign
from tests.report_years import SYSTEM, Years, assess, decide_april, make_years
from tests.service.report_asked_later import DECEMBER, JUNE, MAY, april, happen_actions


@pytest.fixture
def years(session: Session) -> Years:
    return make_years(session)


def as_of(report: Report) -> str:
    """The report's JSON without what tells when it was made and what came after."""
    content = to_plain(report)
    del content["later"], content["trail_head"]
    return canonical_json(content)


def correct(session: Session, first: Conclusion, people: tuple[int, int]) -> None:
    """The conclusion is corrected: every item deviates."""
    session.add(
        Conclusion(
            occurrence_id=first.occurrence_id,
            text="Räknat om.",
            reviewed=first.reviewed,
            population_size=first.population_size,
            deviating=first.reviewed,
            is_random=True,
            basis=first.basis,
            written_by_id=people[0],
            written_at=JUNE,
            signed_by_id=people[1],
            signed_at=JUNE,
            corrects_id=first.id,
        )
    )
    session.flush()


def correct_last_year(session: Session, years: Years) -> None:
    """Last year's results are corrected and its finding proves to be a mistake."""
    finding = session.scalars(sa.select(Finding).where(Finding.year == 2019)).one()
    people = (years.spring.tester_id, years.spring.signer_id)
    of_last_year = Conclusion.signed_at < datetime(2020, 1, 1, tzinfo=UTC)
    for conclusion in session.scalars(sa.select(Conclusion).where(of_last_year)).all():
        correct(session, conclusion, people)
    session.add(
        Closing(
            finding_id=finding.id,
            outcome=ClosingOutcome.MISTAKEN,
            reason="Underlaget fanns.",
            recorded_at=JUNE,
        )
    )
    session.flush()


def happen_reviews(session: Session, years: Years) -> None:
    """What was missed is done, what was done is corrected, what was skipped is taken up."""
    spring = years.spring
    people = (spring.tester_id, spring.signer_id)
    missed = session.get_one(Occurrence, spring.occurrences[7])
    sign(session, missed, JUNE, people, deviating=3)
    find(session, missed, 3, Severity.SERIOUS, JUNE)
    first = session.scalars(
        sa.select(Conclusion).where(Conclusion.occurrence_id == spring.occurrences[0])
    ).one()
    correct(session, first, people)
    correct_last_year(session, years)
    session.scalars(sa.select(NonPerformance)).one().withdrawn_at = JUNE
    not_due = session.get_one(Occurrence, spring.occurrences[-1])
    move_occurrence(
        session,
        not_due,
        due_on=date(2020, 9, 9),
        reason="Byter system.",
        actor=SYSTEM,
        at=MAY + timedelta(days=1),
    )
    revise_finding(
        session,
        years.finding,
        severity=Severity.SERIOUS,
        description="Värre än så.",
        cause=None,
        reason="Nya uppgifter.",
        row_version=years.finding.row_version,
        actor=SYSTEM,
        at=JUNE,
    )


def happen_plan(session: Session, years: Years) -> None:
    """The plan is revised, risks are assessed anew, and last year's August is decided at last."""
    plan = session.scalars(
        sa.select(Plan).where(Plan.board_id == years.board.id, Plan.year == 2020)
    ).one()
    draft = start_revision(session, plan, "Ny lag.", actor=SYSTEM, at=JUNE)
    third = session.scalars(
        sa.select(Control).where(Control.plan_id == draft.id, Control.number == 3)
    ).one()
    third.text, third.risks = "Ny lydelse", [make_risk(session, years.board, "Ny risk")]
    prepare_plan(session, draft, actor=SYSTEM, at=JUNE)
    decide_revision(
        session,
        draft,
        decided_on=date(2020, 6, 9),
        paragraph="91",
        registry_number="SCN-2020-0300",
        body="Socialnämnden",
        verified_on=None,
        actor=SYSTEM,
        at=JUNE,
    )
    for control in session.scalars(sa.select(Control).where(Control.plan_id == plan.id)):
        for risk in control.risks:
            assess(session, risk, 4, JUNE)
    assess(session, make_risk(session, years.board, "Tillkommen"), 4, JUNE)


def test_the_april_report_asked_for_in_december_is_the_one_asked_for_in_april(
    session: Session, years: Years
) -> None:
    then = as_of(april(session, years, MAY))
    happen_actions(session, years)
    assert as_of(april(session, years, DECEMBER)) == then
    happen_reviews(session, years)
    assert as_of(april(session, years, DECEMBER)) == then
    happen_plan(session, years)
    session.expire_all()
    assert as_of(april(session, years, DECEMBER)) == then
    told = {fact.kind for fact in april(session, years, DECEMBER).later}
    assert told >= {
        LaterKind.SIGNED,
        LaterKind.CORRECTED,
        LaterKind.FINDING,
        LaterKind.MOVED,
        LaterKind.RESUMED,
        LaterKind.ACTION,
        LaterKind.ACTION_ENDED,
        LaterKind.ITEM_CORRECTED,
    }


def test_a_report_decided_after_the_cut_off_is_not_compared_with(
    session: Session, years: Years
) -> None:
    august = find_point(session, years.board.id, 2020, "augusti")
    assert august is not None

    def compared(at: datetime) -> tuple[str, ...]:
        shown = shown_report(session, years.board, august, at=at)
        assert shown is not None
        told = (shown.report.previous, shown.report.last_year)
        return tuple(f"{one.point} {one.year}" for one in told if one is not None)

    assert compared(DECEMBER) == ()
    decide_april(session, years.board, 2020, DECEMBER)
    assert compared(DECEMBER) == (), "it was not decided when August closed"


def correct_last_april(session: Session, years: Years, at: datetime) -> None:
    """The board decides a corrected version: the first of last year's controls was serious."""
    entry = find_point(session, years.board.id, 2019, "april")
    assert entry is not None
    point = entry.point
    open_correction(session, years.board, point, "Fel bedömt.", actor=SYSTEM, at=at)
    control = session.scalars(
        sa.select(Control)
        .join(Plan, Plan.id == Control.plan_id)
        .where(Plan.board_id == years.board.id, Plan.year == 2019, Control.number == 1)
    ).one()
    remark_control(
        session,
        years.board,
        point,
        control,
        comment="",
        assessment=Assessment.SERIOUS,
        reason="Skadan var stor.",
        actor=SYSTEM,
        at=at,
    )
    minutes = Minutes(at.date(), "89", "SCN-2020-0212")
    decide_correction(session, years.board, point, minutes, actor=SYSTEM, at=at)


def test_it_is_compared_with_the_version_that_stood_when_its_facts_closed(
    session: Session, years: Years
) -> None:
    then = as_of(april(session, years, MAY))
    correct_last_april(session, years, JUNE)
    session.expire_all()
    assert as_of(april(session, years, DECEMBER)) == then, "the correction came afterwards"
    told = {row.number: row.last_year for row in april(session, years, DECEMBER).rows}[2]
    assert told is not None
    assert told.assessment is Assessment.WITHOUT_DEVIATION


def test_it_is_compared_with_a_correction_decided_before_its_facts_closed(
    session: Session, years: Years
) -> None:
    correct_last_april(session, years, datetime(2020, 5, 4, 9, tzinfo=UTC))
    session.expire_all()
    told = {row.number: row.last_year for row in april(session, years, MAY).rows}[2]
    assert told is not None
    assert (told.assessment, told.change) == (Assessment.SERIOUS, Change.BETTER)


def test_the_report_tells_how_it_has_gone_since_last_year(session: Session, years: Years) -> None:
    report = april(session, years, MAY)
    assert report.last_year is not None
    assert (report.last_year.point, report.last_year.year) == ("april", 2019)
    changes = {row.number: row.last_year.change for row in report.rows if row.last_year}
    assert changes == {
        1: Change.NEW,
        2: Change.SAME,
        3: Change.WORSE,
        4: Change.NEW,
        5: Change.NEW,
        6: Change.NEW,
    }
    third = report.rows[2].last_year
    assert third is not None
    assert (third.assessment, third.performed, third.due, third.deviating) == (
        Assessment.MINOR,
        1,
        1,
        1,
    )


def test_the_sentences_tell_what_the_rows_say(session: Session, years: Years) -> None:
    told = {one.kind: one.text for one in april(session, years, MAY).statements}
    assert told[StatementKind.EARLIER_ACTIONS] == (
        "Av de fyra åtgärder som var öppna vid förra uppföljningen (per årsbokslut 2019) är en "
        "klar. En är flyttad för andra gången. En är försenad. En saknar ansvarig."
    )
    assert told[StatementKind.RECURRING] == (
        "Kontroll 3 visar brister för andra året i rad. En åtgärd är genomförd men har hittills "
        "inte ändrat utfallet."
    )
    assert (
        "En risk med högre riskvärde har inget kontrollmoment."
        in (told[StatementKind.CONCENTRATION])
    )


def test_a_row_has_this_year_first_and_then_the_years_before(
    session: Session, years: Years
) -> None:
    third = april(session, years, MAY).rows[2]
    assert [(row.year, row.performed, row.deviating, row.findings) for row in third.history] == [
        (2020, 1, 2, 1),
        (2019, 1, 1, 1),
    ]
    assert third.history[1].actions_done == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Finding)) == 3


def test_a_finding_with_two_actions_done_is_still_one_finding_of_its_year(
    session: Session, years: Years
) -> None:
    finish_action(
        session,
        years.actions["late"],
        outcome="Klart.",
        done_on=date(2020, 5, 18),
        actor=SYSTEM,
        at=datetime(2020, 5, 18, 9, tzinfo=UTC),
    )
    told = april(session, years, MAY).rows[2].history[1]
    assert (told.year, told.findings, told.actions_done) == (2019, 1, 2)
