"""Who may read, change, decide and staff a board's plans."""

from internkontroll.core.access import Permission, PermissionMap, Role
from internkontroll.organisation.policy import BOARD_ROLES

RESPONSIBLE_ROLES = frozenset({Role.RESPONSIBLE, Role.UNIT_MANAGER, Role.CHAIR, Role.MEMBER})
"""Who can be appointed responsible for a kontrollmoment."""

PERMISSIONS: PermissionMap = {
    Permission.PLAN_READ: BOARD_ROLES,
    Permission.PLAN_EDIT: frozenset({Role.CONTROLLER}),
    Permission.PLAN_DECIDE: frozenset({Role.CONTROLLER, Role.SECRETARY}),
    Permission.PLAN_OBLIGE: frozenset({Role.OVERSIGHT_CONTROLLER}),
    Permission.CHECKLIST_EDIT: frozenset({Role.ADMINISTRATOR, Role.OVERSIGHT_CONTROLLER}),
    Permission.PLAN_APPOINT: frozenset({Role.CONTROLLER, Role.DIRECTOR}),
}
