"""Who sets up the organisation, sees a board's page and opens its year."""

from internkontroll.core.access import Permission, PermissionMap, Role

BOARD_ROLES = frozenset(
    {
        Role.CONTROLLER,
        Role.RESPONSIBLE,
        Role.REVIEWER,
        Role.UNIT_MANAGER,
        Role.MEMBER,
        Role.CHAIR,
        Role.SECRETARY,
        Role.DIRECTOR,
        Role.AUDITOR,
        Role.READER,
    }
)
"""Those who work for a board or may follow its work."""

PERMISSIONS: PermissionMap = {
    Permission.BOARD_READ: BOARD_ROLES,
    Permission.ORGANISATION_EDIT: frozenset({Role.ADMINISTRATOR}),
    Permission.YEAR_OPEN: frozenset({Role.CONTROLLER, Role.SECRETARY}),
}
