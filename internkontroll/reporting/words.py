"""Uppföljningens ord: how its states and assessments are told on a screen and in a document."""

from enum import Enum

from internkontroll.core.words import StateWord
from internkontroll.reporting.models import (
    Assessment,
    OverallAssessment,
    ReportEvent,
    ReportState,
)
from internkontroll.reporting.rules import (
    ActionStanding,
    AdviceKind,
    Change,
    LaterKind,
    Outcome,
    StatementKind,
)

STATES: dict[Enum, StateWord] = {
    Assessment.WITHOUT_DEVIATION: StateWord("Utan avvikelse", "ok"),
    Assessment.MINOR: StateWord("Mindre avvikelse", "warn"),
    Assessment.MATERIAL: StateWord("Väsentlig avvikelse", "bad"),
    Assessment.SERIOUS: StateWord("Allvarlig avvikelse", "bad"),
    Assessment.NOT_PERFORMED: StateWord("Ej genomförd", "idle"),
    OverallAssessment.SUFFICIENT: StateWord("Tillräcklig", "ok"),
    OverallAssessment.PARTLY: StateWord("Delvis tillräcklig", "warn"),
    OverallAssessment.INSUFFICIENT: StateWord("Inte tillräcklig", "bad"),
    Change.NEW: StateWord("Ny", "idle"),
    Change.WORSE: StateWord("Försämrad", "bad"),
    Change.SAME: StateWord("Oförändrad", "idle"),
    Change.BETTER: StateWord("Förbättrad", "ok"),
    ActionStanding.OPEN: StateWord("Pågår", "idle"),
    ActionStanding.LATE: StateWord("Försenad", "warn"),
    ActionStanding.DONE: StateWord("Klar", "ok"),
    ActionStanding.CANCELLED: StateWord("Avbruten", "idle"),
    ReportState.LIVE: StateWord("Utkast", "idle"),
    ReportState.DECIDED: StateWord("Beslutad", "ok"),
}

NOT_YET = StateWord("Ännu inte aktuell", "idle")
"""Instead of an assessment while nothing has been due or done."""

NOT_HERE = StateWord("Ej tillämpligt", "idle")
"""Instead of an assessment of an obligatory kontrollmoment that does not concern the board."""

PERIOD_RUNS = StateWord("Perioden pågår", "idle")
TO_BE_WRITTEN = StateWord("Att skriva", "warn")
"""In the list of reports, while nobody has written anything."""

WORDS: dict[Enum, str] = {
    Outcome.IN_TIME: "Gjort i tid",
    Outcome.LATE: "Gjort sent",
    Outcome.NOT_PERFORMED: "Ej genomfört, med orsak",
    Outcome.MISSED: "Inte gjort",
    Outcome.EARLY: "Gjort i förtid",
    Outcome.NOT_YET_DUE: "Ännu inte aktuellt",
    Outcome.EXPIRED: "Utgått",
    LaterKind.SIGNED: "Blev klart",
    LaterKind.CORRECTED: "Rättades",
    LaterKind.NOT_PERFORMED: "Blev ej genomfört",
    LaterKind.RESUMED: "Togs upp igen",
    LaterKind.FINDING: "Ny avvikelse",
    LaterKind.OCCURRENCE: "Nytt kontrolltillfälle",
    LaterKind.MOVED: "Flyttades",
    LaterKind.EXPIRED: "Utgick",
    LaterKind.ITEM_CORRECTED: "Posten rättades",
    LaterKind.ACTION: "Ny åtgärd",
    LaterKind.ACTION_MOVED: "Åtgärden flyttades",
    LaterKind.ACTION_ENDED: "Åtgärden avslutades",
    StatementKind.KNOWN_RISKS: "Vad vi vet om riskerna",
    StatementKind.EARLIER_ACTIONS: "Så gick det med åtgärderna",
    StatementKind.RECURRING: "Brister som kommer tillbaka",
    StatementKind.CONCENTRATION: "Var kontrollerna ligger",
    StatementKind.WITHOUT_DEVIATION: "Länge utan avvikelse",
    AdviceKind.MORE_OFTEN: "Tätare",
    AdviceKind.LESS_OFTEN: "Glesare",
    AdviceKind.NEW_CONTROL: "Nytt kontrollmoment",
    ReportEvent.COMMENTED: "Kommentaren ändrades",
    ReportEvent.ASSESSED: "Bedömningen ändrades",
    ReportEvent.CONCLUDED: "Den samlade bedömningen skrevs",
    ReportEvent.DECIDED: "Uppföljningen beslutades",
}

FOLLOWING: dict[str, dict[Enum, StateWord]] = {
    "change": {kind: STATES[kind] for kind in Change},
    "standing": {kind: STATES[kind] for kind in ActionStanding},
}
"""What the documents call comparisons and åtgärder."""

TOLD: dict[str, dict[Enum, str]] = {
    "advice": {kind: WORDS[kind] for kind in AdviceKind},
    "outcome": {kind: WORDS[kind] for kind in Outcome},
}
"""What the documents call what has no tone."""
