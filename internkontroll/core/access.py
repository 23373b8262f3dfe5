"""Who may do what: permissions, roles and scopes as data, deny by default.

Each feature's ``policy.py`` says which roles hold its permissions. ``create_app`` joins the parts
and refuses a permission that nobody mapped or that two features mapped. Verbs ask their own
feature's part, so that no rule can be bypassed by calling them from somewhere else.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from internkontroll.core.errors import NotAllowed


class Role(StrEnum):
    """Roll: what a person is in the municipality (ordlista). A role has a scope and dates."""

    ADMINISTRATOR = "administrator"
    CONTROLLER = "controller"
    RESPONSIBLE = "responsible"
    REVIEWER = "reviewer"
    UNIT_MANAGER = "unit_manager"
    MEMBER = "member"
    CHAIR = "chair"
    SECRETARY = "secretary"
    DIRECTOR = "director"
    OVERSIGHT_CONTROLLER = "oversight_controller"
    AUDITOR = "auditor"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    READER = "reader"


class Permission(StrEnum):
    """Behörighet: one thing that can be done, named resource:action."""

    ACCOUNT_MANAGE = "account:manage"
    AUDIT_CLOSE = "audit:close"
    BOARD_READ = "board:read"
    BUNDLE_MAKE = "bundle:make"
    CASE_NOTE = "case:note"
    CASE_NOTE_ALLOW = "case:note-allow"
    CHECKLIST_EDIT = "checklist:edit"
    COMMITTEE_CONFIRM = "committee:confirm"
    COMMITTEE_PREPARE = "committee:prepare"
    COMMITTEE_REVIEW = "committee:review"
    COMMITTEE_STEP_ASIDE = "committee:step-aside"
    CONCLUSION_SIGN = "conclusion:sign"
    DISPOSAL_CONFIRM = "disposal:confirm"
    DISPOSAL_ORDER = "disposal:order"
    DISPOSAL_READ = "disposal:read"
    FINDING_CLOSE = "finding:close"
    FINDING_HANDLE = "finding:handle"
    FINDING_READ = "finding:read"
    FINDING_RECORD = "finding:record"
    JOBS_READ = "jobs:read"
    MINUTES_READ_INTERNAL = "minutes:read-internal"
    OCCURRENCE_ORDER = "occurrence:order"
    OCCURRENCE_PERFORM = "occurrence:perform"
    OCCURRENCE_PLAN = "occurrence:plan"
    OCCURRENCE_READ = "occurrence:read"
    OCCURRENCE_SKIP = "occurrence:skip"
    ORGANISATION_EDIT = "organisation:edit"
    OVERSIGHT_DECIDE = "oversight:decide"
    OVERSIGHT_READ = "oversight:read"
    OVERSIGHT_WRITE = "oversight:write"
    PLAN_APPOINT = "plan:appoint"
    PLAN_DECIDE = "plan:decide"
    PLAN_EDIT = "plan:edit"
    PLAN_OBLIGE = "plan:oblige"
    PLAN_READ = "plan:read"
    POPULATION_LOAD = "population:load"
    POPULATION_PURGE = "population:purge"
    READING_AUDIT = "reading:audit"
    READING_FOLLOW_UP = "reading:follow-up"
    READING_SEARCH = "reading:search"
    REPORT_APPROVE = "report:approve"
    REPORT_COMMENT = "report:comment"
    REPORT_DECIDE = "report:decide"
    REPORT_DISCLOSE = "report:disclose"
    REPORT_READ = "report:read"
    REPORT_READ_DECIDED = "report:read-decided"
    REPORT_RECEIVE = "report:receive"
    REPORT_WRITE = "report:write"
    RETENTION_DECIDE = "retention:decide"
    REVIEW_REREAD = "review:reread"
    ROLE_CONFIRM = "role:confirm"
    SAMPLE_DRAW = "sample:draw"
    SAMPLE_READ = "sample:read"
    TASKS_HAND_OVER = "tasks:hand-over"
    TRAIL_READ = "trail:read"
    YEAR_OPEN = "year:open"


PermissionMap = Mapping[Permission, frozenset[Role]]

SHARED: frozenset[Permission] = frozenset(
    {
        Permission.BOARD_READ,
        Permission.PLAN_READ,
        Permission.OCCURRENCE_READ,
        Permission.FINDING_READ,
        Permission.REPORT_READ,
        Permission.REPORT_READ_DECIDED,
    }
)
"""What a role in one committee holds also for what the whole board shares."""

OF_COMMITTEES: frozenset[Permission] = SHARED | {
    Permission.CASE_NOTE,
    Permission.COMMITTEE_CONFIRM,
    Permission.COMMITTEE_PREPARE,
    Permission.COMMITTEE_REVIEW,
    Permission.COMMITTEE_STEP_ASIDE,
    Permission.CONCLUSION_SIGN,
    Permission.FINDING_CLOSE,
    Permission.FINDING_HANDLE,
    Permission.FINDING_RECORD,
    Permission.MINUTES_READ_INTERNAL,
    Permission.OCCURRENCE_ORDER,
    Permission.OCCURRENCE_PERFORM,
    Permission.OCCURRENCE_PLAN,
    Permission.OCCURRENCE_SKIP,
    Permission.POPULATION_LOAD,
    Permission.REVIEW_REREAD,
    Permission.SAMPLE_DRAW,
    Permission.SAMPLE_READ,
    Permission.YEAR_OPEN,
}
"""What a role in one committee can hold at all. Anything else concerns the whole board (its plan,
its reports, its trail, what it destroys) and is held by those whose role is the board's."""


