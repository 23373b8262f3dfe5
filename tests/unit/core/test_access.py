"""Permissions: deny by default, committees walled from each other, roles with dates."""

from datetime import date

import pytest

from internkontroll.core.access import (
    SHARED,
    Actor,
    Grant,
    Permission,
    Role,
    Scope,
    can,
    can_somewhere,
    ensure,
    joined,
    system_actor,
)
from internkontroll.core.errors import NotAllowed

DAY = date(2020, 3, 1)
RULES = {
    Permission.PLAN_READ: frozenset({Role.READER, Role.MEMBER}),
    Permission.SAMPLE_DRAW: frozenset({Role.MEMBER}),
    Permission.TRAIL_READ: frozenset({Role.SECRETARY}),
}


def actor(*grants: Grant) -> Actor:
    return Actor(user_id=1, name="x", grants=grants)


@pytest.mark.parametrize(
    ("grant", "permission", "scope", "expected"),
    [
        (Grant(Role.READER, 1), Permission.PLAN_READ, Scope(1), True),
        (Grant(Role.READER, 1), Permission.PLAN_READ, Scope(2), False),
        (Grant(Role.READER, None), Permission.PLAN_READ, Scope(2), True),
        (Grant(Role.READER, 1), Permission.SAMPLE_DRAW, Scope(1), False),
        (Grant(Role.READER, 1), Permission.PLAN_DECIDE, Scope(1), False),
        (Grant(Role.MEMBER, 1, 7), Permission.SAMPLE_DRAW, Scope(1, 7), True),
        (Grant(Role.MEMBER, 1, 7), Permission.SAMPLE_DRAW, Scope(1, 8), False),
        (Grant(Role.MEMBER, 1, 7), Permission.SAMPLE_DRAW, Scope(1), False),
        (Grant(Role.MEMBER, 1, 7), Permission.PLAN_READ, Scope(1), True),
        (Grant(Role.MEMBER, 1, 7), Permission.PLAN_READ, Scope(1, 8), False),
        (Grant(Role.READER, 1, valid_to=date(2020, 2, 29)), Permission.PLAN_READ, Scope(1), False),
        (Grant(Role.READER, 1, valid_from=date(2020, 3, 2)), Permission.PLAN_READ, Scope(1), False),
        (Grant(Role.READER, 1), Permission.PLAN_READ, Scope(None), False),
        (Grant(Role.SECRETARY, 1), Permission.TRAIL_READ, Scope(1, 7), True),
        (Grant(Role.SECRETARY, 1, 7), Permission.TRAIL_READ, Scope(1, 7), False),
        (Grant(Role.SECRETARY, 1, 7), Permission.TRAIL_READ, Scope(1), False),
    ],
)
def test_a_permission_holds_only_where_and_when_the_role_does(
    grant: Grant, permission: Permission, scope: Scope, expected: bool
) -> None:
    assert can(actor(grant), permission, scope, DAY, RULES) is expected


def test_a_committees_member_may_open_the_route_but_not_another_committees_thing() -> None:
    member = actor(Grant(Role.MEMBER, 1, 7))

    assert can_somewhere(member, Permission.SAMPLE_DRAW, 1, DAY, RULES)
    assert not can_somewhere(member, Permission.SAMPLE_DRAW, 2, DAY, RULES)
    with pytest.raises(NotAllowed):
        ensure(member, Permission.SAMPLE_DRAW, Scope(1, 8), DAY, RULES)


def test_a_role_in_one_committee_does_not_even_open_what_concerns_the_whole_board() -> None:
    secretary = actor(Grant(Role.SECRETARY, 1, 7))

    assert not can_somewhere(secretary, Permission.TRAIL_READ, 1, DAY, RULES)
    assert can_somewhere(actor(Grant(Role.SECRETARY, 1)), Permission.TRAIL_READ, 1, DAY, RULES)


def test_the_command_line_may_do_all() -> None:
    assert can(system_actor("drift"), Permission.PLAN_DECIDE, Scope(1), DAY, {})


def test_a_permission_that_nobody_or_two_features_map_is_refused() -> None:
    with pytest.raises(ValueError, match="no feature maps"):
        joined([RULES])
    with pytest.raises(ValueError, match="two features"):
        joined([RULES, RULES])


def test_nothing_that_changes_or_shows_a_case_is_shared_between_committees() -> None:
    assert all(permission.value.split(":")[1].startswith("read") for permission in SHARED)
    assert Permission.SAMPLE_READ not in SHARED
