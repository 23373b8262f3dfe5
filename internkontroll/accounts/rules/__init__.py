"""Vad ett lösenord får vara, när en session lever, vem som kan få vilken roll och var."""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from internkontroll.core.access import Grant, Permission, Role
from internkontroll.core.errors import InvalidInput, NotAllowed

PASSWORD_MIN = 15
"""Shortest password in characters; no rule of what it is made of (NIST SP 800-63B, 3.1.1.2)."""
PASSWORD_MAX = 200
"""Longest password in characters: more than anybody types, less than what costs time to hash."""
START_PASSWORD_FOR = timedelta(days=7)
"""How long a start password opens the account (ASVS 5.0, 6.4.1)."""


def session_digest(token: str) -> str:
    """What the database knows of a session's secret name: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


def name_digest(username: str, browser: str | None = None) -> str:
    """What a failed login leaves behind of the typed name: SHA-256 of it, folded.

    ``browser`` tells one that the account has logged in from: its failures are counted apart.
    """
    counted = (
        fold_username(username) if browser is None else f"{fold_username(username)}\0{browser}"
    )
    return hashlib.sha256(counted.encode()).hexdigest()


def fold_username(username: str) -> str:
    """User names are compared without case and outer spaces."""
    return username.strip().lower()


def is_alive(
    *,
    created_at: datetime,
    last_seen_at: datetime,
    ended_at: datetime | None,
    at: datetime,
    idle_limit: timedelta,
    absolute_limit: timedelta,
) -> bool:
    """Whether a session may still be used: not ended, not idle too long, not too old."""
    if ended_at is not None:
        return False
    return at - last_seen_at <= idle_limit and at - created_at <= absolute_limit


def folded_password(password: str) -> str:
    """The password as it is hashed: NFC, since keyboards write å in two ways."""
    if len(password) > PASSWORD_MAX * 10:
        # Nobody's; and to put n marks in order takes n * n steps.
        return password
    return unicodedata.normalize("NFC", password)


def check_password(password: str, *, username: str = "", field: str = "password") -> None:
    """Refuse a password that is too short, too long or is the user name again (InvalidInput)."""
    length = len(folded_password(password))
    if length < PASSWORD_MIN:
        raise InvalidInput(
            f"Lösenordet är för kort. Använd minst {PASSWORD_MIN} tecken, gärna flera ord.",
            field=field,
        )
    if length > PASSWORD_MAX:
        raise InvalidInput(
            f"Lösenordet är för långt. Använd högst {PASSWORD_MAX} tecken.", field=field
        )
    left = password.casefold().replace(username.casefold(), "") if username else password
    if len(set(left)) < 5:
        raise InvalidInput(
            "Lösenordet är för lätt att gissa. Välj flera ord som inte hör ihop.", field=field
        )


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def device_words(user_agent: str) -> str | None:
    """Roughly what a browser says it is, "Firefox, Windows"; None if it says nothing known."""
    found = [
        next((name for mark, name in known if re.search(rf"\b{mark}", user_agent)), None)
        for known in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in found if name) or None


USERNAME_MAX = 80
_USERNAME = re.compile(r"[a-z0-9åäöéü](?:[a-z0-9åäöéü._@+-]*[a-z0-9åäöéü])?$")


def check_username(username: str) -> str:
    """The user name folded: letters, digits and . _ - @ +, at most 80. Raises InvalidInput."""
    name = fold_username(username)
    if not name:
        raise InvalidInput("Användarnamn saknas. Skriv ett användarnamn.", field="username")
    if len(name) > USERNAME_MAX or not _USERNAME.match(name):
        raise InvalidInput(
            f"Användarnamnet får ha högst {USERNAME_MAX} bokstäver, siffror och tecknen . _ - @ "
            "och inga mellanrum.",
            field="username",
        )
    return name


class Place(StrEnum):
    """Räckvidd: the kind of place that a role holds in."""

    MUNICIPALITY = "municipality"
    BOARD = "board"
    SUBCOMMITTEE = "subcommittee"
    UNIT = "unit"


_EVERYWHERE = frozenset({Place.MUNICIPALITY})
_IN_BOARD = frozenset({Place.BOARD})
_IN_UNIT = frozenset({Place.BOARD, Place.UNIT})
_IN_COMMITTEE = frozenset({Place.BOARD, Place.SUBCOMMITTEE})

PLACES_OF_ROLE: dict[Role, frozenset[Place]] = {
    Role.ADMINISTRATOR: _EVERYWHERE,
    Role.CONTROLLER: _IN_BOARD,
    Role.RESPONSIBLE: _IN_UNIT | _IN_COMMITTEE,
    Role.REVIEWER: _IN_COMMITTEE,
    Role.UNIT_MANAGER: _IN_UNIT,
    Role.MEMBER: _IN_COMMITTEE,
    Role.CHAIR: _IN_COMMITTEE,
    Role.SECRETARY: _IN_COMMITTEE,
    Role.DIRECTOR: _IN_BOARD,
    Role.OVERSIGHT_CONTROLLER: _EVERYWHERE,
    Role.AUDITOR: _IN_BOARD,
    Role.DATA_PROTECTION_OFFICER: _EVERYWHERE,
    Role.READER: _IN_BOARD,
}
"""Where each role can hold. No role that may see a case holds for the whole municipality: the wall
runs between nämnder, and whoever works for two of them is given the role in both."""


SEES_CASES: frozenset[Role] = frozenset(
    {
        Role.CONTROLLER,
        Role.RESPONSIBLE,
        Role.REVIEWER,
        Role.UNIT_MANAGER,
        Role.MEMBER,
        Role.CHAIR,
        Role.AUDITOR,
    }
)
"""Roles by which secret items can be opened: they load lists or read what was drawn. A test
compares them with the permission map."""

DESTROYS: frozenset[Role] = frozenset({Role.SECRETARY, Role.DIRECTOR})
"""Roles that order or confirm gallring beside those above. The secretary also reads the internal
part of the minutes."""

TWO_PERSONS: frozenset[Role] = SEES_CASES | DESTROYS | {Role.ADMINISTRATOR}
"""Roles that one proposes and another confirms. An administrator can confirm, and is therefore not
made by one person either; and nobody makes alone the two persons that gallring takes."""

AUDIT_AT_MOST = timedelta(days=366)
"""Longest that a revisor is let in at a time."""


@dataclass(frozen=True)
class AuditTerms:
    """Revisorns villkor: what the auditors decided that they need to read, and their decision."""

    undecided: bool = False
    secret: bool = False
    decision: str = ""


def withheld_from(role: Role, *, undecided: bool, secret: bool) -> frozenset[Permission]:
    """What a revisor's grant does not give; other roles give all that is theirs."""
    if role is not Role.AUDITOR:
        return frozenset()
    withheld = set() if undecided else {Permission.REPORT_READ}
    secrets = {Permission.SAMPLE_READ, Permission.MINUTES_READ_INTERNAL}
    return frozenset(withheld if secret else withheld | secrets)


