"""A revision reaches what is planned and leaves what is done; reports close across versions."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import ROOT
from internkontroll.core.access import Role, system_actor
from internkontroll.core.clock import end_of_day
from internkontroll.core.errors import InvalidTransition
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, Plan, PlanState
from internkontroll.plan.queries import controls_of, decided_plan
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind
from internkontroll.plan.services import appoint, decide_plan, prepare_plan, start_revision
from internkontroll.reporting.queries import find_point, report_facts
from internkontroll.reporting.rules import Report, build_report
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.queries import Count, occurrence_counts
from internkontroll.schedule.services import (
    Revised,
    decide_revision,
    generate_occurrences,
    record_not_performed,
    start_occurrence,
)
from internkontroll.trail.queries import history_of
from tests.factories import make_board, make_control, make_plan, make_points, make_user

SYSTEM = system_actor("drift")
OPENED = datetime(2020, 1, 15, 11, tzinfo=UTC)
REVISED = datetime(2020, 6, 12, 9, tzinfo=UTC)


@pytest.fixture
def board(session: Session) -> Board:
    made = make_board(session)
    make_points(session, made)
    return made


@pytest.fixture
def plan(session: Session, board: Board) -> Plan:
    """Three controls, each reported at three points, decided before the year and scheduled."""
    made = make_plan(session, board)
    for number in range(1, 4):
        make_control(session, made, text=f"Kontroll av attest {number}")
    prepare_plan(session, made, actor=SYSTEM, at=OPENED)
    decide(session, made, date(2019, 12, 18), OPENED)
    generate_occurrences(session, made, actor=SYSTEM, at=OPENED)
    return made


def decide(session: Session, plan: Plan, day: date, at: datetime) -> Plan:
    return decide_plan(
        session,
        plan,
        decided_on=day,
        paragraph="187",
        registry_number="SCN-2019-0598",
        body="Socialnämnden",
        verified_on=None,
        actor=SYSTEM,
        at=at,
    )


def control(session: Session, plan: Plan, number: int) -> Control:
    return next(row for row in controls_of(session, plan.id) if row.number == number)


def revised(session: Session, plan: Plan, at: datetime = REVISED) -> tuple[Plan, Revised]:
    """Kontroll 2 is done in another way, kontroll 3 is taken away, kontroll 4 is new."""
    draft = start_revision(session, plan, "Ny lag från halvårsskiftet.", actor=SYSTEM, at=at)
    control(session, draft, 2).method_text = "Alla underlag gås igenom."
    gone = control(session, draft, 3)
    gone.risks.clear()
    session.flush()
    for table in ("criterion", "control_mark"):
        session.execute(sa.text(f"DELETE FROM {table} WHERE control_id = :id"), {"id": gone.id})  # noqa: S608
    session.execute(sa.text("DELETE FROM control WHERE id = :id"), {"id": gone.id})
    session.expire_all()
    draft.controls  # noqa: B018 - numbers follow what is there
    made = make_control(session, draft, text="Kontroll av jäv")
    made.number = 4
    session.flush()
    prepare_plan(session, draft, actor=SYSTEM, at=at)
    result = decide_revision(
        session,
        draft,
        decided_on=date(2020, 6, 11),
        paragraph="91",
        registry_number="SCN-2019-0598",
        body="Socialnämnden",
        verified_on=None,
        actor=SYSTEM,
        at=at,
    )
    return draft, result


def occurrences(session: Session, lineage: str) -> dict[str, list[Occurrence]]:
    found: dict[str, list[Occurrence]] = {}
    for row in session.scalars(
        sa.select(Occurrence)
        .join(Occurrence.control)
        .where(Control.lineage == lineage)
        .order_by(Occurrence.id)
    ):
        found.setdefault(row.origin, []).append(row)
    return found


def report(session: Session, board: Board, point: str, at: datetime) -> Report:
    entry = find_point(session, board.id, 2020, point)
    assert entry is not None
    facts = report_facts(session, board, entry, known_at=at)
    assert facts is not None
    return build_report(facts, cut_off_at=at, until=at)


def test_only_untouched_coming_occurrences_of_changed_controls_expire(
    session: Session, plan: Plan
) -> None:
    lineages = {row.number: row.lineage for row in controls_of(session, plan.id)}
    august = occurrences(session, lineages[2])["point:augusti"][0]
    start_occurrence(session, august, actor=SYSTEM, at=REVISED)

    draft, result = revised(session, plan)

    # Kontroll 2: augusti is begun and stays, årsbokslut is made anew. Kontroll 3: two expire.
    assert result.expired == 1 + 2
    assert result.carried == 2
    assert result.new == 1 + 2
    states = {
        (number, origin): [row.state.value for row in rows]
        for number, lineage in lineages.items()
        for origin, rows in occurrences(session, lineage).items()
    }
    assert states[2, "point:augusti"] == ["started"]
    assert states[2, "point:årsbokslut"] == ["expired", "planned"]
    assert states[3, "point:augusti"] == ["expired"]
    assert states[3, "point:april"] == ["planned"], "its period ended before the decision"
    assert states[1, "point:augusti"] == ["planned"]
    carried = occurrences(session, lineages[1])["point:augusti"][0]
    assert carried.control_id == control(session, draft, 1).id
    assert august.control_id == control(session, plan, 2).id


def test_the_old_version_is_replaced_and_the_new_one_holds(
    session: Session, board: Board, plan: Plan
) -> None:
    draft, _ = revised(session, plan)
    assert (plan.state, draft.state) == (PlanState.REPLACED, PlanState.DECIDED)
    found = decided_plan(session, board.id, 2020)
    assert found is not None
    assert (found.id, found.version) == (draft.id, 2)
    with pytest.raises(InvalidTransition, match="ersatt"):
        generate_occurrences_of(session, plan)


def generate_occurrences_of(session: Session, plan: Plan) -> None:
    start_revision(session, plan, "Igen.", actor=SYSTEM, at=REVISED)


def test_an_expired_occurrence_says_when_and_why_and_leaves_a_trail_row(
    session: Session, board: Board, plan: Plan
) -> None:
    lineage = control(session, plan, 3).lineage
    revised(session, plan)
    row = occurrences(session, lineage)["point:augusti"][0]
    assert row.expired_at == REVISED
    assert row.expired_reason == "Planen reviderades 11 juni 2020: Ny lag från halvårsskiftet."
    (traced,) = history_of(session, board.code, "occurrence", row.id)
    assert traced.event == "occurrence:expired"
    assert traced.data == {"state": {"old": "planned", "new": "expired"}}


def test_making_occurrences_again_after_a_revision_makes_nothing(
    session: Session, plan: Plan
) -> None:
    draft, _ = revised(session, plan)
    again = generate_occurrences(session, draft, actor=SYSTEM, at=REVISED)
    assert again.new == 0


def test_the_plan_page_counts_a_control_across_its_versions(session: Session, plan: Plan) -> None:
    first = occurrences(session, control(session, plan, 2).lineage)["point:april"][0]
    first.state = OccurrenceState.APPROVED
    session.flush()
    draft, _ = revised(session, plan)
    assert occurrence_counts(session, draft.id)[control(session, draft, 2).id] == Count(1, 3)


def test_a_report_of_an_earlier_cut_off_gives_the_same_figures_after_a_revision(
    session: Session, board: Board, plan: Plan
) -> None:
    april = occurrences(session, control(session, plan, 3).lineage)["point:april"][0]
    record_not_performed(
        session, april, "Ingen var utsedd.", actor=SYSTEM, at=datetime(2020, 5, 6, 9, tzinfo=UTC)
    )
    cut_off_at = end_of_day(date(2020, 5, 21))
    before = report(session, board, "april", cut_off_at)

    revised(session, plan)
    after = report(session, board, "april", cut_off_at)

    assert before.total == after.total
    assert before.rows == after.rows
    assert (before.total.due, before.total.not_performed, before.total.missed) == (3, 1, 2)
    assert after.plan.version == 1


def test_the_count_of_the_year_closes_across_versions(
    session: Session, board: Board, plan: Plan
) -> None:
    revised(session, plan)
    end = report(session, board, "årsbokslut", end_of_day(date(2021, 1, 21)))

    assert end.plan.version == 2
    # Recounted in SQL: all but the expired are due.
    rows = dict(
        session.execute(sa.text("SELECT state, count(*) FROM occurrence GROUP BY state")).all()
    )
    assert rows == {"planned": 9, "expired": 4}
    assert (end.total.due, end.total.missed, end.total.expired) == (9, 9, 4)
    gone = next(row for row in end.rows if row.removed)
    assert gone.text == "Kontroll av attest 3"
    assert (gone.count.due, gone.count.expired) == (1, 2)


def test_between_the_revision_and_the_last_report_both_are_told(
    session: Session, board: Board, plan: Plan
) -> None:
    before = report(session, board, "augusti", datetime(2020, 6, 11, 9, tzinfo=UTC))
    assert before.total.expired == 0
    assert before.plan.version == 1
    revised(session, plan)
    same = report(session, board, "augusti", datetime(2020, 6, 11, 9, tzinfo=UTC))
    assert (same.total, same.rows, same.plan) == (before.total, before.rows, before.plan)
    later = report(session, board, "augusti", end_of_day(date(2020, 9, 21)))
    assert later.total.expired == 2
    assert later.plan.version == 2


def test_a_revision_is_not_decided_without_its_occurrences(session: Session, plan: Plan) -> None:
    draft = start_revision(session, plan, "Ny lag.", actor=SYSTEM, at=REVISED)
    control(session, draft, 2).method_text = "Alla underlag gås igenom."
    prepare_plan(session, draft, actor=SYSTEM, at=REVISED)

    with pytest.raises(InvalidTransition, match="årets kontroller ska följa med"):
        decide(session, draft, date(2020, 6, 11), REVISED)

    assert (plan.state, draft.state) == (PlanState.DECIDED, PlanState.PREPARED)


def test_only_the_verb_that_takes_the_occurrences_along_says_that_it_does() -> None:
    says = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "internkontroll").rglob("*.py")
        if "with_occurrences=True" in path.read_text(encoding="utf-8")
    ]
    assert says == ["internkontroll/schedule/services/revising.py"]


def test_a_second_revision_while_one_is_open_is_refused(session: Session, plan: Plan) -> None:
    start_revision(session, plan, "Ny lag.", actor=SYSTEM, at=REVISED)
    with pytest.raises(InvalidTransition, match="version 2"):
        start_revision(session, plan, "En till.", actor=SYSTEM, at=REVISED)


def test_a_draft_of_a_revision_holds_everything_of_the_plan(session: Session, plan: Plan) -> None:
    own = control(session, plan, 1)
    own.frequency, own.sample_kind, own.sample_n = Frequency.QUARTER, SampleKind.AT_LEAST, 7
    session.flush()
    draft = start_revision(session, plan, "Ny lag.", actor=SYSTEM, at=REVISED)
    copy = control(session, draft, 1)
    skipped = {"id", "plan_id", "area_id", "row_version"}
    columns = {name for name in Control.__table__.columns.keys() if name not in skipped}  # noqa: SIM118
    assert {name: getattr(copy, name) for name in columns} == {
        name: getattr(own, name) for name in columns
    }
    assert [row.text for row in copy.criteria] == [row.text for row in own.criteria]
    assert [risk.id for risk in copy.risks] == [risk.id for risk in own.risks]
    assert copy.area.name == own.area.name


def test_whoever_is_appointed_follows_the_control_over_its_versions(
    session: Session, board: Board, plan: Plan
) -> None:
    begun = occurrences(session, control(session, plan, 2).lineage)["point:augusti"][0]
    start_occurrence(session, begun, actor=SYSTEM, at=REVISED)
    draft, _ = revised(session, plan)
    person = make_user(session, Role.RESPONSIBLE, board)
    appoint(session, control(session, draft, 2), person, actor=SYSTEM, at=REVISED)
    session.expire_all()
    assert begun.control.plan_id == plan.id
    assert begun.control.responsible_id == person.id
