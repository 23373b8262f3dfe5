"""Planens textavsnitt and the text that each begins with. The words are the program's own.

Legal ground: kommunallagen (2017:725) 6 kap. 6 § (nämnden sees to it that its internal control is
sufficient), 6 kap. 1 § (kommunstyrelsens uppsikt).
"""

from collections.abc import Mapping
from enum import StrEnum


class TextSection(StrEnum):
    """Textavsnitt i planen, in the order in which the document tells them."""

    INTRODUCTION = "introduction"
    BOARD_WORK = "board_work"
    DEVELOPMENT = "development"
    TERMS = "terms"
    APPOINTMENT = "appointment"


SECTION_TITLES: Mapping[TextSection, str] = {
    TextSection.INTRODUCTION: "Inledning",
    TextSection.BOARD_WORK: "Nämndens arbete med intern kontroll",
    TextSection.DEVELOPMENT: "Utveckling",
    TextSection.TERMS: "Begrepp",
    TextSection.APPOINTMENT: "Uppdrag att utse kontrollansvariga",
}

SECTION_HINTS: Mapping[TextSection, str] = {
    TextSection.INTRODUCTION: "Varför planen finns och vilket ansvar nämnden har.",
    TextSection.BOARD_WORK: "Hur riskerna valdes, vem som kontrollerar och när det rapporteras.",
    TextSection.DEVELOPMENT: "Vad som är nytt sedan förra året och vad som ska bli bättre.",
    TextSection.TERMS: "De ord som läsaren behöver för att förstå planen.",
    TextSection.APPOINTMENT: "Vem som får i uppdrag att utse den som ansvarar för varje kontroll.",
}

TEXT_MAX = 8_000
"""Longest text of a section, in characters."""

_DEFAULTS: Mapping[TextSection, str] = {
    TextSection.INTRODUCTION: (
        "{board} ska se till att den interna kontrollen är tillräcklig och att verksamheten i "
        "övrigt bedrivs på ett tillfredsställande sätt. Det följer av 6 kap. 6 § kommunallagen. "
        "Ansvaret gäller också när någon annan utför verksamheten åt nämnden.\n\n"
        "Intern kontroll ska ge rimlig säkerhet för tre saker: att verksamheten är ändamålsenlig "
        "och sköts effektivt, att rapporteringen går att lita på och att lagar, regler och beslut "
        "följs. Kontrollen ska förebygga fel och oegentligheter, och upptäcka och rätta dem som "
        "ändå inträffar.\n\n"
        "Planen visar vad nämnden särskilt kontrollerar under {year}."
    ),
    TextSection.BOARD_WORK: (
        "Planen bygger på en genomgång av riskerna i nämndens verksamhet. Varje risk är värderad "
        "efter hur sannolikt det är att den inträffar och hur stora följderna då blir. För de "
        "risker som nämnden vill följa under året anger planen ett eller flera kontrollmoment: "
        "vad som kontrolleras, hur det går till, hur ofta och när nämnden får veta resultatet."
        "\n\n"
        "Den som granskar skriver ned vad som har granskats och vad som avvek. En annan person "
        "läser och skriver under. Avvikelser rättas, och det som orsakade dem åtgärdas. Nämnden "
        "följer upp planen vid årets rapporteringstidpunkter och bedömer då om den interna "
        "kontrollen är tillräcklig. Uppföljningen lämnas till kommunstyrelsen, som har uppsikt "
        "över nämndernas verksamhet."
    ),
    TextSection.DEVELOPMENT: (
        "Planen ses över varje år. Stora eller återkommande avvikelser under ett år tas upp när "
        "riskerna värderas inför nästa. Kontrollmoment som inte längre behövs tas bort, så att "
        "arbetet läggs där det gör mest nytta."
    ),
    TextSection.TERMS: (
        "Risk: något som kan hända och som gör att nämnden inte når sina mål eller inte följer "
        "reglerna.\n"
        "Riskvärde: sannolikheten gånger konsekvensen. Skalan går från 1 till 4 för vardera.\n"
        "Kontrollområde: en grupp av kontrollmoment som hör ihop.\n"
        "Kontrollmoment: det som kontrolleras för att motverka en risk. Ett förebyggande "
        "kontrollmoment hindrar att fel uppstår. Ett upptäckande och korrigerande kontrollmoment "
        "hittar och rättar fel som har uppstått.\n"
        "Stickprov: ett urval av ärenden, fakturor eller annat som granskas.\n"
        "Avvikelse: något som vid kontrollen inte är som det ska.\n"
        "Åtgärd: det som görs åt orsaken till en avvikelse."
    ),
    TextSection.APPOINTMENT: (
        "{board} ger förvaltningsdirektören i uppdrag att utse en ansvarig för varje "
        "kontrollmoment. Den ansvariga ser till att kontrollen blir gjord i tid, dokumenterad "
        "och rapporterad."
    ),
}


def default_text(section: TextSection, *, board_name: str, year: int) -> str:
    """The text that a section has until somebody writes another."""
    return _DEFAULTS[section].format(board=board_name, year=year)
