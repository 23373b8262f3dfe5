"""Den som frågar: the person on a day, and the roles that tasks belong to."""

from dataclasses import dataclass
from datetime import date

from internkontroll.core.access import Actor, Role, Scope
from internkontroll.monitoring.rules.facts import Fact

WATCHES = frozenset({Role.CONTROLLER})
STEERS = frozenset({Role.CONTROLLER, Role.SECRETARY})
APPOINTS = frozenset({Role.CONTROLLER, Role.DIRECTOR})
SIGNS = frozenset({Role.REVIEWER, Role.CHAIR, Role.CONTROLLER})
CLOSES = frozenset({Role.CONTROLLER, Role.REVIEWER, Role.CHAIR, Role.DIRECTOR})
COMMITTEE = frozenset({Role.MEMBER, Role.CHAIR})
OVERSEES = frozenset({Role.OVERSIGHT_CONTROLLER})
ADMINISTERS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Person:
    """Den som frågar vad som väntar: the actor, on a day."""

    actor: Actor
    on: date

    def is_one_of(self, roles: frozenset[Role], fact: Fact) -> bool:
        """Whether the person holds one of the roles where the fact is."""
        scope = Scope(fact.board_id, fact.subcommittee_id)
        return any(
            grant.role in roles and grant.covers(scope, self.on) for grant in self.actor.grants
        )

    def owns(self, fact: Fact) -> bool:
        """Whether the fact is the person's own: they answer for it, or it is their committee's."""
        if self.actor.user_id is not None and fact.person_id == self.actor.user_id:
            return True
        return fact.subcommittee_id is not None and any(
            grant.role in COMMITTEE
            and grant.subcommittee_id == fact.subcommittee_id
            and grant.covers(Scope(fact.board_id, fact.subcommittee_id), self.on)
            for grant in self.actor.grants
        )
