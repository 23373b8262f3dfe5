"""Stickprovsstorlek efter praxis (house table): how many are commonly examined, by frequency.

No statistics: no standard prescribes these numbers, and the support for them is a practitioners'
forum and a vendor's page. Beside each stands what that many, without a deviation, proves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.attribute import upper_count
from internkontroll.sampling.rules.figures import Rate, grouped


class Recurrence(StrEnum):
    """Hur ofta det som kontrolleras görs (not how often the control is done)."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


TIMES_A_YEAR: Mapping[Recurrence, int] = {
    Recurrence.YEAR: 1,
    Recurrence.QUARTER: 4,
    Recurrence.MONTH: 12,
    Recurrence.WEEK: 52,
    Recurrence.DAY: 250,
}
"""N: the times in a year; a day is a working day."""


@dataclass(frozen=True)
class Practice:
    """Praxis för en frekvens: from ``least`` to ``most`` of the year's N are examined."""

    least: int
    most: int


DEFAULT_PRACTICE: Mapping[Recurrence, Practice] = {
    Recurrence.YEAR: Practice(1, 1),
    Recurrence.QUARTER: Practice(2, 2),
    Recurrence.MONTH: Practice(2, 5),
    Recurrence.WEEK: Practice(5, 15),
    Recurrence.DAY: Practice(20, 40),
}
"""What the program begins with; a municipality may write its own."""


@dataclass(frozen=True)
class PracticeRow:
    """Tabellens rad: N, the numbers, and K that no deviation among each of them leaves possible."""

    recurrence: Recurrence
    size: int
    least: int
    most: int
    left_by_least: int
    left_by_most: int


def check_practice(recurrence: Recurrence, least: int, most: int) -> Practice:
    """Return the numbers if they can stand in the table; raise InvalidInput (with field) if not."""
    size = TIMES_A_YEAR[recurrence]
    for name, number in (("least", least), ("most", most)):
        if not 1 <= number <= size:
            raise InvalidInput(
                f"Antalet måste vara minst 1 och högst {grouped(size)}, så många gånger görs det "
                "på ett år.",
                field=f"{recurrence.value}_{name}",
            )
    if least > most:
        raise InvalidInput(
            "Det lägsta antalet är större än det högsta. Byt plats på dem.",
            field=f"{recurrence.value}_least",
        )
    return Practice(least, most)


def practice_rows(
    own: Mapping[Recurrence, Practice], confidence: Rate = "0.95"
) -> list[PracticeRow]:
    """Return the table: the municipality's own numbers where it has any, and what they prove."""
    rows = []
    for recurrence, size in TIMES_A_YEAR.items():
        used = own.get(recurrence, DEFAULT_PRACTICE[recurrence])
        rows.append(
            PracticeRow(
                recurrence=recurrence,
                size=size,
                least=used.least,
                most=used.most,
                left_by_least=upper_count(used.least, 0, confidence, size),
                left_by_most=upper_count(used.most, 0, confidence, size),
            )
        )
    return rows
