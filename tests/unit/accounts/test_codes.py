"""One-time codes: published vectors, one window of drift, each step once."""

from datetime import UTC, date, datetime, timedelta

import pyotp
import pytest

from internkontroll.accounts.rules.codes import (
    accepted_step,
    folded_recovery,
    recovery_digest,
    setting_up_address,
    square,
    step_of,
)
from internkontroll.accounts.rules.strength import (
    NEEDS_A_CODE,
    needs_a_code,
    roles_that_need_a_code,
    session_end,
)
from internkontroll.accounts.services.hashing import recovery_code
from internkontroll.accounts.services.sealing import Sealer
from internkontroll.core.access import Grant, Permission, Role

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The key of RFC 6238's appendix B, in base32."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_the_published_codes_open_at_their_moments(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)

    assert accepted_step(SECRET, code, at=at, last_step=None) == seconds // 30


AT = datetime(2020, 3, 11, 9, 0, 10, tzinfo=UTC)


def shown(moment: datetime) -> str:
    return pyotp.TOTP(SECRET).at(moment)


@pytest.mark.parametrize(("seconds", "opens"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_a_clock_may_be_one_step_wrong_and_no_more(seconds: int, opens: bool) -> None:
    code = shown(AT + timedelta(seconds=seconds))

    assert (accepted_step(SECRET, code, at=AT, last_step=None) is not None) is opens


def test_a_step_that_has_opened_opens_no_more_nor_does_an_earlier_one() -> None:
    step = step_of(AT)

    assert accepted_step(SECRET, shown(AT), at=AT, last_step=step) is None
    assert accepted_step(SECRET, shown(AT - timedelta(seconds=30)), at=AT, last_step=step) is None
    assert accepted_step(SECRET, shown(AT), at=AT, last_step=step - 1) == step


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34 5x"])
def test_what_is_not_six_digits_opens_nothing(typed: str) -> None:
    assert accepted_step(SECRET, typed, at=AT, last_step=None) is None


def test_a_code_may_be_typed_with_spaces() -> None:
    code = shown(AT)

    assert accepted_step(SECRET, f" {code[:3]} {code[3:]} ", at=AT, last_step=None) is not None


def test_a_reserve_code_is_read_without_case_spaces_and_hyphens() -> None:
    code = recovery_code()

    assert folded_recovery(code.upper().replace("-", " ")) == code.replace("-", "")
    assert folded_recovery("123456") is None


def test_a_reserve_code_is_another_accounts_own() -> None:
    assert recovery_digest(1, "abcdabcdabcdabcd") != recovery_digest(2, "abcdabcdabcdabcd")


def test_the_square_holds_the_address_and_keeps_light_around_it() -> None:
    side, path = square(setting_up_address(SECRET, "justerare"))

    assert side > 30
    assert path.startswith("M4 4h1v1h-1z"), "four light modules, then the corner"
    assert SECRET in setting_up_address(SECRET, "justerare")


def test_a_sealed_secret_opens_only_for_its_account_and_key() -> None:
    sealed = Sealer("en nyckel").seal(7, SECRET)

    assert Sealer("en nyckel").open(7, sealed) == SECRET
    assert SECRET not in sealed
    assert Sealer("en annan nyckel").open(7, sealed) is None
    assert Sealer("en nyckel").open(8, sealed) is None


RULES = {
    permission: frozenset({Role.MEMBER}) if permission in NEEDS_A_CODE else frozenset({Role.READER})
    for permission in Permission
}


def test_the_roles_that_need_a_code_follow_from_what_they_may() -> None:
    assert roles_that_need_a_code(RULES) == {Role.MEMBER}


def test_only_a_role_that_holds_today_asks_for_a_code() -> None:
    on = date(2020, 3, 11)
    ended = Grant(Role.MEMBER, 1, valid_to=date(2020, 3, 10))
    coming = Grant(Role.MEMBER, 1, valid_from=date(2020, 3, 12))
    holds = Grant(Role.MEMBER, 1, valid_from=on, valid_to=on)

    assert not needs_a_code((ended, coming, Grant(Role.READER, 1)), {Role.MEMBER}, on)
    assert needs_a_code((ended, holds), {Role.MEMBER}, on)


@pytest.mark.parametrize(
    ("hours", "minutes_left", "is_last"), [(0, 30, False), (9.5, 30, True), (9.75, 15, True)]
)
def test_a_session_ends_at_the_sooner_of_its_two_limits(
    hours: float, minutes_left: int, is_last: bool
) -> None:
    seen = AT + timedelta(hours=hours)
    end = session_end(
        created_at=AT,
        last_seen_at=seen,
        idle_limit=timedelta(minutes=30),
        absolute_limit=timedelta(hours=10),
    )

    assert end.at == seen + timedelta(minutes=minutes_left)
    assert end.is_last is is_last
