"""Svenska ord för det spåret handlar om."""

from enum import Enum

from internkontroll.core.words import StateWord

SUBJECTS: dict[str, str] = {
    "board": "Nämnden",
    "plan": "Planen",
    "plan-reading": "Provläsningen",
    "control": "Kontrollmomentet",
    "risk": "Risken",
    "occurrence": "Kontrolltillfället",
    "population": "Listan",
    "draw": "Dragningen",
    "finding": "Avvikelsen",
    "report": "Uppföljningen",
    "disposal": "Gallringen",
    "log-follow-up": "Logguppföljningen",
    "reporting-point": "Rapporteringstidpunkten",
}
"""What a page may show the history of, by the word that the trail uses."""

STATES: dict[Enum, StateWord] = {}
WORDS: dict[Enum, str] = {}
