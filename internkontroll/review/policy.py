"""Who may sign a conclusion and read again; that it is never the tester is the verbs' guard."""

from internkontroll.core.access import Permission, PermissionMap, Role

PERMISSIONS: PermissionMap = {
    Permission.CONCLUSION_SIGN: frozenset({Role.REVIEWER, Role.CONTROLLER, Role.CHAIR}),
    Permission.REVIEW_REREAD: frozenset({Role.RESPONSIBLE, Role.REVIEWER, Role.MEMBER, Role.CHAIR}),
}
