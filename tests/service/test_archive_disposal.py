"""Gallring: a decided rule, a year that is over, two persons, and a chain that still holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from internkontroll.accounts.models import AccountEvent, User
from internkontroll.archive.models import CountedFrom, Disposal, DisposalState, RecordKind
from internkontroll.archive.queries import audit_closing, try_disposal, try_year
from internkontroll.archive.rules import OF_THE_MUNICIPALITY, DryRun
from internkontroll.archive.services import (
    close_audit,
    confirm_disposal,
    decide_rule,
    order_disposal,
    withdraw_disposal,
)
from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.transaction import transaction
from internkontroll.files.attachments import AttachmentKind
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.plan.models import Criterion
from internkontroll.reporting.models import FollowUpReport, ReportRemark, ReportState
from internkontroll.review.models import Answer, Attachment, ItemResult
from internkontroll.sampling.models import (
    Draw,
    PopulationContent,
    SampleItem,
    SamplingEvent,
)
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.queries import chain_head, history_of, verify_trail
from internkontroll.trail.services import record
from tests.factories import (
    AT,
    make_actor,
    make_board,
    make_control,
    make_decision,
    make_drawn_sample,
    make_occurrence,
    make_plan,
    make_points,
    make_user,
)

LATER = datetime(2026, 3, 2, 9, tzinfo=UTC)
YEAR = 2020
ALL = tuple(kind for kind in RecordKind if kind not in OF_THE_MUNICIPALITY)


@dataclass
class Office:
    """A board whose year 2020 is over: decided, and the auditors done with it."""

    session: Session
    board: Board
    controller: Actor
    secretary: Actor
    occurrence: Occurrence
    draw: Draw

    def rule(self, kind: RecordKind, months: int = 24, version: int = 0) -> None:
        with transaction(self.session):
            decide_rule(
                self.session,
                self.board,
                kind,
                months=months,
                counted_from=CountedFrom.YEAR_DECIDED,
                body="Nämnden",
                decided_on=date(2021, 1, 20),
                reference="§ 12",
                row_version=version,
                actor=self.secretary,
                at=LATER,
            )

    def tried(self, kind: RecordKind, on: date | None = None) -> DryRun:
        return try_disposal(self.session, self.board, kind, YEAR, on=on or LATER.date())

    def order(self, kind: RecordKind, at: datetime = LATER, actor: Actor | None = None) -> Disposal:
        with transaction(self.session):
            return order_disposal(
                self.session,
                self.board,
                kind,
                YEAR,
                selection=self.tried(kind).selection,
                actor=actor or self.controller,
                at=at,
            )

    def confirm(self, disposal: Disposal, actor: Actor | None = None, at: datetime = LATER) -> None:
        with transaction(self.session):
            confirm_disposal(self.session, disposal, actor=actor or self.secretary, at=at)

    def run(self, kind: RecordKind) -> Disposal:
        self.rule(kind)
        disposal = self.order(kind)
        self.confirm(disposal)
        return disposal

    def events(self) -> list[str]:
        return [row.event for row in history_of(self.session, "SCN", "disposal", 1)]


def add_evidence(session: Session, occurrence: Occurrence, draw: Draw) -> None:
    """A comment, a file, and what the trail says of reading and of doing."""
    session.add(
        ItemResult(
            occurrence_id=occurrence.id,
            item_id=draw.items[0].id,
            criterion_id=session.scalars(sa.select(Criterion.id)).first(),
            revision=1,
            answer=Answer.NO,
            comment="Datum saknas.",
            recorded_at=AT,
        )
    )
    session.add(
        Attachment(
            board_id=occurrence.board_id,
            occurrence_id=occurrence.id,
            stored_name="a1",
            file_name="protokoll.pdf",
            kind=AttachmentKind.PDF,
            size=1,
            sha256="0" * 64,
            added_at=AT,
        )
    )
    occurrence.attachments = 1
    for event in (SamplingEvent.REFERENCES_READ, SamplingEvent.DRAW_SEEDED):
        record(
            session,
            chain="SCN",
            actor=system_actor("provning"),
            at=AT,
            event=event,
            subject=("draw", draw.id),
        )


def add_report(session: Session, board: Board, occurrence: Occurrence) -> None:
    last = occurrence.reporting_point_id
    session.get_one(ReportingPoint, last).closed_at = AT
    report = FollowUpReport(
        board_id=board.id,
        reporting_point_id=last,
        state=ReportState.DECIDED,
        decision_id=make_decision(session, board, date(2021, 2, 10)).id,
        cut_off_at=AT,
        snapshot="{}",
        snapshot_sha256="0" * 64,
        created_at=AT,
    )
    session.add(report)
    session.flush()
    session.add_all(
        ReportRemark(
            report_id=report.id,
            control_id=occurrence.control_id,
            revision=revision,
            comment=comment,
            recorded_at=AT,
        )
        for revision, comment in ((1, "Först så."), (2, "Sedan så."))
    )


@pytest.fixture
def office(session: Session) -> Office:
    """The board's year with one approved kontroll, its sample, report, evidence and trail."""
    board = make_board(session)
    control = make_control(session, make_plan(session, board, YEAR, decided=True))
    last = make_points(session, board, YEAR)[-1]
    occurrence = make_occurrence(session, control, last, state=OccurrenceState.APPROVED)
    draw = make_drawn_sample(session, occurrence)
    add_evidence(session, occurrence, draw)
    add_report(session, board, occurrence)
    controller = make_actor(session, Role.CONTROLLER, board)
    secretary = make_actor(session, Role.SECRETARY, board)
    with transaction(session):
        close_audit(
            session,
            board,
            YEAR,
            closed_on=date(2021, 5, 4),
            told_by="Revisionens skrivelse",
            actor=secretary,
            at=LATER,
        )
    return Office(session, board, controller, secretary, occurrence, draw)


