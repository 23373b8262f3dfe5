"""What is done without items is recorded, corrected by new rows, and signed by somebody else."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control
from internkontroll.plan.rules.vocabulary import SampleKind, Technique
from internkontroll.reporting.queries import find_point, report_facts
from internkontroll.reporting.rules import build_report
from internkontroll.review.models import Basis, Conclusion, RecordedResult
from internkontroll.review.queries import conclusions_of, results_of, standing_conclusion
from internkontroll.review.services import (
    ResultFacts,
    correct_signed_result,
    record_result,
    return_conclusion,
    sign_conclusion,
    write_conclusion,
)
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.models import TrailRow
from tests.factories import (
    actor_of,
    make_board,
    make_control,
    make_drawn_sample,
    make_occurrence,
    make_plan,
    make_points,
    make_user,
)

AT = datetime(2020, 4, 20, 9, tzinfo=UTC)

SURVEY = ResultFacts(
    technique=Technique.SURVEY,
    by_other=False,
    performed_by="HR-enheten",
    performed_on=date(2020, 4, 14),
    what_was_done="Enkäten gick till alla chefer.",
    outcome="Två visste inte vart man vänder sig.",
    size=40,
    reviewed=31,
    deviating=2,
    source="SCN-2020-0142",
)


@dataclass
class Desk:
    """A control that is an enkät, its occurrence for april, and those who work with it."""

    session: Session
    board: Board
    control: Control
    occurrence: Occurrence
    tester: Actor
    signer: Actor

    def record(self, facts: ResultFacts = SURVEY, version: int = 0, **more: str) -> RecordedResult:
        at = more.pop("at", AT)
        return record_result(
            self.session,
            self.occurrence,
            facts,
            version=version,
            actor=self.tester,
            at=at,  # type: ignore[arg-type]
            **more,
        )

    def sign_off(self, at: datetime = AT) -> Conclusion:
        write_conclusion(self.session, self.occurrence, "Klart.", actor=self.tester, at=at)
        return sign_conclusion(self.session, self.occurrence, actor=self.signer, at=at)

    def correct(self, facts: ResultFacts, version: int, at: datetime = AT) -> Conclusion:
        return correct_signed_result(
            self.session,
            self.occurrence,
            facts,
            version=version,
            reason="Sena svar kom in.",
            text="Tre visste inte.",
            actor=self.tester,
            at=at,
        )


@pytest.fixture
def desk(session: Session) -> Desk:
    board = make_board(session)
    points = make_points(session, board)
    control = make_control(
        session,
        make_plan(session, board, decided=True),
        technique=Technique.SURVEY,
        sample_kind=SampleKind.CENSUS,
        sample_n=None,
    )
    return Desk(
        session=session,
        board=board,
        control=control,
        occurrence=make_occurrence(session, control, point=points[0], due_on=date(2020, 5, 7)),
        tester=actor_of(make_user(session, Role.RESPONSIBLE, board)),
        signer=actor_of(make_user(session, Role.REVIEWER, board)),
    )


def test_a_survey_is_recorded_concluded_and_signed_without_a_list(desk: Desk) -> None:
    desk.record()
    conclusion = desk.sign_off()

    assert (conclusion.basis, conclusion.is_random) == (Basis.RESULT, False)
    assert (conclusion.reviewed, conclusion.population_size, conclusion.deviating) == (31, 40, 2)
    assert desk.occurrence.state is OccurrenceState.APPROVED
    events = desk.session.scalars(sa.select(TrailRow.event).order_by(TrailRow.id)).all()
    assert events == [
        "occurrence:started",
        "result:recorded",
        "conclusion:written",
        "occurrence:submitted",
        "conclusion:signed",
        "occurrence:approved",
    ]


def test_who_recorded_the_result_does_not_sign(desk: Desk) -> None:
    both = actor_of(make_user(desk.session, Role.CONTROLLER, desk.board))
    record_result(desk.session, desk.occurrence, SURVEY, version=0, actor=both, at=AT)
    write_conclusion(desk.session, desk.occurrence, "Klart.", actor=desk.tester, at=AT)
    with pytest.raises(NotAllowed, match="Någon annan måste skriva under"):
        sign_conclusion(desk.session, desk.occurrence, actor=both, at=AT)


def test_an_observation_may_have_a_text_alone(desk: Desk) -> None:
    seen = replace(SURVEY, technique=Technique.OBSERVATION, size=None, reviewed=0, deviating=0)
    desk.record(seen)
    conclusion = desk.sign_off()
    assert (conclusion.reviewed, conclusion.population_size) == (0, 0)


def test_a_number_without_a_whole_is_told_alone(desk: Desk) -> None:
    desk.record(replace(SURVEY, technique=Technique.INTERVIEW, size=None, reviewed=5, deviating=1))
    conclusion = desk.sign_off()
    assert (conclusion.reviewed, conclusion.population_size) == (5, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reviewed": 41}, "reviewed"),
        ({"deviating": 32}, "deviating"),
        ({"size": None}, "size"),
        ({"technique": Technique.INTERVIEW, "reviewed": 0, "deviating": 0}, "reviewed"),
        ({"technique": Technique.SAMPLE}, "technique"),
        ({"performed_on": date(2020, 4, 21)}, "performed_on"),
        ({"performed_by": " "}, "performed_by"),
        ({"what_was_done": ""}, "what_was_done"),
        ({"outcome": "Rör 19121212-1212."}, "outcome"),
        ({"size": 20_000_000}, "size"),
    ],
)
def test_a_result_that_cannot_be_is_refused_at_its_field(
    desk: Desk, change: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.record(replace(SURVEY, **change))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_the_database_holds_deviations_to_what_was_reviewed(desk: Desk) -> None:
    result = desk.record()
    result.deviating = 32
    with pytest.raises(IntegrityError, match=r"ck_recorded_result_deviating"):
        desk.session.flush()


def test_the_same_again_records_nothing_and_a_change_needs_its_reason(desk: Desk) -> None:
    first = desk.record()
    assert desk.record(version=1) is first
    with pytest.raises(InvalidInput, match="varför resultatet ändras"):
        desk.record(replace(SURVEY, deviating=3), version=1)

    second = desk.record(replace(SURVEY, deviating=3), version=1, reason="Ett svar lästes fel.")

    rows = results_of(desk.session, desk.occurrence.id)
    assert [(row.revision, row.deviating) for row in rows] == [(2, 3), (1, 2)]
    assert second.reason == "Ett svar lästes fel."


def test_who_read_an_older_result_is_told_and_changes_nothing(desk: Desk) -> None:
    desk.record()
    with pytest.raises(Conflict, match="Någon annan har ändrat resultatet"):
        desk.record(replace(SURVEY, deviating=9), version=0, reason="Rättning.")
    assert len(results_of(desk.session, desk.occurrence.id)) == 1


def test_a_sample_whose_size_the_board_decided_is_not_recorded_away(desk: Desk) -> None:
    desk.control.technique, desk.control.sample_kind = Technique.SAMPLE, SampleKind.EXACT
    desk.control.sample_n = 5
    with pytest.raises(InvalidTransition, match="post för post"):
        desk.record(replace(SURVEY, technique=Technique.DOCUMENT_REVIEW))

    desk.record(replace(SURVEY, technique=Technique.SAMPLE, by_other=True))


def test_a_result_is_not_recorded_beside_a_draw(desk: Desk) -> None:
    make_drawn_sample(desk.session, desk.occurrence)
    with pytest.raises(InvalidTransition, match="redan en lista eller ett stickprov"):
        desk.record()


def test_nothing_is_recorded_once_the_conclusion_waits_or_is_signed(desk: Desk) -> None:
    desk.record()
    write_conclusion(desk.session, desk.occurrence, "Klart.", actor=desk.tester, at=AT)
    with pytest.raises(InvalidTransition, match="väntar på underskrift"):
        desk.record(replace(SURVEY, deviating=3), version=1, reason="Rättning.")
    sign_conclusion(desk.session, desk.occurrence, actor=desk.signer, at=AT)
    with pytest.raises(InvalidTransition, match="underskriven"):
        desk.record(replace(SURVEY, deviating=3), version=1, reason="Rättning.")


def test_a_signed_result_is_corrected_by_a_new_conclusion_that_another_signs(desk: Desk) -> None:
    desk.record()
    first = desk.sign_off()
    correction = desk.correct(replace(SURVEY, reviewed=33, deviating=3), 1)

    assert standing_conclusion(desk.session, desk.occurrence.id) is correction
    assert conclusions_of(desk.session, desk.occurrence.id).signed == [first]
    with pytest.raises(NotAllowed):
        sign_conclusion(desk.session, desk.occurrence, actor=desk.tester, at=AT)
    with pytest.raises(InvalidTransition, match="väntar redan på underskrift"):
        desk.correct(replace(SURVEY, reviewed=34), 2)

    sign_conclusion(desk.session, desk.occurrence, actor=desk.signer, at=AT)

    assert desk.occurrence.state is OccurrenceState.APPROVED
    assert conclusions_of(desk.session, desk.occurrence.id).signed == [first, correction]
    assert first.deviating == 2


def test_a_correction_that_is_sent_back_leaves_the_signed_one_standing(desk: Desk) -> None:
    desk.record()
    first = desk.sign_off()
    desk.correct(replace(SURVEY, deviating=3), 1)
    return_conclusion(desk.session, desk.occurrence, "Kontrollera.", actor=desk.signer, at=AT)

    assert standing_conclusion(desk.session, desk.occurrence.id) is first
    assert desk.occurrence.state is OccurrenceState.APPROVED
    again = desk.correct(replace(SURVEY, deviating=4), 2)
    assert again.corrects_id == first.id


def test_a_correction_that_changes_nothing_is_refused(desk: Desk) -> None:
    desk.record()
    desk.sign_off()
    with pytest.raises(InvalidInput, match="Inget är ändrat"):
        desk.correct(SURVEY, 1)


def test_a_report_tells_the_figures_that_stood_at_its_moment(desk: Desk) -> None:
    desk.record()
    desk.sign_off(AT)
    later = AT + timedelta(days=40)
    desk.correct(replace(SURVEY, reviewed=35, deviating=5), 1, later)
    sign_conclusion(desk.session, desk.occurrence, actor=desk.signer, at=later)
    entry = find_point(desk.session, desk.board.id, 2020, "april")
    assert entry is not None
    facts = report_facts(desk.session, desk.board, entry, known_at=later)
    assert facts is not None

    def row_at(moment: datetime) -> tuple[int, int, int, int, str | None]:
        report = build_report(facts, cut_off_at=moment, until=later)
        row = report.rows[0]
        return row.count.performed, row.reviewed, row.population, row.deviating, row.proof

    assert row_at(AT + timedelta(days=30)) == (1, 31, 40, 2, None)
    assert row_at(later) == (1, 35, 40, 5, None)
    told = build_report(facts, cut_off_at=AT + timedelta(days=30), until=later).later
    assert [fact.kind.value for fact in told] == ["corrected"]


def test_a_report_tells_n_alone_where_n_of_all_is_not_known(desk: Desk) -> None:
    desk.record(replace(SURVEY, technique=Technique.INTERVIEW, size=None, reviewed=5, deviating=1))
    desk.sign_off()
    entry = find_point(desk.session, desk.board.id, 2020, "april")
    assert entry is not None
    facts = report_facts(desk.session, desk.board, entry, known_at=AT + timedelta(days=30))
    assert facts is not None
    row = build_report(facts, cut_off_at=AT + timedelta(days=30), until=AT).rows[0]
    assert (row.reviewed, row.population, row.deviating, row.proof) == (5, 0, 1, None)
