"""Periodiska jobb: the declared list, and when each is due."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from internkontroll.core.clock import STOCKHOLM


class Rhythm(StrEnum):
    """Hur ofta ett jobb körs."""

    TICK = "tick"
    DAILY = "daily"
    MONTHLY = "monthly"


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
    Job("drafts:purge", Rhythm.TICK, "Tar bort kvarlämnade texter som är äldre än ett dygn"),
    Job("packages:make", Rhythm.TICK, "Gör de paket av uppföljningar som är beställda"),
    Job("trail:verify", Rhythm.DAILY, "Kontrollerar spårets kedjor"),
    Job("plan:tidy", Rhythm.DAILY, "Tar bort planfiler som inte behövs längre"),
    Job("packages:tidy", Rhythm.DAILY, "Tar bort paket som har legat i två veckor"),
    Job("attachments:tidy", Rhythm.DAILY, "Förstör bilagors filer som ingen bilaga har"),
    Job("attachments:verify", Rhythm.DAILY, "Kontrollerar att bilagornas filer är oförändrade"),
    Job("readings:draw", Rhythm.MONTHLY, "Drar förra månadens läsningar för logguppföljning"),
    Job("accounts:tidy", Rhythm.DAILY, "Tar bort gamla sessioner och inskickade formulärs nycklar"),
)
"""Every periodic job of the program, in the order in which they run."""


def period_due(job: Job, at: datetime) -> str | None:
    """The period that the job should have run for at that moment, or None before its hour.

    A job that ticks has no period of its own ("tick"): it does what waits, each time. A daily job
    has the Swedish day, so that a clock that jumps back cannot make it run twice. A monthly job has
    the month before, and runs on the first day on which it can.
    """
    if job.rhythm is Rhythm.TICK:
        return "tick"
    local = at.astimezone(STOCKHOLM)
    if local.hour < job.hour:
        return None
    if job.rhythm is Rhythm.MONTHLY:
        return month_before(local.date()).strftime("%Y-%m")
    return local.date().isoformat()


def month_before(day: date) -> date:
    """The first day of the month before the day's."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
