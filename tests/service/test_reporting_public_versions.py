"""A decided report is asked for: proposed maskings, a person's judgement, what is given out."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role, system_actor
from internkontroll.core.canonical import sha256_of
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import ReportingPoint
from internkontroll.plan.models import Control, ControlArea, Plan, PlanState
from internkontroll.reporting import services
from internkontroll.reporting.models import (
    FollowUpReport,
    MaskGround,
    OverallAssessment,
    PublicEvent,
    PublicOutcome,
    PublicState,
    PublicVersion,
)
from internkontroll.reporting.queries.public import secret_controls, version_asked_for
from internkontroll.reporting.rules.public import pieces_of
from internkontroll.reporting.services import Judged
from internkontroll.sampling.models import Population
from internkontroll.schedule.models import Occurrence
from internkontroll.trail.queries import history_of, verify_trail
from tests.factories import make_actor, make_board
from tests.report_rows import make_spring

SYSTEM = system_actor("test")
AT = datetime(2020, 6, 1, 9, tzinfo=UTC)
DAY = date(2020, 5, 30)
SECRET = "Handläggaren glömde beslutet."
COMMENT = "row.3.comment"


class Desk:
    """A decided April report whose third control reviews cases, and the verbs of a request."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.board = make_board(session)
        spring = make_spring(session, self.board)
        self.point = session.get_one(ReportingPoint, spring.april_id)
        self.secretary = make_actor(session, Role.SECRETARY, self.board)
        control = session.get_one(Control, spring.controls[2])
        occurrence = session.scalars(
            sa.select(Occurrence.id).where(Occurrence.control_id == control.id)
        ).first()
        session.add(
            Population(
                board_id=self.board.id,
                occurrence_id=occurrence,
                description="Ärenden",
                source="Verksamhetssystemet",
                taken_out_by="Systemförvaltaren",
                file_name="arenden.csv",
                seal_key="0" * 64,
                received_at=AT,
            )
        )
        about: dict[str, Any] = {"actor": SYSTEM, "at": datetime(2020, 5, 18, 7, tzinfo=UTC)}
        services.remark_control(session, self.board, self.point, control, comment=SECRET, **about)
        services.set_overall(
            session,
            self.board,
            self.point,
            overall=OverallAssessment.PARTLY,
            grounds="Två kontroller är inte gjorda.",
            **about,
        )
        self.report = services.decide_report(
            session,
            self.board,
            self.point,
            decided_on=date(2020, 5, 28),
            paragraph="87",
            registry_number="SCN-2020-0211",
            actor=SYSTEM,
            at=datetime(2020, 5, 29, 9, tzinfo=UTC),
        )

    def propose(self, day: date = DAY, **given: Any) -> PublicVersion:
        given = {"actor": self.secretary, "at": AT, **given}
        return services.propose_public_version(
            self.session, self.board, self.point, self.report, day, **given
        )

    def judge(self, public: PublicVersion, judged: dict[str, Judged], **given: Any) -> None:
        given = {"actor": self.secretary, "at": AT, "provision": "26:1", **given}
        services.judge_public_version(self.session, self.board, self.point, public, judged, **given)

    def judge_all(self, public: PublicVersion, **given: Any) -> None:
        judged = {one.place: Judged(masked=True) for one in public.maskings}
        self.judge(public, judged, **given)

    def decide(self, public: PublicVersion, **given: Any) -> PublicVersion:
        given = {"actor": self.secretary, "at": AT, "ground": "Sekretess.", **given}
        return services.decide_public_version(self.session, self.board, self.point, public, **given)

    def rows_of_trail(self) -> list[Any]:
        rows = history_of(self.session, self.board.code, "report", self.report.id)
        return [row for row in sorted(rows, key=lambda row: row.seq) if "public" in row.event]


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def test_the_controls_with_a_secret_list_are_known_and_their_texts_proposed(desk: Desk) -> None:
    decided = version_asked_for(desk.session, desk.report, 1)
    assert secret_controls(desk.session, desk.board.id, decided) == {3}
    public = desk.propose()
    grounds = {one.place: one.proposed for one in public.maskings}
    assert grounds[COMMENT] is MaskGround.FREE_TEXT
    assert "overall" not in grounds
    assert (public.version, public.report_sha256) == (1, desk.report.snapshot_sha256)


