"""One administrator alone gets into nobody's account, whether or not it has a code."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import (
    ProviderGrant,
    RoleGrant,
    RoleProposal,
    SecondFactor,
    User,
)
from internkontroll.accounts.queries import find_session, grants_of
from internkontroll.accounts.rules import AuditTerms
from internkontroll.accounts.services import (
    close_account,
    confirm_role,
    propose_role,
    reopen_account,
    reset_password,
)
from internkontroll.accounts.services.login import open_session
from internkontroll.accounts.services.roles import RoleWish
from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import InvalidInput, NotAllowed
from internkontroll.core.reach import within
from internkontroll.organisation.models import Board
from internkontroll.trail.models import TrailRow
from tests.factories import make_actor, make_board, make_user

AT = datetime(2020, 3, 11, 9, tzinfo=UTC)
TODAY = AT.date()


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def first(session: Session) -> Actor:
    return make_actor(session, Role.ADMINISTRATOR, None)


@pytest.fixture
def second(session: Session) -> Actor:
    return make_actor(session, Role.ADMINISTRATOR, None)


def held(session: Session, user: User) -> list[Role]:
    session.expire_all()
    return [one.role for one in grants_of(session, user.id) if one.reaches(one.board_id, TODAY)]


def waiting(session: Session, user: User) -> list[RoleProposal]:
    return list(session.scalars(sa.select(RoleProposal).where(RoleProposal.user_id == user.id)))


def test_a_start_password_without_a_code_takes_the_role_until_another_confirms_it(
    session: Session, board: Board, first: Actor, second: Actor
) -> None:
    user = make_user(session, Role.MEMBER, board, valid_to=date(2022, 12, 31))
    reset_password(session, user, actor=first, at=AT)

    assert held(session, user) == []
    (proposal,) = waiting(session, user)
    assert (proposal.role, proposal.board_id) == (Role.MEMBER, board.id)
    assert (proposal.valid_from, proposal.valid_to) == (TODAY, date(2022, 12, 31))
    with pytest.raises(NotAllowed, match="själv föreslagit"):
        confirm_role(session, proposal, actor=first, at=AT)

    confirm_role(session, proposal, actor=second, at=AT)

    assert held(session, user) == [Role.MEMBER]
    events = session.scalars(sa.select(TrailRow.event).order_by(TrailRow.seq)).all()
    assert events == ["user:password-reset", "role:ended", "role:proposed", "role:granted"]


def test_so_does_opening_a_closed_account(session: Session, board: Board, first: Actor) -> None:
    user = make_user(session, Role.CONTROLLER, board)
    close_account(session, user, open_tasks=0, leave_tasks=True, row_version=1, actor=first, at=AT)
    assert held(session, user) == [Role.CONTROLLER]

    reopen_account(session, user, actor=first, at=AT)

    assert held(session, user) == []
    assert len(waiting(session, user)) == 1


def test_a_role_that_one_person_gives_stays(session: Session, board: Board, first: Actor) -> None:
    user = make_user(session, Role.READER, board)
    reset_password(session, user, actor=first, at=AT)

    assert held(session, user) == [Role.READER]
    assert waiting(session, user) == []


def test_with_a_code_the_password_opens_nothing_and_the_role_stays(
    session: Session, board: Board, first: Actor
) -> None:
    user = make_user(session, Role.MEMBER, board)
    session.add(SecondFactor(user_id=user.id, sealed_secret="x", confirmed_at=AT))
    session.flush()

    reset_password(session, user, actor=first, at=AT)

    assert held(session, user) == [Role.MEMBER]


def test_the_command_line_gives_a_start_password_alone(session: Session, board: Board) -> None:
    user = make_user(session, Role.MEMBER, board)
    reset_password(session, user, actor=system_actor("drift"), at=AT)

    assert held(session, user) == [Role.MEMBER]


def test_the_second_start_password_proposes_nothing_twice_and_ended_roles_stay_ended(
    session: Session, board: Board, first: Actor, second: Actor
) -> None:
    user = make_user(session, Role.MEMBER, board)
    session.add(
        RoleGrant(
            user_id=user.id,
            role=Role.CHAIR,
            board_id=board.id,
            valid_from=date(2016, 1, 1),
            valid_to=date(2018, 12, 31),
        )
    )
    session.flush()
    for actor in (first, second):
        reset_password(session, user, actor=actor, at=AT)

    assert [one.role for one in waiting(session, user)] == [Role.MEMBER]


def test_a_revisor_waits_with_the_auditors_decision(
    session: Session, board: Board, first: Actor, second: Actor
) -> None:
    user = make_user(session, Role.AUDITOR, board, valid_from=TODAY, valid_to=date(2020, 12, 31))
    grant = session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == user.id)).one()
    grant.reads_undecided, grant.reads_secret, grant.decision = False, True, "REV § 7"
    session.flush()

    reset_password(session, user, actor=first, at=AT)
    (proposal,) = waiting(session, user)
    given = confirm_role(session, proposal, actor=second, at=AT)

    assert (given.reads_undecided, given.reads_secret, given.decision) == (False, True, "REV § 7")


def test_a_password_carries_no_role_of_the_municipalitys_login(
    session: Session, board: Board
) -> None:
    user = make_user(session, Role.MEMBER, board)
    session.add(ProviderGrant(grant_id=user.grants[0].id, issuer="https://inloggning.example"))
    by_password = open_session(session, user, device=None, at=AT)
    by_provider = open_session(session, user, device=None, at=AT, from_provider=True)
    session.flush()

    found = [find_session(session, token) for token in (by_password, by_provider)]

    assert [len(one.grants) for one in found if one] == [0, 1]


def test_a_boards_controller_confirms_no_role_that_another_boards_role_forbids(
    session: Session, board: Board, first: Actor
) -> None:
    """The other board's rows lie behind a wall for the controller, not for the rule."""
    controller, amn = make_actor(session, Role.CONTROLLER, board), make_board(session, "AMN", "AMN")
    user = make_user(session, Role.READER, board)
    wish = RoleWish(Role.MEMBER, board, None, None, TODAY, None)
    proposal = propose_role(session, user, wish, actor=first, at=AT)
    session.execute(sa.delete(RoleGrant).where(RoleGrant.user_id == user.id))
    session.add(
        RoleGrant(
            user_id=user.id,
            role=Role.AUDITOR,
            board_id=amn.id,
            valid_from=TODAY,
            valid_to=TODAY + timedelta(days=9),
            decision=AuditTerms(decision="REV § 1").decision,
        )
    )
    session.flush()

    with within({board.id}), pytest.raises(InvalidInput, match="revisor"):
        confirm_role(session, proposal, actor=controller, at=AT)
