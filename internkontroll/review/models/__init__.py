"""Granskning: svar, registrerat resultat, bilagor, slutsats, och läsning av en andra person."""

from internkontroll.review.models.amounts import ItemAmount
from internkontroll.review.models.committee import (
    CaseNote,
    CaseNoteRule,
    ProtectedItem,
    UrgentHandover,
    UrgentKind,
)
from internkontroll.review.models.reviews import (
    Answer,
    Attachment,
    Basis,
    Conclusion,
    ItemResult,
    RecordedResult,
    Reopening,
    ReviewEvent,
)
from internkontroll.review.models.second_reading import SecondAnswer, SecondReading

__all__ = [
    "Answer",
    "Attachment",
    "Basis",
    "CaseNote",
    "CaseNoteRule",
    "Conclusion",
    "ItemAmount",
    "ItemResult",
    "ProtectedItem",
    "RecordedResult",
    "Reopening",
    "ReviewEvent",
    "SecondAnswer",
    "SecondReading",
    "UrgentHandover",
    "UrgentKind",
]