def test_a_control_that_a_revision_took_away_is_still_one_that_reviews_secret_cases(
    desk: Desk,
) -> None:
    decided = version_asked_for(desk.session, desk.report, 1)
    revised = replace(decided, plan=replace(decided.plan, version=2))
    without_it = Plan(
        board_id=desk.board.id,
        year=2020,
        version=2,
        state=PlanState.DECIDED,
        decision_id=desk.report.decision_id,
        content="{}",
        content_sha256="0" * 64,
        created_at=AT,
    )
    before = desk.session.scalars(sa.select(Plan)).one()
    before.state = PlanState.REPLACED
    desk.session.flush()
    desk.session.add(without_it)
    desk.session.flush()
    assert secret_controls(desk.session, desk.board.id, revised) == {3}
    reviewing = desk.session.scalars(sa.select(Control).where(Control.number == 3)).one()
    area = ControlArea(plan_id=without_it.id, name="Ärenden", position=1)
    desk.session.add(area)
    desk.session.flush()
    desk.session.add(
        Control(
            plan_id=without_it.id,
            area_id=area.id,
            number=2,
            lineage=reviewing.lineage,
            text=reviewing.text,
            method_text=reviewing.method_text,
            reporting_text=reviewing.reporting_text,
            technique=reviewing.technique,
            sample_kind=reviewing.sample_kind,
            sample_n=reviewing.sample_n,
            frequency=reviewing.frequency,
            points=reviewing.points,
        )
    )
    desk.session.flush()
    assert secret_controls(desk.session, desk.board.id, revised) == {2}, "numbered anew"


def test_what_is_masked_is_left_out_and_what_is_lifted_is_told(desk: Desk) -> None:
    public = desk.propose()
    judged = {one.place: Judged(masked=True) for one in public.maskings}
    judged[COMMENT] = Judged(masked=True, provision="25 kap. 1 §")
    finding = next(place for place in judged if "Avvikelse" in place)
    judged[finding] = Judged(masked=False, reason="Inget om någon enskild.")
    judged["overall"] = Judged(masked=True, reason="Nämner en enhet med en enda klient.")
    desk.judge(public, judged)
    desk.decide(public)
    assert (public.state, public.outcome) == (PublicState.ANSWERED, PublicOutcome.PART)
    assert public.content is not None
    assert SECRET not in public.content
    assert "Två kontroller är inte gjorda." not in public.content
    pieces = {one.place: one for one in pieces_of(version_asked_for(desk.session, desk.report, 1))}
    assert pieces[finding].text.split("\n")[0] in public.content
    assert "25 kap. 1 §" in public.content
    assert desk.report.snapshot_sha256 is not None
    assert desk.report.snapshot_sha256 in public.content


def test_nothing_is_given_out_that_tells_what_is_masked(desk: Desk) -> None:
    public = desk.propose()
    judged = {one.place: Judged(masked=True) for one in public.maskings}
    figures = next(
        piece.place
        for piece in pieces_of(version_asked_for(desk.session, desk.report, 1))
        if piece.place.endswith(".figures")
    )
    judged[figures] = Judged(masked=True, reason="Bara två ärenden.")
    judged["totals"] = Judged(masked=False, reason="Summan säger inget.")
    desk.judge(public, judged)
    with pytest.raises(InvalidInput, match="räkna ut") as caught:
        desk.decide(public)
    assert caught.value.field == "aware"
    row = figures.removesuffix(".figures")
    masked = Judged(masked=True, reason="Siffran går att räkna ut.")
    desk.judge(public, {"totals": masked, f"{row}.outcome": masked})
    desk.decide(public)
    assert public.outcome is PublicOutcome.PART
    assert desk.rows_of_trail()[-1].data["told_anyway"] == {}


def test_who_goes_on_although_it_can_be_read_out_has_said_so_and_the_trail_tells_where(
    desk: Desk,
) -> None:
    public = desk.propose()
    desk.judge_all(public)
    desk.judge(public, {"row.1.figures": Judged(masked=True, reason="Bara två ärenden.")})
    with pytest.raises(InvalidInput, match=r"säger om något avvek|räkna ut"):
        desk.decide(public)
    desk.decide(public, aware=True)
    told = desk.rows_of_trail()[-1].data["told_anyway"]
    assert set(told) == {"totals", "row.1.outcome"}
    assert told["row.1.outcome"] == ["row.1.figures"]


def test_the_trail_tells_the_places_and_provisions_and_none_of_the_words(desk: Desk) -> None:
    public = desk.propose()
    desk.judge_all(public)
    desk.decide(public)
    rows = desk.rows_of_trail()
    assert [row.event for row in rows] == list(PublicEvent)
    assert SECRET not in repr([(row.data, row.reason) for row in rows])
    assert rows[-1].data["masked"][COMMENT] == "26 kap. 1 §"
    assert rows[-1].data["sha256"] == public.content_sha256
    assert all(verdict.whole for verdict in verify_trail(desk.session))


def test_what_was_given_out_has_the_hash_of_its_bytes(desk: Desk) -> None:
    public = desk.propose()
    desk.judge_all(public)
    desk.decide(public)
    assert public.content is not None
    assert sha256_of(json.loads(public.content)) == public.content_sha256


