"""Om den samlade bilden väntar på kommunstyrelsens beslut, or has been overtaken by time."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class PictureStanding(StrEnum):
    """Läget för den samlade bilden av en tidpunkt."""

    NOTHING_SENT = "picture_nothing_sent"
    UNDECIDED = "picture_undecided"
    DECIDED = "picture_decided"
    FOLLOWED = "picture_followed"
    LAPSED = "picture_lapsed"


@dataclass(frozen=True)
class PictureDecision:
    """Kommunstyrelsens gällande beslut om en bild: its version, day and paragraph."""

    version: int
    decided_on: date
    paragraph: str


def first_awaited_year(year: int) -> int:
    """The first year whose pictures are still awaited in a year: the one before it."""
    return year - 1


def picture_standing(
    year: int,
    period_end: date,
    *,
    sent: int,
    decision: PictureDecision | None,
    decided_until: date | None,
    on: date,
) -> PictureStanding:
    """How it stands with the picture of a point on a day.

    ``decided_until`` is the last period's end of which kommunstyrelsen has decided a picture in the
    same year: figures count from 1 January, so that one tells what an earlier one would have. What
    is neither decided nor followed when the next year has ended is no longer awaited.
    """
    if decision is not None:
        return PictureStanding.DECIDED
    if not sent:
        return PictureStanding.NOTHING_SENT
    if decided_until is not None and decided_until > period_end:
        return PictureStanding.FOLLOWED
    if year < first_awaited_year(on.year):
        return PictureStanding.LAPSED
    return PictureStanding.UNDECIDED
