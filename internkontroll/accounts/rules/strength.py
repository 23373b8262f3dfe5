"""Hur säkert någon har loggat in: who must give a code, and when a session ends."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from internkontroll.core.access import Grant, Permission, PermissionMap, Role

NEEDS_A_CODE: frozenset[Permission] = frozenset(
    {
        Permission.ACCOUNT_MANAGE,
        Permission.AUDIT_CLOSE,
        Permission.CASE_NOTE,
        Permission.DISPOSAL_CONFIRM,
        Permission.DISPOSAL_ORDER,
        Permission.MINUTES_READ_INTERNAL,
        Permission.POPULATION_LOAD,
        Permission.RETENTION_DECIDE,
        Permission.REVIEW_REREAD,
        Permission.ROLE_CONFIRM,
        Permission.SAMPLE_DRAW,
        Permission.SAMPLE_READ,
    }
)
"""What shows cases, what hands out passwords, codes and roles, and what destroys: a stolen password
alone must open none of it."""


def roles_that_need_a_code(rules: PermissionMap) -> frozenset[Role]:
    """The roles that hold any of :data:`NEEDS_A_CODE`, by the joined permission map."""
    return frozenset[Role]().union(*(rules.get(one, frozenset()) for one in NEEDS_A_CODE))


def needs_a_code(grants: Iterable[Grant], roles: Collection[Role], on: date) -> bool:
    """Whether any grant that holds on that day is of such a role."""
    return any(grant.role in roles and grant.valid_from <= on <= grant.valid_to for grant in grants)


@dataclass(frozen=True)
class SessionEnd:
    """When a session ends if nobody does anything. ``is_last``: then it ends whatever is done."""

    at: datetime
    is_last: bool


def session_end(
    *,
    created_at: datetime,
    last_seen_at: datetime,
    idle_limit: timedelta,
    absolute_limit: timedelta,
) -> SessionEnd:
    """The sooner of the idle limit and the absolute limit."""
    idle, last = last_seen_at + idle_limit, created_at + absolute_limit
    return SessionEnd(min(idle, last), is_last=last <= idle)
