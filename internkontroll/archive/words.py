"""Gallringens ord, and where each kind of records is found in an address."""

from enum import Enum

from internkontroll.archive.models import (
    ArchiveEvent,
    CountedFrom,
    DisposalState,
    PackageState,
    RecordKind,
)
from internkontroll.core.words import StateWord

STATES: dict[Enum, StateWord] = {
    DisposalState.ORDERED: StateWord("Väntar på den andra personen", "warn"),
    DisposalState.EXECUTED: StateWord("Gallrad", "ok"),
    DisposalState.WITHDRAWN: StateWord("Tillbakadragen", "idle"),
    DisposalState.LAPSED: StateWord("Förfallen", "idle"),
    PackageState.WAITING: StateWord("Väntar på att göras", "idle"),
    PackageState.DONE: StateWord("Klart", "ok"),
    PackageState.FAILED: StateWord("Gick inte att göra", "bad"),
}

WORDS: dict[Enum, str] = {
    RecordKind.ITEM_REFERENCES: "Beteckningar i listor och stickprov",
    RecordKind.ATTACHMENTS: "Bilagor",
    RecordKind.NOTES: "Kommentarer till granskade poster",
    RecordKind.REPORT_DRAFTS: "Tidigare lydelser i uppföljningar",
    RecordKind.READING_TRAIL: "Spårets innehåll om läsning",
    RecordKind.TRAIL: "Spårets övriga innehåll",
    RecordKind.ACCOUNTS: "Stängda konton",
    RecordKind.MUNICIPALITY_TRAIL: "Kommunens spår: innehåll om konton och inloggningar",
    RecordKind.AUDIT_TRAIL: "Revisorernas spår: innehåll om vad de har läst",
    CountedFrom.YEAR_END: "årets slut",
    CountedFrom.YEAR_DECIDED: "nämndens beslut om årets sista uppföljning",
    ArchiveEvent.RULE_DECIDED: "Gallringsregeln beslutades",
    ArchiveEvent.AUDIT_CLOSED: "Revisorerna blev klara med året",
    ArchiveEvent.DISPOSAL_ORDERED: "Gallringen beställdes",
    ArchiveEvent.DISPOSAL_WITHDRAWN: "Gallringen drogs tillbaka",
    ArchiveEvent.DISPOSAL_LAPSED: "Gallringen förföll",
    ArchiveEvent.DISPOSAL_EXECUTED: "Gallringen bekräftades och gjordes",
    ArchiveEvent.BUNDLE_MADE: "Årets handlingar hämtades samlade",
    ArchiveEvent.PACKAGES_ORDERED: "Nämndernas paket beställdes",
    ArchiveEvent.PACKAGE_MADE: "Uppföljningens paket gjordes",
    ArchiveEvent.PACKAGE_FAILED: "Uppföljningens paket gick inte att göra",
}

SLUGS: dict[str, RecordKind] = {
    "beteckningar": RecordKind.ITEM_REFERENCES,
    "bilagor": RecordKind.ATTACHMENTS,
    "kommentarer": RecordKind.NOTES,
    "lydelser": RecordKind.REPORT_DRAFTS,
    "lasning": RecordKind.READING_TRAIL,
    "spar": RecordKind.TRAIL,
    "konton": RecordKind.ACCOUNTS,
    "kommunens-spar": RecordKind.MUNICIPALITY_TRAIL,
    "revisorernas-spar": RecordKind.AUDIT_TRAIL,
}
"""Each kind by its name in an address."""

SLUG_OF = {kind: slug for slug, kind in SLUGS.items()}

GONE: dict[RecordKind, str] = {
    RecordKind.ITEM_REFERENCES: "Listans rader, de dragna posternas beteckningar och nycklarna",
    RecordKind.ATTACHMENTS: "Filen och dess namn",
    RecordKind.NOTES: "Kommentarens text",
    RecordKind.REPORT_DRAFTS: "Lydelser som ersattes före nämndens beslut",
    RecordKind.READING_TRAIL: "Vem som läste, och ur vilket stickprov eller vilken lista",
    RecordKind.TRAIL: "Vem som gjorde vad, och från vad till vad",
    RecordKind.ACCOUNTS: "Kontots namn, benämning, lösenord och inloggningar",
    RecordKind.MUNICIPALITY_TRAIL: "Vem som gjorde vad med konton, roller och inställningar",
    RecordKind.AUDIT_TRAIL: "Vilken revisor som läste, och vad",
}
"""What is destroyed."""

STAYS: dict[RecordKind, str] = {
    RecordKind.ITEM_REFERENCES: "Antal, summor, kontrollsumma, radnummer, svar och slutsats",
    RecordKind.ATTACHMENTS: "Antal, storlek, kontrollsumma och när filen lades till",
    RecordKind.NOTES: "Svaret, vem som svarade och när",
    RecordKind.REPORT_DRAFTS: "Den lydelse som beslutades",
    RecordKind.READING_TRAIL: "Att något lästes och när. Spårets kedja håller",
    RecordKind.TRAIL: "Att något hände, med vad och när. Spårets kedja håller",
    RecordKind.ACCOUNTS: "Ett nummer, så att två personer går att skilja åt",
    RecordKind.MUNICIPALITY_TRAIL: "Att något hände, med vad och när. Spårets kedja håller",
    RecordKind.AUDIT_TRAIL: "Att något lästes och när. Spårets kedja håller",
}
"""What stands afterwards."""


def frist_words(months: int) -> str:
    """A frist as it is said: "2 år", "18 månader", "genast"."""
    if months == 0:
        return "genast"
    if months % 12 == 0:
        return f"{months // 12} år"
    return "1 månad" if months == 1 else f"{months} månader"