def test_no_decision_before_every_proposal_is_judged(desk: Desk) -> None:
    public = desk.propose()
    with pytest.raises(InvalidTransition, match="inte prövade"):
        desk.decide(public)
    desk.judge(public, {COMMENT: Judged(masked=True)})
    with pytest.raises(InvalidTransition, match="inte prövade"):
        desk.decide(public)


def test_a_masking_needs_a_provision_and_a_ground(desk: Desk) -> None:
    public = desk.propose()
    desk.judge_all(public, provision="")
    with pytest.raises(InvalidInput, match="bestämmelse saknas"):
        desk.decide(public)
    desk.judge_all(public)
    with pytest.raises(InvalidInput, match="varför allt inte"):
        desk.decide(public, ground=" ")


def test_lifting_a_proposal_or_masking_more_needs_a_reason_at_its_place(desk: Desk) -> None:
    public = desk.propose()
    for judged in ({COMMENT: Judged(masked=False)}, {"overall": Judged(masked=True)}):
        with pytest.raises(InvalidInput) as caught:
            desk.judge(public, judged)
        assert caught.value.field == f"reason:{next(iter(judged))}"
    with pytest.raises(InvalidInput) as caught:
        desk.judge(public, {COMMENT: Judged(masked=True, provision="sekretess")})
    assert caught.value.field == f"provision:{COMMENT}"


def test_all_of_it_is_given_out_where_nothing_is_masked(desk: Desk) -> None:
    public = desk.propose()
    lifted = {one.place: Judged(False, reason="Inget men.") for one in public.maskings}
    desk.judge(public, lifted, provision="")
    desk.decide(public, ground="")
    assert public.outcome is PublicOutcome.WHOLE
    assert public.content is not None
    assert SECRET in public.content


def test_a_refusal_gives_nothing_out_and_needs_its_provision_and_ground(desk: Desk) -> None:
    public = desk.propose()
    with pytest.raises(InvalidInput, match="bestämmelse saknas"):
        desk.decide(public, refuse=True)
    desk.judge(public, {})
    with pytest.raises(InvalidInput, match="varför allt inte"):
        desk.decide(public, refuse=True, ground="")
    desk.decide(public, refuse=True)
    assert (public.outcome, public.content) == (PublicOutcome.REFUSED, None)
    with pytest.raises(InvalidTransition, match="redan avgjord"):
        desk.judge_all(public)
    with pytest.raises(InvalidTransition, match="redan avgjord"):
        desk.decide(public)


def test_the_slower_of_two_who_judge_is_told(desk: Desk) -> None:
    public = desk.propose()
    seen = public.row_version
    desk.judge(public, {COMMENT: Judged(masked=True)}, row_version=seen)
    with pytest.raises(Conflict):
        desk.judge(public, {COMMENT: Judged(False, reason="Nej.")}, row_version=seen)
    with pytest.raises(Conflict):
        desk.decide(public, refuse=True, row_version=seen)


def test_only_who_handles_requests_may_and_only_a_decided_report(desk: Desk) -> None:
    for role in (Role.MEMBER, Role.AUDITOR, Role.DIRECTOR, Role.OVERSIGHT_CONTROLLER):
        board = None if role is Role.OVERSIGHT_CONTROLLER else desk.board
        with pytest.raises(NotAllowed):
            desk.propose(actor=make_actor(desk.session, role, board))
    for day in (date(2020, 5, 27), date(2020, 6, 2)):
        with pytest.raises(InvalidInput) as caught:
            desk.propose(day)
        assert caught.value.field == "requested_on"


def test_a_draft_is_not_given_out(desk: Desk) -> None:
    august = FollowUpReport(
        board_id=desk.board.id,
        reporting_point_id=desk.point.id,
        created_at=AT,
    )
    with pytest.raises(InvalidTransition, match="inte beslutad"):
        services.propose_public_version(
            desk.session, desk.board, desk.point, august, DAY, actor=desk.secretary, at=AT
        )


def test_what_is_given_out_later_is_of_the_version_that_was_asked_for(desk: Desk) -> None:
    public = desk.propose()
    desk.judge_all(public)
    about: dict[str, Any] = {"actor": SYSTEM, "at": AT}
    where = (desk.session, desk.board, desk.point)
    services.open_correction(*where, "En kontroll räknades inte.", **about)
    services.set_overall(
        *where, overall=OverallAssessment.PARTLY, grounds="Tre är inte gjorda.", **about
    )
    services.decide_correction(
        *where, services.Minutes(date(2020, 6, 1), "90", "SCN-2020-0300"), **about
    )
    desk.decide(public)
    assert public.content is not None
    assert "Två kontroller är inte gjorda." in public.content
    assert "Tre är inte gjorda." not in public.content
    assert public.report_sha256 in public.content
