"""Ord för organisationen: kinds, states and events as screens and documents tell them."""

from collections.abc import Sequence
from enum import StrEnum

from internkontroll.core.words import StateWord
from internkontroll.organisation.models import (
    BoardKind,
    DecisionOutcome,
    MeetingKind,
    MeetingState,
    OrganisationEvent,
)

STATES: dict[StrEnum, StateWord] = {
    MeetingState.PLANNED: StateWord("Planerat", "idle"),
    MeetingState.CANCELLED: StateWord("Inställt", "bad"),
}

WORDS: dict[StrEnum, str] = {
    BoardKind.BOARD: "Nämnd",
    BoardKind.EXECUTIVE: "Styrelse",
    BoardKind.COMPANY: "Bolag",
    MeetingKind.ORDINARY: "Ordinarie",
    MeetingKind.EXTRA: "Extra",
    DecisionOutcome.APPROVED: "Bifall",
    DecisionOutcome.AMENDED: "Bifall med ändring",
    DecisionOutcome.REFERRED_BACK: "Återremiss",
    DecisionOutcome.TABLED: "Bordläggning",
    OrganisationEvent.MUNICIPALITY_NAMED: "Kommunen lades upp",
    OrganisationEvent.MUNICIPALITY_CHANGED: "Kommunens uppgifter ändrades",
    OrganisationEvent.LOOK_CHANGED: "Dokumentens utseende ändrades",
    OrganisationEvent.DEFAULT_POINT_ADDED: "Kommunen fick en rapporteringstidpunkt till",
    OrganisationEvent.DEFAULT_POINT_CHANGED: "Kommunens rapporteringstidpunkt ändrades",
    OrganisationEvent.DEFAULT_POINT_REMOVED: "Kommunens rapporteringstidpunkt togs bort",
    OrganisationEvent.BOARD_CREATED: "Nämnden lades upp",
    OrganisationEvent.BOARD_CHANGED: "Nämndens uppgifter ändrades",
    OrganisationEvent.SUBCOMMITTEE_CREATED: "Utskottet lades upp",
    OrganisationEvent.SUBCOMMITTEE_CHANGED: "Utskottets uppgifter ändrades",
    OrganisationEvent.UNIT_CREATED: "Enheten lades upp",
    OrganisationEvent.UNIT_CHANGED: "Enheten bytte namn eller plats",
    OrganisationEvent.UNIT_CLOSED: "Enheten stängdes",
    OrganisationEvent.UNIT_REOPENED: "Enheten öppnades igen",
    OrganisationEvent.REPORTING_POINT_ADDED: "Rapporteringstidpunkten lades till",
    OrganisationEvent.REPORTING_POINT_REMOVED: "Rapporteringstidpunkten togs bort",
    OrganisationEvent.YEAR_OPENED: "Året öppnades",
    OrganisationEvent.REPORTING_POINT_CHANGED: "Rapporteringstidpunktens dagar ändrades",
    OrganisationEvent.MEETINGS_ADDED: "Sammanträden lades in",
    OrganisationEvent.MEETING_MOVED: "Sammanträdet flyttades",
    OrganisationEvent.MEETING_CANCELLED: "Sammanträdet ställdes in",
}


def meetings_sentence(added: int, known: Sequence[str]) -> str:
    """What came of a pasted list: how many days were added, and which were there already."""
    if added == 0:
        first = "Inga nya sammanträden."
    else:
        noun = "sammanträde" if added == 1 else "sammanträden"
        first = f"{added} {noun} är {'inlagt' if added == 1 else 'inlagda'}."
    if not known:
        return first
    return f"{first} Fanns redan: {', '.join(known)}."
