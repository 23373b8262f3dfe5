"""Who hands over one person's tasks to another."""

from internkontroll.core.access import Permission, PermissionMap, Role

PERMISSIONS: PermissionMap = {
    Permission.TASKS_HAND_OVER: frozenset({Role.CONTROLLER, Role.DIRECTOR}),
}
