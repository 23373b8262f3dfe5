"""Kommunens inloggning: what it vouches for, and which of its groups give which roles."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from internkontroll.accounts.rules import PLACES_OF_ROLE, place_of
from internkontroll.core.access import Role
from internkontroll.core.errors import InvalidInput

ROLE_LASTS = timedelta(days=90)
"""How long a role from the provider holds without a new login."""
RENEWED_WHEN_LEFT = timedelta(days=45)
"""A login renews what has less than this left, so that not every login writes to the trail."""

_KEYS = frozenset({"group", "role", "board", "subcommittee"})


@dataclass(frozen=True)
class Vouched:
    """Vad kommunens inloggning intygar about a person, verified.

    ``level`` is how the person was identified there (``acr``); ``log_out_url`` where the login
    there can be ended.
    """

    issuer: str
    subject: str
    groups: frozenset[str] = frozenset()
    level: str | None = None
    username: str | None = None
    name: str | None = None
    log_out_url: str | None = None


@dataclass(frozen=True)
class GroupRole:
    """En grupp som ger en roll in the municipality, in a board or in one of its committees."""

    group: str
    role: Role
    board: str | None = None
    subcommittee: str | None = None


def roles_for(groups: Iterable[str], mapping: Sequence[GroupRole]) -> list[GroupRole]:
    """The rows of the mapping that a person's groups give, each once."""
    held = frozenset(groups)
    return list(dict.fromkeys(row for row in mapping if row.group in held))


def parse_group_roles(text: str, names: Mapping[str, Role]) -> tuple[GroupRole, ...]:
    """The mapping as it is written: a JSON list of group, role, and where it holds.

    ``names`` are the Swedish words of the roles in small letters. Raises InvalidInput for a text
    that is not such a list, with the number of the row.
    """
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise InvalidInput(
            "Filen i OIDC_ROLES_FILE är inte giltig JSON. Se exemplet i docs/drift.md."
        ) from error
    if not isinstance(rows, list):
        raise InvalidInput("Filen i OIDC_ROLES_FILE ska vara en lista. Se docs/drift.md.")
    return tuple(_row(number, row, names) for number, row in enumerate(rows, start=1))


def _row(number: int, row: Any, names: Mapping[str, Role]) -> GroupRole:
    where = f"Rad {number} i OIDC_ROLES_FILE"
    if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
        raise InvalidInput(f"{where} ska ha group, role och var rollen gäller, som text.")
    if unknown := sorted(row.keys() - _KEYS):
        raise InvalidInput(f"{where} har {unknown[0]}, som inte finns. Ta bort det.")
    if not row.get("group"):
        raise InvalidInput(f"{where} saknar group. Ange gruppens namn.")
    role = names.get(row.get("role", "").lower())
    if role is None:
        raise InvalidInput(f"{where} har ingen känd roll. Skriv till exempel controller.")
    board, committee = row.get("board") or None, row.get("subcommittee") or None
    fits = place_of(1 if board else None, 1 if committee else None) in PLACES_OF_ROLE[role]
    if not fits or (committee and not board):
        raise InvalidInput(f"{where}: rollen kan inte gälla där. Ange board, och utskott om så.")
    return GroupRole(row["group"], role, board.upper() if board else None, committee)