def check_audit_terms(wanted: Grant, terms: AuditTerms | None) -> None:
    """Refuse a revisor without a last day within a year or without a decision (InvalidInput).

    No other role has such terms.
    """
    if wanted.role is not Role.AUDITOR:
        if terms is not None and (terms.undecided or terms.secret or terms.decision):
            raise InvalidInput(
                "Beslut och vad som får läsas anges bara för en revisor. Ta bort det, eller välj "
                "rollen revisor.",
                field="decision",
            )
        return
    if terms is None or not terms.decision:
        raise InvalidInput(
            "En revisor släpps in på revisorernas beslut. Skriv beslutets beteckning.",
            field="decision",
        )
    if wanted.valid_to == date.max or wanted.valid_to - wanted.valid_from > AUDIT_AT_MOST:
        raise InvalidInput(
            "En revisor släpps in högst ett år i taget. Skriv en sista dag.", field="valid_to"
        )


def place_of(
    board_id: int | None, subcommittee_id: int | None = None, unit_id: int | None = None
) -> Place:
    """The kind of place that these ids name."""
    if unit_id is not None:
        return Place.UNIT
    if subcommittee_id is not None:
        return Place.SUBCOMMITTEE
    return Place.MUNICIPALITY if board_id is None else Place.BOARD


