"""Filen med grupper: which groups of the municipality's login give which roles."""

from pathlib import Path

from internkontroll.accounts.rules.provider import GroupRole, parse_group_roles
from internkontroll.accounts.words import WORDS
from internkontroll.core.access import Role
from internkontroll.core.errors import InvalidInput

ROLE_NAMES = {WORDS[role].lower(): role for role in Role}
"""What a role is called in the file and on the command line."""


def read_group_roles(path: Path | None) -> tuple[GroupRole, ...] | None:
    """The mapping in the file; None without a file: then roles are given in the program alone.

    Raises InvalidInput for a file that cannot be read or is not a mapping.
    """
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            "Filen i OIDC_ROLES_FILE går inte att läsa. Kontrollera sökvägen och att programmets "
            "användare får läsa den."
        ) from error
    return parse_group_roles(text, ROLE_NAMES)
