"""Who may read and write a follow-up report, and who records the board's decision on it."""

from internkontroll.core.access import Permission, PermissionMap, Role

READERS = frozenset(
    {
        Role.CONTROLLER,
        Role.RESPONSIBLE,
        Role.REVIEWER,
        Role.UNIT_MANAGER,
        Role.CHAIR,
        Role.MEMBER,
        Role.SECRETARY,
        Role.DIRECTOR,
        Role.AUDITOR,
    }
)
"""Those who may see a report before it is decided."""

PERMISSIONS: PermissionMap = {
    Permission.REPORT_READ: READERS,
    Permission.REPORT_READ_DECIDED: READERS | {Role.READER, Role.OVERSIGHT_CONTROLLER},
    Permission.REPORT_WRITE: frozenset({Role.CONTROLLER, Role.DIRECTOR}),
    Permission.REPORT_DECIDE: frozenset({Role.SECRETARY, Role.CONTROLLER}),
}
