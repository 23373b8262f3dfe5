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
    SamplingEvent.DRAW_COMMITTED: "Urvalet beslutades",
    SamplingEvent.DRAW_SEEDED: "Stickprovet drogs",
    SamplingEvent.ITEM_REPLACED: "En post ersattes",
    SamplingEvent.ITEMS_CHOSEN: "Posterna valdes ut (riktat urval)",
    SamplingEvent.RECORD_EXPORTED: "Dragningsprotokollet hämtades",
    SamplingEvent.REFERENCES_READ: "Beteckningar i listan lästes",
    SelectionMethod.SRS_TICKET: "slumpmässigt urval, lottning per beteckning",
    SelectionMethod.SRS_COUNTER: "slumpmässigt urval, löpande räknare",
    SelectionMethod.SYSTEMATIC: "systematiskt urval",
    SelectionMethod.MUS_INTERVAL: "beloppsviktat urval, fast intervall",
    SelectionMethod.MUS_CELL: "beloppsviktat urval, celler",
    SelectionMethod.TARGETED: "riktat urval",
    SeedSource.DICE: "tärning",
    SeedSource.PUBLIC: "offentlig källa",
    SeedSource.SYSTEM: "programmets egna siffror",
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
