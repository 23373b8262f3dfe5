"""Granskningens ord on screens and in documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from internkontroll.core.words import StateWord
from internkontroll.files.attachments import AttachmentKind
from internkontroll.review.models import Answer, Basis, ReviewEvent, UrgentKind
from internkontroll.review.rules import ItemState

STATES: Mapping[Enum, StateWord] = {
    ItemState.WAITING: StateWord("Återstår", "idle"),
    ItemState.BEGUN: StateWord("Pågår", "warn"),
    ItemState.CLEAN: StateWord("Utan avvikelse", "ok"),
    ItemState.DEVIATING: StateWord("Avviker", "bad"),
    ItemState.NOT_APPLICABLE: StateWord("Gäller inte", "warn"),
    ItemState.REPLACED: StateWord("Ersatt", "idle"),
}

WORDS: Mapping[Enum, str] = {
    Answer.YES: "Ja",
    Answer.NO: "Nej",
    Answer.EVIDENCE_MISSING: "Underlag saknas",
    Answer.NOT_APPLICABLE: "Gäller inte här",
    ReviewEvent.ITEM_JUDGED: "En post bedömdes",
    ReviewEvent.AMOUNT_RECORDED: "Rätt belopp antecknades",
    ReviewEvent.CONCLUSION_WRITTEN: "Slutsatsen lämnades för underskrift",
    ReviewEvent.CONCLUSION_RETURNED: "Slutsatsen lämnades tillbaka",
    ReviewEvent.CONCLUSION_SIGNED: "Slutsatsen skrevs under",
    ReviewEvent.RESULT_RECORDED: "Resultatet registrerades",
    ReviewEvent.RESULT_CORRECTED: "Resultatet rättades",
    ReviewEvent.ATTACHMENT_ADDED: "En bilaga lades till",
    ReviewEvent.ATTACHMENT_REMOVED: "En bilaga togs bort",
    ReviewEvent.CONCLUSION_REOPENED: "Den underskrivna slutsatsen öppnades för rättelse",
    ReviewEvent.REOPENING_CLOSED: "Slutsatsen stängdes utan rättelse",
    ReviewEvent.SECOND_READING_ORDERED: "En andra person valdes att läsa om poster",
    ReviewEvent.SECOND_READING_JUDGED: "En post bedömdes av den andra personen",
    ReviewEvent.SECOND_READING_FINISHED: "Den andra läsningen lämnades in",
    ReviewEvent.SECOND_READING_CANCELLED: "Den andra läsningen avbröts",
    ReviewEvent.DIFFERENCE_SETTLED: "En skillnad mellan två läsare reddes ut",
    ReviewEvent.MINUTES_READ: "Den interna delen av underlaget till paragraf lästes",
    ReviewEvent.COMMITTEE_DECIDED: "Utskottets bedömning av ett ärende antecknades",
    ReviewEvent.ITEM_PROTECTED: "Ett ärende märktes som skyddat",
    ReviewEvent.NOTE_RULE_RECORDED: "Nämndens beslut om anteckningar registrerades",
    ReviewEvent.NOTE_RULE_ENDED: "Beslutet om anteckningar avslutades",
    ReviewEvent.NOTE_WRITTEN: "En anteckning om ett ärende skrevs",
    ReviewEvent.NOTE_READ: "En anteckning om ett ärende lästes",
    ReviewEvent.NOTES_PURGED: "Sammanträdets anteckningar förstördes",
    ReviewEvent.HANDED_OVER: "Något som inte kan vänta lämnades över",
    UrgentKind.LEX_SARAH: "Missförhållande (lex Sarah)",
    UrgentKind.CONCERN_REPORT: "Orosanmälan",
    UrgentKind.UNLAWFUL_ACCESS: "Misstänkt dataintrång",
    UrgentKind.PERSONAL_DATA_BREACH: "Personuppgiftsincident",
    UrgentKind.SUSPECTED_CRIME: "Misstanke om annat brott",
    Basis.SAMPLE: "slumpmässigt stickprov",
    Basis.CENSUS: "alla granskade",
    Basis.TARGETED: "riktat urval",
    Basis.RESULT: "registrerat resultat",
    Basis.NONE: "utan poster",
    AttachmentKind.PDF: "PDF",
    AttachmentKind.DOCX: "Word",
    AttachmentKind.XLSX: "Excel",
    AttachmentKind.PNG: "Bild (PNG)",
    AttachmentKind.JPEG: "Bild (JPG)",
    AttachmentKind.TEXT: "Text",
    AttachmentKind.CSV: "Tabell (CSV)",
}


@dataclass(frozen=True)
class ItemWords:
    """Vad en dragen post kallas: a case in a secret list, else an item of the list."""

    title: str
    one: str
    definite: str
    many: str
    definite_many: str


_CASE = ItemWords("Ärende", "ärende", "ärendet", "ärenden", "ärendena")
_ITEM = ItemWords("Post", "post", "posten", "poster", "posterna")


def item_words(*, is_secret: bool) -> ItemWords:
    """The words for what was drawn; a secret list holds cases."""
    return _CASE if is_secret else _ITEM
