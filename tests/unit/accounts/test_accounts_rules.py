"""Rules of accounts: what a password may be, where a role can hold, who may be given which."""

from datetime import date

import pytest

from internkontroll.accounts.rules import (
    PLACES_OF_ROLE,
    Place,
    RoleNames,
    Standing,
    check_password,
    check_role,
    check_username,
    device_words,
    folded_password,
    standing_of,
)
from internkontroll.core.access import Grant, Role
from internkontroll.core.errors import InvalidInput, NotAllowed
from tests.passing import passes

TODAY = date(2020, 3, 11)
NAMES = RoleNames("controller", "i Socialnämnden")


def wanted(role: Role = Role.CONTROLLER, board: int | None = 1, **more: object) -> Grant:
    return Grant(role, board, **{"valid_from": TODAY, **more})


def refused(grant: Grant, *held: Grant, own: bool = False) -> str:
    with pytest.raises((InvalidInput, NotAllowed)) as caught:
        check_role(grant, held, own_account=own, names=NAMES, today=TODAY)
    return caught.value.sentence


def may_be_given(grant: Grant, *held: Grant) -> bool:
    return passes(check_role, grant, held, own_account=False, names=NAMES, today=TODAY)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("fjorton tecken", "minst 15"),
        ("a" * 201, "högst 200"),
        ("aaaaaaaaaaaaaaaaaaaa", "gissa"),
        ("controller.scncontroller.scn1", "gissa"),
    ],
)
def test_a_weak_password_is_refused_with_what_to_do(password: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        check_password(password, username="controller.scn")


@pytest.mark.parametrize(
    "password", ["femton tecken!!", "alla sma bokstaver duger", "123456789012345"]
)
def test_length_is_enough_whatever_a_password_is_made_of(password: str) -> None:
    assert passes(check_password, password, username="controller.scn")
    assert not passes(check_password, password[:14], username="controller.scn")


def test_a_letter_written_in_two_ways_is_one_letter() -> None:
    assert folded_password("bråttom") == folded_password("bra\u030attom")


@pytest.mark.parametrize("typed", ["", "två ord", "a/b", ".prick", "x" * 81, "a\nb"])
def test_a_user_name_that_cannot_be_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        check_username(typed)


@pytest.mark.parametrize("typed", [" Åsa.Andra@KOMMUN.se ", "ab", "a", "k-1_2+3"])
def test_a_user_name_is_folded(typed: str) -> None:
    assert check_username(typed) == typed.strip().lower()


def test_every_role_has_places_and_none_that_sees_cases_holds_everywhere() -> None:
    everywhere = {role for role, places in PLACES_OF_ROLE.items() if Place.MUNICIPALITY in places}

    assert set(PLACES_OF_ROLE) == set(Role)
    assert everywhere == {
        Role.ADMINISTRATOR,
        Role.OVERSIGHT_CONTROLLER,
        Role.DATA_PROTECTION_OFFICER,
    }


def test_nobody_gives_a_role_to_their_own_account() -> None:
    assert "ditt eget konto" in refused(wanted(), own=True)


def test_an_administrators_account_gets_no_other_role() -> None:
    assert "andra roller" in refused(wanted(), Grant(Role.ADMINISTRATOR, None))


def test_an_account_with_another_role_does_not_become_administrator() -> None:
    assert "andra roller" in refused(wanted(Role.ADMINISTRATOR, None), Grant(Role.READER, 1))


def test_roles_that_follow_on_each_other_in_time_do_not_meet() -> None:
    yesterday = Grant(Role.ADMINISTRATOR, None, valid_to=date(2020, 3, 10))
    today = Grant(Role.ADMINISTRATOR, None, valid_to=TODAY)

    assert may_be_given(wanted(), yesterday)
    assert not may_be_given(wanted(), today)


def test_a_role_is_not_given_twice_for_the_same_time_and_place() -> None:
    assert "redan" in refused(wanted(), Grant(Role.CONTROLLER, 1))
    assert may_be_given(wanted(board=2), Grant(Role.CONTROLLER, 1))


@pytest.mark.parametrize(
    ("grant", "words"),
    [
        (wanted(board=None), "kan inte gälla"),
        (wanted(Role.ADMINISTRATOR, 1), "kan inte gälla"),
        (wanted(subcommittee_id=3), "kan inte gälla"),
        (wanted(valid_to=date(2020, 3, 10)), "Sista dagen"),
        (wanted(valid_from=date(2020, 3, 10)), "bakåt i tiden"),
    ],
)
def test_a_role_that_cannot_hold_there_or_then_is_refused(grant: Grant, words: str) -> None:
    assert words in refused(grant)


@pytest.mark.parametrize(
    ("first", "last", "standing"),
    [
        (TODAY, None, Standing.HOLDS),
        (TODAY, TODAY, Standing.HOLDS),
        (date(2020, 3, 12), None, Standing.COMING),
        (date(2020, 1, 1), date(2020, 3, 10), Standing.ENDED),
    ],
)
def test_a_role_holds_from_its_first_day_through_its_last(
    first: date, last: date | None, standing: Standing
) -> None:
    assert standing_of(first, last, TODAY) is standing


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0",
            "Firefox, Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/128.0 Safari/537.36 Edg/128.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8", None),
        ("", None),
    ],
)
def test_a_browser_is_named_roughly(agent: str, words: str | None) -> None:
    assert device_words(agent) == words
