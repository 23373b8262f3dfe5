"""Uppföljningens ord: how its states and assessments are told on a screen and in a document."""

from enum import Enum

from internkontroll.core.words import StateWord
from internkontroll.reporting.models import (
    Assessment,
    AssignmentState,
    MaskGround,
    MemoEvent,
    MemoPart,
    OverallAssessment,
    OversightEvent,
    PublicEvent,
    PublicOutcome,
    PublicState,
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
from internkontroll.reporting.rules.oversight import (
    BoardStanding,
    ObligatoryStanding,
    PictureStanding,
    RowChoice,
)
from internkontroll.reporting.rules.proposed import CommentStanding
from internkontroll.reporting.rules.xray import XrayKind

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
    ReportState.APPROVED: StateWord("Godkänd av förvaltningen", "warn"),
    ReportState.AMENDING: StateWord("Nämndens ändringar skrivs in", "warn"),
    ReportState.DECIDED: StateWord("Beslutad", "ok"),
    AssignmentState.OPEN: StateWord("Pågår", "idle"),
    AssignmentState.REPORTED: StateWord("Återrapporterat", "ok"),
    PublicState.ASKED_FOR: StateWord("Ska prövas", "warn"),
    PublicState.ANSWERED: StateWord("Avgjord", "ok"),
    PublicOutcome.WHOLE: StateWord("Lämnad ut i sin helhet", "ok"),
    PublicOutcome.PART: StateWord("Lämnad ut med maskeringar", "warn"),
    PublicOutcome.REFUSED: StateWord("Inte lämnad ut", "bad"),
    CommentStanding.OWN_WORDS: StateWord("Egna ord", "idle"),
    CommentStanding.PROPOSED: StateWord("Föreslagen ur siffrorna", "warn"),
    CommentStanding.EDITED: StateWord("Föreslagen ur siffrorna och ändrad", "warn"),
    CommentStanding.CHANGED: StateWord("Siffrorna har ändrats", "bad"),
    CommentStanding.CONFIRMED: StateWord("Siffrorna är bekräftade", "ok"),
    BoardStanding.SENT: StateWord("Lämnad", "ok"),
    BoardStanding.SENT_LATE: StateWord("Lämnad sent", "warn"),
    BoardStanding.OVERDUE: StateWord("Saknas", "bad"),
    BoardStanding.AWAITED: StateWord("Väntas", "idle"),
    BoardStanding.NOT_ASKED: StateWord("Lämnas inte den här gången", "idle"),
    BoardStanding.NO_POINT: StateWord("Har inte den här tidpunkten", "idle"),
    PictureStanding.NOTHING_SENT: StateWord("Inget lämnat", "idle"),
    PictureStanding.UNDECIDED: StateWord("Inte beslutad", "warn"),
    PictureStanding.DECIDED: StateWord("Beslutad", "ok"),
    PictureStanding.FOLLOWED: StateWord("Följd av en senare bild", "idle"),
    PictureStanding.LAPSED: StateWord("Beslutades inte", "idle"),
    ObligatoryStanding.REPORTED: StateWord("Rapporterat", "ok"),
    ObligatoryStanding.NOT_APPLICABLE: StateWord("Ej tillämpligt", "idle"),
    ObligatoryStanding.NOT_REPORTED: StateWord("Rapporteras inte nu", "idle"),
    ObligatoryStanding.NOT_IN_PLAN: StateWord("Saknas i planen", "bad"),
    ObligatoryStanding.NOT_SENT: StateWord("Uppföljningen inte lämnad", "idle"),
}

NOT_YET = StateWord("Ännu inte aktuell", "idle")
"""Instead of an assessment while nothing has been due or done."""

NOT_HERE = StateWord("Ej tillämpligt", "idle")
"""Instead of an assessment of an obligatory kontrollmoment that does not concern the board."""

