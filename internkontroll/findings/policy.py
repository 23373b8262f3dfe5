"""Who may read, record, handle and close findings."""

from internkontroll.core.access import Permission, PermissionMap, Role
from internkontroll.organisation.policy import BOARD_ROLES

HANDLERS = frozenset({Role.CONTROLLER, Role.RESPONSIBLE, Role.UNIT_MANAGER, Role.DIRECTOR})
"""Förvaltningen: who puts things right and may be responsible for an action."""

PERMISSIONS: PermissionMap = {
    Permission.FINDING_READ: BOARD_ROLES,
    Permission.FINDING_RECORD: frozenset(
        {
            Role.RESPONSIBLE,
            Role.REVIEWER,
            Role.UNIT_MANAGER,
            Role.CONTROLLER,
            Role.MEMBER,
            Role.CHAIR,
        }
    ),
    Permission.FINDING_HANDLE: HANDLERS,
    Permission.FINDING_CLOSE: frozenset(
        {Role.CONTROLLER, Role.REVIEWER, Role.CHAIR, Role.DIRECTOR}
    ),
}
