"""Who may read and record findings."""

from internkontroll.core.access import Permission, PermissionMap, Role
from internkontroll.organisation.policy import BOARD_ROLES

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
}
