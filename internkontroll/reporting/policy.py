"""Who may read and write a follow-up report, and who records the board's decision on it."""

from internkontroll.core.access import Permission, PermissionMap, Role
from internkontroll.plan.policy import RESPONSIBLE_ROLES

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

WRITERS = frozenset({Role.CONTROLLER, Role.DIRECTOR})
"""Those who write all of a report; who is responsible writes of their own kontrollmoment."""

PERMISSIONS: PermissionMap = {
    Permission.REPORT_READ: READERS,
    Permission.REPORT_READ_DECIDED: READERS | {Role.READER, Role.OVERSIGHT_CONTROLLER},
    Permission.REPORT_WRITE: WRITERS,
    # The comment is förvaltningen's: those elected review, they do not write the report.
    Permission.REPORT_COMMENT: WRITERS | (RESPONSIBLE_ROLES - {Role.MEMBER, Role.CHAIR}),
    Permission.REPORT_APPROVE: frozenset({Role.DIRECTOR}),
    Permission.REPORT_DECIDE: frozenset({Role.SECRETARY, Role.CONTROLLER}),
    # Who receives a request for a document; what is doubtful is for the board (OSL 6:3).
    Permission.REPORT_DISCLOSE: frozenset({Role.SECRETARY, Role.CONTROLLER}),
    Permission.REPORT_RECEIVE: frozenset({Role.OVERSIGHT_CONTROLLER}),
    Permission.OVERSIGHT_DECIDE: frozenset({Role.OVERSIGHT_CONTROLLER}),
    # A role in kommunstyrelsen itself; in any other nämnd it opens nothing.
    Permission.OVERSIGHT_READ: frozenset(
        {Role.OVERSIGHT_CONTROLLER, Role.CHAIR, Role.MEMBER, Role.SECRETARY, Role.AUDITOR}
    ),
    Permission.OVERSIGHT_WRITE: frozenset({Role.OVERSIGHT_CONTROLLER}),
}
