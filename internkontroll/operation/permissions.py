"""The table of who may do what, as a document: written from the same map that the program asks."""

from collections.abc import Mapping
from datetime import date

from internkontroll.accounts.rules import PLACES_OF_ROLE, TWO_PERSONS, Place
from internkontroll.accounts.words import WORDS
from internkontroll.core.access import (
    Actor,
    Grant,
    Permission,
    PermissionMap,
    Role,
    Scope,
    can,
)

OWN, OTHER = 1, 2
"""Board, committee or unit of the one asked about, and another one."""
TODAY, FIRST, LAST = date(2020, 3, 1), date(2020, 1, 1), date(2020, 12, 31)


def situations(role: Role) -> Mapping[str, tuple[Grant | None, Scope]]:
    """A grant of the role and what is asked about, by the situation's name.

    What is asked about is a thing that the whole nämnd shares, or a committee's. A role of the
    whole municipality has no nämnd of its own: it reaches every one.
    """
    board = None if Place.BOARD not in PLACES_OF_ROLE[role] else OWN
    shared = Scope(OWN)
    return {
        "own": (Grant(role, board), shared),
        "other_board": (Grant(role, board), Scope(OTHER)),
        "own_committee": (Grant(role, OWN, OWN), Scope(OWN, OWN)),
        "other_committee": (Grant(role, OWN, OWN), Scope(OWN, OTHER)),
        "boards_from_committee": (Grant(role, OWN, OWN), shared),
        "other_unit": (Grant(role, board, None, OTHER), shared),
        "expired": (Grant(role, board, valid_to=FIRST), shared),
        "not_begun": (Grant(role, board, valid_from=LAST), shared),
        "none": (None, shared),
    }


def answers(permission: Permission, role: Role, rules: PermissionMap) -> dict[str, bool]:
    """Whether the role may, in each situation."""
    return {
        name: can(Actor(1, "", (grant,) if grant else ()), permission, scope, TODAY, rules)
        for name, (grant, scope) in situations(role).items()
    }


def permission_document(rules: PermissionMap) -> str:
    """The whole table as Markdown, in Swedish."""
    roles = list(Role)
    lines = [
        "# Behörigheter",
        "",
        "Skriven av `internkontroll permissions` ur programmets egen karta. Ändra inte för hand.",
        "",
        "En roll gäller där den är given (nämnd, utskott eller hela kommunen) och mellan sina",
        "dagar. Utanför sin nämnd finns ingenting: sidan svarar som om det inte fanns. En roll i",
        "ett utskott ger utskottets egna saker, och att läsa det som hela nämnden delar.",
        "",
        "| Får | " + " | ".join(WORDS[role] for role in roles) + " |",
        "|---" * (len(roles) + 1) + "|",
    ]
    for permission in Permission:
        cells = ["ja" if role in rules[permission] else "" for role in roles]
        lines.append(f"| `{permission.value}` | " + " | ".join(cells) + " |")
    two = ", ".join(WORDS[role].lower() for role in roles if role in TWO_PERSONS)
    lines += [
        "",
        "## Roller som ges av två personer",
        "",
        f"{two.capitalize()}.",
        "",
        "## Revisorn",
        "",
        "`report:read` (uppföljningar före beslut) och `sample:read` (sekretessbelagda poster) ges",
        "en revisor bara när revisorernas beslut säger det, och högst ett år i taget.",
        "",
    ]
    return "\n".join(lines)
