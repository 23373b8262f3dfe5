"""How many tries an address has, and what is remembered of it."""

from itertools import pairwise

import pytest

from internkontroll.accounts.rules.guessing import (
    ADDRESS_TRIES,
    CALM,
    FEWEST,
    address_digest,
    tries_of_address,
)

KEY = "en nyckel"


@pytest.mark.parametrize(
    ("of_all", "tries"),
    [(0, 50), (299, 50), (300, 25), (599, 25), (600, 12), (1200, 6), (2400, 3), (10**9, 3)],
)
def test_an_address_has_half_as_many_tries_each_time_the_failures_of_all_double(
    of_all: int, tries: int
) -> None:
    assert tries_of_address(of_all) == tries


def test_more_guesses_by_others_never_give_more_tries_and_never_none() -> None:
    allowed = [tries_of_address(of_all) for of_all in range(20 * CALM)]

    assert all(later <= earlier for earlier, later in pairwise(allowed))
    assert (allowed[0], min(allowed)) == (ADDRESS_TRIES, FEWEST)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::1", True),
        ("", "unix:", True),
    ],
)
def test_an_address_is_a_machine_or_the_network_that_it_may_move_within(
    one: str, other: str, *, same: bool
) -> None:
    assert (address_digest(one, KEY) == address_digest(other, KEY)) is same


def test_an_address_cannot_be_found_again_without_the_key() -> None:
    assert address_digest("203.0.113.7", KEY) != address_digest("203.0.113.7", "en annan")
