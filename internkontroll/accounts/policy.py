"""Who sees the program's own running."""

from internkontroll.core.access import Permission, PermissionMap, Role

PERMISSIONS: PermissionMap = {
    Permission.JOBS_READ: frozenset({Role.ADMINISTRATOR}),
}