@pytest.mark.parametrize("kind", ALL, ids=str)
def test_two_persons_destroy_exactly_what_the_dry_run_showed(
    office: Office, kind: RecordKind
) -> None:
    office.rule(kind)
    tried = office.tried(kind)
    assert (tried.count, tried.refusals) == (tried.total, ())
    disposal = office.order(kind)
    assert office.tried(kind).count == tried.count, "an order alone destroys nothing"
    before = chain_head(office.session, "SCN")

    office.confirm(disposal)

    assert office.tried(kind).total == 0
    assert (disposal.state, disposal.count) == (DisposalState.EXECUTED, tried.count)
    assert disposal.head_before == before
    assert disposal.head_after == chain_head(office.session, "SCN")
    assert all(verdict.whole for verdict in verify_trail(office.session))
    assert office.events() == ["disposal:executed", "disposal:ordered"]


def test_the_year_at_once_says_of_every_kind_what_is_said_of_it_alone(office: Office) -> None:
    office.rule(RecordKind.NOTES)
    office.occurrence.state = OccurrenceState.STARTED
    office.board.oversight = True
    closed_at = datetime(YEAR, 6, 1, 9, tzinfo=UTC)
    gone = make_user(office.session, Role.MEMBER, office.board)
    gone.is_active = False
    record(
        office.session,
        chain=MUNICIPALITY_CHAIN,
        actor=system_actor("provning"),
        at=closed_at,
        event=AccountEvent.USER_CLOSED,
        subject=("user", gone.id),
    )
    office.session.flush()
    closed = audit_closing(office.session, office.board.id, YEAR)
    runs = try_year(office.session, office.board, YEAR, closed=closed, on=LATER.date())
    assert runs == [office.tried(kind) for kind in RecordKind]
    assert {run.kind: run.total for run in runs} == {
        RecordKind.ITEM_REFERENCES: 1,
        RecordKind.ATTACHMENTS: 1,
        RecordKind.NOTES: 1,
        RecordKind.REPORT_DRAFTS: 1,
        RecordKind.READING_TRAIL: 1,
        RecordKind.TRAIL: 1,
        RecordKind.ACCOUNTS: 1,
        RecordKind.MUNICIPALITY_TRAIL: 1,
        RecordKind.AUDIT_TRAIL: 0,
    }
    stopped = {run.kind for run in runs if run.obstacles}
    assert stopped == {RecordKind.ITEM_REFERENCES, RecordKind.ATTACHMENTS, RecordKind.NOTES}
    assert {run.oldest for run in runs if run.free} == {AT, closed_at}


def test_references_and_keys_go_and_the_figures_stand(office: Office) -> None:
    office.run(RecordKind.ITEM_REFERENCES)

    session, population = office.session, office.draw.population
    assert set(session.scalars(sa.select(SampleItem.reference))) == {None}
    assert session.scalars(sa.select(PopulationContent)).all() == []
    assert (population.size, population.seal_key, office.draw.seal_key) == (21, "", "")
    assert population.purged_by_id == office.secretary.user_id


def test_a_comment_goes_and_its_answer_stands(office: Office) -> None:
    office.run(RecordKind.NOTES)

    (result,) = office.session.scalars(sa.select(ItemResult))
    assert (result.comment, result.answer) == (None, Answer.NO)


def test_a_file_loses_its_name_and_is_left_to_the_job_that_destroys_files(office: Office) -> None:
    office.run(RecordKind.ATTACHMENTS)

    (attachment,) = office.session.scalars(sa.select(Attachment))
    assert attachment.file_name == "gallrad bilaga"
    assert attachment.removed_at == LATER
    assert office.occurrence.attachments == 0


