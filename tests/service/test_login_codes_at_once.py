"""Codes, half logins and roles from groups on both databases, also when two come at once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import (
    ExternalIdentity,
    LoginSession,
    PendingLogin,
    RecoveryCode,
    RoleGrant,
    SecondFactor,
    User,
)
from internkontroll.accounts.rules.provider import GroupRole, Vouched
from internkontroll.accounts.services import (
    CheckedPassword,
    Sealer,
    begin_code,
    check_login,
    coming_secret,
    confirm_code,
    give_code,
    log_in,
    reset_code,
    verify_login,
)
from internkontroll.accounts.services.provider import ProviderRules, log_in_by_provider
from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.database import intent_to_write
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.reach import EVERY_BOARD, within
from tests.factories import PASSWORD, make_board, make_user

AT = datetime(2020, 3, 11, 9, tzinfo=UTC)
SEALER, QUARTER = Sealer("provning"), timedelta(minutes=15)
SYSTEM = system_actor("provning")
AT_ONCE = 6


def with_code(session: Session) -> tuple[User, pyotp.TOTP, list[str]]:
    """An account that logs in with a code."""
    user = make_user(session, Role.READER, make_board(session))
    actor = Actor(user.id, user.title)
    checked = CheckedPassword(user.id, True, user.password_hash)
    begin_code(session, checked, sealer=SEALER, actor=actor, at=AT)
    secret = coming_secret(session, sealer=SEALER, actor=actor)
    assert secret
    telephone = pyotp.TOTP(secret)
    codes = confirm_code(session, telephone.at(AT), sealer=SEALER, actor=actor, at=AT)
    return user, telephone, codes


def half(session: Session, username: str, at: datetime) -> str:
    checked = verify_login(check_login(session, username), PASSWORD)
    result = log_in(session, checked, at=at, tries=10, window=QUARTER)
    assert result.pending
    assert result.token is None
    return result.pending


def at_once(url: str, act: Callable[[Session, int], Any]) -> list[Any]:
    """The same act by several people at the same moment, each in a transaction of their own."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    together, results = threading.Barrier(AT_ONCE), []

    def one(number: int) -> None:
        together.wait()
        with within(EVERY_BOARD), intent_to_write(), Session(engine) as session:
            results.append(act(session, number))
            session.commit()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert len(results) == AT_ONCE
    return results


@pytest.mark.parametrize("kind", ["code", "reserve code"])
def test_a_code_that_is_given_many_times_at_once_opens_once(database_url: str, kind: str) -> None:
    later = AT + timedelta(minutes=2)
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        user, telephone, codes = with_code(session)
        halves = [half(session, user.username, later) for _ in range(AT_ONCE)]
        session.commit()
    code = telephone.at(later) if kind == "code" else codes[0]

    def act(session: Session, number: int) -> bool:
        result = give_code(
            session, halves[number], code, sealer=SEALER, at=later, tries=10, window=QUARTER
        )
        return result.token is not None

    opened = at_once(database_url, act)
    with Session(engine) as session:
        living = session.scalar(sa.select(sa.func.count(LoginSession.id)))
        left = session.scalar(sa.select(sa.func.count(PendingLogin.id)))
    engine.dispose()
    assert sum(opened) == living == 1
    assert left == AT_ONCE - 1


def test_a_changed_key_says_so_and_reserve_codes_still_open(session: Session) -> None:
    user, telephone, codes = with_code(session)
    later, other = AT + timedelta(minutes=2), Sealer("en ny nyckel")
    more = {"at": later, "tries": 10, "window": QUARTER}

    with pytest.raises(Conflict, match="nyckel har bytts"):
        give_code(
            session,
            half(session, user.username, later),
            telephone.at(later),
            sealer=other,
            **more,
        )
    pending = half(session, user.username, later)
    assert give_code(session, pending, codes[0], sealer=other, **more).token


def test_a_reset_by_the_command_line_leaves_nothing_behind(session: Session) -> None:
    user, _, _ = with_code(session)
    half(session, user.username, AT)

    reset_code(session, user, reason="Ingen annan administratör", actor=SYSTEM, at=AT)

    for table in (SecondFactor, RecoveryCode, PendingLogin):
        assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


RULES = ProviderRules(
    (
        GroupRole("läsare", Role.READER, "SCN"),
        GroupRole("iu1", Role.MEMBER, "SCN", "IU1"),
    ),
    ("loa3",),
    frozenset({Role.MEMBER}),
    True,
    True,
)
VOUCHED = Vouched("https://login.example", "subjekt", frozenset({"läsare"}), "loa3")


def by_provider(session: Session, at: datetime = AT, **changes: Any) -> str | None:
    return log_in_by_provider(
        session, replace(VOUCHED, **changes), RULES, device=None, replaces=None, at=at
    ).token


def test_groups_give_renew_and_end_roles(session: Session) -> None:
    make_board(session)
    assert by_provider(session)
    assert by_provider(session, AT + timedelta(days=60))
    (grant,) = session.scalars(sa.select(RoleGrant)).all()
    assert (grant.valid_from, grant.valid_to) == (
        AT.date(),
        (AT + timedelta(days=150)).date(),
    )

    by_provider(session, AT + timedelta(days=61), groups=frozenset())

    session.expire_all()
    assert session.scalars(sa.select(RoleGrant.valid_to)).one() == (AT + timedelta(days=60)).date()


def test_a_role_of_the_day_that_is_gone_is_taken_away(session: Session) -> None:
    make_board(session)
    by_provider(session)

    by_provider(session, AT + timedelta(hours=1), groups=frozenset())

    assert session.scalars(sa.select(RoleGrant)).all() == []


def test_a_committee_that_does_not_exist_is_told_of(session: Session) -> None:
    make_board(session)

    with pytest.raises(InvalidInput, match="utskottet IU1, som inte finns"):
        by_provider(session, groups=frozenset({"iu1"}))


def test_one_person_who_logs_in_twice_at_once_gets_each_role_once(database_url: str) -> None:
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        make_board(session)
        by_provider(session, groups=frozenset())
        session.commit()

    at_once(database_url, lambda session, _: by_provider(session))

    with Session(engine) as session:
        grants = session.scalar(sa.select(sa.func.count(RoleGrant.id)))
        accounts = session.scalar(sa.select(sa.func.count(ExternalIdentity.id)))
    engine.dispose()
    assert (grants, accounts) == (1, 1)
