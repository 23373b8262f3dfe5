"""Who may load a list, draw from it, and read which items were drawn."""

from internkontroll.core.access import Permission, PermissionMap, Role

PERMISSIONS: PermissionMap = {
    Permission.POPULATION_LOAD: frozenset(
        {Role.RESPONSIBLE, Role.UNIT_MANAGER, Role.CONTROLLER, Role.MEMBER, Role.CHAIR}
    ),
    Permission.POPULATION_PURGE: frozenset({Role.CONTROLLER}),
    Permission.SAMPLE_DRAW: frozenset({Role.RESPONSIBLE, Role.CONTROLLER, Role.MEMBER, Role.CHAIR}),
    Permission.SAMPLE_READ: frozenset(
        {Role.RESPONSIBLE, Role.REVIEWER, Role.MEMBER, Role.CHAIR, Role.AUDITOR}
    ),
}
