"""Accounts and roles: who may do what with them, and what dies at once."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import LoginSession, RoleGrant, User
from internkontroll.accounts.queries import find_session, people_with_role
from internkontroll.accounts.services import (
    LoginResult,
    change_password,
    check_login,
    check_own_password,
    close_account,
    create_account,
    create_user,
    end_other_sessions,
    end_role,
    end_session,
    grant_role,
    log_in,
    rename_account,
    reopen_account,
    reset_password,
    verify_login,
)
from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.factories import (
    PASSWORD,
    actor_of,
    make_actor,
    make_board,
    make_subcommittee,
    make_user,
)

AT = datetime(2020, 3, 11, 9, tzinfo=UTC)
TODAY = date(2020, 3, 11)
LIMITS = {"tries": 10, "window": timedelta(minutes=15)}


@pytest.fixture
def admin(session: Session) -> Actor:
    return make_actor(session, Role.ADMINISTRATOR, None)


def tried(
    session: Session, username: str, password: str = PASSWORD, at: datetime = AT
) -> LoginResult:
    checked = verify_login(check_login(session, username), password)
    return log_in(session, checked, at=at, **LIMITS)


def token_of(session: Session, username: str, password: str = PASSWORD, at: datetime = AT) -> str:
    result = tried(session, username, password, at)
    assert result.token is not None
    return result.token


def events(session: Session) -> list[str]:
    return list(session.scalars(sa.select(TrailRow.event).order_by(TrailRow.id)))


def test_a_start_password_logs_in_and_has_to_be_changed(session: Session, admin: Actor) -> None:
    made = create_account(session, username=" Ny.Person ", title="Läsare", actor=admin, at=AT)
    found = find_session(session, token_of(session, "ny.person", made.start_password))

    assert found is not None
    assert found.must_change_password
    assert made.start_password not in made.user.password_hash


def test_a_start_password_opens_nothing_after_a_week(session: Session, admin: Actor) -> None:
    made = create_account(session, username="ny", title="Läsare", actor=admin, at=AT)
    late = AT + timedelta(days=7, seconds=1)

    result = tried(session, "ny", made.start_password, late)

    assert result.token is None


def test_no_password_ever_stands_in_the_trail(session: Session, admin: Actor) -> None:
    made = create_account(session, username="ny", title="Läsare", actor=admin, at=AT)
    again = reset_password(session, made.user, actor=admin, at=AT)
    bodies = str(session.scalars(sa.select(TrailPayload.body)).all())

    assert made.start_password not in bodies
    assert again.start_password not in bodies
    assert made.start_password != again.start_password


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_handles_accounts(session: Session, role: Role) -> None:
    board = make_board(session)
    actor = make_actor(session, role, board)
    user = make_user(session, Role.READER, board)
    for act in (
        lambda: create_account(session, username="ny", title="x", actor=actor, at=AT),
        lambda: grant_role(
            session, user, Role.CHAIR, board=board, valid_from=TODAY, actor=actor, at=AT
        ),
        lambda: end_role(session, user.grants[0], None, row_version=1, actor=actor, at=AT),
        lambda: reset_password(session, user, actor=actor, at=AT),
        lambda: reopen_account(session, user, actor=actor, at=AT),
        lambda: rename_account(session, user, title="y", row_version=1, actor=actor, at=AT),
        lambda: close_account(
            session, user, open_tasks=0, leave_tasks=False, row_version=1, actor=actor, at=AT
        ),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize("role", list(Role))
def test_an_administrator_gives_no_role_at_all_to_their_own_account(
    session: Session, admin: Actor, role: Role
) -> None:
    board = make_board(session)
    own = session.get_one(User, admin.user_id)
    for where in (board, None):
        with pytest.raises(NotAllowed, match="ditt eget konto"):
            grant_role(session, own, role, board=where, valid_from=TODAY, actor=admin, at=AT)


def test_one_administrator_cannot_make_another_see_cases(session: Session, admin: Actor) -> None:
    other = make_user(session, Role.ADMINISTRATOR, None)

    with pytest.raises(InvalidInput, match="andra roller"):
        grant_role(
            session,
            other,
            Role.MEMBER,
            board=make_board(session),
            valid_from=TODAY,
            actor=admin,
            at=AT,
        )


def test_a_role_in_another_boards_committee_is_refused(session: Session, admin: Actor) -> None:
    scn, amn = make_board(session), make_board(session, "AMN", "Arbetsmarknadsnämnden")
    committee = make_subcommittee(session, scn)
    user = make_user(session, Role.READER, amn)

    with pytest.raises(InvalidInput, match="hör inte till nämnden"):
        grant_role(
            session,
            user,
            Role.MEMBER,
            board=amn,
            subcommittee_id=committee.id,
            valid_from=TODAY,
            actor=admin,
            at=AT,
        )


def test_a_role_ended_at_once_does_not_hold_in_the_next_request(
    session: Session, admin: Actor
) -> None:
    board = make_board(session)
    user = make_user(session, Role.CONTROLLER, board)
    token = token_of(session, user.username)

    end_role(session, user.grants[0], None, row_version=1, actor=admin, at=AT)
    found = find_session(session, token)

    assert found is not None
    assert not any(grant.reaches(board.id, TODAY) for grant in found.grants)
    assert found.grants[0].valid_to == date(2020, 3, 10)
    assert not people_with_role(session, board.id, frozenset({Role.CONTROLLER}), TODAY)


def test_a_role_that_has_not_held_a_day_is_taken_away_and_the_trail_tells(
    session: Session, admin: Actor
) -> None:
    board = make_board(session)
    user = make_user(session, Role.READER, board, valid_from=TODAY)

    end_role(session, user.grants[0], None, row_version=1, actor=admin, at=AT)

    assert not session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == user.id)).all()
    assert "role:ended" in events(session)


def test_a_role_is_never_made_longer_by_being_ended(session: Session, admin: Actor) -> None:
    user = make_user(session, Role.ADMINISTRATOR, None, valid_to=date(2020, 6, 30))
    board, grant = make_board(session), user.grants[0]
    grant_role(
        session,
        user,
        Role.READER,
        board=board,
        valid_from=date(2020, 7, 1),
        actor=admin,
        at=AT,
    )

    with pytest.raises(InvalidInput, match="30 juni 2020") as caught:
        end_role(session, grant, date(2020, 12, 31), row_version=1, actor=admin, at=AT)

    assert caught.value.field == "last_day"
    assert grant.valid_to == date(2020, 6, 30)


def test_a_role_holds_through_its_last_day(session: Session, admin: Actor) -> None:
    user = make_user(session, Role.READER, make_board(session))
    grant = user.grants[0]

    end_role(session, grant, date(2020, 3, 31), row_version=1, actor=admin, at=AT)

    assert grant.valid_to == date(2020, 3, 31)
    with pytest.raises(Conflict):
        end_role(session, grant, date(2020, 4, 30), row_version=1, actor=admin, at=AT)


def test_closing_an_account_kills_its_sessions_and_opening_gives_a_new_password(
    session: Session, admin: Actor
) -> None:
    user = make_user(session, Role.READER, make_board(session))
    token = token_of(session, user.username)

    close_account(session, user, open_tasks=0, leave_tasks=False, row_version=1, actor=admin, at=AT)

    assert find_session(session, token) is None
    ended = session.scalars(sa.select(LoginSession.ended_at)).all()
    assert ended == [AT]
    refused = tried(session, user.username)
    assert refused.token is None
    made = reopen_account(session, user, actor=admin, at=AT)
    assert find_session(session, token) is not None
    assert find_session(session, token).ended_at == AT  # type: ignore[union-attr]
    assert token_of(session, user.username, made.start_password)


def test_an_account_with_tasks_is_not_closed_by_mistake(session: Session, admin: Actor) -> None:
    user = make_user(session, Role.READER, make_board(session))
    with pytest.raises(InvalidInput, match="uppgifter kvar"):
        close_account(
            session, user, open_tasks=2, leave_tasks=False, row_version=1, actor=admin, at=AT
        )
    assert user.is_active

    close_account(session, user, open_tasks=2, leave_tasks=True, row_version=1, actor=admin, at=AT)

    with pytest.raises(InvalidTransition):
        close_account(
            session, user, open_tasks=0, leave_tasks=True, row_version=2, actor=admin, at=AT
        )


def test_nobody_closes_or_resets_their_own_account(session: Session, admin: Actor) -> None:
    own = session.get_one(User, admin.user_id)
    with pytest.raises(NotAllowed):
        close_account(
            session, own, open_tasks=0, leave_tasks=True, row_version=1, actor=admin, at=AT
        )
    with pytest.raises(NotAllowed):
        reset_password(session, own, actor=admin, at=AT)


def test_changing_the_password_kills_every_session_and_opens_a_new_one(session: Session) -> None:
    user = make_user(session, Role.READER, make_board(session))
    tokens = [token_of(session, user.username) for _ in range(3)]
    actor = actor_of(user)

    checked = check_own_password(session, PASSWORD, actor=actor, at=AT, **LIMITS)
    fresh = change_password(session, checked, "helt andra ord nu", actor=actor, at=AT)

    for token in tokens:
        found = find_session(session, token)
        assert found is not None
        assert found.ended_at == AT
    assert find_session(session, fresh).ended_at is None  # type: ignore[union-attr]
    assert token_of(session, user.username, "helt andra ord nu")
    assert user.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("password", "words"), [(PASSWORD, "samma lösenord"), ("för kort", "minst 15 tecken")]
)
def test_a_new_password_that_will_not_do_changes_nothing(
    session: Session, password: str, words: str
) -> None:
    user = make_user(session, Role.READER, make_board(session))
    actor = actor_of(user)
    checked = check_own_password(session, PASSWORD, actor=actor, at=AT, **LIMITS)

    with pytest.raises(InvalidInput, match=words):
        change_password(session, checked, password, actor=actor, at=AT)

    assert token_of(session, user.username)


def test_a_password_is_not_changed_without_the_old_one_nor_by_an_old_check(
    session: Session,
) -> None:
    user = make_user(session, Role.READER, make_board(session))
    actor = actor_of(user)
    wrong = check_own_password(session, "något annat", actor=actor, at=AT, **LIMITS)
    with pytest.raises(NotAllowed):
        change_password(session, wrong, "helt andra ord nu", actor=actor, at=AT)
    early = check_own_password(session, PASSWORD, actor=actor, at=AT, **LIMITS)
    change_password(session, early, "helt andra ord nu", actor=actor, at=AT)
    with pytest.raises(Conflict):
        change_password(session, early, "ytterligare några ord", actor=actor, at=AT)


def test_tries_at_the_current_password_count_with_those_of_the_login(session: Session) -> None:
    user = make_user(session, Role.READER, make_board(session))
    actor = actor_of(user)
    for _ in range(10):
        assert not check_own_password(session, "fel ord", actor=actor, at=AT, **LIMITS).right

    assert not check_own_password(session, PASSWORD, actor=actor, at=AT, **LIMITS).right
    assert tried(session, user.username).locked


def test_only_ones_own_sessions_can_be_ended(session: Session) -> None:
    board = make_board(session)
    user, other = make_user(session, Role.READER, board), make_user(session, Role.READER, board)
    token = token_of(session, other.username)
    session_id = find_session(session, token).session_id  # type: ignore[union-attr]

    assert end_session(session, session_id, actor=actor_of(user), at=AT) == 0
    assert end_other_sessions(session, actor=actor_of(user), at=AT) == 0

    assert find_session(session, token).ended_at is None  # type: ignore[union-attr]
    assert end_session(session, session_id, actor=actor_of(other), at=AT) == 1


def test_two_who_rename_an_account_are_told(session: Session, admin: Actor) -> None:
    user = make_user(session, Role.READER, make_board(session))
    rename_account(session, user, title="Den första", row_version=1, actor=admin, at=AT)

    with pytest.raises(Conflict):
        rename_account(session, user, title="Den andra", row_version=1, actor=admin, at=AT)

    assert user.title == "Den första"


def test_a_taken_name_is_refused_however_it_is_cased(session: Session, admin: Actor) -> None:
    create_account(session, username="lasare", title="Läsare", actor=admin, at=AT)

    with pytest.raises(InvalidInput, match="upptaget"):
        create_user(
            session,
            username="LASARE ",
            title="Läsare",
            password=PASSWORD,
            actor=system_actor("prov"),
            at=AT,
        )
