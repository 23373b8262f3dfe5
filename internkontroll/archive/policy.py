"""Who decides what is kept, who orders gallring, and who is the other person."""

from internkontroll.core.access import Permission, PermissionMap, Role

PERMISSIONS: PermissionMap = {
    Permission.BUNDLE_MAKE: frozenset({Role.AUDITOR, Role.CONTROLLER}),
    Permission.RETENTION_DECIDE: frozenset({Role.CONTROLLER, Role.SECRETARY}),
    Permission.AUDIT_CLOSE: frozenset({Role.AUDITOR, Role.SECRETARY}),
    Permission.DISPOSAL_READ: frozenset(
        {Role.CONTROLLER, Role.SECRETARY, Role.DIRECTOR, Role.AUDITOR}
    ),
    Permission.DISPOSAL_ORDER: frozenset({Role.CONTROLLER, Role.SECRETARY}),
    Permission.DISPOSAL_CONFIRM: frozenset({Role.CONTROLLER, Role.SECRETARY, Role.DIRECTOR}),
}
