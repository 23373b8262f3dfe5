"""Who handles accounts, and who sees the program's own running."""

from internkontroll.core.access import Permission, PermissionMap, Role

PERMISSIONS: PermissionMap = {
    Permission.ACCOUNT_MANAGE: frozenset({Role.ADMINISTRATOR}),
    Permission.ROLE_CONFIRM: frozenset({Role.CONTROLLER}),
    Permission.JOBS_READ: frozenset({Role.ADMINISTRATOR}),
}
