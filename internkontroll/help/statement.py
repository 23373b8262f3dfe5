"""Tillgänglighetsredogörelsen: what is known of the program itself, and how old that is.

Source: lagen (2018:1937) om tillgänglighet till digital offentlig service and MDFFS 2019:2, whose
statement has eleven parts. What only the municipality knows comes from its settings.
"""

from dataclasses import dataclass
from datetime import date

ASSESSED_ON = date(2026, 11, 22)
"""The day on which the program was last gone through by its makers."""

OLD_AFTER_DAYS = 365


@dataclass(frozen=True)
class Shortcoming:
    """Brist: what is not accessible, why, and which requirement of WCAG 2.1 it concerns."""

    what: str
    why: str
    requirement: str


SHORTCOMINGS: tuple[Shortcoming, ...] = (
    Shortcoming(
        "Du loggas ut efter 30 minuter utan att programmet varnar i förväg.",
        "Tiden är kort därför att ärenden är hemliga. Varje sida som du öppnar ger dig 30 nya "
        "minuter. En varning i tid är inte byggd än.",
        "2.2.1 Justerbar tidsgräns",
    ),
    Shortcoming(
        "Breda tabeller kan behöva rullas i sidled när texten är mycket förstorad.",
        "På smala skärmar visas de flesta listor som kort under varandra. Tabeller som jämför "
        "siffror i flera kolumner behåller sina kolumner.",
        "1.4.10 Omflöde, som undantar tabeller",
    ),
)
"""What the makers know of. Written by hand: a program finds only a part of what is wrong."""


def is_old(assessed_on: date, on: date) -> bool:
    """Whether the assessment is older than a year and has to be made again."""
    return (on - assessed_on).days > OLD_AFTER_DAYS
