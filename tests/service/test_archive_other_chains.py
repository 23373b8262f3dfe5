"""Gallring of the chains that are no board's: the municipality's own and the auditors'."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from internkontroll.accounts.models import AccountEvent
from internkontroll.archive.models import CountedFrom, Disposal, RecordKind
from internkontroll.archive.queries import try_disposal
from internkontroll.archive.services import (
    close_audit,
    confirm_disposal,
    decide_rule,
    order_disposal,
)
from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.core.reach import boards_of, within
from internkontroll.core.transaction import transaction
from internkontroll.organisation.models import Board
from internkontroll.sampling.models import SamplingEvent
from internkontroll.trail.models import AUDIT_CHAIN, MUNICIPALITY_CHAIN, Reading, TrailPayload
from internkontroll.trail.queries import chain_rows, verify_trail
from internkontroll.trail.services import ReadRows, record, record_reading
from tests.factories import AT, make_actor, make_board

LATER = datetime(2032, 3, 2, 9, tzinfo=UTC)
YEAR = AT.year
CHAINS = {
    RecordKind.MUNICIPALITY_TRAIL: MUNICIPALITY_CHAIN,
    RecordKind.AUDIT_TRAIL: AUDIT_CHAIN,
}


@dataclass
class House:
    """Kommunstyrelsen, the auditors done with the year, and something told in every chain."""

    session: Session
    board: Board
    controller: Actor
    secretary: Actor

    def rule(self, kind: RecordKind) -> None:
        with transaction(self.session):
            decide_rule(
                self.session,
                self.board,
                kind,
                months=60,
                counted_from=CountedFrom.YEAR_END,
                body="Kommunstyrelsen",
                decided_on=date(2021, 1, 20),
                reference="§ 12",
                row_version=0,
                actor=self.secretary,
                at=LATER,
            )

    def order(self, kind: RecordKind) -> Disposal:
        # As in a request: behind the walls of the person's own boards.
        on = LATER.date()
        with within(boards_of(self.controller, on)), transaction(self.session):
            seen = try_disposal(self.session, self.board, kind, YEAR, on=on)
            return order_disposal(
                self.session,
                self.board,
                kind,
                YEAR,
                selection=seen.selection,
                actor=self.controller,
                at=LATER,
            )

    def run(self, kind: RecordKind) -> Disposal:
        self.rule(kind)
        disposal = self.order(kind)
        with within(boards_of(self.secretary, LATER.date())), transaction(self.session):
            confirm_disposal(self.session, disposal, actor=self.secretary, at=LATER)
        return disposal

    def left(self, chain: str) -> tuple[int, int]:
        """Rows of the chain, and how many of them still have their content."""
        rows = list(chain_rows(self.session, chain))
        return len(rows), sum(row.body is not None for row in rows)


@pytest.fixture
def house(session: Session) -> House:
    board, other = make_board(session, "KS"), make_board(session, "SCN")
    board.oversight = True
    auditor = make_actor(session, Role.AUDITOR, other)
    told = {"actor": system_actor("provning"), "at": AT, "subject": ("user", 1)}
    for _ in range(3):
        record(session, chain=MUNICIPALITY_CHAIN, event=AccountEvent.LOGGED_IN, **told)
    record(session, chain="SCN", event=SamplingEvent.DRAW_SEEDED, **told)
    record_reading(
        session,
        ReadRows(7, [1, 2]),
        chain="SCN",
        actor=auditor,
        at=AT,
        event=SamplingEvent.REFERENCES_READ,
        subject=("draw", 1),
    )
    made = House(
        session,
        board,
        make_actor(session, Role.CONTROLLER, board),
        make_actor(session, Role.SECRETARY, board),
    )
    with transaction(session):
        close_audit(
            session,
            board,
            YEAR,
            closed_on=date(2021, 5, 4),
            told_by="Revisionens skrivelse",
            actor=made.secretary,
            at=LATER,
        )
    return made


@pytest.mark.parametrize("kind", CHAINS, ids=str)
def test_the_content_of_a_chain_that_is_no_boards_goes_and_the_chain_stands(
    house: House, kind: RecordKind
) -> None:
    chain, other = CHAINS[kind], next(name for name in CHAINS.values() if name != CHAINS[kind])
    rows, told = house.left(chain)
    kept, of_board = house.left(other), house.left("SCN")
    assert told == rows

    disposal = house.run(kind)

    assert house.left(chain) == (rows, 0)
    assert disposal.count == rows
    assert (house.left(other), house.left("SCN")) == (kept, of_board)
    verdicts = {verdict.chain: verdict for verdict in verify_trail(house.session)}
    assert all(verdict.whole for verdict in verdicts.values())
    assert verdicts[chain].rows == rows


def test_what_an_auditor_read_is_no_longer_found_once_it_has_gone(house: House) -> None:
    readings = sa.select(sa.func.count(Reading.row_id))
    assert house.session.scalar(readings) == 1

    house.run(RecordKind.AUDIT_TRAIL)

    assert house.session.scalar(readings) == 0


@pytest.mark.parametrize("kind", CHAINS, ids=str)
def test_nobody_but_the_board_with_uppsikt_disposes_of_them(house: House, kind: RecordKind) -> None:
    house.rule(kind)
    house.board.oversight = False
    house.session.commit()

    with pytest.raises((InvalidInput, InvalidTransition)):
        house.order(kind)


@pytest.mark.postgres
def test_the_owners_function_lets_no_other_board_into_those_chains(house: House) -> None:
    if house.session.get_bind().dialect.name == "sqlite":
        pytest.skip("the function is PostgreSQL's")
    house.rule(RecordKind.MUNICIPALITY_TRAIL)
    disposal = house.order(RecordKind.MUNICIPALITY_TRAIL)
    house.session.execute(
        sa.update(Disposal).values(
            state="executed", confirmed_by_id=house.secretary.user_id, confirmed_at=LATER
        )
    )
    house.board.oversight = False
    house.session.flush()

    with pytest.raises(DatabaseError, match="no disposal by two persons"):
        house.session.scalar(sa.select(sa.func.dispose_trail_payloads(disposal.id)))
    house.session.rollback()
    assert house.session.scalar(sa.select(sa.func.count(TrailPayload.row_id)))