def test_the_wording_that_was_decided_stands(office: Office) -> None:
    office.run(RecordKind.REPORT_DRAFTS)

    assert office.session.scalars(sa.select(ReportRemark.comment)).all() == ["Sedan så."]


def test_what_was_read_goes_by_its_own_rule_and_the_history_says_so(office: Office) -> None:
    office.run(RecordKind.READING_TRAIL)

    rows = history_of(office.session, "SCN", "draw", office.draw.id)
    assert [(row.event, row.actor) for row in rows] == [
        ("draw:seeded", "system"),
        ("sample:references-read", "gallrad"),
    ]
    assert rows[1].disposed_at == LATER
    assert rows[0].disposed_at is None


def test_nobody_confirms_what_they_ordered_themselves(office: Office) -> None:
    office.rule(RecordKind.NOTES)
    disposal = office.order(RecordKind.NOTES)

    with pytest.raises(NotAllowed, match="någon annan"):
        office.confirm(disposal, actor=office.controller)

    assert office.tried(RecordKind.NOTES).total == 1


def test_the_database_itself_asks_for_two_persons(office: Office) -> None:
    office.rule(RecordKind.NOTES)
    disposal = office.order(RecordKind.NOTES)

    with pytest.raises(IntegrityError):
        office.session.execute(
            sa.update(Disposal).values(
                state=DisposalState.EXECUTED,
                confirmed_by_id=disposal.ordered_by_id,
                confirmed_at=LATER,
            )
        )


def test_the_programs_own_account_destroys_nothing(office: Office) -> None:
    office.rule(RecordKind.NOTES)

    with pytest.raises(NotAllowed, match="två personer"):
        office.order(RecordKind.NOTES, actor=system_actor("operator"))


def test_a_director_confirms_and_does_not_order(office: Office) -> None:
    director = make_actor(office.session, Role.DIRECTOR, office.board)
    office.session.commit()
    office.rule(RecordKind.NOTES)
    with pytest.raises(NotAllowed):
        office.order(RecordKind.NOTES, actor=director)

    office.confirm(office.order(RecordKind.NOTES), actor=director)

    assert office.tried(RecordKind.NOTES).total == 0


def test_a_proposal_is_no_rule(office: Office) -> None:
    with pytest.raises(InvalidTransition, match="inte beslutat någon gallringsregel"):
        office.order(RecordKind.NOTES)


def test_nothing_goes_before_the_frist_has_run_out(office: Office) -> None:
    office.rule(RecordKind.NOTES, months=61)

    # Counted from the decision on 10 February 2021.
    with pytest.raises(InvalidTransition, match="11 mars 2026"):
        office.order(RecordKind.NOTES)
    assert office.tried(RecordKind.NOTES, on=date(2026, 3, 10)).refusals
    assert not office.tried(RecordKind.NOTES, on=date(2026, 3, 11)).refusals


@contextmanager
def without(session: Session, statement: str) -> Iterator[None]:
    session.execute(sa.text(statement))
    session.commit()
    yield


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DELETE FROM audit_closing", "Revisorerna är inte klara med 2020"),
        ("UPDATE reporting_point SET closed_at = NULL", "årets sista uppföljning för 2020"),
    ],
)
def test_nothing_goes_before_the_board_and_the_auditors_are_done(
    office: Office, statement: str, reason: str
) -> None:
    office.rule(RecordKind.NOTES)
    disposal = office.order(RecordKind.NOTES)
    with without(office.session, statement), pytest.raises(InvalidTransition, match=reason):
        office.confirm(disposal)

    assert office.tried(RecordKind.NOTES).total == 1


def test_what_is_under_way_is_counted_and_stays(office: Office) -> None:
    office.occurrence.state = OccurrenceState.PERFORMED
    office.session.commit()

    tried = office.tried(RecordKind.NOTES)

    assert (tried.count, tried.total) == (0, 1)
    assert tried.obstacles == (("Kontrolltillfället är inte avslutat. Godkänn det först.", 1),)


def test_an_order_holds_for_what_was_seen_and_nothing_else(office: Office) -> None:
    office.rule(RecordKind.READING_TRAIL)
    disposal = office.order(RecordKind.READING_TRAIL)
    record(
        office.session,
        chain="SCN",
        actor=system_actor("provning"),
        at=AT,
        event=SamplingEvent.REFERENCES_READ,
        subject=("draw", office.draw.id),
    )
    office.session.commit()

    with pytest.raises(Conflict, match="nu är det 2 av 2"):
        office.confirm(disposal)