PERIOD_RUNS = StateWord("Perioden pågår", "idle")
TO_BE_WRITTEN = StateWord("Att skriva", "warn")
"""In the list of reports, while nobody has written anything."""
CORRECTION_RUNS = StateWord("Rättelse pågår", "warn")
"""Beside the state of a decided report whose correction is begun."""

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
    ReportEvent.APPROVED: "Förvaltningsdirektören godkände uppföljningen",
    ReportEvent.TAKEN_BACK: "Uppföljningen togs tillbaka till utkast",
    ReportEvent.AMENDING: "Uppföljningen öppnades för nämndens ändringar",
    ReportEvent.REFERRED_BACK: "Nämnden återremitterade uppföljningen",
    ReportEvent.TABLED: "Nämnden bordlade uppföljningen",
    ReportEvent.VERIFIED: "Protokollets justering antecknades",
    ReportEvent.SENT: "Uppföljningen överlämnades till kommunstyrelsen",
    ReportEvent.RECEIVED: "Kommunstyrelsen kvitterade uppföljningen",
    ReportEvent.CORRECTION_OPENED: "En rättelse av uppföljningen påbörjades",
    ReportEvent.CORRECTION_DROPPED: "Den påbörjade rättelsen togs bort",
    ReportEvent.CORRECTED: "Nämnden beslutade en rättad version",
    ReportEvent.ASSIGNED: "Nämnden gav ett uppdrag",
    ReportEvent.ASSIGNMENT_MOVED: "Återrapporteringen av ett uppdrag flyttades",
    ReportEvent.ASSIGNMENT_REPORTED: "Ett uppdrag återrapporterades",
    XrayKind.NOT_APPROVED: "Godkännandet",
    XrayKind.NO_OVERALL: "Samlad bedömning",
    XrayKind.NO_RESPONSIBLE: "Ansvarig saknas",
    XrayKind.NO_EVIDENCE: "Underlag saknas",
    XrayKind.NO_ACTION: "Åtgärd saknas",
    XrayKind.NO_COMMENT: "Kommentar saknas",
    XrayKind.OTHER_BOARD: "Annan nämnd i texten",
    XrayKind.WRONG_YEAR: "Annat år i texten",
    XrayKind.FIGURES: "Siffror att bekräfta",
    MemoEvent.WRITTEN: "Tjänsteskrivelsen ändrades",
    MemoEvent.TEMPLATE_CHANGED: "Mallen för tjänsteskrivelser ändrades",
    MemoPart.PROPOSAL: "Förslag till beslut",
    MemoPart.MATTER: "Ärendet",
    MemoPart.PREPARATION: "Beredning",
    MemoPart.CHILDREN: "Barn och unga",
    MemoPart.EQUALITY: "Jämställdhet",
    MemoPart.BUSINESS: "Näringsliv",
    MemoPart.PRESENTATION: "Föredragning",
    MemoPart.ECONOMY: "Ekonomi",
    MemoPart.BASIS: "Beslutsunderlag",
    RowChoice.ALL: "Alla kontrollmoment",
    RowChoice.UNDONE: "Kontrollmoment som inte är helt gjorda",
    RowChoice.DEVIATING: "Kontrollmoment med avvikelse",
    RowChoice.MINOR: "Kontrollmoment med mindre avvikelser",
    RowChoice.MATERIAL: "Kontrollmoment med väsentliga avvikelser",
    RowChoice.SERIOUS: "Kontrollmoment med allvarliga avvikelser",
    RowChoice.NOT_PERFORMED: "Kontrollmoment som inte är genomförda",
    MaskGround.SMALL_FRAME: "Färre än fem ärenden i en sekretessbelagd lista",
    MaskGround.FREE_TEXT: "Fri text om granskning av sekretessbelagda ärenden",
    MaskGround.COMMITTEE: "Rör ett utskotts ärenden",
    MaskGround.TOTAL: "Summan avslöjar en maskerad siffra",
    MaskGround.RESEMBLES_PERSON: "Liknar ett personnummer, en e-postadress eller ett telefonnummer",
    PublicEvent.PROPOSED: "En begäran om uppföljningen togs emot",
    PublicEvent.JUDGED: "Maskeringarna i en offentlig version prövades",
    PublicEvent.DECIDED: "En begäran om uppföljningen avgjordes",
    OversightEvent.ASSESSED: "Kommunstyrelsens bedömning skrevs",
    OversightEvent.DECIDED: "Kommunstyrelsen beslutade den samlade bilden",
    OversightEvent.CORRECTED: "Kommunstyrelsen beslutade en rättad samlad bild",
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
