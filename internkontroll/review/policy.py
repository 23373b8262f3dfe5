"""Who may sign a conclusion; that it is never the tester is the verb's own guard."""

from internkontroll.core.access import Permission, PermissionMap, Role

PERMISSIONS: PermissionMap = {
    Permission.CONCLUSION_SIGN: frozenset({Role.REVIEWER, Role.CONTROLLER, Role.CHAIR}),
}
