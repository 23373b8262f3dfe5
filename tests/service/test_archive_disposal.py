"""Gallring takes exactly what its rule names, and the chain and the figures stand."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from internkontroll.accounts.models import AccountEvent, User
from internkontroll.archive.models import CountedFrom, DisposalState, RecordKind
from internkontroll.archive.queries import audit_closing, try_disposal, try_year
from internkontroll.archive.services import (
    close_audit,
    confirm_disposal,
    decide_rule,
    order_disposal,
)
from internkontroll.core.access import Role, system_actor
from internkontroll.core.transaction import transaction
from internkontroll.reporting.models import ReportRemark
from internkontroll.review.models import Answer, Attachment, ItemResult
from internkontroll.sampling.models import PopulationContent, SampleItem
from internkontroll.schedule.models import OccurrenceState
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.queries import chain_head, history_of, verify_trail
from internkontroll.trail.services import record
from tests.factories import AT, make_actor, make_board, make_user
from tests.service.closed_year import ALL, LATER, YEAR, Office, make_office


@pytest.fixture
def office(session: Session) -> Office:
    return make_office(session)


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
