"""Periodiska jobb: the declared list, and when each is due."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from internkontroll.core.clock import STOCKHOLM


class Rhythm(StrEnum):
    """Hur ofta ett jobb körs."""

    TICK = "tick"
    DAILY = "daily"


@dataclass(frozen=True)
class Job:
    """Jobb: a name, a rhythm, and for a daily one the Swedish hour from which it may run.

    Hours 2 and 3 are not used: once a year they come twice or not at all.
    """

    name: str
    rhythm: Rhythm
    description: str
    hour: int = 4


JOBS: tuple[Job, ...] = (
    Job("population:load", Rhythm.TICK, "Läser in listor som väntar"),
    Job("trail:verify", Rhythm.DAILY, "Kontrollerar spårets kedjor"),
    Job("accounts:tidy", Rhythm.DAILY, "Tar bort gamla sessioner och inskickade formulärs nycklar"),
)
"""Every periodic job of the program, in the order in which they run."""


def period_due(job: Job, at: datetime) -> str | None:
    """The period that the job should have run for at that moment, or None before its hour.

    A job that ticks has no period of its own ("tick"): it does what waits, each time. A daily job
    has the Swedish day, so that a clock that jumps back cannot make it run twice.
    """
    if job.rhythm is Rhythm.TICK:
        return "tick"
    local = at.astimezone(STOCKHOLM)
    return local.date().isoformat() if local.hour >= job.hour else None


LOOK_AHEAD_DAYS = 45
"""How far ahead the start page looks."""
