"""Who sees, performs and skips kontrolltillfällen; and whose committee's they may see."""

from datetime import date

from internkontroll.core.access import Actor, Permission, PermissionMap, Role
from internkontroll.organisation.policy import BOARD_ROLES

PERMISSIONS: PermissionMap = {
    Permission.COMMITTEE_PREPARE: frozenset({Role.CONTROLLER, Role.CHAIR, Role.SECRETARY}),
    Permission.COMMITTEE_REVIEW: frozenset({Role.MEMBER, Role.CHAIR}),
    Permission.COMMITTEE_STEP_ASIDE: frozenset(
        {Role.CONTROLLER, Role.MEMBER, Role.CHAIR, Role.SECRETARY}
    ),
    Permission.OCCURRENCE_READ: BOARD_ROLES,
    Permission.OCCURRENCE_PERFORM: frozenset(
        {
            Role.RESPONSIBLE,
            Role.UNIT_MANAGER,
            Role.CONTROLLER,
            Role.MEMBER,
            Role.CHAIR,
        }
    ),
    Permission.OCCURRENCE_ORDER: frozenset({Role.RESPONSIBLE, Role.CONTROLLER}),
    Permission.OCCURRENCE_PLAN: frozenset({Role.RESPONSIBLE, Role.CONTROLLER, Role.CHAIR}),
    Permission.OCCURRENCE_SKIP: frozenset({Role.RESPONSIBLE, Role.CONTROLLER, Role.CHAIR}),
}


def committees_within_reach(actor: Actor, board_id: int, on: date) -> frozenset[int] | None:
    """The committees of the board whose occurrences the actor may see; None means every one.

    What the board shares (no committee) is not in question here. A person with roles only in one
    individutskott sees that one's occurrences, never the other's.
    """
    if actor.is_system:
        return None
    readers = PERMISSIONS[Permission.OCCURRENCE_READ]
    reached: set[int] = set()
    for grant in actor.grants:
        if (
            grant.role not in readers
            or grant.board_id not in (None, board_id)
            or not grant.valid_from <= on <= grant.valid_to
        ):
            continue
        if grant.subcommittee_id is None:
            return None
        reached.add(grant.subcommittee_id)
    return frozenset(reached)
