"""Who may read an object's history."""

from internkontroll.core.access import Permission, PermissionMap, Role

PERMISSIONS: PermissionMap = {
    Permission.TRAIL_READ: frozenset(
        {
            Role.CONTROLLER,
            Role.SECRETARY,
            Role.DIRECTOR,
            Role.AUDITOR,
            Role.DATA_PROTECTION_OFFICER,
        }
    ),
}
