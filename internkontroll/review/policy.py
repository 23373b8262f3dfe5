"""Who may sign, read again and see the internal minutes. Never the tester: the verbs' guard."""

from internkontroll.core.access import Permission, PermissionMap, Role

PERMISSIONS: PermissionMap = {
    Permission.CASE_NOTE: frozenset({Role.UNIT_MANAGER}),
    Permission.CASE_NOTE_ALLOW: frozenset({Role.CONTROLLER, Role.SECRETARY}),
    Permission.COMMITTEE_CONFIRM: frozenset({Role.CHAIR}),
    Permission.CONCLUSION_SIGN: frozenset({Role.REVIEWER, Role.CONTROLLER, Role.CHAIR}),
    Permission.MINUTES_READ_INTERNAL: frozenset(
        {
            Role.RESPONSIBLE,
            Role.REVIEWER,
            Role.MEMBER,
            Role.CHAIR,
            Role.SECRETARY,
            Role.AUDITOR,
        }
    ),
    Permission.REVIEW_REREAD: frozenset({Role.RESPONSIBLE, Role.REVIEWER, Role.MEMBER, Role.CHAIR}),
}