class Standing(StrEnum):
    """Om en tilldelad roll gäller en viss dag."""

    HOLDS = "holds"
    COMING = "coming"
    ENDED = "ended"


def standing_of(valid_from: date, valid_to: date | None, on: date) -> Standing:
    """Whether a role from one day to another (both included) holds on a day."""
    if on < valid_from:
        return Standing.COMING
    return Standing.ENDED if valid_to is not None and valid_to < on else Standing.HOLDS


class AccountState(StrEnum):
    """Kontots tillstånd."""

    OPEN = "open"
    WAITING = "waiting"
    """Has a start password that nobody has changed yet."""
    CLOSED = "closed"


@dataclass(frozen=True)
class RoleNames:
    """What the sentences of a refusal call a role and its place."""

    role: str
    place: str


def check_role(
    wanted: Grant,
    held: Collection[Grant],
    *,
    own_account: bool,
    names: RoleNames,
    today: date,
    retroactive: bool = False,
) -> None:
    """Refuse a role that cannot be given.

    Nobody gives a role to their own account (NotAllowed). An account that administers does only
    that, so that who hands out roles sees no case: neither an administrator's account gets
    another role, nor any other account that one. A role holds where its kind of place allows,
    begins today or later (``retroactive``: the command line's may have begun) and is not given
    twice (InvalidInput). A revisor's account does nothing but audit. That a role which sees cases
    takes two persons is the verbs' guard.
    """
    if own_account:
        raise NotAllowed("Du kan inte ge ditt eget konto en roll. Be en annan administratör.")
    place = place_of(wanted.board_id, wanted.subcommittee_id, wanted.unit_id)
    if place not in PLACES_OF_ROLE[wanted.role]:
        raise InvalidInput(
            f"Rollen {names.role} kan inte gälla {names.place}. Välj en annan plats.",
            field="place",
        )
    if wanted.valid_to < wanted.valid_from:
        raise InvalidInput(
            "Sista dagen ligger före den första. Ändra någon av dem.", field="valid_to"
        )
    if wanted.valid_from < today and not retroactive:
        raise InvalidInput(
            "En roll kan inte börja gälla bakåt i tiden. Välj i dag eller senare.",
            field="valid_from",
        )
    at_once = [
        grant
        for grant in held
        if grant.valid_from <= wanted.valid_to and wanted.valid_from <= grant.valid_to
    ]
    administers = wanted.role is Role.ADMINISTRATOR
    if any((grant.role is Role.ADMINISTRATOR) is not administers for grant in at_once):
        raise InvalidInput(
            "Den som administrerar behörigheter kan inte ha andra roller på samma konto. "
            "Skapa ett eget konto för rollen.",
            field="role",
        )
    audits = wanted.role is Role.AUDITOR
    if any((grant.role is Role.AUDITOR) is not audits for grant in at_once):
        raise InvalidInput(
            "Den som granskar som revisor kan inte ha andra roller på samma konto. "
            "Skapa ett eget konto för rollen.",
            field="role",
        )
    if any(_same_place(grant, wanted) for grant in at_once):
        raise InvalidInput(
            f"Kontot har redan rollen {names.role} {names.place} under den tiden.", field="role"
        )


def _same_place(one: Grant, other: Grant) -> bool:
    return (one.role, one.board_id, one.subcommittee_id, one.unit_id) == (
        other.role,
        other.board_id,
        other.subcommittee_id,
        other.unit_id,
    )
