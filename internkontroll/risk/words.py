"""Riskernas ord på skärmen och i dokument."""

from collections.abc import Mapping
from enum import StrEnum

from internkontroll.core.words import StateWord
from internkontroll.risk.models import AssessmentKind, RiskEvent

STATES: Mapping[StrEnum, StateWord] = {}

WORDS: Mapping[StrEnum, str] = {
    RiskEvent.REGISTERED: "Risken fördes in i riskregistret",
    RiskEvent.CHANGED: "Risken ändrades",
    RiskEvent.ASSESSED: "Risken värderades",
    RiskEvent.REMOVED: "Risken togs bort ur riskregistret",
    AssessmentKind.INHERENT: "inneboende",
    AssessmentKind.CURRENT: "nuvarande",
    AssessmentKind.RESIDUAL: "kvarvarande",
}