@dataclass(frozen=True)
class Scope:
    """Where a thing belongs. ``board_id`` None: the municipality itself."""

    board_id: int | None
    subcommittee_id: int | None = None


@dataclass(frozen=True)
class Grant:
    """Tilldelad roll: a role within a scope, from one day to another (both included).

    ``withheld`` is what the role gives elsewhere but not by this grant: a revisor is let in to what
    the auditors decided that they need.
    """

    role: Role
    board_id: int | None
    subcommittee_id: int | None = None
    unit_id: int | None = None
    valid_from: date = date.min
    valid_to: date = date.max
    withheld: frozenset[Permission] = frozenset()

    def reaches(self, board_id: int | None, on: date) -> bool:
        """Whether the grant holds somewhere in the board on that day.

        A grant for the whole municipality reaches every board.
        """
        return self.valid_from <= on <= self.valid_to and self.board_id in (None, board_id)

    def covers(self, scope: Scope, on: date) -> bool:
        """Whether the grant covers the scope on that day.

        A grant in one committee covers that committee's own things: not what the board shares, and
        never another committee's.
        """
        own = self.subcommittee_id is None or self.subcommittee_id == scope.subcommittee_id
        return own and self.reaches(scope.board_id, on)


@dataclass(frozen=True)
class Actor:
    """Den som handlar: a user with roles, or the program itself.

    ``os_user`` is set when the act comes from the command line (then ``user_id`` is None);
    ``request_id`` ties the rows of the trail to one request.
    """

    user_id: int | None
    name: str
    grants: tuple[Grant, ...] = ()
    os_user: str | None = None
    request_id: str | None = None
    session_digest: str | None = field(default=None, repr=False)

    @property
    def is_system(self) -> bool:
        """Whether this is the program itself (command line, jobs)."""
        return self.user_id is None and self.os_user is not None


def system_actor(os_user: str) -> Actor:
    """The actor of the command line and of the jobs; the operating system's user is recorded."""
    return Actor(user_id=None, name="system", os_user=os_user)


def can(actor: Actor, permission: Permission, scope: Scope, on: date, rules: PermissionMap) -> bool:
    """Whether the actor holds the permission for the scope on that day. Unknown means no."""
    if actor.is_system:
        return True
    shared = permission in SHARED and scope.subcommittee_id is None
    return any(
        grant.covers(scope, on) or (shared and grant.reaches(scope.board_id, on))
        for grant in _giving(actor, permission, rules)
    )


def _giving(actor: Actor, permission: Permission, rules: PermissionMap) -> Iterator[Grant]:
    roles = rules.get(permission, frozenset())
    for grant in actor.grants:
        of_its_place = grant.subcommittee_id is None or permission in OF_COMMITTEES
        if grant.role in roles and of_its_place and permission not in grant.withheld:
            yield grant


def can_somewhere(
    actor: Actor, permission: Permission, board_id: int | None, on: date, rules: PermissionMap
) -> bool:
    """Whether the actor holds the permission for anything at all in the board on that day.

    Opens a route; the thing behind it is then asked for with :func:`can`.
    """
    if actor.is_system:
        return True
    return any(grant.reaches(board_id, on) for grant in _giving(actor, permission, rules))


def ensure(
    actor: Actor, permission: Permission, scope: Scope, on: date, rules: PermissionMap
) -> None:
    """Refuse with NotAllowed unless the actor may."""
    if not can(actor, permission, scope, on, rules):
        raise NotAllowed(
            "Din roll får inte göra det här. Be den som administrerar behörigheter om hjälp."
        )


def joined(parts: Iterable[PermissionMap]) -> PermissionMap:
    """Join the features' parts. Raises ValueError on a gap or a double: both are mistakes."""
    whole: dict[Permission, frozenset[Role]] = {}
    for part in parts:
        for permission, roles in part.items():
            if permission in whole:
                raise ValueError(f"two features map {permission}")
            whole[permission] = roles
    missing = sorted(set(Permission) - set(whole))
    if missing:
        raise ValueError(f"no feature maps {', '.join(missing)}")
    return whole
