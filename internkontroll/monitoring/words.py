"""Svenska ord för jobben."""

from enum import Enum

from internkontroll.core.words import StateWord
from internkontroll.monitoring.models import JobOutcome
from internkontroll.monitoring.rules import Rhythm

STATES: dict[Enum, StateWord] = {
    JobOutcome.RUNNING: StateWord("Pågår", "warn"),
    JobOutcome.DONE: StateWord("Klart", "ok"),
    JobOutcome.FAILED: StateWord("Misslyckades", "bad"),
}
WORDS: dict[Enum, str] = {
    Rhythm.TICK: "Hela tiden",
    Rhythm.DAILY: "En gång om dagen",
}
