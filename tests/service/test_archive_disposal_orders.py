"""Gallring is ordered by one and confirmed by another, of what was seen, by a rule that holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.archive.models import Disposal, DisposalState, RecordKind
from internkontroll.archive.services import close_audit, withdraw_disposal
from internkontroll.core.access import Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.transaction import transaction
from internkontroll.sampling.models import SamplingEvent
from internkontroll.schedule.models import OccurrenceState
from internkontroll.trail.services import record
from tests.factories import AT, make_actor
from tests.service.closed_year import LATER, Office, make_office


@pytest.fixture
def office(session: Session) -> Office:
    return make_office(session)


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
