"""Ord för konton: roles, how they stand and what happened, as screens and documents tell them."""

from enum import StrEnum

from internkontroll.accounts.models import AccountEvent, Bucket, LoginWay, ProposalState
from internkontroll.accounts.rules import AccountState, Standing
from internkontroll.core.access import Role
from internkontroll.core.words import StateWord

STATES: dict[StrEnum, StateWord] = {
    AccountState.OPEN: StateWord("Öppet", "ok"),
    AccountState.WAITING: StateWord("Väntar på lösenordsbyte", "warn"),
    AccountState.CLOSED: StateWord("Stängt", "idle"),
    Standing.HOLDS: StateWord("Gäller", "ok"),
    Standing.COMING: StateWord("Kommer att gälla", "warn"),
    Standing.ENDED: StateWord("Har upphört", "idle"),
    ProposalState.PROPOSED: StateWord("Väntar på bekräftelse", "warn"),
    ProposalState.CONFIRMED: StateWord("Bekräftad", "ok"),
    ProposalState.REFUSED: StateWord("Avslagen", "idle"),
}

WORDS: dict[StrEnum, str] = {
    Role.ADMINISTRATOR: "Administratör",
    Role.CONTROLLER: "Controller",
    Role.RESPONSIBLE: "Kontrollansvarig",
    Role.REVIEWER: "Granskare",
    Role.UNIT_MANAGER: "Enhetschef",
    Role.MEMBER: "Ledamot",
    Role.CHAIR: "Ordförande",
    Role.SECRETARY: "Nämndsekreterare",
    Role.DIRECTOR: "Förvaltningsdirektör",
    Role.OVERSIGHT_CONTROLLER: "KS-controller",
    Role.AUDITOR: "Revisor",
    Role.DATA_PROTECTION_OFFICER: "Dataskyddsombud",
    Role.READER: "Läsare",
    AccountEvent.USER_CREATED: "Kontot skapades",
    AccountEvent.USER_RENAMED: "Kontot bytte namn",
    AccountEvent.USER_CLOSED: "Kontot stängdes",
    AccountEvent.USER_REOPENED: "Kontot öppnades igen",
    AccountEvent.ROLE_GRANTED: "Kontot fick en roll",
    AccountEvent.ROLE_ENDED: "Kontots roll avslutades",
    AccountEvent.ROLE_PROPOSED: "En roll föreslogs för kontot",
    AccountEvent.ROLE_REFUSED: "En föreslagen roll avslogs",
    AccountEvent.PASSWORD_RESET: "Kontot fick ett startlösenord",
    AccountEvent.PASSWORD_CHANGED: "Lösenordet byttes",
    AccountEvent.LOGGED_IN: "Loggade in",
    AccountEvent.LOGGED_OUT: "Loggade ut",
    AccountEvent.SESSIONS_ENDED: "Inloggningar avslutades",
    AccountEvent.CODE_SET_UP: "Inloggning med kod slogs på",
    AccountEvent.CODE_RESET: "Inloggning med kod nollställdes",
    AccountEvent.RECOVERY_RENEWED: "Nya reservkoder gavs",
    AccountEvent.IDENTITY_LINKED: "Kontot kopplades till kommunens inloggning",
    AccountEvent.ROLES_FROM_PROVIDER: "Kommunens inloggning ändrade kontots roller",
    LoginWay.PASSWORD: "Med lösenord",
    LoginWay.CODE: "Med kod",
    LoginWay.RECOVERY_CODE: "Med reservkod",
    LoginWay.PROVIDER: "Med kommunens inloggning",
    Bucket.ACCOUNT: "Försök med användarnamnet",
    Bucket.BROWSER: "Försök i en känd webbläsare",
    Bucket.ADDRESS: "Försök från adressen",
}

DUTIES: dict[Role, str] = {
    Role.ADMINISTRATOR: "Lägger upp nämnder och konton. Ser inga ärenden.",
    Role.CONTROLLER: "Håller i nämndens plan, år och uppföljning.",
    Role.RESPONSIBLE: "Gör de kontroller som personen är utsedd för.",
    Role.REVIEWER: "Granskar och skriver under slutsatser.",
    Role.UNIT_MANAGER: "Gör kontroller och åtgärdar i sin verksamhet.",
    Role.MEMBER: "Drar stickprov och granskar i sitt utskott.",
    Role.CHAIR: "Leder utskottets granskning och skriver under.",
    Role.SECRETARY: "Öppnar året och registrerar nämndens beslut.",
    Role.DIRECTOR: "Utser kontrollansvariga och skriver i uppföljningen.",
    Role.OVERSIGHT_CONTROLLER: "Ser det som nämnderna har beslutat.",
    Role.AUDITOR: "Läser nämndens planer, kontroller och historik, och det revisorerna beslutar.",
    Role.DATA_PROTECTION_OFFICER: "Läser vem som har sett vad.",
    Role.READER: "Läser nämndens planer och uppföljningar.",
}
"""What each role is for, in a sentence."""


def place_words(board: str | None, subcommittee: str | None = None, unit: str | None = None) -> str:
    """Where a role holds: "i hela kommunen", "i Socialnämnden, Individutskott 1"."""
    if board is None:
        return "i hela kommunen"
    inner = subcommittee or unit
    return f"i {board}, {inner}" if inner else f"i {board}"
