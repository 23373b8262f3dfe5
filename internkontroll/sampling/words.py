"""Swedish words for populations and draws, on screens and in documents."""

from enum import Enum

from internkontroll.core.words import StateWord
from internkontroll.sampling.models import (
    DrawState,
    PopulationState,
    SamplingEvent,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.rules import Allocation, Recurrence

STATES: dict[Enum, StateWord] = {
    PopulationState.LOADING: StateWord("Läses in", "warn"),
    PopulationState.LOADED: StateWord("Inläst, inte fryst", "warn"),
    PopulationState.FROZEN: StateWord("Fryst", "ok"),
    PopulationState.REFUSED: StateWord("Används inte", "bad"),
    DrawState.COMMITTED: StateWord("Beslutad, inte dragen", "warn"),
    DrawState.DRAWN: StateWord("Dragen", "ok"),
}

WORDS: dict[Enum, str] = {
    SamplingEvent.POPULATION_RECEIVED: "Listan togs emot",
    SamplingEvent.COLUMNS_CHOSEN: "Listans kolumner valdes",
    SamplingEvent.POPULATION_LOADED: "Listan lästes in",
    SamplingEvent.POPULATION_FROZEN: "Listan frystes",
    SamplingEvent.POPULATION_REFUSED: "Listan kunde inte användas",
    SamplingEvent.POPULATION_REPLACED: "Listan togs bort före frysning",
    SamplingEvent.POPULATION_EXPORTED: "Listan hämtades som fil",
    SamplingEvent.POPULATION_PURGED: "Listans beteckningar gallrades",
    SamplingEvent.CONTROL_SUMS_ANSWERED: "Listans kontrollsummor besvarades",
    SamplingEvent.DRAW_COMMITTED: "Urvalet beslutades",
    SamplingEvent.DRAW_SEEDED: "Stickprovet drogs",
    SamplingEvent.EXTENSION_COMMITTED: "Utökning av stickprovet beslutades",
    SamplingEvent.EXTENSION_SEEDED: "Utökningen av stickprovet drogs",
    SamplingEvent.ITEM_REPLACED: "En post ersattes",
    SamplingEvent.ITEMS_CHOSEN: "Posterna valdes ut (riktat urval)",
    SamplingEvent.RECORD_EXPORTED: "Dragningsprotokollet hämtades",
    SamplingEvent.DRAW_VERIFIED: "Dragningen verifierades mot en inlämnad fil",
    SamplingEvent.HOUSE_SIZES_CHANGED: "Kommunens egna stickprovsstorlekar ändrades",
    SamplingEvent.REFERENCES_READ: "Beteckningar i listan lästes",
    SelectionMethod.SRS_TICKET: "slumpmässigt urval, lottning per beteckning",
    SelectionMethod.SRS_COUNTER: "slumpmässigt urval, löpande räknare",
    SelectionMethod.SYSTEMATIC: "systematiskt urval",
    SelectionMethod.MUS_INTERVAL: "beloppsviktat urval, fast intervall",
    SelectionMethod.MUS_CELL: "beloppsviktat urval, celler",
    SelectionMethod.TARGETED: "riktat urval",
    Recurrence.YEAR: "en gång om året",
    Recurrence.QUARTER: "varje kvartal",
    Recurrence.MONTH: "varje månad",
    Recurrence.WEEK: "varje vecka",
    Recurrence.DAY: "varje arbetsdag",
    SeedSource.DICE: "tärning",
    SeedSource.PUBLIC: "offentlig källa",
    SeedSource.SYSTEM: "programmets egna siffror",
    Allocation.PROPORTIONAL: "efter antal rader",
    Allocation.NEYMAN: "efter antal rader och spridning i belopp",
}

STEPS: dict[str, str] = {
    "frozen": "Listan frystes",
    "committed": "Urvalet beslutades",
    "seeded": "Siffrorna registrerades",
    "drawn": "Stickprovet drogs",
    "recorded": "Protokollet skrevs",
    "chosen": "Posterna valdes ut, med ett skäl var",
}
"""The steps of a draw by their names in IKS-1.1."""


def seed_words(source: SeedSource | str, reference: str | None) -> str:
    """Where a seed came from, as pages and documents tell it; one neutral sentence each."""
    said = {
        SeedSource.DICE: "Tärning.",
        SeedSource.PUBLIC: "Offentlig källa.",
        SeedSource.SYSTEM: "Programmets egna, slumpade efter beslutet. Ingen utomstående såg på.",
    }[SeedSource(source)]
    if not reference:
        return said
    between = ", sedd av " if source == SeedSource.DICE else ": "
    return f"{said[:-1]}{between}{reference.rstrip('.')}."


def step_words(name: str, number: int = 1) -> str:
    """A step of a draw; those of an extension say which round it is."""
    return (
        STEPS[name]
        if number == 1
        else f"Omgång {number}: {STEPS[name][0].lower()}{STEPS[name][1:]}"
    )
