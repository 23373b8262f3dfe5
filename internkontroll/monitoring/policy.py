"""Who hands over tasks, asks who has read a case, and follows the readings up."""

from internkontroll.core.access import Permission, PermissionMap, Role

PERMISSIONS: PermissionMap = {
    Permission.TASKS_HAND_OVER: frozenset({Role.CONTROLLER, Role.DIRECTOR}),
    Permission.READING_SEARCH: frozenset({Role.CONTROLLER, Role.DATA_PROTECTION_OFFICER}),
    Permission.READING_FOLLOW_UP: frozenset({Role.UNIT_MANAGER, Role.CONTROLLER, Role.DIRECTOR}),
    Permission.READING_AUDIT: frozenset({Role.AUDITOR}),
}
