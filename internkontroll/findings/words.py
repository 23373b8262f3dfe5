"""Avvikelsernas ord on screens and in documents."""

from collections.abc import Mapping
from enum import Enum

from internkontroll.core.words import StateWord
from internkontroll.findings.models import FindingEvent, Severity

STATES: Mapping[Enum, StateWord] = {
    Severity.MINOR: StateWord("Mindre", "warn"),
    Severity.MATERIAL: StateWord("Väsentlig", "bad"),
    Severity.SERIOUS: StateWord("Allvarlig", "bad"),
}

WORDS: Mapping[Enum, str] = {
    FindingEvent.RECORDED: "Avvikelsen skrevs",
}

SEVERITY_MEANS: Mapping[Severity, str] = {
    Severity.MINOR: "Enstaka fel utan följd för den enskilde, ekonomin eller rättssäkerheten.",
    Severity.MATERIAL: "Felet kan upprepas, eller har fått en följd som behöver rättas till.",
    Severity.SERIOUS: "Någon har drabbats, lagen har brutits eller stora belopp står på spel.",
}
"""What each degree means, in one line beside the choice."""
