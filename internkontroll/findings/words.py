"""Avvikelsernas ord on screens and in documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from internkontroll.core.words import StateWord
from internkontroll.findings.models import (
    ActionState,
    ClosingOutcome,
    CorrectionOutcome,
    FindingEvent,
    FindingState,
    Severity,
)
from internkontroll.findings.rules import Step

STATES: Mapping[Enum, StateWord] = {
    Severity.MINOR: StateWord("Mindre", "warn"),
    Severity.MATERIAL: StateWord("Väsentlig", "bad"),
    Severity.SERIOUS: StateWord("Allvarlig", "bad"),
    FindingState.OPEN: StateWord("Öppen", "warn"),
    FindingState.CLOSED: StateWord("Avslutad", "ok"),
    CorrectionOutcome.CORRECTED: StateWord("Rättad", "ok"),
    CorrectionOutcome.IMPOSSIBLE: StateWord("Kan inte rättas", "idle"),
    ActionState.PLANNED: StateWord("Planerad", "idle"),
    ActionState.ONGOING: StateWord("Pågår", "warn"),
    ActionState.DONE: StateWord("Genomförd", "ok"),
    ActionState.CANCELLED: StateWord("Avbruten", "idle"),
}

WORDS: Mapping[Enum, str] = {
    FindingEvent.RECORDED: "Avvikelsen skrevs",
    FindingEvent.REVISED: "Avvikelsen ändrades",
    FindingEvent.CORRECTED: "Rättelsen antecknades",
    FindingEvent.RETEST_CHOSEN: "Omtestet valdes",
    FindingEvent.CLOSED: "Avvikelsen avslutades",
    FindingEvent.REOPENED: "Avvikelsen öppnades igen",
    FindingEvent.ACTION_ADDED: "En åtgärd bestämdes",
    FindingEvent.ACTION_ASSIGNED: "Åtgärden fick en ny ansvarig",
    FindingEvent.ACTION_MOVED: "Åtgärdens slutdatum flyttades",
    FindingEvent.ACTION_STARTED: "Åtgärden påbörjades",
    FindingEvent.ACTION_DONE: "Åtgärden genomfördes",
    FindingEvent.ACTION_CANCELLED: "Åtgärden avbröts",
    ClosingOutcome.RETESTED: "Åtgärdad och omtestad",
    ClosingOutcome.RISK_ACCEPTED: "Risken accepteras",
    ClosingOutcome.MISTAKEN: "Felaktig iakttagelse",
}

SEVERITY_MEANS: Mapping[Severity, str] = {
    Severity.MINOR: "Enstaka fel utan följd för den enskilde, ekonomin eller rättssäkerheten.",
    Severity.MATERIAL: "Felet kan upprepas, eller har fått en följd som behöver rättas till.",
    Severity.SERIOUS: "Någon har drabbats, lagen har brutits eller stora belopp står på spel.",
}
"""What each degree means, in one line beside the choice."""


CLOSING_MEANS: Mapping[ClosingOutcome, str] = {
    ClosingOutcome.RETESTED: "Åtgärden är genomförd och ett omtest visar att den hjälpte.",
    ClosingOutcome.RISK_ACCEPTED: "Inget mer görs. Skriv varför, och vem som har accepterat det.",
    ClosingOutcome.MISTAKEN: "Det var inget fel. Skriv varför.",
}
"""What each way of ending a finding means, in one line beside the choice."""


@dataclass(frozen=True)
class StepWord:
    """What comes next with a finding: the sentence, the button, and who may press it."""

    sentence: str
    button: str
    who: str
    short: str
    """In a list."""


_HANDLERS = "Kontrollansvarig, enhetschef, controller eller förvaltningsdirektör gör det här."
_CLOSERS = "Granskaren, ordföranden eller controllern avslutar, dock inte den som är ansvarig."

STEPS: Mapping[Step, StepWord] = {
    Step.CORRECT: StepWord(
        "Posten är inte rättad än.", "Anteckna rättelsen", _HANDLERS, "Rätta posten"
    ),
    Step.ADD_ACTION: StepWord(
        "Ingen åtgärd är bestämd mot orsaken.", "Bestäm en åtgärd", _HANDLERS, "Bestäm en åtgärd"
    ),
    Step.DO_ACTIONS: StepWord(
        "Åtgärderna ska genomföras. Därefter väljs ett omtest.", "", "", "Genomför åtgärderna"
    ),
    Step.CHOOSE_RETEST: StepWord(
        "Åtgärden är genomförd. Nu ska ett omtest visa om den hjälpte.",
        "Välj omtest",
        _HANDLERS,
        "Välj omtest",
    ),
    Step.AWAIT_RETEST: StepWord(
        "Avvikelsen kan avslutas när omtestets slutsats är underskriven.",
        "Öppna omtestet",
        "",
        "Vänta på omtestet",
    ),
    Step.CLOSE: StepWord(
        "Omtestet är underskrivet. Avvikelsen kan avslutas.",
        "Avsluta avvikelsen",
        _CLOSERS,
        "Avsluta",
    ),
    Step.DONE: StepWord("", "", "", "Inget återstår"),
}
"""Next step of a finding."""


def moved_words(times: int) -> str | None:
    """How many times an action's day has been moved: "flyttad 3 gånger"; None if never."""
    if not times:
        return None
    return "flyttad 1 gång" if times == 1 else f"flyttad {times} gånger"