def test_a_rule_that_is_changed_meanwhile_stops_the_order(office: Office) -> None:
    office.rule(RecordKind.NOTES)
    disposal = office.order(RecordKind.NOTES)
    office.rule(RecordKind.NOTES, months=36, version=1)

    with pytest.raises(Conflict, match="regeln har ändrats"):
        office.confirm(disposal)


def test_an_order_lapses_and_is_made_anew(office: Office) -> None:
    office.rule(RecordKind.NOTES)
    disposal = office.order(RecordKind.NOTES)
    with pytest.raises(InvalidTransition, match="redan beställd"):
        office.order(RecordKind.NOTES, at=LATER + timedelta(days=14))
    with pytest.raises(InvalidTransition, match="inte i tid"):
        office.confirm(disposal, at=LATER + timedelta(days=15))

    renewed = office.order(RecordKind.NOTES, at=LATER + timedelta(days=15))

    assert disposal.state is DisposalState.LAPSED
    assert renewed.state is DisposalState.ORDERED
    assert office.events() == ["disposal:lapsed", "disposal:ordered"]


def test_a_withdrawn_order_is_not_confirmed(office: Office) -> None:
    office.rule(RecordKind.NOTES)
    disposal = office.order(RecordKind.NOTES)
    with transaction(office.session):
        withdraw_disposal(office.session, disposal, actor=office.controller, at=LATER)

    with pytest.raises(InvalidTransition, match="väntar inte"):
        office.confirm(disposal)
    assert office.events() == ["disposal:withdrawn", "disposal:ordered"]


def test_a_second_receipt_is_not_given_for_the_same_destruction(office: Office) -> None:
    disposal = office.run(RecordKind.NOTES)

    with pytest.raises(InvalidTransition, match="väntar inte"):
        office.confirm(disposal, actor=make_actor(office.session, Role.DIRECTOR, office.board))


def test_the_later_of_two_changes_to_a_rule_is_told(office: Office) -> None:
    office.rule(RecordKind.NOTES)

    with pytest.raises(Conflict):
        office.rule(RecordKind.NOTES, months=12, version=0)


@pytest.mark.parametrize("months", [-1, 1201])
def test_a_frist_is_at_most_a_hundred_years(office: Office, months: int) -> None:
    with pytest.raises(InvalidInput, match="0 till 1 200"):
        office.rule(RecordKind.NOTES, months=months)


def test_the_auditors_are_not_done_with_a_year_that_is_not_over(office: Office) -> None:
    with pytest.raises(InvalidInput, match="inte slut"):
        close_audit(
            office.session,
            office.board,
            2026,
            closed_on=LATER.date(),
            told_by="Revisionens skrivelse",
            actor=office.secretary,
            at=LATER,
        )


def test_a_payload_without_a_disposal_by_two_persons_stays(office: Office) -> None:
    if office.session.get_bind().dialect.name == "postgresql":
        statement = "SELECT dispose_trail_payloads(1)"
    else:
        statement = "DELETE FROM trail_payload"

    with pytest.raises(DatabaseError):
        office.session.execute(sa.text(statement))


def test_an_account_closed_long_ago_loses_its_name_with_the_board_of_uppsikt(
    session: Session,
) -> None:
    board = make_board(session, "KS", "Kommunstyrelsen", oversight=True)
    gone = make_user(session, Role.READER, board, username="den.som.slutade")
    stays = make_user(session, Role.READER, board, username="den.som.finns.kvar")
    gone.is_active = False
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=system_actor("provning"),
        at=AT,
        event=AccountEvent.USER_CLOSED,
        subject=("user", gone.id),
    )
    controller = make_actor(session, Role.CONTROLLER, board)
    secretary = make_actor(session, Role.SECRETARY, board)
    with transaction(session):
        close_audit(
            session,
            board,
            YEAR,
            closed_on=date(2021, 5, 4),
            told_by="Revisionens skrivelse",
            actor=secretary,
            at=LATER,
        )
        decide_rule(
            session,
            board,
            RecordKind.ACCOUNTS,
            months=24,
            counted_from=CountedFrom.YEAR_END,
            body="Kommunstyrelsen",
            decided_on=date(2021, 1, 20),
            reference="§ 12",
            row_version=0,
            actor=secretary,
            at=LATER,
        )
        seen = try_disposal(session, board, RecordKind.ACCOUNTS, YEAR, on=LATER.date())
        disposal = order_disposal(
            session,
            board,
            RecordKind.ACCOUNTS,
            YEAR,
            selection=seen.selection,
            actor=controller,
            at=LATER,
        )
        confirm_disposal(session, disposal, actor=secretary, at=LATER)

    assert (gone.username, gone.title) == (f"gallrat-{gone.id}", "Gallrat konto")
    assert stays.username == "den.som.finns.kvar"
    assert session.scalar(sa.select(sa.func.count(User.id))) == 4
